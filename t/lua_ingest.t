#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# What comes from a channel: a first message makes a chat, a second delivery of
# it makes nothing, edits and receipts find what they are about, and the client
# of a closed chat finds it open again.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my $s = LuaInbox->new();

# the first message

my $answer = $s->ingest('bot', { message => 'm1', text => 'Привіт',
    name => 'Олена К', username => 'olena_k', user => '500001',
    sent_at => '2026-11-21T17:53:10.000Z' });
is_deeply($answer, ['new', '1', ''], 'a chat is made');

my $chat = $s->chat('root', 1);
my $message = $s->transcript('root', 1)->{messages}[1];
my $at = $message->{at};

is_deeply($chat, {
    id => 1, rev => $chat->{rev}, title => 'Олена К', named => 1,
    channel => { id => 'bot', kind => 'telegram', title => 'The bot' },
    contact => { id => '1', name => 'Олена К', username => 'olena_k',
        phone => undef, email => undef, external_id => '500001',
        avatar => { initials => 'ОК',
            color => $chat->{contact}{avatar}{color}, url => undef } },
    status => 'unassigned', group => 'sales', responsible => undef,
    participants => [], unread => 1,
    last_message => { id => $message->{id}, from => 'client',
        text => 'Привіт', attachments => 0, at => $at },
    waiting_since => $at, created_at => $at, updated_at => $at,
    closed_at => undef, action => 'reply', tags => [],
}, 'the Chat is complete') or diag explain $chat;
like($chat->{contact}{avatar}{color}, qr/^([0-9]|1[01])$/, 'a colour');

is_deeply($message, {
    id => $message->{id}, chat => 1, rev => $message->{rev}, kind => 'text',
    from => 'client', nth => 1, event => undef, author => undef,
    text => 'Привіт', attachments => [], reply_to => undef, at => $at,
    sent_at => '2026-11-21T17:53:10.000Z', edited_at => undef, deleted => '',
    reactions => [], delivery => undef, error => undef,
}, 'the Message is complete');
is($message->{id}, "$message->{rev}-2", 'its id tells its place');

my $event = $s->transcript('root', 1)->{messages}[0];
is("$event->{from} $event->{kind} $event->{event}", 'system event created',
    'the transcript begins with an event');

my ($notice, @more) = $s->notices();
is($notice, "chat $chat->{rev} 1 cm\@sales", 'one notice');
is(@more, 0, 'and no other');

# the same again

my $before = $s->dump();
is_deeply($s->ingest('bot', { message => 'm1', text => 'Привіт',
    user => '500001' }), ['same', '1', ''], 'a second delivery is known');
is($s->dump(), $before, 'and changes nothing');
is($s->notices(), 0, 'nobody is woken');

# several at once, of two clients

is_deeply($s->ingest('bot', { message => 'm2', user => '500001',
        text => 'a' }, { user => '500002', message => 'm1', text => 'b' },
        { message => 'm3', user => '500001', text => 'c',
          reply_to => 'm1' }),
    ['new', 1, '', 'new', 2, '', 'new', 1, ''], 'a batch');
like(join(' ', $s->notices()), qr/^chat \d+ 1 cm\@sales chat \d+ 2 cm\@sales$/,
    'both chats are told of');
is($s->chat('root', 1)->{unread}, 3, 'all are counted');
is($s->chat('root', 2)->{title}, 'Гість №2', 'no name: a guest');
is($s->chat('root', 2)->{named}, '', 'not named');
is($s->chat('root', 2)->{contact}{avatar}{color}, undef, 'grey');
is($s->transcript('root', 1)->{messages}[-1]{reply_to}, $message->{id},
    'a reply points to our id');

# names

$s->client('500002', 'x', name => "Іван \"Ї\"", phone => '+380501234567');
is($s->chat('root', 2)->{title}, "Іван \"Ї\"", 'a name that came later');
$s->client('500002', 'y');
is($s->chat('root', 2)->{title}, "Іван \"Ї\"", 'no name says nothing');

# nobody sees what is blank, and no name turns the line that it stands in

for my $case (["\x{200b}", undef], ["\x{3164}\x{200d}", undef], ["\x{0}\t", undef],
    ["\x{202e}\x{2069}", undef], ["\x{feff}\x{2800}", undef],
    ["\x{202e}Ія\x{202c}\x{2066}", 'Ія'], ["Ія\nБо\x{85}Я\x{2028}", 'Ія Бо Я'],
    ["\x{200f}שלום", "\x{200f}שלום"],
    ["👨\x{200d}👩 Сім\x{2bc}я", "👨\x{200d}👩 Сім\x{2bc}я"])
{
    my ($name, $seen) = @$case;
    my $n = $s->client("blank $name", 'x', name => $name);

    is($s->chat('root', $n)->{contact}{name}, $seen, 'seen: '
        . join ' ', map { sprintf '%04x', ord } split //, $name);
    is($s->chat('root', $n)->{title}, $seen // "Гість №$n", 'and the title');
}

$s->ok(space_put => $s->tick(), 'root', 'Shop', 'en', '', '', '');
my $third = $s->client('u3', 'z', username => 'nick');
is($s->chat('root', $third)->{title}, 'nick', 'a nick is a title');
my $fourth = $s->client('u4', 'z');
is($s->chat('root', $fourth)->{title}, "Guest #$fourth", 'in English');
my (undef, $fifth) = $s->visitor('v1', 'hello');
is($s->chat('root', $fifth)->{title}, "Guest #$fifth", 'a guest of the site');
$s->visitor('v1', 'me', name => 'Zoe');
is($s->chat('root', $fifth)->{title}, "№$fifth · Zoe", 'a site shows numbers');

# edits

is_deeply($s->ingest('bot', { type => 'edit', message => 'm3',
    user => '500001', text => 'C', sent_at => '2026-11-21T18:00:00.000Z' }),
    ['changed', 1, ''], 'an edit');
my $edited = $s->transcript('root', 1)->{messages}[-1];
is($edited->{text}, 'C', 'has its text');
is($edited->{edited_at}, '2026-11-21T18:00:00.000Z', 'and its time');
cmp_ok($edited->{rev}, '>', (split /-/, $edited->{id})[0], 'and its rev');
is($s->chat('root', 1)->{last_message}{text}, 'C', 'the Chat shows it');
is($s->ingest('bot', { type => 'edit', message => 'm3', user => '500001',
    text => 'C', sent_at => '2026-11-21T18:00:00.000Z' })->[0], 'same',
    'again: nothing');
is($s->ingest('bot', { type => 'edit', message => 'm3', user => '500001',
    text => 'old', sent_at => '2026-11-21T17:59:00.000Z' })->[0], 'same',
    'an older edit that comes late does nothing');
is($s->ingest('bot', { type => 'edit', message => 'unheard',
    user => '500001', text => 'E' })->[0], 'new',
    'an edit of what we never had is the message');
is($s->ingest('bot', { message => 'unheard', user => '500001',
    text => 'before' })->[0], 'same', 'and the original comes too late');

# reactions, deletion

my $e = { user => '500001', message => 'm1' };
is($s->ingest('bot', { %$e, type => 'reaction', extra => '["👍"]' })->[0],
    'changed', 'a reaction');
is_deeply($s->transcript('root', 1)->{messages}[1]{reactions}, ['👍'], 'shown');
is($s->ingest('bot', { %$e, type => 'reaction', extra => '["👍"]' })->[0],
    'same', 'again');
is($s->ingest('bot', { %$e, type => 'delete' })->[0], 'changed', 'deleted');
is($s->transcript('root', 1)->{messages}[1]{text}, '', 'its text is gone');
is($s->transcript('root', 1)->{messages}[1]{deleted}, 1, 'and it says so');
is($s->ingest('bot', { %$e, type => 'delete' })->[0], 'same', 'once');
is($s->ingest('bot', { %$e, type => 'edit', text => 'back' })->[0], 'same',
    'what is deleted cannot be edited');
is($s->ingest('bot', { type => 'delete', user => '500001',
    message => 'other' })->[0], 'none', 'an unknown one');
is($s->ingest('bot', { type => 'delete', user => 'nobody',
    message => 'm1' })->[0], 'none', 'of an unknown client');
$s->ingest('bot', { type => 'delete', message => 'unheard',
    user => '500001' });
is($s->chat('root', 1)->{last_message}{text}, '', 'the Chat forgets it too');

# an echo answers

my $n = $s->client('echo', 'help', message => 'c1');
$s->ingest('bot', { user => 'echo', from => 'agent', message => 'a1',
    text => 'from the app', name => 'Our shop' });
$chat = $s->chat('root', $n);
is($chat->{status}, 'unassigned', 'an echo takes nothing');
is($chat->{unread}, 0, 'but answers');
is($chat->{waiting_since}, undef, 'nobody waits');
is($chat->{last_message}{from}, 'agent', 'it is the last message');
is($chat->{named}, '', 'its name is not the client\'s');
$s->ingest('bot', { user => 'echo', type => 'receipt', message => 'a1',
    extra => 'read' });
is($s->transcript('root', $n)->{messages}[-1]{delivery}, 'read', 'read');
is($s->ingest('bot', { user => 'echo', type => 'receipt', message => 'a1',
    extra => 'delivered' })->[0], 'none', 'and never less than that');

# a closed chat comes back

$s->turn('take', 'petro', $n);
$s->turn('close', 'petro', $n);
is($s->client('echo', 'again'), $n, 'the same chat');
$chat = $s->chat('root', $n);
is($chat->{status}, 'unassigned', 'is new');
is_deeply($chat->{participants}, [], 'without participants');
is($chat->{closed_at}, undef, 'not closed');
is(join(' ', map { $_->{event} // $_->{kind} }
    @{ $s->transcript('root', $n)->{messages} }),
    'created text text taken closed reopened text', 'and says so');

# blocked by us, stopped by the client

$s->ok(block => $s->tick(), 'root', $n, 1);
$before = $s->dump();
is($s->ingest('bot', { user => 'echo', text => 'spam' })->[0], 'none',
    'a blocked client is not heard');
is($s->dump(), $before, 'nothing is kept');
is($s->ingest('bot', { user => 'u3', type => 'state',
    extra => 'blocked' })->[0], 'none', 'a client who stopped us is no news');

# watermarks

$s->turn('take', 'olga', $third);
my @ours = map { $s->reply('olga', $third, "r$_")->{id} } 1 .. 3;
for my $id (@ours) {
    my $jobs = $s->ok(claim => $s->tick(), 'w', 1_000_000, 10);
    my ($job) = grep { ref && $_->[1] eq $id } @$jobs;
    $s->ok(settle => $s->tick(), $third, $id, $job->[2], 'sent', "ext-$id",
        '', '', '0');
}
my @sent = @{ $s->transcript('olga', $third)->{messages} }[-3 .. -1];
is("@{[ map { $_->{delivery} } @sent ]}", 'sent sent sent', 'all sent');
$s->ingest('bot', { user => 'u3', type => 'receipt', extra => 'delivered',
    sent_at => $sent[1]{at} });
@sent = @{ $s->transcript('olga', $third)->{messages} }[-3 .. -1];
is("@{[ map { $_->{delivery} } @sent ]}", 'delivered delivered sent',
    'up to the watermark');
$s->ingest('bot', { user => 'u3', type => 'receipt', extra => 'failed',
    message => "ext-$ours[2]", text => 'number is gone' });
@sent = @{ $s->transcript('olga', $third)->{messages} }[-3 .. -1];
is("$sent[2]{delivery}: $sent[2]{error}", 'failed: number is gone',
    'a failure has its words');

# who may bring what

my $rev = $s->channel_rev('bot');
my @event = $s->event(text => 'x');
like($s->error(ingest => $s->tick(), 'bot', $rev - 1, 0, @event), qr/^STALE/,
    'older settings are stale');
like($s->error(ingest => $s->tick(), 'none', 1, 0, @event), qr/^NOTFOUND/,
    'no such channel');
like($s->error(ingest => $s->tick(), 'bot', $rev, 1, @event), qr/^NOTFOUND/,
    'visitors have no messenger');
like($s->redis('FCALL', 'inbox_1_ingest', 1, 'inbox:{none}', 1, 'bot', 1, 0,
    @event)->{error}, qr/^NOSPACE/, 'no such space');

done_testing();
