package InboxModel;

# Copyright (C) the ngx_inbox authors
#
# The plain model of a space: what has come of everything that people did, who
# may do what, and what each of them is shown.  It knows neither HTTP nor Redis:
#
#     my $m = InboxModel->new(agents => { ada => 'admin', petro => 'agent' },
#         groups => { sales => ['petro'] }, channels => { bot => 'Bot' });
#
#     my $c = $m->chat(1, 'bot', 'u1', 'sales');      # a client's first message
#     $m->hear($c, $message);         # a new line of its transcript
#     $m->judge($c, { who => 'petro', verb => 'take' });  # ('200', 'taken:petro')
#     $m->journal('ada');             # rows, as row() makes them
#
# The transcript is the order in which things happened.  judge() says what an
# operation must be answered in the present state, and what line it leaves, if
# any; hear() takes a line and dies when nobody could have caused it.

use strict;
use warnings;
use utf8;


# agents: id => role; groups: id => [agents]; channels: id => title.  The name of
# an agent begins with his id and a capital letter, that of a group with `Group`
# and its id; {name} has all of them by kind and id
sub new {
    my ($class, %o) = @_;

    my $self = bless { role => $o{agents}, chat => {}, member => {} }, $class;

    $self->group($_, @{$o{groups}{$_}}) for keys %{$o{groups}};
    $self->{name} = {
        (map { ("agent $_" => ucfirst $_) } keys %{$o{agents}}),
        (map { ("group $_" => "Group $_") } keys %{$o{groups}}),
        (map { ("channel $_" => $o{channels}{$_}) } keys %{$o{channels}}) };

    return $self;
}


sub group {
    my ($self, $group, @agents) = @_;

    delete $_->{$group} for values %{$self->{member}};
    $self->{member}{$_}{$group} = 1 for @agents;
}


# a client has written for the first time
sub chat {
    my ($self, $n, $channel, $user, $group) = @_;

    return $self->{chat}{$n} = { n => $n, channel => $channel, user => $user,
        group => $group, status => 'unassigned', parts => [], former => {},
        nm => 0, nc => 0, na => 0, seen => {}, tags => [], blocked => 0,
        text => {}, nth => {}, last => '', top => 0 };
}


# a copy to look back at
sub photo {
    my ($self, $c) = @_;

    return { %$c, parts => [@{$c->{parts}}], former => {%{$c->{former}}},
        seen => {%{$c->{seen}}} };
}


sub forget { delete $_[0]{chat}{$_[1]} }
sub chats  { my ($self) = @_; return map { $self->{chat}{$_} }
    sort { $a <=> $b } keys %{$self->{chat}} }


# who may

sub manages { return $_[0]{role}{$_[1]} =~ /owner|admin/ }

sub fed {
    my ($self, $who, $c) = @_;

    return $c->{group} eq '' || $self->{member}{$who}{$c->{group}};
}

sub serves {
    my ($self, $who, $c) = @_;

    return $self->manages($who) || $self->fed($who, $c);
}

sub part { my ($self, $who, $c) = @_;
    return scalar grep { $_ eq $who } @{$c->{parts}} }

sub mine { my ($self, $who, $c) = @_;
    return $c->{status} eq 'active' && $self->part($who, $c) }

sub sees {
    my ($self, $who, $c) = @_;

    return $self->manages($who) || $self->part($who, $c)
        || $c->{former}{$who}
        || $c->{status} ne 'inactive' && $self->fed($who, $c);
}


# what must be answered: status (and code), and the line it leaves or ''

my $NO = '403 forbidden';
my %STATE = (unassigned => '409 not_taken', inactive => '409 chat_closed');

sub judge {
    my ($self, $c, $op) = @_;

    my $method = "judge_$op->{verb}";

    return $self->$method($op->{who}, $c, $op);
}

sub judge_take {
    my ($self, $who, $c) = @_;

    return ('200', '') if $self->mine($who, $c);
    return $NO if !$self->serves($who, $c);
    return '409 chat_closed' if $c->{status} eq 'inactive';
    return $c->{status} eq 'active' ? '409 chat_taken'
                                    : ('200', "taken:$who");
}

sub judge_join {
    my ($self, $who, $c) = @_;

    return ('200', '') if $self->mine($who, $c);
    return $NO if !$self->serves($who, $c);
    return $STATE{$c->{status}} // ('200', "joined:$who");
}

sub judge_leave {
    my ($self, $who, $c) = @_;

    my $refused = $self->refused($who, $c);

    return $refused || ('200', "left:$who");
}

sub judge_write {
    my ($self, $who, $c, $op) = @_;

    my $refused = $self->refused($who, $c);

    return $refused || ('201', "text:$who:$op->{text}");
}

sub refused {
    my ($self, $who, $c) = @_;

    return $NO if !$self->sees($who, $c) && !$self->serves($who, $c);
    return $STATE{$c->{status}}
        // ($self->mine($who, $c) ? '' : '409 not_participant');
}

sub judge_note {
    my ($self, $who, $c, $op) = @_;

    return $self->sees($who, $c) ? ('201', "note:$who:$op->{text}") : $NO;
}

# hold: hand on or close
sub hold {
    my ($self, $who, $c) = @_;

    if ($c->{status} eq 'unassigned') {
        return $self->serves($who, $c) ? '' : $NO;
    }

    return $NO if !$self->sees($who, $c);
    return $self->manages($who) || $self->mine($who, $c) ? ''
        : '409 not_participant';
}

sub judge_transfer {
    my ($self, $who, $c, $op) = @_;

    return $NO if !$self->sees($who, $c) && !$self->serves($who, $c);
    return '409 chat_closed' if $c->{status} eq 'inactive';

    my $refused = $self->hold($who, $c);

    return $refused if $refused;
    return ('200', '') if $op->{agent}
        ? "@{$c->{parts}}" eq $op->{agent}
        : $c->{status} eq 'unassigned' && $c->{group} eq $op->{group};

    return ('200', "transferred:$who:" . ($op->{agent} // $op->{group}));
}

sub judge_close {
    my ($self, $who, $c) = @_;

    if ($c->{status} eq 'inactive') {
        return $self->sees($who, $c) ? ('200', '') : $NO;
    }

    my $refused = $self->hold($who, $c);

    return $refused || ('200', "closed:$who");
}

sub judge_reopen {
    my ($self, $who, $c) = @_;

    return $NO if !$self->sees($who, $c);
    return '409 not_taken' if $c->{status} eq 'unassigned';

    return ('200', $c->{status} eq 'active' ? '' : "reopened:$who");
}

sub judge_read { my ($self, $who, $c) = @_;
    return $self->sees($who, $c) ? ('200', '') : $NO }

# whoever sees it may change the tags or keep its client out
sub judge_label { goto &judge_read }
sub judge_block { my ($self, $who, $c) = @_;
    return $self->sees($who, $c) ? ('204', '') : $NO }

# a client is not told that he is kept out, except by a widget
sub judge_client {
    my ($self, undef, $c, $op) = @_;

    my $ok = $op->{widget} ? '201' : '200';

    return ($ok, "client:$op->{text}") if !$c || !$c->{blocked};
    return $op->{widget} ? $NO : ('200', '');
}


# what is written in the platform's own app is an answer, whatever the state
sub judge_echo { my ($self, undef, $c, $op) = @_;
    return $c ? ('200', "echo:$op->{text}") : ('200', '') }


# a line of the transcript: {number, born (rev), id, kind, from, author, event,
# text, at}; gives its key, as judge() named it

sub hear {
    my ($self, $c, $m) = @_;

    die "message $m->{number} of $c->{n} is not the next\n"
        if $m->{number} != ++$c->{nm};

    my $key = $m->{kind} eq 'event' ? $self->event($c, $m)
        : $m->{from} eq 'client' ? $self->client($c, $m)
        : $self->agent($c, $m);

    $c->{nth}{$m->{id}} = $c->{nc};
    $c->{text}{$m->{id}} = $m->{text};

    return $key;
}

sub client {
    my ($self, $c, $m) = @_;

    die "the client of $c->{n} is kept out, or it is closed\n"
        if $c->{blocked} || $c->{status} eq 'inactive';

    $c->{nc}++;

    if (!$c->{waits}) {
        @$c{qw(waits waits_since)} = @$m{qw(at born)};
    }

    @$c{qw(last top)} = @$m{qw(id born)};

    return "client:$m->{text}";
}

sub agent {
    my ($self, $c, $m) = @_;

    return $self->echo($c, $m) if !$m->{author};

    my ($who, $verb) = ($m->{author}, $m->{kind} eq 'note' ? 'note' : 'write');
    my ($code, $key) = $self->judge($c, { verb => $verb, who => $who,
        text => $m->{text} });

    die "$who had $code to $verb in $c->{n}\n" if !$key;

    if ($verb eq 'write') {
        $c->{na} = $c->{seen}{$who} = $c->{nc};
        @$c{qw(last top)} = @$m{qw(id born)};
        $self->rest($c);
    }

    return $key;
}

sub echo {
    my ($self, $c, $m) = @_;

    $c->{na} = $c->{nc};
    @$c{qw(last top)} = @$m{qw(id born)};
    $self->rest($c);

    return "echo:$m->{text}";
}

my %VERB = (taken => 'take', joined => 'join', left => 'leave',
    closed => 'close', reopened => 'reopen', transferred => 'transfer');

sub event {
    my ($self, $c, $m) = @_;

    my $name = $m->{event};

    return $name if $name eq 'created' && $c->{nm} == 1;
    return $self->revive($c) if $name eq 'reopened' && $m->{text} eq '';

    my ($who, $to) = map { lcfirst s/ \d+$//r } split / → /, $m->{text};
    my ($group) = ($to // '') =~ /^group (.+)/;
    my $op = { verb => $VERB{$name}, who => $who,
        $group ? (group => $group) : (agent => $to) };
    my ($code, $key) = $self->judge($c, $op);

    die "$who had $code to $op->{verb} $c->{n}\n" if !$key;

    my $method = "event_$name";
    $self->$method($c, $op);

    return $key;
}

sub event_taken {
    my ($self, $c, $op) = @_;

    $self->assign($c, $op->{who});
    $c->{seen}{$op->{who}} = $c->{nc};
}

sub event_joined {
    my ($self, $c, $op) = @_;

    push @{$c->{parts}}, $op->{who};
    delete $c->{former}{$op->{who}};
    $c->{seen}{$op->{who}} = $c->{nc};
}

sub event_left {
    my ($self, $c, $op) = @_;

    $c->{parts} = [grep { $_ ne $op->{who} } @{$c->{parts}}];
    $c->{former}{$op->{who}} = 1;
    $c->{status} = 'unassigned' if !@{$c->{parts}};
}

sub event_transferred {
    my ($self, $c, $op) = @_;

    return $self->assign($c, $op->{agent}) if $op->{agent};

    $self->release($c);
    @$c{qw(group status)} = ($op->{group}, 'unassigned');
}

sub event_closed {
    my ($self, $c, $op) = @_;

    $c->{former}{$op->{who}} = 1 if $c->{status} eq 'unassigned';
    $c->{status} = 'inactive';
    $self->rest($c);
}

sub event_reopened { my ($self, $c, $op) = @_; $self->assign($c, $op->{who}) }

# the client of a closed chat writes
sub revive {
    my ($self, $c) = @_;

    die "$c->{n} was not closed\n" if $c->{status} ne 'inactive';

    $self->release($c);
    $c->{status} = 'unassigned';

    return 'revived';
}

sub release {
    my ($self, $c) = @_;

    $c->{former}{$_} = 1 for @{$c->{parts}};
    $c->{parts} = [];
}

sub assign {
    my ($self, $c, $who) = @_;

    $self->release($c);
    delete $c->{former}{$who};
    @$c{qw(status parts)} = ('active', [$who]);
}

sub rest { delete @{$_[1]}{qw(waits waits_since)} }

sub read_to {
    my ($self, $c, $who, $id) = @_;

    my $nth = $c->{nth}{$id};

    $c->{seen}{$who} = $nth if $nth > ($c->{seen}{$who} // 0);
}


# what is shown

sub unread {
    my ($self, $who, $c) = @_;

    return $c->{nc} - ($c->{status} eq 'unassigned' ? $c->{na}
        : $c->{seen}{$who} // 0);
}

sub list {
    my ($self, $who, $c) = @_;

    return $self->fed($who, $c) ? 'incoming' : ''
        if $c->{status} eq 'unassigned';
    return $self->part($who, $c) ? 'mine' : '' if $c->{status} eq 'active';

    return $self->part($who, $c) || $c->{former}{$who} ? 'closed' : '';
}

sub action {
    my ($self, $who, $c) = @_;

    return $c->{status} eq 'unassigned' ? 'reply'
        : $c->{status} eq 'active' && !$self->part($who, $c) ? 'join' : 'open';
}

# one Chat in one line; list: in an inbox
sub row {
    my ($self, $who, $c, $list) = @_;

    my $people = join ' ', map { "$_=" . $self->{name}{"agent $_"} }
        @{$c->{parts}};

    return join ' ', $c->{n},
        "$c->{channel}=" . $self->{name}{"channel $c->{channel}"}, $c->{user},
        $c->{status}, $c->{group} || '-', $c->{parts}[0] // '-', "($people)",
        $self->unread($who, $c), $c->{text}{$c->{last}}, $c->{waits} // '-',
        "[@{$c->{tags}}]", $self->action($who, $c), $list // '';
}

sub journal {
    my ($self, $who, $filter) = @_;

    return map { $self->row($who, $_) } sort { $b->{top} <=> $a->{top} }
        grep { !$filter || $filter->($_) } $self->chats();
}

sub waiting {
    my ($self) = @_;

    my @waits = sort { $a->{waits_since} <=> $b->{waits_since} }
        grep { $_->{waits} } $self->chats();
    my @rest = sort { $b->{top} <=> $a->{top} }
        grep { !$_->{waits} } $self->chats();

    return map { $_->{n} } @waits, @rest;
}

sub inbox {
    my ($self, $who, $list) = @_;

    return map { $self->row($who, $_, $self->list($who, $_)) }
        sort { $b->{top} <=> $a->{top} }
        grep { $self->list($who, $_) =~ ($list // 'incoming|mine') }
        $self->chats();
}

sub counts {
    my ($self) = @_;

    my %n = (unassigned => 0, active => 0, inactive => 0);

    $n{$_->{status}}++ for $self->chats();

    return \%n;
}

sub badge {
    my ($self, $who) = @_;

    my @lists = map { [$self->list($who, $_), $self->unread($who, $_)] }
        $self->chats();
    my $incoming = grep { $_->[0] eq 'incoming' } @lists;
    my $mine = grep { $_->[0] eq 'mine' && $_->[1] } @lists;
    my $total = $incoming + $mine;

    return { incoming => $incoming, mine => $mine, total => $total,
        label => $total > 9 ? '!' : $total ? "$total" : '' };
}


1;
