# Copyright (C) the ngx_inbox authors
#
# Who hosts many spaces lists them with what they use, limits, suspends and
# deletes them; the others notice nothing.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use JSON::PP;
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;

my $t = Test::Inbox->new(workers => 2, space => '$there',
    http => 'map $http_x_space $there { default $http_x_space; "" default; }'
)->start();

my $r = $t->api(PUT => 'spaces/beta', json => { name => 'Beta',
    plan => 'commercial', limits => { chats => 2, agents => 1 } });
is($r->{status}, 200, 'a space');
is_deeply($r->{json}{limits}, { chats => 2, agents => 1, channels => undef },
    'with limits');
$t->create('spaces/alpha', {});

my %beta = (headers => { 'X-Space' => 'beta' });

$t->api(PUT => 'channels/site', %beta, json => { kind => 'site' });
$t->api(PUT => 'channels/bot', %beta, json => { kind => 'telegram',
    credentials => { token => '1:x', secret => 'hook-secret' } });
$t->api(PUT => 'agents/petro', %beta, json => { role => 'owner' });
my $petro = $t->api(POST => 'agents/petro/tokens', %beta, json => {})
    ->{json}{token};

is(visit()->{status}, 201, 'a client');
is(visit()->{status}, 201, 'another');
$r = visit();
is("$r->{status} $r->{json}{code}", '429 too_many_requests',
    'no more chats than that');
is($t->api(PUT => 'agents/olga', %beta, json => {})->{json}{code}, 'invalid',
    'nor more agents');


# the list

my $list = $t->api(GET => 'spaces')->{json};
is_deeply([map { $_->{id} } @{$list->{spaces}}], [qw(alpha beta default)],
    'all spaces, in order');
my %usage = %{$list->{spaces}[1]{usage}};
is("$usage{chats} $usage{messages}", '2 4', 'with what they use');
cmp_ok($usage{bytes}, '>', 100, 'in bytes too');
is($list->{next}, undef, 'and that is all');

$list = $t->api(GET => 'spaces?limit=2')->{json};
is($list->{next}, 'beta', 'page by page');
is($t->api(GET => "spaces?before=$list->{next}")->{json}{spaces}[0]{id},
    'default', 'the rest');
is($t->api(GET => 'spaces', %beta, token => $petro)->{status}, 403,
    'for root only');


# suspended: who waits is told, nobody comes in, the others go on

my $rev = $t->api(GET => 'journal', %beta)->{json}{rev};
my $c = $t->connect();
$c->send(GET => "/inbox/api/v1/journal?since=$rev&wait=50", token => $petro,
    %beta);
ok($t->wait_for(sub { $t->parked() == 1 }), 'an agent waits');
is($t->api(PUT => 'spaces/beta', json => { name => 'Beta',
    suspended => JSON::PP::true })->{json}{suspended}, JSON::PP::true,
    'suspended');
is($c->read(10)->{status}, 403, 'his poll ends');
is($t->api(GET => 'me', %beta, token => $petro)->{status}, 403, 'he is out');
is(visit()->{status}, 403, 'so are clients');
$r = telegram(1, 11);
is("$r->{status} $r->{json}{code} $r->{headers}{'retry-after'}",
    '503 suspended 3600', 'their messenger comes later');
is($t->api(GET => 'journal')->{status}, 200, 'the others go on');
$t->create('spaces/beta', { name => 'Beta' });
is($t->api(GET => 'me', %beta, token => $petro)->{status}, 200, 'resumed');


# what a messenger brings has its place beyond the limit, and not without end

$t->create('spaces/beta', { name => 'Beta', limits => { chats => 2 } });
is($t->api(GET => 'spaces/beta')->{json}{usage}{chats}, 2, 'a full space');
is(telegram(1, 11)->{status}, 200, 'what was refused then comes again');
is(telegram(2, 12)->{status}, 200, 'and one more');
$r = telegram(3, 13);
is("$r->{status} $r->{json}{code} $r->{headers}{'retry-after'}",
    '429 too_many_requests 3600', 'twice as many as it may are enough');
is(telegram(4, 12)->{status}, 200, 'who has a chat goes on');
is($t->api(GET => 'spaces/beta')->{json}{usage}{chats}, 4, 'over its limit');
ok($t->wait_for(sub { ($t->api(GET => 'channels/bot/health', %beta)->{json}
    {last_error}{text} // '') =~ /as many chats as it may/ }),
    'its people see why');
$t->create('spaces/beta', { name => 'Beta' });
is(telegram(3, 13)->{status}, 200, 'with room, the platform\'s retry is taken');


# deleted

is($t->api(DELETE => 'spaces/beta', %beta, token => $petro)->{status}, 403,
    'its owner cannot delete it');
is($t->api(DELETE => 'spaces/beta')->{status}, 204, 'root can');
is($t->api(GET => 'spaces/beta')->{status}, 404, 'it is gone');
is($t->api(DELETE => 'spaces/beta')->{status}, 404, 'once');
is($t->api(GET => 'me', %beta, token => $petro)->{status}, 404,
    'for its people too');
is_deeply($t->redis->call('KEYS', '*beta*'), [], 'no key of it is left');
is(join(' ', map { $_->{id} } @{$t->api(GET => 'spaces')->{json}{spaces}}),
    'alpha default', 'nor is it listed');
is($t->api(GET => 'agents')->{status}, 200, 'the others are there');

$t->create('spaces/beta', { name => 'New' });
is_deeply($t->api(GET => 'agents', %beta)->{json}, { agents => [] },
    'a new one under its name is empty');

$t->done();


# message `number` of a client
sub telegram {
    my ($number, $user) = @_;

    return $t->hook(FakeTelegram::update($number, 'hello', id => $user),
        headers => { %{$beta{headers}}, 'X-Telegram-Bot-Api-Secret-Token' =>
        'hook-secret' });
}


sub visit {
    my $r = $t->post('/inbox/widget/site/session', %beta, json => {});

    return $r if $r->{status} != 201;
    return $t->post('/inbox/widget/site/messages', %beta,
        token => $r->{json}{token}, json => { text => 'hello' });
}
