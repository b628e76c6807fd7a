
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 2, one connection to Redis while it lasts: a socket, what waits to be
 * sent on it and what has come of the next answer.  Owned by the link, which
 * opens it again and again.
 */

#ifndef _NGX_INBOX_WIRE_H_INCLUDED_
#define _NGX_INBOX_WIRE_H_INCLUDED_


#include "ngx_inbox_output.h"
#include "ngx_inbox_redis.h"
#include "ngx_inbox_resp.h"


/*
 * All get data first and may write or close.  Never before the call that
 * starts something has returned.
 * on_open   the peer has accepted
 * on_value  one answer; it is gone when the callback returns
 * on_lost   the wire is closed already; not called by ngx_inbox_wire_close()
 */
typedef struct {
    void                     (*on_open)(void *data);
    void                     (*on_value)(void *data,
                                 ngx_inbox_redis_value_t *v);
    void                     (*on_lost)(void *data, ngx_err_t err,
                                 const char *why);
} ngx_inbox_wire_handlers_t;


typedef struct {
    /* three pointers and a descriptor: nginx's debug log takes the data of
       any event for a connection */
    ngx_log_t                 *log;
    ngx_connection_t          *connection;    /* NULL: closed */
    ngx_inbox_resp_t          *resp;          /* goes with the connection */
    ngx_socket_t               fd;            /* -1 for ever */

    ngx_event_t                flush;         /* posted: there is output */
    ngx_inbox_output_t         output;
    uint64_t                   written;       /* bytes put in, and those that */
    uint64_t                   sent;          /* the system has taken; both
                                                 tell the truth until the next
                                                 open */

    const ngx_inbox_wire_handlers_t  *handlers;
    void                      *data;

    unsigned                   connected:1;
    unsigned                   expired:1;     /* worker_shutdown_timeout is
                                                 over: not to be opened again */
} ngx_inbox_wire_t;


/* once; into zeroed memory */
void ngx_inbox_wire_init(ngx_inbox_wire_t *wire,
    const ngx_inbox_wire_handlers_t *handlers, void *data, ngx_log_t *log);

/* NGX_OK: on_open or on_lost will come | NGX_ERROR: err may say why not */
ngx_int_t ngx_inbox_wire_open(ngx_inbox_wire_t *wire, ngx_addr_t *addr,
    ngx_err_t *err);

/* sent before the loop waits again; NGX_OK | NGX_ERROR (closed, memory) */
ngx_int_t ngx_inbox_wire_write(ngx_inbox_wire_t *wire, const u_char *p,
    size_t n);

/* silent, idempotent, and allowed within every callback */
void ngx_inbox_wire_close(ngx_inbox_wire_t *wire);

/* runs the event's handler before the loop waits again, whoever asks, when */
void ngx_inbox_wire_post(ngx_event_t *ev);


#endif /* _NGX_INBOX_WIRE_H_INCLUDED_ */
