# Copyright (C) the ngx_inbox authors
#
# A client is blocked and let in again; then everything of him goes, whoever
# waits is told, and the audit says who did it.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox;

my $t = Test::Inbox->new(workers => 2)->start();
my $petro = $t->agent('petro');

$t->create('groups/support', { agents => ['petro', 'root'] });
$t->telegram();

my $token = session('Secretive');

is(visit('hello')->{status}, 201, 'a visitor writes');
is(hooked(1)->{status}, 200, 'and somebody in a messenger');

my $c = $t->api(GET => 'contacts/1')->{json};
is($c->{contact}{name}, 'Secretive', 'the contact');
is($c->{chats}[0]{id}, 1, 'with his chat');
ok(!$c->{blocked}, 'is welcome');


# blocked

is($t->api(POST => 'contacts/1/block', token => $petro)->{status}, 204,
    'an agent blocks him');
my $no = visit('let me in');
is("$no->{status} $no->{json}{code}", '403 forbidden', 'he may not write');
is($t->api(POST => 'contacts/1/unblock')->{status}, 204, 'forgiven');
is(visit('thanks')->{status}, 201, 'he may again');

$t->api(POST => 'contacts/2/block');
is(hooked(2)->{status}, 200, 'a blocked messenger is told nothing');
is(@{$t->api(GET => 'chats/2/messages')->{json}{messages}}, 2,
    'and nothing is stored');


# erased: the journal, an inbox and a transcript wait for it

my $rev = $t->api(GET => 'journal')->{json}{rev};
my ($journal, $inbox, $transcript) = map { my $c = $t->connect();
    $c->send(GET => "/inbox/api/v1/$_->[0]?since=$rev&wait=30",
        token => $_->[1]); $c } ['journal', $t->token], ['inbox', $petro],
    ['chats/1/messages', $petro];
$t->wait_for(sub { $t->parked() == 3 });

is($t->api(DELETE => 'chats/1', token => $petro)->{status}, 403,
    'an agent erases nobody');
is($t->api(DELETE => 'contacts/1')->{status}, 204, 'the owner does');

is_deeply($journal->read(10)->{json}{gone}, [1], 'the journal is told');
is_deeply($inbox->read(10)->{json}{gone}, [1], 'the inbox is told');
is($transcript->read(10)->{status}, 404, 'the dialog is told');
is($t->api(GET => 'chats/1')->{status}, 404, 'the chat is gone');
is($t->api(DELETE => 'chats/1')->{status}, 404, 'once');
is_deeply($t->api(GET => 'journal')->{json}{counts},
    { unassigned => 1, active => 0, inactive => 0 }, 'the counts are exact');
is($t->get('/inbox/widget/site/messages', token => $token)->{json}{chat},
    undef, 'for the visitor too');
is($t->redis->call('KEYS', '*:1')->[0], undef, 'no key of it is left');
is($t->api(DELETE => 'chats/2')->{status}, 204, 'by the chat, the same');


# who did it

my $audit = $t->api(GET => 'audit')->{json};
is($audit->{entries}[0]{action}, 'chat_deleted', 'the audit knows it');
is($audit->{entries}[0]{target}, '2', 'which');
is($audit->{entries}[0]{agent}{id}, 'root', 'and who');
is(join(' ', map { $_->{action} } @{$audit->{entries}}), 'chat_deleted '
    . 'contact_deleted credentials_changed members_changed token_created '
    . 'role_changed members_changed',
    'and what happened before');
unlike($t->api(GET => 'audit')->{body}, qr/Secretive|hook-secret|123:bot/,
    'without names or secrets');

$audit = $t->api(GET => 'audit?limit=2')->{json};
is($t->api(GET => "audit?limit=9&before=$audit->{next}")->{json}
    {entries}[0]{action}, 'credentials_changed', 'page by page');
is($t->api(GET => 'audit', token => $petro)->{status}, 403, 'for owners only');

$t->done();


sub session {
    my ($name) = @_;

    return $t->post('/inbox/widget/site/session',
        json => { name => $name })->{json}{token};
}


sub visit {
    my ($text) = @_;

    return $t->post('/inbox/widget/site/messages', token => $token,
        json => { text => $text });
}


sub hooked {
    my ($id) = @_;

    return $t->hook({ update_id => $id, message => { message_id => $id,
        date => 1795298990, text => 'hi', from => { id => 7,
            first_name => 'Ann' }, chat => { id => 7, type => 'private' } } });
}
