#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# A chat goes with everything that is known of its client; those who show it
# are told that it is gone, the numbers stay exact.  Blocked clients are dropped
# at the door.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my $s = LuaInbox->new();

# 1 is new, 2 is petro's and olga's with an unsent answer, 3 is closed, 4 stays
my $before = $s->dump() =~ s/^\S*:(?:space|feed|gone|audit|firsts)\S* .*\n?//mgr;

my @n = map { $s->client("secret-$_", "hello $_", name => "Secret $_",
    message => "m$_", attachments => '[{"id":"f"}]', refs => '{"f":"x"}') }
    1 .. 3;
my $n4 = $s->client('u4', 'stays');
for my $n (@n[1, 2]) {
    $s->turn('take', 'petro', $n);
    $s->turn('join', 'olga', $n);
    $s->reply('petro', $n, 'answer');
    $s->client("secret-$n", 'more', name => "Secret $n");
}
my $last = $s->transcript('ada', $n[0])->{messages}[-1]{id};
$s->ok(read => $s->tick(), 'agent:ada', $n[0], $last, '', '');
$s->turn('close', 'petro', $n[2]);

my %rev = (journal => $s->journal('root')->{rev},
    petro => $s->inbox('petro')->{rev});
is($s->inbox('petro')->{badge}{label}, 3, 'two are new and one has news');

like($s->error(chat_delete => $s->tick(), $_, $n[0]), qr/^FORBIDDEN/,
    "$_ deletes nothing") for 'agent:ada', 'agent:petro';
like($s->error(chat_delete => $s->tick(), 'root', 99), qr/^NOTFOUND/,
    'what is not there');

$s->notices();
is($s->ok(chat_delete => $s->tick(), 'root', $n[0]), 'ok', 'an owner does');
like(($s->notices())[0], qr/^chat \d+ $n[0] cm\@sales$/, 'and everybody is told');
is($s->ok(contact_delete => $s->tick(), 'root', $_), 'ok', 'by the contact')
    for @n[1, 2];
like($s->error(chat => $s->tick(), 'root', $n[0]), qr/^NOTFOUND/, 'it is gone');
like($s->error(transcript => $s->tick(), 'root', $n[0], '', '', ''),
    qr/^NOTFOUND/, 'with what was written');

my $page = $s->journal('root', since => $rev{journal});
is_deeply([sort @{ $page->{gone} }], [@n], 'the journal says so');
is_deeply($page->{counts}, { unassigned => 1, active => 0, inactive => 0 },
    'the counts are exact');
$page = $s->inbox('petro', since => $rev{petro});
is_deeply([sort @{ $page->{gone} }], [@n], 'so does the inbox');
is($page->{badge}{label}, 1, 'and its badge');
is($s->inbox('igor', since => $rev{petro})->{gone}[0], undef,
    'who never saw them is not told');
is_deeply($s->ok(claim => $s->tick(), 'w', 1000, 10), [''],
    'what waited is not sent');

my $dump = join "\n", map { "$_ " . join ' ', flat($_) }
    @{ $s->redis('KEYS', '*') };
unlike($dump, qr/secret/i, 'no trace of the clients is left');

$s->ok(chat_delete => $s->tick(), 'root', $n4);
# the bytes of its files are gone from disk too
$s->ok(file_sweep => $s->tick(), @{ $s->ok(file_sweep => $s->tick()) });
is($s->dump() =~ s/^\S*:(?:space|feed|gone|audit|firsts)\S* .*\n?//mgr, $before,
    'with the last one nothing is left but tombstones');

# he writes again

my $new = $s->client('secret-1', 'hello', message => 'm1');
is($new, 5, 'who comes again is new, under a new number');

# what was deleted is written down

my $list = $s->json(audit => $s->tick(), 'root', '', 2);
is_deeply([map { "$_->{action} $_->{target}" } @{ $list->{entries} }],
    ["chat_deleted $n4", "contact_deleted $n[2]"], 'newest first');
is($list->{entries}[0]{agent}{id}, 'root', 'by whom');
$list = $s->json(audit => $s->tick(), 'root', $list->{next}, 2);
is($list->{entries}[1]{action}, 'chat_deleted', 'the next page');
like($s->error(audit => $s->tick(), 'agent:ada', '', ''), qr/^FORBIDDEN/,
    'for owners only');

# blocked

is($s->json(contact => $s->tick(), 'agent:petro', $new)->{blocked}, '',
    'a contact is not blocked');
$s->ok(block => $s->tick(), 'agent:petro', $new, 1);
$page = $s->json(contact => $s->tick(), 'agent:petro', $new);
is($page->{blocked}, 1, 'now he is');
is($page->{chats}[0]{id}, $new, 'with his chat');
is($page->{contact}{external_id}, 'secret-1', 'and himself');

$dump = $s->dump();
is($s->ingest('bot', { user => 'secret-1', text => 'x', %$_ })->[0], 'none',
    'what he does is dropped')
    for {}, { type => 'edit', message => 'm1' },
    { type => 'delete', message => 'm1' },
    { type => 'reaction', message => 'm1', extra => '["x"]' };
is($s->dump(), $dump, 'nothing is stored');
is($s->ingest('bot', { user => 'secret-1', text => 'x', from => 'agent' })->[0],
    'new', 'what we write is kept');

my (undef, $visit) = $s->visitor('v1', 'hello');
$s->ok(block => $s->tick(), 'agent:igor', $visit, 1);
like($s->error(ingest => $s->tick(), 'site', $s->channel_rev('site'), 1,
    $s->event(user => 'v1', text => 'x')), qr/^FORBIDDEN/,
    'a visitor is told');
$s->ok(block => $s->tick(), 'agent:igor', $visit, 0);
is(($s->visitor('v1', 'again'))[0], 'new', 'until he is let in again');
like($s->error(block => $s->tick(), 'agent:petro', $visit, 1), qr/^FORBIDDEN/,
    'by who may see him');

done_testing();


# all strings of a key
sub flat {
    my ($key) = @_;

    my %command = (string => ['GET'], hash => ['HGETALL'],
        list => ['LRANGE', 0, -1], set => ['SMEMBERS'],
        zset => ['ZRANGE', 0, -1]);
    my ($name, @args) = @{ $command{$s->redis('TYPE', $key)} };
    my $value = $s->redis($name, $key, @args);

    return ref $value ? @$value : $value;
}
