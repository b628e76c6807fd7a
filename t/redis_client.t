# Copyright (C) the ngx_inbox authors
#
# The Redis client with a real Redis: answers in order and exactly once,
# whatever callbacks do; what is pushed; what is away comes back; and a worker
# that leaves does leave.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use IO::Socket::INET;
use RedisClient;
use Test::More;
use Time::HiRes qw(time);

my $echoes = sub { join '', map { "$_ 0 a$_\n" } 0 .. $_[0] - 1 };


# methods that tell edges and levels; nginx's debug log looks into our timers

calls('epoll', 'info');
calls('poll', 'debug');

sub calls {
    my ($method, $level) = @_;

    my $t = RedisClient->new(events => "use $method;", level => $level);
    $t->run($t->redis());
    $t->wait_up();

    is($t->get('call?cmd=ECHO,a&n=100'), $echoes->(100),
       "$method: a hundred calls are answered in order");
    is($t->get('call?cmd=ECHO&size=6000000&n=4'),
       join('', map { "$_ 0 6000000 bytes\n" } 0 .. 3),
       "$method: large commands and answers");
    is($t->get('call?cmd=LRANGE,none,0,1'), "0 0 []\n", 'an empty list');
    is($t->get('call?cmd=GET,none'), "0 0 nil\n", 'nothing');
    is($t->get('call?cmd=INCR,n'), "0 0 1\n", 'a number');
    is($t->get('call?cmd=NONSENSE'),
       "0 0 !ERR unknown command 'NONSENSE', with args beginning with: \n",
       'an error is an answer');

    $t->quit($method);
}


# what callbacks do to the client

{
    my $t = RedisClient->new();
    $t->run($t->redis(), 'up=ECHO,first');
    $t->wait_up();

    is($t->get('call?cmd=ECHO,a&n=3&act=call&at=1'),
       "0 0 a0\n1 0 a1\n2 0 a2\n3 0 more\n", 'a callback may call');
    is($t->get('call?cmd=ECHO,a&n=9&act=forget&at=2'),
       "0 0 a0\n1 0 a1\n2 0 a2\n", 'a callback may forget the others');
    is($t->get('call?cmd=ECHO,a&n=2'), $echoes->(2),
       'answers to forgotten calls are skipped');
    is($t->get('forget?cmd=ECHO,a&n=5'), '', 'forgotten at once');
    is($t->get('call?cmd=ECHO,a&n=2'), $echoes->(2), 'and skipped as well');

    is($t->get('call?cmd=ECHO,a&n=4&act=drop&at=1'),
       "0 0 a0\n1 0 a1\n2 -1 \n3 -1 \n",
       'a callback may drop: who waits is told that the outcome is unknown');
    $t->wait_up();
    is($t->get('call?cmd=ECHO,a&n=2'), $echoes->(2), 'it has come back');

    is($t->get('drop'), "ok\n", 'dropped by the owner');
    like($t->get('call?cmd=ECHO,a&n=2'), qr/^0 refused\n1 refused\n$/,
         'while it is away calls are refused at once');
    $t->wait_up();

    my $s = $t->begin('call?cmd=BLPOP,none,0');
    $t->wait_for('the call', sub { $t->status()->{flight} == 1 });
    close $s;
    $t->wait_for('the client to leave', sub { $t->status()->{flight} == 0 });
    is($t->status()->{wrong}, 0, 'a client that left meets no late answer');

    is($t->get('drop'), "ok\n");
    $t->wait_up();

    is($t->get('call?cmd=ECHO,a&n=3&act=destroy&at=0'),
       "1 -1 \n2 -1 \n0 0 a0\n",
       'a callback may destroy: the others end within');
    is($t->get('call?cmd=ECHO,a'), "0 refused\n", 'destroyed is destroyed');

    $t->quit('callbacks');
}


# over TCP

{
    my $free = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1');
    my $port = $free->sockport();
    close $free;

    my $t = RedisClient->new();
    $t->redis('--bind', '127.0.0.1', '--port', $port);
    $t->run("127.0.0.1:$port", 'timeout=5000');
    $t->wait_up();
    is($t->get('call?cmd=ECHO,a&n=100'), $echoes->(100), 'over TCP');
    is($t->get('call?cmd=ECHO&size=3000000&n=2'),
       "0 0 3000000 bytes\n1 0 3000000 bytes\n", 'large ones too');
    $t->end($t->{redis});
    $t->wait_for('loss', sub { $t->status()->{downs} == 1 });
    is($t->get('call?cmd=ECHO,a'), "0 refused\n", 'gone');
    $t->quit('TCP');
}


# Redis goes and comes

{
    my $t = RedisClient->new();
    my $redis = $t->redis();
    $t->run($redis, 'timeout=400');
    $t->wait_up();

    my $sockets = $t->private_sockets();
    $t->get('drop');
    is($t->private_sockets(), $sockets - 1, 'a new binary does not inherit it');
    $t->wait_up();
    is($t->get('call?cmd=ECHO,a'), $echoes->(1), 'back');

    for my $signal ('KILL', 'TERM') {
        my $s = $t->begin('call?cmd=BLPOP,none,0&n=2');
        $t->wait_for('the call', sub { $t->status()->{flight} == 2 });

        $t->end($t->{redis}, $signal);
        is($t->finish($s), "0 -1 \n1 -1 \n", "$signal: calls end");
        is($t->get('call?cmd=ECHO,a'), "0 refused\n", "$signal: away");

        $t->redis();
        $t->wait_up();
        is($t->get('call?cmd=ECHO,a'), $echoes->(1), "$signal: back");
    }

    my $start = time();
    my $s = $t->begin('call?cmd=ECHO,a&n=2');
    is($t->finish($s), $echoes->(2), 'before the stall');

    kill 'STOP', $t->{redis};
    is($t->get('call?cmd=ECHO,a&n=2'), "0 -1 \n1 -1 \n",
       'a Redis that stands still: the deadline');
    cmp_ok(time() - $start, '<', 3, 'in time');
    is($t->get('call?cmd=ECHO,a'), "0 refused\n",
       'nothing was answered for the whole timeout: dropped');
    kill 'CONT', $t->{redis};
    $t->wait_up();
    is($t->get('call?cmd=ECHO,a&n=2'), $echoes->(2), 'back');

    $t->cli('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    $t->wait_for('loss', sub { $t->status()->{downs} == 5 });
    $t->wait_up();
    is($t->get('call?cmd=ECHO,a&n=2'), $echoes->(2), 'killed and back');

    is($t->logged(qr/\[warn\].*inbox redis: /), 5, 'each loss is told once');

    $t->quit('Redis goes and comes');
}


# entering

{
    my $t = RedisClient->new();
    my $redis = $t->redis('--requirepass', 'secret-word', '--user',
                          'joe', 'on', '>joes-word', '~*', '+@all');

    $t->run($redis, 'password=secret-word', 'db=3');
    $t->wait_up();
    is($t->get('call?cmd=SET,k,three'), "0 0 OK\n");
    $t->quit('AUTH and SELECT');

    $t->run($redis, 'user=joe', 'password=joes-word', 'db=3');
    $t->wait_up();
    is($t->get('call?cmd=GET,k'), "0 0 three\n", 'the same database');
    $t->quit('a user');

    $t->run($redis, 'password=wrong-word', 'db=3');
    $t->wait_for('refusal', sub { $t->logged(qr/answers "WRONGPASS" to AUTH/) });
    is($t->get('call?cmd=ECHO,a'), "0 refused\n", 'a wrong password: away');
    $t->wait_for('attempts', sub { $t->logged(qr/answers "WRONGPASS"/) > 2 });
    is($t->logged(qr/\[error\].*answers "WRONGPASS" to AUTH/), 1, 'told once');
    $t->quit('a wrong password');

    $t->run($redis);
    $t->wait_up();
    like($t->get('call?cmd=ECHO,a'), qr/^0 0 !NOAUTH/, 'no password');
    $t->quit('no password');

    $t->run($redis, 'password=secret-word', 'db=99');
    $t->wait_for('refusal', sub { $t->logged(qr/answers "ERR" to SELECT/) });
    $t->quit('no such database');

    is($t->logged(qr/-word/), 0, 'no password in the log');
}


# a subscriber

{
    my $t = RedisClient->new();
    $t->run($t->redis(), 'push', 'up=SUBSCRIBE,news');
    $t->wait_up();

    $t->wait_for('subscription', sub {
        return $t->cli('PUBLISH', 'news', 'one') eq ":1\r\n";
    });
    is($t->get('send?cmd=PING'), "ok\n");
    is($t->get('send?cmd=SUBSCRIBE,more'), "ok\n");

    my $pushed = '';
    $t->wait_for('pushes', sub { ($pushed .= $t->get('push')) =~ /more/ });
    is($pushed, "[subscribe,news,1,]\n[message,news,one,]\n[pong,,]\n"
       . "[subscribe,more,2,]\n", 'everything is pushed, in order');
    is($t->get('call?cmd=ECHO,a'), "0 refused\n", 'no calls on it');

    $t->cli('CLIENT', 'KILL', 'TYPE', 'pubsub');
    $t->wait_for('loss', sub { $t->status()->{downs} == 1 });
    is($t->get('send?cmd=PING'), "refused\n", 'nothing is sent while away');

    $pushed = '';
    $t->wait_for('pushes', sub { ($pushed .= $t->get('push')) =~ /news/ });
    is($pushed, "[subscribe,news,1,]\n", 'subscribes again when it is back');

    $t->quit('push');
}


# a worker that leaves

{
    my $t = RedisClient->new();
    $t->run($t->redis(), 'timeout=20000');
    $t->wait_up();

    my $s = $t->begin('call?cmd=BLPOP,list,0');
    $t->wait_for('the call', sub { $t->status()->{flight} == 1 });
    kill 'QUIT', $t->{nginx};
    $t->wait_for('quit', sub { $t->logged(qr/gracefully shutting down/) });
    $t->cli('RPUSH', 'list', 'last');
    is($t->finish($s), "0 0 [list,last,]\n", 'waits for the answer');
    $t->quit('leaving with a call');
}

{
    my $t = RedisClient->new(main => 'worker_shutdown_timeout 300ms;');
    $t->run($t->redis(), 'timeout=60000');
    $t->wait_up();

    my $s = $t->begin('call?cmd=BLPOP,list,0');
    $t->wait_for('the call', sub { $t->status()->{flight} == 1 });
    kill 'QUIT', $t->{nginx};
    $t->finish($s);
    $t->quit('time to leave is over');
}

{
    my $t = RedisClient->new();
    $t->run("unix:$t->{dir}/nobody");
    $t->wait_for('failure', sub { $t->logged(qr/cannot enter/) });
    my $start = time();
    $t->quit('leaving without Redis');
    cmp_ok(time() - $start, '<', 2, 'no timer holds it');
}

{
    my $t = RedisClient->new();
    $t->run($t->redis(), 'timeout=5000');

    for (1 .. 5) {
        my $pid = $t->wait_up() && $t->status()->{pid};
        my @s = map { $t->begin('call?cmd=ECHO,a&n=50') } 1 .. 5;

        kill 'HUP', $t->{nginx};
        is($t->finish($_), $echoes->(50), 'a reload loses nothing') for @s;
        $t->wait_for('a new worker', sub { $t->status()->{pid} != $pid });
    }

    $t->quit('reload');
}

done_testing();
