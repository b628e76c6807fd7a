package Test::Inbox;

# Copyright (C) the ngx_inbox authors
#
# The product as a test sees it: a private Redis and a private nginx in a
# directory of their own, a space, a group and a site channel in them.
#
#     use Test::Inbox;
#
#     my $t = Test::Inbox->new(workers => 2)->start();
#
#     is($t->get('/inbox/health')->{status}, 200, 'healthy');
#     is($t->api(GET => 'me')->{json}{agent}{id}, 'root', 'I am root');
#
#     $t->done();
#
# What one can ask of it over HTTP is in Test::Inbox::Client.
#
# done() ends both servers and then asserts what every test asserts: nginx
# stopped in time, left no alert, no core and no sanitizer report, and that with
# all clients gone nobody waited and nothing was on its way.
#
# Environment: TEST_NGINX and TEST_MODULE say which nginx (default: the
# installed one with build/ngx_http_inbox_module.so; a nginx of our own has the
# module linked in); TEST_LEAVE=1 keeps the directory, TEST_CATLOG=1 prints the
# error log, TEST_DEBUG=1 logs at nginx's debug level.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path remove_tree);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use POSIX qw(WNOHANG);
use Test::More;
use Time::HiRes qw(time sleep);

use Test::Inbox::Redis;

use parent 'Test::Inbox::Client';

our $TOP = abs_path(dirname(abs_path(__FILE__)) . '/../../..');

my $TOKEN = 'root-' . join '', map { sprintf '%x', rand 16 } 1 .. 48;
my $SECRET = join '', map { sprintf '%x', rand 16 } 1 .. 64;

# seconds; a loaded machine under a sanitizer is slow
my $START = 30;
my $STOP = 30;

my @running;
my $owner = $$;


# options:
#   workers      number of workers (1)
#   main, events, http, server, location    more directives there
#   space        value of inbox_space (default)
#   limits       on or off (off)
#   lookups      inbox_max_lookups (0: webhooks alone say who clients are)
#   provision    0: start with an empty store
#   apis         { kind => origin } for inbox_channel_api
#   redis        { fsync => , config => } see Test::Inbox::Redis
#   store        value of inbox_redis, in place of the private one
#   sanitized    0: skip this test on a sanitized nginx
#   room         worker_connections (4096)
#   env          of nginx, beside ours
#   wrap         words before nginx's own; LOG is the test's directory
#   daemon       1: as a daemon, which alone can be upgraded in place
sub new {
    my ($class, %o) = @_;

    my $self = bless {
        workers => 1, space => 'default', limits => 'off', provision => 1,
        env => {}, wrap => [], apis => {}, redis => {}, sanitized => 1, allow => [], token => $TOKEN,
        %o
    }, $class;

    my $own = $ENV{TEST_NGINX};

    $self->{nginx} = $own // installed();
    $self->{module} = $ENV{TEST_MODULE}
        // ($own ? '' : "$TOP/build/ngx_http_inbox_module.so");

    if ($self->{nginx} =~ /sanitized/ && !$self->{sanitized}) {
        plan(skip_all => 'measures what a sanitizer changes');
    }

    $self->{dir} = tempdir('inbox-XXXXXX', TMPDIR => 1);
    chmod 0755, $self->{dir};
    make_path("$self->{dir}/temp");

    $self->spew('owner.token', $self->{token});
    $self->spew('secret', $SECRET);
    $self->spew('leaks', "leak:ngx_regex_compile\nleak:ngx_regex_malloc\n");
    chmod 0600, map { "$self->{dir}/$_" } 'owner.token', 'secret';

    $self->{store_server} =
        Test::Inbox::Redis->new($self->{dir}, %{$self->{redis}});

    push @running, $self;

    return $self;
}


sub installed {
    my ($path) = grep { -x } map { "$_/nginx" } split(/:/, $ENV{PATH}),
        '/usr/sbin';

    return $path // die "no nginx\n";
}


sub dir   { $_[0]{dir} }
sub port  { $_[0]{port} }
sub token { $_[0]{token} }
sub redis { $_[0]{store_server} }


sub start {
    my ($self) = @_;

    $self->redis->start() unless $self->{store};
    $self->start_nginx();
    $self->provision() if $self->{provision};

    return $self;
}


# ports are free when one looks, and taken a moment later: try again
sub start_nginx {
    my ($self) = @_;

    for my $try (1 .. 5) {
        $self->{port} = free_port();
        $self->spew('nginx.conf', $self->nginx_conf());
        $self->spawn();

        return $self if $self->wait_ready();

        last if $self->log() !~ /Address already in use/;
        $self->spew('error.log', '');
    }

    diag($self->log());
    die "nginx did not start\n";
}


# what nginx says of the configuration, without starting: (ok, words)
sub check_conf {
    my ($self) = @_;

    $self->{port} //= free_port();
    $self->spew('nginx.conf', $self->nginx_conf());

    local $ENV{ASAN_OPTIONS} = 'detect_leaks=0';

    my $conf = "-p $self->{dir} -c $self->{dir}/nginx.conf";
    my $words = `$self->{nginx} -t -e stderr $conf 2>&1`;

    return ($? == 0, $words);
}


sub spawn {
    my ($self) = @_;

    my $pid = fork() // die "fork: $!\n";

    if ($pid == 0) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>', '/dev/null';
        open STDERR, '>>', "$self->{dir}/error.log";

        $ENV{ASAN_OPTIONS} = "detect_leaks=1:abort_on_error=0:log_path="
            . "$self->{dir}/asan";
        $ENV{UBSAN_OPTIONS} = 'print_stacktrace=1';
        %ENV = (%ENV, %{$self->{env}});

        # nginx leaves regular expressions of its configuration to the kernel
        $ENV{LSAN_OPTIONS} = "suppressions=$self->{dir}/leaks:"
            . 'print_suppressions=0';

        # a wrapper may leave files beside the log
        my @wrap = map { s/\bLOG\b/$self->{dir}/r } @{$self->{wrap}};

        exec @wrap, $self->{nginx}, '-e', "$self->{dir}/error.log", '-p',
            $self->{dir}, '-c', "$self->{dir}/nginx.conf"
            or POSIX::_exit(127);
    }

    $self->{pid} = $pid;

    # what was started ends when the daemon is there
    if ($self->{daemon}) {
        waitpid $pid, 0;
        $self->wait_for(sub { -s "$self->{dir}/nginx.pid" });
        $self->{pid} = 0 + slurp("$self->{dir}/nginx.pid");
    }
}


# listening, and every worker has come up
sub wait_ready {
    my ($self) = @_;

    my $end = time() + $START;

    while (time() < $end) {
        if (ended($self->{pid})) {
            delete $self->{pid};
            return 0;
        }

        return 1 if $self->healthy();
        sleep 0.05;
    }

    return 0;
}


# with no store to speak to, an answer of any kind is all one can ask
sub healthy {
    my ($self) = @_;

    my $r = eval { $self->get('/inbox/health', timeout => 2) } or return 0;

    return $r->{status} == 200 || !$self->{provision};
}


sub free_port {
    my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
        LocalPort => 0, Listen => 1, ReuseAddr => 1) or die "no port: $!\n";

    return $socket->sockport;
}


sub nginx_conf {
    my ($self) = @_;

    my $dir = $self->{dir};
    my $level = $ENV{TEST_DEBUG} ? 'debug' : 'info';
    my $store = $self->{store} // $self->redis->address;
    my $load = $self->{module} ? "load_module $self->{module};" : '';
    my $user = $> == 0 ? 'user root;' : '';
    my $apis = join '', map { "inbox_channel_api $_ $self->{apis}{$_};\n" }
        sort keys %{$self->{apis}};
    my $spread = $self->{workers} > 1 ? ' reuseport' : '';
    my %more = map { $_ => $self->{$_} // '' }
        qw(main events http server location);

    # nginx forgets what it is not told to keep
    $more{main} .= "\nenv $_;" for sort keys %{$self->{env}};

    my $conf = <<"END";
$load
$user
daemon @{[ $self->{daemon} ? 'on' : 'off' ]};
pid $dir/nginx.pid;
error_log $dir/error.log $level;
worker_processes $self->{workers};
working_directory $dir;
worker_rlimit_core 500m;
$more{main}
events {
    worker_connections @{[ $self->{room} // 4096 ]};
    $more{events}
}
http {
    types { text/html html; text/css css; text/javascript js mjs;
            application/json json; image/svg+xml svg; }
    default_type application/octet-stream;
    access_log $dir/access.log;
    client_body_temp_path $dir/temp/body;
    proxy_temp_path $dir/temp/proxy;
    fastcgi_temp_path $dir/temp/fastcgi;
    uwsgi_temp_path $dir/temp/uwsgi;
    scgi_temp_path $dir/temp/scgi;

    inbox_redis $store;
    inbox_root_token_file $dir/owner.token;
    inbox_secret_file $dir/secret;
    inbox_files_path $dir/files;
    inbox_limits $self->{limits};
    inbox_max_lookups @{[ $self->{lookups} // 0 ]};
    $apis
    $more{http}
    server {
        listen 127.0.0.1:PORT$spread;
        location /inbox/ {
            alias $TOP/www/;
            inbox on;
            inbox_space $self->{space};
            client_max_body_size 21m;
            $more{location}
        }
        $more{server}
    }
}
END
    $conf =~ s/\bPORT\b/$self->{port}/g;

    return $conf;
}


# a function of the library, in the test's space, now
sub fcall {
    my ($self, $name, @args) = @_;

    my $now = sprintf '%.0f', time() * 1e6;

    my $answer = $self->redis->call('FCALL', "inbox_1_$name", 1,
        "inbox:{$self->{space}}", $now, @args);

    return (ref $answer eq 'ARRAY') ? $answer->[1] : $answer;
}


# keys in Redis with a name that docs/redis.md does not give
sub strange_keys {
    my ($self) = @_;

    my @names = map { s/\\\{(\w+)\\\}/
        $1 eq 'n' ? '\\d+' : $1 eq 'digest' ? '[0-9a-f]+'
            : '[a-z0-9_-]*'/gerx }
        map { quotemeta } map { /`(.+?)`/g }
        slurp("$TOP/docs/redis.md") =~ /^\| (`.*?) \|/mg;
    my $known = join '|', @names;

    die "docs/redis.md has no table of keys\n" if @names < 30;

    return grep {
        !/^inbox:(spaces|\{[a-z0-9][a-z0-9_-]{0,31}\}:($known))$/
    } @{$self->redis->call(KEYS => '*')};
}


# bytes of t/fixtures/<channel>/<case>/request
sub fixture {
    my ($self, $name, $file) = @_;

    return slurp("$TOP/t/fixtures/$name/" . ($file // 'request'));
}


# true as soon as the condition is; false after so many seconds
sub wait_for {
    my ($self, $condition, $seconds) = @_;

    my $end = time() + ($seconds // 10);

    while (1) {
        my $got = $condition->();

        return $got if $got;
        return 0 if time() > $end;
        sleep 0.02;
    }
}


# processes of the workers, also of those that are leaving
sub workers {
    my ($self) = @_;

    my @pids;

    for my $file (glob '/proc/[0-9]*/stat') {
        my $stat = eval { slurp($file) } or next;
        my ($pid, $parent) = $stat =~ /^(\d+) \(.*\) \S (\d+)/s or next;

        push @pids, $pid if $parent == $self->{pid};
    }

    return @pids;
}


# a new configuration with the same store; returns when new workers serve
sub reload {
    my ($self) = @_;

    my %old = map { $_ => 1 } $self->workers();

    kill 'HUP', $self->{pid};

    return $self->wait_for(sub {
        (grep { !$old{$_} } $self->workers()) >= $self->{workers}
    }, $START);
}


# lines of the error log that are expected here
sub allow {
    my ($self, @patterns) = @_;

    push @{$self->{allow}}, @patterns;

    return $self;
}


sub log {
    my ($self) = @_;

    return -e "$self->{dir}/error.log" ? slurp("$self->{dir}/error.log") : '';
}


# the last act of a test
sub done {
    my ($self) = @_;

    my $idle = $self->{provision} ? $self->idle() : 1;
    my $stopped = $self->stop();
    my @found = $self->complaints();

    ok($idle, 'nobody waits when all have left');
    ok($stopped, 'nginx stopped in time');
    ok(!@found, 'nothing alarming in the log')
        or diag(join "\n", @found[0 .. ($#found < 60 ? $#found : 60)]);

    $self->{failed} = !Test::More->builder->is_passing;
    $self->clean();
    done_testing();
}


# ends nginx as politely as its owner would, then Redis
sub stop {
    my ($self) = @_;

    my $in_time = 1;

    if (my $pid = delete $self->{pid}) {
        kill 'QUIT', $pid;
        $in_time = $self->wait_for(sub { ended($pid) }, $STOP);

        if (!$in_time) {
            kill 'TERM', $pid;
            $self->wait_for(sub { ended($pid) }, 5)
                or kill 'KILL', $pid;
        }
    }

    $self->redis->stop();

    return $in_time;
}


# a master that has replaced another by an upgrade is not our child
sub ended {
    my ($pid) = @_;

    my $got = waitpid $pid, WNOHANG;

    return $got == $pid || ($got < 0 && !kill 0, $pid);
}


# what no test may leave behind
sub complaints {
    my ($self) = @_;

    my @found = map { "core: $_" } glob "$self->{dir}/core*";

    push @found, grep { /\S/ } map { slurp($_) } map { glob }
        "$self->{dir}/asan*", "$self->{dir}/valgrind*";

    for my $line (split /\n/, $self->log()) {
        next if $line !~ /\[(alert|crit|emerg)\]|AddressSanitizer/
            && $line !~ /ngx_inbox\S*:\d+:\d+: runtime error/;
        next if grep { $line =~ $_ } @{$self->{allow}};

        push @found, $line;
    }

    return @found;
}


sub clean {
    my ($self) = @_;

    $self->{cleaned} = 1;

    if ($ENV{TEST_CATLOG} && $self->{failed}) {
        diag($self->log());
    }

    if ($ENV{TEST_LEAVE} && $self->{failed}) {
        diag("left: $self->{dir}");

    } else {
        remove_tree($self->{dir});
    }
}


sub spew {
    my ($self, $name, $bytes) = @_;

    open my $out, '>', "$self->{dir}/$name" or die "$name: $!\n";
    print $out $bytes;
    close $out;
}


sub slurp {
    my ($path) = @_;

    open my $in, '<', $path or die "$path: $!\n";
    local $/;

    return scalar <$in>;
}


# PIPE: who reads our results has left
$SIG{$_} = sub { exit 130 } for qw(HUP INT PIPE TERM);

# a test that died or forgot done() still ends its servers, and fails when they
# complain; processes that the test has forked are none of this
END {
    my $code = $?;
    local $SIG{PIPE} = 'IGNORE';
    my @mine = $$ == $owner ? grep { !$_->{cleaned} } @running : ();

    for my $self (@mine) {
        my $in_time = $self->stop();
        my @found = $self->complaints();

        diag('nginx did not stop in time') if !$in_time;
        diag(@found) if @found;

        $code ||= 1 if @found || !$in_time;
        $self->{failed} = $code != 0;
        $self->clean();
    }

    $? = $code;
}


1;
