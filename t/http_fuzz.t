# Copyright (C) the ngx_inbox authors
#
# Requests as browsers and platforms send them (t/fuzz/http), and then with
# bytes turned, taken away, doubled, swapped with those of another one, and
# with words in them that parsers stumble over.  Whatever comes, no worker falls,
# nothing is answered 500, what says that it is JSON is JSON, and the store
# holds nothing but the keys it should.
#
# FUZZ_SECONDS is how long, 4 in `make test`; FUZZ_SEED begins as an earlier run
# did.  Under sanitizers a fault shows itself at the byte.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;
use Test::Inbox::Crowd;

Test::Inbox::Answers::none();

my $SECONDS = $ENV{FUZZ_SECONDS} // 4;
my $SEED = $ENV{FUZZ_SEED} // int(time() * 1000) % 1_000_000_000;
my $CLIENTS = 100;

my @WORDS = ("\0", "\r\n", "\r\n\r\n", '%00', '%0d%0a', '%', '%%', '..%2f',
    '../', '//', '?', '&', '&since=', '=', '"', '\\', '\\u0000', '\\ud800',
    '\\', "\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", '{', '}',
    '[' x 64, '[[', ']', 'null', 'true', '-1', '0', '1e400', '9' x 30,
    '18446744073709551616', '2147483648', '-9223372036854775809', ',', ':',
    '*', "\t", ' ' x 300, 'x' x 5000, '.', 'root', 'Content-Length: 0',
    "Transfer-Encoding: chunked\r\n", 'Range: bytes=0-', '--', '------edge',
    '"":', "\xe2\x80\xae", "\xf0\x9f\x98\x80", ';', 'a=', 'w1', 'HTTP/1.0');

my $t = Test::Inbox->new(workers => 2,
    http => 'client_header_timeout 1s; client_body_timeout 1s;'
        . ' keepalive_timeout 1s; inbox_poll_timeout 1s;')->start();
my $json = JSON::PP->new->utf8->allow_nonref;

$t->telegram();
my $petro = $t->agent('petro');
$t->create("groups/$_", { name => $_, agents => ['petro'] })
    for qw(sales support);
$t->hook(FakeTelegram::update(1, 'first'));
$t->api(POST => 'chats/1/take');

my @seeds = seeds();

srand $SEED;
diag("FUZZ_SEED=$SEED") if $ENV{FUZZ_SECONDS};

my ($asked, %answered, @bad) = (0);


# each as it is: a fuzzer whose seeds are refused at the door looks at the door

for my $seed (@seeds) {
    my $c = $t->connect()->write($seed->{bytes});
    my $r = $c->read(5);

    ok($r && $r->{status} =~ /^20\d$/, "$seed->{name} is a good request")
        or diag($r ? "$r->{status} $r->{body}" : 'no answer');
}

@seeds = seeds();


# and now as nobody means them

my $crowd = Test::Inbox::Crowd->new($t->port);
my $end = time() + $SECONDS;

for (1 .. $CLIENTS) {
    my $sent;

    $crowd->add(sub {
        my ($r) = @_;

        judge($sent, $r) if $r;
        return undef if time() > $end || @bad;
        $asked++;
        return $sent = mutant();
    });
}

ok($crowd->run($SECONDS + 60), 'all have been answered');
is_deeply(\@bad, [], 'nothing falls, and nothing is our fault')
    or diag("FUZZ_SEED=$SEED");
cmp_ok($asked, '>', 200, 'and these were many');

my $log = $t->log();

ok($log !~ /(inbox store: Redis answered.*)/, 'no call was a bad one')
    or diag($1);
is_deeply([$t->strange_keys()], [], 'no key has a name that it should not');
is($t->get('/inbox/health')->{status}, 200, 'all is well');

print "# fuzz: $asked requests, ", join(', ', map { "$_: $answered{$_}" }
    sort keys %answered), "\n";

$t->done();


# the requests of t/fuzz/http: lines as they go over the wire, and with what
# this server has given us
sub seeds {
    my ($cookie) = $t->post('/inbox/api/v1/session',
        json => { token => $petro })->{headers}{'set-cookie'}
        =~ /inbox_session=([^;]+)/;
    my $visitor = $t->post('/inbox/widget/site/session', json => {})
        ->{json}{token};
    my %have = (TOKEN => $t->token, COOKIE => $cookie, VISITOR => $visitor,
        LINK => link_of($visitor));
    my @all;

    for my $file (glob "$Test::Inbox::TOP/t/fuzz/http/*") {
        my $bytes = Test::Inbox::slurp($file) =~ s/@([A-KM-Z]\w+|LINK)@/$have{$1}/gr;
        my ($head, $body) = split /\n\n/, $bytes, 2;

        $body =~ s/\n/\r\n/g if $head =~ /chunked|multipart/;
        $head =~ s/\@LENGTH@/length $body/e;
        push @all, { name => basename($file),
            bytes => $head =~ s/\n/\r\n/gr . "\r\n\r\n$body" };
    }

    return @all;
}


# a signed link to a file of the visitor's
sub link_of {
    my ($visitor) = @_;

    $t->post('/inbox/widget/site/messages', token => $visitor,
        json => { text => 'hello' });

    my $file = $t->request(POST => '/inbox/widget/site/files?name=a.txt',
        token => $visitor, body => 'words', type => 'text/plain')->{json};
    my $said = $t->request(POST => '/inbox/widget/site/messages',
        token => $visitor, json => { text => 'a file',
            attachments => [$file->{id}] })->{json};

    return $said->{attachments}[0]{url};
}


sub mutant {
    my ($head, $body) = split /\r\n\r\n/, $seeds[rand @seeds]{bytes}, 2;
    my ($method, $target, $lines) = $head =~ /^(\S+ )(\S+)(.*)$/s;
    my @places = (\$target, length $body ? \$body : \$target);

    mutate(rand() < 0.2 ? \$lines : $places[rand @places]) for 0 .. int rand 4;
    $lines = "$method$target$lines\r\n\r\n";

    # most know how long they are: who does not is read no further
    my $length = length $body;
    $lines =~ s/^(Content-Length: )\d+/$1$length/m if rand() < 0.9;

    return "$lines$body";
}


sub mutate {
    my ($bytes) = @_;

    my $n = length $$bytes or return;
    my ($at, $some) = (int rand $n, 1 + int rand 8);
    my $how = int rand 7;

    if ($how == 0) {
        substr $$bytes, $at, 1, chr int rand 256;

    } elsif ($how == 1) {
        substr $$bytes, $at, $some, '';

    } elsif ($how == 2) {
        substr $$bytes, $at, 0, substr($$bytes, $at, 1 + int rand 60);

    } elsif ($how == 3) {
        my $other = $seeds[rand @seeds]{bytes};

        substr $$bytes, $at, $some * 4, substr($other, rand length $other,
            1 + int rand 80);

    } elsif ($how == 4) {
        $$bytes = substr $$bytes, 0, $at;

    } else {
        substr $$bytes, $at, $how == 5 ? 0 : $some, $WORDS[rand @WORDS];
    }
}


sub judge {
    my ($sent, $r) = @_;

    $answered{$r->{status}}++;

    my $why = ($r->{status} =~ /^5/ && $r->{status} !~ /^50[15]$/)
        ? $r->{status} : not_json($r);

    push @bad, "$why: " . ($sent =~ s/([^ -~])/sprintf '\\x%02x', ord $1/ger)
        . " -> $r->{body}" if $why;
}


# it says that it is JSON and is not
sub not_json {
    my ($r) = @_;

    my $type = $r->{headers}{'content-type'} // '';

    return '' if $type !~ /json/ || ($r->{headers}{'content-encoding'} // '')
        || $r->{body} eq '' || length $r->{body} > 20_000;

    for my $part ($type =~ /ndjson/ ? split(/\n/, $r->{body}) : $r->{body}) {
        return 'no JSON' if !eval { $json->decode($part); 1 };
    }

    return '';
}
