
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 8: what spaces want done by themselves, in small steps: old closed
 * chats go, chats whose agents have left come back to their groups.  Each
 * worker looks after its share of the spaces, one question at a time.
 *
 *   store away       the round goes on with the next space
 *   reload, crash    whoever comes after begins a new round; each step is whole
 */

#ifndef _NGX_INBOX_PURGE_H_INCLUDED_
#define _NGX_INBOX_PURGE_H_INCLUDED_


#include "ngx_inbox.h"


/* pool: of the cycle; workers: how many share the spaces.  NULL: memory */
ngx_inbox_purge_t *ngx_inbox_purge_create(ngx_pool_t *pool,
    ngx_inbox_worker_t *worker, ngx_uint_t workers);

void ngx_inbox_purge_destroy(ngx_inbox_purge_t *purge);


#endif /* _NGX_INBOX_PURGE_H_INCLUDED_ */
