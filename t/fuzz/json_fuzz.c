
/*
 * Copyright (C) the ngx_inbox authors
 *
 * libFuzzer target: reading and writing JSON.  What was read can be written
 * and read again, and then it stays as it is; every string in it is one that
 * the writer quotes and the reader gives back.
 */


#include "ngx_inbox_json.h"
#include "ngx_inbox_text.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ngx_int_t fuzz_member(void *data, ngx_str_t *key, ngx_inbox_json_t *v);
static void fuzz_string(ngx_pool_t *pool, const ngx_str_t *s);
static void fuzz_demand(ngx_uint_t truth);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ngx_log_t          log;
    ngx_str_t          body, err, once, twice;
    ngx_pool_t        *pool;
    ngx_inbox_json_t  *v;

    ngx_pagesize = 4096;
    ngx_memzero(&log, sizeof(ngx_log_t));

    pool = ngx_create_pool(4096, &log);
    fuzz_demand(pool != NULL);

    body.data = (u_char *) data;
    body.len = size;

    fuzz_string(pool, &body);

    v = ngx_inbox_json_parse(pool, &body, &err);

    if (v == NULL) {
        fuzz_demand(err.len != 0);
        ngx_destroy_pool(pool);
        return 0;
    }

    fuzz_demand(ngx_inbox_json_dump(pool, v, &once) == NGX_OK);

    v = ngx_inbox_json_parse(pool, &once, &err);
    fuzz_demand(v != NULL);
    fuzz_demand(ngx_inbox_json_dump(pool, v, &twice) == NGX_OK);
    fuzz_demand(once.len == twice.len);
    fuzz_demand(ngx_memcmp(once.data, twice.data, once.len) == 0);

    fuzz_demand(ngx_inbox_json_each(v, fuzz_member, pool) == NGX_OK);

    ngx_destroy_pool(pool);

    return 0;
}


static ngx_int_t
fuzz_member(void *data, ngx_str_t *key, ngx_inbox_json_t *v)
{
    ngx_pool_t *pool = data;

    ngx_str_t  s;

    fuzz_string(pool, key);

    if (ngx_inbox_json_string(v, &s) == NGX_OK) {
        fuzz_string(pool, &s);
    }

    return NGX_OK;
}


/* any bytes: quoted, read and mended they are the same */
static void
fuzz_string(ngx_pool_t *pool, const ngx_str_t *s)
{
    ngx_str_t          mended, quoted, err, back;
    ngx_inbox_json_t  *v;

    fuzz_demand(ngx_inbox_text_mend(pool, s, &mended) == NGX_OK);
    fuzz_demand(ngx_inbox_json_quote(pool, s, &quoted) == NGX_OK);

    v = ngx_inbox_json_parse(pool, &quoted, &err);
    fuzz_demand(v != NULL);
    fuzz_demand(ngx_inbox_json_string(v, &back) == NGX_OK);
    fuzz_demand(back.len == mended.len);
    fuzz_demand(back.len == 0
                || ngx_memcmp(back.data, mended.data, back.len) == 0);
}


static void
fuzz_demand(ngx_uint_t truth)
{
    if (!truth) {
        __builtin_trap();
    }
}
