
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Each hint has a pool of its own, destroyed when its exchange is done, however
 * that ended: it is not repeated, and its failure is only counted, for what is
 * wrong with a channel is told by its messages.
 *
 * Platforms show typing for some seconds, and pages tell of it more often than
 * that; so a small table remembers, by hash, who was shown it just now.  Two
 * clients that share a slot push each other out: then one is asked of a little
 * more often, and that is all.
 */

#include "ngx_inbox_hint.h"
#include "ngx_inbox_exchange.h"
#include "ngx_inbox_meter.h"
#include "ngx_inbox_settings.h"
#include "ngx_inbox_text.h"


/* at once in one worker: few, for messages need the same connections */
#define NGX_INBOX_HINT_MOST     8
/* ms of a request; what comes later is no longer true */
#define NGX_INBOX_HINT_TIMEOUT  5000
/* ms; platforms show typing for 5 to 25 s */
#define NGX_INBOX_HINT_PAUSE    5000
#define NGX_INBOX_HINT_SLOTS    256


typedef struct {
    uint32_t               hash;          /* 0: nobody */
    ngx_msec_t             at;
} ngx_inbox_hint_slot_t;

typedef struct {
    ngx_queue_t            queue;
    ngx_pool_t            *pool;
    ngx_inbox_hint_t      *hint;
    ngx_inbox_exchange_t  *exchange;
    ngx_inbox_job_t        job;
} ngx_inbox_hint_one_t;

struct ngx_inbox_hint_s {
    ngx_inbox_worker_t    *worker;
    ngx_queue_t            running;       /* ngx_inbox_hint_one_t */
    ngx_uint_t             count;
    ngx_inbox_hint_slot_t  slots[NGX_INBOX_HINT_SLOTS];
};


static ngx_uint_t ngx_inbox_hint_is_wanted(ngx_inbox_hint_t *hint,
    ngx_inbox_job_kind_e kind, const ngx_str_t *space,
    const ngx_str_t *channel);
static ngx_uint_t ngx_inbox_hint_is_shown(ngx_inbox_hint_t *hint,
    const ngx_str_t *space, const ngx_str_t *channel, const ngx_str_t *user);
static void ngx_inbox_hint_start(ngx_inbox_hint_t *hint,
    ngx_inbox_job_kind_e kind, const ngx_str_t *space,
    ngx_inbox_redis_value_t **item);
static void ngx_inbox_hint_on_done(void *data, ngx_inbox_exchanged_t *how);
static void ngx_inbox_hint_free(ngx_inbox_hint_one_t *one);


ngx_inbox_hint_t *
ngx_inbox_hint_create(ngx_pool_t *pool, ngx_inbox_worker_t *worker)
{
    ngx_inbox_hint_t  *hint;

    hint = ngx_pcalloc(pool, sizeof(ngx_inbox_hint_t));
    if (hint == NULL) {
        return NULL;
    }

    hint->worker = worker;
    ngx_queue_init(&hint->running);

    return hint;
}


void
ngx_inbox_hint_destroy(ngx_inbox_hint_t *hint)
{
    ngx_queue_t           *q;
    ngx_inbox_hint_one_t  *one;

    while (!ngx_queue_empty(&hint->running)) {
        q = ngx_queue_head(&hint->running);
        one = ngx_queue_data(q, ngx_inbox_hint_one_t, queue);

        ngx_inbox_exchange_forget(one->exchange);
        ngx_inbox_hint_free(one);
    }
}


void
ngx_inbox_hint_give(ngx_inbox_hint_t *hint, ngx_inbox_job_kind_e kind,
    const ngx_str_t *space, const ngx_inbox_answer_t *answer)
{
    ngx_inbox_redis_value_t  *v;

    v = answer->value;

    if (v->type != NGX_INBOX_REDIS_ARRAY || v->n != 4
        || v->item[1]->type != NGX_INBOX_REDIS_STRING
        || v->item[2]->type != NGX_INBOX_REDIS_STRING
        || v->item[3]->type != NGX_INBOX_REDIS_STRING
        || hint->count == NGX_INBOX_HINT_MOST
        || !ngx_inbox_hint_is_wanted(hint, kind, space, &v->item[1]->str))
    {
        return;
    }

    if (kind == NGX_INBOX_JOB_TYPING
        && ngx_inbox_hint_is_shown(hint, space, &v->item[1]->str,
                                   &v->item[2]->str))
    {
        return;
    }

    ngx_inbox_hint_start(hint, kind, space, v->item);
}


/* 0: as far as is remembered, the channel is off or has no such job */

static ngx_uint_t
ngx_inbox_hint_is_wanted(ngx_inbox_hint_t *hint, ngx_inbox_job_kind_e kind,
    const ngx_str_t *space, const ngx_str_t *channel)
{
    const ngx_inbox_line_t     *line;
    const ngx_inbox_channel_t  *what;

    line = ngx_inbox_settings_find(hint->worker->settings, space, channel);

    if (line == NULL) {
        return 1;
    }

    what = ngx_inbox_channel_find(&line->kind);

    return line->enabled && what != NULL
           && ngx_inbox_channel_talk(what, kind) != NULL;
}


/* 1: a moment ago; else it is noted that he is shown it now */

static ngx_uint_t
ngx_inbox_hint_is_shown(ngx_inbox_hint_t *hint, const ngx_str_t *space,
    const ngx_str_t *channel, const ngx_str_t *user)
{
    uint32_t                hash;
    ngx_inbox_hint_slot_t  *slot;

    hash = ngx_murmur_hash2(space->data, space->len);
    hash = hash * 31 + ngx_murmur_hash2(channel->data, channel->len);
    hash = hash * 31 + ngx_murmur_hash2(user->data, user->len);
    hash = ngx_max(hash, 1);

    slot = &hint->slots[hash % NGX_INBOX_HINT_SLOTS];

    if (slot->hash == hash
        && ngx_current_msec - slot->at < NGX_INBOX_HINT_PAUSE)
    {
        return 1;
    }

    slot->hash = hash;
    slot->at = ngx_current_msec;

    return 0;
}


/* item: of the answer, see ngx_inbox_hint_give() */

static void
ngx_inbox_hint_start(ngx_inbox_hint_t *hint, ngx_inbox_job_kind_e kind,
    const ngx_str_t *space, ngx_inbox_redis_value_t **item)
{
    ngx_pool_t                *pool;
    ngx_inbox_hint_one_t      *one;
    ngx_inbox_exchange_ask_t   ask;

    pool = ngx_create_pool(1024, hint->worker->log);
    if (pool == NULL) {
        return;
    }

    one = ngx_pcalloc(pool, sizeof(ngx_inbox_hint_one_t));
    if (one == NULL) {
        goto failed;
    }

    one->pool = pool;
    one->hint = hint;
    one->job.kind = kind;

    if (ngx_inbox_text_copy(pool, &one->job.user, &item[2]->str) != NGX_OK
        || ngx_inbox_text_copy(pool, &one->job.message, &item[3]->str)
           != NGX_OK)
    {
        goto failed;
    }

    ngx_memzero(&ask, sizeof(ngx_inbox_exchange_ask_t));
    ask.space = space;
    ask.channel = &item[1]->str;
    ask.job = &one->job;
    ask.timeout = NGX_INBOX_HINT_TIMEOUT;
    ask.done = ngx_inbox_hint_on_done;
    ask.data = one;

    one->exchange = ngx_inbox_exchange_start(hint->worker, &ask);
    if (one->exchange == NULL) {
        goto failed;
    }

    ngx_queue_insert_tail(&hint->running, &one->queue);
    hint->count++;

    return;

failed:

    ngx_destroy_pool(pool);
}


static void
ngx_inbox_hint_on_done(void *data, ngx_inbox_exchanged_t *how)
{
    ngx_inbox_hint_one_t *one = data;

    if (how->verdict.outcome != NGX_INBOX_SENT && !how->missing
        && !how->untried)
    {
        ngx_inbox_meter_count(one->hint->worker->conf->meter,
                              NGX_INBOX_COUNT_HINTS);
    }

    ngx_inbox_hint_free(one);
}


static void
ngx_inbox_hint_free(ngx_inbox_hint_one_t *one)
{
    ngx_queue_remove(&one->queue);
    one->hint->count--;
    ngx_destroy_pool(one->pool);
}
