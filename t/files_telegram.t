# Copyright (C) the ngx_inbox authors
#
# Files to and from a messenger: what an agent attaches goes out in the
# platform's own form, once however often it is tried; what a client sends is
# fetched when somebody looks at it, and no request of ours goes astray.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;

my $jpeg = "\xff\xd8\xff\xe0" . 'j' x 3000;
my $fake = FakeTelegram->new();
my $canary = FakeTelegram->new();

my $t = Test::Inbox->new(apis => { telegram => $fake->origin })->start();
$t->telegram();
$t->create('channels/line', { kind => 'webhook', credentials => {
    secret => 's', send_url => $fake->origin . '/line' } });


# out

$t->hook(FakeTelegram::update(1, 'hi'));
my $chat = $t->api(GET => 'journal')->{json}{chats}[0]{id};
$t->api(POST => "chats/$chat/take");

sub upload {
    my ($name, $bytes) = @_;

    return $t->post("/inbox/api/v1/files?name=$name", token => $t->token,
        body => $bytes)->{json}{id};
}

sub say {
    my ($text, @files) = @_;

    my $m = $t->api(POST => "chats/$chat/messages", json => { text => $text,
        attachments => \@files })->{json};
    $t->wait_for(sub { state_of($m->{id})->{delivery} ne 'queued' });
    return state_of($m->{id});
}

sub state_of {
    my ($id) = @_;

    return (grep { $_->{id} eq $id }
        @{$t->api(GET => "chats/$chat/messages")->{json}{messages}})[0];
}

my $m = say('look', upload('a.jpg', $jpeg), upload('b.pdf', '%PDF-1.4 x'));
is($m->{delivery}, 'sent', 'a text and two files');
my @calls = $fake->calls();
is_deeply([map { $_->{path} =~ /(\w+)$/ } @calls],
    [qw(sendPhoto sendDocument)], 'a photo and a document, in order');
like($calls[0]{body}, qr/name="caption"\r\n\r\nlook\r\n/, 'the text is a caption');
ok(index($calls[0]{body}, "\r\n\r\n$jpeg\r\n--") > 0, 'the bytes are there');
like($calls[1]{body}, qr/name="document"; filename="b.pdf"\r\nContent-Type: app/,
    'with their name');
unlike($calls[1]{body}, qr/caption/, 'the caption comes once');

$m = say('x' x 1025, upload('a.jpg', $jpeg));
is_deeply([map { $_->{path} =~ /(\w+)$/ } ($fake->calls())[2 .. 3]],
    [qw(sendMessage sendPhoto)], 'a long text is a message before it');

my $before = $fake->calls();
$fake->next({}, { status => 500 });
$m = say('x' x 1025, upload('a.jpg', $jpeg));
is($m->{delivery}, 'sent', 'the second part fails once');
is_deeply([map { $_->{path} =~ /(\w+)$/ } ($fake->calls())[$before .. $before + 2]],
    [qw(sendMessage sendPhoto sendPhoto)], 'and alone is sent again');


# in

$t->hook({ update_id => 2, message => { message_id => 2, date => 1,
    chat => { id => 5, type => 'private' }, from => { id => 5,
    first_name => 'O' }, photo => [{ file_id => 'F1', width => 1,
    height => 1 }] } });
my ($c) = grep { $_->{contact}{external_id} eq '5' }
    @{$t->api(GET => 'journal')->{json}{chats}};
my $url = $t->api(GET => "chats/$c->{id}/messages")
    ->{json}{messages}[-1]{attachments}[0]{url};
like($url, qr{^/inbox/api/v1/chats/$c->{id}/files/[\w-]+$}, 'a link of ours');

$before = $fake->calls();
$fake->next({ reply => '{"ok":true,"result":{"file_path":"photos/f 1.jpg"}}' },
    { reply => $jpeg });
my @got = $t->parallel(map { [GET => $url, token => $t->token] } 1 .. 5);
is_deeply([map { $_->{status} } @got], [(200) x 5], 'five ask at once');
ok($got[4]{body} eq $jpeg, 'and get the bytes');
@calls = $fake->calls();
is_deeply([map { $_->{path} } @calls[$before .. $#calls]],
    ['/bot123:bot/getFile', '/file/bot123:bot/photos/f%201.jpg'],
    'of one fetch');
ok($t->get($url, token => $t->token)->{body} eq $jpeg, 'once more');
is(scalar($fake->calls()), scalar @calls, 'from the cache');


# where no request of ours may go

my $port = ($canary->origin =~ /(\d+)$/)[0];
my $n = 0;

sub refused {
    my ($address) = @_;

    my $body = JSON::PP->new->utf8->canonical->encode({ id => 'm' . ++$n,
        from => { id => 'u' }, attachments => [{ type => 'file',
        name => 'a', url => $address }] });
    $t->post('/inbox/hook/line', body => $body, headers => {
        'X-Inbox-Signature' => 'sha256=' . Digest::SHA::hmac_sha256_hex($body,
        's') });
    my ($x) = grep { $_->{channel}{id} eq 'line' }
        @{$t->api(GET => 'journal')->{json}{chats}};
    my $link = $t->api(GET => "chats/$x->{id}/messages")
        ->{json}{messages}[-1]{attachments}[0]{url};

    return $link ? $t->get($link, token => $t->token)->{status} : 'no link';
}

require Digest::SHA;
for ("127.0.0.1:$port", "localhost:$port", "2130706433:$port", "0x7f.1:$port",
    "[::1]:$port", "[::ffff:127.0.0.1]:$port", '169.254.169.254', '10.0.0.1',
    "0.0.0.0:$port", 'metadata.google.internal')
{
    like(refused("http://$_/x"), qr/^(502|no link)$/, "not $_");
}
is(refused($fake->origin . '/x'), 502, "not another platform's API either");
is(scalar($canary->calls()), 0, 'the canary has seen nothing');

# Telegram sends us elsewhere
$t->hook({ update_id => 3, message => { message_id => 3, date => 1,
    chat => { id => 5, type => 'private' }, from => { id => 5,
    first_name => 'O' }, photo => [{ file_id => 'F2', width => 1,
    height => 1 }] } });
$url = $t->api(GET => "chats/$c->{id}/messages")
    ->{json}{messages}[-1]{attachments}[0]{url};
$fake->next({ reply => '{"ok":true,"result":{"file_path":"p"}}' },
    { status => 302, headers => 'Location: ' . $canary->origin . "/x\r\n" });
is($t->get($url, token => $t->token)->{status}, 502, 'not by a redirect');
is(scalar($canary->calls()), 0, 'the canary has seen nothing still');
unlike($t->log(), qr/123:bot/, 'no token in the log');

$fake->stop();
$canary->stop();
$t->done();
