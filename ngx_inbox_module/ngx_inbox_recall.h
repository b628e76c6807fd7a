
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 5, service.  What this worker has just read: the answer to a question
 * is remembered as long as no notice of its space has been heard, and for a
 * second at most (a token may expire without a notice).  Bounded; the oldest
 * goes first.
 *
 * Knows neither the store nor the notices: the generation is the caller's.
 */

#ifndef _NGX_INBOX_RECALL_H_INCLUDED_
#define _NGX_INBOX_RECALL_H_INCLUDED_


#include "ngx_inbox.h"


typedef struct ngx_inbox_recall_s  ngx_inbox_recall_t;

/* valid until the caller returns to the loop */
typedef struct {
    ngx_str_t    body;
    ngx_str_t    tag;            /* its ETag */
    ngx_str_t    rest;           /* what the answer had behind the number */
    unsigned     empty:1;        /* nothing is in it: a poll sleeps on */
} ngx_inbox_recalled_t;


/* NULL: memory */
ngx_inbox_recall_t *ngx_inbox_recall_create(ngx_pool_t *pool, ngx_log_t *log);

void ngx_inbox_recall_destroy(ngx_inbox_recall_t *recall);

/* what is remembered under a key, of this generation; or NULL */
const ngx_inbox_recalled_t *ngx_inbox_recall_find(ngx_inbox_recall_t *recall,
    const ngx_str_t *key, ngx_uint_t generation);

/* remembers; key and body are copied.  Without memory it does not */
void ngx_inbox_recall_keep(ngx_inbox_recall_t *recall, const ngx_str_t *key,
    ngx_uint_t generation, const ngx_inbox_recalled_t *what);


#endif /* _NGX_INBOX_RECALL_H_INCLUDED_ */
