package Bench::Servers;

# Copyright (C) the ngx_inbox authors
#
# The servers of one row: a private Redis with the settings of `make run`, a
# nginx with our module and, when asked for, one with Nchan or with Lua.  All
# nginx have the same lines but for the modules and their locations, one worker
# each, and no access log.  Nothing of the machine's own configuration is read,
# so what is compared with is loaded here and nowhere else.
#
#     my $s = Bench::Servers->new(nchan => 1);
#     $s->inbox(GET => 'me')                 the API as the owner
#     $s->worker('inbox'), $s->resident('inbox')
#
# The module is a copy, made by bench/run: a build meanwhile changes nothing.
# Whatever ends the program ends what was started: see stop_all().

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path remove_tree);
use HTTP::Tiny;
use IO::Socket::INET;
use IO::Socket::UNIX;
use JSON::PP;
use POSIX qw(WNOHANG);
use Time::HiRes qw(time sleep);

our $TOP = abs_path(dirname(abs_path(__FILE__)) . '/../../..');
our $DIR = "$TOP/build/bench/run";
our $MODULE = "$TOP/build/bench/ngx_http_inbox_module.so";

my $MODULES = '/usr/lib/nginx/modules';

my $TOKEN = 'bench-' . join '', map { sprintf '%x', rand 16 } 1 .. 58;
my $SECRET = join '', map { sprintf '%x', rand 16 } 1 .. 64;

# seconds
my $START = 20;

my @running;
my $owner = $$;
my $ticks = POSIX::sysconf(POSIX::_SC_CLK_TCK());


# options: nchan, lua (1: that nginx too)
sub new {
    my ($class, %o) = @_;

    my $self = bless {
        dir => $DIR, pid => {}, port => {}, tls => {},
        http => HTTP::Tiny->new(timeout => 20, keep_alive => 0), %o
    }, $class;

    push @running, $self;

    remove_tree($DIR);
    make_path("$DIR/temp");
    chmod 0700, $DIR;
    $self->spew('owner.token', $TOKEN);
    $self->spew('secret', $SECRET);

    $self->certificate();
    $self->start_redis();
    $self->start_nginx('inbox');
    $self->start_nginx($_) for grep { $self->{$_} } 'nchan', 'lua';
    $self->provision();

    return $self;
}


sub spew {
    my ($self, $name, @text) = @_;

    open my $out, '>:raw', "$DIR/$name" or die "$DIR/$name: $!\n";
    print $out @text;
    close $out or die "$DIR/$name: $!\n";

    return "$DIR/$name";
}


sub certificate {
    my ($self) = @_;

    system("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256"
        . " -nodes -days 2 -subj /CN=localhost -keyout '$DIR/key.pem'"
        . " -out '$DIR/cert.pem' 2> '$DIR/openssl.log'") == 0
        or die "no certificate, see $DIR/openssl.log\n";
}


# Redis

# a rewrite of the append-only file in the middle of a round would be noise
sub start_redis {
    my ($self) = @_;

    # Nchan knows no other way to it
    $self->{port}{redis} = $self->{nchan} ? free_port() : 0;

    my $conf = $self->spew('redis.conf', <<"END");
bind 127.0.0.1
port $self->{port}{redis}
unixsocket $DIR/redis.sock
dir $DIR
logfile $DIR/redis.log
save ""
appendonly yes
appendfsync everysec
auto-aof-rewrite-percentage 0
hash-max-listpack-value 1024
END

    $self->spawn('redis', 'redis-server', $conf);
    $self->until_true('redis', sub {
        -S "$DIR/redis.sock" && eval { $self->redis('PING') eq 'PONG' }
    });
}


# one command; the reply as hiredis' command line tool prints it
sub redis {
    my ($self, @words) = @_;

    open my $in, '-|', 'redis-cli', '-s', "$DIR/redis.sock", @words
        or die "redis-cli: $!\n";
    local $/;
    my $reply = <$in> // '';
    close $in;
    $reply =~ s{\n\z}{};

    return $reply;
}


sub redis_info {
    my ($self, $field) = @_;

    return $self->redis('INFO') =~ /^\Q$field\E:([^\r\n]*)/m ? $1 : undef;
}


# nginx

sub start_nginx {
    my ($self, $name) = @_;

    $self->{port}{$name} = free_port();
    $self->{tls}{$name} = free_port();

    my $conf = $self->spew("$name.conf", $self->nginx_conf($name));

    $self->spawn($name, nginx(), '-e', "$DIR/$name.log", '-c', $conf);

    $self->until_true($name, sub {
        $self->{http}->get("http://127.0.0.1:$self->{port}{$name}/ok")->{status}
            == 200
    });
}


sub restart_nginx {
    my ($self, $name) = @_;

    $self->stop_one($name);
    $self->start_nginx($name);
    $self->until_true($name, sub {
        $self->get($name, '/inbox/health')->{status} == 200
    }) if $name eq 'inbox';
}


sub nginx {
    my ($path) = grep { -x } map { "$_/nginx" } split(/:/, $ENV{PATH}),
        '/usr/sbin';

    return $path // die "no nginx\n";
}


# what one process may open, less some
sub files {
    my $limit = `sh -c 'ulimit -n'`;
    chomp $limit;

    return $limit eq 'unlimited' || $limit > 20000 ? 20000 : $limit;
}


sub nginx_conf {
    my ($self, $name) = @_;

    my $user = $> == 0 ? 'user root;' : '';
    my $conf = "${name}_conf";
    my ($modules, $main, $locations) = $self->$conf();
    my $load = join "\n", map { "load_module $_;" } @$modules;

    return <<"END";
$load
$user
daemon off;
pid $DIR/$name.pid;
worker_processes 1;
worker_rlimit_nofile @{[files()]};
error_log $DIR/$name.log;
events { worker_connections @{[files() - 100]}; }
http {
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    keepalive_timeout 600s;
    client_body_temp_path $DIR/temp/body;
    proxy_temp_path $DIR/temp/proxy;
    fastcgi_temp_path $DIR/temp/fastcgi;
    uwsgi_temp_path $DIR/temp/uwsgi;
    scgi_temp_path $DIR/temp/scgi;
    types {
        text/html html; text/css css; text/javascript js;
        application/json json;
    }
    ssl_certificate $DIR/cert.pem;
    ssl_certificate_key $DIR/key.pem;
$main
    server {
        listen 127.0.0.1:$self->{port}{$name} backlog=4096;
        listen 127.0.0.1:$self->{tls}{$name} ssl backlog=4096;
        location = /ok { return 200 "ok"; }
        location /static/ { alias $DIR/static/; }
$locations
    }
}
END
}


sub inbox_conf {
    return ([$MODULE], <<"MAIN", <<"LOCATIONS");
    inbox_redis unix:$DIR/redis.sock;
    inbox_root_token_file $DIR/owner.token;
    inbox_secret_file $DIR/secret;
    inbox_max_parked 20000;
    inbox_max_parked_per_address 0;
    inbox_limits off;
    inbox_max_lookups 0;
MAIN
        location /inbox/ {
            alias $TOP/www/;
            inbox on;
            inbox_space default;
            inbox_public_url http://127.0.0.1/inbox;
            inbox_poll_timeout 60s;
            gzip_static on;
            gzip on;
            gzip_comp_level 6;
            gzip_min_length 512;
            gzip_types text/css text/javascript application/json;
        }
LOCATIONS
}


# in its own memory, and kept in Redis
sub nchan_conf {
    my ($self) = @_;

    return (["$MODULES/ngx_nchan_module.so"], <<"MAIN", <<"LOCATIONS");
    nchan_shared_memory_size 256M;
    upstream store {
        nchan_redis_server redis://127.0.0.1:$self->{port}{redis};
    }
MAIN
        location ~ ^/rpub/(\\w+)\$ {
            nchan_publisher;
            nchan_channel_id r\$1;
            nchan_message_buffer_length 1;
            nchan_message_timeout 60s;
            nchan_redis_pass store;
        }
        location ~ ^/rsub/(\\w+)\$ {
            nchan_subscriber longpoll;
            nchan_channel_id r\$1;
            nchan_subscriber_first_message newest;
            nchan_redis_pass store;
        }
        location ~ ^/pub/(\\w+)\$ {
            nchan_publisher;
            nchan_channel_id \$1;
            nchan_message_buffer_length 1;
            nchan_message_timeout 60s;
        }
        location ~ ^/sub/(\\w+)\$ {
            nchan_subscriber longpoll;
            nchan_channel_id \$1;
            nchan_subscriber_first_message newest;
        }
        location = /stat { nchan_stub_status; }
LOCATIONS
}


# what somebody would write in an evening: no rights, no pages, no changes
sub lua_conf {
    my ($self) = @_;

    my @modules = map { "$MODULES/$_" } 'ndk_http_module.so',
        'ngx_http_lua_module.so';

    return (\@modules, <<"MAIN", <<"LOCATIONS");
    lua_package_path "/usr/share/lua/5.1/?.lua;;";
    lua_package_cpath "/usr/lib/x86_64-linux-gnu/lua/5.1/?.so;;";
    init_worker_by_lua_block {
        cjson = require "cjson"
        redis = require "nginx.redis"
    }
MAIN
        location = /inbox/hook/tg {
            client_body_buffer_size 64k;
            content_by_lua_block {
                local secret = ngx.var.http_x_telegram_bot_api_secret_token
                if secret ~= "bench-secret" then return ngx.exit(403) end
                ngx.req.read_body()
                local m = cjson.decode(ngx.req.get_body_data()).message
                local from = m.from
                local store = redis:new()
                store:set_timeout(5000)
                if not store:connect("unix:$DIR/redis.sock") then
                    return ngx.exit(503)
                end
                local answer, err = store:fcall("bench_plain", 1, "plain",
                    ngx.now(), from.id, m.message_id,
                    from.first_name .. " " .. (from.last_name or ""), m.text)
                if not answer then return ngx.exit(503) end
                store:set_keepalive(60000, 100)
                ngx.header.content_length = 0
                return ngx.exit(200)
            }
        }
LOCATIONS
}


# processes

sub spawn {
    my ($self, $name, @command) = @_;

    my $pid = fork() // die "fork: $!\n";

    if ($pid == 0) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', "$DIR/$name.out";
        open STDERR, '>&', \*STDOUT;
        setpgrp;
        exec @command or POSIX::_exit(127);
    }

    $self->{pid}{$name} = $pid;
}


sub until_true {
    my ($self, $name, $check) = @_;

    my $end = time() + $START;

    until ($check->()) {
        if (time() > $end || waitpid($self->{pid}{$name}, WNOHANG)) {
            die "$name did not get ready, see $DIR\n";
        }
        sleep 0.05;
    }
}


# what serves: the worker of a nginx, or redis
sub worker {
    my ($self, $name) = @_;

    return $self->{pid}{redis} if $name eq 'redis';

    my ($pid) = split ' ', slurp(
        "/proc/$self->{pid}{$name}/task/$self->{pid}{$name}/children");

    return $pid // die "$name has no worker\n";
}


# µs of processor time up to now
sub cpu {
    my ($self, $name) = @_;

    my @f = split ' ', slurp('/proc/' . $self->worker($name) . '/stat')
        =~ s/^.*\) //sr;

    return ($f[11] + $f[12]) * 1e6 / $ticks;
}


# bytes of the worker's own memory, and of what it shares (Nchan's messages)
sub resident {
    my ($self, $name) = @_;

    my $status = slurp('/proc/' . $self->worker($name) . '/status');
    my ($own) = $status =~ /^RssAnon:\s+(\d+)/m;
    my ($shared) = $status =~ /^RssShmem:\s+(\d+)/m;

    return ($own * 1024, $shared * 1024);
}


sub slurp {
    my ($name) = @_;

    open my $in, '<:raw', $name or die "$name: $!\n";
    local $/;
    return scalar <$in>;
}


sub stop_one {
    my ($self, $name) = @_;

    my $pid = delete $self->{pid}{$name} or return;
    my $end = time() + 10;

    kill 'TERM', $pid;

    until (waitpid($pid, WNOHANG)) {
        if (time() > $end) {
            kill 'KILL', -$pid;
        }
        sleep 0.02;
    }
}


sub stop {
    my ($self) = @_;

    $self->stop_one($_) for 'inbox', 'nchan', 'lua', 'redis';
    remove_tree($DIR) unless $ENV{BENCH_LEAVE};
    @running = grep { $_ != $self } @running;
}


sub stop_all {
    return if $$ != $owner;

    my $status = $?;
    $_->stop() for @running;
    $? = $status;
}


END { stop_all() }


sub free_port {
    my $socket = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
        or die "no port: $@\n";

    return $socket->sockport;
}


# HTTP

sub address { "127.0.0.1:$_[0]{port}{$_[1]}" }
sub tls     { "127.0.0.1:$_[0]{tls}{$_[1]}" }
sub socket  { "unix:$DIR/redis.sock" }
sub token   { $TOKEN }


sub get {
    my ($self, $name, $path) = @_;

    return $self->{http}->get('http://' . $self->address($name) . $path);
}


# the API as the owner; the decoded answer
sub inbox {
    my ($self, $method, $path, $object) = @_;

    my %o = (headers => { Authorization => "Bearer $TOKEN" });
    $o{content} = encode_json($object) if $object;

    my $r = $self->{http}->request($method,
        'http://' . $self->address('inbox') . "/inbox/api/v1/$path", \%o);

    die "$method $path: $r->{status} $r->{content}\n" if !$r->{success};

    return $r->{content} eq '' ? undef : decode_json($r->{content});
}


# Polls that wait and have nothing under way.  Ours are parked before they ask,
# so those whose question is still with Redis are taken off: each of them is an
# ordinary request yet.
sub waiting {
    my ($self, $name) = @_;

    if ($name eq 'nchan') {
        return $self->get($name, '/stat')->{content} =~ /^subscribers: (\d+)/m
            ? $1 : 0;
    }

    my $text = $self->get($name, '/inbox/metrics')->{content};
    my ($parked) = $text =~ /^inbox_parked_polls\{[^}]*\} (\d+)/m;
    my ($asking) = $text =~ /^inbox_store_calls_in_flight\{[^}]*\} (\d+)/m;

    return ($parked // 0) - ($asking // 0);
}


sub provision {
    my ($self) = @_;

    $self->until_true('inbox', sub {
        $self->get('inbox', '/inbox/health')->{status} == 200
    });

    $self->inbox(PUT => 'spaces/default',
        { name => 'Shop', locale => 'uk', plan => 'commercial' });
    $self->inbox(PUT => 'groups/support',
        { name => 'Support', agents => ['root'] });
    $self->inbox(PUT => 'channels/site',
        { kind => 'site', title => 'Site', group => 'support' });
    $self->inbox(PUT => 'channels/tg', { kind => 'telegram',
        title => 'Shop bot', group => 'support',
        credentials => { token => '1:bench', secret => 'bench-secret' } });
}


1;
