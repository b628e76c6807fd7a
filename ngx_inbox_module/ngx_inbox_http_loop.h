
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 2, transport; private to ngx_inbox_http.c: curl's multi handle driven
 * by nginx's event loop.  Knows transfers only by their curl handle and by what
 * its owner left in CURLOPT_PRIVATE.
 */

#ifndef _NGX_INBOX_HTTP_LOOP_H_INCLUDED_
#define _NGX_INBOX_HTTP_LOOP_H_INCLUDED_


#include <curl/curl.h>

#include "ngx_inbox_fd.h"


/* lives inside its owner, who sets the first five and zeroes the rest */
typedef struct {
    ngx_log_t        *log;

    /* the transfer is through; the owner removes it */
    void            (*on_done)(void *what, CURLcode code);
    /* its socket cannot be watched; called within curl: may only take note and
       remove it later */
    void            (*on_starved)(void *what);
    /* the worker must leave now, or curl is broken: the owner removes all
       transfers */
    void            (*on_leave)(void *data);
    void             *data;

    CURLM            *multi;    /* NULL: made by the next transfer */
    CURLSH           *share;
    ngx_inbox_fds_t   fds;
    ngx_event_t       timer;    /* curl's */
    ngx_event_t       turn;     /* posted: curl wants to be called */
    ngx_connection_t  ident;    /* what the debug log sees behind the events */
} ngx_inbox_http_loop_t;


/* NGX_OK | NGX_ERROR (logged; nothing is left open) */
ngx_int_t ngx_inbox_http_loop_open(ngx_inbox_http_loop_t *loop);

/* after all transfers were removed; also closes the kept connections */
void ngx_inbox_http_loop_close(ngx_inbox_http_loop_t *loop);

/* the transfer begins on the next turn of nginx's loop; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_http_loop_add(ngx_inbox_http_loop_t *loop, CURL *curl);

/* breaks it off if it is not through; not from on_starved */
void ngx_inbox_http_loop_remove(ngx_inbox_http_loop_t *loop, CURL *curl);


#endif /* _NGX_INBOX_HTTP_LOOP_H_INCLUDED_ */
