# Copyright (C) the ngx_inbox authors
#
# An Instagram account: the same shape as Messenger's with other habits, its
# two logins, and a limit that counts bytes.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;
use Time::HiRes qw(time);

use lib dirname(abs_path(__FILE__)) . '/lib';
use MetaLine;

my $l = MetaLine->new('instagram');
my ($account, $user) = @{$l->fake->known}{qw(account user)};
my $now = int(time() * 1000);
my $long = 'aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjE3ODQx' x 4;

$l->handshake();
$l->signatures(entry(message("${long}1", 'Привіт')));


my ($chat) = $l->chats;
is_deeply($l->texts($chat->{id}), ['Привіт'], 'stored once');

my $r = $l->hook(entry(message("${long}2", undef, attachments =>
    [{ type => 'story_mention', payload => { url => 'https://cdn.example/s' } }]),
    message("${long}3", undef, attachments => [{ type => 'like_heart' }]),
    message("${long}4", undef, is_unsupported => JSON::PP::true),
    { message_edit => { mid => "${long}1", num_edit => 0 } }));

is($r->{status}, 200, 'accepted');
is_deeply([map { map { $_->{type} } @{$_->{attachments}} }
    $l->messages($chat->{id})], [qw(story_mention sticker unsupported)],
    'what only Instagram has');

$l->hook(entry(message("${long}1", undef, is_deleted => JSON::PP::true)));
ok(($l->messages($chat->{id}))[0]{deleted}, 'unsent is honoured');


# the dashboard's test button

$r = $l->hook({ object => 'instagram', entry => [{ id => '0', time => 1,
    changes => [{ field => 'messages', value => { sender => { id => '12334' },
    recipient => { id => '23245' }, timestamp => '1527459824',
    message => { mid => 'random_mid', text => 'random_text' } } }] }] });
is($r->{status}, 200, 'the test button');
is(scalar($l->chats), 2, 'makes a chat');


# an answer, with the token of an Instagram login

my $id = $l->take($user);
my $answer = $l->answer($id, 'Вітаю!');
is($l->settled($answer)->{delivery}, 'sent', 'sent');

my ($call) = $l->fake->calls();
is($call->{path}, '/v25.0/me/messages', 'as oneself');
is_deeply($call->{json}, { recipient => { id => $user },
    message => { text => 'Вітаю!' } }, 'and no more than Instagram knows');

$l->hook(entry({ people($account, $user), message => { mid => 'm_1001',
    text => 'Вітаю!', is_echo => JSON::PP::true } }));
is(scalar(grep { $_->{text} eq 'Вітаю!' } $l->messages($id)), 1,
    'its echo is known by its id');

$l->hook(entry({ people(), read => { mid => 'm_1001' } }));
is($l->message($answer)->{delivery}, 'read', 'read, by an id');


# the echo before the answer to the send: Instagram is slow to answer

$l->fake->next({ act => 'hang' });
my $slow = $l->answer($id, 'quick echo');
ok($l->t->wait_for(sub { $l->fake->calls > 1 }), 'the send has left');
$l->hook(entry({ people($account, $user), message => { mid => 'm_echo',
    text => 'quick echo', is_echo => JSON::PP::true } }));
is(scalar(grep { $_->{text} eq 'quick echo' } $l->messages($id)), 1,
    'the echo is no second message');


# 1,000 bytes, not characters

my $other = $l->answer($id, 'я' x 501);
is($other->{code}, 'text_too_long', '1,002 bytes are too many');
is($other->{limit}, 1000, 'of 1,000');

$l->t->done();


sub people {
    my ($from, $to) = @_;

    return (sender => { id => $from // $user },
        recipient => { id => $to // $account }, timestamp => $now);
}


sub message {
    my ($mid, $text, %m) = @_;

    return { people(), message => { mid => $mid,
        defined $text ? (text => $text) : (), %m } };
}


sub entry {
    my (@items) = @_;

    return { object => 'instagram', entry => [{ id => $account, time => $now,
        messaging => \@items }] };
}
