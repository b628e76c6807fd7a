# Copyright (C) the ngx_inbox authors
#
# The same session on every way to the product: over HTTP, over TLS, over
# HTTP/2, and behind another nginx that proxies as nginx does when nobody has
# configured anything (HTTP/1.0, connection closed after each answer).

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

my $json = JSON::PP->new->utf8;
my %port = map { $_ => Test::Inbox::free_port() } qw(tls proxy);
my $fake = FakeTelegram->new();

my $t = Test::Inbox->new(workers => 2, apis => { telegram => $fake->origin },
    server => <<"SERVER", http => <<"HTTP");
        listen 127.0.0.1:$port{tls} ssl http2;
        ssl_certificate cert.pem;
        ssl_certificate_key key.pem;
SERVER
    server {
        listen 127.0.0.1:$port{proxy};
        location / { proxy_pass http://127.0.0.1:PORT; }
    }
HTTP

certificate();
$t->start();

my $number = 0;

session('HTTP', "http://127.0.0.1:$t->{port}", '--http1.1');
session('TLS', "https://127.0.0.1:$port{tls}", '-k', '--http1.1');
session('HTTP/2', "https://127.0.0.1:$port{tls}", '-k', '--http2');
session('a proxy', "http://127.0.0.1:$port{proxy}", '--http1.1');

$t->done();


# from the channel's first day to the answer that was sent, and a visitor's
sub session {
    my ($way, $origin, @options) = @_;

    my $bot = 'bot' . ++$number;
    my $call = caller_of($origin, @options);
    my @before = $fake->calls();

    subtest "over $way" => sub {
        my $r = $call->(PUT => "api/v1/channels/$bot", { kind => 'telegram',
            title => 'Bot', group => 'support',
            credentials => { token => "1:$bot", secret => 'hush' } })->();

        is($r->{status}, 201, 'a channel');
        is($r->{version}, $way eq 'HTTP/2' ? '2' : '1.1', 'over the protocol');

        my $rev = journal($call)->()->{json}{rev};
        my $poll = journal($call, "since=$rev&wait=30");

        parked(1);
        is($call->(POST => "hook/$bot", FakeTelegram::update($number, 'Hello',
            id => $number))->()->{status}, 200, 'a message comes');

        my ($chat) = @{$poll->()->{json}{chats}};

        is($chat->{last_message}{text}, 'Hello', 'the poll of the journal');
        is($call->(POST => "api/v1/chats/$chat->{id}/take")->()->{status}, 200,
            'the chat is taken');

        $rev = $call->(GET => "api/v1/chats/$chat->{id}/messages")->()
            ->{json}{rev};
        $poll = $call->(GET =>
            "api/v1/chats/$chat->{id}/messages?since=$rev&wait=30");
        parked(1);

        $r = $call->(POST => "api/v1/chats/$chat->{id}/messages",
            { text => 'Good day' })->();
        is($r->{json}{delivery}, 'queued', 'an answer');
        is($poll->()->{json}{messages}[0]{text}, 'Good day',
            'the poll of the chat');

        ok($t->wait_for(sub { $call->(GET =>
            "api/v1/chats/$chat->{id}/messages")->()
            ->{json}{messages}[-1]{delivery} eq 'sent' }), 'is sent');
        is(scalar $fake->calls(), @before + 1, 'once');

        visitor($call);

        $r = journal($call, 'since=' . journal($call)->()->{json}{rev}
            . '&wait=1')->();
        is_deeply($r->{json}{chats}, [], 'a poll ends when its time is over');
    };
}


sub visitor {
    my ($call) = @_;

    my $token = $call->(POST => 'widget/site/session', {})->()->{json}{token};
    my $m = $call->(POST => 'widget/site/messages', { text => 'Anybody?' },
        $token)->()->{json};

    is($m->{text}, 'Anybody?', 'a visitor writes');

    my $poll = $call->(GET => "widget/site/messages?since=$m->{rev}&wait=30",
        undef, $token);

    parked(1);
    $call->(POST => "api/v1/chats/$m->{chat}/take")->();
    $call->(POST => "api/v1/chats/$m->{chat}/messages", { text => 'Yes' })->();

    my $r = $poll->()->{json};

    is($r->{messages}[0]{text}, 'Yes', "the visitor's poll");
    is($call->(GET => "widget/site/messages?since=$r->{rev}", undef, $token)
        ->()->{json}{chat}, $m->{chat}, 'and a next request');
}


sub journal {
    my ($call, $query) = @_;

    return $call->(GET => 'api/v1/journal' . ($query ? "?$query" : ''));
}


sub parked {
    my ($n) = @_;

    ok($t->wait_for(sub { $t->parked() == $n }), 'waits');
}


# a function that starts a request and gives a function that has the answer
sub caller_of {
    my ($origin, @options) = @_;

    return sub {
        my ($method, $path, $data, $token) = @_;

        my @body = $data ? ('-d', $json->encode($data)) : ();

        open my $out, '-|', 'curl', '-s', '-m', 40, @options, '-X', $method,
            '-H', 'X-Telegram-Bot-Api-Secret-Token: hush',
            '-H', 'Content-Type: application/json', '-H', 'Authorization: '
            . 'Bearer ' . ($token // $t->token), @body,
            '-w', "\n%{http_code} %{http_version}", "$origin/inbox/$path"
            or die "curl: $!\n";

        return sub { return answer($out) };
    };
}


sub answer {
    my ($out) = @_;

    my $text = do { local $/; readline $out };

    close $out;

    my ($body, $status, $version) = $text =~ /^(.*)\n(\d+) (\S+)$/s;

    return { status => $status, version => $version,
        json => scalar eval { $json->decode($body) } };
}


sub certificate {
    my $dir = $t->dir;

    system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=inbox "
        . "-keyout $dir/key.pem -out $dir/cert.pem 2> /dev/null") == 0
        or die "openssl failed\n";
}
