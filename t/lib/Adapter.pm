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

our @EXPORT = qw(adapter adapter_json json slurp);

my $TOP = abs_path(dirname(abs_path(__FILE__)) . '/../..');
my $COMMAND = "$TOP/build/adapter/adapter";
my $JSON = JSON::PP->new->utf8->allow_nonref->allow_bignum;


# the command is there before the first test runs
sub build {
    system("$TOP/t/c/build_adapter.sh") == 0
        or BAIL_OUT('the adapter could not be built');

    return;
}


# input, mode, arguments -> what it printed, as bytes
sub adapter {
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

    my $status = $? >> 8;
    my $said = slurp($words);

    unlink $in;
    close $err;

    fail("adapter @args: status $status, $said") if $status || length $said;

    return $answer;
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
