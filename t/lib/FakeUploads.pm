package FakeUploads;

# Copyright (C) the ngx_inbox authors
#
# How files get into VK, of a FakePlatform of that kind: an address to upload to,
# good for once; the upload server, which knows no tokens and answers in its own
# words; and saving, which wants what the upload server has told.
#
#     my ($status, $answer) = FakeUploads::look($fake, $method, $form);
#
# What is right it takes, what is wrong it refuses with the real one's errors.

use strict;
use warnings;

use JSON::PP;

my $json = JSON::PP->new->utf8->canonical;

# bytes that VK makes no picture of
my $BROKEN = 'broken';


sub no_vk { return FakePlatform::no_vk(@_) }


sub undefined {
    my ($name) = @_;

    return no_vk(100, 'One of the parameters specified was missing or '
        . "invalid: $name is undefined");
}


# status and answer; nothing: it is no matter of files
sub look {
    my ($fake, $method, $f) = @_;

    return upload($fake, $1, $2) if $fake->{path} =~ m{^/upload/(\w+)/(\d+)$};
    return address($fake, photo => $f)
        if $method eq 'photos.getMessagesUploadServer';
    return address($fake, doc => $f)
        if $method eq 'docs.getMessagesUploadServer';
    return save_photo($fake, $f) if $method eq 'photos.saveMessagesPhoto';
    return save_doc($fake, $f) if $method eq 'docs.save';
    return;
}


sub address {
    my ($fake, $kind, $f) = @_;

    return undefined('peer_id') if ($f->{peer_id} // '') !~ /^\d+$/;
    return no_vk(901, "Can't send messages for users without permission")
        if $f->{peer_id} ne $fake->known->{user};
    return undefined('type') if $kind eq 'doc' && ($f->{type} // '') ne 'doc';

    my $n = ++$fake->{uploads};

    $fake->{upload}{$n} = $kind;

    return (200, { response => { album_id => -64, group_id => 0, user_id => 0,
        upload_url => "http://$fake->{headers}{host}/upload/$kind/$n" } });
}


sub upload {
    my ($fake, $kind, $n) = @_;

    my $field = $kind eq 'photo' ? 'photo' : 'file';
    my ($name, $bytes) = $fake->{body} =~ /
        Content-Disposition:\ form-data;\ name="$field";\ filename="([^"]+)"\r\n
        (?:[^\r\n]+\r\n)*\r\n(.*?)\r\n--/xs;

    # an address is good for once, and the token is none of its business
    return (200, { error => 'ERR_UPLOAD_BAD_HASH', error_code => 5,
        error_descr => 'upload link has expired' })
        if (delete $fake->{upload}{$n} // '') ne $kind;
    return (400, { error => 'bad request' }) if $fake->{headers}{authorization};

    if ($kind eq 'photo') {
        my $bad = !defined $bytes || $bytes =~ /$BROKEN/;

        return (200, { server => 626, hash => "hash$n", photo => $bad ? '[]'
            : $json->encode([{ photo => "p$n", sizes => [] }]) });
    }

    return (200, { error => 'no_file', error_descr => 'file is not given' })
        if !defined $bytes;
    return (200, { error => 'wrong_file_type', error_descr =>
        'this type of file is not allowed' }) if $name =~ /\.exe$/;

    return (200, { file => "$n|name|$name" });
}


sub save_photo {
    my ($fake, $f) = @_;

    for my $name (qw(server photo hash)) {
        return undefined($name) if !length($f->{$name} // '');
    }

    my ($n) = $f->{photo} =~ /"photo":"p(\d+)"/;

    return no_vk(118, 'Invalid server') if $f->{server} ne '626';
    return no_vk(121, 'Invalid hash') if !$n || $f->{hash} ne "hash$n";

    $fake->{attachable}{"photo-218765432_$n" . "_key$n"} = 1;

    return (200, { response => [{ id => $n + 0, album_id => -64,
        owner_id => -218765432, access_key => "key$n", sizes => [] }] });
}


sub save_doc {
    my ($fake, $f) = @_;

    return undefined('file') if !length($f->{file} // '');
    return no_vk(105, "Couldn't save file")
        if $f->{file} !~ /^(\d+)\|name\|(.+)$/;

    my $n = $1;

    $fake->{attachable}{"doc301122334_$n"} = 1;

    return (200, { response => { type => 'doc', doc => { id => $n + 0,
        owner_id => 301122334, title => $f->{title}, url => 'https://vk' } } });
}


# may messages.send name it?
sub known {
    my ($fake, $attachment) = @_;

    return $fake->{attachable}{$attachment};
}


1;
