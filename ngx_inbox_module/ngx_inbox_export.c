
/*
 * Copyright (C) the ngx_inbox authors
 *
 * One page at a time: ask, copy into a pool of its own, send, wait until it
 * has left, destroy the pool, ask on.  The first question (who may, and the
 * entry in the audit) is an ordinary one; from then on the request is held
 * here.
 */

#include "ngx_inbox_export.h"
#include "ngx_inbox_ask.h"
#include "ngx_inbox_park.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_text.h"


/* digits of a chat's number, and of a message's */
#define NGX_INBOX_EXPORT_DIGITS  20
/* what a page's pool holds beside the text */
#define NGX_INBOX_EXPORT_POOL    1024


typedef struct {
    ngx_http_request_t      *r;
    ngx_inbox_ctx_t         *ctx;
    ngx_inbox_store_call_t  *call;      /* in flight, or NULL */
    ngx_pool_t              *page;      /* being sent, or NULL */
    size_t                   chat_len;  /* 0: that was all */
    size_t                   from_len;
    u_char                   chat[NGX_INBOX_EXPORT_DIGITS];
    u_char                   from[NGX_INBOX_EXPORT_DIGITS];
} ngx_inbox_export_t;


static ngx_int_t ngx_inbox_export_on_begun(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static ngx_int_t ngx_inbox_export_header(ngx_http_request_t *r);
static void ngx_inbox_export_ask(ngx_inbox_export_t *e);
static void ngx_inbox_export_on_page(void *data, ngx_inbox_answer_t *answer);
static ngx_int_t ngx_inbox_export_keep(ngx_inbox_export_t *e,
    ngx_inbox_redis_value_t *v, ngx_str_t *text);
static ngx_int_t ngx_inbox_export_send(ngx_inbox_export_t *e,
    const ngx_str_t *text);
static void ngx_inbox_export_go_on(ngx_inbox_export_t *e, ngx_int_t rc);
static void ngx_inbox_export_on_write(ngx_http_request_t *r);
static ngx_inbox_export_t *ngx_inbox_export_of(ngx_http_request_t *r);
static void ngx_inbox_export_gone(void *data);
static void ngx_inbox_export_free(void *data);


ngx_int_t
ngx_inbox_export(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  format;

    if (ngx_inbox_ctx_arg(ctx, "format", &format) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (format.len && (format.len != 6
                       || ngx_strncmp(format.data, "ndjson", 6) != 0))
    {
        return ngx_inbox_reply_invalid(ctx->r, "format", "must be ndjson");
    }

    return ngx_inbox_ask(ctx, NGX_INBOX_FN_EXPORT_BEGIN, &ctx->who, 1,
                         ngx_inbox_export_on_begun);
}


static ngx_int_t
ngx_inbox_export_on_begun(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    ngx_int_t            rc;
    ngx_inbox_export_t  *e;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(ctx->r->pool, sizeof(ngx_inbox_export_t));
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    e = cln->data;
    ngx_memzero(e, sizeof(ngx_inbox_export_t));

    e->r = ctx->r;
    e->ctx = ctx;
    cln->handler = ngx_inbox_export_free;

    rc = ngx_inbox_export_header(ctx->r);

    if (rc == NGX_ERROR || rc > NGX_OK || ctx->r->header_only) {
        return rc;
    }

    if (ngx_inbox_park_hold(ctx->r, ngx_inbox_export_gone, e) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_inbox_export_ask(e);

    return NGX_DONE;
}


static ngx_int_t
ngx_inbox_export_header(ngx_http_request_t *r)
{
    static const ngx_str_t  fresh = ngx_string("no-store");
    static const ngx_str_t  nosniff = ngx_string("nosniff");
    static const ngx_str_t  name =
        ngx_string("attachment; filename=\"inbox.ndjson\"");

    if (ngx_inbox_reply_header(r, "Cache-Control", &fresh) != NGX_OK
        || ngx_inbox_reply_header(r, "X-Content-Type-Options", &nosniff)
           != NGX_OK
        || ngx_inbox_reply_header(r, "Content-Disposition", &name) != NGX_OK)
    {
        return NGX_ERROR;
    }

    r->headers_out.status = NGX_HTTP_OK;
    ngx_str_set(&r->headers_out.content_type, "application/x-ndjson");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;

    return ngx_http_send_header(r);
}


static void
ngx_inbox_export_ask(ngx_inbox_export_t *e)
{
    ngx_str_t          args[3];
    ngx_inbox_fcall_t  fcall;

    args[0] = e->ctx->who;
    args[1].data = e->chat;
    args[1].len = e->chat_len;
    args[2].data = e->from;
    args[2].len = e->from_len;

    fcall.fn = NGX_INBOX_FN_EXPORT;
    fcall.space = &e->ctx->space;
    fcall.args = args;
    fcall.n = 3;

    e->call = ngx_inbox_store_call(e->ctx->worker->store, &fcall,
                                   ngx_inbox_export_on_page, e);

    if (e->call == NULL) {
        ngx_inbox_park_finish(e->r, NGX_ERROR);
    }
}


static void
ngx_inbox_export_on_page(void *data, ngx_inbox_answer_t *answer)
{
    ngx_inbox_export_t *e = data;

    ngx_str_t  text;

    e->call = NULL;

    if (answer->status != NGX_HTTP_OK
        || ngx_inbox_export_keep(e, answer->value, &text) != NGX_OK)
    {
        ngx_log_error(NGX_LOG_INFO, e->r->connection->log, 0,
                      "inbox export: ends early, \"%V\"", &answer->code);
        ngx_inbox_park_finish(e->r, NGX_ERROR);
        return;
    }

    ngx_inbox_export_go_on(e, ngx_inbox_export_send(e, &text));
}


/* text, chat and message to go on with */

static ngx_int_t
ngx_inbox_export_keep(ngx_inbox_export_t *e, ngx_inbox_redis_value_t *v,
    ngx_str_t *text)
{
    if (v->type != NGX_INBOX_REDIS_ARRAY || v->n < 3
        || v->item[1]->str.len > NGX_INBOX_EXPORT_DIGITS
        || v->item[2]->str.len > NGX_INBOX_EXPORT_DIGITS)
    {
        return NGX_ERROR;
    }

    e->chat_len = v->item[1]->str.len;
    ngx_memcpy(e->chat, v->item[1]->str.data, e->chat_len);
    e->from_len = v->item[2]->str.len;
    ngx_memcpy(e->from, v->item[2]->str.data, e->from_len);

    e->page = ngx_create_pool(NGX_INBOX_EXPORT_POOL, e->r->connection->log);
    if (e->page == NULL) {
        return NGX_ERROR;
    }

    return ngx_inbox_text_copy(e->page, text, &v->item[0]->str);
}


static ngx_int_t
ngx_inbox_export_send(ngx_inbox_export_t *e, const ngx_str_t *text)
{
    ngx_buf_t    *b;
    ngx_chain_t   out;

    if (text->len == 0) {
        return NGX_OK;
    }

    b = ngx_calloc_buf(e->page);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = text->data;
    b->last = text->data + text->len;
    b->memory = 1;
    b->flush = 1;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(e->r, &out);
}


/* rc: of the output filter */

static void
ngx_inbox_export_go_on(ngx_inbox_export_t *e, ngx_int_t rc)
{
    ngx_event_t               *wev;
    ngx_http_request_t        *r;
    ngx_http_core_loc_conf_t  *clcf;

    r = e->r;
    wev = r->connection->write;

    if (rc == NGX_ERROR) {
        ngx_inbox_park_finish(e->r, NGX_ERROR);
        return;
    }

    if (r->buffered || r->postponed || r->connection->buffered) {
        clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
        r->write_event_handler = ngx_inbox_export_on_write;

        if (!wev->delayed) {
            ngx_add_timer(wev, clcf->send_timeout);
        }

        if (ngx_handle_write_event(wev, clcf->send_lowat) != NGX_OK) {
            ngx_inbox_park_finish(e->r, NGX_ERROR);
        }

        return;
    }

    if (wev->timer_set && !wev->delayed) {
        ngx_del_timer(wev);
    }

    r->write_event_handler = ngx_http_request_empty_handler;

    ngx_destroy_pool(e->page);
    e->page = NULL;

    if (e->chat_len) {
        ngx_inbox_export_ask(e);
        return;
    }

    ngx_inbox_park_finish(r, ngx_http_send_special(r, NGX_HTTP_LAST));
}


static void
ngx_inbox_export_on_write(ngx_http_request_t *r)
{
    ngx_event_t         *wev;
    ngx_inbox_export_t  *e;

    e = ngx_inbox_export_of(r);
    wev = r->connection->write;

    if (wev->timedout) {
        r->connection->timedout = 1;
        ngx_inbox_park_finish(e->r, NGX_ERROR);
        return;
    }

    ngx_inbox_export_go_on(e, ngx_http_output_filter(r, NULL));
}


/* found by its cleanup: a write handler is given the request alone */

static ngx_inbox_export_t *
ngx_inbox_export_of(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_inbox_export_free) {
            return cln->data;
        }
    }

    return NULL;
}


static void
ngx_inbox_export_gone(void *data)
{
    ngx_inbox_export_t *e = data;

    if (e->call != NULL) {
        ngx_inbox_store_forget(e->call);
        e->call = NULL;
    }
}


static void
ngx_inbox_export_free(void *data)
{
    ngx_inbox_export_t *e = data;

    if (e->page != NULL) {
        ngx_destroy_pool(e->page);
    }
}
