package ModelLine;

# Copyright (C) the ngx_inbox authors
#
# The random test's second messenger: a page of Messenger, in whose own app people
# answer as well.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_hex);
use Exporter 'import';
use JSON::PP;

our @EXPORT = qw(messenger meta signed);

my $json = JSON::PP->new->utf8->canonical;
my ($SECRET, $PAGE) = ('shh', '100');


# the channel's settings
sub messenger {
    return { kind => 'facebook', credentials => { app_secret => $SECRET,
        account_id => $PAGE }, @_ };
}


# what a client has written, or (echo) somebody in the app, as an operation
sub meta {
    my ($user, $verb, $text) = @_;

    my $echo = $verb eq 'echo';
    my ($from, $to) = $echo ? ($PAGE, $user) : ($user, $PAGE);

    return { verb => $verb, channel => 'page', user => $user, text => $text,
        json => { object => 'page', entry => [{ id => $PAGE, time => 1,
        messaging => [{ sender => { id => $from }, recipient => { id => $to },
        timestamp => int(time() * 1000), message => { mid => "m-$text",
        text => $text, $echo ? (is_echo => JSON::PP::true) : () } }] }] } };
}


# that operation as a request
sub signed {
    my ($op) = @_;

    my $body = $json->encode($op->{json});

    return ['POST', '/inbox/hook/page', body => $body, headers => {
        'X-Hub-Signature-256' => 'sha256=' . hmac_sha256_hex($body, $SECRET)
        }];
}


1;
