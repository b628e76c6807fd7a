package Bench::Row::Widget;

# Copyright (C) the ngx_inbox authors
#
# What a visitor's browser loads: before the widget is opened (the loader), and
# when it is opened (the frame, its style, its modules with all that they
# import, the words of one language, what the channel says of itself).  The
# bytes of the bodies as they come from nginx, with gzip as `make run` has it.

use strict;
use warnings;

use IO::Uncompress::Gunzip qw(gunzip);

use Bench::Servers;


sub {
    my ($figures) = @_;

    my $s = Bench::Servers->new();
    my %served;

    # loads a path once; its text
    my $load = sub {
        my ($path) = @_;

        my $r = $s->{http}->get('http://' . $s->address('inbox') . $path,
            { headers => { 'Accept-Encoding' => 'gzip' } });
        die "$path: $r->{status}\n" if $r->{status} != 200;

        my $text = $r->{content};

        if (($r->{headers}{'content-encoding'} // '') eq 'gzip') {
            gunzip(\$r->{content}, \$text) or die "$path is no gzip\n";
        }

        $served{$path} = length $r->{content};

        return $text;
    };

    my $sums = sub {
        my ($name, $hold) = @_;

        my $served = 0;
        $served += $_ for values %served;

        $figures->add('widget', name => "$name, as served", unit => 'bytes',
            ours => [$served], hold => $hold,
            note => join ', ', map { "$_ $served{$_}" } sort keys %served);

        %served = ();
    };

    $load->('/inbox/embed/loader.js');
    $sums->('before it is opened', '<= 2048');

    my $frame = $load->('/inbox/widget/site/frame');
    my @wanted = map { s{^(?:\.\./)+}{/inbox/}r }
        $frame =~ /(?:href|src)="([^"]+\.(?:css|js))"/g;
    my %known;

    while (defined(my $path = shift @wanted)) {
        next if $known{$path}++;

        my $text = $load->($path);
        my ($folder) = $path =~ m{^(.*)/};

        for my $name ($text =~ /^\s*(?:import|export)\b[^;]*?'(\.[^']+)'/mg) {
            my $at = "$folder/$name";
            1 while $at =~ s{/\./}{/} || $at =~ s{/[^/]+/\.\./}{/};
            push @wanted, $at;
        }
    }

    $load->($_) for '/inbox/embed/locales/uk.json', '/inbox/widget/site';
    $sums->('when it is opened', '<= 15360');

    $s->stop();
};
