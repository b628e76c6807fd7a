
/*
 * Copyright (C) the ngx_inbox authors
 *
 * One object for each space of this worker's share, kept for its life.  At most
 * one claim of a space is under way; a kick meanwhile is remembered.  The next
 * due time comes with every claim, so no try waits for the sweep.
 */

#include "ngx_inbox_outbox.h"
#include "ngx_inbox_bus.h"
#include "ngx_inbox_lookup.h"
#include "ngx_inbox_send.h"
#include "ngx_inbox_store.h"
#include "ngx_inbox_meter.h"
#include "ngx_inbox_text.h"


#define NGX_INBOX_OUTBOX_FIRST    50      /* ms after start */
#define NGX_INBOX_OUTBOX_SWEEP    2000
/* entries of one claim */
#define NGX_INBOX_OUTBOX_CLAIM    32
/* a lease is longer than any send can take: the two timeouts of its calls to
   the store come on top */
#define NGX_INBOX_OUTBOX_LEASE    10000   /* ms beyond the send's timeout */
/* what a claim tells after its jobs: when the next is due, how many chats wait,
   since when the one that has waited longest, when the next look-up is due */
#define NGX_INBOX_OUTBOX_OUTLOOK  4
/* spaces of one worker */
#define NGX_INBOX_OUTBOX_SPACES   100000


typedef struct {
    ngx_str_node_t            node;       /* str: the space */
    ngx_queue_t               queue;
    ngx_inbox_outbox_t       *outbox;
    ngx_inbox_store_call_t   *claim;      /* under way, or NULL */
    ngx_event_t               due;        /* cancelable */
    off_t                     queued;     /* chats, told by the last claim */
    unsigned                  again:1;
} ngx_inbox_outbox_space_t;


struct ngx_inbox_outbox_s {
    ngx_inbox_worker_t       *worker;
    ngx_pool_t               *pool;
    ngx_uint_t                workers;
    u_char                    name[64];   /* of this worker, for leases */
    size_t                    name_len;

    ngx_rbtree_t              tree;
    ngx_rbtree_node_t         sentinel;
    ngx_queue_t               spaces;
    ngx_uint_t                nspaces;

    ngx_queue_t               sends;
    ngx_uint_t                nsends;

    off_t                     queued;     /* chats of all spaces */
    off_t                     oldest;     /* since the last sweep, us; or 0 */

    ngx_event_t               sweep;      /* cancelable */
    ngx_inbox_store_call_t   *registry;   /* under way, or NULL */
};


static void ngx_inbox_outbox_on_sweep(ngx_event_t *ev);
static void ngx_inbox_outbox_on_registry(void *data,
    ngx_inbox_answer_t *answer);
static ngx_uint_t ngx_inbox_outbox_is_mine(ngx_inbox_outbox_t *outbox,
    const ngx_str_t *space);
static ngx_inbox_outbox_space_t *ngx_inbox_outbox_space(
    ngx_inbox_outbox_t *outbox, const ngx_str_t *name);

static void ngx_inbox_outbox_claim(ngx_inbox_outbox_space_t *space);
static void ngx_inbox_outbox_on_claimed(void *data,
    ngx_inbox_answer_t *answer);
static void ngx_inbox_outbox_outlook(const ngx_str_t *text, off_t *number);
static void ngx_inbox_outbox_wait(ngx_inbox_outbox_space_t *space, off_t next);
static void ngx_inbox_outbox_tell(ngx_inbox_outbox_space_t *space,
    off_t queued, off_t oldest);
static void ngx_inbox_outbox_look(ngx_inbox_outbox_space_t *space, off_t next);
static void ngx_inbox_outbox_on_due(ngx_event_t *ev);
static void ngx_inbox_outbox_on_done(void *data);


ngx_inbox_outbox_t *
ngx_inbox_outbox_create(ngx_pool_t *pool, ngx_inbox_worker_t *worker,
    ngx_uint_t workers)
{
    ngx_inbox_outbox_t  *outbox;

    outbox = ngx_pcalloc(pool, sizeof(ngx_inbox_outbox_t));
    if (outbox == NULL) {
        return NULL;
    }

    outbox->worker = worker;
    outbox->pool = pool;
    outbox->workers = ngx_max(workers, 1);
    outbox->name_len = ngx_snprintf(outbox->name, sizeof(outbox->name),
                                    "%P-%xD", ngx_pid,
                                    (uint32_t) ngx_random())
                       - outbox->name;

    ngx_queue_init(&outbox->spaces);
    ngx_queue_init(&outbox->sends);
    ngx_rbtree_init(&outbox->tree, &outbox->sentinel,
                    ngx_str_rbtree_insert_value);

    outbox->sweep.handler = ngx_inbox_outbox_on_sweep;
    outbox->sweep.data = outbox;
    outbox->sweep.log = worker->log;
    outbox->sweep.cancelable = 1;

    ngx_add_timer(&outbox->sweep, NGX_INBOX_OUTBOX_FIRST);

    return outbox;
}


void
ngx_inbox_outbox_destroy(ngx_inbox_outbox_t *outbox)
{
    ngx_queue_t               *q;
    ngx_inbox_outbox_space_t  *space;

    if (outbox->sweep.timer_set) {
        ngx_del_timer(&outbox->sweep);
    }

    if (outbox->registry != NULL) {
        ngx_inbox_store_forget(outbox->registry);
    }

    while (!ngx_queue_empty(&outbox->sends)) {
        ngx_inbox_send_forget(ngx_inbox_send_of(
                                              ngx_queue_head(&outbox->sends)));
    }

    for (q = ngx_queue_head(&outbox->spaces);
         q != ngx_queue_sentinel(&outbox->spaces);
         q = ngx_queue_next(q))
    {
        space = ngx_queue_data(q, ngx_inbox_outbox_space_t, queue);

        if (space->claim != NULL) {
            ngx_inbox_store_forget(space->claim);
        }

        if (space->due.timer_set) {
            ngx_del_timer(&space->due);
        }
    }
}


static void
ngx_inbox_outbox_on_sweep(ngx_event_t *ev)
{
    ngx_inbox_outbox_t  *outbox;

    outbox = ev->data;

    if (ngx_exiting || ngx_terminate) {
        return;
    }

    /* the round that ends now has heard all spaces */

    ngx_inbox_meter_gauge(outbox->worker->conf->meter, NGX_INBOX_GAUGE_OLDEST,
                          outbox->oldest);
    outbox->oldest = 0;

    if (outbox->registry == NULL) {
        outbox->registry = ngx_inbox_store_spaces(outbox->worker->store,
                                                  ngx_inbox_outbox_on_registry,
                                                  outbox);
    }

    ngx_add_timer(&outbox->sweep, NGX_INBOX_OUTBOX_SWEEP
                                  + ngx_random() % 200);
}


static void
ngx_inbox_outbox_on_registry(void *data, ngx_inbox_answer_t *answer)
{
    ngx_inbox_outbox_t *outbox = data;

    ngx_uint_t                i;
    ngx_inbox_redis_value_t  *v;

    outbox->registry = NULL;
    v = answer->value;

    if (answer->status != NGX_HTTP_OK || v->type != NGX_INBOX_REDIS_ARRAY) {
        return;
    }

    for (i = 0; i < v->n; i++) {
        if (v->item[i]->type == NGX_INBOX_REDIS_STRING) {
            ngx_inbox_outbox_kick(outbox, &v->item[i]->str);
        }
    }
}


void
ngx_inbox_outbox_kick(ngx_inbox_outbox_t *outbox, const ngx_str_t *space)
{
    ngx_inbox_outbox_space_t  *s;

    if (!ngx_inbox_text_is_id(space)
        || !ngx_inbox_outbox_is_mine(outbox, space))
    {
        return;
    }

    s = ngx_inbox_outbox_space(outbox, space);

    if (s != NULL) {
        ngx_inbox_outbox_claim(s);
    }
}


static ngx_uint_t
ngx_inbox_outbox_is_mine(ngx_inbox_outbox_t *outbox, const ngx_str_t *space)
{
    return ngx_murmur_hash2(space->data, space->len) % outbox->workers
           == ngx_worker % outbox->workers;
}


static ngx_inbox_outbox_space_t *
ngx_inbox_outbox_space(ngx_inbox_outbox_t *outbox, const ngx_str_t *name)
{
    uint32_t                   hash;
    ngx_str_t                  key;
    ngx_inbox_outbox_space_t  *space;

    key = *name;
    hash = ngx_murmur_hash2(key.data, key.len);

    space = (ngx_inbox_outbox_space_t *)
                ngx_str_rbtree_lookup(&outbox->tree, &key, hash);

    if (space != NULL) {
        return space;
    }

    if (outbox->nspaces == NGX_INBOX_OUTBOX_SPACES) {
        return NULL;
    }

    space = ngx_pcalloc(outbox->pool,
                        sizeof(ngx_inbox_outbox_space_t) + name->len);
    if (space == NULL) {
        return NULL;
    }

    space->outbox = outbox;
    space->node.node.key = hash;
    space->node.str.len = name->len;
    space->node.str.data = (u_char *) (space + 1);
    ngx_memcpy(space->node.str.data, name->data, name->len);

    space->due.handler = ngx_inbox_outbox_on_due;
    space->due.data = space;
    space->due.log = outbox->worker->log;
    space->due.cancelable = 1;

    ngx_rbtree_insert(&outbox->tree, &space->node.node);
    ngx_queue_insert_tail(&outbox->spaces, &space->queue);
    outbox->nspaces++;

    ngx_inbox_bus_keep(outbox->worker->bus, &space->node.str);

    return space;
}


static void
ngx_inbox_outbox_claim(ngx_inbox_outbox_space_t *space)
{
    u_char               lease[NGX_INT64_LEN], limit[NGX_INT64_LEN];
    ngx_str_t            args[3];
    ngx_uint_t           room;
    ngx_inbox_fcall_t    fcall;
    ngx_inbox_outbox_t  *outbox;

    outbox = space->outbox;

    if (ngx_exiting || ngx_terminate) {
        return;
    }

    if (space->claim != NULL
        || outbox->nsends >= outbox->worker->conf->max_sends)
    {
        space->again = 1;
        return;
    }

    space->again = 0;

    room = outbox->worker->conf->max_sends - outbox->nsends;
    room = ngx_min(room, NGX_INBOX_OUTBOX_CLAIM);

    args[0].data = outbox->name;
    args[0].len = outbox->name_len;
    args[1].data = lease;
    args[1].len = ngx_sprintf(lease, "%L",
                              ((int64_t) outbox->worker->conf->send_timeout
                               + NGX_INBOX_OUTBOX_LEASE) * 1000)
                  - lease;
    args[2].data = limit;
    args[2].len = ngx_sprintf(limit, "%ui", room) - limit;

    fcall.fn = NGX_INBOX_FN_CLAIM;
    fcall.space = &space->node.str;
    fcall.args = args;
    fcall.n = 3;

    space->claim = ngx_inbox_store_call(outbox->worker->store, &fcall,
                                        ngx_inbox_outbox_on_claimed, space);
}


static void
ngx_inbox_outbox_on_claimed(void *data, ngx_inbox_answer_t *answer)
{
    ngx_inbox_outbox_space_t *space = data;

    off_t                     number[NGX_INBOX_OUTBOX_OUTLOOK];
    ngx_uint_t                i, jobs;
    ngx_inbox_outbox_t       *outbox;
    ngx_inbox_redis_value_t  *v;

    outbox = space->outbox;
    space->claim = NULL;
    v = answer->value;

    if (answer->status != NGX_HTTP_OK || v->type != NGX_INBOX_REDIS_ARRAY
        || v->n == 0)
    {
        /* the sweep comes again */
        return;
    }

    jobs = v->n - 1;

    for (i = 0; i < jobs; i++) {
        if (ngx_inbox_send_start(outbox->worker, &space->node.str, v->item[i],
                                 &outbox->sends, ngx_inbox_outbox_on_done,
                                 space)
            != NULL)
        {
            outbox->nsends++;
        }
    }

    ngx_inbox_outbox_outlook(&v->item[jobs]->str, number);
    ngx_inbox_outbox_wait(space, number[0]);
    ngx_inbox_outbox_tell(space, number[1], number[2]);

    if (number[3]) {
        ngx_inbox_outbox_look(space, number[3]);
    }

    if (space->again || jobs == NGX_INBOX_OUTBOX_CLAIM) {
        ngx_inbox_outbox_claim(space);
    }
}


/* numbers between spaces; 0: not there */

static void
ngx_inbox_outbox_outlook(const ngx_str_t *text, off_t *number)
{
    off_t       n;
    u_char     *p, *end, *last;
    ngx_uint_t  i;

    p = text->data;
    last = p + text->len;

    for (i = 0; i < NGX_INBOX_OUTBOX_OUTLOOK; i++) {
        end = ngx_strlchr(p, last, ' ');

        if (end == NULL) {
            end = last;
        }

        n = ngx_atoof(p, end - p);
        number[i] = (n == NGX_ERROR) ? 0 : n;
        p = ngx_min(end + 1, last);
    }
}


/* next: when something is due, us; or 0 */

static void
ngx_inbox_outbox_wait(ngx_inbox_outbox_space_t *space, off_t next)
{
    off_t        due, now;
    ngx_time_t  *tp;

    if (space->due.timer_set) {
        ngx_del_timer(&space->due);
    }

    if (next == 0) {
        return;
    }

    tp = ngx_timeofday();
    due = next / 1000;
    now = (off_t) tp->sec * 1000 + tp->msec;

    if (due - now > NGX_INBOX_OUTBOX_SWEEP) {
        return;
    }

    ngx_add_timer(&space->due, (due > now) ? (ngx_msec_t) (due - now) + 1 : 1);
}


/* the gauges: how many wait, and since when the one that has waited longest */

static void
ngx_inbox_outbox_tell(ngx_inbox_outbox_space_t *space, off_t queued,
    off_t oldest)
{
    ngx_inbox_meter_t   *meter;
    ngx_inbox_outbox_t  *outbox;

    outbox = space->outbox;
    meter = outbox->worker->conf->meter;

    outbox->queued += queued - space->queued;
    space->queued = queued;

    ngx_inbox_meter_gauge(meter, NGX_INBOX_GAUGE_QUEUED, outbox->queued);

    if (oldest && (outbox->oldest == 0 || oldest < outbox->oldest)) {
        outbox->oldest = oldest;
        ngx_inbox_meter_gauge(meter, NGX_INBOX_GAUGE_OLDEST, oldest);
    }
}


/* next: when somebody is to be looked up, us; what is not due yet is told again
   by the sweep */

static void
ngx_inbox_outbox_look(ngx_inbox_outbox_space_t *space, off_t next)
{
    off_t                now;
    ngx_time_t          *tp;
    ngx_inbox_worker_t  *worker;

    tp = ngx_timeofday();
    now = (off_t) tp->sec * 1000 + tp->msec;
    worker = space->outbox->worker;

    if (next / 1000 <= now) {
        ngx_inbox_lookup_kick(worker->lookup, &space->node.str);
    }
}


static void
ngx_inbox_outbox_on_due(ngx_event_t *ev)
{
    ngx_inbox_outbox_claim(ev->data);
}


/* the next entry of the same chat is due now */

static void
ngx_inbox_outbox_on_done(void *data)
{
    ngx_inbox_outbox_space_t *space = data;

    space->outbox->nsends--;

    ngx_inbox_outbox_claim(space);
}
