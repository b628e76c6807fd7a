#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# The table of docs/api.md: every call in every state by everybody.  A row
# says what petro (participant), olga (of the group), igor (of another group)
# and ada (admin) get; the chat is made anew for each cell.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my @PEOPLE = qw(petro olga igor ada);

my @TABLE = (
    # call           state        petro     olga      igor      ada
    ['take',         'unassigned', 'active', 'active', 'FORBIDDEN', 'active'],
    ['take',         'active',     'active', 'TAKEN',  'FORBIDDEN', 'TAKEN'],
    ['take',         'inactive',   'CLOSED', 'CLOSED', 'FORBIDDEN', 'CLOSED'],
    ['join',         'unassigned', 'NOTTAKEN', 'NOTTAKEN', 'FORBIDDEN',
        'NOTTAKEN'],
    ['join',         'active',     'active', 'active', 'FORBIDDEN', 'active'],
    ['join',         'inactive',   'CLOSED', 'CLOSED', 'FORBIDDEN', 'CLOSED'],
    ['write',        'unassigned', 'NOTTAKEN', 'NOTTAKEN', 'FORBIDDEN',
        'NOTTAKEN'],
    ['write',        'active',     'active', 'NOTPART', 'FORBIDDEN',
        'NOTPART'],
    ['write',        'inactive',   'CLOSED', 'CLOSED', 'FORBIDDEN', 'CLOSED'],
    ['note',         'unassigned', 'unassigned', 'unassigned', 'FORBIDDEN',
        'unassigned'],
    ['note',         'active',     'active', 'active', 'FORBIDDEN', 'active'],
    ['note',         'inactive',   'inactive', 'FORBIDDEN', 'FORBIDDEN',
        'inactive'],
    ['to_igor',      'unassigned', 'active', 'active', 'FORBIDDEN', 'active'],
    ['to_igor',      'active',     'active', 'NOTPART', 'FORBIDDEN', 'active'],
    ['to_igor',      'inactive',   'CLOSED', 'CLOSED', 'FORBIDDEN', 'CLOSED'],
    ['to_support',   'unassigned', 'unassigned', 'unassigned', 'FORBIDDEN',
        'unassigned'],
    ['to_support',   'active',     'unassigned', 'NOTPART', 'FORBIDDEN',
        'unassigned'],
    ['to_support',   'inactive',   'CLOSED', 'CLOSED', 'FORBIDDEN', 'CLOSED'],
    ['leave',        'unassigned', 'NOTTAKEN', 'NOTTAKEN', 'FORBIDDEN',
        'NOTTAKEN'],
    ['leave',        'active',     'unassigned', 'NOTPART', 'FORBIDDEN',
        'NOTPART'],
    ['leave',        'inactive',   'CLOSED', 'CLOSED', 'FORBIDDEN', 'CLOSED'],
    ['close',        'unassigned', 'inactive', 'inactive', 'FORBIDDEN',
        'inactive'],
    ['close',        'active',     'inactive', 'NOTPART', 'FORBIDDEN',
        'inactive'],
    ['close',        'inactive',   'inactive', 'FORBIDDEN', 'FORBIDDEN',
        'inactive'],
    ['reopen',       'unassigned', 'NOTTAKEN', 'NOTTAKEN', 'FORBIDDEN',
        'NOTTAKEN'],
    ['reopen',       'active',     'active', 'active', 'FORBIDDEN', 'active'],
    ['reopen',       'inactive',   'active', 'FORBIDDEN', 'FORBIDDEN',
        'active'],
    ['see',          'unassigned', 'unassigned', 'unassigned', 'FORBIDDEN',
        'unassigned'],
    ['see',          'active',     'active', 'active', 'FORBIDDEN', 'active'],
    ['see',          'inactive',   'inactive', 'FORBIDDEN', 'FORBIDDEN',
        'inactive'],
);

my $s = LuaInbox->new();
my $user = 0;

for my $row (@TABLE) {
    my ($call, $state, @expected) = @$row;

    for my $i (0 .. $#PEOPLE) {
        my $n = chat_in($state);
        my $got = does($call, $PEOPLE[$i], $n);
        is($got, $expected[$i], "$state: $PEOPLE[$i] $call");
        consistent($n);
    }
}

# what a turn leaves behind

my $n = chat_in('unassigned');
$s->notices();
my $chat = $s->turn('take', 'petro', $n);
is($chat->{responsible}, 'petro', 'who takes is responsible');
is_deeply($chat->{participants}, [{ id => 'petro', name => 'Петро' }],
    'and takes part');
is($chat->{unread}, 0, 'he has read it');
is($chat->{action}, 'open', 'it is his');

like(heard(), qr/ cm\@sales=petro$/,
    'told to those who have lost it, and to him');

my $error = $s->turn_error('take', 'olga', $n);
my ($words, $json) = split /\t/, $error, 2;
utf8::decode($words);
is($words, 'TAKEN Петро took this chat', 'the late one is told who');
my $shown = $s->decode("{$json}")->{chat};
is($shown->{action}, 'join', 'with the chat as she sees it');
is($shown->{id}, $n, 'that chat');

$chat = $s->turn('join', 'olga', $n);
is(join(' ', map { $_->{id} } @{ $chat->{participants} }), 'petro olga',
    'who joins comes last');
is($chat->{responsible}, 'petro', 'and is not responsible');
like(heard(), qr/ cm=petro=olga$/, 'told to both');
$chat = $s->turn('leave', 'petro', $n);
like(heard(), qr/ cm=petro=olga$/, 'told to both');
is($chat->{responsible}, 'olga', 'the longest-standing other follows');
is($chat->{status}, 'active', 'it goes on');
$chat = $s->turn('leave', 'olga', $n);
like(heard(), qr/ cm=olga\@sales$/, 'told to the group again');
is("$chat->{status} @{$chat->{participants}}", 'unassigned ',
    'the last one out leaves it to the group');
is(events($n), 'created taken joined left left', 'the transcript tells it');
is((grep { ($_->{event} // '') eq 'taken' }
    @{ $s->transcript('root', $n)->{messages} })[0]{text}, 'Петро',
    'and who it was');

$chat = $s->transfer('petro', $n, 'igor', '');
is("$chat->{responsible} @{[ map { $_->{id} } @{ $chat->{participants} } ]}",
    'igor igor', 'given to one: he alone');
is($s->turn('close', 'igor', $n)->{closed_at} ? 1 : 0, 1, 'closed');
is_deeply([map { $_->{id} } @{ $s->chat('igor', $n)->{participants} }],
    ['igor'], 'a closed chat shows who handled it');
$chat = $s->turn('reopen', 'petro', $n);
is("$chat->{status} $chat->{responsible}", 'active petro', 'reopened: his');
is($chat->{closed_at}, undef, 'and not closed');
$chat = $s->transfer('petro', $n, '', 'support');
is("$chat->{status} $chat->{group}", 'unassigned support', 'to a group');
is(events($n), 'created taken joined left left transferred closed reopened'
    . ' transferred', 'all of it is told');
is(names('petro', $n), $n, 'petro, who took part, still sees it');

like($s->error(transfer => $s->tick(), 'root', $n, 'nobody', '', '', ''),
    qr/^INVALID agent/, 'to nobody');
like($s->error(transfer => $s->tick(), 'root', $n, '', 'nothing', '', ''),
    qr/^INVALID group/, 'to no group');
like($s->error(transfer => $s->tick(), 'root', $n, '', '', '', ''),
    qr/^INVALID agent or group/, 'to neither');
like($s->turn_error('take', 'petro', 4711), qr/^NOTFOUND/, 'no such chat');

# a repeated key does the thing once

$n = chat_in('unassigned');
my @take = ('agent:petro', $n, 'key-1', 'd1');
is($s->json(take => $s->tick(), @take)->{status}, 'active', 'taken with a key');
$s->turn('leave', 'petro', $n);
is($s->json(take => $s->tick(), @take)->{status}, 'unassigned',
    'the same key takes nothing and shows what is');
like($s->error(take => $s->tick(), @take[0 .. 2], 'd2'), qr/^MISMATCH/,
    'not with another body');
is($s->json(take => $s->tick(), 'agent:olga', @take[1 .. 3])->{status},
    'active', 'keys of others are others');

done_testing();


# a new chat of the group sales; taken by petro when it is active or inactive
sub chat_in {
    my ($state) = @_;

    my $n = $s->client('user' . ++$user, 'hello');
    $s->turn('take', 'petro', $n) if $state ne 'unassigned';
    $s->turn('close', 'petro', $n) if $state eq 'inactive';
    return $n;
}


# the status of the chat after the call, or the word of its error
sub does {
    my ($call, $who, $n) = @_;

    my $now = $s->tick();
    my %calls = (
        write => sub { $s->reply_error($who, $n, 'x') },
        note => sub { $s->reply_error($who, $n, 'x', kind => 'note') },
        to_igor => sub {
            $s->error(transfer => $now, "agent:$who", $n, 'igor', '', '', '') },
        to_support => sub {
            $s->error(transfer => $now, "agent:$who", $n, '', 'support', '',
                '') },
        see => sub { $s->error(chat => $now, "agent:$who", $n) },
    );
    my $error = $calls{$call} ? $calls{$call}->()
                              : $s->turn_error($call, $who, $n);

    return $1 if $error =~ /^([A-Z]+) /;
    return $s->chat('root', $n)->{status};
}


# the lists say of a chat what its hash says
sub consistent {
    my ($n) = @_;

    my $chat = $s->chat('root', $n);
    my @parts = map { $_->{id} } @{ $chat->{participants} };
    my @expected = "order:s:$chat->{status}";
    push @expected, "order:g:$chat->{group}" if $chat->{status} eq 'unassigned';
    push @expected, map { "order:a:$_" } @parts if $chat->{status} eq 'active';

    my @found = grep { defined $s->redis('ZSCORE', $s->key($_), $n) }
        (map { "order:s:$_" } qw(unassigned active inactive)),
        (map { "order:g:$_" } '', qw(sales support)),
        (map { "order:a:$_" } @PEOPLE);
    return if "@{[ sort @found ]}" eq "@{[ sort @expected ]}";
    fail("chat $n is in @found, not in @expected");
}


sub events {
    my ($n) = @_;

    return join ' ', map { $_->{event} // () }
        @{ $s->transcript('root', $n)->{messages} };
}


sub names {
    my ($who, $n) = @_;

    return $s->chat($who, $n)->{id};
}


# the one notice since the last look
sub heard {
    return join "\n", $s->notices();
}
