# Copyright (C) the ngx_inbox authors
#
# Files out, to the platforms that fetch them by a link: a picture and a document
# are uploaded and sent with a text; the platform gets links of ours in its own
# form, follows them as anybody would, and finds the bytes.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use Digest::SHA qw(hmac_sha256_hex);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use FakePlatform;
use Line;
use MetaLine;

my $PNG = "\x89PNG\r\n\x1a\n" . 'x' x 100;
my $PDF = "%PDF-1.4\n" . 'y' x 100;
my %inbox = (inbox => { http => 'inbox_public_url http://127.0.0.1:PORT/inbox;' });

my %lines = (viber => \&viber, facebook => \&facebook,
    instagram => \&instagram, webhook => \&generic);

for my $kind (sort keys %lines) {
    my ($l, $hello, $user) = $lines{$kind}->();

    is($l->hook($hello)->{status}, 200, "$kind: a client writes");

    my $id = $l->take($user);
    my @files = map { $l->t->api(POST => "files?name=$_->[0]",
        body => $_->[1], type => $_->[2])->{json}{id} }
        ['a.png', $PNG, 'image/png'], ['b.pdf', $PDF, 'application/pdf'];
    my $m = $l->settled($l->answer($id, 'Дивіться', attachments => \@files));

    is($m->{delivery}, 'sent', "$kind: two files and a text are sent")
        or diag($m->{error});

    # every link in what it got, in order
    my @links = map { ($_->{body} // '') =~ m{"(http:[^"]*?/inbox/file/[^"]+)"}g }
        $l->fake->calls;
    my @found = map { $l->t->get(s{^http://[^/]+}{}r) } @links;

    is(scalar @links, 2, "$kind: by two links");
    is_deeply([map { "$_->{status} " . length $_->{body} } @found],
        ['200 ' . length $PNG, '200 ' . length $PDF], 'which lead to them');
    is(($found[0] // {})->{headers}{'content-type'}, 'image/png', 'as a picture');
    is(scalar(grep { ($_->{body} // '') =~ /Дивіться/ || ($_->{body} // '')
        =~ /\xd0\x94\xd0\xb8\xd0\xb2/ } $l->fake->calls), 1, 'the text once');

    ok($l->t->stop(), "$kind: it ends in time");
    is_deeply([$l->t->complaints()], [], 'and nothing alarming in the log');
}

done_testing();


sub viber {
    my $token = $FakePlatform::KNOWN{viber}{token};
    my $user = $FakePlatform::KNOWN{viber}{user};
    my $l = Line->new('viber', %inbox, credentials => { token => $token },
        sign => sub { ('X-Viber-Content-Signature' =>
            hmac_sha256_hex($_[0], $token)) });

    return ($l, { event => 'message', timestamp => time() * 1000,
        message_token => 491, sender => { id => $user, name => 'Олена',
        api_version => 10 }, message => { type => 'text', text => 'Є?' } },
        $user);
}


sub facebook { return meta('facebook', 'page') }
sub instagram { return meta('instagram', 'instagram') }


sub meta {
    my ($kind, $object) = @_;

    my $known = $FakePlatform::KNOWN{$kind};
    my $now = time() * 1000;

    return (MetaLine->new($kind, %inbox), { object => $object, entry => [{
        id => $known->{account}, time => $now, messaging => [{
        sender => { id => $known->{user} }, recipient => {
        id => $known->{account} }, timestamp => $now, message => {
        mid => 'm1', text => 'Є?' } }] }] }, $known->{user});
}


sub generic {
    my $known = $FakePlatform::KNOWN{webhook};
    my $l = Line->new('webhook', %inbox, credentials => sub { return {
        secret => $known->{secret}, send_url => $_[0]->origin . '/in' } },
        sign => sub { ('X-Inbox-Signature' => 'sha256='
            . hmac_sha256_hex($_[0], $known->{secret})) });

    return ($l, { type => 'message', id => 'm1', text => 'Є?',
        from => { id => $known->{user}, name => 'Олена' } }, $known->{user});
}
