# Copyright (C) the ngx_inbox authors
#
# The settings in Chromium against the product itself: the way of somebody who
# has never seen it, and what each form says, keeps and refuses.  The stories
# are in t/www/settings.mjs.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox::Browser;

# where the story of a channel has its Telegram
my $platform = Test::Inbox::free_port();

my $t = Test::Inbox::Browser->new(workers => 2,
    apis => { telegram => "http://127.0.0.1:$platform" })->start();

$t->create('spaces/default', { name => 'Чайна', locale => 'uk',
    plan => 'commercial' });
$t->told('settings.mjs', at_least => 5, args => [$platform]);
$t->done();
