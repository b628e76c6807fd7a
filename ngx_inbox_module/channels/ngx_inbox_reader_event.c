
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Events and attachments on their way from a parser to parse()'s caller.
 */


#include "ngx_inbox_reader_event.h"
#include "../ngx_inbox_text.h"


/* "-90.123456,-180.123456" */
#define NGX_INBOX_READER_PLACE  32


void
ngx_inbox_reader_push(ngx_inbox_reader_t *t, const ngx_inbox_event_t *e)
{
    ngx_inbox_event_t  *event;

    if (t->events->nelts == NGX_INBOX_MAX_EVENTS) {
        t->odd = 1;
        return;
    }

    event = ngx_array_push(t->events);
    if (event == NULL) {
        t->failed = 1;
        return;
    }

    *event = *e;
}


void
ngx_inbox_reader_attach(ngx_inbox_reader_t *t, ngx_inbox_event_t *e,
    const ngx_inbox_attachment_t *a)
{
    ngx_inbox_attachment_t  *attachment;

    if (e->attachments == NULL) {
        e->attachments = ngx_array_create(t->pool, 1,
                                          sizeof(ngx_inbox_attachment_t));
        if (e->attachments == NULL) {
            t->failed = 1;
            return;
        }
    }

    if (e->attachments->nelts == NGX_INBOX_MAX_ATTACHMENTS) {
        t->odd = 1;
        return;
    }

    attachment = ngx_array_push(e->attachments);
    if (attachment == NULL) {
        t->failed = 1;
        return;
    }

    *attachment = *a;
}


void
ngx_inbox_reader_blank(ngx_inbox_attachment_t *a, const char *type)
{
    ngx_memzero(a, sizeof(ngx_inbox_attachment_t));

    a->type.data = (u_char *) type;
    a->type.len = ngx_strlen(type);
    a->size = -1;
}


void
ngx_inbox_reader_unsupported(ngx_inbox_reader_t *t, ngx_inbox_event_t *e,
    const ngx_str_t *name)
{
    ngx_inbox_attachment_t  a;

    ngx_inbox_reader_blank(&a, "unsupported");
    a.name = ngx_inbox_text_cut(name, NGX_INBOX_MAX_NAME);

    ngx_inbox_reader_attach(t, e, &a);
}


ngx_int_t
ngx_inbox_reader_place(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const char *latitude, const char *longitude, ngx_inbox_attachment_t *a)
{
    double   north, east;
    u_char  *p, *last;

    if (ngx_inbox_json_number(v, latitude, &north) != NGX_OK
        || ngx_inbox_json_number(v, longitude, &east) != NGX_OK)
    {
        return NGX_DECLINED;
    }

    if (north < -90 || north > 90 || east < -180 || east > 180) {
        return NGX_DECLINED;
    }

    p = ngx_pnalloc(t->pool, NGX_INBOX_READER_PLACE);
    if (p == NULL) {
        t->failed = 1;
        return NGX_OK;
    }

    last = ngx_snprintf(p, NGX_INBOX_READER_PLACE, "%.6f,%.6f", north, east);

    a->name.data = p;
    a->name.len = last - p;

    return NGX_OK;
}


void
ngx_inbox_reader_emoji(ngx_inbox_reader_t *t, ngx_inbox_event_t *e,
    const ngx_str_t *emoji)
{
    ngx_inbox_json_writer_t  w;

    ngx_inbox_json_begin(&w, t->pool);
    ngx_inbox_json_open(&w, '[');

    if (emoji->len) {
        ngx_inbox_json_put(&w, emoji);
    }

    ngx_inbox_json_close(&w, ']');

    if (ngx_inbox_json_end(&w, &e->extra) != NGX_OK) {
        t->failed = 1;
    }
}


void
ngx_inbox_reader_size(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const char *key, ngx_inbox_attachment_t *a)
{
    int64_t    size;
    ngx_int_t  rc;

    rc = ngx_inbox_json_int(v, key, &size);

    if (rc == NGX_ERROR || size < 0) {
        t->odd = 1;

    } else if (rc == NGX_OK) {
        a->size = size;
    }
}
