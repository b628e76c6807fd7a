package Bench::Row::Function;

# Copyright (C) the ngx_inbox authors
#
# The ingest function by itself: a message of somebody who has written before,
# beside the same writes sent as bare commands in a pipeline.  The bare side
# reads nothing, decides nothing and composes nothing, so it is a floor, not a
# rival.  Both from the same generator, 50 connections, 16 calls in one write.
#
# Then thirty-two of them in one call, as a worker sends them when they come
# together: what one of them takes.
#
# The writes are taken from MONITOR, so they are those of the function as it is
# now; the chat's number in them becomes the number of a person.

use strict;
use warnings;
use utf8;

use Bench::Load qw(rush ingest_words resp_request);
use Bench::Servers;

my $PEOPLE = 20000;
my $SECONDS = 3;
my $TOGETHER = 32;
my %READS = map { $_ => 1 } qw(HMGET HGET HGETALL EXISTS LINDEX ZSCORE
                               SISMEMBER GET LRANGE);


# the commands of the second message of a person
sub commands {
    my ($s, $rev) = @_;

    my $one = sub {
        $s->redis(ingest_words(time() . '000000', $rev, '7' x 12, $_[0]));
    };

    $one->('1' x 12);

    my $pid = open my $in, '-|', 'redis-cli', '-s',
        "$Bench::Servers::DIR/redis.sock", 'MONITOR' or die "redis-cli: $!\n";
    my $hello = <$in>;

    $one->('2' x 12);

    my @commands;

    while (my $line = <$in>) {
        next if $line !~ / lua\] (.*)$/;
        push @commands, [map { plain($_) } $1 =~ /"((?:[^"\\]|\\.)*)"/g];
        last if $commands[-1][0] eq 'PUBLISH';
    }

    kill 'TERM', $pid;
    close $in;

    return @commands;
}


# what MONITOR has quoted
sub plain {
    my ($word) = @_;

    my %sign = (n => "\n", r => "\r", t => "\t", a => "\a", b => "\b");

    $word =~ s{\\x([0-9a-f]{2})|\\(.)}
        {defined $1 ? chr hex $1 : $sign{$2} // $2}ge;

    return $word;
}


# the writes as a template: another space, chats numbered by person, revs that
# grow
sub bare {
    my (@commands) = @_;

    for my $words (@commands) {
        my $name = $words->[0];

        s/^inbox:\{default\}/inbox:{bare}/ for @$words;
        s/:(chat|log|ext):\d+$/:$1:{user}/ for @$words;
        s/^\d{16}$/1795{each}/ for @$words;
        s/2{12}/{rand}/ for @$words;
        $words->[-1] = '{user}' if $name eq 'ZADD';
    }

    return resp_request(@commands);
}


sub {
    my ($figures, $rounds) = @_;

    my $s = Bench::Servers->new();
    my $rev = $s->redis('HGET', 'inbox:{default}:channel:tg', 'rev');

    my @all = commands($s, $rev);
    my @writes = grep { !$READS{$_->[0]} } @all;

    my $call = sub {
        resp_request([ingest_words(time() . '000000', $rev, @_)])
    };
    my @words = ingest_words(time() . '000000', $rev, '{rand}', '{rand}');
    my @event = splice @words, -16;
    my $together = resp_request([@words, (@event) x $TOGETHER]);
    my $bare = bare(@writes);
    my %common = (c => 50, P => 16, r => $PEOPLE);
    my (%us, %cpu);

    rush($s, $s->socket, $call->('{each}', '{each}'), c => 8, P => 16, k => 1,
        n => $PEOPLE);
    rush($s, $s->socket, $bare =~ s/\{user\}/{each}/gr, c => 8, P => 16,
        k => scalar @writes, n => $PEOPLE);

    for (1 .. $rounds // 5) {
        my %sides = (
            call => sub { rush($s, $s->socket, $call->('{user}', '{rand}'),
                %common, k => 1, d => $SECONDS) },
            together => sub { rush($s, $s->socket, $together, %common, c => 8,
                P => 1, k => 1, d => $SECONDS) },
            bare => sub { rush($s, $s->socket, $bare, %common,
                k => scalar @writes, d => $SECONDS) },
        );

        for my $side (sort keys %sides) {
            my $before = $s->cpu('redis');
            my $r = $sides{$side}->();
            my $each = ($side eq 'together') ? $TOGETHER : 1;

            push @{$us{$side}}, 1e6 / $r->{rate} / $each;
            push @{$cpu{$side}},
                ($s->cpu('redis') - $before) / $r->{n} / $each;
        }
    }

    my $note = @all . ' commands in the function, ' . @writes
        . ' of them writes: ' . join ' ', map { $_->[0] } @all;

    $figures->add('function', name => 'ingest function, time of one',
        unit => 'µs', ours => $us{call}, reference => $us{bare},
        hold => '<= 1.6', against => 'its writes as pipelined commands',
        note => $note);
    $figures->add('function', name => 'one of thirty-two together, time',
        unit => 'µs', ours => $us{together}, reference => $us{bare},
        hold => '<= 1.6', against => 'its writes as pipelined commands');
    $figures->add('function', name => 'ingest function, processor of one',
        unit => 'µs', ours => $cpu{call}, reference => $cpu{bare},
        hold => '<= 1.6', against => 'its writes as pipelined commands');
    $figures->add('function', name => 'commands in one ingest', unit => 'calls',
        ours => [scalar @all], note => $note);

    $s->stop();
};
