package Routes;

# Copyright (C) the ngx_inbox authors
#
# The table of endpoints as it stands in the source, so that a test of all of
# them cannot forget one:
#
#     for my $route (Routes::all()) {
#         $route->{methods};      # ['GET', 'HEAD']
#         $route->{pattern};      # 'api/v1/chats/#/messages'
#         $route->{who};          # ANYBODY AGENT ROOT VISITOR INTERNAL
#         $route->{body};         # NONE JSON RAW
#         $route->{name};         # 'GET api/v1/chats/#/messages'
#     }
#
# The name has the first of the methods.

use strict;
use warnings;

use Test::Inbox;

my $WORD = qr/[A-Z_|\s]+?/;
my $ROUTE = qr/\{\s*($WORD),\s*"([^"]+)",\s*NGX_INBOX_ROUTE_(\w+),
               \s*NGX_INBOX_ROUTE_(\w+),\s*\w+\s*\}/x;


sub all {
    my ($source) = join "\n", map { Test::Inbox::slurp($_) }
        glob "$Test::Inbox::TOP/ngx_inbox_module/ngx_inbox_route*.c";
    my @routes;

    while ($source =~ /$ROUTE/g) {
        my ($methods, $pattern, $who, $body) = ($1, $2, $3, $4);
        my @methods = map { /^NGX_INBOX_ROUTE_GET$/ ? qw(GET HEAD)
            : /^NGX_HTTP_([A-Z]+)$/ ? $1 : die "odd method $_\n" }
            split /[|\s]+/, $methods;

        push @routes, { methods => \@methods, pattern => $pattern, who => $who,
            body => $body, name => "$methods[0] $pattern" };
    }

    # a line of another shape must not be overlooked
    my $lines = () = $source =~ /NGX_INBOX_ROUTE_\w+,\s*ngx_inbox_\w+ \}/g;

    die "there are $lines routes, not " . @routes . "\n" if $lines != @routes;

    return @routes;
}


# path => its methods, each once
sub paths {
    my %paths;

    for my $route (grep { $_->{who} ne 'INTERNAL' } all()) {
        $paths{$route->{pattern}}{$_} = 1 for @{$route->{methods}};
    }

    return map { $_ => [sort keys %{$paths{$_}}] } keys %paths;
}


1;
