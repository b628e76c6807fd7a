# Copyright (C) the ngx_inbox authors
#
# A Viber bot: signed with its token, numbered beyond what a double can hold,
# and answered by a platform whose every no is a 200.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use Digest::SHA qw(hmac_sha256_hex);
use File::Basename qw(dirname);
use Test::More;
use Time::HiRes qw(time);

use lib dirname(abs_path(__FILE__)) . '/lib';
use Line;

my $known = $FakePlatform::KNOWN{viber};
my ($token, $user) = @$known{qw(token user)};

my $l = Line->new('viber', credentials => { token => $token },
    sign => sub { signature($_[0]) });


# the call during set_webhook, as the official libraries have it

my $r = $l->hook('{"event":"webhook","timestamp":4977069964384421269,'
    . '"message_token":1478683725125}', headers => {
    'X-Viber-Content-Signature' => 'd21b343448c8aee33b8e93768ef6ceb6'
        . '4a6ba6163099973a2b8bd028fea510ef' });
is($r->{status}, 200, 'the call during registration');
is($r->{body}, '', 'wants nothing but a 200');


# who does not know the token

my $hello = message(5741311803571721087, { type => 'text', text => 'Привіт' });

for my $bad ({}, { 'X-Viber-Content-Signature' => 'd' x 64 },
    { signature($l->bytes($hello) . ' ') },
    { 'X-Viber-Content-Signature' => $token })
{
    is($l->hook($hello, headers => $bad)->{status}, 401, 'refused');
}

is(scalar($l->chats), 0, 'nothing was stored');
is($l->hook('[]')->{status}, 400, 'no object is refused');


# who does

my @answers = $l->t->parallel(map { [POST => '/inbox/hook/line',
    $l->delivery($hello)] } 1 .. 20);
is(scalar(grep { $_ && $_->{status} == 200 } @answers), 20, 'accepted');
$l->hook(message('5741311803571721088', { type => 'text', text => 'ще' }));

my ($chat) = $l->chats;
is($chat->{title}, 'Олена К', 'by name');
is($chat->{contact}{external_id}, $user, 'an id with slashes');
is_deeply($l->texts($chat->{id}), ['Привіт', 'ще'],
    'neighbours of 64 bits are two messages, and copies are one');

$l->hook(message('5741311803571721089', { type => 'file', size => 5,
    media => 'https://dl.example/a.pdf', file_name => 'Рахунок.pdf' }));
$l->hook(message('5741311803571721090', { type => 'text', text => 'group' },
    chat_id => 'abc=='));
is($l->hook({ event => 'teleported' })->{status}, 200, 'unknown is accepted');

my @m = $l->messages($chat->{id});
is(scalar(@m), 3, 'groups are left out');
is($m[2]{attachments}[0]{name}, 'Рахунок.pdf', 'a file');


# an answer, and what becomes of it

my $id = $l->take($user);
my $answer = $l->answer($id, 'Вітаю! 😀');
is($l->settled($answer)->{delivery}, 'sent', 'sent');

my ($call) = $l->fake->calls();
is($call->{json}{sender}{name}, 'Shop', 'in the name of the channel');
is($call->{json}{text}, 'Вітаю! 😀', 'as it was written');

receipt('delivered');
is($l->settled($answer, 'delivered')->{delivery}, 'delivered', 'delivered');
receipt('delivered');
receipt('seen');
is($l->message($answer)->{delivery}, 'read', 'seen');

my $lost = $l->answer($id, 'lost');
$l->settled($lost);
$l->hook({ event => 'failed', timestamp => now(), user_id => $user,
    message_token => JSON::PP->new->allow_nonref->allow_bignum
        ->decode('6098241177305512002'), desc => 'no such device' });
is($l->message($lost)->{error}, 'no such device', 'a no that comes later');


# a no that comes as a 200

$l->fake->next($l->fake->error(12, 'tooManyRequests'));
is($l->settled($l->answer($id, 'busy'))->{delivery}, 'sent', 'busy passes');

$l->fake->next($l->fake->error(6, 'receiverNotSubscribed'));
my $m = $l->settled($l->answer($id, 'gone'));
is($m->{delivery}, 'failed', 'a client who left');
is($m->{error}, 'receiverNotSubscribed', "in Viber's word");

is($l->settled($l->answer($id, 'я' x 7000))->{delivery}, 'sent',
    '7,000 characters');
is($l->answer($id, 'я' x 7001)->{code}, 'text_too_long', 'and no more');

# files go by a link, and this server does not know its address

my $file = $l->t->api(POST => 'files?name=a.png', body => "\x89PNG\r\n\x1a\n",
    type => 'image/png')->{json}{id};
my $failed = $l->settled($l->answer($id, 'look', attachments => [$file]));
is($failed->{delivery}, 'failed', 'a file cannot be sent');
like($failed->{error}, qr/inbox_public_url is not set/, 'and says why');
is_deeply($l->t->api(GET => 'channels/line/health')->{json}{warnings},
    ['no_public_url'], "so does the channel's health");

$l->t->done();


sub now { return int(time() * 1000) }


sub signature {
    my ($body) = @_;

    return ('X-Viber-Content-Signature' => hmac_sha256_hex($body, $token));
}


sub message {
    my ($number, $content, %more) = @_;

    return { event => 'message', timestamp => now(), message_token =>
        JSON::PP->new->allow_nonref->allow_bignum->decode("$number"),
        sender => { id => $user, name => 'Олена К', api_version => 10 },
        message => $content, %more };
}


sub receipt {
    my ($event) = @_;

    $l->hook({ event => $event, timestamp => now(), user_id => $user,
        message_token => JSON::PP->new->allow_nonref->allow_bignum
            ->decode('6098241177305512001') });
}
