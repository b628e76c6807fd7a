# Copyright (C) the ngx_inbox authors
#
# What the API says to those who ask wrongly, twice, or for less than all: every
# refusal is a problem document with a word for programs and words for people,
# also where it is nginx that refuses.

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

my $V1 = '/inbox/api/v1';
my ($true, $false) = (JSON::PP::true, JSON::PP::false);

my $t = Test::Inbox->new(workers => 2, http => 'inbox_max_body 64k;',
    server => 'client_max_body_size 100k; large_client_header_buffers 4 2k;
        error_page 400 414 494 /inbox/problem;')->start();

$t->telegram();

my $petro = $t->agent('petro');
my $token = $t->post('/inbox/widget/site/session', json => {})->{json}{token};

$t->hook(FakeTelegram::update(1, 'Hello'));
$t->api(POST => 'chats/1/take');


# nobody, somebody else, nothing

problem('no token', $t->get("$V1/me"), 401, 'unauthorized');
problem('a wrong one', $t->get("$V1/me", token => 'x' x 64), 401,
    'unauthorized');
problem("a visitor's", $t->get("$V1/me", token => $token), 401,
    'unauthorized');
problem('an agent and the journal', as_petro(GET => 'journal'), 403,
    'forbidden');
problem('an agent and a channel', as_petro(PUT => 'channels/x',
    json => { kind => 'site', title => 'X' }), 403, 'forbidden');
problem('a path', $t->api(GET => 'nothing'), 404, 'not_found');
problem('a path outside of the API', $t->get('/inbox/nothing'), 404,
    'not_found');
problem('a chat', $t->api(GET => 'chats/77'), 404, 'not_found');
problem('a chat that is no number', $t->api(GET => 'chats/one'), 404,
    'not_found');
problem('a number that no chat can have', $t->api(GET => 'chats/' . 9 x 30),
    404, 'not_found');
problem('an agent', $t->api(GET => 'agents/nobody'), 404, 'not_found');
problem('a channel', $t->post('/inbox/hook/nobody', json => {}), 404,
    'not_found');
problem('the route for nginx alone', $t->get('/inbox/problem'), 404,
    'not_found');


# a cookie needs its guard

my ($cookie) = $t->post("$V1/session", json => { token => $petro })
    ->{headers}{'set-cookie'} =~ /^([^;]+)/;

problem('a cookie from elsewhere', $t->post("$V1/chats/1/typing",
    headers => { Cookie => $cookie }), 403, 'csrf');


# methods

my %allow = (
    "$V1/me"                => 'GET, HEAD, OPTIONS',
    "$V1/session"           => 'POST, DELETE, OPTIONS',
    "$V1/chats/1/messages"  => 'GET, HEAD, POST, OPTIONS',
    "$V1/groups/support"    => 'GET, HEAD, PUT, DELETE, OPTIONS',
    '/inbox/health'         => 'GET, HEAD, OPTIONS',
);

for my $path (sort keys %allow) {
    my $r = $t->request(PROPFIND => $path, token => $t->token);

    problem("PROPFIND $path", $r, 405, 'method_not_allowed');
    is($r->{headers}{allow}, $allow{$path}, 'with those that are');

    $r = $t->request(OPTIONS => $path);
    is($r->{status}, 204, "OPTIONS $path");
    is($r->{headers}{allow}, $allow{$path}, 'says the same');
}

# nginx itself does not say it of a file
for my $method (qw(POST PUT OPTIONS)) {
    my $r = $t->request($method => '/inbox/index.html');

    problem("$method of a file", $r, 405, 'method_not_allowed');
    is($r->{headers}{allow}, 'GET, HEAD', 'with those that are');
}

is($t->request(TRACE => "$V1/chats/1/take")->{headers}{allow}, undef,
    'nor of what it has not looked for');

for my $path ("$V1/me", "$V1/journal", "$V1/chats/1/messages", '/inbox/health')
{
    my $get = $t->get($path, token => $t->token);
    my $head = $t->request(HEAD => $path, token => $t->token);

    is($head->{status}, 200, "HEAD $path");
    is($head->{headers}{'content-type'}, 'application/json', 'has its type');
    is($head->{headers}{'content-length'} // length $get->{body},
        length $get->{body}, 'and length');
    is($head->{headers}{'x-content-type-options'}, 'nosniff', 'and guard');
}


# what is known already

for my $path (qw(journal inbox chats/1 chats/1/messages agents groups channels
    space me))
{
    my $r = $t->api(GET => $path);
    my $etag = $r->{headers}{etag};

    next if !ok($etag, "$path has an ETag");

    my $same = $t->api(GET => $path, headers => { 'If-None-Match' => $etag });

    is($same->{status}, 304, 'what is known is not sent again');
    is($same->{headers}{etag}, $etag, 'but confirmed');
    is($t->api(GET => $path, headers => { 'If-None-Match' => '"other"' })
        ->{status}, 200, 'what is not known is');
    is($t->api(GET => $path, headers => {
        'If-None-Match' => qq("a", W/"b", $etag) })->{status}, 304,
        'one of a list is enough');
}

my $old = $t->api(GET => 'journal')->{headers}{etag};
$t->hook(FakeTelegram::update(2, 'More'));
is($t->api(GET => 'journal', headers => { 'If-None-Match' => $old })->{status},
    200, 'a change is seen at once');

# nginx asked for them in answers: a chat was closed, and 412 said that it was not
for my $if ('If-Match', 'If-Unmodified-Since') {
    my %if = (headers => { $if => $if eq 'If-Match' ? '"other"'
        : 'Sat, 01 Jan 2000 00:00:00 GMT' });

    is($t->api(POST => 'chats/1/close', json => {}, %if)->{status}, 200,
        "$if refuses nothing that was done");
    is($t->api(POST => 'chats/1/reopen', json => {}, %if)->{status}, 200,
        'nor undone');
    is($t->api(GET => 'journal', %if)->{status}, 200, 'nor a list');
    is($t->get('/inbox/', %if)->{status}, 200, 'nor a page');
}


# bodies

my $r;

for my $body ('', '{', '[]', '"x"', 'null', '{"text":"a"} {}',
    '{"text":"a",}', '{"a":' x 200 . '1' . '}' x 200)
{
    $r = $t->api(POST => 'chats/1/messages', body => $body);

    problem('body: ' . substr($body, 0, 20), $r,
        $body eq '' ? (422, 'invalid') : (400, 'bad_json'));
}

for my $case (
    [{}, 'text'], [{ text => '' }, 'text'], [{ text => " \n " }, 'text'],
    [{ text => 7 }, 'text'], [{ text => [] }, 'text'],
    [{ text => undef }, 'text'], [{ text => 'a', note => 'yes' }, 'note'],
    [{ text => 'a', attachments => 'x' }, 'attachments'],
    [{ text => 'a', attachments => ['nothing'] }, 'attachments'],
    [{ text => 'a', reply_to => 5 }, 'reply_to'])
{
    my ($data, $field) = @$case;
    $r = $t->api(POST => 'chats/1/messages', json => $data);

    problem("a message without a right $field", $r, 422, 'invalid');
    is($r->{json}{errors}[0]{field}, $field, 'which is named');
    ok($r->{json}{errors}[0]{detail}, 'and explained');
}

$r = $t->api(POST => 'chats/1/messages', body => "{\"text\":\"a\xff\"}");
is($r->{json}{text}, "a\x{fffd}", 'bytes that are no UTF-8 are replaced');

$r = $t->api(POST => 'chats/1/messages', json => { text => 'x' x 5000 });
problem('a text too long for Telegram', $r, 422, 'text_too_long');
is($r->{json}{limit}, 4096, 'says how long it may be');

problem('a body beyond inbox_max_body', $t->api(POST => 'chats/1/messages',
    json => { text => 'x' x 70_000 }), 413, 'too_large');
problem('a body beyond client_max_body_size', $t->api(POST =>
    'chats/1/messages', json => { text => 'x' x 200_000 }), 413, 'too_large');
problem('the same in chunks', chunked(200_000), 413, 'too_large');

for my $case (
    ['agents/Big', {}, 'id'], ['agents/x', { name => 7 }, 'name'],
    ['agents/x', { name => 'X', role => 'king' }, 'role'],
    ['agents/x', { name => 'X', enabled => 'no' }, 'enabled'],
    ['groups/x', { name => 'X', agents => 'petro' }, 'agents'],
    ['groups/x', { name => 'X', agents => [5] }, 'agents'],
    ['channels/x', { title => 'X' }, 'kind'],
    ['channels/x', { kind => 'pigeon', title => 'X' }, 'kind'])
{
    my ($path, $data, $field) = @$case;

    $r = $t->api(PUT => $path, json => $data);
    problem("PUT $path without a right $field", $r, 422, 'invalid');
    is($r->{json}{errors}[0]{field}, $field, 'which is named');
}


# questions

for my $query (qw(limit=0 limit=201 limit=-1 limit=x limit=1.5
    since=-1 since=x since=99999999999999999999 wait=61 wait=-1 wait=x
    before=x before=!), 'limit=5%20')
{
    my ($field) = $query =~ /^(\w+)/;

    for my $path ('journal', 'inbox', 'chats/1/messages') {
        $r = $t->api(GET => "$path?$query");
        problem("$path?$query", $r, 422, 'invalid');
        is($r->{json}{errors}[0]{field}, $field, 'names it');
    }
}

problem('a status that there is not', $t->api(GET => 'journal?status=asleep'),
    422, 'invalid');
problem('a list that there is not', $t->api(GET => 'inbox?list=all'), 422,
    'invalid');

# what is empty was not given, as forms have it
for my $query (qw(limit=1 limit=200 limit= since=&wait= status=&q=
    unknown=1 wait=0 since=0 limit=1&x&&=y),
    'utm_source=x&limit=2')
{
    is($t->api(GET => "journal?$query")->{status}, 200, "journal?$query");
}


# the same again is not twice

my %key = (headers => { 'Idempotency-Key' => 'once-1' });
my $first = $t->api(POST => 'chats/1/messages', json => { text => 'Hi' }, %key);

is($first->{status}, 201, 'an answer with a key');
$r = $t->api(POST => 'chats/1/messages', json => { text => 'Hi' }, %key);
is($r->{status}, 201, 'the same again');
is($r->{json}{id}, $first->{json}{id}, 'is the same message');
problem('another text under that key', $t->api(POST => 'chats/1/messages',
    json => { text => 'Ho' }, %key), 409, 'idempotency_mismatch');
is(as_petro(POST => 'chats/1/join')->{status}, 403,
    'who is of another group does not join');

my $second = $t->api(POST => 'chats/1/messages', json => { text => 'Hm' });

for my $deed (['chats/1/read', { up_to => $first->{json}{id} },
                   { up_to => $second->{json}{id} }],
              ['chats/1/typing', {}, { typing => JSON::PP::true }])
{
    my ($path, $one, $other) = @$deed;
    my %once = (headers => { 'Idempotency-Key' => 'deed' });
    my @codes = map { $t->api(POST => $path, json => $_, %once)->{status} }
        $one, $one, $other;

    is_deeply(\@codes, [($path =~ /read/ ? 200 : 204) x 2, 409],
        "$path: with a key once, and with another body not at all");
}

for my $key ('', 'x' x 65, "a b", "\x{e9}") {
    $r = $t->api(POST => 'chats/1/messages', json => { text => 'Hi' },
        headers => { 'Idempotency-Key' => $key });
    next if $key eq '';
    problem('a key that is none', $r, 422, 'invalid');
}

my @same = $t->parallel(map { [POST => "$V1/chats/1/messages",
    token => $t->token, json => { text => 'Fifty' },
    headers => { 'Idempotency-Key' => 'fifty' }] } 1 .. 50);

is(scalar(grep { $_ && $_->{status} == 201 } @same), 50,
    'fifty times at once');
is(scalar(keys %{{ map { $_->{json}{id} => 1 } @same }}), 1, 'one message');
is(scalar(grep { $_->{text} eq 'Fifty' } @{$t->api(GET =>
    'chats/1/messages?limit=200')->{json}{messages}}), 1, 'stored once');

@same = $t->parallel(map { [POST => '/inbox/widget/site/messages',
    token => $token, json => { text => 'Fifty' },
    headers => { 'Idempotency-Key' => 'fifty' }] } 1 .. 50);

is(scalar(grep { $_ && $_->{status} == 201 } @same), 50,
    'a visitor, fifty times at once');
is(scalar(keys %{{ map { $_->{json}{id} => 1 } @same }}), 1, 'one message');
problem('another text under his key', $t->post('/inbox/widget/site/messages',
    token => $token, json => { text => 'Ho' },
    headers => { 'Idempotency-Key' => 'fifty' }), 409,
    'idempotency_mismatch');


# what nginx itself refuses

problem('a static file', $t->get('/inbox/nothing.js'), 404, 'not_found');
problem('POST to a static file', $t->post('/inbox/index.html'), 405,
    'method_not_allowed');
my $c = $t->connect();

$c->write("GET inbox/health HTTP/1.1\r\n\r\n");
problem('a request line that makes no sense', $c->read(), 400, 'bad_request');
problem('a long URI', $t->get('/inbox/api/v1/journal?q=' . 'x' x 4000), 414,
    undef);
problem('a header that is too long', $t->get('/inbox/api/v1/me',
    headers => { Cookie => 'x' x 4000 }), 400, 'bad_request');

$t->done();


# a problem document, whole
sub problem {
    my ($what, $r, $status, $code) = @_;

    my $p = ($r // {})->{json} // {};
    my $told = join ' ', ($r // {})->{status} // 'no answer',
        defined $code ? $p->{code} // 'without a code' : ();
    my $wanted = join ' ', $status, $code // ();

    is($told, $wanted, "$what: $wanted") or diag(($r // {})->{body});

    my @wrong = (
        ($r->{headers}{'content-type'} // '') eq 'application/problem+json'
            ? () : 'type of content',
        ($p->{type} // '') eq 'about:blank' ? () : 'type',
        ($p->{status} // 0) == $status ? () : 'status',
        map { length($p->{$_} // '') ? () : $_ } qw(title code detail));

    is("@wrong", '', 'in a whole problem document') or diag($r->{head});
}


sub as_petro { return $t->api(@_, token => $petro) }


# a body of that length, which nobody has announced
sub chunked {
    my ($size) = @_;

    my $c = $t->connect();

    $c->send(POST => "$V1/chats/1/messages", token => $t->token,
        headers => { 'Transfer-Encoding' => 'chunked' });
    $c->write(sprintf "%x\r\n%s\r\n0\r\n\r\n", $size, 'x' x $size);

    return $c->read();
}
