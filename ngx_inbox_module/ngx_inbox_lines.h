
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 8, endpoints.  Channels as admins connect them: settings readable,
 * credentials write-only (sealed before they leave this process).
 */

#ifndef _NGX_INBOX_LINES_H_INCLUDED_
#define _NGX_INBOX_LINES_H_INCLUDED_


#include "ngx_inbox_ctx.h"


ngx_int_t ngx_inbox_lines_get(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_lines_put(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_lines_delete(ngx_inbox_ctx_t *ctx);


#endif /* _NGX_INBOX_LINES_H_INCLUDED_ */
