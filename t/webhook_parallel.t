# Copyright (C) the ngx_inbox authors
#
# Webhooks as they come on a bad day: one update two hundred times at once over
# all workers, then ten thousand updates of a hundred people, then fifty copies of
# each update over two nodes in any order, an album among them.  Nothing is stored
# twice, nothing is missing, every chat is in the order in which it was written, or
# was first taken.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use List::Util qw(shuffle);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;
use Test::Inbox::Crowd;

my $USERS = 100;
my $EACH = 100;

my %SECRET = ('X-Telegram-Bot-Api-Secret-Token' => 'hook-secret');

# a busy machine is slow, and not wrong
my $t = Test::Inbox->new(workers => 4, http => 'inbox_redis_timeout 30s;')
    ->start();
$t->telegram();


# one update, two hundred times

my $hello = FakeTelegram::update(1, 'Hello', id => 1);

my @answers = $t->parallel(map { [POST => '/inbox/hook/bot',
    json => $hello, headers => \%SECRET] } 1 .. 200);

is(scalar(grep { $_ && $_->{status} == 200 } @answers), 200,
    'two hundred deliveries of one update are accepted');

my $journal = $t->api(GET => 'journal')->{json};

is(scalar @{$journal->{chats}}, 1, 'there is one chat');
is($journal->{chats}[0]{unread}, 1, 'with one message');
is_deeply([texts(1)], ['Hello'], 'that is the transcript');


# ten thousand updates; every seventh is delivered twice

my $crowd = Test::Inbox::Crowd->new($t->port);
my $refused = 0;

$crowd->add(platform($_)) for 1 .. $USERS;

ok($crowd->run(150), 'ten thousand updates are taken');
is($refused, 0, 'each at once');

$journal = walk_journal();

is($journal->{counts}, "unassigned $USERS, active 0, inactive 0",
    'the journal counts one chat of each');
is(scalar(keys %{$journal->{unread}}), $USERS, 'and lists it once');
is_deeply([grep { $journal->{unread}{$_} != $EACH } keys %{$journal->{unread}}],
    [1], 'with a hundred unread messages');
is($journal->{unread}{1}, $EACH + 1, 'and one more of who wrote before');
is($journal->{badge}, $USERS, 'and so does the badge');

my @wrong = grep { !in_order(texts($_)) } keys %{$journal->{unread}};

is_deeply(\@wrong, [], 'every transcript is whole and in order');


# ten updates of one person, fifty copies of each, mixed, over two nodes

my $node = Test::Inbox->new(workers => 2, provision => 0,
    store => $t->redis->address, http => 'inbox_redis_timeout 30s;')->start();
my @nodes = map { Test::Inbox::Crowd->new($_->port) } $t, $node;
my @copies;
my $chat = deliver(map { update(5000, $_) } 1 .. 10);
my @once = map { $_->api(GET => "chats/$chat/messages")->{json}{messages} }
    $t, $node;

is_deeply([sort map { $_->{text} } grep { $_->{from} eq 'client' } @{$once[0]}],
    [sort map { "5000 says $_" } 1 .. 10], 'and each is stored once');
is_deeply([map { $_->{id} } @{$once[0]}],
    [map { $_->{id} } sort { $a->{rev} <=> $b->{rev} } @{$once[0]}],
    'in the order in which it came first');
is_deeply($once[1], $once[0], 'that is the same on both nodes');


# an album of ten, and a message in its midst, the same way

$chat = deliver((map { picture($_) } 1 .. 10), update(6000, 5));

my @said = grep { $_->{kind} eq 'text' }
    @{$node->api(GET => "chats/$chat/messages")->{json}{messages}};

is(scalar(@said), 2, 'an album is one message');
my ($album) = grep { @{$_->{attachments}} } @said;
is_deeply([map { $_->{name} } @{$album->{attachments}}],
    [map { "$_.jpg" } 1 .. 10], 'its pictures stand as they were chosen');
is($album->{text}, 'first line', 'under its words');
is_deeply([map { $_->{text} } grep { $_ != $album } @said], ['6000 says 5'],
    'the other one stands by itself');
my $shown = $t->api(GET => "chats/$chat")->{json};
is($shown->{unread}, 2, 'two messages to read');
is($shown->{last_message}{attachments}, $said[1] == $album ? 10 : 0,
    'the list shows the last of them');

$_->close() for @nodes;
$node->{cleaned} = 1;
ok($node->stop(), 'the second node ends in time');
is_deeply([$node->complaints()], [], 'and complains of nothing');
$node->clean();

$t->done();


# one person's updates, one after the other on one connection
sub platform {
    my ($user) = @_;

    my $n = 0;
    my $again = 0;

    return sub {
        my ($r) = @_;

        $refused++ if $r && $r->{status} != 200;

        if ($n % 7 == 0 && $n && !$again) {
            $again = 1;

        } else {
            $again = 0;
            return if $n == $EACH;
            $n++;
        }

        return Test::Inbox::HTTP::bytes(POST => '/inbox/hook/bot',
            body => update($user, $n), type => 'application/json',
            headers => \%SECRET);
    };
}


# fifty copies of each, mixed, over both nodes; gives the chat's id
sub deliver {
    my @updates = @_;

    @copies = shuffle(map { my $u = $_; map { $u } 1 .. 50 } @updates);
    $refused = 0;
    $nodes[$_ % 2]->add(copies()) for 1 .. 50;

    my $end = time() + 120;

    while (time() < $end && grep { $_->left() } @nodes) {
        $_->run(0, sub { $_->turn(); 0 }) for @nodes;
    }

    is_deeply([map { $_->left() } @nodes], [0, 0], 'all copies are taken');
    is($refused, 0, 'each at once');

    return $t->api(GET => 'journal?limit=1')->{json}{chats}[0]{id};
}


# takes one after the other
sub copies {
    return sub {
        my ($r) = @_;

        $refused++ if $r && $r->{status} != 200;

        my $copy = shift @copies // return;

        return Test::Inbox::HTTP::bytes(POST => '/inbox/hook/bot',
            body => $copy, type => 'application/json', headers => \%SECRET);
    };
}


# as FakeTelegram::update() makes it, faster
sub update {
    my ($user, $n) = @_;

    my $id = $user * 1000 + $n;

    return qq({"update_id":$id,"message":{"message_id":$id,"date":1700000000,)
        . qq("text":"$user says $n","from":{"id":$user,"first_name":"U$user"},)
        . qq("chat":{"id":$user,"type":"private"}}});
}


# one picture of a person's album; the first has the words
sub picture {
    my ($n) = @_;

    my $id = 6_000_000 + $n * 10;
    my $words = ($n == 1) ? '"caption":"first line",' : '';

    return qq({"update_id":$id,"message":{"message_id":$id,"date":1700000000,)
        . qq("media_group_id":"13579",$words"document":{"file_id":"d$n",)
        . qq("file_unique_id":"u$n","file_name":"$n.jpg","file_size":9},)
        . qq("from":{"id":6000,"first_name":"U6000"},)
        . '"chat":{"id":6000,"type":"private"}}}';
}


# the whole journal by pages
sub walk_journal {
    my ($before, %seen) = ('');

    while (1) {
        my $page = $t->api(GET => "journal?limit=30$before")->{json};

        $seen{unread}{$_->{id}} += $_->{unread} for @{$page->{chats}};
        $seen{badge} = $page->{badge}{incoming};
        $seen{counts} = join ', ', map { "$_ $page->{counts}{$_}" }
            qw(unassigned active inactive);

        return \%seen if !defined $page->{next};
        $before = "&before=$page->{next}";
    }
}


# what the client has written, oldest first, by pages from the end
sub texts {
    my ($chat) = @_;

    my ($before, @texts) = ('');

    while (1) {
        my $body = $t->api(GET => "chats/$chat/messages?limit=40$before")
            ->{body};

        unshift @texts, $body =~ /"from":"client"[^}]*?"text":"([^"]*)"/g;

        my ($next) = $body =~ /"next":"([^"]+)"/ or return @texts;
        $before = "&before=$next";
    }
}


# all that one person said, as it was said
sub in_order {
    my @texts = grep { $_ ne 'Hello' } @_;
    my ($user) = ($texts[0] // '') =~ /^(\d+) says/ or return 0;

    return "@texts" eq join ' ', map { "$user says $_" } 1 .. $EACH;
}
