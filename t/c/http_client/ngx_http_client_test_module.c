
/*
 * Copyright (C) the ngx_inbox authors
 *
 * ngx_inbox_http behind a location, for t/http_client.t.  The query says what
 * to send, the answer's text says how it ended:
 *
 *   ?url=&method=&type=&header=&body=&timeout=   one send; all escaped
 *   &n=3      as many at once; the first to end forgets the others
 *   &again=1  the first callback starts a second send, which then answers
 *   &size=N   a body of N bytes
 *   &file=    a form of two fields: the body, and that file
 *   &sink=N   the answer's body is only counted, up to N bytes
 *   &address= no send: is this address public?
 *   no url    how many sends are in flight
 *
 * A client that leaves has its sends forgotten.
 */


#include "ngx_inbox_endpoint.h"
#include "ngx_inbox_http.h"
#include "ngx_inbox_resolve.h"
#include "ngx_inbox_address.h"


#define NGX_HTTP_CLIENT_TEST_MAX  8


typedef struct {
    ngx_inbox_main_conf_t   inbox;
    ngx_inbox_http_t       *http;         /* of this worker */
} ngx_http_client_test_conf_t;

typedef struct {
    ngx_http_request_t       *request;
    ngx_inbox_http_t         *http;
    ngx_inbox_http_request_t  out;
    ngx_msec_t                timeout;
    ngx_uint_t                again;
    ngx_int_t                 sink;
    ngx_int_t                 taken;
    ngx_inbox_http_send_t    *sends[NGX_HTTP_CLIENT_TEST_MAX];
} ngx_http_client_test_ctx_t;


static ngx_int_t ngx_http_client_test_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_client_test_tell(ngx_http_client_test_ctx_t *ctx);
static ngx_int_t ngx_http_client_test_read(ngx_http_client_test_ctx_t *ctx);
static ngx_int_t ngx_http_client_test_form(ngx_http_client_test_ctx_t *ctx,
    ngx_str_t *file);
static ngx_int_t ngx_http_client_test_on_sink(void *data, const u_char *p,
    size_t n);
static ngx_uint_t ngx_http_client_test_start(ngx_http_client_test_ctx_t *ctx,
    ngx_int_t n);
static void ngx_http_client_test_done(void *data,
    ngx_inbox_http_answer_t *answer);
static void ngx_http_client_test_forget(void *data);
static ngx_int_t ngx_http_client_test_report(ngx_http_client_test_ctx_t *ctx,
    ngx_inbox_http_answer_t *answer);

static void *ngx_http_client_test_create_conf(ngx_conf_t *cf);
static char *ngx_http_client_test_api(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static ngx_int_t ngx_http_client_test_configured(ngx_conf_t *cf);
static ngx_int_t ngx_http_client_test_init_process(ngx_cycle_t *cycle);
static void ngx_http_client_test_exit_process(ngx_cycle_t *cycle);


static ngx_command_t  ngx_http_client_test_commands[] = {

    { ngx_string("client_test"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_inbox_endpoint_set,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      ngx_http_client_test_handler },

    { ngx_string("client_test_api"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_client_test_api,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("client_test_max_sends"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_client_test_conf_t, inbox.max_sends),
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_client_test_module_ctx = {
    NULL,                                  /* preconfiguration */
    ngx_http_client_test_configured,       /* postconfiguration */

    ngx_http_client_test_create_conf,      /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_http_client_test_module = {
    NGX_MODULE_V1,
    &ngx_http_client_test_module_ctx,      /* module context */
    ngx_http_client_test_commands,         /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_http_client_test_init_process,     /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_http_client_test_exit_process,     /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_http_client_test_handler(ngx_http_request_t *r)
{
    ngx_str_t                     text;
    ngx_pool_cleanup_t           *cln;
    ngx_http_client_test_ctx_t   *ctx;
    ngx_http_client_test_conf_t  *conf;

    conf = ngx_http_get_module_main_conf(r, ngx_http_client_test_module);

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_client_test_ctx_t));
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx = cln->data;
    ngx_memzero(ctx, sizeof(ngx_http_client_test_ctx_t));
    ctx->request = r;
    ctx->http = conf->http;

    if (ngx_http_client_test_read(ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ctx->out.url.len == 0) {
        return ngx_http_client_test_tell(ctx);
    }

    if (!ngx_http_client_test_start(ctx,
                                    ngx_inbox_endpoint_number(r, "n", 1)))
    {
        ngx_str_set(&text, "not started");
        return ngx_inbox_endpoint_say(r, NGX_HTTP_OK, &text);
    }

    cln->handler = ngx_http_client_test_forget;

    r->main->count++;
    r->read_event_handler = ngx_http_test_reading;

    return NGX_DONE;
}


/* what can be said without sending */
static ngx_int_t
ngx_http_client_test_tell(ngx_http_client_test_ctx_t *ctx)
{
    ngx_str_t        text, address;
    ngx_sockaddr_t   sa;

    if (ngx_inbox_endpoint_arg(ctx->request, "address", &address) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (address.len == 0) {
        text.data = ngx_pnalloc(ctx->request->pool, NGX_INT_T_LEN);
        if (text.data == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        text.len = ngx_sprintf(text.data, "%ui",
                               ngx_inbox_http_in_flight(ctx->http))
                   - text.data;

    } else if (!ngx_inbox_resolve_literal(&address, &sa)) {
        ngx_str_set(&text, "name");

    } else if (ngx_inbox_address_is_public(&sa.sockaddr)) {
        ngx_str_set(&text, "public");

    } else {
        ngx_str_set(&text, "closed");
    }

    return ngx_inbox_endpoint_say(ctx->request, NGX_HTTP_OK, &text);
}


static ngx_int_t
ngx_http_client_test_read(ngx_http_client_test_ctx_t *ctx)
{
    ngx_int_t            size;
    ngx_str_t            header, file, *h;
    ngx_http_request_t  *r;

    r = ctx->request;

    ctx->timeout = ngx_inbox_endpoint_number(r, "timeout", 5000);
    ctx->again = ngx_inbox_endpoint_number(r, "again", 0);
    size = ngx_inbox_endpoint_number(r, "size", 0);

    if (ngx_inbox_endpoint_arg(r, "url", &ctx->out.url) != NGX_OK
        || ngx_inbox_endpoint_arg(r, "method", &ctx->out.method) != NGX_OK
        || ngx_inbox_endpoint_arg(r, "type", &ctx->out.type) != NGX_OK
        || ngx_inbox_endpoint_arg(r, "body", &ctx->out.body) != NGX_OK
        || ngx_inbox_endpoint_arg(r, "header", &header) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx->out.method.len == 0) {
        ngx_str_set(&ctx->out.method, "GET");
    }

    if (size > 0) {
        ctx->out.body.len = (size_t) size;
        ctx->out.body.data = ngx_pcalloc(r->pool, (size_t) size);
        if (ctx->out.body.data == NULL) {
            return NGX_ERROR;
        }

        ngx_memset(ctx->out.body.data, 'x', (size_t) size);
    }

    ctx->sink = ngx_inbox_endpoint_number(r, "sink", 0);

    if (ctx->sink) {
        ctx->out.sink = ngx_http_client_test_on_sink;
        ctx->out.sink_data = ctx;
    }

    if (ngx_inbox_endpoint_arg(r, "file", &file) != NGX_OK) {
        return NGX_ERROR;
    }

    if (file.len && ngx_http_client_test_form(ctx, &file) != NGX_OK) {
        return NGX_ERROR;
    }

    if (header.len == 0) {
        return NGX_OK;
    }

    ctx->out.headers = ngx_array_create(r->pool, 1, sizeof(ngx_str_t));
    if (ctx->out.headers == NULL) {
        return NGX_ERROR;
    }

    h = ngx_array_push(ctx->out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = header;

    return NGX_OK;
}


static ngx_int_t
ngx_http_client_test_form(ngx_http_client_test_ctx_t *ctx, ngx_str_t *file)
{
    ngx_inbox_http_part_t  *part;

    ctx->out.parts = ngx_array_create(ctx->request->pool, 2,
                                      sizeof(ngx_inbox_http_part_t));
    if (ctx->out.parts == NULL) {
        return NGX_ERROR;
    }

    part = ngx_array_push_n(ctx->out.parts, 2);
    if (part == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(part, 2 * sizeof(ngx_inbox_http_part_t));

    ngx_str_set(&part[0].name, "caption");
    part[0].value = ctx->out.body;
    ngx_str_set(&part[1].name, "photo");
    ngx_str_set(&part[1].filename, "a \"b\".jpg");
    ngx_str_set(&part[1].type, "image/jpeg");
    part[1].path = *file;

    return NGX_OK;
}


static ngx_int_t
ngx_http_client_test_on_sink(void *data, const u_char *p, size_t n)
{
    ngx_http_client_test_ctx_t  *ctx = data;

    ctx->taken += n;

    return (ctx->taken > ctx->sink) ? NGX_ERROR : NGX_OK;
}


/* how many have started */
static ngx_uint_t
ngx_http_client_test_start(ngx_http_client_test_ctx_t *ctx, ngx_int_t n)
{
    ngx_int_t   i;
    ngx_uint_t  started;

    started = 0;
    n = ngx_min(n, NGX_HTTP_CLIENT_TEST_MAX);

    for (i = 0; i < n; i++) {
        ctx->sends[i] = ngx_inbox_http_send(ctx->http, &ctx->out, ctx->timeout,
                                            ngx_http_client_test_done, ctx);
        started += ctx->sends[i] ? 1 : 0;
    }

    return started;
}


static void
ngx_http_client_test_done(void *data, ngx_inbox_http_answer_t *answer)
{
    ngx_int_t                    rc;
    ngx_connection_t            *c;
    ngx_http_request_t          *r;
    ngx_http_client_test_ctx_t  *ctx = data;

    r = ctx->request;
    c = r->connection;

    /* the one that is calling is among them: it must not mind */
    ngx_http_client_test_forget(ctx);

    if (ctx->again) {
        ctx->again = 0;

        if (ngx_http_client_test_start(ctx, 1)) {
            return;
        }
    }

    rc = ngx_http_client_test_report(ctx, answer);

    ngx_http_finalize_request(r, rc);
    ngx_http_run_posted_requests(c);
}


static void
ngx_http_client_test_forget(void *data)
{
    ngx_uint_t                   i;
    ngx_http_client_test_ctx_t  *ctx = data;

    for (i = 0; i < NGX_HTTP_CLIENT_TEST_MAX; i++) {
        if (ctx->sends[i]) {
            ngx_inbox_http_forget(ctx->sends[i]);
            ctx->sends[i] = NULL;
        }
    }
}


static ngx_int_t
ngx_http_client_test_report(ngx_http_client_test_ctx_t *ctx,
    ngx_inbox_http_answer_t *answer)
{
    size_t               size;
    ngx_str_t            text;
    const char          *rc;
    ngx_http_request_t  *r;

    r = ctx->request;

    rc = (answer->rc == NGX_OK) ? "ok"
         : (answer->rc == NGX_DECLINED) ? "declined" : "error";

    size = answer->body.len + answer->error.len + answer->location.len + 128;

    text.data = ngx_pnalloc(r->pool, size);
    if (text.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    text.len = ngx_snprintf(text.data, size,
                            "rc=%s status=%ui retry=%T len=%uz taken=%i "
                            "location=%V error=%V\n%V",
                            rc, answer->status, answer->retry_after,
                            answer->body.len, ctx->taken, &answer->location,
                            &answer->error, &answer->body)
               - text.data;

    return ngx_inbox_endpoint_say(r, NGX_HTTP_OK, &text);
}


static void *
ngx_http_client_test_create_conf(ngx_conf_t *cf)
{
    ngx_http_client_test_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_http_client_test_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    conf->inbox.max_sends = NGX_CONF_UNSET_UINT;
    conf->inbox.resolver_timeout = 3000;

    return conf;
}


static char *
ngx_http_client_test_api(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_client_test_conf_t  *tcf = conf;

    ngx_str_t             *value;
    ngx_inbox_api_conf_t  *api;

    if (tcf->inbox.apis == NULL) {
        tcf->inbox.apis = ngx_array_create(cf->pool, 4,
                                           sizeof(ngx_inbox_api_conf_t));
        if (tcf->inbox.apis == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    api = ngx_array_push(tcf->inbox.apis);
    if (api == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;

    ngx_str_set(&api->kind, "test");
    api->origin = value[1];

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_client_test_configured(ngx_conf_t *cf)
{
    ngx_http_core_loc_conf_t     *clcf;
    ngx_http_client_test_conf_t  *conf;

    conf = ngx_http_conf_get_module_main_conf(cf, ngx_http_client_test_module);
    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    ngx_conf_init_uint_value(conf->inbox.max_sends, 200);

    conf->inbox.resolver = clcf->resolver;

    return ngx_inbox_http_resolver(cf, &conf->inbox);
}


static ngx_int_t
ngx_http_client_test_init_process(ngx_cycle_t *cycle)
{
    ngx_http_client_test_conf_t  *conf;

    conf = ngx_http_cycle_get_module_main_conf(cycle,
                                               ngx_http_client_test_module);

    conf->http = ngx_inbox_http_create(cycle->pool, &conf->inbox, cycle->log);

    return conf->http ? NGX_OK : NGX_ERROR;
}


static void
ngx_http_client_test_exit_process(ngx_cycle_t *cycle)
{
    ngx_http_client_test_conf_t  *conf;

    conf = ngx_http_cycle_get_module_main_conf(cycle,
                                               ngx_http_client_test_module);

    if (conf->http) {
        ngx_inbox_http_destroy(conf->http);
    }
}
