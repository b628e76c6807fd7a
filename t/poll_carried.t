# Copyright (C) the ngx_inbox authors
#
# A notice carries what was said: a visitor's poll is answered from it, without
# a read, byte by byte as the store would have answered in the same moment.
# Whatever a notice cannot say is read as ever.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use JSON::PP ();
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox;

my $CROWD = 100;
my $NOTICE = 'inbox:{default}:notice';
my $count = 0;

my $t = Test::Inbox->new(workers => 1)->start();
my $petro = $t->agent('petro');

$t->create('groups/support', { name => 'Support', agents => ['petro'] });

# all calls that Redis runs, by function and client
$t->redis->call('CLIENT', 'SETNAME', 'test');
$t->redis->call('CONFIG', 'SET', 'slowlog-max-len', 10000);
$t->redis->call('CONFIG', 'SET', 'slowlog-log-slower-than', 0);

my @visitors = map { visitor() } 1 .. $CROWD;
my ($v) = @visitors;


# a hundred polls, a hundred answers, no read

my @polls = map { parked($_) } @visitors;

answer($_, "to $_->{chat}") for @visitors;

my @got = Test::Inbox::HTTP::together(20, @polls);

is(scalar(grep { $got[$_] && $got[$_]{json}{messages}[0]{text}
    eq "to $visitors[$_]{chat}" } 0 .. $#got), $CROWD,
    'a hundred polls are answered, each with its own');
is(reads(), 0, 'and nothing was read for them');
ok($t->wait_for(sub { delivered($v, "to $v->{chat}") }),
    'what was handed out is delivered');

$_->{since} = $got[$_->{i}]{json}{rev} for @visitors;


# the same bytes as by a read in the same moment

for my $case (
    ['a word', 'Yes'],
    ['many words', join ' ', 1 .. 300],
    ['a quote, a slash, lines', qq({"visitor a b":\n"\\"}\r\n\tчат 1)],
    ['emoji', '😀 — “ok”'],
) {
    my ($name, $text) = @$case;
    my ($body, $read) = both($v, literal($text));

    is($body, $read, "$name: as it would be read");
    is(decode($body)->{messages}[0]{text}, $text, "$name: as it was written");
    is(reads(), 0, "$name: without a read");
}

my ($body, $read) = both($v, literal('x ' x 1200));

is($body, $read, 'what is too long for a notice is the same');
is(reads(), 1, 'and is read');

($body, $read) = both($v, literal('a picture'), '[{"id":"f1","type":"image",'
    . '"name":"a b.jpg","mime":"image/jpeg","size":9,'
    . '"url":"/inbox/api/v1/chats/1/files/f1"}]');
like($body, qr{"/inbox/file/f1/\d+/\w+"}, "a picture's link is signed for him");
$body =~ s{/inbox/file/f1/\d+/\w+}{/inbox/api/v1/chats/1/files/f1};
is($body, $read, 'all else is the same');
is(reads(), 0, 'a picture is carried as well');


# a visitor's own words, in his other window

my $poll = parked($v);

is($t->post('/inbox/widget/site/messages', token => $v->{token},
    json => { text => 'me again' })->{status}, 201, 'he writes');
$body = $poll->read(10)->{body};
is(reads(), 0, 'his other window needs no read');
is_deeply(decode($body)->{messages}, decode(seen($v))->{messages},
    'and shows what would be read');
go_on($v, $body);


# what a notice says is believed only by who lacks nothing else

$poll = parked($v);
forge($v, low => $v->{since} + 1);
ok(read_once(), 'who is older than what was before it asks the store');
forge($v, rev => $v->{since});
ok(read_once(), 'so does who has it already');
forge($v, times => 2);
ok(read_once(), 'and who hears two things at once');
forget();
$t->redis->call('PUBLISH', $NOTICE, "visitor site $v->{user} 1 2 3");
ok(read_once(), 'and who hears half of it');
is($t->parked(), 1, 'he waits on');

forget();
together(reply_args($v, literal('one')), reply_args($v, literal('two')));
is_deeply([map { $_->{text} } @{$poll->read(10)->{json}{messages}}],
    ['one', 'two'], 'two at once are both there');
ok(reads() >= 1, 'and were read');
go_on($v, seen($v));

$poll = parked($v);
together(reply_args($v, literal('for you')),
    ['chat_delete', 'root', $v->{chat}]);
ok(read_once(), 'a chat that has gone is asked for');
is($t->parked(), 1, 'and nothing of it is shown');
$poll->close();

my $w = $visitors[1];

$poll = parked($w);
note_of($w, 'he is rude');
$t->redis->call('PUBLISH', $NOTICE, "visitor site $w->{user}");
ok(read_once(), 'a note');
forget();
answer($w, 'dear sir');
$body = $poll->read(10)->{body};
is(reads(), 0, 'does not hinder what follows it');
is_deeply([map { $_->{text} } @{decode($body)->{messages}}], ['dear sir'],
    'and is not shown');
go_on($w, $body);

$poll = parked($w);
$t->redis->call('CLIENT', 'KILL', 'TYPE', 'pubsub');
answer($w, 'are you there?');
is($poll->read(10)->{json}{messages}[0]{text}, 'are you there?',
    'a notice that was lost is made good');
go_on($w, seen($w));

my %site = (kind => 'site', title => 'Site', group => 'support');

$poll = parked($w);
$t->create('channels/site', { %site, enabled => JSON::PP::false });
answer($w, 'closed');
is($poll->read(10)->{status}, 404, 'a channel that is switched off is silent');
$t->create('channels/site', { %site, enabled => JSON::PP::true });

$t->done();


# somebody who has written, and whose chat is taken
sub visitor {
    my $token = $t->post('/inbox/widget/site/session', json => {})->{json}{token};
    my $m = $t->post('/inbox/widget/site/messages', token => $token,
        json => { text => 'hello' })->{json};

    $t->api(POST => "chats/$m->{chat}/take", token => $petro);

    my %contacts = @{$t->redis->call('HGETALL',
        'inbox:{default}:contacts:site')};
    my ($user) = grep { $contacts{$_} eq $m->{chat} } keys %contacts;

    return { i => $count++, token => $token, chat => $m->{chat},
        user => $user, since => $m->{rev} };
}


sub parked {
    my ($v) = @_;

    my $before = $t->parked();
    my $poll = $t->connect()->send(GET =>
        "/inbox/widget/site/messages?since=$v->{since}&wait=30",
        token => $v->{token});

    $t->wait_for(sub { $t->parked() == $before + 1 }) or die "not parked\n";

    # its question has been answered
    $t->wait_for(sub { reads() }) or die "not asked\n";
    forget();

    return $poll;
}


sub answer {
    my ($v, $text) = @_;

    return $t->api(POST => "chats/$v->{chat}/messages", token => $petro,
        json => { text => $text })->{status};
}


sub note_of {
    my ($v, $text) = @_;

    $t->api(POST => "chats/$v->{chat}/messages", token => $petro,
        json => { text => $text, note => JSON::PP::true });
}


# an agent's answer, and what a read gives in the same moment: the body of the
# poll that was parked, the body that was read
sub both {
    my ($v, $text, $files) = @_;

    my $poll = parked($v);
    my $read = together(reply_args($v, $text, $files), ['visitor', 'site', '',
        $v->{user}, $v->{since}, '', ''])->[1][1][0];
    my $body = $poll->read(10)->{body};

    go_on($v, $body);

    return ($body, $read);
}


sub go_on {
    my ($v, $body) = @_;

    $v->{since} = decode($body)->{rev};
}


sub seen {
    my ($v) = @_;

    return $t->fcall('visitor', 'site', '', $v->{user}, $v->{since}, '',
        '')->[0];
}


sub reply_args {
    my ($v, $text, $files) = @_;

    return ['reply', 'agent:petro', $v->{chat}, 'text', $text, $text, 1, 1, 1,
        $files // '[]', $files ? 1 : 0, '', '', '', ''];
}


# functions in one moment
sub together {
    my (@calls) = @_;

    my $redis = $t->redis;

    $redis->call('MULTI');
    $t->fcall(@$_) for @calls;

    return $redis->call('EXEC');
}


sub forge {
    my ($v, %o) = @_;

    my $low = $o{low} // $v->{since};
    my $rev = $o{rev} // $v->{since} + 9;
    my $line = "visitor site $v->{user} $low $rev $v->{chat} - "
        . '{"id":"1-1","text":"not true"}';

    forget();
    $t->redis->call('PUBLISH', $NOTICE, join "\n", ($line) x ($o{times} // 1));
}


# a poll was woken, asked the store, and sleeps again
sub read_once {
    return $t->wait_for(sub { reads() }) && reads() == 1;
}


# how often nginx has called `visitor` since this was last forgotten; while it
# may be calling, nobody forgets
sub reads {
    return scalar grep { $_->[5] ne 'test'
        && ($_->[3][1] // '') eq 'inbox_1_visitor' }
        @{$t->redis->call('SLOWLOG', 'GET', 10000)};
}


sub forget { $t->redis->call('SLOWLOG', 'RESET') }


sub delivered {
    my ($v, $text) = @_;

    return grep { $_->{text} eq $text && $_->{delivery} eq 'delivered' }
        @{$t->api(GET => "chats/$v->{chat}/messages")->{json}{messages}};
}


sub decode { return JSON::PP->new->utf8->decode($_[0]) }
sub literal { return JSON::PP->new->utf8->allow_nonref->encode($_[0]) }
