# Copyright (C) the ngx_inbox authors
#
# Two spaces on one nginx, and everything in them has the same ids.  Whatever is
# asked of one, by anybody and also wrongly, nothing of the other is in the
# answer; what happens in one moves no counter and wakes nobody in the other.

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

my $t = Test::Inbox->new(provision => 0, workers => 2,
    space => '$there', http => 'map $http_x_space $there { default nowhere;'
        . ' ~^(?<it>[a-z]+)$ $it; }')->start();

my @SPACES = qw(apple plum);
my %OTHER = (apple => 'plum', plum => 'apple');
my %in = map { $_ => make($_) } @SPACES;


# every endpoint that shows something, for the owner, an agent and the root
# token of each; the other's name is in no answer

my @shows = grep { $_->{methods}[0] eq 'GET' && $_->{pattern} !~ /spaces|metrics/
    && $_->{who} ne 'INTERNAL' } Routes::all();

for my $space (@SPACES) {
    my (@leaks, $seen);

    for my $route (@shows) {
        for my $who (qw(owner agent root visitor)) {
            my $r = to($space, GET => place($route->{pattern}), $who);

            push @leaks, "$route->{name} to $who: $r->{status}"
                if "$r->{head}$r->{body}" =~ /$OTHER{$space}/i;
            $seen += $r->{body} =~ /$space/i;
        }
    }

    is_deeply(\@leaks, [], "$space shows nothing of $OTHER{$space}");
    cmp_ok($seen, '>', 20, 'but its own');
}


# what opens one opens nothing of the other

for my $space (@SPACES) {
    my $other = $in{$OTHER{$space}};
    my %keys = (owner => $other->{owner}, agent => $other->{agent});

    for my $who (sort keys %keys) {
        is(to($space, GET => 'api/v1/me', undef, token => $keys{$who})
            ->{status}, 401, "the other's $who is nobody in $space");
        is(to($space, POST => 'api/v1/session', undef,
            json => { token => $keys{$who} })->{status}, 401,
            'and cannot sign in');
    }

    is(to($space, GET => 'api/v1/me', undef, headers => {
        Cookie => $other->{$_} })->{status}, 401, "nor does its $_ open")
        for qw(cookie root_cookie);

    is(to($space, GET => 'widget/site/messages', undef,
        token => $other->{visitor})->{status}, 401, 'nor its visitor\'s token');

    my $again = to($space, POST => 'widget/site/session', undef,
        json => { token => $other->{visitor} })->{json};
    isnt($again->{visitor}, $other->{visitor_id}, 'who comes with it is new');
    is($again->{chat}, undef, 'and has no chat');

    is(hook($space, 90, "$OTHER{$space}-secret")->{json}{code},
        'bad_signature', 'nor its hook\'s secret');
    is(to($space, DELETE => "api/v1/agents/owner/tokens/$other->{token_id}",
        'root')->{status}, 404, 'its tokens are not there');
}


# errors carry the chat of their own space

for my $space (@SPACES) {
    my $r = to($space, POST => 'api/v1/chats/1/take', 'owner', json => {});

    is("$r->{status} $r->{json}{code}", '409 chat_taken', 'somebody has it');
    like($r->{body}, qr/$space/i, 'and his name is told');
    unlike($r->{body}, qr/$OTHER{$space}/i, 'who is of this space');
}


# the same key of what is done once, by agents of the same name

my @once = map { to($_, POST => 'api/v1/chats/1/messages', 'agent',
    json => { text => "once in $_" }, headers => { 'Idempotency-Key' => 'k' })
    ->{json} } @SPACES, @SPACES;

is_deeply([map { $_->{text} } @once], [map { "once in $_" } @SPACES, @SPACES],
    'a key is a key of its space');
is_deeply([map { $_->{id} } @once[0, 1]], [map { $_->{id} } @once[2, 3]],
    'and counts there');


# what happens in one is nothing in the other

my %before = map { $_ => picture($_) } @SPACES;
my $revs = $before{plum}{journal}{rev};
my %poll = map { my $c = $t->connect(); $_ => $c->send(GET =>
    "/inbox/$_?since=$revs&wait=50", headers => { 'X-Space' => 'plum' },
    token => $in{plum}{/widget/ ? 'visitor' : 'owner'}) }
    qw(api/v1/journal api/v1/chats/1/messages widget/site/messages);

$t->wait_for(sub { $t->parked() == 3 });

hook('apple', $_, 'apple-secret') for 11 .. 30;
to('apple', POST => 'api/v1/chats/1/messages', 'agent', json => { text => 'x' });
to('apple', POST => 'widget/site/messages', 'visitor', json => { text => 'x' });
to('apple', POST => "api/v1/chats/3/$_", 'owner', json => {}) for qw(take close);
to('apple', POST => 'api/v1/chats/1/typing', 'agent', json => {});
to('apple', POST => 'widget/site/typing', 'visitor', json => {});
to('apple', PUT => 'api/v1/agents/agent', 'root', json => { name => 'Apple 2' });
to('apple', PUT => 'api/v1/groups/group', 'root', json => { name => 'Apple' });
to('apple', DELETE => 'api/v1/agents/spare', 'root');

is(picture('apple')->{journal}{counts}{unassigned}, 21, 'one is busy');
is_deeply(picture('plum'), $before{plum}, 'the other is as it was');
is($t->parked(), 3, 'and nobody there was woken');

hook('plum', 40, 'plum-secret');

my $r = $poll{'api/v1/journal'}->read(5);
is_deeply([map { $_->{last_message}{text} } @{$r->{json}{chats}}],
    ['plum 40'], 'until something happens there');
is($t->parked(), 2, 'to whom it concerns');
to('plum', POST => 'api/v1/chats/1/messages', 'agent',
    json => { text => 'plum again' });
is($poll{'api/v1/chats/1/messages'}->read(5)->{json}{messages}[0]{text},
    'plum again', 'the transcript');
to('plum', POST => "api/v1/chats/2/$_", 'owner', json => { text => 'plum!' })
    for qw(take messages);
is($poll{'widget/site/messages'}->read(5)->{json}{messages}[0]{text}, 'plum!',
    'and the visitor');


# settings that are remembered by a worker, and rights

to('plum', PUT => 'api/v1/channels/bot', 'root', json => { kind => 'telegram',
    title => 'Plum 2', credentials => { secret => 'changed' } });
is(hook('plum', 41, 'changed')->{status}, 200, 'a secret is changed');
is(hook('apple', 41, 'apple-secret')->{status}, 200, 'in one alone');
is(hook('apple', 42, 'changed')->{status}, 401, 'for both workers');

to('plum', PUT => 'api/v1/agents/agent', 'root', json => { name => 'P',
    enabled => JSON::PP::false });
is(to($_->[0], GET => 'api/v1/me', 'agent')->{status}, $_->[1],
    "the agent of $_->[0]") for ['plum', 401], ['apple', 200];

to('apple', PUT => 'api/v1/spaces/plum', 'root', json => { name => 'Plum',
    plan => 'free' });
is(to($_->[0], GET => 'api/v1/journal', 'owner')->{status}, $_->[1],
    "the journal of $_->[0]") for ['plum', 403], ['apple', 200];


# and there is no third

for my $path (qw(api/v1/me api/v1/journal api/v1/space widget/site hook/bot)) {
    is(to('nowhere', GET => $path, 'root')->{status}, 404,
        "$path of a space that is not");
}

is_deeply([grep { /nowhere/ } @{$t->redis->call(KEYS => '*')}], [],
    'which is not made by being asked for');

$t->done();


sub make {
    my ($space) = @_;

    my $name = ucfirst $space;
    my %o;

    to($space, @$_[0, 1], 'root', json => $_->[2]) for
        [PUT => "api/v1/spaces/$space", { name => $name, locale => 'en',
            plan => 'commercial', plans_url => "http://$space.example/" }],
        [PUT => 'api/v1/agents/owner', { name => "$name owner",
            role => 'owner' }],
        [PUT => 'api/v1/agents/agent', { name => "$name agent" }],
        [PUT => 'api/v1/agents/spare', { name => "$name spare" }],
        [PUT => 'api/v1/groups/group', { name => $name,
            agents => [qw(owner agent)] }],
        [PUT => 'api/v1/canned/hi', { shortcut => 'hi', text => $name }],
        [PUT => 'api/v1/channels/site', { kind => 'site', title => $name,
            group => 'group', settings => { greeting => $name,
            origins => ["https://$space.example"] } }],
        [PUT => 'api/v1/channels/bot', { kind => 'telegram', title => $name,
            group => 'group', credentials => { token => "1:$space",
            secret => "$space-secret" } }];

    for my $who (qw(owner agent)) {
        my $token = to($space, POST => "api/v1/agents/$who/tokens", 'root',
            json => { name => $name })->{json};

        @o{$who, 'token_id'} = @$token{qw(token id)};
    }

    my $v = to($space, POST => 'widget/site/session', undef,
        json => { name => "$name visitor" })->{json};

    @o{qw(visitor visitor_id)} = @$v{qw(token visitor)};
    $in{$space} = \%o;

    hook($space, 1, "$space-secret");
    to($space, POST => 'widget/site/messages', 'visitor',
        json => { text => "$name hello" });
    hook($space, 2, "$space-secret");
    to($space, POST => 'api/v1/chats/1/take', 'agent', json => {});

    @o{qw(cookie root_cookie)} = map { to($space, POST => 'api/v1/session',
        undef, json => { token => $_ })->{headers}{'set-cookie'}
        =~ /^([^;]+)/ } $o{owner}, $t->token;

    return \%o;
}


# a request to one of the spaces, by somebody there
sub to {
    my ($space, $method, $path, $who, %o) = @_;

    my $headers = delete $o{headers} // {};
    my $token = !$who ? undef : $who eq 'root' ? $t->token : $in{$space}{$who};

    return $t->request($method, "/inbox/$path", token => $token, %o,
        headers => { 'X-Space' => $space, %$headers });
}


sub hook {
    my ($space, $n, $secret) = @_;

    return to($space, POST => 'hook/bot', undef, json => FakeTelegram::update(
        $n, "$space $n", id => $n, first_name => ucfirst $space,
        username => "${space}_$n"), headers => {
        'X-Telegram-Bot-Api-Secret-Token' => $secret });
}


sub place {
    my ($path) = @_;

    $path =~ s/^(hook)\/@/$1\/bot/;
    $path =~ s/^(widget)\/@/$1\/site/;
    $path =~ s/(agents)\/@/$1\/owner/;
    $path =~ s/(groups)\/@/$1\/group/;
    $path =~ s/(channels)\/@/$1\/bot/;
    $path =~ s/(canned)\/@/$1\/hi/;
    $path =~ s/#/1/;

    return $path =~ s/\*/none/r;
}


# all that an owner sees, less who is online
sub picture {
    my ($space) = @_;

    my %all = map { $_ => to($space, GET => "api/v1/$_", 'owner')->{json} }
        qw(journal inbox agents groups channels canned space me audit
           chats/1/messages chats/2 contacts/1);

    delete $_->{online} for @{$all{agents}{agents}}, $all{me}{agent};

    return \%all;
}
