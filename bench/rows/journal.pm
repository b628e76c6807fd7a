package Bench::Row::Journal;

# Copyright (C) the ngx_inbox authors
#
# The journal as an owner's page asks for it, 2,000 chats in the space: again
# and again unchanged (If-None-Match, so 304), beside nginx's `return 200`; and
# its first page of 50 chats, beside a static file of the same bytes.  One
# worker, 64 connections that stay open.

use strict;
use warnings;
use utf8;

use File::Path qw(make_path);

use Bench::Load qw(rush update http_request);
use Bench::Servers;

my $PEOPLE = 2000;
my $SECONDS = 2;


sub {
    my ($figures, $rounds) = @_;

    my $s = Bench::Servers->new();
    my $address = $s->address('inbox');

    rush($s, $address, update('{each}', '{each}'), n => $PEOPLE);

    my $who = 'Authorization: Bearer ' . $s->token;
    my $page = $s->{http}->get("http://$address/inbox/api/v1/journal",
        { headers => { Authorization => 'Bearer ' . $s->token } });
    my $etag = $page->{headers}{etag} // die "the journal has no ETag\n";

    make_path("$Bench::Servers::DIR/static");
    $s->spew('static/page.json', $page->{content});

    my %requests = (
        unchanged => http_request(GET => '/inbox/api/v1/journal',
            [$who, "If-None-Match: $etag"]),
        page => http_request(GET => '/inbox/api/v1/journal', [$who]),
        ok => http_request(GET => '/ok', [$who]),
        file => http_request(GET => '/static/page.json', [$who]),
    );
    my (%rate, %cpu);

    for (1 .. $rounds // 5) {
        for my $name ('unchanged', 'ok', 'page', 'file') {
            my $before = $s->cpu('inbox');
            my $r = rush($s, $address, $requests{$name}, d => $SECONDS,
                s => $name eq 'unchanged' ? 304 : 200);

            push @{$rate{$name}}, $r->{rate};
            push @{$cpu{$name}}, ($s->cpu('inbox') - $before) / $r->{n};
        }
    }

    my $bytes = length $page->{content};

    $figures->add('journal', name => 'unchanged journal, 304', unit => '1/s',
        ours => $rate{unchanged}, reference => $rate{ok},
        against => 'nginx return 200', hold => '>= 0.7');
    $figures->add('journal', name => 'page of 50 chats', unit => '1/s',
        ours => $rate{page}, reference => $rate{file},
        against => 'nginx, a static file of the same bytes', hold => '>= 0.6',
        note => "$bytes bytes");
    $figures->add('journal', name => 'processor of nginx, unchanged',
        unit => 'µs', ours => $cpu{unchanged}, reference => $cpu{ok},
        against => 'nginx return 200');
    $figures->add('journal', name => 'processor of nginx, page', unit => 'µs',
        ours => $cpu{page}, reference => $cpu{file},
        against => 'nginx, a static file of the same bytes');

    $s->stop();
};
