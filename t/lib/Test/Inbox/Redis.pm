package Test::Inbox::Redis;

# Copyright (C) the ngx_inbox authors
#
# A private redis-server on a socket in the test's directory, and a client that
# speaks to it.  The server can be killed, stalled and started again; what it
# held comes back from its append-only file.

use strict;
use warnings;

use IO::Socket::UNIX;
use POSIX qw(WNOHANG);
use Time::HiRes qw(time sleep);


# options: fsync (no), config (more lines of redis.conf), password, db
sub new {
    my ($class, $dir, %o) = @_;

    my $self = bless { dir => $dir, socket => "$dir/redis.sock",
        password => $o{password}, db => $o{db} }, $class;
    my $guard = '';

    if (defined $o{password}) {
        $guard = "requirepass $o{password}";
        spew("$dir/redis.password", "$o{password}\n");
    }

    spew("$dir/redis.conf", <<"END");
port 0
unixsocket $self->{socket}
dir $dir
logfile $dir/redis.log
save ""
appendonly yes
appendfsync @{[ $o{fsync} // 'no' ]}
$guard
@{[ $o{config} // '' ]}
END

    return $self;
}


# what nginx is told of it: the value of inbox_redis
sub address {
    my ($self) = @_;

    my $address = "unix:$self->{socket}";

    $address .= " password_file=$self->{dir}/redis.password"
        if defined $self->{password};
    $address .= " db=$self->{db}" if defined $self->{db};

    return $address;
}


sub start {
    my ($self) = @_;

    unlink $self->{socket};

    my $pid = fork() // die "fork: $!\n";

    if ($pid == 0) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', "$self->{dir}/redis.log";
        open STDERR, '>&', \*STDOUT;
        exec 'redis-server', "$self->{dir}/redis.conf" or POSIX::_exit(127);
    }

    $self->{pid} = $pid;

    my $end = time() + 15;

    until ((eval { $self->call('PING') } // '') eq 'PONG') {
        die "redis-server did not start, see $self->{dir}/redis.log\n"
            if time() > $end || waitpid($pid, WNOHANG);
        sleep 0.02;
    }

    return $self;
}


# TERM: as it should end; KILL: as it may
sub stop {
    my ($self, $signal) = @_;

    my $pid = delete $self->{pid} or return;

    $signal //= 'TERM';
    delete $self->{client};

    # who is killed while he stalls must not answer anything more
    kill 'CONT', $pid if $signal ne 'KILL';
    kill $signal, $pid;
    waitpid $pid, 0;
}


sub stall  { kill 'STOP', $_[0]{pid} }
sub resume { kill 'CONT', $_[0]{pid} }


# one command; error replies come back as { error => words }
sub call {
    my ($self, @words) = @_;

    $self->enter() if !$self->{client};

    my $client = $self->{client};
    my $out = '*' . @words . "\r\n";

    for my $word (@words) {
        utf8::encode($word) if utf8::is_utf8($word);
        $out .= '$' . length($word) . "\r\n$word\r\n";
    }

    local $SIG{PIPE} = 'IGNORE';
    print $client $out;
    $client->flush;

    my $reply = eval { value($client) };

    if ($@) {
        delete $self->{client};
        die $@;
    }

    return $reply;
}


# connects as nginx does
sub enter {
    my ($self) = @_;

    $self->{client} = IO::Socket::UNIX->new(Peer => $self->{socket})
        // die "no connection to redis\n";

    $self->call('AUTH', $self->{password}) if defined $self->{password};
    $self->call('SELECT', $self->{db}) if defined $self->{db};
}


sub value {
    my ($client) = @_;

    defined(my $line = readline $client) or die "redis hung up\n";
    $line =~ s/\r\n$//;

    my $rest = substr $line, 1;
    my $kind = substr $line, 0, 1;

    return { error => $rest } if $kind eq '-';
    return $rest if $kind =~ /[+:]/;
    return undef if $rest < 0;
    return [map { value($client) } 1 .. $rest] if $kind eq '*';

    read $client, my $bytes, $rest + 2;
    return substr $bytes, 0, $rest;
}


sub spew {
    my ($path, $bytes) = @_;

    open my $out, '>', $path or die "$path: $!\n";
    print $out $bytes;
    close $out;
}


1;
