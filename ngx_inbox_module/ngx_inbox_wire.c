
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Bytes out, values in.  Whatever is written in one turn of the event loop is
 * put into one buffer, and a posted event sends it at the turn's end.  What
 * comes is read until the socket is dry (edges are not repeated), with a
 * bound that lets others have their turn.
 *
 * A connection may be closed at any time by whoever is called from here, and
 * is never opened again within the same frame.  So every frame that has
 * called somebody asks for wire->connection before it goes on, and does not
 * trust its own copy: nginx may already have given that slot to another.
 *
 * The connection is not idle to nginx, so quitting leaves it alone; but when
 * worker_shutdown_timeout is over, nginx calls its handlers with c->close set.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_inbox_dial.h"
#include "ngx_inbox_wire.h"


/* bytes taken by one read, and reads before others have their turn */
#define NGX_INBOX_WIRE_READ   32768
#define NGX_INBOX_WIRE_READS  16


static void ngx_inbox_wire_write_handler(ngx_event_t *wev);
static ngx_int_t ngx_inbox_wire_connected(ngx_inbox_wire_t *wire);
static void ngx_inbox_wire_on_flush(ngx_event_t *ev);
static void ngx_inbox_wire_flush(ngx_inbox_wire_t *wire);

static void ngx_inbox_wire_read_handler(ngx_event_t *rev);
static ngx_int_t ngx_inbox_wire_read(ngx_inbox_wire_t *wire);
static ngx_int_t ngx_inbox_wire_take(ngx_inbox_wire_t *wire, u_char *p,
    size_t n);

static void ngx_inbox_wire_expire(ngx_inbox_wire_t *wire);
static void ngx_inbox_wire_lost(ngx_inbox_wire_t *wire, ngx_err_t err,
    const char *why);


void
ngx_inbox_wire_init(ngx_inbox_wire_t *wire,
    const ngx_inbox_wire_handlers_t *handlers, void *data, ngx_log_t *log)
{
    wire->handlers = handlers;
    wire->data = data;
    wire->log = log;
    wire->fd = (ngx_socket_t) -1;

    wire->flush.handler = ngx_inbox_wire_on_flush;
    wire->flush.data = wire;
    wire->flush.log = log;
}


ngx_int_t
ngx_inbox_wire_open(ngx_inbox_wire_t *wire, ngx_addr_t *addr, ngx_err_t *err)
{
    ngx_int_t         rc;
    ngx_inbox_dial_t  d;

    wire->written = 0;
    wire->sent = 0;

    d.addr = addr;
    d.log = wire->log;
    d.read = ngx_inbox_wire_read_handler;
    d.write = ngx_inbox_wire_write_handler;
    d.data = wire;

    rc = ngx_inbox_dial(&d);

    *err = d.err;
    wire->connection = d.connection;

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc == NGX_OK) {
        ngx_inbox_wire_post(wire->connection->write);
    }

    return NGX_OK;
}


static void
ngx_inbox_wire_write_handler(ngx_event_t *wev)
{
    ngx_connection_t  *c;
    ngx_inbox_wire_t  *wire;

    c = wev->data;
    wire = c->data;

    if (c->close) {
        ngx_inbox_wire_expire(wire);
        return;
    }

    if (!wire->connected && ngx_inbox_wire_connected(wire) != NGX_OK) {
        return;
    }

    ngx_inbox_wire_flush(wire);
}


static ngx_int_t
ngx_inbox_wire_connected(ngx_inbox_wire_t *wire)
{
    ngx_err_t  err;

    err = ngx_inbox_dial_error(wire->connection);
    if (err) {
        ngx_inbox_wire_lost(wire, err, "connect() failed");
        return NGX_ERROR;
    }

    wire->resp = ngx_inbox_resp_create(wire->log);
    if (wire->resp == NULL) {
        ngx_inbox_wire_lost(wire, 0, "no memory");
        return NGX_ERROR;
    }

    wire->connected = 1;

    if (wire->connection->read->ready) {
        /* came while connecting and was left alone, see the read handler */
        ngx_inbox_wire_post(wire->connection->read);
    }

    wire->handlers->on_open(wire->data);

    return NGX_OK;
}


ngx_int_t
ngx_inbox_wire_write(ngx_inbox_wire_t *wire, const u_char *p, size_t n)
{
    if (wire->connection == NULL) {
        return NGX_ERROR;
    }

    if (ngx_inbox_output_append(&wire->output, p, n, wire->log) != NGX_OK) {
        return NGX_ERROR;
    }

    wire->written += n;

    ngx_inbox_wire_post(&wire->flush);

    return NGX_OK;
}


static void
ngx_inbox_wire_on_flush(ngx_event_t *ev)
{
    ngx_inbox_wire_flush(ev->data);
}


static void
ngx_inbox_wire_flush(ngx_inbox_wire_t *wire)
{
    ssize_t              n;
    ngx_connection_t    *c;
    ngx_inbox_output_t  *out;

    c = wire->connection;
    out = &wire->output;

    if (c == NULL) {
        return;
    }

    while (out->pos < out->last && c->write->ready) {

        n = c->send(c, out->pos, ngx_inbox_output_size(out));

        if (n == NGX_AGAIN) {
            break;
        }

        if (n == NGX_ERROR) {
            ngx_inbox_wire_lost(wire, 0, "cannot send");
            return;
        }

        ngx_inbox_output_sent(out, n);
        wire->sent += n;
    }

    if (ngx_handle_write_event(c->write, 0) != NGX_OK) {
        ngx_inbox_wire_lost(wire, 0, "cannot watch the socket");
    }
}


static void
ngx_inbox_wire_read_handler(ngx_event_t *rev)
{
    ngx_connection_t  *c;
    ngx_inbox_wire_t  *wire;

    c = rev->data;
    wire = c->data;

    if (c->close) {
        ngx_inbox_wire_expire(wire);
        return;
    }

    if (!wire->connected) {
        /* the write handler knows whether it is a refusal or a greeting */
        return;
    }

    if (ngx_inbox_wire_read(wire) != NGX_OK) {
        return;
    }

    if (rev->ready) {
        ngx_post_event(rev, &ngx_posted_next_events);
    }

    if (ngx_handle_read_event(rev, 0) != NGX_OK) {
        ngx_inbox_wire_lost(wire, 0, "cannot watch the socket");
    }
}


/* NGX_OK | NGX_DONE: the connection is not there any more */

static ngx_int_t
ngx_inbox_wire_read(ngx_inbox_wire_t *wire)
{
    u_char             buf[NGX_INBOX_WIRE_READ];
    ssize_t            n;
    ngx_uint_t         i;
    ngx_connection_t  *c;

    c = wire->connection;

    for (i = 0; c->read->ready && i < NGX_INBOX_WIRE_READS; i++) {

        n = c->recv(c, buf, NGX_INBOX_WIRE_READ);

        if (n == NGX_AGAIN) {
            return NGX_OK;
        }

        if (n == NGX_ERROR) {
            ngx_inbox_wire_lost(wire, 0, "cannot read");
            return NGX_DONE;
        }

        if (n == 0) {
            ngx_inbox_wire_lost(wire, 0, "closed by peer");
            return NGX_DONE;
        }

        if (ngx_inbox_wire_take(wire, buf, n) != NGX_OK) {
            return NGX_DONE;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_wire_take(ngx_inbox_wire_t *wire, u_char *p, size_t n)
{
    ngx_int_t                 rc;
    ngx_pool_t               *pool;
    ngx_inbox_redis_value_t  *v;

    rc = ngx_inbox_resp_feed(wire->resp, p, n);

    while (rc == NGX_OK) {

        rc = ngx_inbox_resp_next(wire->resp, &v, &pool);

        if (rc == NGX_AGAIN) {
            return NGX_OK;
        }

        if (rc == NGX_OK) {
            wire->handlers->on_value(wire->data, v);
            ngx_destroy_pool(pool);

            if (wire->connection == NULL) {
                return NGX_DONE;
            }
        }
    }

    ngx_inbox_wire_lost(wire, 0, ngx_inbox_resp_error(wire->resp));

    return NGX_DONE;
}


static void
ngx_inbox_wire_expire(ngx_inbox_wire_t *wire)
{
    wire->expired = 1;

    ngx_inbox_wire_lost(wire, 0, "the worker has no more time");
}


static void
ngx_inbox_wire_lost(ngx_inbox_wire_t *wire, ngx_err_t err, const char *why)
{
    ngx_inbox_wire_close(wire);

    wire->handlers->on_lost(wire->data, err, why);
}


void
ngx_inbox_wire_close(ngx_inbox_wire_t *wire)
{
    if (wire->connection) {
        ngx_close_connection(wire->connection);
        wire->connection = NULL;
    }

    if (wire->resp) {
        ngx_inbox_resp_destroy(wire->resp);
        wire->resp = NULL;
    }

    if (wire->flush.posted) {
        ngx_delete_posted_event(&wire->flush);
    }

    ngx_inbox_output_free(&wire->output);

    wire->connected = 0;
}


void
ngx_inbox_wire_post(ngx_event_t *ev)
{
    /*
     * Connections of a leaving worker are closed after the posted events of a
     * turn: what is posted by then would lie until the next socket stirs.
     */

    if (ngx_exiting) {
        ngx_post_event(ev, &ngx_posted_next_events);
        return;
    }

    ngx_post_event(ev, &ngx_posted_events);
}
