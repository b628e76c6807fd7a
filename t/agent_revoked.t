# Copyright (C) the ngx_inbox authors
#
# Rights that are taken away end the polls that had them, within a second: a
# token is revoked, an agent disabled, an agent deleted; others sleep on.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;
use Time::HiRes qw(time);

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox;

my $t = Test::Inbox->new(workers => 2)->start();
my %token = map { $_ => $t->agent($_) } qw(petro olga igor ivan);

$t->create('groups/support', { agents => [keys %token] });

my $visitor = $t->post('/inbox/widget/site/session', json => {})->{json}{token};
$t->post('/inbox/widget/site/messages', token => $visitor,
    json => { text => 'hello' });

my ($id) = $t->api(GET => 'agents/petro/tokens')->{json}{tokens}[0]{id};
my ($cookie) = $t->post('/inbox/api/v1/session',
    json => { token => $token{petro} })->{headers}{'set-cookie'} =~ /^([^;]+)/;

my $rev = $t->api(GET => 'journal')->{json}{rev};
my %polls = map { $_ => [
    poll("inbox?since=$rev", token => $token{$_}),
    poll("chats/1/messages?since=$rev", token => $token{$_}) ] } keys %token;
push @{$polls{petro}}, poll("inbox?since=$rev",
    headers => { Cookie => $cookie });

ok($t->wait_for(sub { $t->parked() == 9 }), 'everybody waits');

ends('petro', 'a revoked token', DELETE => "agents/petro/tokens/$id");
is($t->parked(), 6, 'the others sleep on');
ends('olga', 'a disabled agent', PUT => 'agents/olga',
    json => { name => 'Olga', enabled => JSON::PP::false });
ends('igor', 'a deleted agent', DELETE => 'agents/igor');
# a name has gone: lists are told anew, transcripts have nothing to tell
ok($t->wait_for(sub { $t->parked() == 1 }), 'who has his rights waits on');

$t->post('/inbox/widget/site/messages', token => $visitor,
    json => { text => 'again' });
is($_->read(10)->{status}, 200, 'and is told what is new')
    for @{$polls{ivan}};

$t->create('agents/olga', { name => 'Olga', enabled => JSON::PP::true });
is($t->api(GET => 'me', token => $token{olga})->{status}, 200,
    'enabled again, the same token lives');

$t->done();


sub poll {
    my ($path, %o) = @_;

    my $c = $t->connect();

    return $c->send(GET => "/inbox/api/v1/$path&wait=50", %o);
}


sub ends {
    my ($who, $what, @call) = @_;

    my $start = time();
    my $r = $t->api(@call);

    like($r->{status}, qr/^20[04]$/, "$what: done");

    for my $c (@{$polls{$who}}) {
        is($c->read(10)->{status}, 401, "$what ends a poll");
    }

    cmp_ok(time() - $start, '<', 1, "$what: within a second");
}
