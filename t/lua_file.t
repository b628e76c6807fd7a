#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# Whose a file is, and when its bytes may go.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use JSON::PP;
use LuaInbox;

use constant DAY => 86_400_000_000;

my $s = LuaInbox->new();
my $n = $s->client('u1', 'hello', name => 'Олена');
my ($fid, $last) = (0);

sub upload {
    my ($who, %o) = @_;
    my $id = $last = $o{id} // sprintf '%032x', ++$fid;

    return scalar $s->ok(upload => $s->tick(), LuaInbox::who($who), $id, 'image', 'a.jpg',
        'image/jpeg', 10, $o{key} // '', $o{digest} // 'd');
}

# an agent's

like(upload('petro'), qr/^\{"id":"0{31}1","type":"image","name":"a.jpg",
    "mime":"image\/jpeg","size":10\}$/x, 'an upload');
my $mine = $last;

like($s->error(upload => $s->tick(), LuaInbox::who('nobody'), 'f' x 32, 'image', 'a', 'b', 1,
    '', ''), qr/^UNAUTHORIZED/, 'of somebody');
my $first = upload('petro', key => 'k');
is(upload('petro', key => 'k'), $first, 'the same key is the same file');
like($s->error(upload => $s->tick(), LuaInbox::who('petro'), 'e' x 32, 'image', 'a', 'b', 1,
    'k', 'other'), qr/^MISMATCH/, 'another body is not');

sub reply {
    my ($who, @ids) = @_;

    return $s->ok(reply => $s->tick(), LuaInbox::who($who), $n, 'text', '""', '""', 0, 0, 0,
        '[]', scalar @ids, join("\t", '/inbox', @ids), '', '', '');
}

$s->turn(take => 'petro', $n);
upload('olga');
for ([$last => "another's"], ['0' x 32 => 'unknown'], ["x\r" => 'bad'],
    ["$mine\t$mine" => 'the same twice'])
{
    like(scalar(eval { reply('petro', $_->[0]) } // $@), qr/INVALID attach/,
        "$_->[1] is refused");
}
is($s->chat('petro', $n)->{last_message}{text}, 'hello', 'nothing was written');

my $m = decode_json(reply('petro', $mine));
is_deeply($m->{attachments}, [{ id => $mine, type => 'image', name => 'a.jpg',
    mime => 'image/jpeg', size => 10,
    url => "/inbox/api/v1/chats/$n/files/$mine" }], 'attached, and nothing said');
is($s->chat('petro', $n)->{last_message}{attachments}, 1, 'it counts');
like(scalar(eval { reply('petro', $mine) } // $@), qr/INVALID/, 'only once');

# the outbox gives it out, part by part

my $job = $s->ok(claim => $s->tick(), 'w', 1000, 9)->[0];
is(decode_json($job->[12])->[0]{id}, $mine, 'the job has it');
is($job->[13], 0, 'from its first part on');
is($s->ok(settle => $s->tick(), $n, $job->[1], $job->[2], 'part', 'x:1', '1',
    $s->tick() + 50_000, '0'), 'ok', 'one part has arrived');
$s->{now} += 100_000;
$job = $s->ok(claim => $s->tick(), 'w', 1000, 9)->[0];
is("$job->[13] $job->[4]", '1 1', 'the rest is sent again, in doubt');
is($s->ok(settle => $s->tick(), $n, $job->[1], $job->[2], 'sent', 'x:2', '',
    '0', '0'), 'ok', 'the last one');
is($s->redis('HGET', $s->key("chat:$n"), 'part'), undef, 'no part is left');

# a platform's

my ($c) = $s->client('u2', '', message => 'm1', attachments =>
    '[{"id":"p1","type":"image","url":"/inbox/api/v1/chats/#/files/p1"}]',
    refs => '{"p1":{"ref":"tg:1","name":"a"}}');
my $of = $s->ok(file => $s->tick(), LuaInbox::who('petro'), $c, 'p1');
is_deeply([decode_json($of->[0]), $of->[1]],
    [{ ref => 'tg:1', name => 'a' }, 'bot'], 'its handle and channel');
like($s->error(file => $s->tick(), LuaInbox::who('igor'), $c, 'p1'), qr/^FORBIDDEN/,
    'for those who may see the chat');
like($s->error(file => $s->tick(), LuaInbox::who('petro'), $c, $mine), qr/^NOTFOUND/,
    'and of that chat alone');
like($s->ok(file_signed => $s->tick(), $mine), qr/"local":true/, 'a signed one');
like($s->error(file_signed => $s->tick(), 'p1'), qr/^NOTFOUND/,
    "no platform's");

# they go

is_deeply($s->ok(file_sweep => $s->tick()), [], 'nothing is to go');
$s->{now} += DAY + 1;
is(scalar @{ $s->ok(file_sweep => $s->tick()) }, 2, 'what nobody attached');
$s->ok(chat_delete => $s->tick(), 'root', $n);
my $doomed = $s->ok(file_sweep => $s->tick());
is(scalar(grep { $_ eq $mine } @$doomed), 1, 'and what a deleted chat had');
is(scalar @{ $s->ok(file_sweep => $s->tick()) }, 3, 'until it is removed');
is_deeply($s->ok(file_sweep => $s->tick(), @$doomed), [], 'then no more');
like($s->error(file_signed => $s->tick(), $mine), qr/^NOTFOUND/,
    'the link is dead too');

done_testing();
