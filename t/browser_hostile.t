# Copyright (C) the ngx_inbox authors
#
# Hostile names, texts, files, links and settings in every place where a page
# shows them, in Chromium under the policy of `make run`: nothing is made of
# them but text.  The corpus and the places are in t/www/hostile.mjs.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox::Browser;

my $t = Test::Inbox::Browser->new(workers => 2)->start();

$t->told('hostile.mjs', at_least => 4);
$t->done();
