#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# Calls that break the contract: BADCALL, and nothing in Redis has moved.  Each
# function has one good call, and for each of its arguments what it may not be.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my $s = LuaInbox->new();
my $n = $s->client('u1', 'hello');
$s->turn('take', 'petro', $n);
$s->turn('join', 'olga', $n);
my (undef, $site) = $s->visitor('v1', 'hello');
$s->turn('take', 'igor', $site);
my $ours = $s->reply('igor', $site, 'hi')->{id};
my $rev = $s->channel_rev('bot');
my $site_rev = $s->channel_rev('site');

my @NOW = ('', '0', '-1', '1.5', 'now', '1e15', '99999999999999999');
my @WHO = ('', 'petro', 'agent:', 'digest:xyz', 'digest:' . 'g' x 64);
my @CHAT = ('', '0', '-1', '01', '1.0', 'x', "1\n", '9' x 16);
my @ID = ('', 'A', '-a', 'a b', 'a' x 33, 'a:b', "a\n", 'ї');
my @EXTERNAL = ('', 'x' x 513);
my @SINCE = ('-1', 'x', '1.5', '9' x 21);
my @LIMIT = ('0', '201', '-1', 'x', '1.5');
my @KEY = ('a b', 'x' x 65, "a\n", 'ї');
my @DIGEST = ('a b', 'x' x 129);
my @LITERAL = ('', '"', 'x', '"x', 'x"', 'null');
my @ARRAY = ('', '[', '{}', 'x');
my @NUMBER = ('', '-1', 'x', '1.5');
my @FLAG = ('2', 'yes', '-1');

# of the sixteen of an event
my %EVENT = (1 => ['', 'msg', 'Message'], 2 => \@EXTERNAL,
    3 => ['x' x 513], 4 => ['', 'agents', 'system'], 9 => \@LITERAL,
    10 => \@LITERAL, 11 => \@ARRAY, 12 => ['-1', 'x', '1001'],
    13 => ['[', 'x', '[]'], 14 => ['x' x 513],
    15 => ['yesterday', '2026-11-21', '2026-11-21T00:00:00+02:00'],
    16 => ['x' x 513]);

my %CALLS = (
    boot => [['run'], { 1 => ['', 'x' x 65] }],
    ingest => [['bot', $rev, 0, $s->event(text => 'x', message => 'm')],
        { 1 => \@ID, 3 => \@FLAG,
          map { $_ + 3 => $EVENT{$_} } keys %EVENT }],
    journal => [['root', ('') x 12],
        { 1 => \@WHO, 2 => \@SINCE, 4 => \@LIMIT }],
    inbox => [['agent:petro', ('') x 5],
        { 1 => \@WHO, 4 => \@SINCE, 6 => \@LIMIT }],
    chat => [['agent:petro', $n], { 1 => \@WHO, 2 => \@CHAT }],
    transcript => [['agent:petro', $n, '', '', ''],
        { 1 => \@WHO, 2 => \@CHAT, 3 => \@SINCE, 5 => \@LIMIT }],
    visitor => [['site', $site_rev, 'v1', '', '', ''],
        { 1 => \@ID, 3 => \@EXTERNAL, 4 => \@SINCE, 6 => \@LIMIT }],
    reply => [['agent:petro', $n, 'text', '"x"', '"x"', 1, 1, 1, '[]', 0, '',
        '', '', ''],
        { 1 => \@WHO, 2 => \@CHAT, 3 => ['', 'event', 'Text'],
          4 => \@LITERAL, 5 => \@LITERAL, 6 => \@NUMBER, 7 => \@NUMBER,
          8 => \@NUMBER, 9 => \@ARRAY, 10 => \@NUMBER, 11 => ['[]', 'x'],
          13 => \@KEY, 14 => \@DIGEST }],
    (map { $_ => [['agent:petro', $n, '', ''],
        { 1 => \@WHO, 2 => \@CHAT, 3 => \@KEY, 4 => \@DIGEST }] }
        qw(take join leave close reopen)),
    transfer => [['agent:petro', $n, 'olga', '', '', ''],
        { 1 => \@WHO, 2 => \@CHAT, 3 => [grep { length } @ID],
          4 => [grep { length } @ID], 5 => \@KEY, 6 => \@DIGEST }],
    read => [['agent:petro', $n, '1-1', '', ''],
        { 1 => \@WHO, 2 => \@CHAT, 4 => \@KEY, 5 => \@DIGEST }],
    receipt => [['read', $n, $ours],
        { 1 => ['', 'sent', 'failed'], 2 => \@CHAT }],
    visitor_read => [['site', 'v1', $ours], { 1 => \@ID, 2 => \@EXTERNAL }],
    typing => [['agent:petro', $n, '', ''],
        { 1 => \@WHO, 2 => \@CHAT, 3 => \@KEY, 4 => \@DIGEST }],
);

my $before = $s->dump();
$s->notices();

for my $name (sort keys %CALLS) {
    my ($args, $bad) = @{ $CALLS{$name} };
    my @good = ($s->tick(), @$args);

    refused($name, @good[0 .. $#good - 1]);
    refused($name, @good, 'more');
    refused($name);
    refused($name, $_, @$args) for @NOW;

    for my $i (sort { $a <=> $b } keys %$bad) {
        for my $value (@{ $bad->{$i} }) {
            my @call = @good;
            $call[$i] = $value;
            refused($name, @call);
        }
    }

    for my $key ('', 'shop', 'inbox:shop', 'inbox:{}', 'inbox:{shop}:x',
        "inbox:{sh\nop}", 'inbox:{SHOP}')
    {
        my $answer = $s->redis('FCALL', "inbox_1_$name", 1, $key, @good);
        bad("$name of $key", $answer);
    }
    bad("$name without a root",
        $s->redis('FCALL', "inbox_1_$name", 0, @good));
    bad("$name of two roots", $s->redis('FCALL', "inbox_1_$name", 2,
        $s->root(), $s->root(), @good));
}

# events of other types, visitors

refused('ingest', $s->tick(), 'bot', $rev, 0, $s->event(%$_)) for
    { type => 'edit', text => 'x' }, { type => 'delete' },
    { type => 'reaction', extra => '[]' },
    { type => 'reaction', message => 'm', extra => '{}' },
    { type => 'state', extra => 'away' },
    { type => 'receipt', message => 'm', extra => 'seen' };
refused('ingest', $s->tick(), 'site', $site_rev, 1, $s->event(text => 'x'),
    $s->event(text => 'y'));
refused('ingest', $s->tick(), 'site', $site_rev, 1,
    $s->event(text => 'x', from => 'agent'));
refused('ingest', $s->tick(), 'site', $site_rev, 1,
    $s->event(type => 'receipt', extra => 'read'));
refused('typing', $s->tick(), 'visitor', 'site');
refused('typing', $s->tick(), 'agent:petro', $n);
refused('typing', $s->tick(), 'visitor', 'SITE', 'v1');

is($s->dump(), $before, 'nothing has moved');
is($s->notices(), 0, 'nobody was told');

# and the good ones are good: in an order in which each can be done

for my $name (qw(boot ingest journal inbox chat transcript visitor reply join
    take read receipt typing leave reopen))
{
    is($s->error($name => $s->tick(), @{ $CALLS{$name}[0] }) =~ s/^INVALID.*//r
        =~ s/^FORBIDDEN.*//r, '', "$name is called rightly");
}
is($s->error(close => $s->tick(), 'agent:olga', $n, '', ''), '', 'close too');
like($s->redis('FCALL', 'inbox_1_version', 0), qr/^\d+$/, 'a version');

done_testing();


sub refused {
    my ($name, @args) = @_;

    my $answer = $s->call($name, @args);
    return if ref $answer eq 'HASH' && $answer->{error} =~ /^BADCALL /;
    bad("$name(@args)", $answer);
}


sub bad {
    my ($what, $answer) = @_;

    my $error = (ref $answer eq 'HASH') ? $answer->{error} : 'an answer';
    utf8::decode($error);
    like($error, qr/^BADCALL /, $what =~ s/\s+/ /gr);
}
