
/*
 * Copyright (C) the ngx_inbox authors
 *
 * What the files of this test module share: a worker's client and what was
 * counted of it.
 */

#ifndef _NGX_INBOX_REDIS_TEST_H_INCLUDED_
#define _NGX_INBOX_REDIS_TEST_H_INCLUDED_


#include "ngx_inbox_endpoint.h"
#include "ngx_inbox_redis.h"


#define NGX_INBOX_REDIS_TEST_WORDS  16


typedef struct {
    ngx_inbox_redis_conf_t   conf;
    ngx_array_t             *addrs;
    ngx_flag_t               push;
    ngx_str_t                up;

    ngx_inbox_redis_t       *redis;
    ngx_pool_t              *pool;
    ngx_array_t             *pushed;     /* bytes */

    ngx_uint_t               starting;
    ngx_uint_t               ups;
    ngx_uint_t               downs;
    ngx_uint_t               started;
    ngx_uint_t               refused;
    ngx_uint_t               done;
    ngx_uint_t               forgotten;
    ngx_uint_t               wrong;      /* twice, too early, after forget */
} ngx_inbox_redis_test_conf_t;


/* ngx_inbox_redis_test_text.c: out is an array of bytes */

/* fmt: with one %V, which is s */
void ngx_inbox_redis_test_add(ngx_array_t *out, const char *fmt, ngx_str_t *s);
void ngx_inbox_redis_test_add_number(ngx_array_t *out, const char *after,
    int64_t n);
void ngx_inbox_redis_test_add_value(ngx_array_t *out,
    ngx_inbox_redis_value_t *v);

/* ngx_inbox_redis_test_calls.c: the endpoints call and forget */

ngx_int_t ngx_inbox_redis_test_calls(ngx_http_request_t *r,
    ngx_inbox_redis_test_conf_t *mcf, ngx_str_t *argv, ngx_uint_t argc);


#endif /* _NGX_INBOX_REDIS_TEST_H_INCLUDED_ */
