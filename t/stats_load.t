# Copyright (C) the ngx_inbox authors
#
# The load at a glance, for owner and admin.

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
my $ada = $t->agent('ada', role => 'admin');

$t->create('groups/support', { agents => ['petro'] });
visit($_) for 1 .. 3;
$t->api(POST => 'chats/1/take', token => $petro);
$t->api(POST => 'chats/1/messages', token => $petro, json => { text => 'yes' });

is($t->api(GET => 'stats', token => $petro)->{status}, 403,
    'it is not for agents');

my $r = $t->api(GET => 'stats', token => $ada);
is($r->{status}, 200, 'an admin looks');

my $load = $r->{json};
is_deeply($load->{counts}, { unassigned => 2, active => 1, inactive => 0 },
    'by status');
is_deeply($load->{channels}, [{ id => 'site', title => 'Site',
    %{$load->{counts}} }], 'by channel');
is_deeply($load->{groups}, [{ id => 'support', name => 'support',
    %{$load->{counts}} }], 'by group');
is((grep { $_->{id} eq 'petro' } @{$load->{agents}})[0]{active}, 1,
    'by agent');
is($load->{oldest_waiting}{chat}, 2, 'who waits longest');
is($load->{first_answer}{today}{count}, 1, 'one was answered');
cmp_ok($load->{first_answer}{today}{median}, '<=', 5, 'soon');

is($t->api(GET => 'stats', token => $ada,
    headers => { 'If-None-Match' => $r->{headers}{etag} })->{status}, 304,
    'asked again, nothing has changed');

$t->done();


sub visit {
    my $token = $t->post('/inbox/widget/site/session', json => {})
        ->{json}{token};

    $t->post('/inbox/widget/site/messages', token => $token,
        json => { text => 'hello' });
}
