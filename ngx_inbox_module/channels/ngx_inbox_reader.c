
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Single values of a webhook, as all parsers read them: a missing one is
 * empty, one of a wrong type is empty and odd, a long one is cut, and an id or
 * a handle that is too long is none at all, for half of it is another's.
 */


#include "ngx_inbox_reader.h"
#include "../ngx_inbox_text.h"


/* below: seconds, as some platforms and some of their test buttons send */
#define NGX_INBOX_READER_MS    1000000000000LL
/* ms since 1970 with four digits of the year */
#define NGX_INBOX_READER_LAST  253402300799999LL
/* digits of an int64 */
#define NGX_INBOX_READER_INT   18


static ngx_uint_t ngx_inbox_reader_visible(const ngx_str_t *s);


ngx_int_t
ngx_inbox_reader_open(ngx_inbox_reader_t *t, ngx_pool_t *pool,
    const ngx_str_t *body, ngx_array_t *events, ngx_inbox_json_t **document)
{
    ngx_str_t  err;

    ngx_memzero(t, sizeof(ngx_inbox_reader_t));

    t->pool = pool;
    t->events = events;

    *document = ngx_inbox_json_parse(pool, body, &err);

    if (*document == NULL && err.len == 0) {
        return NGX_ERROR;
    }

    return ngx_inbox_json_is_object(*document) ? NGX_OK : NGX_DECLINED;
}


ngx_int_t
ngx_inbox_reader_close(ngx_inbox_reader_t *t, ngx_uint_t *odd)
{
    *odd = t->odd || !t->known;

    return t->failed ? NGX_ERROR : NGX_OK;
}


ngx_uint_t
ngx_inbox_reader_number(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_str_t *out)
{
    int64_t  n;

    ngx_str_null(out);

    if (ngx_inbox_json_integer(v, &n) != NGX_OK || n <= 0) {
        t->odd = 1;
        return 0;
    }

    *out = ngx_inbox_text_number(t->pool, n);

    if (out->data == NULL) {
        t->failed = 1;
        return 0;
    }

    return 1;
}


ngx_uint_t
ngx_inbox_reader_member(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const char *key, ngx_str_t *out)
{
    return ngx_inbox_reader_number(t, ngx_inbox_json_get(v, key), out);
}


ngx_uint_t
ngx_inbox_reader_id(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const char *key, ngx_str_t *out)
{
    ngx_int_t  rc;

    rc = ngx_inbox_json_id(t->pool, v, key, out);

    if (rc == NGX_OK && out->len && out->len <= NGX_INBOX_MAX_EXTERNAL_ID
        && ngx_inbox_reader_visible(out))
    {
        return 1;
    }

    if (rc != NGX_DECLINED) {
        t->odd = 1;
    }

    ngx_str_null(out);

    return 0;
}


ngx_str_t
ngx_inbox_reader_words(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const char *key, size_t max)
{
    ngx_str_t  s;

    if (ngx_inbox_json_str(v, key, &s) == NGX_ERROR) {
        t->odd = 1;
    }

    return ngx_inbox_text_cut(&s, max);
}


ngx_str_t
ngx_inbox_reader_token(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const char *key, size_t max)
{
    ngx_int_t  rc;
    ngx_str_t  s;

    rc = ngx_inbox_json_str(v, key, &s);

    if (rc == NGX_OK && s.len <= max && ngx_inbox_reader_visible(&s)) {
        return s;
    }

    if (rc != NGX_DECLINED) {
        t->odd = 1;
    }

    ngx_str_null(&s);

    return s;
}


ngx_str_t
ngx_inbox_reader_url(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const char *key)
{
    ngx_str_t  s;

    s = ngx_inbox_reader_token(t, v, key, NGX_INBOX_MAX_REF);

    if ((s.len > 8 && ngx_strncasecmp(s.data, (u_char *) "https://", 8) == 0)
        || (s.len > 7 && ngx_strncasecmp(s.data, (u_char *) "http://", 7) == 0))
    {
        return s;
    }

    ngx_str_null(&s);

    return s;
}


static ngx_uint_t
ngx_inbox_reader_visible(const ngx_str_t *s)
{
    size_t  i;

    for (i = 0; i < s->len; i++) {
        if (s->data[i] <= ' ' || s->data[i] > '~') {
            return 0;
        }
    }

    return 1;
}


uint64_t
ngx_inbox_reader_time(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const char *key)
{
    off_t             n;
    ngx_str_t         s;
    ngx_inbox_json_t  *time;

    time = ngx_inbox_json_get(v, key);

    if (ngx_inbox_json_is_null(time)) {
        return 0;
    }

    (void) ngx_inbox_json_id(t->pool, v, key, &s);

    if (!ngx_inbox_text_is_digits(&s, NGX_INBOX_READER_INT)) {
        t->odd = 1;
        return 0;
    }

    n = ngx_atoof(s.data, s.len);

    if (n < NGX_INBOX_READER_MS) {
        n *= 1000;
    }

    if (n > NGX_INBOX_READER_LAST) {
        t->odd = 1;
        return 0;
    }

    return (uint64_t) n;
}


ngx_str_t
ngx_inbox_reader_join(ngx_inbox_reader_t *t, const ngx_str_t *a,
    const char *between, const ngx_str_t *b)
{
    u_char     *p;
    ngx_str_t   left, right, s;

    left = ngx_inbox_text_trim(a);
    right = ngx_inbox_text_trim(b);

    if (right.len == 0) {
        return left;
    }

    if (left.len == 0) {
        return right;
    }

    s.len = left.len + ngx_strlen(between) + right.len;

    s.data = ngx_pnalloc(t->pool, s.len);
    if (s.data == NULL) {
        t->failed = 1;
        return left;
    }

    p = ngx_cpymem(s.data, left.data, left.len);
    p = ngx_cpymem(p, between, ngx_strlen(between));
    ngx_memcpy(p, right.data, right.len);

    return ngx_inbox_text_cut(&s, NGX_INBOX_MAX_NAME);
}


ngx_uint_t
ngx_inbox_reader_same(const ngx_str_t *a, const ngx_str_t *b)
{
    return a->len == b->len
           && (a->len == 0 || ngx_memcmp(a->data, b->data, a->len) == 0);
}


ngx_uint_t
ngx_inbox_reader_is(const ngx_str_t *s, const char *word)
{
    return s->len == ngx_strlen(word)
           && (s->len == 0 || ngx_memcmp(s->data, word, s->len) == 0);
}
