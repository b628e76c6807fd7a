# Copyright (C) the ngx_inbox authors
#
# The same over TLS, and over HTTP/2, where a poll is a stream among others.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use ParkTest;

eval { require IO::Socket::SSL; 1 } or plan skip_all => 'no IO::Socket::SSL';

my $t = ParkTest->new(tls => 1, level => 'debug')->start();
my $gone = 0;


# TLS

my $c = $t->poll('topic=a', tls => 1);

$t->settled(1);
$t->get('/notify?topic=a');
like($c->response()->{body}, qr/why=notice/, 'woken');

for my $i (1 .. 3) {
    $c->request('GET', '/poll?topic=a');
    $t->settled(1);
    $t->get('/notify?topic=a');
    like($c->response()->{body}, qr/why=notice/, "the connection lives, $i");
}

$c->request('GET', '/plain');
is($c->response()->{body}, "plain\n", 'an ordinary request on it');

$c->request('GET', '/poll?topic=a&wait=200');
like($c->response()->{body}, qr/why=timeout/, 'time is up');


# more than it should

$c->request('GET', '/poll?topic=a');
$t->settled(1);
$c->request('GET', '/plain');
like($c->response()->{body}, qr/why=timeout/, 'answered early');
is($c->response()->{body}, "plain\n", 'and what came meanwhile');


# leaves

for my $way (qw(fin rst half_close)) {
    my $client = $t->poll('topic=a', tls => 1);

    $t->settled(1);
    $client->$way();
    $gone++;
    $t->until_true('noticed', sub { $t->stat()->{gone} == $gone });
    is($t->stat()->{parked}, 0, "left: $way");
}

my $detached = () = $t->error_log() =~ /inbox park detach/g;
is($detached, 9, 'all were detached');


# HTTP/2

SKIP: {
    skip 'no curl that speaks HTTP/2', 5 if `curl --version` !~ /\bHTTP2\b/;

    my $h2 = curl('/poll?topic=a');

    $t->settled(1);
    $t->get('/notify?topic=a');
    is(answer($h2), "why=notice wakes=1 topic=a origin=- encoding=-\n2 200",
       'HTTP/2: woken');

    like(answer(curl('/poll?topic=a&wait=200')), qr/why=timeout.*2 200/s,
         'HTTP/2: time is up');

    $h2 = curl('/poll?topic=a&at_once=1', '/poll?topic=a');
    $t->settled(2);
    $t->get('/notify?topic=a');
    is(scalar(() = answer($h2) =~ /why=notice/g), 2,
       'HTTP/2: two on one connection');

    $h2 = curl('/poll?topic=a');
    $t->settled(1);
    kill 'KILL', $h2->{pid};
    answer($h2);
    $gone++;
    $t->until_true('noticed', sub { $t->stat()->{gone} == $gone });
    is($t->stat()->{parked}, 0, 'HTTP/2: the client may leave');

    $h2 = curl('/hold?ask=5000');
    $t->until_true('asks', sub { $t->stat()->{asks} });
    kill 'KILL', $h2->{pid};
    answer($h2);
    $gone++;
    $t->until_true('noticed', sub { $t->stat()->{gone} == $gone });
    is($t->stat()->{asks}, 0, 'HTTP/2: from a held request too');
}

my $s = $t->stat();
is("$s->{parked} $s->{asks}", '0 0', 'nothing is left over');

$t->stop();

done_testing();


sub curl {
    my (@uris) = @_;

    my $origin = "https://127.0.0.1:$t->{port}{tls}";
    my $pid = open my $out, '-|', 'curl', '-sk', '--http2', '-m', 20,
        '-Z', '--stderr', '/dev/null',
        '-w', '%{http_version} %{http_code}', map { "$origin$_" } @uris;

    die "curl: $!" unless $pid;

    return { pid => $pid, out => $out };
}


sub answer {
    my ($curl) = @_;

    local $/;
    my $text = readline $curl->{out};
    close $curl->{out};

    return $text;
}
