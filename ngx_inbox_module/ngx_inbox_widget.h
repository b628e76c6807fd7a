
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 8, endpoints.  Visitors of a site: widget/{channel}/….  What they write
 * takes the same way as a messenger's webhook: one event, one `ingest`.
 * Nothing is stored before the first message; until then a visitor is a signed
 * token that his browser keeps.
 */

#ifndef _NGX_INBOX_WIDGET_H_INCLUDED_
#define _NGX_INBOX_WIDGET_H_INCLUDED_


#include "ngx_inbox_ctx.h"


ngx_int_t ngx_inbox_widget_info(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_widget_frame(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_widget_transcript(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_widget_write(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_widget_read(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_widget_typing(ngx_inbox_ctx_t *ctx);


#endif /* _NGX_INBOX_WIDGET_H_INCLUDED_ */
