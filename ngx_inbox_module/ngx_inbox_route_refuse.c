
/*
 * Copyright (C) the ngx_inbox authors
 *
 * What a request gets that has no endpoint: the methods that its path knows,
 * or nginx's own error as a problem document.
 */

#include "ngx_inbox_route_own.h"
#include "ngx_inbox_cors.h"
#include "ngx_inbox_reply.h"


ngx_int_t
ngx_inbox_route_no_method(ngx_inbox_ctx_t *ctx, ngx_uint_t methods)
{
    u_char      *p;
    ngx_str_t    allow;
    ngx_uint_t   i;

    static const struct {
        ngx_uint_t   method;
        const char  *name;
    } names[] = {
        { NGX_HTTP_GET, "GET" }, { NGX_HTTP_HEAD, "HEAD" },
        { NGX_HTTP_POST, "POST" }, { NGX_HTTP_PUT, "PUT" },
        { NGX_HTTP_PATCH, "PATCH" }, { NGX_HTTP_DELETE, "DELETE" },
        { NGX_HTTP_OPTIONS, "OPTIONS" }
    };

    (void) ngx_http_discard_request_body(ctx->r);

    allow.data = ngx_pnalloc(ctx->r->pool, 64);
    if (allow.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    p = allow.data;
    methods |= NGX_HTTP_OPTIONS;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (methods & names[i].method) {
            p = ngx_sprintf(p, "%s%s", (p == allow.data) ? "" : ", ",
                            names[i].name);
        }
    }

    allow.len = p - allow.data;

    if (ngx_inbox_reply_header(ctx->r, "Allow", &allow) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ctx->r->method == NGX_HTTP_OPTIONS) {
        return ngx_inbox_cors_is_asked(ctx)
               ? ngx_inbox_cors(ctx, ngx_inbox_cors_preflight)
               : ngx_inbox_reply_empty(ctx->r);
    }

    return ngx_inbox_reply_problem(ctx->r, NGX_HTTP_NOT_ALLOWED,
                                   "method_not_allowed",
                                   "this path knows other methods");
}


/* nginx's own error, redirected here by error_page: the status stays */

ngx_int_t
ngx_inbox_route_problem(ngx_inbox_ctx_t *ctx)
{
    ngx_uint_t  i, status;

    static const ngx_str_t  limited = ngx_string("nginx refused the request");
    static const ngx_str_t  file = ngx_string("GET, HEAD");
    static const struct {
        ngx_uint_t   status;
        const char  *code;
    } codes[] = {
        { NGX_HTTP_BAD_REQUEST, "bad_request" },
        { NGX_HTTP_UNAUTHORIZED, "unauthorized" },
        { NGX_HTTP_FORBIDDEN, "forbidden" },
        { NGX_HTTP_NOT_FOUND, "not_found" },
        { NGX_HTTP_NOT_ALLOWED, "method_not_allowed" },
        { NGX_HTTP_REQUEST_ENTITY_TOO_LARGE, "too_large" },
        { NGX_HTTP_SERVICE_UNAVAILABLE, "store_unavailable" }
    };

    status = ctx->r->err_status ? ctx->r->err_status : NGX_HTTP_NOT_FOUND;

    /* nginx's own numbers for kinds of 400 */

    if (status >= NGX_HTTP_REQUEST_HEADER_TOO_LARGE
        && status <= NGX_HTTP_TO_HTTPS)
    {
        status = NGX_HTTP_BAD_REQUEST;
        ctx->r->err_status = status;
    }

    if (status == NGX_HTTP_TOO_MANY_REQUESTS) {
        return ngx_inbox_reply_limited(ctx->r, 1, &limited);
    }

    /* a route says it itself; TRACE is refused before anybody knows what for,
       and only the line of the request still says that it was one */

    if (status == NGX_HTTP_NOT_ALLOWED
        && !(ctx->r->request_line.len > 6
             && ngx_strncmp(ctx->r->request_line.data, "TRACE ", 6) == 0)
        && ngx_inbox_reply_header(ctx->r, "Allow", &file) != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (codes[i].status == status) {
            return ngx_inbox_reply_problem(ctx->r, status, codes[i].code,
                                           "nginx refused the request");
        }
    }

    return ngx_inbox_reply_problem(ctx->r, status,
                                   (status < 500) ? "bad_request"
                                                  : "internal",
                                   "nginx could not answer the request");
}
