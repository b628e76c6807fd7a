package ModelWords;

# Copyright (C) the ngx_inbox authors
#
# What the random test says of operations and Chats: an operation in one line, a
# Chat as the model writes it down (see InboxModel::row), and where two of them
# differ.

use strict;
use warnings;

use Exporter 'import';
use JSON::PP;

our @EXPORT = qw(named row differs pick);

my $json = JSON::PP->new->utf8->canonical;
my %memo;


sub named {
    my ($op) = @_;

    return join ' ', map { "$_ " . (ref $op->{$_} ? "@{$op->{$_}}"
        : $op->{$_}) } grep { defined $op->{$_} }
        qw(who verb n channel user text agent group agents edits of id to);
}


sub row {
    my ($piece) = @_;

    return $memo{$piece} //= do {
        my $c = $json->decode($piece);

        join ' ', $c->{id}, "$c->{channel}{id}=$c->{channel}{title}",
            $c->{contact}{external_id},
            $c->{status}, $c->{group} // '-', $c->{responsible} // '-',
            '(' . join(' ', map { "$_->{id}=$_->{name}" }
                @{$c->{participants}}) . ')',
            $c->{unread}, $c->{last_message}{text}, $c->{waiting_since} // '-',
            "[@{$c->{tags}}]", $c->{action}, $c->{list} // '';
    };
}


sub differs {
    my ($what, $expected, $got) = @_;

    my ($x, $y) = map { $json->encode($_) } $expected, $got;

    return if $x eq $y;

    if (ref $expected eq 'ARRAY') {
        my %there = map { $_ => 1 } @$got;
        my %wanted = map { $_ => 1 } @$expected;

        ($x, $y) = (join("\n ", grep { !$there{$_} } @$expected),
            join "\n ", grep { !$wanted{$_} } @$got);
    }

    return "$what: expected\n $x\ngot\n $y";
}


sub pick { return $_[rand @_] }


1;
