
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 5, service.  One read for all who ask the same in one turn of the loop:
 * a notice that wakes ten thousand polls of one question costs the store one
 * call.  For functions that only read.
 *
 * Why it is right: commands leave at the end of the turn, so whatever notice
 * was known when somebody joined had been published before the read was sent.
 * In the next turn nobody joins any more.
 */

#ifndef _NGX_INBOX_SHARE_H_INCLUDED_
#define _NGX_INBOX_SHARE_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_store.h"


typedef struct ngx_inbox_sharer_s  ngx_inbox_sharer_t;


/* NULL: memory */
ngx_inbox_share_t *ngx_inbox_share_create(ngx_pool_t *pool,
    ngx_inbox_worker_t *worker);

/* nobody is told; before the store is destroyed */
void ngx_inbox_share_destroy(ngx_inbox_share_t *share);

/* as ngx_inbox_store_call(): done exactly once, never before this returns;
   NULL: the store is away or memory is out.  The answer is everybody's: nobody
   may change it */
ngx_inbox_sharer_t *ngx_inbox_share_ask(ngx_inbox_share_t *share,
    const ngx_inbox_fcall_t *fcall, ngx_inbox_store_done_pt done, void *data);

void ngx_inbox_share_forget(ngx_inbox_sharer_t *sharer);


#endif /* _NGX_INBOX_SHARE_H_INCLUDED_ */
