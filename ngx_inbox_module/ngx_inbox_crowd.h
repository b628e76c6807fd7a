
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 1, bytes.  How many polls an address has on this node, in memory that
 * all workers share: each knows its own exactly, and here what the others have.
 *
 * Each process counts in rows of its own, without a lock or an atomic, and
 * reads those of all; when it dies its rows count no more.
 */

#ifndef _NGX_INBOX_CROWD_H_INCLUDED_
#define _NGX_INBOX_CROWD_H_INCLUDED_


#include "ngx_inbox.h"


/* bytes of one that are looked at */
#define NGX_INBOX_CROWD_ADDR  16


/* while the configuration is read; NULL: memory, which is logged */
ngx_shm_zone_t *ngx_inbox_crowd_add_zone(ngx_conf_t *cf, void *tag);

/* this process' rows, empty; NULL: all are taken, and it counts alone */
ngx_inbox_crowd_t *ngx_inbox_crowd_enter(ngx_shm_zone_t *zone);

void ngx_inbox_crowd_leave(ngx_inbox_crowd_t *crowd);

/* one more, and one less, of an address; crowd may be NULL */
void ngx_inbox_crowd_add(ngx_inbox_crowd_t *crowd, const ngx_str_t *addr);
void ngx_inbox_crowd_drop(ngx_inbox_crowd_t *crowd, const ngx_str_t *addr);

/* 1: all workers together have so many of it */
ngx_uint_t ngx_inbox_crowd_is_full(ngx_inbox_crowd_t *crowd,
    const ngx_str_t *addr, ngx_uint_t most);


#endif /* _NGX_INBOX_CROWD_H_INCLUDED_ */
