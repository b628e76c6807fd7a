
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 5, service.  The body of a request: read, bounded, in one piece, and as
 * a JSON object where the route wants one.
 */

#ifndef _NGX_INBOX_BODY_H_INCLUDED_
#define _NGX_INBOX_BODY_H_INCLUDED_


#include "ngx_inbox_ctx.h"


/*
 * Reads the body into ctx->body, then calls next(ctx).  For the content
 * handler: returns what that returns.  Too large: 413, without next().
 */
ngx_int_t ngx_inbox_body_read(ngx_inbox_ctx_t *ctx,
    ngx_inbox_endpoint_pt next);

/* the same for a file: nothing of it comes into memory, it lies in
   ctx->r->request_body->temp_file, which goes with the request unless somebody
   takes it away */
ngx_int_t ngx_inbox_body_file(ngx_inbox_ctx_t *ctx,
    ngx_inbox_endpoint_pt next);

/* ctx->body -> ctx->json; an empty body is an empty object.
   NGX_OK | NGX_DECLINED: refused with ctx->refused to return */
ngx_int_t ngx_inbox_body_parse(ngx_inbox_ctx_t *ctx);

/* member field of ctx->json, a string of at most max characters, trimmed; len
   0 when it is not there, or null.  NGX_OK | NGX_DECLINED: refused, rc says
   what to return */
ngx_int_t ngx_inbox_body_string(ngx_inbox_ctx_t *ctx, const char *field,
    size_t max, ngx_str_t *value, ngx_int_t *rc);


#endif /* _NGX_INBOX_BODY_H_INCLUDED_ */
