# Copyright (C) the ngx_inbox authors
#
# Everything at once and in no order: clients that poll, pipeline and leave in
# any way at any moment, notices, reloads.  At the end nobody is parked, nothing
# is asked, every worker has left, and the sanitizers are silent.
#
# PARK_SEED=n repeats a run, as far as time allows.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;
use Time::HiRes qw(time);

use lib dirname(abs_path(__FILE__)) . '/lib';
use ParkTest;

my $SECONDS = 6;
my $CLIENTS = 60;
my $TOPICS = 5;

my $seed = $ENV{PARK_SEED} // time() % 1_000_000;

srand $seed;

my $t = ParkTest->new(tls => !!eval { require IO::Socket::SSL; 1 },
                      http => 'park_max_addr 50;',
                      main => 'worker_shutdown_timeout 2s;')->start();

my @deeds = (
    [40, sub { push @{$_[0]}, client() }],
    [25, sub { drop($_[0], qw(fin rst half_close)) }],
    [15, sub { notify() }],
    [10, sub { drop($_[0], qw(more)) }],
    [ 9, sub { drop($_[0], qw(take)) }],
    [ 1, sub { $t->signal('HUP') }],
);

my @clients;
my $end = time() + $SECONDS;
my $done = 0;

while (time() < $end) {
    my $dice = rand 100;

    for my $deed (@deeds) {
        $dice -= $deed->[0];
        next if $dice >= 0;

        # a worker that leaves may be faster than the deed
        eval { $deed->[1]->(\@clients) };
        $done++;
        last;
    }

    shift @clients while @clients > $CLIENTS;
}

@clients = ();

my $s = $t->until_true('all have left', sub {
    my $stat = eval { $t->stat() } // {};
    ($stat->{parked} // 1) == 0 && $stat
}) // {};

is($s->{asks}, 0, 'nothing is asked');
cmp_ok($done, '>', 200, 'a lot has happened');
$t->until_true('the old workers have left', sub { $t->workers() == 1 });

my @odd = grep { $_->{status} !~ /^(200|499|503|000)$/ } $t->access(1);
is(scalar @odd, 0, 'answers, refusals, and clients that left');

$t->stop();

diag("PARK_SEED=$seed, $done deeds") unless Test::More->builder->is_passing;

done_testing();


sub client {
    my $tls = $t->{port}{tls} && rand() < 0.3
              && eval { require IO::Socket::SSL; 1 };
    my @kinds = ([], [], [], [Connection => 'close']);
    my $kind = $kinds[rand @kinds];

    return $t->poll(args(), tls => $tls, headers => { @$kind });
}


sub args {
    return 'topic=' . int(rand $TOPICS) . '&ask=' . int(rand 50)
           . '&wait=' . int(rand 400) . (rand() < 0.3 ? '&at_once=1' : '');
}


sub notify {
    my $why = (qw(notice again revoked))[rand 3];
    my $topic = rand() < 0.8 ? 'topic=' . int(rand $TOPICS) . '&' : '';

    $t->get("/notify?${topic}why=$why");

    return;
}


# one of them does one of these, and most of them are not heard of again
sub drop {
    my ($clients, @ways) = @_;

    return unless @$clients;

    my $i = int rand @$clients;
    my $way = $ways[rand @ways];

    if ($way eq 'more') {
        $clients->[$i]->request('GET', '/poll?' . args());

    } elsif ($way eq 'take') {
        $clients->[$i]->response(0.01);

    } else {
        my ($client) = splice @$clients, $i, 1;
        $client->$way();
    }

    return;
}
