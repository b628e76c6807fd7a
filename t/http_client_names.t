# Copyright (C) the ngx_inbox authors
#
# Where requests may go: names are asked of the name server, whatever is not
# public is refused unless the operator named its origin himself, and what was
# judged is what is connected to.

use strict;
use warnings;

use FindBin qw($Bin);
use lib "$Bin/lib";

use IO::Socket::INET;
use Test::More;
use Time::HiRes qw(time);

use HttpClient;

my $p = HttpClient::Platform->new();
my $port = $p->{port};
my ($names, $server) = name_server();

my $t = HttpClient->new(
    apis => [map { "http://$_.test:$port" } qw(good two hang slow late none
        broken)],
    http => "resolver 127.0.0.1:$names;",
)->start();
my $r;


# the operator's own names

$r = $t->call("http://good.test:$port/ok");
is("$r->{rc} $r->{body}", 'ok hello', 'a name is resolved and called');

$r = $t->call("HTTP://GOOD.test:$port/ok");
is($r->{body}, 'hello', 'in whatever case');

$r = $t->call("http://two.test:$port/ok");
is($r->{body}, 'hello', 'the second address is tried when the first refuses');

# a socket that fails to connect is closed without telling: it must not be
# touched any more, and its number is soon somebody else's
my $full = full_listener();
my $c;

# addresses come in any order
for (1 .. 50) {
    my $calls = $p->count('/slow');

    $c = $t->begin("http://slow.test:$port/slow", timeout => 3000);
    $t->wait_for(sub { connecting() || $p->count('/slow') > $calls });
    last if connecting();
}

ok(connecting(), 'an address neither accepts nor refuses');
undef $full;
is(HttpClient::outcome($c->read(15))->{body}, 'hello',
    'also when it refuses only later');

$r = $t->call("http://late.test:$port/ok");
is($r->{body}, 'hello', 'a late name server is waited for');

$r = $t->call("http://none.test:$port/ok");
is("$r->{rc}: $r->{error}", 'declined: name not found', 'there is no such name');

$r = $t->call("http://broken.test:$port/ok");
is("$r->{rc}: $r->{error}", 'declined: name server refused the question',
    'the name server is in trouble');

$r = $t->call("http://hang.test:$port/ok", timeout => 300);
is("$r->{rc}: $r->{error}", 'declined: timed out',
    'the name server is silent, our deadline comes first');

$r = $t->call("http://hang.test:$port/ok", timeout => 9000);
is("$r->{rc}: $r->{error}", 'declined: name server did not answer',
    'or the deadline of the name comes first');


# a client leaves while the name is being asked for

$c = $t->begin("http://hang.test:$port/ok", timeout => 9000);

ok($t->wait_for(sub { $t->in_flight() == 1 }), 'one name is being asked for');
$c->close();
ok($t->wait_for(sub { $t->in_flight() == 0 }), 'its client leaves');


# everybody else's

for my $host (qw(127.0.0.1 localhost private.test mixed.test [::1] 2130706433
    0x7f.1 0177.0.0.1 127.1 [::ffff:127.0.0.1] 0.0.0.0 169.254.169.254 10.0.0.1
    %31%32%37.0.0.1 good.test.))
{
    $r = $t->call("http://$host:$port/canary");
    is("$r->{rc}: $r->{error}", 'declined: address is not allowed',
        "$host is refused");
}

for my $url ("https://good.test:$port/canary", 'http://good.test:1/canary') {
    $r = $t->call($url);
    is($r->{error}, 'address is not allowed',
        'another scheme or port is another origin');
}

is($p->count('/canary'), 0, 'nobody was called');


# addresses one by one

my %kind = (
    public => [qw(1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255
        100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 172.15.255.255
        172.32.0.0 192.0.1.0 192.167.255.255 198.17.255.255 198.20.0.0
        223.255.255.255 168.63.129.15 2606:4700::1111 2a00:1450:4001::1
        ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1)],
    closed => [qw(0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0
        100.100.100.200 100.127.255.255 127.0.0.1 127.255.255.254 169.254.0.1
        169.254.169.254 172.16.0.0 172.31.255.255 192.0.0.192 192.0.2.1
        192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.0 198.19.255.255
        198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1
        168.63.129.16 :: ::1 ::127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:127.0.0.1
        ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe
        64:ff9b:1::808:808 2002:7f00:1::1 2002:c0a8:1::1 2001::1 2001:db8::1
        3fff::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1 100::1)],
    name => [qw(256.0.0.1 1.2.3 example.com)],
);

for my $kind (sort keys %kind) {
    for my $address (@{$kind{$kind}}) {
        $c = Test::Inbox::HTTP->new($t->{port});
        is($c->send(GET => "/call?address=$address")->read(5)->{body}, $kind,
            "$address: $kind");
    }
}

$t->done();


# its queue is full: the kernel drops whoever wants to connect, until it is
# closed
sub full_listener {
    my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.3',
        LocalPort => $port, Listen => 1, ReuseAddr => 1) or die "listen: $!\n";

    listen $listen, 0;

    return [$listen, map {
        IO::Socket::INET->new(PeerAddr => '127.0.0.3', PeerPort => $port,
            Blocking => 0)
    } 1 .. 3];
}


# the module's socket is among those that wait (SYN_SENT is state 02)
sub connecting {
    open my $in, '<', '/proc/net/tcp' or return 0;

    my $to = sprintf '0300007F:%04X 02', $port;

    return 0 + (grep { /$to/ } <$in>) >= 3;
}


# answers A and AAAA; its port and its guard
sub name_server {
    my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
        LocalPort => 0, Proto => 'udp') or die "name server: $!\n";
    my $pid = fork() // die "fork: $!\n";

    return ($socket->sockport, Guard->new($pid)) if $pid;

    my %addresses = (
        'good.test'    => ['127.0.0.1'],
        'late.test'    => ['127.0.0.1'],
        'two.test'     => ['127.0.0.2', '127.0.0.1'],
        'slow.test'    => ['127.0.0.3', '127.0.0.1'],
        'private.test' => ['10.0.0.1'],
        'mixed.test'   => ['169.254.169.254', '127.0.0.1'],
    );

    while (defined $socket->recv(my $query, 512)) {
        my ($id, $question) = $query =~ /^(..).{10}(.*)/s;
        my ($labels) = $question =~ /^(.*?)\0/s;
        my $name = lc join '.', unpack '(C/a)*', $labels;
        my $type = unpack 'n', substr $question, length($labels) + 1;
        my $found = $addresses{$name};

        next if $name eq 'hang.test';
        select undef, undef, undef, 0.3 if $name eq 'late.test';

        my @a = $found && $type == 1 ? @$found : ();
        my $flags = $found ? 0x8180 : $name eq 'broken.test' ? 0x8182 : 0x8183;

        $socket->send($id . pack('n5', $flags, 1, scalar @a, 0, 0)
            . substr($question, 0, length($labels) + 5)
            . join('', map { pack 'n n n N n a4', 0xc00c, 1, 1, 60, 4,
                pack 'C4', split /\./ } @a));
    }
}


package Guard;

sub new { bless { pid => $_[1], owner => $$ }, $_[0] }

sub DESTROY {
    kill TERM => $_[0]{pid} if $_[0]{owner} == $$;
}
