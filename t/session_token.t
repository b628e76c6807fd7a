# Copyright (C) the ngx_inbox authors
#
# Who comes in, and how: tokens, the cookie and its guard, and the words for
# those who do not.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox;

my $t = Test::Inbox->new()->start();
my $petro = $t->agent('petro');


# nobody

for my $token (undef, '', 'x', "${petro}x", 'root', substr $petro, 0, -1) {
    my $r = $t->get('/inbox/api/v1/me', token => $token);

    is($r->{status}, 401, 'refused: ' . ($token // 'no token'));
    is($r->{headers}{'content-type'}, 'application/problem+json',
        'with a problem document');
    is($r->{json}{code}, 'unauthorized', 'and its word');
}


# a token

is(me(token => $petro)->{agent}{role}, 'agent', 'Petro is an agent');
is(me(token => $t->token)->{agent}{role}, 'owner', 'root is the owner');

my $r = $t->get('/inbox/api/v1/journal', token => $petro);
is($r->{status}, 403, 'the journal is not for agents');


# a cookie

$r = $t->post('/inbox/api/v1/session', json => { token => 'wrong' });
is($r->{status}, 401, 'a wrong token opens no session');

$r = $t->post('/inbox/api/v1/session', json => { token => $petro });
is($r->{status}, 204, 'the right one does');

my $set = $r->{headers}{'set-cookie'};
like($set, qr/HttpOnly/, 'scripts do not see the cookie');
like($set, qr/SameSite=Strict/, 'other sites do not send it');
unlike($set, qr/\Q$petro\E/, 'and the token is not in it');

my ($cookie) = $set =~ /^([^;]+)/;
my %with = (headers => { Cookie => $cookie });

is(me(%with)->{agent}{id}, 'petro', 'the cookie is enough to read');

$r = $t->request(PUT => '/inbox/api/v1/me/presence', %with,
    json => { away => JSON::PP::true });
is($r->{status}, 403, 'but not to write');
is($r->{json}{code}, 'csrf', 'as another site might');

$r = $t->request(PUT => '/inbox/api/v1/me/presence',
    headers => { Cookie => $cookie, 'X-Inbox' => 1 },
    json => { away => JSON::PP::true });
is($r->{status}, 204, 'the page says who it is');


# of several of that name, which a browser sends in an order of its own, the
# good one counts; it was only the first that was looked at

my $root = cookie($t->token);
my $bad = $cookie =~ s/.$/-/r;

for my $case ([$bad, $cookie], [$cookie, $bad], ['inbox_session=', $cookie],
    ['inbox_session', 'x_inbox_session=y', $bad, $bad, 'a="b"', $cookie, ''],
    [$cookie, $root])
{
    my $line = join '; ', @$case;

    is(me(headers => { Cookie => $line })->{agent}{id}, 'petro',
        'a good one: ' . join ' ', map { substr $_, 0, 16 } @$case);
}

is($t->get('/inbox/api/v1/me', headers => { Cookie => "$bad; $bad;$bad" })
    ->{status}, 401, 'none');
is($t->request(PUT => '/inbox/api/v1/me/presence', headers => {
    Cookie => "$bad; $cookie" }, json => { away => JSON::PP::true })
    ->{json}{code}, 'csrf', 'with its guard');

my $c = $t->connect();
$c->write("GET /inbox/api/v1/me HTTP/1.1\r\nHost: x\r\nCookie: $bad\r\n"
    . "Cookie: a=b\r\nCookie: $cookie\r\n\r\n");
is($c->read()->{json}{agent}{id}, 'petro', 'in several lines');


# nor may a foreign page sign its visitors in, as somebody else

$r = $t->post('/inbox/api/v1/session', type => 'text/plain',
    body => qq({"token":"$petro"}), headers => { Origin => 'https://evil' });
is($r->{json}{code}, 'csrf', 'a foreign page opens no session');
is($r->{headers}{'set-cookie'}, undef, 'and sets no cookie');

$r = $t->post('/inbox/api/v1/session', json => { token => $petro },
    headers => { Origin => 'https://us', 'X-Inbox' => 1 });
is($r->{status}, 204, 'our own does');


# odd requests have words too

$r = $t->api(DELETE => 'me');
is($r->{status}, 405, 'a method that is not there');
is($r->{json}{code}, 'method_not_allowed', 'is named');
like($r->{headers}{allow}, qr/GET/, 'with those that are');

is($t->api(GET => 'nothing/here')->{json}{code}, 'not_found',
    'a path that is not there');
is($t->api(PUT => 'groups/x', body => '{', type => 'application/json')
    ->{json}{code}, 'bad_json', 'a body that is not JSON');

$r = $t->api(PUT => 'agents/olga', json => { name => 7, role => 'king' });
is($r->{status}, 422, 'a body that is not right');
is($r->{json}{code}, 'invalid', 'is named');
ok(@{$r->{json}{errors} || []}, 'with what is wrong in it');


# a token that was taken away

my ($id) = map { $_->{id} }
    @{$t->api(GET => 'agents/petro/tokens')->{json}{tokens}};

is($t->api(DELETE => "agents/petro/tokens/$id")->{status}, 204, 'taken away');
is($t->get('/inbox/api/v1/me', token => $petro)->{status}, 401, 'it is dead');
is($t->get('/inbox/api/v1/me', %with)->{status}, 401, 'and so is its cookie');

$t->done();


sub cookie {
    return ($t->post('/inbox/api/v1/session', json => { token => $_[0] })
        ->{headers}{'set-cookie'} =~ /^([^;]+)/)[0];
}


sub me {
    return $t->get('/inbox/api/v1/me', @_)->{json};
}
