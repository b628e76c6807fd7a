package ParkTest::Client;

# Copyright (C) the ngx_inbox authors
#
# One connection, plain or TLS, that can send anything at any moment and leave
# in every way there is.

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use Socket qw(SOL_SOCKET SO_LINGER);
use Time::HiRes qw(time);

my $DEADLINE = 20;


sub new {
    my ($class, %o) = @_;

    my $socket = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$o{port}",
                                       Proto => 'tcp')
        or die "connect: $!";
    $socket->autoflush(1);

    if ($o{tls}) {
        require IO::Socket::SSL;
        IO::Socket::SSL->start_SSL($socket, SSL_verify_mode => 0)
            or die 'TLS: ' . IO::Socket::SSL::errstr();
    }

    return bless { socket => $socket, tls => $o{tls}, buffer => '' }, $class;
}


sub request {
    my ($self, $method, $uri, %headers) = @_;

    $headers{Host} //= 'localhost';
    $self->{method} = $method;

    return $self->send(join "\r\n", "$method $uri HTTP/1.1",
                       (map { "$_: $headers{$_}" } sort keys %headers),
                       '', '');
}


sub send {
    my ($self, $bytes) = @_;

    local $SIG{PIPE} = 'IGNORE';
    $self->{socket}->syswrite($bytes);

    return $self;
}


# { status, headers, body }, or nothing when the connection was closed first;
# more than one may lie in the buffer
sub response {
    my ($self, $deadline) = @_;

    my $end = time() + ($deadline // $DEADLINE);

    while (time() < $end) {
        my $response = $self->parse();
        return $response if $response;
        last unless $self->read($end - time());
    }

    return;
}


sub parse {
    my ($self) = @_;

    $self->{buffer} =~ /^(HTTP\/1\.[01] (\d+).*?)\r\n\r\n/s or return;

    my ($head, $status, $from) = ($1, $2, $+[0]);
    my %headers = map { /^([\w-]+): *(.*?)$/ ? (lc $1 => $2) : () }
                  split /\r\n/, $head;
    my $length = $headers{'content-length'} // 0;
    my $bare = $status == 304 || ($self->{method} // '') eq 'HEAD';

    if (($headers{'transfer-encoding'} // '') eq 'chunked' && !$bare) {
        $self->{buffer} =~ /\r\n0\r\n\r\n/g or return;
        $length = pos($self->{buffer}) - $from;
    }

    $length = 0 if $bare;
    return if length $self->{buffer} < $from + $length;

    my $body = substr $self->{buffer}, $from, $length;
    substr $self->{buffer}, 0, $from + $length, '';

    return { status => $status, headers => \%headers, body => $body };
}


# true: some bytes came
sub read {
    my ($self, $wait) = @_;

    my $pending = $self->{tls} && $self->{socket}->pending();

    if (!$pending && !IO::Select->new($self->{socket})->can_read($wait)) {
        return 0;
    }

    my $n = $self->{socket}->sysread($self->{buffer}, 65536,
                                     length $self->{buffer});
    $self->{eof} = 1 if defined $n && $n == 0;

    return $n;
}


# the server has closed, before the deadline and with nothing said
sub closed {
    my ($self, $deadline) = @_;

    my $end = time() + ($deadline // $DEADLINE);

    while (!$self->{eof} && time() < $end) {
        my $n = $self->read($end - time());
        return 1 if !defined $n;
    }

    return $self->{eof} && $self->{buffer} eq '';
}


# nothing comes for a while
sub quiet {
    my ($self, $seconds) = @_;

    return !$self->read($seconds);
}


sub fin {
    my ($self) = @_;

    $self->{socket}->close();

    return;
}


sub half_close {
    my ($self) = @_;

    shutdown $self->{socket}, 1;

    return;
}


sub rst {
    my ($self) = @_;

    setsockopt $self->{socket}, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0);

    if ($self->{tls}) {
        $self->{socket}->close(SSL_no_shutdown => 1);

    } else {
        $self->{socket}->close();
    }

    return;
}


1;
