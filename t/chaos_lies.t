# Copyright (C) the ngx_inbox authors
#
# Somebody stands between nginx and Redis: he drips, cuts, keeps silent, answers
# with every word of refusal that Redis has, with what is no answer at all and
# with answers to other questions.  Nobody is told that something is stored
# which is not, no worker falls, and when he lets them talk again, all goes on.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Chaos;
use FakeTelegram;
use LyingRedis;
use Test::Inbox;

my $fake = FakeTelegram->new();
my $t = Test::Inbox->new(workers => 2, apis => { telegram => $fake->origin },
    http => 'inbox_redis_timeout 1s; inbox_send_timeout 1s;');

$t->redis->start();

my $liar = LyingRedis->new($t->dir, $t->redis);

$t->{store} = $liar->address;
$t->start();
$t->telegram();

my @workers = sort $t->workers();
my $town = Chaos->new($t, $fake);

for my $mode (qw(drip cut hang twice)) {
    lie($mode);
}

lie(say => "-$_ you may not\r\n", $_) for qw(LOADING READONLY OOM BUSY MISCONF
    NOREPLICAS CLUSTERDOWN NOAUTH);

lie(say => $_->[1], $_->[0]) for ['a number', ":7\r\n"], ['nothing', "\$-1\r\n"],
    ['a status', "+OK\r\n"], ['an empty list', "*0\r\n"],
    ['lists in lists', "*1\r\n" x 2000], ['half a gigabyte', "\$536870912\r\n"],
    ['a billion elements', "*1000000000\r\n"], ['HTTP', "HTTP/1.1 400 No\r\n"];

$liar->mode('pass');

is_deeply([$town->settle()], [], 'nothing lost, nothing twice, all in order');
is_deeply([sort $t->workers()], \@workers, 'no worker fell');

print map { "# chaos: $_" } $town->report(), $town->sum() . "\n";

$liar->stop();
$t->done();


# for a while, and then the truth
sub lie {
    my ($mode, $words, $name) = @_;

    local $Chaos::SECONDS = $Chaos::SECONDS / 4;

    $town->trouble('Redis: ' . ($name // $mode), $Chaos::SECONDS,
        sub { $liar->mode($mode, $words) });
    $liar->mode('pass');
    $town->live(0.2);
}
