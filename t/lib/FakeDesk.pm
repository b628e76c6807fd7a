package FakeDesk;

# Copyright (C) the ngx_inbox authors
#
# A platform's counter: where a bot is told who it is, says where its webhooks
# shall go, asks who somebody is, and lets people see that it types or reads.
# Like FakePlatform it looks at what it gets and says no as the real one does;
# like the real ones it calls the new address back before it says yes.  What is
# not asked at the counter is answered by FakePlatform.
#
#     my $l = Line->new('viber', fake => FakeDesk->new('viber'), …);

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_hex);
use IO::Socket::INET;
use JSON::PP;

use parent 'FakePlatform';

my $json = JSON::PP->new->utf8->canonical;

our %KNOWN = (%FakePlatform::KNOWN, telegram => { token => '7:BotToken',
    user => '500001' });


sub new {
    my ($class, $kind) = @_;

    no strict 'refs';
    @{"FakeDesk::${kind}::ISA"} = ('FakeDesk');

    return FakeTelegram::new("FakeDesk::$kind");
}


sub known { return $KNOWN{$_[0]->kind} }


sub answer {
    my ($self, $socket, $s) = @_;

    if (!%$s) {
        my $desk = $self->can('desk_' . $self->kind);
        my ($status, $answer) = $desk ? $desk->($self) : ();

        $s = { status => $status, reply => $json->encode($answer) }
            if defined $status;
    }

    return $self->kind eq 'telegram' ? FakeTelegram::answer($self, $socket, $s)
        : $self->SUPER::answer($socket, $s);
}


# asks the address that a webhook shall go to: status, body
sub call_back {
    my ($method, $url, $body, %headers) = @_;

    my ($host, $path) = $url =~ m{^https?://([^/]+)(/.*)$} or return 0;
    my $socket = IO::Socket::INET->new(PeerAddr => $host, Timeout => 10)
        or return 0;

    print $socket "$method $path HTTP/1.0\r\nHost: $host\r\n",
        (map { "$_: $headers{$_}\r\n" } keys %headers),
        'Content-Length: ', length($body), "\r\n\r\n$body";
    local $/;

    my $answer = <$socket> // '';
    my ($status) = $answer =~ m{^HTTP/1\.\d (\d+)};

    return ($status // 0, $answer =~ s/\A.*?\r\n\r\n//sr);
}


sub yes { return (200, { ok => JSON::PP::true, result => $_[0] }) }


sub no_telegram {
    my ($code, $words) = @_;

    return ($code, { ok => JSON::PP::false, error_code => $code,
        description => $words });
}


sub desk_telegram {
    my ($self) = @_;

    my $m = eval { $json->decode($self->{body}) } // {};
    my ($token, $method) = $self->{path} =~ m{^/bot([^/]+)/(\w+)$};

    return no_telegram(404, 'Not Found') if !defined $method;
    return no_telegram(401, 'Unauthorized') if $token ne $self->known->{token};
    return yes({ id => 7, is_bot => JSON::PP::true, first_name => 'Shop',
        username => 'shop_bot' }) if $method eq 'getMe';
    return yes({ url => 'x', pending_update_count => 0,
        last_error_date => 1, last_error_message => 'Wrong response from the '
        . 'webhook: 503' }) if $method eq 'getWebhookInfo';

    if ($method eq 'setWebhook') {
        return no_telegram(400, 'Bad Request: bad webhook')
            if ($m->{url} // '') !~ m{^https?://} || $m->{url} =~ /unreachable/;
        return no_telegram(400, 'Bad Request: secret token contains '
            . 'unallowed characters')
            if ($m->{secret_token} // '') !~ /^[A-Za-z0-9_-]{1,256}$/;
        return no_telegram(400, 'Bad Request: allowed_updates')
            if ref $m->{allowed_updates} ne 'ARRAY';
        return yes(JSON::PP::true);
    }

    return yes({ total_count => 1, photos => [[
        { file_id => 'small', width => 90, height => 90 },
        { file_id => 'fits', width => 320, height => 320 },
        { file_id => 'large', width => 640, height => 640 }]] })
        if $method eq 'getUserProfilePhotos' && $m->{user_id};

    return no_telegram(400, 'Bad Request: BUSINESS_CONNECTION_INVALID')
        if ($m->{business_connection_id} // 'bc1') ne 'bc1';
    return yes(JSON::PP::true)
        if $method eq 'sendChatAction' && $m->{action} eq 'typing'
            && $m->{chat_id} eq $self->known->{user};
    return yes(JSON::PP::true)
        if $method eq 'readBusinessMessage' && $m->{business_connection_id}
            && $m->{chat_id} eq $self->known->{user} && $m->{message_id};
    return;
}


sub desk_viber {
    my ($self) = @_;

    my $m = eval { $json->decode($self->{body}) } // {};
    my ($method) = $self->{path} =~ m{^/pa/(\w+)$};
    my $token = $self->known->{token};

    return if !$method || $method eq 'send_message';
    return FakePlatform::no_viber(2, 'invalidAuthToken')
        if ($self->{headers}{'x-viber-auth-token'} // '') ne $token;
    return (200, { status => 0, status_message => 'ok', name => 'Shop on Viber',
        id => 'pa:1' }) if $method eq 'get_account_info';
    return (200, { status => 0, status_message => 'ok', user => {
        id => $m->{id}, name => 'Olena from Viber',
        avatar => 'https://media.example/olena.jpg' } })
        if $method eq 'get_user_details';

    my $event = '{"event":"webhook","timestamp":4977069964384421269,'
        . '"message_token":1478683725125}';
    my ($status) = call_back('POST', $m->{url} // '', $event,
        'X-Viber-Content-Signature' => hmac_sha256_hex($event, $token));

    return FakePlatform::no_viber(1, 'invalidUrl') if $status != 200;
    return (200, { status => 0, status_message => 'ok',
        event_types => $m->{event_types} });
}


# the three of Meta

sub handshake {
    my ($url, $word) = @_;

    $word =~ s/([^A-Za-z0-9])/sprintf '%%%02X', ord $1/ge;

    my ($status, $body) = call_back('GET', "$url?hub.mode=subscribe&"
        . "hub.challenge=4711&hub.verify_token=$word", '');

    return $status == 200 && $body eq '4711';
}


sub desk_graph {
    my ($self, $whose) = @_;

    my $known = $self->known;
    my $m = eval { $json->decode($self->{body}) } // {};
    my $bearer = $self->{headers}{authorization} // '';
    my ($node, $rest) = $self->{path} =~ m{^/v\d+\.\d/([^/?]+)(.*)$};

    return FakePlatform::no_graph(2500, 'Unknown path components', 404)
        if !defined $node;

    if ($node eq '4242' && $rest eq '/subscriptions') {
        return FakePlatform::no_graph(190, 'Invalid OAuth access token', 401)
            if $bearer ne "Bearer 4242|$known->{secret}";
        return FakePlatform::no_graph(2200, '(#2200) callback verification '
            . 'failed') if !handshake($m->{callback_url}, $m->{verify_token});
        return (200, { success => JSON::PP::true });
    }

    return FakePlatform::no_graph(190, 'Invalid OAuth access token', 401)
        if $bearer ne "Bearer $known->{token}";

    if ($rest =~ m{^/messages$}) {
        return (200, { recipient_id => $m->{recipient}{id} })
            if ($m->{sender_action} // '') =~ /^(typing_on|mark_seen)$/;
        return (200, { success => JSON::PP::true })
            if ($m->{status} // '') eq 'read' && $m->{message_id};
        return;
    }

    if ($rest =~ m{^/subscribed_apps}) {
        return FakePlatform::no_graph(100, '(#100) Param subscribed_fields')
            if $self->kind ne 'whatsapp'
                && $rest !~ /\?subscribed_fields=messages,/;
        return (200, { success => JSON::PP::true });
    }

    if ($m->{webhook_configuration}) {
        my $w = $m->{webhook_configuration};

        return FakePlatform::no_graph(100, '(#100) callback verification '
            . 'failed') if !handshake($w->{override_callback_uri},
                $w->{verify_token});
        return (200, { success => JSON::PP::true });
    }

    return (200, { id => $node, name => 'Shop Page', username => 'shop.page' })
        if $node eq 'me' || $node eq $known->{account}
            && $self->kind ne 'whatsapp';
    return (200, { id => $node, display_phone_number => '+380 44 1',
        verified_name => 'Shop on WhatsApp' }) if $node eq $known->{account};
    return FakePlatform::no_graph(100, '(#100) No profile available for this '
        . 'user.', 400, error_subcode => 2018218)
        if $node ne $known->{user};
    return (200, { id => $node, name => 'Олена Коваль', first_name => 'Олена',
        last_name => 'Коваль', username => 'olena.k',
        profile_pic => 'https://media.example/olena.jpg' });
}

*desk_facebook = *desk_instagram = *desk_whatsapp = \&desk_graph;


sub desk_vk {
    my ($self) = @_;

    my $known = $self->known;
    my $f = eval { FakePlatform::form($self->{body}) } // {};
    my ($method) = $self->{path} =~ m{^/method/([\w.]+)$};
    my $group = $known->{account};

    return if !$method || $method eq 'messages.send';
    return FakePlatform::no_vk(5, 'User authorization failed: invalid '
        . 'access_token (4).')
        if ($self->{headers}{authorization} // '') ne "Bearer $known->{token}";
    return FakePlatform::no_vk(8, 'Invalid request: v (version) is required')
        if !$f->{v};
    return FakePlatform::no_vk(15, 'Access denied: no access to this group')
        if exists $f->{group_id} && $f->{group_id} ne $group;

    my %does = (
        'groups.getById' => sub { { groups => [{ id => $group + 0,
            name => 'Shop in VK', screen_name => 'shop' }] } },
        'groups.getCallbackConfirmationCode' => sub { { code => 'c0de4711' } },
        'groups.getCallbackServers' => sub { { count => 1, items => [
            @{ $self->{servers} // [] } ] } },
        'groups.setCallbackSettings' => sub { $f->{server_id} && $f->{message_new}
            ? 1 : undef },
        'groups.editCallbackServer' => sub { 1 },
        'users.get' => sub { [{ id => $f->{user_ids} + 0,
            first_name => 'Олена', last_name => 'Коваль',
            screen_name => 'olena_k', photo_200 => 'https://sun.example/a.jpg' }] },
        'messages.setActivity' => sub { ($f->{type} // '') eq 'typing' ? 1 : undef },
        'messages.markAsRead' => sub { $f->{peer_id} ? 1 : undef },
    );

    if ($method eq 'groups.addCallbackServer') {
        return FakePlatform::no_vk(100, 'One of the parameters specified was '
            . 'missing or invalid: title') if length($f->{title} // '') > 14
                || length($f->{secret_key} // '') > 50;

        my ($status, $body) = call_back('POST', $f->{url}, $json->encode({
            type => 'confirmation', group_id => $group + 0,
            secret => $f->{secret_key} }));

        return FakePlatform::no_vk(100, "Callback server answered '$body'")
            if $status != 200 || $body ne 'c0de4711';
        push @{$self->{servers}}, { id => 3, title => $f->{title},
            url => $f->{url}, status => 'ok' };
        return (200, { response => { server_id => 3 } });
    }

    my $result = $does{$method} ? $does{$method}->() : undef;

    return FakePlatform::no_vk(100, "One of the parameters of $method")
        if !defined $result;
    return (200, { response => $result });
}


1;
