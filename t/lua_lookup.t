#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# Who a client is, asked of his platform: once, by one worker at a time, again
# when it may be another a week later; and his picture, among his chat's files.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my $LEASE = 20_000_000;
my $DAY = 86_400_000_000;

my $s = LuaInbox->new();


# asked for once, when his first message comes

is($s->client('u1', 'hi', extra => "\t/inbox\t?"), 1, 'somebody without a name');
like(join(' ', $s->notices()), qr/ 1 cmq/, 'whoever asks is told');
$s->client('u1', 'again', extra => "\t/inbox\t?");
$s->client('u2', 'hi', extra => "\t/inbox\t");
is_deeply(waiting(), ['1'], 'one who is asked for, once');
is($s->ok(claim => $s->tick(), 'w', $LEASE, 9)->[-1],
    "0 0 0 " . $s->redis('ZSCORE', $s->key('lookups'), 1),
    'the outbox tells when');

my ($job) = look('w1');
is_deeply([@$job[0, 2 .. 4]], ['1', '1', 'bot', 'u1'], 'what a worker needs');
is(look('w2'), 0, 'nobody else gets him');
is(done($job->[0], 'x' x 40, 'found', name => 'Nobody'), 'late',
    'only who holds the lease says');

is($s->chat('root', 1)->{title}, 'Гість №1', 'a guest until then');

$s->notices();
is(done(@$job[0, 1], 'found', name => 'Олена К', avatar => 'https://p/1'),
    'ok', 'found');
my $chat = $s->chat('root', 1);
is($chat->{title}, 'Олена К', 'the chat has his name');
is($chat->{contact}{avatar}{initials}, 'ОК', 'and initials');
my ($id) = $chat->{contact}{avatar}{url}
    =~ m{^/inbox/api/v1/chats/1/files/([0-9a-f]{16})$};
ok($id, 'and a picture of ours');
like(join(' ', $s->notices()), qr/^chat $chat->{rev} 1 c\@sales$/,
    'those who show the chat hear of it');
is(join(' ', map { $_->{id} } @{ $s->journal('root',
    since => $s->chat('root', 2)->{rev})->{chats} }), '1', 'in the feed of changes');
is_deeply($s->decode(file(1, $id)), { ref => 'https://p/1', name => 'avatar',
    avatar => 1 }, 'the handle is a file of the chat');
is(done(@$job[0, 1], 'found', name => 'X'), 'late', 'settled only once');


# fresh for a week, and then when he comes back

$s->client('u1', 'more', extra => "\t/inbox\t?");
is_deeply(waiting(), [], 'who has a name is not asked for');
back(1, 6 * $DAY);
is_deeply(waiting(), [], 'nor when he returns soon');
back(1, 8 * $DAY);
is_deeply(waiting(), ['1'], 'but after a week');
($job) = look('w1');
done(@$job[0, 1], 'found', name => 'Олена Л', avatar => 'https://p/2');
$chat = $s->chat('root', 1);
is($chat->{title}, 'Олена Л', 'called otherwise now');
isnt($chat->{contact}{avatar}{url} =~ s{.*/}{}r, $id, 'another picture');
is($s->error(file => $s->tick(), 'root', 1, $id), 'NOTFOUND there is no such file',
    'the old one has gone');
is_deeply($s->redis('ZRANGE', $s->key('doomed'), 0, -1), [$id],
    'from disk as well');


# what is refused

my $n = $s->client('u3', 'hi', extra => "\t/inbox\t?");
($job) = look('w1');
done($n, $job->[1], 'never');
is($s->chat('root', $n)->{title}, "Гість №$n", 'he stays a guest');
$s->client('u3', 'more', extra => "\t/inbox\t?");
back($n, 30 * $DAY, 'u3');
is_deeply(waiting(), [], 'and is never asked for again');

$n = $s->client('u4', 'hi', extra => "\t/inbox\t?");
for my $try (1 .. 6) {
    ($job) = look('w1');
    is($job->[2], $try, "try $try") if $try == 1 || $try == 6;
    done($n, $job->[1], 'later', at => $s->tick(1000) + 1);
}
is_deeply(waiting(), [], 'trouble has an end');
$s->client('u4', 'more', extra => "\t/inbox\t?");
is_deeply(waiting(), [], 'for a week');

# a platform that was not asked costs no try
$n = $s->client('u5', 'hi', extra => "\t/inbox\t?");
for (1 .. 10) {
    ($job) = look('w1');
    done($n, $job->[1], 'release', at => $s->tick(1000) + 1);
}
($job) = look('w1');
is($job->[2], 1, 'what was not tried is no try');

# a lease that runs out is a try, for its worker may have died of it
for (2 .. 6) {
    $s->tick($LEASE + 1);
    ($job) = look('w1');
}
is($job->[2], 6, 'the sixth');
$s->tick($LEASE + 1);
is(look('w1'), 0, 'is the last');


# a channel's own trouble is nothing of its clients

my $m = $s->client('u6', 'hi', extra => "\t/inbox\t?");
$n = $s->client('u7', 'hi', extra => "\t/inbox\t?");
my $v = $s->client('v1', 'hi', channel => 'viber', extra => "\t/inbox\t?");
($job) = grep { $_->[0] eq $m } look('w1', 1);
my $later = $s->tick() + 900_000_000;
done($m, $job->[1], 'later', at => $later, all => 1, words => 'bad token');
is_deeply([map { $_->[0] } look('w1')], [$v], 'all of that channel wait');
my $health = $s->json(health => $s->tick(), 'root', 'bot');
is($health->{last_error}{in}, 'profile', 'its health tells');
is($health->{last_error}{text}, 'bad token', 'why');
$s->tick(901_000_000);
is_deeply([sort map { $_->[0] } grep { $_->[3] eq 'bot' } look('w1')],
    [$m, $n], 'and then they are asked for');


# who is blocked, who is gone, whose channel is

$n = $s->client('b1', 'hi', extra => "\t/inbox\t?");
$s->ok(block => $s->tick(), 'root', $n, 1);
$s->client('b1', 'more', extra => "\t/inbox\t?");
$m = $s->client('b2', 'hi', extra => "\t/inbox\t?");
$s->ok(contact_delete => $s->tick(), 'root', $m);
my $x = $s->client('b3', 'hi', channel => 'meta', extra => "\t/inbox\t?");
$s->ok(channel_delete => $s->tick(), 'root', 'meta', 1);
is_deeply([grep { $_->[0] =~ /^($n|$m|$x)$/ } look('w1')], [],
    'are not asked for');
is_deeply([grep { /^($n|$m|$x)$/ } @{ waiting() },
    @{ $s->redis('HKEYS', $s->key('looking')) }], [], 'and nothing is left');


# a picture that came with the message

$n = $s->client('p1', 'hi', name => 'P', extra => "\t\thttps://v/1");
my $url = $s->chat('root', $n)->{contact}{avatar}{url};
like($url, qr{^/api/v1/chats/$n/files/}, 'is shown');
is_deeply([grep { $_ eq $n } @{ waiting() }], [], 'without a question');
my $rev = $s->chat('root', $n)->{rev};
$s->client('p1', 'same', name => 'P', extra => "\t\thttps://v/1");
is($s->chat('root', $n)->{contact}{avatar}{url}, $url, 'the same one');
$s->client('p1', 'new', name => 'P', extra => "\t\thttps://v/2");
isnt($s->chat('root', $n)->{contact}{avatar}{url}, $url, 'a new one');

# and of an album, too
$s->client('al', "one", message => 7, extra => "A\t/inbox\t?");
$s->client('al', "two", message => 8, extra => "A\t/inbox\t?");
is_deeply([map { $_->{text} } grep { $_->{from} eq 'client' }
    @{ $s->transcript('root', of('al'))->{messages} }], ["one\ntwo"],
    'an album is one still');
is_deeply([grep { $_ eq of('al') } @{ waiting() }], [of('al')],
    'and its client is asked for');
$s->ok(contact_delete => $s->tick(), 'root', of('al'));

# that is no picture
$id = $s->chat('root', $n)->{contact}{avatar}{url} =~ s{.*/}{}r;
is(lost($n, 'ffffffffffffffff', 1), 'late', 'another file');
is(lost($n, $id, 1), 'ok', 'lost');
is($s->chat('root', $n)->{contact}{avatar}{url}, undef, 'initials again');
is_deeply([grep { $_ eq $n } @{ waiting() }], [],
    'and nobody asks who was never asked for');

# whose link has run out
$n = $s->client('r1', 'hi', extra => "\t/inbox\t?");
($job) = grep { $_->[0] eq $n } look('w1');
done($n, $job->[1], 'found', name => 'R', avatar => 'tg:1');
$id = $s->chat('root', $n)->{contact}{avatar}{url} =~ s{.*/}{}r;
$s->tick(2 * $DAY);
is(lost($n, $id, 1), 'ok', 'a link that has run out');
is_deeply([grep { $_ eq $n } @{ waiting() }], [$n], 'is asked for again');

# erased
$s->ok(contact_delete => $s->tick(), 'root', 1);
is(scalar(@{ $s->redis('ZRANGE', $s->key('doomed'), 0, -1) }), 5,
    'a picture goes with its chat');
is_deeply($s->redis('KEYS', $s->key('ref:1')), [], 'and its handle');


# calls that break the contract

$s->client('z1', 'hi', extra => "\t/inbox\t?");
my $dump = $s->dump();
like($s->error(ingest => $s->tick(), 'bot', $s->channel_rev('bot'), 0,
    $s->event(user => 'z', text => 'x', extra => $_)), qr/^BADCALL/, 'a face')
    for "\t/inbox", "\t/inbox\t \x{1}", "\t/inbox\t" . 'x' x 5300, "a\t\n\t";
my @good = (1, 'a' x 40, 'found', '', 0, '', ('') x 5);
for my $bad ([0, '0'], [1, ''], [1, '-'], [2, 'sent'], [2, 'later'], [4, '2'],
    [10, 'a b'])
{
    my @args = @good;
    $args[$bad->[0]] = $bad->[1];
    like($s->error(looked => $s->tick(), @args), qr/^BADCALL/,
        "looked $bad->[0]");
}
like($s->error(look => $s->tick(), @$_), qr/^BADCALL/, 'look')
    for ['w', 0, 1], ['w', 1, 0], ['w' x 201, 1, 1], ['w', 1];
like($s->error(picture_lost => $s->tick(), @$_), qr/^BADCALL/, 'picture_lost')
    for [0, 'x', '', 1], [1, 'x', '', 2], [1, 'x', ''];
is($s->dump(), $dump, 'nothing has moved');

done_testing();


sub waiting {
    return $s->redis('ZRANGE', $s->key('lookups'), 0, -1);
}


sub of {
    my ($user) = @_;

    return $s->redis('HGET', $s->key('contacts:bot'), $user);
}


sub look {
    my ($worker, $limit) = @_;

    return @{ $s->ok(look => $s->tick(), $worker, $LEASE, $limit // 9) };
}


sub done {
    my ($n, $lease, $outcome, %a) = @_;

    return $s->ok(looked => $s->tick(), $n, $lease, $outcome, $a{at} // '',
        $a{all} // 0, $a{words} // '', LuaInbox::bytes($a{name} // ''), '', '',
        '', $a{avatar} // '');
}


# he writes again, when the chat has been closed for a while
sub back {
    my ($n, $after, $user) = @_;

    $s->turn('close', 'ada', $n);
    $s->tick($after);
    $s->client($user // 'u1', 'back', extra => "\t/inbox\t?");
}


sub file {
    my ($n, $id) = @_;

    return $s->ok(file => $s->tick(), 'root', $n, $id)->[0];
}


sub lost {
    my ($n, $id, $ask) = @_;

    return $s->ok(picture_lost => $s->tick(), $n, $id, '/inbox', $ask);
}
