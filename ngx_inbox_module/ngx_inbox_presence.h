
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 6, service.  Tells the store that an agent is there: his page asks.
 * Once in some seconds for each agent and worker, not with every poll.
 */

#ifndef _NGX_INBOX_PRESENCE_H_INCLUDED_
#define _NGX_INBOX_PRESENCE_H_INCLUDED_


#include "ngx_inbox_ctx.h"


/* NULL: memory */
ngx_inbox_presence_t *ngx_inbox_presence_create(ngx_pool_t *pool);

/* ctx->who has asked for something that he waits for; never fails: presence
   that is not told now is told with the next poll */
void ngx_inbox_presence_seen(ngx_inbox_ctx_t *ctx);


#endif /* _NGX_INBOX_PRESENCE_H_INCLUDED_ */
