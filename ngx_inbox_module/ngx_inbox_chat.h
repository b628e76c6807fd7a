
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 8, endpoints.  One chat, as agents see it and what they do with it:
 * everything under api/v1/chats/{id}.  param[0] is the chat's number.
 */

#ifndef _NGX_INBOX_CHAT_H_INCLUDED_
#define _NGX_INBOX_CHAT_H_INCLUDED_


#include "ngx_inbox_ctx.h"


ngx_int_t ngx_inbox_chat_get(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_chat_label(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_chat_transcript(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_chat_reply(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_chat_take(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_chat_join(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_chat_leave(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_chat_close(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_chat_reopen(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_chat_transfer(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_chat_read(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_chat_typing(ngx_inbox_ctx_t *ctx);


#endif /* _NGX_INBOX_CHAT_H_INCLUDED_ */
