# Copyright (C) the ngx_inbox authors
#
# Who may do what: every endpoint of the table in the source, asked by everybody
# there is, about what is his and what is not.  The rules below are those of
# docs/api.md; an endpoint without a rule fails the test.
#
# A rule gives what must come of one cell of the matrix, `200`, or a status and
# the code of the problem, from who calls and what he calls for.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use JSON::PP;
use POSIX qw(strftime);
use Test::More;
use Time::HiRes qw(time);

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Routes;
use Test::Inbox;

my $t = Test::Inbox->new(space => '$there',
    http => 'map $http_x_space $there { default $http_x_space; "" default; }'
)->start();

my ($line, %chat, $user);
my %AT = (beta => { 'X-Space' => 'beta' });

my %agent = make_people();
make_places();

# name => what he sends with each request
my %CALLER = (
    nobody => {}, garbage => { token => 'x' x 43 },
    visitor => { token => visitor('Ann') }, stranger => { token => visitor() },
    (map { $_ => { token => $agent{$_} } } keys %agent),
    root => { token => $t->token }, page => cookie('inside', 'X-Inbox' => 1),
    cookie => cookie('inside')
);

my %MANAGES = map { $_ => 1 } qw(admin owner root);
my %OWNS = map { $_ => 1 } qw(owner root);
my %UNKNOWN = map { $_ => 1 } qw(nobody garbage visitor stranger foreign
    disabled expired);
my %HAS_INBOX = map { $_ => 1 } qw(inside outside page cookie root);


# chats: the kinds there are, and what a caller is to one of them

my @CHATS = qw(waiting taken closed far_waiting far_taken open theirs unknown);
my %STATE = (waiting => 'unassigned', taken => 'active', closed => 'inactive',
    far_waiting => 'unassigned', far_taken => 'active', open => 'unassigned');
my %IN_SALES = map { $_ => 1 } qw(inside page cookie);

sub relation {
    my ($who, $kind) = @_;

    return 'manager' if $MANAGES{$who};
    return 'group' if $kind eq 'open';
    return 'none' if $kind =~ /^far/;
    return 'group' if $IN_SALES{$who};
    return 'former' if $who eq 'former';
    return 'none' if $who ne 'participant' || $kind eq 'waiting';
    return $kind eq 'taken' ? 'participant' : 'former';
}

sub sees {
    my ($is, $state) = @_;

    return $is =~ /manager|participant|former/
        || $is eq 'group' && $state ne 'inactive';
}

sub serves { return $_[0] =~ /manager|group/ }

my $NO = '403 forbidden';
my $CLOSED = '409 chat_closed';

# a rule of chats: what a caller is to it, and its state
my %TURN = (
    take => sub { my ($is, $state) = @_;
        return '200' if $is eq 'participant';
        return !serves($is) ? $NO : $state eq 'inactive' ? $CLOSED
            : $state eq 'active' ? '409 chat_taken' : '200' },
    join => sub { my ($is, $state) = @_;
        return '200' if $is eq 'participant';
        return !serves($is) ? $NO : $state eq 'inactive' ? $CLOSED
            : $state eq 'active' ? '200' : '409 not_taken' },
    write => sub { my ($is, $state) = @_;
        return !sees(@_) && !serves($is) ? $NO
            : $state eq 'unassigned' ? '409 not_taken'
            : $state eq 'inactive' ? $CLOSED
            : $is eq 'participant' ? 'ok' : '409 not_participant' },
    transfer => sub { my ($is, $state) = @_;
        return !sees(@_) && !serves($is) ? $NO
            : $state eq 'inactive' ? $CLOSED : holds(@_) },
    close => sub { my ($is, $state) = @_;
        return $state ne 'inactive' ? holds(@_) : sees(@_) ? '200' : $NO },
    reopen => sub { my ($is, $state) = @_;
        return !sees(@_) ? $NO : $state eq 'unassigned' ? '409 not_taken'
            : '200' },
    see => sub { return sees(@_) ? 'ok' : $NO },
);

sub holds {
    my ($is, $state) = @_;

    return serves($is) ? '200' : $NO if $state eq 'unassigned';
    return $is =~ /manager|participant/ ? '200'
        : sees(@_) ? '409 not_participant' : $NO;
}


# the matrix

# any agent; owner and admin; owner; root: of things that are there, or not
my $AGENT = sub { $_[1] =~ /unknown|theirs/ ? '404 not_found' : 'ok' };
my $MANAGER = sub { $MANAGES{$_[0]} ? $AGENT->(@_) : $NO };
my $OWNER = sub { $OWNS{$_[0]} ? $AGENT->(@_) : $NO };
my $ROOT = sub { $_[0] eq 'root' ? $AGENT->(@_) : $NO };
my $SITE = sub { $_[1] eq 'site' ? 'ok' : '404 not_found' };
my $VISITOR = sub { $_[0] =~ /visitor|stranger/ && $_[1] eq 'site' ? 'ok'
    : '401 unauthorized' };
my @THINGS = qw(spare theirs unknown);
my @LINES = qw(site other bot theirs unknown);

my %MATRIX = (
    'GET health' => [sub { 'ok' }], 'GET metrics' => [sub { 'ok' }],
    'GET problem' => [sub { '404 not_found' }],

    'GET hook/@' => [sub { $_[1] eq 'bot' ? '405 method_not_allowed'
        : '404 not_found' }, on => \@LINES],
    'POST hook/@' => [sub { $_[1] eq 'bot' ? '401 bad_signature'
        : '404 not_found' }, on => \@LINES, body => { update_id => 1 }],

    'GET widget/@' => [$SITE, on => [qw(site bot theirs unknown)]],
    'GET widget/@/frame' => [$SITE, on => [qw(site bot theirs unknown)]],
    'POST widget/@/session' => [$SITE, on => [qw(site bot theirs unknown)]],
    'GET widget/@/messages' => [$VISITOR, on => \@LINES],
    'POST widget/@/messages' => [$VISITOR, on => \@LINES,
        body => { text => 'Hi' }],
    'POST widget/@/typing' => [$VISITOR, on => \@LINES],
    'POST widget/@/read' => [sub { $_[0] eq 'stranger' && $_[1] eq 'site'
        ? '422 invalid' : $VISITOR->(@_) }, on => \@LINES,
        body => sub { { up_to => first_message() } }],

    # who signs in says so in the body; who signs out is not asked who he is
    'POST api/v1/session' => [sub { $UNKNOWN{$_[0]} || $_[0] =~ /page|cookie/
        ? '401 unauthorized' : '204' },
        body => sub { { token => $CALLER{$_[0]}{token} // 'nonsense' } }],
    'DELETE api/v1/session' => [sub { $_[0] eq 'nobody' ? '401 unauthorized'
        : $_[0] eq 'cookie' ? '403 csrf' : '204' }, all => 1],

    'GET api/v1/me' => [$AGENT],
    'PUT api/v1/me/presence' => [$AGENT, body => { away => JSON::PP::false }],
    'GET api/v1/inbox' => [sub { $HAS_INBOX{$_[0]} ? 'ok' : $NO }],
    'GET api/v1/journal' => [$MANAGER],

    (map { my ($name, $rule, @more) = @$_; $name => [sub {
            my ($who, $kind) = @_;
            return '404 not_found' if !$STATE{$kind};
            return $TURN{$rule}->(relation($who, $kind), $STATE{$kind});
        }, on => \@CHATS, @more] }
        ['GET api/v1/chats/#', 'see'], ['GET api/v1/chats/#/messages', 'see'],
        ['PATCH api/v1/chats/#', 'see', body => { tags => ['new'] }],
        ['POST api/v1/chats/#/messages', 'write', body => { text => 'Hi' },
            spoils => 1],
        ['POST api/v1/chats/#/read', 'see', body => sub {
            { up_to => first_message($_[1]) } }],
        ['POST api/v1/chats/#/typing', 'see'],
        ['POST api/v1/chats/#/transfer', 'transfer', spoils => 1,
            body => { agent => 'admin' }],
        (map { ["POST api/v1/chats/#/$_", $_, spoils => 1] }
            qw(take join close reopen)),
        ['POST api/v1/chats/#/leave', 'write', spoils => 1],
        ['GET api/v1/contacts/#', 'see'],
        ['POST api/v1/contacts/#/block', 'see', spoils => 1],
        ['POST api/v1/contacts/#/unblock', 'see']),

    'POST api/v1/files' => [$AGENT, body => { some => 'text' }],
    # by now each of them has written
    'POST widget/@/files' => [$VISITOR, on => \@LINES,
        body => { some => 'text' }],
    'GET file/*/*/*' => [sub { $NO }, path => sub { '../../file/abc/1/abc' }],
    'GET api/v1/chats/#/files/*' => [sub { my ($who, $kind) = @_;
        return $STATE{$kind} && !sees(relation($who, $kind), $STATE{$kind})
            ? $NO : '404 not_found' }, on => \@CHATS,
        path => sub { "chats/$_[0]/files/abc" }],

    # that there is no such chat is nobody's business but the owner's
    'DELETE api/v1/chats/#' => [$OWNER, on => \@CHATS, spoils => 1],
    'DELETE api/v1/contacts/#' => [$OWNER, on => \@CHATS, spoils => 1],

    (map { ("GET api/v1/$_" => [$AGENT]) } qw(agents groups channels canned)),
    (map { my $body = $_->[1]; (
        "GET api/v1/$_->[0]/@" => [$MANAGER, on => \@THINGS],
        "PUT api/v1/$_->[0]/@" => [sub { $MANAGER->($_[0], 'spare') },
            on => ['spare', 'fresh'], body => $body],
        "DELETE api/v1/$_->[0]/@" => [$MANAGER, on => \@THINGS,
            after => sub { $t->create(@$_) for things() }]) }
        [groups => { name => 'G' }], [canned => { shortcut => 's',
            text => 'T' }], [channels => { kind => 'site' }]),

    'POST api/v1/channels/@/connect' => [$MANAGER, on => \@THINGS],
    (map { ("$_" => [$MANAGER, on => \@THINGS]) }
        map { "GET api/v1/channels/@/$_" } qw(health events)),
    'POST api/v1/channels/@/events/*/replay' => [sub { $MANAGER->(@_) eq 'ok'
        ? '404 not_found' : $MANAGER->(@_) }, on => \@THINGS,
        path => sub { "channels/$_[0]/events/1/replay" }],

    'GET api/v1/agents/@' => [$MANAGER, on => \@THINGS],
    # only an owner makes, changes or removes owners
    'PUT api/v1/agents/@' => [sub { $_[1] eq 'boss' ? $OWNER->(@_)
        : $MANAGER->($_[0], 'spare') }, on => [qw(spare fresh boss)],
        body => sub { { name => 'A', role => $_[1] eq 'boss' ? 'owner'
            : 'agent' } }],
    'DELETE api/v1/agents/@' => [sub { $_[1] eq 'boss' ? $OWNER->(@_)
        : $MANAGER->(@_) }, on => [@THINGS, 'boss'],
        after => sub { $t->create(@$_) for things() }],
    'GET api/v1/agents/@/tokens' => [$OWNER, on => \@THINGS],
    'POST api/v1/agents/@/tokens' => [$OWNER, on => \@THINGS,
        body => { name => 'n' }],
    'DELETE api/v1/agents/@/tokens/*' => [$OWNER, on => \@THINGS,
        path => sub { "agents/$_[0]/tokens/" . spare_token() }],

    'GET api/v1/stats' => [$MANAGER], 'GET api/v1/export' => [$OWNER],
    'GET api/v1/audit' => [$OWNER],
    'GET api/v1/space' => [$OWNER],
    'PUT api/v1/space' => [$OWNER, body => { name => 'A', locale => 'en' }],
    'GET api/v1/spaces' => [$ROOT],
    'DELETE api/v1/spaces/@' => [$ROOT, on => ['doomed', 'unknown'],
        after => sub { $t->create('spaces/doomed', {}) }],
    'GET api/v1/spaces/@' => [$ROOT, on => [qw(default beta unknown)]],
    'PUT api/v1/spaces/@' => [$ROOT, on => [qw(default beta)],
        body => { name => 'A', locale => 'en' }],
);


# every cell

for my $route (Routes::all()) {
    my $row = $MATRIX{$route->{name}};

    ok($row, "$route->{name} has its rule") or next;

    my ($rule, %o) = @$row;
    my ($cells, @wrong) = (0);

    for my $target (@{$o{on} // ['']}) {
        for my $who (sort keys %CALLER) {
            my $expected = expected($route, $rule, $who, $target, $o{all});
            my $r = ask($route, $who, $target, %o);
            my $got = $r->{status} >= 400
                ? "$r->{status} " . ($r->{json}{code} // '-') : $r->{status};

            $cells++;
            push @wrong, "$who on '$target': $got, not $expected"
                if $got !~ /^$expected$/ || !is_good($r);
            settle($target, $got, %o);
        }
    }

    is_deeply(\@wrong, [], "$route->{name}: $cells cells");
}

my %there = map { $_->{name} => 1 } Routes::all();

is(join(', ', grep { !$there{$_} } sort keys %MATRIX), '',
    'every rule has its endpoint');


# who is not in the space at all: not even what the answer could be

is($t->api(GET => 'me', headers => { 'X-Space' => 'gamma' })->{status}, 404,
    'there is no such space');
is($t->api(GET => 'me', headers => { 'X-Space' => '../x' })->{status}, 404,
    'nor such a one');
is($t->api(PUT => 'space', token => $agent{owner}, json => {
    locale => 'en', plan => 'free' })->{json}{code}, 'forbidden',
    'the plan is the root token\'s');

$t->create('spaces/default', { plan => 'free', locale => 'en' });
is($t->api(GET => 'journal', token => $agent{owner})->{json}{code},
    'plan_required', 'the journal belongs to a commercial plan');
is($t->api(GET => 'journal', token => $agent{inside})->{json}{code},
    'forbidden', 'and to owner and admin');
$t->create('spaces/default', { plan => 'commercial', locale => 'en' });


# one token of an agent dies, the other lives: so do their polls

my %second = %{$t->api(POST => 'agents/inside/tokens',
    json => { name => 'second' })->{json}};
my %dies = (bearer => { token => $second{token} },
    cookie => login($second{token}));
my $rev = $t->api(GET => 'journal')->{json}{rev};
my ($bearer, $cookie, $lives) = map { my $c = $t->connect();
    $c->send(GET => "/inbox/api/v1/inbox?since=$rev&wait=50", %$_) }
    @dies{qw(bearer cookie)}, $CALLER{inside};

$t->wait_for(sub { $t->parked() == 3 });

my $start = time();
$t->api(DELETE => "agents/inside/tokens/$second{id}");

is($bearer->read(5)->{json}{code}, 'unauthorized', 'the poll of the token');
is($cookie->read(5)->{json}{code}, 'unauthorized', 'and of its cookie');
cmp_ok(time() - $start, '<', 1, 'end within a second');
is($t->parked(), 1, 'that of the other token waits on');
is($t->api(GET => 'me', %{$dies{$_}}, token => $dies{$_}{token})->{status},
    401, "the $_ is dead") for qw(bearer cookie);
$lives->close();

$t->done();


# who and where

sub make_people {
    my %is = (inside => 'agent', outside => 'agent', participant => 'agent',
        former => 'agent', lone => 'agent', disabled => 'agent',
        expired => 'agent', admin => 'admin', owner => 'owner');
    my %token = map { $_ => $t->agent($_, role => $is{$_}) } sort keys %is;

    delete $token{lone};
    $t->create('agents/disabled', { name => 'D', enabled => JSON::PP::false });

    $t->create('spaces/beta', { plan => 'commercial', locale => 'en' });
    $t->create('spaces/doomed', {});
    beta(PUT => 'agents/owner', { name => 'Foreign', role => 'owner' });
    $token{foreign} = beta(POST => 'agents/owner/tokens', {})->{token};

    # it lives for a moment
    my $end = time() + 1;
    $token{expired} = $t->api(POST => 'agents/expired/tokens', json => {
        expires_at => strftime('%Y-%m-%dT%H:%M:%S', gmtime $end)
            . sprintf('.%03dZ', 1000 * ($end - int $end)) })->{json}{token};
    $t->wait_for(sub { $t->api(GET => 'me', token => $token{expired})
        ->{status} == 401 });

    return %token;
}


sub make_places {
    $t->create('groups/sales', { agents => [qw(inside disabled expired)] });
    $t->create('groups/far', { agents => ['lone'] });
    $t->create('groups/elsewhere', { agents => ['outside'] });
    $t->create('channels/site', { kind => 'site', group => 'elsewhere' });
    $t->create('channels/other', { kind => 'site', group => 'elsewhere' });
    $t->telegram(group => 'sales');
    $t->create('channels/far', { %{bot()}, group => 'far' });
    $t->create('channels/open', { %{bot()}, enabled => JSON::PP::false });
    $t->create('groups/support', { agents => ['root'] });
    $t->create('channels/support', { kind => 'site', group => 'support' });
    $t->create(@$_) for things();

    # what beta has, and how many chats
    beta(PUT => "$_->[0]/theirs", $_->[1]) for [agents => {}], [groups => {}],
        [channels => { kind => 'site' }], [canned => { shortcut => 's',
        text => 't' }];
    beta(PUT => 'channels/bot', bot());
    $t->hook(FakeTelegram::update($_, 'beta', id => $_), headers => {
        'X-Space' => 'beta', 'X-Telegram-Bot-Api-Secret-Token' =>
        'hook-secret' }) for 1 .. 3;
    $chat{theirs} = 100_000;
    $t->redis->call('HSET', 'inbox:{beta}:space', 'seq', $chat{theirs} - 1);
    $t->hook(FakeTelegram::update(9, 'beta', id => 9), headers => {
        'X-Space' => 'beta', 'X-Telegram-Bot-Api-Secret-Token' =>
        'hook-secret' });
    $chat{unknown} = 999_999;
}


sub things {
    return (['agents/spare', { name => 'Spare' }], ['groups/spare', {}],
        ['agents/boss', { role => 'owner' }], ['canned/spare',
        { shortcut => 's', text => 'T' }], ['channels/spare',
        { kind => 'site', group => 'elsewhere' }]);
}


sub bot {
    return { kind => 'telegram', group => undef,
        credentials => { token => '123:bot', secret => 'hook-secret' } };
}


sub beta {
    my ($method, $path, $data) = @_;

    return $t->api($method, $path, json => $data, headers => $AT{beta})->{json};
}


sub visitor {
    my ($name) = @_;

    my $token = $t->post('/inbox/widget/site/session',
        json => { name => $name })->{json}{token};

    $t->post('/inbox/widget/site/messages', token => $token,
        json => { text => 'Hello' });

    return $token;
}


sub cookie {
    my ($who, %headers) = @_;

    return login($agent{$who}, %headers);
}


sub login {
    my ($token, %headers) = @_;

    my ($cookie) = $t->post('/inbox/api/v1/session',
        json => { token => $token })->{headers}{'set-cookie'} =~ /^([^;]+)/;

    return { headers => { Cookie => $cookie, %headers } };
}


# a cell

sub expected {
    my ($route, $rule, $who, $target, $all) = @_;

    if ($route->{who} =~ /AGENT|ROOT/ && !$all) {
        return '401 unauthorized' if $UNKNOWN{$who};
        return '403 csrf' if $who eq 'cookie' && $route->{methods}[0] ne 'GET';
    }

    return $rule->($who, $target) =~ s/^ok$/20[014]/r;
}


sub ask {
    my ($route, $who, $target, %o) = @_;

    my ($method, $path) = ($route->{methods}[0], $route->{pattern});
    my $id = grep({ $_ eq $target } @CHATS) ? number($target) : $target;

    $path = $o{path} ? 'api/v1/' . $o{path}->($id) : $path =~ s/[@#]/$id/r;

    my $body = ref $o{body} eq 'CODE' ? $o{body}->($who, $target) : $o{body};
    my @json = $method =~ /^P/ ? (json => $body // {}) : ();

    $line //= $t->connect();
    my $r = $line->send($method, "/inbox/$path", %{$CALLER{$who}}, @json)
        ->read(15) // die "$method $path: no answer\n";

    undef $line if ($r->{headers}{connection} // '') eq 'close';

    return $r;
}


# every answer says how it is to be taken; every refusal has one form
sub is_good {
    my ($r) = @_;

    return 0 if ($r->{headers}{'x-content-type-options'} // '') ne 'nosniff'
        || ($r->{headers}{'cache-control'} // '') !~ /no-store|no-cache/;
    return 1 if $r->{status} < 400;

    return $r->{json} && $r->{json}{status} == $r->{status}
        && $r->{json}{title} && $r->{json}{detail}
        && $r->{headers}{'content-type'} =~ m{^application/problem\+json};
}


# what has been changed is made anew when it is next asked for
sub settle {
    my ($target, $got, %o) = @_;

    return if $got !~ /^2/;

    delete $chat{$target} if $o{spoils} && $STATE{$target};
    $o{after}->() if $o{after};
}


# the number of a chat of that kind
sub number {
    my ($kind) = @_;

    return $chat{$kind} //= write_to($kind);
}


sub write_to {
    my ($kind) = @_;

    my $hook = $kind eq 'open' ? 'open' : $kind =~ /^far/ ? 'far' : 'bot';
    my $id = ++$user;

    $t->create('channels/open', bot()) if $kind eq 'open';
    $t->post("/inbox/hook/$hook", headers => {
        'X-Telegram-Bot-Api-Secret-Token' => 'hook-secret' },
        json => FakeTelegram::update($id, 'Hi', id => $id));
    $t->create('channels/open', { %{bot()}, enabled => JSON::PP::false })
        if $kind eq 'open';

    my $n = $t->api(GET => 'journal?limit=1')->{json}{chats}[0]{id};

    hand($n, 'lone') if $kind eq 'far_taken';
    return $n if $kind =~ /^far|open/;

    hand($n, 'former');

    if ($kind eq 'waiting') {
        $t->api(POST => "chats/$n/leave", json => {},
            token => $agent{former});
        return $n;
    }

    hand($n, 'participant');
    $t->api(POST => "chats/$n/close", json => {}) if $kind eq 'closed';

    return $n;
}


sub hand {
    my ($n, $who) = @_;

    $t->api(POST => "chats/$n/transfer", json => { agent => $who });
}


# of a chat of that kind; of the visitor's
sub first_message {
    my ($kind) = @_;

    my $r = $kind && $STATE{$kind}
        ? $t->api(GET => "chats/$chat{$kind}/messages")
        : $t->get('/inbox/widget/site/messages', %{$CALLER{visitor}});

    return $r->{json}{messages}[0]{id};
}


sub spare_token {
    return $t->api(POST => 'agents/spare/tokens', json => {})->{json}{id};
}
