# Copyright (C) the ngx_inbox authors
#
# The Redis client with servers that are none: they stall, dribble, lie, close
# and talk nonsense.  Every call ends exactly once, the client comes back, and
# nothing in the log is worse than a warning.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use RedisClient;
use Test::More;
use Time::HiRes qw(sleep time);

*command = \&RedisClient::command;
*say_all = \&RedisClient::say_all;


# Each row: name, what the fake says to the first command of its first
# connection (after which it waits to be left), and what two calls see.  From
# the second connection on the fake is a good one.  Large answers get more than
# the 300 ms that a call has.

my $LOST = "0 -1 \n1 -1 \n";

my @ANSWERS = (
    ['nothing at all', '', $LOST, 'no answer in time'],
    ['garbage', "HTTP/1.1 400 Bad Request\r\n", $LOST, 'malformed answer'],
    ['a length that is none', "\$x\r\n", $LOST, 'malformed answer'],
    ['a negative length', "\$-7\r\n", $LOST, 'malformed answer'],
    ['a number that is none', ":12x\r\n", $LOST, 'malformed answer'],
    ['nine arrays deep', "*1\r\n" x 9 . ":1\r\n", $LOST, 'malformed answer'],
    ['a million arrays deep', "*1\r\n" x 1_000_000, $LOST,
     'malformed answer'],
    ['an array of two milliards', "*2147483647\r\n", $LOST,
     'too many values in an answer'],
    ['arrays that sum up', "*9\r\n" . "*200000\r\n" . ":1\r\n" x 200000
     . "*200000\r\n", $LOST, 'too many values in an answer', 30000],
    ['half a gigabyte', "\$536870912\r\n" . 'x' x (65 << 20), $LOST,
     'answer too large', 30000],
    ['an announced half a gigabyte', "\$536870912\r\nx", $LOST,
     'no answer in time'],
    ['an endless line', '+' . 'x' x (2 << 20), $LOST,
     'endless line in an answer', 30000],
    ['an endless line of returns', '-' . "\r" x (2 << 20), $LOST,
     'endless line in an answer', 30000],
    ['three answers', "+1\r\n+2\r\n+3\r\n", "0 0 1\n1 0 2\n",
     'an answer that nobody asked for'],
    ['half an answer', "+1\r\n\$5\r\nhal", "0 0 1\n1 -1 \n",
     'no answer in time'],
    ['other types', "*3\r\n:7\r\n*-1\r\n*2\r\n\$-1\r\n\$2\r\n\r\n\r\n"
     . "-LOADING wait\r\n", "0 0 [7,nil,[nil,\r\n,],]\n1 0 !LOADING wait\n",
     undef],
);

for my $row (@ANSWERS) {
    my ($name, $answer, $seen, $why, $timeout) = @$row;

    my $t = RedisClient->new();

    $t->run($t->fake(sub {
        my ($s, $n) = @_;

        return RedisClient::serve($s) if $n > 1;

        command($s) && command($s);
        say_all($s, $answer);
        RedisClient::wait_closed($s);
    }), 'timeout=' . ($timeout // 300));

    $t->wait_up();
    is($t->get('call?cmd=ECHO,a&n=2'), $seen, "$name: calls end");

    if ($why) {
        $t->wait_for('loss', sub { $t->status()->{downs} == 1 });
        is($t->logged(qr/\[warn\].*lost.*: \Q$why\E, retry/), 1,
           "$name: told once");
        $t->wait_up();
        is($t->get('call?cmd=ECHO,a'), "0 0 a0\n", "$name: back");
    }

    $t->quit($name);
}


# one byte at a time, and answers that are cut by the end

{
    my $t = RedisClient->new();

    $t->run($t->fake(sub {
        my ($s, $n) = @_;

        command($s) && command($s) && command($s);
        my $text = "*2\r\n\$3\r\nabc\r\n:-12\r\n-NO x\r\n\$6\r\nabcdef\r\n";
        $text = substr $text, 0, -4 if $n == 2;
        syswrite $s, $_ for split //, $text;
        command($s) if $n == 1;
    }));

    $t->wait_up();
    is($t->get('call?cmd=ECHO,a&n=3'), "0 0 [abc,-12,]\n1 0 !NO x\n"
       . "2 0 abcdef\n", 'one byte at a time');
    is($t->get('call?cmd=ECHO,a'), "0 -1 \n", 'closed instead of an answer');
    $t->wait_up();
    is($t->get('call?cmd=ECHO,a&n=3'), "0 0 [abc,-12,]\n1 0 !NO x\n2 -1 \n",
       'cut within an answer');

    $t->quit('bytes');
}


# late answers are skipped, in order

{
    my $t = RedisClient->new();

    $t->run($t->fake(sub {
        my ($s) = @_;

        my @first = command($s);
        my @late = command($s);
        # the only way to be late is to wait: two thirds of the timeout
        sleep 0.4;
        say_all($s, "+$first[1]\r\n");
        sleep 0.4;
        say_all($s, "+$late[1]\r\n");
        RedisClient::serve($s);
    }), 'timeout=600');

    $t->wait_up();
    is($t->get('call?cmd=ECHO,a&n=2'), "0 0 a0\n1 -1 \n",
       'one in time, one too late');
    is($t->get('call?cmd=ECHO,b&n=2'), "0 0 b0\n1 0 b1\n",
       'the late answer is nobody else\'s');
    is($t->status()->{downs}, 0, 'a slow Redis is not dropped');

    $t->quit('late');
}


# commands of one turn leave together, the owner's of on_up before others

{
    my $t = RedisClient->new();
    my $file = "$t->{dir}/seen";

    $t->run($t->fake(sub {
        my ($s) = @_;

        my @auth = command($s);
        # the call below must meet a connection that is being made
        sleep 0.001 until -e "$file.go";
        say_all($s, "+OK\r\n");

        RedisClient::take($s, 14 + length "\$2\r\nup\r\n");
        sysread $s, my $text, 65536;
        open my $out, '>', $file;
        print $out scalar(() = $text =~ /ECHO/g);
        close $out;

        say_all($s, "+up\r\n" . "+x\r\n" x 50);
        RedisClient::wait_closed($s);
    }), 'password=p', 'up=ECHO,up');

    my $s = $t->begin('call?cmd=ECHO,a&n=50');
    $t->wait_for('calls', sub { $t->status()->{flight} == 50 });
    open my $go, '>', "$file.go";

    is($t->finish($s), join('', map { "$_ 0 x\n" } 0 .. 49),
       'calls wait for the first connection');

    open my $in, '<', $file;
    is(scalar <$in>, 50, 'all of them came in one read, after that of on_up');

    $t->quit('one write');
}


# not sent is told apart from unknown

{
    my $t = RedisClient->new();

    $t->run($t->fake(sub {
        my ($s, $n) = @_;

        return RedisClient::serve($s) if $n > 1;

        # takes the whole of the first command and a part of the second
        command($s);
        sysread $s, my $text, 1;
    }), 'timeout=15000');

    $t->wait_up();
    is($t->get('call?cmd=ECHO&size=9000000&n=3'), "0 -1 \n1 -5 \n2 -5 \n",
       'a command that has not left entirely is declined');
    $t->wait_up();
    is($t->get('call?cmd=ECHO&size=9000000&n=5'),
       "3 refused\n4 refused\n0 0 9000000 bytes\n1 0 9000000 bytes\n"
       . "2 0 9000000 bytes\n", 'bytes unsent are limited');
    is($t->get('call?cmd=ECHO,a&n=2'), "0 0 a0\n1 0 a1\n", 'and free again');

    $t->quit('unsent');
}

{
    my $t = RedisClient->new();

    $t->run($t->fake(\&RedisClient::wait_closed), 'timeout=2000');
    $t->wait_up();

    my $text = $t->get('call?cmd=ECHO,a&n=16400');
    is(scalar(() = $text =~ /refused/g), 16, 'calls in flight are limited');
    is(scalar(() = $text =~ / -1 \n/g), 16384, 'the others end in time');

    $t->quit('many');
}


# a server that accepts and closes is away: attempts become rarer

{
    my $t = RedisClient->new();

    $t->run($t->fake(sub { }));
    $t->wait_for('attempts', sub { $t->logged(qr/inbox redis: /) >= 4 });

    my @ms = $t->log() =~ /retry in (\d+) ms/g;
    cmp_ok($ms[3], '>', 2 * $ms[0], 'the delay grows');
    is($t->logged(qr/\[warn\]/), 1, 'told once');

    $t->quit('closes');
}


# the addresses in turn; a stranger at one of them

{
    my $t = RedisClient->new();

    $t->run("unix:$t->{dir}/nobody", $t->fake(sub {
        my ($s) = @_;
        say_all($s, "220 smtp ready\r\n");
        RedisClient::wait_closed($s);
    }), $t->fake(\&RedisClient::wait_closed), $t->fake(sub {
        my ($s) = @_;
        command($s);
        say_all($s, "+OK\r\n");
        RedisClient::serve($s);
    }), 'password=p', 'timeout=300');

    is($t->get('call?cmd=ECHO,a'), "0 -5 \n",
       'a call waits within its deadline and has not been sent');
    $t->wait_up();
    is($t->get('call?cmd=ECHO,a'), "0 0 a0\n", 'the last address serves');

    $t->quit('addresses');
}


# a subscriber gets whatever comes, until it is garbage

{
    my $t = RedisClient->new();

    $t->run($t->fake(sub {
        my ($s) = @_;
        say_all($s, "+unasked\r\n-ERR odd\r\n*1\r\n:1\r\n?\r\n");
        RedisClient::wait_closed($s);
    }), 'push');

    my $pushed = '';
    $t->wait_for('pushes', sub { ($pushed .= $t->get('push')) =~ /1,\]/ });
    like($pushed, qr/^unasked\n!ERR odd\n\[1,\]\n/, 'all of it, in order');
    $t->wait_for('loss', sub { $t->status()->{downs} > 0 });

    $t->quit('push');
}


# the end of entry: what refuses, and what says nothing

for my $answer ("-NOAUTH no\r\n", "-LOADING later\r\n", ":1\r\n", "?\r\n", '') {
    my $t = RedisClient->new();

    $t->run($t->fake(sub {
        my ($s, $n) = @_;

        command($s);
        say_all($s, $n > 1 ? "+OK\r\n" : $answer);
        return RedisClient::serve($s) if $n > 1;
        RedisClient::wait_closed($s);
    }), 'db=1', 'timeout=200');

    $t->wait_for('refusal', sub { $t->logged(qr/cannot enter/) });
    $t->wait_up();
    is($t->get('call?cmd=ECHO,a'), "0 0 a0\n", "$answer: tries again");
    $t->quit('entry');
}

done_testing();
