
/*
 * Copyright (C) the ngx_inbox authors
 *
 * An agent's words and deeds in one chat.  What is allowed is decided in the
 * store, within the same call that does it.
 */

#include "ngx_inbox_chat.h"
#include "ngx_inbox_ask.h"
#include "ngx_inbox_body.h"
#include "ngx_inbox_hint.h"
#include "ngx_inbox_message.h"
#include "ngx_inbox_poll.h"
#include "ngx_inbox_query.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_text.h"
#include "ngx_inbox_topic.h"


/* tags of one chat */
#define NGX_INBOX_CHAT_TAGS  20
#define NGX_INBOX_CHAT_TAG   50


static ngx_int_t ngx_inbox_chat_title(ngx_inbox_ctx_t *ctx, ngx_str_t *arg,
    ngx_int_t *rc);
static ngx_int_t ngx_inbox_chat_tags(ngx_inbox_ctx_t *ctx, ngx_str_t *args,
    ngx_uint_t *n, ngx_int_t *rc);
static ngx_int_t ngx_inbox_chat_do(ngx_inbox_ctx_t *ctx, ngx_inbox_fn_e fn);
static ngx_int_t ngx_inbox_chat_on_read(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static ngx_int_t ngx_inbox_chat_on_typing(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);


ngx_int_t
ngx_inbox_chat_get(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  args[2];

    args[0] = ctx->who;
    args[1] = ctx->param[0];

    return ngx_inbox_ask_body(ctx, NGX_INBOX_FN_CHAT, args, 2);
}


/* a member that is not there stays as it is */

ngx_int_t
ngx_inbox_chat_label(ngx_inbox_ctx_t *ctx)
{
    ngx_int_t   rc;
    ngx_str_t   args[4 + NGX_INBOX_CHAT_TAGS];
    ngx_uint_t  n;

    args[0] = ctx->who;
    args[1] = ctx->param[0];
    n = 4;

    if (ngx_inbox_chat_title(ctx, &args[2], &rc) != NGX_OK
        || ngx_inbox_chat_tags(ctx, &args[3], &n, &rc) != NGX_OK)
    {
        return rc;
    }

    return ngx_inbox_ask_changed(ctx, NGX_INBOX_FN_LABEL, args, n,
                                 NGX_HTTP_OK);
}


static ngx_int_t
ngx_inbox_chat_title(ngx_inbox_ctx_t *ctx, ngx_str_t *arg, ngx_int_t *rc)
{
    ngx_str_t  title;

    ngx_str_null(arg);

    if (ngx_inbox_json_get(ctx->json, "title") == NULL) {
        return NGX_OK;
    }

    if (ngx_inbox_body_string(ctx, "title", NGX_INBOX_MAX_NAME, &title, rc)
        != NGX_OK)
    {
        return NGX_DECLINED;
    }

    arg->data = ngx_pnalloc(ctx->r->pool, title.len + 1);
    if (arg->data == NULL) {
        *rc = NGX_HTTP_INTERNAL_SERVER_ERROR;
        return NGX_DECLINED;
    }

    arg->len = ngx_sprintf(arg->data, "=%V", &title) - arg->data;

    return NGX_OK;
}


/* args: "=" and then the tags, or one empty argument; n counts them on */

static ngx_int_t
ngx_inbox_chat_tags(ngx_inbox_ctx_t *ctx, ngx_str_t *args, ngx_uint_t *n,
    ngx_int_t *rc)
{
    size_t             i, size;
    ngx_inbox_json_t  *tags;

    static const char  words[] = "must be at most 20 strings of 1 to 50 "
                                 "characters";

    tags = ngx_inbox_json_get(ctx->json, "tags");
    ngx_str_null(&args[0]);

    if (tags == NULL) {
        return NGX_OK;
    }

    ngx_str_set(&args[0], "=");
    size = ngx_inbox_json_size(tags);

    if ((!ngx_inbox_json_is_null(tags) && !ngx_inbox_json_is_array(tags))
        || size > NGX_INBOX_CHAT_TAGS)
    {
        *rc = ngx_inbox_reply_invalid(ctx->r, "tags", words);
        return NGX_DECLINED;
    }

    for (i = 0; i < size; i++) {

        if (ngx_inbox_json_string(ngx_inbox_json_at(tags, i), &args[i + 1])
            != NGX_OK)
        {
            *rc = ngx_inbox_reply_invalid(ctx->r, "tags", words);
            return NGX_DECLINED;
        }

        args[i + 1] = ngx_inbox_text_trim(&args[i + 1]);

        if (args[i + 1].len == 0
            || ngx_inbox_text_chars(&args[i + 1], NULL) > NGX_INBOX_CHAT_TAG)
        {
            *rc = ngx_inbox_reply_invalid(ctx->r, "tags", words);
            return NGX_DECLINED;
        }
    }

    *n += size;

    return NGX_OK;
}


ngx_int_t
ngx_inbox_chat_transcript(ngx_inbox_ctx_t *ctx)
{
    u_char               topic[NGX_INBOX_TOPIC_SIZE];
    ngx_str_t            args[5];
    ngx_inbox_poll_t     poll;
    ngx_inbox_query_t    query;

    if (ngx_inbox_query_read(ctx, &query) != NGX_OK) {
        return query.rc;
    }

    args[0] = ctx->who;
    args[1] = ctx->param[0];
    args[2] = query.since;
    args[3] = query.before;
    args[4] = query.limit;

    ngx_memzero(&poll, sizeof(ngx_inbox_poll_t));
    poll.fn = NGX_INBOX_FN_TRANSCRIPT;
    poll.args = args;
    poll.n = 5;
    poll.wait = query.wait;
    ngx_inbox_topic_chat(topic, &ctx->space, &ctx->param[0], &poll.topic);

    return ngx_inbox_poll(ctx, &poll);
}


ngx_int_t
ngx_inbox_chat_reply(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t            args[14];
    ngx_inbox_message_t  m;

    if (ngx_inbox_message_read(ctx, &m) != NGX_OK) {
        return m.rc;
    }

    args[0] = ctx->who;
    args[1] = ctx->param[0];

    if (m.note) {
        ngx_str_set(&args[2], "note");

    } else {
        ngx_str_set(&args[2], "text");
    }

    args[3] = m.literal;
    args[4] = m.preview;
    args[5] = m.chars;
    args[6] = m.utf16;
    args[7] = m.bytes;
    ngx_str_set(&args[8], "[]");
    args[9] = m.count;
    args[10] = m.files;
    args[11] = m.reply_to;
    args[12] = ctx->idem;
    args[13] = ctx->digest;

    return ngx_inbox_ask_changed(ctx, NGX_INBOX_FN_REPLY, args, 14,
                                 NGX_HTTP_CREATED);
}


ngx_int_t
ngx_inbox_chat_take(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_chat_do(ctx, NGX_INBOX_FN_TAKE);
}


ngx_int_t
ngx_inbox_chat_join(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_chat_do(ctx, NGX_INBOX_FN_JOIN);
}


ngx_int_t
ngx_inbox_chat_leave(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_chat_do(ctx, NGX_INBOX_FN_LEAVE);
}


ngx_int_t
ngx_inbox_chat_close(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_chat_do(ctx, NGX_INBOX_FN_CLOSE);
}


ngx_int_t
ngx_inbox_chat_reopen(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_chat_do(ctx, NGX_INBOX_FN_REOPEN);
}


static ngx_int_t
ngx_inbox_chat_do(ngx_inbox_ctx_t *ctx, ngx_inbox_fn_e fn)
{
    ngx_str_t  args[4];

    args[0] = ctx->who;
    args[1] = ctx->param[0];
    args[2] = ctx->idem;
    args[3] = ctx->digest;

    return ngx_inbox_ask_changed(ctx, fn, args, 4, NGX_HTTP_OK);
}


ngx_int_t
ngx_inbox_chat_transfer(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  args[6];

    if (ngx_inbox_json_str(ctx->json, "agent", &args[2]) == NGX_ERROR
        || (args[2].len && !ngx_inbox_text_is_id(&args[2])))
    {
        return ngx_inbox_reply_invalid(ctx->r, "agent", "must be an id");
    }

    if (ngx_inbox_json_str(ctx->json, "group", &args[3]) == NGX_ERROR
        || (args[3].len && !ngx_inbox_text_is_id(&args[3])))
    {
        return ngx_inbox_reply_invalid(ctx->r, "group", "must be an id");
    }

    if ((args[2].len != 0) == (args[3].len != 0)) {
        return ngx_inbox_reply_invalid(ctx->r, "agent",
                                       "either an agent or a group is needed");
    }

    args[0] = ctx->who;
    args[1] = ctx->param[0];
    args[4] = ctx->idem;
    args[5] = ctx->digest;

    return ngx_inbox_ask_changed(ctx, NGX_INBOX_FN_TRANSFER, args, 6,
                                 NGX_HTTP_OK);
}


ngx_int_t
ngx_inbox_chat_read(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  args[5];

    if (ngx_inbox_json_str(ctx->json, "up_to", &args[2]) != NGX_OK
        || args[2].len == 0 || args[2].len > NGX_INBOX_MAX_EXTERNAL_ID)
    {
        return ngx_inbox_reply_invalid(ctx->r, "up_to",
                                       "must be the id of a message");
    }

    args[0] = ctx->who;
    args[1] = ctx->param[0];
    args[3] = ctx->idem;
    args[4] = ctx->digest;

    return ngx_inbox_ask(ctx, NGX_INBOX_FN_READ, args, 5,
                         ngx_inbox_chat_on_read);
}


static ngx_int_t
ngx_inbox_chat_on_read(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    ngx_str_t  body;

    ngx_inbox_hint_give(ctx->worker->hint, NGX_INBOX_JOB_READ, &ctx->space,
                        answer);

    body = ngx_inbox_ask_text(answer);

    return ngx_inbox_reply_json(ctx->r, NGX_HTTP_OK, &body, 0);
}


ngx_int_t
ngx_inbox_chat_typing(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  args[4];

    args[0] = ctx->who;
    args[1] = ctx->param[0];
    args[2] = ctx->idem;
    args[3] = ctx->digest;

    return ngx_inbox_ask(ctx, NGX_INBOX_FN_TYPING, args, 4,
                         ngx_inbox_chat_on_typing);
}


static ngx_int_t
ngx_inbox_chat_on_typing(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    ngx_inbox_hint_give(ctx->worker->hint, NGX_INBOX_JOB_TYPING, &ctx->space,
                        answer);

    return ngx_inbox_reply_empty(ctx->r);
}
