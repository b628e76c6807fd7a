#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# What waits to be sent: in order within a chat, by one worker at a time, again
# after a failure, and with a doubt where a lease ran out without a word.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaSpace;

my $LEASE = 30_000_000;
my $DOUBT = 'sent again after an interruption, it may have arrived twice';

my $s = LuaSpace->new();
my $now = $s->now();

like($s->error(claim => $now, 'w1', $LEASE, ''), qr/^NOSPACE/, 'no space');
like($s->error(settle => $now, 1, '1-1', 'x', 'sent', '', '', '', '0'),
    qr/^NOSPACE/, 'no space to settle in');

$s->ok(space_put => $now, 'root', 'Shop', 'uk', '', '', 'free');
$s->ok(channel_put => $now, 'root', 'bot', 'telegram', 'Bot', '', '1', '{}',
    4096, 'utf16', 0, 0, '');

is_deeply(claim('w1'), [''], 'nothing waits');

# a job

my $quote = '"\u0456 \"delivery\":\"sent\",\"attachments\":[ {"';

client(1, 'ext-1');
message(1, 2, text => $quote, reply_to => '"1-1"');
message(1, 3);
message(2, 1);

my $jobs = claim('w1');
my $next = pop @$jobs;
is(@$jobs, 2, 'one job of each chat');
is($next, $now + $LEASE . " 2 $now",
    'the next is due when a lease ends, two wait, since now');

my %rev = @{ $s->call(channel => $now, 'bot') };
my $lease = $jobs->[0][2];
is_deeply($jobs->[0], ['1', '5-2', $lease, '1', '0', 'bot', $rev{rev},
    'telegram', 'user1', $quote, 'ext-1', 'Петро "П"', '[]', '0', '0'],
    'all that a channel needs') or diag explain $jobs->[0];
isnt($lease, $jobs->[1][2], 'each chat has its own lease');
is_deeply(claim('w2'), [$now + $LEASE . " 2 $now"],
    'nobody else gets them');

# sent

settle(2, '5-1', $jobs->[1][2], 'sent');
$s->notices();
is(settle(1, '5-2', 'not mine', 'sent'), 'late', 'only who holds it settles');
is(settle(1, '5-3', $lease, 'sent'), 'late', 'and only what he holds');
is_deeply([$s->notices()], [], 'nobody hears of it');

is(settle(1, '5-2', $lease, 'sent', external => 'tg:77'), 'ok', 'sent');
is(delivery(1, 2), 'sent', 'the message says so');
is($s->redis('HGET', $s->key('ext:1'), 'tg:77'), 2, 'found by its id there');
like(($s->notices())[0], qr/^chat \d+ 1 mq$/, 'told, and there is more');
is(settle(1, '5-2', $lease, 'sent', external => 'tg:77'), 'late', 'only once');

$jobs = claim('w2');
is($jobs->[0][1], '5-3', 'the next of the chat follows at once');
settle(1, '5-3', $jobs->[0][2], 'sent');
like(($s->notices())[0], qr/^chat \d+ 1 m$/, 'no more of this chat');
is($s->redis('ZSCORE', $s->key('outbox'), 1), undef, 'it waits for nothing');

my ($rev) = piece(1, 3)->{rev};
is($s->redis('ZSCORE', $s->key('chg:1'), 3), $rev, 'its transcript changed');
is($s->redis('HGET', $s->key('space'), 'rev'), $rev, 'by the space\'s clock');
is($s->redis('HEXISTS', $s->key('chat:1'), $_), 0, "no $_ is left behind")
    for qw(lease tries doubt);

# later

message(3, 1);
message(3, 2);
my $job = job(3, 'w1');
is(settle(3, '5-1', $job->[2], 'later', at => $now + 100), 'ok', 'later');
is(delivery(3, 1), 'queued', 'it still waits');
is(job(3, 'w1'), undef, 'not yet');
$now += 100;
$job = job(3, 'w1');
is_deeply([@$job[1, 3, 4]], ['5-1', '2', '0'], 'the same one, a second try');
settle(3, '5-1', $job->[2], 'later', at => $now + 100, doubt => 1);
$now += 100;
$job = job(3, 'w1');
is_deeply([@$job[3, 4]], ['3', '1'], 'a doubt that was told stays');
settle(3, '5-1', $job->[2], 'sent');
is(piece(3, 1)->{error}, $DOUBT, 'and ends up in the message');

# never

$job = job(3, 'w1');
is_deeply([@$job[1, 3, 4]], ['5-2', '1', '0'], 'the next begins from one');
$s->notices();
settle(3, '5-2', $job->[2], 'never', words => "bot was \"blocked\"\n");
is(delivery(3, 2), 'failed', 'failed');
is(piece(3, 2)->{error}, "bot was \"blocked\"\n", 'with the platform\'s words');
like(($s->notices())[0], qr/^chat \d+ 3 m$/, 'told');

message(3, 3);
$job = job(3, 'w1');
settle(3, '5-3', $job->[2], 'never', words => 'ї' x 400);
is(piece(3, 3)->{error}, 'ї' x 250, 'long words are cut between characters');

# release

message(4, 1);
$job = job(4, 'w1');
$s->notices();
is(settle(4, '5-1', $job->[2], 'release'), 'ok', 'given back');
like(($s->notices())[0], qr/^chat \d+ 4 q$/, 'others hear of it');
$job = job(4, 'w2');
is_deeply([@$job[1, 3, 4]], ['5-1', '1', '0'], 'as if nobody had tried');

# a lease that runs out

$now += $LEASE - 1;
is(job(4, 'w3'), undef, 'not a moment too soon');
$now++;
my $again = job(4, 'w3');
is_deeply([@$again[1, 3, 4]], ['5-1', '2', '1'], 'a lease ran out: a doubt');
is(settle(4, '5-1', $job->[2], 'sent'), 'late', 'who comes back holds nothing');
is(delivery(4, 1), 'queued', 'while somebody else does');
settle(4, '5-1', $again->[2], 'release');
is(settle(4, '5-1', $job->[2], 'sent', external => 'tg:9'), 'ok',
    'but when nobody does, what he knows counts');
is(delivery(4, 1), 'sent', 'and it is not sent again');
is(piece(4, 1)->{error}, $DOUBT, 'the doubt stays');

message(4, 2);
$job = job(4, 'w1');
$now += $LEASE;
is(settle(4, '5-2', $job->[2], 'sent'), 'ok', 'over, but nobody took it');
is(piece(4, 2)->{error}, undef, 'no doubt then');

message(4, 3);
$job = job(4, 'w1');
$s->redis('DEL', map { $s->key("$_:4") } qw(chat log out ext chg));
is(settle(4, '5-3', $job->[2], 'sent'), 'late', 'a chat deleted meanwhile');
is($s->redis('EXISTS', map { $s->key("$_:4") } qw(chat log out ext chg)), 0,
    'nothing of it comes back');
$now += $LEASE;
is(job(4, 'w1'), undef, 'and it is no job any more');
is($s->redis('ZSCORE', $s->key('outbox'), 4), undef, 'nor does it wait');

# what cannot be sent

message(5, 1);
message(5, 2);
$s->ok(channel_delete => $now, 'root', 'bot', '1');
like(claim('w1')->[0], qr/^$now 1 /, 'a deleted channel sends nothing');
claim('w1');
is(delivery(5, $_), 'failed', "message $_ failed") for 1, 2;
is(piece(5, 1)->{error}, 'the channel was deleted', 'and it says why');
is_deeply(claim('w1'), [''], 'the outbox is empty');

# many

$s->ok(channel_put => $now, 'root', 'bot', 'telegram', 'Bot', '', '1', '{}',
    4096, 'utf16', 0, 0, '');
message($_, 1) for 100 .. 129;
$jobs = $s->ok(claim => $now, 'w1', $LEASE, 20);
is(@$jobs, 21, 'no more than asked for');
like($jobs->[20], qr/^$now 30 /, 'the rest is due at once');
is(@{ claim('w2') }, 11, 'and goes to somebody else');

# from the client's question to the echo of the answer

claim('w1');
$s->ok(agent_put => $now, 'root', 'olga', 'Ольга', '', '1');
$s->redis('HSET', $s->key('space'), 'seq', 299);
is_deeply([@{ event('in-1', 'client', '"question"') }[0, 1]], ['new', 300],
    'a client asks');
$s->ok(take => $now, 'agent:olga', 300, '', '');
my $id = $s->json(reply => $now, 'agent:olga', 300, 'text', '"answer"',
    '"answer"', 6, 6, 6, '[]', 0, '', question(), '', '')->{id};
$job = job(300, 'w1');
is_deeply([@$job[1, 8, 9, 10, 11]], [$id, 'user300', '"answer"', 'in-1',
    'Ольга'], 'the answer is a job, with the question it quotes');
is(settle(300, $id, $job->[2], 'sent', external => 'out-1'), 'ok', 'sent');
is((transcript())[-1]{delivery}, 'sent', 'its transcript says so');
is(event('out-1', 'agent', '"answer"')->[0], 'same', 'its echo is no news');
is(event('out-1', 'client', '"changed"', 'edit')->[0], 'changed',
    'and what the platform says of it finds it');

# calls that make no sense

message(200, 1);
my $before = $s->dump();

for my $args (['w', $LEASE], ['w', '', '1'], ['w', '0', '1'], ['w', '1', '0'],
    ['w', '1', '201'], ['w', 'long', '1'], ['x' x 201, '1', '1'],
    ['w', '3600000001', '1'], ['w', '1', '1', ''])
{
    like($s->error(claim => $now, @$args), qr/^BADCALL/,
        'claim: ' . substr "@$args", 0, 30);
}

my @settle = ('200', '5-1', 'x', 'sent', '', '', '', '0');
for my $case ([0, ''], [0, '0'], [0, 'a'], [0, '1:2'], [1, ''], [2, ''],
    [3, ''], [3, 'perhaps'], [3, 'later'], [4, 'x' x 513], [7, 'no'])
{
    my @args = @settle;
    $args[$case->[0]] = $case->[1];
    like($s->error(settle => $now, @args), qr/^BADCALL/,
        "settle: $case->[0] as '" . substr($case->[1], 0, 10) . "'");
}
like($s->error(settle => $now, @settle[0 .. 6]), qr/^BADCALL/,
    'settle: one word too few');
is($s->dump(), $before, 'none of it has written anything');

# a store that is full: what was sent must not be forgotten

$job = job(200, 'w1');
$s->redis('CONFIG', 'SET', 'maxmemory', 1);
like($s->error(claim => $now + $LEASE, 'w1', $LEASE, ''), qr/^OOM/,
    'nothing new is begun');
is(settle(200, '5-1', $job->[2], 'sent'), 'ok', 'what is on its way is settled');
$s->redis('CONFIG', 'SET', 'maxmemory', 0);

done_testing();


# one event of the client of chat 300
sub event {
    my ($message, $from, $text, $type) = @_;

    my %bot = @{ $s->call(channel => $now, 'bot') };
    return $s->ok(ingest => ++$now, 'bot', $bot{rev}, '0', $type // 'message',
        'user300', $message, $from, '', '', '', '', $text, $text, '[]', '0', '',
        '', '', '');
}


sub transcript {
    my ($n) = @_;

    return @{ $s->decode($s->ok(transcript => $now, 'root', $n // 300, '', '',
        '')->[0])->{messages} };
}


sub question { (grep { $_->{from} eq 'client' } transcript())[0]{id} }


# what a chat and its transcript have when a client wrote

sub client {
    my ($n, $external) = @_;

    $s->redis('RPUSH', $s->key("log:$n"), made($n, 1, from => 'client',
        delivery => 'null', author => 'null'));
    $s->redis('HSET', $s->key("ext:$n"), $external, '1:' . 'd' x 64);
}


# and when an agent has answered
sub message {
    my ($n, $number, %m) = @_;

    $s->redis('HSET', $s->key("chat:$n"), channel => 'bot', user => "user$n",
        status => 'active');
    $s->redis('RPUSH', $s->key("log:$n"), made($n, $number, %m));
    $s->redis('RPUSH', $s->key("out:$n"), $number);
    $s->redis('ZADD', $s->key($_), 'NX', $now, $n) for qw(outbox waits);
}


sub made {
    my ($n, $number, %m) = @_;

    %m = (from => 'agent', text => '"hello"', reply_to => 'null',
        delivery => '"queued"', author => '{"id":"petro","name":"Петро \"П\""}',
        %m);
    return qq({"id":"5-$number","chat":$n,"rev":5,"kind":"text",)
        . qq("from":"$m{from}","nth":1,"event":null,"author":$m{author},)
        . qq("text":$m{text},"attachments":[],"reply_to":$m{reply_to},)
        . qq("at":"2026-11-21T22:09:50.280Z","sent_at":null,"edited_at":null,)
        . qq("deleted":false,"reactions":[],"delivery":$m{delivery},)
        . qq("error":null});
}


sub claim {
    my $jobs = $s->ok(claim => $now, $_[0], $LEASE, '');

    for my $job (grep { ref } @$jobs) {
        utf8::decode($_) for @$job;
    }

    return $jobs;
}


# the job of one chat among those that a worker gets, or nothing
sub job {
    my ($n, $worker) = @_;

    my @mine = grep { ref && $_->[0] == $n } @{ claim($worker) };
    return $mine[0];
}


sub settle {
    my ($n, $message, $token, $outcome, %s) = @_;

    return $s->ok(settle => $now, $n, $message, $token, $outcome,
        $s{external} // '', $s{words} // '', $s{at} // '', $s{doubt} // 0);
}


sub piece {
    my ($n, $number) = @_;

    return (grep { $_->{id} =~ /-$number$/ } transcript($n))[0];
}


sub delivery { piece(@_)->{delivery} }
