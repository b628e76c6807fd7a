package RedisClient;

# Copyright (C) the ngx_inbox authors
#
# What t/redis_client*.t need: the private nginx of t/c/redis_client, a real
# Redis, and fakes that misbehave on purpose.  Everything lives in one
# directory of its own, listens there on unix sockets (HTTP too), and is
# stopped at the end by the process that started it.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use IO::Select;
use IO::Socket::UNIX;
use POSIX qw(WNOHANG);
use Test::More;
use Time::HiRes qw(sleep time);

my $TOP = abs_path(dirname(__FILE__) . '/../..');
my $PATIENCE = 20;

my $nginx;


# words of nginx.conf: main => ..., events => ..., level => of the log
sub new {
    my ($class, %options) = @_;

    my $self = bless {
        dir => tempdir('inbox-redis-XXXXXX', TMPDIR => 1,
                       CLEANUP => !$ENV{TEST_LEAVE}),
        owner => $$, children => [], fakes => 0, %options
    }, $class;

    return $self;
}


sub DESTROY {
    my ($self) = @_;

    return if $$ != $self->{owner};

    local $?;

    $self->end($_) for my @children = @{$self->{children}};
    diag($self->log()) if $ENV{TEST_CATLOG};
}


# the private nginx, built when something has changed
sub nginx {
    return $nginx if $nginx;

    chomp(my $path = `'$TOP/t/c/build.sh' redis_client`);
    die "t/c/build.sh redis_client failed\n" if $?;

    return $nginx = $path;
}


# nginx with redis_test's arguments
sub run {
    my ($self, @redis) = @_;

    my $dir = $self->{dir};
    my $main = $self->{main} // '';
    my $events = $self->{events} // '';
    my $level = $self->{level} // 'info';

    mkdir "$dir/logs";
    open my $conf, '>', "$dir/nginx.conf" or die $!;
    print $conf <<"END";
user root;
daemon off;
worker_processes 1;
pid $dir/nginx.pid;
error_log $dir/error.log $level;
$main
events { worker_connections 256; $events }
http {
    access_log off;
    client_body_temp_path $dir/body;
    redis_test @redis;
    server {
        listen unix:$dir/http.sock;
        location / { redis_test_run; }
    }
}
END
    close $conf;

    unlink "$dir/http.sock";

    # nginx leaves its connections to the system; what we leave is looked at
    open my $leaks, '>', "$dir/leaks" or die $!;
    print $leaks "leak:ngx_event_process_init\n";
    close $leaks;

    local $ENV{LSAN_OPTIONS} = "suppressions=$dir/leaks:print_suppressions=0";
    local $ENV{ASAN_OPTIONS} = 'detect_leaks=1:abort_on_error=0';
    $self->{nginx} = $self->start(nginx(), '-p', $dir, '-c',
                                  "$dir/nginx.conf", '-e', "$dir/error.log");
    $self->wait_for('nginx', sub { -S "$dir/http.sock" && -s "$dir/nginx.pid"
                                   && $self->connect() });
    return $self;
}


sub start {
    my ($self, @command) = @_;

    my $pid = fork() // die $!;

    if ($pid == 0) {
        open STDOUT, '>', "$self->{dir}/out.log";
        open STDERR, '>', "$self->{dir}/out.log";
        exec @command or POSIX::_exit(127);
    }

    push @{$self->{children}}, $pid;

    return $pid;
}


sub end {
    my ($self, $pid, $signal) = @_;

    @{$self->{children}} = grep { $_ != $pid } @{$self->{children}};
    kill $signal // 'TERM', $pid;

    my $until = time() + $PATIENCE;

    while (time() < $until) {
        return 1 if waitpid($pid, WNOHANG) != 0;
        sleep 0.005;
    }

    kill 'KILL', $pid;
    waitpid $pid, 0;

    return 0;
}


# nginx leaves; true when it did so by itself and left a clean log
sub quit {
    my ($self, $name) = @_;

    ok($self->end($self->{nginx}, 'QUIT'), "$name: the worker left");
    like($self->log(), qr/redis test: open 0 wrong 0 flight 0/,
         "$name: every call ended once");
    is(join('', $self->trouble()), '', "$name: nothing alarming in the log");
}


sub trouble {
    my ($self) = @_;

    return grep { /\[(?:alert|crit|emerg)\]|Sanitizer|runtime error/ }
           map { "$_\n" } split /\n/, $self->log();
}


sub log {
    my ($self) = @_;

    return slurp("$self->{dir}/error.log");
}


sub slurp {
    my ($file) = @_;

    open my $in, '<', $file or return '';
    local $/;

    return scalar <$in> // '';
}


sub logged {
    my ($self, $pattern) = @_;

    return scalar(() = $self->log() =~ /$pattern/g);
}


# requests: begin() and finish(), or get() for both
sub connect {
    my ($self) = @_;

    return IO::Socket::UNIX->new(Peer => "$self->{dir}/http.sock");
}


sub begin {
    my ($self, $uri) = @_;

    my $s = $self->connect() or die "no nginx: $!";
    syswrite $s, "GET /$uri HTTP/1.0\r\n\r\n";

    return $s;
}


sub finish {
    my ($self, $s) = @_;

    my $text = '';

    while (IO::Select->new($s)->can_read($PATIENCE)) {
        last if !sysread $s, $text, 65536, length $text;
    }

    $text =~ s/^.*?\r\n\r\n//s;

    return $text;
}


sub get {
    my ($self, $uri) = @_;

    return $self->finish($self->begin($uri));
}


sub status {
    my ($self) = @_;

    my %status = split ' ', $self->get('status');

    return \%status;
}


# sockets of the worker that a new binary does not inherit
sub private_sockets {
    my ($self) = @_;

    my $pid = $self->status()->{pid};

    return scalar grep {
        my ($fd) = m{(\d+)$};
        (readlink($_) // '') =~ /^socket:/
        && slurp("/proc/$pid/fdinfo/$fd") =~ /^flags:\s*0*2\d{6}$/m;
    } glob "/proc/$pid/fd/*";
}


sub wait_up {
    my ($self) = @_;

    return $self->wait_for('the client to be up', sub {
        return $self->status()->{up};
    });
}


sub wait_for {
    my ($self, $what, $condition) = @_;

    my $until = time() + $PATIENCE;

    while (time() < $until) {
        return 1 if $condition->();
        sleep 0.005;
    }

    diag("waited for $what in vain");

    return 0;
}


# a real Redis, on redis.sock; other words of its configuration: @options
sub redis {
    my ($self, @options) = @_;

    my $socket = "$self->{dir}/redis.sock";

    unlink $socket;
    $self->{redis} = $self->start('redis-server', '--port', 0, '--save', '',
                                  '--unixsocket', $socket, '--dir',
                                  $self->{dir}, @options);
    $self->wait_for('Redis', sub { IO::Socket::UNIX->new(Peer => $socket) });

    return "unix:$socket";
}


sub cli {
    my ($self, @words) = @_;

    my $s = IO::Socket::UNIX->new(Peer => "$self->{dir}/redis.sock")
        or return '';

    syswrite $s, join('', '*' . @words . "\r\n",
                      map { '$' . length($_) . "\r\n$_\r\n" } @words);
    sysread $s, my $answer, 65536;

    return $answer;
}


# a fake: serve->(socket, number of the connection from 1) for each connection,
# one after the other; the connection is closed when it returns
sub fake {
    my ($self, $serve, $path) = @_;

    $path //= "$self->{dir}/fake" . ++$self->{fakes};

    my $listen = IO::Socket::UNIX->new(Local => $path, Listen => 64)
        or die "$path: $!";
    my $pid = fork() // die $!;

    if ($pid == 0) {
        local $SIG{TERM} = 'DEFAULT';
        local $SIG{PIPE} = 'IGNORE';

        for (my $n = 1; ; $n++) {
            my $s = $listen->accept() or next;
            $serve->($s, $n);
        }
    }

    push @{$self->{children}}, $pid;

    return "unix:$path";
}


# fakes' tools: the next command's words, or nothing at the end
sub command {
    my ($s) = @_;

    my ($n) = (line($s) // return) =~ /^\*(\d+)/;

    return map {
        my ($len) = (line($s) // return) =~ /^\$(\d+)/;
        substr take($s, $len + 2), 0, $len;
    } 1 .. $n;
}


sub line {
    my ($s) = @_;

    my $line = '';

    while ($line !~ /\r\n$/) {
        sysread($s, $line, 1, length $line) or return;
    }

    return $line;
}


sub take {
    my ($s, $n) = @_;

    my $text = '';

    while (length $text < $n) {
        sysread($s, $text, $n - length $text, length $text) or last;
    }

    return $text;
}


# writes all of it, however slowly it is read
sub say_all {
    my ($s, $text) = @_;

    my $sent = 0;

    while ($sent < length $text) {
        $sent += syswrite($s, $text, 1 << 20, $sent) // return;
    }

    return 1;
}


# answers every command with its last word
sub serve {
    my ($s) = @_;

    while (my @words = command($s)) {
        say_all($s, '$' . length($words[-1]) . "\r\n$words[-1]\r\n");
    }
}


# until the other side closes
sub wait_closed {
    my ($s) = @_;

    1 while sysread $s, my $bytes, 65536;
}


1;
