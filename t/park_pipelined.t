# Copyright (C) the ngx_inbox authors
#
# Clients that send more than they should while they are parked: every request
# is answered, in order, and nobody waits for a poll nobody waits for.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use ParkTest;

for my $size (256, 1024) {
    my $t = ParkTest->new(http => "client_header_buffer_size $size;")->start();

    pipelined($t, $size);
    $t->stop();
}

done_testing();


sub pipelined {
    my ($t, $size) = @_;

    my $plain = "GET /plain HTTP/1.1\r\nHost: localhost\r\n\r\n";
    my $poll = "GET /poll?topic=a HTTP/1.1\r\nHost: localhost\r\n\r\n";


    # both in one packet: nginx has the second before the first is parked

    my $c = $t->client();

    $c->send($poll . $plain);
    $t->settled(1);
    $t->get('/notify?topic=a');
    like($c->response()->{body}, qr/why=notice/, "$size: the poll, woken");
    is($c->response()->{body}, "plain\n", "$size: and what came with it");


    # while it sleeps: answered early

    $c->send($poll);
    $t->settled(1);
    $c->send($plain);
    like($c->response()->{body}, qr/why=timeout/, "$size: the poll, early");
    is($c->response()->{body}, "plain\n", "$size: and what came after it");


    # while it asks: when it would sleep

    $c->send('GET /poll?topic=a&ask=100 ' . substr $poll, 18);
    $t->until_true('asks', sub { $t->stat()->{asks} });
    $c->send($plain);
    like($c->response()->{body}, qr/why=timeout/, "$size: once it has asked");
    is($c->response()->{body}, "plain\n", "$size: and what came meanwhile");


    # a poll after a poll

    $c->send($poll);
    $t->settled(1);
    $c->send($poll);
    like($c->response()->{body}, qr/why=timeout/, "$size: the first poll");
    $t->settled(1);
    $t->get('/notify?topic=a');
    like($c->response()->{body}, qr/why=notice/, "$size: the second poll");


    # piece by piece, and longer than nginx's first buffer

    my $long = "GET /plain HTTP/1.1\r\nHost: localhost\r\nX-Long: "
               . 'x' x 3000 . "\r\n\r\n";

    $c->send($poll);
    $t->settled(1);
    $c->send(substr $long, 0, 10);
    like($c->response()->{body}, qr/why=timeout/, "$size: at the first bytes");
    $c->send(substr $long, 10);
    is($c->response()->{body}, "plain\n", "$size: the rest came later");

    $c->send($poll);
    $t->settled(1);
    $c->send($long);
    like($c->response()->{body}, qr/why=timeout/, "$size: a long request");
    is($c->response()->{body}, "plain\n", "$size: is read to its end");


    # nonsense

    $c->send($poll);
    $t->settled(1);
    $c->send("\x16\x03\x01nonsense\r\n\r\n");
    like($c->response()->{body}, qr/why=timeout/, "$size: nonsense ends a poll");
    is($c->response()->{status}, 400, "$size: and is nginx's to refuse");


    # more, and gone

    $c = $t->client();
    $c->send($poll);
    $t->settled(1);
    $c->send($plain);
    $c->rst();
    $t->until_true('nobody is parked', sub { $t->stat()->{parked} == 0 });

    is($t->stat()->{asks}, 0, "$size: nothing is left over");

    return;
}
