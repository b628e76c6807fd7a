#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# What the hot functions ask of Redis: each command costs more than a page of
# Lua, so their number is held here; whoever adds one says why by changing it.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my $looks;
my $s = LuaInbox->new();
my $rev = LuaInbox->can('channel_rev');

{
    no warnings 'redefine';

    *LuaInbox::channel_rev = sub { $looks++; return $rev->(@_) };
}

my $n = $s->client('u1', 'hello', message => 'm1');
my (undef, $v) = $s->visitor('v1', 'hello', message => 'm1');
my $taken = $s->client('u2', 'hello', message => 'm1');

$s->turn('take', 'petro', $taken);
$s->turn('take', 'igor', $v);
$s->reply('igor', $v, 'yes');

# the second of everything: no first answer, no new chat

is(calls(sub { $s->client('u1', 'again', message => 'm2') }), 12,
    'a message of a client who waits');
is(calls(sub { $s->client('u2', 'again', message => 'm2') }), 13,
    'the same in a chat that somebody has taken');
is(calls(sub { $s->client('u1', 'again', message => 'm2') }), 6,
    'the same message once more');
$s->visitor('v1', 'and?', message => 'm2');
is(calls(sub { $s->visitor('v1', 'well?', message => 'm3') }), 14,
    'a message of a visitor');
is(calls(sub { $s->reply('igor', $v, 'no') }), 15, 'an answer to him');
is(calls(sub { $s->ok(visitor => $s->tick(), 'site', '', 'v1',
    $s->moment() - 1, '', '') }), 4, 'his poll, where a notice did not do');

# the hash that is asked for ten fields in every call is a table, also in a space
# from before it was made one

$s = LuaInbox->new(config => 'hash-max-listpack-value 1024');

my $space = $s->key('space');

is($s->redis('OBJECT', 'ENCODING', $space), 'hashtable', 'a table');

my %f = @{ $s->redis('HGETALL', $space) };
$f{wide} = 'w' x 65;
$s->redis('DEL', $space);
$s->redis('HSET', $space, %f);
is($s->redis('OBJECT', 'ENCODING', $space), 'listpack', 'it was a list');
$s->ok(boot => $s->tick(), 'run1');
is($s->redis('OBJECT', 'ENCODING', $space), 'hashtable',
    'a table from the next start on');

# with the settings of docs/operations.md a chat is one piece of memory

my $chat = $s->client('u1', 'hello', name => 'Olena', message => 'm1');

$s->client('u1', 'a question, ' x 20, message => 'm2');
is($s->redis('OBJECT', 'ENCODING', $s->key("chat:$chat")), 'listpack',
    'a chat is a list');

done_testing();


# commands that the functions called by fn give; the test's own look at the
# channel's rev is not counted
sub calls {
    my ($fn) = @_;

    $looks = 0;
    $s->redis('CONFIG', 'RESETSTAT');
    $fn->();

    my $n = 0;

    for ($s->redis('INFO', 'commandstats') =~ /^cmdstat_(\S+:calls=\d+)/mg) {
        my ($name, $calls) = /^(.*):calls=(\d+)/;

        $n += $calls if $name !~ /^(fcall|config|info)/;
    }

    return $n - $looks;
}
