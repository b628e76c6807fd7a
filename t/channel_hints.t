# Copyright (C) the ngx_inbox authors
#
# What a client sees on his platform before we answer: that somebody writes,
# that his message was read; and that who only looks on shows him nothing.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeDesk;
use MetaLine;

my $l = MetaLine->new('whatsapp', fake => FakeDesk->new('whatsapp'));
my ($number, $user) = @{$l->fake->known}{qw(account user)};

wrote('wamid.1');
my ($chat) = map { $_->{id} } $l->chats;
hint('typing');
hint('read', up_to => ($l->messages($chat))[-1]{id});
$l->take($user);
wrote('wamid.2');
hint('read', up_to => ($l->messages($chat))[-1]{id});
$l->t->wait_for(sub { $l->fake->calls }, 30);

my @calls = $l->fake->calls;
is(@calls, 1, 'who does not take part shows nothing');
is($calls[0]{path}, "/v25.0/$number/messages", 'by the number');
is_deeply($calls[0]{json}, { messaging_product => 'whatsapp',
    status => 'read', message_id => 'wamid.2' }, 'the last one was read');

hint('read', up_to => ($l->messages($chat))[-1]{id});
hint('typing') for 1 .. 4;
is($l->settled($l->answer($chat, 'Hello'))->{delivery}, 'sent', 'an answer');
$l->t->wait_for(sub { grep { $_->{json}{typing_indicator} }
    $l->fake->calls }, 30);

@calls = $l->fake->calls;
is((grep { ($_->{json}{status} // '') eq 'read'
    && !$_->{json}{typing_indicator} } @calls), 1, 'read once');
my @typing = grep { $_->{json}{typing_indicator} } @calls;
cmp_ok(scalar @typing, '<=', 2, 'each worker shows writing once in a while');
is($typing[0]{json}{message_id}, 'wamid.2', 'as an answer to the last');

done_testing();


sub hint {
    my ($what, %body) = @_;

    my $r = $l->t->api(POST => "chats/$chat/$what", json => \%body);
    like($r->{status}, qr/^20[04]$/, $what);
}


sub wrote {
    my ($id) = @_;

    is($l->hook({ object => 'whatsapp_business_account', entry => [{
        id => '1', changes => [{ field => 'messages', value => {
        messaging_product => 'whatsapp',
        metadata => { phone_number_id => $number },
        contacts => [{ profile => { name => 'Олена' }, wa_id => $user }],
        messages => [{ from => $user, id => $id, timestamp => '' . time(),
            type => 'text', text => { body => "text of $id" } }] } }] }] })
        ->{status}, 200, 'a message');
}
