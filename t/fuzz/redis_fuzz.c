
/*
 * Copyright (C) the ngx_inbox authors
 *
 * libFuzzer target: what a Redis, or what stands in its place, may say.  The
 * bytes come in pieces of any size: the same values come out, or the same
 * refusal, as when they come at once.  Every string is read as a notice too,
 * and what a notice points to lies in it.
 */


#include "ngx_inbox_notice.h"
#include "ngx_inbox_resp.h"


/* values whose text is compared */
#define FUZZ_DEPTH  64


typedef struct {
    uint32_t     crc;
    ngx_uint_t   values;
    ngx_int_t    rc;
} fuzz_result_t;


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_read(const u_char *p, size_t size, size_t piece,
    fuzz_result_t *result);
static void fuzz_value(ngx_inbox_redis_value_t *v, ngx_uint_t depth,
    fuzz_result_t *result);
static void fuzz_on_notice(void *data, ngx_inbox_notice_t *notice);
static void fuzz_within(const ngx_str_t *whole, const ngx_str_t *part);
static void fuzz_demand(ngx_uint_t truth);


/* the first byte: the size of the pieces */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_result_t  once, pieces;

    if (size < 2) {
        return 0;
    }

    ngx_pagesize = 4096;

    fuzz_read(data + 1, size - 1, size, &once);
    fuzz_read(data + 1, size - 1, 1 + data[0] % 16, &pieces);

    fuzz_demand(once.rc == pieces.rc);
    fuzz_demand(once.values == pieces.values);
    fuzz_demand(once.crc == pieces.crc);

    return 0;
}


static void
fuzz_read(const u_char *p, size_t size, size_t piece, fuzz_result_t *result)
{
    size_t                    n;
    ngx_log_t                 log;
    ngx_pool_t               *pool;
    ngx_inbox_resp_t         *resp;
    ngx_inbox_redis_value_t  *v;

    ngx_memzero(&log, sizeof(ngx_log_t));
    ngx_memzero(result, sizeof(fuzz_result_t));

    resp = ngx_inbox_resp_create(&log);
    fuzz_demand(resp != NULL);

    result->rc = NGX_AGAIN;

    while (size && result->rc != NGX_ERROR) {
        n = ngx_min(piece, size);
        result->rc = ngx_inbox_resp_feed(resp, p, n);
        p += n;
        size -= n;

        while (result->rc == NGX_OK) {
            result->rc = ngx_inbox_resp_next(resp, &v, &pool);

            if (result->rc == NGX_OK) {
                fuzz_value(v, 0, result);
                ngx_destroy_pool(pool);
            }
        }
    }

    if (result->rc == NGX_ERROR) {
        fuzz_demand(ngx_inbox_resp_error(resp) != NULL);
    }

    ngx_inbox_resp_destroy(resp);
}


static void
fuzz_value(ngx_inbox_redis_value_t *v, ngx_uint_t depth, fuzz_result_t *result)
{
    size_t      i;
    ngx_uint_t  k;

    static ngx_str_t  space = ngx_string("default");

    fuzz_demand(depth < FUZZ_DEPTH);

    result->values++;
    result->crc = result->crc * 31 + v->type;

    if (v->type == NGX_INBOX_REDIS_INTEGER) {
        result->crc = result->crc * 31 + (uint32_t) v->integer;
    }

    if (v->type == NGX_INBOX_REDIS_STRING || v->type == NGX_INBOX_REDIS_ERROR) {

        for (i = 0; i < v->str.len; i++) {
            result->crc = result->crc * 31 + v->str.data[i];
        }

        ngx_inbox_notice_read(&space, &v->str, fuzz_on_notice, &v->str);
    }

    if (v->type == NGX_INBOX_REDIS_ARRAY) {
        for (k = 0; k < v->n; k++) {
            fuzz_value(v->item[k], depth + 1, result);
        }
    }
}


static void
fuzz_on_notice(void *data, ngx_inbox_notice_t *notice)
{
    fuzz_within(data, &notice->rev);
    fuzz_within(data, &notice->chat);
    fuzz_within(data, &notice->channel);
    fuzz_within(data, &notice->id);
    fuzz_within(data, &notice->from);
    fuzz_within(data, &notice->user);
    fuzz_within(data, &notice->name);
}


static void
fuzz_within(const ngx_str_t *whole, const ngx_str_t *part)
{
    fuzz_demand(part->len == 0
                || (part->data >= whole->data
                    && part->data + part->len <= whole->data + whole->len));
}


static void
fuzz_demand(ngx_uint_t truth)
{
    if (!truth) {
        __builtin_trap();
    }
}
