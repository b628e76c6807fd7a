
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Values of Redis as text.
 */

#include "ngx_inbox_redis_test.h"


void
ngx_inbox_redis_test_add(ngx_array_t *out, const char *fmt, ngx_str_t *s)
{
    u_char  *p;

    p = ngx_array_push_n(out, ngx_strlen(fmt) + s->len);
    if (p) {
        /* fmt has one %V: two characters too many */
        p = ngx_sprintf(p, fmt, s);
        out->nelts -= 2;
    }
}


void
ngx_inbox_redis_test_add_number(ngx_array_t *out, const char *after,
    int64_t n)
{
    u_char     buf[NGX_INT64_LEN + 16];
    ngx_str_t  s;

    s.data = buf;
    s.len = ngx_sprintf(buf, "%L%s", n, after) - buf;

    ngx_inbox_redis_test_add(out, "%V", &s);
}


void
ngx_inbox_redis_test_add_value(ngx_array_t *out, ngx_inbox_redis_value_t *v)
{
    ngx_str_t   s;
    ngx_uint_t  i;

    switch (v->type) {

    case NGX_INBOX_REDIS_NIL:
        ngx_str_set(&s, "nil");
        ngx_inbox_redis_test_add(out, "%V", &s);
        break;

    case NGX_INBOX_REDIS_STRING:
        if (v->str.len > 1024) {
            ngx_inbox_redis_test_add_number(out, " bytes", v->str.len);
            break;
        }

        ngx_inbox_redis_test_add(out, "%V", &v->str);
        break;

    case NGX_INBOX_REDIS_INTEGER:
        ngx_inbox_redis_test_add_number(out, "", v->integer);
        break;

    case NGX_INBOX_REDIS_ERROR:
        ngx_inbox_redis_test_add(out, "!%V", &v->str);
        break;

    case NGX_INBOX_REDIS_ARRAY:
        ngx_str_set(&s, "[");
        ngx_inbox_redis_test_add(out, "%V", &s);

        for (i = 0; i < v->n; i++) {
            ngx_inbox_redis_test_add_value(out, v->item[i]);
            ngx_str_set(&s, ",");
            ngx_inbox_redis_test_add(out, "%V", &s);
        }

        ngx_str_set(&s, "]");
        ngx_inbox_redis_test_add(out, "%V", &s);
        break;
    }
}
