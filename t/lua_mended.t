#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# A channel that its platform refuses, and that an admin mends: what waits for
# it is tried at once, what is on its way is left alone.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my $LEASE = 20_000_000;
my $MINUTE = 60_000_000;
my $ASKED = "\t/inbox\t?";

my $s = LuaInbox->new();
my %line = (title => 'The bot', enabled => 1, settings => '{}', token => '=');
my %job;

# messages

my @mine = map { written($_, 'bot') } qw(a b);
written('c', 'viber');
is(jobs(), 3, 'three are on their way');
refused();
is(jobs(), 0, 'and refused');
my $flying = written('d', 'bot');
is_deeply([jobs()], [$flying], 'another is on its way');

put(title => 'A bot');
is(jobs(), 0, 'another title is no reason to try again');
put(token => 'sealed');
is_deeply([jobs()], \@mine, 'another token is, for its channel');
refused(@mine);
put(settings => '{"a":1}');
is_deeply([jobs()], \@mine, 'other settings are');
refused(@mine);
put(enabled => 0);
jobs();
refused(@mine);
put(enabled => 1);
is_deeply([jobs()], \@mine, 'so is its switch');

refused(@mine);
connected('', 'Not Found');
is(jobs(), 0, 'connect: a token that is refused is no reason');
connected('@shop', 'bad address');
is_deeply([jobs()], \@mine, 'one that is taken is');
refused(@mine);
$s->notices();
connected('@shop', '');
is_deeply([$s->notices()], ['channel bot'], 'workers are told');
is_deeply([jobs()], \@mine, 'when it is connected');

# who they are

my @asked = map { $s->client($_, 'hi', extra => $ASKED) } qw(e f g);
my ($rest, $more) = looks();
rests($rest);
$s->tick($MINUTE);
rests($more);
push @asked, $s->client('h', 'hi', extra => $ASKED);
is(looks(), 0, 'a channel rests');
connected('', 'Not Found');
is(looks(), 0, 'for as long as it is refused');
put(token => 'sealed again');
is_deeply([map { $_->[0] } looks()], \@asked,
    'then all go on, those whose lease has ended as well');

done_testing();


# an answer to a client waits to be sent; his chat
sub written {
    my ($user, $channel) = @_;

    my $n = $s->client($user, 'question', channel => $channel);
    $s->turn('take', 'ada', $n);
    $s->reply('ada', $n, 'answer');
    return $n;
}


# the chats of what is due; it is on its way now
sub jobs {
    my @jobs = grep { ref } @{ $s->ok(claim => $s->tick(), 'w', $LEASE, 20) };

    $job{$_->[0]} = $_ for @jobs;
    return map { $_->[0] } @jobs;
}


# not now, says the platform: of these chats, or of all that are on their way
sub refused {
    my (@chats) = @_;

    for my $n (@chats ? @chats : keys %job) {
        $s->ok(settle => $s->tick(), @{$job{$n}}[0 .. 2], 'later', '', 'busy',
            $s->moment + 5 * $MINUTE, 0);
    }
}


sub looks { return @{ $s->ok(look => $s->tick(), 'w', $LEASE, 20) } }


# not of this channel, says the platform
sub rests {
    my ($job) = @_;

    $s->ok(looked => $s->tick(), @$job[0, 1], 'later',
        $s->moment + 15 * $MINUTE, 1, 'Unauthorized', '', '', '', '', '');
}


# the admin's form, with one thing changed
sub put {
    %line = (%line, token => '=', @_);
    $s->ok(channel_put => $s->tick(), 'root', 'bot', 'telegram',
        $line{title}, 'sales', $line{enabled}, $line{settings}, 4096, 'utf16',
        0, '', '', 'token', $line{token});
}


sub connected {
    $s->ok(connected => $s->tick(), 'root', 'bot', $_[0], '', $_[1]);
}
