package Bench::Load;

# Copyright (C) the ngx_inbox authors
#
# The load generator (bench/load) as the rows use it, and the requests that they
# are made of.

use strict;
use warnings;
use utf8;

use Exporter 'import';
use IPC::Open2;
use JSON::PP;
use Time::HiRes qw(time sleep);

use Bench::Servers;

our @EXPORT_OK = qw(rush once park http_request resp_request update
    ingest_words list);

my $LOAD = "$Bench::Servers::TOP/build/bench/load";

# what a browser says besides, so that a poll is like those of real life
my $BROWSER = join '', map { "$_\r\n" }
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101'
        . ' Firefox/128.0',
    'Accept: */*',
    'Accept-Language: uk-UA,uk;q=0.8,en-US;q=0.5,en;q=0.3',
    'Referer: http://127.0.0.1/inbox/embed/frame.html';


# options as of the program: c, d, n, r, P, k, s; the figures of its line
sub rush {
    my ($servers, $address, $template, %o) = @_;

    my $file = $servers->spew('template', $template);

    return run('rush', $address, $file, map { ("-$_", $o{$_}) } sort keys %o);
}


# each request once; the bodies of the answers
sub once {
    my ($servers, $address, @requests) = @_;

    my $file = $servers->spew('requests', list(@requests));

    run('once', $address, $file, "$Bench::Servers::DIR/answers");

    my @bodies = split /\n/, Bench::Servers::slurp(
        "$Bench::Servers::DIR/answers");

    return @bodies;
}


sub run {
    my (@arguments) = @_;

    open my $in, '-|', $LOAD, @arguments or die "$LOAD: $!\n";
    my $line = <$in>;
    close $in or die "load @arguments failed\n";

    return decode_json($line);
}


sub list { join '', map { "$_----\n" } @_ }


# METHOD path, headers and body as bytes; its length may count places
sub http_request {
    my ($method, $path, $headers, $body) = @_;

    my $text = "$method $path HTTP/1.1\r\nHost: 127.0.0.1\r\n$BROWSER";

    $text .= "$_\r\n" for @{$headers // []};

    if (defined $body) {
        $text .= 'Content-Length: ' . filled($body) . "\r\n";
    }

    return "$text\r\n" . ($body // '');
}


# commands, each a list of words
sub resp_request {
    my (@commands) = @_;

    my $text = '';

    for my $words (@commands) {
        $text .= '*' . @$words . "\r\n";
        $text .= '$' . filled($_) . "\r\n$_\r\n" for @$words;
    }

    return $text;
}


# the length when each place has its twelve digits
sub filled {
    my ($text) = @_;

    my $places = () = $text =~ /\{(?:user|rand|each)\}/g;

    return length($text) + 6 * $places;
}


my $NAME = 'Олена Кравчук';
my $TEXT = 'Доброго дня! Чи є в наявності розмір 42?';

# an update of Telegram from a user; user and message are places
sub update {
    my ($user, $message) = @_;

    my $text = qq({"update_id":1$message,"message":{"message_id":1$message,)
        . qq("from":{"id":5$user,"is_bot":false,"first_name":"Олена",)
        . qq("last_name":"Кравчук","username":"olena_k","language_code":"uk"},)
        . qq("chat":{"id":5$user,"first_name":"Олена","last_name":"Кравчук",)
        . qq("username":"olena_k","type":"private"},"date":1795298990,)
        . qq("text":"$TEXT"}});

    utf8::encode($text);

    return http_request(POST => '/inbox/hook/tg',
        ['Content-Type: application/json',
         'X-Telegram-Bot-Api-Secret-Token: bench-secret'], $text);
}


# the words that the module sends to Redis for such an update;
# bench/rows/ingest.pm sees to it that they are the same
sub ingest_words {
    my ($now, $rev, $user, $message) = @_;

    my @words = ('FCALL', 'inbox_1_ingest', '1', 'inbox:{default}', $now, 'tg',
        $rev, '0', 'message', "5$user", "1$message", 'client', $NAME,
        'olena_k', '', '', qq("$TEXT"), qq("$TEXT"), '[]', '0', '', '',
        '2026-11-21T22:09:50.000Z', '');

    utf8::encode($_) for @words;

    return @words;
}


# polls that wait: a handle with gently(), settle(), wake(), close(); options:
# t TLS, g gently
sub park {
    my ($servers, $address, $options, @requests) = @_;

    my $file = $servers->spew('polls', list(@requests));

    my $pid = open2(my $out, my $in, $LOAD, 'park', $address, $file, '-p', 3,
        map { "-$_" } split //, $options);

    return bless { pid => $pid, in => $in, out => $out,
                   servers => $servers }, 'Bench::Load::Park';
}


package Bench::Load::Park;

use Time::HiRes qw(time sleep);

sub order {
    my ($self, $line) = @_;

    print {$self->{in}} "$line\n";
    $self->{in}->flush;

    return readline($self->{out}) // die "load park ended\n";
}


# so many at a time: the next ones when these wait
sub gently {
    my ($self, $n, $step, $count) = @_;

    for (my $k = $step; $k < $n + $step; $k += $step) {
        my $now = $k < $n ? $k : $n;
        $self->order("allow $now");
        $self->settle($now, $count, 0.002);
    }
}


# until all have been sent and $count->() of them wait
sub settle {
    my ($self, $n, $count, $look) = @_;

    my $end = time() + 50;

    for ( ;; ) {
        my ($asked, $answered) = split ' ', $self->order('asked');
        my $waiting = $count->();

        return if $asked >= $n && $waiting >= $n;
        die "of $n polls $asked were sent, $answered were answered too soon, "
            . "$waiting wait\n" if $answered || time() > $end;
        sleep($look // 0.1);
    }
}


# publishes; the i-th request wakes poll first + i
sub wake {
    my ($self, $address, $first, $rate, $connections, @requests) = @_;

    my $file = $self->{servers}->spew('messages',
        Bench::Load::list(@requests));

    return JSON::PP::decode_json(
        $self->order("wake $address $file $connections $first $rate"));
}


sub close {
    my ($self) = @_;

    my $pid = delete $self->{pid} or return;

    CORE::close($self->{in});
    waitpid $pid, 0;
}


sub DESTROY { local $?; $_[0]->close() }


1;
