
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 4, service; used by ngx_inbox_park.c alone.  The roll of polls: which
 * wait on a topic, and how many one address has.  Entries are embedded in the
 * caller's records; topics and addresses are made when the first poll enters
 * and freed when the last one leaves.
 *
 * An entry is on one topic, its home, and may hear others besides: those are
 * other topics than anybody's home.
 */

#ifndef _NGX_INBOX_ROLL_H_INCLUDED_
#define _NGX_INBOX_ROLL_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_crowd.h"
#include "ngx_inbox_table.h"


typedef struct ngx_inbox_roll_topic_s  ngx_inbox_roll_topic_t;
typedef struct ngx_inbox_roll_addr_s   ngx_inbox_roll_addr_t;
typedef struct ngx_inbox_roll_ears_s   ngx_inbox_roll_ears_t;

typedef struct {
    ngx_queue_t              queue;
    ngx_inbox_roll_topic_t  *topic;
    ngx_inbox_roll_addr_t   *addr;      /* NULL: not counted */
    ngx_inbox_roll_ears_t   *ears;      /* what it hears besides, or NULL */
} ngx_inbox_roll_entry_t;

typedef struct {
    ngx_inbox_table_t        topics;
    ngx_inbox_table_t        addrs;
    ngx_inbox_crowd_t       *crowd;     /* of all workers, or NULL */
    ngx_log_t               *log;
} ngx_inbox_roll_t;

/* of whom an entry is */
typedef struct {
    const struct sockaddr   *sockaddr;
    ngx_uint_t               max;       /* of one address, 0: any number */
    ngx_uint_t               stranger;  /* 1: in all workers; counted apart */
} ngx_inbox_roll_who_t;

/* may not enter or leave anybody */
typedef void (*ngx_inbox_roll_pt)(ngx_inbox_roll_entry_t *entry,
    ngx_uint_t arg);


/* crowd: what the other workers have, or NULL.  NGX_OK or NGX_ERROR (memory) */
ngx_int_t ngx_inbox_roll_create(ngx_inbox_roll_t *roll,
    ngx_inbox_crowd_t *crowd, ngx_log_t *log);

/* nobody is on it any more */
void ngx_inbox_roll_destroy(ngx_inbox_roll_t *roll);

/* NGX_OK, NGX_BUSY: the address has its maximum, or NGX_ERROR: memory */
ngx_int_t ngx_inbox_roll_enter(ngx_inbox_roll_t *roll,
    ngx_inbox_roll_entry_t *entry, const ngx_str_t *topic,
    const ngx_inbox_roll_who_t *who);

void ngx_inbox_roll_leave(ngx_inbox_roll_t *roll,
    ngx_inbox_roll_entry_t *entry);

/* moves an entry to another home, where it hears n topics besides, in place of
   what it heard before.  NGX_OK, or NGX_ERROR: memory, all is as it was */
ngx_int_t ngx_inbox_roll_hear(ngx_inbox_roll_t *roll,
    ngx_inbox_roll_entry_t *entry, const ngx_str_t *home,
    const ngx_str_t *topics, ngx_uint_t n);

/* calls for all on a topic, in the order they came */
void ngx_inbox_roll_each(ngx_inbox_roll_t *roll, const ngx_str_t *topic,
    ngx_inbox_roll_pt handler, ngx_uint_t arg);

/* calls for all on topics that begin so; an empty beginning: all there are */
void ngx_inbox_roll_under(ngx_inbox_roll_t *roll, const ngx_str_t *head,
    ngx_inbox_roll_pt handler, ngx_uint_t arg);

/* anyone, or NULL */
ngx_inbox_roll_entry_t *ngx_inbox_roll_first(ngx_inbox_roll_t *roll);


#endif /* _NGX_INBOX_ROLL_H_INCLUDED_ */
