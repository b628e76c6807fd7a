# Copyright (C) the ngx_inbox authors
#
# Files that people upload: from the upload to the message to the download, who
# may have them, and that they go with their chat.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox;

my $jpeg = "\xff\xd8\xff\xe0" . 'j' x 5000;

my $t = Test::Inbox->new(workers => 2, limits => 'on')->start();
my $petro = $t->agent('petro');
my $nina = $t->agent('nina');

$t->create('groups/support', { name => 'Support', agents => ['petro'] });

my $token = $t->post('/inbox/widget/site/session', json => { name => 'Olena' })
    ->{json}{token};


# uploads

my $r = upload($petro, '?name=a%2F..%2F%22evil%22.jpg', $jpeg, 'text/html');
is($r->{status}, 201, 'a file comes');
my $mine = $r->{json};
like($mine->{id}, qr/^[0-9a-f]{32}$/, 'it has an id');
is_deeply([@$mine{qw(type name mime size)}],
    ['image', '_evil_.jpg', 'image/jpeg', length $jpeg],
    'it is what its bytes say, under a name that does no harm');

my $form = join "\r\n", '--B', 'Content-Disposition: form-data; name="x"', '',
    'y', '--B', 'Content-Disposition: form-data; name="file"; '
    . 'filename="звіт.csv"', 'Content-Type: image/jpeg', '', "a,b\r\n--c",
    '--B--', '';
utf8::encode($form);
$r = upload($petro, '', $form, 'multipart/form-data; boundary=B');
is_deeply([@{$r->{json}}{qw(type name mime size)}],
    ['file', 'звіт.csv', 'text/csv', 8], 'a file of a form');
my $table = $r->{json}{id};

# programs leave out quotes, and who sets the type of a form by hand its boundary:
# the form itself was stored then
is(upload($petro, '', $form =~ s/filename="[^"]*"/filename=a.csv; x=y/r,
    'multipart/form-data; boundary=B')->{json}{name}, 'a.csv',
    'its name without quotes');
$r = upload($petro, '', $form, 'multipart/form-data');
is("$r->{status} $r->{json}{errors}[0]{field}", '422 file',
    'a form without a boundary has no file');

is(upload(undef, '', $jpeg)->{status}, 401, 'nobody uploads nothing');
for ([svg => '<svg onload="x">' . "\0"], [exe => "MZ\x90\0"],
    [elf => "\x7fELF"], [sh => "#!/bin/sh\n"], [empty => ''])
{
    $r = upload($petro, "?name=a.$_->[0]", $_->[1]);
    is("$r->{status} $r->{json}{errors}[0]{field}", '422 file',
        "$_->[0] is not taken");
}
is(upload($petro, '', 'x' x 20_971_521)->{json}{code}, 'too_large', 'too much');

$r = upload($petro, '?name=k.jpg', $jpeg, undef, 'Idempotency-Key' => 'k1');
is(upload($petro, '?name=k.jpg', $jpeg, undef, 'Idempotency-Key' => 'k1')
    ->{json}{id}, $r->{json}{id}, 'the same key is the same file');
is(upload($petro, '?name=k.jpg', "${jpeg}x", undef, 'Idempotency-Key' => 'k1')
    ->{json}{code}, 'idempotency_mismatch', 'another one is refused');


# a visitor

is(visitor_upload($jpeg)->{status}, 403, 'a visitor writes first');
my $chat = visitor(POST => 'messages', json => { text => 'hi' })->{json}{chat};
my $hers = visitor_upload("\x89PNG\r\n\x1a\n1")->{json}{id};
ok($hers, 'then he uploads');

for (['0' x 32], [$mine->{id}], [$hers, $hers], 5) {
    $r = visitor(POST => 'messages', json => { text => 'x',
        attachments => ref $_ ? $_ : [$_] });
    is("$r->{status} $r->{json}{errors}[0]{field}", '422 attachments',
        "no one else's, no unknown ones, none twice");
}

$r = visitor(POST => 'messages', json => { attachments => [$hers] });
is($r->{status}, 201, 'a picture without words');
like($r->{json}{attachments}[0]{url},
    qr{^/inbox/file/$hers/\d+/[0-9a-f]{32}$}, 'with a signed link');


# the agent gets it

$r = agent($petro, GET => "chats/$chat");
is($r->{json}{last_message}{attachments}, 1, 'the journal says so');
($r) = grep { @{$_->{attachments}} }
    @{agent($petro, GET => "chats/$chat/messages")->{json}{messages}};
my $url = $r->{attachments}[0]{url};
is($url, "/inbox/api/v1/chats/$chat/files/$hers", 'at a link of the API');

$r = $t->get($url, token => $petro);
is("$r->{status} $r->{body}", "200 \x89PNG\r\n\x1a\n1", 'there it is');
is($r->{headers}{'content-type'}, 'image/png', 'a picture');
like($r->{headers}{'content-disposition'}, qr/^inline;/, 'to be shown');
is($r->{headers}{'content-security-policy'}, "sandbox; default-src 'none'",
    'in a sandbox');
is($r->{headers}{'x-content-type-options'}, 'nosniff', 'as what it is');
is($t->get($url, token => $petro, headers => { Range => 'bytes=1-3' })->{body},
    'PNG', 'in pieces too');

# the refusal said of itself what is said of the file: to be kept for an hour
my $none = $t->get($url, token => $petro, headers => { Range => 'bytes=99-' });

is("$none->{status} $none->{json}{title}", '416 Range Not Satisfiable',
    'not those that it has not');
is($none->{headers}{'content-range'}, 'bytes */9', 'so long it is');
is_deeply([$none->{head} =~ /^(Cache-Control|Content-Disposition|ETag): /mgi],
    ['Cache-Control'], 'and nothing else of it');
is($t->get($url, token => $petro, headers => {
    'If-None-Match' => $r->{headers}{etag} })->{status}, 304, 'once');
is($t->get($url, token => $nina)->{status}, 403, 'who may not see the chat');
is($t->get($url)->{status}, 401, 'nor nobody');
is($t->get("$url.x", token => $petro)->{status}, 404, 'and no other file');


# and sends his own

is(agent($petro, POST => "chats/$chat/take")->{status}, 200, 'taken');
is(agent($petro, POST => "chats/$chat/messages", json => { text => 'x',
    attachments => [$hers] })->{status}, 422, "not the visitor's");
$r = agent($petro, POST => "chats/$chat/messages", json => { text => '',
    attachments => [$mine->{id}, $table] });
is_deeply([map { $_->{name} } @{$r->{json}{attachments}}],
    ['_evil_.jpg', 'звіт.csv'], 'two files, in order');
is(agent($petro, POST => "chats/$chat/messages", json => { text => 'x',
    attachments => [$table] })->{status}, 422, 'each once');

my @links = map { $_->{url} } map { @{$_->{attachments}} }
    @{visitor(GET => 'messages')->{json}{messages}};
is(scalar @links, 3, 'the visitor has them all');
$r = $t->get($links[2]);
is("$r->{status} $r->{body}", "200 a,b\r\n--c", 'by his links alone');
like($r->{headers}{'content-disposition'}, qr/^attachment;\ filename="____.csv";
    \ filename\*=UTF-8''%D0%B7%D0%B2%D1%96%D1%82\.csv$/x, 'as a download');

my ($id, $ends, $sign) = $links[2] =~ m{/file/([^/]+)/(\d+)/(\w+)$};
for (["$id/" . ($ends + 1) . "/$sign", 'a longer life'],
    ["$mine->{id}/$ends/$sign", 'another file'],
    ["$id/$ends/" . substr($sign, 0, 31), 'a shorter signature'],
    ["$id/$ends/" . reverse($sign), 'another signature'], ["$id/1/$sign", 'late'])
{
    is($t->get("/inbox/file/$_->[0]")->{status}, 403, "refused: $_->[1]");
}
is($t->get('/inbox/file/..%2F..%2Fetc/1/x')->{status}, 404, 'no way out');


# how often

visitor_upload($jpeg) for 2 .. 10;
$r = visitor_upload($jpeg);
is($r->{status}, 429, 'ten files an hour');
cmp_ok($r->{headers}{'retry-after'}, '>', 3000, 'and when again');


# they go with their chat

my $dir = $t->dir . '/files/default';
my $path = "$dir/" . substr($id, 0, 2) . "/$id";

ok(-e $path, 'it is on disk');
is(agent($t->token, DELETE => "chats/$chat")->{status}, 204, 'the chat goes');
is($t->get($links[2])->{status}, 404, 'the link is dead at once');
# a round of the sweep is ten seconds
ok($t->wait_for(sub { !-e $path }, 30), 'and the bytes soon');

$t->done();


sub upload {
    my ($who, $query, $bytes, $type, %headers) = @_;

    return $t->post("/inbox/api/v1/files$query", token => $who, body => $bytes,
        headers => { 'Content-Type' => $type // 'application/octet-stream',
        %headers });
}


sub visitor_upload {
    my ($bytes) = @_;

    return $t->post('/inbox/widget/site/files?name=p.png', token => $token,
        body => $bytes, headers => { 'Content-Type' => 'image/png' });
}


sub agent {
    my ($who, $method, $path, %o) = @_;

    return $t->request($method, "/inbox/api/v1/$path", token => $who, %o);
}


sub visitor {
    my ($method, $path, %o) = @_;

    return $t->request($method, "/inbox/widget/site/$path", token => $token,
        %o);
}
