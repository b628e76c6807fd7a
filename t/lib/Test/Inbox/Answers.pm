package Test::Inbox::Answers;

# Copyright (C) the ngx_inbox authors
#
# What the product has answered to a test, a few of each kind.  With TEST_ANSWERS,
# a directory, they are written there when the test ends, and tools/test holds
# them against docs/openapi.yaml, all in one go.

use strict;
use warnings;

use File::Basename qw(basename);
use JSON::PP;

# of one call with one status: the first ones, and the longest
my $MOST = 3;
my $LONGEST = 1_000_000;

my %seen;
my $dir = $ENV{TEST_ANSWERS};
my $owner = $$;


# for a test that gets out of the location on purpose, where nginx answers as
# its own server says
sub none { undef $dir }


sub note {
    my ($method, $path, $r) = @_;

    return if !$dir || $method !~ /^[A-Z]+$/ || $path !~ s{^/inbox/}{/};
    return if $method =~ /^(HEAD|OPTIONS)$/ || $r->{status} == 304
        || length $r->{body} > $LONGEST;

    my $shape = $path =~ s{\?.*}{}sr =~ s{/[^/]*\d[^/]*}{/#}gr;
    my $list = $seen{"$method $shape $r->{status}"} //= [];
    my $call = { method => $method, path => $path, status => $r->{status},
        type => $r->{headers}{'content-type'} // '', body => $r->{body} };

    if (@$list < $MOST) {
        push @$list, $call;

    } elsif (length $r->{body} > length $list->[-1]{body}) {
        $list->[-1] = $call;
    }
}


END {
    if ($dir && $$ == $owner && %seen) {
        my $json = JSON::PP->new->ascii;
        my @calls = map { @$_ } values %seen;

        # bytes of UTF-8 as the characters that they are
        for my $call (@calls) {
            utf8::decode($call->{$_}) for qw(path body);
        }

        open my $out, '>', "$dir/" . basename($0) . ".$$" or die "$dir: $!\n";
        print $out $json->encode(\@calls);
        close $out;
    }
}


1;
