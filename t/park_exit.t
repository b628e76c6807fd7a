# Copyright (C) the ngx_inbox authors
#
# Workers that leave while polls are parked: a reload answers each of them, a
# fast shutdown closes them, and nothing keeps a worker or is left open.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;
use Time::HiRes qw(time);

use lib dirname(abs_path(__FILE__)) . '/lib';
use ParkTest;

my $POLLS = 500;


# reload

my $t = ParkTest->new()->start();
my ($old) = $t->workers();
my @polls = map { $t->poll("topic=t$_&wait=30000", kind($_)) } 1 .. $POLLS;

$t->settled($POLLS);

my $from = time();

$t->signal('HUP');

my @answers = map { $_->response() } @polls;
my $took = time() - $from;

is(scalar(grep { $_ && $_->{body} =~ /^why=exit / } @answers), $POLLS,
   'a reload answers every poll');
is(scalar(grep { ($_ // {})->{headers}{connection} eq 'close' } @answers),
   $POLLS, 'and tells it to connect again');
cmp_ok($took, '>', 0.5, 'spread over some time');
cmp_ok($took, '<', 5, 'but soon');

$t->until_true('the old worker has left', sub { !kill 0, $old });
is(scalar($t->access($POLLS)), $POLLS, 'one line in the access log for each');
is($t->stat()->{parked}, 0, 'the new worker has none');

my $c = $t->poll('topic=a');
$t->settled(1);
$t->get('/notify?topic=a');
like($c->response()->{body}, qr/why=notice/, 'and parks as ever');


# polls that ask at the reload, some of them for a while

$old = $t->stat()->{pid};
@polls = map { $t->poll("topic=t$_&ask=" . $_ * 20) } 1 .. 20;
$t->until_true('all ask', sub { $t->stat()->{parked} == 20 });
$t->signal('HUP');
is(scalar(grep { ($_->response() // {})->{body} =~ /^why=exit / } @polls), 20,
   'a reload waits for what is asked');
$t->until_true('the old worker has left', sub { !kill 0, $old });


# quit

@polls = map { $t->poll("topic=t$_", kind($_)) } 1 .. 50;
$t->settled(50);
$t->signal('QUIT');
is(scalar(grep { ($_->response() // {})->{body} =~ /^why=exit / } @polls), 50,
   'quit answers every poll');
$t->gone();
$t->stop();


# terminate

$t = ParkTest->new()->start();
@polls = map { $t->poll("topic=t$_", kind($_)) } 1 .. 50;
$t->settled(50);
push @polls, map { $t->poll("topic=t$_&ask=5000") } 1 .. 5;
$t->until_true('all ask', sub { $t->stat()->{parked} == 55 });
$t->signal('TERM');
is(scalar(grep { $_->closed() } @polls), 55, 'terminate closes every poll');
$t->gone();
$t->stop();


# terminate a worker that is leaving

$t = ParkTest->new()->start();
@polls = map { $t->poll("topic=t$_", kind($_)) } 1 .. 50;
$t->settled(50);
$t->signal('QUIT');
$t->until_true('leaves', sub { $t->error_log() =~ /worker leaves, 50 polls/ });
$t->signal('TERM');
$t->gone();
is(scalar(grep { $_->response() || $_->closed() } @polls), 50,
   'terminate on the way out: answered or closed');
$t->stop();


# not longer than worker_shutdown_timeout

$t = ParkTest->new(main => 'worker_shutdown_timeout 1s;')->start();
@polls = map { $t->poll("topic=t$_", kind($_)) } 1 .. 100;
$t->settled(100);
my @slow = map { $t->poll("topic=t$_&ask=20000") } 1 .. 5;
$t->until_true('all ask', sub { $t->stat()->{parked} == 105 });
$from = time();
$t->signal('QUIT');
is(scalar(grep { ($_->response() // {})->{body} =~ /^why=exit / } @polls), 100,
   'worker_shutdown_timeout is enough to answer');
is(scalar(grep { $_->closed() } @slow), 5, 'who takes longer is closed');
$t->gone();
cmp_ok(time() - $from, '<', 5, 'and the worker leaves');
$t->stop();


# shorter than it takes: what sleeps is closed

$t = ParkTest->new(main => 'worker_shutdown_timeout 200ms;')->start();
@polls = map { $t->poll("topic=t$_", kind($_)) } 1 .. 100;
$t->settled(100);
$t->signal('QUIT');
@answers = map { $_->response() } @polls;
is(scalar(grep { $answers[$_] || $polls[$_]->closed() } 0 .. 99), 100,
   'a very short one: answered or closed');
$t->gone();
is(scalar($t->access(100)), 100, 'and each has its line');
$t->stop();

done_testing();


# every fifth cannot be detached
sub kind {
    my ($i) = @_;

    return $i % 5 ? () : (headers => { Connection => 'close' });
}
