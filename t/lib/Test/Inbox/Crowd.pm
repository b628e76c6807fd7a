package Test::Inbox::Crowd;

# Copyright (C) the ngx_inbox authors
#
# Many clients at once in one loop, each on a keep-alive connection of its own
# and each with a script of its own:
#
#     my $crowd = Test::Inbox::Crowd->new($t->port);
#
#     $crowd->add(sub {
#         my ($r) = @_;           # the answer to what it has sent; undef first
#
#         return if $r && $r->{status} == 200;    # it is done
#         return \0.1 if $r;                      # calls again in 0.1 s
#         return Test::Inbox::HTTP::bytes(GET => '/inbox/health');
#     }) for 1 .. 1000;
#
#     ok($crowd->run(10), 'all are done');
#
# When the connection is lost without an answer, the answer's status is 0; the
# next request goes out on a new connection.  Answers have no `json`, for
# thousands of them are looked at by pattern.

use strict;
use warnings;

use Fcntl qw(F_GETFL F_SETFL O_NONBLOCK);
use Socket qw(AF_INET SOCK_STREAM inet_aton sockaddr_in);
use Time::HiRes qw(time);

use Test::Inbox::HTTP;

# clients that come in one turn of the loop: the listen queue is not endless
my $COME = 64;


sub new {
    my ($class, $port) = @_;

    return bless { port => $port, read => '', write => '', by => [],
        new => [], pauses => [], left => 0 }, $class;
}


sub add {
    my ($self, $script) = @_;

    push @{$self->{new}}, { script => $script };
    $self->{left}++;
}


# until all have finished, or the condition is true; false: time is over
sub run {
    my ($self, $seconds, $until) = @_;

    my $end = time() + $seconds;

    local $SIG{PIPE} = 'IGNORE';

    while ($until ? !$until->() : $self->{left}) {
        $self->go($_) for splice @{$self->{new}}, 0, $COME;
        $self->turn();

        return 0 if time() > $end;
    }

    return 1;
}


# clients that have not finished
sub left { $_[0]{left} }


# leaves with all
sub close {
    my ($self) = @_;

    $self->hang_up($_) for grep { $_ } @{$self->{by}};
    $self->{new} = $self->{pauses} = [];
    $self->{left} = 0;
}


# asks the script for its next request and sends it
sub go {
    my ($self, $member, $answer) = @_;

    my $next = $member->{script}->($answer);

    if (!defined $next) {
        $self->hang_up($member);
        $self->{left}--;
        return;
    }

    if (ref $next) {
        push @{$self->{pauses}}, [time() + $$next, $member];
        return;
    }

    $self->connect($member) if !$member->{http};

    $member->{out} = $next;
    $member->{asked} = 1;
    $member->{http}{methods} = [$next =~ /^(\S+)/];
    $self->flush($member);
}


sub connect {
    my ($self, $member) = @_;

    socket my $socket, AF_INET, SOCK_STREAM, 0 or die "socket: $!\n";
    connect $socket, sockaddr_in($self->{port}, inet_aton('127.0.0.1'))
        or die "connect: $!\n";
    fcntl $socket, F_SETFL, fcntl($socket, F_GETFL, 0) | O_NONBLOCK;

    $member->{http} = bless { socket => $socket, in => '', methods => [],
        plain => 1 }, 'Test::Inbox::HTTP';
    $member->{fd} = fileno $socket;

    $self->{by}[$member->{fd}] = $member;
    vec($self->{read}, $member->{fd}, 1) = 1;
}


sub hang_up {
    my ($self, $member) = @_;

    my $http = delete $member->{http} or return;

    vec($self->{$_}, $member->{fd}, 1) = 0 for qw(read write);
    $self->{by}[$member->{fd}] = undef;
    $http->close();
}


sub flush {
    my ($self, $member) = @_;

    my $n = syswrite $member->{http}{socket}, $member->{out};

    # what a lost connection means is seen when reading
    $n = $!{EAGAIN} ? 0 : length $member->{out} if !defined $n;

    substr $member->{out}, 0, $n, '';
    vec($self->{write}, $member->{fd}, 1) = length $member->{out} ? 1 : 0;
}


sub turn {
    my ($self) = @_;

    $self->wake();

    my $wait = @{$self->{new}} ? 0 : 0.02;
    my ($read, $write) = @$self{'read', 'write'};

    return if select($read, $write, undef, $wait) <= 0;

    for my $fd (bits($write)) {
        $self->flush($self->{by}[$fd]) if $self->{by}[$fd];
    }

    for my $fd (bits($read)) {
        $self->hear($self->{by}[$fd]) if $self->{by}[$fd];
    }
}


# members whose pause is over
sub wake {
    my ($self) = @_;

    return if !@{$self->{pauses}};

    my $now = time();
    my @due = grep { $_->[0] <= $now } @{$self->{pauses}};

    $self->{pauses} = [grep { $_->[0] > $now } @{$self->{pauses}}] if @due;
    $self->go($_->[1]) for @due;
}


# numbers of the bits that are set
sub bits {
    my $bits = unpack 'b*', $_[0];
    my @set;

    for (my $i = index $bits, '1'; $i >= 0; $i = index $bits, '1', $i + 1) {
        push @set, $i;
    }

    return @set;
}


sub hear {
    my ($self, $member) = @_;

    my $http = $member->{http};

    $http->fill();

    my $answer = $http->take();

    if (!$answer) {
        return if !$http->{eof};
        $answer = { status => 0, headers => {}, body => '' };
    }

    if ($http->{eof} || ($answer->{headers}{connection} // '') eq 'close') {
        $self->hang_up($member);
    }

    # an idle connection may be closed at any time
    $self->go($member, $answer) if delete $member->{asked};
}


1;
