
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Every endpoint begins with the channel's settings (from memory as a rule);
 * who is calling has been read from his token by the route.
 */

#include "ngx_inbox_widget.h"
#include "ngx_inbox_ask.h"
#include "ngx_inbox_crypt.h"
#include "ngx_inbox_hours.h"
#include "ngx_inbox_limit.h"
#include "ngx_inbox_message.h"
#include "ngx_inbox_poll.h"
#include "ngx_inbox_query.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_text.h"
#include "ngx_inbox_topic.h"
#include "ngx_inbox_ticket.h"
#include "ngx_inbox_visitor.h"


/* random bytes of the id of a message that came without an Idempotency-Key */
#define NGX_INBOX_WIDGET_RANDOM   16
/* what a Content-Security-Policy header may grow to by settings.origins */
#define NGX_INBOX_WIDGET_ORIGINS  50


static ngx_int_t ngx_inbox_widget_on_info(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line);
static ngx_int_t ngx_inbox_widget_on_attended(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static void ngx_inbox_widget_asks(ngx_inbox_json_writer_t *w,
    const ngx_inbox_json_t *settings);
static ngx_int_t ngx_inbox_widget_on_frame(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line);
static ngx_int_t ngx_inbox_widget_ancestors(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_json_t *origins, ngx_str_t *policy);
static ngx_uint_t ngx_inbox_widget_is_origin(const ngx_str_t *s);

static ngx_int_t ngx_inbox_widget_on_transcript(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line);
static ngx_int_t ngx_inbox_widget_on_write(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line);
static ngx_int_t ngx_inbox_widget_on_written(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static ngx_inbox_json_t *ngx_inbox_widget_settings(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line);


ngx_int_t
ngx_inbox_widget_info(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_ask_line(ctx, &ctx->param[0], 0, ngx_inbox_widget_on_info);
}


static ngx_int_t
ngx_inbox_widget_on_info(ngx_inbox_ctx_t *ctx, const ngx_inbox_line_t *line)
{
    ngx_str_t  args[2];

    if (!ngx_inbox_visitor_is_welcome(line)) {
        return ngx_inbox_visitor_refuse(ctx);
    }

    /* who has just changed the settings must not read the old ones */

    args[0] = line->id;
    args[1] = line->rev;

    return ngx_inbox_ask(ctx, NGX_INBOX_FN_ATTENDED, args, 2,
                         ngx_inbox_widget_on_attended);
}


static ngx_int_t
ngx_inbox_widget_on_attended(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    ngx_str_t                greeting, away, color, locale, body;
    ngx_uint_t               open;
    ngx_inbox_json_t        *settings;
    const ngx_inbox_line_t  *line;
    ngx_inbox_json_writer_t  w;

    /* a notice may have dropped it meanwhile */

    line = ngx_inbox_settings_find(ctx->worker->settings, &ctx->space,
                                   &ctx->param[0]);
    if (line == NULL) {
        return ngx_inbox_widget_info(ctx);
    }

    settings = ngx_inbox_widget_settings(ctx, line);

    if (ngx_inbox_hours_read(ngx_inbox_json_get(settings, "hours"), ngx_time(),
                             &open)
        != NGX_OK)
    {
        open = 1;
    }

    (void) ngx_inbox_json_str(settings, "greeting", &greeting);
    (void) ngx_inbox_json_str(settings, "away", &away);
    (void) ngx_inbox_json_str(settings, "color", &color);
    (void) ngx_inbox_json_str(settings, "locale", &locale);

    ngx_inbox_json_begin(&w, ctx->r->pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "title");
    ngx_inbox_json_put(&w, &line->title);
    ngx_inbox_json_key(&w, "greeting");
    ngx_inbox_json_put_or_null(&w, &greeting);
    ngx_inbox_json_key(&w, "away");
    ngx_inbox_json_put_or_null(&w, &away);
    ngx_inbox_json_key(&w, "ask");
    ngx_inbox_widget_asks(&w, settings);
    ngx_inbox_json_key(&w, "color");
    ngx_inbox_json_put_or_null(&w, &color);
    ngx_inbox_json_key(&w, "locale");
    ngx_inbox_json_put_or_null(&w, &locale);
    ngx_inbox_json_key(&w, "online");
    ngx_inbox_json_put_bool(&w, open && answer->value->integer != 0);
    ngx_inbox_json_close(&w, '}');

    if (ngx_inbox_json_end(&w, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_inbox_reply_json(ctx->r, NGX_HTTP_OK, &body,
                                NGX_INBOX_REPLY_ETAG);
}


/* what the site asks of a visitor before his first message */

static void
ngx_inbox_widget_asks(ngx_inbox_json_writer_t *w,
    const ngx_inbox_json_t *settings)
{
    size_t             i, k, n;
    ngx_str_t          s;
    ngx_inbox_json_t  *ask;

    static const ngx_str_t  words[] = {
        ngx_string("name"), ngx_string("email"), ngx_string("phone")
    };

    ask = ngx_inbox_json_get(settings, "ask");
    n = ngx_min(ngx_inbox_json_size(ask), 8);

    ngx_inbox_json_open(w, '[');

    for (k = 0; k < 3; k++) {
        for (i = 0; i < n; i++) {
            if (ngx_inbox_json_string(ngx_inbox_json_at(ask, i), &s) == NGX_OK
                && s.len == words[k].len
                && ngx_memcmp(s.data, words[k].data, s.len) == 0)
            {
                ngx_inbox_json_put(w, &words[k]);
                break;
            }
        }
    }

    ngx_inbox_json_close(w, ']');
}


/* the page is a static file; who may frame it comes from the settings, so its
   policy is made here, whatever nginx.conf says of static files, and with it
   the two headers without which the policy would not hold: no cache keeps it
   longer than the settings are so, and nothing else is made of the bytes */

ngx_int_t
ngx_inbox_widget_frame(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_ask_line(ctx, &ctx->param[0], 0,
                              ngx_inbox_widget_on_frame);
}


static ngx_int_t
ngx_inbox_widget_on_frame(ngx_inbox_ctx_t *ctx, const ngx_inbox_line_t *line)
{
    u_char            *p;
    ngx_str_t          policy, uri;
    ngx_inbox_json_t  *settings;

    static const char       file[] = "/embed/frame.html";
    static const ngx_str_t  asked = ngx_string("no-cache");
    static const ngx_str_t  nosniff = ngx_string("nosniff");

    if (!ngx_inbox_visitor_is_welcome(line)) {
        return ngx_inbox_visitor_refuse(ctx);
    }

    settings = ngx_inbox_widget_settings(ctx, line);

    if (ngx_inbox_widget_ancestors(ctx, ngx_inbox_json_get(settings, "origins"),
                                   &policy)
        != NGX_OK
        || ngx_inbox_reply_header(ctx->r, "Content-Security-Policy", &policy)
           != NGX_OK
        || ngx_inbox_reply_header(ctx->r, "Cache-Control", &asked) != NGX_OK
        || ngx_inbox_reply_header(ctx->r, "X-Content-Type-Options", &nosniff)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    uri.data = ngx_pnalloc(ctx->r->pool, ctx->conf->prefix.len + sizeof(file));
    if (uri.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    p = ngx_sprintf(uri.data, "%V%s", &ctx->conf->prefix, file);
    uri.len = p - uri.data;

    return ngx_inbox_ask_elsewhere(ctx, &uri);
}


static ngx_int_t
ngx_inbox_widget_ancestors(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_json_t *origins, ngx_str_t *policy)
{
    size_t      i, n, size;
    u_char     *p;
    ngx_str_t   s;

    static const char  head[] =
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' data: blob:; media-src 'self' blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'";

    n = ngx_min(ngx_inbox_json_size(origins), NGX_INBOX_WIDGET_ORIGINS);
    size = sizeof(head);

    for (i = 0; i < n; i++) {
        if (ngx_inbox_json_string(ngx_inbox_json_at(origins, i), &s)
            == NGX_OK)
        {
            size += s.len + 1;
        }
    }

    policy->data = ngx_pnalloc(ctx->r->pool, size);
    if (policy->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(policy->data, head, sizeof(head) - 1);

    for (i = 0; i < n; i++) {
        if (ngx_inbox_json_string(ngx_inbox_json_at(origins, i), &s) == NGX_OK
            && ngx_inbox_widget_is_origin(&s))
        {
            p = ngx_sprintf(p, " %V", &s);
        }
    }

    policy->len = p - policy->data;

    return NGX_OK;
}


/* nothing that could end a header or a directive */

static ngx_uint_t
ngx_inbox_widget_is_origin(const ngx_str_t *s)
{
    u_char  c;
    size_t  i;

    for (i = 0; i < s->len; i++) {
        c = s->data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == ':' || c == '/' || c == '.' || c == '-' || c == '*'
              || c == '[' || c == ']'))
        {
            return 0;
        }
    }

    return s->len != 0;
}


ngx_int_t
ngx_inbox_widget_transcript(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_ask_line(ctx, &ctx->param[0], 0,
                              ngx_inbox_widget_on_transcript);
}


static ngx_int_t
ngx_inbox_widget_on_transcript(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line)
{
    u_char             topic[NGX_INBOX_TOPIC_SIZE];
    ngx_str_t          args[6];
    ngx_inbox_poll_t   poll;
    ngx_inbox_query_t  query;

    if (!ngx_inbox_visitor_is_welcome(line)) {
        return ngx_inbox_visitor_refuse(ctx);
    }

    if (ngx_inbox_query_read(ctx, &query) != NGX_OK) {
        return query.rc;
    }

    /* no rev: a poll may outlive a change of the settings, and the store looks
       itself whether the channel is still open */

    args[0] = line->id;
    ngx_str_null(&args[1]);
    args[2] = ctx->visitor;
    args[3] = query.since;
    args[4] = query.before;
    args[5] = query.limit;

    ngx_memzero(&poll, sizeof(ngx_inbox_poll_t));
    poll.fn = NGX_INBOX_FN_VISITOR;
    poll.args = args;
    poll.n = 6;
    poll.wait = query.wait;
    poll.channel = line->id;
    poll.user = ctx->visitor;
    ngx_inbox_topic_visitor(topic, &ctx->space, &line->id, &ctx->visitor,
                                 &poll.topic);

    return ngx_inbox_poll(ctx, &poll);
}


ngx_int_t
ngx_inbox_widget_write(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_ask_line(ctx, &ctx->param[0], 0,
                              ngx_inbox_widget_on_write);
}


static ngx_int_t
ngx_inbox_widget_on_write(ngx_inbox_ctx_t *ctx, const ngx_inbox_line_t *line)
{
    ngx_str_t            args[3 + NGX_INBOX_INTAKE_EVENT];
    ngx_inbox_event_t    event;
    ngx_inbox_message_t  m;

    if (!ngx_inbox_visitor_is_welcome(line)) {
        return ngx_inbox_visitor_refuse(ctx);
    }

    if (ngx_inbox_message_read(ctx, &m) != NGX_OK) {
        return m.rc;
    }

    ngx_memzero(&event, sizeof(ngx_inbox_event_t));
    event.type = NGX_INBOX_EVENT_MESSAGE;
    event.user = ctx->visitor;
    event.name = ctx->visitor_name;
    event.email = ctx->visitor_email;
    event.phone = ctx->visitor_phone;
    event.text = m.text;
    event.message = ctx->idem;
    event.extra = ctx->digest;

    if (event.message.len == 0
        && ngx_inbox_crypt_random(ctx->r->pool, NGX_INBOX_WIDGET_RANDOM,
                                  &event.message)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    args[0] = line->id;
    args[1] = line->rev;

    if (ngx_inbox_limit_visitor(ctx, &args[2]) != NGX_OK
        || ngx_inbox_message_event(ctx->r->pool, &ctx->conf->prefix, &event,
                                   &args[3])
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* what he uploaded, in place of handles of a platform */
    args[3 + NGX_INBOX_MESSAGE_COUNT] = m.count;
    args[3 + NGX_INBOX_MESSAGE_REFS] = m.files;

    return ngx_inbox_ask(ctx, NGX_INBOX_FN_INGEST, args,
                         3 + NGX_INBOX_INTAKE_EVENT,
                         ngx_inbox_widget_on_written);
}


/* value: what happened, chat, Message */

static ngx_int_t
ngx_inbox_widget_on_written(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    ngx_str_t                 body;
    ngx_inbox_redis_value_t  *v;

    v = answer->value;

    if (v->type != NGX_INBOX_REDIS_ARRAY || v->n < 3
        || v->item[2]->type != NGX_INBOX_REDIS_STRING
        || v->item[2]->str.len == 0
        || ngx_inbox_ticket_sign(ctx->r->pool, ctx->worker->conf, &ctx->space,
                                 &v->item[2]->str, &body)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_inbox_trace_stored(&ctx->trace);

    return ngx_inbox_reply_json(ctx->r, NGX_HTTP_CREATED, &body, 0);
}


ngx_int_t
ngx_inbox_widget_read(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  args[3];

    if (ngx_inbox_json_str(ctx->json, "up_to", &args[2]) != NGX_OK
        || args[2].len == 0 || args[2].len > NGX_INBOX_MAX_EXTERNAL_ID)
    {
        return ngx_inbox_reply_invalid(ctx->r, "up_to",
                                       "must be the id of a message");
    }

    args[0] = ctx->param[0];
    args[1] = ctx->visitor;

    return ngx_inbox_ask_empty(ctx, NGX_INBOX_FN_VISITOR_READ, args, 3);
}


ngx_int_t
ngx_inbox_widget_typing(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  args[3];

    ngx_str_set(&args[0], "visitor");
    args[1] = ctx->param[0];
    args[2] = ctx->visitor;

    return ngx_inbox_ask_empty(ctx, NGX_INBOX_FN_TYPING, args, 3);
}


static ngx_inbox_json_t *
ngx_inbox_widget_settings(ngx_inbox_ctx_t *ctx, const ngx_inbox_line_t *line)
{
    ngx_str_t  err;

    return ngx_inbox_json_parse(ctx->r->pool, &line->settings, &err);
}
