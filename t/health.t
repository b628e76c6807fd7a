# Copyright (C) the ngx_inbox authors
#
# Is the product well?  It says so, says so when its store is away, and heals
# by itself when the store is back.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox;

my $t = Test::Inbox->new(workers => 2)->start();

my $r = $t->get('/inbox/health');
is($r->{status}, 200, 'healthy');
is_deeply($r->{json}, { status => 'ok' }, 'and says no more than that');


# the store is killed

$t->redis->stop('KILL');

ok($t->wait_for(sub { $t->get('/inbox/health')->{status} == 503 }),
    'unhealthy without its store');

$r = $t->api(GET => 'journal');
is($r->{status}, 503, 'the journal is not to be had');
is($r->{json}{code}, 'store_unavailable', 'says why');
ok($r->{headers}{'retry-after'}, 'says when to come again');

$r = $t->get('/inbox/index.html');
is($r->{status}, 200, 'the page itself is');


# and is back

$t->redis->start();

ok($t->wait_for(sub { $t->get('/inbox/health')->{status} == 200 }),
    'healthy again');
ok($t->wait_for(sub { $t->api(GET => 'journal')->{status} == 200 }),
    'with the journal');


# and stands still, which no closed connection tells

$t->redis->stall();
ok($t->wait_for(sub { $t->get('/inbox/health', timeout => 20)->{status} == 503 },
    30), 'a store that does not answer is noticed');
$t->redis->resume();

ok($t->wait_for(sub { $t->get('/inbox/health')->{status} == 200 }, 20),
    'and forgiven');

$t->done();
