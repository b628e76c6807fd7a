
/*
 * Copyright (C) the ngx_inbox authors
 *
 * An agent's words and deeds in one chat.  What is allowed is decided in the
 * store, within the same call that does it.
 */

#include "ngx_inbox_chat.h"
#include "ngx_inbox_ask.h"
#include "ngx_inbox_message.h"
#include "ngx_inbox_poll.h"
#include "ngx_inbox_query.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_text.h"


static ngx_int_t ngx_inbox_chat_do(ngx_inbox_ctx_t *ctx, ngx_inbox_fn_e fn);


ngx_int_t
ngx_inbox_chat_get(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  args[2];

    args[0] = ctx->who;
    args[1] = ctx->param[0];

    return ngx_inbox_ask_body(ctx, NGX_INBOX_FN_CHAT, args, 2);
}


ngx_int_t
ngx_inbox_chat_transcript(ngx_inbox_ctx_t *ctx)
{
    u_char               topic[NGX_INBOX_POLL_TOPIC];
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
    ngx_inbox_poll_topic_chat(topic, &ctx->space, &ctx->param[0], &poll.topic);

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
    ngx_str_set(&args[9], "0");
    ngx_str_null(&args[10]);
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
    ngx_str_t   args[6];
    ngx_uint_t  agent, group;

    if (ngx_inbox_json_str(ctx->json, "agent", &args[2]) == NGX_ERROR) {
        return ngx_inbox_reply_invalid(ctx->r, "agent", "must be an id");
    }

    if (ngx_inbox_json_str(ctx->json, "group", &args[3]) == NGX_ERROR) {
        return ngx_inbox_reply_invalid(ctx->r, "group", "must be an id");
    }

    agent = ngx_inbox_text_is_id(&args[2]);
    group = ngx_inbox_text_is_id(&args[3]);

    if (agent + group != 1 || (args[2].len && args[3].len)) {
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
    ngx_str_t  args[3];

    if (ngx_inbox_json_str(ctx->json, "up_to", &args[2]) != NGX_OK
        || args[2].len == 0 || args[2].len > NGX_INBOX_MAX_EXTERNAL_ID)
    {
        return ngx_inbox_reply_invalid(ctx->r, "up_to",
                                       "must be the id of a message");
    }

    args[0] = ctx->who;
    args[1] = ctx->param[0];

    return ngx_inbox_ask_changed(ctx, NGX_INBOX_FN_READ, args, 3, NGX_HTTP_OK);
}


ngx_int_t
ngx_inbox_chat_typing(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  args[2];

    args[0] = ctx->who;
    args[1] = ctx->param[0];

    return ngx_inbox_ask_empty(ctx, NGX_INBOX_FN_TYPING, args, 2);
}
