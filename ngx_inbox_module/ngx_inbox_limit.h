
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 6, service.  How often strangers may do what costs something: counted
 * in the store, for all workers and nodes together, by the address that nginx
 * takes for the client's.  `inbox_limits off` counts nothing.
 */

#ifndef _NGX_INBOX_LIMIT_H_INCLUDED_
#define _NGX_INBOX_LIMIT_H_INCLUDED_


#include "ngx_inbox_ctx.h"


typedef enum {
    NGX_INBOX_LIMIT_SESSIONS = 0,   /* new visitors of an address, a minute */
    NGX_INBOX_LIMIT_LOGINS          /* attempts of an address, a minute */
} ngx_inbox_limit_e;


/* counts one and goes on with next(ctx), or answers 429; for the content
   handler */
ngx_int_t ngx_inbox_limit(ngx_inbox_ctx_t *ctx, ngx_inbox_limit_e what,
    ngx_inbox_endpoint_pt next);

/* the argument of `ingest` that says what limits a visitor has; NGX_OK |
   NGX_ERROR */
ngx_int_t ngx_inbox_limit_visitor(ngx_inbox_ctx_t *ctx, ngx_str_t *arg);


#endif /* _NGX_INBOX_LIMIT_H_INCLUDED_ */
