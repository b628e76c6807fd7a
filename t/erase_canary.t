# Copyright (C) the ngx_inbox authors
#
# Two people leave their marks wherever the product keeps anything; then they are
# erased, one by his contact, one by his chat.  After that every key and value of
# Redis and every file on disk is searched for the marks and for their numbers.
# What may stay is said here, and in docs/security.md: the audit's line, the
# tombstones and digests of a day.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Find;
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Test::Inbox;

# the marks: all of them, in either alphabet and as bytes of a picture
my $MARK = qr/canary|канарк|kanarka|380671112233/i;
# numbers that nothing else has
my ($MESSENGER, $VISITOR) = (7770001, 7770002);
my $JPEG = "\xff\xd8\xff\xe0canary" . 'j' x 500;

my $fake = FakeTelegram->new();
my $t = Test::Inbox->new(workers => 2, limits => 'on',
    apis => { telegram => $fake->origin })->start();
my $petro = $t->agent('petro');

$t->create('groups/support', { agents => ['petro', 'root'] });
$t->telegram();
$t->redis->call('HSET', 'inbox:{default}:space', 'seq', $MESSENGER - 1);


# a client of a messenger: words, edits, reactions, a picture that is fetched

my $number = 500;

sub update {
    my (%m) = @_;

    my $update = FakeTelegram::update(++$number, $m{text} // '',
        id => 8880001);
    my $message = $update->{message};

    $message->{from}{username} = 'kanarka_nick';
    $message->{from}{first_name} = 'Канарка Жовта';
    $message->{$_} = $m{$_} for keys %m;

    return $update;
}

$t->hook(update(text => 'canary says hello'));
$t->hook(update(text => 'canary quotes', reply_to_message =>
    { message_id => 501, date => 1, chat => { id => 8880001,
    type => 'private' } }));
my $edit = update(text => 'canary has thought again');
$edit->{edited_message} = { %{delete $edit->{message}}, message_id => 502,
    edit_date => 1800000000 };
$t->hook($edit);
$t->hook(update(contact => { phone_number => '+380671112233',
    first_name => 'Канарка', user_id => 8880001 }));
$t->hook(update(photo => [{ file_id => 'canary-file', width => 1,
    height => 1 }], caption => 'canary by itself'));

my ($chat) = map { $_->{id} } @{$t->api(GET => 'journal')->{json}{chats}};
is($chat, $MESSENGER, 'a client of a messenger');

my ($photo) = grep { $_ } map { $_->{attachments}[0]{url} }
    grep { $_->{text} eq 'canary by itself' } messages($MESSENGER);
$fake->next({ reply => '{"ok":true,"result":{"file_path":"f.jpg"}}' },
    { reply => $JPEG });
ok($t->get($photo, token => $t->token)->{body} eq $JPEG,
    'his picture is fetched');


# what agents do about him: notes, tags, a title, files, answers sent and stuck

act('take');
say({ text => 'canary is a good client', note => JSON::PP::true });
say({ text => 'Hello canary', reply_to => (messages($MESSENGER))[1]{id} },
    'once-canary');
ok($t->wait_for(sub { grep { ($_->{delivery} // '') eq 'sent' }
    messages($MESSENGER) }), 'an answer is sent');
say({ text => 'canary picture', attachments =>
    [upload($petro, 'canary.jpg', $JPEG)] });
$t->api(PATCH => "chats/$MESSENGER", token => $petro, json => { title =>
    'The canary', tags => ['canary-tag'] });
$t->api(POST => "chats/$MESSENGER/$_", token => $petro, json => {})
    for 'leave', 'take', 'typing';
$t->api(POST => "chats/$MESSENGER/read", token => $petro,
    json => { up_to => (messages($MESSENGER))[-1]{id} });
$t->api(POST => "chats/$MESSENGER/join", json => {});
ok($t->wait_for(sub { !grep { ($_->{delivery} // '') eq 'queued' }
    messages($MESSENGER) }), 'nothing waits');
$fake->next(({ status => 500, to => 8880001 }) x 20);
say({ text => 'canary waits for this' });
ok($t->wait_for(sub { $t->api(GET => 'channels/bot/health')->{json}
    {queue_length} }), 'one message is stuck');
$t->api(POST => "contacts/$MESSENGER/block");
$t->api(POST => "contacts/$MESSENGER/unblock");


# a visitor: who he says he is, what he writes and uploads, also for nothing

my $session = $t->post('/inbox/widget/site/session', json => {
    name => 'Canary Visitor', email => 'canary@example.org',
    phone => '+380671112233', page => 'https://shop.example/canary' })->{json};
my %visitor = (token => $session->{token});
$t->post('/inbox/widget/site/messages', %visitor, json => { text =>
    'canary asks' }, headers => { 'Idempotency-Key' => 'canary-key' });
upload($session->{token}, 'canary.csv', "canary,1\n", 'widget/site/',
    'Idempotency-Key' => 'canary-upload');
$t->post('/inbox/widget/site/messages', %visitor, json => { attachments =>
    [upload($session->{token}, 'canary2.csv', "canary,2\n",
        'widget/site/')] });
is($t->api(GET => 'journal?limit=1')->{json}{chats}[0]{id}, $VISITOR,
    'a visitor');
$t->api(POST => "chats/$VISITOR/take", token => $petro);
$t->api(POST => "chats/$VISITOR/messages", token => $petro, json => { text =>
    'canary answer' }, headers => { 'Idempotency-Key' => 'canary' });
my $seen = $t->get('/inbox/widget/site/messages', %visitor)->{json};
$t->post('/inbox/widget/site/read', %visitor, json => { up_to =>
    $seen->{messages}[-1]{id} });
$t->api(POST => "chats/$VISITOR/close", token => $petro);
$t->post('/inbox/widget/site/messages', %visitor, json => { text =>
    'canary is back' });

# somebody else, who stays
$t->hook(FakeTelegram::update(900, 'I stay', id => 9990001));

# enough of it is there to be found
ok($t->wait_for(sub { grep { /:events:bot/ } marked() }),
    'the ring of webhooks has it');
cmp_ok(scalar(marked()), '>', 8, 'marks are in many keys');
cmp_ok(scalar(on_disk()), '>=', 4, 'and in files');


# nobody is left

is($t->api(DELETE => "contacts/$MESSENGER")->{status}, 204, 'one is erased');
is($t->api(DELETE => "chats/$VISITOR")->{status}, 204, 'and the other');

is_deeply([marked()], [], 'no key or value has a mark');
is_deeply([grep { !/:(?:feed|gone|audit|doomed)\b/ } holding($MESSENGER,
    $VISITOR, 8880001, $session->{visitor})], [],
    'their numbers are in tombstones and in the audit only');
ok($t->wait_for(sub { !on_disk() }, 30), 'no file has a mark')
    or diag(join "\n", on_disk());
is_deeply([grep { $t->redis->call('TTL', $_) > 86400
    || $t->redis->call('TTL', $_) < 0 }
    grep { /:(?:idem|limit):/ } keys %{everything()}], [],
    'digests of what was done once go within a day');

$t->redis->call('FCALL', 'inbox_1_purge', 1, 'inbox:{default}',
    sprintf('%.0f', time() * 1e6 + 86_401_000_000), '');
is_deeply([holding($MESSENGER, $VISITOR, 8880001, $session->{visitor})],
    ['inbox:{default}:audit'], 'a day later they are in the audit only');
is_deeply([sort grep { /^777000\d$/ } map { $_->{target} // '' }
    @{$t->api(GET => 'audit')->{json}{entries}}], [$MESSENGER, $VISITOR],
    'which says that they were erased, and nothing else of them');
is_deeply([map { $_->{last_message}{text} } @{$t->api(GET => 'journal')
    ->{json}{chats}}], ['I stay'], 'and who stays is there');

$fake->stop();
$t->done();


sub messages {
    return @{$t->api(GET => "chats/$_[0]/messages?limit=200")->{json}
        {messages}};
}

sub act {
    return $t->api(POST => "chats/$MESSENGER/$_[0]", token => $petro,
        json => {});
}

sub say {
    my ($body, $key) = @_;

    return $t->api(POST => "chats/$MESSENGER/messages", token => $petro,
        json => $body, headers => { 'Idempotency-Key' => $key });
}

sub upload {
    my ($token, $name, $bytes, $where, %headers) = @_;

    $where //= 'api/v1/';

    return $t->post("/inbox/${where}files?name=$name", token => $token,
        body => $bytes, headers => \%headers)->{json}{id};
}


# key -> all that is in it, as one text
sub everything {
    my %all;

    for my $key (@{$t->redis->call('KEYS', '*')}) {
        my $type = $t->redis->call('TYPE', $key);
        my @get = $type eq 'string' ? ['GET', $key]
            : $type eq 'hash' ? ['HGETALL', $key]
            : $type eq 'list' ? ['LRANGE', $key, 0, -1]
            : $type eq 'set' ? ['SMEMBERS', $key]
            : ['ZRANGE', $key, 0, -1, 'WITHSCORES'];
        my $value = $t->redis->call(@{$get[0]});
        my $text = join "\n", map { $_ // '' } ref $value ? @$value : $value;

        utf8::decode($text);
        $all{$key} = $text;
    }

    return \%all;
}


sub marked {
    my $all = everything();

    my @keys = sort grep { "$_\n$all->{$_}" =~ $MARK } keys %$all;

    return @keys;
}


# the keys in whose name or value one of the words is
sub holding {
    my $words = join '|', map { quotemeta } @_;
    my $all = everything();

    my @keys = sort grep { "$_\n$all->{$_}" =~ /(?<!\d)(?:$words)(?!\d)/ }
        keys %$all;

    return @keys;
}


# files of uploads and of the cache, by name or content
sub on_disk {
    my @found;

    find({ no_chdir => 1, wanted => sub {
        push @found, $_ if -f $_
            && "$_\n" . Test::Inbox::slurp($_) =~ $MARK;
    } }, $t->dir . '/files');

    return @found;
}
