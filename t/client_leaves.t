# Copyright (C) the ngx_inbox authors
#
# Clients leave, at every point where a request of ours waits: half a request
# sent, the body on its way, the channel's settings asked for, the store asked,
# parked, parked without its request, being answered.  With a FIN, with an RST,
# with half a connection; while the store works, while it is stopped, and while
# nginx reloads.  Nobody must be hurt by it: no report of a sanitizer, nobody
# waiting and nothing in flight afterwards, no connection left behind.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Socket qw(SHUT_WR);
use Test::More;
use Time::HiRes qw(sleep);

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;

# times each request is left at each point
my $ROUNDS = $ENV{TEST_ROUNDS} // 5;

my $t = Test::Inbox->new(http => 'client_body_buffer_size 1k;')->start();

$t->telegram();
$t->agent('petro');
$t->hook(FakeTelegram::update(1, 'first'));
$t->api(POST => 'chats/1/take');

my $token = $t->post('/inbox/widget/site/session', json => {})->{json}{token};
my @visitor = (token => $token);
my @root = (token => $t->token);
my @bot = (headers =>
    { 'X-Telegram-Bot-Api-Secret-Token' => 'hook-secret' });
my @known = ([GET => 'health'], [GET => 'metrics'], [GET => 'widget/site'],
    [GET => 'widget/site/frame'], [GET => 'widget/none'],
    [POST => 'widget/site/session', json => { name => 'O' }],
    [GET => 'widget/site/messages', @visitor],
    [GET => 'widget/site/messages?since=9&wait=9', @visitor],
    [POST => 'widget/site/messages', @visitor, json => { text => 'x' x 3000 }],
    [POST => 'widget/site/typing', @visitor, json => {}],
    [POST => 'hook/bot', @bot, json => FakeTelegram::update(2, 'again')],
    [POST => 'hook/bot', json => FakeTelegram::update(3, 'forged')],
    [POST => 'api/v1/session', json => { token => $t->token }],
    [GET => 'api/v1/me', @root], [HEAD => 'api/v1/journal', @root],
    [GET => 'api/v1/inbox?since=9&wait=9', @root],
    [GET => 'api/v1/journal', @root], [GET => 'api/v1/chats/1', @root],
    [GET => 'api/v1/chats/1/messages?since=9&wait=9', @root],
    [POST => 'api/v1/chats/1/messages', @root, json => { text => 'answer' }],
    [POST => 'api/v1/chats/1/take', @root, json => {}],
    [PUT => 'api/v1/channels/site', @root, json => { kind => 'site',
        title => 'Site', group => 'support' }],
    [PUT => 'api/v1/spaces/default', @root, json => { name => 'Test',
        locale => 'en', plan => 'commercial' }],
    [DELETE => 'api/v1/groups/none', @root], [GET => 'api/v1/none', @root],
    [GET => 'api/v1/agents/petro/tokens', @root], [GET => 'nothing.html']);

# polls that find nothing new, and wait
my @polls = (['api/v1/journal', @root], ['api/v1/inbox', @root],
    ['api/v1/chats/1/messages', @root], ['widget/site/messages', @visitor]);

# connections that were left only half
my @late;

# how to leave
my %ways = (
    fin => sub { $_[0]->close() },
    rst => sub { $_[0]->close(1) },
    half => sub { shutdown $_[0]{socket}, SHUT_WR; push @late, $_[0] },
    next => sub {
        $_[0]->send(GET => '/inbox/api/v1/me', @root);
        push @late, $_[0];
    }
);


# cut off after every so many bytes, and after the last of them

my $left = 0;

for my $request (@known) {
    my $bytes = bytes(@$request);
    my $step = 1 + int(length($bytes) / 12);

    for my $way (qw(fin rst)) {
        for (my $at = 1; $at <= length $bytes; $at += $step) {
            leave($way, substr $bytes, 0, $at);
        }
    }

    for my $way (sort keys %ways) {
        leave($way, $bytes) for 1 .. $ROUNDS;
    }
}

settled("after $left requests");


# the channel's settings are asked for anew each time

for my $request (grep { $_->[1] =~ /widget|hook/ } @known) {
    for my $way (sort keys %ways) {
        for (1 .. $ROUNDS) {
            $t->redis->call(PUBLISH => 'inbox:{default}:notice',
                'channel site');
            leave($way, bytes(@$request));
        }
    }
}

settled('while settings are read');


# parked: before the answer, after it, detached; and woken as they leave

for my $round (1 .. 8 * $ROUNDS) {
    my @waiting = map { poll($_) } @polls, @polls;

    if ($round % 2) {
        $t->wait_for(sub { $t->parked() >= @polls });
    }

    $t->redis->call(PUBLISH => 'inbox:{default}:notice',
        'chat 1 1 cm') if $round % 3 == 0;

    my @names = sort keys %ways;

    for my $i (0 .. $#waiting) {
        $ways{$names[($i + $round) % @names]}->($waiting[$i]);
        $left++;
    }

    $t->api(POST => 'chats/1/messages', json => { text => "wake $round" })
        if $round % 4 == 0;
    close_late();
}

settled('parked');


# the store is stopped: all of them wait for it, and go; or it comes back first

for my $resume_first (0, 1) {
    my @waiting;

    $t->redis->stall();

    for my $way (sort keys %ways) {
        push @waiting, map { [$way, $t->connect()->write(bytes(@$_))] } @known;
    }

    sleep 0.05;    # nginx reads them all, so that they wait for the store
    $t->redis->resume() if $resume_first;

    for (@waiting) {
        my ($way, $c) = @$_;
        $ways{$way}->($c);
        $left++;
    }

    $t->redis->resume();
    close_late();
}

settled('the store was stopped');


# it is gone while they wait: answered and leaving in the same moment

for (1 .. 2) {
    my @waiting = map { poll($_) } @polls;

    $t->redis->stall();
    push @waiting, map { $t->connect()->write(bytes(@$_)) } @known;
    $t->redis->stop('KILL');

    $waiting[$_]->close($_ % 2) for 0 .. $#waiting;
    $left += @waiting;

    $t->redis->start();
    ok($t->wait_for(sub { $t->healthy() }), 'the store is back');
}

settled('the store was killed');


# a reload, with some who leave and some who stay

my @polling = map { poll($_) } (@polls) x 4;

$t->wait_for(sub { $t->parked() >= @polling });
kill HUP => $t->{pid};
$polling[$_]->close($_ % 4 == 0) for grep { $_ % 2 == 0 } 0 .. $#polling;

my @stay = map { $polling[$_] } grep { $_ % 2 } 0 .. $#polling;
my @answers = Test::Inbox::HTTP::together(20, @stay);

is(scalar(grep { $_ && $_->{status} == 200 } @answers), scalar @stay,
    'a reload answers who stays');
$_->close() for @stay;
ok($t->wait_for(sub { $t->workers() == 1 }, 30), 'the old worker leaves');
settled('a reload');

diag("$left requests were left");
$t->done();


sub bytes {
    my ($method, $path, @o) = @_;

    return Test::Inbox::HTTP::bytes($method, "/inbox/$path", @o);
}


sub leave {
    my ($way, $bytes) = @_;

    $ways{$way}->($t->connect()->write($bytes));
    close_late() if @late > 40;
    $left++;
}


# those who only half left
sub close_late {
    $_->close() for splice @late;
}


sub poll {
    my ($path, @o) = @{$_[0]};
    my $rev = $t->get("/inbox/$path", @o)->{json}{rev};

    return $t->connect()->send(GET => "/inbox/$path?since=$rev&wait=30", @o);
}


# when all have gone nobody waits, and no connection but ours and Redis' is open
sub settled {
    my ($when) = @_;

    close_late();

    ok($t->wait_for(sub { $t->healthy() }), "$when: nginx is well");
    ok($t->wait_for(sub { $t->parked() == 0 }), "$when: nobody waits");
    ok($t->wait_for(sub {
        $t->metric('inbox_store_calls_in_flight') == 0
    }), "$when: nothing is in flight");
    ok($t->wait_for(sub { clients() <= 1 }), "$when: no connection is left")
        or diag(clients() . ' are');
}


# sockets of clients that the workers hold
sub clients {
    my $port = sprintf ':%04X', $t->port;
    my $n = 0;

    for my $line (split /\n/, Test::Inbox::slurp('/proc/net/tcp')) {
        my @f = split ' ', $line;

        $n++ if $f[1] && $f[1] =~ /$port$/ && $f[3] =~ /^0[158]$/;
    }

    return $n;
}
