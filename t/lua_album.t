#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# The parts of an album, which a platform brings one by one, are one message:
# in any order, each once; what is done to a part is done to it alone; and a part
# that comes when nobody would look at the message again is another message.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my $s = LuaInbox->new();


# four pictures in any order, one of them twice

my @words = map { part($_->[0], 'A', $_->[1])->[0] }
    [9, ''], [11, 'Дві "кішки"'], [9, ''], [10, ''], [100, 'and a dog'];

is_deeply(\@words, [qw(new changed same changed changed)],
    'the first is a message, the others become parts of it');
is_deeply(texts(), [qq(Дві "кішки"\nand a dog)], 'one message with its words');
is(files(0), 'f9 f10 f11 f100', 'and its pictures as they were chosen');
is(message(0)->{attachments}[1]{url}, '/inbox/api/v1/chats/1/files/f10',
    'each with its own link');
is_deeply([sort @{$s->redis('HKEYS', $s->key('ref:1'))}],
    [qw(f10 f100 f11 f9)], 'and its handle');

my $chat = $s->chat('petro', 1);
is($chat->{unread}, 1, 'it is one message to read');
is_deeply([@{$chat->{last_message}}{qw(text attachments)}],
    ['Дві "кішки"', 4], 'the list tells the first words, and how many');

my @notices = $s->notices();
is(scalar(grep { /^chat \d+ 1 cm/ } @notices), 4, 'each is told once');


# what is done to a part

edit(10, 'only this one');
is_deeply(texts(), [qq(only this one\nДві "кішки"\nand a dog)], 'a caption more');
is($s->chat('petro', 1)->{last_message}{text}, 'only this one', 'in the list too');
my $edited = message(0)->{edited_at};
is($edited, '2026-11-21T10:00:00.000Z', 'it has been edited');
edit(11, 'Cats', '09:00');
is_deeply(texts(), ["only this one\nCats\nand a dog"], 'another part');
is(message(0)->{edited_at}, $edited, 'the time is that of the last edit');
is(edit(10, 'older', '08:00'), 'same', 'an older edit of a part is passed over');
is(edit(10, 'Dogs', '11:00', 'new'), 'changed', 'a part gets another picture');
is(files(0), 'f9 new f11 f100', 'in its place');

change(reaction => 11, extra => '["👍"]');
change(reaction => 9, extra => '["❤"]');
is("@{message(0)->{reactions}}", '❤ 👍', 'reactions of all its parts');
change(reaction => 11, extra => '[]');
is("@{message(0)->{reactions}}", '❤', 'one is taken back');

change(delete => 10);
is(files(0), 'f9 f11 f100', 'a part is deleted');
is_deeply(texts(), ["Cats\nand a dog"], 'with its words');
is($s->chat('petro', 1)->{last_message}{attachments}, 3, 'in the list too');
is(edit(10, 'late', '12:00'), 'same', 'and stays deleted');
is(part(10, 'A', 'late')->[0], 'same', 'whatever comes again');

change(delete => $_) for 9, 11;
is(message(0)->{deleted}, '', 'one is left');
change(delete => 100);
is(message(0)->{deleted}, 1, 'none is left');


# replies, and what is shown to the client

$s->turn('take', 'petro', 1);
part($_, 'B', '') for 22, 21, 23;
$s->ingest('bot', { message => 30, text => 'that one', reply_to => 23 });
is(message(2)->{reply_to}, message(1)->{id}, 'a reply to a part is to all of it');
$s->ingest('bot', { message => 31, reply_to => 999, text => 'x', extra => 'R' });
$s->ingest('bot', { message => 32, reply_to => 22, text => 'y', extra => 'R' });
is(message(3)->{reply_to}, message(1)->{id}, 'a part may say what it replies to');
$s->reply('petro', 1, 'nice', reply_to => message(1)->{id});
is($s->ok(claim => $s->tick(), 'w', 60_000_000, 10)->[0][10], 21,
    'ours is sent as a reply to its first');
part($_, 'C', '') for 42, 43, 41;
is($s->ok(typing => $s->tick(), 'agent:petro', 1, '', '')->[3], 43,
    'the client sees that the last has been read');


# what is another message

sub apart {
    my ($words, @parts) = @_;

    my $before = @{texts()};
    part(@$_) for @parts;
    is(@{texts()} - $before, 2, $words);
}

apart('parts of two albums', [50, 'D', ''], [51, 'E', '']);
part(60, 'F', '');
$s->tick(61_000_000);
is(part(61, 'F', '')->[0], 'new', 'a part that comes after a minute');
is(part(62, 'F', '')->[0], 'changed', 'takes those behind it');
part(70, 'G', '');
is($s->ingest('bot', { message => 71, text => 'between' })->[0], 'new',
    'another message between');
is(part(72, 'G', '')->[0], 'changed', 'does not part them');
$s->reply('petro', 1, 'I see');
is(part(73, 'G', '')->[0], 'new', 'what has been answered takes no more');
part(80, 'H', '');
$s->turn('close', 'petro', 1);
is(part(81, 'H', '')->[0], 'new', 'nor does a closed chat');
is($s->chat('petro', 1)->{status}, 'unassigned', 'which comes back');
is(part(90, 'I', '', from => 'agent')->[0], 'new', 'from the app');
is(part(91, 'I', '', from => 'agent')->[0], 'changed', 'the same');
is(part(92, 'I', '')->[0], 'new', 'by another person');

my $before = @{texts()};
part(1000 + $_, 'J', '') for 1 .. 61;
is(@{texts()} - $before, 3, 'a message has thirty attachments at most');
$before = @{texts()};
part(2000 + $_, 'K', 'x' x 4000) for 1 .. 8;
is(@{texts()} - $before, 2, 'and sixteen kilobytes of text');

is($s->ingest('bot', { type => 'edit', message => 3000, text => 'seen late',
    attachments => attachment(3000), refs => '{}', extra => 'L',
    sent_at => '2026-11-21T10:00:00.000Z' })->[0], 'new', 'an edit comes first');
is(part(3001, 'L', '')->[0], 'changed', 'its album takes the rest');
is(part(3000, 'L', 'before')->[0], 'same', 'its original is older');
is(texts()->[-1], 'seen late', 'its words stay');


# it goes with its chat

$s->ok(chat_delete => $s->tick(), 'root', 1);
is($s->redis('EXISTS', $s->key('album:1')), 0, 'nothing of it stays');

done_testing();


sub attachment {
    my ($id) = @_;

    return qq([{"id":"f$id","type":"image","name":null,"mime":"image/jpeg",)
        . qq("size":5,"url":"/inbox/api/v1/chats/#/files/f$id"}]);
}


# one delivery of a part: number, album, caption
sub part {
    my ($id, $album, $text, %e) = @_;

    return $s->ingest('bot', { message => $id, extra => $album, text => $text,
        attachments => attachment($id), sent_at => '2026-11-21T07:00:00.000Z',
        refs => qq({"f$id":{"ref":"r$id"}}), %e });
}


# what has become of it, its time, and perhaps another picture
sub edit {
    my ($id, $text, $time, $file) = @_;

    $time //= '10:00';
    return $s->ingest('bot', { type => 'edit', message => $id, text => $text,
        attachments => attachment($id) =~ s/"f$id"/'"' . ($file || "f$id") . '"'/er
            =~ s/:5,/$file ? ':6,' : ':5,'/er,
        extra => 'A', sent_at => "2026-11-21T$time:00.000Z" })->[0];
}


sub change {
    my ($type, $id, %e) = @_;

    $s->ingest('bot', { type => $type, message => $id, %e });
}


sub messages {
    return [grep { $_->{kind} eq 'text' }
        @{$s->transcript('petro', 1, limit => 200)->{messages}}];
}


sub message { return messages()->[$_[0]] }
sub texts   { return [map { $_->{text} } @{messages()}] }
sub files {
    return join ' ', map { $_->{id} } @{message($_[0])->{attachments}};
}
