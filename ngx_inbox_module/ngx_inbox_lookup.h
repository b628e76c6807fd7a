
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 7, service.  What platforms are asked where webhooks do not say it: who
 * clients are (name and picture), and the rest of a message of which only the
 * beginning came.  The queue is the store's (redis/lookup.lua); here is who
 * works it off: few at once, and never all for one space.
 *
 *   worker killed, reload   the lease runs out, and somebody asks again
 *   store away              the same
 *   platform hangs, 5xx     later, six times in some hours; a client then in a
 *                           week, a message stays as it came
 *   no for this client      remembered with him
 *   no for this message     it stays as it came
 *   no for the channel      told in its health; all of it rest a while
 */

#ifndef _NGX_INBOX_LOOKUP_H_INCLUDED_
#define _NGX_INBOX_LOOKUP_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_conf.h"


/* pool: of the cycle; NULL: memory */
ngx_inbox_lookup_t *ngx_inbox_lookup_create(ngx_pool_t *pool,
    ngx_inbox_worker_t *worker);

/* breaks off what is under way */
void ngx_inbox_lookup_destroy(ngx_inbox_lookup_t *lookup);

/* something is due there; whoever owns the space's outbox calls it */
void ngx_inbox_lookup_kick(ngx_inbox_lookup_t *lookup, const ngx_str_t *space);

/* a picture (a file's id) of that chat cannot be shown; ask: its link may have
   run out.  Nobody waits for it */
void ngx_inbox_lookup_lost(ngx_inbox_lookup_t *lookup, const ngx_str_t *space,
    const ngx_str_t *chat, const ngx_str_t *file, const ngx_str_t *prefix,
    ngx_uint_t ask);


#endif /* _NGX_INBOX_LOOKUP_H_INCLUDED_ */
