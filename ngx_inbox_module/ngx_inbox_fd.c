
/*
 * Copyright (C) the ngx_inbox authors
 *
 * One watch is one connection of nginx around a descriptor that is not ours.
 *
 * - Level-triggered: foreign libraries may leave bytes in the socket and expect
 *   to be called again.
 * - Never closes: a watch is taken off the kernel's list and its connection
 *   given back; the descriptor stays with the library.
 * - The handlers touch nothing after the owner was called, so a watch may go
 *   away inside its own handler.  A write event that the kernel reported in the
 *   same breath is dropped by nginx: the connection has no descriptor any more.
 * - Trusts no number: libraries close a socket first and tell later, or never,
 *   and by then the number may be somebody else's.  A watch remembers which
 *   socket it was made for, and touches the kernel's list only if the number
 *   still means that one; the kernel has forgotten the other by itself.
 * - nginx calls the read handler of every connection, with c->close set, when
 *   worker_shutdown_timeout is over; the owner hears of it as CLOSE.
 *
 * nginx logs an alert when connections run out.  Running out is ordinary for
 * us, so we look before we ask, and leave a reserve to the clients.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_inbox_fd.h"


/* 1/32 of the connections stay for others: nginx itself begins to close idle
   ones at 1/16, so that we stop only when that did not help */
#define NGX_INBOX_FD_RESERVE  32


typedef struct {
    ngx_queue_t        queue;
    ngx_inbox_fds_t   *fds;
    ngx_connection_t  *connection;
    ino_t              socket;         /* what the number meant */
} ngx_inbox_fd_t;


static ngx_inbox_fd_t *ngx_inbox_fd_find(ngx_inbox_fds_t *fds,
    ngx_socket_t fd);
static ngx_inbox_fd_t *ngx_inbox_fd_add(ngx_inbox_fds_t *fds,
    ngx_socket_t fd);
static ngx_int_t ngx_inbox_fd_want(ngx_event_t *ev, ngx_int_t event,
    ngx_uint_t wanted);
static void ngx_inbox_fd_drop(ngx_inbox_fd_t *f);
static ino_t ngx_inbox_fd_socket(ngx_socket_t fd);

static void ngx_inbox_fd_on_read(ngx_event_t *ev);
static void ngx_inbox_fd_on_write(ngx_event_t *ev);


void
ngx_inbox_fd_init(ngx_inbox_fds_t *fds, ngx_inbox_fd_handler_pt handler,
    void *data, ngx_log_t *log)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_INBOX_FD_BUCKETS; i++) {
        ngx_queue_init(&fds->buckets[i]);
    }

    fds->watched = 0;
    fds->handler = handler;
    fds->data = data;
    fds->log = log;
}


ngx_int_t
ngx_inbox_fd_watch(ngx_inbox_fds_t *fds, ngx_socket_t fd, ngx_uint_t events)
{
    ngx_inbox_fd_t    *f;
    ngx_connection_t  *c;

    if (events == 0) {
        ngx_inbox_fd_remove(fds, fd);
        return NGX_OK;
    }

    f = ngx_inbox_fd_find(fds, fd);

    if (f && f->socket != ngx_inbox_fd_socket(fd)) {
        ngx_inbox_fd_drop(f);
        f = NULL;
    }

    if (f == NULL) {
        f = ngx_inbox_fd_add(fds, fd);
        if (f == NULL) {
            return NGX_ERROR;
        }
    }

    c = f->connection;

    if (ngx_inbox_fd_want(c->read, NGX_READ_EVENT,
                          events & NGX_INBOX_FD_READ)
        != NGX_OK
        || ngx_inbox_fd_want(c->write, NGX_WRITE_EVENT,
                             events & NGX_INBOX_FD_WRITE)
           != NGX_OK)
    {
        ngx_inbox_fd_drop(f);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_inbox_fd_t *
ngx_inbox_fd_find(ngx_inbox_fds_t *fds, ngx_socket_t fd)
{
    ngx_queue_t     *q, *bucket;
    ngx_inbox_fd_t  *f;

    bucket = &fds->buckets[(ngx_uint_t) fd % NGX_INBOX_FD_BUCKETS];

    for (q = ngx_queue_head(bucket);
         q != ngx_queue_sentinel(bucket);
         q = ngx_queue_next(q))
    {
        f = ngx_queue_data(q, ngx_inbox_fd_t, queue);

        if (f->connection->fd == fd) {
            return f;
        }
    }

    return NULL;
}


static ngx_inbox_fd_t *
ngx_inbox_fd_add(ngx_inbox_fds_t *fds, ngx_socket_t fd)
{
    ngx_inbox_fd_t    *f;
    ngx_connection_t  *c;

    if (ngx_cycle->free_connection_n + ngx_cycle->reusable_connections_n == 0) {
        ngx_log_error(NGX_LOG_ERR, fds->log, 0,
                      "inbox fd: no free connection to watch a socket with");
        return NULL;
    }

    f = ngx_alloc(sizeof(ngx_inbox_fd_t), fds->log);
    if (f == NULL) {
        return NULL;
    }

    c = ngx_get_connection(fd, fds->log);
    if (c == NULL) {
        ngx_free(f);
        return NULL;
    }

    c->data = f;
    c->log_error = NGX_ERROR_INFO;
    c->read->log = fds->log;
    c->write->log = fds->log;
    c->read->handler = ngx_inbox_fd_on_read;
    c->write->handler = ngx_inbox_fd_on_write;

    f->fds = fds;
    f->connection = c;
    f->socket = ngx_inbox_fd_socket(fd);

    ngx_queue_insert_head(
        &fds->buckets[(ngx_uint_t) fd % NGX_INBOX_FD_BUCKETS], &f->queue);

    fds->watched++;

    return f;
}


static ngx_int_t
ngx_inbox_fd_want(ngx_event_t *ev, ngx_int_t event, ngx_uint_t wanted)
{
    if (wanted && !ev->active) {
        return ngx_add_event(ev, event, NGX_LEVEL_EVENT);
    }

    if (!wanted && ev->active) {
        return ngx_del_event(ev, event, 0);
    }

    return NGX_OK;
}


void
ngx_inbox_fd_opened(ngx_inbox_fds_t *fds, ngx_socket_t fd)
{
    ngx_uint_t        events;
    ngx_inbox_fd_t   *f;

    f = ngx_inbox_fd_find(fds, fd);

    if (f == NULL) {
        return;
    }

    events = (f->connection->read->active ? NGX_INBOX_FD_READ : 0)
             | (f->connection->write->active ? NGX_INBOX_FD_WRITE : 0);

    (void) ngx_inbox_fd_watch(fds, fd, events);
}


void
ngx_inbox_fd_remove(ngx_inbox_fds_t *fds, ngx_socket_t fd)
{
    ngx_inbox_fd_t  *f;

    f = ngx_inbox_fd_find(fds, fd);

    if (f) {
        ngx_inbox_fd_drop(f);
    }
}


void
ngx_inbox_fd_clear(ngx_inbox_fds_t *fds)
{
    ngx_uint_t    i;
    ngx_queue_t  *q;

    for (i = 0; i < NGX_INBOX_FD_BUCKETS; i++) {

        while (!ngx_queue_empty(&fds->buckets[i])) {
            q = ngx_queue_head(&fds->buckets[i]);
            ngx_inbox_fd_drop(ngx_queue_data(q, ngx_inbox_fd_t, queue));
        }
    }
}


static void
ngx_inbox_fd_drop(ngx_inbox_fd_t *f)
{
    ngx_connection_t  *c;

    c = f->connection;

    /* poll and select have lists of their own, where nothing is forgotten */
    if (f->socket == ngx_inbox_fd_socket(c->fd)
        || (ngx_event_flags & NGX_USE_LEVEL_EVENT))
    {
        (void) ngx_inbox_fd_want(c->read, NGX_READ_EVENT, 0);
        (void) ngx_inbox_fd_want(c->write, NGX_WRITE_EVENT, 0);
    }

    if (c->read->posted) {
        ngx_delete_posted_event(c->read);
    }

    if (c->write->posted) {
        ngx_delete_posted_event(c->write);
    }

    c->read->active = 0;
    c->write->active = 0;
    c->read->closed = 1;
    c->write->closed = 1;

    ngx_free_connection(c);

    /* what makes a stale event of this turn recognisable */
    c->fd = (ngx_socket_t) -1;

    f->fds->watched--;
    ngx_queue_remove(&f->queue);
    ngx_free(f);
}


/* 0: the number means nothing */
static ino_t
ngx_inbox_fd_socket(ngx_socket_t fd)
{
    struct stat  st;

    if (fstat(fd, &st) == -1) {
        return 0;
    }

    return st.st_ino;
}


static void
ngx_inbox_fd_on_read(ngx_event_t *ev)
{
    ngx_inbox_fd_t    *f;
    ngx_connection_t  *c;

    c = ev->data;
    f = c->data;

    if (c->close || c->error) {
        f->fds->handler(f->fds->data, c->fd, NGX_INBOX_FD_CLOSE);
        return;
    }

    f->fds->handler(f->fds->data, c->fd, NGX_INBOX_FD_READ);
}


static void
ngx_inbox_fd_on_write(ngx_event_t *ev)
{
    ngx_inbox_fd_t    *f;
    ngx_connection_t  *c;

    c = ev->data;
    f = c->data;

    if (c->close || c->error) {
        f->fds->handler(f->fds->data, c->fd, NGX_INBOX_FD_CLOSE);
        return;
    }

    f->fds->handler(f->fds->data, c->fd, NGX_INBOX_FD_WRITE);
}


ngx_uint_t
ngx_inbox_fd_available(void)
{
    return ngx_cycle->free_connection_n + ngx_cycle->reusable_connections_n
           > ngx_cycle->connection_n / NGX_INBOX_FD_RESERVE;
}
