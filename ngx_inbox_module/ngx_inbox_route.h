
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 9.  The table of contents of the API: which path and method leads to
 * which endpoint, who may come there and what body it takes.
 */

#ifndef _NGX_INBOX_ROUTE_H_INCLUDED_
#define _NGX_INBOX_ROUTE_H_INCLUDED_


#include "ngx_inbox_ctx.h"


/*
 * Handles one request.  path: below the prefix, without the first slash.
 * Returns what a content handler returns.
 */
ngx_int_t ngx_inbox_route(ngx_http_request_t *r, ngx_inbox_worker_t *worker,
    ngx_inbox_loc_conf_t *conf, ngx_str_t *path);

/* of a trace: "api/v1/chats/{id}", into r's pool; len 0: no route fits */
ngx_str_t ngx_inbox_route_name(ngx_pool_t *pool, ngx_uint_t route);


#endif /* _NGX_INBOX_ROUTE_H_INCLUDED_ */
