# Copyright (C) the ngx_inbox authors
#
# The whole life of a worker under valgrind: it starts, people talk through it,
# files come and go, Redis is lost and found, it is told to leave by a reload and
# leaves; so does the one that takes its place.  No byte is read that was not
# written, none outside of what was allocated, and what was allocated and has no
# owner left is none.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Chaos;
use FakeTelegram;
use Test::Inbox;

my $fake = FakeTelegram->new();
my $t = Test::Inbox->new(sanitized => 0, apis => { telegram => $fake->origin },
    wrap => ['valgrind', '--quiet', '--trace-children=yes',
        '--leak-check=full', '--show-leak-kinds=definite',
        '--errors-for-leak-kinds=definite', '--num-callers=24',
        "--suppressions=$Test::Inbox::TOP/t/valgrind.supp", '--log-file=LOG/valgrind.%p'],
    http => 'inbox_redis_timeout 10s; inbox_send_timeout 10s;')->start();

$t->telegram();

my $petro = $t->agent('petro');

$t->create('groups/support', { name => 'Support', agents => ['root', 'petro'] });

for my $life (1, 2) {
    talk();

    # all that is in settings, lists and figures
    for my $path (qw(me journal inbox stats channels groups agents canned space
        audit export chats/1 chats/1/messages contacts/1 channels/bot/health
        channels/bot/events), 'journal?q=user&status=active&sort=waiting')
    {
        my $r = $t->api(GET => $path);

        ok($r->{status} == 200, "life $life: $path")
            or diag("$r->{status} $r->{body}");
    }

    is($t->get('/inbox/metrics', token => $t->token)->{status}, 200, 'metrics');
    files();

    $t->redis->call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    ok($t->wait_for(sub { $t->api(GET => 'me')->{status} == 200 }), 'Redis');

    # one waits when it is told to leave
    my $rev = $t->api(GET => 'journal')->{json}{rev};
    my $c = $t->connect();

    $c->send(GET => "/inbox/api/v1/journal?since=$rev&wait=30",
        token => $t->token);
    ok($t->wait_for(sub { $t->parked() == 1 }), 'a poll waits');

    my %old = map { $_ => 1 } $t->workers();

    if ($life == 1) {
        ok($t->reload(), 'a reload');
        ok($t->wait_for(sub { !grep { $old{$_} } $t->workers() }, 60),
            'it leaves');
    }

    $c->close();
}

$t->done();


# some seconds of it
sub talk {
    my $town = Chaos->new($t, $fake);

    $town->live(3);
    is_deeply([$town->settle()], [], 'people talk');
}


# a picture comes, one goes
sub files {
    my $file = $t->request(POST => '/inbox/api/v1/files?name=a.txt',
        token => $petro, body => 'words', type => 'text/plain')->{json};
    my $visitor = $t->post('/inbox/widget/site/session',
        json => { name => 'Olena' })->{json}{token};
    my $chat = $t->post('/inbox/widget/site/messages', token => $visitor,
        json => { text => 'hello' })->{json}{chat};

    $t->request(POST => "/inbox/api/v1/chats/$chat/take", token => $petro);

    my $said = $t->request(POST => "/inbox/api/v1/chats/$chat/messages",
        token => $petro, json => { text => 'a file',
            attachments => [$file->{id}] });

    is($said->{status}, 201, 'a file goes') or diag($said->{body});
    is($t->get($said->{json}{attachments}[0]{url}, token => $petro)->{body},
        'words', 'and can be read');
}
