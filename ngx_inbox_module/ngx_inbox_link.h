
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 2, below the Redis client: the connection that heals itself.  Finds
 * an address, enters (AUTH, SELECT), carries bytes and values and, when the
 * wire is lost, tries again for ever.  Knows no calls.
 */

#ifndef _NGX_INBOX_LINK_H_INCLUDED_
#define _NGX_INBOX_LINK_H_INCLUDED_


#include "ngx_inbox_redis.h"


typedef struct ngx_inbox_link_s  ngx_inbox_link_t;

/*
 * All are required, get data first and may write, drop or destroy.
 * on_value  an answer after the entry; it is gone when the callback returns
 * on_down   was up and is not, or has failed on every address; may come from
 *           within ngx_inbox_link_drop()
 */
typedef struct {
    ngx_inbox_redis_conf_t  *conf;
    ngx_log_t               *log;

    void                   (*on_up)(void *data);
    void                   (*on_value)(void *data, ngx_inbox_redis_value_t *v);
    void                   (*on_down)(void *data, ngx_uint_t was_up);
    void                    *data;
} ngx_inbox_link_options_t;


/* allocated from pool; connects on the next turn of the loop; NULL: memory */
ngx_inbox_link_t *ngx_inbox_link_create(ngx_pool_t *pool,
    ngx_inbox_link_options_t *options);

/* silent and final; the memory stays until the pool goes */
void ngx_inbox_link_destroy(ngx_inbox_link_t *link);

/* bytes leave before the next wait for events; NGX_OK | NGX_ERROR (memory) */
ngx_int_t ngx_inbox_link_write(ngx_inbox_link_t *link, const u_char *p,
    size_t n);

/* loses the connection, if there is one */
void ngx_inbox_link_drop(ngx_inbox_link_t *link, const char *why);

ngx_uint_t ngx_inbox_link_is_up(const ngx_inbox_link_t *link);

/* 1: the last attempt failed or the connection was lost, and is not back */
ngx_uint_t ngx_inbox_link_is_away(const ngx_inbox_link_t *link);

/*
 * Bytes written on this connection, and those of them that the system has
 * taken.  Both still tell the truth in on_down().
 */
uint64_t ngx_inbox_link_written(const ngx_inbox_link_t *link);
uint64_t ngx_inbox_link_sent(const ngx_inbox_link_t *link);


#endif /* _NGX_INBOX_LINK_H_INCLUDED_ */
