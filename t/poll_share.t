# Copyright (C) the ngx_inbox authors
#
# A notice that wakes a crowd which asks the same costs the store one read for
# a batch of them, not one for each; and those who ask something else, or may
# see something else, get their own answers.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;

my $CROWD = 300;

my $t = Test::Inbox->new(workers => 1)->start();
$t->telegram();
$t->hook(FakeTelegram::update(1, 'first'));

$t->api(PUT => 'agents/olga', json => { name => 'Olga', role => 'admin' });
my $olga = $t->api(POST => 'agents/olga/tokens', json => {})->{json}{token};
ok($olga, 'another admin');

my $rev = $t->api(GET => 'journal')->{json}{rev};

my @same = map { poll($t->token()) } 1 .. $CROWD;
my @other = map { poll($olga) } 1 .. 3;
my $tail = poll($t->token(), '&status=active');
$t->wait_for(sub { $t->parked() == $CROWD + 4 })
    or diag 'parked: ' . $t->parked();

my $before = reads();
$t->hook(FakeTelegram::update(2, 'second'));
my @answers = Test::Inbox::HTTP::together(20, @same, @other, $tail);
my $reads = reads() - $before;

my $body = $answers[0]{body};
is(scalar(grep { $_ && $_->{body} eq $body } @answers[0 .. $CROWD - 1]),
    $CROWD, 'the whole crowd gets the same answer');
is($answers[0]{json}{chats}[0]{last_message}{text}, 'second',
    'which has the news');
cmp_ok($reads, '<=', 40, "with few reads ($reads calls of all kinds)");

is($answers[$CROWD]{json}{chats}[0]{unread}, 2, 'another agent has his own');
is_deeply($answers[-1]{json}{gone}, [1], 'another question its own answer');

$t->done();


sub poll {
    my ($token, $more) = @_;

    return $t->connect()->send(
        GET => "/inbox/api/v1/journal?since=$rev&wait=30" . ($more // ''),
        token => $token);
}


# functions that Redis has run
sub reads {
    my $stats = $t->redis()->call('INFO', 'commandstats');

    return ($stats =~ /cmdstat_fcall:calls=(\d+)/) ? $1 : 0;
}
