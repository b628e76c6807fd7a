
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 6, service.  One job done with a platform: the channel's settings are
 * read, and its talk is led step by step (channels/ngx_inbox_channel.h) until
 * it ends.  Knows nothing of queues, and of no kind of job.
 */

#ifndef _NGX_INBOX_EXCHANGE_H_INCLUDED_
#define _NGX_INBOX_EXCHANGE_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_conf.h"
#include "channels/ngx_inbox_channel.h"


typedef struct ngx_inbox_exchange_s  ngx_inbox_exchange_t;

/* how it ended.  outcome is never MORE.  The verdict's strings, the job's
   memo and its `whole` are gone when the callback returns */
typedef struct {
    ngx_inbox_verdict_t   verdict;
    unsigned              doubt:1;     /* LATER: it may have been done */
    unsigned              untried:1;   /* LATER: the platform was not asked */
    unsigned              lost:1;      /* LATER: no answer came, error says
                                          why; not logged yet */
    unsigned              missing:1;   /* NEVER: no such channel, or its kind
                                          has no such job, or not here */
} ngx_inbox_exchanged_t;

typedef void (*ngx_inbox_exchange_done_pt)(void *data,
    ngx_inbox_exchanged_t *how);

typedef struct {
    const ngx_str_t             *space;
    const ngx_str_t             *channel;
    ngx_inbox_job_t             *job;        /* step 0; borrowed with its
                                                strings until the end */
    ngx_msec_t                   timeout;    /* ms of each request; 0: the
                                                configured one */
    ngx_uint_t                   off;        /* 1: also of a channel that is
                                                switched off */
    ngx_inbox_http_sink_pt       sink;       /* of MEDIA; else NULL */
    void                        *sink_data;
    ngx_inbox_exchange_done_pt   done;
    void                        *data;
} ngx_inbox_exchange_ask_t;


/* done comes exactly once, never before this returns, unless the exchange is
   forgotten.  NULL: memory, or the store is away */
ngx_inbox_exchange_t *ngx_inbox_exchange_start(ngx_inbox_worker_t *worker,
    const ngx_inbox_exchange_ask_t *ask);

/* breaks off and frees, silently; not after done */
void ngx_inbox_exchange_forget(ngx_inbox_exchange_t *x);


#endif /* _NGX_INBOX_EXCHANGE_H_INCLUDED_ */
