# Copyright (C) the ngx_inbox authors
#
# A long day in a few seconds: visitors come, write, wait and leave, agents take,
# answer and close, webhooks and refusals pass, and at its end every chat is
# erased.  The first day warms up what is kept for good; after that memory,
# descriptors and keys of Redis are what they were, and nobody waits.
#
# LEAKS_ROUNDS=200 makes the days longer.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;

my $ROUNDS = $ENV{LEAKS_ROUNDS} // 12;
# what malloc may keep of a day, kB
my $SLACK = 512;

# connections to the platform that curl keeps for the next send
my $IDLE = 16;

my $fake = FakeTelegram->new();
my $t = Test::Inbox->new(sanitized => 0,
    apis => { telegram => $fake->origin })->start();

$t->telegram();

day(1);
day(2);

my %before = state();

day($_) for 3 .. 5;

my %after = state();

cmp_ok($after{memory} - $before{memory}, '<', $SLACK,
    'memory is what it was, or nearly') or diag explain [\%before, \%after];
cmp_ok($after{descriptors} - $before{descriptors}, '<=', $IDLE,
    'descriptors are what they were');
is_deeply($after{keys}, $before{keys}, 'keys of Redis are what they were');
cmp_ok($before{free} - $after{free}, '<=', $IDLE,
    'connections are what they were');

$t->done();


sub day {
    my ($day) = @_;

    for my $n (1 .. $ROUNDS) {
        my $user = 1000 * $day + $n;

        $t->hook(FakeTelegram::update($n, "Hello $n", id => $user)) for 1, 2;
        visit();
        $t->post('/inbox/hook/bot', body => '{');
        $t->api(GET => $_) for qw(journal inbox stats me chats/999999);
        $t->get('/inbox/api/v1/journal', token => 'wrong');
    }

    my @chats = map { $_->{id} }
        @{$t->api(GET => 'journal?limit=200')->{json}{chats}};

    for my $id (@chats) {
        $t->api(POST => "chats/$id/take");
        $t->api(POST => "chats/$id/messages", json => { text => 'Good day' });
    }

    $t->wait_for(sub { $t->metric('inbox_outbox_chats') == 0 }, 30);

    for my $id (@chats) {
        $t->api(POST => "chats/$id/close");
        $t->api(DELETE => "chats/$id");
    }
}


sub visit {
    my $token = $t->post('/inbox/widget/site/session', json => {})
        ->{json}{token};

    $t->post('/inbox/widget/site/messages', token => $token,
        json => { text => 'Is there tea?' });

    my $r = $t->get('/inbox/widget/site/messages', token => $token);
    my $poll = $t->connect()->send(GET => '/inbox/widget/site/messages'
        . "?since=$r->{json}{rev}&wait=30", token => $token);

    $t->wait_for(sub { $t->parked() == 1 });
    $poll->close(rand() < 0.5);
    $t->wait_for(sub { $t->parked() == 0 });
}


sub state {
    my ($pid) = $t->workers();
    my ($rss) = Test::Inbox::slurp("/proc/$pid/status")
        =~ /^RssAnon:\s+(\d+)/m;
    my @fds = glob "/proc/$pid/fd/*";

    # deadlines of what was counted by the minute are no leak, nor is a worker's
    # word of its polls, which is told at times
    my @keys = sort grep { !/:limit|:stats|:day|:seen|:attended|:audit|:parked/ }
        @{$t->redis->call(KEYS => '*')};

    $t->wait_for(sub { $t->metric('inbox_connections_free') > 4000 });

    return (memory => $rss, descriptors => scalar @fds,
        keys => [map { s/\d{2,}/N/gr } @keys],
        free => $t->metric('inbox_connections_free'));
}
