# Copyright (C) the ngx_inbox authors
#
# Everything of a space as lines of JSON: streamed as fast as the client reads,
# in memory that does not grow, and written down.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use JSON::PP;
use List::Util qw(max);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox;

my $CHATS = 3000;
# KB
my $LITTLE = 800;

my $t = Test::Inbox->new()->start();
my $petro = $t->agent('petro', role => 'admin');

is($t->api(GET => 'export')->{body}, '', 'nothing yet');

my $rev = $t->redis->call('HGET', 'inbox:{default}:channel:site', 'rev');

for my $hundred (0 .. $CHATS / 100 - 1) {
    $t->fcall('ingest', 'site', $rev, 0, map { my $n = 100 * $hundred + $_;
        map { ('message', "u$n", "m$n-$_", 'client', "Ann $n", '', '', '',
        '"' . ('x' x 900) . '"', '"x"', '[]', 0, '', '', '', '') } 1 .. 2
    } 1 .. 100);
}
$t->api(DELETE => 'chats/7');


# all of it

my $r = $t->api(GET => 'export?format=ndjson', timeout => 60);
is($r->{status}, 200, 'an export');
is($r->{headers}{'content-type'}, 'application/x-ndjson', 'as lines of JSON');

my (@order, %of, $bad);
for my $line (split /\n/, $r->{body}) {
    my $json = eval { decode_json($line) } or $bad = $line, last;

    push @order, $json->{chat}{id} if $json->{chat};
    push @{$of{$json->{message}{chat}}}, $json->{message}{kind}
        if $json->{message};
}
is($bad, undef, 'each line is JSON');
is_deeply(\@order, [grep { $_ != 7 } 1 .. $CHATS],
    'every chat that is there, in order');
is_deeply([grep { "@{$of{$_}}" ne 'event text text' } keys %of], [],
    'with all its messages');
is(keys %of, $CHATS - 1, 'and no others');


# a client that does not read: the answer waits for him, memory stays

my $before = memory();
my $c = $t->connect();
$c->send(GET => '/inbox/api/v1/export', token => $t->token);
$t->wait_for(sub {
    $t->metric('inbox_store_calls_in_flight') == 0 });
ok(select_readable($c), 'the answer has begun');
costs($before, memory(), 'a client that does not read costs little');
$c->close();

my ($text, $most) = read_slowly();
is(scalar(() = $text =~ /\{"chat"/g), $CHATS - 1, 'the next one is whole');
cmp_ok(length $text, '>', 8 * $LITTLE * 1024, 'and long');
costs($before, $most, 'at no moment does it cost more');


# who may

is($t->api(GET => 'export', token => $petro)->{status}, 403, 'for owners');
is($t->api(GET => 'export?format=xml')->{json}{code}, 'invalid',
    'one format');
is($t->api(HEAD => 'export')->{status}, 200, 'HEAD too');
is($t->api(GET => 'audit?limit=1')->{json}{entries}[0]{action}, 'exported',
    'it is written down');

$t->done();


# all of it, some of it at a time; and the most memory that was seen meanwhile
sub read_slowly {
    my ($text, $most, $n) = ('', 0, 0);
    my $c = $t->connect();

    $c->send(GET => '/inbox/api/v1/export', token => $t->token);

    while ($text !~ /\r\n0\r\n\r\n\z/) {
        last if !select_readable($c)
            || !sysread $c->{socket}, $text, 32768, length $text;
        $most = $n % 8 ? $most : max($most, memory());
        $n++;
    }

    $c->close();

    return ($text, $most);
}


# KB of the worker
# under a sanitizer what was freed stays for a while: it cannot be weighed
sub costs {
    my ($before, $now, $what) = @_;

    SKIP: {
        skip 'memory is not weighed under sanitizers', 1
            if ($ENV{TEST_NGINX} // '') =~ /sanitized/;

        cmp_ok($now - $before, '<', $LITTLE, $what);
    }
}


sub memory {
    my ($pid) = $t->workers();

    return Test::Inbox::slurp("/proc/$pid/status") =~ /^VmRSS:\s+(\d+)/m
        ? $1 : 0;
}


sub select_readable {
    my ($c) = @_;

    vec(my $in = '', fileno $c->{socket}, 1) = 1;
    return select $in, undef, undef, 10;
}
