
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 8, endpoints: GET canned, GET, PUT and DELETE canned/{id}: replies that
 * are kept ready.
 */

#ifndef _NGX_INBOX_CANNED_H_INCLUDED_
#define _NGX_INBOX_CANNED_H_INCLUDED_


#include "ngx_inbox_ctx.h"


ngx_int_t ngx_inbox_canned_list(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_canned_get(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_canned_put(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_canned_delete(ngx_inbox_ctx_t *ctx);


#endif /* _NGX_INBOX_CANNED_H_INCLUDED_ */
