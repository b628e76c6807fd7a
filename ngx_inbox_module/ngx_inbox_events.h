
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 8, endpoints.  How a channel does, for those who manage it: its health,
 * its last webhooks, and one of them once more.
 */

#ifndef _NGX_INBOX_EVENTS_H_INCLUDED_
#define _NGX_INBOX_EVENTS_H_INCLUDED_


#include "ngx_inbox_ctx.h"


/* GET channels/{channel}/health */
ngx_int_t ngx_inbox_events_health(ngx_inbox_ctx_t *ctx);

/* GET channels/{channel}/events, newest first */
ngx_int_t ngx_inbox_events_list(ngx_inbox_ctx_t *ctx);

/* POST channels/{channel}/events/{event}/replay */
ngx_int_t ngx_inbox_events_replay(ngx_inbox_ctx_t *ctx);


#endif /* _NGX_INBOX_EVENTS_H_INCLUDED_ */
