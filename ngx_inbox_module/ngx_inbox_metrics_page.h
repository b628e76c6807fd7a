
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 8: inside of the metrics.  Prometheus' text format, written into memory
 * that grows.  A page that has run out of memory stays broken: only its end
 * has to be checked.
 */

#ifndef _NGX_INBOX_METRICS_PAGE_H_INCLUDED_
#define _NGX_INBOX_METRICS_PAGE_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_meter.h"


typedef struct {
    ngx_pool_t  *pool;
    u_char      *start;
    u_char      *pos;
    u_char      *end;
    ngx_uint_t   broken;
} ngx_inbox_metrics_page_t;


void ngx_inbox_metrics_page_begin(ngx_inbox_metrics_page_t *page,
    ngx_pool_t *pool);

/* HELP and TYPE of the lines that follow */
void ngx_inbox_metrics_page_head(ngx_inbox_metrics_page_t *page,
    const char *name, const char *type, const char *help);

/* one line; format as of ngx_sprintf() */
void ngx_inbox_metrics_page_line(ngx_inbox_metrics_page_t *page,
    const char *format, ...);

/* a histogram without labels, head and all */
void ngx_inbox_metrics_page_times(ngx_inbox_metrics_page_t *page,
    const char *name, const char *help, const ngx_inbox_meter_time_t *time);

/* NGX_OK | NGX_ERROR: memory */
ngx_int_t ngx_inbox_metrics_page_end(ngx_inbox_metrics_page_t *page,
    ngx_str_t *text);


#endif /* _NGX_INBOX_METRICS_PAGE_H_INCLUDED_ */
