# Copyright (C) the ngx_inbox authors
#
# Many sends in one worker, and what happens to them: others are served
# meanwhile, callbacks start and forget, clients leave, connections run out,
# nginx reloads and is told to leave at once.

use strict;
use warnings;

use FindBin qw($Bin);
use lib "$Bin/lib";

use Test::More;
use Time::HiRes qw(time);

use HttpClient;
use Test::Inbox::HTTP;

my $p = HttpClient::Platform->new();
my $o = $p->origin;

my $t = HttpClient->new(apis => [$o], connections => 512,
    http => 'client_test_max_sends 60;',
    main => 'worker_shutdown_timeout 2s;')->start();
my ($r, @all, $slowest);


# one platform hangs

@all = map { $t->begin("$o/hang", timeout => 20000) } 1 .. 50;
ok($t->wait_for(sub { $p->count('/hang') == 50 }), '50 sends hang');

$slowest = 0;

for (1 .. 20) {
    my $began = time();

    is($t->call("$o/ok")->{body}, 'hello', 'others are sent') if $_ % 10 == 0;
    Test::Inbox::HTTP->new($t->{port})->send(GET => '/gif')->read(5) or last;
    $slowest = time() - $began if time() - $began > $slowest;
}

cmp_ok($slowest, '<', 0.5, 'and others are served');

push @all, map { $t->begin("$o/hang", timeout => 20000) } 1 .. 10;
ok($t->wait_for(sub { $t->in_flight() == 60 }), 'as many as are allowed');
is($t->call("$o/ok")->{rc}, 'not started', 'and not one more');

$_->close() for @all;
ok($t->wait_for(sub { $t->in_flight() == 0 }),
    'all clients leave, nothing goes on');
is($t->call("$o/ok")->{body}, 'hello', 'and there is room again');


# callbacks

$r = $t->call("$o/ok", again => 1);
is("$r->{rc} $r->{body}", 'ok hello', 'a callback starts another send');

$r = $t->call("$o/late?100", n => 8);
is("$r->{rc} $r->{body}", 'ok late', 'a callback forgets others');

$r = $t->call("$o/close", n => 8, again => 1);
is($r->{rc}, 'error', 'also when they end at the same time');
is($t->in_flight(), 0, 'all are gone');


# hundreds, one after the other on kept connections, and at once

is(scalar(grep { $t->call("$o/ok")->{rc} ne 'ok' } 1 .. 200), 0,
    '200 one by one');

for my $round (1 .. 5) {
    @all = map { $t->begin("$o/ok") } 1 .. 60;
    is(scalar(grep { HttpClient::outcome($_->read(10))->{rc} ne 'ok' } @all), 0,
        "60 at once, round $round");
}


# reload

@all = map { $t->begin("$o/late?1500") } 1 .. 10;
ok($t->wait_for(sub { $p->count('/late') >= 18 }), 'ten sends are on their way');

my ($old) = $t->workers();
my $before = $p->count('/late');

ok($t->reload(), 'a reload brings new workers');
is(scalar(grep { HttpClient::outcome($_->read(10))->{body} eq 'late' } @all),
    10, 'the old one waits for its answers');
ok($t->wait_for(sub { !grep { $_ == $old } $t->workers() }, 10),
    'and leaves');
is($p->count('/late'), $before, 'nothing was sent again');


# reload with a platform that hangs: worker_shutdown_timeout

@all = map { $t->begin("$o/hang", timeout => 60000) } 1 .. 3;
ok($t->wait_for(sub { $p->count('/hang') >= 63 }), 'three sends hang');

($old) = $t->workers();
ok($t->reload(), 'a reload');
ok($t->wait_for(sub { !grep { $_ == $old } $t->workers() }, 10),
    'the old worker leaves when it must');

$t->done();
