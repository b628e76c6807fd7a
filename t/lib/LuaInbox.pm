package LuaInbox;

# Copyright (C) the ngx_inbox authors
#
# A space at work for the tests of the conversations: four channels, two
# groups, five agents, and verbs for what clients and agents do.  Each verb
# moves the invented clock on by a millisecond.
#
#     bot    a messenger of the group sales       petro, olga  of sales
#     viber  a messenger of everybody             igor         of support
#     meta   counts a text in bytes, at most 10   nina         of none
#     site   a widget of the group support        ada          admin

use strict;
use warnings;
use utf8;

use parent 'LuaSpace';

use JSON::PP;

my $JSON = JSON::PP->new()->utf8(0)->allow_nonref()->canonical();


# options: those of Test::Inbox::Redis
sub new {
    my ($class, %o) = @_;

    my $self = $class->SUPER::new(%o);
    $self->{now} = $self->SUPER::now();

    $self->ok(space_put => $self->tick(), 'root', 'Shop', 'uk', '', '',
        'commercial');
    $self->agent(@$_) for ['petro', 'Петро', 'agent'],
        ['olga', 'Olha', 'agent'], ['igor', 'Igor', 'agent'], ['nina', 'Nina', 'agent'],
        ['ada', 'Ada', 'admin'];
    $self->ok(group_put => $self->tick(), 'root', 'sales', 'Sales',
        'petro,olga');
    $self->ok(group_put => $self->tick(), 'root', 'support', 'Support', 'igor');
    $self->channel('bot', 'telegram', 'sales', 4096, 'utf16', 0);
    $self->channel('viber', 'viber', '', 7000, 'chars', 0);
    $self->channel('meta', 'instagram', '', 10, 'bytes', 0);
    $self->channel('site', 'site', 'support', 0, 'chars', 1);
    $self->notices();

    return $self;
}


sub agent {
    my ($self, $id, $name, $role) = @_;

    utf8::encode($name) if utf8::is_utf8($name);
    $self->ok(agent_put => $self->tick(), 'root', $id, $name, $role, 1);
}


sub channel {
    my ($self, $id, $kind, $group, $limit, $unit, $polled, $window) = @_;

    $self->ok(channel_put => $self->tick(), 'root', $id, $kind, "The $id",
        $group, 1, '{}', $limit, $unit, $polled, $window // '', '');
}


# the next moment, µs
sub tick {
    my ($self, $by) = @_;

    return $self->{now} += $by // 1000;
}


sub moment { return $_[0]{now} }


# the rev of a channel's settings
sub channel_rev {
    my ($self, $id) = @_;

    return $self->redis('HGET', $self->key("channel:$id"), 'rev');
}


sub literal {
    my ($text) = @_;

    my $json = $JSON->encode("$text");
    utf8::encode($json);
    return $json;
}


sub bytes {
    my ($text) = @_;

    utf8::encode($text) if utf8::is_utf8($text);
    return $text;
}


# sixteen arguments of one event
sub event {
    my ($self, %e) = @_;

    my $files = $e{attachments} // '[]';
    return ($e{type} // 'message', $e{user} // 'u1', $e{message} // '',
        $e{from} // 'client', bytes($e{name} // ''), $e{username} // '',
        $e{phone} // '', $e{email} // '', literal($e{text} // ''),
        literal(substr $e{text} // '', 0, 240), $files,
        scalar(() = $files =~ /"id"/g), $e{refs} // '', $e{reply_to} // '',
        $e{sent_at} // '', $e{extra} // '');
}


# events of a channel, as a webhook brings them: the whole answer
sub ingest {
    my ($self, $channel, @events) = @_;

    return $self->ok(ingest => $self->tick(), $channel,
        $self->channel_rev($channel), 0, map { $self->event(%$_) } @events);
}


# a client of `bot` writes; the number of his chat
sub client {
    my ($self, $user, $text, %e) = @_;

    return $self->ingest($e{channel} // 'bot',
        { user => $user, text => $text, %e })->[1];
}


# a visitor of `site` writes; (word, chat, his message)
sub visitor {
    my ($self, $user, $text, %e) = @_;

    my $answer = $self->ok(ingest => $self->tick(), 'site',
        $self->channel_rev('site'), 1,
        $self->event(user => $user, text => $text, %e));
    return ($answer->[0], $answer->[1], $self->decode($answer->[2]));
}


# a turn of a chat (take join leave close reopen): the Chat
sub turn {
    my ($self, $name, $who, $n) = @_;

    return $self->json($name => $self->tick(), who($who), $n, '', '');
}


sub turn_error {
    my ($self, $name, $who, $n) = @_;

    return $self->error($name => $self->tick(), who($who), $n, '', '');
}


sub transfer {
    my ($self, $who, $n, $agent, $group) = @_;

    return $self->json(transfer => $self->tick(), who($who), $n, $agent,
        $group, '', '');
}


sub reply_args {
    my ($self, $who, $n, $text, %r) = @_;

    my $count = length $text;
    return ($self->tick(), who($who), $n, $r{kind} // 'text', literal($text),
        literal(substr $text, 0, 240), $count, $count, length bytes($text),
        $r{attachments} // '[]', $r{count} // 0, $r{refs} // '',
        $r{reply_to} // '', $r{key} // '', $r{digest} // '');
}


# an agent writes: the Message
sub reply {
    my ($self, @what) = @_;

    return $self->json(reply => $self->reply_args(@what));
}


sub reply_error {
    my ($self, @what) = @_;

    return $self->error(reply => $self->reply_args(@what));
}


sub chat {
    my ($self, $who, $n) = @_;

    return $self->decode($self->ok(chat => $self->tick(), who($who), $n)->[0]);
}


# pages: since, before, limit and filters by name
sub transcript {
    my ($self, $who, $n, %q) = @_;

    return $self->decode($self->ok(transcript => $self->tick(), who($who), $n,
        map { $_ // '' } @q{qw(since before limit)})->[0]);
}


sub seen_by_visitor {
    my ($self, $user, %q) = @_;

    return $self->decode($self->ok(visitor => $self->tick(), 'site',
        $self->channel_rev('site'), $user,
        map { $_ // '' } @q{qw(since before limit)})->[0]);
}


sub journal_args {
    my ($self, $who, %q) = @_;

    return ($self->tick(), who($who), map { bytes($_ // '') } @q{
        qw(since before limit status channel group agent tag q from to sort)});
}


sub journal {
    my ($self, @what) = @_;

    return $self->decode($self->ok(journal => $self->journal_args(@what))->[0]);
}


sub inbox {
    my ($self, $who, %q) = @_;

    return $self->decode($self->ok(inbox => $self->tick(), who($who),
        map { bytes($_ // '') } @q{qw(list q since before limit)})->[0]);
}


sub who {
    my ($who) = @_;

    return ($who eq 'root') ? $who : "agent:$who";
}


# ids of a page, as one text
sub ids {
    my ($page) = @_;

    return join ' ', map { $_->{id} } @{ $page->{chats} };
}


1;
