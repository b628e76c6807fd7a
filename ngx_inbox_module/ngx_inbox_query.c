
/*
 * Copyright (C) the ngx_inbox authors
 *
 * An unknown parameter is ignored, a known one with a bad value is 422.
 */

#include "ngx_inbox_query.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_text.h"


/* a rev has 16 digits, and 17 from the year 2286 on */
#define NGX_INBOX_QUERY_REV     999999999999999999ULL
/* our cursors are words of [A-Za-z0-9_.-] */
#define NGX_INBOX_QUERY_CURSOR  64


static ngx_int_t ngx_inbox_query_wait(ngx_inbox_ctx_t *ctx,
    ngx_inbox_query_t *query);
static ngx_int_t ngx_inbox_query_cursor(ngx_inbox_ctx_t *ctx,
    ngx_inbox_query_t *query);


ngx_int_t
ngx_inbox_query_read(ngx_inbox_ctx_t *ctx, ngx_inbox_query_t *query)
{
    uint64_t   n;
    ngx_int_t  rc;

    ngx_memzero(query, sizeof(ngx_inbox_query_t));
    query->rc = NGX_HTTP_INTERNAL_SERVER_ERROR;

    n = NGX_INBOX_LIMIT_DEFAULT;
    rc = ngx_inbox_ctx_arg_number(ctx, "limit", 1, NGX_INBOX_LIMIT_MAX, &n);

    if (rc == NGX_DECLINED) {
        query->rc = ngx_inbox_reply_invalid(ctx->r, "limit",
                                            "must be between 1 and 200");
    }

    if (rc != NGX_OK) {
        return NGX_DECLINED;
    }

    query->limit = ngx_inbox_text_number(ctx->r->pool, n);
    if (query->limit.data == NULL) {
        return NGX_DECLINED;
    }

    rc = ngx_inbox_ctx_arg_number(ctx, "since", 0, NGX_INBOX_QUERY_REV, &n);

    if (rc == NGX_DECLINED) {
        query->rc = ngx_inbox_reply_invalid(ctx->r, "since", "must be a rev");
    }

    if (rc != NGX_OK
        || ngx_inbox_ctx_arg(ctx, "since", &query->since) != NGX_OK
        || ngx_inbox_query_cursor(ctx, query) != NGX_OK)
    {
        return NGX_DECLINED;
    }

    return ngx_inbox_query_wait(ctx, query);
}


static ngx_int_t
ngx_inbox_query_cursor(ngx_inbox_ctx_t *ctx, ngx_inbox_query_t *query)
{
    u_char  c;
    size_t  i;

    if (ngx_inbox_ctx_arg(ctx, "before", &query->before) != NGX_OK) {
        return NGX_DECLINED;
    }

    for (i = 0; i < query->before.len; i++) {
        c = query->before.data[i];

        if (query->before.len > NGX_INBOX_QUERY_CURSOR
            || !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                 || (c >= '0' && c <= '9')
                 || c == '_' || c == '.' || c == '-'))
        {
            query->rc = ngx_inbox_reply_invalid(ctx->r, "before",
                                                "must be a cursor");
            return NGX_DECLINED;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_query_wait(ngx_inbox_ctx_t *ctx, ngx_inbox_query_t *query)
{
    uint64_t   n;
    ngx_int_t  rc;

    n = 0;
    rc = ngx_inbox_ctx_arg_number(ctx, "wait", 0, NGX_INBOX_WAIT_MAX, &n);

    if (rc == NGX_DECLINED) {
        query->rc = ngx_inbox_reply_invalid(ctx->r, "wait",
                                            "must be between 0 and 60");
    }

    if (rc != NGX_OK) {
        return NGX_DECLINED;
    }

    /* without since there is nothing to wait for: the first page is there */

    if (query->since.len && query->before.len == 0) {
        query->wait = ngx_min((ngx_msec_t) n * 1000, ctx->conf->poll_timeout);
    }

    return NGX_OK;
}


ngx_int_t
ngx_inbox_query_id(ngx_inbox_ctx_t *ctx, const char *name, ngx_str_t *value,
    ngx_int_t *rc)
{
    *rc = NGX_HTTP_INTERNAL_SERVER_ERROR;

    if (ngx_inbox_ctx_arg(ctx, name, value) != NGX_OK) {
        return NGX_DECLINED;
    }

    if (value->len && !ngx_inbox_text_is_id(value)) {
        *rc = ngx_inbox_reply_invalid(ctx->r, name, "must be an id");
        return NGX_DECLINED;
    }

    return NGX_OK;
}


ngx_int_t
ngx_inbox_query_flag(ngx_inbox_ctx_t *ctx, const char *name, ngx_str_t *value,
    ngx_int_t *rc)
{
    *rc = NGX_HTTP_INTERNAL_SERVER_ERROR;

    if (ngx_inbox_ctx_arg(ctx, name, value) != NGX_OK) {
        return NGX_DECLINED;
    }

    if (value->len == 0) {
        ngx_str_set(value, "0");
    }

    if (value->len != 1 || (value->data[0] != '0' && value->data[0] != '1')) {
        *rc = ngx_inbox_reply_invalid(ctx->r, name, "must be 1 or 0");
        return NGX_DECLINED;
    }

    return NGX_OK;
}
