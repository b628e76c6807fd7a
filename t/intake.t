# Copyright (C) the ngx_inbox authors
#
# What webhooks of a channel bring while the store is busy goes to it together:
# in few calls, each message once, in the order of its sender; nobody harms who
# travels with him; and whoever waits is answered, whatever happens meanwhile.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;

my $CROWD = 100;
my %SECRET = ('X-Telegram-Bot-Api-Secret-Token' => 'hook-secret');

my $t = Test::Inbox->new(http => 'inbox_redis_timeout 5s;')->start();
my $number = 0;

$t->telegram();
$t->create('channels/other', { kind => 'telegram', title => 'Other',
    group => 'support', credentials => { token => '124:bot',
    secret => 'hook-secret' } });

# the worker knows both channels
$t->hook(update(1, 'before'));
post('other', 1)->read(10);


# together

my $before = calls();
my @waiting = stalled(sub { map { post('bot', $_) } 1 .. $CROWD });

push @waiting, map { post('other', $_) } 1 .. $CROWD;
$t->get('/inbox/');
$t->redis->resume();
is_deeply([statuses(@waiting)], [200 => 2 * $CROWD], 'all are stored');
cmp_ok(calls() - $before, '<', 20, 'in few calls');

my %seen;

for my $chat (@{$t->api(GET => 'journal?limit=200')->{json}{chats}}) {
    $seen{$chat->{channel}{id}} += () = texts($chat->{id});
}

is_deeply(\%seen, { bot => $CROWD + 1, other => $CROWD + 1 }, 'each once');


# in the order of those who write

my $one = 5000;

@waiting = stalled(sub { map { post('bot', $one, "line $_") } 1 .. 50 });
$t->redis->resume();
is_deeply([statuses(@waiting)], [200 => 50], 'fifty of one client');

my ($chat) = @{$t->api(GET => 'journal')->{json}{chats}};
is_deeply([texts($chat->{id})], [map { "line $_" } 1 .. 50], 'in order');
is($chat->{unread}, 50, 'all unread');


# one whom the store cannot take harms nobody

my $odd = 6000;

post('bot', $odd)->read(10);
($chat) = @{$t->api(GET => 'journal')->{json}{chats}};
$t->redis->call(RENAME => "inbox:{default}:log:$chat->{id}", 'kept');
$t->redis->call(SET => "inbox:{default}:log:$chat->{id}", 'odd');
$t->allow(qr/WRONGTYPE|Redis answered/);

@waiting = stalled(sub { map { post('bot', $_, 'beside') }
    6001 .. 6010, $odd, 6011 .. 6020 });
$t->redis->resume();
is_deeply([map { $_->{status} } Test::Inbox::HTTP::together(10, @waiting)],
    [(200) x 10, 503, (200) x 10], 'only he is refused');
is(scalar(grep { texts($_->{id}) eq 'beside' }
    @{$t->api(GET => 'journal?limit=200')->{json}{chats}}), 20,
    'the others are stored, once');

$t->redis->call(DEL => "inbox:{default}:log:$chat->{id}");
$t->redis->call(RENAME => 'kept', "inbox:{default}:log:$chat->{id}");
is(post('bot', $odd, 'at last')->read(10)->{status}, 200,
    'and he is, when it can');


# when it takes nothing from anybody, it is not asked for each of them

$t->redis->call(CONFIG => SET => 'maxmemory', 1);
$t->allow(qr/Redis answered "OOM/);
$before = calls();
@waiting = stalled(sub { map { post('bot', $_, 'too much') } 1 .. $CROWD });
$t->redis->resume();
is_deeply([statuses(@waiting)], [503 => $CROWD], 'no memory: all are refused');
cmp_ok(calls() - $before, '<', 10, 'at once');
$t->redis->call(CONFIG => SET => 'maxmemory', 0);
is(post('bot', 1, 'again')->read(10)->{status}, 200, 'and taken when there is');


# the settings change on the way

@waiting = stalled(sub {
    my @first = map { post('bot', $_, 'old') } 7001 .. 7010;
    my $put = $t->connect();

    $put->send(PUT => '/inbox/api/v1/channels/bot', token => $t->token,
        json => { kind => 'telegram', title => 'Bot 2', group => 'support' });
    return (@first, $put, map { post('bot', $_, 'new') } 7011 .. 7020);
});
$t->redis->resume();
is_deeply([statuses(@waiting)], [200 => 21], 'a change of the channel');


# some leave

@waiting = stalled(sub { map { post('bot', $_) } 8001 .. 8050 });
$waiting[2 * $_]->close() for 0 .. 24;
is($t->get('/inbox/')->{status}, 200, 'the worker has seen them go');
$t->redis->resume();
is_deeply([statuses(grep { $_->{socket} } @waiting)], [200 => 25],
    'the others are answered');


# a reload

@waiting = stalled(sub { map { post('bot', $_) } 9001 .. 9100 });

my ($old) = $t->workers();

kill 'HUP', $t->{pid};
ok($t->wait_for(sub { $t->log() =~ /gracefully shutting down/ }),
    'the worker is told to leave');
$t->redis->resume();
is_deeply([statuses(@waiting)], [200 => 100], 'all are answered');
ok($t->wait_for(sub { !kill 0, $old }), 'then it leaves');


# the store dies

@waiting = stalled(sub { map { post('bot', $_) } 10001 .. 10100 });
$t->redis->stop('KILL');
is_deeply([statuses(@waiting)], [503 => 100], 'nobody waits for ever');
$t->redis->start();
ok($t->wait_for(sub { post('bot', 10001)->read(10)->{status} == 200 }),
    'and it goes on');

$t->done();


sub update {
    my ($user, $text) = @_;

    return FakeTelegram::update(++$number, $text, id => $user,
        first_name => "U$user");
}


# a webhook on its way
sub post {
    my ($channel, $user, $text) = @_;

    my $connection = $t->connect();

    $connection->send(POST => "/inbox/hook/$channel",
        json => update($user, $text // 'hello'), headers => \%SECRET);

    return $connection;
}


# what is sent while the store does not answer; it arrived before this returns
sub stalled {
    my ($send) = @_;

    $t->redis->stall();

    my @sent = $send->();

    $t->get('/inbox/');

    return @sent;
}


# how often each status came
sub statuses {
    my %n;

    $n{$_ ? $_->{status} : 'none'}++
        for Test::Inbox::HTTP::together(20, @_);

    return %n;
}


# of the clients of a chat; in a scalar, joined
sub texts {
    my ($id) = @_;

    my @texts = map { $_->{text} } grep { $_->{from} eq 'client' }
        @{$t->api(GET => "chats/$id/messages?limit=200")->{json}{messages}};

    return wantarray ? @texts : join ' ', @texts;
}


sub calls { return $t->metric('inbox_store_calls_total', qr/ingest/) }
