
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A turn asks the store for what is due in a space; each look-up that comes of
 * it has a pool of its own, destroyed when its exchange is done.  What came of
 * it is told in a call that nobody waits for: were it lost, the lease would run
 * out and the platform would be asked again, which does no harm.
 */

#include "ngx_inbox_lookup.h"
#include "ngx_inbox_lookup_job.h"
#include "ngx_inbox_meter.h"
#include "ngx_inbox_text.h"


#define NGX_INBOX_LOOKUP_TIMEOUT    10000     /* ms of a request, at most */
/* beyond it: the calls to the store come on top */
#define NGX_INBOX_LOOKUP_LEASE      10000


typedef struct {
    ngx_queue_t              queue;
    ngx_pool_t              *pool;
    ngx_inbox_lookup_t      *lookup;
    ngx_str_t                space;
    ngx_uint_t               room;        /* that it asks for */
    ngx_inbox_store_call_t  *call;
} ngx_inbox_lookup_turn_t;

typedef struct {
    ngx_queue_t              queue;
    ngx_inbox_lookup_t      *lookup;
    ngx_inbox_exchange_t    *exchange;
    ngx_inbox_lookup_job_t   l;           /* with the pool */
} ngx_inbox_lookup_one_t;

struct ngx_inbox_lookup_s {
    ngx_inbox_worker_t      *worker;
    ngx_queue_t              turns;       /* ngx_inbox_lookup_turn_t */
    ngx_queue_t              running;     /* ngx_inbox_lookup_one_t */
    ngx_uint_t               count;       /* running, and asked for by turns */
    ngx_msec_t               timeout;     /* of a request */
    u_char                   name[64];    /* of this worker, for leases */
    size_t                   name_len;
};


static ngx_uint_t ngx_inbox_lookup_room(ngx_inbox_lookup_t *lookup,
    const ngx_str_t *space);
static ngx_uint_t ngx_inbox_lookup_is(const ngx_str_t *a, const ngx_str_t *b);
static ngx_int_t ngx_inbox_lookup_ask(ngx_inbox_lookup_turn_t *turn);
static void ngx_inbox_lookup_on_jobs(void *data, ngx_inbox_answer_t *answer);
static void ngx_inbox_lookup_turn_free(ngx_inbox_lookup_turn_t *turn);

static void ngx_inbox_lookup_start(ngx_inbox_lookup_t *lookup,
    const ngx_str_t *space, ngx_inbox_redis_value_t *job);
static void ngx_inbox_lookup_on_done(void *data, ngx_inbox_exchanged_t *how);
static void ngx_inbox_lookup_on_told(void *data, ngx_inbox_answer_t *answer);
static void ngx_inbox_lookup_free(ngx_inbox_lookup_one_t *one);


ngx_inbox_lookup_t *
ngx_inbox_lookup_create(ngx_pool_t *pool, ngx_inbox_worker_t *worker)
{
    ngx_inbox_lookup_t  *lookup;

    lookup = ngx_pcalloc(pool, sizeof(ngx_inbox_lookup_t));
    if (lookup == NULL) {
        return NULL;
    }

    lookup->worker = worker;
    lookup->timeout = ngx_min(worker->conf->send_timeout,
                              NGX_INBOX_LOOKUP_TIMEOUT);
    lookup->name_len = ngx_snprintf(lookup->name, sizeof(lookup->name),
                                    "%P-%xD", ngx_pid,
                                    (uint32_t) ngx_random())
                       - lookup->name;

    ngx_queue_init(&lookup->turns);
    ngx_queue_init(&lookup->running);

    return lookup;
}


void
ngx_inbox_lookup_destroy(ngx_inbox_lookup_t *lookup)
{
    ngx_inbox_lookup_one_t   *one;
    ngx_inbox_lookup_turn_t  *turn;

    while (!ngx_queue_empty(&lookup->running)) {
        one = ngx_queue_data(ngx_queue_head(&lookup->running),
                             ngx_inbox_lookup_one_t, queue);

        ngx_inbox_exchange_forget(one->exchange);
        ngx_inbox_lookup_free(one);
    }

    while (!ngx_queue_empty(&lookup->turns)) {
        turn = ngx_queue_data(ngx_queue_head(&lookup->turns),
                              ngx_inbox_lookup_turn_t, queue);

        ngx_inbox_store_forget(turn->call);
        ngx_inbox_lookup_turn_free(turn);
    }
}


void
ngx_inbox_lookup_kick(ngx_inbox_lookup_t *lookup, const ngx_str_t *space)
{
    ngx_uint_t                room;
    ngx_pool_t               *pool;
    ngx_inbox_lookup_turn_t  *turn;

    room = ngx_inbox_lookup_room(lookup, space);

    if (room == 0 || ngx_exiting || ngx_terminate) {
        return;
    }

    pool = ngx_create_pool(512, lookup->worker->log);
    if (pool == NULL) {
        return;
    }

    turn = ngx_pcalloc(pool, sizeof(ngx_inbox_lookup_turn_t));

    if (turn == NULL
        || ngx_inbox_text_copy(pool, &turn->space, space) != NGX_OK)
    {
        ngx_destroy_pool(pool);
        return;
    }

    turn->pool = pool;
    turn->lookup = lookup;
    turn->room = room;
    lookup->count += room;
    ngx_queue_insert_tail(&lookup->turns, &turn->queue);

    if (ngx_inbox_lookup_ask(turn) != NGX_OK) {
        ngx_inbox_lookup_turn_free(turn);
    }
}


/* how many of the space may be begun now: a quarter is kept for others */

static ngx_uint_t
ngx_inbox_lookup_room(ngx_inbox_lookup_t *lookup, const ngx_str_t *space)
{
    ngx_uint_t                most, own, n;
    ngx_queue_t              *q;
    ngx_inbox_lookup_one_t   *one;
    ngx_inbox_lookup_turn_t  *turn;

    for (q = ngx_queue_head(&lookup->turns);
         q != ngx_queue_sentinel(&lookup->turns);
         q = ngx_queue_next(q))
    {
        turn = ngx_queue_data(q, ngx_inbox_lookup_turn_t, queue);

        if (ngx_inbox_lookup_is(&turn->space, space)) {
            return 0;
        }
    }

    n = 0;

    for (q = ngx_queue_head(&lookup->running);
         q != ngx_queue_sentinel(&lookup->running);
         q = ngx_queue_next(q))
    {
        one = ngx_queue_data(q, ngx_inbox_lookup_one_t, queue);
        n += ngx_inbox_lookup_is(&one->l.space, space);
    }

    most = lookup->worker->conf->max_lookups;
    own = most - most / 4;

    if (lookup->count >= most || n >= own) {
        return 0;
    }

    return ngx_min(most - lookup->count, own - n);
}


static ngx_uint_t
ngx_inbox_lookup_is(const ngx_str_t *a, const ngx_str_t *b)
{
    return a->len == b->len && ngx_memcmp(a->data, b->data, a->len) == 0;
}


static ngx_int_t
ngx_inbox_lookup_ask(ngx_inbox_lookup_turn_t *turn)
{
    u_char               lease[NGX_INT64_LEN], limit[NGX_INT64_LEN];
    ngx_str_t            args[3];
    ngx_inbox_fcall_t    fcall;
    ngx_inbox_lookup_t  *lookup;

    lookup = turn->lookup;

    args[0].data = lookup->name;
    args[0].len = lookup->name_len;
    args[1].data = lease;
    args[1].len = ngx_sprintf(lease, "%L",
                              ((int64_t) lookup->timeout
                               + NGX_INBOX_LOOKUP_LEASE) * 1000)
                  - lease;
    args[2].data = limit;
    args[2].len = ngx_sprintf(limit, "%ui", turn->room) - limit;

    fcall.fn = NGX_INBOX_FN_LOOK;
    fcall.space = &turn->space;
    fcall.args = args;
    fcall.n = 3;

    turn->call = ngx_inbox_store_call(lookup->worker->store, &fcall,
                                      ngx_inbox_lookup_on_jobs, turn);

    return (turn->call != NULL) ? NGX_OK : NGX_ERROR;
}


static void
ngx_inbox_lookup_on_jobs(void *data, ngx_inbox_answer_t *answer)
{
    ngx_inbox_lookup_turn_t *turn = data;

    ngx_uint_t                i;
    ngx_inbox_redis_value_t  *v;

    v = answer->value;

    if (answer->status == NGX_HTTP_OK && v->type == NGX_INBOX_REDIS_ARRAY) {

        for (i = 0; i < v->n; i++) {
            ngx_inbox_lookup_start(turn->lookup, &turn->space, v->item[i]);
        }
    }

    ngx_inbox_lookup_turn_free(turn);
}


static void
ngx_inbox_lookup_turn_free(ngx_inbox_lookup_turn_t *turn)
{
    turn->lookup->count -= turn->room;
    ngx_queue_remove(&turn->queue);
    ngx_destroy_pool(turn->pool);
}


/* one that cannot be begun comes again when its lease has run out */

static void
ngx_inbox_lookup_start(ngx_inbox_lookup_t *lookup, const ngx_str_t *space,
    ngx_inbox_redis_value_t *job)
{
    ngx_pool_t                *pool;
    ngx_inbox_lookup_one_t    *one;
    ngx_inbox_exchange_ask_t   ask;

    pool = ngx_create_pool(1024, lookup->worker->log);
    if (pool == NULL) {
        return;
    }

    one = ngx_pcalloc(pool, sizeof(ngx_inbox_lookup_one_t));
    if (one == NULL) {
        goto failed;
    }

    one->lookup = lookup;
    one->l.pool = pool;

    if (ngx_inbox_lookup_job_read(&one->l, space, job) != NGX_OK) {
        goto failed;
    }

    ngx_memzero(&ask, sizeof(ngx_inbox_exchange_ask_t));
    ask.space = &one->l.space;
    ask.channel = &one->l.channel;
    ask.job = &one->l.job;
    ask.timeout = lookup->timeout;
    ask.done = ngx_inbox_lookup_on_done;
    ask.data = one;

    one->exchange = ngx_inbox_exchange_start(lookup->worker, &ask);
    if (one->exchange == NULL) {
        goto failed;
    }

    ngx_queue_insert_tail(&lookup->running, &one->queue);
    lookup->count++;

    return;

failed:

    ngx_destroy_pool(pool);
}


static void
ngx_inbox_lookup_on_done(void *data, ngx_inbox_exchanged_t *how)
{
    ngx_inbox_lookup_one_t *one = data;

    u_char                   name[NGX_INBOX_MAX_ID];
    ngx_str_t                space;
    ngx_inbox_lookup_t      *lookup;
    ngx_inbox_lookup_job_t  *l;

    l = &one->l;
    lookup = one->lookup;

    if (how->verdict.outcome != NGX_INBOX_SENT && !how->missing
        && !how->untried)
    {
        ngx_inbox_meter_count(lookup->worker->conf->meter,
                              NGX_INBOX_COUNT_LOOKUPS);

        if (how->verdict.error.len == 0) {
            ngx_str_set(&how->verdict.error, "it was not begun");
        }

        ngx_log_error(NGX_LOG_INFO, lookup->worker->log, 0,
                      "inbox lookup: channel \"%V\" chat \"%V\" try %V: %V",
                      &l->channel, &l->entry, &l->tries, &how->verdict.error);
    }

    ngx_inbox_lookup_job_tell(lookup->worker->store, l, how);

    /* its room is free, and the next one of the space may take it: the store
       hears of that behind what it was just told */

    space.data = name;
    space.len = ngx_min(l->space.len, sizeof(name));
    ngx_memcpy(name, l->space.data, space.len);

    ngx_inbox_lookup_free(one);
    ngx_inbox_lookup_kick(lookup, &space);
}


static void
ngx_inbox_lookup_on_told(void *data, ngx_inbox_answer_t *answer)
{
    /* a refusal has been logged by the store, there is nobody to tell */
}


static void
ngx_inbox_lookup_free(ngx_inbox_lookup_one_t *one)
{
    ngx_queue_remove(&one->queue);
    one->lookup->count--;
    ngx_destroy_pool(one->l.pool);
}


void
ngx_inbox_lookup_lost(ngx_inbox_lookup_t *lookup, const ngx_str_t *space,
    const ngx_str_t *chat, const ngx_str_t *file, const ngx_str_t *prefix,
    ngx_uint_t ask)
{
    ngx_str_t          args[4];
    ngx_inbox_fcall_t  fcall;

    args[0] = *chat;
    args[1] = *file;
    args[2] = *prefix;
    ngx_str_set(&args[3], "0");

    if (ask && lookup->worker->conf->max_lookups) {
        ngx_str_set(&args[3], "1");
    }

    fcall.fn = NGX_INBOX_FN_PICTURE_LOST;
    fcall.space = space;
    fcall.args = args;
    fcall.n = 4;

    (void) ngx_inbox_store_call(lookup->worker->store, &fcall,
                                ngx_inbox_lookup_on_told, NULL);
}
