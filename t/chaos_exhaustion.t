# Copyright (C) the ngx_inbox authors
#
# Everything that can be full is full for a while, as people talk: the memory of
# Redis, the descriptors of one node, the connections of the other.  Whoever is
# refused is told so, nobody's word is lost or sent twice, and when there is room
# again all goes on by itself.
#
# CHAOS_SECONDS=30 makes each trouble last that long; see Chaos.pm.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use IO::Socket::INET;
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Chaos;
use FakeTelegram;
use Test::Inbox;

# of each node; more than it needs to live
my $ROOM = 80;

my $fake = FakeTelegram->new();
my @timeouts = (http => 'inbox_redis_timeout 1s; inbox_send_timeout 1s;');
my $t = Test::Inbox->new(apis => { telegram => $fake->origin }, @timeouts,
    main => "worker_rlimit_nofile $ROOM;")->start();

$t->telegram();

my $node = Test::Inbox->new(store => $t->redis->address, provision => 0,
    apis => { telegram => $fake->origin }, @timeouts,
    room => $ROOM)->start();

my $town = Chaos->new($t, $fake, ports => [$t->port, $node->port]);

$town->trouble('Redis is full', 0.4, sub {
    $t->redis->call(qw(CONFIG SET maxmemory 1));
    $town->live(0.2 + rand 0.4);
    $t->redis->call(qw(CONFIG SET maxmemory 0));
});

my $NO_FILES = qr/\(24: Too many open files\)/;
my $NO_ROOM = qr/\d+ worker_connections are not enough/;

$t->allow($NO_FILES);
$town->trouble('there are no descriptors', 0.6, sub { crowd($t, $NO_FILES) });

$node->allow($NO_ROOM);
$town->trouble('there are no connections', 0.6, sub { crowd($node, $NO_ROOM) });

is_deeply([$town->settle()], [], 'nothing lost, nothing twice, all in order');
cmp_ok($town->said(), '>', 30, 'and a lot was said');

note($town->sum());
print map { "# chaos: $_" } $town->report(), $town->sum() . "\n";

is($_->get('/inbox/health')->{status}, 200, 'there is room again')
    for $t, $node;

like($t->log(), $NO_FILES, 'descriptors had run out');
like($node->log(), $NO_ROOM, 'so had the connections');
is(scalar(() = ($t->log() . $node->log()) =~ /exited on signal/g), 0,
    'and no worker died of it');

# the other node, then its store
$node->{cleaned} = 1;
ok($node->stop(), 'the second node ends in time');
is_deeply([$node->complaints()], [], 'and complains of nothing');
$node->clean();

$t->done();


# more people than there is room for begin to speak, and go when the node has
# noticed
sub crowd {
    my ($who, $words) = @_;

    my @all = map { IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $who->port, Timeout => 5) // () } 1 .. 2 * $ROOM;
    my $end = time() + 10;

    $_->syswrite("GET /inbox/health HTTP/1.1\r\n") for @all;

    do {
        $town->live(0.3);
    } until $who->log() =~ $words || time() > $end;

    close $_ for @all;
}
