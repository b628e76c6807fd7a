# Copyright (C) the ngx_inbox authors
#
# What happens by itself: old closed chats go, a taken chat comes back when its
# agent has left and the client waits, and the host sees how many polls wait.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use POSIX qw(strftime);
use Test::More;
use Time::HiRes qw(time);

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox;

my $t = Test::Inbox->new(workers => 2)->start();
my $petro = $t->agent('petro');

$t->create('groups/support', { agents => ['petro', 'root'] });
visit($_) for 1 .. 3;


# 1 was closed long ago, 2 was taken long ago and waits, 3 is new

$t->api(POST => "chats/$_/take", token => $petro) for 1, 2;
$t->api(POST => 'chats/1/close', token => $petro);

my $long_ago = sprintf '%.0f', (time() - 40 * 86400) * 1e6;
$t->redis->call('ZADD', 'inbox:{default}:order:s:inactive', $long_ago, 1);
$t->redis->call('ZADD', 'inbox:{default}:order:w', $long_ago, 2);
$t->redis->call('EVAL', <<'END', 1, 'inbox:{default}:chat:2',
local hot = {cmsgpack.unpack(redis.call('HGET', KEYS[1], 'hot'))}
hot[11] = ARGV[1]
redis.call('HSET', KEYS[1], 'hot', cmsgpack.pack(unpack(hot)))
END
    strftime('"%Y-%m-%dT%H:%M:%S.000Z"', gmtime $long_ago / 1e6));

my $rev = $t->api(GET => 'journal')->{json}{rev};
my $c = $t->connect();
$c->send(GET => "/inbox/api/v1/journal?since=$rev&wait=50",
    token => $t->token);

ok($t->wait_for(sub { usage()->{parked} == 1 }), 'one poll waits');

my $space = $t->api(PUT => 'space', json => { name => 'Test', locale => 'en',
    plan => 'commercial', retention_days => 30, return_minutes => 5 });
is($space->{json}{retention_days}, 30, 'closed chats go after 30 days');
is($space->{json}{return_minutes}, 5, 'taken ones come back after 5 minutes');

my $told = $c->read(30)->{json};
ok(@{$told->{gone}} || @{$told->{chats}}, 'whoever waits is told');
ok($t->wait_for(sub { $t->api(GET => 'chats/1')->{status} == 404 }, 30),
    'the old chat is gone');
ok($t->wait_for(sub {
    $t->api(GET => 'chats/2')->{json}{status} eq 'unassigned' }, 30),
    'the waiting one is back');
is($t->api(GET => 'chats/2')->{json}{group}, 'support', 'in its group');
is($t->api(GET => 'chats/3')->{status}, 200, 'the new one is there');
ok($t->wait_for(sub { usage()->{parked} == 0 }), 'and nobody waits');
is(usage()->{chats}, 2, 'two chats are left');

is($t->api(PUT => 'space', json => { locale => 'en', plan => 'commercial',
    return_minutes => $_ })->{json}{code}, 'invalid', "not $_ minutes")
    for 0, 1441, 'ten';

$t->done();


sub usage { return $t->api(GET => 'spaces/default')->{json}{usage} }


sub visit {
    my $token = $t->post('/inbox/widget/site/session', json => {})
        ->{json}{token};

    $t->post('/inbox/widget/site/messages', token => $token,
        json => { text => 'hello' });
}
