package Bench::Row::Growth;

# Copyright (C) the ngx_inbox authors
#
# Does an operation cost the same when there is more of everything?  The calls
# go straight to Redis, whose processor time for one is what counts:
#
#     a message of somebody, and a page of the journal   1,000 and 1,000,000 chats
#     a message of somebody                              1 and 1,000 spaces
#     a page of a transcript, and a message in it        10 and 100,000 messages
#
# and a webhook through nginx while 1 and 15,000 polls wait, by nginx' own.
# GROWTH=n makes n chats instead of a million, for a look.

use strict;
use warnings;
use utf8;

use Bench::Load qw(rush park once update ingest_words resp_request
    http_request);
use Bench::Servers;

my $CHATS = $ENV{GROWTH} // 1000000;
my $FEW = 1000;
my $SPACES = 1000;
my $LONG = 100000;
my $POLLS = Bench::Servers::files() - 2000 < 15000
    ? Bench::Servers::files() - 2000 : 15000;
my %pipe = (c => 8, P => 16, k => 1);


# µs of Redis for one call; the template's {user} is below range
sub cost {
    my ($s, $template, $range, $n) = @_;

    my $before = $s->cpu('redis');
    my $r = rush($s, $s->socket, $template, %pipe, n => $n, r => $range);

    return ($s->cpu('redis') - $before) / $r->{n};
}


sub fcall {
    my ($name, $root, @words) = @_;

    return resp_request(['FCALL', "inbox_1_$name", 1, $root,
        time() . '000000', @words]);
}


# a message of {user} in a space; its channel's rev is not compared
sub message {
    my ($space, $user, $number) = @_;

    my @words = ingest_words(time() . '000000', '', $user, $number);
    $words[3] = "inbox:{$space}";

    return resp_request(\@words);
}


# few, then many; a round each gives three figures of either
sub pair {
    my ($measure) = @_;

    return [map { $measure->() } 1 .. 3];
}


sub chats {
    my ($figures, $s) = @_;

    my %seen;

    for my $n ($FEW, $CHATS) {
        rush($s, $s->socket, message('default', '{each}', '{each}'), %pipe,
            n => $n);

        push @{$seen{message}}, pair(sub {
            cost($s, message('default', '{user}', '{rand}'), $n, 20000) });
        push @{$seen{page}}, pair(sub {
            cost($s, fcall('journal', 'inbox:{default}', 'root', ('') x 12),
                1, 1000) });
    }

    my @common = (unit => 'µs', against => 'with 1,000 chats',
        hold => '<= 1.3', note => "$CHATS chats");

    $figures->add('growth', name => 'message with 1,000,000 chats', @common,
        ours => $seen{message}[1], reference => $seen{message}[0]);
    $figures->add('growth', name => 'journal page with 1,000,000 chats',
        @common, ours => $seen{page}[1], reference => $seen{page}[0]);
}


sub spaces {
    my ($figures, $s) = @_;

    my $root = 'inbox:{{each}}';

    rush($s, $s->socket, fcall('space_put', $root, 'root', 'Shop', 'uk', '',
        '', 'commercial'), %pipe, n => $SPACES);
    rush($s, $s->socket, fcall('channel_put', $root, 'root', 'tg', 'telegram',
        'Shop bot', '', 1, '{}', 4096, 'utf16', 0, 0, 'http://127.0.0.1/'),
        %pipe, n => $SPACES);
    rush($s, $s->socket, message('{each}', '{each}', '{each}'), %pipe,
        n => $SPACES);

    rush($s, $s->socket, message('default', '{each}', '{each}'), %pipe,
        n => $SPACES);

    my $one = pair(sub { cost($s, message('default', '{user}', '{rand}'),
        $SPACES, 20000) });
    my $all = pair(sub { cost($s, message('{user}', '{user}', '{rand}'),
        $SPACES, 20000) });

    $figures->add('growth', name => 'message in one of 1,000 spaces',
        unit => 'µs', ours => $all, reference => $one,
        against => 'of 1,000 clients of one space');
}


sub transcripts {
    my ($figures, $s) = @_;

    my %seen;
    my $user = '9' x 12;

    for my $n (10, $LONG) {
        rush($s, $s->socket, message('default', $user, '{each}'), %pipe,
            n => $n);

        my ($number) = $s->redis('HGET', 'inbox:{default}:contacts:tg',
            "5$user");

        push @{$seen{page}}, pair(sub { cost($s, fcall('transcript',
            'inbox:{default}', 'root', $number, '', '', 10), 1, 5000) });
        push @{$seen{message}}, pair(sub {
            cost($s, message('default', $user, '{rand}'), $LONG, 10000) })
            if $n == $LONG;
    }

    $figures->add('growth', name => 'page of a transcript of 100,000',
        unit => 'µs', ours => $seen{page}[1], reference => $seen{page}[0],
        against => 'of ten');
    $figures->add('growth', name => 'message in a transcript of 100,000',
        unit => 'µs', ours => $seen{message}[0]);
}


sub polls {
    my ($figures, $s) = @_;

    my $address = $s->address('inbox');
    my @tokens = map { /"token":"([^"]+)"/ ? $1 : die "no session: $_\n" }
        once($s, $address, map { http_request(
            POST => '/inbox/widget/site/session',
            ['Content-Type: application/json'], '{}') } 1 .. $POLLS);
    my @polls = map { http_request(
        GET => '/inbox/widget/site/messages?since=0&wait=60',
        ["Authorization: Bearer $_"]) } @tokens;
    my %seen;

    for my $n (1, $POLLS) {
        my $park = park($s, $address, '', @polls[0 .. $n - 1]);

        $park->settle($n, sub { $s->waiting('inbox') });

        push @{$seen{$n}}, map {
            my $before = $s->cpu('inbox');
            my $r = rush($s, $address, update('{user}', '{rand}'), d => 2,
                r => $FEW);
            ($s->cpu('inbox') - $before) / $r->{n};
        } 1 .. 3;

        $park->close();
        select undef, undef, undef, 1;
    }

    $figures->add('growth', name => 'webhook, nginx alone, 15,000 polls wait',
        unit => 'µs', ours => $seen{$POLLS}, reference => $seen{1},
        against => 'one waits');
}


sub {
    my ($figures) = @_;

    my $s = Bench::Servers->new();

    # a million chats are some GB of commands that nobody reads again
    $s->redis('CONFIG', 'SET', 'appendonly', 'no');

    polls($figures, $s);
    spaces($figures, $s);
    transcripts($figures, $s);
    chats($figures, $s);

    $s->stop();
};
