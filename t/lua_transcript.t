#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# A chat's messages as pages and as changes: nothing is skipped, nothing comes
# twice, whatever people write; and a visitor sees no more than he may.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my $s = LuaInbox->new();

# pages

my $n = $s->client('u1', 'm1', message => 'e1');
$s->client('u1', "m$_", message => "e$_") for 2 .. 250;

my $page = $s->transcript('petro', $n, limit => 3);
is(texts($page), 'm248 m249 m250', 'the newest, oldest first');
is($page->{rev}, $s->redis('HGET', $s->key('space'), 'rev'),
    'going on from here');
is(texts($s->transcript('petro', $n, limit => 3, before => $page->{next})),
    'm245 m246 m247', 'and those before');

my ($all, $before, $pages) = ('', '', 0);
do {
    $page = $s->transcript('petro', $n, limit => 37, before => $before);
    $all = texts($page) . ($all && " $all");
    $before = $page->{next};
} while (defined $before && ++$pages < 20);
is($all, join(' ', map { "m$_" } 1 .. 250), 'all of it, page by page');
is(@{ $s->transcript('petro', $n)->{messages} }, 50, 'fifty by default');

# a cursor that nobody was given: behind the end there is nothing to go through,
# and going through nothing had no end

is(texts($s->transcript('petro', $n, limit => 2, before => $_)),
    'm249 m250', "before $_ is the end") for 252, 1000000, '9' x 18;
is(@{ $s->transcript('petro', $n, before => $_)->{messages} }, 0,
    "nothing before $_") for 0, 1;

# since: from any rev, in steps of any size, to the state as it is

my $start = $s->transcript('petro', $n, limit => 1)->{rev};
$s->client('u1', "n$_", message => "f$_") for 1 .. 30;
$s->ingest('bot', { type => 'edit', user => 'u1', message => "e$_",
    text => "edited e$_" }) for 5, 240;
$s->ingest('bot', { type => 'edit', user => 'u1', message => "f$_",
    text => "edited f$_" }) for 3, 4, 29;
$s->ingest('bot', { type => 'reaction', user => 'u1', message => 'e5',
    extra => '["👍"]' });

my %now = map { $_->{id} => $_ } @{ whole($n) };
for my $limit (1, 2, 3, 7, 40, 200) {
    my %changed;
    my $last = my $since = $start;
    my $ordered = 1;
    for (1 .. 60) {
        $page = $s->transcript('petro', $n, since => $since, limit => $limit);
        last if !@{ $page->{messages} };
        for my $m (@{ $page->{messages} }) {
            $ordered = 0 if $m->{rev} <= $last;
            $last = $m->{rev};
            $changed{ $m->{id} }++;
            is_deeply($m, $now{ $m->{id} }, "limit $limit: as it is now")
                if $changed{ $m->{id} } == 1 && $limit == 2;
        }
        $since = $page->{rev};
        is($since, $last, "limit $limit: the rev is the last one's")
            if $limit == 3;
    }
    is(join(' ', sort keys %changed),
        join(' ', sort map { $_->{id} } grep { $_->{rev} > $start }
            values %now), "limit $limit: all that changed");
    is((grep { $_ > 1 } values %changed), 0, "limit $limit: each once");
    is($ordered, 1, "limit $limit: oldest change first");
    is($page->{rev}, $since, "limit $limit: nothing more, the same rev");
}

$page = $s->transcript('petro', $n, since => 0, limit => 200);
is(@{ $page->{messages} }, 200, 'from the beginning');

# text that looks like JSON

my $evil = 'x","attachments":[{"id":"1"}],"reply_to":"9","delivery":"read",'
    . '"error":null} \\",\\"delivery\\":\\"queued\\" , ,"text":, \\';
my $chat = $s->client('evil', $evil, message => 'evil',
    name => ',"status":"active","last_message":null,"');
is($s->chat('root', $chat)->{contact}{name},
    ',"status":"active","last_message":null,"', 'a name is a name');
$s->turn('take', 'petro', $chat);
my $ours = $s->reply('petro', $chat, $evil);
is($ours->{text}, $evil, 'text is text');
my $jobs = $s->ok(claim => $s->tick(), 'w', 1_000_000, 10);
$s->ok(settle => $s->tick(), $chat, $ours->{id}, $jobs->[0][2], 'never', '',
    $evil, '', '0');
$s->ingest('bot', { type => 'reaction', user => 'evil', message => 'evil',
    extra => '["\",\"delivery\":"]' });
$s->ingest('bot', { type => 'edit', user => 'evil', message => 'evil',
    text => "$evil!" });
my %shown = map { $_->{id} => $_ } @{ whole($chat) };
my ($client) = grep { $_->{from} eq 'client' } values %shown;
is($client->{text}, "$evil!", 'edited text is text');
is($client->{reactions}[0], '","delivery":', 'a reaction is a reaction');
is($client->{delivery}, undef, 'nothing leaked');
is($shown{ $ours->{id} }{delivery}, 'failed', 'delivery is found');
is($shown{ $ours->{id} }{error}, $evil, 'words of a platform are words');
is($shown{ $ours->{id} }{text}, $evil, 'and the text stays');
is($s->chat('root', $chat)->{status}, 'active', 'the Chat is whole');

# what a visitor sees

my (undef, $site, $first) = $s->visitor('v1', 'hello', message => 'k1',
    extra => 'd1');
is($first->{text}, 'hello', 'he gets his message back');
$s->turn('take', 'igor', $site);
$s->reply('igor', $site, 'secret', kind => 'note');
my $answer = $s->reply('igor', $site, 'good day');
is($answer->{delivery}, 'sent', 'for a visitor: sent when stored');
is_deeply($s->ok(claim => $s->tick(), 'w', 1_000_000, 10), [''],
    'and never queued');
$page = $s->seen_by_visitor('v1');
is(texts($page), 'hello good day', 'no note, no event');
is($page->{chat}, $site, 'his chat');
is_deeply($page->{messages}[1]{author}, { id => undef, name => 'Igor' },
    'the agent\'s name, not his id');
my $since = $page->{rev};
is($s->seen_by_visitor('v1', since => $first->{rev})->{messages}[0]{text},
    'good day', 'since his message');

$s->notices();
is($s->ok(receipt => $s->tick(), 'delivered', $site, $answer->{id}), 1,
    'delivered');
like(($s->notices())[0], qr/ $site m$/, 'agents hear of it, he does not');
is($s->ok(receipt => $s->tick(), 'delivered', $site, $answer->{id}), 0,
    'once');
is($s->ok(visitor_read => $s->tick(), 'site', 'v1', $answer->{id}), 1,
    'read');
like($s->error(visitor_read => $s->tick(), 'site', 'v1', '1-1'), qr/^INVALID/,
    'a message that is none');
like($s->error(visitor_read => $s->tick(), 'site', 'nobody', $answer->{id}),
    qr/^NOTFOUND/, 'a visitor who has no chat');
is((grep { $_->{id} eq $answer->{id} } @{ whole($site) })[0]{delivery}, 'read',
    'the agent sees it');
is(texts($s->seen_by_visitor('v1', since => $since)), '',
    'his own receipt is no news to him');
$s->reply('igor', $site, 'more');
is(texts($s->seen_by_visitor('v1', since => $since)), 'more', 'but words are');
is(texts($s->seen_by_visitor('v1', limit => 1)), 'more', 'pages');
$page = $s->seen_by_visitor('v1', limit => 1);
is(texts($s->seen_by_visitor('v1', limit => 1, before => $page->{next})),
    'good day', 'of what he may see');

is((($s->visitor('v1', 'hello', message => 'k1', extra => 'd1'))[0]), 'same',
    'the same key, the same message');
like($s->error(ingest => $s->tick(), 'site', $s->channel_rev('site'), 1,
    $s->event(user => 'v1', text => 'other', message => 'k1', extra => 'd2')),
    qr/^MISMATCH/, 'the same key with another body');
$page = $s->seen_by_visitor('v2');
is_deeply([$page->{messages}, $page->{chat}], [[], undef],
    'who never wrote has nothing');
$s->ok(block => $s->tick(), 'root', $site, 1);
like($s->error(ingest => $s->tick(), 'site', $s->channel_rev('site'), 1,
    $s->event(user => 'v1', text => 'x')), qr/^FORBIDDEN/, 'blocked');


# what follows fifty things that he may not see: an empty page ended his poll
# nowhere, and so did thousands of them

my (undef, $long) = $s->visitor('v3', 'hello');
$s->turn('take', 'igor', $long);
my $behind = $s->seen_by_visitor('v3')->{rev};
$s->reply('igor', $long, "n$_", kind => 'note') for 1 .. 60;
my $hidden = $s->reply('igor', $long, 'behind notes');
is(texts($s->seen_by_visitor('v3', since => $behind, limit => 50)),
    'behind notes', 'sixty notes hide nothing');
$s->ok(receipt => $s->tick(), 'delivered', $long, $hidden->{id});
$s->reply('igor', $long, "d$_") for 1 .. 60;
$behind = $s->seen_by_visitor('v3')->{rev};
$s->ok(visitor_read => $s->tick(), 'site', 'v3', $hidden->{id});
$s->ok(receipt => $s->tick(), 'delivered', $long,
    (map { $_->{id} } grep { $_->{text} eq 'd60' } @{ whole($long) })[0]);
$s->reply('igor', $long, 'behind receipts');
is(texts($s->seen_by_visitor('v3', since => $behind, limit => 50)),
    'behind receipts', 'nor do sixty receipts');

$behind = $s->seen_by_visitor('v3')->{rev};
is($s->ok(visitor => $s->tick(), 'site', $s->channel_rev('site'), 'v3',
    $behind, '', '')->[2], 0, 'nothing is no news');
$s->reply('igor', $long, "n$_", kind => 'note') for 1 .. 2010;
my $far = $s->reply('igor', $long, 'far behind');
my $asked = $s->ok(visitor => $s->tick(), 'site', $s->channel_rev('site'),
    'v3', $behind, '', '');
$page = $s->decode($asked->[0]);
is_deeply([scalar @{ $page->{messages} }, $asked->[2]], [0, 1],
    'two thousand notes: an empty page, which is news');
cmp_ok($page->{rev}, '>', $behind, 'with a rev further on');
is(texts($s->seen_by_visitor('v3', since => $page->{rev})), 'far behind',
    'and there is the rest');
is($s->ok(visitor => $s->tick(), 'site', $s->channel_rev('site'), 'v9',
    '9' x 17, '', '')->[2], 1, 'a reset is news also to who has no chat');


# receipts of many in one call: each chat is told of, what is not there is not

my @many = map { ($s->visitor("many$_", 'hello'))[1] } 1 .. 3;
my @pairs = map { $s->turn('take', 'igor', $_);
    ($_, $s->reply('igor', $_, 'one')->{id},
        $_, $s->reply('igor', $_, 'two')->{id}) } @many;
$s->notices();
is($s->ok(receipt => $s->tick(), 'delivered', 999, $pairs[1], $site, '1-1',
    $site, 'x', $many[0], $pairs[-1], @pairs), 6, 'all six, nothing else');
my $told = join "\n", $s->notices();
is_deeply([$told =~ /^chat \d+ (\d+) m$/mg], [map { ($_, $_) } @many],
    'each change is told');
is_deeply([map { $_->{delivery} // () } map { @{ whole($_) } } @many],
    [('delivered') x 6], 'all are delivered');
$s->reply('igor', $many[0], 'three');
my $newest = $s->reply('igor', $many[0], 'four');
is($s->ok(receipt => $s->tick(), 'delivered', $many[0], $newest->{id}), 2,
    'the newest stands for those before it');
like($s->error(receipt => $s->tick(), 'read', ($site, $answer->{id}) x 65),
    qr/^BADCALL/, 'not without an end');

# a store that lost its last second

is($s->transcript('petro', $n, since => '9' x 17)->{reset}, 1,
    'a since from the future is reset');
ok($s->ok(boot => $s->tick(), 'run-1'), 'the first process');
is($s->transcript('petro', $n, since => $start)->{reset}, undef,
    'is no reason');
$s->ok(boot => $s->tick(), 'run-2');
$page = $s->transcript('petro', $n, since => $start, limit => 2);
is($page->{reset}, 1, 'another process is');
is(texts($page), 'edited f29 n30', 'with the first page');
is($s->transcript('petro', $n, since => $page->{rev})->{reset}, undef,
    'and then it goes on');

done_testing();


sub texts {
    my ($page) = @_;

    return join ' ', map { $_->{text} } grep { $_->{kind} ne 'event' }
        @{ $page->{messages} };
}


sub whole {
    my ($n) = @_;

    my ($before, @all) = ('');
    do {
        my $page = $s->transcript('root', $n, limit => 200, before => $before);
        unshift @all, @{ $page->{messages} };
        $before = $page->{next};
    } while (defined $before);

    return \@all;
}
