#!/usr/bin/perl
#
# Copyright (C) the ngx_inbox authors
#
# Writes the seeds of each fuzzer below a directory:
#
#     t/fuzz/seeds.pl DIRECTORY
#
# channels  bodies of the fixtures' requests, and what platforms answer, behind
#           the byte that chooses a channel: its place among those with a webhook
# json      the same without that byte
# redis     t/fuzz/redis, behind the size of the pieces
# form      t/fuzz/form

use strict;
use warnings;

use File::Basename qw(basename dirname);
use File::Path qw(make_path);

my ($out) = @ARGV or die "usage: t/fuzz/seeds.pl DIRECTORY\n";
my $t = dirname(dirname(__FILE__));
my @kinds = qw(telegram viber facebook instagram whatsapp vk webhook);

make_path(map { "$out/$_" } qw(channels json redis form));

for my $number (0 .. $#kinds) {
    for my $file (glob "$t/fixtures/$kinds[$number]/*/{request,answer.json}") {
        next if !-e $file;

        my $seed = "$kinds[$number]-" . basename(dirname($file))
            . ($file =~ /json$/ ? '-answer' : '');
        my $bytes = slurp($file);

        $bytes =~ s/^.*?\r?\n\r?\n//s if $file !~ /json$/;
        spew("$out/json/$seed", $bytes);
        spew("$out/channels/$seed", chr($number) . $bytes);
    }
}

spew("$out/redis/" . basename($_), "\003" . slurp($_)) for glob "$t/fuzz/redis/*";
spew("$out/form/" . basename($_), slurp($_)) for glob "$t/fuzz/form/*";


sub slurp {
    my ($file) = @_;

    open my $in, '<:raw', $file or die "$file: $!\n";
    local $/;

    return scalar <$in> // '';
}


sub spew {
    my ($file, $bytes) = @_;

    open my $to, '>:raw', $file or die "$file: $!\n";
    print $to $bytes;
    close $to or die "$file: $!\n";
}
