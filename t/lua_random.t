#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# Every function with arguments that nobody would send: other types, braces,
# line ends, NUL, bytes that are no UTF-8, huge and negative numbers, too few
# and too many.  Whatever comes, the answer is a value or one of the words of
# docs/redis.md; a refusal has moved nothing and told nobody; and there is no
# key outside the space.  SEED=… repeats a run, CALLS=… makes it longer.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my $SEED = $ENV{SEED} || 20261127;
my $CALLS = $ENV{CALLS} || 40;

srand $SEED;
note("SEED=$SEED CALLS=$CALLS");

my $s = LuaInbox->new(config => 'enable-debug-command local');
my $n = $s->client('u1', 'hello', message => 'm1');
$s->turn('take', 'petro', $n);
my (undef, $site) = $s->visitor('v1', 'hello');
$s->turn('take', 'igor', $site);
my $ours = $s->reply('igor', $site, 'hi')->{id};
my $sent = $s->reply('petro', $n, 'hi')->{id};
my $lease = $s->ok(claim => $s->tick(), 'w', 1_000_000, 1)->[0][2];
my $rev = $s->channel_rev('bot');
my ($hex, $hand, $file) = ('ab' x 32, 'cd' x 16, 'ef' x 16);
$s->ok(upload => $s->tick(), 'agent:petro', $file, 'file', 'a', 'b/c', 5, '', '');

# good arguments of each function, without now: the hostile ones take the
# places of some of them
my %GOOD = (
    boot => ['run'], me => ['agent:petro'], seen => ['agent:petro'],
    away => ['agent:petro', 1], attended => ['site', ''], channel => ['bot'],
    ingest => ['bot', $rev, 0, $s->event(text => 'x', message => 'm2')],
    journal => ['root', ('') x 12], inbox => ['agent:petro', ('') x 5],
    chat => ['agent:petro', $n], typing => ['agent:petro', $n, '', ''],
    transcript => ['agent:petro', $n, '', '', ''],
    visitor => ['site', '', 'v1', '', '', ''],
    reply => ['agent:petro', $n, 'text', '"x"', '"x"', 1, 1, 1, '[]', 0, '',
        $sent, 'key', 'digest'],
    (map { $_ => ['agent:petro', $n, 'key', 'digest'] }
        qw(take join leave close reopen)),
    transfer => ['agent:petro', $n, 'olga', '', '', ''],
    read => ['agent:petro', $n, '1-1', '', ''],
    receipt => ['read', $n, $ours],
    visitor_read => ['site', 'v1', $ours],
    claim => ['worker', 1_000_000, 10],
    look => ['worker', 1_000_000, 10],
    looked => [$n, 'ab' x 20, 'found', '', 0, '', 'Name', 'nick', '', '',
        'https://x.example/p'],
    picture_lost => [$n, 'ab' x 8, '/inbox', 1],
    settle => [$n, $sent, $lease, 'later', '', 'words', $s->moment(), 0],
    space => ['root'],
    space_put => ['root', 'Shop', 'uk', 30, 'https://x.example/', 'free', 60],
    channel_put => ['root', 'bot', 'telegram', 'Bot', 'sales', 1, '{}', 4096,
        'utf16', 0, 0, 'https://x.example/', 'token', 'sealed'],
    channel_get => ['root', 'bot', 'https://x.example/'],
    channel_delete => ['root', 'meta', 0], channels => ['root', ''],
    group_put => ['root', 'sales', 'Sales', 'petro,olga'],
    group_get => ['root', 'sales'], group_delete => ['root', 'sales', 1],
    groups => ['root'], agents => ['root'], agent_get => ['root', 'petro'],
    agent_put => ['root', 'petro', 'Petro', 'agent', 1],
    agent_delete => ['root', 'olga'],
    token_add => ['root', 'petro', 'tok', $hex, 'name', ''],
    tokens => ['root', 'petro'], token_delete => ['root', 'petro', 'tok'],
    canned => ['root'], canned_get => ['root', 'c1'],
    canned_put => ['root', 'c1', 'hi', '"Hello"', 'sales'],
    canned_delete => ['root', 'c1'],
    label => ['agent:petro', $n, '=Title', '=', 'one', 'two'],
    contact => ['agent:petro', $n], block => ['agent:petro', $n, 1],
    chat_delete => ['root', $n], contact_delete => ['root', $n],
    audit => ['root', '', ''], limit => ['sessions', '192.0.2.1', 5],
    stats => ['root'], purge => [''], tenant => ['root'],
    tenant_rule => ['root', 0, 100, 10, 10], tenant_wipe => ['root', ''],
    parked => ['worker', 5], export_begin => ['root'],
    export => ['root', '', ''],
    tally => ['bot', 'node', 5, 1, 0, 0, '', ",$n,", '{"x":1}'],
    health => ['root', 'bot'], events => ['root', 'bot', '', ''],
    event => ['root', 'bot', 1],
    upload => ['agent:petro', $hand, 'image', 'a.png', 'image/png', 5, 'key',
        'digest'],
    upload_visitor => ['site', '', 'v1', 9, $hand, 'file', 'a.pdf',
        'application/pdf', 5, 'key', 'digest'],
    file => ['agent:petro', $n, $file], file_signed => [$file],
    file_sweep => [$file, $hand],
    channel_keep => ['root', 'bot', 'token', 'sealed'],
    connected => ['root', 'bot', 'account', 'note', ''],
);

my @HOSTILE = ('', ' ', '0', '1', '-1', '1.5', '1e308', '-1e308', 'nan', 'inf',
    '0x10', '9' x 15, '9' x 16, '9' x 20, '9' x 400, '-' . '9' x 20, '01', 'x',
    'true', 'null', 'nil', '{}', '[]', '""', '"', '"\\"', '{"a":', '[[', '{[}]',
    '[' x 5000, '{"a":' x 2000, '"' . 'x' x 70000 . '"', 'x' x 70000, "\0",
    "a\0b", "\r\n", "x\r\nPUBLISH x y", "a\nb", "\t", '%', '%s%d%n', '%b()', '%f',
    '[%', '(', '.*', '^$', ']', '}', '{shop}', 'inbox:{other}', '}:x{', '..',
    "\xff\xfe", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
    "\"\xff\"", 'їжак', "\x{1F600}", 'root', 'agent:petro', 'agent:root',
    'agent:nobody', 'agent:', "agent:pet\nro", 'digest:' . $hex, 'token:tok',
    'token:x:y', 'digest:', '1-1', '1-', '-', '1-99999999999999', $sent, $ours, $n,
    $site, 'bot', 'site', 'sales', 'petro', 'petro,olga', ',', ',,petro,,',
    'x,' x 3000, '=', '=x', '?', '?x', 'w1', 'r1', 'w' . '9' x 30, 'sent',
    'never', 'later', 'release', 'message', 'edit', 'delete', 'reaction',
    'receipt', 'state', 'agent', 'client', 'note', 'text', 'read', 'delivered',
    'visitor', 'owner', 'admin', 'waiting', '2026-11-27',
    '2026-11-27T00:00:00.000Z', '2026-99-99', '9999-12-31T23:59:60.999Z',
    '0000-01-01', '{"e":{"x":"y"}}', '{"away":1,"hours":[]}', '[{"id":"a1"}]',
    '[1,"a",null]', "/inbox\t$file", "\t", "/inbox\t$file\t$file", '1 30 10 192.0.2.1', '1 0 0 :', '1 -1 -1 x', ',1,2,');

# what is right in another place
my @GOOD = map { @{ $GOOD{$_} } } sort keys %GOOD;

# the words that docs/redis.md tells
my %WORD = map { $_ => 1 } words();

my @names = sort map { my %f = @$_; $f{name} =~ s/^inbox_1_//r }
    @{ { @{ $s->redis('FUNCTION', 'LIST')->[0] } }->{functions} };

is_deeply([grep { !$GOOD{$_} && $_ ne 'version' } @names], [],
    'each function has a good call to begin with');

# whatever a call has done is undone: the keys as they are now
$s->redis('DEBUG', 'SET-ACTIVE-EXPIRE', 0);
$s->redis('CONFIG', 'SET', 'appendonly', 'no');
$s->redis('SAVE');
$s->notices();

my (%seen, @wrong);

# what was found so: half of the limits was kept; half of a message, when its
# files' handles were no JSON; Redis' words about a cursor that is none; a
# file that was refused counted towards the visitor's limit
try('tenant_rule', $s->tick(), 'root', 0, 100, 'x', 10);
try('ingest', $s->tick(), 'bot', $rev, 0,
    $s->event(text => 'x', message => 'm2', refs => $_))
    for '{shop}', '{"a":1e999}', '{"a":' . '[' x 2000 . ']' x 2000 . '}';
try('tenant_wipe', $s->tick(), 'root', '9' x 20);
try('upload_visitor', $s->tick(), 'site', '', 'v1', 9, $hand, 'odd', 'a', 'b/c', 5,
    '', '');

for my $name (grep { $GOOD{$_} } @names) {
    for (1 .. $CALLS) {
        try($name, hostile(@{ $GOOD{$name} }));
    }
}

is_deeply(\@wrong, [], 'refusals have words, move nothing and tell nobody')
    or diag("SEED=$SEED");
cmp_ok($seen{ok}, '>', 100, "$seen{ok} calls were carried out");
cmp_ok($seen{BADCALL}, '>', 100, "$seen{BADCALL} were no calls");
cmp_ok(scalar keys %seen, '>', 6, 'and more: ' . join ' ', sort keys %seen);
is($s->redis('PING'), 'PONG', 'Redis is well');

done_testing();


sub try {
    my ($name, @args) = @_;

    my $before = $s->redis('DEBUG', 'DIGEST');
    my $answer = $s->call($name, @args);
    my $moved = $s->redis('DEBUG', 'DIGEST') ne $before;
    my @told = $s->notices();
    my $error = ref $answer eq 'HASH' ? $answer->{error} : '';
    my ($word) = ($error || 'ok') =~ /^(\w+)/;

    $seen{$word}++;

    wrong($name, "$error; moved: '$moved', told: '@told'", @args) if $error
        && (!$WORD{$word} || $moved || @told
            || $error =~ /attempt to|bad argument|user_script|user_function/);

    return if !$moved;

    my @outside = grep { !/^inbox:\{shop\}:/ && $_ ne 'inbox:spaces' }
        @{ $s->redis('KEYS', '*') };

    wrong($name, "keys: @outside", @args) if @outside;

    $s->redis('DEBUG', 'RELOAD', 'NOSAVE');
}


# one to three arguments are others, and sometimes their number is
sub hostile {
    my (@args) = ($s->tick(), @_);

    for (0 .. 3 * rand() ** 3) {
        my $i = rand() < 0.05 ? 0 : 1 + int rand($#args);
        $args[$i] = rand() < 0.3 ? $GOOD[rand @GOOD] : $HOSTILE[rand @HOSTILE]
            if $i < @args;
    }

    pop @args if rand() < 0.03;
    push @args, map { $HOSTILE[rand @HOSTILE] } 0 .. rand 3 if rand() < 0.05;

    return @args;
}


sub wrong {
    my ($name, $what, @args) = @_;

    push @wrong, "$name(" . join(', ', map { short($_) } @args) . "): $what"
        if @wrong < 20;
}


sub short {
    my ($text) = @_;

    utf8::encode($text) if utf8::is_utf8($text);
    $text =~ s/([^ -~])/sprintf '\\x%02x', ord $1/ge;
    return length $text > 60 ? substr($text, 0, 50) . '…' : $text;
}


sub words {
    open my $in, '<:encoding(UTF-8)', "$FindBin::Bin/../docs/redis.md"
        or die "redis.md: $!\n";
    my $text = join '', <$in>;

    my ($errors) = $text =~ /^## Errors\n(.*?)^## /ms;
    return $errors =~ /\b([A-Z]{4,})\b/g;
}
