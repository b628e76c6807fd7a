# Copyright (C) the ngx_inbox authors
#
# A WhatsApp number: names beside the messages, people without a number, every
# status of what we sent, and the failures that come after the yes.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use MetaLine;

my $l = MetaLine->new('whatsapp');
my ($number, $user) = @{$l->fake->known}{qw(account user)};
my $now = time();

$l->handshake();
$l->signatures(value(message('wamid.1', 'text', { body => 'Добрий день' })));


my ($chat) = $l->chats;
is($chat->{title}, 'Олена К', 'the name stands beside the message');
is($chat->{contact}{phone}, "+$user", 'the number is known');
is_deeply($l->texts($chat->{id}), ['Добрий день'], 'stored once');


# a delivery with everything

my $r = $l->hook(value(message('wamid.2', 'image', { id => '55',
    mime_type => 'image/jpeg', caption => 'ось' }), 'x', {},
    message('wamid.3', 'hologram', {}),
    message('wamid.4', 'text', { body => 'так' },
        context => { id => 'wamid.1' })));
is($r->{status}, 200, 'accepted');

my @m = $l->messages($chat->{id});
is_deeply([map { $_->{text} } @m], ['Добрий день', 'ось', '', 'так'],
    'every good item counts');
is($m[1]{attachments}[0]{mime}, 'image/jpeg', 'a picture');
is($m[2]{attachments}[0]{type}, 'unsupported', 'what we do not know is shown');
is($m[3]{reply_to}, $m[0]{id}, 'a reply');

$l->hook(value(message('wamid.5', 'reaction', { message_id => 'wamid.1',
    emoji => '👍' }), message('wamid.6', 'edit', {
    original_message_id => 'wamid.4', message => { type => 'text',
    text => { body => 'ні' } } }), message('wamid.7', 'revoke',
    { original_message_id => 'wamid.2' })));
@m = $l->messages($chat->{id});
is_deeply($m[0]{reactions}, ['👍'], 'a reaction');
is($m[3]{text}, 'ні', 'an edit');
ok($m[1]{deleted}, 'a revoked message');


# somebody who shows no number

my $scoped = 'UA.13491208655302741918';
$l->hook(change(contacts => [{ profile => { name => 'Ніна',
    username => 'nina' }, user_id => $scoped }], messages => [
    { from_user_id => $scoped, id => 'wamid.8', timestamp => "$now",
      type => 'text', text => { body => 'hi' } }]));
my ($nina) = grep { $_->{title} eq 'Ніна' } $l->chats;
is($nina->{contact}{external_id}, $scoped, 'is known by another id');
is($nina->{contact}{phone}, undef, 'without a number');


# answers

my $id = $l->take($user);
my $answer = $l->answer($id, 'Вітаю', reply_to => $m[0]{id});
is($l->settled($answer)->{delivery}, 'sent', 'sent');

my ($call) = $l->fake->calls();
is($call->{path}, "/v25.0/$number/messages", 'from our number');
is($call->{json}{to}, $user, 'to the client');
is($call->{json}{context}{message_id}, 'wamid.1', 'as a reply');

my $other = $l->take($scoped);
is($l->settled($l->answer($other, 'Вітаю'))->{delivery}, 'sent', 'to an id');
is(($l->fake->calls)[1]{json}{recipient}, $scoped, 'by another member');

$l->hook(status('read'));
is($l->settled($answer, 'read')->{delivery}, 'read', 'read');
$l->hook(status('delivered'));
is($l->message($answer)->{delivery}, 'read', 'and never less');

$l->hook(change(statuses => [{ id => 'wamid.1002', status => 'failed',
    timestamp => "$now", recipient_id => $scoped, errors => [{ code => 131026,
    title => 'Message undeliverable' }] }]));
my ($failed) = grep { $_->{from} eq 'agent' } $l->messages($other);
is($failed->{delivery}, 'failed', 'a no that comes after the yes');
is($failed->{error}, 'Message undeliverable', "in WhatsApp's words");


# from the Business app

$l->hook({ object => 'whatsapp_business_account', entry => [{ id => '1',
    changes => [{ field => 'smb_message_echoes', value => {
    metadata => { phone_number_id => $number }, message_echoes => [
    { from => '380441112233', to => $user, id => 'wamid.E',
      timestamp => "$now", type => 'text', text => { body => 'from the app' } }
    ] } }] }] });
my ($app) = grep { $_->{text} eq 'from the app' } $l->messages($id);
is($app->{from}, 'agent', 'what is written in the app is shown');

$l->fake->next($l->fake->error(131047, 'Re-engagement message', 400,
    error_data => { details => 'More than 24 hours have passed' }));
my $m = $l->settled($l->answer($id, 'late'));
is($m->{error}, 'More than 24 hours have passed', 'a window they say is closed');

# files go by an id; a text is the caption of the first that may have one

my @file = map { $l->t->api(POST => "files?name=$_->[0]", body => $_->[1],
    type => $_->[2])->{json}{id} } ['a.png', "\x89PNG\r\n\x1a\n", 'image/png'],
    ['b.pdf', "%PDF-1.4\n", 'application/pdf'];
$m = $l->settled($l->answer($id, 'Дивіться', attachments => \@file));
is($m->{delivery}, 'sent', 'two files and a text are sent');
my @sent = map { $_->{json} }
    grep { $_->{body} =~ /"type":"(image|document)"/ } $l->fake->calls;
is_deeply([map { $_->{$_->{type}} } @sent], [{ id => '7001',
    caption => 'Дивіться' }, { id => '7002', filename => 'b.pdf' }],
    'as two messages, the text below the first');
$l->settled($l->answer($id, 'я' x 1025, attachments => [$l->t->api(
    POST => 'files?name=c.pdf', body => "%PDF-1.5\n",
    type => 'application/pdf')->{json}{id}]));
@sent = map { $_->{json}{type} // () } grep { $_->{json} } $l->fake->calls;
is("@sent[-2, -1]", 'text document', 'a longer text goes before');

$l->trouble($id);

$l->hook(value(message('wamid.9', 'text', { body => 'old' }, from => '777',
    timestamp => $now - 90_000 . '')));
my $late = $l->take('777');
is($l->answer($late, 'x')->{code}, 'window_closed', 'a window we know is closed');

$l->t->done();


sub message {
    my ($id, $type, $content, %m) = @_;

    return { from => $user, id => $id, timestamp => "$now", type => $type,
        $type => $content, %m };
}


sub value {
    my (@messages) = @_;

    return change(contacts => [{ profile => { name => 'Олена К' },
        wa_id => $user }], messages => \@messages);
}


sub status {
    my ($word) = @_;

    return change(statuses => [{ id => 'wamid.1001', status => $word,
        timestamp => "$now", recipient_id => $user }]);
}


sub change {
    my (%value) = @_;

    return { object => 'whatsapp_business_account', entry => [{ id => '2390',
        changes => [{ field => 'messages', value => {
            messaging_product => 'whatsapp', metadata => {
            display_phone_number => '380441112233',
            phone_number_id => $number }, %value } }] }] };
}
