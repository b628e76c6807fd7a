# Copyright (C) the ngx_inbox authors
#
# Pages of the origins in a site's settings may call the widget from their own
# scripts and read every answer, also that of a poll that has slept; pages of
# others may not.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox;

my $SHOP = 'https://shop.example';
my $t = Test::Inbox->new(workers => 2)->start();

$t->create('channels/site', { kind => 'site', title => 'Site',
    group => 'support',
    settings => { origins => [$SHOP, 'https://*.shops.example'] } });


# a preflight

my $r = ask(OPTIONS => 'messages', $SHOP,
    'Access-Control-Request-Method' => 'POST');
is($r->{status}, 204, 'a preflight is answered');
is(allowed($r), $SHOP, 'with the origin');
like($r->{headers}{'access-control-allow-methods'}, qr/POST/, 'its methods');
like($r->{headers}{'access-control-allow-headers'}, qr/Authorization/,
    'its headers');
is($r->{headers}{vary}, 'Origin', 'and differs by origin');

is(allowed(ask(OPTIONS => 'messages', $_)), undef, "not for $_")
    for 'https://evil.example', "$SHOP.evil.example", 'http://shop.example',
    'https://shops.example', 'null', 'https://evil.example/.shops.example/';
is(allowed(ask(OPTIONS => 'session', 'https://a.b.shops.example')),
    'https://a.b.shops.example', 'a host of a pattern');


# calls

$r = ask(POST => 'session', $SHOP);
is($r->{status}, 201, 'a session');
is(allowed($r), $SHOP, 'may be read');
my $token = $r->{json}{token};

is(allowed($t->get('/inbox/widget/site', headers => { Origin => $SHOP })),
    $SHOP, 'so may what the widget is');

$r = ask(GET => 'messages', $SHOP);
is("$r->{status} " . allowed($r), "401 $SHOP", 'errors may be read too');
$r = ask(POST => 'messages', 'https://evil.example');
is("$r->{status} " . (allowed($r) // '-'), '401 -', 'not by others');
is(allowed($t->get('/inbox/widget/none', headers => { Origin => $SHOP })),
    undef, 'no channel, no origins');
is(allowed($t->get('/inbox/api/v1/me', headers => { Origin => $SHOP },
    token => $t->token)), undef, 'nor is the API open');


# a poll that has slept

$r = $t->post('/inbox/widget/site/messages', token => $token,
    headers => { Origin => $SHOP }, json => { text => 'hello' });
is("$r->{status} " . allowed($r), "201 $SHOP", 'a message');

my $rev = $t->get('/inbox/widget/site/messages', token => $token)->{json}{rev};

for my $origin ($SHOP, 'https://evil.example') {
    my $c = $t->connect();

    $c->send(GET => "/inbox/widget/site/messages?since=$rev&wait=30",
        token => $token, headers => { Origin => $origin });
    ok($t->wait_for(sub { $t->parked() == 1 }), 'a poll sleeps');

    $r = $t->post('/inbox/widget/site/messages', token => $token,
        json => { text => 'again' });
    $r = $c->read(10);
    is($r->{json}{messages}[0]{text}, 'again', 'wakes');
    is(allowed($r), $origin eq $SHOP ? $SHOP : undef,
        "and its answer is for $SHOP only");
    is(scalar(() = $r->{head} =~ /^Access-Control-Allow-Origin/mgi),
        $origin eq $SHOP ? 1 : 0, 'said once');
    $rev = $r->{json}{rev};
}

# what is no origin is refused, with what the channel has left as it is

for my $odd ('"https://a.example"', '["ftp://a.example"]', '["https://"]',
    '["https://a.example/path"]', '["https://a b"]', '[1]', '[null]',
    "[\"https://a\\r\\nX: 1\"]")
{
    my $r = $t->api(PUT => 'channels/site',
        body => qq({"kind":"site","settings":{"origins":$odd}}));

    is($r->{status}, 422, "no origins: $odd");
}

# what else a site is told is looked at as well, and the field is named

for my $odd (['greeting', '7'], ['greeting', '"' . 'x' x 2001 . '"'],
    ['away', '[]'], ['color', '"#12345"'], ['color', '"#12345g"'], ['color', '"red;}*{"'], ['color', '7'],
    ['color', '""'], ['locale', '"de"'], ['ask', '"name"'],
    ['ask', '["age"]'], ['ask', '[1]'], ['hours', '"always"'],
    ['origins', '["shop.example"]'])
{
    my ($name, $value) = @$odd;
    my $r = $t->api(PUT => 'channels/odd', type => 'application/json',
        body => qq({"kind":"site","settings":{"$name":$value}}));

    is("$r->{status} " . ($r->{json}{errors}[0]{field} // ''),
        "422 settings.$name", substr "$name is not $value", 0, 60);
}

$t->done();


sub ask {
    my ($method, $path, $origin, %headers) = @_;

    return $t->request($method, "/inbox/widget/site/$path",
        headers => { Origin => $origin, %headers },
        $method eq 'POST' ? (json => {}) : ());
}


sub allowed { return $_[0]{headers}{'access-control-allow-origin'} }
