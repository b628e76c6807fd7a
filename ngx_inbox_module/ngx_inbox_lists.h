
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 8, endpoints.  The lists: the journal (owner and admin), the inbox
 * (every agent), and the small ones that every agent may read.
 */

#ifndef _NGX_INBOX_LISTS_H_INCLUDED_
#define _NGX_INBOX_LISTS_H_INCLUDED_


#include "ngx_inbox_ctx.h"


ngx_int_t ngx_inbox_lists_journal(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_lists_inbox(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_lists_me(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_lists_presence(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_lists_agents(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_lists_groups(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_lists_stats(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_lists_audit(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_lists_channels(ngx_inbox_ctx_t *ctx);


#endif /* _NGX_INBOX_LISTS_H_INCLUDED_ */
