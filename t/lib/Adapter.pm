package Adapter;

# Copyright (C) the ngx_inbox authors
#
# Runs the module's pure code without nginx: see t/c/adapter.  It is built once
# per prove, under sanitizers; whatever it says on stderr fails the test, and so
# does what has leaked when it ends.

use strict;
use warnings;

use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename qw(dirname);
use File::Temp qw(tempfile);
use IO::Handle;
use JSON::PP ();
use Test::More;

our @EXPORT = qw(adapter adapter_json adapter_many json slurp);

my $TOP = abs_path(dirname(abs_path(__FILE__)) . '/../..');
our $COMMAND = "$TOP/build/adapter/adapter";
# behind each answer
my $END = "\0.\0";
# the process that answers: pid, in, out, words (its complaints); or undef
my $server;
my $owner = $$;
my $JSON = JSON::PP->new->utf8->allow_nonref->allow_bignum;


# the command is there before the first test runs
sub build {
    system("$TOP/t/c/build_adapter.sh") == 0
        or BAIL_OUT('the adapter could not be built');

    return;
}


# the same command, with a ninth channel in it
sub ninth {
    system("$TOP/t/c/build_adapter.sh ninth") == 0
        or BAIL_OUT('the ninth channel could not be built');

    $COMMAND = "$TOP/build/adapter/ninth/adapter";
    ended();

    return;
}


# input, mode, arguments -> what it printed, as bytes.  One process answers all;
# when anything is wrong, the run is done once more, alone, so that it says what
sub adapter {
    my ($input, @args) = @_;

    my $answer = ask($input, @args);

    if (!defined $answer) {
        ($answer, my $fault) = run($input, @args);
        fail("adapter @args: " . ($fault // 'goes wrong, but not alone'));
    }

    return $answer;
}


# many runs, each [input, mode, arguments] -> their answers
sub adapter_many { return map { adapter(@$_) } @_ }


# undef: it has ended, or complained
sub ask {
    my ($input, @args) = @_;

    $server //= serve();

    local $SIG{PIPE} = 'IGNORE';

    print {$server->{in}} join("\t", @args, length $input), "\n", $input;

    my $answer = do { local $/ = $END; readline $server->{out} } // '';

    return $answer if $answer =~ s/\Q$END\E\z// && !-s $server->{words};

    ended();
    return undef;
}


sub serve {
    my ($err, $words) = tempfile();

    pipe my $theirs, my $in or die "pipe: $!";
    pipe my $out, my $answers or die "pipe: $!";

    my $pid = fork() // die "fork: $!";

    if ($pid == 0) {
        open STDIN, '<&', $theirs or die "stdin: $!";
        open STDOUT, '>&', $answers or die "stdout: $!";
        open STDERR, '>&', $err or die "stderr: $!";
        close $_ for $in, $out;
        exec $COMMAND, 'serve' or die "$COMMAND: $!";
    }

    binmode $_ for $in, $out;
    $in->autoflush();

    return { pid => $pid, in => $in, out => $out, words => $words };
}


# what was wrong with it, or undef: the leak checker has the last word
sub ended {
    my $s = $server or return undef;

    undef $server;
    close $s->{$_} for qw(in out);
    waitpid $s->{pid}, 0;

    my $fault = fault($?, $s->{words});

    unlink $s->{words};
    return $fault;
}


sub fault {
    my ($status, $words) = @_;

    my $said = slurp($words);

    return $status || length $said ? "status $status, $said" : undef;
}


# the same in a process of its own: what it printed; what was wrong, or undef
sub run {
    my ($input, @args) = @_;

    my $in = filled($input);
    my ($err, $words) = tempfile(UNLINK => 1);

    my $pid = open(my $out, '-|') // die "fork: $!";

    if ($pid == 0) {
        open STDIN, '<', $in or die "$in: $!";
        open STDERR, '>', $words or die "$words: $!";
        exec $COMMAND, @args or die "$COMMAND: $!";
    }

    binmode $out;
    my $answer = do { local $/; <$out> } // '';
    close $out;

    my $fault = fault($?, $words);

    unlink $in;
    close $err;

    return ($answer, $fault);
}


sub adapter_json {
    return json(adapter(@_));
}


sub json {
    my ($bytes) = @_;

    my $value = eval { $JSON->decode($bytes) };

    fail("no JSON: $@") if $@;

    return $value;
}


sub slurp {
    my ($file) = @_;

    open my $in, '<:raw', $file or die "$file: $!";
    local $/;

    return <$in> // '';
}


sub filled {
    my ($bytes) = @_;

    my ($out, $file) = tempfile();

    binmode $out;
    print {$out} $bytes;
    close $out or die "$file: $!";

    return $file;
}


build();


# what it has to say at the end fails the test
END {
    my $status = $?;
    my $fault = ($$ == $owner) ? ended() : undef;

    diag("adapter: $fault") if defined $fault;
    $? = $status || (defined $fault ? 1 : 0);
}

1;
