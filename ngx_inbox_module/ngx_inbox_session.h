
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 8, endpoints.  The browser's session: a token is exchanged for a cookie
 * that no script can read, and given back.
 */

#ifndef _NGX_INBOX_SESSION_H_INCLUDED_
#define _NGX_INBOX_SESSION_H_INCLUDED_


#include "ngx_inbox_ctx.h"


ngx_int_t ngx_inbox_session_open(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_session_close(ngx_inbox_ctx_t *ctx);


#endif /* _NGX_INBOX_SESSION_H_INCLUDED_ */
