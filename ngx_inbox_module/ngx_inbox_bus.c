
/*
 * Copyright (C) the ngx_inbox authors
 *
 * One subscription for each space, kept for the life of the worker once the
 * store has answered for it: a space costs some hundred bytes here and one
 * entry in Redis.  PING every half a
 * second while anything is followed, because a subscription can die silently
 * (a demoted master, a firewall): without an answer for three seconds the
 * connection is dropped and made anew.
 *
 * The same PING holds a leaving worker while anybody waits for a proof, and
 * bounds that wait.
 */

#include "ngx_inbox_bus.h"
#include "ngx_inbox_redis.h"
#include "ngx_inbox_meter.h"


#define NGX_INBOX_BUS_PING      500    /* ms */
#define NGX_INBOX_BUS_DEAD      3000


typedef struct {
    ngx_str_node_t           node;     /* str: the space */
    ngx_queue_t              queue;    /* in bus->topics */
    ngx_uint_t               generation;
    unsigned                 live:1;
    unsigned                 kept:1;   /* the store knows the space */
} ngx_inbox_bus_topic_t;


struct ngx_inbox_bus_proof_s {
    ngx_inbox_bus_t         *bus;
    ngx_queue_t              queue;
    uint64_t                 ping;     /* the one it waits for */
    ngx_inbox_bus_done_pt    done;
    void                    *data;
};


struct ngx_inbox_bus_s {
    ngx_inbox_redis_t       *redis;
    ngx_inbox_bus_hooks_t    hooks;
    ngx_pool_t              *pool;
    ngx_log_t               *log;
    ngx_inbox_meter_t       *meter;

    ngx_rbtree_t             spaces;
    ngx_rbtree_node_t        sentinel;
    ngx_queue_t              topics;

    ngx_queue_t              proofs;   /* in the order of their PINGs */
    uint64_t                 pings;    /* sent */
    ngx_event_t              turn;     /* ends the sharing of one */

    ngx_event_t              ping;     /* cancelable, but for proofs */
    ngx_msec_t               heard;    /* when, ngx_current_msec */
};


static ngx_int_t ngx_inbox_bus_tell(ngx_inbox_bus_t *bus,
    const char *command, ngx_inbox_bus_topic_t *topic);
static void ngx_inbox_bus_on_up(void *data);
static void ngx_inbox_bus_on_down(void *data);
static void ngx_inbox_bus_hears(ngx_inbox_bus_t *bus);
static void ngx_inbox_bus_on_ping(ngx_event_t *ev);
static void ngx_inbox_bus_on_push(void *data, ngx_inbox_redis_value_t *v);
static void ngx_inbox_bus_on_pong(ngx_inbox_bus_t *bus,
    ngx_inbox_redis_value_t *v);
static void ngx_inbox_bus_end_proofs(ngx_inbox_bus_t *bus, uint64_t ping,
    ngx_int_t rc);
static ngx_int_t ngx_inbox_bus_share_ping(ngx_inbox_bus_t *bus);
static void ngx_inbox_bus_on_turn(ngx_event_t *ev);
static ngx_inbox_bus_topic_t *ngx_inbox_bus_topic(ngx_inbox_bus_t *bus,
    ngx_str_t *channel);
static ngx_inbox_bus_topic_t *ngx_inbox_bus_find(ngx_inbox_bus_t *bus,
    const ngx_str_t *space);


static const char  ngx_inbox_bus_head[] = "inbox:{";
static const char  ngx_inbox_bus_tail[] = "}:notice";


ngx_inbox_bus_t *
ngx_inbox_bus_create(ngx_pool_t *pool, ngx_inbox_main_conf_t *conf,
    ngx_log_t *log, ngx_inbox_bus_hooks_t *hooks)
{
    ngx_inbox_bus_t            *bus;
    ngx_inbox_redis_options_t   options;

    bus = ngx_pcalloc(pool, sizeof(ngx_inbox_bus_t));
    if (bus == NULL) {
        return NULL;
    }

    bus->pool = pool;
    bus->log = log;
    bus->meter = conf->meter;
    bus->hooks = *hooks;
    ngx_queue_init(&bus->topics);
    ngx_rbtree_init(&bus->spaces, &bus->sentinel, ngx_str_rbtree_insert_value);

    ngx_queue_init(&bus->proofs);
    bus->turn.handler = ngx_inbox_bus_on_turn;
    bus->turn.data = bus;
    bus->turn.log = log;

    bus->ping.handler = ngx_inbox_bus_on_ping;
    bus->ping.data = bus;
    bus->ping.log = log;
    bus->ping.cancelable = 1;

    ngx_memzero(&options, sizeof(ngx_inbox_redis_options_t));
    options.conf = &conf->redis;
    options.log = log;
    options.on_up = ngx_inbox_bus_on_up;
    options.on_down = ngx_inbox_bus_on_down;
    options.on_push = ngx_inbox_bus_on_push;
    options.data = bus;
    options.push = 1;

    bus->redis = ngx_inbox_redis_create(pool, &options);
    if (bus->redis == NULL) {
        return NULL;
    }

    return bus;
}


void
ngx_inbox_bus_destroy(ngx_inbox_bus_t *bus)
{
    ngx_queue_t  *q;

    /* who waits may ask anything of the bus, and of the store */

    ngx_inbox_bus_end_proofs(bus, (uint64_t) -1, NGX_ERROR);

    if (bus->ping.timer_set) {
        ngx_del_timer(&bus->ping);
    }

    if (bus->turn.posted) {
        ngx_delete_posted_event(&bus->turn);
    }

    ngx_inbox_redis_destroy(bus->redis);

    while (!ngx_queue_empty(&bus->topics)) {
        q = ngx_queue_head(&bus->topics);
        ngx_queue_remove(q);
        ngx_free(ngx_queue_data(q, ngx_inbox_bus_topic_t, queue));
    }
}


ngx_int_t
ngx_inbox_bus_follow(ngx_inbox_bus_t *bus, const ngx_str_t *space)
{
    ngx_inbox_bus_topic_t  *topic;

    topic = ngx_inbox_bus_find(bus, space);

    if (topic != NULL) {
        return topic->live ? NGX_OK : NGX_AGAIN;
    }

    topic = ngx_calloc(sizeof(ngx_inbox_bus_topic_t) + space->len, bus->log);
    if (topic == NULL) {
        return NGX_ERROR;
    }

    topic->node.str.len = space->len;
    topic->node.str.data = (u_char *) (topic + 1);
    ngx_memcpy(topic->node.str.data, space->data, space->len);
    topic->node.node.key = ngx_murmur_hash2(space->data, space->len);

    ngx_rbtree_insert(&bus->spaces, &topic->node.node);
    ngx_queue_insert_tail(&bus->topics, &topic->queue);

    if (ngx_inbox_redis_is_up(bus->redis)) {
        (void) ngx_inbox_bus_tell(bus, "SUBSCRIBE", topic);
    }

    return NGX_AGAIN;
}


static ngx_int_t
ngx_inbox_bus_tell(ngx_inbox_bus_t *bus, const char *command,
    ngx_inbox_bus_topic_t *topic)
{
    u_char     name[64];
    ngx_str_t  argv[2];

    argv[0].data = (u_char *) command;
    argv[0].len = ngx_strlen(command);
    argv[1].data = name;
    argv[1].len = ngx_snprintf(name, sizeof(name), "%s%V%s",
                               ngx_inbox_bus_head, &topic->node.str,
                               ngx_inbox_bus_tail) - name;

    return ngx_inbox_redis_send(bus->redis, argv, 2);
}


static void
ngx_inbox_bus_on_up(void *data)
{
    ngx_inbox_bus_t *bus = data;

    ngx_queue_t            *q;
    ngx_inbox_bus_topic_t  *topic;

    ngx_inbox_bus_hears(bus);

    for (q = ngx_queue_head(&bus->topics);
         q != ngx_queue_sentinel(&bus->topics);
         q = ngx_queue_next(q))
    {
        topic = ngx_queue_data(q, ngx_inbox_bus_topic_t, queue);
        topic->live = 0;

        if (ngx_inbox_bus_tell(bus, "SUBSCRIBE", topic) != NGX_OK) {
            ngx_inbox_redis_drop(bus->redis, "subscription not sent");
            return;
        }
    }

    if (!bus->ping.timer_set) {
        ngx_add_timer(&bus->ping, NGX_INBOX_BUS_PING);
    }
}


static void
ngx_inbox_bus_on_down(void *data)
{
    ngx_inbox_bus_t *bus = data;

    ngx_queue_t            *q;
    ngx_inbox_bus_topic_t  *topic;

    for (q = ngx_queue_head(&bus->topics);
         q != ngx_queue_sentinel(&bus->topics);
         q = ngx_queue_next(q))
    {
        topic = ngx_queue_data(q, ngx_inbox_bus_topic_t, queue);
        topic->live = 0;
    }

    ngx_inbox_meter_gauge(bus->meter, NGX_INBOX_GAUGE_HEARD, 0);

    if (bus->ping.timer_set) {
        ngx_del_timer(&bus->ping);
    }

    ngx_inbox_bus_end_proofs(bus, (uint64_t) -1, NGX_ERROR);
}


static void
ngx_inbox_bus_on_ping(ngx_event_t *ev)
{
    ngx_inbox_bus_t  *bus;

    static const ngx_str_t  argv[] = { ngx_string("PING") };

    bus = ev->data;

    if (ngx_current_msec - bus->heard > NGX_INBOX_BUS_DEAD) {
        ngx_inbox_redis_drop(bus->redis, "no answer to PING");
        return;
    }

    (void) ngx_inbox_redis_send(bus->redis, argv, 1);

    ngx_add_timer(&bus->ping, NGX_INBOX_BUS_PING);
}


static void
ngx_inbox_bus_on_push(void *data, ngx_inbox_redis_value_t *v)
{
    ngx_inbox_bus_t *bus = data;

    ngx_str_t              *kind, space;
    ngx_inbox_bus_topic_t  *topic;

    ngx_inbox_bus_hears(bus);

    /* PONG is a string before the first subscription, an array after it */

    if (v->type == NGX_INBOX_REDIS_ARRAY && v->n == 2) {
        ngx_inbox_bus_on_pong(bus, v);
        return;
    }

    if (v->type != NGX_INBOX_REDIS_ARRAY || v->n < 3
        || v->item[0]->type != NGX_INBOX_REDIS_STRING
        || v->item[1]->type != NGX_INBOX_REDIS_STRING)
    {
        return;
    }

    kind = &v->item[0]->str;
    topic = ngx_inbox_bus_topic(bus, &v->item[1]->str);

    if (topic == NULL) {
        return;
    }

    space = topic->node.str;

    if (kind->len == 9 && ngx_strncmp(kind->data, "subscribe", 9) == 0) {
        topic->live = 1;
        topic->generation++;
        bus->hooks.on_live(bus->hooks.data, &space);
        return;
    }

    if (kind->len == 7 && ngx_strncmp(kind->data, "message", 7) == 0
        && v->item[2]->type == NGX_INBOX_REDIS_STRING)
    {
        ngx_inbox_meter_count(bus->meter, NGX_INBOX_COUNT_NOTICES);
        topic->generation++;
        ngx_inbox_notice_read(&space, &v->item[2]->str, bus->hooks.on_notice,
                              bus->hooks.data);
    }
}


static void
ngx_inbox_bus_on_pong(ngx_inbox_bus_t *bus, ngx_inbox_redis_value_t *v)
{
    off_t  ping;

    if (v->item[1]->type != NGX_INBOX_REDIS_STRING || v->item[1]->str.len == 0)
    {
        return;
    }

    ping = ngx_atoof(v->item[1]->str.data, v->item[1]->str.len);

    if (ping != NGX_ERROR) {
        ngx_inbox_bus_end_proofs(bus, (uint64_t) ping, NGX_OK);
    }
}


/* those who wait for this PING or for one before it */

static void
ngx_inbox_bus_end_proofs(ngx_inbox_bus_t *bus, uint64_t ping, ngx_int_t rc)
{
    void                   *data;
    ngx_queue_t            *q;
    ngx_inbox_bus_done_pt   done;
    ngx_inbox_bus_proof_t  *proof;

    while (!ngx_queue_empty(&bus->proofs)) {
        q = ngx_queue_head(&bus->proofs);
        proof = ngx_queue_data(q, ngx_inbox_bus_proof_t, queue);

        if (proof->ping > ping) {
            return;
        }

        done = proof->done;
        data = proof->data;

        ngx_inbox_bus_forget(proof);

        done(data, rc);
    }
}


static ngx_inbox_bus_topic_t *
ngx_inbox_bus_topic(ngx_inbox_bus_t *bus, ngx_str_t *channel)
{
    size_t     head, tail;
    ngx_str_t  space;

    head = sizeof(ngx_inbox_bus_head) - 1;
    tail = sizeof(ngx_inbox_bus_tail) - 1;

    if (channel->len <= head + tail) {
        return NULL;
    }

    space.data = channel->data + head;
    space.len = channel->len - head - tail;

    return ngx_inbox_bus_find(bus, &space);
}


static ngx_inbox_bus_topic_t *
ngx_inbox_bus_find(ngx_inbox_bus_t *bus, const ngx_str_t *space)
{
    ngx_str_t  name;

    name = *space;

    return (ngx_inbox_bus_topic_t *)
               ngx_str_rbtree_lookup(&bus->spaces, &name,
                                     ngx_murmur_hash2(name.data, name.len));
}


void
ngx_inbox_bus_keep(ngx_inbox_bus_t *bus, const ngx_str_t *space)
{
    ngx_inbox_bus_topic_t  *topic;

    /* somebody else may have been refused meanwhile, and left */

    (void) ngx_inbox_bus_follow(bus, space);

    topic = ngx_inbox_bus_find(bus, space);

    if (topic != NULL) {
        topic->kept = 1;
    }
}


void
ngx_inbox_bus_leave(ngx_inbox_bus_t *bus, const ngx_str_t *space)
{
    ngx_inbox_bus_topic_t  *topic;

    topic = ngx_inbox_bus_find(bus, space);

    if (topic == NULL || topic->kept) {
        return;
    }

    (void) ngx_inbox_bus_tell(bus, "UNSUBSCRIBE", topic);

    ngx_rbtree_delete(&bus->spaces, &topic->node.node);
    ngx_queue_remove(&topic->queue);
    ngx_free(topic);
}


ngx_inbox_bus_proof_t *
ngx_inbox_bus_prove(ngx_inbox_bus_t *bus, ngx_inbox_bus_done_pt done,
    void *data)
{
    ngx_inbox_bus_proof_t  *proof;

    if (ngx_inbox_bus_share_ping(bus) != NGX_OK) {
        return NULL;
    }

    proof = ngx_alloc(sizeof(ngx_inbox_bus_proof_t), bus->log);
    if (proof == NULL) {
        return NULL;
    }

    proof->bus = bus;
    proof->ping = bus->pings;
    proof->done = done;
    proof->data = data;
    ngx_queue_insert_tail(&bus->proofs, &proof->queue);
    bus->ping.cancelable = 0;

    return proof;
}


/* the PING of this turn; it leaves when the turn ends */

static ngx_int_t
ngx_inbox_bus_share_ping(ngx_inbox_bus_t *bus)
{
    u_char     number[NGX_INT64_LEN];
    ngx_str_t  argv[2];

    if (bus->turn.posted) {
        return NGX_OK;
    }

    ngx_str_set(&argv[0], "PING");
    argv[1].data = number;
    argv[1].len = ngx_sprintf(number, "%uL", bus->pings + 1) - number;

    if (ngx_inbox_redis_send(bus->redis, argv, 2) != NGX_OK) {
        return NGX_ERROR;
    }

    bus->pings++;
    ngx_post_event(&bus->turn, &ngx_posted_events);

    return NGX_OK;
}


static void
ngx_inbox_bus_on_turn(ngx_event_t *ev)
{
    /* from now on a new one is needed: this has no work but its moment */
}


void
ngx_inbox_bus_forget(ngx_inbox_bus_proof_t *proof)
{
    ngx_inbox_bus_t  *bus;

    bus = proof->bus;

    ngx_queue_remove(&proof->queue);
    ngx_free(proof);

    bus->ping.cancelable = ngx_queue_empty(&bus->proofs);
}


ngx_int_t
ngx_inbox_bus_generation(ngx_inbox_bus_t *bus, const ngx_str_t *space,
    ngx_uint_t *generation)
{
    ngx_inbox_bus_topic_t  *topic;

    topic = ngx_inbox_bus_find(bus, space);

    if (topic == NULL || !topic->live || !ngx_inbox_bus_is_proven(bus)) {
        return NGX_DECLINED;
    }

    *generation = topic->generation;

    return NGX_OK;
}


ngx_uint_t
ngx_inbox_bus_is_proven(const ngx_inbox_bus_t *bus)
{
    return ngx_inbox_redis_is_up(bus->redis)
           && ngx_current_msec - bus->heard < NGX_INBOX_BUS_PROVEN;
}


static void
ngx_inbox_bus_hears(ngx_inbox_bus_t *bus)
{
    bus->heard = ngx_current_msec;
    ngx_inbox_meter_gauge(bus->meter, NGX_INBOX_GAUGE_HEARD, bus->heard);
}
