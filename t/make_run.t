# Copyright (C) the ngx_inbox authors
#
# Starting and stopping as a person does it: `make start`, again, `make stop`,
# `make run` until TERM.  What was made stays, nothing stays attached, no secret
# is on a command line, and what cannot work says so in one line.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(remove_tree);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use Test::More;
use Time::HiRes qw(time sleep);

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox;

my $top = dirname(abs_path(__FILE__)) . '/..';
my $home = tempdir('inbox-run-XXXXXX', TMPDIR => 1);
my $run = "$home/run";
my $port = Test::Inbox::free_port();
my $owner = $$;

chmod 0755, $home;

# the targets' own scripts: what make would build first is there already
$ENV{RUN_DIR} = $run;
$ENV{PORT} = $port;
$ENV{WORKERS} = 1;
$ENV{CHANNEL_API} = 'http://127.0.0.1:9999';
delete @ENV{qw(APPENDFSYNC LIMITS)};


# a first start makes everything

my ($code, $out) = serve('start');
my $token = file('owner.token');

is($code, 0, 'make start ends well') or diag($out);
like($out, qr{^inbox: http://127\.0\.0\.1:$port/inbox/$}m, 'says the address');
like($out, qr{/inbox/demo\.html$}m, 'says where the demo page is');
like($out, qr{/inbox/#token=\Q$token\E$}m, 'gives the owner a link to sign in');
is(get('/inbox/health'), 200, 'and is healthy');

is((stat "$run/$_")[2] & 077, 0, "$_ is its owner's alone")
    for 'owner.token', 'secret';

is_deeply([map { command_lines($_) } $token, file('secret')], [],
    'no secret is on a command line');
is_deeply([attached()], [], 'the servers hold none of our pipes');

my $page = answer('/inbox/demo.html');
like($page->{headers}{'content-security-policy'},
    qr/default-src 'none'.*frame-ancestors 'none'/, 'pages come under a strict policy');
is($page->{headers}{'x-content-type-options'}, 'nosniff', 'and as what they are');

my $frame = answer('/inbox/widget/site/frame');
unlike($frame->{headers}{'content-security-policy'} // '',
    qr/frame-ancestors 'none'/, 'the widget may be framed');
like(answer('/inbox/embed/frame.html')->{headers}{'content-security-policy'},
    qr/frame-ancestors 'none'/, 'its bare file may not');
is($frame->{headers}{'cache-control'}, 'no-cache', 'the frame is not kept');

get('/inbox/index.html?secret=canary');
unlike(file('logs/access.log'), qr/canary/, 'query strings are not logged');
is(answer('/inbox/')->{status}, 200, 'the page itself is there');

SKIP: {
    my $pressed = "$top/www/app.js.gz";

    skip('the page is not pressed', 2) if !-e $pressed && !$ENV{CI};

    my $sent = answer('/inbox/app.js', undef, { 'Accept-Encoding' => 'gzip' });
    is($sent->{headers}{'content-encoding'}, 'gzip', 'and pressed for whom it may be');
    is($sent->{headers}{'content-length'}, -s $pressed, 'as it lies there');
}

like(file('nginx.conf'),
    qr{inbox_channel_api telegram http://127\.0\.0\.1:9999/telegram;},
    'calls to platforms go where CHANNEL_API says');


# again

($code, $out) = serve('start');
isnt($code, 0, 'a second start is refused');
like($out, qr/^inbox: already running in [^\n]*\n\z/, 'in one line');
is(get('/inbox/health'), 200, 'which harms nobody');


# each server alone

my $redis = file('redis.pid');

kill 'KILL', $redis;
ok(within(sub { !-d "/proc/$redis" }), 'the store is killed');
is(system("redis-server $run/redis.conf > $home/out 2>&1"), 0,
    'and started alone');
ok(within(sub { get('/inbox/health') == 200 }), 'nginx finds it');


# a new nginx takes over from the old one

my $nginx = file('nginx.pid');

kill 'USR2', $nginx;
ok(within(sub { -e "$run/nginx.pid.oldbin" && -s "$run/nginx.pid" }),
    'nginx starts its successor');
kill 'QUIT', $nginx;
ok(within(sub { !-d "/proc/$nginx" }), 'and leaves when it is told to');
is(get('/inbox/health'), 200, 'nobody notices');


# stop, and a leftover pid file

is((serve('stop'))[0], 0, 'make stop ends well');
ok(!-e "$run/nginx.pid" && !-e "$run/redis.sock", 'both servers have gone');
is(get('/inbox/health'), 0, 'nobody listens');

spew('nginx.pid', $$);

($code, $out) = serve('start');
is($code, 0, 'a leftover pid file is no obstacle') or diag($out);
is(file('owner.token'), $token, 'the token stayed');
is(get('/inbox/api/v1/channels/site', $token), 200, 'the store stayed');
serve('stop');


# what cannot work

my $taken = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
    LocalPort => $port, Listen => 1, ReuseAddr => 1);

($code, $out) = serve('start');
isnt($code, 0, 'a port that is taken is refused');
like($out, qr/^inbox: port $port is in use [^\n]*\n\z/, 'in one line');
ok(!-e "$run/redis.sock", 'and nothing is left running');
close $taken;

for my $case ([APPENDFSYNC => 'often'], [LIMITS => 'some'], [WORKERS => '0'],
              [PORT => 'http'], [CHANNEL_API => 'localhost'])
{
    local $ENV{$case->[0]} = $case->[1];

    ($code, $out) = serve('start');
    ok($code != 0 && $out =~ /^inbox: $case->[0] must be [^\n]*\n\z/,
        "$case->[0]=$case->[1] is refused in one line");
}


# in the foreground, until TERM

my $pid = fork() // die;

if ($pid == 0) {
    open STDOUT, '>', "$home/out";
    open STDERR, '>&', \*STDOUT;
    exec "$top/tools/serve", 'run';
}

ok(within(sub { slurp("$home/out") =~ /Ctrl-C/ }), 'make run serves');
is(get('/inbox/health'), 200, 'and is healthy');
kill 'TERM', $pid;
waitpid $pid, 0;
is($?, 0, 'TERM ends it well');
ok(!-e "$run/nginx.pid" && !-e "$run/redis.sock", 'with both servers');

done_testing();


sub serve {
    my ($word) = @_;

    my $out = `$top/tools/serve $word 2>&1 < /dev/null`;

    return ($? >> 8, $out);
}


sub get {
    my $r = answer(@_);

    return $r ? $r->{status} : 0;
}


sub answer {
    my ($path, $token, $headers) = @_;

    my $c = eval { Test::Inbox::HTTP->new($port) } or return undef;

    return $c->send(GET => $path, token => $token, headers => $headers // {})
        ->read(5);
}


sub within {
    my ($condition) = @_;

    my $end = time() + 20;

    until ($condition->()) {
        return 0 if time() > $end;
        sleep 0.05;
    }

    return 1;
}


# processes whose command line has these words
sub command_lines {
    my ($words) = @_;

    return grep { index(slurp($_), $words) >= 0 } glob '/proc/[0-9]*/cmdline';
}


# descriptors of the servers that lead to a pipe or file of the caller
sub attached {
    my @found;

    for my $pid (file('nginx.pid'), file('redis.pid')) {
        for my $fd (glob "/proc/$pid/fd/{0,1,2}") {
            my $to = readlink $fd // '';

            push @found, "$fd $to" if $to !~ m{^/dev/null$|^\Q$run\E/};
        }
    }

    return @found;
}


sub file {
    my ($name) = @_;

    my $bytes = slurp("$run/$name");
    chomp $bytes;

    return $bytes;
}


sub slurp {
    my ($path) = @_;

    open my $in, '<', $path or return '';
    local $/;

    return scalar(<$in>) // '';
}


sub spew {
    my ($name, $bytes) = @_;

    open my $out, '>', "$run/$name" or die "$name: $!";
    print $out $bytes;
    close $out;
}


END {
    if (defined $owner && $$ == $owner) {
        my $code = $?;

        serve('stop');
        remove_tree($home);
        $? = $code;
    }
}
