# Copyright (C) the ngx_inbox authors
#
# What a messenger brings and takes, in Chromium against the product itself: the
# clients' own pictures, or initials when one does not come; albums; answers
# that it refuses.  The stories are in t/www/messenger.mjs.

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
    http => "inbox_public_url http://inbox.example;",
    apis => { viber => "http://127.0.0.1:$platform" })->start();

$t->told('messenger.mjs', at_least => 8, args => [$platform]);
$t->done();
