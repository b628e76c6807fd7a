
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 1, bridge to jansson; nobody else includes it.  Reads documents from
 * outside (tolerant: what a platform may legally send is never refused
 * whole), and writes JSON text.
 *
 * A parsed value is borrowed: it lives until the pool is destroyed and is
 * never stored beyond it.  Strings returned point into the document; they are
 * valid UTF-8 but may contain U+0000.
 */

#ifndef _NGX_INBOX_JSON_H_INCLUDED_
#define _NGX_INBOX_JSON_H_INCLUDED_


#include "ngx_inbox.h"


typedef struct json_t  ngx_inbox_json_t;      /* jansson's own, opaque here */


/*
 * Parses one document of at most NGX_INBOX_MAX_DEPTH levels.  Lone surrogates
 * and bad bytes become U+FFFD, numbers beyond int64 or double become strings
 * of their characters, a byte-order mark is skipped, \u0000 is kept in values
 * and becomes U+FFFD in keys; the last of equal keys wins.
 * NULL: err says why (from the pool or a constant; len 0: memory is out).
 */
ngx_inbox_json_t *ngx_inbox_json_parse(ngx_pool_t *pool, const ngx_str_t *s,
    ngx_str_t *err);

ngx_uint_t ngx_inbox_json_is_object(const ngx_inbox_json_t *v);
ngx_uint_t ngx_inbox_json_is_array(const ngx_inbox_json_t *v);
ngx_uint_t ngx_inbox_json_is_string(const ngx_inbox_json_t *v);
ngx_uint_t ngx_inbox_json_is_null(const ngx_inbox_json_t *v);   /* or NULL */
ngx_uint_t ngx_inbox_json_is_bool(const ngx_inbox_json_t *v);

/* member of an object, or NULL: also when v is NULL or no object */
ngx_inbox_json_t *ngx_inbox_json_get(const ngx_inbox_json_t *v,
    const char *key);

/* elements of an array; 0 and NULL when v is NULL or no array */
size_t ngx_inbox_json_size(const ngx_inbox_json_t *v);
ngx_inbox_json_t *ngx_inbox_json_at(const ngx_inbox_json_t *v, size_t i);

/*
 * Member key of object v as a string, into *out (len 0 unless NGX_OK).
 * NGX_OK | NGX_DECLINED (missing or null) | NGX_ERROR (another type)
 */
ngx_int_t ngx_inbox_json_str(const ngx_inbox_json_t *v, const char *key,
    ngx_str_t *out);

/* a string value itself; as above */
ngx_int_t ngx_inbox_json_string(const ngx_inbox_json_t *v, ngx_str_t *out);

/* an integer value itself; as above, *out 0 unless NGX_OK */
ngx_int_t ngx_inbox_json_integer(const ngx_inbox_json_t *v, int64_t *out);

/* an id: a string, or an integer as its decimal digits (from the pool) */
ngx_int_t ngx_inbox_json_id(ngx_pool_t *pool, const ngx_inbox_json_t *v,
    const char *key, ngx_str_t *out);

ngx_int_t ngx_inbox_json_int(const ngx_inbox_json_t *v, const char *key,
    int64_t *out);
ngx_int_t ngx_inbox_json_number(const ngx_inbox_json_t *v, const char *key,
    double *out);
ngx_int_t ngx_inbox_json_bool(const ngx_inbox_json_t *v, const char *key,
    ngx_uint_t *out);

/* as above, and otherwise when it is missing; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_json_bool_or(const ngx_inbox_json_t *v, const char *key,
    ngx_uint_t otherwise, ngx_uint_t *out);

/* calls each(data, key, value) for every member; stops when it returns
   anything but NGX_OK and returns that */
ngx_int_t ngx_inbox_json_each(const ngx_inbox_json_t *v,
    ngx_int_t (*each)(void *data, ngx_str_t *key, ngx_inbox_json_t *value),
    void *data);

/*
 * Puts "***" in place of every string in v, at any depth, that is one of these
 * words or has one of eight bytes and more in it.  pool: that of v.  Gives how
 * many there were.
 */
ngx_uint_t ngx_inbox_json_blank(ngx_pool_t *pool, ngx_inbox_json_t *v,
    const ngx_array_t *words);

/* a parsed value as compact JSON text; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_json_dump(ngx_pool_t *pool, const ngx_inbox_json_t *v,
    ngx_str_t *out);


/*
 * A writer of JSON text.  Errors are sticky: write on, and ask once at the
 * end.  Commas are its own business.
 *
 *     ngx_inbox_json_begin(&w, pool);
 *     ngx_inbox_json_open(&w, '{');
 *     ngx_inbox_json_key(&w, "text");    ngx_inbox_json_put(&w, &text);
 *     ngx_inbox_json_close(&w, '}');
 *     rc = ngx_inbox_json_end(&w, &out);
 */
typedef struct {
    ngx_pool_t  *pool;
    u_char      *start;
    u_char      *pos;
    u_char      *last;          /* end of the allocation */
    unsigned     comma:1;       /* the next value needs one before it */
    unsigned     failed:1;
} ngx_inbox_json_writer_t;

void ngx_inbox_json_begin(ngx_inbox_json_writer_t *w, ngx_pool_t *pool);
void ngx_inbox_json_open(ngx_inbox_json_writer_t *w, u_char bracket);
void ngx_inbox_json_close(ngx_inbox_json_writer_t *w, u_char bracket);
void ngx_inbox_json_key(ngx_inbox_json_writer_t *w, const char *key);
/* the same for a key that comes from outside: quoted */
void ngx_inbox_json_name(ngx_inbox_json_writer_t *w, const ngx_str_t *key);
void ngx_inbox_json_put(ngx_inbox_json_writer_t *w, const ngx_str_t *s);
/* s, or null when its length is 0 */
void ngx_inbox_json_put_or_null(ngx_inbox_json_writer_t *w,
    const ngx_str_t *s);
void ngx_inbox_json_put_int(ngx_inbox_json_writer_t *w, int64_t n);
void ngx_inbox_json_put_bool(ngx_inbox_json_writer_t *w, ngx_uint_t yes);
/* finished JSON: null, a piece */
void ngx_inbox_json_raw(ngx_inbox_json_writer_t *w, const char *s, size_t len);
ngx_int_t ngx_inbox_json_end(ngx_inbox_json_writer_t *w, ngx_str_t *out);

/* one string as a JSON literal with its quotes; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_json_quote(ngx_pool_t *pool, const ngx_str_t *s,
    ngx_str_t *out);


#endif /* _NGX_INBOX_JSON_H_INCLUDED_ */
