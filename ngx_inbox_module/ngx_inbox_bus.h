
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


typedef enum {
    NGX_INBOX_NOTICE_CHAT = 0,    /* rev, chat, flags */
    NGX_INBOX_NOTICE_VISITOR,     /* the transcript of channel's visitor id */
    NGX_INBOX_NOTICE_READ,        /* id: the agent */
    NGX_INBOX_NOTICE_TYPING,      /* chat, from, id (agent or "-"), channel and
                                     user (or "-"), name (JSON literal) */
    NGX_INBOX_NOTICE_CHANNEL,     /* channel: its settings changed */
    NGX_INBOX_NOTICE_AGENT        /* id: his rights changed */
} ngx_inbox_notice_type_e;


/* words point into the notice: copy what you keep */
typedef struct {
    ngx_inbox_notice_type_e  type;
    ngx_str_t                space;
    ngx_str_t                rev;
    ngx_str_t                chat;
    ngx_str_t                channel;
    ngx_str_t                id;
    ngx_str_t                from;
    ngx_str_t                user;
    ngx_str_t                name;

    unsigned                 changed:1;     /* c: the Chat */
    unsigned                 transcript:1;  /* m: for agents */
    unsigned                 queued:1;      /* q: there is something to send */
} ngx_inbox_notice_t;


typedef struct {
    void   (*on_notice)(void *data, ngx_inbox_notice_t *notice);

    /* notices of this space are heard from now on; there may have been others
       before */
    void   (*on_live)(void *data, ngx_str_t *space);
    void    *data;
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

/* heard something (a notice, an answer to PING) less than a second ago */
ngx_uint_t ngx_inbox_bus_is_proven(const ngx_inbox_bus_t *bus);

/* notices heard since the start, for metrics */
ngx_uint_t ngx_inbox_bus_heard(const ngx_inbox_bus_t *bus);


#endif /* _NGX_INBOX_BUS_H_INCLUDED_ */
