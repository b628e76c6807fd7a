
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 5: inside of the poll.  poll: the order of its steps; poll_record: what
 * is kept of its question while it sleeps.
 */

#ifndef _NGX_INBOX_POLL_OWN_H_INCLUDED_
#define _NGX_INBOX_POLL_OWN_H_INCLUDED_


#include "ngx_inbox_poll.h"
#include "ngx_inbox_park.h"
#include "ngx_inbox_said.h"
#include "ngx_inbox_share.h"


/* the journal has the most */
#define NGX_INBOX_POLL_ARGS  16


typedef struct {
    ngx_inbox_worker_t        *worker;
    ngx_inbox_sharer_t        *call;     /* in flight, or NULL */
    ngx_inbox_said_t          *said;     /* its answer, or NULL */

    uint32_t                   typing;   /* mark of when it came */

    u_char                     fn;
    u_char                     n;
    unsigned                   first:1;  /* not asked yet */
    unsigned                   last:1;   /* answer, whatever it is */
    unsigned                   cors:1;   /* a page of another origin waits */
    unsigned                   told:1;   /* of something since it was woken */

    uint16_t                   space;    /* lengths */
    uint16_t                   channel;
    uint16_t                   user;
    uint16_t                   route;    /* of its trace */
    uint16_t                   arg[NGX_INBOX_POLL_ARGS];
} ngx_inbox_poll_record_t;


typedef struct {
    ngx_str_t                  space;
    ngx_str_t                  arg[NGX_INBOX_POLL_ARGS];
    ngx_str_t                  channel;
    ngx_str_t                  user;
} ngx_inbox_poll_strings_t;


/* record: in the request's pool, for the park to copy; NULL: memory */
ngx_inbox_poll_record_t *ngx_inbox_poll_record(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_poll_t *poll, size_t *size);

/* record: its strings, borrowed */
void ngx_inbox_poll_strings(ngx_inbox_poll_record_t *rec,
    ngx_inbox_poll_strings_t *s);

/* record: the trace of a request that was made anew */
void ngx_inbox_poll_dress(ngx_inbox_parked_t *p, ngx_http_request_t *r);


#endif /* _NGX_INBOX_POLL_OWN_H_INCLUDED_ */
