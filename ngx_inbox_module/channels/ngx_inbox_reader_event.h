
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 3, channels; the other half of ngx_inbox_reader.h: events and their
 * attachments, put together within our limits.
 */

#ifndef _NGX_INBOX_READER_EVENT_H_INCLUDED_
#define _NGX_INBOX_READER_EVENT_H_INCLUDED_


#include "ngx_inbox_reader.h"


/* a copy of e to the events; odd when there are too many */
void ngx_inbox_reader_push(ngx_inbox_reader_t *t, const ngx_inbox_event_t *e);

/* a copy of a to e's attachments; odd when there are too many */
void ngx_inbox_reader_attach(ngx_inbox_reader_t *t, ngx_inbox_event_t *e,
    const ngx_inbox_attachment_t *a);

/* an empty attachment of that type */
void ngx_inbox_reader_blank(ngx_inbox_attachment_t *a, const char *type);

/* what nobody can show here, by the name the platform has for it */
void ngx_inbox_reader_unsupported(ngx_inbox_reader_t *t, ngx_inbox_event_t *e,
    const ngx_str_t *name);

/*
 * "50.450100,30.523400" into a->name from two numbers of v.
 * NGX_OK | NGX_DECLINED (there is no such place)
 */
ngx_int_t ngx_inbox_reader_place(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const char *latitude, const char *longitude, ngx_inbox_attachment_t *a);

/* e->extra of a reaction: one emoji, or with len 0 none any more */
void ngx_inbox_reader_emoji(ngx_inbox_reader_t *t, ngx_inbox_event_t *e,
    const ngx_str_t *emoji);

/* an attachment's size of v, when there is a good one */
void ngx_inbox_reader_size(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const char *key, ngx_inbox_attachment_t *a);


#endif /* _NGX_INBOX_READER_EVENT_H_INCLUDED_ */
