
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Everything is read from the request's trace.  A variable that has nothing to
 * say is not found, which the log writes as "-".
 *
 * $inbox_agent tells whose request it was as far as a worker knows it: "root",
 * the id that nginx established, or the id of the cookie's token.  A bearer
 * token is known by the beginning of its digest: the same for all its requests,
 * and of no use to who reads the log.
 */

#include "ngx_inbox_log.h"
#include "ngx_inbox_route.h"
#include "ngx_inbox_trace.h"


/* of a digest: enough to tell a thousand tokens apart */
#define NGX_INBOX_LOG_DIGEST  (sizeof("digest:") - 1 + 12)


static ngx_int_t ngx_inbox_log_string(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_inbox_log_agent(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_inbox_log_route(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_inbox_log_time(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_inbox_log_give(ngx_http_variable_value_t *v,
    const ngx_str_t *s);

static ngx_int_t ngx_inbox_log_handler(ngx_http_request_t *r);
static void ngx_inbox_log_hook(ngx_inbox_trace_t *trace, ngx_uint_t status);


extern ngx_module_t  ngx_http_inbox_module;


static ngx_http_variable_t  ngx_inbox_log_variables[] = {

    { ngx_string("inbox_route"), NULL, ngx_inbox_log_route, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("inbox_space"), NULL, ngx_inbox_log_string,
      offsetof(ngx_inbox_trace_t, space), NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("inbox_channel"), NULL, ngx_inbox_log_string,
      offsetof(ngx_inbox_trace_t, channel), NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("inbox_chat"), NULL, ngx_inbox_log_string,
      offsetof(ngx_inbox_trace_t, chat), NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("inbox_agent"), NULL, ngx_inbox_log_agent,
      offsetof(ngx_inbox_trace_t, agent), NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("inbox_code"), NULL, ngx_inbox_log_string,
      offsetof(ngx_inbox_trace_t, code), NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("inbox_store_time"), NULL, ngx_inbox_log_time, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

      ngx_http_null_variable
};


ngx_int_t
ngx_inbox_log_add_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    for (v = ngx_inbox_log_variables; v->name.len; v++) {

        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}


/* data: where in the trace */

static ngx_int_t
ngx_inbox_log_string(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_inbox_trace_t  *trace;

    static const ngx_str_t  nothing = ngx_null_string;

    trace = ngx_inbox_trace(r);

    return ngx_inbox_log_give(v, (trace == NULL) ? &nothing
                                 : (ngx_str_t *) ((u_char *) trace + data));
}


static ngx_int_t
ngx_inbox_log_agent(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_str_t           s;
    ngx_inbox_trace_t  *trace;

    ngx_str_null(&s);
    trace = ngx_inbox_trace(r);

    if (trace != NULL) {
        s = trace->agent;
    }

    if (s.len > 7 && ngx_strncmp(s.data, "digest:", 7) == 0) {
        s.len = ngx_min(s.len, NGX_INBOX_LOG_DIGEST);

    } else if (s.len > 6 && ngx_strncmp(s.data, "agent:", 6) == 0) {
        s.data += 6;
        s.len -= 6;
    }

    return ngx_inbox_log_give(v, &s);
}


static ngx_int_t
ngx_inbox_log_route(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_str_t           s;
    ngx_inbox_trace_t  *trace;

    ngx_str_null(&s);
    trace = ngx_inbox_trace(r);

    if (trace != NULL) {
        s = ngx_inbox_route_name(r->pool, trace->route);
    }

    return ngx_inbox_log_give(v, &s);
}


/* seconds with six digits, as nginx writes its times with three */

static ngx_int_t
ngx_inbox_log_time(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_str_t           s;
    ngx_inbox_trace_t  *trace;

    ngx_str_null(&s);
    trace = ngx_inbox_trace(r);

    if (trace != NULL) {
        s.data = ngx_pnalloc(r->pool, NGX_INT64_LEN + 8);
        if (s.data == NULL) {
            return NGX_ERROR;
        }

        s.len = ngx_sprintf(s.data, "%uL.%06uL", trace->store / 1000000,
                            trace->store % 1000000)
                - s.data;
    }

    return ngx_inbox_log_give(v, &s);
}


static ngx_int_t
ngx_inbox_log_give(ngx_http_variable_value_t *v, const ngx_str_t *s)
{
    if (s->len == 0) {
        v->not_found = 1;
        return NGX_OK;
    }

    v->data = s->data;
    v->len = s->len;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


ngx_int_t
ngx_inbox_log_add_handler(ngx_conf_t *cf)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_LOG_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_inbox_log_handler;

    return NGX_OK;
}


/* without a trace: a file, or what nginx answered by itself */

static ngx_int_t
ngx_inbox_log_handler(ngx_http_request_t *r)
{
    ngx_uint_t              status;
    ngx_inbox_trace_t      *trace;
    ngx_inbox_loc_conf_t   *lcf;
    ngx_inbox_main_conf_t  *mcf;

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_inbox_module);

    if (!lcf->enable) {
        return NGX_OK;
    }

    status = r->err_status ? r->err_status : r->headers_out.status;
    trace = ngx_inbox_trace(r);

    if (trace == NULL) {
        mcf = ngx_http_get_module_main_conf(r, ngx_http_inbox_module);
        ngx_inbox_meter_request(mcf->meter, NGX_INBOX_METER_ROUTES - 2, status);
        return NGX_OK;
    }

    ngx_inbox_meter_request(trace->meter, trace->route, status);

    if (trace->kind) {
        ngx_inbox_log_hook(trace, status);
    }

    return NGX_OK;
}


static void
ngx_inbox_log_hook(ngx_inbox_trace_t *trace, ngx_uint_t status)
{
    ngx_inbox_hook_e  how;

    switch (status) {

    case NGX_HTTP_OK:
        how = NGX_INBOX_HOOK_RECEIVED;
        break;

    case NGX_HTTP_UNAUTHORIZED:
        how = NGX_INBOX_HOOK_REJECTED;
        break;

    case NGX_HTTP_BAD_REQUEST:
        how = NGX_INBOX_HOOK_MALFORMED;
        break;

    default:
        how = (status >= 400 && status < NGX_HTTP_CLIENT_CLOSED_REQUEST)
              ? NGX_INBOX_HOOK_REFUSED : NGX_INBOX_HOOK_FAILED;
    }

    ngx_inbox_meter_hook(trace->meter, trace->kind - 1, how);
}
