# Copyright (C) the ngx_inbox authors
#
# What an admin sees of a channel: its health, the webhooks that came last with
# what became of each, and one of them once more.  Its secrets he does not see.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Sys::Hostname qw(hostname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Line;

my $known = $FakePlatform::KNOWN{vk};
my ($secret, $user) = @$known{qw(secret user)};

# one worker: two tell of their webhooks each in its own time
my $l = Line->new('vk', workers => 1, sign => sub { () }, credentials => {
    access_token => $known->{token}, secret => $secret,
    community_id => $known->{account}, confirmation => '3f4a5b6c' });
my $t = $l->t;
my $node = hostname() =~ s/[^A-Za-z0-9.-]/_/gr;


# nothing yet

my $h = $t->api(GET => 'channels/line/health')->{json};
is($h->{last_update}, undef, 'nothing has come');
is_deeply($h->{rejected_signatures}, {}, 'nothing was rejected');
is($t->api(GET => "channels/none/$_")->{status}, 404, "$_ of no channel")
    for 'health', 'events';


# what came, and what became of it

$l->hook(message(1, 'Привіт'));
$l->hook(message(1, 'Привіт'));
$l->hook(event(type => 'confirmation'));
$l->hook(event(type => 'group_join', object => {}));
$l->hook(message(2, 'x', secret => 'Another'));
$l->hook('{"secret":');
$l->hook(event(type => 'message_new', object => { message => 5 }));

my @ring = ring(7);
is(join(' ', map { $_->{outcome} } reverse @ring), 'stored known greeting '
    . 'nothing bad_signature bad_signature nothing', 'newest first');
is(join(' ', map { $_->{status} } reverse @ring), '200 200 200 200 401 401 200',
    'as they were answered');
is_deeply($ring[6]{events}, [{ type => 'message', result => 'new', chat => 1 }],
    'what was stored');
is($ring[0]{odd}, 1, 'not understood');
like($ring[6]{body}, qr/Привіт/, 'the body');
unlike(join('', map { $_->{body} // '' } @ring), qr/$secret/, 'has no secret');
like($ring[6]{body}, qr/"secret":"\*\*\*"/, 'but a place for it');
is($ring[1]{body}, undef, 'what is not theirs is not kept');

$h = $t->api(GET => 'channels/line/health')->{json};
is($h->{updates}, 5, 'counted');
is_deeply($h->{warnings}, [], 'it needs no links');
is($h->{odd_bodies}, 1, 'odd ones');
is_deeply($h->{rejected_signatures}, { $node => 2 }, 'rejected, by node');
is($h->{last_error}{in}, 'webhook', 'the last error');
like($h->{last_error}{text}, qr/^the signature or secret /, 'in words');


# once more

my $r = replay($ring[6]{id});
is($r->{status}, 200, 'replayed');
is($r->{json}{outcome}, 'known', 'which does no harm');
is_deeply($l->texts(1), ['Привіт'], 'and doubles nothing');
is(replay($ring[3]{id})->{json}{outcome}, 'nothing', 'nothing for us');
is(replay($ring[1]{id})->{status}, 422, 'one without a body');
is(replay($_)->{status}, 404, "no event $_") for '999', 'x', '1x';

$t->api(PUT => 'spaces/default', json => { suspended => JSON::PP::true });
$r = $l->hook(message(3, 'late'));
is("$r->{status} $r->{json}{code}", '503 suspended', 'refused for a while');
is($r->{headers}{'retry-after'}, 3600, 'and told when to come again');
$t->api(PUT => 'spaces/default', json => { suspended => JSON::PP::false });
my ($failed) = ring(8);
is($failed->{outcome}, 'failed', 'what failed is kept');
is(replay($failed->{id})->{json}{outcome}, 'stored', 'and can be made good');
is_deeply($l->texts(1), ['Привіт', 'late'], 'it is there');
is((grep { $_->{action} eq 'event_replayed' }
    @{$t->api(GET => 'audit')->{json}{entries}}), 3, 'and written down');


# the other way

my $id = $l->take($user);
$l->fake->next($l->fake->error(902, 'Permission denied by privacy settings'));
is($l->settled($l->answer($id, 'no'))->{delivery}, 'failed', 'not sent');
$h = $t->api(GET => 'channels/line/health')->{json};
is($h->{last_error}{text}, 'Permission denied by privacy settings',
    "in VK's words");
is($h->{last_error}{in}, 'send', 'of a send');
is($l->settled($l->answer($id, 'yes'))->{delivery}, 'sent', 'sent');
ok($t->api(GET => 'channels/line/health')->{json}{last_sent}, 'seen');
is($t->api(GET => 'channels/line/health')->{json}{queue_length}, 0,
    'nothing waits');


# a busy channel: every one is counted, some are kept

my @answers = $t->parallel(map { [POST => '/inbox/hook/line',
    $l->delivery(message(100 + $_, "no $_"))] } 1 .. 300);
is(scalar(grep { $_ && $_->{status} == 200 } @answers), 300, 'accepted');
ok($t->wait_for(sub { $t->api(GET => 'channels/line/health')
    ->{json}{updates} == 305 }, 30), 'all are counted');
my $page = $t->api(GET => 'channels/line/events?limit=200')->{json};
cmp_ok(scalar @{ $page->{events} }, '<=', 50, 'and no more kept than allowed');
is($page->{next}, undef, 'that was all');
is(scalar @{ $t->api(GET => 'channels/line/events?limit=2')->{json}{events} }, 2,
    'in pages');

# too long to be kept; its neighbours are not the worse for it
$l->hook(message(1000, 'x' x 20_000));
ok($t->wait_for(sub { my ($e) = ring(1); $e->{size} > 20_000
    && !defined $e->{body} }, 10), 'a long one is kept without its body');


# an erased client is nowhere

is($t->api(DELETE => 'chats/1')->{status}, 204, 'erased');
unlike(join('', map { $_->{body} // '' } ring(1)), qr/no \d|late/,
    'also not in the ring');


# who may not

my $petro = $t->agent('petro');
is($t->api($_->[0] => "channels/line/$_->[1]", token => $petro)->{status}, 403,
    "$_->[1] is not for agents") for [GET => 'health'], [GET => 'events'],
    [POST => 'events/1/replay'];

$t->done();


# the ring, when it has so many
sub ring {
    my ($n) = @_;

    my $events;

    $t->wait_for(sub {
        $events = $t->api(GET => 'channels/line/events')->{json}{events};
        return @$events >= $n;
    }, 20);

    return @$events;
}


sub replay {
    my ($event) = @_;

    return $t->api(POST => "channels/line/events/$event/replay");
}


sub event {
    my (%e) = @_;

    return { group_id => $known->{account} + 0, v => '5.199', secret => $secret,
        event_id => 'e' . int rand 1e9, %e };
}


sub message {
    my ($n, $text, %e) = @_;

    return event(type => 'message_new', object => { message => { id => $n,
        conversation_message_id => $n, date => time(), peer_id => $user + 0,
        from_id => $user + 0, out => 0, text => $text, attachments => [] },
        client_info => {} }, %e);
}
