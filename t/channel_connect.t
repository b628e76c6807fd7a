# Copyright (C) the ngx_inbox authors
#
# An admin connects a channel: its token is tried, its webhook registered by the
# platform's own API, and the platform calls the address back before it says
# yes.  What is wrong he is told in words.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use JSON::PP;
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeDesk;
use Test::Inbox;

my %fake = map { $_ => FakeDesk->new($_) }
    qw(telegram viber facebook instagram whatsapp vk);
my $t = Test::Inbox->new(workers => 2,
    apis => { map { $_ => $fake{$_}->origin } keys %fake })->start();

my %K = %FakeDesk::KNOWN;
my %credentials = (
    telegram => { token => $K{telegram}{token} },
    viber => { token => $K{viber}{token} },
    vk => { access_token => $K{vk}{token} },
    (map { $_ => { app_secret => $K{$_}{secret}, verify_token => 'the word & 1',
        access_token => $K{$_}{token} } } qw(facebook instagram whatsapp)),
);
$credentials{facebook}{account_id} = $K{facebook}{account};
$credentials{whatsapp}{phone_number_id} = $K{whatsapp}{account};

my %account = (telegram => '@shop_bot', viber => 'Shop on Viber',
    vk => 'Shop in VK', facebook => 'shop.page', instagram => 'shop.page',
    whatsapp => 'Shop on WhatsApp');
my %method = (telegram => qr{/setWebhook$}, viber => qr{/pa/set_webhook$},
    vk => qr{/method/groups\.setCallbackSettings$},
    facebook => qr{/subscribed_apps\?subscribed_fields=messages,},
    instagram => qr{/me/subscribed_apps\?subscribed_fields=messages,},
    whatsapp => qr{/v25\.0/$K{whatsapp}{account}$});

for my $kind (sort keys %fake) {
    my $made = put($kind);
    my $r = connect_it($kind);

    is($r->{status}, 200, "$kind: connected") or diag($r->{body});
    is($r->{json}{registered}, 1, "$kind: registered");
    is($r->{json}{account}, $account{$kind}, "$kind: whose token it is");
    is($r->{json}{hook_url}, $made->{hook_url}, "$kind: the address");
    ok((grep { $_->{path} =~ $method{$kind} } $fake{$kind}->calls()),
        "$kind: by its own API");

    my $h = $t->api(GET => "channels/$kind/health")->{json};

    is($h->{connected}{account}, $account{$kind}, "$kind: its health says so");
    is($h->{last_error}, undef, "$kind: nothing is wrong");

    # again, which changes nothing
    is(connect_it($kind)->{status}, 200, "$kind: once more");
}

is((grep { $_->{path} =~ /addCallbackServer/ } $fake{vk}->calls()), 1,
    'VK has one server of ours');
is_deeply($t->api(GET => 'channels/vk')->{json}{credentials},
    { map { $_ => 'set' } qw(access_token secret confirmation community_id) },
    'what VK told is kept');

my ($set) = map { $_->{json} } grep { $_->{path} =~ /setWebhook/ }
    $fake{telegram}->calls();
is_deeply([sort @{ $set->{allowed_updates} }], [sort qw(message edited_message
    callback_query my_chat_member business_message edited_business_message
    deleted_business_messages)], 'Telegram: what shall come');
like($set->{secret_token}, qr/^[\w-]{20,}$/, 'Telegram: with our secret');
like(connect_it('telegram')->{json}{note}, qr/Wrong response .* 503/,
    'Telegram: what it thinks of us');


# with its id the app's own callback is set, and asked

for my $kind (qw(facebook instagram)) {
    put($kind, settings => { app_id => '4242', login => 'facebook' });
    my $r = connect_it($kind);

    is($r->{status}, 200, "$kind: with the app") or diag($r->{body});
    is($r->{json}{note}, undef, "$kind: nothing is left to do by hand");
    ok((grep { $_->{path} =~ m{/4242/subscriptions$} } $fake{$kind}->calls()),
        "$kind: the app subscribes");
}

put('whatsapp', settings => { business_account_id => '777' });
is(connect_it('whatsapp')->{json}{note}, undef, 'WhatsApp: the account, too');


# what is wrong, in words

my %wrong = (
    telegram => [{ token => '1:Stale' }, qr/Unauthorized: .*BotFather/],
    viber => [{ token => 'stale' }, qr/invalidAuthToken: .*admin panel/],
    vk => [{ access_token => 'stale' }, qr/authorization failed.*: .*settings/],
    facebook => [{ access_token => 'stale' }, qr/Invalid OAuth.*: .*lasting/],
    whatsapp => [{ access_token => 'stale' }, qr/Invalid OAuth.*: .*lasting/],
);

for my $kind (sort keys %wrong) {
    my ($credentials, $words) = @{ $wrong{$kind} };

    put($kind, credentials => { %{ $credentials{$kind} }, %$credentials });
    my $r = connect_it($kind);

    is($r->{status}, 502, "$kind: a bad token");
    is($r->{json}{code}, 'platform_refused', "$kind: the platform says no");
    like($r->{json}{detail}, $words, "$kind: and what to do about it");

    my $h = $t->api(GET => "channels/$kind/health")->{json};
    is($h->{connected}, undef, "$kind: not connected");
    is($h->{last_error}{in}, 'connect', "$kind: its health knows");
    unlike($r->{body}, qr/stale/i, "$kind: no token in the words");
}

# a platform that repeats the token
put('telegram');
$fake{telegram}->next({ status => 401,
    description => "no bot has $K{telegram}{token}" });
my $r = connect_it('telegram');
unlike($r->{body}, qr/BotToken/, 'a token that comes back is not shown');
unlike($t->api(GET => 'channels/telegram/health')->{body}, qr/BotToken/,
    'nor kept');

# a platform that does not answer
$fake{viber}->stop();
put('viber');
$r = connect_it('viber');
is($r->{status}, 502, 'a platform that is away');
cmp_ok(length $r->{json}{detail}, '>', 0, 'in words, too');


# nothing to register, and nobody to do it

is(connect_it('site')->{json}{registered}, JSON::PP::false,
    'a site has nowhere to register');
is(connect_it('none')->{status}, 404, 'no channel');
is($t->api(POST => 'channels/telegram/connect', token => $t->agent('petro'))
    ->{status}, 403, 'not for agents');
is(scalar(grep { $_->{action} eq 'channel_connected' }
    @{ $t->api(GET => 'audit?limit=200')->{json}{entries} }), 16,
    'who connected what is written down');

$t->done();


sub put {
    my ($kind, %o) = @_;

    return $t->api(PUT => "channels/$kind", json => { kind => $kind,
        title => 'Shop', group => 'support',
        credentials => $credentials{$kind}, %o },
        headers => { Host => '127.0.0.1:' . $t->port })->{json};
}


sub connect_it {
    my ($channel) = @_;

    return $t->api(POST => "channels/$channel/connect",
        headers => { Host => '127.0.0.1:' . $t->port });
}
