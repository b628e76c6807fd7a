
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 4, service.  The only file that writes HTTP answers: JSON, problem
 * documents (RFC 9457), text, nothing.  Every function sends header and body
 * and returns what ngx_http_output_filter() returned: the endpoint hands it to
 * nginx (or to ngx_inbox_park_finish) and is done.
 */

#ifndef _NGX_INBOX_REPLY_H_INCLUDED_
#define _NGX_INBOX_REPLY_H_INCLUDED_


#include "ngx_inbox.h"


/* flags of ngx_inbox_reply_json() */
#define NGX_INBOX_REPLY_ETAG  1   /* private, no-cache, with an ETag: nginx
                                     answers 304 where If-None-Match fits */

/* body is copied if need be: it may belong to the store's answer */
ngx_int_t ngx_inbox_reply_json(ngx_http_request_t *r, ngx_uint_t status,
    const ngx_str_t *body, ngx_uint_t flags);

/* the ETag of a body: NGX_INBOX_REPLY_TAG bytes, with its quotes */
#define NGX_INBOX_REPLY_TAG  34
void ngx_inbox_reply_tag(const ngx_str_t *body, u_char *tag);

/* JSON, 200, whose ETag is known already */
ngx_int_t ngx_inbox_reply_tagged(ngx_http_request_t *r, const ngx_str_t *body,
    const ngx_str_t *tag);

/* any other type; as above, no-store */
ngx_int_t ngx_inbox_reply_text(ngx_http_request_t *r, ngx_uint_t status,
    const char *type, const ngx_str_t *body);

/* 204 */
ngx_int_t ngx_inbox_reply_empty(ngx_http_request_t *r);

/* 503 carries Retry-After; more: further JSON members, or NULL */
ngx_int_t ngx_inbox_reply_problem(ngx_http_request_t *r, ngx_uint_t status,
    const char *code, const char *detail);
ngx_int_t ngx_inbox_reply_problem_str(ngx_http_request_t *r,
    ngx_uint_t status, const ngx_str_t *code, const ngx_str_t *detail,
    const ngx_str_t *more);

/* 429 too_many_requests: after so many seconds it may go better */
ngx_int_t ngx_inbox_reply_limited(ngx_http_request_t *r, ngx_uint_t seconds,
    const ngx_str_t *detail);

/* the same with another status and code */
ngx_int_t ngx_inbox_reply_later(ngx_http_request_t *r, ngx_uint_t status,
    const ngx_str_t *code, ngx_uint_t seconds, const ngx_str_t *detail);

/* 422 invalid about one field */
ngx_int_t ngx_inbox_reply_invalid(ngx_http_request_t *r, const char *field,
    const char *detail);

/* a header of the answer; value is not copied; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_reply_header(ngx_http_request_t *r, const char *name,
    const ngx_str_t *value);


#endif /* _NGX_INBOX_REPLY_H_INCLUDED_ */
