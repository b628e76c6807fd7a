# Copyright (C) the ngx_inbox authors
#
# What strangers may do is limited, by default and over all workers: 429 with
# the time to wait.  `inbox_limits off` lets everything pass.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox;

my $t = Test::Inbox->new(workers => 2, limits => 'on', http =>
    'inbox_limit_messages 5; inbox_limit_chats 3; real_ip_header X-Real-IP;'
    . 'set_real_ip_from 127.0.0.1;')->start();


# sessions: twenty a minute, of one address

my @token = map { $_->{json}{token} // () }
    my @answers = map { session() } 1 .. 21;

is(scalar @token, 20, 'twenty sessions');
limited($answers[20], 60, 'one more');
is(session('192.0.2.9')->{status}, 201, 'another address, after realip');
is($t->post('/inbox/widget/site/session',
    json => { token => $token[0] })->{status}, 201,
    'who comes again is not new');


# chats: three an hour

is(visit($token[$_])->{status}, 201, "chat $_") for 0 .. 2;
limited(visit($token[3]), 3600, 'the fourth');
is($t->post('/inbox/widget/site/messages', token => $token[3],
    json => { text => 'x' }, headers => { 'X-Real-IP' => '2001:db8::1' })
    ->{status}, 201, 'of another address');
is(@{$t->api(GET => 'journal')->{json}{chats}}, 4, 'no more chats than that');


# messages: five a minute

is(visit($token[0])->{status}, 201, 'another message') for 2 .. 5;
limited(visit($token[0]), 60, 'the sixth');
is(visit($token[1])->{status}, 201, 'of that visitor');


# logins: twenty a minute, right or wrong

my @logins = map { $t->post('/inbox/api/v1/session',
    json => { token => $_ > 1 ? 'wrong' : $t->token }) } 1 .. 21;

is($logins[0]{status}, 204, 'the owner signs in');
is($logins[19]{status}, 401, 'somebody tries');
limited($logins[20], 60, 'and tries again');


# off

my @old = $t->workers();

$t->{limits} = 'off';
$t->spew('nginx.conf', $t->nginx_conf());
$t->reload();

# those who leave still accept for a moment
$t->wait_for(sub {
    my %now = map { $_ => 1 } $t->workers();
    return !grep { $now{$_} } @old;
});

is(session()->{status}, 201, 'off is off');
is(session()->{status}, 201, 'any number') for 1 .. 25;

$t->done();


sub session {
    my ($address) = @_;

    return $t->post('/inbox/widget/site/session', json => {},
        $address ? (headers => { 'X-Real-IP' => $address }) : ());
}


sub visit {
    my ($token) = @_;

    return $t->post('/inbox/widget/site/messages', token => $token,
        json => { text => 'x' });
}


sub limited {
    my ($r, $most, $what) = @_;

    is("$r->{status} $r->{json}{code}", '429 too_many_requests',
        "$what is too many");
    cmp_ok($r->{headers}{'retry-after'}, '<=', $most, 'and may come later');
    cmp_ok($r->{headers}{'retry-after'}, '>', 0, 'a little later');
}
