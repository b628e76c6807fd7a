
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 7, service.  A text that somebody wrote to us over HTTP, checked and
 * brought into the form that the store takes: one way for agents and visitors.
 */

#ifndef _NGX_INBOX_MESSAGE_H_INCLUDED_
#define _NGX_INBOX_MESSAGE_H_INCLUDED_


#include "ngx_inbox_ctx.h"
#include "ngx_inbox_intake.h"
#include "channels/ngx_inbox_channel.h"


typedef struct {
    ngx_str_t     text;          /* valid UTF-8, as written */
    ngx_str_t     literal;       /* the same as a JSON literal */
    ngx_str_t     preview;       /* its beginning, as a JSON literal */
    ngx_str_t     chars;         /* its length in three measures, digits */
    ngx_str_t     utf16;
    ngx_str_t     bytes;
    ngx_str_t     reply_to;      /* one of our ids, or len 0 */
    ngx_str_t     files;         /* prefix and ids of uploads, with tabs
                                    between them; len 0: none */
    ngx_str_t     count;         /* of them, digits */
    ngx_int_t     rc;            /* what to return when it is refused */
    unsigned      note:1;
} ngx_inbox_message_t;


/*
 * Reads ctx->json.  NGX_OK | NGX_DECLINED: what is wrong has been answered, and
 * the endpoint returns m->rc
 */
ngx_int_t ngx_inbox_message_read(ngx_inbox_ctx_t *ctx,
    ngx_inbox_message_t *m);

/* literal and preview of any text of a platform; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_message_literals(ngx_pool_t *pool, const ngx_str_t *text,
    ngx_str_t *literal, ngx_str_t *preview);


/* places among the arguments of one event; text, preview, attachments, their
   number and refs stand side by side */
#define NGX_INBOX_MESSAGE_TEXT  8
#define NGX_INBOX_MESSAGE_COUNT 11
#define NGX_INBOX_MESSAGE_REFS  12

/*
 * One event as the store takes it: 16 strings, from the pool.  prefix: of the
 * location, for the links to files.
 * NGX_OK | NGX_ERROR
 */
ngx_int_t ngx_inbox_message_event(ngx_pool_t *pool, const ngx_str_t *prefix,
    const ngx_inbox_event_t *event, ngx_str_t *args);


/* all arguments of `ingest` for what a webhook of the line brought, from the
   request's pool; with what came of the clients' faces.  NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_message_events(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line, const ngx_array_t *events,
    ngx_str_t **args, ngx_uint_t *n);


#endif /* _NGX_INBOX_MESSAGE_H_INCLUDED_ */
