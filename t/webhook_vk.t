# Copyright (C) the ngx_inbox authors
#
# A community on VK: confirmed by its code, thanked with "ok", numbered by the
# talk, and answered with forms whose every no is a 200.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;
use Time::HiRes qw(time);

use lib dirname(abs_path(__FILE__)) . '/lib';
use Line;

my $known = $FakePlatform::KNOWN{vk};
my ($group, $user, $secret) = @$known{qw(account user secret)};

my $l = Line->new('vk', credentials => { access_token => $known->{token},
    secret => $secret, confirmation => '82eade71', community_id => $group },
    sign => sub { () });


# the handshake

my $ask = { type => 'confirmation', group_id => $group + 0 };
is($l->hook($ask)->{status}, 401, 'a confirmation needs the secret');

my $r = $l->hook({ %$ask, secret => $secret });
is($r->{status}, 200, 'with it');
is($r->{body}, '82eade71', 'the code, and nothing around it');


# who does not know the secret

my $hello = event('message_new', { message => message(57, 'Привіт') });

for my $bad (undef, '', 'VKSECRET1', "$secret ", ['x']) {
    is($l->hook({ %$hello, secret => $bad })->{status}, 401, 'refused');
}

is($l->hook({ %$hello, secret => 'x', object => { secret => $secret } })
    ->{status}, 401, 'a secret within is none');
is(scalar($l->chats), 0, 'nothing was stored');


# who does

my @answers = $l->t->parallel(map { [POST => '/inbox/hook/line',
    $l->delivery($hello)] } 1 .. 20);
is(scalar(grep { $_ && $_->{body} eq 'ok' } @answers), 20, 'always "ok"');
is($l->hook(event('teleported', {}))->{body}, 'ok', 'for what is unknown too');

$l->hook(event('message_new', { message => message(58, '&lt;b&gt; &amp;amp;',
    reply_message => { conversation_message_id => 57 }, attachments => [
    { type => 'doc', doc => { title => 'a.pdf', size => 5,
      url => 'https://vk.com/doc1_2' } }]) }));
$l->hook(event('message_new', { message => message(5, 'group',
    peer_id => 2_000_000_001) }));

my ($chat) = $l->chats;
my @m = $l->messages($chat->{id});
is(scalar($l->chats), 1, 'group chats are left out');
is_deeply([map { $_->{text} } @m], ['Привіт', '<b> &amp;'],
    'stored once, as it was written');
is($m[1]{reply_to}, $m[0]{id}, 'a reply');
is($m[1]{attachments}[0]{name}, 'a.pdf', 'with a file');

$l->hook(event('message_edit', message(57, 'Інакше',
    update_time => int(time()) + 1)));
$l->hook(event('message_reaction_event', { reacted_id => $user + 0,
    peer_id => $user + 0, cmid => 57, reaction_id => 4 }));
@m = $l->messages($chat->{id});
is($m[0]{text}, 'Інакше', 'an edit');
is_deeply($m[0]{reactions}, ['👍'], 'a reaction');


# an answer

my $id = $l->take($user);
my $answer = $l->answer($id, 'Вітаю & "ще" 😀', reply_to => $m[0]{id});
is($l->settled($answer)->{delivery}, 'sent', 'sent');

my ($call) = $l->fake->calls();
my $form = FakePlatform::form($call->{body});
is($form->{message}, 'Вітаю & "ще" 😀', 'as it was written');
like($form->{forward}, qr/"conversation_message_ids":\[57\]/, 'as a reply');
unlike($call->{body}, qr/\Q$known->{token}/, 'the token is not in the form');

$l->hook(event('message_reply', message(1001, 'Вітаю & "ще" 😀', out => 1,
    from_id => -$group, random_id => $form->{random_id} + 0)));
is(scalar($l->messages($id)), 3, 'its echo is not another message');
$l->hook(event('message_reply', message(1500, 'з VK', out => 1,
    from_id => -$group, admin_author_id => 5)));
is(($l->messages($id))[3]{from}, 'agent', 'what is written in VK is shown');

$l->hook(event('message_read', { from_id => $user + 0, peer_id => $user + 0,
    read_message_id => 2002, conversation_message_id => 1001 }));
is($l->message($answer)->{delivery}, 'read', 'read');


# a try whose answer is lost is repeated with the same random_id

$l->fake->next({ act => 'close' }, {});
is($l->settled($l->answer($id, 'once'))->{delivery}, 'sent', 'sent in the end');

my @tries = map { FakePlatform::form($_->{body})->{random_id} }
    grep { $_->{body} =~ /message=once/ } $l->fake->calls();
is(scalar(@tries), 2, 'two tries');
is($tries[0], $tries[1], 'of one message');


# files: a picture with the text, a document behind it

my ($photo, $doc, $broken) = map { file(@$_) }
    ['a b.png', "\x89PNG\r\n\x1a\n...", 'image/png'],
    ["\x{437}\x{432}\x{456}\x{442}.pdf", "%PDF-1.4\n", 'application/pdf'],
    ['c.png', "\x89PNG\r\n\x1a\nbroken", 'image/png'];

my $before = $l->fake->calls;
my $sent = $l->settled($l->answer($id, 'look', attachments => [$photo, $doc]));
is($sent->{delivery}, 'sent', 'files are sent');
is($sent->{error}, undef, 'without any doubt');

my @calls = ($l->fake->calls)[$before .. $l->fake->calls - 1];
is_deeply([map { $_->{path} =~ m{([^/]+(?:/\d+)?)$} } @calls], [qw(
    photos.getMessagesUploadServer photo/1 photos.saveMessagesPhoto
    messages.send docs.getMessagesUploadServer doc/2 docs.save messages.send)],
    'each is uploaded, saved and shown');
my @shown = map { FakePlatform::form($_->{body}) } @calls[3, 7];
is_deeply([map { @$_{qw(message attachment)} } @shown],
    ['look', 'photo-218765432_1_key1', undef, 'doc301122334_2'],
    'the text goes with the first');
isnt($shown[0]{random_id}, $shown[1]{random_id}, 'they are two messages');

# an address that has run out is asked for once more, in the same try
$l->fake->next({}, { reply => '{"error":"ERR","error_descr":"link has expired"}' });
is($l->settled($l->answer($id, '', attachments => [file('d.png',
    "\x89PNG\r\n\x1a\n1", 'image/png')]))->{delivery}, 'sent', 'a new address');
is(scalar(grep { $_->{path} =~ m{/upload/} } $l->fake->calls), 4, 'asked once');

my $m = $l->settled($l->answer($id, '', attachments => [$broken]));
is($m->{delivery}, 'failed', 'no picture at all');
like($m->{error}, qr/did not take the file/, 'is told');

# what VK says of each step
for my $no ([5, 'User authorization failed', 0], [15, 'Access denied', 0],
    [121, 'Invalid hash', 2], [100, 'One of the parameters', 2],
    [914, 'Message is too long', 3])
{
    my ($code, $words, $step) = @$no;
    my ($refused) = map { { reply => qq({"error":{"error_code":$code,)
        . qq("error_msg":"$words"}}) } } 1;

    # a bad hash is given a second chance, with all of its steps
    $l->fake->next(({}) x $step, $refused,
        $code == 121 ? (({}) x $step, $refused) : ());
    my $new = file("$code.png", "\x89PNG\r\n\x1a\n$code", 'image/png');
    $m = $l->settled($l->answer($id, '', attachments => [$new]));
    like("$m->{delivery}: $m->{error}", qr/^failed: \Q$words/, "$code: $words");
}


# the echo before the answer

$l->fake->next({ act => 'hold', name => 'slow' });
my $slow = $l->answer($id, 'quick echo');
ok($l->t->wait_for(sub { grep { $_->{body} =~ /quick/ } $l->fake->calls }),
    'the send has left');
$l->hook(event('message_reply', message(1600, 'quick echo', out => 1,
    from_id => -$group, random_id => 5)));
is(scalar(grep { $_->{text} eq 'quick echo' } $l->messages($id)), 1,
    'is no second message');
$l->fake->release('slow');

is($l->answer($id, 'я' x 4097)->{code}, 'text_too_long', '4,096 and no more');


# no: somebody else's talk

$l->hook(event('message_new', { message => message(1, 'hi', from_id => 777,
    peer_id => 777) }));
my $other = $l->take('777');
$m = $l->settled($l->answer($other, 'x'));
is($m->{delivery}, 'failed', 'a client who has not allowed messages');
like($m->{error}, qr/without permission/, "in VK's words");

$l->t->done();


sub file {
    my ($name, $bytes, $type) = @_;

    utf8::encode($name);
    $name =~ s/([^A-Za-z0-9.])/sprintf '%%%02X', ord $1/ge;

    return $l->t->api(POST => "files?name=$name", body => $bytes,
        type => $type)->{json}{id};
}


sub event {
    my ($type, $object) = @_;

    return { type => $type, event_id => '4f5e6d7c8b9a', v => '5.199',
        object => $object, group_id => $group + 0, secret => $secret };
}


sub message {
    my ($number, $text, %m) = @_;

    return { id => 700 + $number, conversation_message_id => $number,
        date => int(time()), from_id => $user + 0, peer_id => $user + 0,
        out => 0, text => $text, attachments => [], random_id => 0, %m };
}
