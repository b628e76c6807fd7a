# Copyright (C) the ngx_inbox authors
#
# Redis is killed, stalled, cut off from its subscribers and robbed of its
# functions while Telegram delivers, agents answer and visitors wait.  Nobody is
# told that something is stored which is not; nobody waits longer than he
# should; and when Redis is back, everything goes on by itself.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;
use Test::Inbox::Crowd;
use Time::HiRes qw(time);

# seconds: of a call to Redis, of what is allowed beyond it, of an outage
my $TIMEOUT = 1;
my $SLACK = 1.5;
my $OUTAGE = 2;

my $PLATFORMS = 20;
my $VISITORS = 30;

my $t = Test::Inbox->new(workers => 2, redis => { fsync => 'always' },
    http => "inbox_redis_timeout ${TIMEOUT}s;")->start();
$t->telegram();

my $crowd = Test::Inbox::Crowd->new($t->port);
my @requests;                     # each of a platform: sent, came, status, …
my @platforms = map { { user => $_, taken => 0 } } 1 .. $PLATFORMS;
my @visitors = map { visitor($_) } 1 .. $VISITORS;
my $writing = 1;
my $answers = 0;                  # of the agent

$crowd->add(platform($_)) for @platforms;


# killed

wait_all();
$crowd->run(0.5, sub { 0 });
$t->redis->stop('KILL');

my $from = time();

$crowd->run($OUTAGE, sub { 0 });

my $until = time();

is_deeply([answers($from, $until)], ['503 with Retry-After'],
    'while Redis is gone every answer is 503');
cmp_ok(slowest($from), '<', $TIMEOUT + $SLACK, 'and comes in time');

my $r = $t->api(GET => 'journal');
is($r->{status}, 503, 'of the journal too');
is($r->{json}{code}, 'store_unavailable', 'with its word');
is($t->get('/inbox/health')->{status}, 503, 'and health says so');
is_deeply([early()], [], 'who waits is left waiting');

$t->redis->start();
$from = time();

ok($crowd->run(20, sub { all_took_since($from) }), 'it is back, all go on');

my @resumed = map { $_->{poll}->read(10) } @visitors;

is(scalar(grep { $_ && $_->{status} == 200 } @resumed), $VISITORS,
    'whoever waited is answered without asking again');
is(scalar(grep { $_ && $_->{json}{reset} } @resumed), $VISITORS,
    'and told to begin anew, for this store may have forgotten');
is(scalar(grep { $_ && $_->{json}{messages}[0]{text} eq 'Hello' } @resumed),
    $VISITORS, 'with all there is');

$_->{rev} = (shift @resumed)->{json}{rev} for @visitors;

wait_all();
answer_all('after the kill');
is_deeply([heard()], ['after the kill'], 'from then on only what is new');


# stalled

wait_all();
$t->redis->stall();
$from = time();

# what was on its way when it stopped may have been answered before; a busy
# machine is slow to ask anew
$crowd->run(30, sub {
    time() > $from + $OUTAGE && answers($from + 0.1, time())
});
$until = time();
is_deeply([answers($from + 0.1, $until)], ['503 with Retry-After'],
    'while Redis stalls every answer is 503');
cmp_ok(slowest($from), '<', $TIMEOUT + $SLACK, 'and comes in time');

$t->redis->resume();
$from = time();
ok($crowd->run(20, sub { all_took_since($from) }), 'it is back, all go on');
is_deeply([early()], [], 'who waits is left waiting');
answer_all('after the stall');
is_deeply([heard()], ['after the stall'], 'and hears what is new');


# subscriptions that break again and again

wait_all();

my $kills = 0;
my $last = 0;

$crowd->add(agent('through it all'));

ok($crowd->run(20, sub {
    if ($kills < 40 && time() > $last + 0.03) {
        $t->redis->call(qw(CLIENT KILL TYPE pubsub));
        $last = time();
        $kills++;
    }

    return $kills == 40;
}), 'forty times nobody hears the notices');
is_deeply([heard()], ['through it all'], 'and every visitor his answer');


# the library is lost

for my $loss (['FUNCTION', 'FLUSH'], ['FUNCTION', 'DELETE', 'inbox_1']) {

    wait_all();
    is($t->redis->call(@$loss), 'OK', "@$loss");
    $from = time();
    ok($crowd->run(20, sub { all_took_since($from) }), 'all go on');
    is_deeply([answers($from, time())], ['200'], 'and nobody has noticed');
    answer_all('with new functions');
    is_deeply([heard()], ['with new functions'], 'neither did visitors');
}


# what was acknowledged is there, once, in order

$writing = 0;
ok($crowd->run(20), 'the platforms have finished');

my %stored = map { platform_texts($_) } chats_of('bot');

is_deeply(\%stored, { map { ($_->{user} => join ' ', 1 .. $_->{taken}) }
    @platforms }, 'what was acknowledged is stored, once and in order');

my @said = map { join ',', map { $_->{text} } @{$t->get(
    '/inbox/widget/site/messages', token => $_->{token})->{json}{messages}} }
    @visitors;

is_deeply([grep { $_ ne $said[0] } @said], [], 'all visitors see the same');
is($said[0], 'Hello,after the kill,after the stall,through it all,'
    . 'with new functions,with new functions', 'the whole conversation');

$t->done();


# delivers updates until it is told that it is enough; what is not taken it
# delivers again, as the real one does
sub platform {
    my ($p) = @_;

    my $sent;

    return sub {
        my ($r) = @_;

        if ($r) {
            push @requests, [$sent, time(), $r->{status}
                . ($r->{headers}{'retry-after'} ? ' with Retry-After' : '')];
            $p->{taken}++ if $r->{status} == 200;
            $p->{when} = $sent if $r->{status} == 200;

            return \0.05 if $r->{status} != 200;
            return if !$writing;
        }

        $sent = time();

        my $n = $p->{taken} + 1;
        my $id = $p->{user} * 100_000 + $n;

        return Test::Inbox::HTTP::bytes(POST => '/inbox/hook/bot',
            json => FakeTelegram::update($id, "$n", id => $p->{user},
                first_name => "U$p->{user}"),
            headers => { 'X-Telegram-Bot-Api-Secret-Token' => 'hook-secret' });
    };
}


# what the answers were to requests sent and answered in that time
sub answers {
    my ($from, $until) = @_;

    my %seen = map { $_->[2] => 1 }
        grep { $_->[0] >= $from && $_->[1] <= $until } @requests;

    return sort keys %seen;
}


sub slowest {
    my ($from) = @_;

    my ($slowest) = sort { $b <=> $a }
        map { $_->[1] - $_->[0] } grep { $_->[1] >= $from } @requests;

    return $slowest;
}


sub all_took_since {
    my ($from) = @_;

    return !grep { ($_->{when} // 0) < $from } @platforms;
}


sub visitor {
    my ($n) = @_;

    my $token = $t->post('/inbox/widget/site/session', json => {})
        ->{json}{token};
    my $m = $t->post('/inbox/widget/site/messages', token => $token,
        json => { text => 'Hello' })->{json};

    $t->api(POST => "chats/$m->{chat}/take");

    return { token => $token, chat => $m->{chat}, rev => $m->{rev} };
}


# all visitors wait; the platforms go on meanwhile
sub wait_all {
    for my $v (@visitors) {
        $v->{poll} //= $t->connect();
        $v->{poll}->send(GET => '/inbox/widget/site/messages?wait=50&since='
            . $v->{rev}, token => $v->{token});
    }

    ok($t->wait_for(sub { $crowd->run(0); $t->parked() == $VISITORS }),
        'visitors wait');

    # a poll counts as soon as it asks; who is answered after it has asked tells
    # that it has been answered as well, for a worker's calls go one by one
    my $from = time();

    $crowd->run(10, sub { all_took_since($from) });
}


# visitors who are answered though there was nothing to say
sub early {
    return map { $_->{body} } grep { $_ } map { $_->{poll}->read(0) }
        @visitors;
}


sub answer_all {
    my ($text) = @_;

    $crowd->add(agent($text));
}


# answers every visitor, again where it was not taken
sub agent {
    my ($text) = @_;

    my @todo = map { $_->{chat} } @visitors;
    my $key = ++$answers;

    return sub {
        my ($r) = @_;

        shift @todo if $r && $r->{status} == 201;
        return if !@todo;
        return \0.05 if $r && $r->{status} != 201;

        return Test::Inbox::HTTP::bytes(
            POST => "/inbox/api/v1/chats/$todo[0]/messages",
            json => { text => $text }, token => $t->token,
            headers => { 'Idempotency-Key' => $key });
    };
}


# what the visitors have heard, each: one text, if all heard the same
sub heard {
    my %seen;
    my %number = map { fileno $visitors[$_]{poll}{socket} => $_ }
        0 .. $#visitors;
    my @answers;

    $crowd->run(15, sub {
        $answers[$_] //= $visitors[$_]{poll}->read(0) for values %number;
        !grep { !$answers[$_] } 0 .. $#visitors;
    });

    for my $i (0 .. $#visitors) {
        my $r = $answers[$i];

        $seen{$r ? join ',', $r->{status}, $r->{json}{reset} ? 'reset' : (),
            map { $_->{text} } @{$r->{json}{messages}} : 'nothing'}++;
        $visitors[$i]{rev} = $r->{json}{rev} if $r;
    }

    return map { s/^200,//r } sort keys %seen;
}


sub chats_of {
    my ($channel) = @_;

    return @{$t->api(GET => "journal?channel=$channel&limit=200")
        ->{json}{chats}};
}


# who, and all the texts of his chat in one line
sub platform_texts {
    my ($chat) = @_;

    my ($before, @texts) = ('');

    while (1) {
        my $body = $t->api(GET =>
            "chats/$chat->{id}/messages?limit=200$before")->{body};

        unshift @texts, $body =~ /"text":"(\d+)"/g;

        my ($next) = $body =~ /"next":"([^"]+)"/ or last;
        $before = "&before=$next";
    }

    return ($chat->{contact}{external_id} => join ' ', @texts);
}
