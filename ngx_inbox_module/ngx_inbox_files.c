
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The store says whether the caller may have the file and where it is: an
 * upload on our disk, or a platform's, which is fetched into the cache when it
 * is not there.  A request that waits for a fetch is held like one that waits
 * for the store.
 *
 * A client's picture is a file of his chat like others, but a small one and
 * nothing but a picture.  When the platform gives it no more the store is told,
 * for its link may have run out.
 */

#include "ngx_inbox_files.h"
#include "ngx_inbox_ask.h"
#include "ngx_inbox_disk.h"
#include "ngx_inbox_lookup.h"
#include "ngx_inbox_media.h"
#include "ngx_inbox_park.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_serve.h"
#include "ngx_inbox_ticket.h"


/* the largest picture of a client */
#define NGX_INBOX_FILES_PICTURE  5242880


typedef struct {
    ngx_inbox_ctx_t         *ctx;
    ngx_inbox_media_wait_t  *wait;
    ngx_str_t                name;
    ngx_str_t                path;
    unsigned                 picture:1;   /* of the client himself */
} ngx_inbox_files_t;


static ngx_int_t ngx_inbox_files_on_handle(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static ngx_int_t ngx_inbox_files_upload(ngx_inbox_ctx_t *ctx,
    const ngx_str_t *id, const ngx_str_t *name);
static ngx_int_t ngx_inbox_files_media(ngx_inbox_ctx_t *ctx,
    const ngx_str_t *channel, const ngx_str_t *ref, const ngx_str_t *name,
    ngx_uint_t picture);
static ngx_int_t ngx_inbox_files_show(ngx_inbox_files_t *f);
static void ngx_inbox_files_lost(ngx_inbox_files_t *f, ngx_uint_t ask);
static void ngx_inbox_files_gone(void *data);
static void ngx_inbox_files_on_fetched(void *data, ngx_int_t rc,
    const ngx_str_t *words);
static ngx_int_t ngx_inbox_files_refuse(ngx_inbox_files_t *f, ngx_int_t rc,
    const ngx_str_t *words);
static ngx_int_t ngx_inbox_files_missing(ngx_inbox_ctx_t *ctx);


ngx_int_t
ngx_inbox_files_get(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  args[3];

    if (ctx->worker->conf->files == NULL
        || !ngx_inbox_disk_is_id(&ctx->param[1]))
    {
        return ngx_inbox_files_missing(ctx);
    }

    args[0] = ctx->who;
    args[1] = ctx->param[0];
    args[2] = ctx->param[1];

    return ngx_inbox_ask(ctx, NGX_INBOX_FN_FILE, args, 3,
                         ngx_inbox_files_on_handle);
}


ngx_int_t
ngx_inbox_files_signed(ngx_inbox_ctx_t *ctx)
{
    ngx_int_t  rc;

    if (ctx->worker->conf->files == NULL
        || !ngx_inbox_disk_is_id(&ctx->param[0]))
    {
        return ngx_inbox_files_missing(ctx);
    }

    rc = ngx_inbox_ticket_check(ctx->r->pool, ctx->worker->conf, &ctx->space,
                                &ctx->param[0], &ctx->param[1],
                                &ctx->param[2]);

    if (rc == NGX_ERROR) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (rc != NGX_OK) {
        return ngx_inbox_reply_problem(ctx->r, NGX_HTTP_FORBIDDEN, "forbidden",
                                       "this link is not valid any more");
    }

    return ngx_inbox_ask(ctx, NGX_INBOX_FN_FILE_SIGNED, &ctx->param[0], 1,
                         ngx_inbox_files_on_handle);
}


/* value: the handle; or the handle and the chat's channel */

static ngx_int_t
ngx_inbox_files_on_handle(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    ngx_str_t          text, name, ref, err;
    ngx_uint_t         local, picture;
    ngx_inbox_json_t  *v;

    text = ngx_inbox_ask_text(answer);
    v = ngx_inbox_json_parse(ctx->r->pool, &text, &err);

    (void) ngx_inbox_json_str(v, "name", &name);

    if (ngx_inbox_json_bool(v, "local", &local) == NGX_OK && local) {
        return ngx_inbox_files_upload(ctx, answer->value->type
                                           == NGX_INBOX_REDIS_ARRAY
                                           ? &ctx->param[1] : &ctx->param[0],
                                      &name);
    }

    if (ngx_inbox_json_str(v, "ref", &ref) != NGX_OK
        || answer->value->type != NGX_INBOX_REDIS_ARRAY
        || answer->value->n < 2)
    {
        return ngx_inbox_files_missing(ctx);
    }

    if (ngx_inbox_json_bool_or(v, "avatar", 0, &picture) != NGX_OK) {
        picture = 0;
    }

    return ngx_inbox_files_media(ctx, &answer->value->item[1]->str, &ref,
                                 &name, picture);
}


static ngx_int_t
ngx_inbox_files_upload(ngx_inbox_ctx_t *ctx, const ngx_str_t *id,
    const ngx_str_t *name)
{
    ngx_int_t  rc;
    ngx_str_t  path;

    if (ngx_inbox_disk_upload(ctx->r->pool, ctx->worker->conf, &ctx->space, id,
                              &path)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_inbox_serve(ctx, &path, name, NULL);

    return (rc == NGX_DECLINED) ? ngx_inbox_files_missing(ctx) : rc;
}


static ngx_int_t
ngx_inbox_files_media(ngx_inbox_ctx_t *ctx, const ngx_str_t *channel,
    const ngx_str_t *ref, const ngx_str_t *name, ngx_uint_t picture)
{
    ngx_int_t                rc;
    ngx_inbox_files_t       *f;
    ngx_inbox_media_what_t   what;

    f = ngx_pcalloc(ctx->r->pool, sizeof(ngx_inbox_files_t));
    if (f == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    f->ctx = ctx;
    f->name = *name;
    f->picture = picture ? 1 : 0;

    if (ngx_inbox_disk_cached(ctx->r->pool, ctx->worker->conf, &ctx->param[1],
                              &f->path)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_inbox_files_show(f);

    if (rc != NGX_DECLINED) {
        /* it was asked for: what was not goes first */
        (void) utimes((char *) f->path.data, NULL);
        return rc;
    }

    what.space = ctx->space;
    what.channel = *channel;
    what.id = ctx->param[1];
    what.ref = *ref;
    what.most = picture ? NGX_INBOX_FILES_PICTURE : 0;

    f->wait = ngx_inbox_media_start(ctx->worker->media, ctx->r->pool, &what,
                                    ngx_inbox_files_on_fetched, f);

    if (f->wait == NULL) {
        return ngx_inbox_reply_problem(ctx->r, NGX_HTTP_SERVICE_UNAVAILABLE,
                                       "busy", "too much is being fetched");
    }

    if (ngx_inbox_park_hold(ctx->r, ngx_inbox_files_gone, f) != NGX_OK) {
        ngx_inbox_media_forget(f->wait);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return NGX_DONE;
}


/* NGX_DECLINED: it is not in the cache */

static ngx_int_t
ngx_inbox_files_show(ngx_inbox_files_t *f)
{
    ngx_int_t  rc;

    rc = ngx_inbox_serve(f->ctx, &f->path, &f->name,
                         f->picture ? "image" : NULL);

    if (rc == NGX_ABORT) {
        ngx_inbox_files_lost(f, 0);
        return ngx_inbox_files_missing(f->ctx);
    }

    return rc;
}


static void
ngx_inbox_files_lost(ngx_inbox_files_t *f, ngx_uint_t ask)
{
    ngx_inbox_ctx_t  *ctx;

    ctx = f->ctx;

    ngx_inbox_lookup_lost(ctx->worker->lookup, &ctx->space, &ctx->param[0],
                          &ctx->param[1], &ctx->conf->prefix, ask);
}


static void
ngx_inbox_files_gone(void *data)
{
    ngx_inbox_files_t  *f = data;

    ngx_inbox_media_forget(f->wait);
}


static void
ngx_inbox_files_on_fetched(void *data, ngx_int_t rc, const ngx_str_t *words)
{
    ngx_inbox_files_t  *f = data;

    if (rc == NGX_OK) {
        rc = ngx_inbox_files_show(f);

        if (rc == NGX_DECLINED) {
            rc = ngx_inbox_files_missing(f->ctx);
        }

    } else {

        if (f->picture && rc == NGX_DECLINED) {
            ngx_inbox_files_lost(f, 1);
        }

        rc = ngx_inbox_files_refuse(f, rc, words);
    }

    ngx_inbox_park_finish(f->ctx->r, rc);
}


static ngx_int_t
ngx_inbox_files_refuse(ngx_inbox_files_t *f, ngx_int_t rc,
    const ngx_str_t *words)
{
    ngx_str_t   code, detail;
    ngx_uint_t  status;

    ngx_str_set(&code, "not_found");
    ngx_str_set(&detail, "the platform does not give the file");
    status = NGX_HTTP_NOT_FOUND;

    if (rc == NGX_ERROR) {
        ngx_str_set(&code, "bad_gateway");
        status = NGX_HTTP_BAD_GATEWAY;
    }

    if (words->len) {
        detail = *words;
    }

    return ngx_inbox_reply_problem_str(f->ctx->r, status, &code, &detail, NULL);
}


static ngx_int_t
ngx_inbox_files_missing(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_reply_problem(ctx->r, NGX_HTTP_NOT_FOUND, "not_found",
                                   "there is no such file");
}
