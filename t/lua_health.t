#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# How a channel does, as the store remembers it: counts of many workers and
# nodes, the last thing that went wrong, what waits, and the ring of webhooks,
# in which nothing of an erased chat stays.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my $s = LuaInbox->new();

is_deeply(health('bot'), { id => 'bot', kind => 'telegram', enabled => 1,
    map({ $_ => undef } qw(connected last_update last_sent last_error last_rejected
        last_odd oldest_queued)), updates => 0, odd_bodies => 0,
    queue_length => 0, rejected_signatures => {} }, 'nothing has happened');
like($s->error(health => $s->tick(), 'agent:petro', 'bot'), qr/^FORBIDDEN/,
    'for those who manage');
like($s->error(health => $s->tick(), 'root', 'none'), qr/^NOTFOUND/,
    'no such channel');


# counts

news('web1', updates => 3, odd => 1);
news('web1', rejected => 2, words => 'the signature does not fit');
news('web2', rejected => 5);
my $h = health('bot');
is_deeply([@$h{qw(updates odd_bodies)}], [3, 1], 'counted');
is_deeply($h->{rejected_signatures}, { web1 => 2, web2 => 5 }, 'by node');
is($h->{last_error}{text}, 'the signature does not fit', 'the last error');
is($h->{last_error}{in}, 'webhook', 'and where');
news("node$_", rejected => 1) for 1 .. 80;
cmp_ok(scalar keys %{ health('bot')->{rejected_signatures} }, '<=', 65,
    'not any number of nodes');
is($s->ok(tally => $s->tick(), 'none', 'web1', 5, 1, 0, 0, ''), 'none',
    'a channel that is not there has no health');


# what is sent, and what waits

my $n = $s->client('u1', 'hello');
$s->turn('take', 'petro', $n);
$s->reply('petro', $n, $_) for 'one', 'two';
$h = health('bot');
is($h->{queue_length}, 2, 'two wait');
is($h->{oldest_queued}, messages($n)->[-2]{at}, 'since the first of them');
is(health('viber')->{queue_length}, 0, 'nothing of another channel');
settle('part', '76', '1', $s->moment() + 1);
is(health('bot')->{last_error}{text}, 'the signature does not fit',
    'a part of a message that arrived is no error');
settle('sent', '77', '');
ok(health('bot')->{last_sent}, 'one was sent');
settle('never', '', 'я' x 400);
like(health('bot')->{last_error}{text}, qr/^я{100,200}$/,
    "the platform's words, cut between two characters");
is(health('bot')->{last_error}{in}, 'send', 'of a send');


# the ring

news('web1', events => [['', { body => "no $_" }]]) for 1 .. 4;
news('web1', events => [[",$n,", { body => '{"x":1}' }], ['', { body => undef }]]);
my @ring = events();
is_deeply([map { $_->{body} } @ring], [undef, '{"x":1}', 'no 4', 'no 3', 'no 2'],
    'the last five, newest first');
is_deeply([sort keys %{ $ring[0] }], ['body', 'id'], 'nothing of ours is shown');
my ($first, $second) = map { $s->json(events => $s->tick(), 'root', 'bot',
    $_, 3) } '', $ring[2]{id};
is_deeply([map { $_->{id} } map { @{ $_->{events} } } $first, $second],
    [map { $_->{id} } @ring], 'in pages');
is($first->{next}, $ring[2]{id}, 'with a cursor');
is($second->{next}, undef, 'to the end');

is($s->ok(event => $s->tick(), 'agent:ada', 'bot', $ring[1]{id}), '{"x":1}',
    'one of them');
like($s->error(event => $s->tick(), 'root', 'bot', $ring[0]{id}),
    qr/^INVALID event/, 'one that was not kept whole');
like($s->error(event => $s->tick(), 'root', 'bot', 99), qr/^NOTFOUND/, 'none');
like($s->error(event => $s->tick(), 'agent:petro', 'bot', $ring[1]{id}),
    qr/^FORBIDDEN/, 'for those who manage');
is($s->json(audit => $s->tick(), 'root', '', 1)->{entries}[0]{action},
    'event_replayed', 'and it is written down');

$s->ok(chat_delete => $s->tick(), 'root', $n);
is_deeply([map { $_->{body} } events()], [undef, 'no 4', 'no 3', 'no 2'],
    'an erased chat leaves the ring');
news('web1', events => [[",$n,", { body => 'late' }]]);
is(scalar(events()), 4, 'and does not come back to it');

$s->tick(260_000_000_000);
news('web1', events => [['', { body => 'new' }]]);
is(scalar(events()), 1, 'what is older than three days goes');

$s->ok(channel_delete => $s->tick(), 'root', 'bot', 1);
is_deeply([grep { /:(health|events):bot/ } @{ $s->redis('KEYS', '*') }], [],
    'nothing is left of a deleted channel');

like($s->error(tally => $s->tick(), @$_), qr/^BADCALL/, "@$_") for
    ['bot', 'web 1', 5, 1, 0, 0, ''], ['bot', 'w', 0, 1, 0, 0, ''],
    ['bot', 'w', 201, 1, 0, 0, ''], ['bot', 'w', 5, 'x', 0, 0, ''],
    ['bot', 'w', 5, 1, -1, 0, ''], ['bot', 'w', 5, 1, 0, 0, '', 'x', '{}'],
    ['bot', 'w', 5, 1, 0, 0, '', '', 'x'], ['bot', 'w', 5, 1, 0, 0, '', ''],
    ['B', 'w', 5, 1, 0, 0, ''];

done_testing();


sub health { return $s->json(health => $s->tick(), 'root', $_[0]) }


sub news {
    my ($node, %t) = @_;

    return $s->ok(tally => $s->tick(), 'bot', $node, 5, $t{updates} // 0,
        $t{odd} // 0, $t{rejected} // 0, $t{words} // '',
        map { $_->[0], JSON::PP->new->canonical->encode($_->[1]) }
        @{ $t{events} // [] });
}


sub events {
    return @{ $s->json(events => $s->tick(), 'root', 'bot', '', '')->{events} };
}


sub messages { return $s->transcript('petro', $_[0])->{messages} }


# what came of what is due
sub settle {
    my ($outcome, $external, $words, $at) = @_;

    my $job = $s->ok(claim => $s->tick(), 'w', 1000000, 1)->[0];

    utf8::encode($words);

    return $s->ok(settle => $s->tick(), @$job[0 .. 2], $outcome, $external,
        $words, $at // '', 0);
}
