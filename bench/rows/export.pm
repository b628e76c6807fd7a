package Bench::Row::Export;

# Copyright (C) the ngx_inbox authors
#
# What an export costs the worker that streams it to somebody who reads slowly:
# how far its own memory (RssAnon) grows above what it was, at the worst moment,
# with 1,000 chats and with 100,000.  The reader takes small bites with pauses,
# so that the worker is always ahead of him.  Every round has a new worker, which has
# exported once before and was given up on in the middle.
#
# EXPORT=n makes n chats instead of 100,000, for a look.

use strict;
use warnings;

use IO::Socket::INET;
use Time::HiRes qw(sleep time);

use Bench::Load qw(rush ingest_words resp_request);
use Bench::Servers;

my $CHATS = $ENV{EXPORT} // 100000;
my $FEW = 1000;
my $MESSAGES = 3;

# what the kernel counts in; a growth of less cannot be told from this
my $PAGE = 4096;

# a bite in bytes, and after so many of them a pause in seconds
my $BITE = 65536;
my $PAUSE_EACH = 8;
my $PAUSE = 0.01;


# reads it until the end, or so many bytes of it; the bytes, and the most that
# the worker had meanwhile
sub read_slowly {
    my ($s, $enough) = @_;

    my ($most, $size, $bites, $tail) = (0, 0, 0, '');
    my $c = IO::Socket::INET->new($s->address('inbox')) or die "nginx: $!\n";

    print $c "GET /inbox/api/v1/export HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        . 'Authorization: Bearer ' . $s->token . "\r\nConnection: close\r\n\r\n";

    while (my $n = sysread $c, my $bytes, $BITE) {
        $tail = substr $tail . $bytes, -5;
        $size += $n;

        if (++$bites % $PAUSE_EACH == 0) {
            my ($now) = $s->resident('inbox');

            $most = $now if $now > $most;
            sleep $PAUSE;
        }

        return ($size, $most) if $enough && $size > $enough;
    }

    die "the export was cut short\n" if !$enough && $tail ne "0\r\n\r\n";

    return ($size, $most);
}


sub growth {
    my ($s) = @_;

    $s->restart_nginx('inbox');
    read_slowly($s, 1_000_000);
    sleep 0.5;

    my ($before) = $s->resident('inbox');
    my $start = time;
    my ($size, $most) = read_slowly($s);

    my $grown = $most - $before;

    return ($grown > $PAGE ? $grown : $PAGE, $size, time - $start);
}


sub {
    my ($figures, $rounds) = @_;

    my $s = Bench::Servers->new();
    my $rev = $s->redis('HGET', 'inbox:{default}:channel:tg', 'rev');
    my (%grown, $bytes, $seconds);

    for my $n ($FEW, $CHATS) {
        for my $number (1 .. $MESSAGES) {
            rush($s, $s->socket, resp_request([ingest_words(
                int(time) . '000000', $rev, '{each}', sprintf '%012d', $number)]),
                c => 8, P => 16, k => 1, n => $n);
        }

        for (1 .. $rounds // 3) {
            (my $grown, $bytes, $seconds) = growth($s);
            push @{$grown{$n}}, $grown;
        }
    }

    $figures->add('export', name => 'an export read slowly, growth at most',
        unit => 'bytes', ours => $grown{$CHATS}, reference => $grown{$FEW},
        against => 'with 1,000 chats', note => sprintf(
        '%d chats, %.0f MB, %.0f s', $CHATS, $bytes / 1e6, $seconds));
    $s->stop();
};
