#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# A clock that was an hour ahead and has been set back: what waited for a time
# waits no longer than it was to, what has just begun is due at once, and nobody
# is refused, or there, until the old time is reached once more.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my $SECOND = 1_000_000;
my $MINUTE = 60 * $SECOND;
my $HOUR = 60 * $MINUTE;
my $LEASE = 20 * $SECOND;

my $s = LuaInbox->new();
my $ASKED = "\t/inbox\t?";

# clocks of two nodes may be some seconds apart

my $n = written('near');
$s->tick(-3 * $SECOND);
is_deeply([jobs()], [], 'what a node some seconds ahead wrote is soon due');
$s->tick(3 * $SECOND);
my ($job) = jobs();
is($job->[0], $n, 'then it is');
$s->tick(-3 * $SECOND);
is_deeply([jobs()], [], 'and a lease is a lease');
$s->tick($LEASE);
is_deeply([jobs()], [], 'until it ends by the clock of who took it');
sent($job);

# what waits to be sent

$n = written('new');
my $paused = written('paused');
my $leased = written('leased');
my %job = map { $_->[0] => $_ } jobs();
release($job{$n});
later($job{$paused}, 5 * $MINUTE);
$s->tick($MINUTE);
$s->tick(-$HOUR);

my ($first, $more) = claim();
is($first->[0], $n, 'what is new goes at once');
ok(!ref $more, 'nothing else does');
is(since($more), $s->moment, 'and nothing has waited since tomorrow');
sent($first);

$s->tick($LEASE - $SECOND);
is_deeply([jobs()], [], 'a lease ends no earlier than it was to');
$s->tick($SECOND);
($job) = jobs();
is_deeply([@$job[0, 4]], [$leased, 1], 'but it ends');
sent($job);

$s->tick(5 * $MINUTE - $LEASE - $SECOND);
is_deeply([jobs()], [], 'a pause lasts as long as it was to');
$s->tick($SECOND);
($job) = jobs();
is($job->[0], $paused, 'and no longer');
sent($job);
is_deeply($s->redis('KEYS', '*paused*'), [], 'nothing is left of it');

# the second of a chat, whose id is of the old time

written('new', 1);
written('new', 1);
$s->tick(-10 * $MINUTE);
($job) = jobs();
sent($job);
($job, $more) = claim();
cmp_ok(since($more), '<=', $s->moment, 'the next has not waited since tomorrow');
sent($job);

# who they are

$s->client($_, 'hi', extra => $ASKED) for qw(asked tried);
my %look = map { $_->[0] => $_ } looks();
my ($asked, $tried) = map { $s->redis('HGET', $s->key('contacts:bot'), $_) }
    qw(asked tried);
looked($look{$tried}, 'later', $MINUTE);
my $fresh = $s->client('fresh', 'hi', extra => $ASKED);
$s->tick(-$HOUR);
next_look();
is(join(' ', map { $_->[0] } looks()), $fresh, 'who is new is asked for');
$s->tick($LEASE);
is(join(' ', map { $_->[0] } looks()), "$asked $fresh",
    'again when the lease has ended');
$s->tick($MINUTE - $LEASE);
is((looks())[-1][0], $tried, 'and after a pause');

$s->redis('DEL', map { $s->key($_) } qw(lookups looking paused:lookups));
$n = $s->client('rest', 'hi', extra => $ASKED);
looked((looks())[0], 'later', 15 * $MINUTE, 1);
$s->tick(-$HOUR);
$s->client('rest2', 'hi', extra => $ASKED);
is(looks(), 1, 'a channel does not rest until the old time');

# a client who was looked up in the future, and comes back

$n = $s->client('back', 'hi', extra => $ASKED);
looked((grep { $_->[0] eq $n } looks())[0], 'found', 0, 0, 'Olena');
$s->turn('take', 'petro', $n);
$s->turn('close', 'petro', $n);
$s->tick(-$HOUR);
$s->client('back', 'again', extra => $ASKED);
ok((grep { $_->[0] eq $n } looks()), 'is asked for again');

# limits

is(visit($_), 'new', "message $_") for 1 .. 3;
like(visit(4), qr/^LIMIT 60 /, 'the fourth is too many');
is($s->ok(limit => $s->tick(), 'logins', '::1', 1), 'ok', 'one attempt');
$s->tick(-2 * $SECOND);
like(visit(4), qr/^LIMIT/, 'some seconds are no new minute');
$s->tick(-$HOUR);
is(visit(4), 'new', 'a window of the future is over');
is($s->ok(limit => $s->tick(), 'logins', '::1', 1), 'ok', 'for anybody');

# who is there

$s->ok(seen => $s->tick(), "agent:$_") for qw(petro olga);
$s->ok(parked => $s->tick(), $_, 2) for qw(w1 w2);
$s->tick(-$HOUR);
$s->ok(seen => $s->tick(), 'agent:petro');
$s->ok(parked => $s->tick(), 'w1', 3);
ok(online('petro'), 'whose page asks is there');
ok(!online('olga'), 'and who was there in the future is not');
is($s->json(tenant => $s->tick(), 'root')->{usage}{parked}, 3,
    'nor are polls of then');
is(attended(), 1, 'somebody is there');
$s->tick(2 * $MINUTE);
ok(!online('petro'), 'for as long as ever');
is(attended(), 0, 'then nobody');

# chats whose agents have left

$s->ok(space_put => $s->tick(), 'root', 'Shop', 'uk', '', '', '', 10);
my %chat = map { $_ => $s->client($_, 'x') } qw(old here);
$s->ok(seen => $s->tick(), "agent:$_") for qw(petro olga);
$s->turn('take', 'petro', $chat{old});
$s->turn('take', 'olga', $chat{here});
$s->tick(-$HOUR);
$s->ok(seen => $s->tick(), 'agent:olga');
$chat{young} = $s->client('young', 'x');
$s->turn('take', 'petro', $chat{young});
$s->ok(purge => $s->tick(), '');
is(status('old'), 'unassigned', 'come back, for nobody is there');
is(status('here'), 'active', 'unless he is');
is(status('young'), 'active', 'not before their time');
$s->tick(11 * $MINUTE);
$s->ok(purge => $s->tick(), '');
is(status('young'), 'unassigned', 'which is that of the clock, not of the revs');

# the window in which a platform lets one answer

$s->channel('day', 'instagram', '', 1000, 'chars', 0, 24 * 3600);
$s->tick(100 * $HOUR);
$n = $s->client('w', 'hi', channel => 'day',
    sent_at => '2030-12-01T00:00:00.000Z');
$s->tick(-100 * $HOUR);
$s->client('w', 'more', channel => 'day', message => 'm2',
    sent_at => '2026-11-01T00:00:00.000Z');
$s->turn('take', 'petro', $n);
$s->tick(25 * $HOUR);
like($s->reply_error('petro', $n, 'yes'), qr/^WINDOW/,
    'ends when it should');

done_testing();


# an answer to a client waits to be sent; his chat.  again: he has one
sub written {
    my ($user, $again) = @_;

    my $chat = $s->client($user, 'question');
    $s->turn('take', 'petro', $chat) if !$again;
    $s->reply('petro', $chat, 'answer');
    return $chat;
}


sub claim { return @{ $s->ok(claim => $s->tick(), 'w', $LEASE, 20) } }


sub jobs { return grep { ref } claim() }


# since when the one waits that has waited longest
sub since { return (split / /, $_[0])[2] }


sub settle {
    my ($job, $outcome, $at) = @_;

    is($s->ok(settle => $s->tick(), @$job[0 .. 2], $outcome, '', '', $at // '',
        0), 'ok', "$outcome: $job->[0]");
}


sub sent { settle($_[0], 'sent') }


sub release { settle($_[0], 'release') }


sub later { settle($_[0], 'later', $s->moment + 1000 + $_[1]) }


# what a worker asks when it is told that somebody is due
sub looks { return @{ $s->ok(look => $s->tick(), 'w', $LEASE, 20) } }


# the sweep's claim, which tells when the next is due
sub next_look {
    my ($at) = (claim())[-1] =~ / (\d+)$/;

    cmp_ok($at, '<=', $s->moment, 'and a worker is told at once');
}


sub looked {
    my ($job, $outcome, $pause, $all, $name) = @_;

    $s->ok(looked => $s->tick(), @$job[0, 1], $outcome,
        $s->moment + ($pause // 0), $all // 0, '', $name // '', '', '', '', '');
}


sub visit {
    my ($id) = @_;

    my $answer = $s->call(ingest => $s->tick(), 'site',
        $s->channel_rev('site'), '1 3 2 192.0.2.1',
        $s->event(user => 'v', message => $id, text => 'x'));

    return ref $answer eq 'ARRAY' ? $answer->[0] : $answer->{error};
}


sub online {
    return $s->json(me => $s->tick(), "agent:$_[0]")->{agent}{online};
}


sub attended {
    return $s->ok(attended => $s->tick(), 'bot', $s->channel_rev('bot'));
}


sub status { return $s->chat('root', $chat{$_[0]})->{status} }
