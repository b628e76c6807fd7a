
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 4, service.  What the access log and the metrics are told of a request:
 * filled by those who learn it, read when the request ends.  Holds ids and
 * times, no secrets.  A poll's request is made anew when it is answered, and
 * its trace with it.
 */

#ifndef _NGX_INBOX_TRACE_H_INCLUDED_
#define _NGX_INBOX_TRACE_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_meter.h"


typedef struct {
    ngx_inbox_meter_t  *meter;
    ngx_uint_t          route;      /* place in its table, or beyond it */
    ngx_uint_t          kind;       /* of a webhook, from 1; 0: none */

    ngx_str_t           space;
    ngx_str_t           channel;
    ngx_str_t           chat;
    ngx_str_t           agent;      /* as auth has written it */
    ngx_str_t           code;       /* of a problem */

    uint64_t            start;      /* us, of ngx_inbox_meter_clock() */
    uint64_t            asked;      /* the store, since; 0: not now */
    uint64_t            store;      /* us, waited for it */
} ngx_inbox_trace_t;


/* trace: as long as r lives */
void ngx_inbox_trace_set(ngx_http_request_t *r, ngx_inbox_trace_t *trace);

/* for r, which was made anew: copies the strings; without memory r has none */
void ngx_inbox_trace_again(ngx_http_request_t *r,
    const ngx_inbox_trace_t *trace);

/* NULL: no request of ours */
ngx_inbox_trace_t *ngx_inbox_trace(ngx_http_request_t *r);

/* a question to the store has begun, has been answered */
void ngx_inbox_trace_asked(ngx_inbox_trace_t *trace);
void ngx_inbox_trace_told(ngx_inbox_trace_t *trace);

/* what a client wrote has been stored */
void ngx_inbox_trace_stored(ngx_inbox_trace_t *trace);


#endif /* _NGX_INBOX_TRACE_H_INCLUDED_ */
