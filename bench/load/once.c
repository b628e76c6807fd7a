
/*
 * Copyright (C) the ngx_inbox authors
 *
 * For what must be there before anything is measured: sessions, first messages,
 * chats that somebody has taken.  The file of answers has one line for each
 * request, in their order: the body, which has no line ends of its own.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "load.h"


#define ONCE_BODY  4096


typedef struct {
    int             fd;
    size_t          at;        /* the request on its way */
    size_t          sent;
    load_answer_t   answer;
} once_client_t;


typedef struct {
    load_list_t    *list;
    char          **body;
    size_t          next;
    size_t          done;
    int             ep;
} once_run_t;


static void once_open(once_run_t *run, const load_peer_t *peer,
    once_client_t *c);
static void once_start(once_run_t *run, once_client_t *c);
static void once_write(once_run_t *run, once_client_t *c);
static void once_read(once_run_t *run, once_client_t *c);


/* cut at lines of four dashes; \n in the file stays \n: write \r\n yourself */

void
load_list_read(load_list_t *list, const char *name)
{
    char    *p, *end;
    size_t   size, n;

    p = load_file(name, &size);

    for (n = 0, end = p; (end = strstr(end, "----\n")) != NULL; end += 5) {
        n++;
    }

    list->request = load_alloc((n + 1) * sizeof(char *));
    list->len = load_alloc((n + 1) * sizeof(size_t));
    list->n = n;

    for (n = 0; n < list->n; n++) {
        end = strstr(p, "----\n");

        list->request[n] = p;
        list->len[n] = end - p;
        p = end + 5;
    }
}


void
load_once(const load_peer_t *peer, load_list_t *list, size_t connections,
    const char *out)
{
    int                  i, n;
    FILE                *file;
    size_t               k;
    once_run_t           run;
    once_client_t       *client;
    struct epoll_event   ee[LOAD_EVENTS];

    memset(&run, 0, sizeof(run));
    run.list = list;
    run.body = load_alloc(list->n * sizeof(char *));
    run.ep = epoll_create1(EPOLL_CLOEXEC);

    client = load_alloc(connections * sizeof(once_client_t));

    for (k = 0; k < connections && k < list->n; k++) {
        once_open(&run, peer, &client[k]);
    }

    while (run.done < list->n) {
        n = epoll_wait(run.ep, ee, LOAD_EVENTS, 10000);

        if (n <= 0) {
            load_die("no answer in 10 seconds");
        }

        for (i = 0; i < n; i++) {
            once_write(&run, ee[i].data.ptr);
            once_read(&run, ee[i].data.ptr);
        }
    }

    file = fopen(out, "w");
    if (file == NULL) {
        load_die("%s: %s", out, strerror(errno));
    }

    for (k = 0; k < list->n; k++) {
        fprintf(file, "%s\n", run.body[k]);
    }

    fclose(file);
    printf("{\"n\":%zu}\n", run.done);
}


static void
once_open(once_run_t *run, const load_peer_t *peer, once_client_t *c)
{
    struct epoll_event  ee;

    c->fd = load_peer_connect(peer, 0);
    ee.events = EPOLLIN|EPOLLOUT|EPOLLET;
    ee.data.ptr = c;

    if (epoll_ctl(run->ep, EPOLL_CTL_ADD, c->fd, &ee) == -1) {
        load_die("epoll_ctl: %s", strerror(errno));
    }

    once_start(run, c);
}


static void
once_start(once_run_t *run, once_client_t *c)
{
    load_answer_reset(&c->answer);

    c->at = run->next;
    c->sent = 0;

    if (c->at == run->list->n) {
        return;
    }

    run->next++;

    c->answer.body = load_alloc(ONCE_BODY + 1);
    c->answer.size = ONCE_BODY;

    once_write(run, c);
}


static void
once_write(once_run_t *run, once_client_t *c)
{
    ssize_t  n;

    if (c->at == run->list->n || c->sent == run->list->len[c->at]) {
        return;
    }

    n = send(c->fd, run->list->request[c->at] + c->sent,
             run->list->len[c->at] - c->sent, MSG_NOSIGNAL);

    if (n > 0) {
        c->sent += n;

    } else if (errno != EAGAIN) {
        load_die("send: %s", strerror(errno));
    }
}


static void
once_read(once_run_t *run, once_client_t *c)
{
    int      done;
    char     chunk[8192];
    ssize_t  len, eaten;

    for ( ;; ) {
        len = recv(c->fd, chunk, sizeof(chunk), 0);

        if (len < 0 && errno == EAGAIN) {
            return;
        }

        if (len <= 0) {
            load_die("the server closed a connection");
        }

        eaten = load_answer_eat(&c->answer, chunk, len, &done);

        if (!done) {
            continue;
        }

        if (eaten != len || c->answer.status >= 300) {
            load_die("status %d to %.60s", c->answer.status,
                     run->list->request[c->at]);
        }

        run->body[c->at] = c->answer.body;
        run->done++;

        once_start(run, c);
    }
}
