
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Both big lists are one question each, asked at once or waited for: the
 * filters travel to the store as they are, checked for form only.
 */

#include "ngx_inbox_lists.h"
#include "ngx_inbox_ask.h"
#include "ngx_inbox_poll.h"
#include "ngx_inbox_presence.h"
#include "ngx_inbox_query.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_text.h"
#include "ngx_inbox_topic.h"


/* longest search: a full name and a phone */
#define NGX_INBOX_LISTS_SEARCH  200


static ngx_int_t ngx_inbox_lists_poll(ngx_inbox_ctx_t *ctx, ngx_inbox_fn_e fn,
    const ngx_str_t *args, ngx_uint_t n, ngx_inbox_query_t *query);
static ngx_int_t ngx_inbox_lists_search(ngx_inbox_ctx_t *ctx, ngx_str_t *q,
    ngx_int_t *rc);
static ngx_int_t ngx_inbox_lists_time(ngx_inbox_ctx_t *ctx, const char *name,
    ngx_str_t *value, ngx_int_t *rc);
static ngx_int_t ngx_inbox_lists_word(ngx_inbox_ctx_t *ctx, const char *name,
    const char **words, ngx_str_t *value, ngx_int_t *rc);


ngx_int_t
ngx_inbox_lists_journal(ngx_inbox_ctx_t *ctx)
{
    ngx_int_t           rc;
    ngx_str_t           args[13];
    ngx_inbox_query_t   query;

    static const char  *statuses[] = {
        "unassigned", "active", "inactive", NULL
    };
    static const char  *sorts[] = { "waiting", NULL };

    if (ngx_inbox_query_read(ctx, &query) != NGX_OK) {
        return query.rc;
    }

    args[0] = ctx->who;
    args[1] = query.since;
    args[2] = query.before;
    args[3] = query.limit;

    if (ngx_inbox_lists_word(ctx, "status", statuses, &args[4], &rc) != NGX_OK
        || ngx_inbox_query_id(ctx, "channel", &args[5], &rc) != NGX_OK
        || ngx_inbox_query_id(ctx, "group", &args[6], &rc) != NGX_OK
        || ngx_inbox_query_id(ctx, "agent", &args[7], &rc) != NGX_OK
        || ngx_inbox_lists_time(ctx, "from", &args[10], &rc) != NGX_OK
        || ngx_inbox_lists_time(ctx, "to", &args[11], &rc) != NGX_OK
        || ngx_inbox_lists_word(ctx, "sort", sorts, &args[12], &rc) != NGX_OK
        || ngx_inbox_lists_search(ctx, &args[9], &rc) != NGX_OK)
    {
        return rc;
    }

    if (ngx_inbox_ctx_arg(ctx, "tag", &args[8]) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    args[8] = ngx_inbox_text_cut(&args[8], NGX_INBOX_MAX_NAME);

    return ngx_inbox_lists_poll(ctx, NGX_INBOX_FN_JOURNAL, args, 13, &query);
}


ngx_int_t
ngx_inbox_lists_inbox(ngx_inbox_ctx_t *ctx)
{
    ngx_int_t           rc;
    ngx_str_t           args[6];
    ngx_inbox_query_t   query;

    static const char  *lists[] = { "incoming", "mine", "closed", NULL };

    if (ngx_inbox_query_read(ctx, &query) != NGX_OK) {
        return query.rc;
    }

    args[0] = ctx->who;
    args[3] = query.since;
    args[4] = query.before;
    args[5] = query.limit;

    if (ngx_inbox_lists_word(ctx, "list", lists, &args[1], &rc) != NGX_OK
        || ngx_inbox_lists_search(ctx, &args[2], &rc) != NGX_OK)
    {
        return rc;
    }

    return ngx_inbox_lists_poll(ctx, NGX_INBOX_FN_INBOX, args, 6, &query);
}


static ngx_int_t
ngx_inbox_lists_poll(ngx_inbox_ctx_t *ctx, ngx_inbox_fn_e fn,
    const ngx_str_t *args, ngx_uint_t n, ngx_inbox_query_t *query)
{
    u_char            topic[NGX_INBOX_TOPIC_SIZE];
    ngx_inbox_poll_t  poll;

    ngx_memzero(&poll, sizeof(ngx_inbox_poll_t));
    poll.fn = fn;
    poll.args = args;
    poll.n = n;
    poll.wait = query->wait;

    if (poll.wait) {
        ngx_inbox_presence_seen(ctx);
    }

    ngx_inbox_topic_space(topic, &ctx->space, &poll.topic);

    return ngx_inbox_poll(ctx, &poll);
}


static ngx_int_t
ngx_inbox_lists_search(ngx_inbox_ctx_t *ctx, ngx_str_t *q, ngx_int_t *rc)
{
    if (ngx_inbox_ctx_arg(ctx, "q", q) != NGX_OK) {
        *rc = NGX_HTTP_INTERNAL_SERVER_ERROR;
        return NGX_DECLINED;
    }

    *q = ngx_inbox_text_trim(q);

    if (ngx_inbox_text_chars(q, NULL) > NGX_INBOX_LISTS_SEARCH) {
        *rc = ngx_inbox_reply_invalid(ctx->r, "q", "is too long");
        return NGX_DECLINED;
    }

    return NGX_OK;
}


/* a time or a day: its form is checked here, so that the store can compare it
   as text with the times it wrote itself */

static ngx_int_t
ngx_inbox_lists_time(ngx_inbox_ctx_t *ctx, const char *name, ngx_str_t *value,
    ngx_int_t *rc)
{
    size_t  i;

    static const char  form[] = "0000-00-00T00:00:00.000Z";

    if (ngx_inbox_ctx_arg(ctx, name, value) != NGX_OK) {
        *rc = NGX_HTTP_INTERNAL_SERVER_ERROR;
        return NGX_DECLINED;
    }

    for (i = 0; i < value->len; i++) {

        if (i >= sizeof(form) - 1
            || (form[i] == '0' ? (value->data[i] < '0' || value->data[i] > '9')
                               : (value->data[i] != (u_char) form[i]
                                  && !(form[i] == '.'
                                       && value->data[i] == 'Z'))))
        {
            break;
        }
    }

    if (i != value->len || (i != 0 && i != 10 && i != 20 && i != 24)) {
        *rc = ngx_inbox_reply_invalid(ctx->r, name,
                                      "must be a day or an RFC 3339 time in Z");
        return NGX_DECLINED;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_lists_word(ngx_inbox_ctx_t *ctx, const char *name,
    const char **words, ngx_str_t *value, ngx_int_t *rc)
{
    ngx_uint_t  i;

    if (ngx_inbox_ctx_arg(ctx, name, value) != NGX_OK) {
        *rc = NGX_HTTP_INTERNAL_SERVER_ERROR;
        return NGX_DECLINED;
    }

    if (value->len == 0) {
        return NGX_OK;
    }

    for (i = 0; words[i] != NULL; i++) {
        if (ngx_strlen(words[i]) == value->len
            && ngx_strncmp(words[i], value->data, value->len) == 0)
        {
            return NGX_OK;
        }
    }

    *rc = ngx_inbox_reply_invalid(ctx->r, name, "is not one of the words");

    return NGX_DECLINED;
}


ngx_int_t
ngx_inbox_lists_me(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_ask_body(ctx, NGX_INBOX_FN_ME, &ctx->who, 1);
}


ngx_int_t
ngx_inbox_lists_presence(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t   args[2];
    ngx_uint_t  away;

    if (ngx_inbox_json_bool(ctx->json, "away", &away) != NGX_OK) {
        return ngx_inbox_reply_invalid(ctx->r, "away",
                                       "must be true or false");
    }

    args[0] = ctx->who;
    args[1].data = (u_char *) (away ? "1" : "0");
    args[1].len = 1;

    return ngx_inbox_ask_empty(ctx, NGX_INBOX_FN_AWAY, args, 2);
}


ngx_int_t
ngx_inbox_lists_agents(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_ask_body(ctx, NGX_INBOX_FN_AGENTS, &ctx->who, 1);
}


ngx_int_t
ngx_inbox_lists_groups(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_ask_body(ctx, NGX_INBOX_FN_GROUPS, &ctx->who, 1);
}


ngx_int_t
ngx_inbox_lists_channels(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  args[2];

    static const ngx_str_t  all = ngx_null_string;

    args[0] = ctx->who;

    if (ngx_inbox_ctx_hook_url(ctx, &all, &args[1]) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_inbox_ask_body(ctx, NGX_INBOX_FN_CHANNELS, args, 2);
}


ngx_int_t
ngx_inbox_lists_audit(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t          args[3];
    ngx_inbox_query_t  query;

    if (ngx_inbox_query_read(ctx, &query) != NGX_OK) {
        return query.rc;
    }

    args[0] = ctx->who;
    args[1] = query.before;
    args[2] = query.limit;

    return ngx_inbox_ask_body(ctx, NGX_INBOX_FN_AUDIT, args, 3);
}


ngx_int_t
ngx_inbox_lists_stats(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_ask_body(ctx, NGX_INBOX_FN_STATS, &ctx->who, 1);
}
