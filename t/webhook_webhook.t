# Copyright (C) the ngx_inbox authors
#
# The kind `webhook`: any line that signs what it posts, and that gets our
# answers signed the same way; and a send_url that may not lead into our own
# network.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use Digest::SHA qw(hmac_sha256_hex);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Line;

my $known = $FakePlatform::KNOWN{webhook};
my ($secret, $user) = @$known{qw(secret user)};

my $l = Line->new('webhook', credentials => sub { return { secret => $secret,
        send_url => $_[0]->origin . '/crm/in?line=5' } },
    sign => sub { signature($_[0], $secret) });


# who may write

my $hello = message('mail-1', 'Добрий день');

for my $bad ({}, { 'X-Inbox-Signature' => 'sha256=' . 'a' x 64 },
    { signature($l->bytes($hello) . ' ', $secret) },
    { signature($l->bytes($hello), 'guess') })
{
    is($l->hook($hello, headers => $bad)->{status}, 401, 'refused');
}

my @answers = $l->t->parallel(map { [POST => '/inbox/hook/line',
    $l->delivery($hello)] } 1 .. 20);
is(scalar(grep { $_ && $_->{status} == 200 } @answers), 20, 'accepted');

my ($chat) = $l->chats;
is($chat->{title}, 'Олена К', 'by name');
is($chat->{contact}{username}, 'olena', 'and nick');
is_deeply($l->texts($chat->{id}), ['Добрий день'], 'stored once');

$l->hook(message('mail-2', '', attachments => [{ type => 'file',
    url => 'https://files.example/a.pdf', name => 'a.pdf' }]));
is($l->hook({ hello => 'world' })->{status}, 200, 'what is no message is 200');
is($l->hook('[1]')->{status}, 400, 'what is no object is 400');

my @m = $l->messages($chat->{id});
is($m[1]{attachments}[0]{name}, 'a.pdf', 'a file');
is($m[0]{sent_at}, '2026-06-09T10:20:01.000Z', 'the time of the line');


# an answer: signed, timed, with an id

my $id = $l->take($user);
my $answer = $l->answer($id, 'Вітаю! 😀', reply_to => $m[0]{id});
is($l->settled($answer)->{delivery}, 'sent', 'sent');

my ($call) = $l->fake->calls();
is($call->{path}, '/crm/in?line=5', 'to send_url');
is($call->{json}{text}, 'Вітаю! 😀', 'as it was written');
is($call->{json}{to}, $user, 'to the client');
is($call->{json}{reply_to}, 'mail-1', 'as a reply');
is($call->{json}{id}, $answer->{id}, 'under our id');

$l->fake->next($l->fake->error(503, 'busy'), { act => 'close' });
my $m = $l->settled($l->answer($id, 'again'));
is($m->{delivery}, 'sent', 'trouble that passes');

my @tries = grep { $_->{body} =~ /"again"/ } $l->fake->calls();
is(scalar(@tries), 3, 'three tries');
is($tries[0]{headers}{'x-inbox-delivery'}, $_->{headers}{'x-inbox-delivery'},
    'of one delivery') for @tries;

$l->fake->next($l->fake->error(422, 'no such mailbox'));
$m = $l->settled($l->answer($id, 'never'));
is($m->{delivery}, 'failed', 'a final no');
is($m->{error}, 'no such mailbox', "in the receiver's words");


# into our own network

my $inner = $l->t->port;
$l->put(credentials => { secret => $secret,
    send_url => "http://127.0.0.1:$inner/inbox/health" });
$l->answer($id, 'inwards');
ok($l->t->wait_for(sub { $l->t->log() =~ /address is not allowed/ }),
    'an address that the operator has not named is not called');

$l->put(credentials => { secret => $secret, send_url => $l->fake->origin });


# a secret that we make

my $made = $l->t->create('channels/made', { kind => 'webhook',
    credentials => { send_url => 'https://crm.example/' } });
like($made->{generated}{secret}, qr/^[\w-]{40,}$/, 'a secret is made');

my $body = $l->bytes($hello);
is($l->t->post('/inbox/hook/made', body => $body,
    headers => { signature($body, $made->{generated}{secret}) })->{status}, 200,
    'and signs');

$l->t->done();


sub signature {
    my ($body, $with) = @_;

    return ('X-Inbox-Signature' => 'sha256=' . hmac_sha256_hex($body, $with));
}


sub message {
    my ($number, $text, %more) = @_;

    return { id => $number, from => { id => $user, name => 'Олена К',
        username => 'olena', avatar_url => 'https://a.example/o.png' },
        text => $text, attachments => [], at => '2026-06-09T10:20:01Z', %more };
}
