
/*
 * Copyright (C) the ngx_inbox authors
 *
 * One allocation for each answer: the entry, its key, its ETag, its body, the
 * rest.  All have the same life, so the oldest is always the head of the queue.
 */

#include "ngx_inbox_recall.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_table.h"


#define NGX_INBOX_RECALL_LIFE   1000        /* ms */
/* entries of a worker; a page of agents asks a handful of questions */
#define NGX_INBOX_RECALL_MAX    256
/* a page of 200 chats has about 200 KB */
#define NGX_INBOX_RECALL_BODY   (256 * 1024)
/* of all bodies together */
#define NGX_INBOX_RECALL_BYTES  (16 * 1024 * 1024)


typedef struct {
    ngx_inbox_table_node_t   node;          /* first */
    ngx_queue_t              queue;
    ngx_msec_t               at;
    ngx_uint_t               generation;
    ngx_inbox_recalled_t     what;
} ngx_inbox_recall_entry_t;


struct ngx_inbox_recall_s {
    ngx_inbox_table_t        table;
    ngx_queue_t              queue;         /* the oldest first */
    ngx_uint_t               n;
    size_t                   bytes;
    ngx_log_t               *log;
};


static ngx_inbox_recall_entry_t *ngx_inbox_recall_make(
    ngx_inbox_recall_t *recall, const ngx_str_t *key,
    const ngx_inbox_recalled_t *what);
static void ngx_inbox_recall_room(ngx_inbox_recall_t *recall, size_t bytes);
static void ngx_inbox_recall_drop(ngx_inbox_recall_t *recall,
    ngx_inbox_recall_entry_t *entry);


ngx_inbox_recall_t *
ngx_inbox_recall_create(ngx_pool_t *pool, ngx_log_t *log)
{
    ngx_inbox_recall_t  *recall;

    recall = ngx_pcalloc(pool, sizeof(ngx_inbox_recall_t));
    if (recall == NULL) {
        return NULL;
    }

    recall->log = log;
    ngx_queue_init(&recall->queue);

    if (ngx_inbox_table_create(&recall->table, log) != NGX_OK) {
        return NULL;
    }

    return recall;
}


void
ngx_inbox_recall_destroy(ngx_inbox_recall_t *recall)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&recall->queue)) {
        q = ngx_queue_head(&recall->queue);
        ngx_inbox_recall_drop(recall, ngx_queue_data(q,
                                             ngx_inbox_recall_entry_t, queue));
    }

    ngx_inbox_table_destroy(&recall->table);
}


const ngx_inbox_recalled_t *
ngx_inbox_recall_find(ngx_inbox_recall_t *recall, const ngx_str_t *key,
    ngx_uint_t generation)
{
    ngx_inbox_recall_entry_t  *entry;

    entry = (ngx_inbox_recall_entry_t *)
                ngx_inbox_table_find(&recall->table, key);

    if (entry == NULL) {
        return NULL;
    }

    if (entry->generation != generation
        || ngx_current_msec - entry->at >= NGX_INBOX_RECALL_LIFE)
    {
        ngx_inbox_recall_drop(recall, entry);
        return NULL;
    }

    return &entry->what;
}


void
ngx_inbox_recall_keep(ngx_inbox_recall_t *recall, const ngx_str_t *key,
    ngx_uint_t generation, const ngx_inbox_recalled_t *what)
{
    ngx_inbox_recall_entry_t  *entry;

    if (what->body.len > NGX_INBOX_RECALL_BODY) {
        return;
    }

    entry = (ngx_inbox_recall_entry_t *)
                ngx_inbox_table_find(&recall->table, key);

    if (entry != NULL) {
        ngx_inbox_recall_drop(recall, entry);
    }

    ngx_inbox_recall_room(recall, what->body.len);

    entry = ngx_inbox_recall_make(recall, key, what);
    if (entry == NULL) {
        return;
    }

    entry->generation = generation;
    entry->at = ngx_current_msec;

    ngx_inbox_table_insert(&recall->table, &entry->node);
    ngx_queue_insert_tail(&recall->queue, &entry->queue);
    recall->n++;
    recall->bytes += what->body.len;
}


static ngx_inbox_recall_entry_t *
ngx_inbox_recall_make(ngx_inbox_recall_t *recall, const ngx_str_t *key,
    const ngx_inbox_recalled_t *what)
{
    u_char                    *p;
    ngx_inbox_recall_entry_t  *entry;

    entry = ngx_alloc(sizeof(ngx_inbox_recall_entry_t) + key->len
                      + NGX_INBOX_REPLY_TAG + what->body.len + what->rest.len,
                      recall->log);
    if (entry == NULL) {
        return NULL;
    }

    p = (u_char *) (entry + 1);
    entry->node.data = p;
    entry->node.len = (uint32_t) key->len;
    p = ngx_cpymem(p, key->data, key->len);

    entry->what.tag.data = p;
    entry->what.tag.len = NGX_INBOX_REPLY_TAG;
    ngx_inbox_reply_tag(&what->body, p);
    p += NGX_INBOX_REPLY_TAG;

    entry->what.body.data = p;
    entry->what.body.len = what->body.len;
    p = ngx_cpymem(p, what->body.data, what->body.len);

    entry->what.rest.data = p;
    entry->what.rest.len = what->rest.len;
    ngx_memcpy(p, what->rest.data, what->rest.len);

    entry->what.empty = what->empty;

    return entry;
}


static void
ngx_inbox_recall_room(ngx_inbox_recall_t *recall, size_t bytes)
{
    ngx_queue_t               *q;
    ngx_inbox_recall_entry_t  *entry;

    while (!ngx_queue_empty(&recall->queue)) {
        q = ngx_queue_head(&recall->queue);
        entry = ngx_queue_data(q, ngx_inbox_recall_entry_t, queue);

        if (recall->n < NGX_INBOX_RECALL_MAX
            && recall->bytes + bytes <= NGX_INBOX_RECALL_BYTES
            && ngx_current_msec - entry->at < NGX_INBOX_RECALL_LIFE)
        {
            return;
        }

        ngx_inbox_recall_drop(recall, entry);
    }
}


static void
ngx_inbox_recall_drop(ngx_inbox_recall_t *recall,
    ngx_inbox_recall_entry_t *entry)
{
    ngx_inbox_table_remove(&recall->table, &entry->node);
    ngx_queue_remove(&entry->queue);
    recall->n--;
    recall->bytes -= entry->what.body.len;
    ngx_free(entry);
}
