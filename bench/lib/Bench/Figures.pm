package Bench::Figures;

# Copyright (C) the ngx_inbox authors
#
# What was measured.  A figure is a list of pairs, ours and the reference's, of
# the same round; what counts is the ratio within a round, because both sides
# of it had the same machine.  Printed as a table, kept as JSON.

use strict;
use warnings;

use JSON::PP;
use POSIX qw(strftime);

use Bench::Servers;

my $FILE = "$Bench::Servers::TOP/bench/last.json";


sub new {
    my ($class) = @_;

    return bless { figures => [] }, $class;
}


# name, unit, ours => [...], reference => [...] (none: a figure without a
# reference), against => what the reference is, hold => '>= 0.9' (of the ratio;
# of ours when there is no reference), note
sub add {
    my ($self, $row, %f) = @_;

    my @ratio = map { $f{ours}[$_] / $f{reference}[$_] } 0 .. $#{$f{reference}};

    my %figure = (row => $row, name => $f{name}, unit => $f{unit},
        at => now(), load => load(), ours => parts($f{ours}), against => $f{against}, note => $f{note},
        hold => $f{hold});

    if (@ratio) {
        $figure{reference} = parts($f{reference});
        $figure{ratio} = parts(\@ratio);
    }

    $figure{verdict} = verdict(\%figure) if $f{hold};

    push @{$self->{figures}}, \%figure;
    print line(\%figure);
}


# held: in every round; undecided: in some of them, so the machine was too busy
# to tell, whatever the median says
sub verdict {
    my ($figure) = @_;

    my $of = $figure->{ratio} // $figure->{ours};
    my ($op, $bound) = split ' ', $figure->{hold};
    my ($worst, $best) = $op eq '>=' ? @{$of}{qw(min max)}
                                     : @{$of}{qw(max min)};
    my $holds = $op eq '>=' ? sub { $_[0] >= $bound } : sub { $_[0] <= $bound };

    return $holds->($worst) ? 'held' : $holds->($best) ? 'undecided'
                                                       : 'not reached';
}


sub parts {
    my ($values) = @_;

    my @sorted = sort { $a <=> $b } @$values;

    my $half = @sorted / 2;
    my $median = @sorted % 2 ? $sorted[$half]
               : ($sorted[$half - 1] + $sorted[$half]) / 2;

    return { min => num($sorted[0]), median => num($median),
             max => num($sorted[-1]), rounds => scalar @sorted };
}


# four digits that mean something
sub num {
    my ($n) = @_;

    return 0 + ($n >= 1000 ? sprintf('%.0f', $n) : sprintf('%.4g', $n));
}


sub heading {
    return sprintf("%-9s %-46s %12s %12s   %-20s %s\n", 'row', 'what', 'ours',
                   'reference', 'ratio min med max', 'hold');
}


sub line {
    my ($f) = @_;

    my $ratio = $f->{ratio}
        ? sprintf('%.2f  %.2f  %.2f', @{$f->{ratio}}{qw(min median max)}) : '';
    my $hold = $f->{hold} ? "$f->{hold}  $f->{verdict}" : '';

    return sprintf("%-9s %-46s %12s %12s   %-20s %s\n", $f->{row},
        "$f->{name}, $f->{unit}", spaced($f->{ours}{median}),
        $f->{reference} ? spaced($f->{reference}{median}) : '', $ratio, $hold);
}


sub spaced {
    my ($n) = @_;

    return $n if $n < 10000;

    1 while $n =~ s/^(\d+)(\d{3})/$1,$2/;
    return $n;
}


# the rows that were measured now take the place of theirs before
sub save {
    my ($self) = @_;

    my %new = map { $_->{row} => 1 } @{$self->{figures}};
    my $before = last_one();
    my @kept = $before ? grep { !$new{$_->{row}} } @{$before->{figures}} : ();

    open my $out, '>', "$FILE.new" or die "$FILE.new: $!\n";
    print $out JSON::PP->new->utf8->canonical->pretty->encode({
        at => now(),
        machine => machine(), figures => [@kept, @{$self->{figures}}]
    });
    close $out or die "$FILE.new: $!\n";
    rename "$FILE.new", $FILE or die "$FILE: $!\n";
}


sub last_one {
    open my $in, '<', $FILE or return undef;
    local $/;
    return decode_json(<$in>);
}


# in general terms
sub machine {
    my $cpu = Bench::Servers::slurp('/proc/cpuinfo');
    my ($model) = $cpu =~ /^model name\s*:\s*(.*)$/m;
    my $cores = () = $cpu =~ /^processor\s*:/mg;
    my ($memory) = Bench::Servers::slurp('/proc/meminfo')
        =~ /^MemTotal:\s+(\d+)/;
    my ($nginx) = `@{[Bench::Servers::nginx()]} -v 2>&1` =~ m{nginx/(\S+)};
    my ($redis) = `redis-server --version` =~ /v=(\S+)/;

    return { cores => $cores, cpu => $model // 'unknown',
             memory_gb => sprintf('%.0f', $memory / 1048576) + 0,
             nginx => $nginx, redis => $redis };
}


sub now { strftime('%Y-%m-%dT%H:%M:%SZ', gmtime) }


# what else the machine does, and we with it
sub load {
    my ($load) = split ' ', Bench::Servers::slurp('/proc/loadavg');

    return $load + 0;
}


1;
