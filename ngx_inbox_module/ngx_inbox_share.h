
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 5, service.  One read for all who ask the same: in one turn of the loop
 * they share a call, and afterwards the answer is remembered until a notice of
 * its space is heard.  For functions that only read.
 *
 * Why joining is right: commands leave at the end of the turn, so whatever
 * notice was known when somebody joined had been published before the read was
 * sent.  In the next turn nobody joins any more.
 *
 * Why remembering is right: the generation is taken before the read is sent.
 * A notice may be on its way: whoever answers at once proves first that there
 * is none (ngx_inbox_bus_prove), whoever waits will be woken by it.
 */

#ifndef _NGX_INBOX_SHARE_H_INCLUDED_
#define _NGX_INBOX_SHARE_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_recall.h"
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

/*
 * What is remembered of the same question, or NULL: then it must be asked.
 * Only of lists and transcripts of agents.
 */
const ngx_inbox_recalled_t *ngx_inbox_share_recall(ngx_inbox_share_t *share,
    const ngx_inbox_fcall_t *fcall);

void ngx_inbox_share_forget(ngx_inbox_sharer_t *sharer);


#endif /* _NGX_INBOX_SHARE_H_INCLUDED_ */
