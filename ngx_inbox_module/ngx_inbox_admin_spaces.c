
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The spaces of the server, for who has the root token.  What concerns many of
 * them, or many keys of one, is done step by step, one question at a time, so
 * that nobody else waits: the list asks each space, and a deletion lets the
 * store look at a thousand keys in each step.
 */

#include "ngx_inbox_admin.h"
#include "ngx_inbox_ask.h"
#include "ngx_inbox_query.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_text.h"


/* who, suspended, limits */
#define NGX_INBOX_ADMIN_RULES  5


typedef struct {
    ngx_str_t                *ids;      /* those of the registry, sorted */
    ngx_uint_t                n;
    ngx_uint_t                next;     /* to be asked */
    ngx_uint_t                room;     /* spaces that the page still takes */
    ngx_inbox_json_writer_t   w;
} ngx_inbox_admin_spaces_t;


static ngx_int_t ngx_inbox_admin_on_spaces(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static ngx_int_t ngx_inbox_admin_spaces_ids(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer, ngx_inbox_admin_spaces_t *spaces);
static int ngx_libc_cdecl ngx_inbox_admin_compare(const void *one,
    const void *two);
static ngx_int_t ngx_inbox_admin_spaces_next(ngx_inbox_ctx_t *ctx);
static ngx_int_t ngx_inbox_admin_on_space(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);

static ngx_int_t ngx_inbox_admin_on_tenant(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static ngx_int_t ngx_inbox_admin_rules(ngx_inbox_ctx_t *ctx, ngx_str_t *args,
    ngx_int_t *rc);
static ngx_int_t ngx_inbox_admin_on_registered(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static ngx_int_t ngx_inbox_admin_on_put(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);

static ngx_int_t ngx_inbox_admin_on_doomed(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static ngx_int_t ngx_inbox_admin_wipe(ngx_inbox_ctx_t *ctx,
    const ngx_str_t *cursor);
static ngx_int_t ngx_inbox_admin_on_wiped(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static ngx_int_t ngx_inbox_admin_on_unregistered(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);


ngx_int_t
ngx_inbox_admin_spaces_list(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_ask_store(ctx, ngx_inbox_store_spaces,
                               ngx_inbox_admin_on_spaces);
}


static ngx_int_t
ngx_inbox_admin_on_spaces(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    uint64_t                   limit;
    ngx_int_t                  rc;
    ngx_str_t                  before;
    ngx_inbox_admin_spaces_t  *spaces;

    spaces = ngx_pcalloc(ctx->r->pool, sizeof(ngx_inbox_admin_spaces_t));
    if (spaces == NULL
        || ngx_inbox_admin_spaces_ids(ctx, answer, spaces) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_inbox_query_id(ctx, "before", &before, &rc) != NGX_OK) {
        return rc;
    }

    limit = NGX_INBOX_LIMIT_DEFAULT;
    rc = ngx_inbox_ctx_arg_number(ctx, "limit", 1, NGX_INBOX_LIMIT_MAX,
                                  &limit);

    if (rc == NGX_DECLINED) {
        return ngx_inbox_reply_invalid(ctx->r, "limit",
                                       "must be between 1 and 200");
    }

    if (rc != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    spaces->room = (ngx_uint_t) limit;

    while (spaces->next < spaces->n
           && ngx_inbox_admin_compare(&spaces->ids[spaces->next], &before) <= 0)
    {
        spaces->next++;
    }

    ctx->state = spaces;

    ngx_inbox_json_begin(&spaces->w, ctx->r->pool);
    ngx_inbox_json_open(&spaces->w, '{');
    ngx_inbox_json_key(&spaces->w, "spaces");
    ngx_inbox_json_open(&spaces->w, '[');

    return ngx_inbox_admin_spaces_next(ctx);
}


static ngx_int_t
ngx_inbox_admin_spaces_ids(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer,
    ngx_inbox_admin_spaces_t *spaces)
{
    ngx_uint_t                i;
    ngx_inbox_redis_value_t  *v;

    v = answer->value;

    if (v->type != NGX_INBOX_REDIS_ARRAY) {
        return NGX_ERROR;
    }

    spaces->ids = ngx_palloc(ctx->r->pool, (v->n + 1) * sizeof(ngx_str_t));
    if (spaces->ids == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < v->n; i++) {

        if (!ngx_inbox_text_is_id(&v->item[i]->str)) {
            continue;
        }

        if (ngx_inbox_text_copy(ctx->r->pool, &spaces->ids[spaces->n],
                                &v->item[i]->str)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        spaces->n++;
    }

    ngx_qsort(spaces->ids, spaces->n, sizeof(ngx_str_t),
              ngx_inbox_admin_compare);

    return NGX_OK;
}


static int ngx_libc_cdecl
ngx_inbox_admin_compare(const void *one, const void *two)
{
    ngx_int_t         rc;
    const ngx_str_t  *a, *b;

    a = one;
    b = two;

    rc = ngx_memcmp(a->data, b->data, ngx_min(a->len, b->len));

    return rc ? (int) rc : (int) a->len - (int) b->len;
}


static ngx_int_t
ngx_inbox_admin_spaces_next(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t                  next, body;
    ngx_inbox_admin_spaces_t  *spaces;

    spaces = ctx->state;

    if (spaces->next < spaces->n && spaces->room) {
        ctx->space = spaces->ids[spaces->next];

        return ngx_inbox_ask(ctx, NGX_INBOX_FN_TENANT, &ctx->who, 1,
                             ngx_inbox_admin_on_space);
    }

    ngx_str_null(&next);

    if (spaces->next < spaces->n) {
        next = spaces->ids[spaces->next - 1];
    }

    ngx_inbox_json_close(&spaces->w, ']');
    ngx_inbox_json_key(&spaces->w, "next");
    ngx_inbox_json_put_or_null(&spaces->w, &next);
    ngx_inbox_json_close(&spaces->w, '}');

    if (ngx_inbox_json_end(&spaces->w, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_inbox_reply_json(ctx->r, NGX_HTTP_OK, &body,
                                NGX_INBOX_REPLY_ETAG);
}


/* an empty one is written in the registry and nowhere else */

static ngx_int_t
ngx_inbox_admin_on_space(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    ngx_str_t                  space;
    ngx_inbox_admin_spaces_t  *spaces;

    spaces = ctx->state;
    space = ngx_inbox_ask_text(answer);
    spaces->next++;

    if (space.len) {
        ngx_inbox_json_raw(&spaces->w, (char *) space.data, space.len);
        spaces->room--;
    }

    return ngx_inbox_admin_spaces_next(ctx);
}


ngx_int_t
ngx_inbox_admin_spaces_get(ngx_inbox_ctx_t *ctx)
{
    ctx->space = ctx->param[0];

    return ngx_inbox_ask(ctx, NGX_INBOX_FN_TENANT, &ctx->who, 1,
                         ngx_inbox_admin_on_tenant);
}


static ngx_int_t
ngx_inbox_admin_on_tenant(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    ngx_str_t  body;

    body = ngx_inbox_ask_text(answer);

    if (body.len == 0) {
        return ngx_inbox_reply_problem(ctx->r, NGX_HTTP_NOT_FOUND, "not_found",
                                       "no such space");
    }

    return ngx_inbox_reply_json(ctx->r, NGX_HTTP_OK, &body,
                                NGX_INBOX_REPLY_ETAG);
}


/* all members are looked at before the first write */

ngx_int_t
ngx_inbox_admin_spaces_put(ngx_inbox_ctx_t *ctx)
{
    ngx_int_t  rc;
    ngx_str_t  args[NGX_INBOX_ADMIN_SPACE], rules[NGX_INBOX_ADMIN_RULES];

    ctx->space = ctx->param[0];

    if (ngx_inbox_admin_space_args(ctx, args, &rc) != NGX_OK
        || ngx_inbox_admin_rules(ctx, rules, &rc) != NGX_OK)
    {
        return rc;
    }

    return ngx_inbox_ask_register(ctx, &ctx->space,
                                  ngx_inbox_admin_on_registered);
}


static ngx_int_t
ngx_inbox_admin_rules(ngx_inbox_ctx_t *ctx, ngx_str_t *args, ngx_int_t *rc)
{
    int64_t            most;
    ngx_int_t          kind;
    ngx_uint_t         i, suspended;
    ngx_inbox_json_t  *limits;

    static const char  *names[] = { "chats", "agents", "channels" };

    if (ngx_inbox_json_bool_or(ctx->json, "suspended", 0, &suspended)
        != NGX_OK)
    {
        *rc = ngx_inbox_reply_invalid(ctx->r, "suspended",
                                      "must be true or false");
        return NGX_DECLINED;
    }

    args[0] = ctx->who;
    args[1].data = (u_char *) (suspended ? "1" : "0");
    args[1].len = 1;

    limits = ngx_inbox_json_get(ctx->json, "limits");
    kind = ngx_inbox_json_is_null(limits) || ngx_inbox_json_is_object(limits)
           ? NGX_OK : NGX_ERROR;

    for (i = 0; i < 3 && kind != NGX_ERROR; i++) {
        ngx_str_null(&args[i + 2]);
        kind = ngx_inbox_json_int(limits, names[i], &most);

        if (kind == NGX_OK && (most < 0 || most > 1000000000)) {
            kind = NGX_ERROR;
        }

        if (kind == NGX_OK) {
            args[i + 2] = ngx_inbox_text_number(ctx->r->pool, most);
        }
    }

    if (kind == NGX_ERROR) {
        *rc = ngx_inbox_reply_invalid(ctx->r, "limits",
                                      "must be numbers by name, or null");
        return NGX_DECLINED;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_admin_on_registered(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    ngx_int_t  rc;
    ngx_str_t  args[NGX_INBOX_ADMIN_SPACE];

    if (ngx_inbox_admin_space_args(ctx, args, &rc) != NGX_OK) {
        return rc;
    }

    return ngx_inbox_ask(ctx, NGX_INBOX_FN_SPACE_PUT, args,
                         NGX_INBOX_ADMIN_SPACE, ngx_inbox_admin_on_put);
}


static ngx_int_t
ngx_inbox_admin_on_put(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    ngx_int_t  rc;
    ngx_str_t  args[NGX_INBOX_ADMIN_RULES];

    if (ngx_inbox_admin_rules(ctx, args, &rc) != NGX_OK) {
        return rc;
    }

    return ngx_inbox_ask_changed(ctx, NGX_INBOX_FN_TENANT_RULE, args,
                                 NGX_INBOX_ADMIN_RULES, NGX_HTTP_OK);
}


/* the registry comes last: a deletion that was interrupted can be called
   again */

ngx_int_t
ngx_inbox_admin_spaces_delete(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_ask_store(ctx, ngx_inbox_store_spaces,
                               ngx_inbox_admin_on_doomed);
}


static ngx_int_t
ngx_inbox_admin_on_doomed(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    ngx_uint_t                 i;
    ngx_inbox_admin_spaces_t   spaces;

    static const ngx_str_t  begin = ngx_null_string;

    ngx_memzero(&spaces, sizeof(ngx_inbox_admin_spaces_t));

    if (ngx_inbox_admin_spaces_ids(ctx, answer, &spaces) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->space = ctx->param[0];

    for (i = 0; i < spaces.n; i++) {
        if (ngx_inbox_admin_compare(&spaces.ids[i], &ctx->space) == 0) {
            return ngx_inbox_admin_wipe(ctx, &begin);
        }
    }

    return ngx_inbox_reply_problem(ctx->r, NGX_HTTP_NOT_FOUND, "not_found",
                                   "no such space");
}


static ngx_int_t
ngx_inbox_admin_wipe(ngx_inbox_ctx_t *ctx, const ngx_str_t *cursor)
{
    ngx_str_t  args[2];

    args[0] = ctx->who;
    args[1] = *cursor;

    return ngx_inbox_ask(ctx, NGX_INBOX_FN_TENANT_WIPE, args, 2,
                         ngx_inbox_admin_on_wiped);
}


static ngx_int_t
ngx_inbox_admin_on_wiped(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    ngx_str_t  cursor;

    cursor = ngx_inbox_ask_text(answer);

    if (cursor.len) {
        return ngx_inbox_admin_wipe(ctx, &cursor);
    }

    return ngx_inbox_ask_unregister(ctx, &ctx->space,
                                    ngx_inbox_admin_on_unregistered);
}


static ngx_int_t
ngx_inbox_admin_on_unregistered(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer)
{
    return ngx_inbox_reply_empty(ctx->r);
}
