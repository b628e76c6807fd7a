
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 7, service.  One look-up: what the store hands out becomes a job for a
 * platform, and what came of it words for the store.  Of both kinds: who a
 * client is, and all of a message.
 */

#ifndef _NGX_INBOX_LOOKUP_JOB_H_INCLUDED_
#define _NGX_INBOX_LOOKUP_JOB_H_INCLUDED_


#include "ngx_inbox_exchange.h"
#include "ngx_inbox_store.h"


/* strings are the pool's; the pool is the owner's */
typedef struct {
    ngx_pool_t       *pool;
    ngx_str_t         space;
    ngx_str_t         entry;     /* the chat; of a message, and which one */
    ngx_str_t         lease;
    ngx_str_t         tries;     /* with this one */
    ngx_str_t         channel;
    ngx_str_t         prefix;    /* of the location, for links to files */
    ngx_inbox_job_t   job;
} ngx_inbox_lookup_job_t;


/* what `look` has answered, into an empty one; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_lookup_job_read(ngx_inbox_lookup_job_t *l,
    const ngx_str_t *space, ngx_inbox_redis_value_t *v);

/* tells the store what came of it; nobody waits for that */
void ngx_inbox_lookup_job_tell(ngx_inbox_store_t *store,
    ngx_inbox_lookup_job_t *l, ngx_inbox_exchanged_t *how);


#endif /* _NGX_INBOX_LOOKUP_JOB_H_INCLUDED_ */
