
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 8, endpoints.  What the operator's tools ask: is it alive (health), and
 * how is it (metrics, Prometheus text; numbers of all workers of the node).
 */

#ifndef _NGX_INBOX_METRICS_H_INCLUDED_
#define _NGX_INBOX_METRICS_H_INCLUDED_


#include "ngx_inbox_ctx.h"


/* how a line of the route's table is called */
typedef struct {
    const char  *method;
    ngx_str_t    route;
} ngx_inbox_metrics_route_t;


ngx_int_t ngx_inbox_metrics_health(ngx_inbox_ctx_t *ctx);

/* routes: in the order of the table */
ngx_int_t ngx_inbox_metrics(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_metrics_route_t *routes, ngx_uint_t n);


#endif /* _NGX_INBOX_METRICS_H_INCLUDED_ */
