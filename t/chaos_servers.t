# Copyright (C) the ngx_inbox authors
#
# Both servers are maltreated while people talk: nginx is reloaded, upgraded and
# loses workers, Redis is killed, stalled, robbed of its functions and of its
# clients, and the platform fails in every way.  What was acknowledged is there,
# once, in order.
#
# CHAOS_SECONDS=30 makes each trouble last that long; see Chaos.pm.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;
use Time::HiRes qw(time);

use lib dirname(abs_path(__FILE__)) . '/lib';
use Chaos;
use FakeTelegram;
use Test::Inbox;

my $fake = FakeTelegram->new();
my $t = Test::Inbox->new(workers => 2, daemon => 1, apis => { telegram => $fake->origin },
    redis => { fsync => 'always' },
    main => 'worker_shutdown_timeout 1s;',
    http => 'inbox_redis_timeout 1s; inbox_send_timeout 1s;')->start();

$t->telegram();

# a second node of the same store
my $node = Test::Inbox->new(store => $t->redis->address, provision => 0,
    apis => { telegram => $fake->origin },
    http => 'inbox_redis_timeout 1s; inbox_send_timeout 1s;')->start();

my $town = Chaos->new($t, $fake, ports => [$t->port, $node->port]);

$town->trouble('nothing', 0.5, sub { });
$town->trouble('nginx reloads', 1, sub { kill 'HUP', $t->{pid} });
$town->trouble('nginx is upgraded', 1, \&upgrade);

$t->allow(qr/exited on signal 9/);
$town->trouble('a worker is killed', 0.7, sub {
    my @workers = $t->workers();

    kill 'KILL', $workers[rand @workers] if @workers;
});

$town->trouble('notices are lost', 0.1, sub {
    $t->redis->call(qw(CLIENT KILL TYPE pubsub));
});
$town->trouble('connections to Redis are cut', 0.3, sub {
    $t->redis->call(qw(CLIENT KILL TYPE normal SKIPME yes));
});
$town->trouble('functions are flushed', 0.2, sub {
    $t->redis->call(qw(FUNCTION FLUSH));
});
$town->trouble('Redis stalls', 0.5, sub {
    $t->redis->stall();
    $town->live(0.2 + rand 1.3);
    $t->redis->resume();
});
$town->trouble('Redis is killed', 1, sub {
    $t->redis->stop('KILL');
    $town->live(0.3);
    $t->redis->start();
});

# what nobody has met while it lasts is over: a pause grows with each try
$town->trouble('the platform fails', 0.5, sub {
    my $end = time() + 1;

    $fake->next(map { { %$_, before => $end } } { status => 500 },
        { act => 'close' }, { status => 429, retry_after => 1 },
        { act => 'garbage' }, { act => 'split' }, { status => 500 });
    $town->said_no(3);
});

is_deeply([$town->settle()], [], 'nothing lost, nothing twice, all in order');
cmp_ok($town->said(), '>', 100, 'a lot was said');

note($town->sum());
print map { "# chaos: $_" } $town->report(), $town->sum() . "\n";

# the other node, then its store
$node->{cleaned} = 1;
ok($node->stop(), 'the second node ends in time');
is_deeply([$node->complaints()], [], 'and complains of nothing');
$node->clean();

$t->done();


# the binary is replaced by itself: all sockets go over
sub upgrade {
    my $old = $t->{pid};
    my $file = $t->dir . '/nginx.pid';

    kill 'USR2', $old;

    $town->live(30, sub { -e "$file.oldbin" && -s $file
        && Test::Inbox::slurp($file) != $old }) or die "no upgrade\n";

    $t->{pid} = 0 + Test::Inbox::slurp($file);
    $town->live(30, sub { $t->workers() >= 2 });

    kill 'WINCH', $old;
    $town->live(0.2);
    kill 'QUIT', $old;
    $town->live(30, sub { !kill 0, $old });
}
