# Copyright (C) the ngx_inbox authors
#
# What channels make of bytes.  Each folder t/fixtures/<kind>/<case> holds
#
#     request        one delivery of a webhook, as HTTP brings it
#     outgoing.json  or: one step of a job of ours, as t/c/adapter/job.c reads it
#     answer.json    or: one answer of the platform to such a step
#     expect.json    what comes of it; or
#     error          the word it is refused with: bad_signature, bad_json,
#                    forbidden
#     line.json      the channel's settings, where not those of the kind
#
# Adding a case is adding a folder.  Bodies too large for a folder are below.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Adapter;

chdir dirname(abs_path(__FILE__)) or die;

my @cases = grep { -d } glob 'fixtures/*/*';
my %seen;

my @runs = map { [input($_)] } @cases;
my @answers = adapter_many(map { [@$_[1 .. $#$_]] } grep { @$_ } @runs);

for my $case (@cases) {
    my ($judged) = @{ shift @runs };

    if (!defined $judged) {
        fail("$case has no input");
        next;
    }

    $judged->($case, shift @answers);
}

for my $kind (sort keys %seen) {
    cmp_ok($seen{$kind}{refused} // 0, '>', 0, "$kind: something is refused");
    cmp_ok($seen{$kind}{refused} + ($seen{$kind}{odd} // 0), '>',
           $seen{$kind}{good}, "$kind: more cases are bad than good");
}


# large bodies

my $text = 'я' x 500_000;
my $head = head('telegram');
my $chat = '"chat":{"id":5,"type":"private"},"date":1';

my $got = telegram(qq({"update_id":1,"message":{"message_id":1,$chat,)
                   . qq("text":"$text"}}));
is(length($got->{events}[0]{text}), 16384, 'a text of 1 MB is cut');
like($got->{events}[0]{text}, qr/^\x{44f}+$/, 'on a whole character');

$got = telegram(qq({"update_id":1,"message":{"message_id":1,$chat,"text":"hi",)
                . '"x":"' . '\ud800' x 200_000 . '"}}');
is($got->{events}[0]{text}, 'hi', '200,000 lone surrogates do no harm');

$got = telegram(qq({"update_id":1,"message":{"message_id":1,$chat,"text":"hi",)
                . '"x":[' . join(',', ('9e999') x 200_000) . ']}}');
is($got->{events}[0]{text}, 'hi', '200,000 numbers beyond double do no harm');

$got = telegram(qq({"update_id":1,"message":{"message_id":1,$chat,"text":"hi",)
                . '"x":' . '9' x 1_000_000 . '}}');
is($got->{events}[0]{text}, 'hi', 'a number of a million digits does no harm');

$got = telegram(qq({"update_id":1,"deleted_business_messages":{$chat,)
                . '"message_ids":[' . join(',', 1 .. 1500) . ']}}');
is(scalar @{ $got->{events} }, 1000, 'events of one update are bounded');
is($got->{odd}, 1, 'and more are odd');

is(telegram('[' x 1_000_000)->{error}, 'bad_json', 'a million brackets');
is(telegram('{"a":' x 300_000)->{error}, 'bad_json', '300,000 open objects');


# every beginning of a good request: refused or read, never a crash

my $whole = slurp('fixtures/telegram/venue_once/request');
my $body = substr $whole, index($whole, "\n\n") + 2;
my @ends = map { $_ * 16 } 0 .. length($body) / 16 - 1;
my @cut = grep { json($_)->{error} ne 'bad_json' }
    adapter_many(map { [telegram_run(substr $body, 0, $_)] } @ends);

is("@cut", '', 'what is cut off is refused');


# the registry

my %channel = map { $_->{kind} => $_ } @{ adapter_json('', 'channels') };

is($channel{telegram}{text_unit}, 'utf16', 'Telegram counts UTF-16 units');
is($channel{telegram}{polled}, 0, 'Telegram is written to');
is($channel{site}{polled}, 1, 'a visitor of a site asks us');

my %limit = (telegram => [4096, 'utf16', 0], viber => [7000, 'chars', 0],
    facebook => [2000, 'chars', 86400], instagram => [1000, 'bytes', 86400],
    whatsapp => [4096, 'chars', 86400], vk => [4096, 'chars', 0],
    site => [4096, 'chars', 0], webhook => [16384, 'bytes', 0]);

is_deeply({ map { $_ => [@{ $channel{$_} }{qw(text_limit text_unit window)}] }
    keys %channel }, \%limit, 'limits and windows');
is($channel{site}{hook}, 0, 'a site has no webhook');
is_deeply($channel{site}{credentials}, ['identity_secret'],
          'a site has an identity secret');

done_testing();


# who looks at the answer; input, mode, arguments; or nothing
sub input {
    my ($case) = @_;

    my $kind = basename(dirname($case));

    for (['request', 'hook', \&hook], ['outgoing.json', 'build', \&same],
         ['answer.json', 'judge', \&same])
    {
        my ($file, $mode, $judged) = @$_;

        return ($judged, slurp("$case/$file"), $mode, $kind, line($case))
            if -e "$case/$file";
    }

    return;
}


sub hook {
    my ($case, $answer) = @_;

    my $kind = basename(dirname($case));

    if (-e "$case/error") {
        my ($word) = slurp("$case/error") =~ /(\S+)/;

        $seen{$kind}{refused}++;
        is_deeply(json($answer), { error => $word }, $case);
        return;
    }

    $seen{$kind}{ json($answer)->{odd} ? 'odd' : 'good' }++
        if !exists json($answer)->{greeting};
    same($case, $answer);

    return;
}


sub same {
    my ($case, $answer) = @_;

    is_deeply(json($answer), json(slurp("$case/expect.json")), $case);

    return;
}


sub line {
    my ($case) = @_;

    return -e "$case/line.json" ? "$case/line.json"
                                : dirname($case) . '/line.json';
}


# the header lines of a good request
sub head {
    my ($kind) = @_;

    my ($lines) = slurp("fixtures/$kind/text/request") =~ /^(.*?\n\n)/s;

    return $lines;
}


sub telegram {
    my ($bytes) = @_;

    return adapter_json(telegram_run($bytes));
}


sub telegram_run {
    my ($bytes) = @_;

    return ($head . $bytes, 'hook', 'telegram',
            'fixtures/telegram/line.json');
}
