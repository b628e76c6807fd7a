package Follower;

# Copyright (C) the ngx_inbox authors
#
# Somebody who follows a list or a transcript as the page does: he reads it
# once, and from then on knows it only by `since`, `gone` and `reset`.
#
#     my $talk = Follower::Talk->new($t);
#     my $f = Follower->new($talk, 'petro', $token, 'inbox?');
#
#     my @wrong = $f->follow();       # after something has happened
#     my @wrong = $f->anew();         # is what he has what he would read?
#
# His poll is parked all the time.  follow() finds out by a question of its own
# whether there is news: the poll was answered if and only if there is.  What is
# wrong comes as words.

use strict;
use warnings;

use IO::Select;
use JSON::PP;

my $json = JSON::PP->new->utf8->canonical;


sub new {
    my ($class, $talk, $who, $token, $path) = @_;

    my $self = bless { talk => $talk, who => $who, token => $token,
        path => $path, name => "$path of $who", c => $talk->connection() },
        $class;

    $self->read_anew();
    $self->park();

    return $self;
}


sub page {
    my ($self, $query) = @_;

    return $self->{talk}->page($self->{token}, "$self->{path}&$query");
}


sub read_anew {
    my ($self) = @_;

    my $page = $self->page('limit=200');

    $self->{rows} = { map { number($_) => $_ } @{$page->{pieces}} };
    $self->{rev} = $page->{rev};
}


sub number { return ($_[0] =~ /^\{"id":"?([\d-]+)/)[0] }


sub park {
    my ($self) = @_;

    my $path = "/inbox/api/v1/$self->{path}";

    $self->{limit} = 1 + int rand 5;
    $self->{c}->send(GET => "$path&since=$self->{rev}&wait=50"
        . "&limit=$self->{limit}", token => $self->{token});
}


sub news { my ($page) = @_;
    return @{$page->{pieces}} + @{$page->{gone}} + !!$page->{reset} }


# on from the poll's answer, page by page; then the next poll is parked
sub follow {
    my ($self) = @_;

    my $limit = 1 + int rand 5;
    my $page = $self->page("since=$self->{rev}&limit=$limit");
    my $there = news($page);
    my $r = $self->answered($there || $page->{kind} eq 'messages', $there);

    if (!$r) {
        return $there ? "$self->{name} was not woken" : $self->anew();
    }

    my $woken = Follower::Talk::opened($r)
        or return "$self->{name} was told $r->{body}";
    my @wrong = $self->absorb($woken, $self->{limit});

    # what is sent to a platform moves the transcript at its own time
    push @wrong, "$self->{name} was woken for nothing" if !$there
        && $woken->{kind} eq 'chats';

    for (1 .. 500) {
        $page = $self->page("since=$self->{rev}&limit=$limit");
        last if !news($page);
        push @wrong, $self->absorb($page, $limit);
    }

    $self->park();

    return @wrong, $self->anew();
}


# the poll's answer; what must come is waited for
sub answered {
    my ($self, $may, $must) = @_;

    return if !$may && !IO::Select->new($self->{c}{socket})->can_read(0);
    return $self->{c}->read($must ? 5 : 0);
}


sub absorb {
    my ($self, $page, $limit) = @_;

    my ($rev, $n) = ($self->{rev}, @{$page->{pieces}} + @{$page->{gone}});

    if ($page->{reset}) {
        $self->read_anew();
        return;
    }

    delete $self->{rows}{$_} for @{$page->{gone}};
    $self->{rows}{number($_)} = $_ for @{$page->{pieces}};
    $self->{rev} = $page->{rev};

    return "$self->{name}: $n of $limit" if $n > $limit || !$n;
    return "$self->{name} stands at $rev" if $page->{rev} <= $rev;
    return;
}


# To the byte.  Of a transcript the 200 newest lines, and the delivery of one
# may be news just now
sub anew {
    my ($self) = @_;

    my ($fresh, $rows, $kind);

    for (1 .. 20) {
        my $page = $self->page('limit=200');

        $fresh = { map { number($_) => $_ } @{$page->{pieces}} };
        $rows = { %{$self->{rows}} };
        $kind = $page->{kind};
        last if $kind eq 'chats';

        my $news = $self->page("since=$self->{rev}&limit=200");

        $rows->{number($_)} = $_ for @{$news->{pieces}};
        delete @$rows{grep { !$fresh->{$_} } keys %$rows};
        last if $json->encode($fresh) eq $json->encode($rows);
    }

    my %all = (%$fresh, %$rows);
    my @odd = grep { ($fresh->{$_} // '') ne ($rows->{$_} // '') } keys %all;

    return map { "$self->{name} has " . ($rows->{$_} // 'nothing')
        . ", there is " . ($fresh->{$_} // "no $_") } sort @odd;
}


package Follower::Talk;

# Requests on connections that are kept, and answers as bytes: most pieces of
# them are known already, and none is decoded twice.


sub new {
    my ($class, $t) = @_;

    return bless { t => $t, pool => [] }, $class;
}


sub connection {
    my ($self) = @_;

    my $c = $self->{t}->connect();

    $c->{plain} = 1;

    return $c;
}


# [method, path, …] each, all at once; their answers
sub talk {
    my ($self, @requests) = @_;

    my @all = map { $self->{pool}[$_] //= $self->connection() }
        0 .. $#requests;

    $all[$_]->send(@{$requests[$_]}) for 0 .. $#all;

    return map { $_->read(30) // die "no answer\n" } @all;
}


sub page {
    my ($self, $token, $path) = @_;

    my ($r) = $self->talk([GET => "/inbox/api/v1/$path", token => $token]);

    return opened($r) // die "$path: $r->{status} $r->{body}\n";
}


# kind (chats or messages), pieces, gone, rev and the rest.  Nobody may write
# the marks that the pieces are cut at
sub opened {
    my ($r) = @_;

    my ($kind, $list, $rest) = $r->{body} =~
        /^\{"(chats|messages)":\[(.*?)\](,"(?:gone|rev)":.*\})$/s or return;
    my $page = $json->decode('{' . substr $rest, 1);

    $page->{kind} = $kind;
    $page->{pieces} = [split /(?<=\}),(?=\{"id":(?:\d+,"rev"|"\d+-))/, $list];
    $page->{gone} //= [];

    return $page;
}


1;
