package Test::Inbox::Client;

# Copyright (C) the ngx_inbox authors
#
# What a test says to the product over HTTP: the part of Test::Inbox that needs
# no more than a port, a token and the number of workers.

use strict;
use warnings;

use JSON::PP;
use Scalar::Util ();
use Test::More;

use Test::Inbox::HTTP;


# one request on a connection of its own; options of Test::Inbox::HTTP::send,
# and timeout
sub request {
    my ($self, $method, $path, %o) = @_;

    my $c = $self->connect();
    my $r = $c->send($method, $path, %o)->read($o{timeout} // 15);

    $c->close();

    return $r;
}


sub get  { my $self = shift; return $self->request(GET => @_) }
sub post { my $self = shift; return $self->request(POST => @_) }

# the agents' API, as the owner unless another token is given
sub api {
    my ($self, $method, $path, %o) = @_;

    return $self->request($method, "/inbox/api/v1/$path",
        token => $self->{token}, %o);
}


sub connect {
    my ($self) = @_;

    my $c = Test::Inbox::HTTP->new($self->{port});

    push @{$self->{connections}}, $c;
    Scalar::Util::weaken($self->{connections}[-1]);

    return $c;
}


# a number of /inbox/metrics, the sum over all lines whose labels fit
sub metric {
    my ($self, $name, $labels) = @_;

    my $text = $self->get('/inbox/metrics')->{body};
    my $sum = 0;

    while ($text =~ /^$name(?:\{(.*)\})? (\S+)$/mg) {
        my ($has, $value) = ($1 // '', $2);

        $sum += $value if !defined $labels || $has =~ $labels;
    }

    return $sum;
}


sub parked { $_[0]->metric('inbox_parked_polls') }


# when every client has left, nobody waits and nothing is on its way
sub idle {
    my ($self) = @_;

    $_->close() for grep { $_ && $_->{socket} } @{$self->{connections}};

    return $self->wait_for(sub {
        $self->parked() == 0
            && $self->metric('inbox_store_calls_in_flight') == 0
    });
}


# many requests at once, [method, path, options …] each; their answers in order
sub parallel {
    my ($self, @requests) = @_;

    my @all = map { $self->connect() } @requests;

    $all[$_]->send(@{$requests[$_]}) for 0 .. $#all;

    my @answers = Test::Inbox::HTTP::together(30, @all);

    $_->close() for @all;

    return @answers;
}


# what `make run` makes as well: a space, a group, a site
sub provision {
    my ($self) = @_;

    $self->create('spaces/default', { name => 'Test', locale => 'en',
        plan => 'commercial' });
    $self->create('groups/support', { name => 'Support',
        agents => ['root'] });
    $self->create('channels/site', { kind => 'site', title => 'Site',
        group => 'support', settings => { greeting => 'Hello' } });
}


sub create {
    my ($self, $path, $data) = @_;

    my $r = $self->api(PUT => $path, json => $data);

    if (!$r || $r->{status} !~ /^20[014]$/) {
        diag($r ? "$r->{head}\n\n$r->{body}" : 'no answer', $self->log());
        die "could not create $path\n";
    }

    return $r->{json};
}


# an agent with a token; returns the token
sub agent {
    my ($self, $id, %o) = @_;

    $self->create("agents/$id", { name => $o{name} // ucfirst $id,
        role => $o{role} // 'agent', enabled => JSON::PP::true });

    return $self->api(POST => "agents/$id/tokens",
        json => { name => 'test' })->{json}{token};
}


# a Telegram bot called `bot` that feeds the group support
sub telegram {
    my ($self, %o) = @_;

    return $self->create('channels/bot', { kind => 'telegram', title => 'Bot',
        group => 'support', credentials => { token => '123:bot',
        secret => 'hook-secret' }, %o });
}


# what Telegram sends to it
sub hook {
    my ($self, $update, %o) = @_;

    return $self->post('/inbox/hook/bot', json => $update,
        headers => { 'X-Telegram-Bot-Api-Secret-Token' => 'hook-secret' }, %o);
}


1;
