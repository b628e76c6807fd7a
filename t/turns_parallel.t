# Copyright (C) the ngx_inbox authors
#
# Everything that moves a chat, fifty times at once over two nodes of two workers
# each: it happens exactly once, the transcript has one line of it, and those who
# came too late are told how the chat is now.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use Digest::SHA qw(hmac_sha256_hex);
use File::Basename qw(dirname);
use JSON::PP;
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;

my $MANY = 50;

my $fake = FakeTelegram->new();
my %where = (apis => { telegram => $fake->origin }, workers => 2,
    http => 'inbox_redis_timeout 30s;');
my $t = Test::Inbox->new(%where)->start();
my $node = Test::Inbox->new(%where, provision => 0,
    store => $t->redis->address)->start();
my @nodes = ($t, $node);

my @people = map { "a$_" } 1 .. $MANY;
my %token = map { $_ => $t->agent($_) } @people;

$t->create('groups/support', { agents => \@people });
$t->create('groups/second', { agents => [] });
$t->telegram();
$t->create('channels/page', { kind => 'facebook', group => 'support',
    credentials => { app_secret => 'shh', account_id => '100' } });

my ($user, $said) = (0, 0);


# take: one of fifty

my $n = chat();
my @r = race(map { [$_, 'take'] } @people);
my ($winner) = map { $_->{responsible} } won(@r);

is(scalar(won(@r)), 1, 'one of fifty takers has it');
is(codes(@r), '49 chat_taken', 'the others are told that it is taken');
is_deeply([grep { $_->{json}{chat}{responsible} ne $winner
    || $_->{json}{chat}{id} != $n
    || $_->{json}{detail} !~ /^\U$winner\E took/i } lost(@r)], [],
    'by whom, and with the chat as it is');
is(events(), 'created taken', 'one line of it');
is($t->api(GET => 'journal')->{json}{counts}{active}, 1, 'one chat is active');

$n = chat();
@r = race(map { ['a1', 'take', {}, 'once'] } 1 .. $MANY);
is(scalar(won(@r)), $MANY, 'one agent takes it fifty times with one key');
is(events(), 'created taken', 'once');


# join: of one, and of all

@r = race(map { ['a2', 'join'] } 1 .. $MANY);
is(scalar(won(@r)), $MANY, 'one joins fifty times');
is(events(), 'created taken joined', 'once');

@r = race(map { [$_, 'join'] } @people);
is(scalar(won(@r)), $MANY, 'all join');
is(events(), join(' ', 'created taken', ('joined') x 49), 'each once');
is_deeply([sort map { $_->{id} } @{seen()->{participants}}], [sort @people],
    'and all take part');
is(seen()->{responsible}, 'a1', 'under the one who took it');


# leave: of one of them; of all; of the last

@r = race(map { ['a1', 'leave'] } 1 .. $MANY);
is(scalar(won(@r)), 1, 'one leaves, once');
is(codes(@r), '49 not_participant', 'then he takes no part');
is(event_count('left'), 1, 'one line of it');
isnt(seen()->{responsible}, 'a1', 'somebody else is responsible');

@r = race(map { [$_, 'leave'] } @people[1 .. 49]);
is(scalar(won(@r)), 49, 'all leave');
is(event_count('left'), 50, 'each once');
is(seen()->{status}, 'unassigned', 'the last one out leaves it to the group');
is_deeply([@{seen()}{qw(responsible participants)}], [undef, []],
    'nobody is left');

act('a1', 'take');
@r = race(map { ['a1', 'leave'] } 1 .. $MANY);
is(scalar(won(@r)), 1, 'the last one leaves, once');
is(codes(@r), '49 not_taken', 'then it is nobody\'s');


# transfer: to an agent, to a group

act('a1', 'take');
@r = race(map { ['a1', 'transfer', { agent => 'a2' }] } 1 .. $MANY);
is(scalar(won(@r)), 1, 'given to a colleague, once');
is(codes(@r), '49 not_participant', 'then it is his');
is(event_count('transferred'), 1, 'one line of it');
is(seen()->{responsible}, 'a2', 'and he has it');

@r = race(map { ['root', 'transfer', { agent => $_ }] } @people);
my $moved = event_count('transferred') - 1;
is(scalar(won(@r)), $MANY, 'the owner gives it to all of them');
cmp_ok($moved, '>=', $MANY - 1, 'each is a line');
is(scalar(@{seen()->{participants}}), 1, 'and one has it');

act('root', 'transfer', { agent => 'a1' });
$moved = event_count('transferred');
@r = race(map { ['a1', 'transfer', { group => 'second' }] } 1 .. $MANY);
is(scalar(won(@r)), 1, 'given to a group, once');
like(codes(@r), qr/^49 (?:forbidden|not_participant)$/, 'then it is theirs');
is(event_count('transferred'), $moved + 1, 'one line of it');
is(join(' ', @{seen()}{qw(status group)}), 'unassigned second', 'and waits');


# close and reopen

$n = chat();
act('a1', 'take');
act($_, 'join') for @people[1 .. 9];
@r = race(map { ["a$_", 'close'] } map { 1 .. 10 } 1 .. 5);
is(scalar(won(@r)), $MANY, 'ten close it, five times each');
is(event_count('closed'), 1, 'it is closed once');
is($t->api(GET => 'journal')->{json}{counts}{inactive}, 1, 'and counted once');

@r = race(map { ["a$_", 'reopen'] } map { 1 .. 10 } 1 .. 5);
is(scalar(won(@r)), $MANY, 'and open it again');
is(event_count('reopened'), 1, 'once');
is(scalar(@{seen()->{participants}}), 1, 'one of them has it');


# a client comes back

act('root', 'close');
my @texts = map { 'again ' . ++$said } 1 .. $MANY;
my @all = hooks(map { FakeTelegram::update(1000 + $_, $texts[$_],
    id => $user) } 0 .. $#texts);
is(codes(@all), '', 'fifty messages of the client of a closed chat');
is(event_count('reopened'), 2, 'open it once');
is_deeply([sort grep { /again/ } texts()], [sort @texts], 'each is there once');
is(seen()->{status}, 'unassigned', 'for whoever takes it');

act('root', 'close');
@all = hooks((FakeTelegram::update(2000, 'once more', id => $user)) x $MANY);
is(codes(@all), '', 'fifty copies of one');
is(event_count('reopened'), 3, 'open it once');
is(scalar(grep { $_ eq 'once more' } texts()), 1, 'and are one message');


# what is written with one key is written once

act('a1', 'take');
for my $what ([text => 'One answer'], [text => 'One note', note => 1]) {
    my %body = @$what;

    $body{note} = JSON::PP::true if $body{note};
    @r = race(map { ['a1', 'messages', \%body, $body{text} =~ s/ /-/r] }
        1 .. $MANY);
    is(codes(@r), '', "$body{text}, fifty times with one key");
    is(scalar(keys %{{ map { $_->{id} => 1 } won(@r) }}), 1, 'is one message');
    is(scalar(grep { $_ eq $body{text} } texts()), 1, 'there once');
}

ok($t->wait_for(sub { grep { $_->{json}{text} eq 'One answer' }
    $fake->calls }), 'it is sent');

@r = race(map { ['a1', 'messages', { text => 'Body ' . $_ % 2 }, 'both'] }
    1 .. $MANY);
is(scalar(won(@r)), 25, 'one key with two bodies: one of them is written');
is(codes(@r), '25 idempotency_mismatch', 'the other is told of it');
is(scalar(grep { /^Body/ } texts()), 1, 'there is one');
act('a1', 'messages', { text => 'The end' });
ok($t->wait_for(sub { grep { $_->{json}{text} eq 'The end' } $fake->calls }),
    'what was written later is sent later');
is(scalar(grep { $_->{json}{text} eq 'One answer' } $fake->calls), 1,
    'each was sent once');


# the echo of what a colleague wrote in the platform's own app

my $at = int(time() * 1000);
meta({ sender => { id => '7' }, recipient => { id => '100' },
    timestamp => $at, message => { mid => 'm1', text => 'Hello' } });
($n) = map { $_->{id} } @{$t->api(GET => 'journal?channel=page')->{json}{chats}};
is(seen()->{unread}, 1, 'a client of the page waits');
@all = meta(({ sender => { id => '100' }, recipient => { id => '7' },
    timestamp => $at, message => { mid => 'm2', text => 'Answered there',
    is_echo => JSON::PP::true } }) x $MANY);
is(codes(@all), '', 'fifty echoes of an answer');
is(scalar(grep { $_ eq 'Answered there' } texts()), 1, 'are one message');
is_deeply([@{seen()}{qw(status unread waiting_since)}],
    ['unassigned', 0, undef], 'which is an answer, and no more than that');


# both nodes tell the same

is_deeply(transcript($node), transcript($t), 'the nodes agree');

$node->{cleaned} = 1;
ok($node->stop(), 'the second node ends in time');
is_deeply([$node->complaints()], [], 'and complains of nothing');
$node->clean();

$t->done();


# a client writes: the number of his new chat
sub chat {
    $user++;
    $t->hook(FakeTelegram::update(5000 + $user, 'Hello', id => $user));

    return $t->api(GET => 'journal?limit=1')->{json}{chats}[0]{id};
}


sub request {
    my ($who, $what, $body, $key) = @_;

    return [POST => "/inbox/api/v1/chats/$n/$what", json => $body // {},
        token => $token{$who} // $t->token,
        $key ? (headers => { 'Idempotency-Key' => $key }) : ()];
}


sub act {
    my ($method, $path, %o) = @{request(@_)};

    return $t->request($method, $path, %o);
}


# all at once, by turns on either node
sub race { return together(map { request(@$_) } @_) }

sub together {
    my (@requests) = @_;

    my @lines = map { $nodes[$_ % 2]->connect() } 0 .. $#requests;

    $lines[$_]->send(@{$requests[$_]}) for 0 .. $#requests;

    my @answers = Test::Inbox::HTTP::together(60, @lines);

    $_->close() for @lines;

    return @answers;
}


sub hooks {
    return together(map { [POST => '/inbox/hook/bot', json => $_, headers =>
        { 'X-Telegram-Bot-Api-Secret-Token' => 'hook-secret' }] } @_);
}


sub meta {
    my $json = JSON::PP->new->utf8;

    return together(map { my $body = $json->encode({ object => 'page',
        entry => [{ id => '100', time => $at, messaging => [$_] }] });
        [POST => '/inbox/hook/page', body => $body, headers => {
            'X-Hub-Signature-256' => 'sha256=' . hmac_sha256_hex($body,
            'shh') }] } @_);
}


sub won  { return map { $_->{json} } grep { $_ && $_->{status} < 300 } @_ }
sub lost { return grep { $_ && $_->{status} >= 300 } @_ }


# '49 chat_taken'; also of those that were not answered
sub codes {
    my %n;

    $n{$_ ? $_->{json}{code} // $_->{status} : 'nothing'}++
        for grep { !$_ || $_->{status} >= 300 } @_;

    return join ', ', map { "$n{$_} $_" } sort keys %n;
}


sub seen { return $t->api(GET => "chats/$n")->{json} }

sub transcript {
    return $_[0]->api(GET => "chats/$n/messages?limit=200")->{json}{messages};
}

sub texts { return map { $_->{text} } grep { $_->{kind} ne 'event' }
    @{transcript($t)} }

sub events { return join ' ', map { $_->{event} // () } @{transcript($t)} }

sub event_count { my ($name) = @_; return scalar(() = events() =~ /\b$name\b/g) }
