
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Bytes that wait to be sent.  What waits is moved down only when no more of
 * it is left than has already gone, and into a buffer twice as large
 * otherwise: however slowly the peer reads, a byte is copied a bounded number
 * of times.
 */

#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_inbox_output.h"


/* at first, and the most that is kept when all has been sent */
#define NGX_INBOX_OUTPUT_MIN   16384
#define NGX_INBOX_OUTPUT_KEEP  262144


static ngx_int_t ngx_inbox_output_grow(ngx_inbox_output_t *out, size_t n,
    ngx_log_t *log);


ngx_int_t
ngx_inbox_output_append(ngx_inbox_output_t *out, const u_char *p, size_t n,
    ngx_log_t *log)
{
    size_t  left, gone;

    if ((size_t) (out->end - out->last) < n) {

        left = out->last - out->pos;
        gone = out->pos - out->start;

        if (left <= gone && left + n <= (size_t) (out->end - out->start)) {
            ngx_memmove(out->start, out->pos, left);
            out->pos = out->start;
            out->last = out->start + left;

        } else if (ngx_inbox_output_grow(out, n, log) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    out->last = ngx_cpymem(out->last, p, n);

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_output_grow(ngx_inbox_output_t *out, size_t n, ngx_log_t *log)
{
    u_char  *p;
    size_t   left, size;

    left = out->last - out->pos;

    size = 2 * (out->end - out->start);
    size = ngx_max(size, NGX_INBOX_OUTPUT_MIN);
    size = ngx_max(size, left + n);

    p = ngx_alloc(size, log);
    if (p == NULL) {
        return NGX_ERROR;
    }

    if (left) {
        ngx_memcpy(p, out->pos, left);
    }

    ngx_inbox_output_free(out);

    out->start = p;
    out->pos = p;
    out->last = p + left;
    out->end = p + size;

    return NGX_OK;
}


void
ngx_inbox_output_sent(ngx_inbox_output_t *out, size_t n)
{
    out->pos += n;

    if (out->pos < out->last) {
        return;
    }

    if (out->end - out->start > NGX_INBOX_OUTPUT_KEEP) {
        ngx_inbox_output_free(out);
        return;
    }

    out->pos = out->start;
    out->last = out->start;
}


void
ngx_inbox_output_free(ngx_inbox_output_t *out)
{
    if (out->start) {
        ngx_free(out->start);
    }

    ngx_memzero(out, sizeof(ngx_inbox_output_t));
}
