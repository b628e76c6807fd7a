
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 7, service.  A visitor's session: POST widget/{channel}/session makes
 * the token by which the widget's other endpoints know him.
 */

#ifndef _NGX_INBOX_VISITOR_H_INCLUDED_
#define _NGX_INBOX_VISITOR_H_INCLUDED_


#include "ngx_inbox_ctx.h"


/* an endpoint */
ngx_int_t ngx_inbox_visitor_session(ngx_inbox_ctx_t *ctx);

/* the line is open, and of a kind whose clients take their messages from us */
ngx_uint_t ngx_inbox_visitor_is_welcome(const ngx_inbox_line_t *line);

/* 404 */
ngx_int_t ngx_inbox_visitor_refuse(ngx_inbox_ctx_t *ctx);


#endif /* _NGX_INBOX_VISITOR_H_INCLUDED_ */
