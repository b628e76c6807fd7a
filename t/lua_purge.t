#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# What a space wants done by itself: old closed chats go, and chats whose agents
# have left come back to their group while the client waits.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my $MINUTE = 60_000_000;
my $DAY = 1440 * $MINUTE;
my $s = LuaInbox->new();

# nothing is asked for

my @old = map { $s->client("old$_", 'x') } 1 .. 45;
for my $n (@old) {
    $s->turn('take', 'petro', $n);
    $s->turn('close', 'petro', $n);
}
my $open = $s->client('open', 'x');
$s->tick(40 * $DAY);
my $young = $s->client('young', 'x');
$s->turn('take', 'petro', $young);
$s->turn('close', 'petro', $young);
my $rev = $s->journal('root')->{rev};
is_deeply(purge(), [0, 0, ''], 'a space that wants nothing');

# old ones go

space(30, '');
my ($erased, $calls, $next) = (0, 0, '');
do {
    my $answer = purge($next);
    $erased += $answer->[0];
    $next = $answer->[2];
    cmp_ok($answer->[0], '<=', 20, 'a little at a time') if ++$calls < 4;
} while $next ne '';
is($erased, 45, 'what is old and closed goes');
is(LuaInbox::ids($s->journal('root')), "$young $open", 'the rest stays');
is(@{ $s->journal('root', since => $rev, limit => 200)->{gone} }, 45,
    'polls are told');
is_deeply($s->journal('root')->{counts},
    { unassigned => 1, active => 0, inactive => 1 }, 'counts are exact');
is($s->redis('EXISTS', $s->key("log:$old[0]")), 0, 'with all traces');
is_deeply(purge(), [0, 0, ''], 'once');

# so do their tombstones, a day later

is($s->redis('ZCARD', $s->key('feed')), 47, 'what has gone is told for a day');
$s->tick($DAY);
purge();
is($s->redis('ZCARD', $s->key('feed')), 2, 'then nothing is left of it');
is($s->redis('EXISTS', $s->key('gone')), 0, 'anywhere');
is($s->journal('root', since => $rev)->{reset}, 1,
    'who asks from before reads anew');

# agents who have left

space('', 10);
my %n = map { $_ => $s->client($_, 'x') } qw(left here away answered shared);
$s->ok(seen => $s->tick(), "agent:$_") for qw(petro olga);
$s->turn('take', 'petro', $n{$_}) for qw(left answered shared);
$s->turn('take', 'olga', $n{here});
$s->turn('join', 'olga', $n{shared});
$s->turn('take', 'ada', $n{away});
$s->reply('petro', $n{answered}, 'yes');
$s->tick(9 * $MINUTE);
$s->ok(seen => $s->tick(), "agent:$_") for qw(olga ada);
is_deeply(purge(), [0, 0, ''], 'nobody has been away for long');
$s->ok(away => $s->tick(), 'agent:ada', 1);
$s->tick(2 * $MINUTE);
$s->notices();
is_deeply(purge(), [0, 2, ''], 'two come back');

for my $who (qw(left away)) {
    my $chat = $s->chat('root', $n{$who});
    is($chat->{status}, 'unassigned', "$who: nobody's");
    is($chat->{group}, 'sales', "$who: its group's");
    is($s->transcript('root', $n{$who})->{messages}[-1]{event}, 'left',
        "$who: it is in the transcript");
}
is($s->chat('root', $n{$_})->{status}, 'active', "$_: stays")
    for qw(here answered shared);
like(join(' ', $s->notices()), qr/chat \d+ $n{left} cm/, 'everybody is told');
is($s->inbox('olga')->{badge}{incoming}, 3, 'it is incoming again');
is_deeply(purge(), [0, 0, ''], 'once');

like($s->error(purge => $s->tick(), 'x'), qr/^BADCALL/, 'a cursor is a number');

done_testing();


sub purge { return $s->ok(purge => $s->tick(), $_[0] // '') }


sub space {
    my ($days, $minutes) = @_;

    $s->ok(space_put => $s->tick(), 'root', 'Shop', 'uk', $days, '', '',
        $minutes);
}
