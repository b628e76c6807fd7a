#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# Many events in one call are the same as each in a call of its own: the same
# chats, lists, feeds, counts, transcripts and people who hear of it.  One that
# cannot be done ends the call, and none before it is half done.
#
# TEST_SEED=7 repeats what was drawn by lot.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my @EVENTS = (
    (map { { user => "u$_", message => "a$_", name => "N$_", text => "1" } }
        1 .. 6),
    { user => 'u2', message => 'a2', name => 'N2', text => '1' },
    { user => 'u9', message => 'b1', name => 'New', text => 'first' },
    { user => 'u9', message => 'b2', name => 'New', text => 'second' },
    { user => 'u3', message => 'b3', text => 'again' },
    { type => 'edit', user => 'u4', message => 'a4', text => 'other' },
    { type => 'delete', user => 'u5', message => 'a5' },
    { type => 'reaction', user => 'u6', message => 'a6', extra => '["+"]' },
    { user => 'u7', message => 'b4', text => 'I am back' },
    { user => 'u8', message => 'b5', text => 'blocked' },
    { user => 'u1', message => 'b6', from => 'agent', text => 'from the app' },
    { user => 'u10', message => 'b7', text => 'another', reply_to => 'b6' },
);

my ($one, $all) = map { prepared() } 1 .. 2;
my @by_one = map { @{ $one->ingest('bot', $_) } } @EVENTS;

is_deeply($all->ingest('bot', @EVENTS), \@by_one, 'the same answers');
is_deeply(heard($all), heard($one), 'the same people hear of it');
is_deeply(state_of($all), state_of($one), 'and see the same');
is_deeply($all->ingest('bot', @EVENTS),
    [map { $_ =~ /^(new|changed)$/ ? 'same' : $_ } @by_one],
    'all of it is known when it comes again');


# whatever comes, in whatever order, however it is shared out

my $seed = $ENV{TEST_SEED} // int(rand(1e6));

srand($seed);

for my $round (1 .. 2) {
    my @events = map { any() } 1 .. 60;
    my ($single, $shared) = map { prepared() } 1 .. 2;
    my @expected = map { @{ $single->ingest('bot', $_) } } @events;
    my @got;

    push @got, @{ $shared->ingest('bot', splice @events, 0, 1 + rand 20) }
        while @events;

    is_deeply(\@got, \@expected, "by lot, round $round: the same answers")
        or diag("TEST_SEED=$seed");
    is_deeply(state_of($shared), state_of($single), 'and the same is seen');
}


# one in the middle cannot be done

my $s = LuaInbox->new();
my $odd = $s->client('odd', 'hello', message => 'm1');

$s->redis('DEL', $s->key("log:$odd"));
$s->redis('SET', $s->key("log:$odd"), 'no list');

my @three = map { { user => $_, message => 'm2', text => 'hello' } }
    'before', 'odd', 'behind';

like($s->error(ingest => $s->tick(), 'bot', $s->channel_rev('bot'), 0,
    map { $s->event(%$_) } @three), qr/WRONGTYPE/, 'a fault');

my ($before) = grep { $_->{id} == 2 }
    @{ $s->journal('root')->{chats} };

is($before->{unread}, 1, 'what was before it is whole');
is($s->journal('root')->{counts}{unassigned}, 2, 'and counted');
is($s->ingest('bot', $three[0])->[0], 'same', 'it is known');
is($s->ingest('bot', $three[2])->[0], 'new', 'what was behind it is not');
is(scalar @{ $s->journal('root')->{chats} }, 3, 'then it is there as well');

done_testing();


# some have written before: one is closed, one blocked
sub prepared {
    my $s = LuaInbox->new();
    my %chat = map { $_ => $s->client($_, 'before', message => 'm0') }
        qw(u1 u2 u7 u8);

    $s->turn('take', 'petro', $chat{$_}) for qw(u2 u7);
    $s->turn('close', 'petro', $chat{u7});
    $s->ok(block => $s->tick(), 'root', $chat{u8}, 1);
    $s->notices();

    return $s;
}


# something that a few people do to a few messages: also of one that is not
# there yet, or is no more
sub any {
    my $user = 'u' . int rand 10;
    my %e = (user => $user, message => "$user-m" . int(rand 20),
        text => 'text ' . int rand 5);

    return (
        (map { +{ %e, name => 'N' . int rand 3 } } 1 .. 4),
        { %e, reply_to => "$user-m" . int rand 20 },
        { %e, from => 'agent' },
        { %e, extra => 'album' . int(rand 3), attachments => '[{"id":"'
            . int(rand 9) . '","type":"image","url":"/x"}]' },
        { %e, type => 'edit', sent_at => sprintf('2026-11-27T10:%02d:00.000Z',
            rand 60) },
        { %e, type => 'delete' },
        { %e, type => 'reaction', extra => rand() < 0.5 ? '["+"]' : '[]' },
        { %e, type => 'receipt', extra => (qw(delivered read failed))[rand 3] },
        { %e, type => 'state', extra => 'blocked' },
    )[rand 12];
}


# what does not hang on the moment
sub timeless {
    my ($value) = @_;

    return [map { timeless($_) } @$value] if ref $value eq 'ARRAY';
    return { map { $_ => timeless($value->{$_}) } keys %$value }
        if ref $value eq 'HASH';
    return ($value // '') =~ s/\b\d{16}\b/REV/gr
        =~ s/\d{4}-\d\d-\d\dT[\d:.]+Z/TIME/gr;
}


# chat and people of each notice
sub heard {
    my ($s) = @_;

    my %people;

    for ($s->notices()) {
        my ($n, $flags, $who) = /^chat \d+ (\d+) ([cmq]*)(\S*)$/ or next;

        $people{$n}{$_} = 1 for $flags =~ /./g, $who =~ /[@=][a-z]*/g;
    }

    return \%people;
}


sub state_of {
    my ($s) = @_;

    my $journal = $s->journal('root', limit => 100);
    my %sets = map { my $key = $_; ($key => [sort @{ $s->redis('ZRANGE', $key,
        0, -1) }]) } @{ $s->redis('KEYS', $s->key('order:*')) },
        @{ $s->redis('KEYS', $s->key('feed*')) };

    $sets{$_} = [sort @{ $s->redis('SMEMBERS', $_) }]
        for @{ $s->redis('KEYS', $s->key('unread:*')) };

    return timeless({
        journal => { %$journal, rev => 0,
            chats => [sort { $a->{id} <=> $b->{id} } @{ $journal->{chats} }] },
        order => LuaInbox::ids($journal), sets => \%sets,
        load => { @{ $s->redis('HGETALL', $s->key('load')) } },
        map { $_->{id} => $s->transcript("root", $_->{id})->{messages} }
            @{ $journal->{chats} } });
}
