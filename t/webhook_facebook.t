# Copyright (C) the ngx_inbox authors
#
# A Page on Messenger: its handshake, what its clients write and do, what is
# written in the Page's own inbox, and our answers on their way out.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;
use Time::HiRes qw(time);

use lib dirname(abs_path(__FILE__)) . '/lib';
use MetaLine;

my $l = MetaLine->new('facebook');
my ($page, $user) = @{$l->fake->known}{qw(account user)};
my $now = int(time() * 1000);

$l->handshake();
$l->signatures(entry(message('m1', 'Добрий день')));


# it came three times in all, and is there once

my ($chat) = $l->chats;
is(scalar($l->chats), 1, 'one chat');
is($chat->{contact}{external_id}, $user, 'of its client');
is($chat->{channel}{kind}, 'facebook', 'by Messenger');
is($l->hook(entry(message('m1', 'Добрий день')))->{status}, 200, 'again');
is_deeply($l->texts($chat->{id}), ['Добрий день'], 'stored once');


# one delivery with everything: a bad item costs its neighbours nothing

my $r = $l->hook(entry(message('m2', 'раз'), 'x', { sender => 5 },
    message('m3', undef, attachments => [{ type => 'image',
        payload => { url => 'https://cdn.example/a.jpg' } }]),
    message('m4', 'два', reply_to => { mid => 'm1' }), { quantum => {} }));

is($r->{status}, 200, 'accepted');

my @m = $l->messages($chat->{id});
is_deeply([map { $_->{text} } @m], ['Добрий день', 'раз', '', 'два'],
    'every good item counts');
is($m[2]{attachments}[0]{type}, 'image', 'a picture');
like($m[2]{attachments}[0]{url}, qr{^/inbox/api/v1/chats/\d+/files/[\w-]+$},
    'that is fetched through us');
is($m[3]{reply_to}, $m[0]{id}, 'a reply to a message');
ok($m[0]{sent_at}, "with the platform's time");

$l->hook(entry({ people(), message_edit => { mid => 'm2', text => 'три',
    num_edit => '1' } }, { people(), reaction => { mid => 'm1',
    action => 'react', reaction => 'love', emoji => '❤' } },
    message('m4', undef, is_deleted => JSON::PP::true)));
@m = $l->messages($chat->{id});
is($m[1]{text}, 'три', 'an edit');
is_deeply($m[0]{reactions}, ['❤'], 'a reaction');
ok($m[3]{deleted}, 'an unsent message');


# an answer

my $id = $l->take($user);
my $answer = $l->answer($id, 'Вітаю! 😀');
is($l->settled($answer)->{delivery}, 'sent', 'sent');

my ($call) = $l->fake->calls();
is($call->{path}, "/v25.0/$page/messages", 'to the Page');
is($call->{json}{message}{text}, 'Вітаю! 😀', 'as it was written');
is($call->{json}{recipient}{id}, $user, 'to the client');

$l->hook(entry({ people($page, $user), message => { mid => 'm_1001',
    text => 'Вітаю! 😀', is_echo => JSON::PP::true,
    metadata => $call->{json}{message}{metadata} } }));
is(scalar($l->messages($id)), 5, 'its echo is not another message');

$l->hook(entry({ people($page, $user), message => { mid => 'm_other',
    text => 'From the Page inbox', is_echo => JSON::PP::true, app_id => 5 } }));
@m = $l->messages($id);
is($m[5]{text}, 'From the Page inbox', 'what others write is shown');
is($m[5]{from}, 'agent', 'as an answer');


# receipts

$l->hook(entry({ people(), delivery => { mids => ['m_1001'],
    watermark => $now } }));
is($l->settled($answer, 'delivered')->{delivery}, 'delivered', 'delivered');
$l->hook(entry({ people(), read => { watermark => int(time() * 1000) + 5000 } }));
is($l->message($answer)->{delivery}, 'read', 'read, by a watermark');


# what is too long, and what is too late

is($l->settled($l->answer($id, 'я' x 2000))->{delivery}, 'sent',
    '2,000 characters');
is($l->answer($id, 'я' x 2001)->{code}, 'text_too_long', 'one more is refused');

$l->trouble($id);

is($l->hook(entry(message('old1', 'long ago', sender => '777',
    at => $now - 90_000_000)))->{status}, 200, 'a message that is a day old');
my $late = $l->take('777');
$r = $l->t->api(POST => "chats/$late/messages", json => { text => 'x' });
is($r->{status}, 409, 'its window is closed');
is($r->{json}{code}, 'window_closed', 'and told so');
like($r->{json}{until}, qr/^\d{4}-/, 'since when');


# an app that may use the tag for people has seven days

$l->put(settings => { human_agent => JSON::PP::true });
$l->hook(entry(message('old2', 'a week ago', sender => '778',
    at => $now - 600_000_000)));
$l->hook(entry(message('old3', 'longer ago', sender => '779',
    at => $now - 610_000_000)));
is($l->answer($l->take('779'), 'x')->{code}, 'window_closed', 'no longer');
$r = $l->settled($l->answer($l->take('778'), 'after a week'));
like($r->{error}, qr/No matching user/, 'the tag is taken');
($call) = grep { $_->{body} =~ /after a week/ } $l->fake->calls;
is("$call->{json}{messaging_type} $call->{json}{tag}",
    'MESSAGE_TAG HUMAN_AGENT', 'with its tag');
$l->settled($l->answer($id, 'within a day'));
($call) = grep { $_->{body} =~ /within a day/ } $l->fake->calls;
is("$call->{json}{messaging_type} " . ($call->{json}{tag} // ''), 'RESPONSE ',
    'which an answer within a day has not');


# what may be a no as well as a fault is not tried for hours

$l->fake->next((map { $l->fake->error(2, 'perhaps blocked', 500) } 1, 2),
    $l->fake->error(131053, 'no upload', 400));
is($l->settled($l->answer($id, 'some tries'))->{error}, 'no upload',
    'the third try is the last of such a fault');

$l->t->done();


sub people {
    my ($from, $to) = @_;

    return (sender => { id => $from // $user },
        recipient => { id => $to // $page }, timestamp => $now);
}


sub message {
    my ($mid, $text, %m) = @_;

    my $from = delete $m{sender};
    my $at = delete $m{at} // $now;

    return { people($from), timestamp => $at,
        message => { mid => $mid, defined $text ? (text => $text) : (), %m } };
}


sub entry {
    my (@items) = @_;

    return { object => 'page', entry => [{ id => $page, time => $now,
        messaging => \@items }] };
}
