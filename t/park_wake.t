# Copyright (C) the ngx_inbox authors
#
# What a parked poll is answered, and that nobody can tell from the answer, the
# log or the connection that its request was freed meanwhile.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;
use Time::HiRes qw(time);

use lib dirname(abs_path(__FILE__)) . '/lib';
use ParkTest;

my $t = ParkTest->new(http => 'gzip on; gzip_min_length 1;
                               gzip_types text/plain; gzip_vary on;',
                      server => 'set_real_ip_from 127.0.0.1;
                                 real_ip_header X-Real-IP;')->start();
my $lines = 0;


# a notice

my $c = $t->poll('topic=a&wait=9000&secret=1', headers => {
    'User-Agent' => 'Browser/1', Referer => 'http://there/', Origin => 'o',
    'X-Real-IP' => '10.1.2.3', 'X-Forwarded-For' => '10.9.9.9',
    Host => 'LocalHost:8080' });
my $other = $t->poll('topic=b&wait=9000');

$t->settled(2);
$t->get('/notify?topic=a');

my $r = $c->response();

is($r->{status}, 200, 'a notice wakes');
like($r->{body}, qr/^why=notice wakes=1 topic=a origin=o /, 'with its reason');
is($r->{headers}{connection}, 'keep-alive', 'the connection is kept');
ok($other->quiet(0.05), 'another topic sleeps on');

my $line = ($t->access(++$lines))[-1];

is($line->{request}, 'GET /poll HTTP/1.1', 'logged without its query string');
is($line->{addr}, '10.1.2.3', 'with the address after realip');
is($line->{agent}, 'Browser/1', 'its user agent');
is($line->{referer}, 'http://there/', 'its referer');
is($line->{xff}, '10.9.9.9', 'its proxies');
is($line->{host}, 'localhost', 'its host');
is($line->{requests}, 1, 'as the first request of its connection');
cmp_ok($line->{time}, '>', 0, 'with the time it waited');


# the connection goes on as ever

$c->request('GET', '/plain');
is($c->response()->{body}, "plain\n", 'the next request is ordinary');

$line = ($t->access(++$lines))[-1];
is($line->{requests}, 2, 'and the second of its connection');
is($line->{addr}, '127.0.0.1', 'with the address of the peer');

for my $i (1 .. 3) {
    $c->request('GET', "/poll?topic=a$i");
    $t->settled(2);
    $t->get("/notify?topic=a$i");
    like($c->response()->{body}, qr/topic=a$i /, "poll $i on one connection");
}

$lines += 3;
$t->access($lines);


# time is up

my $from = time();

$c->request('GET', '/poll?topic=a&wait=300');
like($c->response()->{body}, qr/^why=timeout /, 'answered when its time is up');
cmp_ok(time() - $from, '>=', 0.3, 'not before');
cmp_ok(time() - $from, '<', 1, 'and soon');
$lines++;


# a notice while the owner asks is remembered

$c->request('GET', '/poll?topic=a&ask=200');
$t->until_true('asks', sub { $t->stat()->{asks} });
$t->get('/notify?topic=a&why=again') for 1 .. 3;
$t->get('/notify?topic=a') for 1 .. 3;
like($c->response()->{body}, qr/^why=notice wakes=1 /, 'and wakes once');
$lines++;


# news that are none: it sleeps again

$c->request('GET', '/poll?topic=a');
$t->settled(2);

for (1 .. 3) {
    $t->get('/notify?topic=a&why=again');
    $t->settled(2);
}

$t->get('/notify?topic=a&why=revoked');
like($c->response()->{body}, qr/^why=revoked wakes=4 /, 'asks again each time');
$lines++;


# it never asks

$c->request('GET', '/poll?topic=a&at_once=1');
$t->settled(2);
$t->get('/notify');
like($c->response()->{body}, qr/^why=notice wakes=1 topic=a /,
     'asleep in the content handler, woken with all others');
like($other->response()->{body}, qr/ topic=b /, 'the other poll as well');
$lines += 2;


# HEAD, gzip, 304

$c->request('HEAD', '/poll?topic=a');
$t->settled(1);
$t->get('/notify?topic=a');
$r = $c->response();
is($r->{status}, 200, 'HEAD');
cmp_ok($r->{headers}{'content-length'}, '>', 0, 'has a length');
ok($c->quiet(0.05), 'and no body');
is(($t->access(++$lines))[-1]{request}, 'HEAD /poll HTTP/1.1', 'is logged so');

$c->request('GET', '/poll?topic=a', 'Accept-Encoding' => 'gzip');
$t->settled(1);
$t->get('/notify?topic=a');
is($c->response()->{headers}{'content-encoding'}, 'gzip', 'gzip is honoured');

$c->request('GET', '/poll?topic=a', 'Accept-Encoding' => 'gzip',
            Via => 'a proxy');
$t->settled(1);
$t->get('/notify?topic=a');
is($c->response()->{headers}{'content-encoding'}, undef,
   'but not through a proxy, as nginx has it');

$c->request('GET', '/poll?topic=a', 'If-None-Match' => '"v1"');
$t->settled(1);
$t->get('/notify?topic=a');
is($c->response()->{status}, 304, 'what the client has is not sent');
$lines += 3;


# a path that is not its own URI

$c->request('GET', '/x/..//poll/%41?topic=a');
$t->settled(1);
$t->get('/notify?topic=a');
$c->response();
$line = ($t->access(++$lines))[-1];
is($line->{request}, 'GET /x/..//poll/%41 HTTP/1.1', 'logged as it came');
is($line->{uri}, '/poll/A', 'and as nginx understands it');


# a thousand at once

my @many = map { $t->poll('topic=many') } 1 .. 400;
$t->settled(400);
$t->get('/notify?topic=many');
is(scalar(grep { ($_->response() // {})->{body} =~ /why=notice/ } @many), 400,
   'many are woken by one notice');
$lines += 400;

is(scalar($t->access($lines)), $lines, 'one line in the access log for each');

my $s = $t->stat();
is($s->{parked}, 0, 'nobody is parked');
is($s->{gone}, 0, 'nobody left');
like($t->get('/status')->{body}, qr/Reading: 0 Writing: 1/,
     'nginx counts nobody twice');

$t->stop();

done_testing();
