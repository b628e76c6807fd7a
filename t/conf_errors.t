# Copyright (C) the ngx_inbox authors
#
# What nginx -t says of a directive that is wrong: it fails, and names the word
# that the user has written.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox;

my $t = Test::Inbox->new(provision => 0);

my ($ok, $words) = $t->check_conf();
ok($ok, 'the configuration of the tests is right') or diag($words);


# right ones: place, directive

for my $case (
    ['http', 'inbox_max_parked 10;'],
    ['http', 'inbox_max_parked_per_address 0;'],
    ['http', 'inbox_send_timeout 5s;'],
    ['http', 'inbox_events 0;'],
    ['http', 'inbox_redis_timeout 500ms;'],
    ['http', 'inbox_channel_api telegram http://127.0.0.1:9999/telegram;'],
    ['location', 'inbox_public_url https://example.com/inbox;'],
    ['location', 'inbox_poll_timeout 30s;'],
    ['location', 'inbox_max_body 1m;'],
    ['location', 'inbox_agent $remote_user;'],
) {
    my ($ok, $words) = try_conf(@$case);

    ok($ok, $case->[1]) or diag($words);
}


# wrong ones: place, directive, the word that nginx must name

for my $case (
    ['http', 'inbox_redis unix:/tmp/other.sock;', 'is duplicate'],
    ['http', 'inbox_secret_file secret;', 'is duplicate'],
    ['http', 'inbox_root_token_file owner.token;', 'is duplicate'],
    ['http', 'inbox_max_parked many;', 'many|invalid number'],
    ['http', 'inbox_events 201;', 'between 0 and 200'],
    ['http', 'inbox_send_timeout soon;', 'soon|invalid value'],
    ['http', 'inbox_channel_api telegram ftp://127.0.0.1;', 'ftp://127.0.0.1'],
    ['http', 'inbox_channel_api telegram;', 'number of arguments'],
    ['location', 'inbox maybe;', 'maybe|is duplicate'],
    ['location', 'inbox_public_url example.com;', 'example.com'],
    ['location', 'inbox_poll_timeout forever;', 'forever|invalid value'],
    ['location', 'inbox_max_body huge;', 'huge|invalid value'],
    ['location', 'inbox_space default;', 'is duplicate'],
) {
    my ($place, $directive, $word) = @$case;
    my ($ok, $words) = try_conf($place, $directive);

    ok(!$ok, "refused: $directive");
    like($words, qr/\[emerg\].*(?:$word)/, 'and says what is wrong');
}


# files that are not as they should be

$t->spew('secret', 'short');
($ok, $words) = $t->check_conf();
ok(!$ok, 'a secret that is too short is refused');
like($words, qr{\[emerg\].*inbox_secret_file}, 'by the name of its directive');
unlike($words, qr/short/, 'and not with what is in it');

unlink $t->dir . '/secret';
($ok, $words) = $t->check_conf();
ok(!$ok, 'a secret that is not there too');
like($words, qr{\[emerg\].*/secret}, 'with the name of its file');

$t->clean();
done_testing();


sub try_conf {
    my ($place, $directive) = @_;

    local $t->{$place} = $directive;

    return $t->check_conf();
}
