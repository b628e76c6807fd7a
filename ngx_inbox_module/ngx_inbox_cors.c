
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The headers are set before anything is refused, so that a page can read what
 * went wrong.  An origin in the settings is compared as it is written; "*." at
 * its host stands for one or more labels, "*" alone for all origins.
 */

#include "ngx_inbox_cors.h"
#include "ngx_inbox_ask.h"
#include "ngx_inbox_json.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_text.h"


/* seconds that a browser remembers a preflight */
#define NGX_INBOX_CORS_AGE  "600"


static ngx_int_t ngx_inbox_cors_on_line(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line);
static ngx_uint_t ngx_inbox_cors_is_listed(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line, const ngx_str_t *origin);
static ngx_uint_t ngx_inbox_cors_fits(const ngx_str_t *pattern,
    const ngx_str_t *origin);
static ngx_int_t ngx_inbox_cors_headers(ngx_http_request_t *r,
    const ngx_str_t *origin);


ngx_uint_t
ngx_inbox_cors_is_asked(ngx_inbox_ctx_t *ctx)
{
    static const char  widget[] = "widget/";

    return ctx->path.len >= sizeof(widget)
           && ngx_strncmp(ctx->path.data, widget, sizeof(widget) - 1) == 0
           && ngx_inbox_text_is_id(&ctx->param[0])
           && ngx_inbox_ctx_header(ctx->r, "origin").len;
}


ngx_int_t
ngx_inbox_cors(ngx_inbox_ctx_t *ctx, ngx_inbox_endpoint_pt next)
{
    ctx->next = next;

    return ngx_inbox_ask_line(ctx, &ctx->param[0], 0, ngx_inbox_cors_on_line);
}


static ngx_int_t
ngx_inbox_cors_on_line(ngx_inbox_ctx_t *ctx, const ngx_inbox_line_t *line)
{
    ngx_str_t  origin;

    origin = ngx_inbox_ctx_header(ctx->r, "origin");

    if (ngx_inbox_cors_is_listed(ctx, line, &origin)) {
        ctx->cors = 1;

        if (ngx_inbox_cors_headers(ctx->r, &origin) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    return ctx->next(ctx);
}


static ngx_uint_t
ngx_inbox_cors_is_listed(ngx_inbox_ctx_t *ctx, const ngx_inbox_line_t *line,
    const ngx_str_t *origin)
{
    size_t             i;
    ngx_str_t          err, pattern;
    ngx_inbox_json_t  *settings, *origins;

    settings = ngx_inbox_json_parse(ctx->r->pool, &line->settings, &err);
    origins = ngx_inbox_json_get(settings, "origins");

    for (i = 0; i < ngx_inbox_json_size(origins); i++) {
        if (ngx_inbox_json_string(ngx_inbox_json_at(origins, i), &pattern)
            == NGX_OK
            && ngx_inbox_cors_fits(&pattern, origin))
        {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_inbox_cors_fits(const ngx_str_t *pattern, const ngx_str_t *origin)
{
    size_t   head, tail;
    u_char  *star;

    star = ngx_strlchr(pattern->data, pattern->data + pattern->len, '*');

    if (star == NULL) {
        return pattern->len == origin->len
               && ngx_strncasecmp(pattern->data, origin->data, origin->len)
                  == 0;
    }

    if (pattern->len == 1) {
        return 1;
    }

    /* a star as the first label of the host: it is never nothing */

    head = star - pattern->data;
    tail = pattern->len - head - 1;

    return head && tail && star[1] == '.'
           && origin->len > head + tail
           && ngx_strncasecmp(pattern->data, origin->data, head) == 0
           && ngx_strncasecmp(star + 1, origin->data + origin->len - tail,
                              tail)
              == 0;
}


static ngx_int_t
ngx_inbox_cors_headers(ngx_http_request_t *r, const ngx_str_t *origin)
{
    static const ngx_str_t  vary = ngx_string("Origin");
    static const ngx_str_t  expose = ngx_string("ETag, Retry-After");

    if (ngx_inbox_reply_header(r, "Access-Control-Allow-Origin", origin)
        != NGX_OK
        || ngx_inbox_reply_header(r, "Access-Control-Expose-Headers", &expose)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_inbox_reply_header(r, "Vary", &vary);
}


ngx_int_t
ngx_inbox_cors_preflight(ngx_inbox_ctx_t *ctx)
{
    static const ngx_str_t  methods = ngx_string("GET, HEAD, POST");
    static const ngx_str_t  headers =
        ngx_string("Authorization, Content-Type, Idempotency-Key, "
                   "If-None-Match");
    static const ngx_str_t  age = ngx_string(NGX_INBOX_CORS_AGE);

    if (ctx->cors
        && (ngx_inbox_reply_header(ctx->r, "Access-Control-Allow-Methods",
                                   &methods)
            != NGX_OK
            || ngx_inbox_reply_header(ctx->r, "Access-Control-Allow-Headers",
                                      &headers)
               != NGX_OK
            || ngx_inbox_reply_header(ctx->r, "Access-Control-Max-Age", &age)
               != NGX_OK))
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_inbox_reply_empty(ctx->r);
}


ngx_int_t
ngx_inbox_cors_again(ngx_http_request_t *r)
{
    ngx_str_t         origin;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    static const ngx_str_t  name = ngx_string("Access-Control-Allow-Origin");

    for (part = &r->headers_out.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].key.len == name.len
                && ngx_strncmp(h[i].key.data, name.data, name.len) == 0)
            {
                return NGX_OK;
            }
        }
    }

    origin = ngx_inbox_ctx_header(r, "origin");

    return origin.len ? ngx_inbox_cors_headers(r, &origin) : NGX_OK;
}
