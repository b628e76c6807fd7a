#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# The journal: who may read it, what its filters let through, that its pages
# hold everything once, and that its changes keep a copy of it true.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my $s = LuaInbox->new();

# who may

like($s->error(journal => $s->journal_args('petro')), qr/^FORBIDDEN/,
    'not for agents');
$s->ok(space_put => $s->tick(), 'root', 'Shop', 'uk', '', '', 'free');
like($s->error(journal => $s->journal_args('ada')), qr/^PLAN/, 'not for free');
$s->ok(space_put => $s->tick(), 'root', 'Shop', 'uk', '', '', 'commercial');
is_deeply($s->journal('ada')->{counts},
    { unassigned => 0, active => 0, inactive => 0 }, 'for the admin');
is($s->journal('root')->{next}, undef, 'an empty one');

# ten chats: 1, 4, 7, 10 of bot; 2, 5, 8 of viber; 3, 6, 9 of the site

my @names = ('', 'Олена Коваль', 'John Smith-Jones', 'Ґанна Їжак', 'ÉLODIE',
    '', 'Олег', 'O\'Neil', 'Петро', 'Zoë', '');
my %at;
for my $n (1 .. 10) {
    $at{$n} = $s->tick(1_000_000);
    my %e = (name => $names[$n], phone => $n == 5 ? '+380 (50) 123-45-67' : '',
        username => $n == 10 ? 'olena_k' : '');
    if ($n % 3 == 0) {
        $s->visitor("v$n", "text $n", %e);
    } else {
        $s->client("u$n", "text $n", %e,
            channel => $n % 3 == 1 ? 'bot' : 'viber');
    }
}
$s->turn('take', 'petro', 1);
$s->turn('take', 'petro', 2);
$s->turn('join', 'ada', 2);
$s->turn('take', 'olga', 4);
$s->turn('close', 'olga', 4);
$s->turn('take', 'igor', 9);
$s->reply('igor', 9, 'answer');
$s->redis('HSET', $s->key('chat:5'), 'tags', '["vip","new"]');

is(ids(), '9 10 8 7 6 5 4 3 2 1', 'the freshest chat is on top');
is_deeply($s->journal('ada')->{counts},
    { unassigned => 6, active => 3, inactive => 1 }, 'counts');

# filters

my $from = rfc($at{4});
my $to = rfc($at{7});
my @FILTERS = (
    [status => 'unassigned', '10 8 7 6 5 3'],
    [status => 'active', '9 2 1'],
    [status => 'inactive', '4'],
    [channel => 'bot', '10 7 4 1'],
    [channel => 'none', ''],
    [group => 'sales', '10 7 4 1'],
    [group => 'sales', status => 'unassigned', '10 7'],
    [group => 'sales', status => 'active', '1'],
    [group => 'support', '9 6 3'],
    [agent => 'petro', '2 1'],
    [agent => 'petro', status => 'active', '2 1'],
    [agent => 'ada', '2'],
    [agent => 'olga', '4'],
    [agent => 'olga', status => 'inactive', '4'],
    [agent => 'olga', status => 'unassigned', ''],
    [agent => 'igor', channel => 'site', '9'],
    [agent => 'igor', channel => 'bot', ''],
    [tag => 'vip', '5'],
    [tag => 'vi', ''],
    [q => 'олен', '1'],
    [q => 'ОЛЕ', '6 1'],
    [q => 'КОВАЛЬ олена', '1'],
    [q => 'оваль', ''],
    [q => 'smith', '2'],
    [q => 'jones', '2'],
    [q => 'ґАННА', '3'],
    [q => 'їЖ', '3'],
    [q => 'élo', '4'],
    [q => 'neil', '7'],
    [q => 'zoË', '9'],
    [q => 'olena', '10'],
    [q => '№7', '7'],
    [q => '7', '7'],
    [q => '10', '10'],
    [q => '38050', '5'],
    [q => '+380', '5'],
    [q => '+38050123', '5'],
    [q => 'петро', status => 'active', ''],
    [q => 'петро', '8'],
    [q => '%w .*', ''],
    [q => '   ', '9 10 8 7 6 5 4 3 2 1'],
    [from => $from, to => $to, '6 5 4'],
    [from => $at{8}, '9 10 8'],
    [to => $at{3}, '2 1'],
    [from => '2026-11-21', '9 10 8 7 6 5 4 3 2 1'],
    [to => '2026-11-20', ''],
    [from => '2099-01-01', ''],
    [sort => 'waiting', '1 2 3 5 6 7 8 10 9 4'],
    [sort => 'waiting', status => 'active', '1 2 9'],
    [sort => 'waiting', status => 'inactive', '4'],
    [sort => 'waiting', agent => 'igor', '9'],
    [sort => 'waiting', q => 'о', '1 6'],
    [sort => 'waiting', from => $from, to => $to, '5 6 4'],
);

for my $row (@FILTERS) {
    my $expected = pop @$row;
    my %q = @$row;
    my $what = join ' ', @$row;
    is(ids(%q), $expected, "$what");

    for my $limit (1, 2) {
        my ($before, @paged) = ('');
        for (1 .. 30) {
            my $page = $s->journal('ada', %q, limit => $limit,
                before => $before);
            push @paged, map { $_->{id} } @{ $page->{chats} };
            last if !defined($before = $page->{next});
        }
        is("@paged", $expected, "$what, by $limit");
    }
}

for my $bad ([status => 'open'], [sort => 'name'], [from => 'today'],
    [to => '2026-13-01'], [from => '2026-02-30'], [to => '2026-04-31'],
    [from => '2027-02-29'], [from => '2026-01-00'], [before => 'x'], [before => '-1'])
{
    like($s->error(journal => $s->journal_args('ada', @$bad)), qr/^INVALID
        \ $bad->[0]/x, "@$bad is refused");
}

# what is waiting, and for whom

my %row = map { $_->{id} => $_ } @{ $s->journal('ada')->{chats} };
is($row{1}{action}, 'join', 'not mine: join');
is($row{2}{action}, 'open', 'mine: open');
is($row{3}{action}, 'reply', 'not taken: reply');
is($row{9}{waiting_since}, undef, 'answered: not waiting');
is($row{1}{unread}, 1, 'what the caller has not read');
is($row{2}{unread}, 0, 'what he has');
is($row{3}{unread}, 1, 'what nobody has answered');

# a letter's two forms are the same in all of Cyrillic, and in Latin

my @people = (['Әсел Өмірова', 'әСЕЛ', 'ӨМІР'], ['ҒАЛЫМ Ұлан', 'ғалым', 'ұЛ'],
    ['Łukasz Źrebak', 'łUKASZ', 'źREB'], ['ŞTEFAN Ňorth', 'şte', 'ňor'],
    ['Ӆа Ԥа', 'ӆА', 'ԥА'], ['Ÿves Ğul', 'ÿVES', 'ğUL']);

for my $n (0 .. $#people) {
    my ($name, @words) = @{ $people[$n] };
    my $chat = $s->client("p$n", 'x', name => $name);

    is(ids(q => $_), $chat, "$_ is found") for @words, uc $words[0], lc $words[1];
}

# signs and pictures part words as spaces do, letters never do

my %signs = ("🌸Софія🌸" => 'софія', "«Орися»" => 'орися',
    "Марко\x{a0}Вовчок" => 'вовчок', 'Леся—Мавка' => 'мавка',
    "❤\x{fe0f}Тарас" => 'тарас', "\x{200f}Богдан" => 'богдан',
    'Єлисей' => 'лисей', 'ʼЯрема' => 'ярема', '名前ゾ' => 'ゾ');
my %inside = map { $_ => 1 } 'лисей', 'ярема', 'ゾ';

for my $name (sort keys %signs) {
    my $chat = $s->client("s$name", 'x', name => $name);

    is(ids(q => $signs{$name}), $inside{$signs{$name}} ? '' : $chat,
        "$signs{$name} in $name");
    is(ids(q => $name), $chat, "$name itself");
}

# every word counts, also those of a long question

my $many = join ' ', map { "слово$_" } 1 .. 12;
my $long = $s->client('long', 'x', name => $many);
is(ids(q => $many), $long, 'twelve words');
is(ids(q => "$many інше"), '', 'and one that is not there');

# titles follow a rename at once

$s->agent('petro', 'Петро П.', 'agent');
is($s->journal('ada', q => 'олена')->{chats}[0]{participants}[0]{name},
    'Петро П.', 'an agent has another name');
$s->channel('bot', 'telegram', 'sales', 4096, 'utf16', 0);
$s->ok(channel_put => $s->tick(), 'root', 'bot', 'telegram', 'New', 'sales', 1,
    '{}', 4096, 'utf16', 0, 0, '');
is($s->journal('ada', q => 'олена')->{chats}[0]{channel}{title}, 'New',
    'a channel has another title');

# more chats than one call looks at

for my $i (1 .. 43) {
    $s->ingest('viber', map { { user => "many$i-$_", text => 'x' } } 1 .. 50);
}
my ($page, $before, $calls) = (undef, '', 0);
do {
    $page = $s->journal('ada', q => 'олена', before => $before);
    $before = $page->{next};
    $calls++;
} while (!@{ $page->{chats} } && defined $before && $calls < 10);
is(LuaInbox::ids($page), '1', 'found behind a page that was cut');
cmp_ok($calls, '>', 1, 'after more than one call');

done_testing();


sub ids {
    my (%q) = @_;

    return LuaInbox::ids($s->journal('ada', %q));
}


sub rfc {
    my ($us) = @_;

    my @t = gmtime(int($us / 1_000_000));
    return sprintf '%04d-%02d-%02dT%02d:%02d:%02d.%06dZ', $t[5] + 1900,
        $t[4] + 1, @t[3, 2, 1, 0], $us % 1_000_000;
}
