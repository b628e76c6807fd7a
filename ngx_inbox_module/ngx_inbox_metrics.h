
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 8, endpoints.  What the operator's tools ask: is it alive (health), and
 * how is it (metrics, Prometheus text; numbers of the worker that answers).
 */

#ifndef _NGX_INBOX_METRICS_H_INCLUDED_
#define _NGX_INBOX_METRICS_H_INCLUDED_


#include "ngx_inbox_ctx.h"


ngx_int_t ngx_inbox_metrics_health(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_metrics(ngx_inbox_ctx_t *ctx);


#endif /* _NGX_INBOX_METRICS_H_INCLUDED_ */
