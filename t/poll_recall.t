# Copyright (C) the ngx_inbox authors
#
# A worker answers from memory what it has just read, and never with something
# that its caller knows to be old: not after his own change, whichever worker
# made it, not after somebody's else, not with a token that is dead.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;

my $t = Test::Inbox->new(workers => 2)->start();
$t->telegram();
$t->hook(FakeTelegram::update(1, 'line 1'));


# the same again and again

my $one = $t->connect();
my $tag = journal($one)->{headers}{etag};
journal($one) for 1 .. 3;
my $before = reads();
my @again = map { journal($one, $tag)->{status} } 1 .. 200;
is(scalar(grep { $_ == 304 } @again), 200, 'unchanged, 200 times');
cmp_ok(reads() - $before, '<', 60, 'with few reads');


# who has changed something sees it, on every worker

my @connections = ($one, map { $t->connect() } 1 .. 15);
my ($late, $kept) = (0, 0);

for my $number (2 .. 60) {
    journal($_) for @connections[0 .. 3];
    $t->hook(FakeTelegram::update($number, "line $number"));

    for my $connection (@connections) {
        my $r = journal($connection, $tag);
        $kept++ if $r->{status} == 304;
        $late++ if ($r->{json}{chats}[0]{last_message}{text} // '')
                   ne "line $number";
    }
}

is($kept, 0, 'a change is no 304');
is($late, 0, 'and is in the next answer of every worker');


# an agent's own deeds, and what only he sees of them

$t->api(POST => 'chats/1/take');
my $chat = journal($one)->{json}{chats}[0];
is($chat->{action}, 'open', 'taken is taken in the next answer');
is($chat->{unread}, 0, 'and read');

$t->hook(FakeTelegram::update(61, 'line 61'));
$chat = journal($one)->{json}{chats}[0];
is($chat->{unread}, 1, 'a new message is unread');
$t->api(POST => 'chats/1/read',
    json => { up_to => $chat->{last_message}{id} });
is(journal($one)->{json}{chats}[0]{unread}, 0, 'until it is read');


# a dead token gets nothing from memory

$t->api(PUT => 'agents/olga', json => { name => 'Olga', role => 'admin' });
my $token = $t->api(POST => 'agents/olga/tokens', json => {})->{json};
my @hers = map { $t->connect() } 1 .. 6;

for my $connection (@hers) {
    is(journal($connection, undef, $token->{token})->{status}, 200,
        'her token lives');
}

is($t->api(DELETE => "agents/olga/tokens/$token->{id}")->{status}, 204,
    'it is revoked');

for my $connection (@hers) {
    is(journal($connection, undef, $token->{token})->{status}, 401,
        'and dead at once');
}

$t->done();


sub journal {
    my ($connection, $tag, $token) = @_;

    return $connection->send(GET => '/inbox/api/v1/journal',
        token => $token // $t->token(),
        headers => { $tag ? ('If-None-Match' => $tag) : () })->read();
}


# functions that Redis has run
sub reads {
    my $stats = $t->redis()->call('INFO', 'commandstats');

    return ($stats =~ /cmdstat_fcall:calls=(\d+)/) ? $1 : 0;
}
