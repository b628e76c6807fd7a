# Copyright (C) the ngx_inbox authors
#
# Fetching the front end's packages from a registry that falls silent: asked
# again, a bounded number of times, and what cannot be fetched says so.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Copy qw(copy);
use File::Temp qw(tempdir);
use Test::More;

my $top = dirname(abs_path(__FILE__)) . '/..';

my ($code, $out, $asked) = fetch(2);

is($code, 0, 'a registry that answers at the third time is enough');
is($asked, 3, 'it was asked three times');
like($out, qr/EIDLETIMEOUT/, 'each failure is told');
like($out, qr/2 of 5/, 'and counted');

($code, $out, $asked) = fetch(99);

isnt($code, 0, 'one that never answers is an error');
is($asked, 5, 'after five times');
unlike($out, qr/copied/, 'and nothing is copied');

done_testing();


# ($exit_code, $output, $times) of tools/vendor; its npm fails so often
sub fetch {
    my ($failures) = @_;
    my $dir = tempdir(CLEANUP => 1);

    mkdir "$dir/$_" or die "$dir/$_: $!" for qw(bin tools www);

    copy("$top/tools/vendor", "$dir/tools/vendor") or die "vendor: $!";

    write_file("$dir/package.json", qq({\n"dependencies": {\n"a": "1"\n}\n}\n));
    write_file("$dir/package-lock.json", "{}\n");
    write_file("$dir/www/$_.mjs", '') for qw(vendor press);

    program("$dir/tools/packages", 'exit 0');
    program("$dir/bin/$_", 'exit 0') for qw(node sleep);
    program("$dir/bin/npm", <<"END");
echo >> $dir/asked

if [ \$(wc -l < $dir/asked) -le $failures ]; then
    echo 'npm error code EIDLETIMEOUT' >&2
    exit 1
fi

mkdir -p node_modules/a www/vendor
touch node_modules/.package-lock.json
END

    my $out = `PATH=$dir/bin:\$PATH bash $dir/tools/vendor 2>&1`;
    my $code = $? >> 8;

    open my $fh, '<', "$dir/asked" or die "npm was never asked: $!";
    my @asked = <$fh>;

    return ($code, $out, scalar @asked);
}


sub program {
    my ($path, $body) = @_;

    write_file($path, "#!/bin/sh\n$body\n");
    chmod 0755, $path or die "$path: $!";
}


sub write_file {
    my ($path, $text) = @_;

    open my $fh, '>', $path or die "$path: $!";
    print {$fh} $text;
    close $fh or die "$path: $!";
}
