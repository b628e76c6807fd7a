package FakeTelegram;

# Copyright (C) the ngx_inbox authors
#
# A Bot API that answers as it is told, in a process of its own:
#
#     my $fake = FakeTelegram->new();
#     my $t = Test::Inbox->new(apis => { telegram => $fake->origin })->start();
#
#     $fake->next({ status => 500 }, { status => 429, retry_after => 1 },
#         { act => 'hang' });
#     ...
#     my @calls = $fake->calls();     # { path, body, json, headers } in order
#
# FakeTelegram::update() makes what Telegram would send to us.
#
# What is not told is answered as Telegram would, with message_id 1001, 1002 …
# Acts: hang (no answer at all), close (the request is read, the connection
# closed), garbage, flood (a body without an end), reset (in the middle of the
# answer), split (the answer byte by byte), hold (the answer comes after
# release() of its `name`).  Any other Bot-API-like service can be played with
# `reply`, the bytes of the answer's body, and `headers`, lines of it.  A script
# with `to` is for a call to that chat_id, one with `before` for calls before
# that time.  Between stop() and start() nobody listens.

use strict;
use warnings;

use File::Temp qw(tempdir);
use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use POSIX ();
use Socket qw(SOL_SOCKET SO_LINGER);
use Time::HiRes qw(time);

my $json = JSON::PP->new->utf8->canonical;


sub new {
    my ($class) = @_;

    my $self = bless { port => 0, owner => $$,
        dir => tempdir('fake-XXXXXX', TMPDIR => 1, CLEANUP => 1) }, $class;

    return $self->start();
}


sub start {
    my ($self) = @_;

    my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
        LocalPort => $self->{port}, Listen => 128, ReuseAddr => 1)
        or die "fake: $!\n";

    $self->{port} = $listen->sockport;
    $self->{pid} = fork() // die "fork: $!\n";

    if ($self->{pid} == 0) {
        $SIG{TERM} = 'DEFAULT';
        $SIG{PIPE} = 'IGNORE';
        $self->serve($listen);
        POSIX::_exit(0);
    }

    return $self;
}


sub stop {
    my ($self) = @_;

    my $pid = delete $self->{pid} or return;

    kill 'KILL', $pid;
    waitpid $pid, 0;
}


# a message to the bot as Telegram's webhook brings it: number, text, and from
sub update {
    my ($number, $text, %from) = @_;

    my $user = { id => 500001, is_bot => JSON::PP::false,
        first_name => 'Olena', last_name => 'K', username => 'olena_k',
        %from };

    return { update_id => 10_000 + $number, message => {
        message_id => $number, date => 1700000000 + $number, text => $text,
        from => $user, chat => { type => 'private', map { $_ => $user->{$_} }
            qw(id first_name last_name username) } } };
}


sub origin { "http://127.0.0.1:$_[0]{port}" }


# scripts for the next calls, in order
sub next {
    my ($self, @scripts) = @_;

    $self->append('script', map { $json->encode($_) } @scripts);
}


# answers what was held under that name, now and from now on
sub release {
    my ($self, $name) = @_;

    $self->append('released', $name);
}


sub is_released {
    my ($self, $s) = @_;

    return grep { $_ eq "$s->{name}\n" } $self->lines('released');
}


sub calls {
    my ($self) = @_;

    return map { $json->decode($_) } $self->lines('calls');
}


sub lines {
    my ($self, $name) = @_;

    open my $in, '<', "$self->{dir}/$name" or return;
    return <$in>;
}


sub append {
    my ($self, $name, @lines) = @_;

    open my $out, '>>', "$self->{dir}/$name" or die "$name: $!\n";
    syswrite $out, "$_\n" for @lines;
}


# the child: until its parent has gone
sub serve {
    my ($self, $listen) = @_;

    my $select = IO::Select->new($listen);
    my %in;

    while (getppid() == $self->{owner}) {
        my $wait = $self->let_go() ? 0.02 : 0.5;

        for my $socket ($select->can_read($wait)) {
            if ($socket == $listen) {
                $select->add($listen->accept() // next);
                next;
            }

            my $n = sysread $socket, $in{$socket}, 65536,
                length($in{$socket} // '');

            if (!$n || !$self->requests($socket, \$in{$socket})) {
                $select->remove($socket);
                delete $in{$socket};
                close $socket;
            }
        }
    }
}


# answers the whole requests that are here; false: close the connection
sub requests {
    my ($self, $socket, $in) = @_;

    while ($$in =~ /^(.*?)\r\n\r\n/s) {
        my ($head, $from) = ($1, $+[0]);
        my ($length) = $head =~ /^Content-Length:\s*(\d+)/mi;
        $length //= 0;

        if ($head =~ /^Expect:/mi && length $$in == $from) {
            syswrite $socket, "HTTP/1.1 100 Continue\r\n\r\n";
        }

        return 1 if length $$in < $from + $length;

        my $body = substr $$in, $from, $length;
        substr $$in, 0, $from + $length, '';

        $self->record($head, $body);
        $self->answer($socket, $self->script($body)) or return 0;
    }

    return 1;
}


sub record {
    my ($self, $head, $body) = @_;

    my ($line, @lines) = split /\r\n/, $head;
    my ($method, $path) = split / /, $line;
    my %headers = map { /^([^:]+):\s*(.*)$/ ? (lc $1 => $2) : () } @lines;

    $self->append('calls', $json->encode({ method => $method, path => $path,
        headers => \%headers, body => $body, at => time(),
        json => scalar eval { $json->decode($body) } }));
}


# the first that is for this call and was not told yet
sub script {
    my ($self, $body) = @_;

    my @lines = $self->lines('script');
    my ($to) = $body =~ /"chat_id":\s*"?(-?\d+)/;

    for my $i (0 .. $#lines) {
        my $s = $json->decode($lines[$i]);

        next if $self->{told}{$i}
            || defined $s->{to} && $s->{to} ne ($to // '')
            || defined $s->{before} && $s->{before} < time();

        $self->{told}{$i} = 1;
        return $s;
    }

    return {};
}


# answers what is not held any more; how many still are
sub let_go {
    my ($self) = @_;

    my @held = @{$self->{held} // []};

    $self->{held} = [grep { !$self->is_released($_->[1]) } @held];

    for my $one (grep { $self->is_released($_->[1]) } @held) {
        $self->answer(@$one);
    }

    return scalar @{$self->{held}};
}


sub answer {
    my ($self, $socket, $s) = @_;

    my $act = $s->{act} // '';

    return 1 if $act eq 'hang';
    return 0 if $act eq 'close';

    if ($act eq 'hold' && !$self->is_released($s)) {
        push @{$self->{held}}, [$socket, $s];
        return 1;
    }

    if ($act eq 'garbage') {
        syswrite $socket, "\x00\xff no protocol at all\r\n\r\n";
        return 0;
    }

    if ($act eq 'flood') {
        syswrite $socket, "HTTP/1.1 200 Fake\r\n\r\n";

        # the other side goes; if it does not, this ends all the same
        for (1 .. 1000) {
            syswrite $socket, '{"ok":' x 10_000 or last;
        }

        return 0;
    }

    my $body = $s->{reply} // $json->encode($self->words($s));
    my $status = $s->{status} // 200;
    my $bytes = "HTTP/1.1 $status Fake\r\nContent-Type: application/json\r\n"
        . (defined $s->{retry_after} ? "Retry-After: $s->{retry_after}\r\n"
                                     : '')
        . ($s->{headers} // '')
        . 'Content-Length: ' . length($body) . "\r\n\r\n$body";

    if ($act eq 'reset') {
        syswrite $socket, $bytes, length($bytes) - 5;
        setsockopt $socket, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0;
        return 0;
    }

    for my $piece ($act eq 'split' ? split(//, $bytes) : $bytes) {
        syswrite $socket, $piece;
    }

    return 1;
}


sub words {
    my ($self, $s) = @_;

    my $status = $s->{status} // 200;

    if ($status == 200) {
        my $id = 1001 + ($self->{given}++ // 0);

        return { ok => JSON::PP::true, result => { message_id => $id,
            date => 1700000000, chat => { id => 1, type => 'private' } } };
    }

    my $words = { ok => JSON::PP::false, error_code => $status,
        description => $s->{description} // "Fake error $status" };

    if (defined $s->{retry_after}) {
        $words->{parameters} = { retry_after => $s->{retry_after} };
    }

    return $words;
}


sub DESTROY {
    my ($self) = @_;

    return if $$ != $self->{owner};

    local ($?, $!);
    $self->stop();
}


1;
