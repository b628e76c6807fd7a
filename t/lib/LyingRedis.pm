package LyingRedis;

# Copyright (C) the ngx_inbox authors
#
# Stands between nginx and a Redis, in a process of its own, and hands on what
# both say, or something else:
#
#     my $liar = LyingRedis->new($t->dir, $t->redis);
#     my $t2 = Test::Inbox->new(store => $liar->address);
#
#     $liar->mode('drip');     # answers come byte by byte
#     $liar->mode('cut');      # a connection ends within an answer
#     $liar->mode('hang');     # nothing comes
#     $liar->mode('twice');    # each answer once more: all that follow are
#                              # answers to earlier questions
#     $liar->mode('say', "-LOADING x\r\n");  # this to all that is asked
#     $liar->mode('pass');
#
# What is answered with `say` never reaches Redis.

use strict;
use warnings;

use IO::Select;
use IO::Socket::UNIX;
use POSIX ();
use Time::HiRes qw(sleep);


sub new {
    my ($class, $dir, $redis) = @_;

    my $self = bless { socket => "$dir/liar.sock", file => "$dir/liar.mode",
        to => "$dir/redis.sock", owner => $$ }, $class;
    my $listen = IO::Socket::UNIX->new(Local => $self->{socket},
        Listen => 64) or die "liar: $!\n";

    $self->mode('pass');
    $self->{pid} = fork() // die "fork: $!\n";

    if ($self->{pid} == 0) {
        $SIG{$_} = 'DEFAULT' for qw(TERM INT HUP);
        $SIG{PIPE} = 'IGNORE';
        $self->serve($listen);
        POSIX::_exit(0);
    }

    return $self;
}


sub address { "unix:$_[0]{socket}" }


sub mode {
    my ($self, $mode, $bytes) = @_;

    open my $out, '>', "$self->{file}.new" or die "$self->{file}: $!\n";
    print $out "$mode\n" . ($bytes // '');
    close $out;
    rename "$self->{file}.new", $self->{file};
}


sub stop {
    my ($self) = @_;

    my $pid = delete $self->{pid} or return;

    kill 'KILL', $pid;
    waitpid $pid, 0;
}


sub DESTROY { $_[0]->stop() if $$ == $_[0]{owner} }


sub serve {
    my ($self, $listen) = @_;

    my $select = IO::Select->new($listen);
    my %pair;

    while (1) {

        # what is not read is not lost, and comes when he talks again
        if ($self->said() eq 'hang') {
            sleep 0.02;
            next;
        }

        for my $from ($select->can_read(0.05)) {
            if ($from == $listen) {
                my $client = $listen->accept() or next;
                my $server = IO::Socket::UNIX->new(Peer => $self->{to});

                next if !$server;
                $pair{$client} = { to => $server, asks => 1 };
                $pair{$server} = { to => $client };
                $select->add($client, $server);
                next;
            }

            my $p = $pair{$from} or next;
            my $bytes = '';
            my $alive = sysread($from, $bytes, 65536)
                && $self->hand($from, $p, $bytes);

            next if $alive;
            $select->remove($from, $p->{to});
            delete @pair{$from, $p->{to}};
            close $_ for $from, $p->{to};
        }
    }
}


# the mode, and its words
sub said {
    my ($self) = @_;

    open my $in, '<', $self->{file} or return 'pass';
    chomp(my $mode = <$in> // '');
    my $words = join '', <$in>;

    return wantarray ? ($mode, $words) : $mode;
}


# false: the connection ends
sub hand {
    my ($self, $from, $p, $bytes) = @_;

    my ($mode, $words) = $self->said();

    if ($p->{asks}) {
        return say_all($from, $bytes, $words) if $mode eq 'say';
        return all($p->{to}, $bytes);
    }

    if ($mode eq 'cut' && rand() < 0.2) {
        all($p->{to}, substr $bytes, 0, int(length($bytes) / 2));
        return 0;
    }

    if ($mode eq 'drip') {
        all($p->{to}, $_) or return 0 for split //, $bytes;
        return 1;
    }

    return all($p->{to}, $mode eq 'twice' ? $bytes x 2 : $bytes);
}


# the words for each command: those that begin in these bytes
sub say_all {
    my ($from, $bytes, $words) = @_;

    my $n = () = $bytes =~ /\*\d+\r\n\$\d+\r\n[A-Z]+\r\n/g;

    return all($from, $words x ($n || 1));
}


sub all {
    my ($to, $bytes) = @_;

    while (length $bytes) {
        my $n = syswrite $to, $bytes;

        return 0 if !defined $n;
        substr $bytes, 0, $n, '';
    }

    return 1;
}


1;
