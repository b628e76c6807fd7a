# Copyright (C) the ngx_inbox authors
#
# Memory is short: one of so many allocations of the workers fails, wherever it
# is made, in nginx, in our code or in a library.  Who is refused is told so, no
# worker falls, and when there is memory again all goes on; nobody's word is lost
# or sent twice.
#
# CHAOS_SECONDS=30 makes each trouble last that long; see Chaos.pm.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Chaos;
use FakeTelegram;
use NoMemory;
use Test::Inbox;

my $memory = NoMemory->new();
my $fake = FakeTelegram->new();
my $t = Test::Inbox->new(workers => 2, sanitized => 0,
    apis => { telegram => $fake->origin },
    env => $memory->env(),
    http => 'inbox_redis_timeout 1s; inbox_send_timeout 1s;');

$t->start();
$t->telegram();

# nginx says so of each, and an accept that fails is one of them
$t->allow(qr/\((12: Cannot allocate memory)\)/);

my @workers = sort $t->workers();
my $town = Chaos->new($t, $fake);

for my $rate (5000, 500, 100, 20) {
    $town->trouble("one allocation of $rate fails", $Chaos::SECONDS, sub {
        $memory->fails($rate, 0);
    });
    $memory->fails(0, 0);
    $town->live(0.2);
}

my @refused = $t->log() =~ /Cannot allocate memory/g;

is_deeply([$town->settle()], [], 'nothing lost, nothing twice, all in order');
is_deeply([sort $t->workers()], \@workers, 'no worker fell');
cmp_ok(scalar @refused, '>', 20, 'memory was short');
cmp_ok($town->said(), '>', 30, 'and a lot was said');

print map { "# chaos: $_" } $town->report(), $town->sum() . "\n";

$t->done();
