# Copyright (C) the ngx_inbox authors
#
# The first thing that a new worker is asked about a channel may be a poll, or
# the page of the widget: it has to read the channel's settings first, and then
# answers as ever.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox;

my $t = Test::Inbox->new()->start();

my $token = $t->post('/inbox/widget/site/session', json => {})->{json}{token};
my $rev = $t->post('/inbox/widget/site/messages', token => $token,
    json => { text => 'Hello' })->{json}{rev};


# A poll that waited for the settings was let go by the request that had asked
# for them: it was never answered.

new_worker();

my $poll = $t->connect()->send(GET =>
    "/inbox/widget/site/messages?since=$rev&wait=20", token => $token);

ok($t->wait_for(sub { $t->parked() == 1 }), 'a poll waits in a new worker');

is($t->api(POST => 'chats/1/take')->{status}, 200, 'the chat is taken');
is($t->api(POST => 'chats/1/messages', json => { text => 'Hi' })->{status},
    201, 'and answered');

is($poll->read(10)->{json}{messages}[0]{text}, 'Hi', 'the poll has the answer');
is($poll->send(GET => '/inbox/health')->read(5)->{status}, 200,
    'and its connection lives');

new_worker();

my $r = $t->get("/inbox/widget/site/messages?since=$rev", token => $token);

is($r->{status}, 200, 'a poll that does not wait is answered by a new worker');


# the page of the widget comes from another path

new_worker();

my $c = $t->connect();

for my $worker ('a new worker', 'one that knows the channel') {
    $r = $c->send(GET => '/inbox/widget/site/frame')->read(5);

    is($r->{status}, 200, "the page comes from $worker");
    like($r->{headers}{'content-security-policy'}, qr/frame-ancestors/,
        'with its policy');
}

is($c->send(GET => '/inbox/health')->read(5)->{status}, 200,
    'and the connection lives');

$t->done();


sub new_worker {
    my ($old) = $t->workers();

    $t->reload();
    $t->wait_for(sub { !grep { $_ == $old } $t->workers() });
}
