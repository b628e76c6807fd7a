package Bench::Row::Ingest;

# Copyright (C) the ngx_inbox authors
#
# Webhooks of a messenger through nginx, one worker: Telegram's updates of
# 20,000 people who have written before, over 64 connections that stay open.
# Beside it, in the same store, redis-benchmark with the very same call, 16 in
# one write on each of its 50 connections: what Redis gives when nothing stands
# before it.  And nginx's `return 200` over the same 64 connections.
#
# Processor time is that of the server's process alone, so it holds on a machine
# that has other things to do as well.

use strict;
use warnings;
use utf8;

use Bench::Load qw(rush update ingest_words);
use Bench::Servers;

my $PEOPLE = 20000;
my $SECONDS = 4;
my $CALLS = 60000;


# redis-benchmark puts twelve digits in the place of a word of its own
sub redis_benchmark {
    my ($s, $rev) = @_;

    my @words = ingest_words(time() . '000000', $rev,
        '__rand_int__', '__rand_int__');

    open my $in, '-|', 'redis-benchmark', '-s',
        "$Bench::Servers::DIR/redis.sock", '-P', 16, '-n', $CALLS,
        '-r', $PEOPLE, '--csv', @words or die "redis-benchmark: $!\n";
    my ($line) = grep { /^"FCALL/ } <$in>;
    close $in or die "redis-benchmark failed\n";

    # its name, which has many words, then the rate and six delays
    my ($rate) = ($line // '') =~ /,"([\d.]+)"(?:,"[\d.]+"){6}$/;

    return $rate // die "redis-benchmark said: " . ($line // 'nothing') . "\n";
}


# do we send the very call that the module sends?
sub same_call {
    my ($s) = @_;

    my $pid = open my $in, '-|', 'redis-cli', '-s',
        "$Bench::Servers::DIR/redis.sock", 'MONITOR' or die "redis-cli: $!\n";
    my $hello = <$in>;

    rush($s, $s->address('inbox'), update('{user}', '{each}'), n => 1, c => 1);

    my $seen = '';

    until ($seen =~ /"inbox_1_ingest"/) {
        $seen = <$in> // die "redis-cli ended\n";
    }

    kill 'TERM', $pid;
    close $in;

    my ($now, $rev) = $seen =~ /"inbox:\{default\}" "(\d+)" "tg" "(\d+)"/
        or die "another call than expected: $seen";

    my $words = join ' ', map { '"' . quoted($_) . '"' }
        ingest_words($now, $rev, '0' x 12, '0' x 12);

    die "the module sends\n$seen\nand not\n$words\n"
        if index($seen, $words) < 0;

    return $rev;
}


# as MONITOR prints a word
sub quoted {
    my ($word) = @_;

    $word =~ s/(["\\])/\\$1/g;
    $word =~ s/([^\x20-\x7e])/sprintf '\\x%02x', ord $1/ge;

    return $word;
}


sub {
    my ($figures, $rounds) = @_;

    my $s = Bench::Servers->new();
    my $rev = same_call($s);
    my (%rate, %cpu);

    # everybody has written once
    rush($s, $s->address('inbox'), update('{each}', '{each}'), n => $PEOPLE);

    for (1 .. $rounds // 5) {
        my $r = rush($s, $s->address('inbox'),
            "GET /ok HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", d => 2);
        push @{$rate{ok}}, $r->{rate};

        my %before = map { $_ => $s->cpu($_) } 'inbox', 'redis';
        $r = rush($s, $s->address('inbox'), update('{user}', '{rand}'),
            d => $SECONDS, r => $PEOPLE);
        push @{$rate{inbox}}, $r->{rate};
        push @{$rate{p50}}, $r->{p50} / 1000;
        push @{$rate{p99}}, $r->{p99} / 1000;
        push @{$cpu{$_}}, ($s->cpu($_) - $before{$_}) / $r->{n}
            for 'inbox', 'redis';

        my $before = $s->cpu('redis');
        push @{$rate{bench}}, redis_benchmark($s, $rev);
        push @{$cpu{bench}}, ($s->cpu('redis') - $before) / $CALLS;
    }

    $figures->add('ingest', name => 'webhooks through nginx', unit => '1/s',
        ours => $rate{inbox}, reference => $rate{bench}, hold => '>= 0.9',
        against => 'redis-benchmark -P 16, the same call');
    $figures->add('ingest', name => 'webhooks beside return 200', unit => '1/s',
        ours => $rate{inbox}, reference => $rate{ok},
        against => 'nginx return 200');
    $figures->add('ingest', name => 'processor of Redis for one', unit => 'µs',
        ours => $cpu{redis}, reference => $cpu{bench},
        against => 'redis-benchmark -P 16, the same call');
    $figures->add('ingest', name => 'processor of nginx for one', unit => 'µs',
        ours => $cpu{inbox});
    $figures->add('ingest', name => 'answered after, median, 64 at once',
        unit => 'ms', ours => $rate{p50});
    $figures->add('ingest', name => 'answered after, p99, 64 at once',
        unit => 'ms', ours => $rate{p99});

    $s->stop();
};
