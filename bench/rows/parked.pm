package Bench::Row::Parked;

# Copyright (C) the ngx_inbox authors
#
# What a poll that waits costs in the worker: the growth of its own memory
# (RssAnon) from a warm worker to one with 15,000 visitors' polls, each of a
# visitor of its own.  Beside it, Nchan's long-poll subscribers, each on a
# channel of its own, with the same nginx settings and the same headers; what
# Nchan keeps in shared memory is not counted against it.  Both without and
# with TLS, 200 at a time, the next ones when these wait: so it is the waiting
# that is measured.  And all at once: then thousands of ordinary requests are
# under way together, and the room that they took stays with the worker.  Every round has new workers, because memory that was freed does not
# go back to the system.

use strict;
use warnings;

use Bench::Load qw(park once http_request);
use Bench::Servers;

my $POLLS = Bench::Servers::files() - 2000 < 15000
    ? Bench::Servers::files() - 2000 : 15000;
my $WARM = 300;
my $STEP = 200;


sub tokens {
    my ($s) = @_;

    my @bodies = once($s, $s->address('inbox'), map {
        http_request(POST => '/inbox/widget/site/session',
            ['Content-Type: application/json'], '{}')
    } 1 .. $POLLS);

    return map { /"token":"([^"]+)"/ ? $1 : die "no session: $_\n" } @bodies;
}


sub one_side {
    my ($s, $name, $how, @polls) = @_;

    $s->restart_nginx($name);

    my $address = $how =~ /t/ ? $s->tls($name) : $s->address($name);
    my $count = sub { $s->waiting($name) };

    # the worker has seen a bit of everything
    my $park = park($s, $address, $how =~ s/g//r, @polls[0 .. $WARM - 1]);
    $park->settle($WARM, $count);
    $park->close();

    my $end = time + 10;
    select undef, undef, undef, 0.05 while $count->() > 0 && time < $end;

    my ($own, $shared) = $s->resident($name);

    $park = park($s, $address, $how, @polls);
    $park->gently($POLLS, $STEP, $count) if $how =~ /g/;
    $park->settle($POLLS, $count);

    my ($own_now, $shared_now) = $s->resident($name);
    $park->close();

    return (($own_now - $own) / $POLLS, ($shared_now - $shared) / $POLLS);
}


# name, options of park(), rounds, goal
my @ways = (
    ['a poll that waits', 'g', 3, '<= 0.12'],
    ['a poll that waits over TLS', 'gt', 2, '<= 0.65'],
    ['the same without TLS, all at once', '', 3, undef],
);


sub {
    my ($figures, $rounds) = @_;

    my $s = Bench::Servers->new(nchan => 1);
    my @tokens = tokens($s);

    # Nchan's clients carry the same header, though nobody there looks at it
    my %polls = (
        inbox => [map { http_request(GET =>
            '/inbox/widget/site/messages?since=0&wait=60',
            ["Authorization: Bearer $_"]) } @tokens],
        nchan => [map { http_request(GET => "/sub/v$_",
            ["Authorization: Bearer $tokens[$_]"]) } 0 .. $#tokens],
    );

    for my $way (@ways) {
        my ($what, $how, $usual, $hold) = @$way;
        my (%own, %shared);

        for (1 .. $rounds // $usual) {
            for my $name ('inbox', 'nchan') {
                my ($own, $shared) =
                    one_side($s, $name, $how, @{$polls{$name}});
                push @{$own{$name}}, $own;
                push @{$shared{$name}}, $shared;
            }
        }

        $figures->add('parked', name => $what, unit => 'bytes',
            ours => $own{inbox}, reference => $own{nchan},
            against => "Nchan's long-poll", hold => $hold,
            note => "$POLLS polls; besides, Nchan's shared memory grew by "
                . sprintf('%.0f', $shared{nchan}[0]) . ' bytes for each');
    }

    $s->stop();
};
