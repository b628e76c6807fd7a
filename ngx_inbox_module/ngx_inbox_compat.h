
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


/* since 1.23.0 the Cookie headers are a list; the n-th, or NULL */
static ngx_inline ngx_str_t *
ngx_inbox_compat_cookies(ngx_http_request_t *r, ngx_uint_t n)
{
#if (nginx_version >= 1023000)
    ngx_table_elt_t  *h;

    for (h = r->headers_in.cookie; h && n; h = h->next) {
        n--;
    }

    return h ? &h->value : NULL;
#else
    ngx_table_elt_t  **h;

    h = r->headers_in.cookies.elts;

    return (n < r->headers_in.cookies.nelts) ? &h[n]->value : NULL;
#endif
}


#endif /* _NGX_INBOX_COMPAT_H_INCLUDED_ */
