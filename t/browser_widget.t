# Copyright (C) the ngx_inbox authors
#
# The widget in Chromium against the product itself, on a page of another
# origin with a strict policy of its own: what it costs, what it leaves alone,
# and all that a visitor does with it.  The stories are in t/www/widget.mjs.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox::Browser;

my $t = Test::Inbox::Browser->new(workers => 2)->start();

$t->create('spaces/default', { name => 'Чайна', locale => 'uk',
    plan => 'commercial' });
$t->told('widget.mjs', at_least => 6);
$t->done();
