#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# Polls of the journal and of the inbox: whoever goes on from the rev he was
# given holds the same list as whoever reads it anew; chats that he could see
# and cannot see any more are gone, and of others he hears nothing.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my $s = LuaInbox->new();

# incoming, mine, closed

is($s->error(inbox => $s->tick(), 'agent:nina', '', '', '', '', ''), '',
    'a channel feeds everybody: nina has an inbox');

my $sales = $s->client('u1', 'a');
my $anybody = $s->client('u2', 'b', channel => 'viber');
my (undef, $site) = $s->visitor('v1', 'c');

is(lists('petro'), "$anybody incoming, $sales incoming", 'his group and all');
is(lists('igor'), "$site incoming, $anybody incoming", 'another group');
is(lists('nina'), "$anybody incoming", 'no group');
is(lists('ada'), "$anybody incoming", 'an admin in no group');
is_deeply($s->inbox('petro')->{badge},
    { incoming => 2, mine => 0, total => 2, label => '2' }, 'the badge');

$s->turn('take', 'petro', $sales);
is(lists('petro'), "$anybody incoming, $sales mine", 'taken: mine');
is(lists('olga'), "$anybody incoming", 'and nobody else\'s');
is(lists('petro', list => 'mine'), "$sales mine", 'only mine');
is(lists('petro', list => 'incoming'), "$anybody incoming", 'only incoming');
is(lists('petro', list => 'closed'), '', 'nothing closed');
is(lists('petro', q => 'гість'), '', 'a guest has no name');
is(lists('petro', q => $sales), "$sales mine", 'but a number');
like($s->error(inbox => $s->tick(), 'agent:petro', 'all', '', '', '', ''),
    qr/^INVALID list/, 'no such list');

# gone

my $rev = $s->inbox('olga')->{rev};
my $of_petro = $s->inbox('petro')->{rev};
$s->client('u1', 'for petro');
is_deeply(quiet($s->inbox('olga', since => $rev)), [[], [], $rev],
    'olga hears nothing of his chat');
my $poll = $s->inbox('petro', since => $of_petro);
is(LuaInbox::ids($poll), $sales, 'petro does');
is($poll->{chats}[0]{unread}, 1, 'there is one to read');
is($poll->{badge}{mine}, 1, 'the badge says so');

$s->transfer('petro', $sales, 'igor', '');
$poll = $s->inbox('petro', since => $poll->{rev});
is("@{ $poll->{gone} }", $sales, 'given away: gone');
is($poll->{badge}{mine}, 0, 'and no more his');
$of_petro = $poll->{rev};
$s->client('u1', 'for igor');
is_deeply(quiet($s->inbox('petro', since => $of_petro)), [[], [], $of_petro],
    'then he hears no more of it');
is(LuaInbox::ids($s->inbox('igor', since => $rev)), $sales, 'igor does');

$s->turn('close', 'igor', $sales);
$poll = $s->inbox('igor', since => $rev);
is("@{ $poll->{gone} }", $sales, 'closed: gone from what is to be done');
is(lists('igor', list => 'closed'), "$sales closed", 'and among the closed');
is(lists('petro', list => 'closed'), "$sales closed", 'also of who had it');
is(lists('petro', list => 'closed', q => $sales), "$sales closed",
    'where one can search');
is(lists('petro', list => 'closed', q => 'nobody'), '', 'also in vain');
is(LuaInbox::ids($s->inbox('igor', since => $rev, list => 'closed')), $sales,
    'whose list moves');
$s->client('u1', 'again');
is("@{ $s->inbox('igor', since => $poll->{rev}, list => 'closed')->{gone} }",
    $sales, 'reopened: gone from the closed');
is(LuaInbox::ids($s->inbox('olga', since => $poll->{rev})), $sales,
    'and new for the group');

# what one has read moves his own lists only

$s->turn('take', 'petro', $sales);
$s->client('u1', 'unread 1', message => 'x1');
$s->client('u1', 'unread 2', message => 'x2');
my @messages = @{ $s->transcript('petro', $sales)->{messages} };
my $journal = $s->journal('root')->{rev};
my $inbox = $s->inbox('petro')->{rev};
$s->notices();
my $badge = $s->json(read => $s->tick(), 'agent:petro', $sales,
    $messages[-2]{id}, '', '')->{badge};
is($badge->{mine}, 1, 'one is left');
is_deeply([$s->notices()], ['read =petro'], 'his own polls are told');
$poll = $s->inbox('petro', since => $inbox);
is($poll->{chats}[0]{unread}, 1, 'and see what is left');
$badge = $s->json(read => $s->tick(), 'agent:petro', $sales,
    $messages[-1]{id}, '', '')->{badge};
is($badge->{mine}, 0, 'none is left');
is(@{ $s->journal('ada', since => $journal)->{chats} }, 0,
    'nobody else sees a change');
$s->notices();
$s->ok(read => $s->tick(), 'agent:petro', $sales, $messages[-2]{id}, '', '');
is($s->notices(), 0, 'reading backwards is no news');
$s->ok(read => $s->tick(), 'root', $sales, $messages[-1]{id}, '', '');
$poll = $s->journal('root', since => $journal);
is(LuaInbox::ids($poll), $sales, 'the journal of who has read');
is($poll->{chats}[0]{unread}, 0, 'shows it');
is_deeply(quiet($s->inbox('root', since => $journal)), [[], [], $journal],
    'what is in no inbox does not appear there as gone');
like($s->error(read => $s->tick(), 'agent:igor', $sales, '1-1', '', ''),
    qr/^INVALID up_to/, 'no such message');
like($s->error(read => $s->tick(), 'agent:nina', $sales, $messages[-1]{id}, '', ''),
    qr/^FORBIDDEN/, 'not hers to read');

# notes and deliveries move transcripts alone

$rev = $s->journal('ada')->{rev};
$s->reply('petro', $sales, 'note', kind => 'note');
is_deeply(quiet($s->journal('ada', since => $rev)), [[], [], $rev],
    'a note moves no list');

# one by one, everything

my $since = $rev;
$s->client("many$_", 'x') for 1 .. 20;
my @got;
for (1 .. 40) {
    my $page = $s->journal('ada', since => $since, limit => 3);
    cmp_ok(@{ $page->{chats} }, '<=', 3, 'at most limit');
    last if !@{ $page->{chats} };
    is($page->{rev}, $page->{chats}[-1]{rev}, 'the rev of the last one');
    push @got, map { $_->{rev} } @{ $page->{chats} };
    $since = $page->{rev};
}
is(@got, 20, 'nothing is skipped');
is("@got", join(' ', sort { $a <=> $b } @got), 'oldest change first');

# a filter: what ceases to match is gone

$rev = $s->journal('ada', status => 'unassigned')->{rev};
$s->turn('take', 'petro', 5);
$poll = $s->journal('ada', status => 'unassigned', since => $rev);
is("@{ $poll->{gone} }", '5', 'gone from the unassigned');
$poll = $s->journal('ada', status => 'active', since => $rev);
is(LuaInbox::ids($poll), '5', 'come to the active');

# a chat that was deleted

$s->redis('DEL', $s->key('chat:6'));
$poll = $s->journal('ada', since => 0, limit => 200);
ok((grep { $_ == 6 } @{ $poll->{gone} }), 'a deleted chat is gone');
unlike(LuaInbox::ids($s->journal('ada', limit => 200)), qr/\b6\b/,
    'and in no page');

# resets

is($s->journal('ada', since => $s->moment() + 1_000_000)->{reset}, 1,
    'a rev from the future');
$s->ok(boot => $s->tick(), 'a');
is($s->inbox('petro', since => $rev)->{reset}, undef, 'the first process');
$s->ok(boot => $s->tick(), 'a');
$s->ok(boot => $s->tick(), 'b');
$poll = $s->inbox('petro', since => $rev);
is($poll->{reset}, 1, 'another process cannot vouch');
is(@{ $poll->{gone} }, 0, 'it gives the first page');
cmp_ok(@{ $poll->{chats} }, '>', 0, 'of chats');
is($s->inbox('petro', since => $poll->{rev})->{reset}, undef, 'and goes on');

# what chats name is called otherwise: no chat changes, and every list is new

for my $rename (
    ['an agent', agent_put => 'root', 'igor', 'Ihor', 'agent', 1],
    ['the space', space_put => 'root', 'Shop 2', 'uk', '', '', ''])
{
    my ($what, $fn, @args) = @$rename;
    my $before = $s->inbox('petro')->{rev};

    $s->notices();
    $s->ok($fn => $s->tick(), @args);
    like(join(' ', $s->notices()), qr/\bnames$/, "$what: lists are told");
    $poll = $s->inbox('petro', since => $before);
    is($poll->{reset}, 1, 'and read again');
    is($s->inbox('petro', since => $poll->{rev})->{reset}, undef, 'once');
    $s->ok($fn => $s->tick(), @args);
    is($s->inbox('petro', since => $poll->{rev})->{reset}, undef,
        'the same name is no news');
}

# a rev is never given twice, also when the clock stands or goes back

my $last = $s->journal('ada')->{rev};
for my $now ($s->moment() - 5_000_000_000, ($s->moment()) x 2) {
    $s->ok(ingest => $now, 'bot', $s->channel_rev('bot'), 0,
        $s->event(user => "clock$now" . rand, text => 'x'));
    my $next = $s->journal('ada')->{rev};
    cmp_ok($next, '>', $last, 'it grows');
    $last = $next;
}

# who has no inbox

$s->ok(channel_delete => $s->tick(), 'root', 'viber', 1);
$s->ok(channel_delete => $s->tick(), 'root', 'meta', 1);
like($s->error(inbox => $s->tick(), 'agent:nina', '', '', '', '', ''),
    qr/^FORBIDDEN/, 'every channel has a group, none of them is hers');

done_testing();


sub lists {
    my ($who, %q) = @_;

    return join ', ', map { "$_->{id} $_->{list}" }
        @{ $s->inbox($who, %q)->{chats} };
}


sub quiet {
    my ($page) = @_;

    return [$page->{chats}, $page->{gone}, $page->{rev}];
}
