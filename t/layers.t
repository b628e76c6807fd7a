# Copyright (C) the ngx_inbox authors
#
# Who may include whom.  A file includes headers of rows above its own in the
# table below, its own header, and those of its family; nothing else.  Foreign
# libraries and the names of messengers are known only where the table says.
# Every C file is built, and every header says its layer.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use Test::More;

# one row per rank, lowest first: layer, nouns.  Rows of one layer are ordered
# too: a bridge may use bytes, but not the reverse.
my @ROWS = (
    [0, 'inbox'],
    [0, qw(compat conf library)],
    [1, qw(crowd meter)],
    [1, qw(address crypt dial disk fd notice output sniff table text topic wheel)],
    [1, qw(json resolve ticket)],
    [2, qw(http redis)],
    [3, 'channel'],
    [3, 'reader'],
    [3, 'meta'],
    [3, 'channels/*'],
    [4, 'trace'],
    [4, 'ctx'],
    [4, qw(bus park reply store)],
    [5, qw(audience recall receipt said serve)],
    [5, qw(auth body census intake settings share typing)],
    [5, 'ask'],
    [5, 'cors'],
    [5, 'poll'],
    [6, qw(attached exchange limit presence tally)],
    [7, qw(hint hours media message query send site visitor)],
    [7, qw(lookup record)],
    [8, qw(admin canned chat connect contacts events export files lines lists metrics outbox purge session upload webhook widget)],
    [9, 'route'],
    [10, qw(directive error_page log worker)],
    [11, 'module'],
);

# a noun may be written in several files: http_easy belongs to http; and those
# whose names do not say it: part => noun
my %FAMILY = (
    calls  => 'redis',
    detach => 'park',
    entry  => 'redis',
    hold   => 'park',
    link   => 'redis',
    resp   => 'redis',
    roll   => 'park',
    rota   => 'park',
    saved  => 'park',
    wire   => 'redis',
);

# foreign headers: who may include them
my %FOREIGN = (
    qr{^hiredis}  => { redis => 1 },
    qr{^curl/}    => { http => 1 },
    qr{^jansson}  => { json => 1 },
    qr{^openssl/} => { crypt => 1 },
);

my $MESSENGERS = qr/telegram|viber|facebook|instagram|whatsapp|\bvk\b|_vk_/i;

chdir dirname(abs_path(__FILE__)) . '/..' or die;

my @files = sort glob 'ngx_inbox_module/*.[ch] ngx_inbox_module/channels/*.[ch]';
my %rank;

# ngx_inbox_telegram.c
my %channels = map { m{channels/ngx_inbox_([a-z]+)\.c$} ? ($1 => 1) : () } @files;

for my $rank (0 .. $#ROWS) {
    my ($layer, @nouns) = @{$ROWS[$rank]};

    $rank{$_} = $rank for @nouns;
}

for my $file (@files) {
    my $text = slurp($file);

    ok(defined rank($file), "$file: has its row in the table") or next;
    is(join(' ', wrong_includes($file, $text)), '',
       "$file: includes lower layers only");
    is(join(' ', wrong_foreigners($file, $text)), '',
       "$file: knows no foreign library that is not its own");

    if ($file =~ /\.h$/) {
        like($text, qr/^ \* Layer $ROWS[rank($file)][0]\b/m,
             "$file: says its layer");
    }

    if ($file !~ m{/channels/}) {
        is(join(' ', messengers($text)), '',
           "$file: names no messenger in its code");
    }
}

is(join(' ', unbuilt()), '', 'config lists every source and no other');

done_testing();


sub slurp {
    my ($file) = @_;

    open my $in, '<', $file or die "$file: $!";
    local $/;

    return scalar <$in>;
}


# ngx_inbox_module/channels/ngx_inbox_vk.c -> vk
sub part {
    my ($file) = @_;

    my $name = basename($file);

    $name =~ s/\.[ch]$//;
    return 'inbox' if $name eq 'ngx_inbox';
    return 'module' if $name eq 'ngx_http_inbox_module';

    $name =~ s/^ngx_inbox_//;
    return $name;
}


sub noun {
    my $part = part(@_);

    return $part if defined $rank{$part};
    return $FAMILY{$part} if defined $FAMILY{$part};

    my ($head) = $part =~ /^([a-z]+)_/;

    return $head if defined $head
        && (defined $rank{$head} || $channels{$head});
    return $part;
}


sub rank {
    my ($file) = @_;

    my $noun = noun($file);

    return $rank{$noun} if defined $rank{$noun};
    return $rank{'channels/*'} if $file =~ m{channels/};
    return undef;
}


# "../ngx_inbox.h" in channels/x.c -> ngx_inbox_module/ngx_inbox.h
sub wrong_includes {
    my ($file, $text) = @_;

    my @wrong;

    for my $include ($text =~ /^#include "([^"]+)"/mg) {
        my ($path) = grep { -e } dirname($file) . "/$include",
            "ngx_inbox_module/$include", "ngx_inbox_module/channels/$include";

        if (!defined $path) {
            push @wrong, "$include (missing)";
            next;
        }

        next if noun($path) eq noun($file);

        my $rank = rank($path);

        push @wrong, $include if !defined $rank || $rank >= rank($file);
    }

    return @wrong;
}


sub wrong_foreigners {
    my ($file, $text) = @_;

    my @wrong;

    for my $include ($text =~ /^#include <([^>]+)>/mg) {
        for my $pattern (keys %FOREIGN) {
            next if $include !~ /$pattern/;
            push @wrong, $include if !$FOREIGN{$pattern}{noun($file)};
        }
    }

    return @wrong;
}


# comments may give examples
sub messengers {
    my ($text) = @_;

    $text =~ s{/\*.*?\*/}{}gs;

    return $text =~ /\w*(?:$MESSENGERS)\w*/g;
}


sub unbuilt {
    my $config = slurp('config');
    my ($list) = $config =~ /^ngx_inbox_sources="(.*?)"/ms;
    my %listed = map { $_ => 1 } grep { /\.c$/ } split /[\s\\]+/, $list;
    my @wrong;

    for my $file (grep { /\.c$/ } @files) {
        (my $name = $file) =~ s{^ngx_inbox_module/}{};
        push @wrong, "$name (not listed)" if !delete $listed{$name};
    }

    return (@wrong, map { "$_ (listed, not there)" } sort keys %listed);
}
