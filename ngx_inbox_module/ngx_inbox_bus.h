
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 4, service.  Hears the notices of the spaces this worker follows, on a
 * connection of its own, and hands them on one by one.  A notice is a hint: it
 * may be lost with the connection, and then on_live() says that everybody who
 * waits has to ask the store again.
 */

#ifndef _NGX_INBOX_BUS_H_INCLUDED_
#define _NGX_INBOX_BUS_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_conf.h"
#include "ngx_inbox_notice.h"


/* a subscription that was heard so lately is alive, ms */
#define NGX_INBOX_BUS_PROVEN  1000


typedef struct {
    ngx_inbox_notice_pt   on_notice;

    /* notices of this space are heard from now on; there may have been others
       before */
    void                (*on_live)(void *data, ngx_str_t *space);
    void                 *data;
} ngx_inbox_bus_hooks_t;


ngx_inbox_bus_t *ngx_inbox_bus_create(ngx_pool_t *pool,
    ngx_inbox_main_conf_t *conf, ngx_log_t *log, ngx_inbox_bus_hooks_t *hooks);

void ngx_inbox_bus_destroy(ngx_inbox_bus_t *bus);

/*
 * From now on, and after every reconnect, the notices of space are heard.
 * NGX_OK: they are heard already; NGX_AGAIN: on_live() will come;
 * NGX_ERROR: memory
 */
ngx_int_t ngx_inbox_bus_follow(ngx_inbox_bus_t *bus, const ngx_str_t *space);

/*
 * The store knows the space: it is followed for good.  Or it does not: who asks
 * for spaces that are none costs nothing when he is gone.
 */
void ngx_inbox_bus_keep(ngx_inbox_bus_t *bus, const ngx_str_t *space);
void ngx_inbox_bus_leave(ngx_inbox_bus_t *bus, const ngx_str_t *space);

/*
 * How many notices of the space have been heard: as long as the number is the
 * same, nothing that this worker knows of has changed in the space.
 * NGX_OK | NGX_DECLINED: the subscription is not proven, nothing is known
 */
ngx_int_t ngx_inbox_bus_generation(ngx_inbox_bus_t *bus,
    const ngx_str_t *space, ngx_uint_t *generation);

/*
 * Redis writes to whoever caused a notice before it writes to those who hear
 * it: only an answer on the subscription itself proves that everything caused
 * before has been heard.  All who want that proof in one turn share one PING.
 * done: NGX_OK | NGX_ERROR (the subscription was lost, within three seconds; or
 * the worker exits); exactly once, never before this returns.  A worker that
 * leaves waits for it.  NULL: not up, or memory.
 */
typedef struct ngx_inbox_bus_proof_s  ngx_inbox_bus_proof_t;
typedef void (*ngx_inbox_bus_done_pt)(void *data, ngx_int_t rc);

ngx_inbox_bus_proof_t *ngx_inbox_bus_prove(ngx_inbox_bus_t *bus,
    ngx_inbox_bus_done_pt done, void *data);

void ngx_inbox_bus_forget(ngx_inbox_bus_proof_t *proof);

/* heard something (a notice, an answer to PING) less than a second ago */
ngx_uint_t ngx_inbox_bus_is_proven(const ngx_inbox_bus_t *bus);

#endif /* _NGX_INBOX_BUS_H_INCLUDED_ */
