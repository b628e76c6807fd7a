# Copyright (C) the ngx_inbox authors
#
# Secrets stay where they belong: a whole conversation is held, refusals and
# failures on the way, and then the secrets are looked for: in what Redis is
# sent and keeps, in the logs at nginx's most talkative, in every answer, in the
# metrics and in the URLs of the log.

use strict;
use warnings;

use Cwd qw(abs_path);
use Digest::SHA qw(hmac_sha256_hex);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;

$ENV{TEST_DEBUG} = 1;

my $fake = FakeTelegram->new();
my $t = Test::Inbox->new(apis => { telegram => $fake->origin })->start();
my $monitor = monitor();

# who knows what
my %secret = (
    'the root token' => $t->token,
    "the bot's token" => '7:CanaryBotToken',
    "the webhook's secret" => 'CanaryHookSecret',
    'the identity secret' => 'CanaryIdentity',
    'the key' => Test::Inbox::slurp($t->dir . '/secret')
);
my @said;

$t->create('channels/bot', { kind => 'telegram', title => 'Bot',
    group => 'support', credentials => { token => $secret{"the bot's token"},
    secret => $secret{"the webhook's secret"} } });
$t->create('channels/site', { kind => 'site', title => 'Site',
    group => 'support', credentials =>
    { identity_secret => $secret{'the identity secret'} } });


# an agent, by token and by cookie

$secret{"an agent's token"} = $t->agent('petro');
$t->create('groups/support', { name => 'Support', agents => ['petro'] });

for my $whose ('the root token', "an agent's token") {
    my $r = $t->post('/inbox/api/v1/session',
        json => { token => $secret{$whose} });

    is($r->{status}, 204, "a session for $whose");
    my ($cookie) = $r->{headers}{'set-cookie'} =~ /inbox_session=([^;]+)/;
    like($r->{headers}{'set-cookie'}, qr/; HttpOnly; SameSite=Strict$/,
        'in a cookie that no script reads');

    $secret{"the session of $whose"} = $cookie;
    said(GET => 'api/v1/me', headers => { Cookie => "inbox_session=$cookie" });
    said(POST => 'api/v1/chats/1/take',
        headers => { Cookie => "inbox_session=$cookie" });
}


# a visitor, and one whom the site knows

for my $who ({}, { user_id => 'u1', user_hash =>
    hmac_sha256_hex('u1', $secret{'the identity secret'}) })
{
    my $name = "the visitor's token " . ($who->{user_id} // '');

    $secret{$name} = $t->post('/inbox/widget/site/session',
        json => $who)->{json}{token};
    $secret{"the user's hash"} = $who->{user_hash} if $who->{user_hash};

    said(POST => 'widget/site/messages', token => $secret{$name},
        json => { text => 'Hello' });
    said(GET => 'widget/site/messages', token => $secret{$name});
    said(GET => 'widget/site/messages?since=1&wait=1',
        token => $secret{$name});
}


# Telegram: taken, refused, answered, and answered by what is broken

hook(1, $secret{"the webhook's secret"});
hook(2, $secret{"the webhook's secret"} . 'x');

my ($chat) = grep { $_->{channel}{id} eq 'bot' }
    @{$t->api(GET => 'journal')->{json}{chats}};

said(POST => "api/v1/chats/$chat->{id}/take", token => $t->token);
$fake->next({ act => 'close' }, { status => 500 }, { act => 'garbage' });
said(POST => "api/v1/chats/$chat->{id}/messages", token => $t->token,
    json => { text => 'Good day' });
ok($t->wait_for(sub { $fake->calls() >= 4 }, 30), 'sent at last');


# whoever asks for what is secret

said(GET => "api/v1/$_", token => $t->token)
    for 'me', 'agents', 'agents/petro', 'agents/petro/tokens', 'channels',
    'channels/bot', 'channels/bot/health', 'channels/bot/events',
    'channels/site', 'journal', 'inbox', 'space', 'audit',
    "chats/$chat->{id}/messages", 'spaces/default';
said(GET => "api/v1/$_", token => $secret{"an agent's token"})
    for 'channels', 'channels/bot', 'agents/petro/tokens', 'space';
said(GET => $_) for 'metrics', 'health', 'widget/site', 'widget/site/frame';
said(PUT => 'api/v1/channels/bot', token => $t->token, json => {
    kind => 'telegram', title => '', credentials => {
    token => $secret{"the bot's token"}, secret => { a => 'b' } } });
said(POST => 'api/v1/session', json => { token => "$secret{$_}x" })
    for sort keys %secret;
said(GET => 'api/v1/me', token => "$secret{$_}x") for sort keys %secret;


# the store goes away in the middle of it

$t->redis->stall();
my @waiting = map { $t->connect()->send(@$_) }
    [POST => '/inbox/api/v1/session', json => { token => $t->token }],
    [GET => '/inbox/widget/site/messages',
        token => $secret{"the visitor's token "}];

$t->redis->resume();
push @said, $_->read()->{head} for @waiting;


# where are they now?

my %places = (
    'the answers' => join("\n", @said),
    'what Redis was told' => $monitor->(),
    'what Redis keeps' => dump_of($t->redis),
    'the access log' => Test::Inbox::slurp($t->dir . '/access.log'),
    'our lines of the error log' => join("\n", grep {
        /\[(?!debug)\w+\]|: (\*\d+ )?inbox / } split /\n/, $t->log())
);

for my $place (sort keys %places) {
    cmp_ok(length $places{$place}, '>', 500, "$place: there is something");

    my @found = grep { index($places{$place}, $secret{$_}) >= 0 }
        sort keys %secret;

    is_deeply(\@found, [], "$place: no secret");
}

$t->done();


# asks, and remembers the whole answer
sub said {
    my ($method, $path, %o) = @_;

    my $r = $t->request($method, "/inbox/$path", %o);

    ok($r && $r->{status} < 500, "$method $path") or return;
    push @said, $r->{head}, $r->{body};
}


sub hook {
    my ($number, $given) = @_;

    said(POST => 'hook/bot', json => FakeTelegram::update($number, 'hi'),
        headers => { 'X-Telegram-Bot-Api-Secret-Token' => $given });
}


# all that any client says to Redis from now on; call it to have it
sub monitor {
    my $client = IO::Socket::UNIX->new(Peer => $t->dir . '/redis.sock');
    my $heard = '';

    print $client "MONITOR\r\n";
    $client->flush;
    readline $client;

    return sub {
        $t->redis->call(PING => 'the-end');

        while ($heard !~ /the-end/) {
            sysread $client, $heard, 65536, length $heard or last;
        }

        return $heard;
    };
}


# every key with all that is in it
sub dump_of {
    my ($redis) = @_;

    my %read = (string => ['GET'], hash => ['HGETALL'], set => ['SMEMBERS'],
        list => ['LRANGE', 0, -1], zset => ['ZRANGE', 0, -1]);

    return join "\n", map {
        my ($word, @range) = @{$read{$redis->call(TYPE => $_)}};
        my $value = $redis->call($word, $_, @range);

        $_, ref $value ? @$value : $value
    } @{$redis->call(KEYS => '*')};
}
