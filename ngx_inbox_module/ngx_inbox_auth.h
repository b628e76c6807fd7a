
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 5, service.  Who is calling?  Reads tokens, cookies and identities
 * that nginx has established, and turns them into a word for the store, which
 * decides within the one call whether the agent lives and what he may do.
 * What can be checked without the store (signatures, expiry, CSRF) is checked
 * here.  Tokens are compared as digests, in constant time, and never logged.
 *
 * Three kinds of credentials:
 *
 *     agent's token       random; the store knows its digest
 *     session cookie      token id . expiry . HMAC, made by POST session
 *     visitor's token     base64url(JSON) . HMAC: name and channel travel in
 *                         it, because nothing is stored before the first
 *                         message
 */

#ifndef _NGX_INBOX_AUTH_H_INCLUDED_
#define _NGX_INBOX_AUTH_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_ctx.h"


typedef enum {
    NGX_INBOX_AUTH_OK = 0,
    NGX_INBOX_AUTH_NOBODY,          /* 401 unauthorized */
    NGX_INBOX_AUTH_CSRF,            /* 403 csrf */
    NGX_INBOX_AUTH_MEMORY
} ngx_inbox_auth_e;


/* sets ctx->who */
ngx_inbox_auth_e ngx_inbox_auth_agent(ngx_inbox_ctx_t *ctx);

/* a browser sent it (it says from whose page), but not ours, which adds
   X-Inbox: 1 */
ngx_uint_t ngx_inbox_auth_is_foreign(ngx_http_request_t *r);

/* sets ctx->visitor…; the token must be of this space and channel */
ngx_inbox_auth_e ngx_inbox_auth_visitor(ngx_inbox_ctx_t *ctx,
    const ngx_str_t *channel);

/* ctx->visitor… out of a token's text; expired ones too when old is 1 */
ngx_inbox_auth_e ngx_inbox_auth_visitor_token(ngx_inbox_ctx_t *ctx,
    const ngx_str_t *channel, const ngx_str_t *token, ngx_uint_t old);

/* a visitor's token for ctx->visitor…; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_auth_make_visitor(ngx_inbox_ctx_t *ctx,
    const ngx_str_t *channel, ngx_str_t *token);

/* the word for the store that belongs to an agent's token */
ngx_int_t ngx_inbox_auth_who(ngx_inbox_ctx_t *ctx, const ngx_str_t *token,
    ngx_str_t *who);

/* the session cookie for who ("root" or "token:id"); NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_auth_set_cookie(ngx_inbox_ctx_t *ctx,
    const ngx_str_t *who);

/* takes the cookie away */
ngx_int_t ngx_inbox_auth_drop_cookie(ngx_inbox_ctx_t *ctx);


#endif /* _NGX_INBOX_AUTH_H_INCLUDED_ */
