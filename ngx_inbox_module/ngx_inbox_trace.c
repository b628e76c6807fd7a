
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The trace is what nginx calls the module's context of a request.
 */

#include "ngx_inbox_trace.h"
#include "ngx_inbox_text.h"


extern ngx_module_t  ngx_http_inbox_module;


void
ngx_inbox_trace_set(ngx_http_request_t *r, ngx_inbox_trace_t *trace)
{
    ngx_http_set_ctx(r, trace, ngx_http_inbox_module);
}


void
ngx_inbox_trace_again(ngx_http_request_t *r, const ngx_inbox_trace_t *trace)
{
    ngx_inbox_trace_t  *copy;

    copy = ngx_pcalloc(r->pool, sizeof(ngx_inbox_trace_t));
    if (copy == NULL) {
        return;
    }

    copy->meter = trace->meter;
    copy->route = trace->route;

    (void) ngx_inbox_text_copy(r->pool, &copy->space, &trace->space);
    (void) ngx_inbox_text_copy(r->pool, &copy->channel, &trace->channel);
    (void) ngx_inbox_text_copy(r->pool, &copy->chat, &trace->chat);
    (void) ngx_inbox_text_copy(r->pool, &copy->agent, &trace->agent);

    ngx_inbox_trace_set(r, copy);
}


ngx_inbox_trace_t *
ngx_inbox_trace(ngx_http_request_t *r)
{
    return ngx_http_get_module_ctx(r, ngx_http_inbox_module);
}


void
ngx_inbox_trace_asked(ngx_inbox_trace_t *trace)
{
    trace->asked = ngx_inbox_meter_clock();
}


void
ngx_inbox_trace_told(ngx_inbox_trace_t *trace)
{
    if (trace->asked) {
        trace->store += ngx_inbox_meter_clock() - trace->asked;
        trace->asked = 0;
    }
}


void
ngx_inbox_trace_stored(ngx_inbox_trace_t *trace)
{
    ngx_inbox_meter_time(trace->meter, NGX_INBOX_TIME_INGEST,
                         ngx_inbox_meter_clock() - trace->start);
}
