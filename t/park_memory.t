# Copyright (C) the ngx_inbox authors
#
# What a parked poll costs in the worker.  Measured on the installed nginx,
# because sanitizers have their own idea of memory.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';

BEGIN { $ENV{PARK_BUILD} = 'dynamic' }
use ParkTest;

my $POLLS = 5000;
my $BATCH = 20;

# bytes: 0.12 of what another long-poll module takes, and with what a browser
# sends on top, part of which is kept for the answer and the log
my $MAX = 1224;
my $MAX_BROWSER = 1800;

my $nginx = $ENV{TEST_NGINX} // '/usr/sbin/nginx';

plan skip_all => "no $nginx" unless -x $nginx;
plan skip_all => 'no nginx-dev' unless -x '/usr/share/nginx/src/configure';

# as many files as the test has clients
if (!$ENV{PARK_FILES}) {
    $ENV{PARK_FILES} = 1;
    exec 'sh', '-c', 'ulimit -n 16384 2> /dev/null; exec "$@"', 'sh', $^X, $0;
}

my $files = `sh -c 'ulimit -n'`;
plan skip_all => "only $files files" if $files ne "unlimited\n"
                                        && $files < $POLLS + 100;

my @browser = (
    'User-Agent' => 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/'
        . '537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36',
    Accept => '*/*', 'Accept-Encoding' => 'gzip, deflate, br, zstd',
    'Accept-Language' => 'uk-UA,uk;q=0.9,ru;q=0.8,en;q=0.7',
    Referer => 'https://shop.example/inbox/embed/frame.html',
    Cookie => 'inbox=' . 'c' x 200, Authorization => 'Bearer ' . 'b' x 120,
);

my $t = ParkTest->new(connections => 12000,
                      main => 'worker_rlimit_nofile 16384;')->start();

# the worker has seen a bit of everything
fill($BATCH);

my $bare = cost('asleep one by one', $POLLS, $BATCH);
my $browser = cost("with a browser's headers", $POLLS, $BATCH, @browser);
my $burst = cost('all at once', $POLLS, $POLLS, @browser);

cmp_ok($bare, '<=', $MAX, "a poll costs at most $MAX bytes");
cmp_ok($browser, '<=', $MAX_BROWSER, "and a browser's little more");

diag(sprintf 'a parked poll: %d bytes, with a browser\'s headers %d, '
             . 'after a burst %d', $bare, $browser, $burst);

$t->stop();

done_testing();


# bytes of the worker for each of n polls that come batch by batch; all are
# answered afterwards, and a worker that has had them all starts anew
sub cost {
    my ($story, $n, $batch, @headers) = @_;

    my $before = $t->stat();
    my @polls;

    push @polls, fill($batch, scalar @polls, @headers) while @polls < $n;

    my $after = $t->stat();

    is($after->{parked}, $n, "$story: $n polls sleep");
    $t->get('/notify');
    is(scalar(grep { $_->response() } @polls), $n, "$story: all are answered");

    # both workers accept until the old one has left
    @polls = ();
    $t->signal('HUP');
    $t->until_true('the old worker has left', sub { !kill 0, $after->{pid} });
    $_->response() for fill($BATCH);

    return ($after->{rss} - $before->{rss}) * 1024 / $n;
}


sub fill {
    my ($batch, $from, @headers) = @_;

    my $first = $from // 0;
    my @polls = map {
        $t->poll("topic=space:chat:" . ($first + $_) . '&wait=60000'
                 . (defined $from ? '' : '&at_once=1'),
                 headers => { @headers })
    } 1 .. $batch;

    if (!defined $from) {
        $t->until_true('parked', sub { $t->stat()->{parked} == $batch });
        $t->get('/notify');
        return @polls;
    }

    $t->settled($first + $batch);

    return @polls;
}
