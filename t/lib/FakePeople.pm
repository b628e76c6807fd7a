package FakePeople;

# Copyright (C) the ngx_inbox authors
#
# A FakePlatform that knows people: who asks for one of them is answered as the
# real one does, or as the test wants it to misbehave.
#
#     my $fake = FakePeople->new('facebook');
#     $fake->person(77 => { name => 'Olena', picture => '/pic/77' });
#     $fake->person(78 => { error => [190, 'Session has expired', 401] });
#     $fake->person(79 => { act => 'hang' });
#     $fake->person(80 => { act => 'hold' });     # until release('who 80')
#     $fake->file('/pic/77' => { reply => $jpeg });   # more => 5_000_000
#     my @asked = $fake->asked();     # ids, in order
#
# VK is asked for messages, too: 77-57 is number 57 of the talk with 77.
#
#     $fake->person('77-57' => { items => [{ ... }] });
#
# What it was told last counts.  It refuses a call that lacks what the real one
# wants: version, fields, token.

use strict;
use warnings;

use JSON::PP;

use parent 'FakePlatform';

my $json = JSON::PP->new->utf8->canonical;

$FakePlatform::KNOWN{telegram} //= { token => '123:bot' };


sub new {
    my ($class, $kind) = @_;

    no strict 'refs';
    @{"FakePeople::${kind}::ISA"} = ('FakePeople');

    return FakeTelegram::new("FakePeople::$kind");
}


sub person {
    my ($self, $id, $what) = @_;

    $self->append('people', $json->encode([$id, $what]));
}


sub file {
    my ($self, $path, $what) = @_;

    $self->append('people', $json->encode([$path, $what]));
}


# whom we were asked for
sub asked {
    my ($self) = @_;

    return map { /^(.*)$/ ? $1 : () } $self->lines('asked');
}


sub told {
    my ($self, $id) = @_;

    my ($what) = grep { $_->[0] eq $id }
        map { $json->decode($_) } reverse $self->lines('people');

    return $what ? $what->[1] : undef;
}


sub answer {
    my ($self, $socket, $s) = @_;

    if (!%$s) {
        my $file = $self->told($self->{path});
        my $who = $self->can('who_' . $self->kind);
        my ($id, @no) = $file ? () : $who->($self);

        # so much more of it
        $file->{reply} .= 'x' x $file->{more} if $file && $file->{more};

        $s = $file // ($id ? $self->look($id)
                       : @no ? { status => $no[0], reply => $json->encode($no[1]) }
                       : $s);
    }

    return $self->SUPER::answer($socket, $s);
}


# a script for who was asked for
sub look {
    my ($self, $id) = @_;

    my $person = $self->told($id) // {};

    $self->append('asked', $id);

    my $act = $person->{act} // '';

    return { act => $act } if $act ne '' && $act ne 'hold';
    return { act => $act, name => "who $id", $self->said($id, $person) };
}


sub said {
    my ($self, $id, $person) = @_;

    my ($status, $answer) = $person->{error}
        ? $self->can('no_' . $self->kind)->(@{$person->{error}})
        : (200, $self->can('is_' . $self->kind)->($self, $id, $person));

    return (status => $status, reply => $json->encode($answer));
}


# a picture of ours has our address
sub picture {
    my ($self, $person) = @_;

    my $picture = $person->{picture} // '';

    return $picture =~ m{^/} ? $self->origin_of . $picture : $picture;
}


sub origin_of { return "http://$_[0]{headers}{host}" }


sub who_facebook {
    my ($self) = @_;

    my ($id) = $self->{path} =~ m{^/v\d+\.\d/(\d+)\?fields=[\w,]*profile_pic}
        or return;

    return (undef, FakePlatform::no_graph(190, 'Invalid OAuth access token', 401))
        if ($self->{headers}{authorization} // '')
            ne 'Bearer ' . $self->known->{token};
    return $id;
}

*who_instagram = \&who_facebook;


sub is_facebook {
    my ($self, $id, $person) = @_;

    my ($first, $last) = split / /, $person->{name} // '';

    return { id => $id, defined $first ? (first_name => $first) : (),
        defined $last ? (last_name => $last) : (),
        $person->{picture} ? (profile_pic => $self->picture($person)) : () };
}


sub is_instagram {
    my ($self, $id, $person) = @_;

    return { id => $id, map { $person->{$_} ? ($_ => $person->{$_}) : () }
        qw(name username) };
}


sub who_vk {
    my ($self) = @_;

    my ($method) = $self->{path}
        =~ m{^/method/(users\.get|messages\.getByConversationMessageId)$} or return;
    my $f = FakePlatform::form($self->{body});

    return (undef, FakePlatform::no_vk(5, 'User authorization failed'))
        if ($self->{headers}{authorization} // '')
            ne 'Bearer ' . $self->known->{token};
    return (undef, FakePlatform::no_vk(8, 'Invalid request: v is required'))
        if !$f->{v};
    return $method eq 'users.get' ? $f->{user_ids}
        : "$f->{peer_id}-$f->{conversation_message_ids}";
}


sub is_vk {
    my ($self, $id, $person) = @_;

    my ($first, $last) = split / /, $person->{name} // '';
    my $items = $person->{items} // [];

    return { response => { count => scalar @$items, items => $items } }
        if $id =~ /-/;
    return { response => [{ id => 0 + $id, first_name => $first // '',
        last_name => $last // '', has_photo => $person->{picture} ? 1 : 0,
        photo_200 => $self->picture($person)
            || 'https://vk.com/images/camera_200.png' }] };
}


sub who_viber {
    my ($self) = @_;

    return if $self->{path} ne '/pa/get_user_details';

    return (undef, FakePlatform::no_viber(2, 'invalidAuthToken'))
        if ($self->{headers}{'x-viber-auth-token'} // '')
            ne $self->known->{token};
    return $json->decode($self->{body})->{id};
}


sub is_viber {
    my ($self, $id, $person) = @_;

    return { status => 0, status_message => 'ok', user => { id => $id,
        name => $person->{name}, avatar => $self->picture($person) } };
}


sub no_telegram {
    my ($status, $words) = @_;

    return ($status, { ok => JSON::PP::false, error_code => $status,
        description => $words });
}


sub who_telegram {
    my ($self) = @_;

    return if $self->{path} !~ m{^/bot([^/]+)/getUserProfilePhotos$};
    return (undef, no_telegram(401, 'Unauthorized'))
        if $1 ne $self->known->{token};
    return $json->decode($self->{body})->{user_id};
}


sub is_telegram {
    my ($self, $id, $person) = @_;

    my @sizes = map { { file_id => "$person->{picture}-$_", width => $_,
        height => $_ } } 100, 160, 640;

    return { ok => JSON::PP::true, result => {
        total_count => $person->{picture} ? 1 : 0,
        photos => $person->{picture} ? [\@sizes] : [] } };
}


sub look_telegram {
    my ($self) = @_;

    return (200, { ok => JSON::PP::true, result => { file_path => 'photos/p.jpg' } })
        if $self->{path} =~ /getFile$/;
    return (200, $self->words({}));
}


1;
