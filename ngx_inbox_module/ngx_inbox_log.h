
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 10.  What is left of a request when it has ended: variables for nginx's
 * access log, and its share in the numbers of ngx_inbox_meter.h.
 */

#ifndef _NGX_INBOX_LOG_H_INCLUDED_
#define _NGX_INBOX_LOG_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_conf.h"


/* before the configuration is read: $inbox_route and the others; NGX_OK |
   NGX_ERROR */
ngx_int_t ngx_inbox_log_add_variables(ngx_conf_t *cf);

/* after it: counts requests as they end; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_log_add_handler(ngx_conf_t *cf);


#endif /* _NGX_INBOX_LOG_H_INCLUDED_ */
