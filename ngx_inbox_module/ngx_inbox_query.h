
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 7, service.  The parameters that all lists and transcripts share:
 * since, before, limit, wait; checked.
 */

#ifndef _NGX_INBOX_QUERY_H_INCLUDED_
#define _NGX_INBOX_QUERY_H_INCLUDED_


#include "ngx_inbox_ctx.h"


typedef struct {
    ngx_str_t    since;       /* digits, or len 0 */
    ngx_str_t    before;      /* a cursor of ours, or len 0 */
    ngx_str_t    limit;       /* digits */
    ngx_msec_t   wait;        /* 0 without since */
    ngx_int_t    rc;          /* what to return when it is refused */
} ngx_inbox_query_t;


/* NGX_OK | NGX_DECLINED: refused, the endpoint returns query->rc */
ngx_int_t ngx_inbox_query_read(ngx_inbox_ctx_t *ctx,
    ngx_inbox_query_t *query);

/* a parameter that must be an id, or not be given; as above */
ngx_int_t ngx_inbox_query_id(ngx_inbox_ctx_t *ctx, const char *name,
    ngx_str_t *value, ngx_int_t *rc);

/* the same for yes or no: "1", or "0" when it is not given */
ngx_int_t ngx_inbox_query_flag(ngx_inbox_ctx_t *ctx, const char *name,
    ngx_str_t *value, ngx_int_t *rc);


#endif /* _NGX_INBOX_QUERY_H_INCLUDED_ */
