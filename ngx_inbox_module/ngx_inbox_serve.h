
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 5, service.  A file on disk as an answer: nginx's own sending, with
 * ranges and 304.  Whatever the file is, a browser runs nothing of it.  And
 * messages as those see them who have no token of ours.
 */

#ifndef _NGX_INBOX_SERVE_H_INCLUDED_
#define _NGX_INBOX_SERVE_H_INCLUDED_


#include "ngx_inbox_ctx.h"


/*
 * path: with a NUL behind; name: as people gave it, or len 0; only: the type it
 * must be of ("image"), or NULL.  Returns what is for nginx; NGX_DECLINED: no
 * such file; NGX_ABORT: it is of another type; nothing has been answered.
 */
ngx_int_t ngx_inbox_serve(ngx_inbox_ctx_t *ctx, const ngx_str_t *path,
    const ngx_str_t *name, const char *only);

/* JSON of messages, 200 with an ETag; links to files in it are signed for who
   has no token of ours */
ngx_int_t ngx_inbox_serve_signed(ngx_http_request_t *r,
    const ngx_inbox_main_conf_t *conf, const ngx_str_t *space,
    const ngx_str_t *body);

/* the same of memory, with its ETag; as it is for who is no visitor */
ngx_int_t ngx_inbox_serve_again(ngx_inbox_ctx_t *ctx, const ngx_str_t *body,
    const ngx_str_t *tag);

/* an empty answer of a transcript, and who writes just now */
ngx_int_t ngx_inbox_serve_typing(ngx_http_request_t *r, const ngx_str_t *empty,
    const ngx_str_t *json);


#endif /* _NGX_INBOX_SERVE_H_INCLUDED_ */
