# Copyright (C) the ngx_inbox authors
#
# Locations inside an inbox, and conditions in it: a part of the calls can have
# rules of its own, as `allow` and `deny` for the metrics, and neither "if" nor
# "limit_except" makes nginx forget where the inbox begins.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox;

my $t = Test::Inbox->new(location => <<'END', server => <<'END')->start();
    location = /inbox/metrics {
        deny all;
        inbox on;
    }
    location /inbox/api/v1/agents {
        inbox on;
        add_header X-Where agents always;
    }
    location /inbox/plain/ {
        return 200 "plain";
    }
    if ($arg_tea) {
        set $tea 1;
    }
    limit_except GET POST PUT {
        deny all;
    }
END
    location = /metrics {
        allow 127.0.0.1;
        deny all;
        proxy_pass http://127.0.0.1:PORT/inbox/health;
    }
END

my $r = $t->get('/inbox/metrics');
is($r->{status}, 403, 'metrics can be denied');
is($r->{json}{code}, 'forbidden', 'with a problem document');

$r = $t->api(GET => 'agents');
is($r->{status}, 200, 'a part of the calls in a location of its own');
like($r->{head}, qr/^X-Where: agents/m, 'with its own rules');
is($t->api(GET => 'agents/nobody')->{status}, 404, 'and what is below it');

is($t->get('/inbox/plain/')->{body}, 'plain',
    'a location inside that is no inbox is none');

is($t->api(GET => 'me?tea=1')->{status}, 200, '"if" is the same inbox');
is($t->api(DELETE => 'session')->{status}, 403, '"limit_except" limits');
is($t->api(GET => 'me')->{status}, 200, 'and changes nothing else');
is($t->get('/metrics')->{status}, 200, 'other locations are as ever');

$t->done();
