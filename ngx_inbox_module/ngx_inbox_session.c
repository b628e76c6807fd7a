
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The store is asked whether the token lives (`me`); for the cookie it gives
 * the token's id, so that revoking the token ends the session too.
 */

#include "ngx_inbox_session.h"
#include "ngx_inbox_ask.h"
#include "ngx_inbox_auth.h"
#include "ngx_inbox_limit.h"
#include "ngx_inbox_reply.h"


static ngx_int_t ngx_inbox_session_check(ngx_inbox_ctx_t *ctx);
static ngx_int_t ngx_inbox_session_on_agent(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);


ngx_int_t
ngx_inbox_session_open(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_limit(ctx, NGX_INBOX_LIMIT_LOGINS,
                           ngx_inbox_session_check);
}


static ngx_int_t
ngx_inbox_session_check(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  token;

    /* or a page could make its visitors somebody else: they would go on to
       work, and to write, in a foreign inbox */

    if (ngx_inbox_auth_is_foreign(ctx->r)) {
        return ngx_inbox_reply_problem(ctx->r, NGX_HTTP_FORBIDDEN, "csrf",
                                       "the header X-Inbox: 1 is missing");
    }

    if (ngx_inbox_json_str(ctx->json, "token", &token) != NGX_OK
        || token.len == 0)
    {
        return ngx_inbox_reply_invalid(ctx->r, "token", "must be a token");
    }

    if (token.len > NGX_INBOX_MAX_TOKEN) {
        return ngx_inbox_reply_problem(ctx->r, NGX_HTTP_UNAUTHORIZED,
                                       "unauthorized", "unknown token");
    }

    if (ngx_inbox_auth_who(ctx, &token, &ctx->who) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_inbox_ask(ctx, NGX_INBOX_FN_ME, &ctx->who, 1,
                         ngx_inbox_session_on_agent);
}


/* value: the body of GET me, then the word for the session */

static ngx_int_t
ngx_inbox_session_on_agent(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    ngx_inbox_redis_value_t  *v;

    v = answer->value;

    if (v->type != NGX_INBOX_REDIS_ARRAY || v->n < 2
        || v->item[1]->type != NGX_INBOX_REDIS_STRING)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_inbox_auth_set_cookie(ctx, &v->item[1]->str) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_inbox_reply_empty(ctx->r);
}


ngx_int_t
ngx_inbox_session_close(ngx_inbox_ctx_t *ctx)
{
    if (ngx_inbox_auth_drop_cookie(ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_inbox_reply_empty(ctx->r);
}
