
/*
 * Copyright (C) the ngx_inbox authors
 *
 * With a rate, the loop is open: the i-th request is due at i / rate, whatever
 * became of those before it, and its poll's delay is counted from then on.  A
 * server that stalls is charged for all who waited meanwhile.  Without a rate,
 * each connection sends its next request as soon as the last one is answered,
 * and the number of polls answered in a second is what counts.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "load.h"


/* µs that the last polls may take */
#define WAKE_PATIENCE  10000000


typedef struct {
    int             fd;
    int             busy;
    load_answer_t   answer;
} wake_client_t;


typedef struct {
    load_wake_t    *wake;
    wake_client_t  *client;
    uint64_t       *sent;
    uint64_t        start;
    size_t          next;
    size_t          done;
    int             ep;
} wake_run_t;


static void wake_open(wake_run_t *run);
static int wake_is_due(wake_run_t *run, uint64_t now);
static void wake_send(wake_run_t *run, wake_client_t *c, uint64_t now);
static void wake_wait(wake_run_t *run);
static void wake_read(wake_run_t *run, wake_client_t *c);
static void wake_tell(wake_run_t *run);


void
load_wake(load_wake_t *wake)
{
    size_t      k;
    uint64_t    now;
    wake_run_t  run;

    memset(&run, 0, sizeof(run));
    run.wake = wake;
    run.sent = load_alloc(wake->list.n * sizeof(uint64_t));

    wake_open(&run);
    run.start = load_now();

    while (run.done < wake->list.n) {
        now = load_now();

        for (k = 0; k < wake->connections && wake_is_due(&run, now); k++) {

            if (!run.client[k].busy) {
                wake_send(&run, &run.client[k], now);
            }
        }

        wake_wait(&run);
    }

    for (k = 0; k < wake->connections; k++) {
        close(run.client[k].fd);
    }

    close(run.ep);
    wake_tell(&run);
}


static void
wake_open(wake_run_t *run)
{
    size_t               k;
    wake_client_t       *c;
    struct timespec      moment = { 0, 20000000 };
    struct epoll_event   ee;

    run->ep = epoll_create1(EPOLL_CLOEXEC);
    run->client = load_alloc(run->wake->connections * sizeof(wake_client_t));

    for (k = 0; k < run->wake->connections; k++) {
        c = &run->client[k];
        c->fd = load_peer_connect(&run->wake->peer, 0);
        ee.events = EPOLLIN;
        ee.data.ptr = c;

        if (epoll_ctl(run->ep, EPOLL_CTL_ADD, c->fd, &ee) == -1) {
            load_die("epoll_ctl: %s", strerror(errno));
        }
    }

    /* connections are made by the kernel at once; nginx takes them meanwhile */
    nanosleep(&moment, NULL);
}


static int
wake_is_due(wake_run_t *run, uint64_t now)
{
    if (run->next == run->wake->list.n) {
        return 0;
    }

    return run->wake->rate == 0
           || now >= run->start + (uint64_t) (run->next * 1e6
                                              / run->wake->rate);
}


static void
wake_send(wake_run_t *run, wake_client_t *c, uint64_t now)
{
    size_t        i = run->next++;
    load_list_t  *list = &run->wake->list;

    run->sent[i] = run->wake->rate == 0
                   ? now
                   : run->start + (uint64_t) (i * 1e6 / run->wake->rate);

    if (send(c->fd, list->request[i], list->len[i], MSG_NOSIGNAL)
        != (ssize_t) list->len[i])
    {
        load_die("a message could not be sent: %s", strerror(errno));
    }

    c->busy = 1;
}


/* until an answer comes, or the next request is due */

static void
wake_wait(wake_run_t *run)
{
    int                  i, n;
    uint64_t             now, due;
    struct timespec      ts = { 1, 0 };
    struct epoll_event   ee[LOAD_EVENTS];

    if (run->wake->rate > 0 && run->next < run->wake->list.n) {
        now = load_now();
        due = run->start + (uint64_t) (run->next * 1e6 / run->wake->rate);
        due = (due > now) ? due - now : 0;

        /* due already, so all connections are busy: any answer helps */
        ts.tv_sec = 0;
        ts.tv_nsec = due ? (long) due * 1000 : 1000000;
    }

    n = epoll_pwait2(run->ep, ee, LOAD_EVENTS, &ts, NULL);

    for (i = 0; i < n; i++) {
        wake_read(run, ee[i].data.ptr);
    }

    if (load_now() - run->start > 6 * (uint64_t) WAKE_PATIENCE) {
        load_die("messages were not taken in a minute");
    }
}


static void
wake_read(wake_run_t *run, wake_client_t *c)
{
    int      done;
    char     chunk[8192];
    ssize_t  len, eaten;

    len = recv(c->fd, chunk, sizeof(chunk), 0);

    if (len <= 0) {

        if (len < 0 && errno == EAGAIN) {
            return;
        }

        load_die("the server closed a publisher's connection");
    }

    eaten = load_answer_eat(&c->answer, chunk, len, &done);

    if (!done) {
        return;
    }

    if (eaten != len || c->answer.status >= 300) {
        load_die("a message was answered with %d", c->answer.status);
    }

    load_answer_reset(&c->answer);
    c->busy = 0;
    run->done++;
}


static void
wake_tell(wake_run_t *run)
{
    size_t            i, n;
    uint64_t          got, last, give_up;
    load_tally_t      delay;
    struct timespec   moment = { 0, 1000000 };

    memset(&delay, 0, sizeof(delay));

    n = run->wake->list.n;
    last = run->start;
    give_up = load_now() + WAKE_PATIENCE;

    for (i = 0; i < n; i++) {

        while ((got = run->wake->shared->got[run->wake->first + i]) == 0
               && load_now() < give_up)
        {
            nanosleep(&moment, NULL);
        }

        if (got == 0) {
            continue;
        }

        load_tally_add(&delay, (got > run->sent[i]) ? got - run->sent[i] : 0);
        last = (got > last) ? got : last;
    }

    printf("{\"woken\":%zu,\"lost\":%zu,\"rate\":%.1f,\"p50\":%u,\"p99\":%u,"
           "\"max\":%u}\n", delay.n, n - delay.n,
           (double) delay.n * 1e6 / (double) (last - run->start + 1),
           load_tally_part(&delay, 0.5), load_tally_part(&delay, 0.99),
           load_tally_part(&delay, 1.0));
}
