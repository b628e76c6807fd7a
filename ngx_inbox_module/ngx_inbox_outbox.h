
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 8.  What agents wrote goes out to the platforms: claim, send, settle.
 * The queue is in the store, in order for each chat; a claim is a lease, so at
 * most one worker of all nodes holds an entry.
 *
 * Each space belongs to one worker of a node (its share), which hears of new
 * entries by notices and looks into its spaces every two seconds besides.
 *
 *   platform slow, 429, 5xx   later, with growing pauses or as it asks
 *   platform says never       the message is failed, with its words
 *   no answer after sending   later, and the message says that it may have
 *                             arrived twice
 *   store lost                outcomes are kept and told again until it is back
 *   reload, quit              nothing new is claimed, what is under way ends;
 *                             what cannot end goes back when its lease is over
 *   worker killed             the same
 */

#ifndef _NGX_INBOX_OUTBOX_H_INCLUDED_
#define _NGX_INBOX_OUTBOX_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_conf.h"


/* share: this worker is number `ngx_worker` of so many; NULL: memory */
ngx_inbox_outbox_t *ngx_inbox_outbox_create(ngx_pool_t *pool,
    ngx_inbox_worker_t *worker, ngx_uint_t workers);

void ngx_inbox_outbox_destroy(ngx_inbox_outbox_t *outbox);

/* a notice: there is something to send in this space */
void ngx_inbox_outbox_kick(ngx_inbox_outbox_t *outbox, const ngx_str_t *space);


#endif /* _NGX_INBOX_OUTBOX_H_INCLUDED_ */
