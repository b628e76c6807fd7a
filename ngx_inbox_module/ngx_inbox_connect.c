
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Two jobs with the platform, one after the other:
 *
 *     may he? -> check -> keep what it told -> connect -> write it down -> 200
 *
 * What the check has learned and the platform will ask for (a code) is among
 * the channel's credentials before the second job begins, for the platform asks
 * while that is under way.  Whichever worker is asked then has to know it: the
 * notice of the change is out before the store has answered us.
 *
 * Client left:  the job under way is broken off; asking again does no harm.
 */

#include "ngx_inbox_connect.h"
#include "ngx_inbox_ask.h"
#include "ngx_inbox_crypt.h"
#include "ngx_inbox_exchange.h"
#include "ngx_inbox_json.h"
#include "ngx_inbox_park.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_text.h"


/* of each request: somebody waits for the answer */
#define NGX_INBOX_CONNECT_TIMEOUT  10000  /* ms */
/* credentials that a check may tell of */
#define NGX_INBOX_CONNECT_KEPT     4


typedef struct {
    ngx_inbox_ctx_t            *ctx;
    ngx_inbox_exchange_t       *exchange;   /* under way, or NULL */
    const ngx_inbox_channel_t  *channel;
    ngx_inbox_job_t             job;
    ngx_str_t                   hook_url;
    ngx_str_t                   account;
    ngx_str_t                   note;
    ngx_str_t                   words;      /* why not, or len 0 */
    ngx_str_t                   keep[2 + 2 * NGX_INBOX_CONNECT_KEPT];
    ngx_uint_t                  nkeep;
} ngx_inbox_connect_t;


static ngx_int_t ngx_inbox_connect_on_allowed(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static ngx_int_t ngx_inbox_connect_on_line(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line);
static ngx_int_t ngx_inbox_connect_start(ngx_inbox_connect_t *c,
    ngx_inbox_job_kind_e kind, ngx_inbox_exchange_done_pt done);
static void ngx_inbox_connect_on_gone(void *data);

static void ngx_inbox_connect_on_checked(void *data,
    ngx_inbox_exchanged_t *how);
static ngx_int_t ngx_inbox_connect_keep(ngx_inbox_connect_t *c);
static ngx_int_t ngx_inbox_connect_seal(ngx_inbox_connect_t *c,
    const ngx_keyval_t *kv);
static ngx_int_t ngx_inbox_connect_on_kept(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static void ngx_inbox_connect_on_connected(void *data,
    ngx_inbox_exchanged_t *how);

static ngx_int_t ngx_inbox_connect_copy(ngx_inbox_connect_t *c,
    const ngx_str_t *from, ngx_str_t *to);
static ngx_int_t ngx_inbox_connect_failed(ngx_inbox_connect_t *c,
    ngx_inbox_exchanged_t *how);
static ngx_int_t ngx_inbox_connect_write(ngx_inbox_connect_t *c);
static ngx_int_t ngx_inbox_connect_on_written(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static ngx_int_t ngx_inbox_connect_answer(ngx_inbox_connect_t *c,
    ngx_uint_t registered);


ngx_int_t
ngx_inbox_connect(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t             args[3];
    ngx_http_cleanup_t   *cln;
    ngx_inbox_connect_t  *c;

    cln = ngx_http_cleanup_add(ctx->r, sizeof(ngx_inbox_connect_t));
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    c = cln->data;
    ngx_memzero(c, sizeof(ngx_inbox_connect_t));

    c->ctx = ctx;
    ctx->state = c;
    cln->handler = ngx_inbox_connect_on_gone;

    if (ngx_inbox_ctx_hook_url(ctx, &ctx->param[0], &c->hook_url) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    args[0] = ctx->who;
    args[1] = ctx->param[0];
    args[2] = c->hook_url;

    return ngx_inbox_ask(ctx, NGX_INBOX_FN_CHANNEL_GET, args, 3,
                         ngx_inbox_connect_on_allowed);
}


static ngx_int_t
ngx_inbox_connect_on_allowed(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    return ngx_inbox_ask_line(ctx, &ctx->param[0], 1,
                              ngx_inbox_connect_on_line);
}


static ngx_int_t
ngx_inbox_connect_on_line(ngx_inbox_ctx_t *ctx, const ngx_inbox_line_t *line)
{
    ngx_inbox_connect_t *c = ctx->state;

    c->channel = ngx_inbox_channel_find(&line->kind);

    if (c->channel == NULL
        || ngx_inbox_channel_talk(c->channel, NGX_INBOX_JOB_CONNECT) == NULL)
    {
        ngx_str_set(&c->note, "this kind has nowhere to register: whoever "
                    "sends needs hook_url and the channel's secret");
        return ngx_inbox_connect_answer(c, 0);
    }

    return ngx_inbox_connect_start(c, NGX_INBOX_JOB_CHECK,
                                   ngx_inbox_connect_on_checked);
}


static ngx_int_t
ngx_inbox_connect_start(ngx_inbox_connect_t *c, ngx_inbox_job_kind_e kind,
    ngx_inbox_exchange_done_pt done)
{
    ngx_inbox_exchange_ask_t  ask;

    ngx_memzero(&c->job, sizeof(ngx_inbox_job_t));
    c->job.kind = kind;
    c->job.url = c->hook_url;

    ngx_memzero(&ask, sizeof(ngx_inbox_exchange_ask_t));
    ask.space = &c->ctx->space;
    ask.channel = &c->ctx->param[0];
    ask.job = &c->job;
    ask.timeout = NGX_INBOX_CONNECT_TIMEOUT;
    ask.off = 1;
    ask.done = done;
    ask.data = c;

    c->exchange = ngx_inbox_exchange_start(c->ctx->worker, &ask);

    if (c->exchange == NULL) {
        return ngx_inbox_reply_problem(c->ctx->r, NGX_HTTP_SERVICE_UNAVAILABLE,
                                       "store_unavailable",
                                       "the store does not answer, try again");
    }

    return NGX_DONE;
}


/* the request ends, whatever ended it */

static void
ngx_inbox_connect_on_gone(void *data)
{
    ngx_inbox_connect_t *c = data;

    if (c->exchange != NULL) {
        ngx_inbox_exchange_forget(c->exchange);
        c->exchange = NULL;
    }
}


static void
ngx_inbox_connect_on_checked(void *data, ngx_inbox_exchanged_t *how)
{
    ngx_inbox_connect_t *c = data;

    ngx_int_t   rc;
    ngx_str_t   account;

    c->exchange = NULL;

    if (how->verdict.outcome != NGX_INBOX_SENT) {
        rc = ngx_inbox_connect_failed(c, how);

    } else {
        account = ngx_inbox_channel_memo(&c->job, "account");
        rc = ngx_inbox_connect_copy(c, &account, &c->account);

        if (rc == NGX_OK) {
            rc = ngx_inbox_connect_keep(c);
        }
    }

    if (rc != NGX_DONE) {
        ngx_inbox_park_finish(c->ctx->r, rc);
    }
}


/* what the check told and the kind has a credential for */

static ngx_int_t
ngx_inbox_connect_keep(ngx_inbox_connect_t *c)
{
    ngx_uint_t     i;
    ngx_keyval_t  *kv;

    c->keep[0] = c->ctx->who;
    c->keep[1] = c->ctx->param[0];
    c->nkeep = 2;

    kv = (c->job.memo != NULL) ? c->job.memo->elts : NULL;

    for (i = 0; kv != NULL && i < c->job.memo->nelts; i++) {
        if (ngx_inbox_connect_seal(c, &kv[i]) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    if (c->nkeep > 2) {
        return ngx_inbox_ask(c->ctx, NGX_INBOX_FN_CHANNEL_KEEP, c->keep,
                             c->nkeep, ngx_inbox_connect_on_kept);
    }

    return ngx_inbox_connect_start(c, NGX_INBOX_JOB_CONNECT,
                                   ngx_inbox_connect_on_connected);
}


static ngx_int_t
ngx_inbox_connect_seal(ngx_inbox_connect_t *c, const ngx_keyval_t *kv)
{
    ngx_str_t         aad, name;
    ngx_uint_t        i;
    ngx_inbox_ctx_t  *ctx;

    ctx = c->ctx;

    for (i = 0; c->channel->credentials[i]; i++) {
        name.data = (u_char *) c->channel->credentials[i];
        name.len = ngx_strlen(c->channel->credentials[i]);

        if (kv->value.len == 0 || name.len != kv->key.len
            || ngx_memcmp(name.data, kv->key.data, name.len) != 0
            || c->nkeep == 2 + 2 * NGX_INBOX_CONNECT_KEPT)
        {
            continue;
        }

        c->keep[c->nkeep++] = name;

        return (ngx_inbox_settings_aad(ctx->r->pool, &ctx->space,
                                       &ctx->param[0], &name, &aad)
                == NGX_OK
                && ngx_inbox_crypt_seal(ctx->r->pool,
                                        &ctx->worker->conf->secret, &aad,
                                        &kv->value, &c->keep[c->nkeep++])
                   == NGX_OK)
               ? NGX_OK : NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_connect_on_kept(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    ngx_inbox_settings_drop(ctx->worker->settings, &ctx->space,
                            &ctx->param[0]);

    return ngx_inbox_connect_start(ctx->state, NGX_INBOX_JOB_CONNECT,
                                   ngx_inbox_connect_on_connected);
}


static void
ngx_inbox_connect_on_connected(void *data, ngx_inbox_exchanged_t *how)
{
    ngx_inbox_connect_t *c = data;

    ngx_int_t  rc;
    ngx_str_t  note;

    c->exchange = NULL;

    if (how->verdict.outcome != NGX_INBOX_SENT) {
        rc = ngx_inbox_connect_failed(c, how);

    } else {
        note = ngx_inbox_channel_memo(&c->job, "note");
        rc = ngx_inbox_connect_copy(c, &note, &c->note);

        if (rc == NGX_OK) {
            rc = ngx_inbox_connect_write(c);
        }
    }

    if (rc != NGX_DONE) {
        ngx_inbox_park_finish(c->ctx->r, rc);
    }
}


/* the exchange's memory is gone when we return to it */

static ngx_int_t
ngx_inbox_connect_copy(ngx_inbox_connect_t *c, const ngx_str_t *from,
    ngx_str_t *to)
{
    return (ngx_inbox_text_copy(c->ctx->r->pool, to, from) == NGX_OK)
           ? NGX_OK : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


static ngx_int_t
ngx_inbox_connect_failed(ngx_inbox_connect_t *c, ngx_inbox_exchanged_t *how)
{
    ngx_int_t  rc;
    ngx_str_t  words;

    words = how->verdict.error;

    if (words.len == 0) {
        ngx_str_set(&words, "the platform could not be asked, try again");
    }

    rc = ngx_inbox_connect_copy(c, &words, &c->words);

    return (rc == NGX_OK) ? ngx_inbox_connect_write(c) : rc;
}


static ngx_int_t
ngx_inbox_connect_write(ngx_inbox_connect_t *c)
{
    ngx_str_t  args[5];

    args[0] = c->ctx->who;
    args[1] = c->ctx->param[0];
    args[2] = c->account;
    args[3] = c->note;
    args[4] = c->words;

    return ngx_inbox_ask(c->ctx, NGX_INBOX_FN_CONNECTED, args, 5,
                         ngx_inbox_connect_on_written);
}


static ngx_int_t
ngx_inbox_connect_on_written(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    ngx_str_t             code = ngx_string("platform_refused"), more;
    ngx_inbox_connect_t  *c;

    c = ctx->state;

    if (c->words.len == 0) {
        return ngx_inbox_connect_answer(c, 1);
    }

    ngx_str_null(&more);

    return ngx_inbox_reply_problem_str(ctx->r, NGX_HTTP_BAD_GATEWAY, &code,
                                       &c->words, &more);
}


static ngx_int_t
ngx_inbox_connect_answer(ngx_inbox_connect_t *c, ngx_uint_t registered)
{
    ngx_str_t                body;
    ngx_inbox_json_writer_t  w;

    ngx_inbox_json_begin(&w, c->ctx->r->pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "registered");
    ngx_inbox_json_put_bool(&w, registered);
    ngx_inbox_json_key(&w, "account");
    ngx_inbox_json_put_or_null(&w, &c->account);
    ngx_inbox_json_key(&w, "note");
    ngx_inbox_json_put_or_null(&w, &c->note);
    ngx_inbox_json_key(&w, "hook_url");

    if (c->channel != NULL && c->channel->verify != NULL) {
        ngx_inbox_json_put(&w, &c->hook_url);

    } else {
        ngx_inbox_json_raw(&w, "null", 4);
    }

    ngx_inbox_json_close(&w, '}');

    if (ngx_inbox_json_end(&w, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_inbox_reply_json(c->ctx->r, NGX_HTTP_OK, &body, 0);
}
