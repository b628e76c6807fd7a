
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 3, channels; what their parsers have in common: single values of a
 * platform's JSON, read so that reading never fails.  What cannot be read is
 * left out and noted in the reader, at which parse() looks once, at the end.
 *
 * Strings borrow from the document and live as long as the pool.
 */

#ifndef _NGX_INBOX_READER_H_INCLUDED_
#define _NGX_INBOX_READER_H_INCLUDED_


#include "ngx_inbox_channel.h"
#include "../ngx_inbox_json.h"


/* one webhook while it is read; lives on the stack of parse() */
typedef struct {
    ngx_pool_t   *pool;
    ngx_array_t  *events;
    unsigned      known:1;      /* there was something that we know */
    unsigned      odd:1;        /* something had a wrong type, or is new */
    unsigned      failed:1;     /* memory */
} ngx_inbox_reader_t;


/* the body as an object; NGX_OK | NGX_DECLINED (it is none) | NGX_ERROR */
ngx_int_t ngx_inbox_reader_open(ngx_inbox_reader_t *t, ngx_pool_t *pool,
    const ngx_str_t *body, ngx_array_t *events, ngx_inbox_json_t **document);

/* what parse() answers; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_reader_close(ngx_inbox_reader_t *t, ngx_uint_t *odd);

/* a positive integer as its digits; 0 when it is missing or anything else */
ngx_uint_t ngx_inbox_reader_number(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_str_t *out);

/* the same for member key of v */
ngx_uint_t ngx_inbox_reader_member(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const char *key, ngx_str_t *out);

/* an id: digits of an integer, or visible ASCII; 0 when it is missing, and
   odd when it is anything else */
ngx_uint_t ngx_inbox_reader_id(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const char *key, ngx_str_t *out);

/* a string of at most max characters; len 0 when there is none */
ngx_str_t ngx_inbox_reader_words(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const char *key, size_t max);

/* a string of visible ASCII, as handles and media types are; or len 0 */
ngx_str_t ngx_inbox_reader_token(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const char *key, size_t max);

/* the same, when it is an address of the web; anything else is len 0 */
ngx_str_t ngx_inbox_reader_url(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const char *key);

/* s or ms since 1970, a number or its digits, as ms; 0 when there is none */
uint64_t ngx_inbox_reader_time(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const char *key);

/* a and b with something between if both have letters; a name's length */
ngx_str_t ngx_inbox_reader_join(ngx_inbox_reader_t *t, const ngx_str_t *a,
    const char *between, const ngx_str_t *b);

ngx_uint_t ngx_inbox_reader_same(const ngx_str_t *a, const ngx_str_t *b);

ngx_uint_t ngx_inbox_reader_is(const ngx_str_t *s, const char *word);


#endif /* _NGX_INBOX_READER_H_INCLUDED_ */
