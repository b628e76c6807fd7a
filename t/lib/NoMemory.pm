package NoMemory;

# Copyright (C) the ngx_inbox authors
#
# Memory that is short in nginx' workers, see t/c/no_memory.c: what the tests of
# it start nginx with, and how much of it fails.

use strict;
use warnings;

use File::Temp qw(tempdir);
use Test::Inbox;


# builds what makes allocations fail; none does yet
sub new {
    my ($class) = @_;

    my $dir = tempdir('memory-XXXXXX', TMPDIR => 1, CLEANUP => 1);
    my $self = bless { dir => $dir, library => "$dir/no_memory.so" }, $class;

    $self->fails(0, 0);
    system('gcc', '-O2', '-Wall', '-Werror', '-shared', '-fPIC',
        '-o', $self->{library}, "$Test::Inbox::TOP/t/c/no_memory.c") == 0
        or die "no_memory.c could not be built\n";

    return $self;
}


# of nginx
sub env {
    my ($self) = @_;

    return { LD_PRELOAD => $self->{library},
        NO_MEMORY => "$self->{dir}/trouble" };
}


# one of so many allocations fails, and once the one that comes so many from
# now; 0: none
sub fails {
    my ($self, $rate, $next) = @_;
    my $path = "$self->{dir}/trouble";

    # in place: the workers have it mapped
    open my $out, -e $path ? '+<' : '>', $path or die "$path: $!\n";
    syswrite $out, pack 'LL', $rate, $next;
}


# how many there are until that one
sub left {
    my ($self) = @_;
    my $path = "$self->{dir}/trouble";

    open my $in, '<', $path or die "$path: $!\n";
    sysread $in, my $numbers, 8;

    return (unpack 'LL', $numbers)[1];
}


1;
