# Copyright (C) the ngx_inbox authors
#
# A chat is given a title and tags, and is found by them; whoever waits for
# changes of the journal sees it.

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

my $token = $t->post('/inbox/widget/site/session', json => {})->{json}{token};
$t->post('/inbox/widget/site/messages', token => $token,
    json => { text => 'hello' });

my $rev = $t->api(GET => 'journal')->{json}{rev};
my $c = $t->connect();

$c->send(GET => "/inbox/api/v1/journal?since=$rev&wait=30",
    token => $t->token);
$t->wait_for(sub { $t->parked() == 1 });

my $r = $t->api(PATCH => 'chats/1', json => { title => ' Завод ',
    tags => ['vip', 'Київ'] });

is($r->{status}, 200, 'a title and tags');
is($r->{json}{title}, 'Завод', 'the title');
is_deeply($r->{json}{tags}, ['vip', 'Київ'], 'the tags');

my $told = $c->read(10)->{json};
is($told->{chats}[0]{title}, 'Завод', 'whoever waits is told');

is(found('tag=vip'), 1, 'found by a tag');
is(found('tag=%D0%9A%D0%B8%D1%97%D0%B2'), 1, 'of any letters');
is(found('tag=none'), 0, 'and by no other');

$r = $t->api(PATCH => 'chats/1', json => { title => undef });
is($r->{json}{title}, 'Guest #1', 'a title is taken away');
is_deeply($r->{json}{tags}, ['vip', 'Київ'], 'the tags stay');
is_deeply($t->api(PATCH => 'chats/1', json => { tags => [] })->{json}{tags},
    [], 'until they go');

for my $wrong ({ title => 7 }, { title => 'x' x 201 }, { tags => 'vip' },
    { tags => [7] }, { tags => [''] }, { tags => [1 .. 21] },
    { tags => ['x' x 51] })
{
    my $no = $t->api(PATCH => 'chats/1', json => $wrong)->{json};

    is($no->{code}, 'invalid', 'refused');
    is($no->{errors}[0]{field}, (keys %$wrong)[0], 'with its field');
}

is($t->api(PATCH => 'chats/1', token => $petro,
    json => { title => 'x' })->{status}, 403, 'not his to see, not his to call');
is($t->api(PATCH => 'chats/9', json => {})->{status}, 404, 'no such chat');
like($t->api(OPTIONS => 'chats/1')->{headers}{allow}, qr/PATCH/,
    'the method is named');

$t->done();


sub found {
    my ($query) = @_;

    return scalar @{$t->api(GET => "journal?$query")->{json}{chats}};
}
