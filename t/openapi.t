# Copyright (C) the ngx_inbox authors
#
# The pages about the API tell the truth: docs/openapi.yaml is OpenAPI 3.1,
# every call of the table of routes has an example in docs/api.md, every example
# is run and answers as printed, and every answer fits the schema that
# openapi.yaml has for it.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Digest::SHA qw(hmac_sha256_hex);
use IPC::Open2;
use JSON::PP;
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use ApiPage;
use FakeDesk;
use Routes;
use Test::Inbox;

my $top = dirname(abs_path(__FILE__)) . '/..';

# the validator is one of the packages of the tests
system("$top/tools/vendor", 'dev') == 0 or die "no npm packages\n";

is(faults(), '', 'openapi.yaml is a correct document');


# the examples

$FakeDesk::KNOWN{telegram}{token} = '123456:example';

my $fake = FakeDesk->new('telegram');
my $t = Test::Inbox->new(apis => { telegram => $fake->origin })->start();
my $page = ApiPage->new("$top/docs/api.md");

$page->run($t);
is($page->wrong($_), '', $_->{title}) for $page->examples;


# each line of the table of routes has an example that does what it is for

my @tried = grep { $_->{status} =~ /^2/ } $page->calls;

for my $route (grep { $_->{who} ne 'INTERNAL' } Routes::all()) {
    my $path = join '[^/?]+', map { quotemeta } split /[@#*]/,
        $route->{pattern}, -1;

    my $verb = join '|', @{$route->{methods}};

    ok(scalar(grep { $_->{method} =~ /^(?:$verb)$/
        && $_->{path} =~ m{^/inbox/$path(?:\?|$)} } @tried),
        "$route->{name} has an example that was answered");
}


# what the server said, errors too

is(faults($page->calls, refusals()), '',
    'every answer is as openapi.yaml says');

$t->done();


# calls that no reader needs to see
sub refusals {
    return map { call(@$_) } files(),
        [GET => 'health'], [GET => 'api/v1/me'], [GET => 'api/v1/chats/999'],
        [PUT => 'api/v1/groups/UPPER', '{}'],
        [PUT => 'api/v1/groups/none', '{"agents": 1}'],
        [PUT => 'api/v1/channels/x', '{"kind": "pigeon"}'],
        [PUT => 'api/v1/space', '[]'], [PUT => 'api/v1/space', '{'],
        [POST => 'api/v1/chats/1/messages', '{"text": "  "}'],
        [POST => 'api/v1/chats/1/messages',
            '{"text": "' . ('x' x 20000) . '"}'],
        [POST => 'api/v1/chats/1/transfer', '{}'],
        [GET => 'api/v1/journal?since=1&wait=1'],
        [GET => 'api/v1/journal?since=9000000000000000'],
        [GET => 'api/v1/inbox?since=9000000000000000'],
        [DELETE => 'api/v1/groups/support'],
        [POST => 'widget/nobody/session', '{}'],
        [POST => 'widget/site/session', '{"user_id": "7", "user_hash": "0"}'],
        [PUT => 'api/v1/channels/made', '{"kind": "telegram"}'];
}


# an upload, in a note of a chat, and by its link
sub files {
    $t->post('/inbox/hook/files', json => FakeTelegram::update(900, 'Hi'),
        headers => { 'X-Telegram-Bot-Api-Secret-Token' => 's' })
        if $t->create('channels/files', { kind => 'telegram',
            credentials => { token => 't', secret => 's' } });

    my $chat = $t->api(GET => 'journal?limit=1')->{json}{chats}[0]{id};
    my $id = $t->post('/inbox/api/v1/files?name=a.txt', token => $t->token,
        body => 'words')->{json}{id};

    $t->api(POST => "chats/$chat/messages", json => { text => 'see',
        note => JSON::PP::true, attachments => [$id] });

    open my $in, '<', $t->dir . '/secret' or die "secret: $!\n";
    my ($key) = <$in> =~ /([0-9a-f]{64})/;
    my $end = time() + 1000;
    my $sign = substr hmac_sha256_hex("file default $id $end",
        pack 'H*', $key), 0, 32;

    return [GET => "api/v1/chats/$chat/files/$id"],
        [GET => "file/$id/$end/$sign"];
}


sub call {
    my ($method, $path, $body) = @_;

    my $r = $t->request($method, "/inbox/$path",
        token => ($path eq 'api/v1/me' ? undef : $t->token),
        defined $body ? (body => $body) : ());

    my ($type) = $r->{head} =~ /^Content-Type: *(.*?)\r?$/mi;

    return { method => $method, path => "/inbox/$path",
        status => $r->{status}, type => $type // '',
        body => $r->{body} // '' };
}


# without calls only the document is looked at
sub faults {
    my (@calls) = @_;

    my $json = JSON::PP->new;

    for my $call (@calls) {
        $call->{path} =~ s{^/inbox}{};
        utf8::decode($call->{$_}) for qw(path body);
    }

    my $pid = open2(my $out, my $in, 'node', "$top/t/lib/openapi.mjs",
        "$top/docs/openapi.yaml");

    binmode $_, ':encoding(UTF-8)' for $in, $out;
    print $in $json->encode(\@calls);
    close $in;

    my @lines = <$out>;

    waitpid $pid, 0;
    push @lines, "node said $?\n" if $?;

    return join '', grep { @calls || !/nobody has tried/ } @lines;
}
