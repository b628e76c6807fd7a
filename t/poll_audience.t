# Copyright (C) the ngx_inbox authors
#
# A change wakes the polls of those who may see it, and of nobody else: the
# journals, the inboxes of the chat's group, of those who take part and of those
# who have just lost it.  What one agent reads wakes him alone.
#
# The store is watched: each wake is a question, and a question says whose.

use strict;
use warnings;

use Cwd qw(abs_path);
use Digest::SHA qw(sha256_hex);
use File::Basename qw(dirname);
use IO::Socket::UNIX;
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;

my $t = Test::Inbox->new(workers => 1)->start();
my %token = map { $_ => $t->agent($_) } qw(petro olga igor lone);

$token{ada} = $t->agent('ada', role => 'admin');
$t->create('groups/sales', { name => 'Sales', agents => ['petro', 'olga'] });
$t->create('groups/far', { name => 'Far', agents => ['igor'] });
$t->create('channels/open', { kind => 'site', title => 'Everybody' });
$t->telegram(group => 'sales');
$t->hook(FakeTelegram::update(1, 'first', id => 7));

my %who = map { sha256_hex($token{$_}) => $_ } keys %token;
my @lists = ((map { [$_, 'inbox'] } qw(petro olga igor lone)),
    ['ada', 'inbox'], ['ada', 'journal'], ['petro', 'inbox?list=closed']);

my $monitor = IO::Socket::UNIX->new(Peer => $t->dir() . '/redis.sock');
$monitor->syswrite("MONITOR\r\n");
$monitor->getline();

my %poll = map { ("@$_" => {}) } @lists;
park($_) for @lists;


is(woken(sub { client('second') }), 'ada journal, olga inbox, petro inbox',
    'a chat that waits wakes its group');
is(woken(sub { api('petro', 'take') }),
    'ada journal, olga inbox, petro inbox',
    'who takes it wakes himself and those who have lost it');
is(woken(sub { client('third') }), 'ada journal, petro inbox',
    'then it is his alone');
is(woken(sub { api('petro', 'read', up_to => last_message()) }),
    'petro inbox', 'what he reads is news for him');
is(woken(sub { api('olga', 'join') }), 'ada journal, olga inbox, petro inbox',
    'two take part');
is(woken(sub { api('olga', 'transfer', group => 'far') }),
    'ada journal, igor inbox, olga inbox, petro inbox',
    'handed on: the other group is woken');
is(woken(sub { client('fourth') }), 'ada journal, igor inbox',
    'and those who had it are not');
is(woken(sub { api('ada', 'take') }),
    'ada inbox, ada journal, igor inbox', 'an admin has an inbox too');
is(woken(sub { api('ada', 'close') }),
    'ada inbox, ada journal, olga inbox, petro inbox',
    'what is closed is told to all who took part');

# a visitor's channel that feeds everybody
my $visitor = $t->post('/inbox/widget/open/session', json => {})->{json};
is(woken(sub { $t->post('/inbox/widget/open/messages',
    token => $visitor->{token}, json => { text => 'Hi' }) }),
    'ada inbox, ada journal, igor inbox, lone inbox, olga inbox, petro inbox',
    "what is everybody's wakes everybody");


# who comes to another group hears of it from then on

$t->create('groups/far', { name => 'Far', agents => ['igor', 'lone'] });
settle();
client('fifth');
settle();
api('igor', 'take', 1);
api('igor', 'transfer', group => 'far');
settle();
is(woken(sub { client('sixth') }), 'ada journal, igor inbox, lone inbox',
    'a new member of a group is woken');


# an agent is called otherwise: lists that wait are told, and show it

api('igor', 'take');
settle();
my $etag = $t->api(GET => 'journal')->{headers}{etag};
$t->create('agents/igor', { name => 'Ihor' });

for my $list (@lists) {
    my $r = $poll{"@$list"}{c}->read(10);

    ok($r && $r->{json}{reset}, "@$list is read anew");
    $poll{"@$list"}{json} = $r->{json};
}

my ($chat) = grep { $_->{id} == 1 } @{$poll{'ada journal'}{json}{chats}};
is($chat->{participants}[0]{name}, 'Ihor', 'with the new name');
isnt($t->api(GET => 'journal', headers => { 'If-None-Match' => $etag })
    ->{status}, 304, 'the old ETag is no good');

$_->{c} && $_->{c}->close() for values %poll;
$monitor->close();
$t->done();


# parks a list anew from where it is
sub park {
    my ($list) = @_;

    my $p = $poll{"@$list"};
    my ($who, $path) = @$list;
    my $more = $path =~ /\?/ ? '&' : '?';

    $p->{rev} //= $t->api(GET => $path, token => $token{$who})->{json}{rev};
    $p->{c} //= $t->connect();
    $p->{c}->send(GET => "/inbox/api/v1/$path${more}since=$p->{rev}&wait=30",
        token => $token{$who});
    $p->{parked} = 1;
}


# what has been answered by now is parked again, until nothing is
sub settle {
    $t->wait_for(sub {
        for my $list (@lists) {
            my $p = $poll{"@$list"};
            my $r = $p->{c}->read(0.005) or next;

            $p->{rev} = $r->{json}{rev};
            park($list);
        }

        return $t->parked() == @lists;
    });
}


# whose lists were asked for when that was done
sub woken {
    my ($do) = @_;

    settle();
    questions();
    $do->();

    # the journal hears of everything but reading, and is the last on the roll
    $t->wait_for(sub { $t->parked() < @lists });

    my %asked = questions();

    settle();

    return join ', ', sort keys %asked;
}


# those that the store was asked since the last look
sub questions {
    my $mark = 'mark-' . rand();
    my %asked;

    $t->redis()->call('ECHO', $mark);

    while (my $line = $monitor->getline()) {
        last if $line =~ /$mark/;
        next if $line !~ /"inbox_1_(inbox|journal)".*?"digest:(\w+)"/;

        $asked{"$who{$2} $1"}++;
    }

    return %asked;
}


sub client {
    my ($text) = @_;

    return $t->hook(FakeTelegram::update(10 + ++$poll{n}{n}, $text, id => 7));
}


sub api {
    my ($who, $verb, @body) = @_;

    my $r = $t->api(POST => "chats/1/$verb", token => $token{$who},
        json => @body > 1 ? { @body } : {});

    diag("$verb: $r->{body}") if $r->{status} != 200;
}


sub last_message {
    return $t->api(GET => 'chats/1/messages')->{json}{messages}[-1]{id};
}
