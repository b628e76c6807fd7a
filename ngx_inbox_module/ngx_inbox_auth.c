
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Both signed things have the form "payload.mac" with mac = HMAC-SHA256(secret,
 * purpose NUL space NUL payload) in hex: a signature made for one purpose or
 * space means nothing in another.  The cookie of root is bound to the digest of
 * the root token besides, so that a new root token ends its old sessions.  The
 * key before the present one (inbox_secret_file's second line) still verifies.
 */

#include "ngx_inbox_auth.h"
#include "ngx_inbox_compat.h"
#include "ngx_inbox_crypt.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_text.h"


#define NGX_INBOX_AUTH_COOKIE         "inbox_session"

/* a working month: agents live in the page */
#define NGX_INBOX_AUTH_SESSION        (30 * 86400)
/* the frame renews it with each visit */
#define NGX_INBOX_AUTH_VISITOR        (7 * 86400)
/* an expired token may be renewed within this time */
#define NGX_INBOX_AUTH_VISITOR_OLD    (400 * 86400)


static ngx_uint_t ngx_inbox_auth_bearer(ngx_http_request_t *r,
    ngx_str_t *token);
static ngx_uint_t ngx_inbox_auth_next_cookie(ngx_str_t *line,
    ngx_str_t *cookie);
static ngx_inbox_auth_e ngx_inbox_auth_session(ngx_inbox_ctx_t *ctx,
    ngx_str_t *id, ngx_uint_t *n);
static ngx_inbox_auth_e ngx_inbox_auth_live(ngx_inbox_ctx_t *ctx,
    const ngx_str_t *cookie, ngx_str_t *id);
static ngx_inbox_auth_e ngx_inbox_auth_cookie(ngx_inbox_ctx_t *ctx,
    const ngx_str_t *id);
static ngx_inbox_auth_e ngx_inbox_auth_nginx(ngx_inbox_ctx_t *ctx);
static ngx_uint_t ngx_inbox_auth_is_safe(ngx_http_request_t *r);
static ngx_uint_t ngx_inbox_auth_has_header(ngx_http_request_t *r);

static ngx_int_t ngx_inbox_auth_sign(ngx_inbox_ctx_t *ctx, const char *purpose,
    const ngx_str_t *key, const ngx_str_t *payload, u_char *hex);
static ngx_inbox_auth_e ngx_inbox_auth_check(ngx_inbox_ctx_t *ctx,
    const char *purpose, const ngx_str_t *signed_text, ngx_str_t *payload);
static ngx_inbox_auth_e ngx_inbox_auth_read_visitor(ngx_inbox_ctx_t *ctx,
    const ngx_str_t *channel, const ngx_str_t *payload, ngx_uint_t old);


ngx_inbox_auth_e
ngx_inbox_auth_agent(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t         token, id;
    ngx_uint_t        n;
    ngx_inbox_auth_e  rc;

    if (ngx_inbox_auth_bearer(ctx->r, &token)) {

        if (token.len == 0 || token.len > NGX_INBOX_MAX_TOKEN) {
            return NGX_INBOX_AUTH_NOBODY;
        }

        return (ngx_inbox_auth_who(ctx, &token, &ctx->who) == NGX_OK)
               ? NGX_INBOX_AUTH_OK : NGX_INBOX_AUTH_MEMORY;
    }

    rc = ngx_inbox_auth_session(ctx, &id, &n);

    if (n) {
        return (rc == NGX_INBOX_AUTH_OK) ? ngx_inbox_auth_cookie(ctx, &id) : rc;
    }

    return ngx_inbox_auth_nginx(ctx);
}


/* 1 when there is an Authorization header of this kind */

static ngx_uint_t
ngx_inbox_auth_bearer(ngx_http_request_t *r, ngx_str_t *token)
{
    ngx_table_elt_t  *h;

    static u_char  scheme[] = "Bearer ";

    h = r->headers_in.authorization;

    if (h == NULL
        || h->value.len < sizeof(scheme) - 1
        || ngx_strncasecmp(h->value.data, scheme, sizeof(scheme) - 1) != 0)
    {
        return 0;
    }

    token->data = h->value.data + sizeof(scheme) - 1;
    token->len = h->value.len - (sizeof(scheme) - 1);
    *token = ngx_inbox_text_trim(token);

    return 1;
}


ngx_int_t
ngx_inbox_auth_who(ngx_inbox_ctx_t *ctx, const ngx_str_t *token,
    ngx_str_t *who)
{
    u_char     *p;
    ngx_str_t   digest, *root;

    p = ngx_pnalloc(ctx->r->pool, sizeof("digest:") - 1
                                  + NGX_INBOX_SHA256_HEX);
    if (p == NULL) {
        return NGX_ERROR;
    }

    digest.data = ngx_cpymem(p, "digest:", sizeof("digest:") - 1);
    digest.len = NGX_INBOX_SHA256_HEX;

    if (ngx_inbox_crypt_sha256_hex(token, digest.data) != NGX_OK) {
        return NGX_ERROR;
    }

    root = &ctx->worker->conf->root_digest;

    if (root->len && ngx_inbox_crypt_equal(root, &digest)) {
        ngx_str_set(who, "root");
        return NGX_OK;
    }

    who->data = p;
    who->len = sizeof("digest:") - 1 + NGX_INBOX_SHA256_HEX;

    return NGX_OK;
}


/* A browser that has several of the name (of other paths, or of other hosts
   of the domain) sends all of them, in an order that is not ours: the first
   that is good counts.  n: how many there were up to it */

static ngx_inbox_auth_e
ngx_inbox_auth_session(ngx_inbox_ctx_t *ctx, ngx_str_t *id, ngx_uint_t *n)
{
    ngx_str_t         *header, line, cookie;
    ngx_uint_t         i;
    ngx_inbox_auth_e   rc;

    *n = 0;
    rc = NGX_INBOX_AUTH_NOBODY;

    for (i = 0; /* void */ ; i++) {

        header = ngx_inbox_compat_cookies(ctx->r, i);
        if (header == NULL) {
            return rc;
        }

        line = *header;

        while (ngx_inbox_auth_next_cookie(&line, &cookie)) {

            (*n)++;

            rc = ngx_inbox_auth_live(ctx, &cookie, id);
            if (rc != NGX_INBOX_AUTH_NOBODY) {
                return rc;
            }
        }
    }
}


/* takes what comes up to the next cookie of ours off the line; 0: none does */

static ngx_uint_t
ngx_inbox_auth_next_cookie(ngx_str_t *line, ngx_str_t *cookie)
{
    u_char  *p, *last;

    static u_char  name[] = NGX_INBOX_AUTH_COOKIE "=";

    last = line->data + line->len;

    while (line->len) {

        p = ngx_strlchr(line->data, last, ';');

        cookie->data = line->data;
        cookie->len = (p ? p : last) - line->data;
        *cookie = ngx_inbox_text_trim(cookie);

        line->data = p ? p + 1 : last;
        line->len = last - line->data;

        if (cookie->len >= sizeof(name) - 1
            && ngx_strncmp(cookie->data, name, sizeof(name) - 1) == 0)
        {
            cookie->data += sizeof(name) - 1;
            cookie->len -= sizeof(name) - 1;

            return 1;
        }
    }

    return 0;
}


/* the cookie's payload: id . expires; the id is "root" or a token's */

static ngx_inbox_auth_e
ngx_inbox_auth_live(ngx_inbox_ctx_t *ctx, const ngx_str_t *cookie,
    ngx_str_t *id)
{
    u_char            *dot, *last;
    ngx_inbox_auth_e   rc;

    rc = ngx_inbox_auth_check(ctx, "session", cookie, id);
    if (rc != NGX_INBOX_AUTH_OK) {
        return rc;
    }

    last = id->data + id->len;

    dot = ngx_strlchr(id->data, last, '.');

    if (dot == NULL || ngx_atotm(dot + 1, last - dot - 1) <= ngx_time()) {
        return NGX_INBOX_AUTH_NOBODY;
    }

    id->len = dot - id->data;

    return NGX_INBOX_AUTH_OK;
}


/* id: of a good one */

static ngx_inbox_auth_e
ngx_inbox_auth_cookie(ngx_inbox_ctx_t *ctx, const ngx_str_t *id)
{
    u_char  *p;

    if (!ngx_inbox_auth_is_safe(ctx->r)
        && !ngx_inbox_auth_has_header(ctx->r))
    {
        return NGX_INBOX_AUTH_CSRF;
    }

    if (id->len == 4 && ngx_strncmp(id->data, "root", 4) == 0) {
        ngx_str_set(&ctx->who, "root");
        return NGX_INBOX_AUTH_OK;
    }

    p = ngx_pnalloc(ctx->r->pool, id->len + 6);
    if (p == NULL) {
        return NGX_INBOX_AUTH_MEMORY;
    }

    ctx->who.data = p;
    ctx->who.len = ngx_sprintf(p, "token:%V", id) - p;

    return NGX_INBOX_AUTH_OK;
}


/* an identity that nginx has established; a browser sends some of them by
   itself, so a page of another site must not be able to use them */

static ngx_inbox_auth_e
ngx_inbox_auth_nginx(ngx_inbox_ctx_t *ctx)
{
    u_char     *p;
    ngx_str_t   id;

    if (ctx->conf->agent == NULL) {
        return NGX_INBOX_AUTH_NOBODY;
    }

    if (ngx_http_complex_value(ctx->r, ctx->conf->agent, &id) != NGX_OK) {
        return NGX_INBOX_AUTH_MEMORY;
    }

    if (!ngx_inbox_text_is_id(&id)) {
        return NGX_INBOX_AUTH_NOBODY;
    }

    if (!ngx_inbox_auth_is_safe(ctx->r) && ngx_inbox_auth_is_foreign(ctx->r)) {
        return NGX_INBOX_AUTH_CSRF;
    }

    p = ngx_pnalloc(ctx->r->pool, id.len + 6);
    if (p == NULL) {
        return NGX_INBOX_AUTH_MEMORY;
    }

    ctx->who.data = p;
    ctx->who.len = ngx_sprintf(p, "agent:%V", &id) - p;

    return NGX_INBOX_AUTH_OK;
}


ngx_uint_t
ngx_inbox_auth_is_foreign(ngx_http_request_t *r)
{
    return ngx_inbox_ctx_header(r, "origin").len
           && !ngx_inbox_auth_has_header(r);
}


static ngx_uint_t
ngx_inbox_auth_is_safe(ngx_http_request_t *r)
{
    return (r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD|NGX_HTTP_OPTIONS)) != 0;
}


static ngx_uint_t
ngx_inbox_auth_has_header(ngx_http_request_t *r)
{
    ngx_str_t  value;

    value = ngx_inbox_ctx_header(r, "x-inbox");

    return value.len == 1 && value.data[0] == '1';
}


ngx_int_t
ngx_inbox_auth_set_cookie(ngx_inbox_ctx_t *ctx, const ngx_str_t *who)
{
    u_char      *p, *last;
    ngx_str_t    id, payload, value;
    ngx_uint_t   secure;

    id = *who;

    if (id.len > 6 && ngx_strncmp(id.data, "token:", 6) == 0) {
        id.data += 6;
        id.len -= 6;
    }

    payload.data = ngx_pnalloc(ctx->r->pool, id.len + 1 + NGX_TIME_T_LEN);
    value.data = ngx_pnalloc(ctx->r->pool, id.len + NGX_TIME_T_LEN + 256
                                           + ctx->conf->prefix.len);

    if (payload.data == NULL || value.data == NULL) {
        return NGX_ERROR;
    }

    payload.len = ngx_sprintf(payload.data, "%V.%T", &id,
                              ngx_time() + NGX_INBOX_AUTH_SESSION)
                  - payload.data;

    p = ngx_sprintf(value.data, NGX_INBOX_AUTH_COOKIE "=%V.", &payload);

    if (ngx_inbox_auth_sign(ctx, "session", &ctx->worker->conf->secret,
                            &payload, p)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    secure = ngx_inbox_ctx_is_https(ctx);

    last = ngx_sprintf(p + NGX_INBOX_SHA256_HEX,
                       "; Path=%V/; Max-Age=%d; HttpOnly; SameSite=Strict%s",
                       &ctx->conf->prefix, NGX_INBOX_AUTH_SESSION,
                       secure ? "; Secure" : "");

    value.len = last - value.data;

    return ngx_inbox_reply_header(ctx->r, "Set-Cookie", &value);
}


ngx_int_t
ngx_inbox_auth_drop_cookie(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  value;

    value.data = ngx_pnalloc(ctx->r->pool, 128 + ctx->conf->prefix.len);
    if (value.data == NULL) {
        return NGX_ERROR;
    }

    value.len = ngx_sprintf(value.data, NGX_INBOX_AUTH_COOKIE
                            "=; Path=%V/; Max-Age=0; HttpOnly; SameSite=Strict",
                            &ctx->conf->prefix)
                - value.data;

    return ngx_inbox_reply_header(ctx->r, "Set-Cookie", &value);
}


ngx_inbox_auth_e
ngx_inbox_auth_visitor(ngx_inbox_ctx_t *ctx, const ngx_str_t *channel)
{
    ngx_str_t  token;

    if (!ngx_inbox_auth_bearer(ctx->r, &token)) {
        return NGX_INBOX_AUTH_NOBODY;
    }

    return ngx_inbox_auth_visitor_token(ctx, channel, &token, 0);
}


ngx_inbox_auth_e
ngx_inbox_auth_visitor_token(ngx_inbox_ctx_t *ctx, const ngx_str_t *channel,
    const ngx_str_t *token, ngx_uint_t old)
{
    ngx_str_t         payload, text;
    ngx_inbox_auth_e  rc;

    if (token->len > NGX_INBOX_MAX_TOKEN) {
        return NGX_INBOX_AUTH_NOBODY;
    }

    rc = ngx_inbox_auth_check(ctx, "visitor", token, &payload);
    if (rc != NGX_INBOX_AUTH_OK) {
        return rc;
    }

    text.data = ngx_pnalloc(ctx->r->pool,
                            ngx_base64_decoded_length(payload.len));
    if (text.data == NULL) {
        return NGX_INBOX_AUTH_MEMORY;
    }

    if (ngx_decode_base64url(&text, &payload) != NGX_OK) {
        return NGX_INBOX_AUTH_NOBODY;
    }

    return ngx_inbox_auth_read_visitor(ctx, channel, &text, old);
}


static ngx_inbox_auth_e
ngx_inbox_auth_read_visitor(ngx_inbox_ctx_t *ctx, const ngx_str_t *channel,
    const ngx_str_t *payload, ngx_uint_t old)
{
    int64_t            expires;
    ngx_str_t          err, line;
    ngx_inbox_json_t  *v;

    v = ngx_inbox_json_parse(ctx->r->pool, payload, &err);

    if (ngx_inbox_json_str(v, "c", &line) != NGX_OK
        || ngx_inbox_json_str(v, "v", &ctx->visitor) != NGX_OK
        || ngx_inbox_json_int(v, "e", &expires) != NGX_OK)
    {
        return NGX_INBOX_AUTH_NOBODY;
    }

    if (line.len != channel->len
        || ngx_strncmp(line.data, channel->data, line.len) != 0)
    {
        return NGX_INBOX_AUTH_NOBODY;
    }

    if (old) {
        expires += NGX_INBOX_AUTH_VISITOR_OLD;
    }

    if (expires <= (int64_t) ngx_time()) {
        return NGX_INBOX_AUTH_NOBODY;
    }

    (void) ngx_inbox_json_str(v, "n", &ctx->visitor_name);
    (void) ngx_inbox_json_str(v, "m", &ctx->visitor_email);
    (void) ngx_inbox_json_str(v, "p", &ctx->visitor_phone);
    (void) ngx_inbox_json_str(v, "u", &ctx->visitor_page);

    return NGX_INBOX_AUTH_OK;
}


ngx_int_t
ngx_inbox_auth_make_visitor(ngx_inbox_ctx_t *ctx, const ngx_str_t *channel,
    ngx_str_t *token)
{
    ngx_str_t                text, payload;
    ngx_inbox_json_writer_t  w;

    ngx_inbox_json_begin(&w, ctx->r->pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "c");
    ngx_inbox_json_put(&w, channel);
    ngx_inbox_json_key(&w, "v");
    ngx_inbox_json_put(&w, &ctx->visitor);
    ngx_inbox_json_key(&w, "e");
    ngx_inbox_json_put_int(&w, ngx_time() + NGX_INBOX_AUTH_VISITOR);
    ngx_inbox_json_key(&w, "n");
    ngx_inbox_json_put_or_null(&w, &ctx->visitor_name);
    ngx_inbox_json_key(&w, "m");
    ngx_inbox_json_put_or_null(&w, &ctx->visitor_email);
    ngx_inbox_json_key(&w, "p");
    ngx_inbox_json_put_or_null(&w, &ctx->visitor_phone);
    ngx_inbox_json_key(&w, "u");
    ngx_inbox_json_put_or_null(&w, &ctx->visitor_page);
    ngx_inbox_json_close(&w, '}');

    if (ngx_inbox_json_end(&w, &text) != NGX_OK) {
        return NGX_ERROR;
    }

    token->data = ngx_pnalloc(ctx->r->pool, ngx_base64_encoded_length(text.len)
                                            + 1 + NGX_INBOX_SHA256_HEX);
    if (token->data == NULL) {
        return NGX_ERROR;
    }

    payload.data = token->data;
    ngx_encode_base64url(&payload, &text);
    token->data[payload.len] = '.';
    token->len = payload.len + 1 + NGX_INBOX_SHA256_HEX;

    return ngx_inbox_auth_sign(ctx, "visitor", &ctx->worker->conf->secret,
                               &payload, token->data + payload.len + 1);
}


static ngx_int_t
ngx_inbox_auth_sign(ngx_inbox_ctx_t *ctx, const char *purpose,
    const ngx_str_t *key, const ngx_str_t *payload, u_char *hex)
{
    ngx_str_t  text, root;

    ngx_str_null(&root);

    if (payload->len > 5 && ngx_strncmp(payload->data, "root.", 5) == 0) {
        root = ctx->worker->conf->root_digest;
    }

    text.len = ngx_strlen(purpose) + 1 + ctx->space.len + 1 + root.len + 1
               + payload->len;
    text.data = ngx_pnalloc(ctx->r->pool, text.len);
    if (text.data == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(text.data, "%s%Z%V%Z%V%Z%V", purpose, &ctx->space, &root,
                payload);

    return ngx_inbox_crypt_hmac_hex(key, &text, hex);
}


static ngx_inbox_auth_e
ngx_inbox_auth_check(ngx_inbox_ctx_t *ctx, const char *purpose,
    const ngx_str_t *signed_text, ngx_str_t *payload)
{
    u_char                  hex[NGX_INBOX_SHA256_HEX];
    ngx_str_t               theirs, ours;
    ngx_inbox_main_conf_t  *conf;

    conf = ctx->worker->conf;

    if (signed_text->len <= NGX_INBOX_SHA256_HEX + 1) {
        return NGX_INBOX_AUTH_NOBODY;
    }

    payload->data = signed_text->data;
    payload->len = signed_text->len - NGX_INBOX_SHA256_HEX - 1;

    if (payload->data[payload->len] != '.') {
        return NGX_INBOX_AUTH_NOBODY;
    }

    theirs.data = payload->data + payload->len + 1;
    theirs.len = NGX_INBOX_SHA256_HEX;
    ours.data = hex;
    ours.len = NGX_INBOX_SHA256_HEX;

    if (ngx_inbox_auth_sign(ctx, purpose, &conf->secret, payload, hex)
        != NGX_OK)
    {
        return NGX_INBOX_AUTH_MEMORY;
    }

    if (ngx_inbox_crypt_equal(&theirs, &ours)) {
        return NGX_INBOX_AUTH_OK;
    }

    if (conf->secret_old.len == 0) {
        return NGX_INBOX_AUTH_NOBODY;
    }

    if (ngx_inbox_auth_sign(ctx, purpose, &conf->secret_old, payload, hex)
        != NGX_OK)
    {
        return NGX_INBOX_AUTH_MEMORY;
    }

    return ngx_inbox_crypt_equal(&theirs, &ours) ? NGX_INBOX_AUTH_OK
                                                 : NGX_INBOX_AUTH_NOBODY;
}
