
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 9: inside of the route.  route: the table and the steps of a request;
 * route_refuse: what is said to those that the table has no endpoint for.
 */

#ifndef _NGX_INBOX_ROUTE_OWN_H_INCLUDED_
#define _NGX_INBOX_ROUTE_OWN_H_INCLUDED_


#include "ngx_inbox_route.h"
#include "ngx_inbox_ctx.h"


/* refuse: OPTIONS, or a method that the path does not know; methods: those
   that it does */
ngx_int_t ngx_inbox_route_no_method(ngx_inbox_ctx_t *ctx, ngx_uint_t methods);

/* refuse: nginx's own error, redirected here by error_page */
ngx_int_t ngx_inbox_route_problem(ngx_inbox_ctx_t *ctx);


#endif /* _NGX_INBOX_ROUTE_OWN_H_INCLUDED_ */
