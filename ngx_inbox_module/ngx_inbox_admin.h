
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 8, endpoints.  What owners and admins set up: the space, groups, agents
 * and their tokens, and, with the root token, spaces.  Channels are in
 * ngx_inbox_lines.h.  Ids are chosen by the caller, PUT creates or replaces.
 */

#ifndef _NGX_INBOX_ADMIN_H_INCLUDED_
#define _NGX_INBOX_ADMIN_H_INCLUDED_


#include "ngx_inbox_ctx.h"


ngx_int_t ngx_inbox_admin_space_get(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_admin_space_put(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_admin_spaces_get(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_admin_spaces_put(ngx_inbox_ctx_t *ctx);

ngx_int_t ngx_inbox_admin_group_get(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_admin_group_put(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_admin_group_delete(ngx_inbox_ctx_t *ctx);

ngx_int_t ngx_inbox_admin_agent_get(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_admin_agent_put(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_admin_agent_delete(ngx_inbox_ctx_t *ctx);

ngx_int_t ngx_inbox_admin_tokens_get(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_admin_tokens_post(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_admin_token_delete(ngx_inbox_ctx_t *ctx);

/* in admin_spaces: the spaces of the server, root's */
ngx_int_t ngx_inbox_admin_spaces_list(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_admin_spaces_delete(ngx_inbox_ctx_t *ctx);

/* the arguments of `space_put`; NGX_OK | NGX_DECLINED: refused, return *rc */
#define NGX_INBOX_ADMIN_SPACE  7
ngx_int_t ngx_inbox_admin_space_args(ngx_inbox_ctx_t *ctx, ngx_str_t *args,
    ngx_int_t *rc);


#endif /* _NGX_INBOX_ADMIN_H_INCLUDED_ */
