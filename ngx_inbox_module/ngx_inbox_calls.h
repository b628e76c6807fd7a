
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 2, the calls of one Redis client: who waits for which answer, and
 * until when.  Lists only; no socket, no timer of its own.
 */

#ifndef _NGX_INBOX_CALLS_H_INCLUDED_
#define _NGX_INBOX_CALLS_H_INCLUDED_


#include "ngx_inbox_redis.h"


typedef struct {
    ngx_queue_t   early;      /* the wire's side: kept until it is up, */
    ngx_queue_t   asked;      /* written, in the order of answers */
    ngx_queue_t   waiting;    /* the owner's side: in the order of deadlines, */
    ngx_queue_t   ended;      /* to be told that there is no answer */

    ngx_uint_t    n;          /* in early and asked */
    ngx_uint_t    owed;       /* in waiting and ended: callbacks to come */
    size_t        kept;       /* bytes of early commands */

    ngx_event_t  *timer;      /* cancelable exactly while nothing is owed */
    ngx_log_t    *log;
} ngx_inbox_calls_t;


struct ngx_inbox_redis_call_s {
    ngx_queue_t               wire;
    ngx_queue_t               owner;
    ngx_inbox_calls_t        *calls;
    ngx_inbox_redis_done_pt   done;
    void                     *data;

    ngx_str_t                 command;    /* while early */
    uint64_t                  end;        /* of the command, in the stream */
    ngx_msec_t                deadline;
    ngx_int_t                 rc;         /* NGX_AGAIN, or what it ended with */

    unsigned                  early:1;
    unsigned                  asked:1;
    unsigned                  owed:1;
};


void ngx_inbox_calls_init(ngx_inbox_calls_t *calls, ngx_event_t *timer,
    ngx_log_t *log);

/* on the owner's side (done NULL: on none); NULL: memory */
ngx_inbox_redis_call_t *ngx_inbox_calls_add(ngx_inbox_calls_t *calls,
    ngx_inbox_redis_done_pt done, void *data, ngx_msec_t deadline);

/* to the wire's side: keeps the command, which is the call's now */
void ngx_inbox_calls_keep(ngx_inbox_redis_call_t *call, ngx_str_t *command);

/* to the wire's side: written, its last byte is the stream's end-th */
void ngx_inbox_calls_ask(ngx_inbox_redis_call_t *call, uint64_t end);

/* takes the first early call off the wire's side and its command out of it;
   the caller asks or ends it, and frees the command.  NULL: there is none */
ngx_inbox_redis_call_t *ngx_inbox_calls_early(ngx_inbox_calls_t *calls,
    ngx_str_t *command);

/* the answer to the first asked one; NGX_OK | NGX_DECLINED: nobody asked */
ngx_int_t ngx_inbox_calls_answer(ngx_inbox_calls_t *calls,
    ngx_inbox_redis_value_t *v);

/* there will be no answer: rc goes to the owner with the next tell */
void ngx_inbox_calls_end(ngx_inbox_redis_call_t *call, ngx_int_t rc);

/* ends what is past its deadline; the answers may still come */
void ngx_inbox_calls_expire(ngx_inbox_calls_t *calls);

/* ends everything; of the stream only the first sent bytes have left */
void ngx_inbox_calls_end_all(ngx_inbox_calls_t *calls, uint64_t sent);

/* calls back those that have ended */
void ngx_inbox_calls_tell(ngx_inbox_calls_t *calls);

/* off the owner's side, silently */
void ngx_inbox_calls_forget(ngx_inbox_redis_call_t *call);

/* ms until the first deadline; -1: nobody waits */
ngx_msec_int_t ngx_inbox_calls_due(const ngx_inbox_calls_t *calls);


#endif /* _NGX_INBOX_CALLS_H_INCLUDED_ */
