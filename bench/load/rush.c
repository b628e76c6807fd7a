
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Closed loop: each connection sends its requests, waits for all their answers,
 * and sends the next ones.  Durations are those of such a turn.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "load.h"


typedef struct {
    int             fd;
    char           *out;
    size_t          nout;
    size_t          sent;
    size_t          owed;      /* answers that are still to come */
    int             waits;     /* for room to write */
    uint64_t        since;
    load_answer_t   answer;
    load_reply_t    reply;
} rush_client_t;


typedef struct {
    load_rush_t    *rush;
    rush_client_t  *client;
    int             ep;
    uint64_t        started;   /* requests */
    uint64_t        done;
    size_t          busy;
    int             over;
    load_tally_t    turns;
} rush_run_t;


static void rush_open(rush_run_t *run);
static void rush_loop(rush_run_t *run, uint64_t start);
static void rush_start(rush_run_t *run, rush_client_t *c);
static void rush_write(rush_run_t *run, rush_client_t *c);
static void rush_read(rush_run_t *run, rush_client_t *c);
static size_t rush_answers(rush_run_t *run, rush_client_t *c, const char *p,
    size_t len);


void
load_rush(load_rush_t *rush)
{
    double      seconds;
    uint64_t    start;
    rush_run_t  run;

    memset(&run, 0, sizeof(run));
    run.rush = rush;

    rush_open(&run);

    start = load_now();
    rush_loop(&run, start);
    seconds = (double) (load_now() - start) / 1e6;

    printf("{\"n\":%llu,\"seconds\":%.3f,\"rate\":%.1f,\"p50\":%u,"
           "\"p99\":%u}\n",
           (unsigned long long) run.done, seconds, (double) run.done / seconds,
           load_tally_part(&run.turns, 0.5), load_tally_part(&run.turns, 0.99));
}


static void
rush_open(rush_run_t *run)
{
    size_t               i;
    rush_client_t       *c;
    struct epoll_event   ee;

    run->ep = epoll_create1(EPOLL_CLOEXEC);
    run->client = load_alloc(run->rush->connections * sizeof(rush_client_t));

    for (i = 0; i < run->rush->connections; i++) {
        c = &run->client[i];
        c->fd = load_peer_connect(&run->rush->peer, 0);
        c->out = load_alloc(load_template_len(run->rush->request)
                            * run->rush->pipeline);

        ee.events = EPOLLIN;
        ee.data.ptr = c;

        if (epoll_ctl(run->ep, EPOLL_CTL_ADD, c->fd, &ee) == -1) {
            load_die("epoll_ctl: %s", strerror(errno));
        }
    }
}


static void
rush_loop(rush_run_t *run, uint64_t start)
{
    int                 i, n;
    size_t              k;
    uint64_t            end;
    rush_client_t      *c;
    struct epoll_event  ee[LOAD_EVENTS];

    end = run->rush->seconds > 0
          ? start + (uint64_t) (run->rush->seconds * 1e6) : UINT64_MAX;

    for (k = 0; k < run->rush->connections; k++) {
        rush_start(run, &run->client[k]);
    }

    while (run->busy) {
        n = epoll_wait(run->ep, ee, LOAD_EVENTS, 10000);

        if (n <= 0) {
            load_die("no answer in 10 seconds");
        }

        run->over = run->over || load_now() >= end;

        for (i = 0; i < n; i++) {
            c = ee[i].data.ptr;

            if (ee[i].events & EPOLLOUT) {
                rush_write(run, c);
            }

            if (ee[i].events & ~EPOLLOUT) {
                rush_read(run, c);
            }
        }
    }
}


static void
rush_start(rush_run_t *run, rush_client_t *c)
{
    size_t        i, n, len;
    load_rush_t  *rush = run->rush;

    n = rush->pipeline;

    if (rush->count && rush->count - run->started < n) {
        n = rush->count - run->started;
    }

    if (n == 0 || run->over) {
        return;
    }

    len = load_template_len(rush->request);

    for (i = 0; i < n; i++) {
        load_template_fill(rush->request, c->out + i * len);
    }

    run->started += n;
    run->busy++;

    c->nout = n * len;
    c->sent = 0;
    c->owed = rush->replies ? n * rush->replies : n;
    c->since = load_now();

    rush_write(run, c);
}


static void
rush_write(rush_run_t *run, rush_client_t *c)
{
    ssize_t             n;
    struct epoll_event  ee;

    while (c->sent < c->nout) {
        n = send(c->fd, c->out + c->sent, c->nout - c->sent, MSG_NOSIGNAL);

        if (n < 0) {
            break;
        }

        c->sent += n;
    }

    if (c->sent < c->nout && errno != EAGAIN) {
        load_die("send: %s", strerror(errno));
    }

    /* most writes are whole: then there is nothing to change */
    if (c->waits == (c->sent < c->nout)) {
        return;
    }

    c->waits = !c->waits;
    ee.events = EPOLLIN | (c->waits ? EPOLLOUT : 0);
    ee.data.ptr = c;

    epoll_ctl(run->ep, EPOLL_CTL_MOD, c->fd, &ee);
}


static void
rush_read(rush_run_t *run, rush_client_t *c)
{
    size_t       n;
    ssize_t      len;
    static char  chunk[LOAD_CHUNK];

    len = recv(c->fd, chunk, sizeof(chunk), 0);

    if (len <= 0) {

        if (len < 0 && errno == EAGAIN) {
            return;
        }

        load_die("the server closed a connection");
    }

    n = rush_answers(run, c, chunk, len);

    if (n > c->owed) {
        load_die("more answers than requests");
    }

    c->owed -= n;

    if (n == 0 || c->owed) {
        return;
    }

    load_tally_add(&run->turns, load_now() - c->since);

    run->done += c->nout / load_template_len(run->rush->request);
    run->busy--;

    rush_start(run, c);
}


static size_t
rush_answers(rush_run_t *run, rush_client_t *c, const char *p, size_t len)
{
    int     done;
    size_t  n, eaten;

    if (run->rush->replies) {
        return load_reply_eat(&c->reply, p, len);
    }

    n = 0;

    while (len) {
        eaten = load_answer_eat(&c->answer, p, len, &done);
        p += eaten;
        len -= eaten;

        if (done) {

            if (c->answer.status != run->rush->status) {
                load_die("status %d, not %d", c->answer.status,
                         run->rush->status);
            }

            load_answer_reset(&c->answer);
            n++;
        }
    }

    return n;
}
