package ParkTest;

# Copyright (C) the ngx_inbox authors
#
# An nginx with the test module of t/c/park, for t/park_*.t.  By default the
# static one under sanitizers; PARK_BUILD=dynamic: the installed nginx with the
# module loaded into it.  PARK_EVENTS="use poll;": another way to wait.
#
#     my $t = ParkTest->new(http => 'park_max 10;')->start();
#     my $poll = $t->poll('topic=a');
#     $t->settled(1);
#     $t->get('/notify?topic=a');
#     is($poll->response()->{status}, 200, 'answered');
#     $t->stop();
#
# stop() also says whether the error log is clean and every worker has left.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use POSIX qw(WNOHANG);
use Test::More ();
use Time::HiRes qw(time);

use ParkTest::Client;

my $TOP = dirname(abs_path(__FILE__)) . '/../..';
my $DEADLINE = 20;

# what nobody wants to read in an error log
my $ALARMS = qr/\[(?:alert|crit|emerg)\]|Sanitizer|runtime error:/;


sub new {
    my ($class, %o) = @_;

    my $dir = tempdir('park-XXXXXX', TMPDIR => 1,
                      CLEANUP => !$ENV{TEST_LEAVE});
    my $self = bless { dir => $dir, pid => undef, allow => $o{allow},
                       dynamic => ($ENV{PARK_BUILD} // '') eq 'dynamic' },
                     $class;

    mkdir "$dir/$_" for qw(logs tmp);

    # nginx leaves its connections to the kernel
    spew("$dir/leaks", "leak:ngx_event_process_init\n");

    $self->{port}{$_} = free_port() for qw(http tls proxy);

    certificate($dir) if $o{tls};
    $self->write_conf(%o);

    return $self;
}


sub write_conf {
    my ($self, %o) = @_;

    my %port = %{$self->{port}};
    my $dir = $self->{dir};
    my $user = $> == 0 ? 'user root;' : '';
    my $load = '';
    my ($main, $events, $http, $server, $servers)
        = map { $o{$_} // '' } qw(main events http server servers);
    $events ||= $ENV{PARK_EVENTS} // '';

    my $connections = $o{connections} // 1024;
    my $workers = $o{workers} // 1;

    if ($self->{dynamic}) {
        $self->{so} //= build('dynamic');
        $load = "load_module $self->{so};";
    }

    my $tls = $o{tls} ? "listen 127.0.0.1:$port{tls} ssl http2;
        ssl_certificate cert.pem; ssl_certificate_key key.pem;" : '';

    $servers =~ s/%%(\w+)%%/$port{$1}/g;

    spew("$dir/nginx.conf", <<"CONF");
$load
$user
daemon off;
pid logs/nginx.pid;
worker_processes $workers;
error_log logs/error.log @{[$o{level} // 'info']};
$main
events { worker_connections $connections; $events }
http {
    log_format park '\$remote_addr|\$request|\$status|\$request_time|'
                    '\$http_user_agent|\$http_referer|\$host|'
                    '\$connection_requests|\$http_x_forwarded_for|\$uri|'
                    '\$bytes_sent';
    access_log logs/access.log park;
    client_body_temp_path tmp; proxy_temp_path tmp;
    fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
    keepalive_timeout 60s;
    keepalive_requests 100000;
    $http
    server {
        listen 127.0.0.1:$port{http} backlog=4096;
        $tls
        server_name localhost;
        $server
        location /poll { park_poll; }
        location /notify { park_notify; access_log off; }
        location /hold { park_hold; }
        location /stat { park_stat; access_log off; }
        location /status { stub_status; access_log off; }
        location /plain { return 200 "plain\\n"; }
    }
    $servers
}
CONF

    return;
}


# build/park/nginx, or the module
sub build {
    my ($kind) = @_;

    my $path = `"$TOP/t/c/build_park.sh" $kind`;
    Test::More::BAIL_OUT("t/c/build_park.sh $kind failed") if $?;
    chomp $path;

    return $path;
}


sub start {
    my ($self) = @_;

    my $nginx = $self->{dynamic} ? ($ENV{TEST_NGINX} // '/usr/sbin/nginx')
                                 : build('static');
    my $dir = $self->{dir};

    $self->{pid} = fork();
    die "fork: $!" unless defined $self->{pid};

    if ($self->{pid} == 0) {
        $ENV{ASAN_OPTIONS} = 'detect_leaks=1:abort_on_error=0';
        $ENV{LSAN_OPTIONS} = "suppressions=$dir/leaks:print_suppressions=0";
        open STDERR, '>>', "$dir/logs/stderr.log" or die;
        open STDOUT, '>&', \*STDERR or die;
        exec $nginx, '-p', "$dir/", '-c', "$dir/nginx.conf",
             '-e', 'logs/error.log' or POSIX::_exit(127);
    }

    $self->until_true('nginx listens', sub {
        IO::Socket::INET->new(PeerAddr => "127.0.0.1:$self->{port}{http}")
    }) or Test::More::BAIL_OUT($self->error_log());

    return $self;
}


# asks of the polls parked, answered, ...: a connection of its own each time,
# because that of a leaving worker would be closed
sub stat {
    my ($self) = @_;

    my $body = $self->get('/stat')->{body} // '';

    return { $body =~ /(\w+)=(\d+)/g };
}


# all n polls are asleep: nothing is asked, and the loop has turned
sub settled {
    my ($self, $n) = @_;

    $self->until_true("$n polls sleep", sub {
        my $s = $self->stat();
        $s->{parked} == $n && $s->{asks} == 0
    });
    $self->stat() for 1 .. 2;

    return;
}


sub client {
    my ($self, %o) = @_;

    my $port = $self->{port}{$o{to} // ($o{tls} ? 'tls' : 'http')};

    return ParkTest::Client->new(port => $port, tls => $o{tls});
}


# a client that has sent a poll
sub poll {
    my ($self, $args, %o) = @_;

    my $client = $self->client(%o);
    $client->request($o{method} // 'GET', "/poll?$args", %{$o{headers} // {}});

    return $client;
}


sub get {
    my ($self, $uri, %headers) = @_;

    my $client = $self->client();
    $client->request('GET', $uri, Connection => 'close', %headers);

    return $client->response();
}


sub signal {
    my ($self, $name) = @_;

    kill $name, $self->{pid};

    return;
}


sub workers {
    my ($self) = @_;

    # the kernel may leave some out while others come and go
    my $list = $self->until_true('a worker', sub {
        my @pids = map { split ' ' } map { slurp($_) }
            glob "/proc/$self->{pid}/task/*/children";
        return @pids ? \@pids : undef;
    });

    return @{$list // []};
}


# the lines of the access log, once there are n
sub access {
    my ($self, $n) = @_;

    my @lines;
    my $names = [qw(addr request status time agent referer host requests xff
                    uri bytes)];

    $self->until_true("$n lines in the access log", sub {
        @lines = split /\n/, slurp("$self->{dir}/logs/access.log");
        @lines >= $n
    });

    return map {
        my %line;
        @line{@$names} = split /\|/, $_;
        \%line
    } @lines;
}


sub error_log {
    my ($self) = @_;

    return slurp("$self->{dir}/logs/error.log")
           . slurp("$self->{dir}/logs/stderr.log");
}


sub until_true {
    my ($self, $what, $condition) = @_;

    my $end = time() + $DEADLINE;

    while (time() < $end) {
        my $value = $condition->();
        return $value if $value;
        select undef, undef, undef, 0.01;
    }

    Test::More::fail("in time: $what");
    return;
}


# nginx has ended, on whatever signal
sub gone {
    my ($self) = @_;

    my $done = $self->until_true('nginx has ended', sub {
        waitpid($self->{pid}, WNOHANG) == $self->{pid}
    });

    delete $self->{pid} if $done;

    return $done;
}


sub stop {
    my ($self, $signal) = @_;

    if ($self->{pid}) {
        $self->signal($signal // 'QUIT');
        $self->gone();
    }

    $self->{stopped} = 1;

    my @alarms = grep { /$ALARMS/ && !($self->{allow} && /$self->{allow}/) }
                 split /\n/, $self->error_log();

    Test::More::is(join("\n", @alarms), '', 'nothing alarming in the log')
        or !$ENV{TEST_CATLOG} or Test::More::diag($self->error_log());

    return;
}


sub DESTROY {
    my ($self) = @_;

    return if $self->{stopped} || !$self->{pid};

    local $?;
    kill 'KILL', $self->workers(), $self->{pid};
    waitpid $self->{pid}, 0;
    return;
}


# below those that the kernel gives to clients: one of a thousand clients of
# some test would take it before nginx does
sub free_port {
    for (1 .. 100) {
        my $port = 20000 + int rand 12000;

        return $port if IO::Socket::INET->new(Listen => 1,
                                              LocalAddr => "127.0.0.1:$port");
    }

    die 'no port';
}


sub certificate {
    my ($dir) = @_;

    system("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256"
           . " -nodes -days 2 -subj /CN=localhost -keyout $dir/key.pem"
           . " -out $dir/cert.pem > $dir/openssl.log 2>&1") == 0
        or die "openssl: $?";

    return;
}


sub spew {
    my ($file, $text) = @_;

    open my $out, '>', $file or die "$file: $!";
    print $out $text;
    close $out or die "$file: $!";

    return;
}


sub slurp {
    my ($file) = @_;

    open my $in, '<', $file or return '';
    local $/;

    return scalar(<$in>) // '';
}


1;
