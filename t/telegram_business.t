# Copyright (C) the ngx_inbox authors
#
# A Telegram Business account that has connected the bot: its clients' chats are
# answered in its name, what its owner writes is seen, and none of it is mixed up
# with the bot's own chats.  And a button's press, which Telegram wants answered.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use JSON::PP;
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeDesk;
use Line;

my $OLENA = { id => 500001, first_name => 'Olena', is_bot => JSON::PP::false };
my $OWNER = { id => 600001, first_name => 'Owner', is_bot => JSON::PP::false };

my $l = Line->new('telegram', fake => FakeDesk->new('telegram'),
    credentials => { token => '7:BotToken', secret => 'hook-secret' },
    sign => sub { ('X-Telegram-Bot-Api-Secret-Token' => 'hook-secret') });
my $update = 100;


# the same numbers in the bot's chat and in the account's

told(message => { said(41, $OLENA, 'to the bot') });
told(business_message => { said(41, $OLENA, 'to the shop'), via('bc1') });
told(business_message => { said(42, $OWNER, 'I am here'), via('bc1') });

is_deeply([sort map { $_->{contact}{external_id} } $l->chats],
    ['500001', '500001@bc1'], 'two chats, as the client has them');
my $chat = $l->take('500001@bc1');
my @m = $l->messages($chat);
is_deeply([map { "$_->{from}: $_->{text}" } @m],
    ['client: to the shop', 'agent: I am here'], 'with what the owner wrote');
is($m[1]{author}, undef, 'who is none of the agents');

told(edited_business_message => { said(41, $OLENA, 'to the SHOP'), via('bc1'),
    edit_date => 1700000100 });
told(business_message => { said(43, $OLENA, 'a mistake'), via('bc1') });
told(deleted_business_messages => { via('bc1'), message_ids => [43],
    chat => { %$OLENA, type => 'private' } });
is_deeply($l->texts($chat), ['to the SHOP', 'I am here', ''],
    'edits and deletions are of its own numbers');
is_deeply($l->texts($l->take('500001')), ['to the bot'], 'and only those');


# in its name

told(business_message => { said(44, $OLENA, 'well?'), via('bc1') });
my ($last) = reverse $l->messages($chat);
$l->t->api(POST => "chats/$chat/read", json => { up_to => $last->{id} });
my $answer = $l->settled($l->answer($chat, 'Yes', reply_to => $last->{id}));
is($answer->{delivery}, 'sent', 'answered');
is_deeply((calls('sendMessage'))[0], { business_connection_id => 'bc1',
    chat_id => 500001, text => 'Yes', reply_parameters => { message_id => 44,
    allow_sending_without_reply => JSON::PP::true } }, 'in its name');

my $file = $l->t->api(POST => 'files?name=a.pdf', body => "%PDF-1.4\n",
    type => 'application/pdf')->{json}{id};
is($l->settled($l->answer($chat, '', attachments => [$file]))->{delivery},
    'sent', 'a file too');
my ($sent) = grep { $_->{path} =~ /sendDocument/ } $l->fake->calls;
like($sent->{body}, qr/name="business_connection_id"\r\n\r\nbc1\r\n/,
    'in its name');

$l->t->api(POST => "chats/$chat/typing");
$l->t->wait_for(sub { calls('sendChatAction') && calls('readBusinessMessage') },
    30);
is_deeply((calls('sendChatAction'))[0], { business_connection_id => 'bc1',
    chat_id => 500001, action => 'typing' }, 'the client sees that we write');
is_deeply((calls('readBusinessMessage'))[0], { business_connection_id => 'bc1',
    chat_id => 500001, message_id => 44 }, 'and that we have read');

# what we have sent comes back as well
told(business_message => { said(1001, $OWNER, 'Yes'), via('bc1'),
    sender_business_bot => { id => 7, is_bot => JSON::PP::true } });
is_deeply([@{$l->texts($chat)}[3, 4, 5]], ['well?', 'Yes', ''],
    'the echo of ours is no other message');

$l->fake->next({ status => 400,
    description => 'Bad Request: BUSINESS_PEER_INVALID' });
is($l->settled($l->answer($chat, 'more'))->{error},
    'Bad Request: BUSINESS_PEER_INVALID', 'what it may not, Telegram says');

# the bot's own chats have no read marks
my $own = $l->take('500001');
$l->t->api(POST => "chats/$own/read",
    json => { up_to => ($l->messages($own))[-1]{id} });


# a button

my $r = told(callback_query => { id => '4382937482937489', from => $OLENA,
    data => 'green tea', message => { said(50, $OWNER, '?') } });
is_deeply($r->{json}, { method => 'answerCallbackQuery',
    callback_query_id => '4382937482937489' }, 'a press is answered');
like($r->{headers}{'content-type'}, qr{^application/json}, 'as a call');
is($l->texts($own)->[-1], 'green tea', 'and is a message');
is(told(callback_query => { id => '5', from => $OLENA,
    game_short_name => 'chess' })->{json}{callback_query_id}, '5',
    'a press that says nothing to us too');
is(told(message => { said(51, $OLENA, '"callback_query"') })->{body}, '',
    'a text is answered with nothing');

is(calls('readBusinessMessage'), 1, 'nothing else was marked as read');
$l->t->done();


sub told {
    my ($kind, $what) = @_;

    # the chat is the client's, whoever writes in it
    $what->{chat}{$_} = $OLENA->{$_} for $what->{chat} ? keys %$OLENA : ();
    my $r = $l->hook({ update_id => $update++, $kind => $what });
    is($r->{status}, 200, "$kind is accepted");
    return $r;
}


sub said {
    my ($id, $who, $text) = @_;

    return (message_id => $id, from => $who, date => 1700000000 + $id,
        text => $text, chat => { %$OLENA, type => 'private' });
}


sub via { return (business_connection_id => $_[0]) }


sub calls {
    my ($method) = @_;

    return map { $_->{json} } grep { $_->{path} =~ m{/$method$} }
        $l->fake->calls;
}
