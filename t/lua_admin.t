#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# The settings of a space: the space itself, agents, groups, channels, tokens;
# who may change what, and what must not be.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaSpace;

my $s = LuaSpace->new();
my $now = $s->now();
my $gen = 0;

# the space

my %made = (id => $s->space(), name => $s->space(), locale => 'uk',
    plan => 'free', retention_days => undef,
    plans_url => undef, return_minutes => undef);

like($s->error(space_put => $now, 'agent:petro', 'x', '', '', '', ''),
    qr/^NOSPACE/, 'nobody but root makes a space');
is_deeply($s->json(space_put => $now, 'root', '', '', '', '', ''), \%made,
    'a space with its defaults');
is_deeply($s->json(space => $now, 'root'), \%made, 'is read back');

%made = (%made, name => 'Крамниця "Ліс"', locale => 'en', plan => 'commercial',
    retention_days => 30, plans_url => 'https://example.org/plans',
    return_minutes => undef);
is_deeply($s->json(space_put => $now, 'root', 'Крамниця "Ліс"', 'en', '30',
    'https://example.org/plans', 'commercial'), \%made, 'a space with all');
renamed('another locale renames the guests');

agent('olena', 'owner');
agent('olga', 'admin');
agent('petro', 'agent');

$made{name} = 'Ліс';
is_deeply($s->json(space_put => $now, 'agent:olena', 'Ліс', 'en', '30',
    'https://example.org/plans', ''), \%made, 'an owner changes it');
renamed('the name is that of the agent root');
like($s->error(space_put => $now, 'agent:olena', 'Ліс', 'en', '', '', 'free'),
    qr/^FORBIDDEN/, 'but not the plan');
ok($s->ok(space_put => $now, 'agent:olena', 'Ліс', 'en', '30',
    'https://example.org/plans', 'commercial'), 'unless it stays as it is');

for my $case (
    ['name', "a\nb", 'uk', '', '', ''], ['name', 'x' x 201, 'uk', '', '', ''],
    ['locale', 'x', 'de', '', '', ''], ['plan', 'x', '', '', '', 'gold'],
    ['retention_days', 'x', '', '0', '', ''],
    ['retention_days', 'x', '', 'ten', '', ''],
    ['plans_url', 'x', '', '', 'javascript:alert(1)', ''],
    ['plans_url', 'x', '', '', 'https://a/"b', ''])
{
    my ($field, @args) = @$case;
    like($s->error(space_put => $now, 'root', @args), qr/^INVALID $field /,
        "no such $field");
}
is_deeply($s->json(space => $now, 'root'), \%made, 'and nothing has changed');

# what opens the space to its admins, and what makes chats go for good

my @audited = grep { /^(?:plan|retention)/ } map {
    "$_->{action} $_->{detail} $_->{agent}{id}" } reverse @{
    $s->json(audit => $now, 'root', '', 50)->{entries} };

is(join(', ', @audited), 'plan_changed free -> commercial root, '
    . 'retention_changed null -> 30 root', 'are written down');
$s->ok(space_put => $now, 'agent:olena', 'Ліс', 'en', '', '', '');
is($s->json(audit => $now, 'root', '', 1)->{entries}[0]{detail}, '30 -> null',
    'and back');
$s->ok(space_put => $now, 'agent:olena', 'Ліс', 'en', '30',
    'https://example.org/plans', '');

# agents

is_deeply($s->json(agent_get => $now, 'root', 'petro'),
    { id => 'petro', name => 'Petro', role => 'agent', enabled => 1,
      groups => [], online => '' }, 'an agent');
is($s->json(agent_put => $now, 'root', 'ivan', '', '', '')->{role}, 'agent',
    'an agent by default');
is_deeply(ids('agents'), [qw(ivan olena olga petro)], 'all of them, not root');

$s->notices();
$s->ok(agent_put => $now, 'root', 'ivan', 'Іван', 'agent', '1');
renamed('an agent with another name');
is_deeply([$s->notices()], ['agent ivan', 'names'],
    'his rights are looked at again, and his name');

like($s->error(agent_put => $now, 'agent:olga', 'ivan', '', 'owner', '1'),
    qr/^FORBIDDEN/, 'an admin makes no owners');
like($s->error(agent_put => $now, 'agent:olga', 'olena', '', 'agent', '1'),
    qr/^FORBIDDEN/, 'and unmakes none');
like($s->error(agent_delete => $now, 'agent:olga', 'olena'),
    qr/^FORBIDDEN/, 'and deletes none');
like($s->error(agent_put => $now, 'root', 'root', '', '', ''),
    qr/^INVALID id /, 'root cannot be made');
like($s->error(agent_get => $now, 'root', 'root'), qr/^NOTFOUND/, 'nor read');
like($s->error(agent_delete => $now, 'root', 'root'), qr/^NOTFOUND/,
    'nor deleted');
like($s->error(agent_put => $now, 'root', $_, '', '', ''), qr/^INVALID id /,
    "no such id: $_") for 'Petro', '_a', 'a.b', 'a' x 33, 'і';
like($s->error(agent_put => $now, 'root', 'ivan', '', 'boss', ''),
    qr/^INVALID role /, 'no such role');

# groups

$s->notices();
is_deeply($s->json(group_put => $now, 'agent:olga', 'sales', 'Продажі',
    'petro,ivan,petro,root'),
    { id => 'sales', name => 'Продажі', agents => [qw(petro ivan root)] },
    'a group, everybody once');
is_deeply([$s->notices()], ['agent petro', 'agent ivan', 'agent root'],
    'its members are told');
$s->ok(group_put => $now, 'root', 'all', '', 'petro');
is_deeply($s->json(agent_get => $now, 'root', 'petro')->{groups},
    [qw(all sales)], 'an agent knows his groups');

$s->notices();
$s->ok(group_put => $now, 'root', 'sales', 'Продажі', 'ivan,olga');
is_deeply([sort($s->notices())], ['agent olga', 'agent petro', 'agent root'],
    'only those whose rights differ are told');

my ($entry) = @{ $s->json(audit => $now, 'root', '', 1)->{entries} };

is("@$entry{qw(action target detail)}", 'members_changed sales -petro -root +olga',
    'and that is written down');
$s->ok(group_put => $now, 'root', 'sales', 'Продажі', 'ivan,olga');
is($s->json(audit => $now, 'root', '', 1)->{entries}[0]{id}, $entry->{id},
    'the same members once more is no entry');
is_deeply($s->json(agent_get => $now, 'root', 'petro')->{groups}, ['all'],
    'who left has left');
is_deeply($s->json(me => $now, 'root')->{agent}{groups}, [], 'root as well');
is_deeply(ids('groups', 'agent:petro'), [qw(all sales)], 'anybody lists them');
like($s->error(group_put => $now, 'root', 'sales', '', 'petro,nobody'),
    qr/^INVALID agents .*nobody/, 'members exist');

# channels

my @shop = ('shop', 'telegram', 'Крамниця', 'sales', '1', '{"a":[1]}', '4096',
    'utf16', '0', '', 'https://x/hook/shop');
my %shop = (id => 'shop', kind => 'telegram', title => 'Крамниця',
    group => 'sales', enabled => 1, settings => { a => [1] },
    credentials => { token => 'set', secret => 'set' },
    hook_url => 'https://x/hook/shop');

$s->notices();
my $put = $s->call(channel_put => $now, 'agent:olga', @shop, token => 'T1',
    secret => '?S1');
is_deeply($s->decode($put->[0]), \%shop, 'a channel, its secrets only as set');
is($put->[1], 'created', 'created');
is($put->[2], 'secret', 'the generated secret was used');
is_deeply([$s->notices()], ['channel shop'], 'the workers are told');
my %first = hash('shop');
is($first{'cred:token'} . $first{'cred:secret'}, 'T1S1', 'kept as sealed');

$put = $s->call(channel_put => $now, 'root', @shop, token => '=',
    secret => '?S2');
is($put->[1], 'replaced', 'replaced');
is($put->[2], '', 'a secret that is there is not generated again');
my %second = hash('shop');
is($second{'cred:token'} . $second{'cred:secret'}, 'T1S1', 'the secrets stay');
ok($second{rev} > $first{rev}, 'the settings have another rev');

$shop{title} = $shop[2] = 'Shop';
$shop{credentials}{token} = undef;
$put = $s->call(channel_put => $now, 'root', @shop, token => '',
    secret => 'S3');
is_deeply($s->decode($put->[0]), \%shop, 'a secret that was taken away');
renamed('another title');
is_deeply($s->json(channel_get => $now, 'root', 'shop', $shop{hook_url}),
    \%shop, 'read back with its names');
is_deeply($s->json(channels => $now, 'root', 'https://x/hook/')->{channels},
    [\%shop], 'in the list with its hook');
is_deeply($s->json(channels => $now, 'agent:petro', '')->{channels},
    [{ id => 'shop', kind => 'telegram', title => 'Shop' }],
    'an agent learns what it is called');
is_deeply($s->call(channel => $now, 'nothing'), [], 'no such channel');

$s->ok(channel_put => $now, 'root', 'site', 'site', '', '', '', '', '', '',
    '1', '', 'https://x/hook/site');
is($s->json(channel_get => $now, 'root', 'site', 'https://x/hook/site')
    ->{hook_url}, undef, 'visitors come without a hook');

for my $case ([id => 0, 'Shop'], [kind => 1, ''], [kind => 1, 'Tele"gram'],
    [title => 2, "a\tb"], [group => 3, 'nobody'],
    [settings => 5, '{"a":"' . 'x' x 65536 . '"}'])
{
    my ($field, $place, $value) = @$case;
    my @args = @shop;
    $args[$place] = $value;
    like($s->error(channel_put => $now, 'root', @args), qr/^INVALID $field /,
        "no such $field");
}

# a channel with chats

$s->redis('HSET', $s->key('contacts:shop'), '500001', 1);
$s->redis('HSET', $s->key('chat:1'), 'kind', 'telegram', 'channel', 'shop');
my @viber = @shop;
$viber[1] = 'viber';
like($s->error(channel_put => $now, 'root', @viber), qr/^INUSE/,
    'the kind stays while there are chats');
ok($s->call(channel_put => $now, 'root', @shop), 'the rest may change');
like($s->error(channel_delete => $now, 'root', 'shop', '0'), qr/^INUSE/,
    'and it is not deleted by accident');
is($s->ok(channel_delete => $now, 'root', 'shop', '1'), 'ok', 'but by force');
is_deeply(ids('channels'), ['site'], 'it is gone');
like($s->error(channel_put => $now, 'root', @viber), qr/^INUSE/,
    'its name keeps its kind');
like($s->error(channel_delete => $now, 'root', 'shop', '1'), qr/^NOTFOUND/,
    'gone is gone');

# tokens

my @token = ('petro', 't1', 'a' x 64, 'phone');
my $token = { id => 't1', name => 'phone', created_at => stamp(),
    expires_at => undef };

is_deeply($s->json(token_add => $now, 'root', @token, ''), $token, 'a token');
is_deeply($s->json(token_add => $now + 5, 'root', @token, ''), $token,
    'the same again is the same');
is_deeply($s->json(tokens => $now, 'agent:olena', 'petro')->{tokens}, [$token],
    'an owner lists them');
like($s->error(token_add => $now, 'root', 'olga', 't1', 'a' x 64, 'x', ''),
    qr/^MISMATCH/, 'nobody else gets it');
like($s->error(token_add => $now, 'root', 'petro', 't2', 'b' x 64, 'x', $now),
    qr/^INVALID expires_at /, 'none that is over already');
like($s->error(token_add => $now, 'root', $_, 't3', 'c' x 64, 'x', ''),
    qr/^NOTFOUND/, "$_ has no tokens") for 'nobody', 'root';

$s->notices();
is($s->ok(token_delete => $now, 'root', 'petro', 't1'), 'ok', 'taken away');
is_deeply([$s->notices()], ['agent petro'], 'his polls end');
like($s->error(token_delete => $now, 'root', 'petro', 't1'), qr/^NOTFOUND/,
    'only once');
like($s->error(token_delete => $now, 'root', 'petro', $_), qr/^NOTFOUND/,
    "no such token: '$_'") for '', '*', 'a b';

for my $i (1 .. 100) {
    $s->ok(token_add => $now, 'root', 'petro', "n$i", sprintf('%064x', $i), '',
        $now + 10);
}
like($s->error(token_add => $now, 'root', 'petro', 'n101', 'd' x 64, '', ''),
    qr/^INVALID id /, 'a hundred are enough');
ok($s->ok(token_add => $now + 10, 'root', 'petro', 'n101', 'd' x 64, '', ''),
    'those that expired make room');
is(@{ $s->json(tokens => $now, 'root', 'petro')->{tokens} }, 1, 'and are gone');

# who may

my @reads = ([space => ], [tokens => 'petro'], [channel_get => 'site', ''],
    [group_get => 'sales'], [agent_get => 'petro']);
my @writes = ([space_put => 'x', '', '', '', ''], [channel_put => @shop],
    [channel_delete => 'site', '0'], [group_put => 'sales', '', ''],
    [group_delete => 'sales', '0'], [agent_put => 'ivan', '', '', ''],
    [agent_delete => 'ivan'], [token_add => 'petro', 't9', 'e' x 64, '', ''],
    [token_delete => 'petro', 't9']);
my $before = $s->dump();

for my $case (@reads, @writes) {
    my ($name, @args) = @$case;
    like($s->error($name, $now, 'agent:petro', @args), qr/^FORBIDDEN/,
        "$name is not for agents");
    like($s->error($name, $now, 'agent:nobody', @args), qr/^UNAUTHORIZED/,
        "$name is not for strangers");
}

for my $case ($reads[0], $reads[1], $writes[0], $writes[7], $writes[8]) {
    my ($name, @args) = @$case;
    like($s->error($name, $now, 'agent:olga', @args), qr/^FORBIDDEN/,
        "$name is not for admins");
}

like($s->error($_, $now, 'agent:nobody', $_ eq 'channels' ? '' : ()),
    qr/^UNAUTHORIZED/, "$_ is not for strangers")
    for qw(channels groups agents);

# a space has its bounds

my $most = 1000;
$s->ok(group_put => $now, 'root', "g$_", '', '')
    for 1 .. $most - $s->redis('SCARD', $s->key('groups'));
like($s->error(group_put => $now, 'root', 'more', '', ''), qr/^INVALID id /,
    'a thousand groups are enough');
ok($s->ok(group_put => $now, 'root', 'g1', 'One', ''), 'those there may change');
$before = $s->dump();

# who only reads, writes nothing

for my $case (@reads, ['me'], ['channels', ''], ['groups'], ['agents']) {
    my ($name, @args) = @$case;
    my $answer = $s->redis('FCALL_RO', "inbox_1_$name", 1, $s->root(), $now,
        'root', @args);
    ok(ref $answer ne 'HASH', "$name works on a replica");
}

# calls that make no sense

my @odd = (['space_put', 'root', 'x', '', '', ''], ['space', 'root', ''],
    ['channel_put', 'root', 'a', 'b'], ['channel_put', 'root', @shop, 'token'],
    ['channel_put', 'root', @shop, 'To ken', 'x'],
    ['channel_put', 'root', @shop, map { (token => 'x') } 1 .. 17],
    (map { my @a = @shop; $a[$_->[0]] = $_->[1]; ['channel_put', 'root', @a] }
        [4, 'yes'], [5, '[]'], [5, 'x'], [6, '-1'], [7, 'words'], [8, '2'],
        [9, 'day']),
    ['channel'], ['channel', ''], ['channel', 'A'], ['channel', 'a', 'b'],
    ['channel_get', 'root', 'a:b', ''], ['channel_get', 'root', 'a'],
    ['channel_delete', 'root', '', '0'], ['channel_delete', 'root', 'a', 'y'],
    ['channels', 'root'], ['group_put', 'root', 'a'], ['group_get', 'root', ''],
    ['group_get', 'root'], ['group_delete', 'root', 'a', '2'],
    ['group_delete', 'root', 'a'], ['groups'], ['agents', 'root', ''],
    ['agent_put', 'root', 'a', '', '', 'maybe'], ['agent_put', 'root', 'a'],
    ['agent_get', 'root', 'A'], ['agent_delete', 'root', ''],
    ['agent_delete', 'root'], ['token_add', 'root', 'petro', 't'],
    ['token_add', 'root', 'petro', 't t', 'f' x 64, '', ''],
    ['token_add', 'root', 'petro', 't', 'f' x 63, '', ''],
    ['token_add', 'root', 'petro', 't', 'F' x 64, '', ''],
    ['token_add', 'root', 'petro', 't', 'f' x 64, '', 'soon'],
    ['tokens', 'root'], ['tokens', 'root', ''], ['token_delete', 'root', 'a'],
    ['token_delete', 'root', '', 't']);

for my $case (@odd) {
    my ($name, @args) = @$case;
    like($s->error($name, $now, @args), qr/^BADCALL/,
        "$name: " . join ' ', map { substr "'$_'", 0, 20 } @args);
}

is($s->dump(), $before, 'none of it has written anything');

done_testing();


sub agent {
    my ($id, $role) = @_;

    $s->ok(agent_put => $now, 'root', $id, ucfirst $id, $role, '1');
}


sub ids {
    my ($what, $who) = @_;

    my @more = $what eq 'channels' ? '' : ();
    return [map { $_->{id} }
        @{ $s->json($what, $now, $who // 'root', @more)->{$what} }];
}


sub hash { @{ $s->call(channel => $now, $_[0]) } }


# pieces of chats are made anew when a name in them has changed
sub renamed {
    my ($name) = @_;

    is($s->redis('HGET', $s->key('space'), 'gen'), ++$gen, "renamed: $name");
}


sub stamp {
    my ($sec, $ms) = (int($now / 1e6), int($now / 1000) % 1000);
    my @t = gmtime $sec;

    return sprintf '%04d-%02d-%02dT%02d:%02d:%02d.%03dZ', $t[5] + 1900,
        $t[4] + 1, @t[3, 2, 1, 0], $ms;
}
