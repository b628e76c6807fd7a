
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 2, transport; the only files that know hiredis.  One connection to
 * Redis that heals itself: nginx owns the socket, hiredis formats commands and
 * parses answers.  Commands of one turn of the event loop leave in one write.
 *
 * Two of them live in each worker: one for calls (made by store), one for
 * notices (made by bus, `push` set).
 */

#ifndef _NGX_INBOX_REDIS_H_INCLUDED_
#define _NGX_INBOX_REDIS_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_conf.h"


typedef enum {
    NGX_INBOX_REDIS_NIL = 0,
    NGX_INBOX_REDIS_STRING,
    NGX_INBOX_REDIS_INTEGER,
    NGX_INBOX_REDIS_ARRAY,
    NGX_INBOX_REDIS_ERROR
} ngx_inbox_redis_type_e;

typedef struct ngx_inbox_redis_value_s  ngx_inbox_redis_value_t;

/* an answer: owned by the connection, gone when the callback returns */
struct ngx_inbox_redis_value_s {
    ngx_inbox_redis_type_e     type;
    ngx_str_t                  str;       /* STRING, ERROR */
    int64_t                    integer;   /* INTEGER */
    ngx_uint_t                 n;         /* ARRAY */
    ngx_inbox_redis_value_t  **item;
};


typedef struct ngx_inbox_redis_call_s  ngx_inbox_redis_call_t;

/*
 * Comes exactly once for each started call, never before the start returned.
 * NGX_OK        v is the answer (it may be of type ERROR)
 * NGX_DECLINED  the command was not sent: it has had no effect; v is NULL
 * NGX_ERROR     sent, but no answer (deadline, connection lost, garbage):
 *               whether it had an effect is unknown; v is NULL
 */
typedef void (*ngx_inbox_redis_done_pt)(void *data, ngx_int_t rc,
    ngx_inbox_redis_value_t *v);


typedef struct {
    ngx_inbox_redis_conf_t  *conf;
    ngx_log_t               *log;

    /* all may be NULL; data is their first argument */
    void                   (*on_up)(void *data);    /* entered: AUTH and SELECT
                                                       are done; calls made here
                                                       go out first */
    void                   (*on_down)(void *data);  /* was up, is not */
    void                   (*on_push)(void *data, ngx_inbox_redis_value_t *v);
    void                    *data;

    unsigned                 push:1;  /* a subscriber: every answer after the
                                         entry goes to on_push, and only
                                         ngx_inbox_redis_send() may be used */
} ngx_inbox_redis_options_t;


/*
 * Allocates from pool and starts connecting on the next turn of the loop;
 * goes on trying for ever (0.1 s .. 1.5 s, growing, with jitter).  NULL:
 * memory.
 */
ngx_inbox_redis_t *ngx_inbox_redis_create(ngx_pool_t *pool,
    ngx_inbox_redis_options_t *options);

/* ends every waiting call with a reason and closes; no callback but those */
void ngx_inbox_redis_destroy(ngx_inbox_redis_t *redis);

/*
 * Starts one command; the arguments are copied.  While the first connection is
 * being made the call waits (within its deadline).  NULL: not started, because
 * the store is known to be away, too much is in flight, or memory is out; the
 * callback will not come.  done NULL: nobody waits, the handle is not kept.
 */
ngx_inbox_redis_call_t *ngx_inbox_redis_call(ngx_inbox_redis_t *redis,
    const ngx_str_t *argv, ngx_uint_t argc, ngx_inbox_redis_done_pt done,
    void *data);

/* the callback will not come; the command may still take effect.  Not after
   the callback has been called: the handle went with it */
void ngx_inbox_redis_forget(ngx_inbox_redis_call_t *call);

/* subscriber only: sends, expects nothing; NGX_OK | NGX_ERROR (not up, full) */
ngx_int_t ngx_inbox_redis_send(ngx_inbox_redis_t *redis,
    const ngx_str_t *argv, ngx_uint_t argc);

/* drops the connection, as if it had been lost: waiting calls end with
   NGX_ERROR, then it reconnects; for owners who have seen nonsense */
void ngx_inbox_redis_drop(ngx_inbox_redis_t *redis, const char *why);

ngx_uint_t ngx_inbox_redis_is_up(const ngx_inbox_redis_t *redis);

/* calls not yet answered; for metrics and for leaving */
ngx_uint_t ngx_inbox_redis_in_flight(const ngx_inbox_redis_t *redis);


#endif /* _NGX_INBOX_REDIS_H_INCLUDED_ */
