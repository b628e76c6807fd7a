
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 5, service.  What webhooks of one channel bring at once goes to the
 * store in one call, at the end of the loop's turn.  While a call of the
 * channel is under way, what comes for it waits, and leaves together when there
 * is enough for a second one or the first is answered: nobody waits longer than
 * for what was before him, and the busier a channel is, the less each of its
 * messages costs (the call, the clock, the notice are shared).
 *
 * Redis lost:   those in the call end with 503, and those behind them: nothing
 *               that waits is tried on a store that has just failed.
 * Client left:  ngx_inbox_intake_forget(); what was sent takes effect.
 */

#ifndef _NGX_INBOX_INTAKE_H_INCLUDED_
#define _NGX_INBOX_INTAKE_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_store.h"


/* strings of one event among the arguments of `ingest`, and those in front of
   all events: channel, its rev, visitor */
#define NGX_INBOX_INTAKE_EVENT  16
#define NGX_INBOX_INTAKE_HEAD   3
/* strings that the function answers for each */
#define NGX_INBOX_INTAKE_WORDS  3


typedef struct ngx_inbox_brought_s  ngx_inbox_brought_t;


/* NULL: memory */
ngx_inbox_intake_t *ngx_inbox_intake_create(ngx_pool_t *pool,
    ngx_inbox_worker_t *worker);

/* after the store, whose calls end in it */
void ngx_inbox_intake_destroy(ngx_inbox_intake_t *intake);

/*
 * args: of `ingest`, n of them, the events of one webhook behind the head;
 * they and the space stay the caller's, and must live until done or forget.
 * done: exactly once, never before this returns, with the part of the
 * function's answer that is his; gone when it returns.
 * NULL: too much waits already, or memory is out.
 */
ngx_inbox_brought_t *ngx_inbox_intake_bring(ngx_inbox_intake_t *intake,
    const ngx_str_t *space, const ngx_str_t *args, ngx_uint_t n,
    ngx_inbox_store_done_pt done, void *data);

void ngx_inbox_intake_forget(ngx_inbox_brought_t *brought);


#endif /* _NGX_INBOX_INTAKE_H_INCLUDED_ */
