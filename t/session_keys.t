# Copyright (C) the ngx_inbox authors
#
# The key of the server is changed while people work: what the old one had made
# goes on as long as it is the second line of the file, and what is made then is
# the new one's.  And those whom nginx itself knows: no token, no cookie.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use MIME::Base64 qw(encode_base64);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;

my $NEW = 'ab' x 32;

my $t = Test::Inbox->new(server => <<'END')->start();
        location /desk/ {
            alias html/;
            inbox on;
            inbox_agent $remote_user;
            inbox_public_url https://shop.example/desk;
            auth_basic "desk";
            auth_basic_user_file users;
        }
END

$t->spew('users', "petro:{PLAIN}secret\nmallory:{PLAIN}secret\n"
    . "root:{PLAIN}secret\n");


# the key

my $petro = $t->agent('petro');
$t->telegram();

my $old = cookie($t->post('/inbox/api/v1/session', json => { token => $petro }));
my $visitor = session();
my $secret = Test::Inbox::slurp($t->dir . '/secret');

rotate("$NEW\n$secret\n");

is(me($old), 200, 'a session goes on under the key before');
is(visit($visitor), 200, 'and so does a visitor');
is($t->hook(FakeTelegram::update(1, 'one'))->{status}, 200,
    'and credentials are read');

my $new = cookie($t->post('/inbox/api/v1/session', json => { token => $petro }));
my $late = session();
$t->create('channels/bot', { kind => 'telegram', group => 'support',
    credentials => { token => '123:bot', secret => 'hook-secret' } });

rotate("$NEW\n");

is(me($old), 401, 'when it has left the file, its sessions are over');
is(visit($visitor), 401, 'and its visitors are strangers');
is(me($new), 200, 'those of the new key go on');
is(visit($late), 200, 'and its visitors');
is($t->hook(FakeTelegram::update(2, 'two'))->{status}, 200,
    'and credentials that were set again meanwhile');


# whom nginx knows

is(desk('petro', GET => 'me')->{json}{agent}{id}, 'petro',
    'a user of nginx is the agent of that name');
is(desk('petro', PUT => 'me/presence')->{status}, 204, 'and may act');
is(desk('petro', PUT => 'me/presence', Origin => 'https://evil.example')
    ->{json}{code}, 'csrf', 'but not for a page of another site');
is(desk('petro', PUT => 'me/presence', Origin => 'https://shop.example',
    'X-Inbox' => 1)->{status}, 204, 'our own says so');
is(desk('mallory', GET => 'me')->{status}, 401,
    'a user who is no agent is nobody');
is(desk('root', GET => 'me')->{status}, 401,
    'and nobody is root by his name');
is($t->get('/desk/api/v1/me')->{status}, 401, 'without a user nginx says no');
is($t->get('/inbox/api/v1/me', headers => { Authorization => basic('petro') })
    ->{status}, 401, 'a location that does not ask nginx takes no such word');

my $set = $t->post('/desk/api/v1/session', headers => {
    Authorization => basic('petro') }, json => { token => $petro })
    ->{headers}{'set-cookie'};
like($set, qr/; Secure/, 'a cookie of an https address is for https alone');
like($set, qr{Path=/desk/}, 'and for its location');

$t->done();


sub rotate {
    $t->spew('secret', $_[0]);
    $t->reload();

    # the worker of the old configuration has left
    $t->wait_for(sub { $t->workers() == 1 });
}


sub cookie {
    return ($_[0]{headers}{'set-cookie'} =~ /^([^;]+)/)[0];
}


sub me {
    return $t->get('/inbox/api/v1/me', headers => { Cookie => $_[0] })
        ->{status};
}


sub session {
    return $t->post('/inbox/widget/site/session', json => {})->{json}{token};
}


sub visit {
    return $t->get('/inbox/widget/site/messages', token => $_[0])->{status};
}


sub basic { return 'Basic ' . encode_base64("$_[0]:secret", '') }


sub desk {
    my ($who, $method, $path, %headers) = @_;

    return $t->request($method, "/desk/api/v1/$path", headers => {
        Authorization => basic($who), %headers },
        $method eq 'PUT' ? (json => { away => JSON::PP::false }) : ());
}
