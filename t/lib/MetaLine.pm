package MetaLine;

# Copyright (C) the ngx_inbox authors
#
# What the three channels of Meta have to do alike: the handshake, signatures,
# and errors of the Graph API, each as one test says it.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha1_hex hmac_sha256_hex);
use Test::More;

use parent 'Line';


sub new {
    my ($class, $kind, %o) = @_;

    my $known = $FakePlatform::KNOWN{$kind};
    my $account = $kind eq 'whatsapp' ? 'phone_number_id' : 'account_id';

    return $class->SUPER::new($kind, %o,
        credentials => { app_secret => ['retired-secret', $known->{secret}],
            verify_token => 'the word & more', access_token => $known->{token},
            $account => $known->{account} },
        sign => sub { signature($_[0], $known->{secret}) });
}


sub signature {
    my ($body, $secret) = @_;

    return ('X-Hub-Signature' => 'sha1=' . hmac_sha1_hex($body, $secret),
        'X-Hub-Signature-256' => 'sha256=' . hmac_sha256_hex($body, $secret));
}


# Meta asks whether the webhook is ours
sub handshake {
    my ($self) = @_;

    my $ask = sub {
        return $self->t->get('/inbox/hook/line?' . join '&', @_);
    };
    my @good = ('hub.mode=subscribe', 'hub.challenge=1158201444',
        'hub.verify_token=the%20word+%26%20more');

    $good[2] =~ s/\+/%20/;

    my $r = $ask->(@good);

    is($r->{status}, 200, 'the handshake is answered');
    is($r->{body}, '1158201444', 'with the challenge and nothing else');
    like($r->{headers}{'content-type'}, qr{^text/plain}, 'as text');

    for my $bad (['hub.verify_token=another', 2], ['hub.verify_token=', 2],
        ['hub.challenge=%3Cscript%3E', 1], ['hub.challenge=', 1],
        ['hub.challenge=' . 'a' x 500, 1], ['hub.mode=unsubscribe', 0])
    {
        my @args = @good;

        $args[$bad->[1]] = $bad->[0];
        $r = $ask->(@args);
        is($r->{status}, 403, 'refused: ' . substr $bad->[0], 0, 40);
        unlike($r->{body}, qr/script|aaaa/, 'and nothing is repeated');
    }

    is($ask->()->{status}, 403, 'no question at all');
}


# who may write: data is a good delivery
sub signatures {
    my ($self, $data) = @_;

    my $known = $self->fake->known;
    my $body = $self->bytes($data);
    my %good = signature($body, $known->{secret});
    my $name = 'X-Hub-Signature-256';

    my %bad = (none => {}, 'SHA-1 alone' =>
        { 'X-Hub-Signature' => $good{'X-Hub-Signature'} },
        'of another secret' => { signature($body, 'guess') },
        'of other bytes' => { signature("$body ", $known->{secret}) },
        'in capitals' => { $name => uc $good{$name} });

    for my $case (sort keys %bad) {
        my $r = $self->hook($data, headers => $bad{$case});

        is($r->{status}, 401, "refused: a signature $case");
        is($r->{json}{code}, 'bad_signature', 'and told why');
    }

    is(scalar($self->chats), 0, 'nothing was stored');
    is($self->hook($data, headers => { signature($body, 'retired-secret') })
        ->{status}, 200, 'any secret of the list may sign');
    is($self->hook('{"object":')->{status}, 400, 'half a document is refused');
}


# what Graph may answer, and what becomes of the message
sub trouble {
    my ($self, $chat) = @_;

    my $fake = $self->fake;

    $fake->next($fake->error(2, 'Service temporarily unavailable', 500),
        $fake->error(1, 'An unknown error occurred', 500));

    my $m = $self->answer($chat, 'in the end');

    is($self->settled($m)->{delivery}, 'sent', 'trouble that passes');
    is(scalar(grep { ($_->{body} // '') =~ /in the end/ } $fake->calls), 3,
        'three tries');

    $fake->next($fake->error(190, 'Session has expired', 401));
    $m = $self->settled($self->answer($chat, 'no more'));
    is($m->{delivery}, 'failed', 'a token that has expired');
    is($m->{error}, 'Session has expired', "in Meta's words");

    is($self->settled($self->answer($chat, 'next'))->{delivery}, 'sent',
        'holds nothing back');
}


1;
