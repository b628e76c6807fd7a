
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 9: inside of the route.  route: the table, and which line of it is
 * meant; route_enter: who comes, with which body; route_refuse: what is said to
 * those that the table has no endpoint for; route_name: how the table's lines
 * are called in the metrics.
 */

#ifndef _NGX_INBOX_ROUTE_OWN_H_INCLUDED_
#define _NGX_INBOX_ROUTE_OWN_H_INCLUDED_


#include "ngx_inbox_route.h"
#include "ngx_inbox_ctx.h"


typedef enum {
    NGX_INBOX_ROUTE_ANYBODY = 0,
    NGX_INBOX_ROUTE_AGENT,          /* token, cookie or nginx's identity */
    NGX_INBOX_ROUTE_ROOT,           /* the root token */
    NGX_INBOX_ROUTE_VISITOR,        /* of the channel in param[0] */
    NGX_INBOX_ROUTE_INTERNAL        /* nginx's own errors */
} ngx_inbox_route_who_e;


typedef enum {
    NGX_INBOX_ROUTE_NONE = 0,
    NGX_INBOX_ROUTE_JSON,           /* an object, or nothing */
    NGX_INBOX_ROUTE_RAW,
    NGX_INBOX_ROUTE_FILE            /* of any type, never in memory */
} ngx_inbox_route_body_e;


typedef struct {
    ngx_uint_t               methods;
    const char              *pattern;
    ngx_inbox_route_who_e    who;
    ngx_inbox_route_body_e   body;
    ngx_inbox_endpoint_pt    endpoint;
} ngx_inbox_route_t;


typedef struct {
    ngx_inbox_ctx_t          ctx;    /* first: an endpoint's ctx is this */
    const ngx_inbox_route_t  *route;
} ngx_inbox_route_ctx_t;


/* route: the table; the last has no pattern */
extern const ngx_inbox_route_t  ngx_inbox_routes[];


/* enter: reads the body that the route takes, then its endpoint */
ngx_int_t ngx_inbox_route_read(ngx_inbox_ctx_t *ctx);

/* enter: there is no body */
ngx_int_t ngx_inbox_route_enter(ngx_inbox_ctx_t *ctx);

/* refuse: OPTIONS, or a method that the path does not know; methods: those
   that it does */
ngx_int_t ngx_inbox_route_no_method(ngx_inbox_ctx_t *ctx, ngx_uint_t methods);

/* refuse: nginx's own error, redirected here by error_page */
ngx_int_t ngx_inbox_route_problem(ngx_inbox_ctx_t *ctx);

/* name: the endpoint of the metrics, to which it gives the names */
ngx_int_t ngx_inbox_route_metrics(ngx_inbox_ctx_t *ctx);


#endif /* _NGX_INBOX_ROUTE_OWN_H_INCLUDED_ */
