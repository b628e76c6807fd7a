# Copyright (C) the ngx_inbox authors
#
# The README tells the truth: nginx takes its ten lines, and its session with
# curl goes as printed.  So does the first call of who runs it.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use ApiPage;
use FakeTelegram;
use Test::Inbox;

my $readme = dirname(abs_path(__FILE__)) . '/../README.md';
my $fake = FakeTelegram->new();
my $t = Test::Inbox->new(apis => { telegram => $fake->origin })->start();


# the configuration, with the paths of this test

my ($conf) = Test::Inbox::slurp($readme) =~ /^```nginx\n(.*?)^```$/ms;

is(($conf =~ tr/\n//), 10, 'the configuration has ten lines');

for my $pair (
    ['load_module modules/ngx_http_inbox_module.so;',
        $t->{module} && "load_module $t->{module};"],
    ['include mime.types;', ''],
    ['/run/redis/redis.sock', $t->dir . '/redis.sock'],
    ['/etc/nginx/inbox.token', $t->dir . '/owner.token'],
    ['/etc/nginx/inbox.secret', $t->dir . '/secret'],
    ['/usr/share/ngx_inbox/www/', $t->dir . '/'],
) {
    my ($words, $ours) = @$pair;

    ok($conf =~ s/\Q$words\E/$ours/, "it says $words");
}

# a nginx that is not Debian's logs below its prefix
mkdir $t->dir . '/logs';

$t->spew('readme.conf', "pid readme.pid; error_log stderr;\n$conf");

my $words = `ASAN_OPTIONS=detect_leaks=0 $t->{nginx} -t -e stderr \\
    -p ${\$t->dir} -c ${\$t->dir}/readme.conf 2>&1`;

is($?, 0, 'nginx takes it') or diag($words);


# the session

my $page = ApiPage->new($readme);

$page->run($t);
is($page->wrong($_), '', $_->{title}) for $page->examples;

my $sent = sub { scalar(() = $fake->calls()) };

ok($t->wait_for(sub { $sent->() == 1 }), 'Telegram has the answer');


# the first space, as docs/operations.md makes it

my ($call) = Test::Inbox::slurp("$Test::Inbox::TOP/docs/operations.md")
    =~ /^Then make the first space.*?\n\n((?:    .*\n)+)/m;

$call =~ s{/etc/nginx/inbox\.token}{${\$t->dir}/owner.token};
$call =~ s{https://example\.com/}{http://127.0.0.1:${\$t->port}/};
$call =~ s{spaces/default}{spaces/first};
$call =~ s{\bcurl\b}{curl -s};
is(JSON::PP::decode_json(`$call`)->{plan}, 'commercial', 'a space is made');

$t->done();
