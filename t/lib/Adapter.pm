package Adapter;

# Copyright (C) the ngx_inbox authors
#
# Runs the module's pure code without nginx: see t/c/adapter.  It is built once
# per prove, under sanitizers; whatever it says on stderr fails the test.

use strict;
use warnings;

use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename qw(dirname);
use File::Temp qw(tempfile);
use JSON::PP ();
use Test::More;

our @EXPORT = qw(adapter adapter_json adapter_many json slurp);

my $TOP = abs_path(dirname(abs_path(__FILE__)) . '/../..');
our $COMMAND = "$TOP/build/adapter/adapter";
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

    return;
}


# input, mode, arguments -> what it printed, as bytes
sub adapter {
    my ($input, @args) = @_;

    my ($answer, $fault) = run($input, @args);

    fail("adapter @args: $fault") if defined $fault;

    return $answer;
}


# many runs in one process, each [input, mode, arguments] -> their answers.
# When anything is wrong, each is run once more, alone, so that it says which
sub adapter_many {
    my (@runs) = @_;

    my $input = join '', map {
        my ($bytes, @args) = @$_;
        join(' ', @args, length $bytes) . "\n$bytes"
    } @runs;

    my ($said, $fault) = run($input, 'batch');

    return $said =~ /([^\0]*)\0/g
        if !defined $fault && ($said =~ tr/\0//) == @runs;

    diag('a batch of fixtures: ' . ($fault // 'not as many answers'));
    my @answers = map { adapter(@$_) } @runs;
    fail('the batch goes wrong, and none of it alone')
        if Test::More->builder->is_passing;

    return @answers;
}


# what it printed; what was wrong, or undef
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

    my $status = $?;
    my $said = slurp($words);

    unlink $in;
    close $err;

    return ($answer, $status || length $said ? "status $status, $said" : undef);
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

1;
