
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 8, endpoints: POST files, and POST widget/{channel}/files of visitors:
 * a file comes, as a form or as the body itself, and is kept on disk until a
 * message takes it.
 */

#ifndef _NGX_INBOX_UPLOAD_H_INCLUDED_
#define _NGX_INBOX_UPLOAD_H_INCLUDED_


#include "ngx_inbox_ctx.h"


ngx_int_t ngx_inbox_upload(ngx_inbox_ctx_t *ctx);
ngx_int_t ngx_inbox_upload_visitor(ngx_inbox_ctx_t *ctx);


#endif /* _NGX_INBOX_UPLOAD_H_INCLUDED_ */
