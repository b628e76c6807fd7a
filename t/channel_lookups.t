# Copyright (C) the ngx_inbox authors
#
# Who writes to us, where a platform's webhook does not say: asked once, not in
# a burst, and never at the cost of a message; the title changes while somebody
# looks.  And his picture, which no browser gets from anybody but us.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use Digest::SHA qw(hmac_sha256_hex);
use File::Basename qw(dirname);
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakePeople;
use Test::Inbox;
use Test::Inbox::HTTP;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output);

my $json = JSON::PP->new->ascii->canonical;
my $jpeg = "\xff\xd8\xff\xe0" . 'j' x 3000;
my @kinds = qw(facebook instagram vk viber telegram);
my %fake = map { $_ => FakePeople->new($_) } @kinds;
my $canary = FakeTelegram->new();
my $known = \%FakePlatform::KNOWN;

my %conf = (lookups => 4, workers => 2, http => 'inbox_send_timeout 2s;',
    apis => { map { $_ => $fake{$_}->origin } @kinds });
my $t = Test::Inbox->new(%conf)->start();

for my $kind (qw(facebook instagram)) {
    $t->create("channels/$kind", { kind => $kind, group => 'support',
        credentials => { app_secret => $known->{$kind}{secret},
        verify_token => 'w', access_token => $known->{$kind}{token},
        account_id => $known->{$kind}{account} } });
}
$t->create('channels/vk', { kind => 'vk', credentials => { access_token =>
    $known->{vk}{token}, secret => 's', confirmation => 'c',
    community_id => $known->{vk}{account} } });
$t->create('channels/viber', { kind => 'viber',
    credentials => { token => $known->{viber}{token} } });
$t->telegram();


# a name and a picture, while somebody waits

$fake{facebook}->person(101 => { name => 'Олена Коваль', picture => '/pic/101',
    act => 'hold' });
$fake{facebook}->file('/pic/101' => { reply => $jpeg });
facebook(101, 'Привіт');
facebook(101, 'Є хтось?');
my $page = $t->api(GET => 'journal')->{json};
like($page->{chats}[0]{title}, qr/^Guest #/, 'a guest who has been heard');
ok($t->wait_for(sub { $fake{facebook}->asked }), 'the platform is asked');
my ($poll) = together("/inbox/api/v1/journal?since=$page->{rev}&wait=20");
$fake{facebook}->release('who 101');
my $news = (Test::Inbox::HTTP::together(20, $poll))[0];
my ($chat) = @{ JSON::PP->new->utf8->decode($news->{body})->{chats} };
is($chat->{title}, 'Олена Коваль', 'a parked poll hears his name');
is($chat->{contact}{avatar}{initials}, 'ОК', 'with initials');
my $url = $chat->{contact}{avatar}{url};
like($url, qr{^/inbox/api/v1/chats/$chat->{id}/files/\w+$}, 'and a picture');
is_deeply([$fake{facebook}->asked], [101], 'one question, for two messages');

my $r = $t->get($url, token => $t->token);
is($r->{status}, 200, 'the picture');
is($r->{headers}{'content-type'}, 'image/jpeg', 'by its bytes');
ok($r->{body} eq $jpeg, 'as it is');
$t->get($url, token => $t->token) for 1 .. 3;
is(scalar(grep { $_->{path} eq '/pic/101' } $fake{facebook}->calls), 1,
    'fetched once');
is($t->get($url)->{status}, 401, 'not for everybody');
unlike($t->api(GET => 'journal')->{body}, qr{/pic/101|\Q@{[$fake{facebook}->origin]}\E},
    'its address stays with us');

my @cached = glob "$t->{dir}/files/cache/*/*";
is(scalar @cached, 1, 'it lies in the cache');
$t->api(DELETE => "contacts/$chat->{id}");
ok($t->wait_for(sub { !-e $cached[0] }, 60), 'and goes with its contact');


# other kinds

$fake{vk}->person(202 => { name => 'Иван Петров' });
vk(202, 'Здравствуйте');
is(titled('vk', 202)->{title}, 'Иван Петров', 'VK');
is(of('vk', 202)->{contact}{avatar}{url}, undef, 'whose camera is no picture');
$fake{vk}->person(203 => { name => 'Ганна', picture => '/pic/203' });
vk(203, 'Вітаю');
like(pictured('vk', 203)->{contact}{avatar}{url}, qr/files/, 'but a photo is');
$fake{instagram}->person(303 => { name => 'Iryna', username => 'iryna.k' });
meta('instagram', 303, 'hi');
is(titled('instagram', 303)->{title}, 'Iryna', 'Instagram');

$fake{telegram}->person(404 => { picture => 'AgAC' });
$fake{telegram}->file("/file/bot$known->{telegram}{token}/photos/p.jpg" =>
    { reply => $jpeg });
$t->hook(FakeTelegram::update(1, 'hi', id => 404));
$chat = pictured('bot', 404);
is($chat->{title}, 'Olena K', 'Telegram tells names with messages');
ok($t->get($chat->{contact}{avatar}{url}, token => $t->token)->{body} eq $jpeg,
    'and pictures when it is asked');
like((grep { $_->{path} =~ /getFile/ } $fake{telegram}->calls)[0]{body},
    qr/AgAC-160/, 'one that is large enough, no larger');

viber('v1==', 'hi', name => 'Vira', avatar => $fake{viber}->origin . '/vpic');
$fake{viber}->file('/vpic' => { reply => $jpeg });
$chat = pictured('viber', 'v1==');
is($t->get($chat->{contact}{avatar}{url}, token => $t->token)->{status}, 200,
    'Viber sends both by itself');
is(scalar($fake{viber}->asked), 0, 'and is not asked');


# what platforms say in place of a name

my @never = ([100, 'Unsupported get request', 400, error_subcode => 33],
    [100, 'No profile', 400, error_subcode => 2018218],
    [230, 'User consent is required'], [9010, 'Not available']);
for my $i (0 .. $#never) {
    $fake{facebook}->person(500 + $i => { error => $never[$i] });
    facebook(500 + $i, 'hi');
}
ok($t->wait_for(sub { !waiting() }), 'four who are not known');
facebook(500 + $_, 'hi again') for 0 .. $#never;
ok(!waiting(), 'are not asked for again');
like(of('facebook', 500)->{title}, qr/^Guest/, 'and stay guests');

$fake{facebook}->person(600 => { act => 'garbage' });
$fake{facebook}->person(601 => { act => 'close' });
$fake{facebook}->person(602 => { error => [2, 'Service unavailable', 500] });
$fake{facebook}->person(603 => { act => 'hang' });
facebook($_, 'hi') for 600 .. 603;
ok($t->wait_for(sub { later() == 4 }, 30),
    'trouble that may pass waits for half a minute');
my $sent = $t->api(POST => 'chats/' . of('facebook', 603)->{id} . '/take');
is($sent->{status}, 200, 'and holds nobody back');
forget();

# a token: nothing of the client
$fake{facebook}->person(700 => { error => [190, 'Session has expired', 401] });
$fake{facebook}->person(701 => { name => 'Not Yet' });
facebook(700, 'hi');
ok($t->wait_for(sub {
    ($t->api(GET => 'channels/facebook/health')->{json}{last_error}{in} // '')
        eq 'profile' }), 'the health of the channel tells of a bad token');
facebook(701, 'hi');
vk(204, 'hi');
$t->wait_for(sub { grep { $_ == 204 } $fake{vk}->asked });
ok(!(grep { $_ == 701 } $fake{facebook}->asked), 'its other clients wait');
ok($t->wait_for(sub { waiting() == 2 }), 'and are not forgotten');
$t->redis->call('HDEL', key('health:facebook'), 'asks_at');
$t->redis->call('ZADD', key('lookups'), 1, of('facebook', 701)->{id});
is(titled('facebook', 701)->{title}, 'Not Yet', 'until it has passed');
forget();


# pictures that are none, and addresses that are nobody's business

my %bad = (801 => '/html', 802 => $canary->origin . '/x',
    803 => 'http://169.254.169.254/latest', 804 => '/away',
    805 => '/huge', 806 => '/gone', 807 => 'file:///etc/passwd');
$fake{facebook}->file('/html' => { reply => '<html><script>alert(1)</script>' });
$fake{facebook}->file('/away' => { status => 302,
    headers => 'Location: ' . $canary->origin . "/x\r\n", reply => '' });
$fake{facebook}->file('/gone' => { status => 403, reply => 'URL expired' });
$fake{facebook}->file('/huge' => { reply => $jpeg, more => 5_500_000 });
for my $id (sort keys %bad) {
    $fake{facebook}->person($id => { name => "P $id", picture => $bad{$id} });
    facebook($id, 'hi');
    my $c = pictured('facebook', $id);
    my $got = $t->get($c->{contact}{avatar}{url}, token => $t->token,
        timeout => 30);
    like($got->{status}, qr/^(404|502)$/, "no picture: $bad{$id}");
}
is(scalar($canary->calls), 0, 'nobody else was asked');
ok($t->wait_for(sub { !of('facebook', 806)->{contact}{avatar}{url} }),
    'one that is gone is shown no more');
ok($t->wait_for(sub { !of('facebook', 801)->{contact}{avatar}{url} }),
    'nor what is no picture');

# a link that has run out is asked for anew
$fake{facebook}->person(810 => { name => 'Renewed', picture => '/old' });
$fake{facebook}->file('/old' => { status => 403, reply => 'URL expired' });
facebook(810, 'hi');
$chat = pictured('facebook', 810);
$t->redis->call('HSET', key("chat:$chat->{id}"), 'looked',
    sprintf '%.0f', (time - 2 * 86400) * 1e6);
$fake{facebook}->person(810 => { name => 'Renewed', picture => '/new' });
$fake{facebook}->file('/new' => { reply => $jpeg });
is($t->get($chat->{contact}{avatar}{url}, token => $t->token)->{status}, 404,
    'a link that has run out');
ok($t->wait_for(sub { my $now = of('facebook', 810)->{contact}{avatar}{url};
    $now && $now ne $chat->{contact}{avatar}{url} }), 'has a new one');
ok($t->get(of('facebook', 810)->{contact}{avatar}{url}, token => $t->token)
    ->{body} eq $jpeg, 'with the picture');


# blocked

$fake{facebook}->person(900 => { act => 'hold', name => 'Late' });
facebook(900, 'hi');
ok($t->wait_for(sub { grep { $_ == 900 } $fake{facebook}->asked }), 'asked');
my $late = of('facebook', 900)->{id};
$t->api(POST => "contacts/$late/block");
$t->redis->call('ZADD', key('lookups'), 1, $late);

# another's message: the worker looks at once what is due
$fake{facebook}->person(901 => { name => 'Other' });
facebook(901, 'hi');
ok($t->wait_for(sub { !waiting() }), 'who is blocked meanwhile');
$fake{facebook}->release('who 900');
facebook(900, 'again');
is(scalar(grep { $_ == 900 } $fake{facebook}->asked), 1, 'is asked for no more');
ok(!of('facebook', 900)->{named}, 'nor called otherwise');


# a worker dies of it, and another node is there

$fake{vk}->person(1000 => { name => 'Killed Once', act => 'hold' });
vk(1000, 'hi');
ok($t->wait_for(sub { grep { $_ == 1000 } $fake{vk}->asked }), 'asked');
my @workers = $t->workers();
$t->allow(qr/exited on signal 9/);
kill 'KILL', @workers;
ok($t->wait_for(sub { my %old = map { $_ => 1 } @workers;
    (grep { !$old{$_} } $t->workers()) == 2 }), 'its worker is killed');
$fake{vk}->person(1000 => { name => 'Killed Once' });
my $n = of('vk', 1000)->{id};
ok($t->redis->call('ZSCORE', key('lookups'), $n) > time * 1e6,
    'the lease is held');
$t->redis->call('ZADD', key('lookups'), 1, $n);
is(titled('vk', 1000)->{title}, 'Killed Once', 'another one asks again');

my $node = Test::Inbox->new(%conf, store => $t->redis->address,
    provision => 0)->start();
my @many = 2001 .. 2200;
my @answers = $t->parallel(map { [POST => '/inbox/hook/vk',
    body => vk_body($_, 'hi'), type => 'application/json'] } @many);
is(scalar(grep { $_ && $_->{status} == 200 } @answers), 200,
    '200 new clients at once');
ok($t->wait_for(sub { !waiting() }, 60), 'all of them are asked for');
my %asked;
$asked{$_}++ for grep { $_ > 2000 } $fake{vk}->asked;
is_deeply([scalar keys %asked, scalar grep { $_ != 1 } values %asked], [200, 0],
    'once each');
$node->{cleaned} = 1;
ok($node->stop(), 'the second node ends in time');
is_deeply([$node->complaints()], [], 'and complains of nothing');

$_->stop() for values %fake, $canary;
unlike($t->log(), qr/\Q$known->{vk}{token}\E|\Q$known->{facebook}{token}\E/,
    'no token in the log');
$t->done();


sub key { return "inbox:{default}:$_[0]" }


sub waiting { return @{ $t->redis->call('ZRANGE', key('lookups'), 0, -1) } }


# who has been asked for once, in vain, and waits for another time
sub later {
    return grep { /^1 - / } @{ $t->redis->call('HVALS', key('looking')) };
}


sub forget { $t->redis->call('DEL', key('lookups'), key('looking')) }


sub of {
    my ($channel, $user) = @_;

    my ($chat) = grep { $_->{contact}{external_id} eq $user }
        @{ $t->api(GET => "journal?channel=$channel&limit=200")->{json}{chats} };

    return $chat;
}


sub titled {
    my ($channel, $user) = @_;

    $t->wait_for(sub { of($channel, $user)->{named} }, 20);
    return of($channel, $user);
}


sub pictured {
    my ($channel, $user) = @_;

    $t->wait_for(sub { of($channel, $user)->{contact}{avatar}{url} }, 20);
    return of($channel, $user);
}


sub together {
    my ($path) = @_;

    my $c = $t->connect();
    $c->send(GET => $path, token => $t->token);
    $t->wait_for(sub { $t->parked() == 1 });
    return $c;
}


sub facebook { return meta('facebook', @_) }


sub meta {
    my ($kind, $user, $text) = @_;

    my $ms = int(time * 1000);
    my $body = $json->encode({ object => $kind eq 'facebook' ? 'page' : $kind,
        entry => [{ id => $known->{$kind}{account}, time => $ms, messaging => [{
            sender => { id => "$user" },
            recipient => { id => $known->{$kind}{account} }, timestamp => $ms,
            message => { mid => 'm' . ++$main::n, text => $text } }] }] });
    my $r = $t->post("/inbox/hook/$kind", body => $body, headers => {
        'X-Hub-Signature-256' => 'sha256='
            . hmac_sha256_hex($body, $known->{$kind}{secret}) });

    is($r->{status}, 200, 'taken') if $r->{status} != 200;
}


sub vk_body {
    my ($user, $text) = @_;

    return $json->encode({ type => 'message_new', event_id => 'e' . ++$main::n,
        v => '5.199', group_id => 0 + $known->{vk}{account}, secret => 's',
        object => { message => { id => $main::n, date => int(time), out => 0,
            conversation_message_id => $main::n, from_id => 0 + $user,
            peer_id => 0 + $user, text => $text, attachments => [],
            random_id => 0 } } });
}


sub vk {
    my $r = $t->post('/inbox/hook/vk', body => vk_body(@_),
        type => 'application/json');

    is($r->{status}, 200, 'taken') if $r->{status} != 200;
}


sub viber {
    my ($user, $text, %sender) = @_;

    my $body = $json->encode({ event => 'message', timestamp => int(time * 1000),
        message_token => 574130000 + ++$main::n, sender => { id => $user,
        language => 'uk', country => 'UA', api_version => 1, %sender },
        message => { type => 'text', text => $text } });
    my $r = $t->post('/inbox/hook/viber', body => $body, headers => {
        'X-Viber-Content-Signature' => hmac_sha256_hex($body,
            $known->{viber}{token}) });

    is($r->{status}, 200, 'taken') if $r->{status} != 200;
}
