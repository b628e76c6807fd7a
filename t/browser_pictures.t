# Copyright (C) the ngx_inbox authors
#
# The clients' own pictures in Chromium against the product itself: drawn in the
# journal, the inbox and the dialog; initials when one does not come.  The
# stories are in t/www/pictures.mjs.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox::Browser;

# where the stories have their Viber
my $platform = Test::Inbox::free_port();

my $t = Test::Inbox::Browser->new(workers => 2,
    apis => { viber => "http://127.0.0.1:$platform" })->start();

$t->told('pictures.mjs', at_least => 5, args => [$platform]);
$t->done();
