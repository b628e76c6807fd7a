
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 7, service.  One claimed message on its way: an exchange with the
 * platform, then the store is told.  Knows nothing of queues.
 */

#ifndef _NGX_INBOX_SEND_H_INCLUDED_
#define _NGX_INBOX_SEND_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_conf.h"
#include "ngx_inbox_redis.h"


typedef struct ngx_inbox_send_s  ngx_inbox_send_t;

/* the store knows how it ended, or never will: the send is gone after this */
typedef void (*ngx_inbox_send_done_pt)(void *data);


/*
 * job: one element of what `claim` answers; copied.  done comes exactly once,
 * never before this returns, unless the send is forgotten.  NULL: memory; the
 * entry goes back when its lease is over.
 */
ngx_inbox_send_t *ngx_inbox_send_start(ngx_inbox_worker_t *worker,
    const ngx_str_t *space, ngx_inbox_redis_value_t *job, ngx_queue_t *list,
    ngx_inbox_send_done_pt done, void *data);

/* breaks off and frees, silently; out of the list */
void ngx_inbox_send_forget(ngx_inbox_send_t *send);

/* the send that is linked into a list by ngx_inbox_send_start() */
ngx_inbox_send_t *ngx_inbox_send_of(ngx_queue_t *q);


#endif /* _NGX_INBOX_SEND_H_INCLUDED_ */
