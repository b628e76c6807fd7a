
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 1, bytes.  A hash table of byte strings that lives as long as its
 * worker.  Nodes belong to the caller, who puts one at the head of his own
 * struct and keeps the key's bytes alive; the table owns only its buckets.
 */

#ifndef _NGX_INBOX_TABLE_H_INCLUDED_
#define _NGX_INBOX_TABLE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


typedef struct ngx_inbox_table_node_s  ngx_inbox_table_node_t;

struct ngx_inbox_table_node_s {
    ngx_inbox_table_node_t   *next;
    u_char                   *data;
    uint32_t                  hash;      /* set by insert */
    uint32_t                  len;
};

typedef struct {
    ngx_inbox_table_node_t  **buckets;
    ngx_uint_t                mask;      /* number of buckets less one */
    ngx_uint_t                count;
    ngx_log_t                *log;
} ngx_inbox_table_t;


/* NGX_OK or NGX_ERROR (memory) */
ngx_int_t ngx_inbox_table_create(ngx_inbox_table_t *t, ngx_log_t *log);

/* frees the buckets; the nodes are the caller's */
void ngx_inbox_table_destroy(ngx_inbox_table_t *t);

ngx_inbox_table_node_t *ngx_inbox_table_find(const ngx_inbox_table_t *t,
    const ngx_str_t *key);

/* the caller has made sure that the key is not there.  Cannot fail: a table
   that finds no memory to grow only becomes slower */
void ngx_inbox_table_insert(ngx_inbox_table_t *t, ngx_inbox_table_node_t *node);

void ngx_inbox_table_remove(ngx_inbox_table_t *t, ngx_inbox_table_node_t *node);

/* the node after this one, of NULL the first; the table must not change
   between two calls, except that the walk may begin anew with NULL */
ngx_inbox_table_node_t *ngx_inbox_table_next(const ngx_inbox_table_t *t,
    const ngx_inbox_table_node_t *node);


#endif /* _NGX_INBOX_TABLE_H_INCLUDED_ */
