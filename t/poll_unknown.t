# Copyright (C) the ngx_inbox authors
#
# A visitor's poll in a worker that does not remember his channel: the settings
# are asked for first, then the poll waits as any other.  It used to be dropped
# without an answer when the settings had come.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox;

my $t = Test::Inbox->new()->start();
my $site = '/inbox/widget/site';
my $token = $t->post("$site/session", json => {})->{json}{token};

is($t->post("$site/messages", token => $token,
    json => { text => 'Hello?' })->{status}, 201, 'a visitor writes');

my ($chat) = @{$t->api(GET => 'journal')->{json}{chats}};

$t->api(POST => "chats/$chat->{id}/take");


# the time is up

is(poll(1)->read(5)->{status}, 200, 'a poll behind the settings is answered');


# an answer comes

my $c = poll(30);
ok($t->wait_for(sub { $t->parked() == 1 }), 'it waits');
$t->api(POST => "chats/$chat->{id}/messages", json => { text => 'Yes.' });
is($c->read(10)->{json}{messages}[0]{text}, 'Yes.', 'and is woken');
is($c->send(GET => '/inbox/health')->read()->{status}, 200,
    'its connection goes on');


# the visitor leaves: between the settings and the poll, or after it

for my $reset (0, 1) {
    poll(30)->close($reset);
}

ok($t->wait_for(sub { $t->parked() == 0 }), 'who left is forgotten');


# the store goes between the settings and the poll

my $path = path(30);
$t->redis->stall();
$c = $t->connect()->send(GET => $path, token => $token);
$t->redis->stop('KILL');
is($c->read(10)->{status}, 503, 'no store, and it is told so');
$t->redis->start();
ok($t->wait_for(sub { $t->healthy() }), 'it comes back');
is(poll(1)->read(5)->{status}, 200, 'and all is as before');

$t->done();


# a change of the channel makes every worker forget its settings
sub forgotten {
    my $heard = $t->metric('inbox_notices_total');

    $t->create('channels/site', { kind => 'site', title => 'Site',
        group => 'support' });
    $t->wait_for(sub { $t->metric('inbox_notices_total') > $heard });
}


sub poll {
    return $t->connect()->send(GET => path(@_), token => $token);
}


# of a poll whose worker has just forgotten the settings
sub path {
    my ($wait) = @_;
    my $rev = $t->get("$site/messages", token => $token)->{json}{rev};

    forgotten();

    return "$site/messages?since=$rev&wait=$wait";
}
