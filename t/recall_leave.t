# Copyright (C) the ngx_inbox authors
#
# A worker that is told to leave while a request waits for the proof that what
# is remembered is still so: politely, the request has its answer first; at
# once, nothing falls.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;

my $t = Test::Inbox->new()->start();
$t->telegram();
$t->hook(FakeTelegram::update(1, 'Hello'));


# a reload

my ($waits, $old) = waiting();

kill 'HUP', $t->{pid};
ok($t->wait_for(sub { $t->log() =~ /gracefully shutting down/ }),
    'the worker is told to leave');
ok(kill(0, $old), 'and does not while somebody waits');
$t->redis->resume();
is($waits->read(10)->{status}, 200, 'who has his answer then');
ok($t->wait_for(sub { !kill 0, $old }), 'and it leaves');


# a fast end

($waits, $old) = waiting();

kill 'TERM', $old;
ok($t->wait_for(sub { !kill 0, $old }), 'the worker has gone at once');
$t->redis->resume();
ok($t->wait_for(sub { $t->healthy() }), 'and another serves');

$t->done();


# a request that Redis, which stalls, must vouch for; and the worker that has it
sub waiting {
    my $connection = $t->connect();
    my ($pid) = $t->workers();

    # the second finds the space followed and is remembered
    for (1 .. 3) {
        $connection->send(GET => '/inbox/api/v1/journal', token => $t->token);
        $connection->read(10);
    }

    $t->redis->stall();
    $connection->send(GET => '/inbox/api/v1/journal', token => $t->token);

    # what came later has been answered, so the worker has seen it
    is($t->get('/inbox/')->{status}, 200, 'a request waits');

    return ($connection, $pid);
}
