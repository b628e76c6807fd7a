package LuaSpace;

# Copyright (C) the ngx_inbox authors
#
# The function library in a private Redis and one space to try it on.  Time is
# an argument of every function, so tests invent it; notices are kept until
# they are asked for.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use IO::Socket::UNIX;
use JSON::PP;
use Test::More ();

use Test::Inbox::Redis;

binmode Test::More->builder()->$_(), ':utf8'
    for qw(output failure_output todo_output);

my $TOP = abs_path(dirname(__FILE__) . '/../..');
my $NOW = 1_795_298_990_280_123;
my $SPACE = 'shop';

# an object that a test's subs know lives until the last moment, when Perl takes
# things apart in any order: the servers are ended before that
my @servers;
my $owner = $$;


# options: those of Test::Inbox::Redis; dies with Redis' words when the library
# does not load
sub new {
    my ($class, %o) = @_;

    my $dir = tempdir(CLEANUP => 1);
    my $self = bless { dir => $dir }, $class;

    $self->{server} = Test::Inbox::Redis->new($dir, %o)->start();
    push @servers, $self->{server};

    my $library = qx("$TOP/tools/library" lua);
    die "no library\n" if $? || !length $library;

    my $answer = $self->redis('FUNCTION', 'LOAD', 'REPLACE', $library);
    die "$answer->{error}\n" if ref $answer;

    $self->{ear} = IO::Socket::UNIX->new(Peer => "$dir/redis.sock")
        // die "no connection to redis\n";
    $self->{ear}->syswrite("SUBSCRIBE " . $self->key('notice') . "\r\n");
    Test::Inbox::Redis::value($self->{ear});

    return $self;
}


END {
    # the status of the test is not that of a server
    local $?;

    if ($$ == $owner) {
        $_->stop('KILL') for @servers;
    }
}


sub now   { $NOW }
sub space { $SPACE }
sub root  { "inbox:{$SPACE}" }
sub key   { my ($self, $name) = @_; return $self->root() . ":$name" }


# one command of Redis
sub redis {
    my ($self, @words) = @_;

    return $self->{server}->call(@words);
}


# one function; an error reply comes back as { error => words }
sub call {
    my ($self, $name, @args) = @_;

    my $answer = $self->redis('FCALL', "inbox_1_$name", 1, $self->root(),
        @args);

    return $answer if ref $answer ne 'ARRAY';
    die "$name: an answer to another question\n" if $answer->[0] ne $args[0];
    return $answer->[1];
}


# the same, when it must go well
sub ok {
    my ($self, $name, @args) = @_;

    my $answer = $self->call($name, @args);
    die "$name: $answer->{error}\n" if ref $answer eq 'HASH';
    return $answer;
}


# the words of its error; empty when it went well
sub error {
    my ($self, $name, @args) = @_;

    my $answer = $self->call($name, @args);
    return (ref $answer eq 'HASH') ? $answer->{error} : '';
}


# what the answer, a JSON text or an array that begins with one, means
sub json {
    my ($self, $name, @args) = @_;

    my $answer = $self->ok($name, @args);
    return $self->decode(ref $answer eq 'ARRAY' ? $answer->[0] : $answer);
}


# true and false become 1 and '', so that is_deeply compares them
sub decode {
    my ($self, $text) = @_;

    return plain(decode_json($text));
}


sub plain {
    my ($value) = @_;

    return [map { plain($_) } @$value] if ref $value eq 'ARRAY';
    return { map { $_ => plain($value->{$_}) } keys %$value }
        if ref $value eq 'HASH';
    return JSON::PP::is_bool($value) ? ($value ? 1 : '') : $value;
}


# the notices since the last time; a mark of our own ends them
sub notices {
    my ($self) = @_;

    $self->redis('PUBLISH', $self->key('notice'), 'end');

    my @words;
    while ((my $notice = Test::Inbox::Redis::value($self->{ear})->[2]) ne 'end')
    {
        push @words, split /\n/, $notice;
    }

    return @words;
}


# everything that lies in Redis, as one text
sub dump {
    my ($self) = @_;

    return join "\n", map { "$_ " . unpack('H*', $self->redis('DUMP', $_)) }
        sort @{ $self->redis('KEYS', '*') };
}


1;
