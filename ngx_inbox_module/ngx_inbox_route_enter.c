
/*
 * Copyright (C) the ngx_inbox authors
 *
 * What happens between the route and its endpoint: the body, who sends it, and
 * whether it has been sent before.
 */

#include "ngx_inbox_route_own.h"
#include "ngx_inbox_ask.h"
#include "ngx_inbox_auth.h"
#include "ngx_inbox_body.h"
#include "ngx_inbox_cors.h"
#include "ngx_inbox_crypt.h"
#include "ngx_inbox_reply.h"


static ngx_int_t ngx_inbox_route_body(ngx_inbox_ctx_t *ctx);
static ngx_int_t ngx_inbox_route_file(ngx_inbox_ctx_t *ctx);
static ngx_int_t ngx_inbox_route_on_json(ngx_inbox_ctx_t *ctx);
static ngx_int_t ngx_inbox_route_key(ngx_inbox_ctx_t *ctx);
static ngx_int_t ngx_inbox_route_idem(ngx_inbox_ctx_t *ctx);
static ngx_int_t ngx_inbox_route_who(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_route_t *route);
static ngx_int_t ngx_inbox_route_on_not_root(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);


ngx_int_t
ngx_inbox_route_read(ngx_inbox_ctx_t *ctx)
{
    const ngx_inbox_route_t  *route;

    route = ((ngx_inbox_route_ctx_t *) ctx)->route;

    if (route->body == NGX_INBOX_ROUTE_FILE) {
        return ngx_inbox_route_file(ctx);
    }

    ctx->max_body = ctx->conf->max_body;

    if (route->body == NGX_INBOX_ROUTE_JSON) {
        ctx->max_body = ngx_min(ctx->max_body, NGX_INBOX_MAX_JSON);
    }

    return ngx_inbox_body_read(ctx, ngx_inbox_route_body);
}


static ngx_int_t
ngx_inbox_route_body(ngx_inbox_ctx_t *ctx)
{
    const ngx_inbox_route_t  *route;

    route = ((ngx_inbox_route_ctx_t *) ctx)->route;

    if (route->body == NGX_INBOX_ROUTE_RAW) {
        return ngx_inbox_route_enter(ctx);
    }

    if (route->body == NGX_INBOX_ROUTE_FILE) {
        return ngx_inbox_cors_is_asked(ctx)
               ? ngx_inbox_cors(ctx, route->endpoint) : route->endpoint(ctx);
    }

    return ngx_inbox_cors_is_asked(ctx)
           ? ngx_inbox_cors(ctx, ngx_inbox_route_on_json)
           : ngx_inbox_route_on_json(ctx);
}


/* whoever is nobody is told so before he sends megabytes */

static ngx_int_t
ngx_inbox_route_file(ngx_inbox_ctx_t *ctx)
{
    const ngx_inbox_route_t  *route;

    route = ((ngx_inbox_route_ctx_t *) ctx)->route;

    if (ctx->worker->conf->files == NULL) {
        (void) ngx_http_discard_request_body(ctx->r);
        return ngx_inbox_reply_problem(ctx->r, NGX_HTTP_NOT_FOUND, "not_found",
                                       "this server keeps no files");
    }

    if (ngx_inbox_route_who(ctx, route) != NGX_OK
        || ngx_inbox_route_key(ctx) != NGX_OK)
    {
        (void) ngx_http_discard_request_body(ctx->r);
        return ctx->refused;
    }

    ctx->max_body = ctx->worker->conf->max_file;

    return ngx_inbox_body_file(ctx, ngx_inbox_route_body);
}


static ngx_int_t
ngx_inbox_route_on_json(ngx_inbox_ctx_t *ctx)
{
    const ngx_inbox_route_t  *route;

    route = ((ngx_inbox_route_ctx_t *) ctx)->route;

    if (ngx_inbox_route_who(ctx, route) != NGX_OK
        || ngx_inbox_body_parse(ctx) != NGX_OK
        || ngx_inbox_route_idem(ctx) != NGX_OK)
    {
        return ctx->refused;
    }

    return route->endpoint(ctx);
}


/* Idempotency-Key, or none */

static ngx_int_t
ngx_inbox_route_key(ngx_inbox_ctx_t *ctx)
{
    size_t  i;

    ctx->idem = ngx_inbox_ctx_header(ctx->r, "idempotency-key");

    for (i = 0; i < ctx->idem.len; i++) {
        if (ctx->idem.data[i] <= ' ' || ctx->idem.data[i] > '~'
            || i == NGX_INBOX_MAX_IDEM)
        {
            ctx->refused = ngx_inbox_reply_invalid(ctx->r, "Idempotency-Key",
                                          "must be 1 to 64 visible characters");
            return NGX_DECLINED;
        }
    }

    return NGX_OK;
}


/* the same with a digest of what it stands for: path and body */

static ngx_int_t
ngx_inbox_route_idem(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  text;

    if (ngx_inbox_route_key(ctx) != NGX_OK) {
        return NGX_DECLINED;
    }

    if (ctx->idem.len == 0) {
        return NGX_OK;
    }

    ctx->refused = NGX_HTTP_INTERNAL_SERVER_ERROR;

    text.len = ctx->path.len + 1 + ctx->body.len;
    text.data = ngx_pnalloc(ctx->r->pool, text.len);
    ctx->digest.data = ngx_pnalloc(ctx->r->pool, NGX_INBOX_SHA256_HEX);
    ctx->digest.len = NGX_INBOX_SHA256_HEX;

    if (text.data == NULL || ctx->digest.data == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(text.data, "%V %V", &ctx->path, &ctx->body);

    return ngx_inbox_crypt_sha256_hex(&text, ctx->digest.data);
}


ngx_int_t
ngx_inbox_route_enter(ngx_inbox_ctx_t *ctx)
{
    const ngx_inbox_route_t  *route;

    route = ((ngx_inbox_route_ctx_t *) ctx)->route;

    if (ngx_inbox_route_who(ctx, route) != NGX_OK) {
        return ctx->refused;
    }

    return route->endpoint(ctx);
}


static ngx_int_t
ngx_inbox_route_who(ngx_inbox_ctx_t *ctx, const ngx_inbox_route_t *route)
{
    ngx_inbox_auth_e  rc;

    switch (route->who) {

    case NGX_INBOX_ROUTE_AGENT:
    case NGX_INBOX_ROUTE_ROOT:
        rc = ngx_inbox_auth_agent(ctx);
        break;

    case NGX_INBOX_ROUTE_VISITOR:
        rc = ngx_inbox_auth_visitor(ctx, &ctx->param[0]);
        break;

    default:
        return NGX_OK;
    }

    if (rc == NGX_INBOX_AUTH_NOBODY) {
        ctx->refused = ngx_inbox_reply_problem(ctx->r, NGX_HTTP_UNAUTHORIZED,
                                               "unauthorized",
                                               "a valid token is needed");
        return NGX_DECLINED;
    }

    if (rc == NGX_INBOX_AUTH_CSRF) {
        ctx->refused = ngx_inbox_reply_problem(ctx->r, NGX_HTTP_FORBIDDEN,
                                               "csrf",
                                               "the header X-Inbox: 1 is "
                                               "missing");
        return NGX_DECLINED;
    }

    if (rc != NGX_INBOX_AUTH_OK) {
        ctx->refused = NGX_HTTP_INTERNAL_SERVER_ERROR;
        return NGX_ERROR;
    }

    ctx->trace.agent = ctx->who;

    if (route->who == NGX_INBOX_ROUTE_ROOT
        && (ctx->who.len != 4 || ngx_strncmp(ctx->who.data, "root", 4) != 0))
    {
        /* an agent is told so, who is none is nobody */

        ctx->refused = ngx_inbox_ask(ctx, NGX_INBOX_FN_ME, &ctx->who, 1,
                                     ngx_inbox_route_on_not_root);
        return NGX_DECLINED;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_route_on_not_root(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    return ngx_inbox_reply_problem(ctx->r, NGX_HTTP_FORBIDDEN, "forbidden",
                                   "the root token is needed");
}
