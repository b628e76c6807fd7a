
/*
 * Copyright (C) the ngx_inbox authors
 *
 * nginx reads the body; what it had to put into a file (larger than
 * client_body_buffer_size) is read back, it is in the page cache.
 */

#include "ngx_inbox_body.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_text.h"


static void ngx_inbox_body_on_read(ngx_http_request_t *r);
static ngx_int_t ngx_inbox_body_join(ngx_inbox_ctx_t *ctx);
static ngx_int_t ngx_inbox_body_copy(ngx_buf_t *b, u_char *p, ngx_log_t *log);
static ngx_int_t ngx_inbox_body_too_large(ngx_inbox_ctx_t *ctx);
static ngx_inbox_ctx_t *ngx_inbox_body_ctx(ngx_http_request_t *r);
static void ngx_inbox_body_done(void *data);


ngx_int_t
ngx_inbox_body_read(ngx_inbox_ctx_t *ctx, ngx_inbox_endpoint_pt next)
{
    ngx_int_t            rc;
    ngx_http_cleanup_t  *cln;

    if (ctx->r->headers_in.content_length_n > (off_t) ctx->max_body) {
        return ngx_inbox_body_too_large(ctx);
    }

    /* the handler of nginx takes nothing but r: ctx is found by a cleanup,
       which lives as long as the request does */

    cln = ngx_http_cleanup_add(ctx->r, 0);
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cln->handler = ngx_inbox_body_done;
    cln->data = ctx;
    ctx->next = next;

    ctx->r->request_body_in_single_buf = 1;

    if (ctx->to_file) {
        ctx->r->request_body_in_file_only = 1;
        ctx->r->request_body_in_persistent_file = 1;
        ctx->r->request_body_in_clean_file = 1;
    }

    rc = ngx_http_read_client_request_body(ctx->r, ngx_inbox_body_on_read);

    return (rc >= NGX_HTTP_SPECIAL_RESPONSE) ? rc : NGX_DONE;
}


ngx_int_t
ngx_inbox_body_file(ngx_inbox_ctx_t *ctx, ngx_inbox_endpoint_pt next)
{
    ctx->to_file = 1;

    return ngx_inbox_body_read(ctx, next);
}


static void
ngx_inbox_body_on_read(ngx_http_request_t *r)
{
    ngx_int_t         rc;
    ngx_inbox_ctx_t  *ctx;

    ctx = ngx_inbox_body_ctx(r);

    if (ctx == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    rc = ngx_inbox_body_join(ctx);

    if (rc == NGX_OK) {
        rc = ctx->next(ctx);

    } else if (rc == NGX_DECLINED) {
        rc = ngx_inbox_body_too_large(ctx);

    } else {
        rc = NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_finalize_request(r, rc);
}


static ngx_int_t
ngx_inbox_body_join(ngx_inbox_ctx_t *ctx)
{
    off_t                size;
    u_char              *p;
    ngx_chain_t         *cl;
    ngx_http_request_t  *r;

    r = ctx->r;
    ngx_str_null(&ctx->body);

    if (r->request_body == NULL || r->request_body->bufs == NULL) {
        return NGX_OK;
    }

    size = 0;

    for (cl = r->request_body->bufs; cl; cl = cl->next) {
        size += ngx_buf_size(cl->buf);
    }

    if (size > (off_t) ctx->max_body) {
        return NGX_DECLINED;
    }

    if (ctx->to_file) {
        return NGX_OK;
    }

    cl = r->request_body->bufs;

    if (cl->next == NULL && !cl->buf->in_file) {
        ctx->body.data = cl->buf->pos;
        ctx->body.len = (size_t) size;
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, (size_t) size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ctx->body.data = p;
    ctx->body.len = (size_t) size;

    for ( /* void */ ; cl; cl = cl->next) {
        if (ngx_inbox_body_copy(cl->buf, p, r->connection->log) != NGX_OK) {
            return NGX_ERROR;
        }

        p += ngx_buf_size(cl->buf);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_body_copy(ngx_buf_t *b, u_char *p, ngx_log_t *log)
{
    size_t  size;

    size = (size_t) ngx_buf_size(b);

    if (!b->in_file) {
        ngx_memcpy(p, b->pos, size);
        return NGX_OK;
    }

    return (ngx_read_file(b->file, p, size, b->file_pos) == (ssize_t) size)
           ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_inbox_body_too_large(ngx_inbox_ctx_t *ctx)
{
    (void) ngx_http_discard_request_body(ctx->r);

    return ngx_inbox_reply_problem(ctx->r, NGX_HTTP_REQUEST_ENTITY_TOO_LARGE,
                                   "too_large", "the body is too large");
}


static ngx_inbox_ctx_t *
ngx_inbox_body_ctx(ngx_http_request_t *r)
{
    ngx_http_cleanup_t  *cln;

    for (cln = r->main->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_inbox_body_done) {
            return cln->data;
        }
    }

    return NULL;
}


static void
ngx_inbox_body_done(void *data)
{
    /* nothing to free: it is all in the request's pool */
}


ngx_int_t
ngx_inbox_body_parse(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  body, err;

    static ngx_str_t  empty = ngx_string("{}");

    body = ctx->body.len ? ctx->body : empty;

    ctx->json = ngx_inbox_json_parse(ctx->r->pool, &body, &err);

    if (ngx_inbox_json_is_object(ctx->json)) {
        return NGX_OK;
    }

    if (ctx->json == NULL && err.len == 0) {
        ctx->refused = NGX_HTTP_INTERNAL_SERVER_ERROR;
        return NGX_DECLINED;
    }

    ctx->refused = ngx_inbox_reply_problem(ctx->r, NGX_HTTP_BAD_REQUEST,
                                           "bad_json",
                                           "a JSON object is needed");

    return NGX_DECLINED;
}


ngx_int_t
ngx_inbox_body_string(ngx_inbox_ctx_t *ctx, const char *field, size_t max,
    ngx_str_t *value, ngx_int_t *rc)
{
    ngx_int_t  kind;

    kind = ngx_inbox_json_str(ctx->json, field, value);

    if (kind == NGX_ERROR) {
        *rc = ngx_inbox_reply_invalid(ctx->r, field, "must be a string");
        return NGX_DECLINED;
    }

    *value = ngx_inbox_text_trim(value);

    if (ngx_inbox_text_chars(value, NULL) > max) {
        *rc = ngx_inbox_reply_invalid(ctx->r, field, "is too long");
        return NGX_DECLINED;
    }

    return NGX_OK;
}
