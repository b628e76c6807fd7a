package Test::Inbox::HTTP;

# Copyright (C) the ngx_inbox authors
#
# One keep-alive connection to nginx, as plain as possible, so that a test can
# send half a request, read an answer late, or leave:
#
#     my $c = Test::Inbox::HTTP->new($port);
#     $c->send(GET => '/inbox/health');       # sends, does not wait
#     my $r = $c->read(5);                    # one answer, or undef in 5 s
#     $r->{status}, $r->{headers}{etag}, $r->{body}, $r->{json}
#
# Test::Inbox::HTTP::together(@connections) waits for one answer on each of
# them at once.

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use Time::HiRes qw(time);

use Test::Inbox::Answers;

my $json = JSON::PP->new->utf8->allow_nonref->canonical;


sub new {
    my ($class, $port) = @_;

    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $port, Proto => 'tcp', Timeout => 5)
        or die "cannot connect to port $port: $@\n";

    return bless { socket => $socket, in => '', methods => [] }, $class;
}


# options: headers {name => value or [values]}, json => data, body => bytes,
# type => Content-Type, token => bearer token
sub send {
    my ($self, $method, $path, %o) = @_;

    push @{$self->{methods}}, $method;
    push @{$self->{paths}}, $path;

    return $self->write(bytes($method, $path, %o));
}


# a whole request as bytes
sub bytes {
    my ($method, $path, %o) = @_;

    my %headers = (Host => '127.0.0.1', %{$o{headers} || {}});
    my $body = $o{body};

    if (exists $o{json}) {
        $body = $json->encode($o{json});
        $headers{'Content-Type'} //= 'application/json';
    }

    $headers{'Content-Type'} = $o{type} if defined $o{type};
    $headers{Authorization} = "Bearer $o{token}" if defined $o{token};
    $headers{'Content-Length'} //= length $body if defined $body;

    my $head = "$method $path HTTP/1.1\r\n";

    for my $name (sort keys %headers) {
        my $value = $headers{$name};

        next if !defined $value;
        $head .= "$name: $_\r\n" for ref $value ? @$value : $value;
    }

    return "$head\r\n" . ($body // '');
}


sub write {
    my ($self, $bytes) = @_;

    my $end = time() + 10;
    my $select = IO::Select->new($self->{socket});

    local $SIG{PIPE} = 'IGNORE';

    while (length $bytes && time() < $end) {
        $select->can_write(1) or next;
        my $n = syswrite $self->{socket}, $bytes;

        return $self if !defined $n;
        substr $bytes, 0, $n, '';
    }

    return $self;
}


# the next answer; undef when none came in time or the connection is closed
sub read {
    my ($self, $timeout) = @_;

    my $end = time() + ($timeout // 10);

    while (1) {
        my $r = $self->take();
        return $r if $r;

        return undef if $self->{eof};

        my $left = $end - time();

        IO::Select->new($self->{socket})->can_read($left > 0 ? $left : 0)
            or return undef;
        $self->fill();
    }
}


# reads what has arrived
sub fill {
    my ($self) = @_;

    my $n = sysread $self->{socket}, $self->{in}, 65536, length $self->{in};

    $self->{eof} = 1 if !$n;
}


# a finished answer from the bytes that are here, or undef
sub take {
    my ($self) = @_;

    my $at = index $self->{in}, "\r\n\r\n";
    return undef if $at < 0;

    my ($line, @lines) = split /\r\n/, substr $self->{in}, 0, $at;
    my ($status) = $line =~ m{^HTTP/1\.[01] (\d{3})} or die "odd: $line\n";
    my %headers;

    for (@lines) {
        my ($name, $value) = /^([^:]+):\s*(.*)$/ or next;
        $name = lc $name;
        $headers{$name} = defined $headers{$name}
            ? "$headers{$name}, $value" : $value;
    }

    my ($body, $used) = $self->body($at + 4, $status, \%headers);
    return undef if !defined $body;

    substr $self->{in}, 0, $used, '';

    my $r = { status => $status, headers => \%headers, body => $body,
              head => join("\n", $line, @lines),
              json => $self->{plain} ? undef : decode($body) };

    if ($status >= 200) {
        my ($method, $path) = map { shift @{$self->{$_}} } qw(methods paths);

        Test::Inbox::Answers::note($method, $path, $r) if defined $path;
    }

    return $r;
}


# body and where it ends, or nothing while bytes are missing
sub body {
    my ($self, $at, $status, $headers) = @_;

    my $method = $self->{methods}[0] // 'GET';

    if ($method eq 'HEAD' || $status < 200 || $status =~ /^(204|304)$/) {
        return ('', $at);
    }

    if (($headers->{'transfer-encoding'} // '') eq 'chunked') {
        return $self->chunks($at);
    }

    my $length = $headers->{'content-length'};

    if (!defined $length) {
        return $self->{eof} ? (substr($self->{in}, $at), length $self->{in})
                            : ();
    }

    return if length $self->{in} < $at + $length;
    return (substr($self->{in}, $at, $length), $at + $length);
}


sub chunks {
    my ($self, $at) = @_;

    my $body = '';

    pos($self->{in}) = $at;

    while ($self->{in} =~ /\G([0-9a-f]+)\r\n/gci) {
        my $size = hex $1;
        my $from = pos $self->{in};

        return if length $self->{in} < $from + $size + 2;
        return ($body, $from + 2) if $size == 0;

        $body .= substr $self->{in}, $from, $size;
        pos($self->{in}) = $from + $size + 2;
    }

    return;
}


sub decode {
    my ($body) = @_;

    return undef if $body !~ /^\s*[\[{]/;
    return scalar eval { $json->decode($body) };
}


# is the connection closed by the other side?
sub closed {
    my ($self, $timeout) = @_;

    my $end = time() + ($timeout // 5);

    while (!$self->{eof} && time() < $end) {
        $self->fill() if IO::Select->new($self->{socket})->can_read(0.1);
    }

    return $self->{eof};
}


# leaves; with `reset` the other side gets an RST in place of a FIN
sub close {
    my ($self, $reset) = @_;

    if ($reset) {
        setsockopt $self->{socket}, Socket::SOL_SOCKET(), Socket::SO_LINGER(),
            pack 'ii', 1, 0;
    }

    CORE::close delete $self->{socket};
}


# one answer for each of the connections, in their order; undef where none came
sub together {
    my ($timeout, @all) = @_;

    my $end = time() + $timeout;
    my @answers = map { $_->take() } @all;
    my $select = IO::Select->new();
    my %number;

    for my $i (0 .. $#all) {
        next if $answers[$i];
        $select->add($all[$i]{socket});
        $number{fileno $all[$i]{socket}} = $i;
    }

    while ($select->count && time() < $end) {
        for my $socket ($select->can_read($end - time())) {
            my $i = $number{fileno $socket};

            $all[$i]->fill();
            $answers[$i] = $all[$i]->take();
            $select->remove($socket) if $answers[$i] || $all[$i]{eof};
        }
    }

    return @answers;
}


1;
