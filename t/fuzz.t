# Copyright (C) the ngx_inbox authors
#
# The parsers under a coverage-guided fuzzer, for some seconds each: every seed
# first, then what grows out of it.  `make fuzz` does the same for longer.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use Test::More;

my $top = abs_path(dirname(abs_path(__FILE__)) . '/..');
my $log = "$top/build/adapter/fuzz.log";
my @targets = qw(channels json redis form);

make_path(dirname($log));

my $status = system "$top/t/fuzz/run.sh 3 @targets > $log 2>&1";

open my $in, '<', $log or die "$log: $!\n";
my @lines = <$in>;

is($status, 0, 'no input breaks a rule')
    or diag(@lines[($#lines > 60 ? -60 : 0) .. $#lines]);
is(scalar(grep { /number_of_executed_units: *[1-9]\d\d/ } @lines),
    scalar @targets, 'and many were tried');

done_testing();
