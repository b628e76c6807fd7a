package Bench::Row::Latency;

# Copyright (C) the ngx_inbox authors
#
# From a webhook's bytes to a poll's: 3,000 agents' pages wait, each for another
# chat; clients write at 1,000 messages a second, each at its own time whatever
# became of those before, and each wakes one of them.

use strict;
use warnings;
use utf8;

use Bench::Load qw(rush park update http_request);
use Bench::Servers;

my $POLLS = 3000;
my $RATE = 1000;


sub {
    my ($figures, $rounds) = @_;

    my $s = Bench::Servers->new();
    my $address = $s->address('inbox');
    my (@p50, @p99);

    # one after another, so that the i-th person has chat i + 1
    rush($s, $address, update('{each}', '{each}'), n => $POLLS, c => 1);

    for my $round (1 .. $rounds // 3) {
        my $rev = $s->inbox(GET => 'journal?limit=1')->{rev};
        my @polls = map { http_request(GET =>
            "/inbox/api/v1/chats/$_/messages?since=$rev&wait=60",
            ['Authorization: Bearer ' . $s->token]) } 1 .. $POLLS;
        my @updates = map { update(sprintf('%012d', $_),
            sprintf('%012d', $round * 100000 + $_)) } 0 .. $POLLS - 1;
        my $park = park($s, $address, '', @polls);

        $park->settle($POLLS, sub { $s->waiting('inbox') });

        my $r = $park->wake($address, 0, $RATE, 64, @updates);

        $park->close();
        die "$r->{lost} polls were not woken\n" if $r->{lost};

        push @p50, $r->{p50} / 1000;
        push @p99, $r->{p99} / 1000;
    }

    $figures->add('latency', name => 'webhook to poll at 1,000/s, median',
        unit => 'ms', ours => \@p50);
    $figures->add('latency', name => 'webhook to poll at 1,000/s, p99',
        unit => 'ms', ours => \@p99, hold => '<= 10');

    $s->stop();
};
