
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Meta's webhooks: are they Meta's, and the question Meta asks first.
 *
 * X-Hub-Signature-256 is an HMAC over the bytes as they came.  Products of one
 * company are signed with different secrets (an Instagram login has its own
 * app secret), so app_secret is a list; each is tried, whichever fits first.
 *
 * hub.challenge is text of whoever asks, repeated by our domain: only what Meta
 * really sends, a short word of plain letters, is given back.
 */


#include "ngx_inbox_meta.h"
#include "../ngx_inbox_crypt.h"


#define NGX_INBOX_META_SIGNATURE  (sizeof("sha256=") - 1                      \
                                   + NGX_INBOX_SHA256_HEX)
/* a challenge has ten digits */
#define NGX_INBOX_META_CHALLENGE  128


static ngx_uint_t ngx_inbox_meta_signed(const ngx_str_t *secret,
    const ngx_str_t *body, const ngx_str_t *given);

static ngx_int_t ngx_inbox_meta_arg(ngx_pool_t *pool, const ngx_str_t *args,
    const char *name, ngx_str_t *value);
static ngx_uint_t ngx_inbox_meta_is_plain(const ngx_str_t *s);


ngx_int_t
ngx_inbox_meta_verify(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_hook_t *hook)
{
    u_char      *p, *last, *end;
    ngx_str_t    secrets, secret, given;
    ngx_uint_t   fits;

    given = hook->header(hook->data, "X-Hub-Signature-256");
    secrets = ngx_inbox_channel_credential(line, "app_secret");

    if (secrets.len == 0) {
        return NGX_DECLINED;
    }

    fits = 0;
    p = secrets.data;
    last = p + secrets.len;

    while (p < last) {
        end = ngx_strlchr(p, last, '\n');
        end = (end == NULL) ? last : end;

        secret.data = p;
        secret.len = end - p;

        if (secret.len) {
            fits |= ngx_inbox_meta_signed(&secret, &hook->body, &given);
        }

        p = end + 1;
    }

    return fits ? NGX_OK : NGX_DECLINED;
}


static ngx_uint_t
ngx_inbox_meta_signed(const ngx_str_t *secret, const ngx_str_t *body,
    const ngx_str_t *given)
{
    u_char     signature[NGX_INBOX_META_SIGNATURE];
    ngx_str_t  ours;

    ngx_memcpy(signature, "sha256=", sizeof("sha256=") - 1);

    if (ngx_inbox_crypt_hmac_hex(secret, body,
                                 signature + sizeof("sha256=") - 1)
        != NGX_OK)
    {
        return 0;
    }

    ours.data = signature;
    ours.len = sizeof(signature);

    return ngx_inbox_crypt_equal(&ours, given);
}


ngx_int_t
ngx_inbox_meta_greet(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_hook_t *hook, ngx_str_t *body)
{
    ngx_str_t  mode, token, given;

    if (!ngx_inbox_reader_is(&hook->method, "GET")) {
        return NGX_DECLINED;
    }

    if (ngx_inbox_meta_arg(pool, &hook->args, "hub.mode", &mode) != NGX_OK
        || !ngx_inbox_reader_is(&mode, "subscribe"))
    {
        return NGX_DECLINED;
    }

    token = ngx_inbox_channel_credential(line, "verify_token");

    if (token.len == 0
        || ngx_inbox_meta_arg(pool, &hook->args, "hub.verify_token", &given)
           != NGX_OK
        || !ngx_inbox_crypt_equal(&token, &given))
    {
        return NGX_ABORT;
    }

    if (ngx_inbox_meta_arg(pool, &hook->args, "hub.challenge", body) != NGX_OK
        || !ngx_inbox_meta_is_plain(body))
    {
        return NGX_ABORT;
    }

    return NGX_OK;
}


/* the first argument of that name, decoded; NGX_OK | NGX_DECLINED */
static ngx_int_t
ngx_inbox_meta_arg(ngx_pool_t *pool, const ngx_str_t *args, const char *name,
    ngx_str_t *value)
{
    u_char  *p, *last, *end, *src, *dst;
    size_t   len;

    if (args->len == 0) {
        return NGX_DECLINED;
    }

    len = ngx_strlen(name);
    p = args->data;
    last = p + args->len;

    for ( /* void */ ; p < last; p = end + 1) {
        end = ngx_strlchr(p, last, '&');
        end = (end == NULL) ? last : end;

        if ((size_t) (end - p) <= len || p[len] != '='
            || ngx_memcmp(p, name, len) != 0)
        {
            continue;
        }

        src = p + len + 1;

        dst = ngx_pnalloc(pool, end - src + 1);
        if (dst == NULL) {
            return NGX_DECLINED;
        }

        value->data = dst;
        ngx_unescape_uri(&dst, &src, end - src, 0);
        value->len = dst - value->data;

        return NGX_OK;
    }

    return NGX_DECLINED;
}


static ngx_uint_t
ngx_inbox_meta_is_plain(const ngx_str_t *s)
{
    u_char  ch;
    size_t  i;

    for (i = 0; i < s->len; i++) {
        ch = s->data[i];

        if ((ch < 'a' || ch > 'z') && (ch < 'A' || ch > 'Z')
            && (ch < '0' || ch > '9') && ch != '-' && ch != '_')
        {
            return 0;
        }
    }

    return s->len > 0 && s->len <= NGX_INBOX_META_CHALLENGE;
}


ngx_str_t
ngx_inbox_meta_setting(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const char *name)
{
    ngx_str_t          err, value;
    ngx_inbox_json_t  *settings;

    settings = ngx_inbox_json_parse(pool, &line->settings, &err);

    if (ngx_inbox_json_id(pool, settings, name, &value) != NGX_OK) {
        ngx_str_null(&value);
    }

    return value;
}
