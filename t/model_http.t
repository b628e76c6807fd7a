# Copyright (C) the ngx_inbox authors
#
# Agents and clients do thousands of things at random, one after another and
# many at once, over HTTP and on two workers.  After each, a plain model says
# what everybody must see: journal, counts, inboxes, badges, unread, who waits;
# and what everybody was answered: of those who raced, exactly one has won.
#
# All the while each agent follows his lists by polls that are parked and go on
# from their last `since`: what he has then is what he would read anew, to the
# byte; nobody is woken for nothing, and nobody is forgotten.
#
# SEED=… repeats a run, STEPS=… makes it longer.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakeTelegram;
use Follower;
use InboxModel;
use ModelLine;
use ModelWords;
use Test::Inbox;

my $STEPS = $ENV{STEPS} || 1200;
my $SEED = $ENV{SEED} || 20261121;
# a burst after so many steps, and how many do something in it
my $EACH = 15;
my @MANY = (20, 50);
# numbers of clients' messages, above those that the fake gives to ours
my $OURS = 1_000_000;

srand $SEED;
note("SEED=$SEED STEPS=$STEPS");

my %ROLE = (petro => 'agent', olga => 'agent', igor => 'agent',
    nina => 'agent', ada => 'admin', otto => 'owner', root => 'owner');
my @AGENTS = sort keys %ROLE;
my %MEMBERS = (sales => [qw(petro olga)], support => [qw(igor)]);
my %FEEDS = (bot => 'sales', open => '', site => 'support', page => '');
# these go from one role to another
my @FICKLE = qw(igor nina);

my $json = JSON::PP->new->utf8->canonical;
my $fake = FakeTelegram->new();
my $t = Test::Inbox->new(workers => 2,
    apis => { map { $_ => $fake->origin } qw(telegram facebook) },
    http => 'keepalive_requests 1000000; keepalive_timeout 600;')->start();
my $talk = Follower::Talk->new($t);
my $m = InboxModel->new(agents => \%ROLE, groups => \%MEMBERS,
    channels => { bot => 'Bot', open => 'open', site => 'Site',
    page => 'page' });

my %token = make_space();
my @visitors = map { $t->post('/inbox/widget/site/session', json => {})
    ->{json} } 1 .. 5;
my ($clock, $wrong, $done) = (0, 0, 0);
my @sent;

wrong_unless('the first', perform(map { client('bot') } 1, 2));

my @followers = map { Follower->new($talk, $_->[0], $token{$_->[0]}, $_->[1])
    } (map { [$_, 'inbox?'] } @AGENTS),
    ['ada', 'journal?'], ['root', 'journal?'], ['ada', 'journal?status=active'],
    ['petro', 'inbox?list=closed'], ['otto', 'journal?group=sales'],
    ['root', 'chats/1/messages?'];

my %DOES = (client => sub { client(pick(keys %FEEDS)) }, again => \&again,
    edit => \&edit, label => \&label, block => \&block, erase => \&erase,
    member => \&member, rename => \&rename, role => \&role,
    echo => \&echo, transfer => \&transfer, write => \&text,
    note => \&text, read => \&reading,
    map { my $verb = $_; $verb => sub { turn($verb) } }
        qw(take join leave close reopen));
my @TOGETHER = ((qw(client)) x 8, qw(take take take join join leave close
    reopen write write note read read read transfer again echo));
my @ALONE = (@TOGETHER, qw(edit edit label block erase member rename role));

for my $step (1 .. $STEPS) {
    my @ops = $step % $EACH ? one(pick(@ALONE)) : burst();
    my $what = "step $step: " . join ', ', map { named($_) } @ops > 3
        ? ($ops[0], $ops[-1]) : @ops;

    wrong_unless($what, perform(@ops)) if @ops;
    wrong_unless($what, check(pick(@AGENTS)));

    if ($step % $EACH == 0 || rand() < 0.1) {
        wrong_unless("$what, followed", map { $_->follow() } @followers);
    }

    last if $wrong > 5;
}

ok(!$wrong, "$STEPS steps, $done operations agree with the model")
    or diag("SEED=$SEED");
cmp_ok($m->chats(), '>', 10, 'there were chats');
is_deeply([map { check($_) } @AGENTS], [], 'everybody sees what he should');
is_deeply([map { $_->follow() } @followers], [],
    'who follows has what he would read anew');


# a token is taken away while everybody writes

my @his = grep { $_->{who} eq 'petro' } @followers;
my $id = $t->api(GET => 'agents/petro/tokens')->{json}{tokens}[0]{id};
my @busy = map { $talk->connection()->send(@{request(client('bot'))}) } 1 .. 30;

$_->follow() for @his;

my $start = time();
is($t->api(DELETE => "agents/petro/tokens/$id")->{status}, 204, 'revoked');

for my $f (@his) {
    my $r = $f->{c}->read(5);

    # it may have been answered a moment before: then the next one is refused
    if ($r && $r->{status} == 200) {
        $f->park();
        $r = $f->{c}->read(5);
    }

    is($r && $r->{status}, 401, "a poll of $f->{path} has ended");
}

cmp_ok(time() - $start, '<', 1, 'within a second');
$_->read(10) for @busy;
$_->{c}->close() for @followers;

$t->done();


# who and where; root is called Root, and each by his id
sub make_space {
    $t->create('spaces/default', { name => 'Root', locale => 'en',
        plan => 'commercial' });

    my %token = map { $_ => $_ eq 'root' ? $t->token
        : $t->agent($_, role => $ROLE{$_}) } @AGENTS;

    group($_) for keys %MEMBERS;
    $t->telegram(group => 'sales');
    $t->create('channels/open', { kind => 'telegram', credentials =>
        { token => '1:open', secret => 'hook-secret' } });
    $t->create('channels/page', messenger());

    return %token;
}


sub group {
    my ($id) = @_;

    $t->create("groups/$id", { name => "Group $id", agents => $MEMBERS{$id} });
}


# what people do: an operation is who, verb, chat and what the verb needs

sub one {
    my ($verb) = @_;

    return grep { $_ } $DOES{$verb}->($verb);
}


# many at once, with one chat or two; or all want the same
sub burst {
    my @chats = (pick($m->chats()), pick($m->chats()));
    my @verbs = rand() < 0.4 ? pick(qw(take take take join close reopen leave))
        : @TOGETHER;

    return map {
        my ($op) = one(pick(@verbs));
        my $c = pick(@chats);

        if ($op && $op->{who} && rand() < 0.8) {
            $op->{n} = $c->{n};
            $op->{up_to} &&= pick(keys %{$c->{text}});
        }

        !$op ? () : $op->{verb} eq 'write' && rand() < 0.3
            ? (map { { %$op, key => $op->{text} } } 1, 2) : $op
    } 1 .. $MANY[0] + rand($MANY[1] - $MANY[0]);
}


sub client {
    my ($channel) = @_;

    my $text = 'm' . ++$clock;

    if ($channel eq 'site') {
        my $v = pick(@visitors);

        return { verb => 'client', widget => $v->{token}, text => $text,
            channel => $channel, user => $v->{visitor} };
    }

    my $user = 100 + int rand 5;

    return meta("u$user", 'client', $text) if $channel eq 'page';

    my $op = { verb => 'client', channel => $channel, user => $user,
        text => $text, number => $OURS + $clock,
        json => FakeTelegram::update($OURS + $clock, $text, id => $user) };

    push @sent, $op;

    return $op;
}


# somebody has answered in the platform's own app
sub echo {
    my $c = pick(grep { $_->{channel} eq 'page' } $m->chats()) // return;
    return meta($c->{user}, 'echo', 'e' . ++$clock);
}


# a webhook that came already
sub again { return @sent ? { %{pick(@sent)}, again => 1 } : () }


sub edit {
    my $op = pick(@sent) // return;
    my $c = chat_of($op) // return;
    my $text = $op->{edited} // $op->{text};
    my ($id) = grep { $c->{text}{$_} eq $text } keys %{$c->{text}};

    return if !$id || $c->{blocked};

    my $update = FakeTelegram::update($op->{number}, 'e' . ++$clock,
        id => $op->{user});
    my $message = delete $update->{message};

    $op->{edited} = $message->{text};
    $update->{edited_message} = { %$message, edit_date => 1800000000 + $clock };

    return { %$op, json => $update, edits => $id, n => $c->{n} };
}


sub turn    { return { who => pick(@AGENTS), verb => $_[0],
    n => pick($m->chats())->{n} } }
sub text    { return { %{turn(@_)}, text => 'a' . ++$clock } }
sub label   { return { %{turn('label')}, tags => [map { "t$_" }
    grep { rand() < 0.4 } 1 .. 4] } }
sub block   { return { %{turn('block')}, bars => rand() < 0.4 ? 1 : 0 } }
sub role    { return { verb => 'role', id => pick(@FICKLE),
    to => pick(qw(agent admin)) } }
sub member  { return { verb => 'member', group => pick(keys %MEMBERS),
    agents => [grep { rand() < 0.4 } @AGENTS] } }

# what the first word says stays: by it the model knows who it is
sub rename {
    return if rand() < 0.6;

    my ($of, $id) = @{pick((map { [agent => $_] } @AGENTS),
        (map { [group => $_] } keys %MEMBERS),
        map { [channel => $_] } qw(bot site page))};
    my ($words) = $m->{name}{"$of $id"} =~ /^(\D+)/;

    return { verb => 'rename', of => $of, id => $id,
        to => ($words =~ s/ +$//r) . ' ' . ++$clock };
}

sub transfer {
    return { %{turn('transfer')}, rand() < 0.5 ? (agent => pick(@AGENTS))
        : (group => pick(keys %MEMBERS)) };
}

sub reading {
    my $op = turn('read');

    return { %$op, up_to => pick(keys %{$m->{chat}{$op->{n}}{text}}) };
}

# the first chat stays: it is followed
sub erase {
    my $c = pick(grep { $_->{n} != 1 } $m->chats()) // return;

    return if rand() < 0.5;
    return { verb => 'erase', who => 'otto', n => $c->{n} };
}


# an operation as a request

sub request {
    my ($op) = @_;
    my ($verb, $api) = ($op->{verb}, '/inbox/api/v1');
    my @who = $op->{who} ? (token => $token{$op->{who}}) : ();

    return ["POST", "/inbox/widget/site/messages", token => $op->{widget},
        json => { text => $op->{text} }] if $op->{widget};
    return signed($op) if $op->{channel} && $op->{channel} eq 'page';
    return ['POST', "/inbox/hook/$op->{channel}", json => $op->{json},
        headers => { 'X-Telegram-Bot-Api-Secret-Token' => 'hook-secret' }]
        if $verb =~ /client|echo/;
    return ['PUT', "$api/" . place($op), token => $t->token,
        json => setting($op)] if $verb =~ /^(member|rename|role)$/;

    my $chat = "$api/chats/$op->{n}";

    return ['DELETE', $chat, @who] if $verb eq 'erase';
    return ['PATCH', $chat, @who, json => { tags => $op->{tags} }]
        if $verb eq 'label';
    return ['POST', "$api/contacts/$op->{n}/"
        . ($op->{bars} ? 'block' : 'unblock'), @who, json => {}]
        if $verb eq 'block';

    my $path = $verb =~ /write|note/ ? 'messages' : $verb;
    my %body = map { $_ => $op->{$_} } grep { defined $op->{$_} }
        qw(text up_to agent group);

    $body{note} = JSON::PP::true if $verb eq 'note';

    return ['POST', "$chat/$path", @who, json => \%body,
        headers => { 'Idempotency-Key' => $op->{key} }];
}


# what is set anew, and to what: all of it, but for what the operation changes
sub place {
    my ($op) = @_;
    return $op->{verb} eq 'member' ? "groups/$op->{group}"
        : $op->{verb} eq 'role' ? "agents/$op->{id}"
        : "$op->{of} $op->{id}" eq 'agent root' ? 'space'
        : "$op->{of}s/$op->{id}";
}

sub setting {
    my ($op) = @_;
    my ($of, $id) = (place($op) =~ m{^(\w+?)s?(?:/(.*))?$});

    return { name => $op->{to}, locale => 'en' } if $of eq 'space';

    my $name = $op->{verb} eq 'rename' ? $op->{to} : $m->{name}{"$of $id"};

    return { name => $name, role => $op->{verb} eq 'role' ? $op->{to}
        : $m->{role}{$id} } if $of eq 'agent';
    return { name => $name, agents => $op->{agents}
        // [grep { $m->{member}{$_}{$id} } @AGENTS] } if $of eq 'group';
    return messenger(title => $name) if $id eq 'page';
    return { kind => $id eq 'bot' ? 'telegram' : 'site', title => $name,
        group => $FEEDS{$id} };
}


# all of them at once; what is wrong with what has come of it
sub perform {
    my @ops = @_;

    my @answers = $talk->talk(map { request($_) } @ops);
    my %lines;

    $done += @ops;

    for my $i (0 .. $#ops) {
        my $r = $answers[$i];

        $ops[$i]{got} = $r->{status} < 400 ? $r->{status} : "$r->{status} "
            . ($r->{body} =~ /"code":"(\w+)"/)[0];
        $ops[$i]{body} = $r->{body};
    }

    return settled($ops[0]) if $ops[0]{verb} =~ /^(member|erase|rename|role)$/;

    my @wrong = eval { learn(\%lines, @ops) };

    push @wrong, $@ if $@;
    push @wrong, map { account($_, \%lines, @ops > 1) } @ops;

    for my $n (sort keys %lines) {
        push @wrong, map { "nobody was answered for $_ of $n" }
            grep { !/^(created|revived)$/ && $lines{$n}{keys}{$_} }
            sort keys %{$lines{$n}{keys}};
    }

    return @wrong;
}


# of those that leave no line
sub settled {
    my ($op) = @_;
    return "got $op->{got}" if $op->{got} !~ /^20[04]$/;

    $m->forget($op->{n}) if $op->{verb} eq 'erase';
    $m->group($op->{group}, @{$op->{agents}}) if $op->{verb} eq 'member';
    $m->{role}{$op->{id}} = $op->{to} if $op->{verb} eq 'role';
    $m->{name}{"$op->{of} $op->{id}"} = $op->{to} if $op->{verb} eq 'rename';

    return;
}


# reads what is new in the chats that were touched: for each the states it went
# through, and how often each line was written
sub learn {
    my ($lines, @ops) = @_;

    my @new;

    for my $piece (@{page('root', 'journal?limit=200')->{pieces}}) {
        my ($n) = $piece =~ /"id":(\d+)/;

        next if $m->{chat}{$n};

        my $chat = $json->decode($piece);

        push @new, $m->chat($n, $chat->{channel}{id},
            $chat->{contact}{external_id}, $FEEDS{$chat->{channel}{id}});
    }

    my %touched = map { $_->{n} => $_ } @new,
        grep { $_ } map { $_->{n} ? $m->{chat}{$_->{n}} : chat_of($_) } @ops;
    my @wrong;

    for my $n (sort keys %touched) {
        my $c = $touched{$n};
        my $now = $lines->{$n} = { states => [$m->photo($c)], keys => {} };

        for my $line (transcript($c)) {
            if ($line->{number} <= $c->{nm}) {
                my ($edit) = grep { ($_->{edits} // '') eq $line->{id} } @ops;

                $c->{text}{$line->{id}} = $edit->{edited} if $edit;
                push @wrong, "$line->{id} says $line->{text}"
                    if $c->{text}{$line->{id}} ne $line->{text};
                next;
            }

            $now->{keys}{$m->hear($c, $line)}++;
            push @{$now->{states}}, $m->photo($c);
        }
    }

    return @wrong;
}


# what has been added to a transcript or has changed, in the order of numbers
sub transcript {
    my ($c) = @_;
    my @lines;

    while (1) {
        my ($r) = $talk->talk([GET => "/inbox/api/v1/chats/$c->{n}/messages?limit="
            . '200&since=' . ($c->{since} // 0), token => $t->token]);
        my $page = $json->decode($r->{body});

        $c->{since} = $page->{rev};
        last if !@{$page->{messages}};
        push @lines, @{$page->{messages}};
    }

    for my $line (@lines) {
        @$line{qw(born number)} = split /-/, $line->{id};
        $line->{author} &&= $line->{author}{id};
    }

    my %last = map { $_->{number} => $_ } @lines;

    return map { $last{$_} } sort { $a <=> $b } keys %last;
}


# An answer is right when it is the one of a line that was written (and not yet
# anybody else's), or when there was a state in which it had to be given.
sub account {
    my ($op, $lines, $raced) = @_;

    my ($verb, $got) = @$op{qw(verb got)};
    my $c = $op->{n} ? $m->{chat}{$op->{n}} : chat_of($op);
    my $now = $c && $lines->{$c->{n}};

    return named($op) . " got $got, and there is no chat" if !$now;

    my @judged = map { [$m->judge($_, $op)] } @{$now->{states}};

    for my $one (grep { $_->[0] eq $got && $_->[1] } @judged) {
        next if !$now->{keys}{$one->[1]};

        $now->{keys}{$one->[1]}--;
        $now->{id}{$one->[1]} = message_id($op);
        return $raced ? () : shows($op, $c);
    }

    return if $verb =~ /client|echo/ && ($op->{again} || $op->{edits})
        && $got eq '200';

    for my $one (grep { $_->[0] eq $got } @judged) {
        next if $one->[1] && (!$op->{key}
            || ($now->{id}{$one->[1]} // '') ne message_id($op));

        effect($op, $c) if $got =~ /^2/;
        return $got =~ /chat_taken$/ && $op->{body}
            !~ /"chat":\{"id":$op->{n},.*"status":"active"/ ? 'without the chat'
            : $raced || $got !~ /^2/ ? () : shows($op, $c);
    }

    return named($op) . " got $got, not " . join ' or ',
        map { join " ", @$_ } @judged;
}


sub message_id { return ($_[0]{body} =~ /^\{"id":"([\d-]+)"/)[0] // '' }


# what leaves no line
sub effect {
    my ($op, $c) = @_;

    $m->read_to($c, $op->{who}, $op->{up_to}) if $op->{verb} eq 'read';
    $c->{tags} = $op->{tags} if $op->{verb} eq 'label';
    $c->{blocked} = $op->{bars} if $op->{verb} eq 'block';
}


# who does something to a chat is shown it as it is then
sub shows {
    my ($op, $c) = @_;
    return if $op->{verb} !~ /^(take|join|leave|close|reopen|transfer|label)$/;

    return differs('shown', [$m->row($op->{who}, $c)], [row($op->{body})]);
}


sub chat_of {
    my ($op) = @_;

    return (grep { $_->{channel} eq $op->{channel}
        && $_->{user} eq $op->{user} } $m->chats())[0];
}


# is it so?

sub check {
    my ($who) = @_;

    my $reader = pick(qw(ada root otto));
    my $journal = page($reader, 'journal?limit=200');
    my $inbox = page($who, 'inbox?limit=200');
    my $closed = page($who, 'inbox?list=closed&limit=200');
    my $waiting = page($reader, 'journal?sort=waiting&limit=200');

    return differs("journal of $reader", [$m->journal($reader)],
            [map { row($_) } @{$journal->{pieces}}]),
        differs('counts', $m->counts(), $journal->{counts}),
        differs("badge of $reader", $m->badge($reader), $journal->{badge}),
        differs("inbox of $who", [$m->inbox($who)],
            [map { row($_) } @{$inbox->{pieces}}]),
        differs("badge of $who", $m->badge($who), $inbox->{badge}),
        differs("closed of $who", [$m->inbox($who, 'closed')],
            [map { row($_) } @{$closed->{pieces}}]),
        differs('who waits', join(' ', $m->waiting()),
            join(' ', map { /"id":(\d+)/ } @{$waiting->{pieces}})),
        filtered($reader);
}


sub filtered {
    my ($reader) = @_;
    my %f = map { rand() < 0.5 ? @$_ : () } [status => pick(qw(unassigned
        active inactive))], [group => pick(keys %MEMBERS)],
        [channel => pick(keys %FEEDS)], [agent => pick(@AGENTS)];
    my $query = join '&', 'limit=200', map { "$_=$f{$_}" } sort keys %f;
    my $expected = [$m->journal($reader, sub {
        my ($c) = @_;

        return !(grep { $_ ne 'agent' && $c->{$_} ne $f{$_} } keys %f)
            && (!$f{agent} || $m->part($f{agent}, $c));
    })];

    return differs("journal?$query", $expected,
        [map { row($_) } @{page($reader, "journal?$query")->{pieces}}]);
}


sub wrong_unless {
    my ($what, @wrong) = @_;

    return if !@wrong;

    $wrong++;
    fail($what);
    diag(join "\n", splice @wrong, 0, 5);
}


sub page { return $talk->page($token{$_[0]}, $_[1]) }
