
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Two hash tables.  A topic is a queue of entries, or, when it is nobody's
 * home, of ears that lead to entries; an address is a number.
 * IPv6 is counted by /64: one client has as many addresses of it as he likes.
 */


#include "ngx_inbox_roll.h"


/* IPv4, or a network of IPv6, and 1 when it is a stranger's */
#define NGX_INBOX_ROLL_ADDR  9


struct ngx_inbox_roll_topic_s {
    ngx_inbox_table_node_t   node;
    ngx_queue_t              entries;
    u_char                   heard;      /* entries are ears */
    u_char                   name[1];    /* as long as it is */
};

typedef struct {
    ngx_queue_t              queue;
    ngx_inbox_roll_topic_t  *topic;
    ngx_inbox_roll_entry_t  *entry;
} ngx_inbox_roll_ear_t;

struct ngx_inbox_roll_ears_s {
    ngx_uint_t               n;
    ngx_inbox_roll_ear_t     ear[1];     /* as many as there are */
};

struct ngx_inbox_roll_addr_s {
    ngx_inbox_table_node_t   node;
    ngx_uint_t               count;
    ngx_uint_t               stranger;
    u_char                   addr[NGX_INBOX_ROLL_ADDR];
};


static ngx_int_t ngx_inbox_roll_enter_addr(ngx_inbox_roll_t *roll,
    ngx_inbox_roll_entry_t *entry, const ngx_inbox_roll_who_t *who);
static size_t ngx_inbox_roll_addr_key(const ngx_inbox_roll_who_t *who,
    u_char *key);
static ngx_inbox_roll_addr_t *ngx_inbox_roll_make_addr(ngx_inbox_roll_t *roll,
    const ngx_str_t *key, ngx_uint_t stranger);
static ngx_int_t ngx_inbox_roll_enter_topic(ngx_inbox_roll_t *roll,
    ngx_inbox_roll_entry_t *entry, const ngx_str_t *name);
static ngx_inbox_roll_topic_t *ngx_inbox_roll_topic(ngx_inbox_roll_t *roll,
    const ngx_str_t *name, ngx_uint_t heard);
static ngx_inbox_roll_topic_t *ngx_inbox_roll_make_topic(
    ngx_inbox_roll_t *roll, const ngx_str_t *name);

static void ngx_inbox_roll_empty(ngx_inbox_roll_t *roll,
    ngx_inbox_roll_topic_t *topic);
static void ngx_inbox_roll_deafen(ngx_inbox_roll_t *roll,
    ngx_inbox_roll_ears_t *ears);
static ngx_inbox_roll_ears_t *ngx_inbox_roll_make_ears(ngx_inbox_roll_t *roll,
    ngx_inbox_roll_entry_t *entry, const ngx_str_t *topics, ngx_uint_t n);
static void ngx_inbox_roll_leave_addr(ngx_inbox_roll_t *roll,
    ngx_inbox_roll_entry_t *entry);
static void ngx_inbox_roll_empty_addr(ngx_inbox_roll_t *roll,
    ngx_inbox_roll_addr_t *addr);
static void ngx_inbox_roll_each_of(ngx_inbox_table_node_t *node,
    ngx_inbox_roll_pt handler, ngx_uint_t arg);
static ngx_inbox_roll_entry_t *ngx_inbox_roll_entry_of(
    ngx_inbox_roll_topic_t *topic, ngx_queue_t *q);


ngx_int_t
ngx_inbox_roll_create(ngx_inbox_roll_t *roll, ngx_inbox_crowd_t *crowd,
    ngx_log_t *log)
{
    roll->crowd = crowd;
    roll->log = log;

    if (ngx_inbox_table_create(&roll->topics, log) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_inbox_table_create(&roll->addrs, log) != NGX_OK) {
        ngx_inbox_table_destroy(&roll->topics);
        return NGX_ERROR;
    }

    return NGX_OK;
}


void
ngx_inbox_roll_destroy(ngx_inbox_roll_t *roll)
{
    ngx_inbox_table_destroy(&roll->topics);
    ngx_inbox_table_destroy(&roll->addrs);
}


ngx_int_t
ngx_inbox_roll_enter(ngx_inbox_roll_t *roll, ngx_inbox_roll_entry_t *entry,
    const ngx_str_t *topic, const ngx_inbox_roll_who_t *who)
{
    ngx_int_t  rc;

    entry->addr = NULL;
    entry->ears = NULL;

    if (who->max) {
        rc = ngx_inbox_roll_enter_addr(roll, entry, who);
        if (rc != NGX_OK) {
            return rc;
        }
    }

    rc = ngx_inbox_roll_enter_topic(roll, entry, topic);
    if (rc != NGX_OK) {
        ngx_inbox_roll_leave_addr(roll, entry);
    }

    return rc;
}


static ngx_int_t
ngx_inbox_roll_enter_addr(ngx_inbox_roll_t *roll,
    ngx_inbox_roll_entry_t *entry, const ngx_inbox_roll_who_t *who)
{
    u_char                  bytes[NGX_INBOX_ROLL_ADDR];
    ngx_str_t               key;
    ngx_inbox_roll_addr_t  *addr;

    key.data = bytes;
    key.len = ngx_inbox_roll_addr_key(who, bytes);

    if (key.len == 0) {
        return NGX_OK;
    }

    addr = (ngx_inbox_roll_addr_t *) ngx_inbox_table_find(&roll->addrs, &key);

    if (addr == NULL) {
        addr = ngx_inbox_roll_make_addr(roll, &key, who->stranger);
        if (addr == NULL) {
            return NGX_ERROR;
        }
    }

    if (addr->count >= who->max
        || (who->stranger
            && ngx_inbox_crowd_is_full(roll->crowd, &key, who->max)))
    {
        ngx_inbox_roll_empty_addr(roll, addr);
        return NGX_BUSY;
    }

    addr->count++;
    entry->addr = addr;

    if (who->stranger) {
        ngx_inbox_crowd_add(roll->crowd, &key);
    }

    return NGX_OK;
}


/* 0: a Unix socket's peers have no address to tell them apart */

static size_t
ngx_inbox_roll_addr_key(const ngx_inbox_roll_who_t *who, u_char *key)
{
    size_t                n;
    struct sockaddr_in   *sin;
#if (NGX_HAVE_INET6)
    struct sockaddr_in6  *sin6;
#endif

    switch (who->sockaddr->sa_family) {

    case AF_INET:
        sin = (struct sockaddr_in *) who->sockaddr;
        n = 4;
        ngx_memcpy(key, &sin->sin_addr, n);
        break;

#if (NGX_HAVE_INET6)
    case AF_INET6:
        sin6 = (struct sockaddr_in6 *) who->sockaddr;
        n = 8;
        ngx_memcpy(key, sin6->sin6_addr.s6_addr, n);
        break;
#endif

    default:
        return 0;
    }

    key[n] = who->stranger ? 1 : 0;

    return n + 1;
}


static ngx_inbox_roll_addr_t *
ngx_inbox_roll_make_addr(ngx_inbox_roll_t *roll, const ngx_str_t *key,
    ngx_uint_t stranger)
{
    ngx_inbox_roll_addr_t  *addr;

    addr = ngx_alloc(sizeof(ngx_inbox_roll_addr_t), roll->log);
    if (addr == NULL) {
        return NULL;
    }

    ngx_memcpy(addr->addr, key->data, key->len);
    addr->count = 0;
    addr->stranger = stranger;
    addr->node.data = addr->addr;
    addr->node.len = (uint32_t) key->len;

    ngx_inbox_table_insert(&roll->addrs, &addr->node);

    return addr;
}


static ngx_int_t
ngx_inbox_roll_enter_topic(ngx_inbox_roll_t *roll,
    ngx_inbox_roll_entry_t *entry, const ngx_str_t *name)
{
    ngx_inbox_roll_topic_t  *topic;

    topic = ngx_inbox_roll_topic(roll, name, 0);
    if (topic == NULL) {
        return NGX_ERROR;
    }

    ngx_queue_insert_tail(&topic->entries, &entry->queue);
    entry->topic = topic;

    return NGX_OK;
}


static ngx_inbox_roll_topic_t *
ngx_inbox_roll_topic(ngx_inbox_roll_t *roll, const ngx_str_t *name,
    ngx_uint_t heard)
{
    ngx_inbox_roll_topic_t  *topic;

    topic = (ngx_inbox_roll_topic_t *)
                ngx_inbox_table_find(&roll->topics, name);

    if (topic == NULL) {
        topic = ngx_inbox_roll_make_topic(roll, name);
        if (topic == NULL) {
            return NULL;
        }

        topic->heard = (u_char) heard;
    }

    return topic;
}


static ngx_inbox_roll_topic_t *
ngx_inbox_roll_make_topic(ngx_inbox_roll_t *roll, const ngx_str_t *name)
{
    ngx_inbox_roll_topic_t  *topic;

    topic = ngx_alloc(sizeof(ngx_inbox_roll_topic_t) + name->len, roll->log);
    if (topic == NULL) {
        return NULL;
    }

    ngx_memcpy(topic->name, name->data, name->len);
    topic->node.data = topic->name;
    topic->node.len = (uint32_t) name->len;

    ngx_queue_init(&topic->entries);
    ngx_inbox_table_insert(&roll->topics, &topic->node);

    return topic;
}


void
ngx_inbox_roll_leave(ngx_inbox_roll_t *roll, ngx_inbox_roll_entry_t *entry)
{
    ngx_queue_remove(&entry->queue);
    ngx_inbox_roll_empty(roll, entry->topic);
    entry->topic = NULL;

    ngx_inbox_roll_deafen(roll, entry->ears);
    entry->ears = NULL;

    ngx_inbox_roll_leave_addr(roll, entry);
}


/* a topic that nobody waits for goes */

static void
ngx_inbox_roll_empty(ngx_inbox_roll_t *roll, ngx_inbox_roll_topic_t *topic)
{
    if (ngx_queue_empty(&topic->entries)) {
        ngx_inbox_table_remove(&roll->topics, &topic->node);
        ngx_free(topic);
    }
}


static void
ngx_inbox_roll_deafen(ngx_inbox_roll_t *roll, ngx_inbox_roll_ears_t *ears)
{
    ngx_uint_t  i;

    if (ears == NULL) {
        return;
    }

    for (i = 0; i < ears->n; i++) {
        ngx_queue_remove(&ears->ear[i].queue);
        ngx_inbox_roll_empty(roll, ears->ear[i].topic);
    }

    ngx_free(ears);
}


static void
ngx_inbox_roll_leave_addr(ngx_inbox_roll_t *roll,
    ngx_inbox_roll_entry_t *entry)
{
    ngx_str_t               key;
    ngx_inbox_roll_addr_t  *addr;

    addr = entry->addr;

    if (addr == NULL) {
        return;
    }

    entry->addr = NULL;
    addr->count--;

    if (addr->stranger) {
        key.data = addr->addr;
        key.len = addr->node.len;
        ngx_inbox_crowd_drop(roll->crowd, &key);
    }

    ngx_inbox_roll_empty_addr(roll, addr);
}


static void
ngx_inbox_roll_empty_addr(ngx_inbox_roll_t *roll, ngx_inbox_roll_addr_t *addr)
{
    if (addr->count == 0) {
        ngx_inbox_table_remove(&roll->addrs, &addr->node);
        ngx_free(addr);
    }
}


ngx_int_t
ngx_inbox_roll_hear(ngx_inbox_roll_t *roll, ngx_inbox_roll_entry_t *entry,
    const ngx_str_t *home, const ngx_str_t *topics, ngx_uint_t n)
{
    ngx_inbox_roll_ears_t   *ears;
    ngx_inbox_roll_topic_t  *to;

    to = ngx_inbox_roll_topic(roll, home, 0);
    if (to == NULL) {
        return NGX_ERROR;
    }

    ears = NULL;

    if (n) {
        ears = ngx_inbox_roll_make_ears(roll, entry, topics, n);
        if (ears == NULL) {
            ngx_inbox_roll_empty(roll, to);
            return NGX_ERROR;
        }
    }

    ngx_inbox_roll_deafen(roll, entry->ears);
    entry->ears = ears;

    if (to != entry->topic) {
        ngx_queue_remove(&entry->queue);
        ngx_inbox_roll_empty(roll, entry->topic);

        ngx_queue_insert_tail(&to->entries, &entry->queue);
        entry->topic = to;
    }

    return NGX_OK;
}


static ngx_inbox_roll_ears_t *
ngx_inbox_roll_make_ears(ngx_inbox_roll_t *roll,
    ngx_inbox_roll_entry_t *entry, const ngx_str_t *topics, ngx_uint_t n)
{
    ngx_inbox_roll_ear_t    *ear;
    ngx_inbox_roll_ears_t   *ears;

    ears = ngx_alloc(sizeof(ngx_inbox_roll_ears_t)
                     + (n - 1) * sizeof(ngx_inbox_roll_ear_t), roll->log);
    if (ears == NULL) {
        return NULL;
    }

    for (ears->n = 0; ears->n < n; ears->n++) {
        ear = &ears->ear[ears->n];
        ear->entry = entry;
        ear->topic = ngx_inbox_roll_topic(roll, &topics[ears->n], 1);

        if (ear->topic == NULL) {
            ngx_inbox_roll_deafen(roll, ears);
            return NULL;
        }

        ngx_queue_insert_tail(&ear->topic->entries, &ear->queue);
    }

    return ears;
}


void
ngx_inbox_roll_each(ngx_inbox_roll_t *roll, const ngx_str_t *topic,
    ngx_inbox_roll_pt handler, ngx_uint_t arg)
{
    ngx_inbox_table_node_t  *node;

    node = ngx_inbox_table_find(&roll->topics, topic);

    if (node) {
        ngx_inbox_roll_each_of(node, handler, arg);
    }
}


void
ngx_inbox_roll_under(ngx_inbox_roll_t *roll, const ngx_str_t *head,
    ngx_inbox_roll_pt handler, ngx_uint_t arg)
{
    ngx_inbox_table_node_t  *node;

    for (node = ngx_inbox_table_next(&roll->topics, NULL);
         node;
         node = ngx_inbox_table_next(&roll->topics, node))
    {
        if (node->len >= head->len
            && ngx_strncmp(node->data, head->data, head->len) == 0)
        {
            ngx_inbox_roll_each_of(node, handler, arg);
        }
    }
}


static void
ngx_inbox_roll_each_of(ngx_inbox_table_node_t *node,
    ngx_inbox_roll_pt handler, ngx_uint_t arg)
{
    ngx_queue_t             *q;
    ngx_inbox_roll_topic_t  *topic;

    topic = (ngx_inbox_roll_topic_t *) node;

    for (q = ngx_queue_head(&topic->entries);
         q != ngx_queue_sentinel(&topic->entries);
         q = ngx_queue_next(q))
    {
        handler(ngx_inbox_roll_entry_of(topic, q), arg);
    }
}


static ngx_inbox_roll_entry_t *
ngx_inbox_roll_entry_of(ngx_inbox_roll_topic_t *topic, ngx_queue_t *q)
{
    ngx_inbox_roll_ear_t  *ear;

    if (topic->heard) {
        ear = ngx_queue_data(q, ngx_inbox_roll_ear_t, queue);
        return ear->entry;
    }

    return ngx_queue_data(q, ngx_inbox_roll_entry_t, queue);
}


ngx_inbox_roll_entry_t *
ngx_inbox_roll_first(ngx_inbox_roll_t *roll)
{
    ngx_inbox_roll_topic_t  *topic;

    topic = (ngx_inbox_roll_topic_t *)
                ngx_inbox_table_next(&roll->topics, NULL);
    if (topic == NULL) {
        return NULL;
    }

    return ngx_inbox_roll_entry_of(topic, ngx_queue_head(&topic->entries));
}
