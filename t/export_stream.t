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

my ($head, $body) = whole((read_slowly())[0]);
like($head, qr{ 200 OK\r\n.*^Content-Type: application/x-ndjson\r}ms,
    'an export, as lines of JSON');

my (@order, %of, $bad);
for my $line (split /\n/, $body) {
    # one of fifty is looked at closely, for that takes its time
    $bad //= $line if rand() < 0.02 && !eval { decode_json($line) };

    if ($line =~ /^\{"chat":\{"id":(\d+),.*\}\}$/) {
        push @order, $1;
    } elsif ($line =~ /^\{"message":\{"id":"[^"]+","chat":(\d+),"rev":\d+,
                       "kind":"(\w+)".*\}\}$/x)
    {
        push @{$of{$1}}, $2;
    } else {
        $bad //= $line;
    }
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
$c->send(GET => '/inbox/api/v1/export?format=ndjson', token => $t->token);
$t->wait_for(sub {
    $t->metric('inbox_store_calls_in_flight') == 0 });
ok(select_readable($c), 'the answer has begun');
costs($before, memory(), 'a client that does not read costs little');
$c->close();

my ($text, $most) = read_slowly();
is((whole($text))[1], $body, 'the next one is the same');
cmp_ok(length $text, '>', 8 * $LITTLE * 1024, 'and long');
costs($before, $most, 'at no moment does it cost more');


# who may

is($t->api(GET => 'export?format=ndjson', token => $petro)->{status}, 403, 'for owners');
is($t->api(GET => 'export?format=xml')->{json}{code}, 'invalid',
    'one format');
is($t->api(HEAD => 'export')->{status}, 200, 'HEAD too');
is($t->api(GET => 'audit?limit=1')->{json}{entries}[0]{action}, 'exported',
    'it is written down');

$t->done();


# all of it, some of it at a time; and the most memory that was seen meanwhile
sub read_slowly {
    my ($text, $most, $n) = (' ' x 7, 0, 0);
    my $c = $t->connect();

    $c->send(GET => '/inbox/api/v1/export', token => $t->token);

    while (substr($text, -7) ne "\r\n0\r\n\r\n") {
        last if !select_readable($c)
            || !sysread $c->{socket}, $text, 32768, length $text;
        $most = $n % 8 ? $most : max($most, memory());
        $n++;
    }

    $c->close();

    return ($text, $most);
}


# its head, and its body put together from its chunks
sub whole {
    my ($text) = @_;

    my ($head, $rest) = $text =~ /^ *(.*?)\r\n\r\n(.*)/s;
    my $body = '';

    while ($rest =~ /\G([0-9a-f]+)\r\n/gc && hex $1) {
        $body .= substr $rest, pos $rest, hex $1;
        pos($rest) += 2 + hex $1;
    }

    return ($head, $body);
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
