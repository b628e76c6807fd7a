# Copyright (C) the ngx_inbox authors
#
# One call to a platform, and all the ways in which it can end: an answer, or
# words and whether the request may be repeated (declined: it has not left;
# error: nobody knows).

use strict;
use warnings;

use FindBin qw($Bin);
use lib "$Bin/lib";

use File::Temp qw(tempfile);
use Test::More;

use HttpClient;

my $p = HttpClient::Platform->new();
my @kept = map { HttpClient::Platform->new() } 1 .. 2;
my $o = $p->origin;
my $closed = 'http://127.0.0.1:' . HttpClient::Platform::free_port();

my $t = HttpClient->new(apis => [$o, "https://127.0.0.1:$p->{port}", $closed,
    "HTTP://LocalHost:$p->{port}", map { $_->origin } @kept])->start();
my $r;


# answers

$r = $t->call("$o/ok");
is("$r->{rc} $r->{status} $r->{body}", 'ok 200 hello', 'an answer arrives');
is($r->{retry}, -1, 'without Retry-After there is none');

$r = $t->call("$o/echo?a=b#c", method => 'POST', type => 'application/json',
    header => 'Authorization: Bearer x', body => '{"a":1}');
like($r->{body}, qr{^POST /echo\?a=b HTTP/1.1\r\n}, 'method and path go out');
like($r->{body}, qr{^Content-Type: application/json\r$}m, 'and the type');
like($r->{body}, qr{^Authorization: Bearer x\r$}m, 'and a header');
like($r->{body}, qr{^User-Agent: ngx_inbox/\d}m, 'and who we are');
like($r->{body}, qr{^Content-Length: 7\r$}m, 'and the length');
like($r->{body}, qr{\r\n\r\n\{"a":1\}\z}, 'and the body');

$r = $t->call("$o/echo", method => 'POST', size => 2_000_000, timeout => 20000);
is("$r->{rc} $r->{len}", 'ok 65536', 'a large body goes out at once');
unlike($r->{body}, qr/^(Expect|Content-Type|Transfer-Encoding):/mi,
    'asking for no permission, saying nothing that was not said');

$r = $t->call("$o/echo", method => 'DELETE');
like($r->{body}, qr{^DELETE /echo}, 'other methods go out as well');

$r = $t->call("$o/echo", method => 'HEAD');
is("$r->{rc} $r->{len}", 'ok 0', 'HEAD waits for no body');

$r = $t->call("http://localhost:$p->{port}/ok");
is($r->{body}, 'hello', 'localhost needs no name server');

$r = $t->call("$o/split");
is($r->{body}, 'split', 'an answer in single bytes is put together');

$r = $t->call("$o/late?300");
is($r->{body}, 'late', 'a late answer is waited for');

$r = $t->call("$o/error");
is("$r->{rc} $r->{status} $r->{body}", 'ok 500 {"ok":false}',
    'a refusal is an answer');

$r = $t->call("$o/redirect");
is("$r->{status} " . $p->count('/canary'), '302 0',
    'a redirect is an answer and not followed');
is($r->{location}, "$o/canary", 'and says where to');

$r = $t->call("$o/big?65536");
is("$r->{rc} $r->{len}", 'ok 65536', 'the largest body comes whole');

$r = $t->call("$o/big?65537");
is("$r->{rc} $r->{len}", 'ok 65536', 'a larger one without its end');

$r = $t->call("$o/endless");
is("$r->{rc} $r->{status} $r->{len}", 'ok 200 65536',
    'an endless one is left after as much');


# a form with a file; an answer too large for memory

my ($out, $file) = tempfile(UNLINK => 1);

print {$out} "\xff\xd8\r\n--" . 'j' x 3_000_000;
close $out or die;

$r = $t->call("$o/echo", method => 'POST', body => 'so & "so"', file => $file,
    timeout => 20000);
like($r->{body}, qr{^Content-Type: multipart/form-data; boundary=}m, 'a form');
like($r->{body}, qr{^Content-Length: 3000\d\d\d\r$}m, 'of a known length');
like($r->{body}, qr{form-data; name="caption"\r\n\r\nso & "so"\r\n--},
    'with a field');
ok($r->{body} =~ m{name="photo"; filename="a %22b%22.jpg"\r\n}
    && $r->{body} =~ m{^Content-Type: image/jpeg\r\n\r\n\xff\xd8\r\n--j}m,
    'and a file');
is($t->call("$o/echo", method => 'POST', file => "$file.gone")->{rc}, 'declined',
    'a file that is not there is not sent');
is($p->count('/echo'), 5, 'and nobody called');

$r = $t->call("$o/big?3000000", sink => 3_000_000, timeout => 20000);
is("$r->{rc} $r->{len} $r->{taken}", 'ok 0 3000000', 'it goes to the sink');
$r = $t->call("$o/error", sink => 3_000_000);
is("$r->{body} $r->{taken}", '{"ok":false} 0', 'but a refusal does not');
$r = $t->call("$o/endless", sink => 100_000);
is("$r->{rc}: $r->{error}", 'error: answer is too large',
    'the sink has had enough');


# Retry-After

is($t->call("$o/busy?7")->{retry}, 7, 'seconds are read');
is($t->call("$o/busy?99999999999999999999")->{retry}, -1,
    'a number that is none is not');
is($t->call("$o/busy?1000000")->{retry}, 86400, 'a day is the longest');
is($t->call("$o/busy?soon")->{retry}, -1, 'words are not read');
is($t->call("$o/busy?")->{retry}, -1, 'nothing is nothing');

$r = $t->call("$o/date?30");
ok($r->{retry} > 20 && $r->{retry} <= 31, 'a date is read');
is($t->call("$o/date?-30")->{retry}, 0, 'a date that has passed is now');
is($t->call("$o/interim")->{retry}, -1, 'an interim answer does not count');


# it has left, and no answer came

for ([hang => 'timed out'], [stall => 'timed out'],
    [close => 'closed without an answer'], [reset => 'connection lost'],
    [cut => 'answer was cut off'], [midbody => 'connection lost'],
    [garbage => 'answer is not HTTP'], [heads => 'answer has too many headers'])
{
    my ($path, $words) = @$_;

    $r = $t->call("$o/$path", method => 'POST', body => 'x', timeout => 400);
    is("$r->{rc}: $r->{error}", "error: $words", "$path: its fate is unknown");
    is($p->count("/$path"), 1, "$path: sent once");
}


# it has not left

$r = $t->call("$closed/secret-token");
is("$r->{rc}: $r->{error}", 'declined: connection refused',
    'nobody listens: it may be repeated');

$r = $t->call("https://127.0.0.1:$p->{port}/", timeout => 3000);
is("$r->{rc}: $r->{error}", 'declined: TLS handshake failed',
    'no TLS there: it may be repeated');


# never started

for ('ftp://127.0.0.1/', 'file:///etc/passwd', 'gopher://127.0.0.1/',
    '/relative', 'http://', 'http://user:pw@127.0.0.1/',
    "http://127.0.0.1/\r\nX: y", 'http://127.0.0.1:99999/',
    "http://\xc3\xa4.test/")
{
    is($t->call($_)->{rc}, 'not started', 'not a URL for us: '
        . HttpClient::escape($_));
}

is($t->call("$o/ok", header => "X: y\r\nZ: w")->{rc}, 'not started',
    'headers cannot be smuggled in');
is($t->call("$o/ok", method => "GET / HTTP/1.1\r\nX:")->{rc}, 'not started',
    'neither in the method');


# nothing is sent twice

for my $kept (@kept) {
    my $url = $kept->origin . '/mortal';
    my $post = $kept == $kept[0];

    is($t->call($url)->{body}, 1, 'a connection is made');
    is($t->call($url)->{body}, 2, 'and kept');

    $r = $t->call($url, $post ? (method => 'POST', body => 'order') : ());

    if ($post) {
        is("$r->{rc} " . $kept->count('/mortal'), 'error 3',
            'it dies under a POST, which is not repeated');

    } else {
        is("$r->{body} " . $kept->count('/mortal'), '1 4',
            'it dies under a GET, which is');
    }
}

unlike($t->log(), qr/secret-token|$p->{port}/, 'no URL in the log');
is($t->in_flight(), 0, 'nothing is left in flight');

$t->done();
