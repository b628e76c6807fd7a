
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 7, service.  What a client may see on his platform of us before we
 * answer: that somebody writes, that his message was read.  Nobody waits for
 * it, and nothing is lost with it.
 */

#ifndef _NGX_INBOX_HINT_H_INCLUDED_
#define _NGX_INBOX_HINT_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_store.h"
#include "channels/ngx_inbox_channel.h"


/* pool: of the cycle; NULL: memory */
ngx_inbox_hint_t *ngx_inbox_hint_create(ngx_pool_t *pool,
    ngx_inbox_worker_t *worker);

/* breaks off what is under way */
void ngx_inbox_hint_destroy(ngx_inbox_hint_t *hint);

/*
 * kind: TYPING or READ.  answer: of the store's `typing` or `read`; when it is
 * an array, channel, user and the platform's id of the client's last message
 * stand behind its first element.  Dropped when it was given a moment ago, when
 * too many are under way, and when the channel has no such thing.
 */
void ngx_inbox_hint_give(ngx_inbox_hint_t *hint, ngx_inbox_job_kind_e kind,
    const ngx_str_t *space, const ngx_inbox_answer_t *answer);


#endif /* _NGX_INBOX_HINT_H_INCLUDED_ */
