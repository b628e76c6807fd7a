package Bench::Row::Memory;

# Copyright (C) the ngx_inbox authors
#
# What a chat of ten short messages takes in Redis: the growth of used_memory
# from an empty space to one with 2,000 such chats, divided; and where in it the
# bytes are, by the kinds of keys of one chat (MEMORY USAGE; of all their fields,
# because a sample of five may or may not have the long one).

use strict;
use warnings;

use Bench::Load qw(rush ingest_words resp_request);
use Bench::Servers;

my $CHATS = 2000;
my $MESSAGES = 10;


sub {
    my ($figures, $rounds) = @_;

    my (@bytes, %part);

    for (1 .. $rounds // 1) {
        my $s = Bench::Servers->new();
        my $rev = $s->redis('HGET', 'inbox:{default}:channel:tg', 'rev');
        my $before = $s->redis_info('used_memory');

        for my $n (1 .. $MESSAGES) {
            rush($s, $s->socket, resp_request([ingest_words(
                time() . '000000', $rev, '{each}', sprintf '%012d', $n)]),
                c => 8, P => 16, k => 1, n => $CHATS);
        }

        push @bytes, ($s->redis_info('used_memory') - $before) / $CHATS;

        for my $kind (qw(chat log ext)) {
            push @{$part{$kind}}, $s->redis('MEMORY', 'USAGE',
                "inbox:{default}:$kind:1000", 'SAMPLES', 0);
        }

        $s->stop();
    }

    $figures->add('memory', name => 'a chat of ten short messages in Redis',
        unit => 'bytes', ours => \@bytes, note => 'of it: '
            . join ', ', map { "$_ $part{$_}[0]" } sort keys %part);

    for my $kind (sort keys %part) {
        $figures->add('memory', name => "of it: $kind:{n}", unit => 'bytes',
            ours => $part{$kind});
    }
};
