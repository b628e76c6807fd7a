# Copyright (C) the ngx_inbox authors
#
# One message of a client of a Telegram bot: from the webhook to the journal,
# once however often it is sent, and not at all without the secret.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;

my $t = Test::Inbox->new(workers => 2)->start();
$t->telegram();

my $hello = FakeTelegram::update(1, 'Добрий день');


# who does not know the secret

for my $secret (undef, '', 'hook-secre', 'hook-secret2', 'HOOK-SECRET') {
    my $r = $t->hook($hello,
        headers => { 'X-Telegram-Bot-Api-Secret-Token' => $secret });

    is($r->{status}, 401, 'refused: ' . ($secret // 'no secret at all'));
    is($r->{json}{code}, 'bad_signature', 'and told why');
}

is($t->post('/inbox/hook/nobody', json => $hello)->{status}, 404,
    'an unknown channel is not found');
is_deeply(journal(), [], 'nothing was stored');


# who does

is($t->hook($hello)->{status}, 200, 'accepted');

my ($chat) = @{journal()};
is($chat->{title}, 'Olena K', 'the chat has the name of its client');
is($chat->{status}, 'unassigned', 'nobody has taken it');
is($chat->{group}, 'support', "it is the group's");
is($chat->{channel}{kind}, 'telegram', 'it came by Telegram');
is($chat->{last_message}{text}, 'Добрий день', 'with the message');


# the same again: one after the other, and all at once

is($t->hook($hello)->{status}, 200, 'the same again is accepted');

my @answers = $t->parallel(map { [POST => '/inbox/hook/bot', json => $hello,
    headers => { 'X-Telegram-Bot-Api-Secret-Token' => 'hook-secret' }] }
    1 .. 30);

is(scalar(grep { $_ && $_->{status} == 200 } @answers), 30,
    'thirty times at once too');
is(scalar(texts($chat->{id})), 1, 'and stored once');


# more of it

$t->hook(FakeTelegram::update($_, "line $_")) for 2 .. 5;
is_deeply([texts($chat->{id})],
    ['Добрий день', map { "line $_" } 2 .. 5], 'messages stand in order');

$t->hook(FakeTelegram::update(1, 'Hi', id => 500002, first_name => 'Petro',
    last_name => undef, username => undef));
is(scalar(@{journal()}), 2, 'another client has another chat');
is(journal()->[0]{title}, 'Petro', 'and the freshest chat is on top');


# what is no message

is($t->hook({ update_id => 1 })->{status}, 200, 'an unknown update is accepted');
is($t->post('/inbox/hook/bot', body => '{"update_id":',
    headers => { 'X-Telegram-Bot-Api-Secret-Token' => 'hook-secret' })
    ->{status}, 400, 'half a document is refused');
is(scalar(@{journal()}), 2, 'nothing came of them');

$t->done();


sub journal {
    return $t->api(GET => 'journal')->{json}{chats};
}


sub texts {
    my ($id) = @_;

    my $r = $t->api(GET => "chats/$id/messages");

    return map { $_->{text} } grep { $_->{kind} eq 'text' }
        @{$r->{json}{messages}};
}
