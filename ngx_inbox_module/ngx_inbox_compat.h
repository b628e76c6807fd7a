
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 0, words.  Differences between the versions of nginx and of the
 * libraries that we build with, one commented #if each.
 */

#ifndef _NGX_INBOX_COMPAT_H_INCLUDED_
#define _NGX_INBOX_COMPAT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/* nginx has no name for 422 */
#ifndef NGX_HTTP_UNPROCESSABLE_ENTITY
#define NGX_HTTP_UNPROCESSABLE_ENTITY  422
#endif

/* since 1.23.0 headers of the same name are linked, and the lists ended */
#if (nginx_version >= 1023000)
#define ngx_inbox_compat_header_end(h)  (h)->next = NULL
#else
#define ngx_inbox_compat_header_end(h)
#endif


/* since 1.23.0 the Cookie headers are a list; value borrows; 1 or 0 */
static ngx_inline ngx_uint_t
ngx_inbox_compat_cookie(ngx_http_request_t *r, ngx_str_t *name,
    ngx_str_t *value)
{
#if (nginx_version >= 1023000)
    return ngx_http_parse_multi_header_lines(r, r->headers_in.cookie, name,
                                             value)
           != NULL;
#else
    return ngx_http_parse_multi_header_lines(&r->headers_in.cookies, name,
                                             value)
           != NGX_DECLINED;
#endif
}


#endif /* _NGX_INBOX_COMPAT_H_INCLUDED_ */
