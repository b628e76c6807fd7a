# Copyright (C) the ngx_inbox authors
#
# An admin who has set the right token does not wait: messages that the platform
# did not take, and clients whom it did not tell of, are tried at once.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakePeople;
use Test::Inbox;

my $fake = FakePeople->new('telegram');
my $t = Test::Inbox->new(lookups => 4, workers => 2,
    apis => { telegram => $fake->origin })->start();


# the token is an old one

$fake->person($_ => { picture => 'AgAC' }) for 404, 405;
token('123:old');
$t->hook(FakeTelegram::update(1, 'hi', id => 404));
ok($t->wait_for(sub { (health()->{last_error}{text} // '') =~ /Unauthorized/ }),
    'health tells of a bad token');
$t->hook(FakeTelegram::update(2, 'hi', id => 405));
ok(!$fake->asked, 'nobody is asked for');

token('123:bot');
ok($t->wait_for(sub { $fake->asked == 2 }, 10), 'until there is a good one');
ok($t->wait_for(sub { chat(404)->{contact}{avatar}{url} }), 'there he is');


# messages wait for minutes

$fake->next(map { { status => 429, retry_after => 600, to => $_ } } 404, 405);
answer($_) for 404, 405;
ok($t->wait_for(sub { 2 == grep { $_->{path} =~ /sendMessage/ } $fake->calls }),
    'busy, for minutes');
ok($t->wait_for(sub { health()->{last_error}{in} eq 'send' }), 'as health tells');

is($t->api(POST => 'channels/bot/connect')->{status}, 200, 'it is connected');
ok($t->wait_for(sub { sent(404) && sent(405) }, 10), 'and they are sent');

$fake->stop();
$t->done();


sub token {
    my ($token) = @_;

    $t->telegram(credentials => { token => $token, secret => 'hook-secret' });
}


sub health { return $t->api(GET => 'channels/bot/health')->{json} }


sub chat {
    my ($user) = @_;

    my ($chat) = grep { $_->{contact}{external_id} eq $user }
        @{$t->api(GET => 'journal')->{json}{chats}};

    return $chat;
}


sub answer {
    my ($user) = @_;

    my $n = chat($user)->{id};

    $t->api(POST => "chats/$n/take");
    $t->api(POST => "chats/$n/messages", json => { text => 'answer' });
}


sub sent {
    my ($user) = @_;

    my $n = chat($user)->{id};

    return $t->api(GET => "chats/$n/messages")->{json}{messages}[-1]{delivery}
        eq 'sent';
}
