package ApiPage;

# Copyright (C) the ngx_inbox authors
#
# A page of examples, run.  A page is Markdown; its ```sh blocks are what a
# reader types, the ```json, ```http or ```text block behind one is what he
# sees.  All blocks run in one shell, in order, so that variables last.
#
#     my $page = ApiPage->new('docs/api.md');
#
#     $page->run($t);                      # a started Test::Inbox
#     is($page->wrong($_), '', $_->{title}) for $page->examples;
#     my @calls = $page->calls;            # { method, path, status, type, body }
#
# What differs from run to run is made equal before it is compared: times, revs,
# ids that begin with one, the port, how far a message has been delivered; of
# a string with "…" in it only the rest is looked at, and […] is any list.  Of
# headers only those that the page shows.

use strict;
use warnings;
use utf8;

use Encode qw(decode_utf8 encode_utf8);
use File::Path qw(make_path);
use JSON::PP;
use Test::More;

# what the pages say, and the test has elsewhere
my $ADDRESS = 'http://127.0.0.1:8080';
my $TOKEN = 'run/owner.token';

# seconds for the whole page
my $TIME = 120;

my $json = JSON::PP->new->utf8->allow_nonref;


sub new {
    my ($class, $file) = @_;

    open my $in, '<:encoding(UTF-8)', $file or die "$file: $!\n";

    my $self = bless { file => $file, examples => [] }, $class;

    $self->read($in);

    return $self;
}


sub examples { @{$_[0]{examples}} }


# a block belongs to the heading above it, an answer to the block above it
sub read {
    my ($self, $in) = @_;

    my ($heading, $kind, $text) = ('');

    while (my $line = <$in>) {
        if (defined $kind) {
            if ($line eq "```\n") {
                $self->block($heading, $kind, $text, $.);
                undef $kind;
            } else {
                $text .= $line;
            }
        } elsif ($line =~ /^```(\w*)$/) {
            ($kind, $text) = ($1, '');
        } elsif ($line =~ /^#+ (.*)$/) {
            $heading = $1;
        }
    }
}


sub block {
    my ($self, $heading, $kind, $text, $line) = @_;

    my $list = $self->{examples};

    if ($kind eq 'sh') {
        push @$list, { heading => $heading, command => $text,
            title => "$self->{file}:$line $heading" };

    } elsif ($kind =~ /^(json|http|text)$/ && @$list
             && $list->[-1]{heading} eq $heading && !$list->[-1]{kind})
    {
        @{$list->[-1]}{qw(kind expected)} = ($kind, $text);
    }
}


# $t: a started Test::Inbox
sub run {
    my ($self, $t) = @_;

    my $dir = $self->{dir} = $t->dir . '/page';
    my $script = $self->script($dir);

    make_path("$dir/calls");
    $self->{port} = $t->port;
    $script =~ s/\Q$ADDRESS\E/'http:\/\/127.0.0.1:' . $t->port/ge;
    $script =~ s/\Q$TOKEN\E/$t->dir . '\/owner.token'/ge;

    open my $out, '>', "$dir/script" or die "$dir/script: $!\n";
    print $out encode_utf8($script);
    close $out;

    system('timeout', $TIME, 'bash', "$dir/script");

    $_->{answer} = slurp("$dir/$_->{name}.out") // '' for $self->examples;
}


# curl writes down each of its calls, and then says what it always says
sub script {
    my ($self, $dir) = @_;

    my $script = <<"END";
cd "$dir"

curl() {
    local call=\$(mktemp "calls/\$(date +%s%N)-XXXXXX")

    command curl --noproxy '*' --max-time 30 -o "\$call.body" -D "\$call.head" \\
        -w '%{method} %{http_code} %{url_effective} %{content_type}\\n' \\
        "\$@" > "\$call.meta"
    cat "\$call.body"
}

END
    my $n = 0;

    for my $example ($self->examples) {
        $example->{name} = ++$n;
        $script .= "{\n$example->{command}} > $n.out 2> $n.err\n\n";
    }

    return $script;
}


# all calls that were made, in order
sub calls {
    my ($self) = @_;

    my @calls;

    for my $file (sort glob "$self->{dir}/calls/*.meta") {
        my ($method, $status, $path, $type) =
            slurp($file) =~ m{^(\S+) (\d+) http://[^/]+(/[^ ]*) ?(.*)$}m
            or next;
        (my $body = $file) =~ s/meta$/body/;

        $body = slurp($body) // '';
        $body =~ s/\A(?:HTTP\/.*?\r\n\r\n)+//s;

        push @calls, { method => $method, status => $status, path => $path,
            type => $type, body => $body };
    }

    return @calls;
}


# '' or how the answer differs from what the page says
sub wrong {
    my ($self, $example) = @_;

    my $kind = $example->{kind} // return '';
    my $answer = $self->equal(decode_utf8($example->{answer}));
    my $expected = $self->equal($example->{expected});

    if ($kind eq 'json') {
        return differs('', map { eval { $json->decode(encode_utf8($_)) } }
            $expected, $answer) && "$answer\ninstead of\n$expected";
    }

    if ($kind eq 'http') {
        my @missing = grep { $_ ne '' && !fits($_, $answer, 1) }
            split /\n/, $expected;

        return join "\n", map { "no \"$_\" in\n$answer" } @missing;
    }

    return fits($expected, $answer) ? '' : "$answer\ninstead of\n$expected";
}


sub equal {
    my ($self, $text) = @_;

    $text =~ s/\r//g;
    $text =~ s/127\.0\.0\.1:\Q$self->{port}\E\b/127.0.0.1:8080/g;
    $text =~ s/\d{4}-\d\d-\d\dT[\d:.]+Z/TIME/g;
    $text =~ s/\b[1-9]\d{15}(-\d+)/REV$1/g;
    $text =~ s/\b[1-9]\d{15}\b/1/g;
    $text =~ s/("delivery": *)"\w+"/$1"anywhere"/g;
    $text =~ s/\[…\]/["…"]/g;

    return $text;
}


# '' or the place of the first difference
sub differs {
    my ($place, $a, $b) = @_;

    return "$place: nothing" if defined $a && !defined $b;

    if (ref $a eq 'HASH' && ref $b eq 'HASH') {
        my %keys = (%$a, %$b);

        for my $key (sort keys %keys) {
            return "$place.$key" if !exists $a->{$key} || !exists $b->{$key};

            my $where = differs("$place.$key", $a->{$key}, $b->{$key});

            return $where if $where;
        }
        return '';
    }

    if (ref $a eq 'ARRAY' && ref $b eq 'ARRAY') {
        return '' if @$a == 1 && !ref $a->[0] && $a->[0] eq '…';
        return "$place: length" if @$a != @$b;

        for my $i (0 .. $#$a) {
            my $where = differs("$place.$i", $a->[$i], $b->[$i]);

            return $where if $where;
        }
        return '';
    }

    return fits($json->encode($a), $json->encode($b)) ? '' : $place;
}


# "…" stands for anything within a line; part: anywhere in the text
sub fits {
    my ($expected, $text, $part) = @_;

    my $dots = $expected =~ /\xe2\x80\xa6/ ? "\xe2\x80\xa6" : "\x{2026}";
    my $pattern = join '.*', map { quotemeta } split /$dots/, $expected, -1;

    return $part ? $text =~ /^$pattern$/m : $text =~ /\A\s*$pattern\s*\z/;
}


sub slurp {
    my ($file) = @_;

    open my $in, '<', $file or return undef;
    local $/;

    return scalar <$in>;
}


1;
