# Copyright (C) the ngx_inbox authors
#
# What every endpoint of the table in the source answers to a request of the
# wrong form: another method, no JSON, a wrong type in each field that it knows,
# values at each limit and past it.  An endpoint without its fields here fails.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use JSON::PP;
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Routes;
use Test::Inbox;

my $t = Test::Inbox->new()->start();
my $json = JSON::PP->new->utf8->allow_nonref;
my $line;

$t->telegram();
$t->agent('petro');
$t->create('canned/hi', { shortcut => 'hi', text => 'Hello!' });
$t->hook(FakeTelegram::update(1, 'first'));

my $visitor = $t->post('/inbox/widget/site/session', json => {})->{json}{token};

$t->post('/inbox/widget/site/messages', token => $visitor,
    json => { text => 'Hello' });
$t->api(POST => "chats/$_/take", json => {}) for 1, 2;

my $message = $t->api(GET => 'chats/1/messages')->{json}{messages}[0]{id};
my $mine = $t->get('/inbox/widget/site/messages', token => $visitor)
    ->{json}{messages}[0]{id};


# what each body has: a body as it should be, then by field its type (s string,
# i integer, b boolean, a array, o object; ! it must be there), values that are
# right, and values that are of the type but wrong

my $long = 'ж' x 200;
my $name = ['s', ['ж', $long], ["x$long"]];
my $group = ['s', ['support', undef], ['Sales', 'nobody', 'x' x 33]];
my $text = ['s!', ['x' x 16384], ['', '   ', 'x' x 16385]];
my @turn = ({});
my @space = ({ locale => 'en', plan => 'commercial' }, name => $name,
    locale => ['s', [qw(uk ru en)], [qw(de EN x)]],
    retention_days => ['i', [1, 36500, undef], [0, -1, 36501]],
    return_minutes => ['i', [1, 1440, undef], [0, -1, 1441]],
    plans_url => ['s', ['http://x/y', 'https://x/' . 'y' x 1990, undef],
        ['javascript:x', '//x', 'x', 'https://x/' . 'y' x 1991]],
    plan => ['s', ['commercial'], [qw(x Free)]]);

my %FIELDS = (
    'POST widget/@/session' => [{}, name => $name, email => $name,
        phone => $name, page => ['s', ['', 'https://x/y', 'ж' x 3000]],
        user_id => ['s', [''], ['x' x 201]],
        user_hash => ['s', ['']], token => ['s', ['', 'x.y']]],
    'POST widget/@/messages' => [{ text => 'x' }, text => $text,
        attachments => ['a', [[], undef], [['x'], [1]]]],
    'POST widget/@/read' => [{}, up_to => ['s!', [$mine],
        ['', '1-1', "$mine-1", 'x' x 600]]],
    'POST widget/@/typing' => [@turn],

    'POST api/v1/session' => [{}, token => ['s!', [$t->token], ['']]],
    'PUT api/v1/me/presence' => [{}, away => ['b!', [JSON::PP::false]]],
    'POST api/v1/chats/#/messages' => [{ text => 'x' },
        text => ['s!', ['x' x 4096], ['', '   ', 'x' x 4097, 'x' x 16385]],
        note => ['b', [JSON::PP::true]], reply_to => ['s', [undef, $message],
        ['x', '1-1', $mine, 'x' x 600]], attachments => ['a', [[], undef],
        [['x'], [1]]]],
    'POST api/v1/chats/#/transfer' => [{}, agent => ['s!', ['root'],
        ['nobody', 'ROOT', '']], group => ['s', [], ['nobody', 'x y']]],
    'POST api/v1/chats/#/read' => [{}, up_to => ['s!', [$message],
        ['', '1-1', $mine, 'x' x 600]]],
    (map { ("POST api/v1/chats/#/$_" => [@turn]) }
        qw(typing take join reopen)),
    'PATCH api/v1/chats/#' => [{}, title => $name, tags => ['a',
        [[], undef, ['ж' x 50], [map { "t$_" } 1 .. 20]],
        [[''], ['x' x 51], [map { "t$_" } 1 .. 21], [1], [[]], [{}], [undef],
            ["a\tb"]]]],
    'POST api/v1/contacts/#/block' => [@turn],
    'POST api/v1/contacts/#/unblock' => [@turn],

    'PUT api/v1/agents/@' => [{}, name => $name, role => ['s',
        [qw(agent admin owner), undef], [qw(root Owner x)]],
        enabled => ['b', [JSON::PP::true, undef]]],
    'POST api/v1/agents/@/tokens' => [{}, name => $name, expires_at => ['s',
        ['2200-01-01T00:00:00.000Z', undef], ['2001-01-01T00:00:00.000Z',
        '2200-01-01', 'x', '2400-01-01T00:00:00.000Z']]],
    'PUT api/v1/groups/@' => [{}, name => $name, agents => ['a',
        [[], ['petro'], ['petro', 'petro', 'root'], undef],
        [['nobody'], [1], ['X'], [[]], [''], [('petro') x 1001]]]],
    'PUT api/v1/channels/@' => [{ kind => 'site' }, kind => ['s!', ['site'],
        ['', 'x', 'Site']], title => $name, group => $group,
        enabled => ['b', [JSON::PP::true, undef]],
        credentials => ['o', [{}, { identity_secret => 's' }, undef,
            { identity_secret => undef }, { unknown => 1 },
            { identity_secret => 'x' x 8192 }],
            [map { { identity_secret => $_ } } 1, '', {}, 'x' x 8193, [1]]],
        settings => ['o', [{}, undef, { greeting => 'ж' x 2000, away => undef,
            color => '#00FFaa', locale => 'uk', ask => ['name', 'phone'],
            origins => ['https://*.shop.example'] }],
            [{ extra => 'x' x 17000 }]]],
    'POST api/v1/channels/@/events/*/replay' => [@turn],
    'POST api/v1/channels/@/connect' => [@turn],
    'PUT api/v1/canned/@' => [{ shortcut => 's', text => 'T' },
        shortcut => ['s!', ['s', 'ж' x 40], ['', 'x' x 41]],
        text => ['s!', ['ж' x 4000], ['', 'x' x 4001]], group => $group],
    'PUT api/v1/space' => [@space], 'PUT api/v1/spaces/@' => [@space,
        suspended => ['b', [JSON::PP::false, undef]], limits => ['o', [{},
        undef, { chats => 0, agents => 1_000_000_000, channels => undef }],
        [{ chats => -1 }, { agents => 1_000_000_001 }, { channels => 'x' },
        { chats => 1.5 }]]],

    # they end what the others need
    'POST api/v1/chats/#/leave' => [@turn],
    'POST api/v1/chats/#/close' => [@turn],
);
my @LATE = ('POST api/v1/chats/#/leave', 'POST api/v1/chats/#/close');

my %OF_TYPE = (s => '"x"', i => 1, b => 'true', a => '[]', o => '{}');
my %WRONG = (s => ['i', 'b', 'a', 'o'], i => ['s', 'b', 'a', 'o'],
    b => ['s', 'i', 'a', 'o'], a => ['s', 'i', 'b', 'o'],
    o => ['s', 'i', 'b', 'a']);

my %PAGE = (limit => [[1, 200, ''], [0, 201, -1, 'x', 1.5, '1e1']],
    before => [[''], ['!', '%00', 'x' x 65, 'q1']]);
my %POLL = (%PAGE, since => [[0, '9' x 18, ''], [-1, 'x', '9' x 30, '1.5']],
    wait => [[0, ''], [61, -1, 'x', 'Infinity', 0.5]]);
my @IDS = ([qw(support x), ''], ['X', 'x' x 33, '%ff', 'a%20b']);
my @TIMES = (['2026-11-21', '2026-11-21T17:53:10Z',
    '2026-11-21T17:53:10.807Z', ''], ['x', '2026', '2026-13-41',
    '2026-11-21T25:00:00Z', '2026-11-21T17:53:10%2B02:00']);

my %QUERY = (
    'GET api/v1/journal' => { %POLL, channel => \@IDS, group => \@IDS,
        agent => \@IDS, from => \@TIMES, to => \@TIMES,
        status => [[qw(unassigned active inactive), ''], [qw(open Active)]],
        sort => [['waiting', ''], ['name']], tag => [['x', '%D0%B6'], []],
        q => [['x', '%D0%B6' x 200, ''], ['x' x 201]] },
    'GET api/v1/inbox' => { %POLL, list => [[qw(incoming mine closed), ''],
        ['all', 'Mine']], q => [['x' x 200], ['x' x 201]] },
    'GET api/v1/chats/#/messages' => \%POLL,
    'GET widget/@/messages' => \%POLL,
    'GET api/v1/audit' => \%PAGE,
    'GET api/v1/spaces' => { %PAGE, before => [['', 'x'], ['!', 'x' x 65]] },
    'GET api/v1/channels/@/events' => \%PAGE,
    'GET api/v1/export' => { format => [['ndjson', ''], ['csv', 'NDJSON']] },
    'DELETE api/v1/groups/@' => { force => [[0, 1, ''],
        ['x', 2, 'true', '1%20']] },
    'DELETE api/v1/channels/@' => { force => [[0, 1, ''], ['x', 2, 'true']] },
    # a name may be any: it is cut
    'POST api/v1/files' => { name => [['a.txt', 'x' x 2000, ''], []] },
    'POST widget/@/files' => { name => [['a.txt', 'x' x 2000, ''], []] },
);


# nothing that openapi.yaml has is forgotten here, nor the reverse

my @operations = @{$json->decode(scalar
    `node $Test::Inbox::TOP/t/lib/operations.mjs $Test::Inbox::TOP/docs/openapi.yaml`)};
my (%bodies, %queries);

for my $o (@operations) {
    my $name = "$o->{method} " . starred(substr $o->{path}, 1);

    $bodies{$name} = $o->{body} if @{$o->{body} // []};
    $queries{$name} = $o->{query} if @{$o->{query}};
}

is_deeply({ map { my ($body, %fields) = @{$FIELDS{$_}};
    %fields ? (starred($_) => [sort keys %fields]) : () } keys %FIELDS },
    { map { $_ => [sort @{$bodies{$_}}] } keys %bodies },
    'the fields are those of openapi.yaml');
is_deeply({ map { starred($_) => [sort keys %{$QUERY{$_}}] } keys %QUERY },
    { map { $_ => [sort @{$queries{$_}}] } keys %queries },
    'and so are the parameters');


# methods

my %paths = Routes::paths();
my @all = qw(GET HEAD POST PUT PATCH DELETE PROPFIND TRACE FOO);

for my $path (sort keys %paths) {
    my %knows = map { $_ => 1 } @{$paths{$path}};
    my $allow = join ', ', (grep { $knows{$_} } @all), 'OPTIONS';
    my @odd;

    for my $method (grep { !$knows{$_} } @all) {
        my $r = ask($method, place($path), token($path),
            $method =~ /^P/ ? (json => {}) : ());
        # nginx itself has no TRACE, and no body for HEAD
        my $code = $method =~ /TRACE|HEAD/ ? 'method_not_allowed'
            : $r->{json}{code} // '';

        push @odd, "$method $r->{status} $code "
            . ($r->{headers}{allow} // '-') if $r->{status} != 405
            || $code ne 'method_not_allowed'
            || $method ne 'TRACE' && $r->{headers}{allow} ne $allow;
    }

    my $r = ask(OPTIONS => place($path));

    push @odd, "OPTIONS $r->{status}" if $r->{status} != 204
        || $r->{headers}{allow} ne $allow;

    is_deeply(\@odd, [], "$path knows $allow");
}

for my $route (grep { "@{$_->{methods}}" eq 'GET HEAD' } Routes::all()) {
    my $path = place($route->{pattern});
    my ($get, $head) = map { ask($_, $path, token($path)) } qw(GET HEAD);

    is(join(' ', map { $_ // '-' } $head->{status},
        map { $head->{headers}{$_} } qw(content-type etag cache-control)),
        join(' ', map { $_ // '-' } $get->{status},
        map { $get->{headers}{$_} } qw(content-type etag cache-control)),
        "HEAD $route->{pattern} is GET without a body");
    is($head->{headers}{'content-length'}, length $get->{body},
        'and says how long it is') if $path !~ /metrics|export/;
}


# bodies and their fields

my @bodies = grep { $_->{body} eq 'JSON' } Routes::all();

is(join(', ', grep { !$FIELDS{$_} } map { $_->{name} } @bodies), '',
    'the fields of every body are known');

for my $name ((grep { my $n = $_; !grep { $_ eq $n } @LATE }
    sort keys %FIELDS), @LATE)
{
    my ($route) = grep { $_->{name} eq $name } @bodies;

    if (!$route) {
        fail("$name is an endpoint");
        next;
    }

    my ($method, $path) = ($route->{methods}[0], place($route->{pattern}));
    my ($body, %fields) = @{$FIELDS{$name}};
    my @send = ($method, $path, token($path));

    is_deeply([map { code(ask(@send, body => $_)) } '{', '[]', '"x"', '1',
        '{"x":1}}', '{"x":}'], [('400 bad_json') x 6],
        "$name takes an object");

    for my $field (sort keys %fields) {
        my ($type, $right, $wrong) = @{$fields{$field}};
        my @odd;

        $type =~ s/!$// and push @odd, refusal($field, 'null', 422,
            @send, body => with($body, $field, undef));

        push @odd, map { refusal($field, $OF_TYPE{$_}, 422, @send,
            body => with($body, $field, $OF_TYPE{$_})) } @{$WRONG{$type}};
        push @odd, map { refusal($field, brief($_), 422, @send,
            body => with($body, $field, $json->encode($_))) } @{$wrong // []};
        push @odd, map { refusal($field, brief($_), 200, @send,
            body => with($body, $field, $json->encode($_))) } @$right;

        is_deeply(\@odd, [], "$name: $field");
    }
}


# parameters

for my $name (sort keys %QUERY) {
    my ($method, $path) = map { ($_->{methods}[0], place($_->{pattern})) }
        grep { $_->{name} eq $name } Routes::all();
    my @body = $method eq 'POST' ? (body => 'bytes') : ();

    for my $field (sort keys %{$QUERY{$name}}) {
        my ($right, $wrong) = @{$QUERY{$name}{$field}};
        my @odd = map { my ($code, @values) = @$_; map {
            refill($method, $path);
            refusal($field, $_, $code, $method => "$path?$field=$_",
            token($path), @body) } @values } [422, @$wrong], [200, @$right];

        is_deeply(\@odd, [], "$name?$field");
    }

    refill($method, $path);
    is(refusal('', '', 200, $method => "$path?color=red&x[]=1", token($path),
        @body), undef, "$name ignores what it does not know");
}


# the key of what is done once

$t->api(POST => 'chats/1/reopen', json => {});

is_deeply([map { code(ask(POST => '/inbox/api/v1/chats/1/messages',
    token('api'), json => { text => 'x', note => JSON::PP::true },
    headers => { 'Idempotency-Key' => $_ })) } 'k', '~' x 64, 'k' x 65, 'a b',
    "\xd0"], [201, 201, ('422 invalid') x 3], 'a key is 1 to 64 characters');

is(ask(PUT => "/inbox/api/v1/groups/$_", token('api'), json => {})->{status},
    length $_ == 32 ? 200 : 422, 'an id is 1 to 32 characters')
    for 'x' x 32, 'x' x 33;

$t->done();


sub ask {
    my ($method, $path, @rest) = @_;

    $line //= $t->connect();
    my $r = $line->send($method, $path, @rest)->read(15)
        // die "$method $path: no answer\n";

    undef $line if ($r->{headers}{connection} // '') eq 'close';

    return $r;
}


# something that is there, for whatever stands for a word
sub place {
    my ($path) = @_;

    $path =~ s/^(hook)\/@/$1\/bot/;
    $path =~ s/^(widget)\/@/$1\/site/;
    $path =~ s/(agents)\/@/$1\/petro/;
    $path =~ s/(groups)\/@/$1\/spare/;
    $path =~ s/(channels)\/@(?=\/events$)/$1\/bot/;
    $path =~ s/(channels)\/@/$1\/spare/;
    $path =~ s/(canned)\/@/$1\/hi/;
    $path =~ s/(spaces)\/@/$1\/default/;
    $path =~ s/#/1/;
    $path =~ s/\*/none/;

    return "/inbox/$path";
}


sub token {
    my ($path) = @_;

    return (token => $path =~ /widget/ ? $visitor : $t->token);
}


# what is deleted is made again
sub refill {
    my ($method, $path) = @_;

    ask(PUT => $path, token($path), json => $path =~ /channels/
        ? { kind => 'site' } : {}) if $method eq 'DELETE';
}


# as openapi.yaml and the table of routes both may say it
sub starred { return $_[0] =~ s/[@#]|\{\w+\}/*/gr }


# a body with one field in place, or without it
sub with {
    my ($body, $field, $value) = @_;

    my %all = map { $_ => $json->encode($body->{$_}) } keys %$body;

    delete $all{$field};
    $all{$field} = $value if defined $value;

    return '{' . join(',', map { "\"$_\":$all{$_}" } sort keys %all) . '}';
}


sub code {
    my ($r) = @_;

    return $r->{status} < 400 ? $r->{status}
        : "$r->{status} " . ($r->{json}{code} // '-');
}


# what is wrong with the answer, if anything: a refusal names its field
sub refusal {
    my ($field, $what, $expected, @send) = @_;

    my $r = ask(@send);

    return if $expected == 200 && $r->{status} =~ /^20[014]$/;
    return if $expected == 422 && $r->{status} == 422
        && ($r->{json}{code} eq 'text_too_long'
            || $r->{json}{code} eq 'invalid'
            && ($r->{json}{errors}[0]{field} // '') eq $field
            && length $r->{json}{errors}[0]{detail});

    return "$field=$what: $r->{status} " . substr $r->{body}, 0, 200;
}


sub brief {
    my ($value) = @_;

    return substr $json->encode($value), 0, 40;
}
