# Copyright (C) the ngx_inbox authors
#
# What the agents' page does when something goes wrong, in Chromium against the
# product itself: what was not sent, a revoked token, a wrong clock; and files,
# and the load.  The stories are in
# t/www/real_faults.mjs.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox::Browser;

my $t = Test::Inbox::Browser->new(workers => 2,
    http => 'inbox_max_file 64k;')->start();

$t->told('real_faults.mjs', at_least => 7);
$t->done();
