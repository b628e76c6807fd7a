#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# A space as its host sees it: what it uses, how much it may, that it is
# suspended, and how it ends.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my $s = LuaInbox->new();

like($s->error(tenant => $s->tick(), 'agent:ada'), qr/^FORBIDDEN/,
    'for root only');
is_deeply(tenant()->{usage}, { chats => 0, messages => 0, bytes => 0,
    parked => 0 }, 'nothing is used');

# usage is exact

my @n = map { $s->client("u$_", 'x' x $_) } 1 .. 5;
$s->turn('take', 'petro', $n[0]);
$s->reply('petro', $n[0], 'note', kind => 'note');
$s->reply('petro', $n[0], 'yes');
is_deeply(usage(), counted(), 'chats, messages and bytes are counted');
$s->ok(chat_delete => $s->tick(), 'root', $n[0]);
is_deeply(usage(), counted(), 'and taken away');

$s->ok(parked => $s->tick(), 'worker-1', 3);
$s->ok(parked => $s->tick(), 'worker-2', 4);
is(tenant()->{usage}{parked}, 7, 'polls of all workers');
$s->ok(parked => $s->tick(), 'worker-2', 0);
is(tenant()->{usage}{parked}, 3, 'as they say');
$s->tick(100_000_000);
is(tenant()->{usage}{parked}, 0, 'and say again');

# limits

my $rules = rule(0, 6, 5, '');
is_deeply($rules->{limits}, { chats => 6, agents => 5, channels => undef },
    'limits');
like($s->error(agent_put => $s->tick(), 'root', 'sixth', '', '', ''),
    qr/^INVALID id there are 5/, 'no more agents');
$s->client('v1', 'x');
$s->client('v2', 'x');
like($s->error(ingest => $s->tick(), 'site', $s->channel_rev('site'), 1,
    $s->event(user => 's1', text => 'x')), qr/^LIMIT 3600 /,
    'no more visitors');
is($s->client('v2', 'more'), 7, 'those that are there go on');
is($s->client("over$_", 'x'), 7 + $_, 'a messenger may have some more')
    for 1 .. 6;
is_deeply($s->ingest('bot', { user => 'v2', text => 'a', message => 'a1' },
    { user => 'v3', text => 'b', message => 'b1' },
    { user => 'v2', text => 'c', message => 'c1' },
    { user => 'v3', text => 'd', message => 'd1' }),
    ['new', 7, '', 'full', '', '', 'new', 7, '', 'full', '', ''],
    'and then no more, whoever else is told of');
is(join(' ', map { $_->{text} } @{ $s->transcript('root', 7)->{messages} }),
    ' x more a c', 'whose words are all there');
is_deeply(usage(), counted(), 'and counted');
rule(0, 14, '', '');
is($s->client('v3', 'b', message => 'b1'), 14,
    'when there is room his words have their place');

# those of one call did not know of each other, and all of them had their place
rule(0, 8, '', '');
is_deeply([grep { /[a-z]/ } @{ $s->ingest('bot', map { { user => "at$_",
    text => 'x', message => "at$_" } } 1 .. 5) }], [qw(new new new full full)],
    'who comes together has no more room than who comes alone');
is_deeply(usage(), counted(), 'and that is counted');
rule(0, '', '', 4);
like($s->error(channel_put => $s->tick(), 'root', 'fifth', 'viber', '', '', 1,
    '{}', 0, 'chars', 0, 0, ''), qr/^INVALID id there are 4/,
    'no more channels');
rule(0, '', '', '');
like($s->error(tenant_rule => $s->tick(), 'agent:ada', 0, '', '', ''),
    qr/^FORBIDDEN/, 'not by its owner');
like($s->error(tenant_rule => $s->tick(), 'root', 0, 'x', '', ''),
    qr/^INVALID limits.chats /, 'a limit is a number');

# suspended

$s->turn('take', 'petro', $n[1]);
my $on_its_way = $s->reply('petro', $n[1], 'soon');
my ($job) = grep { ref && $_->[1] eq $on_its_way->{id} }
    @{ $s->ok(claim => $s->tick(), 'w', 10_000_000, 10) };
$s->notices();
is(rule(1, '', '', '')->{suspended}, 1, 'suspended');
is(($s->notices())[0], 'agent -', 'its polls end');
like($s->error(@$_), qr/^FORBIDDEN this space is suspended/, "no $_->[0]") for
    [me => $s->tick(), 'agent:petro'], [agents => $s->tick(), 'agent:petro'],
    [inbox => $s->tick(), "agent:petro", ("") x 5],
    [ingest => $s->tick(), 'site', $s->channel_rev('site'), 1,
        $s->event(text => 'x')],
    [visitor => $s->tick(), 'site', '', 'v', '', '', ''],
    [attended => $s->tick(), 'site', ''], [seen => $s->tick(), 'agent:petro'];
like($s->error(ingest => $s->tick(), 'bot', $s->channel_rev('bot'), 0,
    $s->event(text => 'x')), qr/^SUSPENDED 3600 /, 'a platform comes later');
is_deeply($s->ok(claim => $s->tick(), 'w', 1000, 10), [''],
    'nothing is sent');
is($s->ok(settle => $s->tick(), $n[1], $on_its_way->{id}, $job->[2], 'sent',
    'p1', '', '', 0), 'ok', 'but what was on its way is settled');
is($s->json(me => $s->tick(), 'root')->{agent}{id}, 'root', 'root comes in');
is(rule(0, '', '', '')->{suspended}, '', 'resumed');
is($s->client('v2', 'more'), 7, 'everything is there');
is($s->json(audit => $s->tick(), 'root', '', 1)->{entries}[0]{action},
    'space_resumed', 'and written down');

# its end, step by step

my @others = ('inbox:{shopping}:space', 'inbox:{sho}:space', 'other');
$s->redis('SET', $_, 1) for @others;
$s->client("many$_", 'x') for 1 .. 600;
like($s->error(tenant_wipe => $s->tick(), 'agent:ada', ''), qr/^FORBIDDEN/,
    'not by its owner');
$s->notices();
my $cursor = $s->ok(tenant_wipe => $s->tick(), 'root', '');
is(($s->notices())[0], 'agent -', 'its polls end');
like($s->error(me => $s->tick(), 'root'), qr/^NOSPACE/, 'it is gone at once');
like($s->error(space_put => $s->tick(), 'root', 'x', '', '', '', ''),
    qr/^INUSE/, 'and not made anew until it is');

my $steps = 0;
while ($cursor ne '') {
    $cursor = $s->ok(tenant_wipe => $s->tick(), 'root', $cursor);
    $steps++;
}
cmp_ok($steps, '>', 1, "it took $steps steps");
is_deeply([sort @{ $s->redis('KEYS', '*') }], [sort @others],
    'nothing of it is left, and nothing else is gone');
is($s->ok(tenant => $s->tick(), 'root'), '', 'no such space');
is($s->json(space_put => $s->tick(), 'root', 'New', '', '', '', '')->{name},
    'New', 'it can be made anew');

like($s->error(@$_), qr/^BADCALL/, "@$_") for
    [tenant_wipe => $s->tick(), 'root', 'x'],
    [parked => $s->tick(), '', 1], [parked => $s->tick(), 'w', -1],
    [tenant_rule => $s->tick(), 'root', 2, '', '', ''];

done_testing();


sub tenant { return $s->json(tenant => $s->tick(), 'root') }


sub rule { return $s->json(tenant_rule => $s->tick(), 'root', @_) }


sub usage {
    my $usage = tenant()->{usage};

    return { map { $_ => $usage->{$_} } qw(chats messages bytes) };
}


# the same from the logs
sub counted {
    my %sum = (chats => 0, messages => 0, bytes => 0);

    for my $key (grep { /:log:/ } @{ $s->redis('KEYS', '*') }) {
        my @pieces = @{ $s->redis('LRANGE', $key, 0, -1) };

        $sum{chats}++;
        $sum{messages} += @pieces;
        $sum{bytes} += length for @pieces;
    }

    return \%sum;
}
