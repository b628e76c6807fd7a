# Copyright (C) the ngx_inbox authors
#
# A Redis that wants a password, and an inbox in a database of its own: nothing
# gets lost elsewhere, a password that is not right any more says so without
# saying what it is, and when it is right again all goes on.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;

my $PASSWORD = 'open-sesame-7';

my $t = Test::Inbox->new(workers => 2, redis => { password => $PASSWORD,
    db => 3 }, http => 'inbox_redis_timeout 1s;')->start();
$t->telegram();


# it works, and only there

is($t->hook(FakeTelegram::update(1, 'Hello'))->{status}, 200, 'accepted');

my $rev = $t->api(GET => 'journal')->{json}{rev};
my $poll = $t->connect()->send(GET =>
    "/inbox/api/v1/journal?since=$rev&wait=50", token => $t->token);

ok($t->wait_for(sub { $t->parked() == 1 }), 'a poll waits');
$t->hook(FakeTelegram::update(2, 'Again'));
is($poll->read(10)->{json}{chats}[0]{last_message}{text}, 'Again',
    'and is woken');

my $info = $t->redis->call('INFO', 'keyspace');

like($info, qr/^db3:/m, 'what is stored is in its database');
is_deeply([$info =~ /^(db\d+):/mg], ['db3'], 'and nowhere else');


# the password is changed

$t->redis->call(qw(CONFIG SET requirepass), 'another-1');
$t->redis->call(qw(CLIENT KILL TYPE normal SKIPME yes));
$t->redis->call(qw(CLIENT KILL TYPE pubsub));

my $update = FakeTelegram::update(3, 'Lost?');

ok($t->wait_for(sub { $t->hook($update)->{status} == 503 }), 'refused');

my $r = $t->hook($update);
is($r->{status}, 503, 'as long as it is not let in');
cmp_ok($r->{headers}{'retry-after'} // 0, '>', 0, 'to be tried again');

ok($t->wait_for(sub { $t->log =~ /WRONGPASS/ }), 'the log says why');
unlike($t->log, qr/\Q$PASSWORD\E/, 'but not with what');

$poll->send(GET => "/inbox/api/v1/journal?since=$rev&wait=5",
    token => $t->token);
is($poll->read(10)->{status}, 503, 'a new poll is told at once');


# and is right again

$t->redis->call(qw(CONFIG SET requirepass), $PASSWORD);
ok($t->wait_for(sub { $t->hook($update)->{status} == 200 }), 'accepted');
ok($t->wait_for(sub { ($t->api(GET => 'journal')->{json}{chats}[0]
    {last_message}{text} // '') eq 'Lost?' }), 'and there');

$t->done();
