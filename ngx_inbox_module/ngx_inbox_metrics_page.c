
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A line is short: room for one is made before it is written.
 */

#include "ngx_inbox_metrics_page.h"


#define NGX_INBOX_METRICS_FIRST  16384
#define NGX_INBOX_METRICS_LINE   512


static ngx_int_t ngx_inbox_metrics_page_room(ngx_inbox_metrics_page_t *page);


void
ngx_inbox_metrics_page_begin(ngx_inbox_metrics_page_t *page, ngx_pool_t *pool)
{
    page->pool = pool;
    page->broken = 0;
    page->start = ngx_pnalloc(pool, NGX_INBOX_METRICS_FIRST);
    page->pos = page->start;
    page->end = page->start;

    if (page->start == NULL) {
        page->broken = 1;
        return;
    }

    page->end = page->start + NGX_INBOX_METRICS_FIRST;
}


void
ngx_inbox_metrics_page_head(ngx_inbox_metrics_page_t *page, const char *name,
    const char *type, const char *help)
{
    ngx_inbox_metrics_page_line(page, "# HELP %s %s", name, help);
    ngx_inbox_metrics_page_line(page, "# TYPE %s %s", name, type);
}


void
ngx_inbox_metrics_page_line(ngx_inbox_metrics_page_t *page, const char *format,
    ...)
{
    va_list  args;

    if (ngx_inbox_metrics_page_room(page) != NGX_OK) {
        return;
    }

    va_start(args, format);
    page->pos = ngx_vslprintf(page->pos, page->end - 1, format, args);
    va_end(args);

    *page->pos++ = '\n';
}


static ngx_int_t
ngx_inbox_metrics_page_room(ngx_inbox_metrics_page_t *page)
{
    size_t   size, used;
    u_char  *p;

    if (page->broken) {
        return NGX_ERROR;
    }

    if (page->end - page->pos >= NGX_INBOX_METRICS_LINE) {
        return NGX_OK;
    }

    used = page->pos - page->start;
    size = 2 * (page->end - page->start);

    p = ngx_pnalloc(page->pool, size);
    if (p == NULL) {
        page->broken = 1;
        return NGX_ERROR;
    }

    ngx_memcpy(p, page->start, used);
    (void) ngx_pfree(page->pool, page->start);

    page->start = p;
    page->pos = p + used;
    page->end = p + size;

    return NGX_OK;
}


void
ngx_inbox_metrics_page_times(ngx_inbox_metrics_page_t *page, const char *name,
    const char *help, const ngx_inbox_meter_time_t *time)
{
    uint64_t    n;
    ngx_uint_t  i, us;

    ngx_inbox_metrics_page_head(page, name, "histogram", help);

    n = 0;

    for (i = 0; i < NGX_INBOX_METER_BOUNDS - 1; i++) {
        us = ngx_inbox_meter_bounds[i];
        n += time->n[i];

        ngx_inbox_metrics_page_line(page, "%s_bucket{le=\"%ui.%06ui\"} %uL",
                                    name, us / 1000000, us % 1000000, n);
    }

    n += time->n[i];

    ngx_inbox_metrics_page_line(page, "%s_bucket{le=\"+Inf\"} %uL", name, n);
    ngx_inbox_metrics_page_line(page, "%s_sum %uL.%06uL", name,
                                time->sum / 1000000, time->sum % 1000000);
    ngx_inbox_metrics_page_line(page, "%s_count %uL", name, n);
}


ngx_int_t
ngx_inbox_metrics_page_end(ngx_inbox_metrics_page_t *page, ngx_str_t *text)
{
    text->data = page->start;
    text->len = page->pos - page->start;

    return page->broken ? NGX_ERROR : NGX_OK;
}
