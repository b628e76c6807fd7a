
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 8, endpoint: GET export, everything of a space as lines of JSON.
 *
 *   client is slow   the store is asked for the next page when the last one has
 *                    been sent: memory stays what one page takes
 *   client leaves    forgotten
 *   store lost       the connection is closed in the middle: a client sees that
 *                    the answer has no end
 */

#ifndef _NGX_INBOX_EXPORT_H_INCLUDED_
#define _NGX_INBOX_EXPORT_H_INCLUDED_


#include "ngx_inbox_ctx.h"


ngx_int_t ngx_inbox_export(ngx_inbox_ctx_t *ctx);


#endif /* _NGX_INBOX_EXPORT_H_INCLUDED_ */
