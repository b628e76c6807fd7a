
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A refusal that rests on what this worker remembers of the channel is repeated
 * with what the store has: an admin who has just changed a secret must not see
 * his first webhook refused.
 */

#include "ngx_inbox_webhook.h"
#include "ngx_inbox_ask.h"
#include "ngx_inbox_message.h"
#include "ngx_inbox_record.h"
#include "ngx_inbox_reply.h"


/* seconds; when a platform whose new client had no place may try again */
#define NGX_INBOX_WEBHOOK_FULL  3600


/* what an endpoint of this file keeps between its steps */
typedef struct {
    ngx_inbox_record_t  *record;
    ngx_str_t           *events;    /* 16 arguments of each */
} ngx_inbox_webhook_t;


static ngx_int_t ngx_inbox_webhook_on_hello(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line);
static void ngx_inbox_webhook_hook(ngx_inbox_ctx_t *ctx,
    ngx_inbox_hook_t *hook);
static ngx_int_t ngx_inbox_webhook_on_line(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line);
static ngx_int_t ngx_inbox_webhook_verified(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line, const ngx_inbox_hook_t *hook);
static ngx_inbox_webhook_t *ngx_inbox_webhook_state(ngx_inbox_ctx_t *ctx);
static void ngx_inbox_webhook_odd(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line);
static ngx_int_t ngx_inbox_webhook_again(ngx_inbox_ctx_t *ctx);
static ngx_int_t ngx_inbox_webhook_store(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line, ngx_array_t *events);
static ngx_int_t ngx_inbox_webhook_on_stored(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static ngx_uint_t ngx_inbox_webhook_is_full(
    const ngx_inbox_redis_value_t *results);
static ngx_int_t ngx_inbox_webhook_thank(ngx_inbox_ctx_t *ctx);
static ngx_str_t ngx_inbox_webhook_header(void *data, const char *name);


ngx_int_t
ngx_inbox_webhook(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_ask_line(ctx, &ctx->param[0], 0,
                              ngx_inbox_webhook_on_line);
}


ngx_int_t
ngx_inbox_webhook_hello(ngx_inbox_ctx_t *ctx)
{
    /* asked rarely, and a refusal from memory would have to be repeated */

    return ngx_inbox_ask_line(ctx, &ctx->param[0], 1,
                              ngx_inbox_webhook_on_hello);
}


static ngx_int_t
ngx_inbox_webhook_on_hello(ngx_inbox_ctx_t *ctx, const ngx_inbox_line_t *line)
{
    ngx_str_t                   body;
    ngx_inbox_hook_t            hook;
    ngx_inbox_record_t         *record;
    const ngx_inbox_channel_t  *channel;

    static ngx_str_t  allow = ngx_string("POST");

    channel = ngx_inbox_channel_find(&line->kind);

    if (channel == NULL || channel->verify == NULL || !line->enabled) {
        return ngx_inbox_reply_problem(ctx->r, NGX_HTTP_NOT_FOUND, "not_found",
                                       "no such channel");
    }

    if (channel->greet == NULL) {

        if (ngx_inbox_reply_header(ctx->r, "Allow", &allow) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return ngx_inbox_reply_problem(ctx->r, NGX_HTTP_NOT_ALLOWED,
                                       "method_not_allowed",
                                       "this platform sends POST");
    }

    ngx_inbox_webhook_hook(ctx, &hook);
    record = ngx_inbox_record_start(ctx);

    if (channel->greet(ctx->r->pool, line, &hook, &body) != NGX_OK) {
        ngx_inbox_record_outcome(record, NGX_INBOX_TALLY_FAILED, "forbidden",
                                 "the platform asked with another verify "
                                 "token than the channel's");
        return ngx_inbox_reply_problem(ctx->r, NGX_HTTP_FORBIDDEN, "forbidden",
                                       "the word does not fit");
    }

    ngx_inbox_record_outcome(record, NGX_INBOX_TALLY_GOOD, "greeting", NULL);

    return ngx_inbox_reply_text(ctx->r, NGX_HTTP_OK, "text/plain", &body);
}


static void
ngx_inbox_webhook_hook(ngx_inbox_ctx_t *ctx, ngx_inbox_hook_t *hook)
{
    hook->body = ctx->body;
    hook->args = ctx->r->args;
    hook->method = ctx->r->method_name;
    hook->data = ctx->r;
    hook->header = ngx_inbox_webhook_header;
}


static ngx_int_t
ngx_inbox_webhook_on_line(ngx_inbox_ctx_t *ctx, const ngx_inbox_line_t *line)
{
    ngx_inbox_hook_t            hook;
    const ngx_inbox_channel_t  *channel;

    channel = ngx_inbox_channel_find(&line->kind);

    if (channel == NULL || channel->verify == NULL || !line->enabled) {

        if (!ctx->repeated) {
            return ngx_inbox_webhook_again(ctx);
        }

        return ngx_inbox_reply_problem(ctx->r, NGX_HTTP_NOT_FOUND, "not_found",
                                       "no such channel");
    }

    ctx->channel = channel;
    ctx->trace.kind = ngx_inbox_channel_place(channel) + 1;

    ngx_inbox_webhook_hook(ctx, &hook);

    if (channel->verify(ctx->r->pool, line, &hook) == NGX_OK) {
        return ngx_inbox_webhook_verified(ctx, line, &hook);
    }

    if (!ctx->repeated) {
        return ngx_inbox_webhook_again(ctx);
    }

    ngx_inbox_record_outcome(ngx_inbox_record_start(ctx),
                             NGX_INBOX_TALLY_REJECTED, "bad_signature",
                             "the signature or secret of a webhook does not "
                             "fit the channel's");

    return ngx_inbox_reply_problem(ctx->r, NGX_HTTP_UNAUTHORIZED,
                                   "bad_signature",
                                   "the signature does not fit the body");
}


static ngx_int_t
ngx_inbox_webhook_verified(ngx_inbox_ctx_t *ctx, const ngx_inbox_line_t *line,
    const ngx_inbox_hook_t *hook)
{
    ngx_int_t             rc;
    ngx_str_t             body;
    ngx_uint_t            odd;
    ngx_array_t          *events;
    ngx_inbox_webhook_t  *state;

    state = ngx_inbox_webhook_state(ctx);
    if (state == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ctx->channel->greet != NULL
        && ctx->channel->greet(ctx->r->pool, line, hook, &body) == NGX_OK)
    {
        ngx_inbox_record_outcome(state->record, NGX_INBOX_TALLY_GOOD,
                                 "greeting", NULL);
        return ngx_inbox_reply_text(ctx->r, NGX_HTTP_OK, "text/plain", &body);
    }

    events = ngx_array_create(ctx->r->pool, 4, sizeof(ngx_inbox_event_t));
    if (events == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    odd = 0;
    rc = ctx->channel->parse(ctx->r->pool, line, hook, events, &odd);

    ngx_inbox_record_verified(state->record, line, odd);

    if (rc == NGX_DECLINED) {
        ngx_inbox_record_outcome(state->record, NGX_INBOX_TALLY_FAILED,
                                 "bad_json",
                                 "the body of a webhook is no JSON object");
        return ngx_inbox_reply_problem(ctx->r, NGX_HTTP_BAD_REQUEST,
                                       "bad_json", "a JSON object is needed");
    }

    if (rc != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (odd) {
        ngx_inbox_webhook_odd(ctx, line);
    }

    if (events->nelts == 0) {
        return ngx_inbox_webhook_thank(ctx);
    }

    return ngx_inbox_webhook_store(ctx, line, events);
}


/* one record, also of a webhook that is worked on twice */

static ngx_inbox_webhook_t *
ngx_inbox_webhook_state(ngx_inbox_ctx_t *ctx)
{
    ngx_inbox_webhook_t  *state;

    if (ctx->state != NULL) {
        return ctx->state;
    }

    state = ngx_pcalloc(ctx->r->pool, sizeof(ngx_inbox_webhook_t));

    if (state != NULL) {
        state->record = ngx_inbox_record_start(ctx);
        ctx->state = state;
    }

    return state;
}


static void
ngx_inbox_webhook_odd(ngx_inbox_ctx_t *ctx, const ngx_inbox_line_t *line)
{
    ngx_inbox_meter_hook(ctx->trace.meter, ctx->trace.kind - 1,
                         NGX_INBOX_HOOK_ODD);

    ngx_log_error(NGX_LOG_INFO, ctx->r->connection->log, 0,
                  "inbox webhook: channel \"%V\" sent something unknown",
                  &line->id);
}


static ngx_int_t
ngx_inbox_webhook_again(ngx_inbox_ctx_t *ctx)
{
    ctx->repeated = 1;

    return ngx_inbox_ask_line(ctx, &ctx->param[0], 1,
                              ngx_inbox_webhook_on_line);
}


static ngx_int_t
ngx_inbox_webhook_store(ngx_inbox_ctx_t *ctx, const ngx_inbox_line_t *line,
    ngx_array_t *events)
{
    ngx_str_t            *args;
    ngx_uint_t            n;
    ngx_inbox_webhook_t  *hook;

    if (ngx_inbox_message_events(ctx, line, events, &args, &n)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    hook = ctx->state;
    hook->events = args + NGX_INBOX_INTAKE_HEAD;

    return ngx_inbox_ask_intake(ctx, args, n, ngx_inbox_webhook_on_stored);
}


static ngx_int_t
ngx_inbox_webhook_on_stored(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    ngx_inbox_webhook_t *hook = ctx->state;

    ngx_str_t  words;

    static const char  full[] = "this space has as many chats as it may";

    /* anything else was not said by the function: nothing is confirmed */

    if (answer->value->type != NGX_INBOX_REDIS_ARRAY
        || answer->value->n == 0)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_inbox_record_stored(hook->record, hook->events, answer);

    if (ngx_inbox_webhook_is_full(answer->value)) {
        ngx_inbox_record_outcome(hook->record, NGX_INBOX_TALLY_FAILED,
                                 "failed", full);
        words.data = (u_char *) full;
        words.len = sizeof(full) - 1;

        return ngx_inbox_reply_limited(ctx->r, NGX_INBOX_WEBHOOK_FULL, &words);
    }

    ngx_inbox_trace_stored(&ctx->trace);

    return ngx_inbox_webhook_thank(ctx);
}


/* what had its place is stored; the platform brings all of it again, and what
   is known already does no harm */

static ngx_uint_t
ngx_inbox_webhook_is_full(const ngx_inbox_redis_value_t *results)
{
    ngx_str_t   *word;
    ngx_uint_t   i;

    for (i = 0; i + 2 < results->n; i += 3) {
        word = &results->item[i]->str;

        if (word->len == 4 && ngx_strncmp(word->data, "full", 4) == 0) {
            return 1;
        }
    }

    return 0;
}


static ngx_int_t
ngx_inbox_webhook_thank(ngx_inbox_ctx_t *ctx)
{
    ngx_int_t         rc;
    ngx_str_t         body;
    ngx_inbox_hook_t  hook;

    body = ctx->channel->thanks;

    if (ctx->channel->thank != NULL) {
        ngx_inbox_webhook_hook(ctx, &hook);
        rc = ctx->channel->thank(ctx->r->pool, &hook, &body);

        if (rc == NGX_OK) {
            return ngx_inbox_reply_text(ctx->r, NGX_HTTP_OK,
                                        "application/json", &body);
        }

        /* it is stored: without memory the button spins on */
    }

    return ngx_inbox_reply_text(ctx->r, NGX_HTTP_OK, "text/plain", &body);
}


static ngx_str_t
ngx_inbox_webhook_header(void *data, const char *name)
{
    return ngx_inbox_ctx_header(data, name);
}
