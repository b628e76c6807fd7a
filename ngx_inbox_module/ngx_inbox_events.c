
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A replay is what the webhook did, without its signature, which was right when
 * it came: the body is read by the channel as it reads one today, and stored by
 * the same function.  What is known already is known again, so a replay can do
 * no harm.
 */

#include "ngx_inbox_events.h"
#include "ngx_inbox_ask.h"
#include "ngx_inbox_message.h"
#include "ngx_inbox_query.h"
#include "ngx_inbox_record.h"
#include "ngx_inbox_reply.h"


/* what a replay keeps between its steps */
typedef struct {
    ngx_str_t   *events;    /* 16 arguments of each */
    ngx_uint_t   odd;
} ngx_inbox_events_t;


static ngx_int_t ngx_inbox_events_on_health(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static ngx_int_t ngx_inbox_events_on_body(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static ngx_int_t ngx_inbox_events_on_line(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line);
static ngx_str_t ngx_inbox_events_header(void *data, const char *name);
static ngx_int_t ngx_inbox_events_store(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line, ngx_array_t *events);
static ngx_int_t ngx_inbox_events_on_stored(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static ngx_int_t ngx_inbox_events_answer(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_redis_value_t *results);


ngx_int_t
ngx_inbox_events_health(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  args[2];

    args[0] = ctx->who;
    args[1] = ctx->param[0];

    return ngx_inbox_ask(ctx, NGX_INBOX_FN_HEALTH, args, 2,
                         ngx_inbox_events_on_health);
}


/* with what only the configuration knows, at its end */

static ngx_int_t
ngx_inbox_events_on_health(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    u_char                     *p;
    ngx_str_t                   body, err, kind;
    const char                 *warnings;
    const ngx_inbox_channel_t  *channel;

    body = ngx_inbox_ask_text(answer);

    (void) ngx_inbox_json_str(ngx_inbox_json_parse(ctx->r->pool, &body, &err),
                              "kind", &kind);

    channel = ngx_inbox_channel_find(&kind);

    if (channel == NULL || body.len == 0) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    warnings = (channel->links && ctx->conf->public_url.len == 0)
               ? "\"no_public_url\"" : "";

    p = ngx_pnalloc(ctx->r->pool, body.len + ngx_strlen(warnings)
                                  + sizeof(",\"warnings\":[]}"));
    if (p == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    body.len--;
    kind.data = p;
    kind.len = ngx_sprintf(p, "%V,\"warnings\":[%s]}", &body, warnings) - p;

    return ngx_inbox_reply_json(ctx->r, NGX_HTTP_OK, &kind,
                                NGX_INBOX_REPLY_ETAG);
}


ngx_int_t
ngx_inbox_events_list(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t          args[4];
    ngx_inbox_query_t  query;

    if (ngx_inbox_query_read(ctx, &query) != NGX_OK) {
        return query.rc;
    }

    args[0] = ctx->who;
    args[1] = ctx->param[0];
    args[2] = query.before;
    args[3] = query.limit;

    return ngx_inbox_ask_body(ctx, NGX_INBOX_FN_EVENTS, args, 4);
}


ngx_int_t
ngx_inbox_events_replay(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  args[3];

    args[0] = ctx->who;
    args[1] = ctx->param[0];
    args[2] = ctx->param[1];

    return ngx_inbox_ask(ctx, NGX_INBOX_FN_EVENT, args, 3,
                         ngx_inbox_events_on_body);
}


static ngx_int_t
ngx_inbox_events_on_body(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    ngx_str_t  body;

    body = ngx_inbox_ask_text(answer);

    ctx->state = ngx_pcalloc(ctx->r->pool, sizeof(ngx_inbox_events_t));
    ctx->body.data = ngx_pstrdup(ctx->r->pool, &body);
    ctx->body.len = body.len;

    if (ctx->state == NULL || ctx->body.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_inbox_ask_line(ctx, &ctx->param[0], 1, ngx_inbox_events_on_line);
}


static ngx_int_t
ngx_inbox_events_on_line(ngx_inbox_ctx_t *ctx, const ngx_inbox_line_t *line)
{
    ngx_array_t                *events;
    ngx_inbox_hook_t            hook;
    ngx_inbox_events_t         *state;
    const ngx_inbox_channel_t  *channel;

    state = ctx->state;
    channel = ngx_inbox_channel_find(&line->kind);

    if (channel == NULL || channel->parse == NULL || !line->enabled) {
        return ngx_inbox_reply_problem(ctx->r, NGX_HTTP_NOT_FOUND, "not_found",
                                       "the channel takes no webhooks");
    }

    ngx_memzero(&hook, sizeof(ngx_inbox_hook_t));
    hook.body = ctx->body;
    ngx_str_set(&hook.method, "POST");
    hook.header = ngx_inbox_events_header;

    events = ngx_array_create(ctx->r->pool, 4, sizeof(ngx_inbox_event_t));
    if (events == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (channel->parse(ctx->r->pool, line, &hook, events, &state->odd)
        == NGX_ERROR)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (events->nelts == 0) {
        return ngx_inbox_events_answer(ctx, NULL);
    }

    return ngx_inbox_events_store(ctx, line, events);
}


/* no headers were kept */

static ngx_str_t
ngx_inbox_events_header(void *data, const char *name)
{
    static const ngx_str_t  none = ngx_null_string;

    return none;
}


static ngx_int_t
ngx_inbox_events_store(ngx_inbox_ctx_t *ctx, const ngx_inbox_line_t *line,
    ngx_array_t *events)
{
    ngx_str_t           *args;
    ngx_uint_t           n;
    ngx_inbox_events_t  *state;

    if (ngx_inbox_message_events(ctx, line, events, &args, &n)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    state = ctx->state;
    state->events = args + NGX_INBOX_INTAKE_HEAD;

    return ngx_inbox_ask_intake(ctx, args, n, ngx_inbox_events_on_stored);
}


static ngx_int_t
ngx_inbox_events_on_stored(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    return ngx_inbox_events_answer(ctx, answer->value);
}


static ngx_int_t
ngx_inbox_events_answer(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_redis_value_t *results)
{
    ngx_str_t                 word, body;
    ngx_inbox_events_t       *state;
    ngx_inbox_json_writer_t   w;

    state = ctx->state;

    ngx_str_set(&word, "nothing");

    if (results != NULL) {
        word.data = (u_char *) ngx_inbox_record_word(results);
        word.len = ngx_strlen(word.data);
    }

    ngx_inbox_json_begin(&w, ctx->r->pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "outcome");
    ngx_inbox_json_put(&w, &word);
    ngx_inbox_json_key(&w, "odd");
    ngx_inbox_json_put_bool(&w, state->odd);
    ngx_inbox_json_key(&w, "events");
    ngx_inbox_json_open(&w, '[');

    if (results != NULL) {
        ngx_inbox_record_write(&w, state->events, results);
    }

    ngx_inbox_json_close(&w, ']');
    ngx_inbox_json_close(&w, '}');

    if (ngx_inbox_json_end(&w, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_inbox_reply_json(ctx->r, NGX_HTTP_OK, &body, 0);
}
