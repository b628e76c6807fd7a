#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# How messages lie in Redis makes no difference: what is stored folded is read
# as the JSON that it stands for, and what lies there as JSON, as everything did
# before there was folding, is read, changed and counted beside it.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my $s = LuaInbox->new();
my $words = qq("a"\\ \n\t {}[] чат 😀 ,"rev":1,"nth":2);

# every sort of message there is

my $n = $s->client('u1', $words, message => 'm1');
$s->turn('take', 'petro', $n);
my $answer = $s->reply('petro', $n, $words);
my $note = $s->reply('petro', $n, "$words!", kind => 'note');
my $quote = $s->reply('petro', $n, 'so', reply_to => $answer->{id});
$s->client('u1', '', message => 'm2', attachments => '[{"id":"f1",'
    . '"type":"image","name":"a b","mime":"image/png","size":1}]');
$s->client('u1', 'late', message => 'm3',
    sent_at => '2020-01-01T00:00:00.000Z');

my $list = whole($n);

is_deeply([map { "$_->{kind} $_->{from}" } @$list], ['event system',
    'text client', 'event system', 'text agent', 'note agent', 'text agent',
    'text client', 'text client'], 'all sorts');
is_deeply($list->[1], { id => $list->[1]{id}, chat => $n,
    rev => $list->[1]{rev}, kind => 'text', from => 'client', nth => 1,
    event => undef, author => undef, text => $words, attachments => [],
    reply_to => undef, at => $list->[1]{at}, sent_at => undef,
    edited_at => undef, deleted => '', reactions => [], delivery => undef,
    error => undef }, 'a folded one has all members');
is_deeply([@$list[3, 4, 5]], [$answer, $note, $quote],
    'what a reply gives is what is read');
is($list->[0]{event}, 'created', 'an event has its name');
is($list->[2]{text}, 'Петро', 'and whom it is about');
is($list->[7]{sent_at}, '2020-01-01T00:00:00.000Z', 'when it was sent');
is(folded($n), '1 1 1 1 1 0 0 1', 'what is plain is folded');
cmp_ok(length((stored($n))[7]), '<', 110, 'and short');

# the same as JSON, as it lay there before

my $state = texts($n);

unfold($n);
is(folded($n), '0 0 0 0 0 0 0 0', 'all lie as JSON');
is(texts($n), $state, 'and are read as before');

# changed, beside folded ones, they are what they would have been

for my $way ('folded', 'JSON') {
    my $m = $s->client("w$way", 'first', message => 'x1');
    $s->client("w$way", 'second', message => 'x2');
    $s->turn('take', 'petro', $m);
    my $sent = $s->reply('petro', $m, 'an answer');
    my $since = $s->transcript('petro', $m)->{rev};

    unfold($m) if $way eq 'JSON';

    my $job = (grep { ref && $_->[0] == $m }
        @{$s->ok(claim => $s->tick(), 'w', 1_000_000, 10)})[0];
    is($job->[1], $sent->{id}, "$way: it waits to be sent");
    $s->ok(settle => $s->tick(), $m, $sent->{id}, $job->[2], 'sent', "p$way",
        '', '', 0);
    $s->ingest('bot', { type => 'edit', user => "w$way", message => 'x1',
        text => 'edited' });
    $s->ingest('bot', { type => 'delete', user => "w$way",
        message => 'x2' });
    $s->client("w$way", 'third', message => 'x3', reply_to => "p$way");
    is($s->client("w$way", 'third', message => 'x3'), $m, "$way: known");

    my @now = @{ whole($m) };

    is_deeply([map { $_->{text} } @now[1, 2, 4, 5]],
        ['edited', '', 'an answer', 'third'], "$way: as they are now");
    is("$now[1]{from} $now[2]{deleted} $now[4]{delivery} $now[5]{reply_to}",
        "client 1 sent $sent->{id}", "$way: edited, deleted, sent, quoted");
    is_deeply([map { $_->{id} } @{ $s->transcript('petro', $m,
        since => $since)->{messages} }], [map { $_->{id} } @now[4, 1, 2, 5]],
        "$way: each is news");
    is(folded($m), ($way eq 'JSON' ? '0 0 0 0 1 0' : '1 0 0 1 1 0'),
        "$way: what is plain again is folded");
}

# nothing is counted twice, whatever its form

my $before = usage();
$s->ok(chat_delete => $s->tick(), 'root', $n);
my $after = usage();
is($before->{messages} - $after->{messages}, 8, 'what goes is taken off');
cmp_ok($after->{bytes}, '>', 0, 'and no more');

done_testing();


sub stored {
    my ($n) = @_;

    return @{ $s->redis('LRANGE', $s->key("log:$n"), 0, -1) };
}


# 1 for each message that lies there folded
sub folded {
    my ($n) = @_;

    return join ' ', map { /^\{/ ? 0 : 1 } stored($n);
}


# puts the JSON of each in its place
sub unfold {
    my ($n) = @_;

    my $body = $s->ok(transcript => $s->tick(), 'root', $n, '', '', 200)->[0];
    my @pieces = $body =~ /(\{"id":"\d+-\d+","chat".*?"error":null\})/gs;

    $s->redis('LSET', $s->key("log:$n"), $_, $pieces[$_]) for 0 .. $#pieces;
}


sub texts {
    my ($n) = @_;

    my $body = $s->ok(transcript => $s->tick(), 'root', $n, '', '', 200)->[0];

    return $body =~ s/,"rev":\d+,"next".*//r;
}


sub whole { return $s->transcript('root', $_[0], limit => 200)->{messages} }


sub usage { return $s->json(tenant => $s->tick(), 'root')->{usage} }
