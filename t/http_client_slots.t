# Copyright (C) the ngx_inbox authors
#
# The worker runs out of connections: sends are refused with words, none hangs,
# none takes others with it, and everything recovers.  Also on an event method
# that is not epoll, and what certificates must be.

use strict;
use warnings;

use FindBin qw($Bin);
use lib "$Bin/lib";

use Test::More;

use HttpClient;
use Test::Inbox::HTTP;

my $p = HttpClient::Platform->new();
my $o = $p->origin;
my $tls = HttpClient::Platform::free_port();

my $t = HttpClient->new(apis => [$o, "https://127.0.0.1:$tls"],
    connections => 32,
    # our own clients may meet the end of the table before our sends do
    allow => [qr/worker_connections are not enough/]);

$t->{server} = tls_server();
$t->start();

my ($r, @all);


# sends that hang take what there is

@all = map { $t->begin("$o/hang", timeout => 20000, n => 8) } 1 .. 2;
ok($t->wait_for(sub { $p->count('/hang') == 16 }), 'sends hang');

push @all, $t->begin("$o/hang", timeout => 20000, n => 6);
ok($t->wait_for(sub { $p->count('/hang') == 22 }), 'and some more');
$r = $t->call("$o/hang", timeout => 20000, n => 8);
is("$r->{rc}: $r->{error}", 'declined: too few free connections',
    'new ones are refused before they leave');

$_->close() for @all;
ok($t->wait_for(sub { $t->in_flight() == 0 }), 'they end');
is($t->call("$o/ok")->{body}, 'hello', 'and there is room again');


# kept connections are there, but nothing to watch them with

my %seen;

# what is free when the sends start depends on when nginx notices who has left:
# every number is tried, and tried again
for my $taken ((10 .. 26) x 6) {
    @all = map { $t->begin("$o/late?30") } 1 .. 8;
    see($_->read(10)) for @all;
    $_->close() for @all;

    # half a request each: nginx cannot take these connections back
    my @half = map {
        Test::Inbox::HTTP->new($t->{port})->write("GET /gif HTTP/1.1\r\nX: ")
    } 1 .. $taken;

    see($t->begin("$o/ok", n => 8, timeout => 3000)->read(10));

    $_->close() for @half;
    $t->wait_for(sub { defined $t->in_flight() });

    last if $taken == 26 && $seen{'too few free connections'};
}

ok($seen{'ok'} && $seen{'too few free connections'},
    'some are sent, some are refused') or diag(explain(\%seen));
is(join(' ', grep { !/^(ok|no answer|not started|too few .*)$/ } keys %seen),
    '', 'none hangs');
like($t->log(), qr/no free connection to watch/,
    'also where only the watch was missing');

ok($t->wait_for(sub { $t->in_flight() == 0 }), 'all have ended');
is($t->call("$o/ok")->{body}, 'hello', 'and there is room again');


# who is called must be who he says

SKIP: {
    skip 'no openssl', 2 if !$tls;

    $r = $t->call("https://127.0.0.1:$tls/gif");
    is("$r->{rc}: $r->{error}", 'declined: certificate not accepted',
        'a certificate that nobody has signed is refused');
    is($t->in_flight(), 0, 'and the send has ended');

    # curl leaves its errors in OpenSSL's queue, where nginx took them for its
    # own and raised an alert: done() looks for that
    $t->call("https://127.0.0.1:$tls/gif") for 1 .. 3;
}


# another event method

for my $method ('poll', 'select') {
    my $other = HttpClient->new(apis => [$o], method => $method)->start();

    @all = map { $other->begin("$o/split") } 1 .. 20;
    is(scalar(grep { HttpClient::outcome($_->read(10))->{body} ne 'split' }
        @all), 0, "20 at once with $method");

    $r = $other->call("$o/hang", timeout => 200);
    is($r->{error}, 'timed out', "a hanging one with $method");
    ok($other->stop(), "the end with $method");
    is(join('', $other->complaints()), '', "nothing alarming with $method");
}

$t->done();


sub see {
    my $outcome = HttpClient::outcome(@_);

    $seen{$outcome->{error} || $outcome->{rc}}++;
}


# a server of the same nginx with a certificate of its own making
sub tls_server {
    my $dir = $t->{dir};

    system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 "
        . "-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 "
        . "-keyout $dir/key.pem -out $dir/cert.pem > $dir/openssl.log 2>&1");

    if ($?) {
        $tls = 0;
        return '';
    }

    return <<"END";
    server {
        listen 127.0.0.1:$tls ssl;
        ssl_certificate $dir/cert.pem;
        ssl_certificate_key $dir/key.pem;
        location /gif { empty_gif; }
    }
END
}
