# Copyright (C) the ngx_inbox authors
#
# What an operator sees: one scrape tells of all workers, each number grows by
# what has happened and survives a reload and a killed worker; the access log
# knows whose request it was; the dashboard asks for numbers that exist.  No
# space, channel, agent or token is told to who scrapes.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use JSON::PP;
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;

my $fake = FakeTelegram->new();
my $t = Test::Inbox->new(workers => 2, apis => { telegram => $fake->origin },
    http => q(log_format inbox '$status $request_method route=$inbox_route )
        . 'space=$inbox_space channel=$inbox_channel chat=$inbox_chat '
        . q(agent=$inbox_agent code=$inbox_code store=$inbox_store_time';),
    location => 'access_log inbox.log inbox;')->start();

my $petro = $t->agent('petro');
$t->create('groups/support', { name => 'Support', agents => ['petro'] });
$t->telegram();


# webhooks

is($t->hook(FakeTelegram::update(1, 'Hello'))->{status}, 200, 'received');
is($t->hook({ update_id => 2, riddle => {} })->{status}, 200, 'odd');
is($t->hook(FakeTelegram::update(3, 'x'), headers => {})->{status}, 401,
    'rejected');
is($t->post('/inbox/hook/bot', body => '[', headers => {
    'X-Telegram-Bot-Api-Secret-Token' => 'hook-secret' })->{status}, 400,
    'malformed');

counted('inbox_webhooks_total', qr/kind="telegram",result="received"/, 2);
counted('inbox_webhooks_total', qr/result="odd"/, 1);
counted('inbox_webhooks_total', qr/result="rejected"/, 1);
counted('inbox_webhooks_total', qr/result="malformed"/, 1);
counted('inbox_requests_total', qr/POST",route="hook.*status="401"/, 1);
counted('inbox_ingest_seconds_count', undef, 1);
counted('inbox_store_calls_total', qr/function="ingest",result="ok"/, 1);
counted('inbox_store_calls_total', qr/function="token_add",result="ok"/, 1);

my $chat = $t->api(GET => 'journal')->{json}{chats}[0]{id};


# polls: parked, seen in one scrape, woken

my $rev = $t->api(GET => 'journal')->{json}{rev};
my @polls = map { $t->connect()->send(GET =>
    "/inbox/api/v1/journal?since=$rev&wait=30", token => $t->token) } 1 .. 8;

counted('inbox_parked_polls', undef, 8);
is($t->metric('inbox_notices_live'), 2, 'both workers hear notices');
is(() = $t->get('/inbox/metrics')->{body} =~ /^inbox_parked_polls\{/mg, 2,
    'one scrape tells of both');

is($t->api(POST => "chats/$chat/take", token => $petro)->{status}, 200,
    'taken');
is((grep { $_ && $_->{status} == 200 }
    Test::Inbox::HTTP::together(10, @polls)), 8, 'all woken');

counted('inbox_wakes_total', undef, 8);
counted('inbox_wake_seconds_count', undef, 8);
counted('inbox_parked_polls', undef, 0);
cmp_ok($t->metric('inbox_notices_total'), '>', 0, 'notices are counted');
counted('inbox_requests_total', qr{route="api/v1/journal",status="200"}, 10);

my $left = $t->connect()->send(GET =>
    "/inbox/api/v1/chats/$chat/messages?since=9999999999999999&wait=30",
    token => $petro);
$left->read();
$left->close();


# a file, and paths that are none

$t->get('/inbox/index.html');
$t->get('/inbox/nothing/here');
counted('inbox_requests_total', qr/route="file",status="200"/, 1);
counted('inbox_requests_total', qr/route="none",status="404"/, 1);


# sends: one that fails, and its age

$fake->next({ status => 500 });
$t->api(POST => "chats/$chat/messages", token => $petro,
    json => { text => 'Good day' });
counted('inbox_sends_total', qr/kind="telegram",result="later"/, 1);
is($t->metric('inbox_outbox_chats'), 1, 'it waits in the outbox');
ok($t->wait_for(sub { $t->metric('inbox_outbox_oldest_seconds') >= 1 }),
    'and grows old');
counted('inbox_sends_total', qr/kind="telegram",result="sent"/, 1, 20);
ok($t->wait_for(sub { $t->metric('inbox_outbox_chats') == 0 }), 'gone');
ok($t->wait_for(sub { $t->metric('inbox_outbox_oldest_seconds') == 0 }),
    'and so is its age');


# nothing that is somebody's

my $text = $t->get('/inbox/metrics')->{body};

unlike($text, qr/default|support|petro|"bot"|hook-secret|root/,
    'no space, group, agent, channel or secret in it');
cmp_ok(length $text, '<', 65536, 'a scrape is small');
is_deeply([bad_lines($text)], [], 'well-formed');


# counters go on, gauges do not

my $before = $t->metric('inbox_webhooks_total');
my ($victim) = $t->workers();

$polls[$_] = $t->connect()->send(GET =>
    '/inbox/api/v1/journal?since=9999999999999999&wait=30', token => $petro)
    for 0 .. 3;
$_->close() for @polls[0 .. 3];

kill 'KILL', $victim;
ok($t->wait_for(sub { (grep { $_ != $victim } $t->workers()) == 2 }),
    'a worker was killed, and another is there');
ok($t->wait_for(sub { $t->metric('inbox_notices_live') == 2 }), 'well again');
is($t->metric('inbox_webhooks_total'), $before, 'counters stay');
is($t->metric('inbox_parked_polls'), 0, 'nobody waits in a dead worker');
$t->allow(qr/worker process $victim exited on signal 9/);

$t->reload();
ok($t->wait_for(sub { $t->workers() == 2 }, 30), 'reloaded');
is($t->metric('inbox_webhooks_total'), $before, 'counters stay');


# the access log

my %line = map { /^(\d+ \S+ route=\S+)/ ? ($1 => $_) : () }
    split /\n/, Test::Inbox::slurp($t->dir . '/inbox.log');
my $digest = qr/agent=digest:[0-9a-f]{12} /;

like($line{'200 POST route=hook/{id}'},
    qr/space=default channel=bot chat=- agent=- code=- store=0\.\d{6}$/,
    'a webhook');
like($line{'401 POST route=hook/{id}'}, qr/code=bad_signature/, 'a reason');
like($line{'200 GET route=api/v1/journal'},
    qr/space=default channel=- chat=- agent=root code=-/, 'a poll woken');
like($line{'200 POST route=api/v1/chats/{id}/take'},
    qr/chat=$chat $digest/, 'whose, and which chat');
like($line{'200 GET route=api/v1/chats/{id}/messages'},
    qr/chat=$chat $digest/, 'the same of a poll');
like($line{'200 GET route=-'}, qr/space=- channel=- .* store=-$/, 'a file');
unlike(join("\n", %line), qr/$petro|@{[$t->token]}|hook-secret/, 'no secret');


# the dashboard

my %there = map { $_ => 1 } $text =~ /^# TYPE (\S+)/mg;
my $board = JSON::PP->new->decode(
    Test::Inbox::slurp("$Test::Inbox::TOP/docs/grafana.json"));
my @asked = map { map { $_->{expr} } @{$_->{targets}} } @{$board->{panels}};
my %asked = map { $_ => 1 } map { s/_(?:bucket|sum|count)$//r }
    map { /\b(inbox_\w+)/g } @asked;

cmp_ok(@asked, '>', 20, 'the dashboard asks');
is_deeply([grep { !$there{$_} } sort keys %asked], [], 'for what there is');
is_deeply([grep { !$asked{$_} } sort keys %there], [], 'for all there is');

my $docs = Test::Inbox::slurp("$Test::Inbox::TOP/docs/operations.md");

is_deeply([grep { $docs !~ /`$_`/ } sort keys %there], [],
    'each number is explained');

$t->done();


# a log line is written after its answer has been sent
sub counted {
    my ($name, $labels, $number, $seconds) = @_;

    my $got;

    ok($t->wait_for(sub { ($got = $t->metric($name, $labels)) == $number },
        $seconds), "$name " . ($labels // '') . " is $number")
        or diag("is $got");
}


sub bad_lines {
    my ($text) = @_;

    return grep { !/^# (?:HELP \w+ .|TYPE \w+ (?:gauge|counter|histogram)$)/
        && !/^\w+(?:\{\w+="[^"]*"(?:,\w+="[^"]*")*\})? [\d.]+$/ }
        split /\n/, $text;
}
