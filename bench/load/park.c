
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A process may have 20,000 descriptors here and as many ports of one address,
 * so the clients are spread over processes, and each of them comes from an
 * address of its own.  Poll i belongs to holder i % holders.
 *
 * The parent obeys lines of stdin:
 *
 *     allow N                     the first N polls may be opened (with -g)
 *     asked                       prints how many polls have been sent, and how
 *                                 many of them have been answered
 *     wake ADDRESS FILE CONNECTIONS FIRST RATE    see wake.c
 *
 * and ends the holders when stdin ends.  A poll is answered once and not asked
 * again; when its answer came stands in the shared memory.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "load.h"


/* connections of one holder that are not established yet */
#define PARK_OPENING  64

/* ms after which a holder looks whether it may go on */
#define PARK_LOOK     2


typedef struct {
    int       fd;
    int       asked;
    size_t    at;
    SSL      *ssl;
} park_client_t;


typedef struct {
    load_park_t    *park;
    park_client_t  *client;
    size_t          nclients;
    size_t          next;
    size_t          opening;
    size_t          holder;
    int             ep;
    SSL_CTX        *tls;
} park_holder_t;


static void park_hold(load_park_t *park, size_t holder);
static void park_open(park_holder_t *h);
static void park_step(park_holder_t *h, park_client_t *c);
static int park_handshake(park_client_t *c);
static void park_ask(park_holder_t *h, park_client_t *c);
static void park_hear(park_holder_t *h, park_client_t *c);
static void park_obey(load_park_t *park);
static size_t park_answered(load_park_t *park);
static void park_wake(load_park_t *park, const char *line);


void
load_park(load_park_t *park)
{
    pid_t   *pid;
    size_t   i, size;

    size = sizeof(load_shared_t)
           + park->list.n * sizeof(atomic_uint_least64_t);

    park->shared = mmap(NULL, size, PROT_READ|PROT_WRITE,
                        MAP_SHARED|MAP_ANONYMOUS, -1, 0);
    if (park->shared == MAP_FAILED) {
        load_die("mmap: %s", strerror(errno));
    }

    park->shared->allowed = park->gentle ? 0 : park->list.n;
    pid = load_alloc(park->holders * sizeof(pid_t));

    for (i = 0; i < park->holders; i++) {
        pid[i] = fork();

        if (pid[i] == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            park_hold(park, i);
        }
    }

    park_obey(park);

    for (i = 0; i < park->holders; i++) {
        kill(pid[i], SIGKILL);
        waitpid(pid[i], NULL, 0);
    }
}


static void
park_hold(load_park_t *park, size_t holder)
{
    int                  i, n;
    park_holder_t        h;
    struct epoll_event   ee[LOAD_EVENTS];

    memset(&h, 0, sizeof(h));
    h.park = park;
    h.holder = holder;
    h.nclients = (park->list.n + park->holders - 1 - holder) / park->holders;
    h.client = load_alloc(h.nclients * sizeof(park_client_t));
    h.ep = epoll_create1(EPOLL_CLOEXEC);

    if (park->tls) {
        h.tls = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_verify(h.tls, SSL_VERIFY_NONE, NULL);
        SSL_CTX_set_session_cache_mode(h.tls, SSL_SESS_CACHE_OFF);
    }

    for ( ;; ) {
        while (h.next < h.nclients && h.opening < PARK_OPENING
               && h.holder + h.next * park->holders < park->shared->allowed)
        {
            park_open(&h);
        }

        n = epoll_wait(h.ep, ee, LOAD_EVENTS,
                       (h.next < h.nclients) ? PARK_LOOK : -1);

        for (i = 0; i < n; i++) {
            park_step(&h, ee[i].data.ptr);
        }
    }
}


static void
park_open(park_holder_t *h)
{
    park_client_t       *c;
    struct epoll_event   ee;

    c = &h->client[h->next];
    c->at = h->holder + h->next * h->park->holders;
    c->fd = load_peer_connect(&h->park->peer, 2 + h->holder);

    if (h->tls) {
        c->ssl = SSL_new(h->tls);
        SSL_set_fd(c->ssl, c->fd);
        SSL_set_connect_state(c->ssl);
    }

    ee.events = EPOLLIN|EPOLLOUT|EPOLLET;
    ee.data.ptr = c;

    if (epoll_ctl(h->ep, EPOLL_CTL_ADD, c->fd, &ee) == -1) {
        load_die("epoll_ctl: %s", strerror(errno));
    }

    h->next++;
    h->opening++;
}


static void
park_step(park_holder_t *h, park_client_t *c)
{
    if (!c->asked) {

        if (c->ssl && !park_handshake(c)) {
            return;
        }

        park_ask(h, c);
        return;
    }

    park_hear(h, c);
}


static int
park_handshake(park_client_t *c)
{
    int  n, rc;

    n = SSL_do_handshake(c->ssl);

    if (n == 1) {
        return 1;
    }

    rc = SSL_get_error(c->ssl, n);

    if (rc != SSL_ERROR_WANT_READ && rc != SSL_ERROR_WANT_WRITE) {
        load_die("the handshake failed");
    }

    return 0;
}


/* a request of some hundred bytes always fits an empty socket */

static void
park_ask(park_holder_t *h, park_client_t *c)
{
    ssize_t  n;
    size_t   len = h->park->list.len[c->at];

    n = c->ssl ? SSL_write(c->ssl, h->park->list.request[c->at], len)
               : send(c->fd, h->park->list.request[c->at], len, MSG_NOSIGNAL);

    if (n < 0 && !c->ssl && errno == EAGAIN) {
        return;
    }

    if (n != (ssize_t) len) {
        load_die("a poll could not be sent");
    }

    c->asked = 1;
    h->opening--;

    atomic_fetch_add(&h->park->shared->asked, 1);
}


static void
park_hear(park_holder_t *h, park_client_t *c)
{
    int       got;
    char      chunk[8192];
    ssize_t   n;
    uint64_t  now;

    got = 0;

    do {
        n = c->ssl ? SSL_read(c->ssl, chunk, sizeof(chunk))
                   : recv(c->fd, chunk, sizeof(chunk), 0);

        if (n > 0 && !got) {
            got = 1;
            now = load_now();

            if (strncmp(chunk, "HTTP/1.1 200", 12) != 0
                && h->park->shared->got[c->at] == 0)
            {
                load_die("a poll was answered with %.12s", chunk);
            }

            if (h->park->shared->got[c->at] == 0) {
                h->park->shared->got[c->at] = now;
            }
        }

    } while (n > 0);

    if (n == 0 && !c->ssl) {
        load_die("a poll's connection was closed");
    }
}


static void
park_obey(load_park_t *park)
{
    char  line[1024];

    while (fgets(line, sizeof(line), stdin)) {

        if (strncmp(line, "asked", 5) == 0) {
            printf("%zu %zu\n", atomic_load(&park->shared->asked),
                   park_answered(park));

        } else if (strncmp(line, "allow ", 6) == 0) {
            park->shared->allowed = strtoul(line + 6, NULL, 10);
            printf("ok\n");

        } else if (strncmp(line, "wake ", 5) == 0) {
            park_wake(park, line);

        } else {
            load_die("unknown order: %s", line);
        }

        fflush(stdout);
    }
}


static size_t
park_answered(load_park_t *park)
{
    size_t  i, n;

    for (i = 0, n = 0; i < park->list.n; i++) {
        n += (park->shared->got[i] != 0);
    }

    return n;
}


static void
park_wake(load_park_t *park, const char *line)
{
    char         address[256], name[512];
    load_wake_t  wake;

    memset(&wake, 0, sizeof(wake));

    if (sscanf(line, "wake %255s %511s %zu %zu %lf", address, name,
               &wake.connections, &wake.first, &wake.rate) != 5)
    {
        load_die("unknown order: %s", line);
    }

    load_peer_parse(&wake.peer, address);
    load_list_read(&wake.list, name);
    wake.shared = park->shared;

    if (wake.first + wake.list.n > park->list.n) {
        load_die("there are not so many polls");
    }

    load_wake(&wake);
}
