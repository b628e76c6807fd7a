
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A PUT goes to the store as one call: for each credential the kind knows
 * either a sealed value, or "=" (stays as it is: left out, or given as "set"),
 * or nothing (null: removed), or "?" and a sealed value (made by us: taken only
 * when there is none yet, and then shown this once).
 */

#include "ngx_inbox_lines.h"
#include "ngx_inbox_ask.h"
#include "ngx_inbox_crypt.h"
#include "ngx_inbox_hours.h"
#include "ngx_inbox_query.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_site.h"
#include "ngx_inbox_text.h"


/* longest secret of any platform: a list of JWT-like tokens */
#define NGX_INBOX_LINES_SECRET   8192
/* settings of a site: greeting, hours, origins */
#define NGX_INBOX_LINES_SETTINGS 16384
/* random bytes of a secret that we make */
#define NGX_INBOX_LINES_RANDOM   32

#define NGX_INBOX_LINES_FIXED    12
#define NGX_INBOX_LINES_NAMES    8


static ngx_int_t ngx_inbox_lines_fixed(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_channel_t *channel, ngx_str_t *args);
static ngx_uint_t ngx_inbox_lines_window(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_channel_t *channel);
static ngx_int_t ngx_inbox_lines_settings(ngx_inbox_ctx_t *ctx,
    ngx_str_t *settings);
static ngx_int_t ngx_inbox_lines_credentials(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_channel_t *channel, ngx_str_t *args, ngx_uint_t *n);
static ngx_int_t ngx_inbox_lines_credential(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_channel_t *channel, const char *name, ngx_str_t *out);
static ngx_int_t ngx_inbox_lines_secret(ngx_inbox_json_t *value,
    ngx_pool_t *pool, ngx_str_t *plain);
static ngx_int_t ngx_inbox_lines_make(ngx_inbox_ctx_t *ctx, const char *name,
    ngx_str_t *out);
static ngx_int_t ngx_inbox_lines_seal(ngx_inbox_ctx_t *ctx, const char *name,
    const ngx_str_t *plain, ngx_str_t *sealed);
static ngx_int_t ngx_inbox_lines_on_put(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);


ngx_int_t
ngx_inbox_lines_get(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  args[3];

    args[0] = ctx->who;
    args[1] = ctx->param[0];

    if (ngx_inbox_ctx_hook_url(ctx, &args[1], &args[2]) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_inbox_ask_body(ctx, NGX_INBOX_FN_CHANNEL_GET, args, 3);
}


ngx_int_t
ngx_inbox_lines_delete(ngx_inbox_ctx_t *ctx)
{
    ngx_int_t  rc;
    ngx_str_t  args[3];

    args[0] = ctx->who;
    args[1] = ctx->param[0];

    if (ngx_inbox_query_flag(ctx, "force", &args[2], &rc) != NGX_OK) {
        return rc;
    }

    return ngx_inbox_ask_empty(ctx, NGX_INBOX_FN_CHANNEL_DELETE, args, 3);
}


ngx_int_t
ngx_inbox_lines_put(ngx_inbox_ctx_t *ctx)
{
    ngx_int_t                   rc;
    ngx_str_t                   kind, args[NGX_INBOX_LINES_FIXED
                                           + 2 * NGX_INBOX_LINES_NAMES];
    ngx_uint_t                  n;
    const ngx_inbox_channel_t  *channel;

    if (ngx_inbox_json_str(ctx->json, "kind", &kind) != NGX_OK) {
        return ngx_inbox_reply_invalid(ctx->r, "kind",
                                       "must be a kind of channel");
    }

    channel = ngx_inbox_channel_find(&kind);

    if (channel == NULL) {
        return ngx_inbox_reply_invalid(ctx->r, "kind",
                                       "is not a kind that we know");
    }

    rc = ngx_inbox_lines_fixed(ctx, channel, args);

    if (rc != NGX_OK || ctx->answered) {
        return rc;
    }

    n = NGX_INBOX_LINES_FIXED;
    rc = ngx_inbox_lines_credentials(ctx, channel, args, &n);

    if (rc != NGX_OK || ctx->answered) {
        return rc;
    }

    return ngx_inbox_ask(ctx, NGX_INBOX_FN_CHANNEL_PUT, args, n,
                         ngx_inbox_lines_on_put);
}


static ngx_int_t
ngx_inbox_lines_fixed(ngx_inbox_ctx_t *ctx, const ngx_inbox_channel_t *channel,
    ngx_str_t *args)
{
    ngx_uint_t  enabled;

    args[0] = ctx->who;
    args[1] = ctx->param[0];
    args[2] = channel->kind;

    if (ngx_inbox_json_str(ctx->json, "title", &args[3]) == NGX_ERROR
        || ngx_inbox_text_chars(&args[3], NULL) > NGX_INBOX_MAX_NAME)
    {
        ctx->answered = 1;
        return ngx_inbox_reply_invalid(ctx->r, "title",
                                       "must be a short string");
    }

    if (ngx_inbox_json_str(ctx->json, "group", &args[4]) == NGX_ERROR
        || (args[4].len && !ngx_inbox_text_is_id(&args[4])))
    {
        ctx->answered = 1;
        return ngx_inbox_reply_invalid(ctx->r, "group",
                                       "must be null or a group's id");
    }

    if (ngx_inbox_json_bool_or(ctx->json, "enabled", 1, &enabled) != NGX_OK) {
        ctx->answered = 1;
        return ngx_inbox_reply_invalid(ctx->r, "enabled",
                                       "must be true or false");
    }

    args[5].data = (u_char *) (enabled ? "1" : "0");
    args[5].len = 1;

    args[7] = ngx_inbox_text_number(ctx->r->pool, channel->text_limit);
    args[8].data = (u_char *) channel->text_unit;
    args[8].len = ngx_strlen(channel->text_unit);
    args[9].data = (u_char *) (channel->talks == NULL ? "1" : "0");
    args[9].len = 1;

    args[10] = ngx_inbox_text_number(ctx->r->pool,
                                     ngx_inbox_lines_window(ctx, channel));

    if (args[7].data == NULL || args[10].data == NULL
        || ngx_inbox_ctx_hook_url(ctx, &args[1], &args[11]) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_inbox_lines_settings(ctx, &args[6]);
}


/* how long a client may be written to, as the channel's settings have it */

static ngx_uint_t
ngx_inbox_lines_window(ngx_inbox_ctx_t *ctx, const ngx_inbox_channel_t *channel)
{
    ngx_uint_t  on;

    if (channel->wide != NULL
        && ngx_inbox_json_bool(ngx_inbox_json_get(ctx->json, "settings"),
                               channel->wide, &on)
           == NGX_OK
        && on)
    {
        return channel->wide_window;
    }

    return channel->window;
}


static ngx_int_t
ngx_inbox_lines_settings(ngx_inbox_ctx_t *ctx, ngx_str_t *settings)
{
    ngx_uint_t                    open;
    ngx_inbox_json_t             *v;
    const ngx_inbox_site_rule_t  *rule;

    v = ngx_inbox_json_get(ctx->json, "settings");

    if (ngx_inbox_json_is_null(v)) {
        ngx_str_set(settings, "{}");
        return NGX_OK;
    }

    if (!ngx_inbox_json_is_object(v)) {
        ctx->answered = 1;
        return ngx_inbox_reply_invalid(ctx->r, "settings",
                                       "must be an object");
    }

    if (ngx_inbox_hours_read(ngx_inbox_json_get(v, "hours"), ngx_time(), &open)
        != NGX_OK)
    {
        ctx->answered = 1;
        return ngx_inbox_reply_invalid(ctx->r, "settings.hours",
                                       "must be days with ranges of hours");
    }

    rule = ngx_inbox_site_fault(v);

    if (rule != NULL) {
        ctx->answered = 1;
        return ngx_inbox_reply_invalid(ctx->r, rule->field, rule->detail);
    }

    if (ngx_inbox_json_dump(ctx->r->pool, v, settings) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (settings->len > NGX_INBOX_LINES_SETTINGS) {
        ctx->answered = 1;
        return ngx_inbox_reply_invalid(ctx->r, "settings", "is too large");
    }

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_lines_credentials(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_channel_t *channel, ngx_str_t *args, ngx_uint_t *n)
{
    ngx_int_t           rc;
    ngx_uint_t          i;
    ngx_inbox_json_t   *v;

    v = ngx_inbox_json_get(ctx->json, "credentials");

    if (!ngx_inbox_json_is_null(v) && !ngx_inbox_json_is_object(v)) {
        ctx->answered = 1;
        return ngx_inbox_reply_invalid(ctx->r, "credentials",
                                       "must be an object");
    }

    for (i = 0; i < NGX_INBOX_LINES_NAMES && channel->credentials[i]; i++) {

        args[*n].data = (u_char *) channel->credentials[i];
        args[*n].len = ngx_strlen(channel->credentials[i]);

        rc = ngx_inbox_lines_credential(ctx, channel, channel->credentials[i],
                                        &args[*n + 1]);

        if (rc != NGX_OK || ctx->answered) {
            return rc;
        }

        *n += 2;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_lines_credential(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_channel_t *channel, const char *name, ngx_str_t *out)
{
    ngx_str_t          plain;
    ngx_inbox_json_t  *all, *v;

    all = ngx_inbox_json_get(ctx->json, "credentials");
    v = ngx_inbox_json_get(all, name);

    if (v == NULL) {

        if (channel->generated != NULL
            && ngx_strcmp(channel->generated, name) == 0)
        {
            return ngx_inbox_lines_make(ctx, name, out);
        }

        ngx_str_set(out, "=");
        return NGX_OK;
    }

    if (ngx_inbox_json_is_null(v)) {
        ngx_str_null(out);
        return NGX_OK;
    }

    if (ngx_inbox_lines_secret(v, ctx->r->pool, &plain) != NGX_OK
        || plain.len == 0 || plain.len > NGX_INBOX_LINES_SECRET)
    {
        ctx->answered = 1;
        return ngx_inbox_reply_invalid(ctx->r, "credentials",
                                       "must be strings or lists of strings");
    }

    if (plain.len == 3 && ngx_strncmp(plain.data, "set", 3) == 0) {
        ngx_str_set(out, "=");
        return NGX_OK;
    }

    return ngx_inbox_lines_seal(ctx, name, &plain, out);
}


/* a string; or strings any of which may sign, kept one a line */

static ngx_int_t
ngx_inbox_lines_secret(ngx_inbox_json_t *value, ngx_pool_t *pool,
    ngx_str_t *plain)
{
    size_t      i, n, size;
    u_char     *p;
    ngx_str_t   s;

    if (!ngx_inbox_json_is_array(value)) {
        return ngx_inbox_json_string(value, plain);
    }

    n = ngx_inbox_json_size(value);
    size = 0;

    for (i = 0; i < n; i++) {
        if (ngx_inbox_json_string(ngx_inbox_json_at(value, i), &s) != NGX_OK
            || s.len == 0
            || ngx_strlchr(s.data, s.data + s.len, '\n') != NULL)
        {
            return NGX_ERROR;
        }

        size += s.len + 1;
    }

    p = ngx_pnalloc(pool, size + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    plain->data = p;

    for (i = 0; i < n; i++) {
        (void) ngx_inbox_json_string(ngx_inbox_json_at(value, i), &s);
        p = ngx_sprintf(p, "%s%V", i ? "\n" : "", &s);
    }

    plain->len = p - plain->data;

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_lines_make(ngx_inbox_ctx_t *ctx, const char *name, ngx_str_t *out)
{
    ngx_str_t  sealed;

    if (ngx_inbox_crypt_random(ctx->r->pool, NGX_INBOX_LINES_RANDOM,
                               &ctx->secret)
        != NGX_OK
        || ngx_inbox_lines_seal(ctx, name, &ctx->secret, &sealed) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    out->data = ngx_pnalloc(ctx->r->pool, sealed.len + 1);
    if (out->data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    out->len = ngx_sprintf(out->data, "?%V", &sealed) - out->data;

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_lines_seal(ngx_inbox_ctx_t *ctx, const char *name,
    const ngx_str_t *plain, ngx_str_t *sealed)
{
    ngx_str_t  aad, n;

    n.data = (u_char *) name;
    n.len = ngx_strlen(name);

    if (ngx_inbox_settings_aad(ctx->r->pool, &ctx->space, &ctx->param[0], &n,
                               &aad)
        != NGX_OK
        || ngx_inbox_crypt_seal(ctx->r->pool, &ctx->worker->conf->secret, &aad,
                                plain, sealed)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return NGX_OK;
}


/* value: Channel, created or replaced, names of made credentials now in use */

static ngx_int_t
ngx_inbox_lines_on_put(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    u_char                   *p;
    ngx_str_t                 piece, body;
    ngx_uint_t                created;
    ngx_inbox_redis_value_t  *v;

    v = answer->value;
    piece = ngx_inbox_ask_text(answer);

    ngx_inbox_settings_drop(ctx->worker->settings, &ctx->space,
                            &ctx->param[0]);

    created = (v->type == NGX_INBOX_REDIS_ARRAY && v->n > 1
               && v->item[1]->str.len == sizeof("created") - 1);

    if (v->type != NGX_INBOX_REDIS_ARRAY || v->n < 3
        || v->item[2]->str.len == 0 || ctx->secret.len == 0)
    {
        return ngx_inbox_reply_json(ctx->r, created ? NGX_HTTP_CREATED
                                                    : NGX_HTTP_OK,
                                    &piece, 0);
    }

    /* …} -> …,"generated":{"secret":"…"}} */

    body.data = ngx_pnalloc(ctx->r->pool, piece.len + v->item[2]->str.len
                                          + ctx->secret.len + 32);
    if (body.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    p = ngx_cpymem(body.data, piece.data, piece.len - 1);
    p = ngx_sprintf(p, ",\"generated\":{\"%V\":\"%V\"}}", &v->item[2]->str,
                    &ctx->secret);
    body.len = p - body.data;

    return ngx_inbox_reply_json(ctx->r, created ? NGX_HTTP_CREATED
                                                : NGX_HTTP_OK,
                                &body, 0);
}
