
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 4, service: inside of the store.  What its three files share: store
 * (calls and their answers), store_enter (a connection's first steps, the
 * library, the spaces), store_words (what an error of a function means).
 */

#ifndef _NGX_INBOX_STORE_OWN_H_INCLUDED_
#define _NGX_INBOX_STORE_OWN_H_INCLUDED_


#include "ngx_inbox_store.h"
#include "ngx_inbox_meter.h"


#define NGX_INBOX_RUN_ID_LEN      40

/* longest time that calls wait for the first connection, ms */
#define NGX_INBOX_STORE_START     3000

/* FCALL name 1 root now, and then the function's own arguments */
#define NGX_INBOX_STORE_ARG_NOW   4
#define NGX_INBOX_STORE_ARGS      5

/* room for the name of a function, for a space's root, for now */
#define NGX_INBOX_STORE_NAME      64


struct ngx_inbox_store_call_s {
    ngx_queue_t                queue;    /* in store->waiting, or alone */
    ngx_inbox_store_t         *store;
    ngx_inbox_redis_call_t    *call;     /* NULL: waits */
    ngx_inbox_store_done_pt    done;
    void                      *data;
    ngx_uint_t                 fn;       /* NGX_INBOX_FN_LAST: a command */
    ngx_inbox_redis_type_e     type;     /* what a command answers */
    uint64_t                   started;  /* us */
    ngx_uint_t                 argc;
    ngx_str_t                 *argv;     /* in the same allocation */
    unsigned                   repeated:1;
    unsigned                   waiting:1;
};


struct ngx_inbox_store_s {
    ngx_inbox_redis_t         *redis;
    ngx_pool_t                *pool;
    ngx_log_t                 *log;
    ngx_inbox_meter_t         *meter;

    ngx_queue_t                waiting;  /* calls, until ready */
    ngx_event_t                start;    /* ends that wait; cancelable */

    void                     (*on_ready)(void *data);    /* or NULL */
    void                      *data;

    ngx_pool_t                *booted;   /* nodes of the tree; NULL: empty */
    ngx_rbtree_t               spaces;   /* booted on this connection */
    ngx_rbtree_node_t          sentinel;
    ngx_uint_t                 nspaces;

    u_char                     run[NGX_INBOX_RUN_ID_LEN];
    int64_t                    now;      /* us, the last that was told */
    ngx_uint_t                 in_flight;

    unsigned                   full:1;     /* a call was refused for it */
    unsigned                   ready:1;
    unsigned                   starting:1;
    unsigned                   loading:1;
};


/* store: sends a call that waited; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_store_send(ngx_inbox_store_call_t *call);

/* store: ends a call with its answer */
void ngx_inbox_store_finish(ngx_inbox_store_call_t *call,
    ngx_inbox_answer_t *answer);

/* store: "inbox:{space}" and now in us, the store's own for each call, into
   NGX_INBOX_STORE_NAME bytes */
void ngx_inbox_store_root(u_char *out, const ngx_str_t *space,
    ngx_str_t *root);
void ngx_inbox_store_now(ngx_inbox_store_t *store, u_char *out,
    ngx_str_t *now);


/* enter: the hooks of the connection; data is the store */
void ngx_inbox_store_on_up(void *data);
void ngx_inbox_store_on_down(void *data);

/* enter: the handler of the timer that ends the wait for the first one */
void ngx_inbox_store_start_over(ngx_event_t *ev);

/* enter: the library goes to Redis; NGX_OK | NGX_ERROR (not sent) */
ngx_int_t ngx_inbox_store_load(ngx_inbox_store_t *store);

/* enter: tells a space the run id, once for each connection */
void ngx_inbox_store_boot(ngx_inbox_store_t *store, const ngx_str_t *space);
void ngx_inbox_store_forget_spaces(ngx_inbox_store_t *store);

/* enter: calls that wait end with 503 */
void ngx_inbox_store_refuse_waiting(ngx_inbox_store_t *store);


/* words: an answer of Redis -> ours */
void ngx_inbox_store_judge(ngx_inbox_store_t *store,
    ngx_inbox_redis_value_t *v, ngx_inbox_answer_t *answer);


#endif /* _NGX_INBOX_STORE_OWN_H_INCLUDED_ */
