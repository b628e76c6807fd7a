#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# Replies that are kept ready: everybody's, a group's, and what becomes of a
# group's when the group goes.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my $s = LuaInbox->new();

is_deeply(put('hi', 'hello', 'Hello! "How" can I help?', ''),
    { id => 'hi', group => undef, shortcut => 'hello',
      text => 'Hello! "How" can I help?' }, 'a reply for everybody');
put('price', 'ціна', "100 ₴\nза штуку", 'sales');

is(list('petro'), 'hi price', "who is of the group sees the group's too");
is(list('igor'), 'hi', 'who is not does not');
is(list('ada'), 'hi price', 'an admin sees all');
is($s->json(canned_get => $s->tick(), 'root', 'price')->{shortcut}, 'ціна',
    'one of them');

put('hi', 'hi', 'Hi', 'support');
is(list('petro'), 'price', 'it is replaced');
is(list('igor'), 'hi', 'and belongs to another group');

# who may, and what it may be

like(error(canned_put => 'agent:petro', 'x', 'x', '"x"', ''), qr/^FORBIDDEN/,
    'an agent makes none');
like(error(canned_get => 'agent:petro', 'hi'), qr/^FORBIDDEN/, 'reads none');
like(error(canned_delete => 'agent:petro', 'hi'), qr/^FORBIDDEN/,
    'deletes none');
like(error(canned => 'agent:nobody'), qr/^UNAUTHORIZED/, 'nobody sees none');
like(error(canned_put => 'root', 'X', 'x', '"x"', ''), qr/^INVALID id /,
    'an id has its form');
like(error(canned_put => 'root', 'x', '', '"x"', ''), qr/^INVALID shortcut /,
    'a shortcut is needed');
like(error(canned_put => 'root', 'x', 'x', '""', ''), qr/^INVALID text /,
    'and a text');
like(error(canned_put => 'root', 'x', 'x', '"x"', 'none'), qr/^INVALID group /,
    'and a group that is there');
like(error(canned_put => 'root', 'x', 'x', 'x', ''), qr/^BADCALL/,
    'a text is a literal');

# a group goes

while ($s->ok(group_delete => $s->tick(), 'root', 'sales', 1) eq 'more') { }
is(list('igor'), 'hi price', "a deleted group's are everybody's");

is($s->ok(canned_delete => $s->tick(), 'root', 'hi'), 'ok', 'deleted');
like(error(canned_delete => 'root', 'hi'), qr/^NOTFOUND/, 'gone is gone');
like(error(canned_get => 'root', 'hi'), qr/^NOTFOUND/, 'for readers too');
my $entry = $s->json(audit => $s->tick(), 'root', '', 1)->{entries}[0];
is("$entry->{action} $entry->{target}", 'canned_deleted hi', 'written down');

done_testing();


sub put {
    my ($id, $shortcut, $text, $group) = @_;

    return $s->json(canned_put => $s->tick(), 'root', $id,
        LuaInbox::bytes($shortcut), LuaInbox::literal($text), $group);
}


sub list {
    my ($who) = @_;

    return join ' ', map { $_->{id} } @{
        $s->json(canned => $s->tick(), "agent:$who")->{canned} };
}


sub error {
    my ($name, @args) = @_;

    return $s->error($name => $s->tick(), @args);
}
