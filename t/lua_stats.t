#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# The load at a glance: chats by status, channel, group and agent, who waits
# longest, and how soon clients are answered.  The numbers are compared with
# what a count of all chats gives.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use POSIX ();
use Test::More;
use LuaInbox;

my $SECOND = 1_000_000;
my $s = LuaInbox->new();

like($s->error(stats => $s->tick(), 'agent:petro'), qr/^FORBIDDEN/,
    'for owner and admin');

my $stats = stats();
is_deeply($stats->{counts}, { unassigned => 0, active => 0, inactive => 0 },
    'an empty space');
is($stats->{oldest_waiting}, undef, 'nobody waits');
is_deeply($stats->{first_answer}{today},
    { count => 0, median => undef, p90 => undef }, 'nobody was answered');

# sixteen chats of three channels, in all states

my @n = map { $s->client("u$_", 'x', channel => (qw(bot viber meta))[$_ % 3]) }
    1 .. 16;
my $oldest = $s->chat('root', $n[0])->{waiting_since};
is(stats()->{oldest_waiting}{chat}, $n[0], 'the first waits longest');
is(stats()->{oldest_waiting}{since}, $oldest, 'since then');

$s->turn('take', 'petro', $_) for grep { fed($_, 'sales') } @n;
$s->turn('take', 'igor', $_) for $n[0], $n[3];
$s->turn('close', 'petro', $n[2]);
$s->transfer('petro', $n[5], '', 'support');
$s->transfer('igor', $n[0], 'nina', '');
$s->client('u3', 'again');
$s->turn('leave', 'petro', $n[8]);
agree('after many turns');

my ($petro) = grep { $_->{id} eq 'petro' } @{ stats()->{agents} };
is($petro->{active}, $s->redis('ZCARD', $s->key('order:a:petro')),
    "an agent's active chats");
is($petro->{online}, '', 'who is not there');
$s->ok(seen => $s->tick(), 'agent:petro');
($petro) = grep { $_->{id} eq 'petro' } @{ stats()->{agents} };
is($petro->{online}, 1, 'and is');
$s->client('u12', 'news');
($petro) = grep { $_->{id} eq 'petro' } @{ stats()->{agents} };
is($petro->{unread}, 1, 'has one with news');

while ($s->ok(group_delete => $s->tick(), 'root', 'sales', 1) eq 'more') { }
agree('a group is gone');
$s->ok(chat_delete => $s->tick(), 'root', $_) for @n[1, 2, 6];
agree('chats are gone');
$s->ok(channel_delete => $s->tick(), 'root', 'viber', 1);
agree('a channel is gone');

# first answers: 10 chats answered after 5, 10 … 50 s

# the day begins now
$s->tick((86400 - int($s->moment() / $SECOND) % 86400) * $SECOND);

for my $i (1 .. 10) {
    my $n = $s->client("w$i", 'x');
    $s->tick($i * 5 * $SECOND - 500_000);
    $s->turn('take', 'ada', $n);
    $s->reply('ada', $n, 'yes');
    $s->reply('ada', $n, 'and more');
}
my $first = stats()->{first_answer}{today};
is_deeply($first, { count => 10, median => 25, p90 => 45 },
    'ten were answered, each once: half in 25 s, nine in 45 s');

$s->tick(3 * 86400 * $SECOND);
is(stats()->{first_answer}{today}{count}, 0, 'three days later: none today');
is(stats()->{first_answer}{week}{count}, 10, 'but in the week');
my $back = $s->client('w1', 'back');
$s->reply('ada', $back, 'hello');
is(stats()->{first_answer}{today}{count}, 0,
    'a chat that goes on has had its first answer');
$s->turn('close', 'ada', $back);
$s->client('w1', 'once more');
$s->turn('take', 'ada', $back);
$s->reply('ada', $back, 'hello');
is(stats()->{first_answer}{today}{count}, 1, 'one that began anew counts');
$s->ingest('bot', { user => 'w99', text => 'x' });
$s->ingest('bot', { user => 'w99', text => 'y', from => 'agent' });
is(stats()->{first_answer}{today}{count}, 2, 'so does an answer in the app');
$s->tick(8 * 86400 * $SECOND);
is(stats()->{first_answer}{week}{count}, 0, 'and then it is over');

$s->channel('viber2', 'viber', '', 7000, 'chars', 0);

# a week at random beside a plain list: median and 90th percentile by rank,
# never less than they were, and a twentieth more at most

my $seed = $ENV{SEED} || 20261121;

srand $seed;
note("SEED=$seed");

my %took;
for my $day (0 .. 9) {
    $s->tick((86400 - int($s->moment() / $SECOND) % 86400) * $SECOND);
    for my $i (1 .. 3 + int rand 12) {
        my $seconds = int exp rand log 5000;
        my $n = $s->client("r$day-$i", 'x', channel => 'viber2');
        $s->tick($seconds * $SECOND);
        $s->turn('take', 'ada', $n);
        $s->reply('ada', $n, 'yes');
        push @{$took{int($s->moment() / $SECOND / 86400)}}, $seconds;
    }
    my $today = int($s->moment() / $SECOND / 86400);
    my $told = stats()->{first_answer};
    fits($told->{today}, "day $day", @{$took{$today} // []});
    fits($told->{week}, "the week before $day",
        map { @{$took{$today - $_} // []} } 0 .. 6);
}

done_testing();


sub fits {
    my ($told, $what, @all) = @_;

    @all = sort { $a <=> $b } @all;
    is($told->{count}, scalar @all, "$what: how many");

    for my $of (['median', 0.5], ['p90', 0.9]) {
        my $true = $all[POSIX::ceil($of->[1] * @all) - 1];

        # a tick or two besides
        cmp_ok($told->{$of->[0]}, '>=', $true, "$what: $of->[0] of $true s");
        cmp_ok($told->{$of->[0]}, '<=', 1.05 * ($true + 1) + 1,
            "$what: $of->[0] is no more than $true s");
    }
}


sub stats { return $s->json(stats => $s->tick(), 'root') }


sub fed {
    my ($n, $group) = @_;

    return ($s->chat('root', $n)->{group} // '') eq $group;
}


# the same numbers from all chats
sub agree {
    my ($when) = @_;

    my (%total, %channel, %group);
    my @chats = @{ $s->journal('root', limit => 200)->{chats} };
    $total{$_}++, for map { $_->{status} } @chats;
    $channel{$_->{channel}{id}}{$_->{status}}++ for @chats;
    $group{$_->{group} // ''}{$_->{status}}++ for @chats;

    my $stats = stats();
    is_deeply(counted($stats->{counts}), counted(\%total), "$when: in all");
    is_deeply({ map { $_->{id} => counted($_) } grep { sum($_) }
        @{ $stats->{channels} } },
        { map { $_ => counted($channel{$_}) } keys %channel },
        "$when: by channel");
    is_deeply({ map { $_->{id} // '' => counted($_) } grep { sum($_) }
        @{ $stats->{groups} } },
        { map { $_ => counted($group{$_}) } keys %group }, "$when: by group");

    for my $agent (@{ $stats->{agents} }) {
        my $id = $agent->{id};
        my @his = grep { grep { $_->{id} eq $id } @{ $_->{participants} } }
            grep { $_->{status} eq 'active' } @chats;
        my $list = eval { $s->inbox($id, list => 'mine', limit => 200) };
        my @mine = grep { $_->{unread} } @{ $list ? $list->{chats} : [] };

        is_deeply([@$agent{qw(active unread)}], [scalar @his, scalar @mine],
            "$when: of $id");
    }
}


sub counted {
    my ($of) = @_;

    return { map { $_ => $of->{$_} // 0 } qw(unassigned active inactive) };
}


sub sum {
    my ($of) = @_;

    return $of->{unassigned} + $of->{active} + $of->{inactive};
}
