# Copyright (C) the ngx_inbox authors
#
# Thousands of visitors wait for an answer at once.  Each gets his own, once;
# and when nginx is reloaded while everybody writes, nobody loses a word and
# nobody reads one twice.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;
use Test::Inbox::Crowd;

my $SANITIZED = ($ENV{TEST_NGINX} // '') =~ /sanitized/;
my $VISITORS = $SANITIZED ? 500 : 5000;
my $AGENTS = 16;
my $CLIENTS = 20;
my $UPDATES = 40;

# seconds, for each part of the story: a busy machine is slow, and not wrong
my $DEADLINE = 150;

my $t = Test::Inbox->new(workers => 2, http => 'inbox_redis_timeout 30s;')
    ->start();
$t->telegram();

my $crowd = Test::Inbox::Crowd->new($t->port);
my @visitors;
my %heard;                # by visitor: texts of agents, as they came
my ($odd, $polls) = (0, 0);


# they come, write, and wait

for my $number (1 .. $VISITORS) {
    push @visitors, { name => "V$number" };
    $crowd->add(visitor($visitors[-1]));
}

ok($crowd->run($DEADLINE, sub { $polls == $VISITORS }), 'all visitors have written');
ok($t->wait_for(sub { $crowd->run(0); $t->parked() == $VISITORS },
    $DEADLINE), "$VISITORS of them wait")
    or diag($t->parked());


# each is answered

answer('first');
ok($crowd->run($DEADLINE, sub { everybody_has(1) }), 'each has his answer');
is_deeply([wrong('first')], [], 'and no other');
is(counted(), $VISITORS, 'once');


# a reload, while agents, visitors and Telegram go on

my @old = $t->workers();
my @clients = map { { user => $_, taken => 0 } } 1 .. $CLIENTS;

$crowd->add(client($_)) for @clients;
answer('second');

ok($crowd->run($DEADLINE, sub { counted() > $VISITORS * 4 / 3 }), 'they go on');
kill 'HUP', $t->{pid};

ok($crowd->run($DEADLINE, sub { everybody_has(2) && taken() }),
    'through a reload each has his second answer');
is_deeply([wrong('first', 'second')], [], 'in order, and no other');
is(counted(), 2 * $VISITORS, 'once');

ok($crowd->run($DEADLINE, sub { !left_of(@old) }), 'the old workers have left');
is($odd, 0, 'no answer was odd');


# what is stored is what was said

$crowd->close();

my $reader = Test::Inbox::Crowd->new($t->port);
my @different;

$reader->add(reader($_)) for @visitors;
ok($reader->run($DEADLINE), 'all transcripts are read');
is_deeply(\@different, [], 'each has what was said, once');

my @chats = chats_of('bot');

is(scalar @chats, $CLIENTS, "Telegram's clients have a chat each");
is_deeply([grep { $_->{unread} != $UPDATES } @chats], [],
    'with all they have written');

$t->done();


# comes, writes, and then polls for ever
sub visitor {
    my ($v) = @_;

    my $step = 'session';

    return sub {
        my ($r) = @_;

        return \0.1 if again($r);

        if ($r && $step eq 'session') {
            ($v->{token}) = $r->{body} =~ /"token":"([^"]+)"/ or $odd++;
            $step = 'write';

        } elsif ($r && $step eq 'write') {
            @$v{'chat', 'rev'} = $r->{body} =~ /"chat":(\d+),"rev":(\d+)/
                or $odd++;
            $step = 'poll';
            $polls++;

        } elsif ($r) {
            hear($v, $r);
        }

        return widget($v, POST => 'session', qq({"name":"$v->{name}"}))
            if $step eq 'session';

        return widget($v, POST => 'messages', '{"text":"Hello"}')
            if $step eq 'write';

        return widget($v, GET => "messages?since=$v->{rev}&wait=55");
    };
}


# the connection was lost, or the store is slow: the same must be asked again
sub again {
    my ($r) = @_;

    return $r && $r->{status} =~ /^(0|503)$/;
}


sub widget {
    my ($v, $method, $path, $body) = @_;

    return Test::Inbox::HTTP::bytes($method, "/inbox/widget/site/$path",
        body => $body, token => $v->{token}, type => 'application/json',
        headers => { 'Idempotency-Key' => $path });
}


# an answer to a poll
sub hear {
    my ($v, $r) = @_;

    my ($rev) = $r->{body} =~ /"rev":(\d+),"next"/;

    if ($r->{status} != 200 || !$rev || $rev < $v->{rev}) {
        $odd++;
        diag("$r->{status} $r->{body}") if $odd < 5;
        return;
    }

    $v->{rev} = $rev;
    push @{$v->{heard}}, $r->{body} =~ /"from":"agent".*?"text":"([^"]*)"/g;
}


# agents answer all chats, each agent on his own connection
sub answer {
    my ($word) = @_;

    my @todo = map { $_->{chat} } @visitors;

    for my $agent (1 .. $AGENTS) {
        my ($chat, @calls);

        $crowd->add(sub {
            my ($r) = @_;

            return \0.1 if again($r);

            $odd++ if $r && $r->{status} !~ /^20[01]$/;
            shift @calls if $r;

            if (!@calls) {
                $chat = shift @todo // return;
                @calls = calls($chat, $word);
            }

            return $calls[0];
        });
    }
}


sub calls {
    my ($chat, $word) = @_;

    my @take = $word eq 'first' ? agent("$chat/take", '') : ();

    return (@take, agent("$chat/messages", qq({"text":"$word $chat"}),
        'Idempotency-Key' => "$chat-$word"));
}


sub agent {
    my ($path, $body, %headers) = @_;

    return Test::Inbox::HTTP::bytes(POST => "/inbox/api/v1/chats/$path",
        body => $body, token => $t->token, type => 'application/json',
        headers => \%headers);
}


# somebody in Telegram, whose platform delivers until it is told 200
sub client {
    my ($c) = @_;

    return sub {
        my ($r) = @_;

        return \0.1 if again($r);

        $odd++ if $r && $r->{status} != 200;
        $c->{taken}++ if $r;

        return if $c->{taken} == $UPDATES;

        my $id = $c->{user} * 1000 + $c->{taken};

        return Test::Inbox::HTTP::bytes(POST => '/inbox/hook/bot',
            json => FakeTelegram::update($id, "line $id", id => $c->{user}),
            headers => { 'X-Telegram-Bot-Api-Secret-Token' => 'hook-secret' });
    };
}


# compares what a visitor would see on a new page
sub reader {
    my ($v) = @_;

    return sub {
        my ($r) = @_;

        return \0.1 if again($r);
        return widget($v, GET => 'messages') if !$r;

        my $said = join ',', $r->{body} =~ /"text":"([^"]*)"/g;

        push @different, $said
            if $said ne "Hello,first $v->{chat},second $v->{chat}";

        return;
    };
}


sub counted {
    my $n = 0;

    $n += @{$_->{heard} // []} for @visitors;

    return $n;
}


sub everybody_has {
    my ($n) = @_;

    return !grep { @{$_->{heard} // []} < $n } @visitors;
}


sub taken { return !grep { $_->{taken} < $UPDATES } @clients }


# visitors who have heard something else than these words of their own chat
sub wrong {
    my @words = @_;

    my @wrong = grep { my $v = $_; "@{$v->{heard} // []}"
        ne join ' ', map { "$_ $v->{chat}" } @words } @visitors;

    return map { join ',', $_->{chat}, @{$_->{heard} // []} }
        @wrong > 5 ? @wrong[0 .. 4] : @wrong;
}


# the journal looks at some thousands of chats for one page: there are more
sub chats_of {
    my ($channel) = @_;

    my ($before, @chats) = ('');

    while (1) {
        my $page = $t->api(GET =>
            "journal?channel=$channel&limit=200$before")->{json};

        push @chats, @{$page->{chats}};

        return @chats if !defined $page->{next};
        $before = "&before=$page->{next}";
    }
}


sub left_of {
    my %now = map { $_ => 1 } $t->workers();

    return grep { $now{$_} } @_;
}
