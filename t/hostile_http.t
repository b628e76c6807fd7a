# Copyright (C) the ngx_inbox authors
#
# What nobody means well: every field of every endpoint, every place in a path
# and every parameter gets what it is not made for; then bodies that drip, lie
# about their length, are packed, or never end.  Whatever comes, the answer is a
# refusal in good form and never 500; the store is healthy, so never 503; and no
# key in Redis has another name than docs/redis.md gives it.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use JSON::PP;
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;

Test::Inbox::Answers::none();

my $t = Test::Inbox->new(location => 'client_body_buffer_size 4k;')->start();
my $json = JSON::PP->new->utf8->allow_nonref;

$t->telegram();
$t->agent('petro');
$t->hook(FakeTelegram::update(1, 'first'));
$t->create('canned/hi', { shortcut => 'hi', text => 'Hello!' });

my $api = '/inbox/api/v1';
my $site = '/inbox/widget/site';
my $visitor = $t->post("$site/session", json => {})->{json}{token};

$t->post("$site/messages", token => $visitor, json => { text => 'Hello' });
$t->api(POST => "chats/$_/take") for 1, 2;

# raw JSON in place of a field's value
my @values = (
    '"a\r\nX-Evil: 1"', '"\u0000"', '"{}"', '"}:inbox:{x}"', '"a b,c"', '""',
    '"\ud800"', "\"\xff\xfe\"", '"' . 'x' x 1_000_000 . '"', '{"a":{"b":[1]}}',
    '[]', '[[]]', '[{"id":"x"}]', '["a\u0000b","c\n"]', '1e400', '-1', '0',
    '99999999999999999999', '3.5', 'true', 'null', '"9999-12-31T23:59:59Z"',
    '"0000-00-00T00:00:00Z"', '"\u202e\u0007"', '"0"', '"-1"', '"root"',
    '"' . '\u0001' x 200 . '"'
);

# method, path below /inbox, who, and the fields of a body that is as it should
my @bodies = (
    [POST => "widget/site/session", '', name => '"O"', email => '"o@x"',
        phone => '"+1"', user_id => '"u"', user_hash => '"h"', page => '"p"',
        token => '"t"'],
    [POST => "widget/site/messages", $visitor, text => '"Hi"',
        attachments => '[]', reply_to => 'null'],
    [POST => "widget/site/read", $visitor, up_to => '"1-1"'],
    [POST => "widget/site/typing", $visitor, any => '1'],
    [POST => 'api/v1/session', '', token => '"t"'],
    [PUT => 'api/v1/me/presence', 'root', away => 'true'],
    [POST => 'api/v1/chats/1/messages', 'root', text => '"Hi"', note => 'true',
        attachments => '[]', reply_to => 'null'],
    [POST => 'api/v1/chats/1/transfer', 'root', agent => '"petro"',
        group => 'null'],
    [POST => 'api/v1/chats/1/read', 'root', up_to => '"1-1"'],
    [POST => 'api/v1/chats/1/typing', 'root', any => '1'],
    (map { [POST => "api/v1/chats/1/$_", 'root', any => '1'] }
        qw(close reopen take join leave)),
    [PATCH => 'api/v1/chats/2', 'root', title => '"T"', tags => '["a"]'],
    [PUT => 'api/v1/agents/petro', 'root', name => '"P"', role => '"agent"',
        enabled => 'true'],
    [POST => 'api/v1/agents/petro/tokens', 'root', name => '"n"',
        expires_at => 'null'],
    [PUT => 'api/v1/groups/odd', 'root', name => '"G"', agents => '["petro"]'],
    [PUT => 'api/v1/channels/odd', 'root', kind => '"telegram"',
        title => '"T"', group => 'null', enabled => 'true',
        credentials => '{"token":"1:a","secret":"s"}', settings => '{}'],
    [PUT => 'api/v1/channels/odd', 'root', kind => '"telegram"',
        credentials => '{"token":%s,"secret":%s}'],
    [PUT => 'api/v1/channels/odd-site', 'root', kind => '"site"',
        settings => '{"origins":%s,"greeting":%s,"color":%s,"locale":%s}'],
    [PUT => 'api/v1/canned/odd', 'root', shortcut => '"s"', text => '"T"',
        group => 'null'],
    [PUT => 'api/v1/space', 'root', name => '"S"', locale => '"en"',
        retention_days => 'null', plans_url => 'null', plan => 'null'],
    [PUT => 'api/v1/spaces/odd', 'root', name => '"S"', locale => '"en"',
        retention_days => '1', plans_url => '"http://x/"',
        plan => '"commercial"', suspended => 'false', limits => '{}'],
    [POST => 'hook/bot', 'bot', update_id => '1', message => '{}',
        edited_message => '{}', callback_query => '{}', my_chat_member => '{}'],
    (map { [POST => 'hook/bot', 'bot', update_id => '1', $_ => telegram()] }
        qw(message edited_message business_message callback_query
           my_chat_member message_reaction deleted_business_messages)),
);

# places in a path, and parameters of a query
my @ids = ('%0d%0aX', '%00', '%7b%7d', 'a' x 300, '%ff%fe', '*', '..%2f..',
    '%25', 'A', '0', '00', '007', '1%20', '-1', '9' x 40, '%E2%80%AE', ' ',
    "\xff", '1;2', 'root', 'a:b', 'x' x 9000);

my @paths = (
    [GET => "hook/%s"], [GET => 'widget/%s'], [GET => 'widget/%s/frame'],
    [GET => 'widget/%s/messages'], [POST => 'widget/%s/files'],
    [GET => 'api/v1/chats/%s'], [GET => 'api/v1/chats/%s/files/x'],
    [GET => 'api/v1/chats/1/files/%s'], [GET => 'file/%s/x/x'],
    [GET => 'file/shop/%s/x'], [GET => 'file/shop/x/%s'],
    [GET => 'api/v1/chats/%s/messages'], [POST => 'api/v1/chats/%s/take'],
    [GET => 'api/v1/agents/%s'], [DELETE => 'api/v1/agents/%s'],
    [GET => 'api/v1/agents/%s/tokens'], [POST => 'api/v1/agents/%s/tokens'],
    [DELETE => 'api/v1/agents/petro/tokens/%s'], [GET => 'api/v1/groups/%s'],
    [PUT => 'api/v1/groups/%s'], [DELETE => 'api/v1/groups/%s'],
    [GET => 'api/v1/channels/%s'], [PUT => 'api/v1/channels/%s'],
    [DELETE => 'api/v1/channels/%s'], [GET => 'api/v1/channels/%s/health'],
    [GET => 'api/v1/channels/%s/events'], [POST => 'api/v1/channels/%s/connect'],
    [POST => 'api/v1/channels/bot/events/%s/replay'], [GET => 'api/v1/canned/%s'],
    [PUT => 'api/v1/canned/%s'], [DELETE => 'api/v1/canned/%s'],
    [GET => 'api/v1/spaces/%s'], [PUT => 'api/v1/spaces/%s'],
    [DELETE => 'api/v1/spaces/%s'],
    [GET => 'api/v1/contacts/%s'], [DELETE => 'api/v1/contacts/%s'],
    [POST => 'api/v1/contacts/%s/block'], [DELETE => 'api/v1/chats/%s'],
    [POST => 'api/v1/contacts/%s/unblock'],
    [GET => '%s'], [GET => 'api/%s'], [POST => '%s'],
);

my @queries = (
    ['api/v1/journal', 'root', qw(status channel group agent tag q from to sort
        since wait limit before)],
    ['api/v1/inbox', 'root', qw(list q since wait limit before)],
    ['api/v1/chats/1/messages', 'root', qw(since before limit wait)],
    ['widget/site/messages', $visitor, qw(since before limit wait)],
);


for my $one (@bodies) {
    my ($method, $path, $who, %fields) = @$one;
    my @bad;

    for my $field (sort keys %fields) {
        push @bad, map { odd("$field " . substr($_, 0, 40),
            ask($method, $path, $who, body($field, $_, %fields))) } @values;
    }

    is_deeply(\@bad, [], "$method $path takes any value of any field");
}

for my $one (@paths) {
    my ($method, $path) = @$one;
    my @bad = map { odd($_, ask($method, sprintf($path, $_), 'root',
        $method =~ /^P/ ? '{}' : undef)) } @ids;

    is_deeply(\@bad, [], "$method $path takes any id");
}

for my $one (@queries) {
    my ($path, $who, @names) = @$one;
    my @bad;

    for my $name (@names) {
        push @bad, map { odd("$name=$_", ask(GET => "$path?$name=$_", $who)) }
            grep { $name ne 'wait' } @ids, '2026-13-40', '%F0%9F%98%80' x 150,
            '+' x 500, '1e5', '%5B%5E%5D%25', '999999999999999999', 'w', 'r0';
    }

    is_deeply(\@bad, [], "GET $path takes any parameter");
}


# headers

my @headers = (
    (map { { 'Idempotency-Key' => $_ } } 'k' x 65, "a b", "\xff", '{}',
        "\x01", [map { "k$_" } 1 .. 60], '', '"'),
    (map { { Authorization => $_ } } 'Bearer', 'Bearer ', "Bearer \xff",
        'Bearer ' . 'x' x 5000, 'Basic eDp5', 'Bearer a.b', 'bearer ' . '.' x 70),
    (map { { Cookie => "inbox_session=$_" } } '', 'root.9999999999.' . 'a' x 64,
        '.' x 80, 'x' x 4000, "\xff"),
    (map { { Host => $_ } } "a\xff\"b", 'x' x 2000, '{}', "a\tb"),
    (map { { 'If-None-Match' => $_ } } '*', '"', '"a", ' x 200, "W/\xff"),
    { 'Content-Encoding' => 'gzip' }, { 'Content-Type' => "\xff" },
    { 'Transfer-Encoding' => 'gzip, chunked' }, { 'X-Big' => 'x' x 7000 },
    { map { ("X-$_" => 'y' x 60) } 1 .. 100 }, { Range => 'bytes=0-1,5-' },
    { 'X-Forwarded-For' => '1, ' x 300 }, { Upgrade => 'websocket' }
);
my @bad;

for my $h (@headers) {
    my $name = join ', ', sort keys %$h;

    for my $request (['GET', "$api/me"], ['POST', "$api/chats/1/messages"],
        ['GET', "$api/journal"], ['GET', "$api/channels"],
        ['POST', "$site/messages"])
    {
        my ($method, $path) = @$request;

        push @bad, odd("$method $path $name", $t->request($method, $path,
            token => $path =~ /widget/ ? $visitor : $t->token,
            ($method eq 'POST' ? (json => { text => 'x' }) : ()),
            headers => { $h->{Authorization} ? (Authorization => undef) : (),
                %$h }, timeout => 5));
    }
}

is_deeply(\@bad, [], 'any header');


for my $path (qw(widget/Bad!id/session widget/site/session)) {
    my $r = $t->request(OPTIONS => "/inbox/$path",
        headers => { Origin => 'https://a.example' });

    ok($r->{status} < 500, "a preflight for $path");
}


# bodies that are none

my $deep = '[' x 100_000;
my %bytes = (
    empty => '', blank => '   ', 'a number' => '1', 'an array' => '[]',
    deep => $deep, 'deep in a field' => '{"text":' . '{"a":' x 5000,
    'half of one' => '{"text":"x', 'two' => '{"text":"x"}{"text":"y"}',
    'a NUL' => "{\"text\":\"x\"}\0", 'a mark' => "\xef\xbb\xbf{\"text\":\"m\"}",
    'no UTF-8' => "{\"text\":\"\xc3\x28\xed\xa0\x80\xf8\"}", gzip =>
        "\x1f\x8b\x08\x00" . 'x' x 500, 'a million keys' => '{' . join(',',
        map { "\"k$_\":$_" } 1 .. 100_000) . '}', 'the same key' => '{' .
        '"text":"a",' x 10_000 . '"text":"b"}', form => 'text=hello&a=b',
    xml => '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>'
);

@bad = map { my $name = $_; map { odd("$name to $_->[1]",
    ask(@$_, $bytes{$name})) }
    [POST => 'api/v1/chats/1/messages', 'root'], [POST => 'hook/bot', 'bot'],
    [POST => 'widget/site/session', ''],
    [POST => 'widget/site/messages', $visitor] } sort keys %bytes;

is_deeply(\@bad, [], 'any body');

is(ask(POST => 'hook/bot', 'bot', 'x' x 5_000_000)->{status}, 413,
    'a body beyond the limit');
is(chunked('x' x 5_000_000)->{status}, 413, 'and one that does not tell');


# bodies in pieces

my $text = $json->encode({ text => 'p' x 9000, note => JSON::PP::true });

$t->api(POST => "chats/1/$_") for qw(reopen take);

is(chunked($text)->{status}, 201, 'chunks, in a file');
is(dripped($text)->{status}, 201, 'byte after byte');
is(expected($text)->{status}, 201, 'after 100 Continue');

my $c = $t->connect();
$c->send(POST => "$api/chats/1/messages", token => $t->token,
    json => { text => "pipelined $_" }) for 1 .. 20;
is(scalar(grep { ($c->read() // {})->{status} == 201 } 1 .. 20), 20,
    'twenty at once on one connection');

for my $broken ("POST $api/chats/1/messages HTTP/1.1\r\nHost: x\r\n"
        . "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "POST $api/chats/1/messages HTTP/1.1\r\nHost: x\r\n"
        . "Content-Length: 5\r\nContent-Length: 6\r\n\r\n123456",
    "POST $api/chats/1/messages HTTP/1.1\r\nHost: x\r\n"
        . "Content-Length: -1\r\n\r\n",
    "GET $api/me HTTP/1.1\r\n\r\n", "GET $api/me HTTP/1.0\r\n\r\n",
    "GET http://evil$api/me HTTP/1.1\r\nHost: x\r\n\r\n",
    "FOO $api/me HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET $api/me HTTP/9.9\r\nHost: x\r\n\r\n", "\x16\x03\x01\r\n\r\n")
{
    $c = $t->connect()->write($broken);
    my $r = $c->read(5);

    ok(!$r || $r->{status} =~ /^(4\d\d|505)$/, 'a request that is none')
        or diag("$broken\n$r->{head}");
}


# an endpoint that is new is asked here as well

my $source = Test::Inbox::slurp("$Test::Inbox::TOP/ngx_inbox_module/"
    . 'ngx_inbox_route.c');
my @asked = map { "$_->[0] $_->[1]" =~ s/%s/x/gr } @bodies, @paths,
    map { [GET => $_->[0]] } @queries;
my @missing = grep {
    my $pattern = s/[@#*]/[^\/]+/gr;
    /[@#*]/ && !grep { /^$pattern$/ } @asked;
} map { s/^\w+_(\w+), "/$1 /r } $source =~ /(NGX_\w+, "\S+)"/g;
is_deeply(\@missing, [], 'every endpoint with a parameter was asked');


# nothing of it has touched a name in Redis, or the log

is_deeply([$t->strange_keys()], [], 'all keys have the names they should');
ok($t->log() !~ /(inbox store: Redis answered.*)/, 'no call was a bad one')
    or diag($1);
is($t->get('/inbox/health')->{status}, 200, 'and all is well');

$t->done();


sub telegram {
    return '{"message_id":%s,"date":%s,"text":%s,"caption":%s,"id":%s,'
        . '"data":%s,"message_ids":%s,"new_reaction":%s,"photo":%s,'
        . '"location":%s,"contact":%s,"document":%s,"sticker":%s,"voice":%s,'
        . '"reply_to_message":%s,"new_chat_member":%s,'
        . '"from":{"id":77,"first_name":%s,"last_name":%s,"username":%s},'
        . '"chat":{"id":77,"type":"private"}}';
}


# a body with one value in place of a field's, or of one place in it in turn
sub body {
    my ($field, $value, %fields) = @_;

    my $places = () = $fields{$field} =~ /%s/g;

    return object($field, $value, %fields) if !$places;

    return map { my $at = $_; my $n = 0;
        my $text = $fields{$field} =~ s/%s/$n++ == $at ? $value : '7'/ger;
        object($field, $text, %fields) } 0 .. $places - 1;
}


sub object {
    my ($field, $value, %fields) = @_;

    $fields{$field} = $value;

    return '{' . join(',', map { "\"$_\":" . ($fields{$_} =~ s/%s/7/gr) }
        sort keys %fields) . '}';
}


# the answers to all these bodies
sub ask {
    my ($method, $path, $who, @bodies) = @_;

    my %headers = $who eq 'bot'
        ? ('X-Telegram-Bot-Api-Secret-Token' => 'hook-secret') : ();
    my %token = $who eq '' || $who eq 'bot' ? ()
        : (token => $who eq 'root' ? $t->token : $who);

    my @answers = map { $t->request($method, "/inbox/$path", %token,
        headers => {%headers}, defined $_ ? (body => $_) : ()) }
        @bodies ? @bodies : undef;

    return wantarray ? @answers : $answers[0];
}


# what is wrong with answers, if anything
sub odd {
    my ($what, @answers) = @_;

    return map {
        my $type = $_ ? $_->{headers}{'content-type'} // '' : '';

        !$_ ? "$what: no answer"
        : $_->{status} >= 500 && $_->{status} != 501 && $_->{status} != 505
            ? "$what: $_->{status} $_->{body}"
        : $type =~ /json/ && length $_->{body} && !$_->{json}
            ? "$what: broken $_->{body}"
        : $_->{headers}{'x-evil'} ? "$what: a header of the client's"
        : ()
    } @answers;
}


sub chunked {
    my ($bytes) = @_;

    my $c = head('Transfer-Encoding: chunked');

    for my $piece (unpack '(a65000)*', $bytes) {
        $c->write(sprintf "%x\r\n%s\r\n", length $piece, $piece);
    }

    return $c->write("0\r\n\r\n")->read();
}


sub dripped {
    my ($bytes) = @_;

    my $c = head('Content-Length: ' . length $bytes);

    $c->write($_) for unpack('(a1)20', $bytes), substr $bytes, 20;

    return $c->read();
}


sub expected {
    my ($bytes) = @_;

    my $c = head("Expect: 100-continue\r\nContent-Length: " . length $bytes);

    is($c->read()->{status}, 100, 'go on');

    return $c->write($bytes)->read();
}


sub head {
    my ($line) = @_;

    my $c = $t->connect();

    push @{$c->{methods}}, 'POST';

    return $c->write("POST $api/chats/1/messages HTTP/1.1\r\nHost: x\r\n"
        . "Authorization: Bearer " . $t->token . "\r\n$line\r\n\r\n");
}
