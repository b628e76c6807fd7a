
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The state between two steps is one small object in the request's pool, found
 * again by ctx->ask.  It is held (a reference to the request, an eye on its
 * client) from the first step that waits until a step has answered.
 */

#include "ngx_inbox_ask.h"
#include "ngx_inbox_bus.h"
#include "ngx_inbox_park.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_serve.h"


struct ngx_inbox_ask_s {
    ngx_inbox_ctx_t            *ctx;
    ngx_inbox_store_call_t     *call;      /* in flight, or NULL */
    ngx_inbox_settings_load_t  *load;      /* in flight, or NULL */
    ngx_inbox_sharer_t         *sharer;    /* in flight, or NULL */
    ngx_inbox_bus_proof_t      *proof;     /* in flight, or NULL */
    ngx_inbox_brought_t        *brought;   /* in flight, or NULL */
    ngx_inbox_fcall_t           fcall;     /* while it is */
    ngx_inbox_ask_pt            next;
    ngx_inbox_ask_line_pt       next_line;
    ngx_str_t                   channel;
    ngx_uint_t                  status;    /* of a success */
    unsigned                    held:1;
    unsigned                    repeated:1;
};


/* both changes of the registry of spaces */
typedef ngx_inbox_store_call_t *(*ngx_inbox_ask_registry_pt)(
    ngx_inbox_store_t *store, const ngx_str_t *space,
    ngx_inbox_store_done_pt done, void *data);


static ngx_int_t ngx_inbox_ask_registry(ngx_inbox_ctx_t *ctx,
    ngx_inbox_ask_registry_pt start, const ngx_str_t *space,
    ngx_inbox_ask_pt next);
static ngx_inbox_ask_t *ngx_inbox_ask_state(ngx_inbox_ctx_t *ctx);
static ngx_int_t ngx_inbox_ask_copy(ngx_inbox_ask_t *ask,
    const ngx_inbox_fcall_t *fcall);
static void ngx_inbox_ask_on_proof(void *data, ngx_int_t rc);
static ngx_int_t ngx_inbox_ask_wait(ngx_inbox_ask_t *ask);
static ngx_uint_t ngx_inbox_ask_is_waiting(ngx_inbox_ask_t *ask);
static void ngx_inbox_ask_on_answer(void *data, ngx_inbox_answer_t *answer);
static ngx_int_t ngx_inbox_ask_repeat(ngx_inbox_ask_t *ask,
    ngx_inbox_answer_t *answer);
static void ngx_inbox_ask_on_line(void *data, const ngx_inbox_line_t *line,
    ngx_inbox_answer_t *answer);
static void ngx_inbox_ask_end(ngx_inbox_ask_t *ask, ngx_int_t rc);
static void ngx_inbox_ask_gone(void *data);
static void ngx_inbox_ask_drop(ngx_inbox_ask_t *ask);

static ngx_int_t ngx_inbox_ask_on_body(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static ngx_int_t ngx_inbox_ask_on_changed(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static ngx_int_t ngx_inbox_ask_on_empty(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static ngx_int_t ngx_inbox_ask_away(ngx_http_request_t *r);


ngx_int_t
ngx_inbox_ask(ngx_inbox_ctx_t *ctx, ngx_inbox_fn_e fn, const ngx_str_t *args,
    ngx_uint_t n, ngx_inbox_ask_pt next)
{
    ngx_inbox_ask_t    *ask;
    ngx_inbox_fcall_t   fcall;

    ask = ngx_inbox_ask_state(ctx);
    if (ask == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    fcall.fn = fn;
    fcall.space = &ctx->space;
    fcall.args = args;
    fcall.n = n;

    ask->next = next;
    ask->call = ngx_inbox_store_call(ctx->worker->store, &fcall,
                                     ngx_inbox_ask_on_answer, ask);

    return ngx_inbox_ask_wait(ask);
}


ngx_int_t
ngx_inbox_ask_shared(ngx_inbox_ctx_t *ctx, const ngx_inbox_fcall_t *fcall,
    ngx_inbox_ask_pt next)
{
    ngx_inbox_ask_t  *ask;

    ask = ngx_inbox_ask_state(ctx);
    if (ask == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ask->next = next;

    if (ngx_inbox_share_recall(ctx->worker->share, fcall) != NULL
        && ngx_inbox_ask_copy(ask, fcall) == NGX_OK)
    {
        ask->proof = ngx_inbox_bus_prove(ctx->worker->bus,
                                         ngx_inbox_ask_on_proof, ask);
    }

    if (ask->proof == NULL) {
        ask->sharer = ngx_inbox_share_ask(ctx->worker->share, fcall,
                                          ngx_inbox_ask_on_answer, ask);
    }

    return ngx_inbox_ask_wait(ask);
}


ngx_int_t
ngx_inbox_ask_intake(ngx_inbox_ctx_t *ctx, const ngx_str_t *args, ngx_uint_t n,
    ngx_inbox_ask_pt next)
{
    ngx_inbox_ask_t  *ask;

    ask = ngx_inbox_ask_state(ctx);
    if (ask == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ask->next = next;
    ask->brought = ngx_inbox_intake_bring(ctx->worker->intake, &ctx->space,
                                          args, n, ngx_inbox_ask_on_answer,
                                          ask);

    return ngx_inbox_ask_wait(ask);
}


/* the strings are the request's own or constant, only their array is not */

static ngx_int_t
ngx_inbox_ask_copy(ngx_inbox_ask_t *ask, const ngx_inbox_fcall_t *fcall)
{
    ngx_str_t  *args;

    args = ngx_palloc(ask->ctx->r->pool, (fcall->n + 1) * sizeof(ngx_str_t));
    if (args == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(args, fcall->args, fcall->n * sizeof(ngx_str_t));

    ask->fcall = *fcall;
    ask->fcall.args = args;

    return NGX_OK;
}


static void
ngx_inbox_ask_on_proof(void *data, ngx_int_t rc)
{
    ngx_inbox_ask_t *ask = data;

    const ngx_inbox_recalled_t  *what;

    ask->proof = NULL;
    what = NULL;

    if (rc == NGX_OK) {
        what = ngx_inbox_share_recall(ask->ctx->worker->share, &ask->fcall);
    }

    if (what != NULL) {
        ngx_inbox_ask_end(ask, ngx_inbox_serve_again(ask->ctx, &what->body,
                                                     &what->tag));
        return;
    }

    ask->sharer = ngx_inbox_share_ask(ask->ctx->worker->share, &ask->fcall,
                                      ngx_inbox_ask_on_answer, ask);

    ngx_inbox_ask_end(ask, ngx_inbox_ask_wait(ask));
}


ngx_int_t
ngx_inbox_ask_store(ngx_inbox_ctx_t *ctx, ngx_inbox_ask_start_pt start,
    ngx_inbox_ask_pt next)
{
    ngx_inbox_ask_t  *ask;

    ask = ngx_inbox_ask_state(ctx);
    if (ask == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ask->next = next;
    ask->call = start(ctx->worker->store, ngx_inbox_ask_on_answer, ask);

    return ngx_inbox_ask_wait(ask);
}


ngx_int_t
ngx_inbox_ask_register(ngx_inbox_ctx_t *ctx, const ngx_str_t *space,
    ngx_inbox_ask_pt next)
{
    return ngx_inbox_ask_registry(ctx, ngx_inbox_store_register, space, next);
}


ngx_int_t
ngx_inbox_ask_unregister(ngx_inbox_ctx_t *ctx, const ngx_str_t *space,
    ngx_inbox_ask_pt next)
{
    return ngx_inbox_ask_registry(ctx, ngx_inbox_store_unregister, space, next);
}


static ngx_int_t
ngx_inbox_ask_registry(ngx_inbox_ctx_t *ctx, ngx_inbox_ask_registry_pt start,
    const ngx_str_t *space, ngx_inbox_ask_pt next)
{
    ngx_inbox_ask_t  *ask;

    ask = ngx_inbox_ask_state(ctx);
    if (ask == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ask->next = next;
    ask->call = start(ctx->worker->store, space, ngx_inbox_ask_on_answer, ask);

    return ngx_inbox_ask_wait(ask);
}


static ngx_inbox_ask_t *
ngx_inbox_ask_state(ngx_inbox_ctx_t *ctx)
{
    ngx_inbox_ask_t  *ask;

    ask = ctx->ask;

    if (ask != NULL) {
        return ask;
    }

    ask = ngx_pcalloc(ctx->r->pool, sizeof(ngx_inbox_ask_t));
    if (ask == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     ask->call = ask->load = ask->sharer = ask->proof = NULL;
     *     ask->brought = NULL;
     *     ask->held = 0;
     */

    ask->ctx = ctx;
    ctx->ask = ask;

    return ask;
}


static ngx_int_t
ngx_inbox_ask_wait(ngx_inbox_ask_t *ask)
{
    if (!ngx_inbox_ask_is_waiting(ask)) {
        return ngx_inbox_ask_away(ask->ctx->r);
    }

    ngx_inbox_trace_asked(&ask->ctx->trace);

    if (ask->held) {
        return NGX_DONE;
    }

    if (ngx_inbox_park_hold(ask->ctx->r, ngx_inbox_ask_gone, ask) != NGX_OK) {
        ngx_inbox_ask_drop(ask);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ask->held = 1;

    return NGX_DONE;
}


static ngx_uint_t
ngx_inbox_ask_is_waiting(ngx_inbox_ask_t *ask)
{
    return ask->call != NULL || ask->load != NULL || ask->sharer != NULL
           || ask->proof != NULL || ask->brought != NULL;
}


static void
ngx_inbox_ask_on_answer(void *data, ngx_inbox_answer_t *answer)
{
    ngx_inbox_ask_t *ask = data;

    ngx_int_t  rc;

    ask->call = NULL;
    ask->sharer = NULL;
    ask->brought = NULL;
    ngx_inbox_trace_told(&ask->ctx->trace);

    if (answer->stale && ask->next_line != NULL && !ask->repeated) {
        rc = ngx_inbox_ask_repeat(ask, answer);

    } else if (answer->status != NGX_HTTP_OK) {
        rc = ngx_inbox_ask_refuse(ask->ctx->r, answer);

    } else {
        rc = ask->next(ask->ctx, answer);
    }

    ngx_inbox_ask_end(ask, rc);
}


static ngx_int_t
ngx_inbox_ask_repeat(ngx_inbox_ask_t *ask, ngx_inbox_answer_t *answer)
{
    ask->repeated = 1;

    ngx_inbox_settings_drop(ask->ctx->worker->settings, &ask->ctx->space,
                            &ask->channel);

    return ngx_inbox_ask_line(ask->ctx, &ask->channel, 1, ask->next_line);
}


/* NGX_DONE: it asks on, is parked or has gone elsewhere; the request and all in
   it may be gone as well, so there is nothing to look at */

static void
ngx_inbox_ask_end(ngx_inbox_ask_t *ask, ngx_int_t rc)
{
    if (rc == NGX_DONE) {
        return;
    }

    ask->held = 0;
    ngx_inbox_park_finish(ask->ctx->r, rc);
}


static void
ngx_inbox_ask_gone(void *data)
{
    ngx_inbox_ask_t *ask = data;

    ask->held = 0;
    ngx_inbox_ask_drop(ask);
}


static void
ngx_inbox_ask_drop(ngx_inbox_ask_t *ask)
{
    if (ask->call != NULL) {
        ngx_inbox_store_forget(ask->call);
        ask->call = NULL;
    }

    if (ask->load != NULL) {
        ngx_inbox_settings_forget(ask->load);
        ask->load = NULL;
    }

    if (ask->sharer != NULL) {
        ngx_inbox_share_forget(ask->sharer);
        ask->sharer = NULL;
    }

    if (ask->proof != NULL) {
        ngx_inbox_bus_forget(ask->proof);
        ask->proof = NULL;
    }

    if (ask->brought != NULL) {
        ngx_inbox_intake_forget(ask->brought);
        ask->brought = NULL;
    }
}


ngx_int_t
ngx_inbox_ask_line(ngx_inbox_ctx_t *ctx, const ngx_str_t *channel,
    ngx_uint_t fresh, ngx_inbox_ask_line_pt next)
{
    ngx_inbox_ask_t         *ask;
    const ngx_inbox_line_t  *line;

    ask = ngx_inbox_ask_state(ctx);
    if (ask == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ask->channel = *channel;
    ask->next_line = next;

    if (!fresh) {
        line = ngx_inbox_settings_find(ctx->worker->settings, &ctx->space,
                                       channel);
        if (line != NULL) {
            return next(ctx, line);
        }
    }

    ask->load = ngx_inbox_settings_load(ctx->worker->settings, &ctx->space,
                                        channel, ngx_inbox_ask_on_line, ask);

    return ngx_inbox_ask_wait(ask);
}


static void
ngx_inbox_ask_on_line(void *data, const ngx_inbox_line_t *line,
    ngx_inbox_answer_t *answer)
{
    ngx_inbox_ask_t *ask = data;

    ngx_int_t  rc;

    ask->load = NULL;

    if (line == NULL) {
        rc = ngx_inbox_ask_refuse(ask->ctx->r, answer);

    } else {
        rc = ask->next_line(ask->ctx, line);
    }

    ngx_inbox_ask_end(ask, rc);
}


ngx_int_t
ngx_inbox_ask_elsewhere(ngx_inbox_ctx_t *ctx, ngx_str_t *uri)
{
    ngx_uint_t        held;
    ngx_inbox_ask_t  *ask;

    ask = ctx->ask;
    held = (ask != NULL && ask->held);

    (void) ngx_http_internal_redirect(ctx->r, uri, NULL);

    if (held) {
        ask->held = 0;
        ngx_inbox_park_finish(ctx->r, NGX_DONE);
    }

    return NGX_DONE;
}


ngx_int_t
ngx_inbox_ask_body(ngx_inbox_ctx_t *ctx, ngx_inbox_fn_e fn,
    const ngx_str_t *args, ngx_uint_t n)
{
    return ngx_inbox_ask(ctx, fn, args, n, ngx_inbox_ask_on_body);
}


static ngx_int_t
ngx_inbox_ask_on_body(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    ngx_str_t  body;

    body = ngx_inbox_ask_text(answer);

    return ngx_inbox_reply_json(ctx->r, NGX_HTTP_OK, &body,
                                NGX_INBOX_REPLY_ETAG);
}


ngx_int_t
ngx_inbox_ask_changed(ngx_inbox_ctx_t *ctx, ngx_inbox_fn_e fn,
    const ngx_str_t *args, ngx_uint_t n, ngx_uint_t status)
{
    ngx_inbox_ask_t  *ask;

    ask = ngx_inbox_ask_state(ctx);
    if (ask == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ask->status = status;

    return ngx_inbox_ask(ctx, fn, args, n, ngx_inbox_ask_on_changed);
}


static ngx_int_t
ngx_inbox_ask_on_changed(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    ngx_str_t         body;
    ngx_inbox_ask_t  *ask;

    ask = ctx->ask;
    body = ngx_inbox_ask_text(answer);

    return ngx_inbox_reply_json(ctx->r, ask->status, &body, 0);
}


ngx_int_t
ngx_inbox_ask_empty(ngx_inbox_ctx_t *ctx, ngx_inbox_fn_e fn,
    const ngx_str_t *args, ngx_uint_t n)
{
    return ngx_inbox_ask(ctx, fn, args, n, ngx_inbox_ask_on_empty);
}


static ngx_int_t
ngx_inbox_ask_on_empty(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    return ngx_inbox_reply_empty(ctx->r);
}


static ngx_int_t
ngx_inbox_ask_away(ngx_http_request_t *r)
{
    return ngx_inbox_reply_problem(r, NGX_HTTP_SERVICE_UNAVAILABLE,
                                   "store_unavailable",
                                   "the store does not answer, try again");
}
