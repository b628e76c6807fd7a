
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Here text becomes JSON, once: what the store keeps is what readers get.
 */

#include "ngx_inbox_message.h"
#include "ngx_inbox_crypt.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_text.h"


/* files in one message of ours: platforms' albums end at ten */
#define NGX_INBOX_MESSAGE_FILES  10
/* a link to a file: a location's prefix is a word or two */
#define NGX_INBOX_MESSAGE_URL    1024


static ngx_int_t ngx_inbox_message_files(ngx_inbox_ctx_t *ctx,
    ngx_inbox_message_t *m, const ngx_inbox_json_t *list);
static ngx_int_t ngx_inbox_message_measure(ngx_inbox_ctx_t *ctx,
    ngx_inbox_message_t *m);
static ngx_int_t ngx_inbox_message_face(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line, const ngx_inbox_event_t *event,
    ngx_str_t *extra);
static ngx_uint_t ngx_inbox_message_asks(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line, ngx_inbox_job_kind_e kind);
static ngx_int_t ngx_inbox_message_attachments(ngx_pool_t *pool,
    const ngx_str_t *prefix, const ngx_inbox_event_t *event, ngx_str_t *list,
    ngx_str_t *refs);
static void ngx_inbox_message_handle(ngx_inbox_json_writer_t *w,
    const ngx_inbox_attachment_t *a);
static void ngx_inbox_message_attachment(ngx_inbox_json_writer_t *w,
    const ngx_str_t *prefix, const ngx_inbox_attachment_t *a,
    const ngx_str_t *id);


/* as docs/redis.md names them, in the order of ngx_inbox_event_type_e */
static ngx_str_t  ngx_inbox_message_types[] = {
    ngx_string("message"),
    ngx_string("edit"),
    ngx_string("delete"),
    ngx_string("reaction"),
    ngx_string("state"),
    ngx_string("receipt")
};


ngx_int_t
ngx_inbox_message_read(ngx_inbox_ctx_t *ctx, ngx_inbox_message_t *m)
{
    ngx_int_t          rc;
    ngx_str_t          trimmed;
    ngx_uint_t         note;
    ngx_inbox_json_t  *attachments;

    ngx_memzero(m, sizeof(ngx_inbox_message_t));

    rc = ngx_inbox_json_str(ctx->json, "text", &m->text);

    if (rc == NGX_ERROR) {
        m->rc = ngx_inbox_reply_invalid(ctx->r, "text", "must be a string");
        return NGX_DECLINED;
    }

    attachments = ngx_inbox_json_get(ctx->json, "attachments");

    if (!ngx_inbox_json_is_null(attachments)
        && !ngx_inbox_json_is_array(attachments))
    {
        m->rc = ngx_inbox_reply_invalid(ctx->r, "attachments",
                                       "must be an array of file ids");
        return NGX_DECLINED;
    }

    if (ngx_inbox_message_files(ctx, m, attachments) != NGX_OK) {
        return NGX_DECLINED;
    }

    trimmed = ngx_inbox_text_trim(&m->text);

    if (trimmed.len == 0) {
        ngx_str_set(&m->text, "");
    }

    if (trimmed.len == 0 && m->files.len == 0) {
        m->rc = ngx_inbox_reply_invalid(ctx->r, "text", "must not be empty");
        return NGX_DECLINED;
    }

    if (ngx_inbox_json_bool_or(ctx->json, "note", 0, &note) != NGX_OK) {
        m->rc = ngx_inbox_reply_invalid(ctx->r, "note",
                                       "must be true or false");
        return NGX_DECLINED;
    }

    m->note = note ? 1 : 0;

    if (ngx_inbox_json_str(ctx->json, "reply_to", &m->reply_to) == NGX_ERROR
        || m->reply_to.len > NGX_INBOX_MAX_EXTERNAL_ID)
    {
        m->rc = ngx_inbox_reply_invalid(ctx->r, "reply_to",
                                       "must be the id of a message");
        return NGX_DECLINED;
    }

    return ngx_inbox_message_measure(ctx, m);
}


/* what they are is the store's to say */

static ngx_int_t
ngx_inbox_message_files(ngx_inbox_ctx_t *ctx, ngx_inbox_message_t *m,
    const ngx_inbox_json_t *list)
{
    size_t      i, n;
    u_char     *p;
    ngx_str_t   id;

    n = ngx_inbox_json_size(list);
    m->count = ngx_inbox_text_number(ctx->r->pool, n);
    m->rc = NGX_HTTP_INTERNAL_SERVER_ERROR;

    if (n == 0) {
        return (m->count.data != NULL) ? NGX_OK : NGX_DECLINED;
    }

    if (n > NGX_INBOX_MESSAGE_FILES) {
        m->rc = ngx_inbox_reply_invalid(ctx->r, "attachments",
                                        "must be at most 10 files");
        return NGX_DECLINED;
    }

    p = ngx_pnalloc(ctx->r->pool, ctx->conf->prefix.len
                                  + n * (NGX_INBOX_MAX_IDEM + 1));
    if (p == NULL || m->count.data == NULL) {
        return NGX_DECLINED;
    }

    m->files.data = p;
    p = ngx_cpymem(p, ctx->conf->prefix.data, ctx->conf->prefix.len);

    for (i = 0; i < n; i++) {

        if (ngx_inbox_json_string(ngx_inbox_json_at(list, i), &id) != NGX_OK
            || id.len == 0 || id.len > NGX_INBOX_MAX_IDEM)
        {
            m->rc = ngx_inbox_reply_invalid(ctx->r, "attachments",
                                            "must be an array of file ids");
            return NGX_DECLINED;
        }

        *p++ = '\t';
        p = ngx_cpymem(p, id.data, id.len);
    }

    m->files.len = p - m->files.data;

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_message_measure(ngx_inbox_ctx_t *ctx, ngx_inbox_message_t *m)
{
    size_t       chars, utf16;
    u_char      *p;
    ngx_str_t    code, detail, more;
    ngx_pool_t  *pool;

    pool = ctx->r->pool;

    if (m->text.len > NGX_INBOX_MAX_TEXT) {
        ngx_str_set(&code, "text_too_long");
        ngx_str_set(&detail, "the text is longer than any channel takes");
        more.data = ngx_pnalloc(pool, 32);
        if (more.data == NULL) {
            m->rc = NGX_HTTP_INTERNAL_SERVER_ERROR;
            return NGX_DECLINED;
        }

        p = ngx_sprintf(more.data, "\"limit\":%d", NGX_INBOX_MAX_TEXT);
        more.len = p - more.data;

        m->rc = ngx_inbox_reply_problem_str(ctx->r, 422, &code, &detail, &more);
        return NGX_DECLINED;
    }

    chars = ngx_inbox_text_chars(&m->text, &utf16);

    m->chars = ngx_inbox_text_number(pool, chars);
    m->utf16 = ngx_inbox_text_number(pool, utf16);
    m->bytes = ngx_inbox_text_number(pool, m->text.len);

    if (m->chars.data == NULL || m->utf16.data == NULL
        || m->bytes.data == NULL
        || ngx_inbox_message_literals(pool, &m->text, &m->literal, &m->preview)
           != NGX_OK)
    {
        m->rc = NGX_HTTP_INTERNAL_SERVER_ERROR;
        return NGX_DECLINED;
    }

    return NGX_OK;
}


ngx_int_t
ngx_inbox_message_literals(ngx_pool_t *pool, const ngx_str_t *text,
    ngx_str_t *literal, ngx_str_t *preview)
{
    ngx_str_t  cut;

    if (ngx_inbox_json_quote(pool, text, literal) != NGX_OK) {
        return NGX_ERROR;
    }

    cut = ngx_inbox_text_cut(text, NGX_INBOX_MAX_PREVIEW);

    if (cut.len == text->len) {
        *preview = *literal;
        return NGX_OK;
    }

    return ngx_inbox_json_quote(pool, &cut, preview);
}


ngx_int_t
ngx_inbox_message_event(ngx_pool_t *pool, const ngx_str_t *prefix,
    const ngx_inbox_event_t *event, ngx_str_t *args)
{
    ngx_uint_t  n;

    ngx_memzero(args, NGX_INBOX_INTAKE_EVENT * sizeof(ngx_str_t));

    args[0] = ngx_inbox_message_types[event->type];
    args[1] = event->user;
    args[2] = event->message;

    if (event->echo) {
        ngx_str_set(&args[3], "agent");

    } else {
        ngx_str_set(&args[3], "client");
    }

    args[4] = ngx_inbox_text_cut(&event->name, NGX_INBOX_MAX_NAME);
    args[5] = ngx_inbox_text_cut(&event->username, NGX_INBOX_MAX_NAME);
    args[6] = ngx_inbox_text_cut(&event->phone, NGX_INBOX_MAX_NAME);
    args[7] = ngx_inbox_text_cut(&event->email, NGX_INBOX_MAX_NAME);

    if (ngx_inbox_message_literals(pool, &event->text, &args[8], &args[9])
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_inbox_message_attachments(pool, prefix, event, &args[10],
                                      &args[12])
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    n = (event->attachments != NULL) ? event->attachments->nelts : 0;
    n = ngx_min(n, NGX_INBOX_MAX_ATTACHMENTS);

    args[11] = ngx_inbox_text_number(pool, n);
    args[13] = event->reply_to;
    args[15] = event->extra;

    if (args[11].data == NULL) {
        return NGX_ERROR;
    }

    if (event->at == 0) {
        return NGX_OK;
    }

    return ngx_inbox_text_time_str(pool, event->at, &args[14]);
}


ngx_int_t
ngx_inbox_message_events(ngx_inbox_ctx_t *ctx, const ngx_inbox_line_t *line,
    const ngx_array_t *events, ngx_str_t **args, ngx_uint_t *n)
{
    ngx_str_t          *p;
    ngx_uint_t          i, count;
    ngx_inbox_event_t  *event;

    count = ngx_min(events->nelts, NGX_INBOX_MAX_EVENTS);
    event = events->elts;

    *n = NGX_INBOX_INTAKE_HEAD + count * NGX_INBOX_INTAKE_EVENT;

    p = ngx_palloc(ctx->r->pool, *n * sizeof(ngx_str_t));
    if (p == NULL) {
        return NGX_ERROR;
    }

    *args = p;

    /* the settings may be others before these leave */

    if (ngx_inbox_text_copy(ctx->r->pool, &p[0], &line->id) != NGX_OK
        || ngx_inbox_text_copy(ctx->r->pool, &p[1], &line->rev) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_str_set(&p[2], "0");
    p += NGX_INBOX_INTAKE_HEAD;

    for (i = 0; i < count; i++) {
        if (ngx_inbox_message_event(ctx->r->pool, &ctx->conf->prefix,
                                    &event[i], p)
            != NGX_OK
            || ngx_inbox_message_face(ctx, line, &event[i], &p[15]) != NGX_OK)
        {
            return NGX_ERROR;
        }

        p += NGX_INBOX_INTAKE_EVENT;
    }

    return NGX_OK;
}


/* behind what a message has as extra: a tab, or two when his platform can be
   asked for the rest of it, prefix, a tab, `?` when it can be asked who he is,
   the handle of his picture or nothing */

static ngx_int_t
ngx_inbox_message_face(ngx_inbox_ctx_t *ctx, const ngx_inbox_line_t *line,
    const ngx_inbox_event_t *event, ngx_str_t *extra)
{
    u_char                     *p;
    ngx_str_t                   album, avatar, *prefix;
    ngx_uint_t                  ask, more;

    if ((event->echo && !event->cropped)
        || (event->type != NGX_INBOX_EVENT_MESSAGE
            && event->type != NGX_INBOX_EVENT_EDIT))
    {
        return NGX_OK;
    }

    more = event->cropped
           && ngx_inbox_message_asks(ctx, line, NGX_INBOX_JOB_WHOLE);

    ask = !event->echo && (event->name.len == 0 || event->avatar.len == 0)
          && ngx_inbox_message_asks(ctx, line, NGX_INBOX_JOB_PROFILE);

    if (!ask && !more && event->avatar.len == 0) {
        return NGX_OK;
    }

    prefix = &ctx->conf->prefix;
    album = *extra;
    avatar = event->avatar;

    if (album.len == 0) {
        ngx_str_set(&album, "");
    }

    if (avatar.len == 0) {
        ngx_str_set(&avatar, "");
    }

    p = ngx_pnalloc(ctx->r->pool, album.len + prefix->len + avatar.len
                                  + sizeof("\t\t\t?"));
    if (p == NULL) {
        return NGX_ERROR;
    }

    extra->len = ngx_sprintf(p, "%V%s%V\t%s%V", &album, more ? "\t\t" : "\t",
                             prefix, ask ? "?" : "", &avatar)
                 - p;
    extra->data = p;

    return NGX_OK;
}


/* can his platform be asked beside its webhooks? */

static ngx_uint_t
ngx_inbox_message_asks(ngx_inbox_ctx_t *ctx, const ngx_inbox_line_t *line,
    ngx_inbox_job_kind_e kind)
{
    const ngx_inbox_channel_t  *channel;

    channel = ngx_inbox_channel_find(&line->kind);

    return ctx->worker->conf->max_lookups > 0 && channel != NULL
           && ngx_inbox_channel_talk(channel, kind) != NULL;
}


static ngx_int_t
ngx_inbox_message_attachments(ngx_pool_t *pool, const ngx_str_t *prefix,
    const ngx_inbox_event_t *event, ngx_str_t *list, ngx_str_t *refs)
{
    ngx_str_t                id[NGX_INBOX_MAX_ATTACHMENTS];
    ngx_uint_t               i, n;
    ngx_inbox_attachment_t  *a;
    ngx_inbox_json_writer_t  w;

    if (event->attachments == NULL || event->attachments->nelts == 0) {
        ngx_str_set(list, "[]");
        return NGX_OK;
    }

    a = event->attachments->elts;
    n = ngx_min(event->attachments->nelts, NGX_INBOX_MAX_ATTACHMENTS);

    ngx_inbox_json_begin(&w, pool);
    ngx_inbox_json_open(&w, '[');

    for (i = 0; i < n; i++) {
        if (ngx_inbox_crypt_random(pool, 12, &id[i]) != NGX_OK) {
            return NGX_ERROR;
        }

        ngx_inbox_message_attachment(&w, prefix, &a[i], &id[i]);
    }

    ngx_inbox_json_close(&w, ']');

    if (ngx_inbox_json_end(&w, list) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_inbox_json_begin(&w, pool);
    ngx_inbox_json_open(&w, '{');

    for (i = 0; i < n; i++) {
        if (a[i].ref.len) {
            ngx_inbox_json_name(&w, &id[i]);
            ngx_inbox_message_handle(&w, &a[i]);
        }
    }

    ngx_inbox_json_close(&w, '}');

    return ngx_inbox_json_end(&w, refs);
}


/* what is needed to fetch it later */

static void
ngx_inbox_message_handle(ngx_inbox_json_writer_t *w,
    const ngx_inbox_attachment_t *a)
{
    ngx_str_t  name;

    name = ngx_inbox_text_cut(&a->name, NGX_INBOX_MAX_NAME);

    ngx_inbox_json_open(w, '{');
    ngx_inbox_json_key(w, "ref");
    ngx_inbox_json_put(w, &a->ref);
    ngx_inbox_json_key(w, "name");
    ngx_inbox_json_put_or_null(w, &name);
    ngx_inbox_json_close(w, '}');
}


/* the number of the chat takes the place of "#" when the store knows it */

static void
ngx_inbox_message_attachment(ngx_inbox_json_writer_t *w,
    const ngx_str_t *prefix, const ngx_inbox_attachment_t *a,
    const ngx_str_t *id)
{
    u_char     url[NGX_INBOX_MESSAGE_URL];
    ngx_str_t  name, link;

    name = ngx_inbox_text_cut(&a->name, NGX_INBOX_MAX_NAME);

    ngx_inbox_json_open(w, '{');
    ngx_inbox_json_key(w, "id");
    ngx_inbox_json_put(w, id);
    ngx_inbox_json_key(w, "type");
    ngx_inbox_json_put(w, &a->type);
    ngx_inbox_json_key(w, "name");
    ngx_inbox_json_put_or_null(w, &name);
    ngx_inbox_json_key(w, "mime");
    ngx_inbox_json_put_or_null(w, &a->mime);
    ngx_inbox_json_key(w, "size");

    if (a->size < 0) {
        ngx_inbox_json_raw(w, "null", 4);

    } else {
        ngx_inbox_json_put_int(w, a->size);
    }

    ngx_inbox_json_key(w, "url");

    link.data = url;
    link.len = 0;

    if (a->ref.len) {
        link.len = ngx_snprintf(url, sizeof(url), "%V/api/v1/chats/#/files/%V",
                                prefix, id)
                   - url;
    }

    ngx_inbox_json_put_or_null(w, &link);
    ngx_inbox_json_close(w, '}');
}
