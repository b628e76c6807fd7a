
/*
 * Copyright (C) the ngx_inbox authors
 *
 * "api/v1/chats/#" is "api/v1/chats/{id}" to who looks at a chart or a log.
 */

#include "ngx_inbox_route_own.h"
#include "ngx_inbox_metrics.h"


/* of the longest pattern, each mark four bytes instead of one */
#define NGX_INBOX_ROUTE_NAME  128


static const char *ngx_inbox_route_method(ngx_uint_t methods);


ngx_int_t
ngx_inbox_route_metrics(ngx_inbox_ctx_t *ctx)
{
    ngx_uint_t                  i, n;
    ngx_inbox_metrics_route_t  *names;

    n = 0;

    while (ngx_inbox_routes[n].pattern) {
        n++;
    }

    names = ngx_palloc(ctx->r->pool, n * sizeof(ngx_inbox_metrics_route_t));
    if (names == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    for (i = 0; i < n; i++) {
        names[i].method = ngx_inbox_route_method(ngx_inbox_routes[i].methods);
        names[i].route = ngx_inbox_route_name(ctx->r->pool, i);
    }

    return ngx_inbox_metrics(ctx, names, n);
}


ngx_str_t
ngx_inbox_route_name(ngx_pool_t *pool, ngx_uint_t route)
{
    u_char      *p, *last;
    ngx_str_t    name;
    ngx_uint_t   i;
    const char  *s;

    ngx_str_null(&name);

    i = 0;

    while (i < route && ngx_inbox_routes[i].pattern) {
        i++;
    }

    s = ngx_inbox_routes[i].pattern;
    p = (s != NULL) ? ngx_pnalloc(pool, NGX_INBOX_ROUTE_NAME) : NULL;

    if (p == NULL) {
        return name;
    }

    name.data = p;
    last = p + NGX_INBOX_ROUTE_NAME;

    for ( /* void */ ; *s && last - p > 4; s++) {
        if (*s == '#' || *s == '@' || *s == '*') {
            p = ngx_cpymem(p, "{id}", 4);

        } else {
            *p++ = (u_char) *s;
        }
    }

    name.len = p - name.data;

    return name;
}


static const char *
ngx_inbox_route_method(ngx_uint_t methods)
{
    switch (methods) {

    case NGX_HTTP_POST:
        return "POST";

    case NGX_HTTP_PUT:
        return "PUT";

    case NGX_HTTP_PATCH:
        return "PATCH";

    case NGX_HTTP_DELETE:
        return "DELETE";

    default:
        return "GET";
    }
}
