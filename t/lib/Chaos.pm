package Chaos;

# Copyright (C) the ngx_inbox authors
#
# A town in which trouble is made: clients write through Telegram, an agent
# answers, somebody follows every chat, and all of them behave as such people
# and programs do: what was not acknowledged is sent again.
#
#     my $town = Chaos->new($t, $fake);
#
#     $town->trouble('workers killed', 1, sub { kill 'KILL', ... });
#     is_deeply([$town->settle()], [], 'nothing lost, nothing twice');
#     print $town->report();
#
# settle() lets everybody come to an end and compares what was acknowledged with
# what is there: each message of a client once, in his order; each answer once,
# in order, at the platform too, unless it says that it may have arrived twice;
# whoever followed has seen every message of his chat.
#
# CHAOS_SECONDS is how long each trouble lasts; 2 in `make test`.

use strict;
use warnings;

use JSON::PP;
use Time::HiRes qw(time);

use FakeTelegram;
use Test::Inbox::Crowd;
use Test::Inbox::HTTP;

our $SECONDS = $ENV{CHAOS_SECONDS} // 2;

# seconds to come to an end after the last trouble
my $SETTLE = 60;

my $CLIENTS = 8;

# each town has people of its own: what those of another have said is no news
my $towns = 0;

my $DOUBT = qr/may have arrived twice/;
my $HOOK = { 'X-Telegram-Bot-Api-Secret-Token' => 'hook-secret' };

my $json = JSON::PP->new->utf8->allow_nonref->canonical;


# ports: of all nodes; clients are spread over them
sub new {
    my ($class, $t, $fake, %o) = @_;

    my $self = bless { t => $t, fake => $fake, going => 1, odd => {},
        refused => 0, lost => 0, twice => [], refusals => 0, copies => 0,
        polls => 0, report => [] },
        $class;

    my @ports = @{$o{ports} // [$t->port]};

    $self->{crowds} = [map { Test::Inbox::Crowd->new($_) } @ports];
    my $first = 7000 + 100 * $towns++;

    $self->{chats} = [map { { user => $first + $_, said => 0, answered => 0,
        seen => {}, rev => 0 } } 1 .. $CLIENTS];

    $self->begin($_) for @{$self->{chats}};

    for my $i (0 .. $#{$self->{chats}}) {
        my $c = $self->{chats}[$i];
        my @at = map { $self->{crowds}[($i + $_) % @ports] } 0 .. 2;

        $at[0]->add($self->client($c));
        $at[1]->add($self->agent($c));
        $at[2]->add($self->follower($c));
    }

    return $self;
}


# the first message, and the agent takes the chat
sub begin {
    my ($self, $c) = @_;

    $self->{t}->hook($self->update($c, 1));
    $c->{said} = 1;

    my ($chat) = grep { $_->{contact}{external_id} eq $c->{user} }
        @{$self->{t}->api(GET => 'journal')->{json}{chats}};

    $c->{id} = $chat->{id};
    $self->{t}->api(POST => "chats/$c->{id}/take");
}


# far from the numbers that the platform gives to answers: they are of one row
sub update {
    my ($self, $c, $number) = @_;

    return FakeTelegram::update(1_000_000 + $number, "said $number",
        id => $c->{user}, username => "user$c->{user}");
}


# a platform: the same update until it is taken, and sometimes once more
sub client {
    my ($self, $c) = @_;

    my ($number, $again) = ($c->{said} + 1, 0);

    return sub {
        my ($r) = @_;

        if ($self->took($r, qr/^200$/)) {
            $c->{said} = $number if $number > $c->{said};

            if (!$again && rand() < 0.2) {
                $again = 1;
                $self->{copies}++;

            } else {
                $number = $c->{said} + 1;
                $again = 0;
                return undef if !$self->{going};
                return \(0.01 + rand 0.03);
            }

        } elsif ($r) {
            return \0.1;
        }

        return Test::Inbox::HTTP::bytes(POST => '/inbox/hook/bot',
            headers => $HOOK, json => $self->update($c, $number));
    };
}


sub agent {
    my ($self, $c) = @_;

    my $number = 1;

    return sub {
        my ($r) = @_;

        # a 201 without a message is what a Redis that lies can bring about
        if ($self->took($r, qr/^201$/) && $r->{body} =~ /^\{"id"/) {
            $c->{answered} = $number++;
            return undef if !$self->{going};
            return \(0.05 + rand 0.1);
        }

        return \0.1 if $r;

        return Test::Inbox::HTTP::bytes(POST =>
            "/inbox/api/v1/chats/$c->{id}/messages",
            token => $self->{t}->token,
            headers => { 'Idempotency-Key' => "$c->{user}-$number" },
            json => { text => "answer $number" });
    };
}


sub follower {
    my ($self, $c) = @_;

    return sub {
        my ($r) = @_;

        my $page = $self->took($r, qr/^200$/)
            && eval { $json->decode($r->{body}) };

        if (ref $page && $page->{messages}) {
            $c->{seen}{$_->{id}} = $_ for @{$page->{messages}};
            $c->{rev} = $page->{rev};
            $self->{polls}++;
            return undef if $self->{closing};

        } elsif ($r) {
            return undef if $self->{closing};
            return \0.1;
        }

        return Test::Inbox::HTTP::bytes(GET => "/inbox/api/v1/chats/$c->{id}"
            . "/messages?since=$c->{rev}&wait=2&limit=200",
            token => $self->{t}->token);
    };
}


# acknowledged?  A refusal that says so, and a lost connection, are nobody's
# fault; anything else is
sub took {
    my ($self, $r, $good) = @_;

    return 0 if !$r;
    return 1 if $r->{status} =~ $good;

    if ($r->{status} == 0) {
        $self->{lost}++;

    } elsif ($r->{status} =~ /^50[0234]$/) {
        $self->{refused}++;

    } else {
        $self->{odd}{"$r->{status} $r->{body}"}++;
    }

    return 0;
}


# makes trouble every so many seconds for as long as trouble lasts
sub trouble {
    my ($self, $name, $every, $deed) = @_;

    my ($before, $deeds) = ($self->said(), 0);
    my $end = time() + $SECONDS;

    while (time() < $end) {
        $deed->();
        $deeds++;
        $self->live($every);
    }

    push @{$self->{report}}, [$name, $deeds, $self->said() - $before];
}


# the platform has said no, or not now, to so many: these come a second time
# without a doubt
sub said_no {
    my ($self, $number) = @_;

    $self->{refusals} += $number;
}


# time goes by
sub live {
    my ($self, $seconds, $until) = @_;

    my $end = time() + $seconds;

    while (time() < $end) {
        $_->run(0, sub { $_->turn(); 0 }) for @{$self->{crowds}};
        return 1 if $until && $until->();
    }

    return !$until;
}


sub said {
    my ($self) = @_;

    my $sum = 0;

    $sum += $_->{said} + $_->{answered} for @{$self->{chats}};

    return $sum;
}


# everybody comes to an end; what is wrong, as words
sub settle {
    my ($self) = @_;

    my $t = $self->{t};

    $self->{going} = 0;

    my $ended = $self->live($SETTLE, sub { $self->left() == $CLIENTS });
    my $sent = $self->live($SETTLE, sub { $self->is_sent() });
    my $seen = $self->live($SETTLE, sub { $self->is_seen() });

    $self->{closing} = 1;
    $self->live(10, sub { $self->left() == 0 });
    $_->close() for @{$self->{crowds}};

    my @wrong = map { "odd answer $_" } sort keys %{$self->{odd}};

    push @wrong, 'somebody is not taken any more' if !$ended;
    push @wrong, map { "still queued: $_->{id} of $_->{at}, $_->{text}, in chat "
        . "$_->{chat}" } $self->queued() if !$sent;
    push @wrong, 'a follower has not seen all' if !$seen;
    push @wrong, map { $self->compare($_) } @{$self->{chats}};
    push @wrong, @{$self->{twice}} if @{$self->{twice}} > $self->{refusals};

    return @wrong;
}


sub left {
    my ($self) = @_;

    my $left = 0;

    $left += $_->left() for @{$self->{crowds}};

    return $left;
}


sub is_sent { return !$_[0]->queued() }


# answers that are still to be sent
sub queued {
    my ($self) = @_;

    return grep { ($_->{delivery} // '') eq 'queued' }
        map { $self->transcript($_) } @{$self->{chats}};
}


sub is_seen {
    my ($self) = @_;

    for my $c (@{$self->{chats}}) {
        return 0 if grep { !$c->{seen}{$_->{id}} } $self->transcript($c);
    }

    return 1;
}


# the whole of it, oldest first
sub transcript {
    my ($self, $c) = @_;

    my ($before, @all) = ('');

    do {
        my $r = $self->{t}->api(GET => "chats/$c->{id}/messages?limit=200"
            . ($before ne '' ? "&before=$before" : ''));

        return if !$r || $r->{status} != 200;
        unshift @all, @{$r->{json}{messages}};
        $before = $r->{json}{next} // '';
    } while ($before ne '');

    return grep { $_->{kind} eq 'text' } @all;
}


sub compare {
    my ($self, $c) = @_;

    my @all = $self->transcript($c);
    my @answers = grep { $_->{from} eq 'agent' } @all;
    my %arrived;
    my @order = grep { !$arrived{$_}++ } map { $_->{json}{text} }
        grep { $_->{json}{chat_id} eq $c->{user} } @{$self->calls()};
    my @twice = grep { ($arrived{$_->{text}} // 0) > 1
        && ($_->{error} // '') !~ $DOUBT } @answers;

    push @{$self->{twice}}, map { "chat $c->{id}: $_->{text} arrived twice and"
        . ' does not say so' } @twice;

    return map { "chat $c->{id}: $_" }
        differ('said', [map { "said $_" } 1 .. $c->{said}],
            [map { $_->{text} } grep { $_->{from} eq 'client' } @all]),
        differ('answered', [map { "answer $_" } 1 .. $c->{answered}],
            [map { $_->{text} } @answers]),
        differ('arrived', [map { "answer $_" } 1 .. $c->{answered}], \@order);
}


sub calls { return $_[0]{calls} //= [$_[0]{fake}->calls()] }


sub differ {
    my ($what, $want, $have) = @_;

    for my $i (0 .. ($#$want > $#$have ? $#$want : $#$have)) {
        my ($w, $h) = map { $_->[$i] // 'nothing' } $want, $have;

        next if $w eq $h;

        my ($at) = grep { $have->[$_] eq $w } 0 .. $#$have;

        return "$what: at $i there is '$h', not '$w', which is "
            . (defined $at ? "at $at" : 'nowhere');
    }

    return;
}


# one line of Markdown for each trouble
sub report {
    my ($self) = @_;

    return map { sprintf "| %s | %d | %d |\n", @$_ } @{$self->{report}};
}


# what it was in all
sub sum {
    my ($self) = @_;

    return sprintf '%d acknowledged, %d refused, %d connections lost, '
        . '%d copies, %d polls answered', $self->said(),
        @$self{qw(refused lost copies polls)};
}


1;
