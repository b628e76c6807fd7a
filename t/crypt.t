# Copyright (C) the ngx_inbox authors
#
# Digests, signatures, sealing: published vectors, and that nothing but the
# whole sealed text under its own key and name opens.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Adapter;

my $KEY = '00112233445566778899aabbccddeeff' x 2;
my $OTHER = '00112233445566778899aabbccddeefe' x 2;


# SHA-256, FIPS 180-4

is(adapter('', 'sha256'),
   'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
   'digest of nothing');
is(adapter('abc', 'sha256'),
   'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
   'digest of abc');
is(adapter('a' x 1_000_000, 'sha256'),
   'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0',
   'digest of a million letters');


# HMAC-SHA256, RFC 4231

my @hmac = (
    ['0b' x 20, 'Hi There',
     'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [unpack('H*', 'Jefe'), 'what do ya want for nothing?',
     '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
    ['aa' x 20, "\xdd" x 50,
     '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'],
    [join('', map { sprintf '%02x', $_ } 1 .. 25), "\xcd" x 50,
     '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b'],
    ['aa' x 131, 'Test Using Larger Than Block-Size Key - Hash Key First',
     '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54'],
    ['aa' x 131, 'This is a test using a larger than block-size key and a '
     . 'larger than block-size data. The key needs to be hashed before being '
     . 'used by the HMAC algorithm.',
     '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2'],
);

is(adapter($_->[1], 'hmac', $_->[0]), $_->[2], "RFC 4231: $_->[1]") for @hmac;

like(adapter("\x0c" x 20, 'hmac', '0c' x 20), qr/^[0-9a-f]{64}$/, 'lower case');

is(adapter('', 'hmac', ''),
   'b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad',
   'no key, no data');

is(adapter('{"event":"webhook","timestamp":4977069964384421269,'
           . '"message_token":1478683725125}', 'hmac',
           unpack('H*', '44dafb7e0f40021e-61a47a1e6778d187-f2c5a676a07050b3')),
   'd21b343448c8aee33b8e93768ef6ceb64a6ba6163099973a2b8bd028fea510ef',
   'the vector of Viber\'s own libraries');


# equal

is(adapter('', 'equal', 'secret', 'secret'), '1', 'equal');
is(adapter('', 'equal', '', ''), '1', 'both empty');
is(adapter('', 'equal', @$_), '0', "not equal: @$_")
    for ['secret', 'secreT'], ['secret', 'secre'], ['', 's'], ['s', ''],
        ['xecret', 'secret'];


# random

my %seen = map { adapter('', 'random', 32) => 1 } 1 .. 20;

is(scalar keys %seen, 20, 'random bytes differ');
like($_, qr/^[A-Za-z0-9_-]{43}$/, '32 bytes as base64url') for keys %seen;
is(adapter('', 'random', 0), '', 'none');
is(length adapter('', 'random', 1), 2, 'one byte, unpadded');


# sealed

for my $plain ('', 'x', '110201543:AAHdqTcvCH1vGWJxfSeofSAs', "\0\xff\n",
               'long ' x 10_000)
{
    my $sealed = adapter($plain, 'seal', $KEY, 'acme/shop-bot/token');
    my $name = length($plain) . ' bytes';

    like($sealed, qr/^[A-Za-z0-9_-]+$/, "$name: sealed text is base64url");
    is(adapter($sealed, 'open', $KEY, 'acme/shop-bot/token'), "open: $plain",
       "$name: opens");
    is(adapter($sealed, 'open', $OTHER, 'acme/shop-bot/token'), 'declined',
       "$name: not with another key");
    is(adapter($sealed, 'open', $KEY, 'acme/shop-bot/secret'), 'declined',
       "$name: not under another name");
    is(adapter($sealed, 'open', $KEY, ''), 'declined',
       "$name: not without a name");
}

my $sealed = adapter('token', 'seal', $KEY, 'a');

isnt(adapter('token', 'seal', $KEY, 'a'), $sealed, 'never sealed alike twice');
like(adapter($sealed, 'tamper', $KEY, 'a'), qr/^0 of \d{3}$/,
     'no bit turned and no beginning opens');

is(adapter($_, 'open', $KEY, 'a'), 'declined', 'does not open: ' . substr $_, 0, 20)
    for '', 'A', '=', "$sealed=", "$sealed==", "${sealed}A", " $sealed",
        "$sealed\n", 'plain text', "\0", 'A' x 37, 'A' x 38, 'A' x 5000,
        '-' x 100, "\xff" x 40;

my $nameless = adapter('token', 'seal', $KEY, '');

is(adapter($nameless, 'open', $KEY, ''), 'open: token', 'the name may be empty');


# keys of another length are a fault of ours, not of the text

for my $key ('', '00', '00' x 31, '00' x 33) {
    is(adapter('token', 'seal', $key, 'a'), 'error', 'no sealing with a key of '
       . length($key) / 2);
    is(adapter($sealed, 'open', $key, 'a'), 'error', 'no opening with a key of '
       . length($key) / 2);
}

done_testing();
