package Test::Inbox::Browser;

# Copyright (C) the ngx_inbox authors
#
# The product with a browser in front of it: Test::Inbox with the policy for
# pages that `make run` gives them, and stories told by a script of t/www/.
#
#     my $t = Test::Inbox::Browser->new(workers => 2)->start();
#
#     $t->told('widget.mjs', at_least => 5);
#     $t->done();
#
# The script gets the address of the location and the root token, and prints
# a line `ok - ...` or `not ok - ...` for each story, and what it has measured
# after a `# `.  Without a browser or the
# page's packages the test is skipped, unless CI is set.

use strict;
use warnings;

use POSIX ();
use Test::More;

use parent 'Test::Inbox';

my $CHROMIUM = $ENV{CHROMIUM} // '/usr/bin/chromium';


sub new {
    my ($class, %o) = @_;

    my $top = $Test::Inbox::TOP;
    my ($missing) = grep { !-e } $CHROMIUM, "$top/node_modules/playwright-core",
        "$top/node_modules/axe-core", "$top/www/vendor/htm.js";

    if ($missing && !$ENV{CI}) {
        plan(skip_all => "no $missing");
    }

    my $self = $class->SUPER::new(%o);

    $self->{http} = ($self->{http} // '') . $self->policy();
    $self->{location} = ($self->{location} // '') . <<'END';
    add_header Content-Security-Policy $inbox_page_policy;
    add_header X-Content-Type-Options $inbox_page_sniff;
END

    return $self;
}


# the part of the configuration of `make run` that makes the pages' headers and
# their compression
sub policy {
    my ($self) = @_;

    my $run = $self->dir . '/run';

    local @ENV{qw(RUN_DIR PORT WORKERS APPENDFSYNC LIMITS CHANNEL_API)} =
        ($run, 1, 1, 'no', 'off', '');

    system("$Test::Inbox::TOP/tools/state > /dev/null 2>&1");

    my $conf = Test::Inbox::slurp("$run/nginx.conf");
    my ($maps) = $conf =~ /(map \$uri \$inbox_file .*?)# the log has/s
        or die "no policy in the configuration of make run\n";
    my $gzip = join "\n", $conf =~ /^\s*(gzip(?!_static)\w* [^;]+;)/mg;

    return $maps . $gzip . "\n";
}


# each story is a test of its own
sub told {
    my ($self, $script, %o) = @_;

    my $told = $self->tell($script, @{$o{args} // []});

    diag($1) while $told =~ /^# (.*)$/mg;
    my @stories = split /^(?=ok - |not ok - )/m, $told =~ s/^# .*\n//mgr;

    cmp_ok(scalar @stories, '>=', $o{at_least} // 1, 'stories are told')
        or diag($told);

    for my $story (@stories) {
        my ($name, $end) = $story =~ /^((?:not )?ok - [^\n]*)\n?(.*)$/s;

        like($name // $story, qr/^ok - /, ($name // '') =~ s/.*?ok - //r)
            or diag($end);
    }
}


sub tell {
    my ($self, $script, @args) = @_;

    my $pid = open my $out, '-|';

    die "fork: $!\n" if !defined $pid;

    if ($pid == 0) {
        open STDERR, '>&', \*STDOUT;
        $ENV{CHROMIUM} = $CHROMIUM;
        exec 'node', "$Test::Inbox::TOP/t/www/$script",
            "http://127.0.0.1:$self->{port}/inbox/", $self->token, @args
            or POSIX::_exit(127);
    }

    my $told = do { local $/; readline $out };

    close $out;

    return $told;
}

1;
