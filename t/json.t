# Copyright (C) the ngx_inbox authors
#
# JSON: what is legal is never refused whole, what is not is never taken, and
# whatever is written can be read.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use Encode qw(encode);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Adapter;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output);

my $BAD = "\x{fffd}";


# text -> the same document written again

my @read = (
    ['{}', '{}'],
    [' [ ] ', '[]'],
    ['{"b":1,"a":[true,false,null]}', '{"b":1,"a":[true,false,null]}'],
    ['"alone"', '"alone"'],
    ['7', '7'],
    ['""', '""'],

    # escapes
    ['"\ud83d\ude00"', "\"\x{1f600}\""],
    ['"\uD83D\uDE00\/"', "\"\x{1f600}/\""],
    ['"\u0000"', '"\u0000"'],
    ['"\ud800"', "\"$BAD\""],
    ['"\udc00"', "\"$BAD\""],
    ['"\ud800\ud800"', "\"$BAD$BAD\""],
    ['"\udc00\ud800"', "\"$BAD$BAD\""],
    ['"\ud800\u0041"', "\"${BAD}A\""],
    ['"\ud800\n"', "\"$BAD\\n\""],
    ['"\ud800\\\\udc00"', "\"$BAD\\\\udc00\""],
    ['"\ud83d\ud83d\ude00"', "\"$BAD\x{1f600}\""],
    ['"\\\\ud800"', '"\\\\ud800"'],
    ['"\ud800"', "\"$BAD\""],
    ['"\ue000\u2028"', "\"\x{e000}\x{2028}\""],

    # keys
    ['{"a\u0000b":1}', "{\"a${BAD}b\":1}"],
    ['{"\u0000":"\u0000"}', "{\"$BAD\":\"\\u0000\"}"],
    ['{"a":{"\u0000":["\u0000",{"\u0000":1}]},"\u0000":2}',
     "{\"a\":{\"$BAD\":[\"\\u0000\",{\"$BAD\":1}]},\"$BAD\":2}"],
    ['{"\ud800":1}', "{\"$BAD\":1}"],
    ['{"a":1,"b":2,"a":3}', '{"a":3,"b":2}'],

    # numbers
    ['[9223372036854775807,-9223372036854775808]',
     '[9223372036854775807,-9223372036854775808]'],
    ['[9223372036854775808,-9223372036854775809]',
     '["9223372036854775808","-9223372036854775809"]'],
    ['[18446744073709551615]', '["18446744073709551615"]'],
    ['[1e400,-1E+400,1.5e309,9e999]',
     '["1e400","-1E+400","1.5e309","9e999"]'],
    ['[1e-400,0,-0,0.5,1e2]', '[0.0,0,0,0.5,100.0]'],
    ['{"a":1e999,"b":99999999999999999999}',
     '{"a":"1e999","b":"99999999999999999999"}'],
    ['9e999', '"9e999"'],
    ['[' . '1' x 400 . '.5]', '["' . '1' x 400 . '.5"]'],
    ['["99999999999999999999 1e999"]', '["99999999999999999999 1e999"]'],

    # nesting
    ['[' x 64 . ']' x 64, '[' x 64 . ']' x 64],
    ['{"a":' x 63 . '[]' . '}' x 63, '{"a":' x 63 . '[]' . '}' x 63],
    ['["' . '[' x 100 . '"]', '["' . '[' x 100 . '"]'],
    ['[' . join(',', ('[]') x 100) . ']', '[' . join(',', ('[]') x 100) . ']'],
);

for my $case (@read) {
    my ($text, $expected) = @$case;

    is(adapter(encode('UTF-8', $text), 'parse'), encode('UTF-8', $expected),
       'read: ' . substr($text, 0, 60));
}


# bytes

is(adapter("\xef\xbb\xbf{}", 'parse'), '{}', 'a byte-order mark is skipped');
is(adapter("\"a\xffb\"", 'parse'), "\"a\xef\xbf\xbdb\"", 'a bad byte');
is(adapter("{\"\xed\xa0\x80\":\"\xc3\"}", 'parse'),
   '{"' . "\xef\xbf\xbd" x 3 . "\":\"\xef\xbf\xbd\"}", 'bad bytes in a key');


# no JSON stays no JSON, whatever is mended on the way

for my $text ('', ' ', '{', '}', '[', ']', '"', '"\\', '"\\u', '"\\u00', '"\\u00"',
              '"\\ud8', '"\\ud800\\', '"\\ud800\\u', '"\\ud800\\udc',
              '"\\ud800\\udc0g"', '{"a"}', '{"a":}', '{"a":1,}', '[1,]', '[,]',
              '{1:2}', '{99999999999999999999:2}', '{9e999:2}',
              '{"a":1,9e999:2}', '[01]', '[099999999999999999999]', '[1.]',
              '[.5]', '[+1]', '[1e]', '[1e+]', '[-]', '[0x10]', '[1 2]',
              '[9e999 9e999]', '[9e999"x"]', '["x"9e999]', '[9e999x]', 'nul',
              'NaN', 'Infinity', "{'a':1}", "\"\n\"", "\"\t\"", "\"\0\"", "1\0", "[1\0,2]",
              '{}{}', '{} x', '// x', '"\\x"', '"\\U0041"', "\xef\xbb",
              "\xef\xbb\xbf", "\xef\xbb\xbf\xef\xbb\xbf{}", "\xff{}", "{}\xff",
              "\xfe\xff\0{\0}", ']' x 100 . '[]')
{
    my $answer = adapter($text, 'parse');

    like($answer, qr/^error: no JSON at byte \d+$/,
         'refused: ' . join ' ', unpack '(H2)*', substr $text, 0, 24);
}

is(adapter('[' x 65 . ']' x 65, 'parse'), 'error: nested too deeply',
   'a level too many');
is(adapter('{"a":' x 1_000_000, 'parse'), 'error: nested too deeply',
   'a million levels');


# an error does not repeat what the body said

unlike(adapter('{"text": secret}', 'parse'), qr/secret/, 'nothing is quoted');


# members: str int number bool id, the id, size

my $members = adapter_json('{"s":"x","i":5,"min":-9223372036854775808,"r":1.5,'
    . '"t":true,"f":false,"n":null,"a":[1,2],"o":{},"e":"",'
    . '"big":12345678901234567890}', 'members');

my %expected = (
    s   => [0, -1, -1, -1, 0, 'x', 0],
    i   => [-1, 0, 0, -1, 0, '5', 0],
    min => [-1, 0, 0, -1, 0, '-9223372036854775808', 0],
    r   => [-1, -1, 0, -1, -1, undef, 0],
    t   => [-1, -1, -1, 0, -1, undef, 0],
    f   => [-1, -1, -1, 0, -1, undef, 0],
    n   => [-5, -5, -5, -5, -5, undef, 0],
    a   => [-1, -1, -1, -1, -1, undef, 2],
    o   => [-1, -1, -1, -1, -1, undef, 0],
    e   => [0, -1, -1, -1, 0, undef, 0],
    big => [0, -1, -1, -1, 0, '12345678901234567890', 0],
);

is_deeply($members->{$_}, $expected{$_}, "member $_") for sort keys %expected;


# written

is(adapter('a"b\\c/' . "\b\f\n\r\t\0\x1f\x7f", 'quote'),
   '"a\"b\\\\c/\b\f\n\r\t\u0000\u001F' . "\x7f\"", 'what must be escaped is');
is(adapter("\xff", 'quote'), "\"\xef\xbf\xbd\"", 'bad bytes are mended');
is(adapter('', 'quote'), '""', 'an empty string');
is(adapter('k"', 'write'),
   '{"list":[[],9223372036854775807,-9223372036854775808,true],"none":null,'
   . '"empty":"","k\"":"k\""}' . "\n", 'every call of the writer');

for my $n (1, 400, 505, 511, 512, 513, 1023, 1024, 1025, 5000, 300_000) {
    my $written = json(adapter('x' x $n, 'write'));

    is($written->{'x' x $n}, 'x' x $n, "a writer's buffer grows by $n");
}

done_testing();
