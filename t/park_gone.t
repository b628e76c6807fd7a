# Copyright (C) the ngx_inbox authors
#
# A client that leaves, in each way there is, at each moment of a poll: the
# owner hears of it once, nothing is left over, and the log has its line.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use ParkTest;

my $t = ParkTest->new(level => 'debug')->start();
my $gone = 0;
my $lines = 0;

# moment => what brings the poll there
my %moments = (
    asking   => sub {
        my $c = $t->poll('topic=a&ask=5000', @_);
        $t->until_true('asks', sub { $t->stat()->{asks} });
        return $c;
    },
    sleeping => sub {
        my $c = $t->poll('topic=a', @_);
        $t->settled(1);
        return $c;
    },
    at_once  => sub {
        my $c = $t->poll('topic=a&at_once=1', @_);
        $t->settled(1);
        return $c;
    },
    waking   => sub {
        my $c = $t->poll('topic=a&ask=100', @_);
        $t->settled(1);
        $t->get('/notify?topic=a');
        $t->until_true('asks', sub { $t->stat()->{asks} });
        return $c;
    },
);

for my $moment (sort keys %moments) {

    for my $way (qw(fin rst half_close)) {
        my $c = $moments{$moment}->();

        $c->$way();
        left("$moment, $way");
    }
}


# a poll that cannot be detached

for my $way (qw(fin rst half_close)) {
    my $c = $moments{sleeping}->(headers => { Connection => 'close' });

    $c->$way();
    left("attached, $way");
}


# the request and the end in one packet: nothing is told twice by the kernel

for my $args ('topic=a', 'topic=a&at_once=1', 'topic=a&ask=5000') {
    my $c = $t->poll($args);

    $c->half_close();
    left("half closed at once, $args");
}


# many at a time, while all are being woken

my @many = map { $t->poll('topic=many&ask=20') } 1 .. 100;

$t->settled(100);
$t->get('/notify?topic=many');
$many[$_]->rst() for grep { $_ % 2 } 0 .. 99;
is(scalar(grep { $many[$_]->response() } grep { $_ % 2 == 0 } 0 .. 99), 50,
   'those who stay are answered');
$t->until_true('nobody is parked', sub { $t->stat()->{parked} == 0 });
$t->access($lines += 100);
$gone = $t->stat()->{gone};


# a request that waits for one call

for my $way (qw(fin rst half_close)) {
    my $c = $t->client();

    $c->request('GET', '/hold?ask=5000');
    $t->until_true('asks', sub { $t->stat()->{asks} });
    $c->$way();
    left("held, $way");
}

my $c = $t->client();

$c->request('GET', '/hold?ask=10');
is($c->response()->{body}, 'held', 'a held request is answered');
$c->request('GET', '/hold?ask=10');
is($c->response()->{body}, 'held', 'and the next on its connection');
is($t->stat()->{gone}, $gone, 'nobody left then');
$t->access($lines += 2);


# the lines

my @access = $t->access($lines);

is(scalar @access, $lines, 'one line in the access log for each');
is(scalar(grep { $_->{status} !~ /^(200|499)$/ } @access), 0,
   'an answer or 499');

cmp_ok(scalar(() = $t->error_log() =~ /inbox park detach/g), '>=', 100,
       'their requests were freed');

$t->stop();

done_testing();


sub left {
    my ($story) = @_;

    $gone++;
    $t->until_true("$story: noticed", sub { $t->stat()->{gone} == $gone });

    my $s = $t->stat();

    is("$s->{parked} $s->{asks}", '0 0', "$story: nothing is left over");
    is(($t->access(++$lines))[-1]{status}, 499, "$story: logged");

    return;
}
