# Copyright (C) the ngx_inbox authors
#
# Long polls: answered at once when there is news, by whichever worker it came;
# empty when the time is up; and by nobody lost in a reload or a broken store.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Time::HiRes qw(time);
use Test::Inbox;

my $t = Test::Inbox->new(workers => 2)->start();
$t->telegram();
$t->hook(FakeTelegram::update(1, 'first'));

my $rev = journal()->{rev};
my $number = 1;


# the time is up

my $from = time();
my $r = journal("since=$rev&wait=1");

is_deeply($r->{chats}, [], 'no news');
is($r->{rev}, $rev, 'the same rev');
cmp_ok(time() - $from, '>=', 0.9, 'after the wait');


# news wakes every poll, whatever worker holds it

my @polls = map { poll(30) } 1 .. 12;
parked(12);
$from = time();
write_one();

my @answers = Test::Inbox::HTTP::together(10, @polls);

is(scalar(grep { $_ && $_->{json}{chats}[0]{last_message}{text} eq 'line 2' }
    @answers), 12, 'a message wakes twelve polls');
cmp_ok(time() - $from, '<', 5, 'long before their time');

$rev = $answers[0]{json}{rev};

# a connection serves its next request as ever
my ($again) = @polls;
is($again->send(GET => '/inbox/health')->read()->{status}, 200,
    'a poll is no end of its connection');


# who leaves is forgotten

$_->close($_ == $polls[1]) for @polls[1 .. 11];
my @gone = map { poll(30) } 1 .. 6;
parked(6);
$_->close() for @gone;
parked(0);


# a reload answers them all

@polls = map { poll(30) } 1 .. 8;
parked(8);
ok($t->reload(), 'reloaded');
@answers = Test::Inbox::HTTP::together(15, @polls);
is(scalar(grep { $_ && $_->{status} == 200 } @answers), 8,
    'a reload answers whoever waits');


# a store that goes and comes loses nobody's news

$rev = journal()->{rev};
@polls = map { poll(30) } 1 .. 4;
parked(4);
$t->redis->stop('KILL');
$t->redis->start();
$t->wait_for(sub { write_one() == 200 });
@answers = Test::Inbox::HTTP::together(20, @polls);
is(scalar(grep { $_ && $_->{status} =~ /^(200|503)$/ } @answers), 4,
    'all are answered');

$t->done();


sub journal {
    my ($query) = @_;

    return $t->api(GET => 'journal' . ($query ? "?$query" : ''))->{json};
}


sub poll {
    my ($wait) = @_;

    return $t->connect()->send(GET =>
        "/inbox/api/v1/journal?since=$rev&wait=$wait", token => $t->token);
}


sub write_one {
    $number++;
    return $t->hook(FakeTelegram::update($number, "line $number"))->{status};
}


# until so many polls wait
sub parked {
    my ($n) = @_;

    my $seen = $t->wait_for(sub { $t->parked() == $n }, 10);

    ok($seen, "$n polls wait") or diag($t->parked() . ' do');
}
