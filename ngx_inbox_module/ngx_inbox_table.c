
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Chained hashing over a power of two of buckets.  The table doubles when it
 * has as many nodes as buckets, so that a chain is short however many there
 * are, and never shrinks: a bucket is 8 bytes and a worker that had many
 * topics will have them again.
 */


#include "ngx_inbox_table.h"


#define NGX_INBOX_TABLE_MIN  64


static void ngx_inbox_table_grow(ngx_inbox_table_t *t);


ngx_int_t
ngx_inbox_table_create(ngx_inbox_table_t *t, ngx_log_t *log)
{
    t->log = log;
    t->count = 0;
    t->mask = NGX_INBOX_TABLE_MIN - 1;

    t->buckets = ngx_calloc(NGX_INBOX_TABLE_MIN
                            * sizeof(ngx_inbox_table_node_t *), log);

    return t->buckets ? NGX_OK : NGX_ERROR;
}


void
ngx_inbox_table_destroy(ngx_inbox_table_t *t)
{
    ngx_free(t->buckets);
    t->buckets = NULL;
}


ngx_inbox_table_node_t *
ngx_inbox_table_find(const ngx_inbox_table_t *t, const ngx_str_t *key)
{
    uint32_t                 hash;
    ngx_inbox_table_node_t  *node;

    hash = ngx_crc32_long(key->data, key->len);

    for (node = t->buckets[hash & t->mask]; node; node = node->next) {

        if (node->hash == hash
            && node->len == key->len
            && ngx_memcmp(node->data, key->data, key->len) == 0)
        {
            return node;
        }
    }

    return NULL;
}


void
ngx_inbox_table_insert(ngx_inbox_table_t *t, ngx_inbox_table_node_t *node)
{
    ngx_inbox_table_node_t  **bucket;

    if (t->count > t->mask) {
        ngx_inbox_table_grow(t);
    }

    node->hash = ngx_crc32_long(node->data, node->len);

    bucket = &t->buckets[node->hash & t->mask];
    node->next = *bucket;
    *bucket = node;

    t->count++;
}


static void
ngx_inbox_table_grow(ngx_inbox_table_t *t)
{
    ngx_uint_t                i, mask;
    ngx_inbox_table_node_t   *node, *next, **buckets, **bucket;

    mask = t->mask * 2 + 1;

    buckets = ngx_calloc((mask + 1) * sizeof(ngx_inbox_table_node_t *),
                         t->log);
    if (buckets == NULL) {
        return;
    }

    for (i = 0; i <= t->mask; i++) {

        for (node = t->buckets[i]; node; node = next) {
            next = node->next;

            bucket = &buckets[node->hash & mask];
            node->next = *bucket;
            *bucket = node;
        }
    }

    ngx_free(t->buckets);

    t->buckets = buckets;
    t->mask = mask;
}


void
ngx_inbox_table_remove(ngx_inbox_table_t *t, ngx_inbox_table_node_t *node)
{
    ngx_inbox_table_node_t  **p;

    for (p = &t->buckets[node->hash & t->mask]; *p; p = &(*p)->next) {

        if (*p == node) {
            *p = node->next;
            t->count--;
            return;
        }
    }
}


ngx_inbox_table_node_t *
ngx_inbox_table_next(const ngx_inbox_table_t *t,
    const ngx_inbox_table_node_t *node)
{
    ngx_uint_t  i;

    if (node && node->next) {
        return node->next;
    }

    for (i = node ? (node->hash & t->mask) + 1 : 0; i <= t->mask; i++) {

        if (t->buckets[i]) {
            return t->buckets[i];
        }
    }

    return NULL;
}
