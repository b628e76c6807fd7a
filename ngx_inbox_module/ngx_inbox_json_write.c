
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Writing needs no tree: text is put together in a buffer of the pool that
 * doubles.  Strings are mended on the way, so that what leaves is JSON
 * whatever came in.
 */

#include "ngx_inbox_json.h"
#include "ngx_inbox_text.h"


/* first buffer of a writer: most answers to a platform fit */
#define NGX_INBOX_JSON_FIRST  512


static void ngx_inbox_json_value(ngx_inbox_json_writer_t *w, const void *s,
    size_t len);
static u_char *ngx_inbox_json_room(ngx_inbox_json_writer_t *w, size_t n);
static size_t ngx_inbox_json_quoted_len(const ngx_str_t *s);
static u_char *ngx_inbox_json_write_quoted(u_char *p, const ngx_str_t *s);


void
ngx_inbox_json_begin(ngx_inbox_json_writer_t *w, ngx_pool_t *pool)
{
    /* set by ngx_memzero(): no buffer yet, w->comma = 0, w->failed = 0 */
    ngx_memzero(w, sizeof(ngx_inbox_json_writer_t));

    w->pool = pool;
}


void
ngx_inbox_json_open(ngx_inbox_json_writer_t *w, u_char bracket)
{
    ngx_inbox_json_value(w, &bracket, 1);
    w->comma = 0;
}


void
ngx_inbox_json_close(ngx_inbox_json_writer_t *w, u_char bracket)
{
    w->comma = 0;
    ngx_inbox_json_value(w, &bracket, 1);
}


void
ngx_inbox_json_key(ngx_inbox_json_writer_t *w, const char *key)
{
    ngx_str_t  name;

    name.data = (u_char *) key;
    name.len = ngx_strlen(key);

    ngx_inbox_json_name(w, &name);
}


void
ngx_inbox_json_name(ngx_inbox_json_writer_t *w, const ngx_str_t *key)
{
    ngx_inbox_json_put(w, key);

    w->comma = 0;
    ngx_inbox_json_value(w, ":", 1);
    w->comma = 0;
}


void
ngx_inbox_json_put(ngx_inbox_json_writer_t *w, const ngx_str_t *s)
{
    u_char     *p;
    ngx_str_t   mended;

    if (ngx_inbox_text_mend(w->pool, s, &mended) != NGX_OK) {
        w->failed = 1;
        return;
    }

    p = ngx_inbox_json_room(w, ngx_inbox_json_quoted_len(&mended));
    if (p == NULL) {
        return;
    }

    w->pos = ngx_inbox_json_write_quoted(p, &mended);
    w->comma = 1;
}


void
ngx_inbox_json_put_or_null(ngx_inbox_json_writer_t *w, const ngx_str_t *s)
{
    if (s->len == 0) {
        ngx_inbox_json_value(w, "null", 4);
        return;
    }

    ngx_inbox_json_put(w, s);
}


void
ngx_inbox_json_put_int(ngx_inbox_json_writer_t *w, int64_t n)
{
    ngx_str_t  digits;

    digits = ngx_inbox_text_number(w->pool, n);

    if (digits.data == NULL) {
        w->failed = 1;
        return;
    }

    ngx_inbox_json_value(w, digits.data, digits.len);
}


void
ngx_inbox_json_put_bool(ngx_inbox_json_writer_t *w, ngx_uint_t yes)
{
    if (yes) {
        ngx_inbox_json_raw(w, "true", 4);

    } else {
        ngx_inbox_json_raw(w, "false", 5);
    }
}


void
ngx_inbox_json_raw(ngx_inbox_json_writer_t *w, const char *s, size_t len)
{
    ngx_inbox_json_value(w, s, len);
}


ngx_int_t
ngx_inbox_json_end(ngx_inbox_json_writer_t *w, ngx_str_t *out)
{
    ngx_str_null(out);

    if (w->failed) {
        return NGX_ERROR;
    }

    out->data = w->start;
    out->len = w->pos - w->start;

    return NGX_OK;
}


ngx_int_t
ngx_inbox_json_quote(ngx_pool_t *pool, const ngx_str_t *s, ngx_str_t *out)
{
    size_t     len;
    ngx_str_t  mended;

    ngx_str_null(out);

    if (ngx_inbox_text_mend(pool, s, &mended) != NGX_OK) {
        return NGX_ERROR;
    }

    len = ngx_inbox_json_quoted_len(&mended);

    out->data = ngx_pnalloc(pool, len);
    if (out->data == NULL) {
        return NGX_ERROR;
    }

    out->len = ngx_inbox_json_write_quoted(out->data, &mended) - out->data;

    return NGX_OK;
}


/* a finished piece: a value, a bracket or a colon */
static void
ngx_inbox_json_value(ngx_inbox_json_writer_t *w, const void *s, size_t len)
{
    u_char  *p;

    p = ngx_inbox_json_room(w, len);
    if (p == NULL) {
        return;
    }

    w->pos = ngx_cpymem(p, s, len);
    w->comma = 1;
}


/* where n bytes may be written, behind the comma that is due; or NULL */
static u_char *
ngx_inbox_json_room(ngx_inbox_json_writer_t *w, size_t n)
{
    size_t   used, size;
    u_char  *start;

    if (w->failed) {
        return NULL;
    }

    n += w->comma;
    used = w->pos - w->start;
    size = w->last - w->start;

    if (size - used < n) {
        size = ngx_max(2 * size, NGX_INBOX_JSON_FIRST);
        size = ngx_max(size, used + n);

        start = ngx_pnalloc(w->pool, size);
        if (start == NULL) {
            w->failed = 1;
            return NULL;
        }

        if (used) {
            ngx_memcpy(start, w->start, used);
            (void) ngx_pfree(w->pool, w->start);
        }

        w->start = start;
        w->pos = start + used;
        w->last = start + size;
    }

    if (w->comma) {
        *w->pos++ = ',';
    }

    return w->pos;
}


static size_t
ngx_inbox_json_quoted_len(const ngx_str_t *s)
{
    return s->len + 2 + ngx_escape_json(NULL, s->data, s->len);
}


static u_char *
ngx_inbox_json_write_quoted(u_char *p, const ngx_str_t *s)
{
    *p++ = '"';
    p = (u_char *) ngx_escape_json(p, s->data, s->len);
    *p++ = '"';

    return p;
}
