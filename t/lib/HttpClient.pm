package HttpClient;

# Copyright (C) the ngx_inbox authors
#
# ngx_inbox_http in a small sanitized nginx (t/c/build_http.sh) without the rest
# of the product, and platforms for it that misbehave:
#
#     my $p = HttpClient::Platform->new();
#     my $t = HttpClient->new(apis => [$p->origin])->start();
#
#     my $r = $t->call($p->origin . '/hang', timeout => 200);
#     is($r->{rc}, 'error', ...);     # rc status retry len error body
#     is($p->count('/hang'), 1, ...);
#
#     $t->done();
#
# A platform answers by the path that is asked for, see act() below.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(remove_tree);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use POSIX qw(WNOHANG);
use Test::More;
use Time::HiRes qw(time sleep);

use Test::Inbox::HTTP;

our $TOP = abs_path(dirname(abs_path(__FILE__)) . '/../..');

# seconds; a loaded machine under a sanitizer is slow
my $PATIENCE = 30;

my @running;
my $owner = $$;


# options: apis [origins], workers, connections, method (of events), and
# directives: main, http, server
sub new {
    my ($class, %o) = @_;

    my $nginx = qx("$TOP/t/c/build_http.sh") or die "no test nginx\n";
    chomp $nginx;

    my $self = bless { nginx => $nginx, apis => [], workers => 1,
        connections => 512, main => '', http => '', server => '', allow => [],
        dir => tempdir('client-XXXXXX', TMPDIR => 1), %o }, $class;

    push @running, $self;

    return $self;
}


sub start {
    my ($self) = @_;

    $self->{port} = HttpClient::Platform::free_port();
    $self->configure();

    my $pid = fork() // die "fork: $!\n";

    if ($pid == 0) {
        open STDERR, '>>', "$self->{dir}/error.log";

        $ENV{ASAN_OPTIONS} = "detect_leaks=1:log_path=$self->{dir}/asan";
        $ENV{UBSAN_OPTIONS} = "print_stacktrace=1";

        # must not be used: nothing listens there
        $ENV{http_proxy} = $ENV{https_proxy} = 'http://127.0.0.1:9';

        exec $self->{nginx}, '-e', "$self->{dir}/error.log", '-p',
            $self->{dir}, '-c', "$self->{dir}/nginx.conf"
            or POSIX::_exit(127);
    }

    $self->{pid} = $pid;

    $self->wait_for(sub { defined $self->in_flight() })
        or die 'nginx did not start: ' . $self->log();

    return $self;
}


sub configure {
    my ($self) = @_;

    my $apis = join '', map { "client_test_api $_;\n" } @{$self->{apis}};
    my $user = $> == 0 ? 'user root;' : '';
    my $level = $ENV{TEST_DEBUG} ? 'debug' : 'info';
    my $method = $self->{method} ? "use $self->{method};" : '';

    open my $out, '>', "$self->{dir}/nginx.conf" or die;
    print $out <<"END";
$user
daemon off;
pid $self->{dir}/nginx.pid;
error_log $self->{dir}/error.log $level;
worker_processes $self->{workers};
$self->{main}
events { worker_connections $self->{connections}; $method }
http {
    access_log off;
    client_body_temp_path $self->{dir}/body;
    $apis
    $self->{http}
    server {
        listen 127.0.0.1:$self->{port};
        location /call { client_test; }
        location /gif { empty_gif; }
    }
    $self->{server}
}
END
    close $out;
}


# starts a call, does not wait; options: method, type, header, body, timeout,
# n, again, size
sub begin {
    my ($self, $url, %o) = @_;

    my $query = join '&', map { "$_=" . escape($o{$_}) } sort keys %o;
    my $c = Test::Inbox::HTTP->new($self->{port});

    return $c->send(GET => '/call?' . ($query ? "$query&" : '') . 'url='
        . escape($url));
}


sub call {
    my ($self, $url, %o) = @_;

    return outcome($self->begin($url, %o)->read($PATIENCE));
}


# of a connection that begin() returned
sub outcome {
    my ($r) = @_;

    return { rc => 'no answer' } if !$r;
    return { rc => $r->{body} } if $r->{body} !~ /^rc=/;

    my ($head, $body) = split /\n/, $r->{body}, 2;
    my %outcome = $head =~ /(rc|status|retry|len|taken|location)=(\S+)/g;

    ($outcome{error}) = $head =~ /error=(.*)/;
    $outcome{body} = $body;

    return \%outcome;
}


sub in_flight {
    my ($self) = @_;

    my $r = eval {
        Test::Inbox::HTTP->new($self->{port})->send(GET => '/call')->read(5)
    };

    return $r ? $r->{body} : undef;
}


sub escape {
    my ($text) = @_;

    $text =~ s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ge;

    return $text;
}


sub wait_for {
    my ($self, $condition, $seconds) = @_;

    my $end = time() + ($seconds // $PATIENCE);

    while (1) {
        my $got = $condition->();

        return $got if $got;
        return 0 if time() > $end;
        sleep 0.02;
    }
}


sub workers {
    my ($self) = @_;

    open my $in, '<', "/proc/$self->{pid}/task/$self->{pid}/children"
        or return;

    return split ' ', scalar(<$in>) // '';
}


# the configuration as it is now; returns when new workers serve
sub reload {
    my ($self) = @_;

    my %old = map { $_ => 1 } $self->workers();

    kill 'HUP', $self->{pid};

    return $self->wait_for(sub {
        grep { !$old{$_} } $self->workers()
    }) && $self->wait_for(sub { defined $self->in_flight() });
}


sub log {
    my ($self) = @_;

    open my $in, '<', "$self->{dir}/error.log" or return '';
    local $/;

    return scalar(<$in>) // '';
}


sub stop {
    my ($self) = @_;

    my $pid = delete $self->{pid} or return 1;

    kill 'QUIT', $pid;
    return 1 if $self->wait_for(sub { waitpid($pid, WNOHANG) });

    kill 'KILL', $pid;
    return 0;
}


# what no test may leave behind
sub complaints {
    my ($self) = @_;

    my @found = grep { /\[(?:alert|crit|emerg)\]|AddressSan/
        || /ngx_(?:inbox|http_client)\S*: runtime error/ }
        split /\n/, $self->log();

    for my $pattern (@{$self->{allow}}) {
        @found = grep { $_ !~ $pattern } @found;
    }

    for my $file (glob "$self->{dir}/asan*") {
        open my $in, '<', $file or next;
        push @found, <$in>;
    }

    return @found;
}


# the last act of a test
sub done {
    my ($self) = @_;

    my $stopped = $self->stop();
    my @found = $self->complaints();

    ok($stopped, 'nginx stopped in time');
    ok(!@found, 'nothing alarming in the log') or diag(@found);

    diag($self->log()) if $ENV{TEST_CATLOG};
    done_testing();
}


END {
    my $code = $?;

    for my $self ($$ == $owner ? @running : ()) {
        $self->stop();
        remove_tree($self->{dir}) if !$ENV{TEST_LEAVE};
    }

    $? = $code;
}


package HttpClient::Platform;

use IO::Select;
use Socket qw(SOL_SOCKET SO_LINGER);
use Time::HiRes ();

my $CLOSE = "Connection: close\r\n";


sub free_port {
    my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
        LocalPort => 0, Listen => 1, ReuseAddr => 1) or die "no port: $!\n";

    return $socket->sockport;
}


# a process that answers; each connection has a child of its own
sub new {
    my ($class) = @_;

    my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
        LocalPort => 0, Listen => 256, ReuseAddr => 1) or die "platform: $!\n";

    my $self = bless { port => $listen->sockport, owner => $$,
        dir => File::Temp::tempdir('platform-XXXXXX', TMPDIR => 1,
            CLEANUP => 1) }, $class;

    $self->{pid} = fork() // die "fork: $!\n";
    return $self if $self->{pid};

    setpgrp;
    $SIG{CHLD} = 'IGNORE';
    $SIG{PIPE} = 'IGNORE';
    $SIG{TERM} = 'DEFAULT';

    while (1) {
        my $c = $listen->accept() or next;
        next if fork();

        $self->converse($c);
        POSIX::_exit(0);
    }
}


sub DESTROY {
    my ($self) = @_;

    return if $self->{owner} != $$;

    local $?;
    kill -TERM => $self->{pid};
    waitpid $self->{pid}, 0;
}


sub origin { "http://127.0.0.1:$_[0]{port}" }


# requests for a path so far; bytes of a request that was only begun count too
sub count {
    my ($self, $path) = @_;

    open my $in, '<', "$self->{dir}/calls" or return 0;

    return scalar grep { $_ eq "$path\n" } <$in>;
}


# requests on one connection, one after the other
sub converse {
    my ($self, $c) = @_;

    my $in = '';

    for my $n (1 .. 1000) {
        while ($in !~ /\r\n\r\n/) {
            sysread $c, $in, 65536, length $in or return;

            # this is TLS, and we do not speak it
            return answer($c, '', '400 Bad Request') && 0 if $in !~ /^[A-Z]/;
        }

        my ($path, $query) = $in =~ m{^\S+ ([^ ?]+)\??(\S*) };
        my ($length) = $in =~ /^Content-Length: (\d+)/mi;
        my $whole = index($in, "\r\n\r\n") + 4 + ($length // 0);

        open my $out, '>>', "$self->{dir}/calls";
        syswrite $out, "$path\n";
        close $out;

        while (length $in < $whole) {
            sysread $c, $in, 65536, length $in or return;
        }

        act($c, $path, $query, substr($in, 0, $whole, ''), $n) or return;
    }
}


# true: the connection stays
sub act {
    my ($c, $path, $query, $request, $n) = @_;

    $path =~ s{^/}{};

    my $act = HttpClient::Platform->can("on_$path");

    return $act->($c, $query, $request, $n) if $act;

    return answer($c, $path eq 'echo' ? $request : 'hello');
}


sub answer {
    my ($c, $body, $status, $headers) = @_;

    $status //= '200 OK';
    $headers //= '';

    return syswrite $c, "HTTP/1.1 $status\r\n${headers}Content-Length: "
        . length($body) . "\r\n\r\n$body";
}


# closes with a reset
sub reset_connection {
    my ($c) = @_;

    setsockopt $c, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0;
    close $c;

    return 0;
}


# until the other side has gone
sub wait_for_end {
    my ($c) = @_;

    1 while sysread $c, my $bytes, 65536;

    return 0;
}


sub on_late     { select undef, undef, undef, $_[1] / 1000; answer($_[0], 'late') }
sub on_hang     { wait_for_end($_[0]) }
sub on_close    { 0 }
sub on_reset    { reset_connection($_[0]) }
sub on_cut      { syswrite $_[0], head(100) . 'ten bytes.'; 0 }
sub on_midbody  { syswrite $_[0], head(100) . 'ten bytes.'; reset_connection($_[0]) }
sub on_stall    { syswrite $_[0], head(100) . 'ten bytes.'; wait_for_end($_[0]) }
sub on_garbage  { syswrite $_[0], "220 mail.test ready\r\n\r\n"; 0 }
sub on_error    { answer($_[0], '{"ok":false}', '500 Oops') }
sub on_big      { answer($_[0], 'b' x $_[1]) }
sub on_redirect { answer($_[0], '', '302 Found', "Location: /canary\r\n") }
sub on_busy     { answer($_[0], 'wait', '429 Slow down', "Retry-After: $_[1]\r\n") }
# two good answers, then the connection dies under the next request
sub on_mortal   { $_[3] > 2 ? 0 : answer($_[0], $_[3]) }

sub head { "HTTP/1.1 200 OK\r\nContent-Length: $_[0]\r\n\r\n" }


sub on_date {
    my ($c, $query) = @_;

    my $date = POSIX::strftime('%a, %d %b %Y %H:%M:%S GMT',
        gmtime(time() + $query));

    return answer($c, 'wait', '503 Away', "Retry-After: $date\r\n");
}


sub on_split {
    my ($c) = @_;

    syswrite $c, $_ for split //, head(5) . 'split';

    return 1;
}


sub on_interim {
    my ($c) = @_;

    return syswrite $c, "HTTP/1.1 103 Early Hints\r\nRetry-After: 99\r\n\r\n"
        . head(2) . 'ok';
}


sub on_endless {
    my ($c) = @_;

    syswrite $c, "HTTP/1.1 200 OK\r\n\r\n";
    1 while syswrite $c, 'e' x 16384;

    return 0;
}


sub on_heads {
    my ($c) = @_;

    syswrite $c, "HTTP/1.1 200 OK\r\n";
    1 while syswrite $c, 'X-Filler: ' . 'f' x 1000 . "\r\n";

    return 0;
}


1;
