# Copyright (C) the ngx_inbox authors
#
# Polls whose request cannot be freed wait all the same, and are told apart by
# nobody: HTTP/1.0, a connection that is to be closed, a body that is still
# coming, a subrequest, an nginx in front with its default settings.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use ParkTest;

my $t = ParkTest->new(level => 'debug',
    server => 'location /file { add_after_body /sub;
                                addition_types *; root .; }
               location = /sub { set $args topic=a; park_poll; }
               location /short { keepalive_timeout 0; park_poll; }',
    servers => 'server { listen 127.0.0.1:%%proxy%%;
                         location / { proxy_pass http://127.0.0.1:%%http%%; } }
               ')->start();

mkdir "$t->{dir}/file";
ParkTest::spew("$t->{dir}/file/one.txt", "a file\n");


# HTTP/1.0

my $c = $t->client();

$c->send("GET /poll?topic=a HTTP/1.0\r\n\r\n");
woken('HTTP/1.0', $c);
ok($c->closed(), 'HTTP/1.0: closed after it');

$c = $t->client();
$c->send("GET /poll?topic=a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
woken('HTTP/1.0 with keep-alive', $c);
goes_on('HTTP/1.0 with keep-alive', $c);


# the client or nginx wants it closed

$c = $t->poll('topic=a', headers => { Connection => 'close' });
is(woken('close', $c)->{headers}{connection}, 'close', 'close: told so');
ok($c->closed(), 'close: done so');

$c = $t->client();
$c->request('GET', '/short?topic=a');
woken('no keep-alive', $c);


# a body

$c = $t->client();
$c->request('POST', '/poll?topic=a', 'Content-Length' => 5);
$t->settled(1);
$c->send('12345');
woken('a body that comes late', $c);
goes_on('a body that comes late', $c);

$c = $t->client();
$c->request('POST', '/poll?topic=a', 'Content-Length' => 5);
$c->send('12345');
woken('a POST', $c);
goes_on('a POST', $c);

$c = $t->client();
$c->request('GET', '/poll?topic=a&at_once=1', 'Content-Length' => 500);
$c->send('1' x 100);
$t->settled(1);
$t->get('/notify?topic=a');
like($c->response()->{body}, qr/why=notice/, 'a body that never comes');
$c->fin();


# a subrequest

$c = $t->client();
$c->request('GET', '/file/one.txt');
$t->settled(1);
$t->get('/notify?topic=a');
my $r = $c->response();
like($r->{body}, qr/a file\n.*why=notice/s, 'a subrequest');
goes_on('a subrequest', $c);

$c->request('GET', '/file/one.txt');
$t->settled(1);
$c->fin();
$t->until_true('noticed', sub { $t->stat()->{gone} == 1 });
is($t->stat()->{parked}, 0, 'a subrequest: the client may leave');


# nginx in front

$c = $t->client(to => 'proxy');
$c->request('GET', '/poll?topic=a');
woken('through nginx', $c);
$c->request('GET', '/poll?topic=a&wait=200');
like($c->response()->{body}, qr/why=timeout/, 'through nginx: time is up');

$c->request('GET', '/poll?topic=a');
$t->settled(1);
$c->fin();
$t->until_true('noticed', sub { $t->stat()->{gone} == 2 });
is($t->stat()->{parked}, 0, 'through nginx: the client may leave');


unlike($t->error_log(), qr/inbox park detach/, 'none of them was detached');

$t->stop();

done_testing();


sub woken {
    my ($story, $client) = @_;

    $t->settled(1);
    $t->get('/notify?topic=a');

    my $response = $client->response();

    like($response->{body}, qr/^why=notice wakes=1 topic=a /, "$story: woken");

    return $response;
}


sub goes_on {
    my ($story, $client) = @_;

    $client->request('GET', '/plain');
    is($client->response()->{body}, "plain\n", "$story: and the next request");

    return;
}
