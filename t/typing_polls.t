# Copyright (C) the ngx_inbox authors
#
# Who waits for a transcript sees that somebody writes: agents the client and
# each other, a visitor the agents.  Nobody sees himself, nothing is stored, and
# the cursor stays where it was.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox;

my $t = Test::Inbox->new(workers => 2)->start();
my %token = map { $_ => $t->agent($_, name => "\u$_ the First") } qw(petro olga);

$t->create('groups/support', { agents => [keys %token] });
$token{visitor} = $t->post('/inbox/widget/site/session',
    json => { name => 'Іван  "Х"' })->{json}{token};
$t->post('/inbox/widget/site/messages', token => $token{visitor},
    json => { text => 'hello' });
call(petro => POST => 'chats/1/take');
call(olga => POST => 'chats/1/join');

my $rev = call(petro => GET => 'chats/1/messages')->{json}{rev};
my $seen = widget(GET => 'messages')->{json}{rev};
my $before = $t->redis->call('HGET', 'inbox:{default}:space', 'rev');


# an agent writes

my %poll = map { $_ => wait_as($_) } qw(petro olga visitor);
ok($t->wait_for(sub { $t->parked() == 3 }), 'three wait');

is(call(petro => POST => 'chats/1/typing')->{status}, 204, 'Petro writes');

for my $who (qw(olga visitor)) {
    my $r = $poll{$who}->read(10)->{json};

    is_deeply($r->{typing}, [{ from => 'agent', name => 'Petro the First' }],
        "$who sees it");
    is_deeply($r->{messages}, [], 'and no message');
    is($r->{rev}, $who eq 'visitor' ? $seen : $rev, 'the cursor stays');
}

is($t->parked(), 1, 'Petro does not see himself');


# the visitor writes; what was told is not told again

$poll{$_} = wait_as($_) for qw(olga visitor);
ok($t->wait_for(sub { $t->parked() == 3 }), 'they wait again');

is(widget(POST => 'typing')->{status}, 204, 'the visitor writes');
is_deeply($poll{$_}->read(10)->{json}{typing},
    [{ from => 'client', name => 'Іван  "Х"' }], "$_ sees it")
    for qw(petro olga);
is($t->parked(), 1, 'the visitor does not see himself');

is($t->redis->call('HGET', 'inbox:{default}:space', 'rev'), $before,
    'nothing was stored');


# after it, the message

$poll{petro} = wait_as('petro');
ok($t->wait_for(sub { $t->parked() == 2 }), 'waiting still');

widget(POST => 'messages', json => { text => 'there' });
my $r = $poll{petro}->read(10)->{json};
is($r->{messages}[0]{text}, 'there', 'the message comes with the old cursor');
is($r->{typing}, undef, 'without old news of writing');

call(petro => POST => 'chats/1/messages', json => { text => 'yes' });
is($poll{visitor}->read(10)->{json}{messages}[-1]{text}, 'there',
    "the visitor's own came first");

is(call(petro => POST => 'chats/9/typing')->{status}, 404, 'no such chat');
is($t->api(POST => 'chats/1/typing')->{status}, 204,
    'who does not take part writes unseen');

$t->done();


sub call {
    my ($who, $method, $path, %o) = @_;

    return $t->api($method, $path, token => $token{$who}, %o);
}


sub widget {
    my ($method, $path, %o) = @_;

    return $t->request($method, "/inbox/widget/site/$path",
        token => $token{visitor}, %o);
}


sub wait_as {
    my ($who) = @_;

    my ($path, $since) = ($who eq 'visitor') ? ('widget/site/messages', $seen)
        : ('api/v1/chats/1/messages', $rev);
    my $c = $t->connect();

    return $c->send(GET => "/inbox/$path?since=$since&wait=50",
        token => $token{$who});
}
