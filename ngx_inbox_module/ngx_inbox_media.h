
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 7, service.  The bytes behind a platform's handle: fetched when they
 * are first asked for, written to the cache on disk as they come.  However many
 * ask for one file at once, a worker fetches it once.
 *
 *   platform hangs, 5xx      NGX_ERROR, with words; nothing is kept
 *   no longer there          NGX_DECLINED, with words
 *   too large                NGX_DECLINED
 *   nobody waits any more    the fetch goes on, for the next who asks
 *   reload, quit             it ends within its timeout
 */

#ifndef _NGX_INBOX_MEDIA_H_INCLUDED_
#define _NGX_INBOX_MEDIA_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_conf.h"


typedef struct ngx_inbox_media_wait_s  ngx_inbox_media_wait_t;

/* NGX_OK: it lies in the cache; words: for people, or len 0 */
typedef void (*ngx_inbox_media_done_pt)(void *data, ngx_int_t rc,
    const ngx_str_t *words);


ngx_inbox_media_t *ngx_inbox_media_create(ngx_pool_t *pool,
    ngx_inbox_worker_t *worker);

void ngx_inbox_media_destroy(ngx_inbox_media_t *media);

/* what is fetched; copied */
typedef struct {
    ngx_str_t     space;
    ngx_str_t     channel;
    ngx_str_t     id;             /* its name in the cache */
    ngx_str_t     ref;            /* the platform's handle */
    size_t        most;           /* bytes; 0: as configured */
} ngx_inbox_media_what_t;

/* pool: of whoever waits.  done comes exactly once, never before this returns.
   NULL: memory, or too many at once */
ngx_inbox_media_wait_t *ngx_inbox_media_start(ngx_inbox_media_t *media,
    ngx_pool_t *pool, const ngx_inbox_media_what_t *what,
    ngx_inbox_media_done_pt done, void *data);

/* the callback will not come; also after it came */
void ngx_inbox_media_forget(ngx_inbox_media_wait_t *wait);


#endif /* _NGX_INBOX_MEDIA_H_INCLUDED_ */
