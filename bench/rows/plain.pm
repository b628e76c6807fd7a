package Bench::Row::Plain;

# Copyright (C) the ngx_inbox authors
#
# The same webhooks as in `ingest`, beside what one would write in an evening with
# Debian's nginx Lua module and lua-nginx-redis: it decodes the update, compares
# the secret and calls one Redis function of nine plain commands.  That one knows
# no spaces, groups, rights, changes or transcripts in JSON; it is what a rival
# would do at least.  One worker each, the same Redis.

use strict;
use warnings;
use utf8;

use Bench::Load qw(rush update);
use Bench::Servers;

my $PEOPLE = 20000;
my $SECONDS = 4;

my $LIBRARY = <<'END';
#!lua name=bench_plain
redis.register_function('bench_plain', function(keys, args)
  local root, now = keys[1], args[1]
  local user, id, name, text = args[2], args[3], args[4], args[5]
  if not redis.call('SET', root .. ':seen:' .. user .. ':' .. id, 1, 'NX',
                    'EX', 86400) then
    return 'same'
  end
  local n = redis.call('HGET', root .. ':contacts', user) or user
  redis.call('HSET', root .. ':contacts', user, n)
  redis.call('HSET', root .. ':chat:' .. n, 'name', name, 'last', text,
             'at', now)
  redis.call('HINCRBY', root .. ':chat:' .. n, 'unread', 1)
  redis.call('XADD', root .. ':log:' .. n, '*', 'text', text, 'name', name)
  redis.call('ZADD', root .. ':recent', now, n)
  redis.call('ZADD', root .. ':open', now, n)
  redis.call('PUBLISH', root .. ':new', n)
  return 'new'
end)
END


sub {
    my ($figures, $rounds) = @_;

    my $s = Bench::Servers->new(lua => 1);

    die "the plain function: no library\n"
        if $s->redis('FUNCTION', 'LOAD', 'REPLACE', $LIBRARY) ne 'bench_plain';

    my @sides = ('inbox', 'lua');
    my (%rate, %cpu);

    # everybody has written once
    rush($s, $s->address($_), update('{each}', '{each}'), n => $PEOPLE)
        for @sides;

    for (1 .. $rounds // 3) {
        for my $name (@sides) {
            my $redis = $s->cpu('redis');
            my $nginx = $s->cpu($name);
            my $r = rush($s, $s->address($name), update('{user}', '{rand}'),
                d => $SECONDS, r => $PEOPLE);

            push @{$rate{$name}}, $r->{rate};
            push @{$cpu{$name}}, ($s->cpu('redis') - $redis
                + $s->cpu($name) - $nginx) / $r->{n};
        }
    }

    my @common = (against => 'nginx Lua and a function of nine plain calls');

    $figures->add('plain', name => 'webhooks, the same job in Lua', unit => '1/s',
        ours => $rate{inbox}, reference => $rate{lua}, @common,
        hold => '>= 1');
    $figures->add('plain', name => 'processor of nginx and Redis for one',
        unit => 'µs', ours => $cpu{inbox}, reference => $cpu{lua}, @common);

    $s->stop();
};
