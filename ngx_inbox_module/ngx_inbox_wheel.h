
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 1, bytes.  A timing wheel: who waits until when, for any number of
 * waits and one timer.  It knows queue links and milliseconds; the timer and
 * what a deadline means are the caller's.  Removing a node early is
 * ngx_queue_remove() of its link.
 */

#ifndef _NGX_INBOX_WHEEL_H_INCLUDED_
#define _NGX_INBOX_WHEEL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* a deadline is met at most this much late: nobody sees an eighth of a second
   of a wait that is told in seconds */
#define NGX_INBOX_WHEEL_TICK   128     /* ms */
/* one turn is 65 s, just above NGX_INBOX_WAIT_MAX: no node is seen twice */
#define NGX_INBOX_WHEEL_SLOTS  512


typedef struct {
    ngx_queue_t         queue;
    ngx_msec_t          deadline;
} ngx_inbox_wheel_node_t;

typedef struct {
    ngx_uint_t          tick;          /* all ticks up to this one are over */
    ngx_queue_t         slots[NGX_INBOX_WHEEL_SLOTS];
} ngx_inbox_wheel_t;


void ngx_inbox_wheel_init(ngx_inbox_wheel_t *w, ngx_msec_t now);

/* node->deadline is set by the caller, and may be over: then it is the next
   tick's */
void ngx_inbox_wheel_insert(ngx_inbox_wheel_t *w, ngx_inbox_wheel_node_t *node);

/* moves all whose deadline is over to the tail of out */
void ngx_inbox_wheel_expire(ngx_inbox_wheel_t *w, ngx_msec_t now,
    ngx_queue_t *out);

/* moves all there are to the tail of out */
void ngx_inbox_wheel_drain(ngx_inbox_wheel_t *w, ngx_queue_t *out);


#endif /* _NGX_INBOX_WHEEL_H_INCLUDED_ */
