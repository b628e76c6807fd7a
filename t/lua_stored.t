#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# How a chat lies in its hash: small words in one field; and one from before,
# with a field for each of them, is the same chat to everybody, until somebody
# writes it anew.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my @WORDS = qw(status group parts polled blocked gen nm nc na nb waits rev heard);
my @NAMES = qw(name username phone email);

my ($new, $old) = map { LuaInbox->new() } 1 .. 2;
my @chats = (1 .. 4);

for my $s ($new, $old) {
    $s->client('u1', 'hello', name => 'Олена', username => 'olena');
    $s->client('u2', 'hello', phone => '+380501234567');
    $s->visitor('v1', 'hello', message => 'k1', extra => 'd1', name => 'Zoe');
    $s->client('u4', 'hello', name => 'Blocked');
    $s->turn('take', 'petro', 2);
    $s->reply('petro', 2, 'yes');
    $s->ok(block => $s->tick(), 'root', 4, 1);
    $s->notices();
}

ok(fields($new, $_)->{hot}, "chat $_ is kept in few fields") for @chats;
is_deeply([grep { exists fields($new, $_)->{status} } @chats], [],
    'and in no others');

as_before($_) for @chats;
is_deeply([grep { fields($old, $_)->{hot} } @chats], [], 'others are from before');

same('they look the same', sub { seen($_[0]) });
same('are found by name and number', sub { [map { LuaInbox::ids(
    $_[0]->journal('root', q => $_)) } 'олена', '0501234', 'zoe'] });
same('who is blocked stays out', sub {
    $_[0]->ingest('bot', { user => 'u4', text => 'spam' })->[0] });
ok(!fields($old, 4)->{hot}, 'and nothing is written for him');
same('a client writes again', sub {
    $_[0]->ingest('bot', { user => 'u1', text => 'more', name => 'Оля' }) });
same('a visitor too', sub { [($_[0]->visitor('v1', 'hello', message => 'k1',
    extra => 'd1'))[0, 1], ($_[0]->visitor('v1', 'and?', message => 'k2',
    extra => 'd2'))[0, 1]] });
same('an agent answers', sub { $_[0]->reply('petro', 2, 'no');
    $_[0]->turn('close', 'petro', 2)->{status} });
same('somebody is let in again', sub {
    $_[0]->ok(block => $_[0]->tick(), 'root', 4, 0);
    $_[0]->ingest('bot', { user => 'u4', text => 'thanks' })->[0] });
same('they look the same then', sub { seen($_[0]) });

is_deeply([map { [sort keys %{ fields($old, $_) }] } @chats],
    [map { [sort keys %{ fields($new, $_) }] } @chats],
    'and lie there as the others do');

done_testing();


sub fields {
    my ($s, $n) = @_;

    return { @{ $s->redis('HGETALL', $s->key("chat:$n")) } };
}


# puts a chat back into the form that it had before
sub as_before {
    my ($n) = @_;

    my $key = $old->key("chat:$n");
    my @values = map { @{ $old->redis('EVAL',
        "return {cmsgpack.unpack(redis.call('HGET', KEYS[1], '$_'))}", 1,
        $key) } } qw(hot known);
    my %value;

    @value{@WORDS, @NAMES} = @values;
    $old->redis('HDEL', $key, qw(hot known));
    $old->redis('HSET', $key, $_, $value{$_})
        for grep { length $value{$_} } keys %value;
}


sub seen {
    my ($s) = @_;

    return [map { $s->chat('root', $_) } @chats];
}


sub same {
    my ($name, $do) = @_;

    is_deeply($do->($old), $do->($new), $name);
}
