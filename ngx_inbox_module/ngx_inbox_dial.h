
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 1, sockets: a stream connection of nginx's to one address, without
 * blocking and without a request.
 *
 * ngx_event_connect_peer() would do, but it logs a server that is stopped (no
 * such unix socket) as critical, and leaves the descriptor to a new binary.
 */

#ifndef _NGX_INBOX_DIAL_H_INCLUDED_
#define _NGX_INBOX_DIAL_H_INCLUDED_


#include "ngx_inbox.h"


typedef struct {
    ngx_addr_t            *addr;
    ngx_log_t             *log;
    ngx_event_handler_pt   read;
    ngx_event_handler_pt   write;
    void                  *data;         /* the connection's */

    ngx_connection_t      *connection;   /* result: the caller's to close */
    ngx_err_t              err;          /* result: a reason, or 0 */
} ngx_inbox_dial_t;


/*
 * NGX_OK: connected; NGX_AGAIN: under way, the write handler will be called;
 * NGX_ERROR: nothing is left over, nothing was logged, d->err may say why.
 */
ngx_int_t ngx_inbox_dial(ngx_inbox_dial_t *d);

/* asked once, in the write handler: 0, or the reason why it failed */
ngx_err_t ngx_inbox_dial_error(ngx_connection_t *c);


#endif /* _NGX_INBOX_DIAL_H_INCLUDED_ */
