package Line;

# Copyright (C) the ngx_inbox authors
#
# One connected channel as a test sees it, whatever its kind:
#
#     my $l = Line->new('viber', credentials => { token => '…' },
#         sign => sub { ('X-Viber-Content-Signature' => …) });
#
#     is($l->hook({ event => 'message', … })->{status}, 200, 'accepted');
#     my $chat = $l->chat('Olena');
#     my $m = $l->answer($chat, 'Hello');
#     is($l->settled($m)->{delivery}, 'sent', 'sent');
#
# The platform is a FakePlatform of that kind: $l->fake.

use strict;
use warnings;

use JSON::PP;
use Test::More;

use FakePlatform;
use Test::Inbox;

my $json = JSON::PP->new->ascii->canonical;


sub new {
    my ($class, $kind, %o) = @_;

    my $fake = $o{fake} // FakePlatform->new($kind);
    my $t = Test::Inbox->new(workers => $o{workers} // 2,
        apis => { $kind => $fake->origin }, %{$o{inbox} // {}})->start();

    my $self = bless { kind => $kind, fake => $fake, t => $t, sign => $o{sign} },
        $class;

    $self->put(%o);

    return $self;
}


sub t    { $_[0]{t} }
sub fake { $_[0]{fake} }


sub put {
    my ($self, %o) = @_;

    my $credentials = $o{credentials};

    $credentials = $credentials->($self->fake) if ref $credentials eq 'CODE';

    return $self->{made} = $self->t->create('channels/line',
        { kind => $self->{kind}, title => 'Shop', group => 'support',
          credentials => $credentials, settings => $o{settings} // {} });
}


# the bytes of a delivery, as platforms write them
sub bytes {
    my ($self, $data) = @_;

    return ref $data ? $json->encode($data) =~ s{/}{\\/}gr : $data;
}


# one delivery, signed; headers => {…}: in place of the signature
sub hook {
    my ($self, $data, %o) = @_;

    return $self->t->post('/inbox/hook/line', $self->delivery($data, %o));
}


# what post() and parallel() take for it
sub delivery {
    my ($self, $data, %o) = @_;

    my $body = $self->bytes($data);

    return (body => $body, type => 'application/json',
        headers => $o{headers} // { $self->{sign}->($body) });
}


sub chats {
    my ($self) = @_;

    return @{$self->t->api(GET => 'journal')->{json}{chats}};
}


# the chat of that client (external id), taken
sub take {
    my ($self, $user) = @_;

    my ($chat) = grep { $_->{contact}{external_id} eq $user } $self->chats;

    return undef if !$chat;

    my $r = $self->t->api(POST => "chats/$chat->{id}/take");

    return $r->{status} == 200 ? $chat->{id} : undef;
}


sub messages {
    my ($self, $chat) = @_;

    my $r = $self->t->api(GET => "chats/$chat/messages?limit=200");

    return grep { $_->{kind} eq 'text' } @{$r->{json}{messages}};
}


sub texts {
    my ($self, $chat) = @_;

    return [map { $_->{text} } $self->messages($chat)];
}


sub message {
    my ($self, $m) = @_;

    my ($found) = grep { $_->{id} eq $m->{id} } $self->messages($m->{chat});

    return $found;
}


# an agent writes: the Message, or the problem
sub answer {
    my ($self, $chat, $text, %o) = @_;

    return $self->t->api(POST => "chats/$chat/messages",
        json => { text => $text, %o })->{json};
}


# the message, once it waits no more; words: until its delivery is that
sub settled {
    my ($self, $m, $word) = @_;

    $self->t->wait_for(sub {
        my $now = $self->message($m)->{delivery};
        return $word ? $now eq $word : $now ne 'queued';
    }, 30);

    return $self->message($m);
}


1;
