# Copyright (C) the ngx_inbox authors
#
# The functions in Redis are the module's own: loaded when they are missing or
# older, and left alone when another node has brought newer ones; what is not
# ours is never touched.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox;

my $t = Test::Inbox->new(workers => 2)->start();
my $ours = version();

cmp_ok($ours, '>', 0, 'the library was loaded by the module');

my $text = qx('$Test::Inbox::TOP/tools/library' lua);
my $other = "#!lua name=other\n"
    . "redis.register_function('other', function() return 7 end)\n";
is($t->redis->call('FUNCTION', 'LOAD', $other), 'other', 'a foreign one');

load(1);
ok($t->reload(), 'a node starts beside an older library');
ok($t->wait_for(sub { version() == $ours }), 'and brings its own');

load($ours + 1000);
ok($t->reload(), 'a node starts beside a newer one');
is($t->api(GET => 'journal')->{status}, 200, 'it works with it');
is(version(), $ours + 1000, 'and leaves it alone');

$t->redis->call('FUNCTION', 'DELETE', 'inbox_1');
is($t->api(GET => 'journal?limit=7')->{status}, 200,
    'a library that has gone is brought again, for the call that missed it');
is(version(), $ours, 'our own');
is($t->redis->call('FCALL', 'other', 0), 7, 'the foreign one is still there');

$t->done();


sub version { return $t->redis->call('FCALL', 'inbox_1_version', 0) }


# the library as a module of that build would load it
sub load {
    my ($build) = @_;

    (my $code = $text) =~ s/^local BUILD = \d+/local BUILD = $build/m or die;
    $t->redis->call('FUNCTION', 'LOAD', 'REPLACE', $code);
    is(version(), $build, "a library of build $build is loaded");
}
