
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A request that waits costs about 10 KB, most of it empty room for an answer
 * that is not there yet; its connection costs 0.5 KB.  So the request is freed
 * and made again when there is an answer.  Only exported functions of nginx
 * are used, and nginx itself does the hard part:
 *
 * 1. release: the request is finalized with NGX_DONE and marked as logged.
 *    nothing has been sent, so nginx takes it for one that has been answered,
 *    frees it with all header buffers and makes the connection an idle
 *    keep-alive one.
 * 2. in the same frame, before nginx can read the next request from it, the
 *    connection is taken over: no keep-alive timer, not idle, not reusable,
 *    our read handler.
 * 3. look: like nginx's keep-alive handler, reads into c->buffer.  Bytes stay
 *    there, and nginx will find them as a pipelined request.
 * 4. restore: as nginx's keep-alive handler does when a request comes, but
 *    the request line and headers come from what was saved instead of the
 *    client, and the phases do not run again.
 *
 * c->destroyed, set by nginx when it frees a request, stays set meanwhile: a
 * frame below us that ends with ngx_http_run_posted_requests(c) must not take
 * our record in c->data for a request.
 */


#include "ngx_inbox_detach.h"


static void ngx_inbox_detach_take(ngx_inbox_detached_t *d, ngx_connection_t *c);
static void ngx_inbox_detach_read_handler(ngx_event_t *rev);
static ssize_t ngx_inbox_detach_recv(ngx_connection_t *c);
static ngx_int_t ngx_inbox_detach_buffer(ngx_connection_t *c);

static ngx_http_request_t *ngx_inbox_detach_create(ngx_inbox_detached_t *d);


void
ngx_inbox_detach_prepare(ngx_inbox_detached_t *d, ngx_http_request_t *r,
    const ngx_inbox_detach_events_t *events, u_char *data)
{
    d->connection = r->connection;
    d->hc = r->http_connection;
    d->handler = r->connection->read->handler;
    d->events = events;
    d->bytes = 0;

    ngx_inbox_saved_store(&d->saved, r, data);
}


ngx_uint_t
ngx_inbox_detach_ready(ngx_http_request_t *r)
{
    ngx_event_t       *rev;
    ngx_connection_t  *c;

    c = r->connection;
    rev = c->read;

    if (ngx_exiting || ngx_terminate || ngx_quit) {
        return 0;
    }

    if (r->count != 1 || r->blocked || c->data != r) {
        return 0;
    }

    if (r->discard_body || r->reading_body || r->header_sent || r->aio) {
        return 0;
    }

    if (r->postponed || r->posted_requests || r->buffered || c->buffered) {
        return 0;
    }

    if (r->header_in->pos != r->header_in->last || !r->keepalive) {
        return 0;
    }

    return !(c->error || c->close || c->timedout
             || rev->eof || rev->pending_eof || rev->error);
}


ngx_int_t
ngx_inbox_detach_release(ngx_inbox_detached_t *d, ngx_http_request_t *r)
{
    ngx_connection_t  *c;

    c = d->connection;

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, c->log, 0,
                   "inbox park detach \"%V\"", &r->uri);

    /* the line is written when there is an answer, or the client leaves */
    r->logged = 1;

    ngx_http_finalize_request(r, NGX_DONE);

    /* only nginx's keep-alive connections are idle */

    if (c->fd == (ngx_socket_t) -1 || !c->idle) {
        return NGX_ERROR;
    }

    ngx_inbox_detach_take(d, c);

    return NGX_OK;
}


static void
ngx_inbox_detach_take(ngx_inbox_detached_t *d, ngx_connection_t *c)
{
    ngx_event_t  *rev;

    rev = c->read;

    if (rev->timer_set) {
        ngx_del_timer(rev);
    }

    if (rev->posted) {
        ngx_delete_posted_event(rev);
    }

    c->idle = 0;
    ngx_reusable_connection(c, 0);

    c->data = d;
    c->log->action = "waiting for news";

    rev->handler = ngx_inbox_detach_read_handler;
}


static void
ngx_inbox_detach_read_handler(ngx_event_t *rev)
{
    ngx_connection_t  *c;

    c = rev->data;

    ngx_inbox_detach_look(c->data);
}


void
ngx_inbox_detach_look(ngx_inbox_detached_t *d)
{
    ssize_t            n;
    ngx_event_t       *rev;
    ngx_connection_t  *c;

    c = d->connection;
    rev = c->read;

    if (c->close) {
        d->events->on_left(d, NGX_ERROR);
        return;
    }

    n = NGX_AGAIN;

    if (rev->pending_eof) {
        n = 0;

    } else if (rev->ready && !d->bytes) {
        n = ngx_inbox_detach_recv(c);
    }

    if (n == 0
        || n == NGX_ERROR
        || ngx_handle_read_event(rev, 0) != NGX_OK)
    {
        ngx_log_error(NGX_LOG_INFO, c->log, 0,
                      "client closed the connection of a parked poll");
        rev->eof = 1;
        c->error = 1;
#if (NGX_HTTP_SSL)
        if (c->ssl) {
            c->ssl->no_send_shutdown = 1;
        }
#endif
        d->events->on_left(d, NGX_HTTP_CLIENT_CLOSED_REQUEST);
        return;
    }

    if (n > 0) {
        d->bytes = 1;
        d->events->on_bytes(d);
    }
}


/*
 * The next request's bytes, if there are any, stay in c->buffer; an empty one
 * is freed again, with nginx's own mark for it: b->pos is NULL.
 */

static ssize_t
ngx_inbox_detach_recv(ngx_connection_t *c)
{
    ssize_t     n;
    ngx_buf_t  *b;

    if (ngx_inbox_detach_buffer(c) != NGX_OK) {
        return NGX_ERROR;
    }

    b = c->buffer;
    n = c->recv(c, b->last, b->end - b->last);

    if (n > 0) {
        b->last += n;
        return n;
    }

    if (ngx_pfree(c->pool, b->start) == NGX_OK) {
        b->pos = NULL;
    }

    return n;
}


static ngx_int_t
ngx_inbox_detach_buffer(ngx_connection_t *c)
{
    size_t      size;
    ngx_buf_t  *b;

    b = c->buffer;

    if (b->pos) {
        return NGX_OK;
    }

    size = b->end - b->start;

    b->pos = ngx_palloc(c->pool, size);
    if (b->pos == NULL) {
        return NGX_ERROR;
    }

    b->start = b->pos;
    b->last = b->pos;
    b->end = b->pos + size;

    return NGX_OK;
}


ngx_http_request_t *
ngx_inbox_detach_restore(ngx_inbox_detached_t *d)
{
    ngx_int_t            rc;
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    c = d->connection;

    r = ngx_inbox_detach_create(d);
    if (r == NULL) {
        ngx_http_close_connection(c);
        return NULL;
    }

    rc = ngx_inbox_saved_restore(&d->saved, r);

    if (rc == NGX_OK) {
        return r;
    }

    if (rc == NGX_ERROR) {
        ngx_http_free_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        ngx_http_close_connection(c);
    }

    return NULL;
}


/* as nginx does when a request comes on a kept-alive connection */

static ngx_http_request_t *
ngx_inbox_detach_create(ngx_inbox_detached_t *d)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    c = d->connection;
    c->data = d->hc;

    if (ngx_inbox_detach_buffer(c) != NGX_OK) {
        return NULL;
    }

    r = ngx_http_create_request(c);
    if (r == NULL) {
        return NULL;
    }

    c->data = r;
    c->sent = 0;
    c->destroyed = 0;
    c->log->action = NULL;
    c->read->handler = d->handler;
    c->write->handler = d->handler;

    /* this request has been counted, when it came */

    c->requests--;

#if (NGX_STAT_STUB)
    (void) ngx_atomic_fetch_add(ngx_stat_requests, -1);
    (void) ngx_atomic_fetch_add(ngx_stat_reading, -1);
    r->stat_reading = 0;
    (void) ngx_atomic_fetch_add(ngx_stat_writing, 1);
    r->stat_writing = 1;
#endif

    return r;
}


void
ngx_inbox_detach_close(ngx_inbox_detached_t *d)
{
    d->connection->data = d->hc;

    ngx_http_close_connection(d->connection);
}
