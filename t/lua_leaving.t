#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# Somebody goes: an agent is deleted and leaves his chats, a group is deleted
# and its chats become everybody's, a channel is deleted and its chats stay.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaSpace;

my $s = LuaSpace->new();
my $now = $s->now();

$s->ok(space_put => $now, 'root', 'Shop', 'en', '', '', 'commercial');
agent($_) for qw(petro olga);
$s->ok(group_put => $now, 'root', 'sales', 'Sales', 'petro,olga');
$s->ok(channel_put => $now, 'root', 'bot', 'telegram', 'Bot', 'sales', '1',
    '{}', 4096, 'utf16', 0, 0, '');

# an agent: 1 is his alone, 2 is shared, 3 is closed, 4 is another's

write_in($_) for 1 .. 5;
take($_, 'petro') for 1 .. 3;
take(4, 'olga');
$s->ok(join => ++$now, 'agent:olga', 2, '', '');
$s->ok(close => ++$now, 'agent:petro', 3, '', '');
$s->ok(token_add => $now, 'root', 'petro', 't1', 'a' x 64, '', '');

$s->notices();
is($s->ok(agent_delete => ++$now, 'root', 'petro'), 'ok',
    'an agent is deleted');
my @notices = $s->notices();
is_deeply([map { /^chat \d+ (\d+) cm[@=]/ } sort { $b cmp $a } @notices], [1, 2],
    'his chats are told of');
is(join(' ', @notices[-2, -1]), 'agent petro names', 'and his polls end');

my $chat = chat(1);
is($chat->{status}, 'unassigned', 'the chat that was his waits again');
is($chat->{responsible}, undef, 'nobody is responsible');
$chat = chat(2);
is($chat->{status}, 'active', 'the one that he shared goes on');
is($chat->{responsible}, 'olga', 'with the other one');
is_deeply([map { $_->{id} } @{ $chat->{participants} }], ['olga'],
    'who is the only participant');
is(chat(3)->{status}, 'inactive', 'a closed one stays closed');
is(chat(4)->{responsible}, 'olga', 'what was not his is as it was');

like($s->error(me => $now, $_), qr/^UNAUTHORIZED/, "$_ is nobody any more")
    for 'agent:petro', 'token:t1', 'digest:' . 'a' x 64;
like($s->error(agent_delete => $now, 'root', 'petro'), qr/^NOTFOUND/,
    'gone is gone');
is_deeply($s->json(group_get => $now, 'root', 'sales')->{agents}, ['olga'],
    'his group is without him');
is_deeply([grep { /:petro$/ } @{ $s->redis('KEYS', '*') }], [],
    'no key of his is left');

# his chats are more than one call takes

agent('ivan');
$s->ok(group_put => $now, 'root', 'sales', 'Sales', 'ivan,olga');

for my $n (6 .. 507) {
    write_in($n);
    take($n, 'ivan');
}
is($s->ok(agent_delete => ++$now, 'root', 'ivan'), 'more', 'five hundred left');
like($s->error(me => $now, 'agent:ivan'), qr/^UNAUTHORIZED/, 'he is out');
is($s->ok(agent_delete => ++$now, 'root', 'ivan'), 'ok', 'then the rest');
is(counts()->{active}, 2, 'and nothing is his');

# a group

like($s->error(group_delete => $now, 'root', 'sales', '0'), qr/^INUSE/,
    'a group that is used stays');
is($s->json(group_get => $now, 'root', 'sales')->{name}, 'Sales', 'as it was');

my $calls = 1;
$calls++ while $s->ok(group_delete => ++$now, 'root', 'sales', '1') eq 'more';
cmp_ok($calls, '>', 1, 'by force, so many chats in each call');
is(chat($_)->{group}, undef, "chat $_ is everybody's") for 1 .. 5;
is(chat(2)->{status}, 'active', 'an active one stays active');
is(chat(3)->{status}, 'inactive', 'a closed one stays closed');
is_deeply($s->json(me => $now, 'agent:olga')->{agent}{groups}, [],
    'its members belong to it no more');
is($s->json(channel_get => $now, 'root', 'bot', '')->{group}, undef,
    'its channels feed everybody');
is($s->json(me => $now, 'agent:olga')->{badge}{incoming},
    counts()->{unassigned}, 'everybody sees what waits');
is_deeply([grep { /:g:sales$/ } @{ $s->redis('KEYS', '*') }], [],
    'no key of it is left');

$s->ok(group_put => ++$now, 'root', 'new', '', 'olga');
is($s->ok(group_delete => ++$now, 'root', 'new', '0'), 'ok',
    'a group that nothing uses needs no force');

# a channel

like($s->error(channel_delete => $now, 'root', 'bot', '0'), qr/^INUSE/,
    'a channel with chats stays');
is($s->ok(channel_delete => ++$now, 'root', 'bot', '1'), 'ok', 'but by force');
is(chat(4)->{channel}{title}, 'Bot', 'its chats are readable');
is(chat(4)->{last_message}{text}, 'hello', 'with their messages');

done_testing();


sub agent { $s->ok(agent_put => $now, 'root', $_[0], ucfirst $_[0], '', '1') }


sub take { $s->ok(take => ++$now, "agent:$_[1]", $_[0], '', '') }


# client number n writes for the first time: chat n
sub write_in {
    my ($n) = @_;

    my %channel = @{ $s->call(channel => $now, 'bot') };
    my $answer = $s->ok(ingest => ++$now, 'bot', $channel{rev}, '0',
        'message', "user$n", "m$n", 'client', "Client $n", '', '', '',
        '"hello"', '"hello"', '[]', '0', '', '', '', '');
    die "chat $n is $answer->[1]\n" if $answer->[1] != $n;
}


sub chat { $s->decode($s->ok(chat => $now, 'root', $_[0])->[0]) }


sub counts {
    my %space = @{ $s->redis('HGETALL', $s->key('space')) };

    return { map { $_ => $space{"n:$_"} } qw(unassigned active inactive) };
}
