# Copyright (C) the ngx_inbox authors
#
# What strangers may do is limited, by default and over all workers: 429 with
# the time to wait.  `inbox_limits off` lets everything pass.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox;

my $t = Test::Inbox->new(workers => 2, limits => 'on', http =>
    'inbox_limit_messages 5; inbox_limit_chats 3;'
    . 'inbox_max_parked_per_address 2; real_ip_header X-Real-IP;'
    . 'set_real_ip_from 127.0.0.1;')->start();


# sessions: twenty a minute, of one address

my @token = map { $_->{json}{token} // () }
    my @answers = map { session() } 1 .. 21;

is(scalar @token, 20, 'twenty sessions');
limited($answers[20], 60, 'one more');
is(session('192.0.2.9')->{status}, 201, 'another address, after realip');
is($t->post('/inbox/widget/site/session',
    json => { token => $token[0] })->{status}, 201,
    'who comes again is not new');


# chats: three an hour

is(visit($token[$_])->{status}, 201, "chat $_") for 0 .. 2;
limited(visit($token[3]), 3600, 'the fourth');
is($t->post('/inbox/widget/site/messages', token => $token[3],
    json => { text => 'x' }, headers => { 'X-Real-IP' => '2001:db8::1' })
    ->{status}, 201, 'of another address');
is(@{$t->api(GET => 'journal')->{json}{chats}}, 4, 'no more chats than that');


# messages: five a minute

is(visit($token[0])->{status}, 201, 'another message') for 2 .. 5;
limited(visit($token[0]), 60, 'the sixth');
is(visit($token[1])->{status}, 201, 'of that visitor');


# logins: twenty a minute, right or wrong

my @logins = map { $t->post('/inbox/api/v1/session',
    json => { token => $_ > 1 ? 'wrong' : $t->token }) } 1 .. 21;

is($logins[0]{status}, 204, 'the owner signs in');
is($logins[19]{status}, 401, 'somebody tries');
limited($logins[20], 60, 'and tries again');


# polls: two of an address on the whole node, whichever workers they wait in;
# each worker allowed so many of its own, and said 503

my $rev = $t->get('/inbox/widget/site/messages', token => $token[0])
    ->{json}{rev};
my @polls = (in_worker(0), in_worker(1));

limited(poll()->read(5), 10, 'a third poll of an address');
is($t->parked(), 2, 'it does not wait');

my $elsewhere = poll('X-Real-IP' => '192.0.2.9');
ok($t->wait_for(sub { $t->parked() == 3 }), 'of another address it does');
$elsewhere->close();

my $agent = $t->connect();
$agent->send(GET => "/inbox/api/v1/journal?since=$rev&wait=1",
    token => $t->token);
is($agent->read(5)->{status}, 200, 'an agent is no visitor');

shift(@polls)->close();
ok($t->wait_for(sub { $t->parked() == 1 }), 'one has left');
push @polls, my $again = poll();
ok($t->wait_for(sub { $t->parked() == 2 }), 'there is room');
$_->close() for @polls;
$t->wait_for(sub { $t->parked() == 0 });

# what a worker had that was killed counts no more

@polls = (in_worker(0), in_worker(1));
$t->allow(qr/exited on signal 9/);

my %before = map { $_ => 1 } $t->workers();

kill 'KILL', keys %before;
$t->wait_for(sub { my @now = $t->workers();
    @now == 2 && !grep { $before{$_} } @now && $t->parked() == 0 });
@polls = (in_worker(0), in_worker(1));
limited(poll()->read(5), 10, 'nor is he forgotten who comes then');
$_->close() for @polls;


# off

my @old = $t->workers();

$t->{limits} = 'off';
$t->spew('nginx.conf', $t->nginx_conf());
$t->reload();

# those who leave still accept for a moment
$t->wait_for(sub {
    my %now = map { $_ => 1 } $t->workers();
    return !grep { $now{$_} } @old;
});

is(session()->{status}, 201, 'off is off');
is(session()->{status}, 201, 'any number') for 1 .. 25;

$t->done();


sub session {
    my ($address) = @_;

    return $t->post('/inbox/widget/site/session', json => {},
        $address ? (headers => { 'X-Real-IP' => $address }) : ());
}


# a poll of a visitor; of one address, if it is not said
sub poll {
    my (%headers) = @_;

    my $c = $t->connect();

    return $c->send(GET => "/inbox/widget/site/messages?since=$rev&wait=50",
        token => $token[0], headers => \%headers);
}


# one that waits in that worker: who comes to another goes and comes again
sub in_worker {
    my ($worker) = @_;

    for (1 .. 200) {
        my $all = $t->parked();
        my $there = waiting_in($worker);
        my $c = poll();

        $t->wait_for(sub { $t->parked() > $all });
        return $c if waiting_in($worker) > $there;
        $c->close();
        $t->wait_for(sub { $t->parked() == $all });
    }

    die "nobody comes to worker $worker\n";
}


sub waiting_in {
    my ($worker) = @_;

    return $t->get('/inbox/metrics')->{body}
        =~ /^inbox_parked_polls\{worker="$worker"\} (\d+)/m ? $1 : 0;
}


sub visit {
    my ($token) = @_;

    return $t->post('/inbox/widget/site/messages', token => $token,
        json => { text => 'x' });
}


sub limited {
    my ($r, $most, $what) = @_;

    is("$r->{status} $r->{json}{code}", '429 too_many_requests',
        "$what is too many");
    cmp_ok($r->{headers}{'retry-after'}, '<=', $most, 'and may come later');
    cmp_ok($r->{headers}{'retry-after'}, '>', 0, 'a little later');
}
