package FakePlatform;

# Copyright (C) the ngx_inbox authors
#
# The API of a platform, in a process of its own:
#
#     my $fake = FakePlatform->new('viber');
#     my $t = Test::Inbox->new(apis => { viber => $fake->origin })->start();
#
# It looks at what it gets as the real one does: path, method, credentials,
# encoding, required fields, lengths.  What is wrong it refuses with the real
# one's own error; what is right it takes, and answers as the real one.
#
# What a test wants to happen next it tells with next(), as of FakeTelegram;
# error() makes the real error for it.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_hex);
use Encode qw(decode encode);
use JSON::PP;

use FakeUploads;

use parent 'FakeTelegram';

my $json = JSON::PP->new->utf8->canonical;

# what the admin was given by the platform, and whom one may write to
our %KNOWN = (
    facebook  => { token => 'EAAGfacebook', account => '102398765432101',
                   secret => 'facebook-app-secret', user => '6543210987654321' },
    instagram => { token => 'IGAAinstagram', account => '17841400000000001',
                   secret => 'instagram-app-secret',
                   user => '1254459154682919' },
    whatsapp  => { token => 'EAAGwhatsapp', account => '106540352242922',
                   secret => 'whatsapp-app-secret', user => '380501234567' },
    viber     => { token => '44dafb7e0f40021e-61a47a1e6778d187-f2c5a676a07050b3',
                   user => 'qL7/AbC+dEf123456789=='  },
    vk        => { token => 'vk1.a.community', account => '218765432',
                   secret => 'vkSecret1', user => '301122334' },
    webhook   => { secret => 'line-secret', user => 'mail:olena@shop.example' },
);


sub new {
    my ($class, $kind) = @_;

    die "no such platform: $kind\n" if !$KNOWN{$kind};

    no strict 'refs';
    @{"FakePlatform::${kind}::ISA"} = ('FakePlatform');

    return FakeTelegram::new("FakePlatform::$kind");
}


sub kind {
    my ($self) = @_;

    return (ref $self) =~ s/.*:://r;
}


sub known { return $KNOWN{$_[0]->kind} }


sub record {
    my ($self, $head, $body) = @_;

    my ($line, @lines) = split /\r\n/, $head;

    @$self{qw(method path)} = split / /, $line;
    $self->{headers} =
        { map { /^([^:]+):\s*(.*)$/ ? (lc $1 => $2) : () } @lines };
    $self->{body} = $body;

    return $self->SUPER::record($head, $body);
}


# what was told, or what the platform thinks of it
sub answer {
    my ($self, $socket, $s) = @_;

    if (!%$s) {
        my $look = $self->can('look_' . $self->kind);
        my ($status, $answer) = $look->($self);

        $s = { status => $status, reply => $json->encode($answer) };
    }

    return $self->SUPER::answer($socket, $s);
}


# a script for next(): the platform's own no
sub error {
    my ($self, @what) = @_;

    my ($status, $answer) = $self->can('no_' . $self->kind)->(@what);

    return { status => $status, reply => $json->encode($answer) };
}


# Meta

sub no_graph {
    my ($code, $words, $status, %more) = @_;

    return ($status // 400, { error => { message => $words, code => $code,
        type => 'OAuthException', fbtrace_id => 'AbC', %more } });
}

*no_facebook = *no_instagram = *no_whatsapp = \&no_graph;


# the document, or what is wrong with the call
sub graph {
    my ($self, $whose) = @_;

    my $known = $self->known;
    my $text = eval { $json->decode($self->{body}) };

    return (undef, no_graph(2500, 'Unknown path components', 404))
        if $self->{path} !~ m{^/v\d+\.\d/($whose)/messages$}
            || $self->{method} ne 'POST';
    return (undef, no_graph(190, 'Invalid OAuth access token', 401))
        if ($self->{headers}{authorization} // '') ne "Bearer $known->{token}";
    return (undef, no_graph(100, '(#100) Invalid JSON'))
        if !$text || $self->{headers}{'content-type'} ne 'application/json';
    return $text;
}


sub messaging {
    my ($self, $whose, $limit, $length) = @_;

    my ($m, @no) = $self->graph($whose);
    return @no if !$m;

    my ($text, $file) = @{$m->{message} // {}}{qw(text attachment)};

    return no_graph(100, '(#100) No matching user found', 400,
        error_subcode => 2018001)
        if ($m->{recipient}{id} // '') ne $self->known->{user};
    return no_graph(100, '(#100) param message must be non-empty.')
        if !length($text // '') && !$file;
    return no_graph(100, '(#100) Cannot have both text and attachment')
        if defined $text && $file;
    return no_graph(100, '(#100) Invalid parameter')
        if $file && (($file->{type} // '') !~ /^(image|audio|video|file)$/
            || ($file->{payload}{url} // '') !~ m{^https?://});
    return no_graph(100, "(#100) Length of param message[text] must be less "
        . "than or equal to $limit") if $length->($text // '') > $limit;

    my $id = 'm_' . (1001 + $self->{given}++);

    return (200, { recipient_id => $m->{recipient}{id}, message_id => $id });
}


sub look_facebook {
    my ($self) = @_;

    my $body = eval { $json->decode($self->{body}) } // {};

    return no_graph(100, '(#100) Param messaging_type must be one of '
        . 'RESPONSE, UPDATE, MESSAGE_TAG')
        if ($body->{messaging_type} // '') !~ /^(RESPONSE|MESSAGE_TAG)$/;
    return no_graph(100, '(#100) Param tag must be HUMAN_AGENT')
        if $body->{messaging_type} eq 'MESSAGE_TAG'
            && ($body->{tag} // '') ne 'HUMAN_AGENT';
    return $self->messaging($self->known->{account} . '|me', 2000,
        sub { length $_[0] });
}


sub look_instagram {
    my ($self) = @_;

    return $self->messaging('me', 1000, sub { length encode('UTF-8', $_[0]) });
}


# the bytes of a file, which get an id
sub whatsapp_media {
    my ($self) = @_;

    my ($type) = $self->{body} =~ /name="type"\r\n\r\n([^\r]+)\r\n/;
    my ($name) = $self->{body} =~ /name="file"; filename="([^"]+)"/;

    return no_graph(190, 'Invalid OAuth access token', 401)
        if ($self->{headers}{authorization} // '')
            ne 'Bearer ' . $self->known->{token};
    return no_graph(100, '(#100) The parameter messaging_product is required.')
        if $self->{body} !~ /name="messaging_product"\r\n\r\nwhatsapp\r\n/;
    return no_graph(100, '(#100) Param file must be a file with one of the '
        . 'following types') if !$name || !$type;

    my $id = 7001 + keys %{$self->{media} // {}};

    $self->{media}{$id} = $type;
    return (200, { id => "$id" });
}


# what is wrong with a message of that type; undef: nothing
sub whatsapp_wrong {
    my ($self, $m) = @_;

    my $type = $m->{type} // '';
    my $it = $m->{$type};

    return 'type' if $type !~ /^(text|image|video|audio|document)$/;
    return "text['body']" if $type eq 'text' && (!length($it->{body} // '')
        || length $it->{body} > 4096);
    return if $type eq 'text';

    my $mime = $self->{media}{$it->{id} // ''} // return "${type}['id']";

    return "${type}['id']" if $type eq 'image' && $mime !~ /^image\/(jpeg|png)$/;
    return "${type}['caption']" if length($it->{caption} // '') > 1024
        || $type eq 'audio' && exists $it->{caption};
    return "${type}['filename']" if $type ne 'document' && exists $it->{filename};
    return;
}


sub look_whatsapp {
    my ($self) = @_;

    return $self->whatsapp_media
        if $self->{path} =~ m{/\Q@{[$self->known->{account}]}\E/media$};

    my ($m, @no) = $self->graph($self->known->{account});
    return @no if !$m;

    my $to = $m->{to} // $m->{recipient} // '';
    my $wrong = ($m->{messaging_product} // '') ne 'whatsapp' ? 'messaging_product'
        : $to eq '' ? 'to'
        : defined $m->{to} && $to !~ /^\d+$/ ? 'to'
        : $self->whatsapp_wrong($m);

    return no_graph(100, "(#100) Invalid parameter", 400, error_data => {
        messaging_product => 'whatsapp', details => "Param $wrong is not valid" })
        if defined $wrong;

    return (200, { messaging_product => 'whatsapp',
        contacts => [{ input => $to, wa_id => $to }],
        messages => [{ id => 'wamid.' . (1001 + $self->{given}++) }] });
}


# Viber: every no is a yes of HTTP

sub no_viber {
    my ($status, $words) = @_;

    return (200, { status => $status, status_message => $words,
        chat_hostname => 'SN-CHAT-01_' });
}


sub look_viber {
    my ($self) = @_;

    my $m = eval { $json->decode($self->{body}) };

    return (404, {}) if $self->{path} ne '/pa/send_message';
    return no_viber(2, 'invalidAuthToken')
        if ($self->{headers}{'x-viber-auth-token'} // '')
            ne $self->known->{token};
    return no_viber(3, 'badData') if !$m || length $self->{body} > 30_000;
    return no_viber(4, 'missingData')
        if grep { !defined } $m->{receiver}, $m->{type}, $m->{sender}{name};
    return no_viber(3, 'badData')
        if length $m->{sender}{name} > 28 || $m->{sender}{name} eq '';
    return no_viber(4, 'missingData')
        if $m->{type} eq 'text' && !length($m->{text} // '');
    return no_viber(4, 'missingData')
        if $m->{type} =~ /^(picture|file)$/ && !length($m->{media} // '')
            || $m->{type} eq 'file' && !($m->{size} && length $m->{file_name});
    return no_viber(3, 'badData') if length($m->{text} // '')
        > ($m->{type} eq 'picture' ? 768 : 7000);
    return no_viber(6, 'receiverNotSubscribed')
        if $m->{receiver} ne $self->known->{user};

    # beyond what a double can hold
    my $token = '60982411773055' . (12001 + $self->{given}++);

    return (200, { status => 0, status_message => 'ok',
        message_token => JSON::PP->new->allow_bignum->allow_nonref
            ->decode($token), chat_hostname => 'SN-CHAT-01_',
        billing_status => 1 });
}


# VK: a form, and every no is a yes of HTTP

sub no_vk {
    my ($code, $words) = @_;

    return (200, { error => { error_code => $code, error_msg => $words,
        request_params => [{ key => 'method', value => 'messages.send' }] } });
}


sub form {
    my ($body) = @_;

    my %form;

    for my $pair (split /&/, $body) {
        my ($name, $value) = map { s/\+/ /gr =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ger }
            split /=/, $pair, 2;

        $form{$name} = decode('UTF-8', $value, 1);
    }

    return \%form;
}


sub look_vk {
    my ($self) = @_;

    my $f = eval { form($self->{body}) } // {};
    my $token = ($self->{headers}{authorization} // '') =~ s/^Bearer //r
        || $f->{access_token} // '';

    my ($method) = $self->{path} =~ m{^/method/([\w.]+)$};
    my @file = $method ? () : FakeUploads::look($self, '', $f);

    return @file if @file;
    return no_vk(3, 'Unknown method passed') if !$method;
    return no_vk(5, 'User authorization failed: invalid access_token (4).')
        if $token ne $self->known->{token};
    return no_vk(8, 'Invalid request: v (version) is required') if !$f->{v};

    @file = FakeUploads::look($self, $method, $f);

    return @file if @file;
    return no_vk(3, 'Unknown method passed') if $method ne 'messages.send';
    return no_vk(100, 'One of the parameters specified was missing or '
        . 'invalid: random_id is undefined') if !defined $f->{random_id};
    return no_vk(100, 'One of the parameters specified was missing or '
        . 'invalid: random_id should be integer')
        if $f->{random_id} !~ /^-?\d+$/ || abs $f->{random_id} > 2147483647;
    return no_vk(100, 'One of the parameters specified was missing or '
        . 'invalid: message is empty or invalid')
        if !length($f->{message} // '') && !length($f->{attachment} // '');
    return no_vk(914, 'Message is too long') if length($f->{message} // '') > 9000;
    return no_vk(100, 'One of the parameters specified was missing or '
        . 'invalid: attachment is invalid') if length($f->{attachment} // '')
            && !FakeUploads::known($self, $f->{attachment});

    my $peer = $f->{peer_ids} // '';

    if ($peer ne $self->known->{user}) {
        return (200, { response => [{ peer_id => $peer + 0, message_id => 0,
            error => { code => 901, description =>
                "Can't send messages for users without permission" } }] });
    }

    # the same random_id is not sent twice
    my $n = $self->{random}{$f->{random_id}} //= 1001 + $self->{given}++;

    return (200, { response => [{ peer_id => $peer + 0, message_id => $n * 2,
        conversation_message_id => $n }] });
}


# somebody's CRM

sub no_webhook {
    my ($status, $words) = @_;

    return ($status, { error => $words });
}


sub look_webhook {
    my ($self) = @_;

    my $m = eval { $json->decode($self->{body}) };
    my $h = $self->{headers};
    my $sign = 'sha256=' . hmac_sha256_hex($self->{body},
        $self->known->{secret});

    return (401, { error => 'bad signature' })
        if ($h->{'x-inbox-signature'} // '') ne $sign;
    return (400, { error => 'bad time' })
        if abs(($h->{'x-inbox-timestamp'} // 0) - time()) > 300;
    return (400, { error => 'bad delivery' })
        if !$m || ($h->{'x-inbox-delivery'} // '') ne $m->{id};

    return (200, { id => 'crm-' . (1001 + $self->{given}++) });
}


1;
