
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 1, bridge.  From a host to the addresses it may be called at.  Names
 * are asked of nginx's resolver, never of the C library, which would stop the
 * worker; literal addresses and "localhost" answer themselves.
 */

#ifndef _NGX_INBOX_RESOLVE_H_INCLUDED_
#define _NGX_INBOX_RESOLVE_H_INCLUDED_


#include "ngx_inbox.h"


/* addresses tried for one request; more of them only take time */
#define NGX_INBOX_RESOLVE_MAX  8


typedef struct {
    ngx_int_t            rc;        /* NGX_OK: n > 0; NGX_DECLINED: error */
    ngx_sockaddr_t      *addrs;     /* ports are 0 */
    ngx_uint_t           n;
    ngx_str_t            error;     /* words for people */
} ngx_inbox_resolved_t;

/* exactly once, never before the start returned; the addresses belong to the
   question's pool */
typedef void (*ngx_inbox_resolve_done_pt)(void *data,
    ngx_inbox_resolved_t *resolved);

typedef struct {
    ngx_resolver_t             *resolver;   /* may be NULL: literals only */
    ngx_msec_t                  timeout;
    ngx_str_t                   host;       /* IPv6 without brackets */
    ngx_uint_t                  any;        /* 1: private addresses too */
    ngx_log_t                  *log;
    ngx_inbox_resolve_done_pt   done;
    void                       *data;
} ngx_inbox_question_t;

typedef struct ngx_inbox_resolve_s  ngx_inbox_resolve_t;


/* the question is copied, its host borrowed (and made lower case); NULL:
   memory */
ngx_inbox_resolve_t *ngx_inbox_resolve_start(ngx_pool_t *pool,
    ngx_inbox_question_t *question);

/* the callback will not come; not to be called after it came */
void ngx_inbox_resolve_forget(ngx_inbox_resolve_t *resolve);

/* host as an address: 1, and *sa is set (port 0); 0: it is a name */
ngx_uint_t ngx_inbox_resolve_literal(const ngx_str_t *host,
    ngx_sockaddr_t *sa);


#endif /* _NGX_INBOX_RESOLVE_H_INCLUDED_ */
