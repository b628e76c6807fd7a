# Copyright (C) the ngx_inbox authors
#
# Clocks that jump: an hour ahead, then again and again by minutes, then a day,
# and are set back, as people talk.  Timeouts and backoff are counted by a clock
# that nobody sets, so nobody is thrown out and nothing is sent in a hurry; what is
# in order stays in order, nothing is lost or sent twice, and what waits for its
# next try does not wait until a time comes once more.
#
# CHAOS_SECONDS=30 makes each trouble last that long; see Chaos.pm.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Chaos;
use FakeTelegram;
use Test::Inbox;

my $dir = tempdir('clock-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my ($library) = glob '/usr/lib/*/faketime/libfaketime.so.1';
my $fake = FakeTelegram->new();

ahead(0);

my $t = Test::Inbox->new(workers => 2, sanitized => 0,
    apis => { telegram => $fake->origin },
    env => { LD_PRELOAD => $library, FAKETIME_NO_CACHE => 1,
        DONT_FAKE_MONOTONIC => 1, FAKETIME_TIMESTAMP_FILE => "$dir/clock" },
    http => 'inbox_redis_timeout 1s; inbox_send_timeout 1s;')->start();

$t->telegram();

my $day = day();

my $town = Chaos->new($t, $fake);
my $jumped = 3600;

$town->trouble('the clock jumps an hour', $Chaos::SECONDS,
    sub { ahead($jumped) });
$town->trouble('and minutes', 0.3, sub { ahead($jumped += 60 + int rand 300) });
$town->trouble('and a day', $Chaos::SECONDS, sub { ahead($jumped += 86_400) });

isnt(day(), $day, 'it is tomorrow');

$town->trouble('the clock is set back', $Chaos::SECONDS, sub {
    busy();
    ahead(0);
});

is(day(), $day, 'it is today');

$jumped = 0;
$town->trouble('and by minutes', 0.3, sub { ahead($jumped -= rand 300) });

is_deeply([$town->settle()], [], 'nothing lost, nothing twice, all in order');
cmp_ok($town->said(), '>', 30, 'and a lot was said');
is($town->{lost}, 0, 'and nobody was thrown out');

print map { "# chaos: $_" } $town->report(), $town->sum() . "\n";

$t->done();


# the platform takes nothing for a second from each of the clients
sub busy {
    $fake->next(({ status => 429, retry_after => 1 }) x 8);
    $town->said_no(8);
    $town->live(0.3);
}


# seconds of nginx's clock before ours
sub ahead {
    my ($seconds) = @_;

    open my $out, '>', "$dir/clock.new" or die "$dir/clock.new: $!\n";
    printf $out "%+d\n", $seconds;
    close $out;
    rename "$dir/clock.new", "$dir/clock";
}


sub day { $t->get('/inbox/health')->{headers}{date} =~ s/ \d\d:.*//r }
