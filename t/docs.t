# Copyright (C) the ngx_inbox authors
#
# What is in the code is in the docs, and the reverse: directives with their
# contexts and defaults, routes, Redis functions and keys; every link leads
# somewhere.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

chdir dirname(abs_path(__FILE__)) . '/..' or die;

my $module = slurp('ngx_inbox_module/ngx_http_inbox_module.c');


# directives

my %directives = directives();
my %pages = sections('docs/directives.md');

same([keys %directives], [keys %pages], 'directives', 'docs/directives.md');

for my $name (sort keys %directives) {
    my $page = $pages{$name} // next;

    like($page, qr/\A\s*\*\*Syntax:\*\* `$name [^`]+;`\n\n\*\*Default:\*\*/,
        "$name: syntax, then default");
    like($page, qr/^\*\*Context:\*\* \Q$directives{$name}{context}\E$/m,
        "$name: its context");

    my $default = $directives{$name}{default} // next;
    my ($said) = $page =~ /^\*\*Default:\*\* `$name (\S+);`$/m;

    is(number($said // ''), $default, "$name: its default");
}


# routes

my @routes = routes();

same(\@routes, [headings()], 'routes', 'docs/api.md');
same(\@routes, [operations()], 'routes', 'docs/openapi.yaml');


# codes of problems

my ($codes) = slurp('docs/openapi.yaml')
    =~ /^        code:\n +enum: \[([^\]]*)\]/m;
my ($problems) = slurp('docs/api.md')
    =~ /^\| status \| code \| when \|\n(.*?)\n\n/ms;

same([codes()], [$codes =~ /\w+/g], 'codes', 'docs/openapi.yaml');
same([codes()], [map { /`(\w+)`/g } map { (split / \| /)[1] }
    grep { /^\| \d/ } split /\n/, $problems], 'codes', 'docs/api.md');


# layers

is(join(' ', unlayered()), '', 'docs/design.md has every file in its layer');


# channels

my @kinds = kinds();

same(\@kinds, [map { m{([a-z]+)\.md$} } glob 'docs/channels/*.md'],
    'kinds of channels', 'docs/channels');

my ($enum) = slurp('docs/openapi.yaml') =~ /^    Kind: .*\[(.*)\]/m;

same(\@kinds, [$enum =~ /(\w+)/g], 'kinds of channels', 'docs/openapi.yaml');


# the store

my $redis = slurp('docs/redis.md');
my $lua = join '', map { slurp($_) } glob 'redis/*.lua';

same([functions()], [rows('Functions')], 'Redis functions', 'docs/redis.md');
same([key_names()], [rows('Keys')], 'keys', 'docs/redis.md');

# an enum and the names that it is an index of, in one order
my @fn = map { lc } slurp('ngx_inbox_module/ngx_inbox_store.h')
    =~ /^    NGX_INBOX_FN_(\w+)(?: = 0)?,$/mg;
my ($names) = slurp('ngx_inbox_module/ngx_inbox_store.c')
    =~ /ngx_inbox_store_functions\[\] = \{(.*?)\};/s;

is_deeply([$names =~ /"(\w+)"/g], \@fn, 'the store calls functions by name');
same([grep { !/^(?:version|boot)$/ } functions()], \@fn,
    'Redis functions but those of its own', 'the module');


# links

for my $file ('README.md', glob 'docs/*.md docs/channels/*.md') {
    is(join(' ', dead_links($file)), '', "$file: every link leads somewhere");
}

# lines of the error log that an operator may meet
my %logged = logged();
my @explained = slurp('docs/operations.md') =~ /^\| `(inbox \w+: [^`]+)`/mg;

for my $line (sort keys %logged) {
    ok(scalar(grep { /^$logged{$line}$/ } @explained),
        "operations.md explains: $line");
}

for my $line (@explained) {
    ok(scalar(grep { $line =~ /^$_$/ } values %logged),
        'is logged at times: ' . $line =~ s/[^ -~]/_/gr);
}

done_testing();


# both lists have the same names
sub same {
    my ($code, $docs, $what, $page) = @_;

    my %code = map { $_ => 1 } @$code;
    my %docs = map { $_ => 1 } @$docs;

    cmp_ok(scalar keys %code, '>', 0, "there are $what");
    is(join("\n", grep { !$docs{$_} } sort keys %code), '',
        "$page has all $what");
    is(join("\n", grep { !$code{$_} } sort keys %docs), '',
        "$page has no other $what");
}


sub slurp {
    my ($file) = @_;

    open my $in, '<:encoding(UTF-8)', $file or die "$file: $!";
    local $/;

    return scalar <$in>;
}


# name => { context, default }: what the table of commands and the functions
# that merge say; no default where these do not have a plain one
sub directives {
    my ($table) = $module =~ /ngx_http_inbox_commands\[\] = \{(.*?)\n\};/s;
    my %found;

    while ($table =~ /\{ ngx_string\("(\w+)"\),\s*(\S+),(.*?) \},?\n/gs) {
        my ($name, $flags, $rest) = ($1, $2, $3);
        my @context = map { $flags =~ /NGX_HTTP_$_->[0]_CONF/ ? $_->[1] : () }
            [MAIN => 'http'], [SRV => 'server'], [LOC => 'location'];
        my ($member) = $rest =~ /offsetof\(\w+, ([\w.]+)\)/;

        $found{$name} = { context => join(', ', @context),
            default => $member && default_of($member) };
    }

    return %found;
}


sub default_of {
    my ($member) = @_;

    my ($text) = $module =~ /ngx_conf_(?:init|merge)_\w*value\(
        \w+->\Q$member\E,(?:\s*prev->\Q$member\E,)?\s*([^"()]+?)\)/x;

    return undef if !defined $text;

    my $value = 1;

    $value *= $_ for split /\s*\*\s*/, $text;

    return $value;
}


# 60s, 4m, 1g, on
sub number {
    my ($text) = @_;

    return 1 if $text eq 'on';
    return $1 * 1000 if $text =~ /^(\d+)s$/;
    return $1 * 1024 * 1024 if $text =~ /^(\d+)m$/;
    return $1 * 1024 * 1024 * 1024 if $text =~ /^(\d+)g$/;

    return $text;
}


# what the source calls a problem: to a caller by name, by the store's words, by
# nginx's status, and a few by other ways
sub codes {
    my $source = join '', map { slurp($_) } glob 'ngx_inbox_module/*.c';
    my %found = map { $_ => 1 } qw(invalid internal too_many_requests);

    $found{$_} = 1 for $source =~ /\bcode = ngx_string\("(\w+)"\)/g,
        $source =~ /ngx_str_set\(&code, "(\w+)"\)/g,
        $source =~ /reply_problem\([^;]*?,\s*"([a-z_]+)",/g,
        $source =~ /^    \{ "[A-Z]+", +\d+, "([a-z_]+)", \d \}/mg,
        $source =~ /\{ NGX_HTTP_[A-Z_]+, "([a-z_]+)" \}/g;

    return keys %found;
}


# second-level heading => text below it
sub sections {
    my ($file) = @_;

    my ($head, @parts) = split /^## (.*)\n/m, slurp($file);

    return @parts;
}


# "GET widget/*/messages": what stands for one word is a star
sub routes {
    my $source = join '', map { slurp($_) }
        glob 'ngx_inbox_module/ngx_inbox_route*.c';
    my ($table) = $source =~ /ngx_inbox_routes\[\] = \{(.*?)\n\};/s;
    my @routes;

    while ($table =~ /\{ (\w[\w|]*), "([^"]+)",\s*NGX_INBOX_ROUTE_(\w+)/g) {
        my ($methods, $path, $who) = ($1, $2, $3);

        next if $who eq 'INTERNAL';
        $path =~ tr/#@/**/;

        push @routes, "$_ $path" for $methods =~ /(?:HTTP|ROUTE)_([A-Z]+)/g;
    }

    return @routes;
}


sub headings {
    my $page = slurp('docs/api.md');
    my @found = $page =~ /^### ([A-Z]+ [a-z].*)$/mg;

    s/\{\w+\}/*/g for @found;

    return @found;
}


sub operations {
    my ($path, @found);

    for my $line (split /\n/, slurp('docs/openapi.yaml')) {
        last if $line =~ /^components:/;

        if ($line =~ m{^  /(\S+):$}) {
            ($path = $1) =~ s/\{\w+\}/*/g;
        } elsif ($line =~ /^    (get|post|put|patch|delete):$/) {
            push @found, uc($1) . " $path";
        }
    }

    return @found;
}


# nouns of t/layers.t, as far as they have files, that are not in their row
sub unlayered {
    my ($rows) = slurp('t/layers.t') =~ /my \@ROWS = \((.*?)\n\);/s;
    my %row = slurp('docs/design.md') =~ /^\| (\d+) \| ([^|]*)/mg;
    my @missing;

    while ($rows =~ /\[(\d+), (?:qw\((.*?)\)|'(.*?)')\]/g) {
        my ($layer, $nouns) = ($1, $2 // $3);

        for my $noun (split ' ', $nouns =~ s{/\*}{/}r) {
            next if $noun =~ /^\w+$/ && $layer > 0
                && !(() = glob
                     "ngx_inbox_module/{,channels/}ngx_*inbox_$noun.[ch]");

            push @missing, $noun
                if ($row{$layer} // '') !~ /(?<![a-z])$noun(?![a-z])/;
        }
    }

    return @missing;
}


# of the registry
sub kinds {
    my ($list) = slurp('ngx_inbox_module/channels/ngx_inbox_channels.c')
        =~ /ngx_inbox_channels\[\] = \{(.*?)\}/s;

    # what its descriptor calls it
    return map { slurp("ngx_inbox_module/channels/ngx_inbox_$_.c")
        =~ /ngx_inbox_channel_t +ngx_inbox_\w+ = \{\n +ngx_string\("(\w+)"\)/ }
        $list =~ /&ngx_inbox_(\w+)/g;
}


# register_delete('chat') registers chat_delete
sub functions {
    return ($lua =~ /^ *register(?:_turn)?\('(\w+)'/mg,
        $lua =~ /PREFIX \.\. '(\w+)'/g,
        map { "${_}_delete" } $lua =~ /^ *register_delete\('(\w+)'/mg);
}


# :order:s:* of "root .. ':order:s:' .. s"
sub key_names {
    my @found;

    for my $body (slurp('redis/keys.lua') =~
                  /^function Keys\.\w+\(root.*?\)\s*return (.*?) ?end$/msg)
    {
        next if $body !~ /^root \.\./;

        my @parts = $body =~ /'([^']*)'|(\w+)/g;
        my $name = '';

        while (@parts) {
            my ($literal, $variable) = splice @parts, 0, 2;

            $name .= $literal // ($variable eq 'root' ? '' : '*');
        }

        push @found, $name =~ s/^://r if $name ne ':notice';
    }

    return @found;
}


# names in the first column of the table below a heading, stars for {words}
sub rows {
    my ($heading) = @_;

    my ($part) = $redis =~ /^## \Q$heading\E\n(.*?)(?=^## |\z)/ms;
    my @found;

    for my $cell ($part =~ /^\| (`[^|]*`) \|/mg) {
        push @found, map { s/\{\w+\}/*/gr } split /[`\s,\/]+/, $cell;
    }

    return grep { $_ ne '' } @found;
}


# relative links: the file is there, and the heading in it
sub dead_links {
    my ($file) = @_;

    my $text = slurp($file);
    my @dead;

    $text =~ s/^```.*?^```//msg;

    for my $link ($text =~ /\]\(([^)\s]+)\)/g) {
        next if $link =~ m{^[a-z]+://|^mailto:};

        my ($path, $anchor) = $link =~ /^([^#]*)#?(.*)$/;
        my $target = $path eq '' ? $file : dirname($file) . "/$path";

        if (!-e $target) {
            push @dead, $link;
        } elsif ($anchor ne '' && !grep { $_ eq $anchor } anchors($target)) {
            push @dead, $link;
        }
    }

    return @dead;
}


# as code hosts make them of headings
sub anchors {
    my ($file) = @_;

    my @found = map { lc } slurp($file) =~ /^#+ (.*)$/mg;

    for (@found) {
        s/[^\w\- ]//g;
        s/ /-/g;
    }

    return @found;
}


# every line that the module writes at "notice" and above, but for those of its
# configuration: text => pattern
sub logged {
    my %found;

    for my $file (glob 'ngx_inbox_module/*.c') {
        my $text = slurp($file);

        while ($text =~ /\bngx_log_error\((\w+),\s*[^"]*?
                         ((?:"(?:[^"\\]|\\.)*"\s*)+)/gx)
        {
            my ($level, $line) = ($1, join '', $2 =~ /"((?:[^"\\]|\\.)*)"/g);

            next if $level =~ /_(?:INFO|DEBUG)$/ || $line !~ /^inbox /;

            $line =~ s/\\"/"/g;
            $found{$line} = join '.+', map { quotemeta }
                split /%(?:ui|uL|[VMsdP])/, $line, -1;
        }
    }

    return %found;
}
