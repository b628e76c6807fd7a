# Copyright (C) the ngx_inbox authors
#
# What docs/operations.md and docs/directives.md say one should write is taken:
# Redis starts with its lines, a worker needs no more than that user's rights,
# and nginx takes its own.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox;

my $docs = dirname(abs_path(__FILE__)) . '/../docs';
my $operations = Test::Inbox::slurp("$docs/operations.md");
my ($redis) = $operations =~ /^(    appendonly yes\n(?:    .*\n)+)/m;
my ($user) = $operations =~ /^    ACL SETUSER (.*)$/m;
my ($password) = $user =~ />(\S+)/;


# Redis

my $t = Test::Inbox->new(redis => { config => "$redis\nuser $user" });

ok(eval { $t->redis->start() }, 'Redis takes its lines') or die $@;
is($t->redis->call('CONFIG', 'GET', 'appendfsync')->[1], 'everysec',
    'as the page has them');
is($t->redis->call('ACL', 'SETUSER', 'default', 'off'), 'OK',
    'nobody else may enter');

$t->spew('password', "$password\n");
$t->{store} = 'unix:' . $t->dir . "/redis.sock user=inbox password_file="
    . $t->dir . '/password';
$t->start();

is($t->api(GET => 'journal')->{status}, 200, 'its user may read');
ok($t->wait_for(sub { $t->metric('inbox_notices_live') == 1 }),
    'is told of news');
is($t->api(DELETE => 'spaces/default')->{status}, 204, 'and may wipe a space');


# nginx

my @blocks = grep { /^    (?:worker_|set_real_ip|map |location |log_format )/ }
    ($operations . Test::Inbox::slurp("$docs/directives.md"))
    =~ /\n\n((?:    .*\n|\n(?=    ))+)/g;

is(scalar @blocks, 5, 'the pages have five pieces of nginx.conf');

my ($main, @http) = @blocks;
my ($location) = grep { /^    location / } @http;

@http = grep { $_ ne $location } @http;
mkdir $t->dir . '/logs';

my ($d, $load) = ($t->dir, $t->{module} && "load_module $t->{module};");
my $conf = <<"END";
$load pid pages.pid;
$main
http {
    inbox_redis unix:$d/redis.sock; inbox_secret_file $d/secret;
@http
    server { listen 127.0.0.1:@{[ Test::Inbox::free_port() ]};
    inbox_space \$inbox_customer;
$location }
}
END

$conf =~ s{/var/log/nginx/}{$d/logs/}g;
$t->spew('pages.conf', $conf);

my $words = `ASAN_OPTIONS=detect_leaks=0 $t->{nginx} -t -e stderr \\
    -p $d -c $d/pages.conf 2>&1`;

is($?, 0, 'nginx takes them') or diag($words);

$t->done();
