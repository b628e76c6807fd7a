# Copyright (C) the ngx_inbox authors
#
# The widget says that somebody is there when an agent is, within the site's
# business hours.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);

use lib dirname(abs_path(__FILE__)) . '/lib';
use Test::Inbox;

my $t = Test::Inbox->new()->start();
my @DAYS = qw(sun mon tue wed thu fri sat);
my $now = time();
my $today = $DAYS[(gmtime $now)[6]];
my $tomorrow = $DAYS[(gmtime $now + 86400)[6]];
my %all = map { $_ => ['00:00-24:00'] } @DAYS;

is(online({}), 0, 'nobody is there');

my $c = $t->connect();
my $rev = $t->api(GET => 'inbox')->{json}{rev};
$c->send(GET => "/inbox/api/v1/inbox?since=$rev&wait=50", token => $t->token);

ok($t->wait_for(sub { online({}) }), 'an agent is, and there are no hours');
is(online({ hours => \%all }), 1, 'within them');
is(online({ hours => {} }), 0, 'no day is a working day');
is(online({ hours => { $tomorrow => ['00:00-24:00'] } }), 0, 'tomorrow is');
is(online({ hours => { $today => ['00:00-24:00'] } }), 1, 'today is');

# the whole day, less the hour that it is

my $hour = (gmtime $now)[2];
my $at = sub { sprintf '%02d:00', $_[0] };
my @but = ($hour ? '00:00-' . $at->($hour) : (),
    $hour < 23 ? $at->($hour + 1) . '-24:00' : ());
is(online({ hours => { $today => \@but } }), 0, 'a break')
    if (gmtime)[2] == $hour;

# the same moment elsewhere: fourteen hours on it is this or the next day

my $there = $DAYS[(gmtime $now + 14 * 3600)[6]];
is(online({ hours => { utc_offset => '+14:00', $there => ['00:00-24:00'] } }),
    1, 'in another zone');
is(online({ hours => { utc_offset => '+14:00',
    map { $_ => ['00:00-24:00'] } grep { $_ ne $there } @DAYS } }), 0,
    'where it is another day');

for my $hours ('always', [], { mon => '9-18' }, { mon => ['9:00-18:00'] },
    { mon => ['18:00-09:00'] }, { mon => ['09:00-24:01'] },
    { mon => ['09:60-10:00'] }, { mon => [900] }, { utc_offset => 2 },
    { utc_offset => 'Kyiv' }, { utc_offset => '+15:00' },
    { mon => [('09:00-10:00') x 11] })
{
    my $r = put({ hours => $hours });

    is("$r->{status} $r->{json}{errors}[0]{field}", '422 settings.hours',
        'refused: ' . JSON::PP->new->allow_nonref->encode($hours));
}

$t->done();


sub put {
    my ($settings) = @_;

    return $t->api(PUT => 'channels/site', json => { kind => 'site',
        title => 'Site', group => 'support', settings => $settings });
}


sub online {
    my ($settings) = @_;

    die "no channel\n" if put($settings)->{status} != 200;
    return $t->get('/inbox/widget/site')->{json}{online} ? 1 : 0;
}
