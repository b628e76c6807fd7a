
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 8, endpoints: contacts/{id} and its block and unblock, and what takes
 * people out of the store: DELETE contacts/{id} and chats/{id}.  A contact has
 * one chat and its number: param[0].
 */

#ifndef _NGX_INBOX_CONTACTS_H_INCLUDED_
#define _NGX_INBOX_CONTACTS_H_INCLUDED_


#include "ngx_inbox_ctx.h"


ngx_int_t ngx_inbox_contacts_get(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_contacts_block(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_contacts_unblock(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_contacts_delete(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_contacts_chat_delete(ngx_inbox_ctx_t *ctx);


#endif /* _NGX_INBOX_CONTACTS_H_INCLUDED_ */
