
/*
 * Copyright (C) the ngx_inbox authors
 *
 * One subscription for each space, kept for the life of the worker: a space
 * costs a few hundred bytes here and one entry in Redis.  PING every half a
 * second while anything is followed, because a subscription can die silently
 * (a demoted master, a firewall): without an answer for three seconds the
 * connection is dropped and made anew.
 *
 * A notice is one or more lines of words, see docs/redis.md.
 */

#include "ngx_inbox_bus.h"
#include "ngx_inbox_redis.h"


#define NGX_INBOX_BUS_PING      500    /* ms */
#define NGX_INBOX_BUS_PROVEN    1000
#define NGX_INBOX_BUS_DEAD      3000

/* words of one line of a notice: a chat's group of three repeats */
#define NGX_INBOX_BUS_WORDS     128


typedef struct {
    ngx_str_node_t           node;     /* str: the space */
    ngx_queue_t              queue;    /* in bus->topics */
    unsigned                 live:1;
} ngx_inbox_bus_topic_t;


struct ngx_inbox_bus_s {
    ngx_inbox_redis_t       *redis;
    ngx_inbox_bus_hooks_t    hooks;
    ngx_pool_t              *pool;
    ngx_log_t               *log;

    ngx_rbtree_t             spaces;
    ngx_rbtree_node_t        sentinel;
    ngx_queue_t              topics;

    ngx_event_t              ping;     /* cancelable */
    ngx_msec_t               heard;    /* when, ngx_current_msec */
    ngx_uint_t               count;
};


static ngx_int_t ngx_inbox_bus_subscribe(ngx_inbox_bus_t *bus,
    ngx_inbox_bus_topic_t *topic);
static void ngx_inbox_bus_on_up(void *data);
static void ngx_inbox_bus_on_down(void *data);
static void ngx_inbox_bus_on_ping(ngx_event_t *ev);
static void ngx_inbox_bus_on_push(void *data, ngx_inbox_redis_value_t *v);
static ngx_inbox_bus_topic_t *ngx_inbox_bus_topic(ngx_inbox_bus_t *bus,
    ngx_str_t *channel);
static ngx_inbox_bus_topic_t *ngx_inbox_bus_find(ngx_inbox_bus_t *bus,
    const ngx_str_t *space);
static void ngx_inbox_bus_read(ngx_inbox_bus_t *bus, ngx_str_t *space,
    ngx_str_t *payload);
static void ngx_inbox_bus_read_line(ngx_inbox_bus_t *bus, ngx_str_t *space,
    ngx_str_t *word, ngx_uint_t n);
static ngx_uint_t ngx_inbox_bus_is(ngx_str_t *word, ngx_uint_t n,
    const char *kind, ngx_uint_t least);
static void ngx_inbox_bus_read_chats(ngx_inbox_bus_t *bus,
    ngx_inbox_notice_t *notice, ngx_str_t *word, ngx_uint_t n);


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
    bus->hooks = *hooks;
    ngx_queue_init(&bus->topics);
    ngx_rbtree_init(&bus->spaces, &bus->sentinel, ngx_str_rbtree_insert_value);

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
    if (bus->ping.timer_set) {
        ngx_del_timer(&bus->ping);
    }

    ngx_inbox_redis_destroy(bus->redis);
}


ngx_int_t
ngx_inbox_bus_follow(ngx_inbox_bus_t *bus, const ngx_str_t *space)
{
    ngx_inbox_bus_topic_t  *topic;

    topic = ngx_inbox_bus_find(bus, space);

    if (topic != NULL) {
        return topic->live ? NGX_OK : NGX_AGAIN;
    }

    topic = ngx_pcalloc(bus->pool, sizeof(ngx_inbox_bus_topic_t) + space->len);
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
        (void) ngx_inbox_bus_subscribe(bus, topic);
    }

    return NGX_AGAIN;
}


static ngx_int_t
ngx_inbox_bus_subscribe(ngx_inbox_bus_t *bus, ngx_inbox_bus_topic_t *topic)
{
    u_char     name[64];
    ngx_str_t  argv[2];

    ngx_str_set(&argv[0], "SUBSCRIBE");
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

    bus->heard = ngx_current_msec;

    for (q = ngx_queue_head(&bus->topics);
         q != ngx_queue_sentinel(&bus->topics);
         q = ngx_queue_next(q))
    {
        topic = ngx_queue_data(q, ngx_inbox_bus_topic_t, queue);
        topic->live = 0;

        if (ngx_inbox_bus_subscribe(bus, topic) != NGX_OK) {
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

    if (bus->ping.timer_set) {
        ngx_del_timer(&bus->ping);
    }
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

    bus->heard = ngx_current_msec;

    /* PONG is a string before the first subscription, an array after it */

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
        bus->hooks.on_live(bus->hooks.data, &space);
        return;
    }

    if (kind->len == 7 && ngx_strncmp(kind->data, "message", 7) == 0
        && v->item[2]->type == NGX_INBOX_REDIS_STRING)
    {
        bus->count++;
        ngx_inbox_bus_read(bus, &space, &v->item[2]->str);
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


static void
ngx_inbox_bus_read(ngx_inbox_bus_t *bus, ngx_str_t *space, ngx_str_t *payload)
{
    u_char      *p, *last;
    ngx_str_t    word[NGX_INBOX_BUS_WORDS];
    ngx_uint_t   n;

    p = payload->data;
    last = p + payload->len;
    n = 0;

    while (p < last && n < NGX_INBOX_BUS_WORDS) {
        word[n].data = p;

        while (p < last && *p != ' ' && *p != '\n') {
            p++;
        }

        word[n].len = p - word[n].data;
        n++;

        if (p == last || *p == '\n') {
            ngx_inbox_bus_read_line(bus, space, word, n);
            n = 0;
        }

        p++;
    }
}


static void
ngx_inbox_bus_read_line(ngx_inbox_bus_t *bus, ngx_str_t *space,
    ngx_str_t *word, ngx_uint_t n)
{
    ngx_inbox_notice_t  notice;

    ngx_memzero(&notice, sizeof(ngx_inbox_notice_t));
    notice.space = *space;

    if (ngx_inbox_bus_is(word, n, "chat", 4)) {
        ngx_inbox_bus_read_chats(bus, &notice, &word[1], n - 1);
        return;
    }

    if (ngx_inbox_bus_is(word, n, "visitor", 3)) {
        notice.type = NGX_INBOX_NOTICE_VISITOR;
        notice.channel = word[1];
        notice.id = word[2];

    } else if (ngx_inbox_bus_is(word, n, "read", 2)) {
        notice.type = NGX_INBOX_NOTICE_READ;
        notice.id = word[1];

    } else if (ngx_inbox_bus_is(word, n, "typing", 7)) {
        notice.type = NGX_INBOX_NOTICE_TYPING;
        notice.chat = word[1];
        notice.from = word[2];
        notice.id = word[3];
        notice.channel = word[4];
        notice.user = word[5];
        notice.name = word[6];

    } else if (ngx_inbox_bus_is(word, n, "channel", 2)) {
        notice.type = NGX_INBOX_NOTICE_CHANNEL;
        notice.channel = word[1];

    } else if (ngx_inbox_bus_is(word, n, "agent", 2)) {
        notice.type = NGX_INBOX_NOTICE_AGENT;
        notice.id = word[1];

    } else {
        /* of a newer version: nothing that we could miss */
        return;
    }

    bus->hooks.on_notice(bus->hooks.data, &notice);
}


/* a line of this kind with at least so many words */

static ngx_uint_t
ngx_inbox_bus_is(ngx_str_t *word, ngx_uint_t n, const char *kind,
    ngx_uint_t least)
{
    return n >= least
           && word[0].len == ngx_strlen(kind)
           && ngx_strncmp(word[0].data, kind, word[0].len) == 0;
}


static void
ngx_inbox_bus_read_chats(ngx_inbox_bus_t *bus, ngx_inbox_notice_t *notice,
    ngx_str_t *word, ngx_uint_t n)
{
    size_t      k;
    ngx_uint_t  i;

    notice->type = NGX_INBOX_NOTICE_CHAT;

    for (i = 0; i + 2 < n; i += 3) {
        notice->rev = word[i];
        notice->chat = word[i + 1];
        notice->changed = 0;
        notice->transcript = 0;
        notice->queued = 0;

        for (k = 0; k < word[i + 2].len; k++) {
            switch (word[i + 2].data[k]) {

            case 'c':
                notice->changed = 1;
                break;

            case 'm':
                notice->transcript = 1;
                break;

            case 'q':
                notice->queued = 1;
                break;
            }
        }

        bus->hooks.on_notice(bus->hooks.data, notice);
    }
}


ngx_uint_t
ngx_inbox_bus_is_proven(const ngx_inbox_bus_t *bus)
{
    return ngx_inbox_redis_is_up(bus->redis)
           && ngx_current_msec - bus->heard < NGX_INBOX_BUS_PROVEN;
}


ngx_uint_t
ngx_inbox_bus_heard(const ngx_inbox_bus_t *bus)
{
    return bus->count;
}
