# Copyright (C) the ngx_inbox authors
#
# Holes that other inboxes have had, and that no test of ours is about
# otherwise: docs/security.md names for each the test that would have caught it.
# Here are scripts that come in by a header, identities that anybody can claim in
# one, tokens in URLs, fields that are not the caller's to set, forms of another
# site, templates in text, and headers that keep a browser from guessing.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use JSON::PP;
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;

my $SCRIPT = '"><script>alert(1)</script>';

my $t = Test::Inbox->new(server =>
    'error_page 400 405 414 494 501 505 /inbox/problem;')->start();

$t->telegram();

my $petro = $t->agent('petro');
my $visitor = $t->post('/inbox/widget/site/session', json => {})->{json}{token};


# what a browser is told, with every kind of answer

my %kinds = (
    'a list' => [GET => 'api/v1/journal', token => $t->token],
    'a refusal' => [GET => 'api/v1/journal'],
    'a path that is none' => [GET => 'api/v1/nothing'],
    'a method that is none' => [DELETE => 'api/v1/me', token => $t->token],
    'a webhook' => [POST => 'hook/bot', body => '{}'],
    'a frame' => [GET => 'widget/site/frame'],
    'a frame of none' => [GET => 'widget/none/frame'],
    'a file that is none' => [GET => 'nothing.html'],
    'a visitor' => [GET => 'widget/site/messages', token => $visitor],
    'health' => [GET => 'health'],
    'metrics' => [GET => 'metrics'],
    'an export' => [GET => 'api/v1/export', token => $t->token]
);

for my $kind (sort keys %kinds) {
    my ($method, $path, @more) = @{$kinds{$kind}};
    my $r = $t->request($method, "/inbox/$path", @more);

    is($r->{headers}{'x-content-type-options'}, 'nosniff',
        "$kind: its type is not guessed");
    like($r->{headers}{'cache-control'}, qr/no-store|no-cache/,
        "$kind: no cache between keeps it");
}

# what nginx itself refuses, before it knows the location

my $long = 'x' x 40_000;
my %refused = (
    400 => "GET /inbox/%zz HTTP/1.1\r\nHost: x",
    405 => "TRACE /inbox/ HTTP/1.1\r\nHost: x",
    413 => "POST /inbox/hook/bot HTTP/1.1\r\nHost: x\r\n"
        . 'Content-Length: 99999999',
    414 => "GET /inbox/$long HTTP/1.1",
    501 => "GET /inbox/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: odd",
    505 => 'GET /inbox/ HTTP/9.9'
);

for my $status (sort keys %refused) {
    my $r = $t->connect()->write("$refused{$status}\r\n\r\n")->read();

    is_deeply([@{$r->{headers}}{qw(content-type x-content-type-options
        cache-control)}], ['application/problem+json', 'nosniff', 'no-store'],
        "what nginx refuses with $status is guarded as well");
    is($r->{status}, $status, 'and is that');
}

like($t->get('/inbox/widget/site/frame')->{headers}{'content-security-policy'},
    qr/frame-ancestors/, 'who may frame a conversation is said');


# scripts and addresses that come in by a header are nobody's name or address

my @headers = ('User-Agent', 'Referer', 'X-Forwarded-For', 'CF-Connecting-IP',
    'True-Client-IP', 'X-Real-IP', 'Forwarded', 'Accept-Language');

my $r = $t->post('/inbox/widget/site/messages', token => $visitor,
    headers => { map { $_ => $SCRIPT } @headers }, json => { text => 'Hello' });
is($r->{status}, 201, 'a message with odd headers');

my $chat = $r->{json}{chat};
my $kept = join "\n", map { $t->api(GET => $_)->{body} } 'journal',
    "chats/$chat", "chats/$chat/messages", 'export', 'audit', 'stats';

unlike($kept, qr/script/, 'nothing of the headers is kept');


# text is text: what was written is what is read, templates too

$t->api(POST => "chats/$chat/take");

for my $text ('{{7*7}}', '${7*7}', '<%= 7*7 %>', "{{constructor.constructor('"
    . "return 1')()}}", '%s%n%x', $SCRIPT, '#{7*7}', '{"$ne":null}')
{
    $r = $t->api(POST => "chats/$chat/messages", json => { text => $text });
    is($r->{json}{text}, $text, "as it is: $text");
    $r = $t->api(PUT => 'canned/tpl',
        json => { shortcut => 'tpl', text => $text });
    is($r->{json}{text}, $text, 'as a ready answer too');
}


# an identity is a token, a cookie of ours, or what nginx was told to believe

for my $name (qw(X-Remote-User Remote-User X-Forwarded-User X-User X-Agent
    X-Auth-Request-User REMOTE_USER X-Forwarded-Email X-WebAuth-User))
{
    is($t->get('/inbox/api/v1/me', headers => { $name => 'root' })->{status},
        401, "$name is nobody");
}

for my $where ("token=" . $t->token, "access_token=" . $t->token,
    "authorization=Bearer%20" . $t->token, "inbox_session=" . $t->token)
{
    is($t->get("/inbox/api/v1/me?$where")->{status}, 401,
        'a token in a URL is none: ' . $where =~ s/=.*//r);
}

for my $forged ('', 'Bearer', 'Bearer ', 'Bearer null', 'Bearer undefined',
    'Bearer root', 'Bearer 0', 'Bearer digest:' . '0' x 64, 'Basic cm9vdDo=',
    'Bearer ' . substr($t->token, 0, -1), 'Bearer ' . $t->token . '0')
{
    is($t->get('/inbox/api/v1/me', headers => { Authorization => $forged })
        ->{status}, 401, 'nobody: ' . substr $forged, 0, 24);
}

my %tokens = map { $t->api(POST => 'agents/petro/tokens',
    json => { name => "token $_" })->{json}{token} => 1 } 1 .. 20;

is(keys %tokens, 20, 'no token comes twice');
is((grep { length >= 43 } keys %tokens), 20, 'and none can be guessed');


# a form of another site: simple types, the victim's cookie

my ($cookie) = $t->post('/inbox/api/v1/session',
    json => { token => $t->token })->{headers}{'set-cookie'} =~ /^([^;]+)/;

for my $type ('text/plain', 'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x', 'application/json')
{
    $r = $t->post("/inbox/api/v1/chats/$chat/close", body => '{}',
        type => $type, headers => { Cookie => $cookie,
        Origin => 'https://evil.example' });
    is($r->{status}, 403, "refused: $type");
    is($r->{json}{code}, 'csrf', 'for that reason');
}


# fields that are not the caller's

my %all = (id => 'x', role => 'owner', plan => 'commercial', suspended => 1,
    limits => {}, owner => 1, is_admin => 1, rev => 1, who => 'root',
    agent => 'root', author => { id => 'root' }, from => 'system',
    kind => 'event', event => 'closed', status => 'inactive', unread => 0,
    delivery => 'read', at => '2020-01-01T00:00:00.000Z', responsible => 'root',
    participants => ['root'], groups => ['support'], token => 'mine',
    digest => '0' x 64, visitor => 'other', channel => 'bot', space => 'other',
    created_at => 1, hook_url => 'https://evil.example');

$t->create('groups/support', { name => 'Support', agents => ['petro'] });
is($t->api(POST => "chats/$chat/join", token => $petro, json => { %all })
    ->{status}, 200, 'an agent joins, and says much more');

my $me = $t->api(GET => 'me', token => $petro)->{json};
is($me->{agent}{role}, 'agent', 'he is what he was');

$r = $t->api(POST => "chats/$chat/messages", token => $petro,
    json => { %all, text => 'mine', attachments => [] });
is($r->{json}{author}{id}, 'petro', 'he writes as himself');
is_deeply([@{$r->{json}}{qw(from kind event)}], ['agent', 'text', undef],
    'as an agent, a text');
unlike($r->{json}{at}, qr/^2020/, 'and now');

$r = $t->post('/inbox/widget/site/messages', token => $visitor,
    json => { %all, text => 'hers' });
is_deeply([@{$r->{json}}{qw(from kind chat)}], ['client', 'text', $chat],
    'a visitor writes as a visitor, in her chat');

$r = $t->api(PUT => 'space', json => { %all, name => 'Test', locale => 'en' },
    token => owner());
is($t->api(GET => 'spaces/default')->{json}{plan}, 'commercial',
    'a plan is for the root token to set');
$t->create('spaces/default', { plan => 'free' });
$t->api(PUT => 'space', json => { %all, name => 'Test', locale => 'en' },
    token => owner());
is($t->api(GET => 'spaces/default')->{json}{plan}, 'free',
    'no owner makes himself commercial');

$t->done();


sub owner { our $owner //= $t->agent('anna', role => 'owner') }
