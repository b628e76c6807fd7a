# Copyright (C) the ngx_inbox authors
#
# The pages in Chromium against the product itself, under the policy that `make
# run` gives them: t/www/real_stories.mjs.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox;

my $TOP = dirname(abs_path(__FILE__)) . '/..';

my $browser = $ENV{CHROMIUM} // '/usr/bin/chromium';
my ($missing) = grep { !-e } $browser, "$TOP/node_modules/playwright-core",
    "$TOP/www/vendor/htm.js";

if ($missing && !$ENV{CI}) {
    plan(skip_all => "no $missing");
}

my $t = Test::Inbox->new(workers => 2, http => 'inbox_redis_timeout 1s;');

$t->{http} .= policy();
$t->{location} = <<'END';
    add_header Content-Security-Policy $inbox_page_policy;
    add_header X-Content-Type-Options $inbox_page_sniff;
END

$t->start();
$t->create('spaces/default', { name => 'Чайна', locale => 'uk',
    plan => 'commercial' });
$t->create('channels/site', { kind => 'site', title => 'Сайт',
    group => 'support', settings => { greeting => 'Вітаємо!',
    locale => 'uk' } });

my $told = told();
my @stories = split /^(?=ok - |not ok - )/m, $told;

cmp_ok(scalar @stories, '>=', 5, 'stories are told') or diag($told);

for my $story (@stories) {
    my ($name, $end) = $story =~ /^((?:not )?ok - [^\n]*)\n?(.*)$/s;

    like($name // $story, qr/^ok - /, ($name // '') =~ s/.*?ok - //r)
        or diag($end);
}

$t->done();


# the part of the configuration of `make run` that makes the pages' headers
sub policy {
    my $run = $t->dir . '/run';

    local @ENV{qw(RUN_DIR PORT WORKERS APPENDFSYNC LIMITS CHANNEL_API)} =
        ($run, 1, 1, 'no', 'off', '');

    system("$TOP/tools/state > /dev/null 2>&1");

    my ($maps) = Test::Inbox::slurp("$run/nginx.conf")
        =~ /(map \$uri \$inbox_file .*?)# the log has/s
        or die "no policy in the configuration of make run\n";

    return $maps;
}


sub told {
    my $pid = open my $out, '-|';

    die "fork: $!\n" if !defined $pid;

    if ($pid == 0) {
        open STDERR, '>&', \*STDOUT;
        $ENV{CHROMIUM} = $browser;
        exec 'node', "$TOP/t/www/real_stories.mjs",
            "http://127.0.0.1:$t->{port}/inbox/", $t->token, $t->redis->{pid}
            or POSIX::_exit(127);
    }

    my $told = do { local $/; readline $out };

    close $out;

    return $told;
}
