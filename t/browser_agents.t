# Copyright (C) the ngx_inbox authors
#
# The agents' page in Chromium against the product itself: an owner, two
# agents and a visitor at once, every page in both themes and three languages:
# t/www/real.mjs.

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
    "$TOP/node_modules/axe-core", "$TOP/www/vendor/htm.js";

if ($missing && !$ENV{CI}) {
    plan(skip_all => "no $missing");
}

my $POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
    . "img-src 'self' data: blob:; media-src 'self' blob:; "
    . "connect-src 'self'; frame-src 'self'; base-uri 'none'; "
    . "form-action 'none'; frame-ancestors 'none'";

my $t = Test::Inbox->new(workers => 2,
    apis => { telegram => 'http://127.0.0.1:9' },
    location => qq{add_header Content-Security-Policy "$POLICY";})->start();

my $told = told();
my @stories = split /^(?=ok - |not ok - )/m, $told;

cmp_ok(scalar @stories, '>=', 10, 'stories are told') or diag($told);

for my $story (@stories) {
    my ($name, $end) = $story =~ /^((?:not )?ok - [^\n]*)\n?(.*)$/s;

    like($name // $story, qr/^ok - /, ($name // '') =~ s/.*?ok - //r)
        or diag($end);
}

$t->done();


sub told {
    my $pid = open my $out, '-|';

    die "fork: $!\n" if !defined $pid;

    if ($pid == 0) {
        my $base = "http://127.0.0.1:$t->{port}/inbox/";

        open STDERR, '>&', \*STDOUT;
        $ENV{CHROMIUM} = $browser;
        exec 'node', "$TOP/t/www/real.mjs", $base,
            "$base#token=" . $t->token, $t->token
            or POSIX::_exit(127);
    }

    my $words = do { local $/; readline $out };

    close $out;

    return $words;
}
