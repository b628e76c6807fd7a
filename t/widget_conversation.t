# Copyright (C) the ngx_inbox authors
#
# A visitor writes in the widget, an agent answers, the visitor sees it: the
# whole conversation, and what the visitor must not see.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox;

my $t = Test::Inbox->new(workers => 2)->start();
my $petro = $t->agent('petro');

$t->create('groups/support', { name => 'Support', agents => ['petro'] });

my $r = $t->get('/inbox/widget/site');
is($r->{status}, 200, 'the widget asks what it is');
is($r->{json}{title}, 'Site', 'and learns its title');
is_deeply([@{$r->{json}}{qw(away ask)}], [undef, []], 'nothing is asked');

my %site = (kind => 'site', title => 'Site', group => 'support');

$t->create('channels/site', { %site, settings => { away => 'Back at nine',
    ask => ['phone', 'name'] } });
is_deeply([@{$t->get('/inbox/widget/site')->{json}}{qw(away ask)}],
    ['Back at nine', ['name', 'phone']], 'or what can be answered');
$t->create('channels/site', \%site);


# nothing is stored before the first message

my $token = visitor(POST => 'session', json => { name => 'Olena',
    page => 'https://shop.example/tea' });
is($token->{status}, 201, 'a session');
$token = $token->{json}{token};

is_deeply(journal(), [], 'is no chat yet');
is(visitor(GET => 'messages')->{json}{chat}, undef, 'neither to the visitor');


# the first message

$r = visitor(POST => 'messages', json => { text => 'Is this open?' });
is($r->{status}, 201, 'the first message is taken');
is($r->{json}{text}, 'Is this open?', 'as it was written');
is($r->{json}{delivery}, undef, 'and has no delivery');

my ($chat) = @{journal()};
like($chat->{title}, qr/№$chat->{id}/, 'the chat shows its number');
like($chat->{title}, qr/Olena/, "and the visitor's name");

my ($created) = @{$t->api(GET => "chats/$chat->{id}/messages")->{json}{messages}};
is("$created->{event} $created->{text}", 'created https://shop.example/tea',
    'agents see from which page he came');


# Petro sees it, takes it, answers

$r = as_petro(GET => 'inbox');
is($r->{json}{chats}[0]{list}, 'incoming', 'it is incoming');
is($r->{json}{badge}{label}, '1', 'the badge counts it');

is(as_petro(POST => "chats/$chat->{id}/messages",
    json => { text => 'Yes' })->{json}{code}, 'not_taken',
    'to answer one must take it');
is(as_petro(POST => "chats/$chat->{id}/take")->{status}, 200, 'taken');
is(as_petro(POST => "chats/$chat->{id}/messages",
    json => { text => 'Call the boss', note => JSON::PP::true })->{status},
    201, 'a note to colleagues');

$r = as_petro(POST => "chats/$chat->{id}/messages",
    json => { text => 'Until six' });
is($r->{status}, 201, 'an answer');
is($r->{json}{delivery}, 'sent', 'is sent when stored');


# the visitor sees the answer, and only that

my $list = visitor(GET => 'messages')->{json};

is_deeply([map { $_->{text} } @{$list->{messages}}],
    ['Is this open?', 'Until six'], 'both sides, no note, no event');
is($list->{messages}[1]{author}{name}, 'Petro', 'with the name');
is($list->{messages}[1]{author}{id}, undef, 'but not the id of who answers');
is($list->{chat}, $chat->{id}, 'and the number of the inquiry');
ok($t->wait_for(sub { delivered('Until six') }),
    'what he was handed is delivered');

as_petro(POST => "chats/$chat->{id}/messages", json => { text => 'Or seven' });
is(visitor(GET => "messages?since=$list->{rev}")->{json}{messages}[0]{text},
    'Or seven', 'one more');
$t->reload();
ok($t->wait_for(sub { delivered('Or seven') }),
    'is delivered though the worker left');

# behind sixty notes there is a word for him: his poll does not sleep over it

my $rev = visitor(GET => 'messages')->{json}{rev};
as_petro(POST => "chats/$chat->{id}/messages", json => { text => "note $_",
    note => JSON::PP::true }) for 1 .. 60;
as_petro(POST => "chats/$chat->{id}/messages", json => { text => 'At last' });
is(visitor(GET => "messages?since=$rev&wait=20", timeout => 10)->{json}
    {messages}[0]{text}, 'At last', 'he is told at once');

is($t->get('/inbox/widget/site/messages')->{status}, 401,
    'who has no token sees nothing');
is($t->get('/inbox/widget/site/messages', token => "${token}x")->{status}, 401,
    'nor who made one up');
is($t->get('/inbox/api/v1/journal', token => $token)->{status}, 401,
    "a visitor's token opens no journal");

$t->done();


sub visitor {
    my ($method, $path, %o) = @_;

    return $t->request($method, "/inbox/widget/site/$path",
        token => $token, %o);
}


sub delivered {
    my ($text) = @_;

    return grep { $_->{text} eq $text && $_->{delivery} eq 'delivered' }
        @{ as_petro(GET => "chats/$chat->{id}/messages")->{json}{messages} };
}


sub as_petro { return $t->api(@_, token => $petro) }


sub journal {
    return $t->api(GET => 'journal')->{json}{chats};
}
