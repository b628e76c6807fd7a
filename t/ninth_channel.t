# Copyright (C) the ngx_inbox authors
#
# A ninth channel touches its file, the registry, `config`, its fixtures and its
# page.  One is built here with a file and a line of the registry, and works;
# and nothing else knows the eight by name.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use File::Temp qw(tempfile);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Adapter;

chdir dirname(abs_path(__FILE__)) . '/..' or die;

my @kinds = map { $_->{kind} } @{ adapter_json('', 'channels') };
is(scalar @kinds, 8, 'there are eight');


# a ninth

Adapter::ninth();

my ($out, $line) = tempfile(UNLINK => 1);
print {$out} '{"credentials":{"word":"coop"},"settings":{}}';
close $out or die;

my ($pigeon) = grep { $_->{kind} eq 'pigeon' }
    @{ adapter_json('', 'channels') };
is_deeply([@$pigeon{qw(text_limit text_unit hook polled)}],
    [100, 'bytes', 1, 0], 'a file and a line: the registry has it');

sub lands {
    my ($word, $body) = @_;

    return adapter_json("POST /hook HTTP/1.1\nX-Pigeon-Word: $word\n\n$body",
        'hook', 'pigeon', $line);
}

is_deeply(lands('coop', '{"ring":"7","from":"olena","name":"O","says":"coo"}'),
    { odd => 0, events => [{ type => 'message', user => 'olena',
      message => '7', name => 'O', text => 'coo' }] }, 'it is heard');
is_deeply(lands('nest', '{}'), { error => 'bad_signature' },
    'when it knows the word');
is_deeply(lands('coop', '[]'), { error => 'bad_json' }, 'and makes sense');
is_deeply(adapter_json('{"user":"olena","text":"fly"}', 'build', 'pigeon',
    $line), { method => 'POST', url => 'https://loft.example/fly',
    type => 'application/json', body => '{"to":"olena","says":"fly"}' },
    'it is answered');
is_deeply(adapter_json('{"status":200,"body":"{}","job":{}}', 'judge',
    'pigeon', $line), { outcome => 'sent' }, 'and brings it');


# each of the eight is whole

my $config = slurp('config');

for my $kind (@kinds) {
    my $name = $kind eq 'webhook' ? 'generic' : $kind;

    ok(-e "ngx_inbox_module/channels/ngx_inbox_$name.c", "$kind: its file");
    like($config, qr/channels\/ngx_inbox_\Q$name\E\.c/, "$kind: in config");
    ok(-e "docs/channels/$kind.md", "$kind: its page");
    ok(-d "t/fixtures/$kind", "$kind: its fixtures") if $kind ne 'site';
}


# who else says their names: the page where it describes and paints them

my $NAME = qr/telegram|viber|facebook|instagram|whatsapp|(?<![a-z])vk(?![a-z])/i;
my %MAY = map { $_ => 1 } qw(www/lib/kinds.js www/lib/writing.js
    www/parts/marks.js www/css/journal.css www/locales/en.json
    www/locales/ru.json www/locales/uk.json);
my @knows;

for my $file (glob('ngx_inbox_module/*.[ch] redis/*.lua www/*.js www/*.html '
    . 'www/{lib,page,parts,state,embed,css,locales}/* www/parts/settings/*'))
{
    next if $MAY{$file} || -d $file || $file =~ /\.(gz|map)$/;
    push @knows, $file if plain($file) =~ $NAME;
}

is_deeply(\@knows, [], 'nothing else names a messenger');

done_testing();


# without comments, which may give examples
sub plain {
    my ($file) = @_;

    my $text = slurp($file);

    $text =~ s{/\*.*?\*/}{}gs;
    $text =~ s{--[^\n]*}{}g if $file =~ /\.lua$/;

    return $text;
}
