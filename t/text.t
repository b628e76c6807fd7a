# Copyright (C) the ngx_inbox authors
#
# Text and time: what is valid UTF-8, where text is cut, how time is written.

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

my $BAD = "\xef\xbf\xbd";


# valid text is borrowed as it is

for my $good ('', 'a', 'plain ascii longer than a word of eight',
              "nul \0 in it", 'Привіт', '日本語', "\x{1f600}", "\x{7ff}",
              "\x{800}", "\x{d7ff}", "\x{e000}", "\x{fffd}", "\x{10000}",
              "\x{10ffff}", "1234567я", "12345678я", "123456789я")
{
    my $bytes = encode('UTF-8', $good);

    is(adapter($bytes, 'mend'), "borrowed $bytes",
       'borrowed: ' . unpack('H*', $bytes));
}


# one replacement for each maximal bad part, as the Unicode standard says

my @mend = (
    ["\x80",                     $BAD,              'a lone continuation'],
    ["\xff",                     $BAD,              'a byte that never occurs'],
    ["a\xffb\xfe",               "a${BAD}b$BAD",    'between letters'],
    ["\xc0\xaf",                 $BAD x 2,          'overlong slash'],
    ["\xc1\xbf",                 $BAD x 2,          'overlong in two'],
    ["\xe0\x80\xaf",             $BAD x 3,          'overlong in three'],
    ["\xe0\x9f\xbf",             $BAD x 3,          'the last overlong three'],
    ["\xf0\x80\x80\xaf",         $BAD x 4,          'overlong in four'],
    ["\xf0\x8f\xbf\xbf",         $BAD x 4,          'the last overlong four'],
    ["\xed\xa0\x80",             $BAD x 3,          'a high surrogate'],
    ["\xed\xbf\xbf",             $BAD x 3,          'a low surrogate'],
    ["\xf4\x90\x80\x80",         $BAD x 4,          'above U+10FFFF'],
    ["\xf5\x80\x80\x80",         $BAD x 4,          'a lead above all'],
    ["\xc3",                     $BAD,              'two, one is there'],
    ["\xe2\x82",                 $BAD,              'three, two are there'],
    ["\xf0\x9f\x98",             $BAD,              'four, three are there'],
    ["\xf0\x9f\x98A",            "${BAD}A",         'the next letter stays'],
    ["\xf0\x9f\"",               "$BAD\"",          'the quote stays'],
    ["\xe2\xe2\x82\xac",         "$BAD\xe2\x82\xac", 'a character follows'],
    ["\xf1\x80\x80\xe1\x80\xc2", $BAD x 3,          'three beginnings'],
    ["12345678\xff12345678",     "12345678${BAD}12345678", 'between words'],
    ["\xfe" x 1000,              $BAD x 1000,       'a thousand'],
);

for my $case (@mend) {
    my ($bytes, $expected, $why) = @$case;

    is(unpack('H*', adapter($bytes, 'mend')), unpack('H*', $expected), $why);
}


# measured

for my $case (['', '0 0'], ['abc', '3 3'], ['яє', '2 2'], ['日本', '2 2'],
              ["a\x{1f600}b", '3 4'], ["\x{1f468}\x{200d}\x{1f469}", '3 5'],
              ["\x{e000}\x{10000}", '2 3'])
{
    is(adapter(encode('UTF-8', $case->[0]), 'chars'), $case->[1],
       "characters and units of '$case->[0]'");
}


# cut

for my $case (['hello', 0, ''], ['hello', 3, 'hel'], ['hello', 5, 'hello'],
              ['hello', 6, 'hello'], ['привіт', 3, 'при'],
              ['привіт', 6, 'привіт'], ['привіт', 11, 'привіт'],
              ["a\x{1f600}b", 1, 'a'], ["a\x{1f600}b", 2, "a\x{1f600}"],
              ['', 5, ''])
{
    my ($text, $n, $expected) = @$case;

    is(adapter(encode('UTF-8', $text), 'cut', $n), encode('UTF-8', $expected),
       "'$text' cut at $n");
}


# trimmed

for my $case (['', ''], [' ', ''], ["\xa0", ''], ["\t\r\n x \x0b\x0c", 'x'],
              ["\xa0 \xa0a b\xa0", 'a b'], ['я ', 'я'], ["\x{2003}x", "\x{2003}x"],
              ["\x{420}", "\x{420}"], ["\x{e0}", "\x{e0}"])
{
    is(adapter(encode('UTF-8', $case->[0]), 'trim'),
       encode('UTF-8', $case->[1]), "trimmed: '$case->[0]'");
}


# ids

for my $good ('a', '0', 'shop-bot', 'a_b', '9' x 32, 'a-', 'x' x 32) {
    is(adapter($good, 'is_id'), '1', "an id: $good");
}

for my $bad ('', '-a', '_a', 'A', 'a b', 'a.b', 'a/b', 'a:b', "a\n", "a\0",
             'я', 'x' x 33, 'a{b}', '..')
{
    is(adapter(encode('UTF-8', $bad), 'is_id'), '0', "no id: $bad");
}

is(adapter('0123', 'is_digits', 4), '1', 'digits');
is(adapter('01234', 'is_digits', 4), '0', 'too many digits');
is(adapter($_, 'is_digits', 9), '0', "no digits: '$_'")
    for '', '-1', '1.0', ' 1', "1\0", '1e3', "\xd9\xa1";


# time

for my $case ([0, '1970-01-01T00:00:00.000Z'],
              [1, '1970-01-01T00:00:00.001Z'],
              [951782399999, '2000-02-28T23:59:59.999Z'],
              [951782400000, '2000-02-29T00:00:00.000Z'],
              [1795283590807, '2026-11-21T17:53:10.807Z'],
              [4102444800000, '2100-01-01T00:00:00.000Z'],
              [253402300799999, '9999-12-31T23:59:59.999Z'],
              [253402300800000, '9999-12-31T23:59:59.999Z'],
              ['18446744073709551615', '9999-12-31T23:59:59.999Z'])
{
    is(adapter('', 'time', $case->[0]), $case->[1], "$case->[0] ms");
}

for my $time (['1970-01-01T00:00:00Z', 0], ['1970-01-01T00:00:00.001Z', 1],
              ['2000-02-29T00:00:00.000Z', 951782400000],
              ['2000-03-01T00:00:00Z', 951868800000],
              ['2026-11-21T17:53:10.807Z', 1795283590807],
              ['2026-01-01T00:00:00Z', 1767225600000],
              ['9999-12-31T23:59:59.999Z', 253402300799999])
{
    is(adapter($time->[0], 'read_time'), $time->[1], "read: $time->[0]");
}

for my $bad ('', 'Z', '2026-11-21', '2026-11-21T17:53:10', '1969-12-31T23:59:59Z',
             '0000-01-01T00:00:00Z', '2026-02-29T00:00:00Z',
             '2100-02-29T00:00:00Z', '2026-13-01T00:00:00Z',
             '2026-00-01T00:00:00Z', '2026-04-31T00:00:00Z',
             '2026-04-00T00:00:00Z', '2026-04-01T24:00:00Z',
             '2026-04-01T00:60:00Z', '2026-04-01T00:00:60Z',
             '2026-04-01t00:00:00Z', '2026-04-01 00:00:00Z',
             '2026-04-01T00:00:00z', '2026-04-01T00:00:00.00Z',
             '2026-04-01T00:00:00,000Z', '2026-04-01T00:00:00.-01Z',
             '2026-04-01T0a:00:00Z', '-026-04-01T00:00:00Z',
             '2026-04-01T00:00:00+02:00', "2026-04-01T00:00:00\0", 'x' x 24)
{
    is(adapter($bad, 'read_time'), 'error', "no time: $bad");
}

is(adapter('', 'number', $_), $_, "number $_")
    for 0, 7, -7, '9223372036854775807', '-9223372036854775808';

done_testing();
