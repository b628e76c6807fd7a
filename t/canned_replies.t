# Copyright (C) the ngx_inbox authors
#
# An admin keeps replies ready, agents find theirs.

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

is_deeply($t->api(GET => 'canned')->{json}, { canned => [] }, 'none yet');

my $r = $t->api(PUT => 'canned/hello', json => { shortcut => 'hi',
    text => "Hello!\nHow can I help?" });
is($r->{status}, 200, 'one is made');
is_deeply($r->{json}, { id => 'hello', shortcut => 'hi', group => undef,
    text => "Hello!\nHow can I help?" }, 'as it was given');

$t->create('canned/vip', { shortcut => 'vip', text => 'Sir', group =>
    'support' });

is(ids($petro), 'hello', 'an agent sees those for everybody');
is(ids($t->token), 'hello vip', 'the owner all of them');

$t->create('groups/support', { agents => ['petro'] });
is(ids($petro), 'hello vip', "a member sees his group's");

is($t->api(PUT => 'canned/x', token => $petro,
    json => { shortcut => 'x', text => 'x' })->{json}{code}, 'forbidden',
    'an agent makes none');

for my $wrong ({ text => 'x' }, { shortcut => 'x' },
    { shortcut => 'x' x 41, text => 'x' }, { shortcut => 'x', text => 7 },
    { shortcut => 'x', text => 'x' x 4001 },
    { shortcut => 'x', text => 'x', group => 'none' })
{
    my $no = $t->api(PUT => 'canned/x', json => $wrong);

    is($no->{json}{code}, 'invalid', 'what is not right is refused');
    ok($no->{json}{errors}[0]{field}, 'and the field is named');
}

is($t->api(DELETE => 'canned/hello')->{status}, 204, 'deleted');
is($t->api(GET => 'canned/hello')->{status}, 404, 'gone');
is($t->api(GET => 'canned/vip')->{json}{text}, 'Sir', 'the other stays');

$t->done();


sub ids {
    my ($token) = @_;

    return join ' ', map { $_->{id} }
        @{$t->api(GET => 'canned', token => $token)->{json}{canned}};
}
