#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# Who calls: the root token, a token, a session's cookie, an identity that nginx
# has established; who is refused; and what waits for each: the badge.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaSpace;

my $s = LuaSpace->new();
my $now = $s->now();
my $late = $now + 3_600_000_000;

my $digest = 'a' x 64;

like($s->error('me', $now, 'root'), qr/^NOSPACE/, 'no space, also for root');
like($s->error('me', $now, 'agent:petro'), qr/^NOSPACE/, 'nor for an agent');

$s->ok('space_put', $now, 'root', 'Крамниця', 'uk', '', '', 'commercial');
$s->ok('agent_put', $now, 'root', 'petro', 'Петро', 'agent', '1');
$s->ok('agent_put', $now, 'root', 'olga', 'Ольга', 'admin', '1');
$s->ok('group_put', $now, 'root', 'sales', 'Продажі', 'petro,root');
$s->ok('token_add', $now, 'root', 'petro', 't1', $digest, 'phone', $late);

# who it is

my $me = $s->json('me', $now, 'root');
is($me->{agent}{id}, 'root', 'root is an agent');
is($me->{agent}{name}, 'Крамниця', 'named as the space');
is($me->{agent}{role}, 'owner', 'and owner');
is_deeply($me->{agent}{groups}, ['sales'], 'in the groups that list him');
is_deeply($me->{space}, { id => $s->space(), name => 'Крамниця',
    locale => 'uk', plan => 'commercial', plans_url => undef },
    'of this space');

for my $who ("digest:$digest", 'token:t1', 'agent:petro') {
    $me = $s->json('me', $now, $who);
    is($me->{agent}{name}, 'Петро', "$who is Petro");
    is_deeply($me->{agent}{groups}, ['sales'], "$who: his groups");
    ok(!$me->{agent}{online}, "$who: who only asks once is not there");
    ok(!$me->{journal}, "$who: an agent has no journal");
}

is($s->ok('me', $now, "digest:$digest")->[1], 'token:t1',
    'a session is known by the id of its token');
is($s->ok('me', $now, 'root')->[1], 'root', 'that of root by his name');

# who is there

sub online { $s->json('me', $_[1], "agent:$_[0]")->{agent}{online} }

$s->ok('seen', $now, 'agent:petro');
ok(online('petro', $now), 'whose page asks is there');
ok(!online('olga', $now), 'and nobody else');
$s->ok('seen', $now - 60_000_000, 'agent:petro');
ok(online('petro', $now + 80_000_000), 'an older word changes nothing');
ok(!online('petro', $now + 91_000_000), 'after a while he is gone');
$s->ok('away', $now, 'agent:petro', 1);
ok(!online('petro', $now), 'away is away');
ok($s->json('me', $now, 'agent:petro')->{agent}{away}, 'and is told so');
$s->ok('away', $now, 'agent:petro', 0);
ok(online('petro', $now), 'and back');

channel('one', 'sales', 1);
channel('all', '', 1);
is(attended('one', $now), 1, 'a channel of his group is attended');
is(attended('all', $now), 1, 'and one of everybody');
is(attended('one', $now + 91_000_000), 0, 'not when he is gone');
$s->ok('seen', $now + 91_000_000, 'agent:olga');
is(attended('one', $now + 91_000_000), 0, 'nor by another');
is(attended('all', $now + 91_000_000), 1, 'who is there for all');
like($s->error('attended', $now, 'none', ''), qr/^NOTFOUND/, 'no such channel');
like($s->error('attended', $now, 'one', '1'), qr/^STALE/,
    'whoever knows other settings is told so');
$s->ok('channel_delete', $now, 'root', $_, 0) for 'one', 'all';

# who has what

ok($s->json('me', $now, 'agent:olga')->{journal}, 'an admin has the journal');
$s->ok('space_put', $now, 'root', 'Крамниця', 'uk', '', '', 'free');
ok(!$s->json('me', $now, 'agent:olga')->{journal}, 'not on the free plan');

ok(!inbox('petro'), 'no channel, no inbox');
channel('shop', 'sales', 1);
ok(inbox('petro'), 'a channel of his group: an inbox');
ok(!inbox('olga'), 'not for somebody outside of it');
channel('shop', 'sales', 0);
ok(!inbox('petro'), 'a disabled channel feeds nobody');
channel('shop', '', 1);
ok(inbox('olga'), 'a channel without a group feeds everybody');
channel('shop', 'sales', 1);
ok(!inbox('olga'), 'until it has one');
$s->ok('channel_delete', $now, 'root', 'shop', '0');
ok(!inbox('petro'), 'a deleted channel feeds nobody');

# the badge, byte for byte

is(badge('petro'), '{"incoming":0,"mine":0,"total":0,"label":""}', 'nothing');

$s->redis('ZADD', $s->key('order:g:'), 1, 1);
$s->redis('ZADD', $s->key('order:g:sales'), 1, 2, 2, 3);
$s->redis('ZADD', $s->key('order:g:other'), 1, 4);
$s->redis('SADD', $s->key('unread:petro'), 5);
is(badge('petro'), '{"incoming":3,"mine":1,"total":4,"label":"4"}',
    'his group, everybody and his own');
is(badge('olga'), '{"incoming":1,"mine":0,"total":1,"label":"1"}',
    'without a group: everybody alone');

$s->redis('SADD', $s->key('unread:petro'), 6 .. 10);
is(badge('petro'), '{"incoming":3,"mine":6,"total":9,"label":"9"}', 'nine');
$s->redis('SADD', $s->key('unread:petro'), 11);
is(badge('petro'), '{"incoming":3,"mine":7,"total":10,"label":"!"}',
    'above nine an exclamation mark');

# who is refused

refused("digest:$digest", $late, 'a token that has expired');
refused('token:t1', $late, 'the cookie of it');
refused('digest:' . 'b' x 64, $now, 'an unknown token');
refused('token:t2', $now, 'an unknown session');
refused('agent:ivan', $now, 'somebody who is no agent');
refused('agent:root', $now, 'root without the root token');
refused('agent:Іван Іваненко', $now, 'any name that nginx may know');

$s->ok('agent_put', $now, 'root', 'petro', 'Петро', 'agent', '0');
refused("digest:$digest", $now, 'the token of a disabled agent');
refused('agent:petro', $now, 'a disabled agent');

$s->ok('agent_put', $now, 'root', 'petro', 'Петро', 'agent', '1');
ok($s->json('me', $now, "digest:$digest"), 'enabled again, his token lives');
$s->ok('token_delete', $now, 'root', 'petro', 't1');
refused("digest:$digest", $now, 'a token that was taken away');
refused('token:t1', $now, 'and the cookie of it');

# who makes no sense

my $before = $s->dump();

for my $who ('', 'petro', 'digest:', 'digest:xyz', "digest:$digest" . 'a',
    'agent:', 'visitor:1', ':', 'ROOT')
{
    like($s->error('me', $now, $who), qr/^BADCALL/, "no who at all: '$who'");
}

like($s->error('me', $_, 'root'), qr/^BADCALL/, "no time: '$_'")
    for '', '-1', 'x', '1.5', '1' x 17;
like($s->error('me', $now), qr/^BADCALL/, 'nobody');
like($s->error('me', $now, 'root', 'x'), qr/^BADCALL/, 'one word too many');

is($s->dump(), $before, 'none of it has written anything');

done_testing();


sub attended {
    my ($channel, $at) = @_;

    return $s->ok('attended', $at, $channel,
        $s->redis('HGET', $s->key("channel:$channel"), 'rev'));
}


sub channel {
    my ($id, $group, $enabled) = @_;

    $s->ok('channel_put', $now, 'root', $id, 'telegram', '', $group, $enabled,
        '{}', 4096, 'utf16', 0, 0, '');
}


sub inbox { $s->json('me', $now, "agent:$_[0]")->{inbox} }


sub badge { $s->ok('me', $now, "agent:$_[0]")->[0] =~ /"badge":(\{[^}]*\})/ && $1 }


sub refused {
    my ($who, $at, $name) = @_;

    like($s->error('me', $at, $who), qr/^UNAUTHORIZED/, "refused: $name");
}
