
/*
 * Copyright (C) the ngx_inbox authors
 *
 * nginx writes the body to its own temporary file; it is looked at, the store
 * is told, and then the file is renamed to where it stays:
 *
 *     body -> field -> look -> store(`upload`) -> place -> 201
 *
 * In this order a crash leaves an entry without bytes, which nobody attaches
 * and which goes after a day, and never bytes that nobody knows of.  A repeated
 * key brings the same bytes to the same place.
 */

#include "ngx_inbox_upload.h"
#include "ngx_inbox_ask.h"
#include "ngx_inbox_crypt.h"
#include "ngx_inbox_disk.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_sniff.h"
#include "ngx_inbox_text.h"
#include "ngx_inbox_upload_form.h"
#include "ngx_inbox_visitor.h"


/* random bytes of an id: whoever knows it is not let in by that alone */
#define NGX_INBOX_UPLOAD_RANDOM  16
#define NGX_INBOX_UPLOAD_ID      32
/* bytes at either end that stand for all of them in a digest */
#define NGX_INBOX_UPLOAD_DIGEST  65536
#define NGX_INBOX_UPLOAD_ARGS    7


typedef struct {
    ngx_file_t    file;
    off_t         size;
    ngx_str_t     given;         /* the name that came with it */
    ngx_str_t     args[NGX_INBOX_UPLOAD_ARGS];   /* id to digest */
    ngx_int_t     rc;            /* what to return when it is refused */
} ngx_inbox_upload_t;


static ngx_inbox_upload_t *ngx_inbox_upload_read(ngx_inbox_ctx_t *ctx,
    ngx_int_t *rc);
static ngx_int_t ngx_inbox_upload_field(ngx_inbox_ctx_t *ctx,
    ngx_inbox_upload_t *u);
static ngx_int_t ngx_inbox_upload_look(ngx_inbox_ctx_t *ctx,
    ngx_inbox_upload_t *u);
static ngx_int_t ngx_inbox_upload_id(ngx_pool_t *pool, ngx_str_t *id);
static ngx_int_t ngx_inbox_upload_digest(ngx_inbox_ctx_t *ctx,
    ngx_inbox_upload_t *u, ngx_str_t *digest);
static ngx_int_t ngx_inbox_upload_on_line(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line);
static ngx_int_t ngx_inbox_upload_on_stored(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);


ngx_int_t
ngx_inbox_upload(ngx_inbox_ctx_t *ctx)
{
    ngx_int_t            rc;
    ngx_str_t            args[1 + NGX_INBOX_UPLOAD_ARGS];
    ngx_inbox_upload_t  *u;

    u = ngx_inbox_upload_read(ctx, &rc);
    if (u == NULL) {
        return rc;
    }

    args[0] = ctx->who;
    ngx_memcpy(&args[1], u->args, sizeof(u->args));

    return ngx_inbox_ask(ctx, NGX_INBOX_FN_UPLOAD, args,
                         1 + NGX_INBOX_UPLOAD_ARGS,
                         ngx_inbox_upload_on_stored);
}


ngx_int_t
ngx_inbox_upload_visitor(ngx_inbox_ctx_t *ctx)
{
    ngx_int_t  rc;

    if (ngx_inbox_upload_read(ctx, &rc) == NULL) {
        return rc;
    }

    return ngx_inbox_ask_line(ctx, &ctx->param[0], 0,
                              ngx_inbox_upload_on_line);
}


static ngx_int_t
ngx_inbox_upload_on_line(ngx_inbox_ctx_t *ctx, const ngx_inbox_line_t *line)
{
    ngx_str_t            args[4 + NGX_INBOX_UPLOAD_ARGS];
    ngx_inbox_upload_t  *u;

    u = ctx->state;

    if (!ngx_inbox_visitor_is_welcome(line)) {
        return ngx_inbox_visitor_refuse(ctx);
    }

    args[0] = line->id;
    args[1] = line->rev;
    args[2] = ctx->visitor;
    args[3] = ngx_inbox_text_number(ctx->r->pool,
                                    ctx->worker->conf->limit_files);
    ngx_memcpy(&args[4], u->args, sizeof(u->args));

    if (args[3].data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_inbox_ask(ctx, NGX_INBOX_FN_UPLOAD_VISITOR, args,
                         4 + NGX_INBOX_UPLOAD_ARGS,
                         ngx_inbox_upload_on_stored);
}


/* NULL: rc is what to return */

static ngx_inbox_upload_t *
ngx_inbox_upload_read(ngx_inbox_ctx_t *ctx, ngx_int_t *rc)
{
    ngx_temp_file_t     *tf;
    ngx_inbox_upload_t  *u;

    *rc = NGX_HTTP_INTERNAL_SERVER_ERROR;

    u = ngx_pcalloc(ctx->r->pool, sizeof(ngx_inbox_upload_t));
    if (u == NULL) {
        return NULL;
    }

    ctx->state = u;
    tf = ctx->r->request_body ? ctx->r->request_body->temp_file : NULL;

    if (tf == NULL) {
        *rc = ngx_inbox_reply_invalid(ctx->r, "file", "must not be empty");
        return NULL;
    }

    u->file = tf->file;
    u->size = tf->offset;
    u->rc = NGX_HTTP_INTERNAL_SERVER_ERROR;

    if (ngx_inbox_upload_field(ctx, u) != NGX_OK
        || ngx_inbox_upload_look(ctx, u) != NGX_OK)
    {
        *rc = u->rc;
        return NULL;
    }

    return u;
}


/* of a form the file in it, else all of the body */

static ngx_int_t
ngx_inbox_upload_field(ngx_inbox_ctx_t *ctx, ngx_inbox_upload_t *u)
{
    ngx_int_t                  rc;
    ngx_str_t                  type;
    ngx_file_t                 body;
    ngx_inbox_upload_field_t   field;

    type = ngx_inbox_ctx_header(ctx->r, "content-type");

    if (!ngx_inbox_upload_form_is(&type)) {
        return ngx_inbox_ctx_arg(ctx, "name", &u->given);
    }

    ngx_memzero(&field, sizeof(ngx_inbox_upload_field_t));
    body = u->file;

    rc = ngx_inbox_upload_form_find(ctx->r->pool, &body, u->size, &type,
                                    &field);

    if (rc == NGX_DECLINED) {
        u->rc = ngx_inbox_reply_invalid(ctx->r, "file",
                                        "the form has no file in it");
        return NGX_DECLINED;
    }

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_memzero(&u->file, sizeof(ngx_file_t));
    u->size = field.to - field.from;

    if (ngx_inbox_upload_form_copy(ctx->r->pool, &body, &field, &u->file)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_inbox_text_mend(ctx->r->pool, &field.name, &u->given);
}


/* what it is, by its first bytes */

static ngx_int_t
ngx_inbox_upload_look(ngx_inbox_ctx_t *ctx, ngx_inbox_upload_t *u)
{
    u_char                      head[NGX_INBOX_SNIFF_BYTES];
    ssize_t                     n;
    ngx_str_t                  *args;
    const ngx_inbox_sniffed_t  *what;

    n = 0;

    if (u->size > 0) {
        n = ngx_read_file(&u->file, head,
                          (size_t) ngx_min(u->size,
                                           (off_t) NGX_INBOX_SNIFF_BYTES),
                          0);
    }

    if (n < 0) {
        return NGX_ERROR;
    }

    if (n == 0) {
        u->rc = ngx_inbox_reply_invalid(ctx->r, "file", "must not be empty");
        return NGX_DECLINED;
    }

    what = ngx_inbox_sniff(head, (size_t) n, &u->given);

    if (what == NULL) {
        u->rc = ngx_inbox_reply_invalid(ctx->r, "file",
                                        "files of this type are not taken");
        return NGX_DECLINED;
    }

    args = u->args;

    args[1].data = (u_char *) what->type;
    args[1].len = ngx_strlen(what->type);
    args[3].data = (u_char *) what->mime;
    args[3].len = ngx_strlen(what->mime);
    args[4] = ngx_inbox_text_number(ctx->r->pool, u->size);
    args[5] = ctx->idem;

    if (args[4].data == NULL
        || ngx_inbox_upload_id(ctx->r->pool, &args[0]) != NGX_OK
        || ngx_inbox_sniff_name(ctx->r->pool, &u->given, what, &args[2])
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_inbox_upload_digest(ctx, u, &args[6]);
}


static ngx_int_t
ngx_inbox_upload_id(ngx_pool_t *pool, ngx_str_t *id)
{
    ngx_str_t  random;

    if (ngx_inbox_crypt_random(pool, NGX_INBOX_UPLOAD_RANDOM, &random)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    id->data = ngx_pnalloc(pool, NGX_INBOX_SHA256_HEX);
    id->len = NGX_INBOX_UPLOAD_ID;

    return (id->data != NULL)
           ? ngx_inbox_crypt_sha256_hex(&random, id->data) : NGX_ERROR;
}


/* of its size and both ends: another file under the same key is found out,
   without going through megabytes in the event loop */

static ngx_int_t
ngx_inbox_upload_digest(ngx_inbox_ctx_t *ctx, ngx_inbox_upload_t *u,
    ngx_str_t *digest)
{
    size_t       n;
    u_char      *p;
    ngx_str_t    text;
    ngx_pool_t  *pool;

    if (ctx->idem.len == 0) {
        ngx_str_null(digest);
        return NGX_OK;
    }

    pool = ctx->r->pool;
    n = (size_t) ngx_min(u->size, (off_t) NGX_INBOX_UPLOAD_DIGEST);

    text.data = ngx_pnalloc(pool, NGX_OFF_T_LEN + 1 + u->args[2].len + 2 * n);
    digest->data = ngx_pnalloc(pool, NGX_INBOX_SHA256_HEX);
    digest->len = NGX_INBOX_SHA256_HEX;

    if (text.data == NULL || digest->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_sprintf(text.data, "%O %V", u->size, &u->args[2]);

    if (ngx_read_file(&u->file, p, n, 0) != (ssize_t) n
        || ngx_read_file(&u->file, p + n, n, u->size - (off_t) n)
           != (ssize_t) n)
    {
        return NGX_ERROR;
    }

    text.len = p + 2 * n - text.data;

    return ngx_inbox_crypt_sha256_hex(&text, digest->data);
}


/* value: {"id":"…", …}: ours, or the one that came with this key before */

static ngx_int_t
ngx_inbox_upload_on_stored(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    ngx_str_t            body, id, path;
    ngx_inbox_upload_t  *u;

    u = ctx->state;
    body = ngx_inbox_ask_text(answer);

    if (body.len < sizeof("{\"id\":\"") + NGX_INBOX_UPLOAD_ID) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    id.data = body.data + sizeof("{\"id\":\"") - 1;
    id.len = NGX_INBOX_UPLOAD_ID;

    if (ngx_inbox_disk_upload(ctx->r->pool, ctx->worker->conf, &ctx->space,
                              &id, &path)
        != NGX_OK
        || ngx_inbox_disk_place(&u->file.name, &path, ctx->r->connection->log)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_inbox_reply_json(ctx->r, NGX_HTTP_CREATED, &body, 0);
}
