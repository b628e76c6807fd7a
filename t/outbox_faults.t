# Copyright (C) the ngx_inbox authors
#
# Answers on their way to Telegram when things go wrong: there, on the way, in
# our own worker, in the store.  Each arrives, or says why not; those of one
# chat in order; and where nobody can know, the message says that as well.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;
use Time::HiRes qw(time);

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;

# seconds: of a send; its lease is ten more
my $TIMEOUT = 2;
my $DOUBT = qr/may have arrived twice/;

my $fake = FakeTelegram->new();
my $t = Test::Inbox->new(workers => 2, apis => { telegram => $fake->origin },
    http => "inbox_send_timeout ${TIMEOUT}s;")->start();
$t->telegram();

my $client = 500;


# in parallel: trouble of one chat is not that of another

my %busy = chat({ status => 429, retry_after => 2 });
my %broken = chat({ status => 500 }, { status => 502, reply => '<html>' });
my %hangs = chat({ act => 'hang' });
my %drops = chat({ act => 'close' });
my %garbage = chat({ act => 'garbage' });
my %flood = chat({ act => 'flood' });
my %reset = chat({ act => 'reset' });
my %elsewhere = chat({ status => 302,
    headers => 'Location: ' . $fake->origin . "/latest/meta-data\r\n" });
my %blocked = chat({ status => 403,
    description => 'Forbidden: bot was blocked by the user' });
my %fine = chat();

write_all($_, 'one', 'two', 'three')
    for \%fine, \%busy, \%broken, \%hangs, \%drops, \%garbage, \%flood,
    \%reset, \%elsewhere, \%blocked;

is_deeply(states(\%fine), ['sent', 'sent', 'sent'], 'no trouble: sent');
is_deeply([arrived(\%fine)], [qw(one two three)], 'in order');

is_deeply(states(\%busy), ['sent', 'sent', 'sent'], '429: sent');
is_deeply([arrived(\%busy)], [qw(one one two three)], 'in order, after it');
cmp_ok(pause(\%busy), '>=', 2, 'not before the time that Telegram asked for');
is(last_error(\%busy), undef, 'without a doubt');

is_deeply(states(\%broken), ['sent', 'sent', 'sent'], '500, 502: sent');
is_deeply([arrived(\%broken)], [qw(one one one two three)], 'in order');
is(last_error(\%broken), undef, 'without a doubt');

is_deeply(states(\%hangs), ['sent', 'sent', 'sent'], 'no answer: sent');
is_deeply([arrived(\%hangs)], [qw(one one two three)], 'in order');
like(last_error(\%hangs), $DOUBT, 'and the message says what we do not know');

is_deeply(states(\%drops), ['sent', 'sent', 'sent'], 'closed: sent');
like(last_error(\%drops), $DOUBT, 'and the same doubt');

is_deeply(states(\%garbage), ['sent', 'sent', 'sent'], 'garbage: sent');
like(last_error(\%garbage), $DOUBT, 'and the same doubt');

is_deeply(states(\%flood), ['sent', 'sent', 'sent'], 'a flood: sent');
is_deeply([arrived(\%flood)], [qw(one one two three)], 'in order');
like(last_error(\%flood), $DOUBT, 'and the same doubt');

is_deeply(states(\%reset), ['sent', 'sent', 'sent'], 'cut off: sent');
like(last_error(\%reset), $DOUBT, 'and the same doubt');

states(\%elsewhere);
is(scalar(grep { $_->{path} =~ /meta-data/ } $fake->calls()), 0,
    'nobody goes where a platform sends him');

is_deeply(states(\%blocked), ['failed', 'sent', 'sent'],
    'a final no is final, for that message');
is_deeply([arrived(\%blocked)], [qw(one two three)], 'and asked once');
like(last_error(\%blocked), qr/blocked by the user/, "in Telegram's words");


# nobody listens

my %refused = chat();

$fake->stop();
write_all(\%refused, 'one', 'two');
ok($t->wait_for(sub {
    $t->log =~ /inbox outbox: .* chat "$refused{id}" try 1/ }), 'refused');
is(message(\%refused, 0)->{delivery}, 'queued', 'and waits');
$fake->start();
is_deeply(states(\%refused), ['sent', 'sent'], 'sent when Telegram is back');
is_deeply([arrived(\%refused)], [qw(one two)], 'in order, each once');
is(last_error(\%refused), undef, 'without a doubt: nothing had arrived');


# an agent who looks at the chat sees it go

my %seen = chat({ act => 'hold', name => 'seen' });
my $rev = $t->api(GET => "chats/$seen{id}/messages")->{json}{rev};
my $poll = $t->connect();

write_all(\%seen, 'look');
is(look(), 'look queued', 'a poll shows it queued');
$poll->send(GET => "/inbox/api/v1/chats/$seen{id}/messages?since=$rev&wait=20",
    token => $t->token);
ok($t->wait_for(sub { $t->parked() == 1 }), 'then it waits');
$fake->release('seen');
like($poll->read(10)->{body}, qr/"text":"look".*"delivery":"sent"/,
    'and shows it sent');


# a reload while a send is on its way

my %reload = chat({ act => 'hold', name => 'reload' });

write_all(\%reload, 'one');
ok(on_its_way(\%reload, 1), 'a send is on its way');
ok($t->reload(), 'reloaded');
$fake->release('reload');
is_deeply(states(\%reload), ['sent'], 'the old worker sees it through');
is_deeply([arrived(\%reload)], ['one'], 'once');
is(last_error(\%reload), undef, 'without a doubt');


# the store is killed while a send is on its way

my %store = chat({ act => 'hold', name => 'store' });

write_all(\%store, 'one', 'two');
ok(on_its_way(\%store, 1), 'a send is on its way');
$t->redis->stop('KILL');
$fake->release('store');
ok($t->wait_for(sub { $t->get('/inbox/health')->{status} == 503 }),
    'the store is gone');
$t->redis->start();
ok($t->wait_for(sub {
    !grep { $t->get('/inbox/health')->{status} != 200 } 1 .. 20 }),
    'and comes back, to every worker');
is_deeply(states(\%store), ['sent', 'sent'], 'the outcome was kept for it');
is_deeply([arrived(\%store)], [qw(one two)], 'nothing was sent twice');
is(last_error(\%store), undef, 'so there is no doubt');


# the workers are killed while a send is on its way

my %killed = chat({ act => 'hang' });

write_all(\%killed, 'one', 'two');
ok(on_its_way(\%killed, 1), 'a send is on its way');
$t->allow(qr/exited on signal 9/);

my %old = map { $_ => 1 } $t->workers();

kill 'KILL', keys %old;
ok($t->wait_for(sub { 2 == grep { !$old{$_} } $t->workers() }),
    'all workers were killed');
is_deeply(states(\%killed), ['sent', 'sent'],
    'sent when the lease is over');
is_deeply([arrived(\%killed)], [qw(one one two)], 'in order');
like(last_error(\%killed), $DOUBT, 'and the message says that it may be twice');

$t->done();


# a chat of a new client, taken by us; what Telegram will say to the first calls
sub chat {
    my (@scripts) = @_;

    my $to = ++$client;

    $t->hook(FakeTelegram::update($to, 'Hello', id => $to));

    my ($chat) = @{$t->api(GET => 'journal')->{json}{chats}};

    $t->api(POST => "chats/$chat->{id}/take");
    $fake->next(map { { %$_, to => $to } } @scripts);

    return (id => $chat->{id}, to => $to, sent => []);
}


sub write_all {
    my ($chat, @texts) = @_;

    for my $text (@texts) {
        my $r = $t->api(POST => "chats/$chat->{id}/messages",
            json => { text => $text });

        push @{$chat->{sent}}, $r->{json}{id};
    }
}


# while the store is away nobody can tell
sub message {
    my ($chat, $n) = @_;

    my $list = $t->api(GET => "chats/$chat->{id}/messages")->{json}{messages};
    my ($m) = grep { $_->{id} eq $chat->{sent}[$n] } @{$list // []};

    return $m // { delivery => 'queued' };
}


# how the messages ended, when none is queued any more
sub states {
    my ($chat) = @_;

    my @all = 0 .. $#{$chat->{sent}};

    $t->wait_for(sub { !grep { message($chat, $_)->{delivery} eq 'queued' }
        @all }, 25);

    return [map { message($chat, $_)->{delivery} } @all];
}


# of the first message, which has met the trouble
sub last_error { return message($_[0], 0)->{error} }


# what Telegram was told to bring to the chat's client
sub calls_of {
    my ($chat) = @_;

    return grep { $_->{json}{chat_id} == $chat->{to} } $fake->calls();
}


sub arrived { return map { $_->{json}{text} } calls_of(@_) }


# seconds between the first two calls
sub pause {
    my ($first, $second) = calls_of(@_);

    return $second->{at} - $first->{at};
}


sub on_its_way {
    my ($chat, $n) = @_;

    return $t->wait_for(sub { calls_of($chat) == $n });
}


# what a poll says of the last message
sub look {
    my $r = $poll->send(GET =>
        "/inbox/api/v1/chats/$seen{id}/messages?since=$rev&wait=20",
        token => $t->token)->read(10)->{json};

    $rev = $r->{rev};

    return join ' ', @{$r->{messages}[-1]}{'text', 'delivery'};
}
