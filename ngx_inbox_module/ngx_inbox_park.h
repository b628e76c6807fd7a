
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 4, service.  Polls that wait.  A poll is added while its request still
 * runs (park), then its owner asks the store, then lets it sleep: in that
 * order, so that a notice between answer and sleep is not lost.
 *
 * What sleeps is the connection and a small record; the request is freed.
 * Where that is not possible (HTTP/2, HTTP/1.0, pipelined bytes, subrequest)
 * the request stays and waits: same interface, more memory.
 *
 * What happens to a sleeping poll:
 *   notice on its topic     wake(NOTICE): the owner asks the store again, then
 *                           sleeps again or rises and answers
 *   its time is over        wake(TIMEOUT): the owner answers
 *   the store was away      wake(AGAIN): as a notice; the truth is in the store
 *   reload, quit            wake(EXIT), spread over a second with jitter: the
 *                           owner answers what it has, the connection closes
 *   rights withdrawn        wake(REVOKED): the owner asks again and answers
 *   the client left         gone(): the last call; the record is freed after it
 *   worker_shutdown_timeout the connection is closed: gone()
 *
 * Wakes that come while the owner is asking are remembered, and the next
 * ngx_inbox_park_sleep() wakes again at once (posted): never lost, at most
 * once.
 */

#ifndef _NGX_INBOX_PARK_H_INCLUDED_
#define _NGX_INBOX_PARK_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_conf.h"


typedef struct ngx_inbox_parked_s  ngx_inbox_parked_t;

/* TIMEOUT comes early when the client has sent its next request meanwhile */
typedef enum {
    NGX_INBOX_WAKE_NOTICE = 0,
    NGX_INBOX_WAKE_AGAIN,
    NGX_INBOX_WAKE_REVOKED,
    NGX_INBOX_WAKE_TIMEOUT,
    NGX_INBOX_WAKE_EXIT
} ngx_inbox_wake_e;


/* why a poll cannot be parked */
typedef enum {
    NGX_INBOX_PARK_FREE = 0,
    NGX_INBOX_PARK_FULL,        /* of the worker, or nginx has few connections
                                   left */
    NGX_INBOX_PARK_CROWD        /* of the address */
} ngx_inbox_park_busy_e;


/* what the owner gives: constant, one for each kind of poll */
typedef struct {
    /* never called from within add() or sleep(); the owner then either asks
       and ends with sleep() or rise(), or rises at once */
    void   (*wake)(ngx_inbox_parked_t *p, ngx_inbox_wake_e why);

    /* the client left (or memory is out): forget what is in flight and free
       what the record owns; p is freed when this returns */
    void   (*gone)(ngx_inbox_parked_t *p);

    /* p has just been marked for a wake by a notice that says so much, or by
       something else: NULL.  Only to look and to copy.  NULL: the owner does
       not listen */
    void   (*hear)(ngx_inbox_parked_t *p, const void *said);

    /* r was made anew, to be answered or only to be logged: say whose it is.
       NULL: nobody wants to know */
    void   (*dress)(ngx_inbox_parked_t *p, ngx_http_request_t *r);
} ngx_inbox_park_owner_t;


/* pool: of the cycle.  NULL: memory */
ngx_inbox_park_t *ngx_inbox_park_create(ngx_pool_t *pool,
    ngx_inbox_main_conf_t *conf, ngx_log_t *log);

void ngx_inbox_park_destroy(ngx_inbox_park_t *park);

/* how a poll is parked; all of it is copied, but for the owner */
typedef struct {
    const ngx_str_t                *topic;
    ngx_msec_t                      wait;     /* at most */
    const ngx_inbox_park_owner_t   *owner;
    const void                     *record;   /* the owner's own */
    size_t                          size;     /* of it */
    ngx_uint_t                      stranger; /* 1: the limit of an address is
                                                 that of all workers */
} ngx_inbox_park_terms_t;


/*
 * Parks r on these terms, state: asking.  Takes a reference to r and watches
 * its client; the content handler then returns NGX_DONE.
 * NULL: *busy says which limit was hit, FREE: memory is out; r is untouched.
 */
ngx_inbox_parked_t *ngx_inbox_park_add(ngx_inbox_park_t *park,
    ngx_http_request_t *r, const ngx_inbox_park_terms_t *terms,
    ngx_inbox_park_busy_e *busy);

/* the owner's record, size bytes, aligned for any type */
void *ngx_inbox_park_record(ngx_inbox_parked_t *p);

/* from now on p is woken by notices on home and on these n topics, in place of
   the topic it was parked on.  NGX_OK; NGX_ERROR: memory, all is as it was */
ngx_int_t ngx_inbox_park_hear(ngx_inbox_parked_t *p, const ngx_str_t *home,
    const ngx_str_t *topics, ngx_uint_t n);

/* has it been told what to hear? */
ngx_uint_t ngx_inbox_park_hears(const ngx_inbox_parked_t *p);

/* the poll has nothing to say: let it sleep, and free its request if possible.
   p may not be touched after it by the caller's frame */
void ngx_inbox_park_sleep(ngx_inbox_parked_t *p);

/*
 * Ends the poll: gives the request to answer through, made anew if it was
 * freed, with loc_conf, method, URI and keep-alive as they were; p is freed
 * (record too, without gone()).  The caller sends the answer and calls
 * ngx_inbox_park_finish(r, rc) exactly once.  NULL: the connection could not
 * be used any more and is closed.
 */
ngx_http_request_t *ngx_inbox_park_rise(ngx_inbox_parked_t *p);

/* finalizes and runs posted requests: r and its connection are gone after */
void ngx_inbox_park_finish(ngx_http_request_t *r, ngx_int_t rc);

/* the same within the content handler, where nginx still needs r and runs
   posted requests itself */
void ngx_inbox_park_end(ngx_http_request_t *r, ngx_int_t rc);

/* as park_add without parking: the request waits for one call.  Takes the
   reference; gone(data) comes if the client leaves before park_finish().  A
   second hold of r, or park_add() after one, takes over the first's reference
   and its gone().  NGX_OK, or NGX_ERROR: memory, r is untouched */
ngx_int_t ngx_inbox_park_hold(ngx_http_request_t *r,
    void (*gone)(void *data), void *data);

/* wakes all on topic */
void ngx_inbox_park_notify(ngx_inbox_park_t *park, const ngx_str_t *topic,
    ngx_inbox_wake_e why);

/* the same by a notice, which their owners may hear out first */
void ngx_inbox_park_say(ngx_inbox_park_t *park, const ngx_str_t *topic,
    const void *said);

/* wakes all on topics that begin so; an empty beginning: all there are.  Looks
   at every topic: for what is rare */
void ngx_inbox_park_notify_under(ngx_inbox_park_t *park,
    const ngx_str_t *head, ngx_inbox_wake_e why);

ngx_uint_t ngx_inbox_park_count(const ngx_inbox_park_t *park);

#endif /* _NGX_INBOX_PARK_H_INCLUDED_ */
