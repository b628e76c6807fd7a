
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Two hash tables.  A topic is a queue of entries; an address is a number.
 * IPv6 is counted by /64: one client has as many addresses of it as he likes.
 */


#include "ngx_inbox_roll.h"


struct ngx_inbox_roll_topic_s {
    ngx_inbox_table_node_t   node;
    ngx_queue_t              entries;
    u_char                   name[1];    /* as long as it is */
};

struct ngx_inbox_roll_addr_s {
    ngx_inbox_table_node_t   node;
    ngx_uint_t               count;
    u_char                   addr[8];    /* IPv4, or a network of IPv6 */
};


static ngx_int_t ngx_inbox_roll_enter_addr(ngx_inbox_roll_t *roll,
    ngx_inbox_roll_entry_t *entry, const struct sockaddr *sockaddr,
    ngx_uint_t max);
static ngx_str_t ngx_inbox_roll_addr_key(const struct sockaddr *sockaddr);
static ngx_inbox_roll_addr_t *ngx_inbox_roll_make_addr(ngx_inbox_roll_t *roll,
    const ngx_str_t *key);
static ngx_int_t ngx_inbox_roll_enter_topic(ngx_inbox_roll_t *roll,
    ngx_inbox_roll_entry_t *entry, const ngx_str_t *name);
static ngx_inbox_roll_topic_t *ngx_inbox_roll_make_topic(
    ngx_inbox_roll_t *roll, const ngx_str_t *name);

static void ngx_inbox_roll_leave_addr(ngx_inbox_roll_t *roll,
    ngx_inbox_roll_entry_t *entry);
static void ngx_inbox_roll_each_of(ngx_inbox_table_node_t *node,
    ngx_inbox_roll_pt handler, ngx_uint_t arg);


ngx_int_t
ngx_inbox_roll_create(ngx_inbox_roll_t *roll, ngx_log_t *log)
{
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
    const ngx_str_t *topic, const struct sockaddr *sockaddr, ngx_uint_t max)
{
    ngx_int_t  rc;

    entry->addr = NULL;

    if (max) {
        rc = ngx_inbox_roll_enter_addr(roll, entry, sockaddr, max);
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
    ngx_inbox_roll_entry_t *entry, const struct sockaddr *sockaddr,
    ngx_uint_t max)
{
    ngx_str_t               key;
    ngx_inbox_roll_addr_t  *addr;

    key = ngx_inbox_roll_addr_key(sockaddr);

    if (key.len == 0) {
        return NGX_OK;
    }

    addr = (ngx_inbox_roll_addr_t *) ngx_inbox_table_find(&roll->addrs, &key);

    if (addr == NULL) {
        addr = ngx_inbox_roll_make_addr(roll, &key);
        if (addr == NULL) {
            return NGX_ERROR;
        }
    }

    if (addr->count >= max) {
        return NGX_BUSY;
    }

    addr->count++;
    entry->addr = addr;

    return NGX_OK;
}


/* empty: a Unix socket's peers have no address to tell them apart */

static ngx_str_t
ngx_inbox_roll_addr_key(const struct sockaddr *sockaddr)
{
    ngx_str_t             key;
    struct sockaddr_in   *sin;
#if (NGX_HAVE_INET6)
    struct sockaddr_in6  *sin6;
#endif

    ngx_str_null(&key);

    switch (sockaddr->sa_family) {

    case AF_INET:
        sin = (struct sockaddr_in *) sockaddr;
        key.data = (u_char *) &sin->sin_addr;
        key.len = 4;
        break;

#if (NGX_HAVE_INET6)
    case AF_INET6:
        sin6 = (struct sockaddr_in6 *) sockaddr;
        key.data = sin6->sin6_addr.s6_addr;
        key.len = 8;
        break;
#endif
    }

    return key;
}


static ngx_inbox_roll_addr_t *
ngx_inbox_roll_make_addr(ngx_inbox_roll_t *roll, const ngx_str_t *key)
{
    ngx_inbox_roll_addr_t  *addr;

    addr = ngx_alloc(sizeof(ngx_inbox_roll_addr_t), roll->log);
    if (addr == NULL) {
        return NULL;
    }

    ngx_memcpy(addr->addr, key->data, key->len);
    addr->count = 0;
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

    topic = (ngx_inbox_roll_topic_t *)
                ngx_inbox_table_find(&roll->topics, name);

    if (topic == NULL) {
        topic = ngx_inbox_roll_make_topic(roll, name);
        if (topic == NULL) {
            return NGX_ERROR;
        }
    }

    ngx_queue_insert_tail(&topic->entries, &entry->queue);
    entry->topic = topic;

    return NGX_OK;
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

    if (ngx_queue_empty(&entry->topic->entries)) {
        ngx_inbox_table_remove(&roll->topics, &entry->topic->node);
        ngx_free(entry->topic);
    }

    entry->topic = NULL;

    ngx_inbox_roll_leave_addr(roll, entry);
}


static void
ngx_inbox_roll_leave_addr(ngx_inbox_roll_t *roll,
    ngx_inbox_roll_entry_t *entry)
{
    ngx_inbox_roll_addr_t  *addr;

    addr = entry->addr;

    if (addr == NULL) {
        return;
    }

    entry->addr = NULL;
    addr->count--;

    if (addr->count == 0) {
        ngx_inbox_table_remove(&roll->addrs, &addr->node);
        ngx_free(addr);
    }
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
        handler(ngx_queue_data(q, ngx_inbox_roll_entry_t, queue), arg);
    }
}


ngx_inbox_roll_entry_t *
ngx_inbox_roll_first(ngx_inbox_roll_t *roll)
{
    ngx_queue_t             *q;
    ngx_inbox_table_node_t  *node;

    node = ngx_inbox_table_next(&roll->topics, NULL);
    if (node == NULL) {
        return NULL;
    }

    q = ngx_queue_head(&((ngx_inbox_roll_topic_t *) node)->entries);

    return ngx_queue_data(q, ngx_inbox_roll_entry_t, queue);
}
