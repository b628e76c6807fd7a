
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Single values of a Telegram update, as all of the channel's files read them:
 * a missing one is empty, one of a wrong type is empty and odd, a long one is
 * cut.  Strings borrow from the document.
 */


#include "ngx_inbox_telegram.h"
#include "../ngx_inbox_text.h"


ngx_uint_t
ngx_inbox_telegram_id(ngx_inbox_telegram_reader_t *t, ngx_inbox_json_t *v,
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
ngx_inbox_telegram_member(ngx_inbox_telegram_reader_t *t, ngx_inbox_json_t *v,
    const char *key, ngx_str_t *out)
{
    return ngx_inbox_telegram_id(t, ngx_inbox_json_get(v, key), out);
}


ngx_str_t
ngx_inbox_telegram_words(ngx_inbox_telegram_reader_t *t, ngx_inbox_json_t *v,
    const char *key, size_t max)
{
    ngx_str_t  s;

    if (ngx_inbox_json_str(v, key, &s) == NGX_ERROR) {
        t->odd = 1;
    }

    return ngx_inbox_text_cut(&s, max);
}


ngx_str_t
ngx_inbox_telegram_token(ngx_inbox_telegram_reader_t *t, ngx_inbox_json_t *v,
    const char *key, size_t max)
{
    size_t     i;
    ngx_str_t  s, none = ngx_null_string;

    switch (ngx_inbox_json_str(v, key, &s)) {

    case NGX_OK:
        break;

    case NGX_DECLINED:
        return none;

    default:
        t->odd = 1;
        return none;
    }

    for (i = 0; i < s.len; i++) {
        if (s.data[i] <= ' ' || s.data[i] > '~') {
            break;
        }
    }

    if (i < s.len || s.len > max) {
        t->odd = 1;
        return none;
    }

    return s;
}


ngx_str_t
ngx_inbox_telegram_join(ngx_inbox_telegram_reader_t *t, const ngx_str_t *a,
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
ngx_inbox_telegram_same(const ngx_str_t *a, const ngx_str_t *b)
{
    return a->len == b->len && ngx_memcmp(a->data, b->data, a->len) == 0;
}


ngx_uint_t
ngx_inbox_telegram_is(const ngx_str_t *s, const char *word)
{
    return s->len == ngx_strlen(word)
           && ngx_memcmp(s->data, word, s->len) == 0;
}
