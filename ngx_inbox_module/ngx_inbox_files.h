
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 8, endpoints: GET chats/{id}/files/{file} for agents, and
 * GET file/{id}/{expires}/{signature} for whoever has the link.
 */

#ifndef _NGX_INBOX_FILES_H_INCLUDED_
#define _NGX_INBOX_FILES_H_INCLUDED_


#include "ngx_inbox_ctx.h"


ngx_int_t ngx_inbox_files_get(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_files_signed(ngx_inbox_ctx_t *ctx);


#endif /* _NGX_INBOX_FILES_H_INCLUDED_ */
