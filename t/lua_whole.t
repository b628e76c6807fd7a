#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# A message of which the webhook brought only the beginning: the rest is asked
# for by one worker at a time, and takes its place, once, unless it was edited,
# deleted or erased meanwhile.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my $LEASE = 20_000_000;
my $MORE = "\t\t/inbox\t";
my $CUT = '[{"id":"a1","type":"unsupported","name":"more","mime":null,'
    . '"size":null,"url":null}]';
my $ALL = files('w');

my $s = LuaInbox->new();


# it is stored as it came, and asked for

my $n = $s->client('u1', 'one', message => 57, extra => "$MORE?",
    attachments => $CUT);
like(join(' ', $s->notices()), qr/ $n cmq/, 'whoever asks is told');
is_deeply([sort @{ $s->redis('ZRANGE', $s->key('lookups'), 0, -1) }],
    [$n, "$n-57"], 'the client and the message');
is_deeply(told($n), ['one', ['more']], 'shown as it came');

my ($job) = grep { $_->[5] } look('w1');
is_deeply([@$job[0, 2 .. 6]], ["$n-57", 1, 'bot', 'u1', 57, '/inbox'],
    'what a worker needs');
is(look('w2'), 0, 'nobody else gets it');
is(done($job->[0], 'x' x 40), 'late', 'only who holds the lease says');

$s->turn('take', 'petro', $n);
$s->ok(read => $s->tick(), 'agent:petro', $n, message($n)->{id}, '', '');
my $before = $s->chat('petro', $n);
my $rev = $before->{rev};
$s->notices();
is(done(@$job[0, 1]), 'ok', 'found');

my $m = message($n);
is_deeply(told($n), ['one and two', ['a.jpg', 'b.jpg']], 'it is whole');
cmp_ok($m->{rev}, '>', $rev, 'under a rev of its own');
is($m->{edited_at}, undef, 'nobody has edited it');
is($m->{attachments}[0]{url}, "/inbox/api/v1/chats/$n/files/wa",
    'its files are of the chat');
is_deeply($s->decode(file($n, 'wb')), { ref => 'https://p/b', name => 'b.jpg' },
    'and can be fetched');
my $chat = $s->chat('petro', $n);
is($chat->{last_message}{text}, 'one and two', 'the list has its beginning');
is($chat->{last_message}{attachments}, 2, 'and how many files there are');
is($chat->{unread}, 0, 'who has read it has read it');
is($chat->{updated_at}, $before->{updated_at}, 'the chat stays in its place');
like(join(' ', $s->notices()), qr/^chat $chat->{rev} $n cm=petro$/,
    'those who show it hear of it');
is_deeply([map { $_->{id} } @{ $s->transcript('petro', $n, since => $rev)
    ->{messages} }], [$m->{id}], 'a poll brings it');

my $dump = $s->dump();
is(done(@$job[0, 1]), 'late', 'once');
ok($s->dump() eq $dump, 'and nothing has moved');
is_deeply([waiting($n)], [$n], 'and his message is asked for no more');

# an old one: the list knows nothing of it
$s->client('u1', 'cut', message => 58, extra => $MORE, attachments => $CUT);
$s->client('u1', 'last', message => 59);
($job) = look('w1');
$s->notices();
done(@$job[0, 1]);
is($s->chat('petro', $n)->{last_message}{text}, 'last', 'not the last one');
like(join(' ', $s->notices()), qr/^chat \d+ $n m$/, 'transcripts hear of it');

# somebody of ours has written it elsewhere
$s->ingest('bot', { user => 'u1', from => 'agent', text => 'echo', message => 60,
    extra => $MORE, attachments => $CUT });
($job) = look('w1');
is($job->[0], "$n-60", 'an echo');
done(@$job[0, 1]);
is_deeply([@{ message($n) }{qw(text delivery)}], ['one and two', 'sent'],
    'becomes whole as well');


# what was said since counts more

$n = cut('e1', 70);
($job) = look('w1');
edit('e1', 70, 'edited');
is(done(@$job[0, 1]), 'ok', 'edited since');
is_deeply(told($n), ['edited', ['more']], 'an edit brings its own');
is_deeply([waiting($n)], [], 'and it is over');

# of what we never had
edit('e2', 77, 'cut', extra => $MORE);
($job) = look('w1');
done(@$job[0, 1]);
is(told($s->redis('HGET', $s->key('contacts:bot'), 'e2'))->[0], 'one and two',
    'an edit of what was not there becomes whole');

# an edit that is only a beginning, too
($job) = (edit('e1', 70, 'cut again', extra => $MORE, later => 1), look('w1'))[-1];
is($job->[0], "$n-70", 'is asked for');
my ($old) = $job;
edit('e1', 70, 'and again', extra => $MORE, later => 2);
is(done(@$old[0, 1]), 'late', 'what was asked before it is late');
($job) = look('w1');
is(done(@$job[0, 1]), 'ok', 'it is asked for anew');
is_deeply(told($n), ['one and two', ['a.jpg', 'b.jpg']], 'and whole');
my $edited = message($n)->{edited_at};
ok($edited, 'and edited');
$dump = $s->dump();
edit('e1', 70, 'one and two', extra => $MORE, later => 2);
is(told($n)->[1][1], 'b.jpg', 'the same edit once more takes nothing away');
is_deeply([waiting($n)], [], 'and asks nothing');

$n = cut('d1', 71);
($job) = look('w1');
$s->ingest('bot', { type => 'delete', user => 'd1', message => 71 });
done(@$job[0, 1]);
is_deeply([@{ message($n) }{qw(deleted text)}], [1, ''], 'deleted since');

$n = cut('g1', 72);
cut('g1', 73);
($job) = grep { $_->[5] == 72 } look('w1');
$s->ok(contact_delete => $s->tick(), 'root', $n);
is_deeply([waiting($n), @{ $s->redis('KEYS', $s->key("whole:*")) }], [],
    'a chat that is erased takes its questions with it');
is(done(@$job[0, 1]), 'late', 'whose answer finds nothing');

$n = cut('b1', 74);
$s->ok(block => $s->tick(), 'root', $n, 1);
is(scalar(look('w1')), 0, 'of who is blocked nothing is asked');
is_deeply([waiting($n)], [], 'nor kept');


# reactions do not stand in its way

$n = cut('r1', 75);
$s->ingest('bot', { type => 'reaction', user => 'r1', message => 75,
    extra => '["x"]' });
($job) = look('w1');
done(@$job[0, 1]);
is_deeply([told($n)->[0], message($n)->{reactions}], ['one and two', ['x']],
    'a reaction stays');

# the same as it was
$n = cut('s1', 76);
($job) = look('w1');
$s->notices();
done(@$job[0, 1], text => 'cut', files => $CUT, count => 1);
is_deeply([$s->notices()], [], 'nothing new is told to nobody');


# a part of an album

$s->client('al', 'A', message => 80, extra => "X\t/inbox\t");
$n = $s->client('al', 'B', message => 81, extra => "X$MORE", attachments => $CUT);
($job) = look('w1');
is($job->[5], 81, 'a part of an album');
done(@$job[0, 1]);
is_deeply(told($n), ["A\none and two", ['a.jpg', 'b.jpg']], 'becomes whole in it');
is($s->chat('root', $n)->{last_message}{attachments}, 2, 'and is counted');


# what a platform says in place of it

$n = cut('n1', 90);
($job) = look('w1');
$dump = $s->transcript('root', $n);
is(done($job->[0], $job->[1], outcome => 'never'), 'ok', 'a no');
is_deeply([waiting($n)], [], 'is the end');
is_deeply($s->transcript('root', $n), $dump, 'and it stays as it came');
$s->client('n1', 'hi', message => 91, extra => "\t/inbox\t?");
is_deeply([waiting($n)], [$n], 'who he is may be asked all the same');
look('w1');

$n = cut('l1', 92);
for my $try (1 .. 6) {
    ($job) = look('w1');
    is($job->[2], $try, "try $try");
    done($job->[0], $job->[1], outcome => 'later', at => $s->tick(1000) + 1);
}
is_deeply([waiting($n)], [], 'trouble has an end');
is_deeply(told($n), ['cut', ['more']], 'and the message its sign');

# a lease that runs out is a try, for its worker may have died of it
$n = cut('k1', 93);
for my $try (1 .. 6) {
    ($job) = look('w1');
    is($job->[2], $try, "and again $try") if $try == 6;
    $s->tick($LEASE + 1);
}
is(look('w1'), 0, 'the sixth is the last');
is_deeply([waiting($n)], [], 'it is over');

# a worker that leaves has not asked
$n = cut('k2', 94);
for (1 .. 8) {
    ($job) = look('w1');
    done($job->[0], $job->[1], outcome => 'release', at => $s->tick(1000) + 1);
}
($job) = look('w1');
is($job->[2], 1, 'what was not tried is no try');
done($job->[0], $job->[1], outcome => 'later', at => $s->tick() + 900_000_000,
    all => 1, words => 'bad token');
my $health = $s->json(health => $s->tick(), 'root', 'bot');
is_deeply([@{ $health->{last_error} }{qw(in text)}], ['message', 'bad token'],
    'trouble of the channel is told');
$n = cut('k3', 95);
is(look('w1'), 0, 'all of it rests');
$s->tick(901_000_000);
is(scalar(my @two = look('w1')), 2, 'and comes again');
done(@$_[0, 1]) for @two;

# one client cannot fill the queue
cut('q1', 100 + $_) for 1 .. 102;
my $many = $s->redis('HGET', $s->key('contacts:bot'), 'q1');
is(scalar(waiting($many)), 100, 'a hundred of a chat, no more');
edit('q1', 101, 'again', extra => $MORE, later => 1);
like($s->redis('HGET', $s->key("whole:$many"), 101), qr/"2030-/,
    'what is among them is asked for anew even so');


# calls that break the contract

$n = cut('z1', 300);
$dump = $s->dump();
like($s->error(ingest => $s->tick(), 'bot', $s->channel_rev('bot'), 0,
    $s->event(user => 'z', text => 'x', message => 1, extra => $_)), qr/^BADCALL/,
    'a face') for "\t\t\t\t", "\t\t\t/inbox\t", "\t\t/inbox\t \x{1}",
    "\t\t/inbox\t" . 'x' x 5300;
my @good = ("$n-300", 'a' x 40, 'found', '', 0, '', '"x"', '"x"', '[]', 0, '');
is($s->ok(looked => $s->tick(), @good), 'late', 'a good one');
for my $bad ([0, "$n-"], [0, "$n-" . 'x' x 600], [0, "$n 300"], [0, '-300'],
    [1, ''], [6, 'x'], [7, ''], [8, '{}'], [9, -1], [10, '[]'])
{
    my @args = @good;
    $args[$bad->[0]] = $bad->[1];
    like($s->error(looked => $s->tick(), @args), qr/^BADCALL/,
        "looked $bad->[0]");
}
ok($s->dump() eq $dump, 'nothing has moved');

done_testing();


sub files {
    my ($id) = @_;

    return '[' . join(',', map { qq({"id":"$id$_","type":"image",)
        . qq("name":"$_.jpg","mime":null,"size":null,)
        . qq("url":"/inbox/api/v1/chats/#/files/$id$_"}) } qw(a b)) . ']';
}


# a new message of a client of whom only the beginning came: his chat
sub cut {
    my ($user, $message) = @_;

    return $s->client($user, 'cut', message => $message, extra => $MORE,
        attachments => $CUT);
}


sub edit {
    my ($user, $message, $text, %e) = @_;

    my $later = delete $e{later} // 0;
    $s->ingest('bot', { type => 'edit', user => $user, message => $message,
        text => $text, sent_at => sprintf('2030-01-01T00:00:%02d.000Z', $later),
        attachments => $CUT, %e });
    return;
}


# its last text: words, and names of what is attached
sub told {
    my $m = message(@_);

    return [$m->{text}, [map { $_->{name} } @{ $m->{attachments} }]];
}


sub message {
    my ($n) = @_;

    return (grep { $_->{kind} eq 'text' }
        @{ $s->transcript('root', $n)->{messages} })[-1];
}


# what is still to be asked of a chat
sub waiting {
    my ($n) = @_;

    my @all = (@{ $s->redis('ZRANGE', $s->key('lookups'), 0, -1) },
        @{ $s->redis('HKEYS', $s->key('looking')) },
        map { "$n-$_" } @{ $s->redis('HKEYS', $s->key("whole:$n")) });
    my %seen;

    return grep { /^$n(-|$)/ && !$seen{$_}++ } @all;
}


sub look {
    my ($worker) = @_;

    return @{ $s->ok(look => $s->tick(), $worker, $LEASE, 9) };
}


sub done {
    my ($entry, $lease, %a) = @_;

    my $found = !$a{outcome};

    return $s->ok(looked => $s->tick(), $entry, $lease, $a{outcome} // 'found',
        $a{at} // '', $a{all} // 0, $a{words} // '', !$found ? ('') x 5
        : (map({ LuaInbox::literal($_) } ($a{text} // 'one and two') x 2),
           $a{files} // $ALL, $a{count} // 2,
           '{"wa":{"ref":"https://p/a","name":"a.jpg"},'
           . '"wb":{"ref":"https://p/b","name":"b.jpg"}}'));
}


sub file {
    my ($n, $id) = @_;

    return $s->ok(file => $s->tick(), 'root', $n, $id)->[0];
}
