
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 8, endpoints.  Registers a channel's webhook with its platform.
 */

#ifndef _NGX_INBOX_CONNECT_H_INCLUDED_
#define _NGX_INBOX_CONNECT_H_INCLUDED_


#include "ngx_inbox_ctx.h"


/* POST channels/{channel}/connect */
ngx_int_t ngx_inbox_connect(ngx_inbox_ctx_t *ctx);


#endif /* _NGX_INBOX_CONNECT_H_INCLUDED_ */
