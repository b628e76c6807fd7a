#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# What agents write: it answers the client, waits for its platform, is counted
# as the platform counts, and is stored once however often it comes.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my $s = LuaInbox->new();
my $n = $s->client('u1', 'question', message => 'q1');
$s->turn('take', 'petro', $n);
$s->turn('join', 'olga', $n);
$s->client('u1', 'are you there?');
is($s->inbox('petro')->{badge}{mine}, 1, 'something to read');
$s->notices();

# an answer

my $m = $s->reply('petro', $n, 'Так "є"', attachments => '[{"id":"f1",'
    . '"type":"image","name":"a.jpg","mime":"image/jpeg","size":9}]',
    count => 1, refs => '{"f1":"local:abc"}');
is_deeply($m, {
    id => $m->{id}, chat => $n, rev => $m->{rev}, kind => 'text',
    from => 'agent', nth => 2, event => undef,
    author => { id => 'petro', name => 'Петро' }, text => 'Так "є"',
    attachments => [{ id => 'f1', type => 'image', name => 'a.jpg',
        mime => 'image/jpeg', size => 9 }],
    reply_to => undef, at => $m->{at}, sent_at => undef, edited_at => undef,
    deleted => '', reactions => [], delivery => 'queued', error => undef,
}, 'the Message');
like(($s->notices())[0], qr/^chat \d+ $n cmq=petro=olga$/, 'there is something to send');
is($s->redis('HGET', $s->key("ref:$n"), 'f1'), '"local:abc"', 'the handle');
my $chat = $s->chat('petro', $n);
is($chat->{unread}, 0, 'writing is reading');
is($chat->{waiting_since}, undef, 'nobody waits');
is_deeply($chat->{last_message}, { id => $m->{id}, from => 'agent',
    text => 'Так "є"', attachments => 1, at => $m->{at} }, 'the last message');
is($s->inbox('petro')->{badge}{mine}, 0, 'nothing to read for him');
is($s->inbox('olga')->{badge}{mine}, 1, 'she has not read it');

my $quoted = $s->transcript('petro', $n)->{messages}[1];
my $answer = $s->reply('olga', $n, 'it is', reply_to => $quoted->{id});
is($answer->{reply_to}, $quoted->{id}, 'a reply to a message');
like($s->reply_error('olga', $n, 'x', reply_to => '1-2'),
    qr/^INVALID reply_to/, 'whose id is believed only when it is true');
like($s->reply_error('olga', $n, ''), qr/^INVALID text/, 'nothing to say');

my $job = $s->ok(claim => $s->tick(), 'w', 1_000_000, 10)->[0];
is($job->[1], $m->{id}, 'the first goes first');
is($s->ok(settle => $s->tick(), $n, $m->{id}, $job->[2], 'sent', 'p1', '', '',
    0), 'ok', 'sent');
$job = $s->ok(claim => $s->tick(), 'w', 1_000_000, 10)->[0];
is("@$job[1, 10, 11]", "$answer->{id} q1 Olha",
    'the platform\'s id of what it replies to, and the name');
is($s->ingest('bot', { user => 'u1', from => 'agent', message => 'p1',
    text => 'echo' })->[0], 'same', 'our own echo is known');

# a quote of any message, however many there are, finds the platform's id at once

my $talk = $s->client('u9', 'm1', message => 'x1');
$s->turn('take', 'olga', $talk);
my $mine = $s->reply('olga', $talk, 'mine');
$job = $s->ok(claim => $s->tick(), 'w', 1_000_000, 10)->[0];
$s->ok(settle => $s->tick(), $talk, $mine->{id}, $job->[2], 'sent', 'y1', '',
    '', 0);
for my $i (0 .. 59) {
    $s->ingest('bot', map { { user => 'u9', text => "m$_",
        message => "x$_" } } 200 * $i + 2 .. 200 * $i + 201);
}

my %id;
for my $from (0, 490, 11_990) {
    $id{$from + $_->[0]} = $_->[1] for map { [$_,
        ($s->redis('LINDEX', $s->key("log:$talk"), $from + $_ - 1) // '')
            =~ /^\D+(\d+-\d+)/] } 2, 6 .. 20;
}

my %named = (2 => 'x1', 4 => 'y1', map { $_ => 'x' . ($_ - 3) } 5 .. 12_004);
$id{4} = $mine->{id};
for my $number (sort { $a <=> $b } keys %id) {
    next if !$id{$number};

    my $quote = $s->reply('olga', $talk, "to $number",
        reply_to => $id{$number});
    $s->redis('CONFIG', 'RESETSTAT');
    $job = $s->ok(claim => $s->tick(), 'w', 1_000_000, 10)->[0];
    is($job->[10], $named{$number}, "of 12,000: number $number");
    unlike($s->redis('INFO', 'commandstats'), qr/cmdstat_hscan/,
        'found, not looked for') if $number == 2 || $number == 501;
    $s->ok(settle => $s->tick(), $talk, $quote->{id}, $job->[2], 'sent',
        "q$number", '', '', 0);
}

# notes

my $before = $s->chat('root', $n);
$s->notices();
my $note = $s->reply('ada', $n, 'be kind', kind => 'note');
is("$note->{kind} $note->{author}{id}", 'note ada', 'a note');
is($note->{delivery}, undef, 'goes nowhere');
is_deeply($s->chat('root', $n), $before, 'and changes nothing of the Chat');
like(($s->notices())[0], qr/^chat \d+ $n m$/, 'agents are told');

# once

my @once = ('petro', $n, 'only once', key => 'k1', digest => 'd1');
my $first = $s->reply(@once);
my $state = $s->dump();
is_deeply($s->reply(@once), $first, 'the same message');
is($s->dump(), $state, 'nothing is stored');
like($s->reply_error('petro', $n, 'other', key => 'k1', digest => 'd2'),
    qr/^MISMATCH/, 'another body');
$s->turn('close', 'petro', $n);
is($s->reply(@once)->{id}, $first->{id}, 'also when it could not be done now');
like($s->reply_error('petro', $n, 'x', key => 'k2'), qr/^CLOSED/, 'closed');
$s->turn('reopen', 'petro', $n);
is($s->reply('petro', $n, 'x', key => 'k2')->{text}, 'x',
    'a failure is not remembered');

# lengths and windows

my $meta = $s->client('m1', 'hi', channel => 'meta');
$s->turn('take', 'petro', $meta);
is($s->reply('petro', $meta, 'абвгд')->{text}, 'абвгд', 'ten bytes fit');
my $error = $s->reply_error('petro', $meta, 'абвгде');
like($error, qr/^TOOLONG .*\t"limit":10$/, 'twelve do not');
is($s->reply('petro', $meta, 'абвгдежз', kind => 'note')->{kind}, 'note',
    'a note may be long');

$s->channel('meta', 'instagram', 'sales', 10, 'bytes', 0, 60);
is($s->reply('petro', $meta, 'soon')->{text}, 'soon', 'within the window');
$s->tick(61_000_000);
like($s->reply_error('petro', $meta, 'late'),
    qr/^WINDOW .*\t"until":"2026-\d\d-\d\dT[\d:.]+Z"$/, 'the window is closed');
$s->client('m1', 'hi again', channel => 'meta');
is($s->reply('petro', $meta, 'now')->{text}, 'now', 'and open again');

# by the platform's time: what was held up on its way has used some of it

$s->client('m1', 'held up', channel => 'meta', message => 'h1',
    sent_at => '2020-01-01T00:00:00.000Z');
is($s->reply('petro', $meta, 'yes')->{text}, 'yes',
    'a message that comes late does not shorten the window');
$s->client('m2', 'old', channel => 'meta', message => 'h2',
    sent_at => '2020-01-01T00:00:00.000Z');
my ($old) = $s->redis('HGET', $s->key('contacts:meta'), 'm2');
$s->turn('take', 'petro', $old);
like($s->reply_error('petro', $old, 'x'),
    qr/^WINDOW .*\t"until":"2020-01-01T00:01:00.000Z"$/,
    'an old one alone opens none');
$s->client('m2', 'new', channel => 'meta', message => 'h3',
    sent_at => '2099-01-01T00:00:00.000Z');
$s->tick(61_000_000);
like($s->reply_error('petro', $old, 'x'), qr/^WINDOW/,
    'and no clock that is fast opens it for longer');

$s->ok(channel_delete => $s->tick(), 'root', 'meta', 1);
like($s->reply_error('petro', $meta, 'x'), qr/^NOTFOUND/,
    'nowhere to send it to');
is($s->chat('petro', $meta)->{channel}{title}, 'The meta',
    'but the chat is there');

# typing

$s->notices();
$s->client('u1', 'and now?', message => 'h1');
$s->notices();
is_deeply($s->ok(typing => $s->tick(), 'agent:petro', $n, '', ''),
    ['', 'bot', 'u1', 'h1'], 'typing, and to whom it may be shown');
is($s->ok(typing => $s->tick(), 'root', $n, '', ''), '', 'who only looks on');
$s->ok(typing => $s->tick(), 'visitor', 'bot', 'u1');
$s->ok(typing => $s->tick(), 'visitor', 'bot', 'unknown');
is_deeply([map { utf8::decode($_); $_ } $s->notices()],
    ["typing $n agent petro - - \"Петро\"", "typing $n client - - - null"],
    'is told, not stored');
like($s->error(typing => $s->tick(), 'agent:nina', $n, '', ''), qr/^FORBIDDEN/,
    'not to those it does not concern');

done_testing();
