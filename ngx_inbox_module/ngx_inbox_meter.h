
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 1, bytes.  What is counted, in memory that all workers share, so that
 * one of them can tell for the whole node.
 *
 * Each process writes a slot of its own: counting is an addition, without a
 * lock or an atomic.  A slot outlives its process, because a counter must not
 * go back; its gauges count only while the process lives.
 *
 * To add a number: its name here, and its line in ngx_inbox_metrics.c.
 */

#ifndef _NGX_INBOX_METER_H_INCLUDED_
#define _NGX_INBOX_METER_H_INCLUDED_


#include "ngx_inbox.h"


/* workers at once, those that are leaving too; more are not counted */
#define NGX_INBOX_METER_SLOTS      512

/* lines of the route's table, functions of the store, kinds of channels: what
   is beyond is counted in the last */
#define NGX_INBOX_METER_ROUTES     128
#define NGX_INBOX_METER_CALLS      96
#define NGX_INBOX_METER_KINDS      16
#define NGX_INBOX_METER_STATUSES   24
#define NGX_INBOX_METER_BOUNDS     16


typedef enum {
    NGX_INBOX_GAUGE_PARKED = 0,       /* polls that wait */
    NGX_INBOX_GAUGE_CALLS,            /* of the store, without an answer */
    NGX_INBOX_GAUGE_SENDS,            /* to platforms, without an answer */
    NGX_INBOX_GAUGE_HEARD,            /* the subscription, ngx_current_msec */
    NGX_INBOX_GAUGE_QUEUED,           /* chats in the outbox */
    NGX_INBOX_GAUGE_OLDEST,           /* of them, us since 1970; 0: none */
    NGX_INBOX_GAUGE_FREE,             /* connections of nginx */
    NGX_INBOX_GAUGE_LAST
} ngx_inbox_gauge_e;


typedef enum {
    NGX_INBOX_COUNT_CONNECTS = 0,     /* to the store */
    NGX_INBOX_COUNT_REFUSED,          /* calls while the store was away */
    NGX_INBOX_COUNT_NOTICES,
    NGX_INBOX_COUNT_WAKES,            /* polls that were woken by one */
    NGX_INBOX_COUNT_BUSY,             /* polls refused, too many wait */
    NGX_INBOX_COUNT_HINTS,            /* typing, read: not shown */
    NGX_INBOX_COUNT_LOOKUPS,          /* a platform was asked in vain */
    NGX_INBOX_COUNT_LAST
} ngx_inbox_count_e;


typedef enum {
    NGX_INBOX_TIME_INGEST = 0,        /* request read to stored */
    NGX_INBOX_TIME_WAKE,              /* notice heard to poll answered */
    NGX_INBOX_TIME_CALL,              /* of the store */
    NGX_INBOX_TIME_LAST
} ngx_inbox_time_e;


/* what came of a call to the store */
typedef enum {
    NGX_INBOX_CALL_OK = 0,
    NGX_INBOX_CALL_REFUSED,           /* by the function, with a word */
    NGX_INBOX_CALL_FAILED,            /* no answer, or not by the function */
    NGX_INBOX_CALL_LAST
} ngx_inbox_call_e;


/* what came of a platform's request, and of ours */
typedef enum {
    NGX_INBOX_HOOK_RECEIVED = 0,
    NGX_INBOX_HOOK_ODD,               /* accepted, not understood */
    NGX_INBOX_HOOK_REJECTED,          /* signature, secret */
    NGX_INBOX_HOOK_MALFORMED,
    NGX_INBOX_HOOK_REFUSED,           /* limits, rights */
    NGX_INBOX_HOOK_FAILED,            /* not stored: it will come again */
    NGX_INBOX_HOOK_SENT,
    NGX_INBOX_HOOK_LATER,             /* a send to be tried again */
    NGX_INBOX_HOOK_NEVER,
    NGX_INBOX_HOOK_LAST
} ngx_inbox_hook_e;


typedef struct {
    uint64_t                n[NGX_INBOX_METER_BOUNDS];   /* the last: above */
    uint64_t                sum;                         /* us */
} ngx_inbox_meter_time_t;


/* nothing but uint64_t, so that slots can be added up as words */
struct ngx_inbox_meter_s {
    uint64_t                gauge[NGX_INBOX_GAUGE_LAST];
    uint64_t                count[NGX_INBOX_COUNT_LAST];
    ngx_inbox_meter_time_t  time[NGX_INBOX_TIME_LAST];
    uint64_t                request[NGX_INBOX_METER_ROUTES]
                                   [NGX_INBOX_METER_STATUSES];
    uint64_t                call[NGX_INBOX_METER_CALLS][NGX_INBOX_CALL_LAST];
    uint64_t                hook[NGX_INBOX_METER_KINDS][NGX_INBOX_HOOK_LAST];
};


/* a process that is or was; its numbers are those of a worker of nginx */
typedef struct {
    ngx_uint_t              used;
    ngx_pid_t               pid;                         /* 0: has left */
    ngx_uint_t              worker;
} ngx_inbox_meter_owner_t;


typedef struct {
    ngx_inbox_meter_owner_t owner[NGX_INBOX_METER_SLOTS];
    ngx_inbox_meter_t       slot[NGX_INBOX_METER_SLOTS];
} ngx_inbox_meters_t;


/* upper bounds of the buckets, us; one less than there are */
extern const ngx_uint_t  ngx_inbox_meter_bounds[NGX_INBOX_METER_BOUNDS - 1];

/* the statuses that are counted apart; the last, 0: any other */
extern const ngx_uint_t  ngx_inbox_meter_statuses[NGX_INBOX_METER_STATUSES];


/* while the configuration is read; NULL: memory, which is logged */
ngx_shm_zone_t *ngx_inbox_meter_add_zone(ngx_conf_t *cf, void *tag);

/* this process' slot, its gauges at 0; NULL: all are taken */
ngx_inbox_meter_t *ngx_inbox_meter_enter(ngx_shm_zone_t *zone);

void ngx_inbox_meter_leave(ngx_shm_zone_t *zone, ngx_inbox_meter_t *meter);

/* 1: its process lives */
ngx_uint_t ngx_inbox_meter_lives(const ngx_inbox_meter_owner_t *owner);

/* all counters of all slots; the gauges are left at 0 */
void ngx_inbox_meter_sum(const ngx_inbox_meters_t *all,
    ngx_inbox_meter_t *sum);

/* us, monotonic */
uint64_t ngx_inbox_meter_clock(void);

/* meter may be NULL in all of these: nobody counts */
void ngx_inbox_meter_time(ngx_inbox_meter_t *meter, ngx_inbox_time_e what,
    uint64_t us);
void ngx_inbox_meter_request(ngx_inbox_meter_t *meter, ngx_uint_t route,
    ngx_uint_t status);


static ngx_inline void
ngx_inbox_meter_gauge(ngx_inbox_meter_t *meter, ngx_inbox_gauge_e what,
    uint64_t value)
{
    if (meter != NULL) {
        meter->gauge[what] = value;
    }
}


static ngx_inline void
ngx_inbox_meter_count(ngx_inbox_meter_t *meter, ngx_inbox_count_e what)
{
    if (meter != NULL) {
        meter->count[what]++;
    }
}


static ngx_inline void
ngx_inbox_meter_call(ngx_inbox_meter_t *meter, ngx_uint_t fn,
    ngx_inbox_call_e how)
{
    if (meter != NULL) {
        meter->call[ngx_min(fn, NGX_INBOX_METER_CALLS - 1)][how]++;
    }
}


static ngx_inline void
ngx_inbox_meter_hook(ngx_inbox_meter_t *meter, ngx_uint_t kind,
    ngx_inbox_hook_e how)
{
    if (meter != NULL) {
        meter->hook[ngx_min(kind, NGX_INBOX_METER_KINDS - 1)][how]++;
    }
}


#endif /* _NGX_INBOX_METER_H_INCLUDED_ */
