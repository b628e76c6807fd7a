# Copyright (C) the ngx_inbox authors
#
# The shape of the code, as far as a program can see it: see docs/style.md,
# section 1.  Says file and line of each offence.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

my $FILE_MAX = 600;
my $FUNCTION_MAX = 70;
my $COLUMNS_MAX = 80;
my $PARAMETERS_MAX = 6;

chdir dirname(abs_path(__FILE__)) . '/..' or die;

my @c = sort glob 'ngx_inbox_module/*.[ch] ngx_inbox_module/channels/*.[ch]
    t/c/{endpoint,http_client,park,redis_client,ninth}/*.[ch]';
my @commands = sort glob 't/c/*.c t/c/adapter/*.[ch] t/fuzz/*.c';
my @lua = sort glob 'redis/*.lua';
my @perl = sort glob 't/*.t t/lib/*.pm t/lib/Test/*.pm t/lib/Test/Inbox/*.pm';
my @tools = sort grep { -f } glob 'config Makefile .ci/run tools/*';

cmp_ok(scalar @c, '>', 0, 'there is C to look at');


# every file of ours

for my $file (@c, @commands, @lua, @perl, @tools) {
    my @lines = lines($file);

    is(offences($file, \@lines, qr/[ \t]+$/), '',
       "$file: no white space at the end of a line");
    is(offences($file, \@lines, qr/\bTO[D]O\b|\bFI[X]ME\b/), '',
       "$file: nothing left for later");
    cmp_ok(scalar @lines, '<=', $FILE_MAX, "$file: fits $FILE_MAX lines");
}


# C

for my $file (@c) {
    my @lines = lines($file);
    my @code = code(@lines);

    is(long_lines($file, @lines), '', "$file: fits $COLUMNS_MAX columns");
    is(offences($file, \@lines, qr/\t/), '', "$file: no tabs");
    is(offences($file, \@code, qr{//}), '', "$file: comments are /* */");
    is(crowded_else($file, @lines), '',
       "$file: an empty line stands before else");
    is(offences($file, \@code, qr/\bsleep\s*\(|\bassert\s*\(/), '',
       "$file: no sleep, no assert");
    is(offences($file, \@code, qr/\b(malloc|calloc|realloc|strdup)\s*\(/), '',
       "$file: memory comes from pools");
    is(long_functions($file, @code), '',
       "$file: functions fit $FUNCTION_MAX lines");
    is(naked_branches($file, @code), '', "$file: every if has braces");
    is(wide_functions($file, @code), '',
       "$file: at most $PARAMETERS_MAX parameters");

    like(join("\n", @lines[0 .. 8]),
         qr{/\*\n \* Copyright \(C\) the ngx_inbox authors\n \*\n \* \S},
         "$file: says whose it is and what it is for");

    if ($file =~ m{([^/]+)\.h$}) {
        my $guard = '_' . uc($1) . '_H_INCLUDED_';

        like(join("\n", @lines), qr/#ifndef $guard\n#define $guard\n/,
             "$file: has its include guard");
    }
}

done_testing();


sub lines {
    my ($file) = @_;

    open my $in, '<:encoding(UTF-8)', $file or die "$file: $!";
    chomp(my @lines = <$in>);

    return @lines;
}


# the same lines without strings and comments
sub code {
    my $text = join "\n", @_;

    $text =~ s{("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+')|(/\*.*?\*/)}
              {$1 ? '""' : blank($2)}gse;

    return split /\n/, $text, -1;
}


sub blank {
    my ($comment) = @_;

    $comment =~ s/[^\n]//g;

    return $comment;
}


sub offences {
    my ($file, $lines, $pattern) = @_;

    return join ' ', map { "$file:" . ($_ + 1) }
        grep { $lines->[$_] =~ $pattern } 0 .. $#$lines;
}


sub long_lines {
    my ($file, @lines) = @_;

    return join ' ', map { "$file:" . ($_ + 1) }
        grep { length $lines[$_] > $COLUMNS_MAX } 0 .. $#lines;
}


# a body stands between a brace in the first column and its counterpart
sub long_functions {
    my ($file, @lines) = @_;

    my ($from, @found);

    for my $i (0 .. $#lines) {
        $from = $i if $lines[$i] =~ /^\{/;

        if ($lines[$i] =~ /^\}$/ && defined $from) {
            my $length = $i - $from - 1;

            push @found, "$file:$from ($length)" if $length > $FUNCTION_MAX;
            undef $from;
        }
    }

    return join ' ', @found;
}


sub crowded_else {
    my ($file, @lines) = @_;

    return join ' ', map { "$file:" . ($_ + 1) }
        grep { $lines[$_] =~ /^\s*\} else\b/ && $lines[$_ - 1] ne '' }
            1 .. $#lines;
}


# a condition whose parentheses close on the line ends with the brace, unless the
# brace has no room there or the loop is empty
sub naked_branches {
    my ($file, @lines) = @_;

    return join ' ', map { "$file:" . ($_ + 1) } grep {
        my $line = $lines[$_];

        $line =~ /^\s+(if|for|while) (\((?:[^()]++|(?2))*\))(.*)$/
            && $3 !~ /^ \{$/ && $3 !~ /^;/ && $3 !~ /\\$/
            && $lines[$_ + 1] !~ /^\s+\{$/
    } 0 .. $#lines;
}


sub wide_functions {
    my ($file, @lines) = @_;

    my $text = join "\n", @lines;
    my @found;

    while ($text =~ /^(\w+)\(([^()]*(?:\([^()]*\)[^()]*)*)\)\n\{/mg) {
        my ($name, $list) = ($1, $2);

        $list =~ s/\([^()]*\)//g;
        push @found, "$file:$name" if ($list =~ tr/,//) + 1 > $PARAMETERS_MAX;
    }

    return join ' ', @found;
}
