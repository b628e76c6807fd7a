#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# What the platform tells of our own messages: the echo of a send is not another
# message, whichever comes first, the echo or the answer to the send; one that
# was written in the platform's own app is.

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


# the answer first

my $m = $s->reply('petro', $n, 'Так "є"');
my $job = claim();
is(settle($job, 'p1'), 'ok', 'sent');
is(echo('p1', 'Так "є"'), 'same', 'its echo is the same');
is_deeply(texts(), ['question', 'Так "є"'], 'there once');


# the echo first

$m = $s->reply('petro', $n, 'second');
$job = claim();
is(echo('p2', 'second'), 'same', 'an echo that overtakes is known by its text');
is(settle($job, 'p2'), 'ok', 'then the answer');
is(echo('p2', 'second'), 'same', 'the echo again');
is_deeply(texts(), ['question', 'Так "є"', 'second'], 'there once');
is(message(2)->{delivery}, 'sent', 'and sent');

is($s->ingest('bot', { type => 'receipt', user => 'u1', message => 'p2',
    extra => 'read' })->[0], 'changed', 'a receipt finds it');
is(message(2)->{delivery}, 'read', 'by the id of the echo');


# from the platform's own app

$m = $s->reply('petro', $n, 'third');
is(echo('a1', 'third'), 'new', 'a text that is not on its way is another');
$job = claim();
is(echo('a2', 'something else'), 'new', 'another text too');
is(settle($job, 'p3'), 'ok', 'ours goes out');
is(echo('p3', 'third'), 'same', 'and its echo is its own');
is(scalar(grep { $_ eq 'third' } @{texts()}), 2, 'two people said the same');
is($s->ingest('bot', { user => 'u2', from => 'agent', message => 'a3',
    text => 'hello' })->[0], 'new', 'somebody we had not heard of');


# a client who says what we are saying

$s->reply('petro', $n, 'fourth');
$job = claim();
is($s->ingest('bot', { user => 'u1', message => 'q2', text => 'fourth' })->[0],
    'new', 'is no echo');
is(settle($job, 'p4'), 'ok', 'sent');


# after an interruption, the echo of a send whose end is not known

$s->reply('petro', $n, 'fifth');
$job = claim();
is($s->ok(settle => $s->tick(), $n, $job->[1], $job->[2], 'later', '', '',
    $s->moment(), 1), 'ok', 'in doubt');
is(echo('p5', 'fifth'), 'same', 'its echo is known as well');

done_testing();


sub claim {
    return $s->ok(claim => $s->tick(), 'w', 60_000_000, 10)->[0];
}


sub settle {
    my ($job, $id) = @_;

    return $s->ok(settle => $s->tick(), $n, $job->[1], $job->[2], 'sent', $id,
        '', '', 0);
}


sub echo {
    my ($id, $text) = @_;

    return $s->ingest('bot', { user => 'u1', from => 'agent', message => $id,
        text => $text })->[0];
}


sub message {
    my ($i) = @_;

    my @list = grep { $_->{kind} eq 'text' }
        @{$s->transcript('petro', $n)->{messages}};

    return $list[$i];
}


sub texts {
    return [map { $_->{text} } grep { $_->{kind} eq 'text' }
        @{$s->transcript('petro', $n)->{messages}}];
}
