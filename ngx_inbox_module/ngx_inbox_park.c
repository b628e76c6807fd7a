
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A parked poll is a record in three registers: the roll (its topic, its
 * address), the rota (until when it sleeps, whose turn it is), and either its
 * request's cleanups or its connection.  This file keeps them in step:
 *
 * 1. add: on the roll and on the rota, awake; the request is held.
 * 2. sleep: the rota is asked for a visit, and there, where no frame below us
 *    uses the request, it is freed if that is possible (ngx_inbox_detach.c).
 * 3. wake: from the rota, to the owner.
 * 4. exactly one of rise (the owner answers), gone (the client left) and
 *    close (the worker exits) takes it off everything and frees it.
 */


#include "ngx_inbox_park.h"
#include "ngx_inbox_detach.h"
#include "ngx_inbox_hold.h"
#include "ngx_inbox_roll.h"
#include "ngx_inbox_rota.h"
#include "ngx_inbox_meter.h"


/* connections that nginx must still have, for the store and for others */
#define NGX_INBOX_PARK_RESERVE  32


/* the owner's record, aligned for any type, and what is saved of the request
   follow in the same allocation */
struct ngx_inbox_parked_s {
    ngx_inbox_detached_t           detached;
    ngx_inbox_rota_entry_t         rota;
    ngx_inbox_roll_entry_t         roll;
    ngx_inbox_park_t              *park;
    const ngx_inbox_park_owner_t  *owner;
    ngx_http_request_t            *request;     /* NULL: detached */
    ngx_http_cleanup_t            *cleanup;     /* of the request */
    ngx_uint_t                     saved;       /* detached is prepared */
};

#define NGX_INBOX_PARK_HEAD  ngx_align(sizeof(ngx_inbox_parked_t), 16)


struct ngx_inbox_park_s {
    ngx_inbox_main_conf_t         *conf;
    ngx_log_t                     *log;
    ngx_inbox_roll_t               roll;
    ngx_inbox_rota_t               rota;
    uint32_t                       noticed;     /* us, of the last notice */
    const void                    *said;        /* by the notice at hand */
};


static ngx_uint_t ngx_inbox_park_is_full(ngx_inbox_park_t *park);
static ngx_inbox_parked_t *ngx_inbox_park_make(ngx_inbox_park_t *park,
    ngx_http_request_t *r, const ngx_inbox_park_owner_t *owner, size_t size);

static void ngx_inbox_park_on_visit(ngx_inbox_rota_entry_t *e);
static void ngx_inbox_park_mark(ngx_inbox_roll_entry_t *e, ngx_uint_t why);
static void ngx_inbox_park_on_wake(ngx_inbox_rota_entry_t *e,
    ngx_inbox_wake_e why);

static void ngx_inbox_park_on_bytes(ngx_inbox_detached_t *d);
static void ngx_inbox_park_on_left(ngx_inbox_detached_t *d, ngx_int_t rc);
static void ngx_inbox_park_on_cleanup(void *data);

static ngx_http_request_t *ngx_inbox_park_restore(ngx_inbox_parked_t *p);
static void ngx_inbox_park_unlink(ngx_inbox_parked_t *p);
static void ngx_inbox_park_meter(ngx_inbox_park_t *park);
static void ngx_inbox_park_close(ngx_inbox_parked_t *p);


static const ngx_inbox_rota_events_t  ngx_inbox_park_rota_events = {
    ngx_inbox_park_on_wake,
    ngx_inbox_park_on_visit
};

static const ngx_inbox_detach_events_t  ngx_inbox_park_detach_events = {
    ngx_inbox_park_on_bytes,
    ngx_inbox_park_on_left
};


ngx_inbox_park_t *
ngx_inbox_park_create(ngx_pool_t *pool, ngx_inbox_main_conf_t *conf,
    ngx_log_t *log)
{
    ngx_inbox_park_t  *park;

    park = ngx_palloc(pool, sizeof(ngx_inbox_park_t));
    if (park == NULL) {
        return NULL;
    }

    park->conf = conf;
    park->log = log;
    park->said = NULL;

    if (ngx_inbox_roll_create(&park->roll, conf->crowd, log) != NGX_OK) {
        return NULL;
    }

    ngx_inbox_rota_create(&park->rota, &ngx_inbox_park_rota_events, log);

    return park;
}


ngx_inbox_parked_t *
ngx_inbox_park_add(ngx_inbox_park_t *park, ngx_http_request_t *r,
    const ngx_inbox_park_terms_t *terms, ngx_inbox_park_busy_e *busy)
{
    ngx_int_t              rc;
    ngx_inbox_parked_t    *p;
    ngx_inbox_roll_who_t   who;

    *busy = NGX_INBOX_PARK_FREE;

    if (ngx_inbox_park_is_full(park)) {
        *busy = NGX_INBOX_PARK_FULL;
        ngx_inbox_meter_count(park->conf->meter, NGX_INBOX_COUNT_BUSY);
        return NULL;
    }

    p = ngx_inbox_park_make(park, r, terms->owner, terms->size);
    if (p == NULL) {
        return NULL;
    }

    ngx_memcpy(ngx_inbox_park_record(p), terms->record, terms->size);

    who.sockaddr = r->connection->sockaddr;
    who.max = park->conf->max_parked_addr;
    who.stranger = terms->stranger;

    rc = ngx_inbox_roll_enter(&park->roll, &p->roll, terms->topic, &who);
    if (rc != NGX_OK) {
        if (rc == NGX_BUSY) {
            *busy = NGX_INBOX_PARK_CROWD;
            ngx_inbox_meter_count(park->conf->meter, NGX_INBOX_COUNT_BUSY);
        }

        ngx_free(p);
        return NULL;
    }

    ngx_inbox_rota_enter(&park->rota, &p->rota, terms->wait);

    ngx_inbox_park_meter(park);

    p->cleanup->handler = ngx_inbox_park_on_cleanup;
    p->cleanup->data = p;

    ngx_inbox_hold_watch(r);

    ngx_log_debug3(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "inbox park add %p \"%V\" %M", p, terms->topic, terms->wait);

    return p;
}


/* idle connections count as free: nginx closes them when it is short */

static ngx_uint_t
ngx_inbox_park_is_full(ngx_inbox_park_t *park)
{
    ngx_uint_t  reserve, left;

    if (park->rota.count >= park->conf->max_parked) {
        return 1;
    }

    reserve = ngx_max(ngx_cycle->connection_n / 16, NGX_INBOX_PARK_RESERVE);

    left = ngx_cycle->free_connection_n + ngx_cycle->reusable_connections_n;

    return left < reserve;
}


static ngx_inbox_parked_t *
ngx_inbox_park_make(ngx_inbox_park_t *park, ngx_http_request_t *r,
    const ngx_inbox_park_owner_t *owner, size_t size)
{
    size_t               saved, head;
    ngx_inbox_parked_t  *p;

    saved = ngx_inbox_saved_measure(r);
    head = NGX_INBOX_PARK_HEAD + size;

    p = ngx_alloc(head + saved, park->log);
    if (p == NULL) {
        return NULL;
    }

    p->park = park;
    p->owner = owner;
    p->request = r;
    p->saved = (saved != 0);
    p->rota.woken = 0;

    /* without a handler until the poll is parked */

    p->cleanup = ngx_http_cleanup_add(r, 0);
    if (p->cleanup == NULL) {
        ngx_free(p);
        return NULL;
    }

    if (saved) {
        ngx_inbox_detach_prepare(&p->detached, r,
                                 &ngx_inbox_park_detach_events,
                                 (u_char *) p + head);
    }

    return p;
}


void *
ngx_inbox_park_record(ngx_inbox_parked_t *p)
{
    return (u_char *) p + NGX_INBOX_PARK_HEAD;
}


ngx_int_t
ngx_inbox_park_hear(ngx_inbox_parked_t *p, const ngx_str_t *home,
    const ngx_str_t *topics, ngx_uint_t n)
{
    return ngx_inbox_roll_hear(&p->park->roll, &p->roll, home, topics, n);
}


ngx_uint_t
ngx_inbox_park_hears(const ngx_inbox_parked_t *p)
{
    return p->roll.ears != NULL;
}


void
ngx_inbox_park_sleep(ngx_inbox_parked_t *p)
{
    if (!p->rota.pending) {
        p->rota.woken = 0;
    }

    ngx_inbox_rota_sleep(&p->park->rota, &p->rota, p->request && p->saved);
}


/* a request that is not ready to be detached waits as it is */

static void
ngx_inbox_park_on_visit(ngx_inbox_rota_entry_t *e)
{
    ngx_http_request_t  *r;
    ngx_inbox_parked_t  *p;

    p = ngx_queue_data(e, ngx_inbox_parked_t, rota);
    r = p->request;

    if (!ngx_inbox_detach_ready(r)) {
        return;
    }

    p->cleanup->handler = NULL;
    p->request = NULL;

    if (ngx_inbox_detach_release(&p->detached, r) != NGX_OK) {
        ngx_inbox_park_unlink(p);
        p->owner->gone(p);
        ngx_free(p);
        return;
    }

    ngx_inbox_detach_look(&p->detached);
}


void
ngx_inbox_park_notify(ngx_inbox_park_t *park, const ngx_str_t *topic,
    ngx_inbox_wake_e why)
{
    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, park->log, 0,
                   "inbox park notify, why %d, of %ui", why, park->rota.count);

    park->noticed = (uint32_t) ngx_inbox_meter_clock() | 1;

    ngx_inbox_roll_each(&park->roll, topic, ngx_inbox_park_mark, why);
}


void
ngx_inbox_park_say(ngx_inbox_park_t *park, const ngx_str_t *topic,
    const void *said)
{
    park->said = said;
    ngx_inbox_park_notify(park, topic, NGX_INBOX_WAKE_NOTICE);
    park->said = NULL;
}


void
ngx_inbox_park_notify_under(ngx_inbox_park_t *park, const ngx_str_t *head,
    ngx_inbox_wake_e why)
{
    ngx_inbox_roll_under(&park->roll, head, ngx_inbox_park_mark, why);
}


static void
ngx_inbox_park_mark(ngx_inbox_roll_entry_t *e, ngx_uint_t why)
{
    ngx_inbox_parked_t  *p;

    p = ngx_queue_data(e, ngx_inbox_parked_t, roll);

    if (why == NGX_INBOX_WAKE_NOTICE && p->rota.woken == 0) {
        p->rota.woken = p->park->noticed;
    }

    if (p->owner->hear != NULL) {
        p->owner->hear(p, p->park->said);
    }

    ngx_inbox_rota_mark(&p->park->rota, &p->rota, why);
}


static void
ngx_inbox_park_on_wake(ngx_inbox_rota_entry_t *e, ngx_inbox_wake_e why)
{
    ngx_inbox_parked_t  *p;

    p = ngx_queue_data(e, ngx_inbox_parked_t, rota);

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, p->park->log, 0,
                   "inbox park wake %p, why %d", p, why);

    p->owner->wake(p, why);
}


/* a client that has asked something else does not wait for this any more */

static void
ngx_inbox_park_on_bytes(ngx_inbox_detached_t *d)
{
    ngx_inbox_parked_t  *p;

    p = ngx_queue_data(d, ngx_inbox_parked_t, detached);

    ngx_inbox_rota_mark(&p->park->rota, &p->rota, NGX_INBOX_WAKE_TIMEOUT);
}


/* detached: the request is made anew only to be logged */

static void
ngx_inbox_park_on_left(ngx_inbox_detached_t *d, ngx_int_t rc)
{
    ngx_http_request_t  *r;
    ngx_inbox_parked_t  *p;

    p = ngx_queue_data(d, ngx_inbox_parked_t, detached);

    ngx_inbox_park_unlink(p);
    p->owner->gone(p);

    r = ngx_inbox_park_restore(p);
    ngx_free(p);

    if (r) {
        ngx_inbox_park_finish(r, rc);
    }
}


/* attached: nginx ends the request, because the client left or at shutdown */

static void
ngx_inbox_park_on_cleanup(void *data)
{
    ngx_inbox_parked_t *p = data;

    ngx_inbox_park_unlink(p);
    p->owner->gone(p);
    ngx_free(p);
}


ngx_http_request_t *
ngx_inbox_park_rise(ngx_inbox_parked_t *p)
{
    ngx_http_request_t  *r;

    ngx_inbox_park_unlink(p);

    r = p->request;

    if (r) {
        p->cleanup->handler = NULL;

        if (ngx_exiting) {
            r->main->keepalive = 0;
        }

    } else {
        r = ngx_inbox_park_restore(p);
    }

    if (p->rota.woken) {
        ngx_inbox_meter_count(p->park->conf->meter, NGX_INBOX_COUNT_WAKES);
        ngx_inbox_meter_time(p->park->conf->meter, NGX_INBOX_TIME_WAKE,
                     (uint32_t) ngx_inbox_meter_clock() - p->rota.woken);
    }

    ngx_free(p);

    return r;
}


static ngx_http_request_t *
ngx_inbox_park_restore(ngx_inbox_parked_t *p)
{
    ngx_http_request_t  *r;

    r = ngx_inbox_detach_restore(&p->detached);

    if (r != NULL && p->owner->dress != NULL) {
        p->owner->dress(p, r);
    }

    return r;
}


void
ngx_inbox_park_finish(ngx_http_request_t *r, ngx_int_t rc)
{
    ngx_connection_t  *c;

    c = r->connection;

    ngx_inbox_park_end(r, rc);
    ngx_http_run_posted_requests(c);
}


void
ngx_inbox_park_end(ngx_http_request_t *r, ngx_int_t rc)
{
    (void) ngx_inbox_hold_end(r);

    ngx_http_finalize_request(r, rc);
}


/* off all registers; who calls frees */

static void
ngx_inbox_park_unlink(ngx_inbox_parked_t *p)
{
    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, p->park->log, 0,
                   "inbox park remove %p", p);

    ngx_inbox_roll_leave(&p->park->roll, &p->roll);
    ngx_inbox_rota_leave(&p->park->rota, &p->rota);
    ngx_inbox_park_meter(p->park);
}


ngx_uint_t
ngx_inbox_park_count(const ngx_inbox_park_t *park)
{
    return park->rota.count;
}


static void
ngx_inbox_park_meter(ngx_inbox_park_t *park)
{
    ngx_inbox_meter_gauge(park->conf->meter, NGX_INBOX_GAUGE_PARKED,
                          park->rota.count);
}


ngx_int_t
ngx_inbox_park_hold(ngx_http_request_t *r, void (*gone)(void *data),
    void *data)
{
    return ngx_inbox_hold_start(r, gone, data);
}


/* at exit: polls that nobody has answered, after SIGTERM for example */

void
ngx_inbox_park_destroy(ngx_inbox_park_t *park)
{
    ngx_inbox_roll_entry_t  *e;

    for ( ;; ) {
        e = ngx_inbox_roll_first(&park->roll);

        if (e == NULL) {
            break;
        }

        ngx_inbox_park_close(ngx_queue_data(e, ngx_inbox_parked_t, roll));
    }

    ngx_inbox_rota_destroy(&park->rota);
    ngx_inbox_roll_destroy(&park->roll);
}


static void
ngx_inbox_park_close(ngx_inbox_parked_t *p)
{
    ngx_http_request_t  *r;

    ngx_inbox_park_unlink(p);
    p->owner->gone(p);

    r = p->request;

    if (r == NULL) {
        ngx_inbox_detach_close(&p->detached);
        ngx_free(p);
        return;
    }

    p->cleanup->handler = NULL;
    ngx_free(p);

    ngx_inbox_park_finish(r, NGX_ERROR);
}
