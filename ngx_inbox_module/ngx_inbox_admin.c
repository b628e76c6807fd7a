
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Bodies are checked for their form and handed to the store, which knows who
 * may do what.  A member that is left out goes as an empty string and takes its
 * default there.
 */

#include "ngx_inbox_admin.h"
#include "ngx_inbox_ask.h"
#include "ngx_inbox_body.h"
#include "ngx_inbox_crypt.h"
#include "ngx_inbox_query.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_text.h"


#define NGX_INBOX_ADMIN_TOKEN     32     /* random bytes: 256 bits */
#define NGX_INBOX_ADMIN_TOKEN_ID  9
/* members of one group */
#define NGX_INBOX_ADMIN_MEMBERS   1000
#define NGX_INBOX_ADMIN_URL       2000
#define NGX_INBOX_ADMIN_DAYS      36500
#define NGX_INBOX_ADMIN_MINUTES   1440
/* ms since 1970 that the store can count in µs: the year 2255 */
#define NGX_INBOX_ADMIN_LAST      9000000000000ULL


static ngx_int_t ngx_inbox_admin_number(ngx_inbox_ctx_t *ctx,
    const char *field, int64_t most, ngx_str_t *value, ngx_int_t *rc);
static ngx_int_t ngx_inbox_admin_on_deleted(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static ngx_int_t ngx_inbox_admin_members(ngx_inbox_ctx_t *ctx, ngx_str_t *list,
    ngx_int_t *rc);
static ngx_int_t ngx_inbox_admin_one(ngx_inbox_ctx_t *ctx, ngx_inbox_fn_e fn);
static ngx_int_t ngx_inbox_admin_on_token(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);


ngx_int_t
ngx_inbox_admin_space_get(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_ask_body(ctx, NGX_INBOX_FN_SPACE, &ctx->who, 1);
}


ngx_int_t
ngx_inbox_admin_space_put(ngx_inbox_ctx_t *ctx)
{
    ngx_int_t  rc;
    ngx_str_t  args[NGX_INBOX_ADMIN_SPACE];

    if (ngx_inbox_admin_space_args(ctx, args, &rc) != NGX_OK) {
        return rc;
    }

    return ngx_inbox_ask_changed(ctx, NGX_INBOX_FN_SPACE_PUT, args,
                                 NGX_INBOX_ADMIN_SPACE, NGX_HTTP_OK);
}


ngx_int_t
ngx_inbox_admin_space_args(ngx_inbox_ctx_t *ctx, ngx_str_t *args, ngx_int_t *rc)
{
    args[0] = ctx->who;

    if (ngx_inbox_body_string(ctx, "name", NGX_INBOX_MAX_NAME, &args[1], rc)
        != NGX_OK
        || ngx_inbox_body_string(ctx, "locale", 2, &args[2], rc) != NGX_OK
        || ngx_inbox_admin_number(ctx, "retention_days", NGX_INBOX_ADMIN_DAYS,
                                  &args[3], rc)
           != NGX_OK
        || ngx_inbox_body_string(ctx, "plans_url", NGX_INBOX_ADMIN_URL,
                                 &args[4], rc)
           != NGX_OK
        || ngx_inbox_body_string(ctx, "plan", 16, &args[5], rc) != NGX_OK
        || ngx_inbox_admin_number(ctx, "return_minutes",
                                  NGX_INBOX_ADMIN_MINUTES, &args[6], rc)
           != NGX_OK)
    {
        return NGX_DECLINED;
    }

    return NGX_OK;
}


/* null or not there: empty */

static ngx_int_t
ngx_inbox_admin_number(ngx_inbox_ctx_t *ctx, const char *field, int64_t most,
    ngx_str_t *value, ngx_int_t *rc)
{
    int64_t    n;
    ngx_int_t  kind;

    ngx_str_null(value);

    kind = ngx_inbox_json_int(ctx->json, field, &n);

    if (kind == NGX_ERROR || (kind == NGX_OK && (n < 1 || n > most))) {
        *rc = ngx_inbox_reply_invalid(ctx->r, field,
                                      "must be null or a number from 1 on");
        return NGX_DECLINED;
    }

    if (kind == NGX_DECLINED) {
        return NGX_OK;
    }

    *value = ngx_inbox_text_number(ctx->r->pool, n);

    if (value->data == NULL) {
        *rc = NGX_HTTP_INTERNAL_SERVER_ERROR;
        return NGX_DECLINED;
    }

    return NGX_OK;
}


ngx_int_t
ngx_inbox_admin_group_get(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_admin_one(ctx, NGX_INBOX_FN_GROUP_GET);
}


ngx_int_t
ngx_inbox_admin_group_put(ngx_inbox_ctx_t *ctx)
{
    ngx_int_t  rc;
    ngx_str_t  args[4];

    args[0] = ctx->who;
    args[1] = ctx->param[0];

    if (ngx_inbox_body_string(ctx, "name", NGX_INBOX_MAX_NAME, &args[2], &rc)
        != NGX_OK
        || ngx_inbox_admin_members(ctx, &args[3], &rc) != NGX_OK)
    {
        return rc;
    }

    return ngx_inbox_ask_changed(ctx, NGX_INBOX_FN_GROUP_PUT, args, 4,
                                 NGX_HTTP_OK);
}


static ngx_int_t
ngx_inbox_admin_members(ngx_inbox_ctx_t *ctx, ngx_str_t *list, ngx_int_t *rc)
{
    size_t             i, n;
    u_char            *p;
    ngx_str_t          id;
    ngx_inbox_json_t  *agents;

    ngx_str_null(list);

    agents = ngx_inbox_json_get(ctx->json, "agents");
    n = ngx_inbox_json_size(agents);

    if ((!ngx_inbox_json_is_null(agents) && !ngx_inbox_json_is_array(agents))
        || n > NGX_INBOX_ADMIN_MEMBERS)
    {
        *rc = ngx_inbox_reply_invalid(ctx->r, "agents",
                                      "must be an array of agents' ids");
        return NGX_DECLINED;
    }

    p = ngx_pnalloc(ctx->r->pool, n * (NGX_INBOX_MAX_ID + 1) + 1);
    if (p == NULL) {
        *rc = NGX_HTTP_INTERNAL_SERVER_ERROR;
        return NGX_DECLINED;
    }

    list->data = p;

    for (i = 0; i < n; i++) {

        if (ngx_inbox_json_string(ngx_inbox_json_at(agents, i), &id) != NGX_OK
            || !ngx_inbox_text_is_id(&id))
        {
            *rc = ngx_inbox_reply_invalid(ctx->r, "agents",
                                          "must be an array of agents' ids");
            return NGX_DECLINED;
        }

        p = ngx_sprintf(p, "%s%V", i ? "," : "", &id);
    }

    list->len = p - list->data;

    return NGX_OK;
}


ngx_int_t
ngx_inbox_admin_group_delete(ngx_inbox_ctx_t *ctx)
{
    ngx_int_t  rc;
    ngx_str_t  args[3];

    args[0] = ctx->who;
    args[1] = ctx->param[0];

    if (ngx_inbox_query_flag(ctx, "force", &args[2], &rc) != NGX_OK) {
        return rc;
    }

    ctx->next = ngx_inbox_admin_group_delete;

    return ngx_inbox_ask(ctx, NGX_INBOX_FN_GROUP_DELETE, args, 3,
                         ngx_inbox_admin_on_deleted);
}


/* the store lets go of some hundred chats at a time, and says "more" until it
   has done with them; a client who leaves may ask again */

static ngx_int_t
ngx_inbox_admin_on_deleted(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    ngx_str_t  word;

    word = ngx_inbox_ask_text(answer);

    if (word.len == 4 && ngx_strncmp(word.data, "more", 4) == 0) {
        return ctx->next(ctx);
    }

    return ngx_inbox_reply_empty(ctx->r);
}


ngx_int_t
ngx_inbox_admin_agent_get(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_admin_one(ctx, NGX_INBOX_FN_AGENT_GET);
}


ngx_int_t
ngx_inbox_admin_agent_put(ngx_inbox_ctx_t *ctx)
{
    ngx_int_t   rc;
    ngx_str_t   args[5];
    ngx_uint_t  enabled;

    args[0] = ctx->who;
    args[1] = ctx->param[0];

    if (ngx_inbox_body_string(ctx, "name", NGX_INBOX_MAX_NAME, &args[2], &rc)
        != NGX_OK
        || ngx_inbox_body_string(ctx, "role", 16, &args[3], &rc) != NGX_OK)
    {
        return rc;
    }

    if (ngx_inbox_json_bool_or(ctx->json, "enabled", 1, &enabled) != NGX_OK) {
        return ngx_inbox_reply_invalid(ctx->r, "enabled",
                                       "must be true or false");
    }

    if (enabled) {
        ngx_str_set(&args[4], "1");

    } else {
        ngx_str_set(&args[4], "0");
    }

    return ngx_inbox_ask_changed(ctx, NGX_INBOX_FN_AGENT_PUT, args, 5,
                                 NGX_HTTP_OK);
}


ngx_int_t
ngx_inbox_admin_agent_delete(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  args[2];

    args[0] = ctx->who;
    args[1] = ctx->param[0];
    ctx->next = ngx_inbox_admin_agent_delete;

    return ngx_inbox_ask(ctx, NGX_INBOX_FN_AGENT_DELETE, args, 2,
                         ngx_inbox_admin_on_deleted);
}


ngx_int_t
ngx_inbox_admin_tokens_get(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_admin_one(ctx, NGX_INBOX_FN_TOKENS);
}


ngx_int_t
ngx_inbox_admin_tokens_post(ngx_inbox_ctx_t *ctx)
{
    uint64_t   expires;
    ngx_int_t  rc;
    ngx_str_t  args[6], time;

    args[0] = ctx->who;
    args[1] = ctx->param[0];

    if (ngx_inbox_body_string(ctx, "name", NGX_INBOX_MAX_NAME, &args[4], &rc)
        != NGX_OK
        || ngx_inbox_body_string(ctx, "expires_at", NGX_INBOX_TIME_LEN, &time,
                                 &rc)
           != NGX_OK)
    {
        return rc;
    }

    ngx_str_null(&args[5]);

    if (time.len) {
        if (ngx_inbox_text_read_time(&time, &expires) != NGX_OK
            || expires == 0 || expires > NGX_INBOX_ADMIN_LAST)
        {
            return ngx_inbox_reply_invalid(ctx->r, "expires_at",
                                           "must be an RFC 3339 time in Z, "
                                           "before the year 2255");
        }

        args[5] = ngx_inbox_text_number(ctx->r->pool, expires * 1000);
    }

    args[3].len = NGX_INBOX_SHA256_HEX;
    args[3].data = ngx_pnalloc(ctx->r->pool, NGX_INBOX_SHA256_HEX);

    if (args[3].data == NULL
        || ngx_inbox_crypt_random(ctx->r->pool, NGX_INBOX_ADMIN_TOKEN_ID,
                                  &args[2])
           != NGX_OK
        || ngx_inbox_crypt_random(ctx->r->pool, NGX_INBOX_ADMIN_TOKEN,
                                  &ctx->secret)
           != NGX_OK
        || ngx_inbox_crypt_sha256_hex(&ctx->secret, args[3].data) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_inbox_ask(ctx, NGX_INBOX_FN_TOKEN_ADD, args, 6,
                         ngx_inbox_admin_on_token);
}


/* the Token as the store has it, and, this once, the token itself */

static ngx_int_t
ngx_inbox_admin_on_token(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    u_char     *p;
    ngx_str_t   piece, body;

    piece = ngx_inbox_ask_text(answer);

    body.data = ngx_pnalloc(ctx->r->pool, piece.len + ctx->secret.len + 16);
    if (body.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* {"id":… -> {"token":"…","id":… */

    p = ngx_sprintf(body.data, "{\"token\":\"%V\",", &ctx->secret);
    p = ngx_cpymem(p, piece.data + 1, piece.len - 1);
    body.len = p - body.data;

    return ngx_inbox_reply_json(ctx->r, NGX_HTTP_CREATED, &body, 0);
}


ngx_int_t
ngx_inbox_admin_token_delete(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  args[3];

    args[0] = ctx->who;
    args[1] = ctx->param[0];
    args[2] = ctx->param[1];

    return ngx_inbox_ask_empty(ctx, NGX_INBOX_FN_TOKEN_DELETE, args, 3);
}


static ngx_int_t
ngx_inbox_admin_one(ngx_inbox_ctx_t *ctx, ngx_inbox_fn_e fn)
{
    ngx_str_t  args[2];

    args[0] = ctx->who;
    args[1] = ctx->param[0];

    return ngx_inbox_ask_body(ctx, fn, args, 2);
}
