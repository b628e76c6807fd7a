# Copyright (C) the ngx_inbox authors
#
# A message that was too much for a platform's webhook: shown at once as it
# came, with a sign that there is more; the rest is fetched and takes its place
# while somebody looks.  Whatever the platform does, the message is never lost,
# never doubled and never unread twice.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakePeople;
use Test::Inbox;
use Test::Inbox::HTTP;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output);

my $MORE = 'there is more in VK';
my $events = 0;
my $json = JSON::PP->new->ascii->canonical;
my $jpeg = "\xff\xd8\xff\xe0" . 'j' x 3000;
my $fake = FakePeople->new('vk');
my $known = $FakePlatform::KNOWN{vk};
my %conf = (lookups => 8, workers => 2, http => 'inbox_send_timeout 5s;',
    apis => { vk => $fake->origin });
my $t = Test::Inbox->new(%conf)->start();

$t->create('channels/vk', { kind => 'vk', credentials => { access_token =>
    $known->{token}, secret => 's', confirmation => 'c',
    community_id => $known->{account} } });
$fake->file("/pic/$_" => { reply => "$jpeg$_" }) for 1 .. 3;


# it comes while somebody looks

holds(101, 1, whole(1, 3));
my $body = cropped(101, 1);
my $chat = of(101);
is_deeply(shown(101), ['see', [undef, $MORE]], 'shown at once, with a sign');
ok($t->wait_for(sub { asked('101-1') == 1 }), 'the platform is asked');
my ($call) = grep { $_->{path} =~ /getByConversationMessageId/ } $fake->calls;
is_deeply({ map { $_ => FakePlatform::form($call->{body})->{$_} }
    qw(peer_id conversation_message_ids) },
    { peer_id => 101, conversation_message_ids => 1 }, 'for this one');

$t->api(POST => "chats/$chat->{id}/take");
$t->api(POST => "chats/$chat->{id}/read",
    json => { up_to => message(101)->{id} });
hook($body);
my $before = of(101);
is($before->{last_message}{attachments}, 2, 'as much as has come');
my $page = $t->api(GET => "chats/$chat->{id}/messages")->{json};
my @polls = map { parked($_) } "chats/$chat->{id}/messages?since=$page->{rev}",
    "journal?since=" . $t->api(GET => 'journal')->{json}{rev};
$fake->release('who 101-1');
my ($news, $list) = map { JSON::PP->new->utf8->decode($_->{body}) }
    Test::Inbox::HTTP::together(20, @polls);
my ($m) = @{ $news->{messages} };
is_deeply([$m->{text}, map { $_->{type} } @{ $m->{attachments} }],
    ['see all', 'image', 'image', 'image'], 'a parked poll brings all of it');
is($m->{edited_at}, undef, 'which is no edit');
is($list->{chats}[0]{last_message}{text}, 'see all', 'the list changes');
is($list->{chats}[0]{last_message}{attachments}, 3, 'and its number of files');
is(of(101)->{unread}, 0, 'what was read is not unread again');
is(of(101)->{updated_at}, $before->{updated_at}, 'nor is it new');
for my $i (1 .. 3) {
    ok($t->get($m->{attachments}[$i - 1]{url}, token => $t->token)->{body}
        eq "$jpeg$i", "file $i is fetched through us");
}
is(asked('101-1'), 1, 'asked once, for two deliveries');
hook($body);
is_deeply([pending(of(101)->{id})], [], 'and a third asks nothing');
is(shown(101)->[0], 'see all', 'nor takes anything away');


# what is ours, written in VK itself

$fake->person('101-2' => whole(2, 2));
hook(body(101, 2, type => 'message_reply', out => 1));
ok($t->wait_for(sub { shown(101)->[0] eq 'see all' && message(101)->{from}
    eq 'agent' }), 'an echo becomes whole');


# platforms that misbehave

my %bad = (201 => { act => 'garbage' }, 202 => { act => 'close' },
    203 => { act => 'hang' }, 204 => { act => 'reset' },
    205 => { error => [10, 'Internal server error'] });
$fake->person("$_-1" => $bad{$_}) for keys %bad;
cropped($_, 1) for sort keys %bad;
ok($t->wait_for(sub { later() == keys %bad }, 30),
    'trouble that may pass waits for half a minute');
is_deeply(shown($_), ['see', [undef, $MORE]], "the sign stays: $_")
    for sort keys %bad;
$fake->person("$_-1" => whole(1, 2)) for keys %bad;
due();
ok($t->wait_for(sub { !grep { shown($_)->[0] ne 'see all' } keys %bad }, 30),
    'and comes when the platform is well');
is_deeply([pending()], [], 'nothing is left to be asked');

my %never = (211 => { error => [917, "You don't have access to this chat"] },
    212 => { items => [] }, 213 => { items => [message_of(213, 9)] },
    214 => { items => [{ conversation_message_id => 1, text => '' }] });
$fake->person("$_-1" => $never{$_}) for keys %never;
cropped($_, 1) for sort keys %never;
ok($t->wait_for(sub { 4 == grep { asked("$_-1") } keys %never }), 'refused');
ok($t->wait_for(sub { !pending() }), 'a no is the end');
is_deeply(shown($_), ['see', [undef, $MORE]], "and the sign stays: $_")
    for sort keys %never;

$fake->person('221-1' => { error => [5, 'User authorization failed'] });
cropped(221, 1);
ok($t->wait_for(sub {
    ($t->api(GET => 'channels/vk/health')->{json}{last_error}{in} // '')
        eq 'message' }), 'the health of the channel tells of a bad token');
$fake->person('221-1' => whole(1, 2));
$t->redis->call('HDEL', key('health:vk'), 'asks_at');
due();
ok($t->wait_for(sub { shown(221)->[0] eq 'see all' }), 'until it is good again');

$fake->person('231-1' => whole(1, 2, is_cropped => JSON::PP::true));
cropped(231, 1);
ok($t->wait_for(sub { shown(231)->[0] eq 'see all' }), 'what is cropped again');
is(shown(231)->[1][-1], $MORE, 'still says so');


# what happens meanwhile

holds(301, 1, whole(1, 2));
cropped(301, 1);
ok($t->wait_for(sub { asked('301-1') }), 'asked');
hook(body(301, 1, type => 'message_edit', text => 'edited', is_cropped =>
    JSON::PP::false, update_time => int time));
$fake->release('who 301-1');
ok($t->wait_for(sub { !pending(of(301)->{id}) }), 'answered too late');
is(shown(301)->[0], 'edited', 'an edit counts more');

holds(302, 1, whole(1, 2));
cropped(302, 1);
ok($t->wait_for(sub { asked('302-1') }), 'asked');
my $n = of(302)->{id};
is($t->api(DELETE => "contacts/$n")->{status}, 204, 'erased');
$fake->release('who 302-1');
is_deeply([pending($n)], [], 'with what was to be asked');
$fake->person('303-1' => whole(1, 2));
cropped(303, 1);
ok($t->wait_for(sub { shown(303)->[0] eq 'see all' }), 'others go on');
is_deeply([grep { $_ !~ /:gone$|:feed|:doomed$/ } map { m{:$n(?::|$)} ? $_ : () }
    @{ $t->redis->call('KEYS', key('*')) }], [], 'nothing of it comes back');


# a worker dies of it; a reload while it is asked for; another node

holds(401, 1, whole(1, 2));
cropped(401, 1);
ok($t->wait_for(sub { asked('401-1') }), 'asked');
my @workers = $t->workers();
$t->allow(qr/exited on signal 9/);
kill 'KILL', @workers;
ok($t->wait_for(sub { my %old = map { $_ => 1 } @workers;
    (grep { !$old{$_} } $t->workers()) == 2 }), 'its worker is killed');
$fake->person('401-1' => whole(1, 2));
ok($t->redis->call('ZSCORE', key('lookups'), of(401)->{id} . '-1') > time * 1e6,
    'the lease is held');
due();
ok($t->wait_for(sub { shown(401)->[0] eq 'see all' }), 'another one asks again');

holds(402, 1, whole(1, 2));
cropped(402, 1);
ok($t->wait_for(sub { asked('402-1') }), 'asked');
ok($t->reload(), 'a new configuration');
$fake->person('402-1' => whole(1, 2));
$fake->release('who 402-1');
due();
ok($t->wait_for(sub { shown(402)->[0] eq 'see all' }, 30), 'changes nothing');

my $node = Test::Inbox->new(%conf, store => $t->redis->address,
    provision => 0)->start();
my @many = 501 .. 524;
$fake->person("$_-1" => whole(1, 2)) for @many;
my @answers = $t->parallel(map { [POST => '/inbox/hook/vk', body => body($_, 1),
    type => 'application/json'] } @many);
is(scalar(grep { $_ && $_->{status} == 200 } @answers), 24, '24 at once');
ok($t->wait_for(sub { !pending() }, 60), 'all of them are asked for');
my $vain = $t->log . $node->log;
is_deeply({ map { $_ => asked("$_-1") } @many }, { map { my $n = of($_)->{id};
    $_ => 1 + (() = $vain =~ /chat "$n-1" try/g) } @many },
    'once each, and again where no answer came in time');
is_deeply([grep { shown($_)->[0] ne 'see all' } @many], [], 'and whole');
$node->{cleaned} = 1;
ok($node->stop(), 'the second node ends in time');
is_deeply([$node->complaints()], [], 'and complains of nothing');


# an admin who wants nothing asked

my $off = Test::Inbox->new(%conf, lookups => 0, store => $t->redis->address,
    provision => 0)->start();
is($off->post('/inbox/hook/vk', body => body(601, 1),
    type => 'application/json')->{status}, 200, 'taken');
is_deeply([shown(601), asked('601-1'), pending()], [['see', [undef, $MORE]], 0],
    'the sign says enough');
$off->{cleaned} = 1;
$off->stop();

$fake->stop();
unlike($t->log(), qr/\Q$known->{token}\E/, 'no token in the log');
$t->done();


sub key { return "inbox:{default}:$_[0]" }


# messages that are still asked for: of one chat, or of all
sub pending {
    my ($n) = @_;

    my $mine = defined $n ? qr/^$n-/ : qr/-/;

    return grep { /$mine/ } @{ $t->redis->call('ZRANGE', key('lookups'), 0, -1) };
}


# those that were asked for once, in vain, and wait for another time
sub later {
    return grep { /^1 - / } map { @{ $t->redis->call('HVALS', $_) } }
        @{ $t->redis->call('KEYS', key('whole:*')) };
}


# their time has come
sub due { $t->redis->call('ZADD', key('lookups'), 1, $_) for pending() }


sub asked {
    my ($what) = @_;

    return scalar grep { $_ eq $what } $fake->asked;
}


sub holds {
    my ($user, $number, $what) = @_;

    $fake->person("$user-$number" => { %$what, act => 'hold' });
}


sub message_of {
    my ($user, $number, %more) = @_;

    return { id => 900, date => int time, conversation_message_id => 0 + $number,
        from_id => 0 + $user, peer_id => 0 + $user, out => 0, random_id => 0,
        text => 'see all', attachments => [], %more };
}


# what the platform has of message number
sub whole {
    my ($number, $count, %more) = @_;

    return { items => [message_of(1, $number,
        attachments => [map { photo($_) } 1 .. $count], %more)] };
}


sub photo {
    my ($i) = @_;

    return { type => 'photo', photo => { id => 0 + $i, sizes => [{ type => 'x',
        url => $fake->origin . "/pic/$i", width => 9, height => 9 }] } };
}


sub body {
    my ($user, $number, %m) = @_;

    my $type = delete $m{type} // 'message_new';
    my $message = message_of($user, $number, text => 'see',
        attachments => [photo(1)], is_cropped => JSON::PP::true, %m);

    return $json->encode({ type => $type, event_id => 'e' . $events++,
        v => '5.199', group_id => 0 + $known->{account}, secret => 's',
        object => $type eq 'message_new' ? { message => $message } : $message });
}


sub hook {
    my ($body) = @_;

    my $r = $t->post('/inbox/hook/vk', body => $body, type => 'application/json');

    is($r->{status}, 200, 'taken') if $r->{status} != 200;
}


sub cropped {
    my $body = body(@_);

    hook($body);
    return $body;
}


sub of {
    my ($user) = @_;

    my ($chat) = grep { $_->{contact}{external_id} eq $user }
        @{ $t->api(GET => "journal?channel=vk&limit=200")->{json}{chats} };

    return $chat;
}


sub message {
    my ($user) = @_;

    my $messages = $t->api(GET => 'chats/' . of($user)->{id} . '/messages')
        ->{json}{messages};

    return (grep { $_->{kind} eq 'text' } @$messages)[-1];
}


# its words, and the names of what is attached
sub shown {
    my $m = message(@_);

    return [$m->{text}, [map { $_->{name} } @{ $m->{attachments} }]];
}


sub parked {
    my ($path) = @_;

    my $before = $t->parked();
    my $c = $t->connect();

    $c->send(GET => "/inbox/api/v1/$path&wait=20", token => $t->token);
    $t->wait_for(sub { $t->parked() == $before + 1 });
    return $c;
}
