
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Park, ask, sleep: in this order, so that no notice falls between an answer
 * and the sleep.  What is kept meanwhile is in ngx_inbox_poll_record.c.
 */

#include "ngx_inbox_poll_own.h"
#include "ngx_inbox_ask.h"
#include "ngx_inbox_audience.h"
#include "ngx_inbox_bus.h"
#include "ngx_inbox_census.h"
#include "ngx_inbox_cors.h"
#include "ngx_inbox_park.h"
#include "ngx_inbox_receipt.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_said.h"
#include "ngx_inbox_serve.h"
#include "ngx_inbox_share.h"
#include "ngx_inbox_topic.h"
#include "ngx_inbox_typing.h"


/* a visitor's question: channel, its rev, user, since, before, limit */
#define NGX_INBOX_POLL_SINCE  3

/* seconds: by then some of the address may have been answered */
#define NGX_INBOX_POLL_RETRY  10


/* how a request ends: ngx_inbox_park_end() within the content handler, else
   ngx_inbox_park_finish() */
typedef void (*ngx_inbox_poll_finish_pt)(ngx_http_request_t *r, ngx_int_t rc);


static ngx_int_t ngx_inbox_poll_busy(ngx_inbox_ctx_t *ctx,
    ngx_inbox_park_busy_e busy);
static ngx_uint_t ngx_inbox_poll_recall(ngx_inbox_parked_t *p,
    ngx_inbox_ctx_t *ctx, const ngx_inbox_poll_t *poll);
static void ngx_inbox_poll_fcall(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_poll_t *poll, ngx_inbox_fcall_t *fcall);
static ngx_int_t ngx_inbox_poll_ask(ngx_inbox_parked_t *p);
static void ngx_inbox_poll_on_answer(void *data, ngx_inbox_answer_t *answer);
static void ngx_inbox_poll_space(ngx_inbox_poll_record_t *rec,
    ngx_inbox_answer_t *answer);
static ngx_uint_t ngx_inbox_poll_is_empty(ngx_inbox_answer_t *answer);
static void ngx_inbox_poll_doze(ngx_inbox_parked_t *p,
    ngx_inbox_answer_t *answer);
static ngx_int_t ngx_inbox_poll_typing(ngx_inbox_parked_t *p,
    ngx_inbox_answer_t *answer, ngx_str_t *json);
static void ngx_inbox_poll_answer(ngx_inbox_parked_t *p,
    ngx_inbox_answer_t *answer);
static ngx_http_request_t *ngx_inbox_poll_rise(ngx_inbox_parked_t *p,
    ngx_inbox_poll_finish_pt finish);
static void ngx_inbox_poll_refuse(ngx_inbox_parked_t *p,
    ngx_inbox_poll_finish_pt finish);
static void ngx_inbox_poll_hear(ngx_inbox_parked_t *p, const void *said);
static void ngx_inbox_poll_wake(ngx_inbox_parked_t *p, ngx_inbox_wake_e why);
static void ngx_inbox_poll_gone(ngx_inbox_parked_t *p);
static ngx_int_t ngx_inbox_poll_once(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_poll_t *poll);
static ngx_int_t ngx_inbox_poll_on_once(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static ngx_int_t ngx_inbox_poll_send(ngx_http_request_t *r,
    ngx_inbox_answer_t *answer, const ngx_inbox_main_conf_t *conf,
    const ngx_str_t *space);


static const ngx_inbox_park_owner_t  ngx_inbox_poll_owner = {
    ngx_inbox_poll_wake,
    ngx_inbox_poll_gone,
    ngx_inbox_poll_hear,
    ngx_inbox_poll_dress
};


ngx_int_t
ngx_inbox_poll(ngx_inbox_ctx_t *ctx, const ngx_inbox_poll_t *poll)
{
    size_t                    size;
    ngx_inbox_parked_t       *p;
    ngx_inbox_park_busy_e     busy;
    ngx_inbox_park_terms_t    terms;
    ngx_inbox_poll_record_t  *rec;

    if (poll->wait == 0) {
        return ngx_inbox_poll_once(ctx, poll);
    }

    rec = ngx_inbox_poll_record(ctx, poll, &size);
    if (rec == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_inbox_bus_follow(ctx->worker->bus, &ctx->space) == NGX_ERROR) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* park before asking: a notice may arrive while the answer is on its way */

    terms.topic = &poll->topic;
    terms.wait = poll->wait;
    terms.owner = &ngx_inbox_poll_owner;
    terms.record = rec;
    terms.size = size;
    terms.stranger = (poll->fn == NGX_INBOX_FN_VISITOR);

    p = ngx_inbox_park_add(ctx->worker->park, ctx->r, &terms, &busy);

    if (p == NULL) {
        return ngx_inbox_poll_busy(ctx, busy);
    }

    ngx_inbox_census_add(ctx->worker->census, &ctx->space);

    if (!ngx_inbox_poll_recall(p, ctx, poll)
        && ngx_inbox_poll_ask(p) != NGX_OK)
    {
        ngx_inbox_poll_refuse(p, ngx_inbox_park_end);
    }

    return NGX_DONE;
}


static ngx_int_t
ngx_inbox_poll_busy(ngx_inbox_ctx_t *ctx, ngx_inbox_park_busy_e busy)
{
    static const ngx_str_t  crowd =
                           ngx_string("too many polls of this address wait");

    switch (busy) {

    case NGX_INBOX_PARK_FULL:
        return ngx_inbox_reply_problem(ctx->r, NGX_HTTP_SERVICE_UNAVAILABLE,
                                       "busy", "too many are waiting");

    case NGX_INBOX_PARK_CROWD:
        return ngx_inbox_reply_limited(ctx->r, NGX_INBOX_POLL_RETRY, &crowd);

    default:
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
}


/* 1: memory knows that there is no answer yet; if that is not true any more,
   the notice that says so is on its way, and wakes it */

static ngx_uint_t
ngx_inbox_poll_recall(ngx_inbox_parked_t *p, ngx_inbox_ctx_t *ctx,
    const ngx_inbox_poll_t *poll)
{
    ngx_inbox_fcall_t            fcall;
    ngx_inbox_poll_record_t     *rec;
    const ngx_inbox_recalled_t  *what;

    ngx_inbox_poll_fcall(ctx, poll, &fcall);
    what = ngx_inbox_share_recall(ctx->worker->share, &fcall);

    if (what == NULL || !what->empty) {
        return 0;
    }

    rec = ngx_inbox_park_record(p);
    rec->first = 0;
    ngx_inbox_audience_hear(p, &ctx->space, &what->rest);
    ngx_inbox_park_sleep(p);

    return 1;
}


static void
ngx_inbox_poll_fcall(ngx_inbox_ctx_t *ctx, const ngx_inbox_poll_t *poll,
    ngx_inbox_fcall_t *fcall)
{
    fcall->fn = poll->fn;
    fcall->space = &ctx->space;
    fcall->args = poll->args;
    fcall->n = poll->n;
}


static ngx_int_t
ngx_inbox_poll_ask(ngx_inbox_parked_t *p)
{
    ngx_inbox_fcall_t          fcall;
    ngx_inbox_poll_record_t   *rec;
    ngx_inbox_poll_strings_t   s;

    rec = ngx_inbox_park_record(p);
    ngx_inbox_poll_strings(rec, &s);

    fcall.fn = (ngx_inbox_fn_e) rec->fn;
    fcall.space = &s.space;
    fcall.args = s.arg;
    fcall.n = rec->n;

    rec->call = ngx_inbox_share_ask(rec->worker->share, &fcall,
                                    ngx_inbox_poll_on_answer, p);

    return (rec->call != NULL) ? NGX_OK : NGX_ERROR;
}


static void
ngx_inbox_poll_on_answer(void *data, ngx_inbox_answer_t *answer)
{
    ngx_inbox_parked_t *p = data;

    ngx_uint_t                first;
    ngx_inbox_poll_record_t  *rec;

    rec = ngx_inbox_park_record(p);
    rec->call = NULL;

    first = rec->first;
    rec->first = 0;

    if (first) {
        ngx_inbox_poll_space(rec, answer);
    }

    if (rec->last) {
        ngx_inbox_poll_answer(p, answer);
        return;
    }

    if (answer->status == NGX_HTTP_OK) {

        if (ngx_inbox_poll_is_empty(answer)) {
            ngx_inbox_poll_doze(p, answer);
            return;
        }

    } else if (answer->status == NGX_HTTP_SERVICE_UNAVAILABLE && !first) {
        ngx_inbox_park_sleep(p);
        return;
    }

    ngx_inbox_poll_answer(p, answer);
}


/* who is refused must not leave a subscription behind */

static void
ngx_inbox_poll_space(ngx_inbox_poll_record_t *rec, ngx_inbox_answer_t *answer)
{
    ngx_inbox_poll_strings_t  s;

    ngx_inbox_poll_strings(rec, &s);

    if (answer->status == NGX_HTTP_OK) {
        ngx_inbox_bus_keep(rec->worker->bus, &s.space);

    } else if (answer->status != NGX_HTTP_SERVICE_UNAVAILABLE) {
        ngx_inbox_bus_leave(rec->worker->bus, &s.space);
    }
}


static ngx_uint_t
ngx_inbox_poll_is_empty(ngx_inbox_answer_t *answer)
{
    ngx_inbox_redis_value_t  *v;

    v = answer->value;

    return v->type == NGX_INBOX_REDIS_ARRAY
           && v->n >= 3
           && v->item[2]->type == NGX_INBOX_REDIS_INTEGER
           && v->item[2]->integer == 0;
}


/* nothing to say, or only that somebody writes */

static void
ngx_inbox_poll_doze(ngx_inbox_parked_t *p, ngx_inbox_answer_t *answer)
{
    ngx_str_t                  json, empty;
    ngx_http_request_t        *r;
    ngx_inbox_poll_strings_t   s;

    ngx_inbox_poll_strings(ngx_inbox_park_record(p), &s);
    ngx_inbox_audience_learn(p, &s.space, answer);

    if (ngx_inbox_poll_typing(p, answer, &json) != NGX_OK) {
        ngx_inbox_park_sleep(p);
        return;
    }

    empty = ngx_inbox_ask_text(answer);
    r = ngx_inbox_poll_rise(p, ngx_inbox_park_finish);

    if (r != NULL) {
        ngx_inbox_park_finish(r, ngx_inbox_serve_typing(r, &empty, &json));
    }
}


/* transcripts only; NGX_OK: json is borrowed from the worker */

static ngx_int_t
ngx_inbox_poll_typing(ngx_inbox_parked_t *p, ngx_inbox_answer_t *answer,
    ngx_str_t *json)
{
    u_char                     out[NGX_INBOX_TOPIC_SIZE];
    ngx_str_t                  topic, *reader;
    ngx_inbox_redis_value_t   *v;
    ngx_inbox_poll_record_t   *rec;
    ngx_inbox_poll_strings_t   s;

    rec = ngx_inbox_park_record(p);
    v = answer->value;

    if (rec->typing == ngx_inbox_typing_mark(rec->worker->typing)
        || v->n < 4
        || v->item[3]->type != NGX_INBOX_REDIS_STRING)
    {
        return NGX_DECLINED;
    }

    ngx_inbox_poll_strings(rec, &s);

    if (rec->fn == NGX_INBOX_FN_VISITOR) {
        ngx_inbox_topic_visitor(out, &s.space, &s.channel, &s.user,
                                     &topic);
        reader = NULL;

    } else if (rec->fn == NGX_INBOX_FN_TRANSCRIPT) {
        ngx_inbox_topic_chat(out, &s.space, &s.arg[1], &topic);
        reader = &v->item[3]->str;

    } else {
        return NGX_DECLINED;
    }

    return ngx_inbox_typing_since(rec->worker->typing, &topic, rec->typing,
                                  reader, json);
}


static void
ngx_inbox_poll_answer(ngx_inbox_parked_t *p, ngx_inbox_answer_t *answer)
{
    ngx_http_request_t        *r;
    ngx_inbox_poll_record_t   *rec;
    ngx_inbox_main_conf_t     *conf;
    ngx_inbox_poll_strings_t   s;
    u_char                     space[NGX_INBOX_MAX_ID];

    rec = ngx_inbox_park_record(p);
    ngx_inbox_poll_strings(rec, &s);

    conf = s.user.len ? rec->worker->conf : NULL;
    ngx_memcpy(space, s.space.data, ngx_min(s.space.len, NGX_INBOX_MAX_ID));

    /* before rising, which frees the record the strings are in */

    if (s.channel.len) {
        ngx_inbox_receipt_note(rec->worker->receipts, &s.space, answer);
    }

    r = ngx_inbox_poll_rise(p, ngx_inbox_park_finish);

    if (r != NULL) {
        s.space.data = space;
        ngx_inbox_park_finish(r, ngx_inbox_poll_send(r, answer, conf,
                                                     &s.space));
    }
}


/* the request was made anew: the headers that it had are gone.  NULL: it has
   ended */

static ngx_http_request_t *
ngx_inbox_poll_rise(ngx_inbox_parked_t *p, ngx_inbox_poll_finish_pt finish)
{
    ngx_uint_t                 cors;
    ngx_http_request_t        *r;
    ngx_inbox_poll_record_t   *rec;
    ngx_inbox_poll_strings_t   s;

    rec = ngx_inbox_park_record(p);
    cors = rec->cors;
    ngx_inbox_poll_strings(rec, &s);
    ngx_inbox_census_remove(rec->worker->census, &s.space);
    ngx_inbox_said_free(rec->said);

    r = ngx_inbox_park_rise(p);

    if (r != NULL && cors && ngx_inbox_cors_again(r) != NGX_OK) {
        finish(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return NULL;
    }

    return r;
}


static void
ngx_inbox_poll_refuse(ngx_inbox_parked_t *p, ngx_inbox_poll_finish_pt finish)
{
    ngx_http_request_t  *r;

    r = ngx_inbox_poll_rise(p, finish);

    if (r != NULL) {
        finish(r, ngx_inbox_reply_problem(r, NGX_HTTP_SERVICE_UNAVAILABLE,
                                      "store_unavailable",
                                      "the store does not answer, try again"));
    }
}


/*
 * A poll that lies asleep knows all there was before its since, and has been
 * told of everything after it: so the first thing that it is told, when it is
 * one message and nothing else, is its answer.  Whatever comes besides leaves
 * the answer to the store.
 */

static void
ngx_inbox_poll_hear(ngx_inbox_parked_t *p, const void *said)
{
    ngx_uint_t                first;
    ngx_inbox_poll_record_t   *rec;
    ngx_inbox_poll_strings_t   s;

    rec = ngx_inbox_park_record(p);

    if (rec->fn != NGX_INBOX_FN_VISITOR) {
        return;
    }

    first = !rec->told;
    rec->told = 1;

    ngx_inbox_said_free(rec->said);
    rec->said = NULL;

    if (first && said != NULL) {
        ngx_inbox_poll_strings(rec, &s);
        rec->said = ngx_inbox_said_make(said, &s.arg[NGX_INBOX_POLL_SINCE],
                                        rec->worker->log);
    }
}


static void
ngx_inbox_poll_wake(ngx_inbox_parked_t *p, ngx_inbox_wake_e why)
{
    ngx_inbox_said_t          *said;
    ngx_inbox_poll_record_t   *rec;
    ngx_inbox_poll_strings_t   s;

    rec = ngx_inbox_park_record(p);
    said = rec->said;
    rec->said = NULL;
    rec->told = 0;

    if (said != NULL) {
        ngx_inbox_poll_answer(p, ngx_inbox_said_answer(said));
        ngx_inbox_said_free(said);
        return;
    }

    if (why == NGX_INBOX_WAKE_REVOKED || why == NGX_INBOX_WAKE_AGAIN) {
        ngx_inbox_poll_strings(rec, &s);
        ngx_inbox_audience_forget(p, &s.space);
    }

    rec->last = (why == NGX_INBOX_WAKE_TIMEOUT || why == NGX_INBOX_WAKE_EXIT);

    if (ngx_inbox_poll_ask(p) == NGX_OK) {
        return;
    }

    if (rec->last) {
        ngx_inbox_poll_refuse(p, ngx_inbox_park_finish);
        return;
    }

    ngx_inbox_park_sleep(p);
}


static void
ngx_inbox_poll_gone(ngx_inbox_parked_t *p)
{
    ngx_inbox_poll_record_t   *rec;
    ngx_inbox_poll_strings_t   s;

    rec = ngx_inbox_park_record(p);

    ngx_inbox_poll_strings(rec, &s);
    ngx_inbox_census_remove(rec->worker->census, &s.space);
    ngx_inbox_said_free(rec->said);

    if (rec->call != NULL) {
        ngx_inbox_share_forget(rec->call);
    }
}


static ngx_int_t
ngx_inbox_poll_once(ngx_inbox_ctx_t *ctx, const ngx_inbox_poll_t *poll)
{
    ngx_inbox_fcall_t  fcall;

    ngx_inbox_poll_fcall(ctx, poll, &fcall);

    return ngx_inbox_ask_shared(ctx, &fcall, ngx_inbox_poll_on_once);
}


static ngx_int_t
ngx_inbox_poll_on_once(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    if (ctx->visitor.len) {
        ngx_inbox_receipt_note(ctx->worker->receipts, &ctx->space, answer);
    }

    return ngx_inbox_poll_send(ctx->r, answer,
                               ctx->visitor.len ? ctx->worker->conf : NULL,
                               &ctx->space);
}


/* conf: of whose links are to be signed; or NULL */

static ngx_int_t
ngx_inbox_poll_send(ngx_http_request_t *r, ngx_inbox_answer_t *answer,
    const ngx_inbox_main_conf_t *conf, const ngx_str_t *space)
{
    ngx_str_t  body;

    if (answer->status != NGX_HTTP_OK) {
        return ngx_inbox_ask_refuse(r, answer);
    }

    body = ngx_inbox_ask_text(answer);

    return conf ? ngx_inbox_serve_signed(r, conf, space, &body)
                : ngx_inbox_reply_json(r, NGX_HTTP_OK, &body,
                                       NGX_INBOX_REPLY_ETAG);
}
