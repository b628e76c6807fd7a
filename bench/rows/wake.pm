package Bench::Row::Wake;

# Copyright (C) the ngx_inbox authors
#
# One message, one poll, 15,000 polls waiting: an agent's answer to a visitor,
# from the moment it is due to be sent to the first byte of that visitor's poll.
# It is authorised, stored and published by Redis on its way.  Beside it,
# Nchan's publish to a long-poll, which stays in the memory of nginx and is lost
# with it; and the same with Nchan's messages kept in Redis, which is what ours
# are.  The first of the two is the goal.
#
# First 1,500 messages at 500 a second, each at its own time whatever became of
# those before: delays.  Then 1,500 as fast as 32 connections can: throughput.

use strict;
use warnings;

use Bench::Load qw(park once http_request);
use Bench::Servers;

my $POLLS = Bench::Servers::files() - 2000 < 15000
    ? Bench::Servers::files() - 2000 : 15000;
my $WOKEN = 1500;
my $RATE = 500;
my $TEXT = 'We are open until six';


sub tokens {
    my ($s) = @_;

    return map { /"token":"([^"]+)"/ ? $1 : die "no session: $_\n" }
        once($s, $s->address('inbox'), map {
            http_request(POST => '/inbox/widget/site/session',
                ['Content-Type: application/json'], '{}')
        } 1 .. $POLLS);
}


# the first visitors have written, and the owner has taken their chats
sub chats {
    my ($s, @tokens) = @_;

    my @chats = map { /"chat":(\d+)/ ? $1 : die "no chat: $_\n" }
        once($s, $s->address('inbox'), map {
            http_request(POST => '/inbox/widget/site/messages',
                ["Authorization: Bearer $_", 'Content-Type: application/json'],
                '{"text":"Is this open?"}')
        } @tokens);

    once($s, $s->address('inbox'), map {
        http_request(POST => "/inbox/api/v1/chats/$_/take",
            ['Authorization: Bearer ' . $s->token])
    } @chats);

    return @chats;
}


sub one_side {
    my ($s, $name, $polls, $messages) = @_;

    my $address = $s->address($name);
    my $count = sub { $s->waiting($name) };
    my $park = park($s, $address, '', @$polls);
    $park->settle(scalar @$polls, $count);

    my $calm = $park->wake($address, 0, $RATE, 32,
        @{$messages}[0 .. $WOKEN - 1]);
    my $fast = $park->wake($address, $WOKEN, 0, 32,
        @{$messages}[$WOKEN .. 2 * $WOKEN - 1]);

    $park->close();

    die "$name: $calm->{lost} and $fast->{lost} polls were not woken\n"
        if $calm->{lost} + $fast->{lost} > 0;

    my $end = time + 10;
    select undef, undef, undef, 0.05 while $count->() > 0 && time < $end;

    return { p50 => $calm->{p50} / 1000, p99 => $calm->{p99} / 1000,
             rate => $fast->{rate} };
}


sub {
    my ($figures, $rounds) = @_;

    my $s = Bench::Servers->new(nchan => 1);
    my @tokens = tokens($s);
    my @chats = chats($s, @tokens[0 .. 2 * $WOKEN - 1]);

    my @replies = map { http_request(POST => "/inbox/api/v1/chats/$_/messages",
        ['Authorization: Bearer ' . $s->token,
         'Content-Type: application/json'], qq({"text":"$TEXT"})) } @chats;
    my @publish = map { http_request(POST => "/pub/v$_",
        ['Content-Type: text/plain'], $TEXT) } 0 .. $#chats;
    my @sub = map { http_request(GET => "/sub/v$_",
        ["Authorization: Bearer $tokens[$_]"]) } 0 .. $#tokens;
    my @rpublish = map { s{^POST /pub}{POST /rpub}r } @publish;
    my @rsub = map { s{^GET /sub}{GET /rsub}r } @sub;
    my %seen;

    for (1 .. $rounds // 3) {
        my $rev = $s->inbox(GET => 'journal?limit=1')->{rev};
        my @polls = map { http_request(GET =>
            "/inbox/widget/site/messages?since=$rev&wait=60",
            ["Authorization: Bearer $_"]) } @tokens;

        my %sides = (inbox => ['inbox', \@polls, \@replies],
                     nchan => ['nchan', \@sub, \@publish],
                     kept => ['nchan', \@rsub, \@rpublish]);

        for my $name ('inbox', 'nchan', 'kept') {
            my $r = one_side($s, @{$sides{$name}});
            push @{$seen{$name}{$_}}, $r->{$_} for keys %$r;
        }
    }

    my @common = (against => "Nchan's publish to long-poll, in memory");

    $figures->add('wake', name => 'message to its poll, median', unit => 'ms',
        ours => $seen{inbox}{p50}, reference => $seen{nchan}{p50}, @common);
    $figures->add('wake', name => 'message to its poll, p99', unit => 'ms',
        ours => $seen{inbox}{p99}, reference => $seen{nchan}{p99}, @common,
        hold => '<= 1');
    $figures->add('wake', name => 'messages to their polls', unit => '1/s',
        ours => $seen{inbox}{rate}, reference => $seen{nchan}{rate}, @common,
        hold => '>= 1', note => "$POLLS polls waiting");

    @common = (against => "Nchan's publish to long-poll, kept in Redis");

    $figures->add('wake', name => 'the same, p99', unit => 'ms',
        ours => $seen{inbox}{p99}, reference => $seen{kept}{p99}, @common);
    $figures->add('wake', name => 'the same, rate', unit => '1/s',
        ours => $seen{inbox}{rate}, reference => $seen{kept}{rate}, @common);

    $s->stop();
};
