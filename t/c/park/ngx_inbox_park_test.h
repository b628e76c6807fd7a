
/*
 * Copyright (C) the ngx_inbox authors
 *
 * What the files of this test module share: a worker's parked polls and what
 * was counted of them.
 */

#ifndef _NGX_INBOX_PARK_TEST_H_INCLUDED_
#define _NGX_INBOX_PARK_TEST_H_INCLUDED_


#include "ngx_inbox_endpoint.h"
#include "ngx_inbox_park.h"


typedef struct {
    ngx_inbox_main_conf_t   limits;
    ngx_inbox_park_t       *park;
    ngx_uint_t              gone;
    ngx_uint_t              asks;      /* now */
} ngx_inbox_park_test_t;


ngx_inbox_park_test_t *ngx_inbox_park_test_of(ngx_http_request_t *r);

/* a text with an ETag, which a poll that was detached must not lose */
ngx_int_t ngx_inbox_park_test_say(ngx_http_request_t *r, ngx_uint_t status,
    ngx_str_t *body);

/* ngx_inbox_park_test_poll.c: the endpoints poll and hold */

ngx_int_t ngx_inbox_park_test_poll(ngx_http_request_t *r);
ngx_int_t ngx_inbox_park_test_hold(ngx_http_request_t *r);


#endif /* _NGX_INBOX_PARK_TEST_H_INCLUDED_ */
