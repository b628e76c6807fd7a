# Copyright (C) the ngx_inbox authors
#
# The pages about channels tell the truth: their examples, in order, each page
# against a server of its own.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use ApiPage;
use Test::Inbox;

chdir dirname(abs_path(__FILE__)) . '/..' or die;

for my $file (sort glob 'docs/channels/*.md') {
    my $page = ApiPage->new($file);

    next if !$page->examples;

    subtest $file => sub {
        my $t = Test::Inbox->new()->start();

        $page->run($t);
        is($page->wrong($_), '', $_->{title}) for $page->examples;
        $t->done();
    };
}

done_testing();
