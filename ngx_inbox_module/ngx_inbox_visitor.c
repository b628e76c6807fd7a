
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Who a visitor is, from the strongest proof to the weakest: the site vouches
 * for him (user_id and user_hash), he was here before (his old token), or he is
 * new (random).  Name, e-mail and phone are what he says of himself.
 */

#include "ngx_inbox_visitor.h"
#include "ngx_inbox_ask.h"
#include "ngx_inbox_auth.h"
#include "ngx_inbox_crypt.h"
#include "ngx_inbox_limit.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_text.h"


/* a visitor's id: random, or "user-" and the digest of the site's own id */
#define NGX_INBOX_VISITOR_RANDOM   16
#define NGX_INBOX_VISITOR_USER     "user-"
/* the site's own id of a user */
#define NGX_INBOX_VISITOR_USER_ID  200
/* characters; a longer address is cut, and no name is as long */
#define NGX_INBOX_VISITOR_PAGE     500


static ngx_int_t ngx_inbox_visitor_enter(ngx_inbox_ctx_t *ctx);
static ngx_int_t ngx_inbox_visitor_on_session(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line);
static ngx_int_t ngx_inbox_visitor_person(ngx_inbox_ctx_t *ctx);
static ngx_int_t ngx_inbox_visitor_identity(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line);
static ngx_int_t ngx_inbox_visitor_renew(ngx_inbox_ctx_t *ctx);
static ngx_int_t ngx_inbox_visitor_token(ngx_inbox_ctx_t *ctx);
static ngx_int_t ngx_inbox_visitor_on_chat(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);


ngx_int_t
ngx_inbox_visitor_session(ngx_inbox_ctx_t *ctx)
{
    ngx_int_t  rc;

    rc = ngx_inbox_visitor_renew(ctx);

    if (rc == NGX_DECLINED) {
        return ctx->refused;
    }

    if (rc != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ctx->visitor.len) {
        return ngx_inbox_visitor_enter(ctx);
    }

    return ngx_inbox_limit(ctx, NGX_INBOX_LIMIT_SESSIONS,
                           ngx_inbox_visitor_enter);
}


static ngx_int_t
ngx_inbox_visitor_enter(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_ask_line(ctx, &ctx->param[0], 0,
                              ngx_inbox_visitor_on_session);
}


static ngx_int_t
ngx_inbox_visitor_on_session(ngx_inbox_ctx_t *ctx, const ngx_inbox_line_t *line)
{
    ngx_int_t  rc;
    ngx_str_t  args[6];

    if (!ngx_inbox_visitor_is_welcome(line)) {
        return ngx_inbox_visitor_refuse(ctx);
    }

    rc = ngx_inbox_visitor_identity(ctx, line);

    if (rc == NGX_OK) {
        rc = ngx_inbox_visitor_person(ctx);
    }

    if (rc == NGX_OK) {
        rc = ngx_inbox_visitor_token(ctx);
    }

    if (rc == NGX_DECLINED) {
        return ctx->refused;
    }

    if (rc != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    args[0] = line->id;
    args[1] = line->rev;
    args[2] = ctx->visitor;
    ngx_str_null(&args[3]);
    ngx_str_null(&args[4]);
    ngx_str_set(&args[5], "1");

    return ngx_inbox_ask(ctx, NGX_INBOX_FN_VISITOR, args, 6,
                         ngx_inbox_visitor_on_chat);
}


/* an old token brings its visitor back; one that we did not make is simply
   not his, and he is a new one */

static ngx_int_t
ngx_inbox_visitor_renew(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t         token;
    ngx_inbox_auth_e  rc;

    if (ngx_inbox_json_str(ctx->json, "token", &token) == NGX_ERROR) {
        ctx->refused = ngx_inbox_reply_invalid(ctx->r, "token",
                                               "must be a string");
        return NGX_DECLINED;
    }

    if (token.len == 0) {
        return NGX_OK;
    }

    rc = ngx_inbox_auth_visitor_token(ctx, &ctx->param[0], &token, 1);

    return (rc == NGX_INBOX_AUTH_MEMORY) ? NGX_ERROR : NGX_OK;
}


/* user_id with user_hash = hex(HMAC-SHA256(identity_secret, user_id)): the same
   visitor on every device */

static ngx_int_t
ngx_inbox_visitor_identity(ngx_inbox_ctx_t *ctx, const ngx_inbox_line_t *line)
{
    u_char     *p, hex[NGX_INBOX_SHA256_HEX];
    ngx_str_t   user, hash, secret, ours;

    if (ngx_inbox_json_str(ctx->json, "user_id", &user) == NGX_ERROR
        || user.len > NGX_INBOX_VISITOR_USER_ID)
    {
        ctx->refused = ngx_inbox_reply_invalid(ctx->r, "user_id",
                                               "must be a short string");
        return NGX_DECLINED;
    }

    if (ngx_inbox_json_str(ctx->json, "user_hash", &hash) == NGX_ERROR) {
        ctx->refused = ngx_inbox_reply_invalid(ctx->r, "user_hash",
                                               "must be a string");
        return NGX_DECLINED;
    }

    if (user.len == 0) {
        return NGX_OK;
    }

    secret = ngx_inbox_channel_credential(line, "identity_secret");
    ours.data = hex;
    ours.len = NGX_INBOX_SHA256_HEX;

    if (secret.len && ngx_inbox_crypt_hmac_hex(&secret, &user, hex) != NGX_OK) {
        return NGX_ERROR;
    }

    if (secret.len == 0 || !ngx_inbox_crypt_equal(&hash, &ours)) {
        ctx->refused = ngx_inbox_reply_problem(ctx->r, NGX_HTTP_UNAUTHORIZED,
                                               "unauthorized",
                                               "user_hash does not fit");
        return NGX_DECLINED;
    }

    /* a digest: any text may be a site's id, a visitor's id is one word */

    p = ngx_pnalloc(ctx->r->pool, sizeof(NGX_INBOX_VISITOR_USER) - 1
                                  + NGX_INBOX_SHA256_HEX);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ctx->visitor.data = p;
    ctx->visitor.len = sizeof(NGX_INBOX_VISITOR_USER) - 1
                       + NGX_INBOX_SHA256_HEX;
    p = ngx_cpymem(p, NGX_INBOX_VISITOR_USER,
                   sizeof(NGX_INBOX_VISITOR_USER) - 1);

    return ngx_inbox_crypt_sha256_hex(&user, p);
}


static ngx_int_t
ngx_inbox_visitor_person(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t    value, *to[4];
    ngx_uint_t   i;

    static const char  *fields[] = { "name", "email", "phone", "page" };

    to[0] = &ctx->visitor_name;
    to[1] = &ctx->visitor_email;
    to[2] = &ctx->visitor_phone;
    to[3] = &ctx->visitor_page;

    for (i = 0; i < 4; i++) {

        if (ngx_inbox_json_str(ctx->json, fields[i], &value) == NGX_ERROR
            || (i < 3
                && ngx_inbox_text_chars(&value, NULL) > NGX_INBOX_MAX_NAME))
        {
            ctx->refused = ngx_inbox_reply_invalid(ctx->r, fields[i],
                                                   "must be a short string");
            return NGX_DECLINED;
        }

        value = ngx_inbox_text_trim(&value);

        if (value.len) {
            *to[i] = ngx_inbox_text_cut(&value, NGX_INBOX_VISITOR_PAGE);
        }
    }

    if (ctx->visitor.len) {
        return NGX_OK;
    }

    return ngx_inbox_crypt_random(ctx->r->pool, NGX_INBOX_VISITOR_RANDOM,
                                  &ctx->visitor);
}


/* what he says of himself travels in it: it must fit into a header */

static ngx_int_t
ngx_inbox_visitor_token(ngx_inbox_ctx_t *ctx)
{
    if (ngx_inbox_auth_make_visitor(ctx, &ctx->param[0], &ctx->secret)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx->secret.len > NGX_INBOX_MAX_TOKEN && ctx->visitor_page.len) {
        ctx->visitor_page.len = 0;
        return ngx_inbox_visitor_token(ctx);
    }

    if (ctx->secret.len > NGX_INBOX_MAX_TOKEN) {
        ctx->refused = ngx_inbox_reply_invalid(ctx->r, "name", "is too long");
        return NGX_DECLINED;
    }

    return NGX_OK;
}


/* value of `visitor`: body, rev, number, message, chat */

static ngx_int_t
ngx_inbox_visitor_on_chat(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    ngx_str_t                 chat, body;
    ngx_inbox_json_writer_t   w;
    ngx_inbox_redis_value_t  *v;

    v = answer->value;
    ngx_str_set(&chat, "null");

    if (v->type == NGX_INBOX_REDIS_ARRAY && v->n > 4 && v->item[4]->str.len) {
        chat = v->item[4]->str;
    }

    ngx_inbox_json_begin(&w, ctx->r->pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "token");
    ngx_inbox_json_put(&w, &ctx->secret);
    ngx_inbox_json_key(&w, "visitor");
    ngx_inbox_json_put(&w, &ctx->visitor);
    ngx_inbox_json_key(&w, "chat");
    ngx_inbox_json_raw(&w, (char *) chat.data, chat.len);
    ngx_inbox_json_close(&w, '}');

    if (ngx_inbox_json_end(&w, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_inbox_reply_json(ctx->r, NGX_HTTP_CREATED, &body, 0);
}


ngx_uint_t
ngx_inbox_visitor_is_welcome(const ngx_inbox_line_t *line)
{
    const ngx_inbox_channel_t  *channel;

    channel = ngx_inbox_channel_find(&line->kind);

    return channel != NULL && channel->talks == NULL && line->enabled;
}


ngx_int_t
ngx_inbox_visitor_refuse(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_reply_problem(ctx->r, NGX_HTTP_NOT_FOUND, "not_found",
                                   "no such channel");
}
