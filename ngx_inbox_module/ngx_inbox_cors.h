
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 5, service.  Cross-origin calls of the widget's endpoints: pages of the
 * origins in the channel's settings may read the answers, errors too; pages of
 * others may not.  Nothing else of the product is open to other origins.
 */

#ifndef _NGX_INBOX_CORS_H_INCLUDED_
#define _NGX_INBOX_CORS_H_INCLUDED_


#include "ngx_inbox_ctx.h"


/* does a page of some origin call an endpoint of the widget? */
ngx_uint_t ngx_inbox_cors_is_asked(ngx_inbox_ctx_t *ctx);

/* sets the headers and ctx->cors when the origin is one of the channel's, whose
   id is param[0]; then next(ctx).  For the content handler */
ngx_int_t ngx_inbox_cors(ngx_inbox_ctx_t *ctx, ngx_inbox_endpoint_pt next);

/* the endpoint of a preflight */
ngx_int_t ngx_inbox_cors_preflight(ngx_inbox_ctx_t *ctx);

/* the same headers for a request that was made anew, unless it has them;
   NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_cors_again(ngx_http_request_t *r);


#endif /* _NGX_INBOX_CORS_H_INCLUDED_ */
