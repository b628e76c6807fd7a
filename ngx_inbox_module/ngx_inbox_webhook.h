
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 8, endpoints.  What messengers send us: hook/{channel}.
 *
 * The checks, in this order: the channel exists (404), the bytes are theirs
 * (401, nothing written), they are a JSON object (400); then one atomic write,
 * and 200 only when the store has confirmed it.  Anything else is 503: the
 * platform's retry is our queue, and the store's dedupe makes it harmless.
 *
 *   client leaves   the write may still happen; the platform sends again
 *   store lost      503
 */

#ifndef _NGX_INBOX_WEBHOOK_H_INCLUDED_
#define _NGX_INBOX_WEBHOOK_H_INCLUDED_


#include "ngx_inbox_ctx.h"


/* POST: events */
ngx_int_t ngx_inbox_webhook(ngx_inbox_ctx_t *ctx);

/* GET: a platform asks whether the webhook is ours */
ngx_int_t ngx_inbox_webhook_hello(ngx_inbox_ctx_t *ctx);


#endif /* _NGX_INBOX_WEBHOOK_H_INCLUDED_ */
