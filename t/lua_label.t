#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# What people write on a chat themselves: a title and tags.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my $s = LuaInbox->new();
my $n = $s->client('u1', 'hello', name => 'Олена');
my $rev = $s->journal('root')->{rev};

# a title

my $chat = label('petro', $n, '=Завод "Ю"', '');
is($chat->{title}, 'Завод "Ю"', 'a title of our own');
is($chat->{contact}{name}, 'Олена', 'the contact is called as ever');
is_deeply([map { $_->{id} } @{ $s->journal('root', since => $rev)->{chats} }],
    [$n], 'the journal is told');
$s->client('u1', 'again', name => 'Olena K');
is($s->chat('petro', $n)->{title}, 'Завод "Ю"', 'it stays above the names');
is(LuaInbox::ids($s->journal('root', q => 'завод')), $n, 'and is searched');

my $updated = $s->chat('petro', $n)->{updated_at};
$chat = label('petro', $n, '=', '');
is($chat->{title}, 'Olena K', 'taken away, the name is back');
is($chat->{updated_at}, $updated, 'it is no message');

# tags

$chat = label('petro', $n, '', '=', 'vip', 'Київ', 'a/b', 'vip');
is_deeply($chat->{tags}, ['vip', 'Київ', 'a/b'], 'tags, each once');
is(LuaInbox::ids($s->journal('root', tag => $_)), $n, "filtered by $_")
    for 'vip', 'Київ', 'a/b';
is(LuaInbox::ids($s->journal('root', tag => 'vi')), '', 'a whole tag, no part');
is_deeply(label('petro', $n, '=x', '')->{tags}, ['vip', 'Київ', 'a/b'],
    'what is left out stays');
$chat = label('petro', $n, '', '=', 'new');
is("$chat->{title} @{ $chat->{tags} }", 'x new', 'both ways');

my $before = $s->dump();
$s->notices();
label('petro', $n, '=x', '=', 'new');
is($s->dump(), $before, 'the same again changes nothing');
is($s->notices(), 0, 'and nobody is told');

is_deeply(label('petro', $n, '', '=')->{tags}, [], 'no tags');

# who may, and what

like(error('igor', $n, '=y', ''), qr/^FORBIDDEN/, 'who may not see it');
like(error('petro', 99, '=y', ''), qr/^NOTFOUND/, 'no such chat');
like(error('petro', $n, '', '=', 'x' x 51), qr/^INVALID tags /, 'too long');
like(error('petro', $n, '', '=', 1 .. 21), qr/^INVALID tags /, 'too many');
like(error('petro', $n, '', '=', ''), qr/^INVALID tags /, 'an empty one');
like(error('petro', $n, '=' . 'x' x 201, ''), qr/^INVALID title /,
    'a title has an end');
like(error('petro', $n, 'x', ''), qr/^BADCALL/, 'a title has its mark');
like(error('petro', $n, '', '', 'x'), qr/^BADCALL/, 'so have tags');

done_testing();


sub label {
    my ($who, @args) = @_;

    return $s->json(label => $s->tick(), "agent:$who",
        map { LuaInbox::bytes($_) } @args);
}


sub error {
    my ($who, @args) = @_;

    return $s->error(label => $s->tick(), "agent:$who", @args);
}
