# Copyright (C) the ngx_inbox authors
#
# An agent's answer on its way to Telegram: queued, sent, and what happens when
# Telegram is busy, broken or says no.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;

my $fake = FakeTelegram->new();
my $t = Test::Inbox->new(workers => 2,
    apis => { telegram => $fake->origin })->start();

$t->telegram();
$t->hook(FakeTelegram::update(1, 'Hello'));

my $chat = $t->api(GET => 'journal')->{json}{chats}[0]{id};
is($t->api(POST => "chats/$chat/take")->{status}, 200, 'the chat is taken');


# as it should be

my $r = answer('Good day');
is($r->{status}, 201, 'an answer is taken');
is($r->{json}{delivery}, 'queued', 'and queued');
is(delivered($r), 'sent', 'then sent');

my ($call) = $fake->calls();
is($call->{path}, '/bot123:bot/sendMessage', 'by the method for it');
is($call->{json}{chat_id}, 500001, 'to the client');
is($call->{json}{text}, 'Good day', 'as it was written');


# trouble that passes: in order, and each message once

$fake->next({ status => 500 }, { status => 429, retry_after => 1 });

my @sent = map { answer("line $_") } 1 .. 3;

is(delivered($_), 'sent', 'sent in the end') for @sent;
is_deeply([arrived()], ['Good day', 'line 1', 'line 2', 'line 3'],
    'in order, each once');


# an answer byte by byte is an answer

$fake->next({ act => 'split' });
is(delivered(answer('slowly')), 'sent', 'a slow answer is understood');


# no for ever

$fake->next({ status => 403,
    description => 'Forbidden: bot was blocked by the user' });

$r = answer('are you there?');
is(delivered($r), 'failed', 'a final no is final');
like(message($r)->{error}, qr/blocked by the user/, "in Telegram's words");

is(delivered(answer('next')), 'sent', 'and holds nothing back');

$t->done();


sub answer {
    my ($text) = @_;

    return $t->api(POST => "chats/$chat/messages", json => { text => $text });
}


sub message {
    my ($r) = @_;

    my $list = $t->api(GET => "chats/$chat/messages")->{json}{messages};
    my ($m) = grep { $_->{id} eq $r->{json}{id} } @$list;

    return $m;
}


# where the message has got to, once it is not queued any more
sub delivered {
    my ($r) = @_;

    $t->wait_for(sub { message($r)->{delivery} ne 'queued' }, 30);

    return message($r)->{delivery};
}


# texts that Telegram has accepted
sub arrived {
    my @told = (200, 500, 429, (200) x 100);

    return map { $_->{json}{text} } grep { shift(@told) == 200 } $fake->calls();
}
