
/*
 * Copyright (C) the ngx_inbox authors
 *
 * What the endpoints of all test modules do alike: a location's handler by a
 * directive without arguments, arguments of the query, a text as the answer.
 */

#ifndef _NGX_INBOX_ENDPOINT_H_INCLUDED_
#define _NGX_INBOX_ENDPOINT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/* a directive's set(): its cmd->post handles the location */
char *ngx_inbox_endpoint_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* unescaped, len 0 when it is absent; NGX_OK | NGX_ERROR: memory */
ngx_int_t ngx_inbox_endpoint_arg(ngx_http_request_t *r, const char *name,
    ngx_str_t *value);

/* otherwise: when it is absent, or no number */
ngx_int_t ngx_inbox_endpoint_number(ngx_http_request_t *r, const char *name,
    ngx_int_t otherwise);

/* sends it; what a content handler returns, or finalizes with */
ngx_int_t ngx_inbox_endpoint_say(ngx_http_request_t *r, ngx_uint_t status,
    const ngx_str_t *text);


#endif /* _NGX_INBOX_ENDPOINT_H_INCLUDED_ */
