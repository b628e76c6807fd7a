
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Reads what a request says: headers and query parameters.
 */

#include "ngx_inbox_ctx.h"
#include "ngx_inbox_text.h"


/* digits of the largest number that a parameter may be: a rev has 16 */
#define NGX_INBOX_CTX_DIGITS  18


ngx_str_t
ngx_inbox_ctx_header(ngx_http_request_t *r, const char *name)
{
    size_t            len;
    ngx_str_t         none;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    len = ngx_strlen(name);

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].key.len == len
                && ngx_strncasecmp(h[i].key.data, (u_char *) name, len) == 0)
            {
                return h[i].value;
            }
        }
    }

    ngx_str_null(&none);

    return none;
}


ngx_uint_t
ngx_inbox_ctx_is_https(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  *url;

#if (NGX_HTTP_SSL)

    if (ctx->r->connection->ssl) {
        return 1;
    }

#endif

    url = &ctx->conf->public_url;

    return url->len > 8
           && ngx_strncasecmp(url->data, (u_char *) "https://", 8) == 0;
}


ngx_int_t
ngx_inbox_ctx_arg(ngx_inbox_ctx_t *ctx, const char *name, ngx_str_t *value)
{
    u_char     *p, *src, *dst;
    ngx_str_t   raw;

    ngx_str_null(value);

    if (ngx_http_arg(ctx->r, (u_char *) name, ngx_strlen(name), &raw)
        != NGX_OK)
    {
        return NGX_OK;
    }

    p = ngx_pnalloc(ctx->r->pool, raw.len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, raw.data, raw.len);

    for (src = p; src < p + raw.len; src++) {
        if (*src == '+') {
            *src = ' ';
        }
    }

    src = p;
    dst = p;
    ngx_unescape_uri(&dst, &src, raw.len, 0);

    raw.data = p;
    raw.len = dst - p;

    return ngx_inbox_text_mend(ctx->r->pool, &raw, value);
}


ngx_int_t
ngx_inbox_ctx_arg_number(ngx_inbox_ctx_t *ctx, const char *name,
    uint64_t least, uint64_t most, uint64_t *value)
{
    size_t     i;
    uint64_t   n;
    ngx_str_t  text;

    if (ngx_inbox_ctx_arg(ctx, name, &text) != NGX_OK) {
        return NGX_ERROR;
    }

    if (text.len == 0) {
        return NGX_OK;
    }

    if (!ngx_inbox_text_is_digits(&text, NGX_INBOX_CTX_DIGITS)) {
        return NGX_DECLINED;
    }

    n = 0;

    for (i = 0; i < text.len; i++) {
        n = n * 10 + (text.data[i] - '0');
    }

    if (n < least || n > most) {
        return NGX_DECLINED;
    }

    *value = n;

    return NGX_OK;
}


ngx_int_t
ngx_inbox_ctx_hook_url(ngx_inbox_ctx_t *ctx, const ngx_str_t *id,
    ngx_str_t *url)
{
    u_char      *p;
    ngx_str_t    base, host, text;
    const char  *scheme;

    base = ctx->conf->public_url;
    scheme = "";
    ngx_str_null(&host);

    if (base.len == 0) {
        base = ctx->conf->prefix;
        scheme = ngx_inbox_ctx_is_https(ctx) ? "https://" : "http://";
        ngx_str_set(&host, "localhost");

        if (ctx->r->headers_in.host != NULL) {
            host = ctx->r->headers_in.host->value;
        }
    }

    text.data = ngx_pnalloc(ctx->r->pool, sizeof("https://") + host.len
                                          + base.len + sizeof("/hook/")
                                          + id->len);
    if (text.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_sprintf(text.data, "%s%V%V/hook/%V", scheme, &host, &base, id);
    text.len = p - text.data;

    /* nginx lets any byte above 127 pass in Host */

    return ngx_inbox_text_mend(ctx->r->pool, &text, url);
}
