
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 2, the bridge to hiredis; nobody else includes it.  Commands become
 * bytes, bytes become values.  Knows neither sockets nor calls.
 *
 * A reader belongs to one connection: made when it opens, destroyed when it
 * closes.  After NGX_ERROR it is of no more use.
 */

#ifndef _NGX_INBOX_RESP_H_INCLUDED_
#define _NGX_INBOX_RESP_H_INCLUDED_


#include "ngx_inbox_redis.h"


/* bytes of one answer: a transcript's page is far below a megabyte */
#define NGX_INBOX_RESP_MAX_ANSWER  (64 * 1024 * 1024)
/* values in one answer: an array costs memory before its elements arrive */
#define NGX_INBOX_RESP_MAX_VALUES  (256 * 1024)
/* a status, an error or a length; an error may carry a chat as JSON */
#define NGX_INBOX_RESP_MAX_LINE    (1024 * 1024)


typedef struct ngx_inbox_resp_s  ngx_inbox_resp_t;


/* NULL: memory */
ngx_inbox_resp_t *ngx_inbox_resp_create(ngx_log_t *log);

void ngx_inbox_resp_destroy(ngx_inbox_resp_t *resp);

/* takes n bytes, which are copied; NGX_OK | NGX_ERROR (too large, memory) */
ngx_int_t ngx_inbox_resp_feed(ngx_inbox_resp_t *resp, const u_char *p,
    size_t n);

/*
 * The next whole answer.  NGX_OK: *v lives in *pool, which is the caller's to
 * destroy; NGX_AGAIN: more bytes are needed; NGX_ERROR: garbage.
 */
ngx_int_t ngx_inbox_resp_next(ngx_inbox_resp_t *resp,
    ngx_inbox_redis_value_t **v, ngx_pool_t **pool);

/* after NGX_ERROR: why, in constant words */
const char *ngx_inbox_resp_error(const ngx_inbox_resp_t *resp);

/*
 * A command as bytes, at most max of them, to be given back with
 * ngx_inbox_resp_free().  NGX_OK | NGX_DECLINED (too long) | NGX_ERROR
 */
ngx_int_t ngx_inbox_resp_format(const ngx_str_t *argv, ngx_uint_t argc,
    size_t max, ngx_str_t *out);

/* idempotent */
void ngx_inbox_resp_free(ngx_str_t *command);


#endif /* _NGX_INBOX_RESP_H_INCLUDED_ */
