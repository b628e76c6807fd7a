package Bench::Row::Fanout;

# Copyright (C) the ngx_inbox authors
#
# One change, 10,000 polls that ask the same: the pages of one agent wait for the
# next change of the journal, a client writes, all of them are answered.  How
# many answers a second, from the moment the message is sent to the last answer;
# beside nginx's `return 200` in the same round.

use strict;
use warnings;
use utf8;

use Time::HiRes qw(time sleep);

use Bench::Load qw(rush park once update http_request);
use Bench::Servers;

my $POLLS = Bench::Servers::files() - 2000 < 10000
    ? Bench::Servers::files() - 2000 : 10000;
my $STEP = 500;
my $PATIENCE = 30;


# polls answered up to now
sub answered {
    my ($park) = @_;

    return (split ' ', $park->order('asked'))[1];
}


# seconds and processor time (µs) until all polls have their answer
sub fan_out {
    my ($s, $number) = @_;

    my $address = $s->address('inbox');
    my $rev = $s->inbox(GET => 'journal?limit=1')->{rev};
    my @polls = (http_request(GET =>
        "/inbox/api/v1/journal?since=$rev&limit=1&wait=60",
        ['Authorization: Bearer ' . $s->token])) x $POLLS;
    my $park = park($s, $address, 'g', @polls);

    $park->gently($POLLS, $STEP, sub { $s->waiting('inbox') });

    my $user = sprintf '%012d', 1;
    my $message = sprintf '%012d', 1000 + $number;
    my $cpu = $s->cpu('inbox');
    my $from = time;

    once($s, $address, update($user, $message));

    while (answered($park) < $POLLS) {
        die 'polls were not answered: ' . ($POLLS - answered($park)) . "\n"
            if time > $from + $PATIENCE;
        sleep 0.002;
    }

    my $seconds = time - $from;

    $cpu = $s->cpu('inbox') - $cpu;
    $park->close();

    return ($seconds, $cpu);
}


sub {
    my ($figures, $rounds) = @_;

    my $s = Bench::Servers->new();
    my $address = $s->address('inbox');
    my (%rate, %cpu);

    rush($s, $address, update('{each}', '{each}'), n => 50);

    for my $round (1 .. $rounds // 3) {
        my $before = $s->cpu('inbox');
        my $r = rush($s, $address,
            "GET /ok HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", d => 1);

        push @{$rate{ok}}, $r->{rate};
        push @{$cpu{ok}}, ($s->cpu('inbox') - $before) / $r->{n};

        my ($seconds, $cpu) = fan_out($s, $round);

        push @{$rate{inbox}}, $POLLS / $seconds;
        push @{$cpu{inbox}}, $cpu / $POLLS;
    }

    my @common = (against => 'nginx return 200');

    $figures->add('fanout', name => 'one change to polls that ask the same',
        unit => '1/s', ours => $rate{inbox}, reference => $rate{ok}, @common,
        hold => '>= 0.5', note => "$POLLS polls");
    $figures->add('fanout', name => 'processor of nginx for one of them',
        unit => 'µs', ours => $cpu{inbox}, reference => $cpu{ok}, @common);

    $s->stop();
};
