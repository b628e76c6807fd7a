
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 5, service.  Who writes just now, as notices say: never stored, told
 * to polls that were waiting when it came, and soon forgotten.
 */

#ifndef _NGX_INBOX_TYPING_H_INCLUDED_
#define _NGX_INBOX_TYPING_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_bus.h"


/* pool: of the cycle; NULL: memory */
ngx_inbox_typing_t *ngx_inbox_typing_create(ngx_pool_t *pool);

/* somebody writes in the transcript that the polls on topic wait for */
void ngx_inbox_typing_note(ngx_inbox_typing_t *typing, const ngx_str_t *topic,
    const ngx_inbox_notice_t *notice);

/* a mark of now, for _since() */
uint32_t ngx_inbox_typing_mark(const ngx_inbox_typing_t *typing);

/*
 * Who has begun to write there since the mark, as a JSON array: agents but the
 * one with the id `reader`; the client too, unless reader is NULL: then the
 * reader is the client.  json is borrowed until the next _note(); NGX_OK |
 * NGX_DECLINED: nobody
 */
ngx_int_t ngx_inbox_typing_since(ngx_inbox_typing_t *typing,
    const ngx_str_t *topic, uint32_t mark, const ngx_str_t *reader,
    ngx_str_t *json);


#endif /* _NGX_INBOX_TYPING_H_INCLUDED_ */
