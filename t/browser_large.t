# Copyright (C) the ngx_inbox authors
#
# The agents' page when there is much, in Chromium against the product itself:
# 5,000 chats, and one with 10,000 messages.  The stories are in
# t/www/real_large.mjs.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use Encode qw(encode_utf8);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox::Browser;

my $CHATS = 5000;
my $LINES = 10_000;

my $t = Test::Inbox::Browser->new(workers => 2)->start();
my $rev = $t->redis->call('HGET', 'inbox:{default}:channel:site', 'rev');

ingest(map { ["u$_", "Клієнт $_", 'питання'] } 1 .. $CHATS);
ingest(map { ['long', 'Тамара', "рядок $_"] } 1 .. $LINES);

like($t->api(GET => "chats/$CHATS")->{json}{title}, qr/Клієнт $CHATS$/,
    'they are there');

$t->told('real_large.mjs', at_least => 4);
$t->done();


# user, name, text
sub ingest {
    my (@messages) = @_;

    my $number = 0;

    while (my @some = splice @messages, 0, 100) {
        my $answer = $t->fcall('ingest', 'site', $rev, 0, map {
            my ($user, $name, $text) = map { encode_utf8($_) } @$_;

            ('message', $user, "$user-" . $number++, 'client', $name, '', '',
                '', qq("$text"), qq("$text"), '[]', 0, '', '', '', '')
        } @some);

        die "ingest: $answer->{error}\n" if ref $answer eq 'HASH';
    }
}
