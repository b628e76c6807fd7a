#!/usr/bin/perl

# Copyright (C) the ngx_inbox authors
#
# Clients and agents do things at random; a plain model in Perl says what must
# have come of it: statuses, counts, unread, badges, order, who waits, and that
# a copy kept by polls is the same as a page read anew.  SEED=… repeats a run.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use LuaInbox;

my $STEPS = $ENV{STEPS} || 300;
my $SEED = $ENV{SEED} || 20261121;

my @AGENTS = qw(petro olga igor nina ada root);
my %GROUPS = (petro => { sales => 1 }, olga => { sales => 1 },
    igor => { support => 1 }, nina => {}, ada => {}, root => {});
my %MANAGES = (ada => 1, root => 1);
my %FEEDS = (bot => 'sales', viber => '', site => 'support');

srand $SEED;
note("SEED=$SEED");

my $s = LuaInbox->new();
my (%chat, %of_user, $clock, @copies);

my %DOES = (
    client => \&client_writes, take => \&takes, join => \&joins,
    leave => \&leaves, close => \&closes, reopen => \&reopens,
    write => \&writes, note => \&notes, read => \&reads,
    transfer => \&transfers,
);
my @MIX = ((qw(client)) x 8, qw(take take take join join leave close reopen
    write write note read read transfer));

my $wrong = 0;
for my $step (1 .. $STEPS) {
    my $what = pick(@MIX);
    my $done = $DOES{$what}->();
    $wrong += !agree("step $step: $what" . ($done // ''));
    poll() if rand() < 0.2;
    last if $wrong > 3;
}
is($wrong, 0, "$STEPS steps agree with the model");
poll();
compare();
cmp_ok(keys %chat, '>', 10, 'there were chats');

done_testing();


# what people do

sub client_writes {
    my $channel = pick(keys %FEEDS);
    my $user = 'u' . int rand 8;
    my $text = 't' . ++$clock;

    my $n = ($channel eq 'site') ? ($s->visitor($user, $text))[1]
                                 : $s->client($user, $text,
                                              channel => $channel);
    my $c = $chat{$n} //= { n => $n, status => 'unassigned', parts => [],
        group => $FEEDS{$channel}, former => {}, nc => 0, na => 0,
        seen => {} };

    release($c) if $c->{status} eq 'inactive';
    $c->{status} = 'unassigned' if $c->{status} eq 'inactive';
    $c->{nc}++;
    $c->{waits} //= $clock;
    @$c{qw(top text)} = ($clock, $text);
    return " $n by $user";
}


sub turn {
    my ($name, $allowed, $then) = @_;

    my ($who, $c) = (pick(@AGENTS), pick(values %chat)) or return;
    return if !$c;
    my $expected = $allowed->($who, $c);
    my $error = $s->turn_error($name, $who, $c->{n});
    my ($word) = $error =~ /^([A-Z]+)/;
    is($word // 'ok', $expected, "$who $name $c->{n}")
        if ($word // 'ok') ne $expected;
    $then->($who, $c) if $expected eq 'ok';
    return " $c->{n} by $who: $expected";
}


sub takes {
    return turn('take', sub {
        my ($who, $c) = @_;
        return 'ok' if mine($who, $c);
        return 'FORBIDDEN' if !serves($who, $c);
        return 'CLOSED' if $c->{status} eq 'inactive';
        return $c->{status} eq 'active' ? 'TAKEN' : 'ok';
    }, sub {
        my ($who, $c) = @_;
        return if mine($who, $c);
        assign($c, $who);
        $c->{seen}{$who} = $c->{nc};
    });
}


sub joins {
    return turn('join', sub {
        my ($who, $c) = @_;
        return 'ok' if mine($who, $c);
        return 'FORBIDDEN' if !serves($who, $c);
        return state_of($c);
    }, sub {
        my ($who, $c) = @_;
        return if mine($who, $c);
        push @{ $c->{parts} }, $who;
        delete $c->{former}{$who};
        $c->{seen}{$who} = $c->{nc};
    });
}


sub leaves {
    return turn('leave', sub {
        my ($who, $c) = @_;
        return 'FORBIDDEN' if !sees($who, $c) && !serves($who, $c);
        return state_of($c) if state_of($c) ne 'ok';
        return mine($who, $c) ? 'ok' : 'NOTPART';
    }, sub {
        my ($who, $c) = @_;
        $c->{parts} = [grep { $_ ne $who } @{ $c->{parts} }];
        $c->{former}{$who} = 1;
        $c->{status} = 'unassigned' if !@{ $c->{parts} };
    });
}


sub closes {
    return turn('close', sub {
        my ($who, $c) = @_;
        return sees($who, $c) ? 'ok' : 'FORBIDDEN'
            if $c->{status} eq 'inactive';
        return holds($who, $c);
    }, sub {
        my ($who, $c) = @_;
        return if $c->{status} eq 'inactive';
        $c->{former}{$who} = 1 if $c->{status} eq 'unassigned';
        $c->{status} = 'inactive';
        delete $c->{waits};
    });
}


sub reopens {
    return turn('reopen', sub {
        my ($who, $c) = @_;
        return 'FORBIDDEN' if !sees($who, $c);
        return $c->{status} eq 'unassigned' ? 'NOTTAKEN' : 'ok';
    }, sub {
        my ($who, $c) = @_;
        assign($c, $who) if $c->{status} eq 'inactive';
    });
}


sub transfers {
    my ($who, $c) = (pick(@AGENTS), pick(values %chat));
    return if !$c;
    my $agent = rand() < 0.5 ? pick(@AGENTS) : '';
    my $group = $agent ? '' : pick(qw(sales support));
    my $expected = (!sees($who, $c) && !serves($who, $c)) ? 'FORBIDDEN'
        : $c->{status} eq 'inactive' ? 'CLOSED' : holds($who, $c);
    my $error = $s->error(transfer => $s->tick(), LuaInbox::who($who), $c->{n},
        $agent, $group, '', '');
    my ($word) = $error =~ /^([A-Z]+)/;
    is($word // 'ok', $expected, "$who transfers $c->{n}")
        if ($word // 'ok') ne $expected;

    if ($expected eq 'ok' && $agent) {
        assign($c, $agent);
    } elsif ($expected eq 'ok') {
        release($c);
        @$c{qw(group status)} = ($group, 'unassigned');
    }
    return " $c->{n} by $who to $agent$group: $expected";
}


sub writes {
    my ($who, $c) = (pick(@AGENTS), pick(values %chat));
    return if !$c;
    my $text = 'r' . ++$clock;
    my $error = $s->reply_error($who, $c->{n}, $text);
    my $expected = (!sees($who, $c) && !serves($who, $c)) ? 'FORBIDDEN'
        : state_of($c) ne 'ok' ? state_of($c)
        : mine($who, $c) ? 'ok' : 'NOTPART';
    my ($word) = $error =~ /^([A-Z]+)/;
    is($word // 'ok', $expected, "$who writes in $c->{n}")
        if ($word // 'ok') ne $expected;
    return if $expected ne 'ok';

    $c->{na} = $c->{seen}{$who} = $c->{nc};
    delete $c->{waits};
    @$c{qw(top text)} = ($clock, $text);
    return " $c->{n} by $who";
}


sub notes {
    my ($who, $c) = (pick(@AGENTS), pick(values %chat));
    return if !$c;
    my $error = $s->reply_error($who, $c->{n}, 'note', kind => 'note');
    is($error =~ /^FORBIDDEN/ ? 1 : 0, sees($who, $c) ? 0 : 1,
        "$who notes in $c->{n}") if !$error != !!sees($who, $c);
    return " $c->{n} by $who";
}


sub reads {
    my ($who, $c) = (pick(@AGENTS), pick(values %chat));
    return if !$c || !sees($who, $c);
    my @all = @{ $s->transcript('root', $c->{n}, limit => 200)->{messages} };
    my $m = pick(@all);
    $s->ok(read => $s->tick(), LuaInbox::who($who), $c->{n}, $m->{id}, '', '');
    my $seen = $c->{seen}{$who} // 0;
    $c->{seen}{$who} = $m->{nth} if $m->{nth} > $seen;
    return " $c->{n} by $who up to $m->{nth}";
}


# who may

sub mine {
    my ($who, $c) = @_;
    return $c->{status} eq 'active' && grep { $_ eq $who } @{ $c->{parts} };
}

sub fed    { $_[1]{group} eq '' || $GROUPS{$_[0]}{ $_[1]{group} } }
sub serves { $MANAGES{$_[0]} || fed(@_) }

sub old_hand {
    my ($who, $c) = @_;
    return $c->{former}{$who} || grep { $_ eq $who } @{ $c->{parts} };
}

sub sees {
    my ($who, $c) = @_;
    return $MANAGES{$who} || old_hand($who, $c)
        || $c->{status} ne 'inactive' && fed($who, $c);
}

sub holds {
    my ($who, $c) = @_;
    if ($c->{status} eq 'unassigned') {
        return serves($who, $c) ? 'ok' : 'FORBIDDEN';
    }
    return 'FORBIDDEN' if !sees($who, $c);
    return $MANAGES{$who} || mine($who, $c) ? 'ok' : 'NOTPART';
}

sub state_of {
    my ($c) = @_;
    return { unassigned => 'NOTTAKEN', inactive => 'CLOSED',
        active => 'ok' }->{ $c->{status} };
}

sub release {
    my ($c) = @_;
    $c->{former}{$_} = 1 for @{ $c->{parts} };
    $c->{parts} = [];
}

sub assign {
    my ($c, $who) = @_;
    release($c);
    delete $c->{former}{$who};
    @$c{qw(status parts)} = ('active', [$who]);
}

sub unread {
    my ($who, $c) = @_;
    return $c->{nc} - ($c->{status} eq 'unassigned' ? $c->{na}
                                                    : $c->{seen}{$who} // 0);
}


# is it so?

sub agree {
    my ($step) = @_;

    my @rows = sort { $b->{top} <=> $a->{top} } values %chat;
    my $who = pick(@AGENTS);
    my $reader = pick(qw(ada root));
    my $ok = same($step, "journal of $reader", [map { row($_, $reader) } @rows],
        [map { shown($_) } @{ $s->journal($reader, limit => 200)->{chats} }]);

    my %counts = (unassigned => 0, active => 0, inactive => 0);
    $counts{ $_->{status} }++ for @rows;
    $ok &&= same($step, 'counts', \%counts, $s->journal('ada')->{counts});

    my $inbox = $s->inbox($who, limit => 200);
    $ok &&= same($step, "inbox of $who",
        [map { row($_, $who) } grep { list($who, $_) =~ /incoming|mine/ }
            @rows], [map { shown($_) } @{ $inbox->{chats} }]);
    $ok &&= same($step, "closed of $who",
        [map { $_->{n} } grep { list($who, $_) eq 'closed' } @rows],
        [map { $_->{id} }
            @{ $s->inbox($who, list => 'closed', limit => 200)->{chats} }]);
    $ok &&= same($step, "badge of $who", badge($who), $inbox->{badge});

    my @wait = sort { $a->{waits} <=> $b->{waits} } grep { $_->{waits} } @rows;
    $ok &&= same($step, 'who waits',
        [map { $_->{n} } @wait, grep { !$_->{waits} } @rows],
        [map { $_->{id} } @{ $s->journal('ada', sort => 'waiting',
            limit => 200)->{chats} }]);
    return $ok;
}

sub list {
    my ($who, $c) = @_;
    return fed($who, $c) ? 'incoming' : '' if $c->{status} eq 'unassigned';
    my $part = grep { $_ eq $who } @{ $c->{parts} };
    return $part ? 'mine' : '' if $c->{status} eq 'active';
    return $part || $c->{former}{$who} ? 'closed' : '';
}

sub badge {
    my ($who) = @_;
    my $incoming = grep { list($who, $_) eq 'incoming' } values %chat;
    my $mine = grep { list($who, $_) eq 'mine' && unread($who, $_) }
        values %chat;
    my $total = $incoming + $mine;
    return { incoming => $incoming, mine => $mine, total => $total,
        label => $total > 9 ? '!' : $total || '' };
}

sub row {
    my ($c, $who) = @_;
    return join ' ', $c->{n}, $c->{status}, $c->{group}, "@{ $c->{parts} }",
        unread($who, $c), $c->{text}, $c->{waits} ? 1 : 0,
        $c->{parts}[0] // '-';
}

sub shown {
    my ($c) = @_;
    return join ' ', $c->{id}, $c->{status}, $c->{group} // '',
        join(' ', map { $_->{id} } @{ $c->{participants} }), $c->{unread},
        $c->{last_message}{text}, $c->{waiting_since} ? 1 : 0,
        $c->{responsible} // '-';
}

sub same {
    my ($step, $what, $expected, $got) = @_;
    return 1 if eq_deeply_quiet($expected, $got);
    is_deeply($got, $expected, "$step: $what");
    return 0;
}

sub eq_deeply_quiet {
    my ($x, $y) = @_;
    my $json = JSON::PP->new()->canonical()->allow_nonref();
    return $json->encode(plainly($x)) eq $json->encode(plainly($y));
}

sub plainly {
    my ($v) = @_;
    return [map { plainly($_) } @$v] if ref $v eq 'ARRAY';
    return { map { $_ => plainly($v->{$_}) } keys %$v } if ref $v eq 'HASH';
    return "$v";
}


# copies kept by polls, in steps of any size

sub poll {
    if (!@copies) {
        @copies = map { { who => $_->[0], what => $_->[1], rows => {},
            rev => 0 } } ['root', 'journal'], map { [$_, 'inbox'] } @AGENTS;
    }
    for my $copy (@copies) {
        my $limit = 1 + int rand 5;
        for (1 .. 500) {
            my $what = $copy->{what};
            my $page = $s->$what($copy->{who}, since => $copy->{rev},
                limit => $limit);
            last if !@{ $page->{chats} } && !@{ $page->{gone} };
            fail("more than $limit") if @{ $page->{chats} }
                + @{ $page->{gone} } > $limit;
            fail("stuck at $copy->{rev}") if $page->{rev} <= $copy->{rev};
            delete $copy->{rows}{$_} for @{ $page->{gone} };
            $copy->{rows}{ $_->{id} } = $_ for @{ $page->{chats} };
            $copy->{rev} = $page->{rev};
        }
    }
}

sub compare {
    for my $copy (@copies) {
        my $what = $copy->{what};
        my $page = $s->$what($copy->{who}, limit => 200);
        is_deeply($copy->{rows}, { map { $_->{id} => $_ } @{ $page->{chats} } },
            "the $what that $copy->{who} kept is the one he would read");
    }
}

sub pick { return $_[rand @_] }
