# Copyright (C) the ngx_inbox authors
#
# What a client writes, and an answer on its way to Telegram, and each of the
# allocations that these take fails once, one after another: in nginx, in our
# code, in jansson, in hiredis, in curl.  Nobody falls, every message is stored
# once and every answer arrives.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use NoMemory;
use Test::Inbox;

# from the request to Telegram's answer there are 110 to 135; a webhook takes
# fewer
my $ALLOCATIONS = 150;
my $OF_WEBHOOK = 60;

my $memory = NoMemory->new();
my $fake = FakeTelegram->new();
my $t = Test::Inbox->new(workers => 1, sanitized => 0,
    apis => { telegram => $fake->origin },
    env => $memory->env(),
    http => 'inbox_redis_timeout 2s; inbox_send_timeout 2s;');

$t->start();
$t->telegram();
$t->allow(qr/\((12: Cannot allocate memory)\)|curl failed with code 3/);

my ($worker) = $t->workers();
my %chat = map { $_ => chat($_) } 1 .. $ALLOCATIONS;
my $unspent = 0;

for my $n (1 .. $ALLOCATIONS) {
    $memory->fails(0, $n);
    answer($n);
    $t->wait_for(sub { $memory->left() == 0 || tried($n) }, 5);
    $unspent++ if $memory->left() > 0;
}

for my $n (1 .. $OF_WEBHOOK) {
    $memory->fails(0, $n);
    $t->wait_for(sub { told("said $n", 5000 + $n) })
        or diag("said $n: refused");
}

$memory->fails(0, 0);

ok($t->wait_for(sub { !grep { !tried($_) } keys %chat }, 40),
    'every answer arrives') or diag(join ' ', grep { !tried($_) } keys %chat);
is_deeply([map { $_->{text} } grep { $_->{from} eq 'client' } @{$t->api(
    GET => "chats/$chat{1}/messages?limit=200")->{json}{messages}}],
    ['Hello', map { "said $_" } 1 .. $OF_WEBHOOK],
    'each message is there once');
is_deeply([$t->workers()], [$worker], 'no worker fell');
cmp_ok($unspent, '<', $ALLOCATIONS / 3, 'most of them have failed');

$t->done();


# a chat of the client of this number, taken by us
sub chat {
    my ($client) = @_;

    $t->hook(FakeTelegram::update($client, 'Hello', id => $client));

    my ($chat) = @{$t->api(GET => 'journal')->{json}{chats}};

    $t->api(POST => "chats/$chat->{id}/take");

    return $chat->{id};
}


# until it is taken, as a page does
sub answer {
    my ($client) = @_;

    $t->wait_for(sub {
        my $r = eval {
            $t->api(POST => "chats/$chat{$client}/messages",
                json => { text => "to $client" },
                headers => { 'Idempotency-Key' => "answer-$client" });
        };

        return $r && $r->{status} == 201;
    }) or diag("answer $client was not taken");
}


# the first client's message, as Telegram brings it: until it is taken
sub told {
    my ($text, $id) = @_;

    my $r = eval { $t->hook(FakeTelegram::update($id, $text, id => 1)) };

    return $r && $r->{status} == 200;
}


sub tried {
    my ($client) = @_;

    return scalar grep { /"to $client\W/ } $fake->lines('calls');
}
