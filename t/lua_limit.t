#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# How often strangers may come: visitors' messages, new chats and sessions of an
# address.  Windows of time begin with the first and end after their length.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my $s = LuaInbox->new();
my $LIMITS = '1 3 2 192.0.2.1';
my $MINUTE = 60_000_000;

# messages: three a minute

is(visit('v1', $_), 'new', "message $_") for 1 .. 3;
like(visit('v1', 4), qr/^LIMIT 60 too many messages/, 'the fourth is too many');
is(visit('v1', 2), 'same', 'what is there already is no new one');
$s->tick($MINUTE / 2);
like(visit('v1', 4), qr/^LIMIT 30 /, 'half a minute later still');
is(visit('v2', 1), 'new', 'another visitor is not concerned');
$s->tick($MINUTE / 2);
is(visit('v1', $_), 'new', "after the minute: $_") for 4 .. 6;
like(visit('v1', 7), qr/^LIMIT/, 'three again');

is(($s->visitor('v1', 'x'))[0], 'new', 'without limits nobody counts');

# new chats: two an hour

like(visit('v3', 1), qr/^LIMIT 3\d\d\d too many new chats/, 'the third chat');
is(visit('v3', 1, '1 3 2 192.0.2.2'), 'new', 'of this address');
is(visit('v4', 1, '1 3 0 192.0.2.1'), 'new', '0 is any number');
$s->tick(60 * $MINUTE);
is(visit('v5', 1), 'new', 'an hour later');
is($s->ingest('bot', { user => "u$_", text => 'x' })->[0], 'new',
    'messengers are not limited') for 1 .. 5;

# sessions and logins

for my $what (qw(sessions logins)) {
    is($s->ok(limit => $s->tick(), $what, '::1', 2), 'ok', "$what: one more")
        for 1 .. 2;
    like($s->error(limit => $s->tick(), $what, '::1', 2), qr/^LIMIT 60 /,
        "$what: one too many");
    is($s->ok(limit => $s->tick(), $what, '::2', 2), 'ok',
        "$what: not of that address");
}
$s->tick($MINUTE);
is($s->ok(limit => $s->tick(), 'logins', '::1', 2), 'ok', 'a minute later');

# what counts goes away by itself

for my $key (grep { /:limit:/ } @{ $s->redis('KEYS', '*') }) {
    cmp_ok($s->redis('TTL', $key), '>', 0, "$key has an end");
}

# malformed

like($s->error(limit => $s->tick(), @$_), qr/^BADCALL/, "@$_") for
    ['chats2', '::1', 2], ['logins', '', 2], ['logins', 'a b', 2],
    ['logins', '::1', 0], ['logins', '::1', ''], ['logins', '::1'];
like(visit('v6', 1, $_), qr/^BADCALL/, "limits $_") for '1 3 2',
    '1 3 2 x y', '1 -1 2 ::', '0 3 2 ::';

done_testing();


# the word of the answer, or the error
sub visit {
    my ($user, $id, $limits) = @_;

    my $answer = $s->call(ingest => $s->tick(), 'site',
        $s->channel_rev('site'), $limits // $LIMITS,
        $s->event(user => $user, message => $id, text => 'x'));

    return ref $answer eq 'ARRAY' ? $answer->[0] : $answer->{error};
}
