# Copyright (C) the ngx_inbox authors
#
# How many may wait: in a worker, of one address, and never so many that nginx
# has no connection left for the store and for others.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use ParkTest;


# in a worker

my $t = ParkTest->new(http => 'park_max 3;')->start();
my @polls = map { $t->poll('topic=a') } 1 .. 3;

$t->settled(3);
is($t->get('/poll?topic=a')->{status}, 503, 'one more is told so');
$t->get('/notify?topic=a');
$_->response() for @polls;
$polls[0]->request('GET', '/poll?topic=a&wait=100');
is($polls[0]->response()->{status}, 200, 'when some have left there is room');
$t->stop();


# of one address

$t = ParkTest->new(http => 'park_max_addr 2;',
                   server => 'set_real_ip_from 127.0.0.1;
                              real_ip_header X-Real-IP;')->start();
@polls = (of('10.0.0.1'), of('10.0.0.1'), of('10.0.0.2'), of('2001:db8::1'),
          of('2001:db8::1'));
$t->settled(5);
is(of('10.0.0.1')->response()->{status}, 503, 'a third one of an address');
is(of('2001:db8::1')->response()->{status}, 503, 'of an IPv6 address');
is(of('2001:db8::2')->response()->{status}, 503, 'and of its network');
push @polls, of('10.0.0.2'), of('2001:db8:0:1::2');
$t->settled(7);
$polls[0]->fin();
$t->settled(6);
push @polls, of('10.0.0.1');
$t->settled(7);
pass('another address, or the same when one has left');
$t->get('/notify');
is(scalar(grep { $_->response()->{status} == 200 } @polls[1 .. 7]), 7,
   'all are answered');
is(of('10.0.0.1', 'topic=a&wait=100')->response()->{status}, 200,
   'and nobody is counted any more');
$t->stop();


# of the connections, 32 stay free, not counting the listening ones

$t = ParkTest->new(connections => 64)->start();

my $busy;

@polls = ();

until ($busy || @polls > 64) {
    my $client = $t->poll('topic=a');

    push @polls, $client;
    $t->until_true('parked or refused', sub {
        ($busy = !$client->quiet(0)) || $t->stat()->{parked} == @polls
    });
}

cmp_ok(scalar @polls, '>', 20, 'some are parked');
cmp_ok(scalar @polls, '<', 33, 'but connections are left');
is($polls[-1]->response()->{status}, 503, 'the last one is told so');
is($t->get('/plain')->{body}, "plain\n", 'and others are served');
$t->get('/notify');
pop @polls;
is(scalar(grep { $_->response()->{status} == 200 } @polls), scalar @polls,
   'those who were parked are answered');
$t->stop();

done_testing();


sub of {
    my ($addr, $args) = @_;

    return $t->poll($args // 'topic=a', headers => { 'X-Real-IP' => $addr });
}
