
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Drives the Redis client for t/redis_client.t.  One client for each worker:
 *
 *     redis_test ADDRESS... [timeout=MS] [user=U] [password=P] [db=N] [push]
 *                           [up=WORD,WORD];
 *
 * In a location with `redis_test_run;` the last part of the URI says what to
 * do; words of a command are separated by commas:
 *
 *     call?cmd=ECHO,x&n=3[&size=BYTES][&act=ACT&at=I]
 *           n calls at once (the number of the call is appended to ECHO's
 *           word); a line for each callback, in their order: "I RC VALUE".
 *           size: one more word of so many bytes.  act, done in the callback
 *           of call I: drop, destroy, forget (all others), call (one more)
 *     forget?cmd=...&n=3     n calls, forgotten at once
 *     drop, send?cmd=..., push (what has been pushed, and forgets it), status
 */

#include "ngx_inbox_redis_test.h"


static char *ngx_inbox_redis_test(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static ngx_int_t ngx_inbox_redis_test_handler(ngx_http_request_t *r);
static void *ngx_inbox_redis_test_create_conf(ngx_conf_t *cf);
static ngx_int_t ngx_inbox_redis_test_init(ngx_cycle_t *cycle);
static void ngx_inbox_redis_test_exit(ngx_cycle_t *cycle);


static ngx_command_t  ngx_inbox_redis_test_commands[] = {

    { ngx_string("redis_test"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_inbox_redis_test,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("redis_test_run"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_inbox_endpoint_set,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      ngx_inbox_redis_test_handler },

      ngx_null_command
};


static ngx_http_module_t  ngx_inbox_redis_test_module_ctx = {
    NULL,                                  /* preconfiguration */
    NULL,                                  /* postconfiguration */

    ngx_inbox_redis_test_create_conf,      /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_inbox_redis_test_module = {
    NGX_MODULE_V1,
    &ngx_inbox_redis_test_module_ctx,      /* module context */
    ngx_inbox_redis_test_commands,         /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_inbox_redis_test_init,             /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_inbox_redis_test_exit,             /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


/* the words of a command */

static ngx_uint_t
ngx_inbox_redis_test_words(ngx_str_t *cmd, ngx_str_t *argv)
{
    u_char      *p, *last;
    ngx_uint_t   n;

    p = cmd->data;
    last = cmd->data + cmd->len;

    for (n = 0; p <= last && n < NGX_INBOX_REDIS_TEST_WORDS; n++) {
        argv[n].data = p;

        while (p < last && *p != ',') {
            p++;
        }

        argv[n].len = p - argv[n].data;
        p++;
    }

    return n;
}


static ngx_int_t
ngx_inbox_redis_test_status(ngx_http_request_t *r,
    ngx_inbox_redis_test_conf_t *mcf)
{
    u_char     *p;
    ngx_str_t   s;

    p = ngx_pnalloc(r->pool, 512);
    if (p == NULL) {
        return NGX_ERROR;
    }

    s.data = p;
    s.len = ngx_snprintf(p, 512, "pid %P up %ui flight %ui ups %ui downs %ui "
                         "started %ui done %ui forgotten %ui refused %ui "
                         "wrong %ui\n", ngx_pid,
                         ngx_inbox_redis_is_up(mcf->redis),
                         ngx_inbox_redis_in_flight(mcf->redis),
                         mcf->ups, mcf->downs, mcf->started, mcf->done,
                         mcf->forgotten, mcf->refused, mcf->wrong) - p;

    return ngx_inbox_endpoint_say(r, NGX_HTTP_OK, &s);
}


static ngx_int_t
ngx_inbox_redis_test_handler(ngx_http_request_t *r)
{
    ngx_int_t                     rc;
    ngx_str_t                     cmd, what, text;
    ngx_str_t                     argv[NGX_INBOX_REDIS_TEST_WORDS + 1];
    ngx_uint_t                    argc;
    ngx_inbox_redis_test_conf_t  *mcf;

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_inbox_redis_test_module);

    argc = 0;

    if (ngx_http_arg(r, (u_char *) "cmd", 3, &cmd) == NGX_OK) {
        argc = ngx_inbox_redis_test_words(&cmd, argv);
    }

    what = r->uri;
    while (what.len && what.data[0] == '/') {
        what.data++;
        what.len--;
    }

    ngx_str_set(&text, "ok\n");

    switch (what.len ? what.data[0] : 0) {

    case 'c':  /* call */
    case 'f':  /* forget */
        return ngx_inbox_redis_test_calls(r, mcf, argv, argc);

    case 'd':  /* drop */
        ngx_inbox_redis_drop(mcf->redis, "the test wants it");
        return ngx_inbox_endpoint_say(r, NGX_HTTP_OK, &text);

    case 'p':  /* push */
        text.data = mcf->pushed->elts;
        text.len = mcf->pushed->nelts;
        rc = ngx_inbox_endpoint_say(r, NGX_HTTP_OK, &text);
        mcf->pushed = ngx_array_create(mcf->pool, 4096, 1);
        return mcf->pushed ? rc : NGX_ERROR;

    case 's':
        if (what.len > 1 && what.data[1] == 't') {
            return ngx_inbox_redis_test_status(r, mcf);
        }

        if (ngx_inbox_redis_send(mcf->redis, argv, argc) != NGX_OK) {
            ngx_str_set(&text, "refused\n");
        }

        return ngx_inbox_endpoint_say(r, NGX_HTTP_OK, &text);

    default:
        return NGX_HTTP_NOT_FOUND;
    }
}


static void
ngx_inbox_redis_test_on_first(void *data, ngx_int_t rc,
    ngx_inbox_redis_value_t *v)
{
    ngx_inbox_redis_test_conf_t  *mcf = data;

    mcf->done++;
}


static void
ngx_inbox_redis_test_on_up(void *data)
{
    ngx_inbox_redis_test_conf_t  *mcf = data;

    ngx_str_t   argv[NGX_INBOX_REDIS_TEST_WORDS + 1];
    ngx_uint_t  argc;

    mcf->ups++;

    if (mcf->up.len == 0) {
        return;
    }

    argc = ngx_inbox_redis_test_words(&mcf->up, argv);

    if (mcf->push) {
        (void) ngx_inbox_redis_send(mcf->redis, argv, argc);
        return;
    }

    if (ngx_inbox_redis_call(mcf->redis, argv, argc,
                             ngx_inbox_redis_test_on_first, mcf))
    {
        mcf->started++;
    }
}


static void
ngx_inbox_redis_test_on_down(void *data)
{
    ngx_inbox_redis_test_conf_t  *mcf = data;

    mcf->downs++;
}


static void
ngx_inbox_redis_test_on_push(void *data, ngx_inbox_redis_value_t *v)
{
    ngx_inbox_redis_test_conf_t  *mcf = data;

    ngx_str_t  s = ngx_string("\n");

    ngx_inbox_redis_test_add_value(mcf->pushed, v);
    ngx_inbox_redis_test_add(mcf->pushed, "%V", &s);
}


static ngx_int_t
ngx_inbox_redis_test_init(ngx_cycle_t *cycle)
{
    ngx_inbox_redis_options_t     options;
    ngx_inbox_redis_test_conf_t  *mcf;

    mcf = ngx_http_cycle_get_module_main_conf(cycle,
                                              ngx_inbox_redis_test_module);
    if (mcf == NULL || mcf->addrs == NULL) {
        return NGX_OK;
    }

    ngx_memzero(&options, sizeof(ngx_inbox_redis_options_t));

    mcf->conf.addrs = mcf->addrs->elts;
    mcf->conf.naddrs = mcf->addrs->nelts;
    mcf->pool = cycle->pool;
    mcf->pushed = ngx_array_create(cycle->pool, 4096, 1);
    if (mcf->pushed == NULL) {
        return NGX_ERROR;
    }

    options.conf = &mcf->conf;
    options.log = cycle->log;
    options.on_up = ngx_inbox_redis_test_on_up;
    options.on_down = ngx_inbox_redis_test_on_down;
    options.on_push = ngx_inbox_redis_test_on_push;
    options.data = mcf;
    options.push = mcf->push;

    mcf->redis = ngx_inbox_redis_create(cycle->pool, &options);

    return mcf->redis ? NGX_OK : NGX_ERROR;
}


/* the last word in the log: what was started has ended, and how often */

static void
ngx_inbox_redis_test_exit(ngx_cycle_t *cycle)
{
    ngx_inbox_redis_test_conf_t  *mcf;

    mcf = ngx_http_cycle_get_module_main_conf(cycle,
                                              ngx_inbox_redis_test_module);
    if (mcf == NULL || mcf->redis == NULL) {
        return;
    }

    ngx_inbox_redis_destroy(mcf->redis);

    ngx_log_error(NGX_LOG_NOTICE, cycle->log, 0,
                  "redis test: open %i wrong %ui flight %ui",
                  mcf->started - mcf->done - mcf->forgotten, mcf->wrong,
                  ngx_inbox_redis_in_flight(mcf->redis));
}


static void *
ngx_inbox_redis_test_create_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_inbox_redis_test_conf_t));
}


static char *
ngx_inbox_redis_test_address(ngx_conf_t *cf, ngx_inbox_redis_test_conf_t *mcf,
    ngx_str_t *value)
{
    ngx_url_t    u;
    ngx_uint_t   i;
    ngx_addr_t  *addr;

    ngx_memzero(&u, sizeof(ngx_url_t));
    u.url = *value;
    u.default_port = 6379;

    if (ngx_parse_url(cf->pool, &u) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (mcf->addrs == NULL) {
        mcf->conf.name = *value;
        mcf->conf.timeout = 1000;
        mcf->addrs = ngx_array_create(cf->pool, 4, sizeof(ngx_addr_t));
        if (mcf->addrs == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    for (i = 0; i < u.naddrs; i++) {
        addr = ngx_array_push(mcf->addrs);
        if (addr == NULL) {
            return NGX_CONF_ERROR;
        }

        *addr = u.addrs[i];
    }

    return NGX_CONF_OK;
}


static ngx_uint_t
ngx_inbox_redis_test_is(ngx_str_t *value, char *name, ngx_str_t *rest)
{
    size_t  len;

    len = ngx_strlen(name);

    if (value->len < len || ngx_strncmp(value->data, name, len) != 0) {
        return 0;
    }

    rest->data = value->data + len;
    rest->len = value->len - len;

    return 1;
}


static char *
ngx_inbox_redis_test(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_inbox_redis_test_conf_t  *mcf = conf;

    ngx_str_t   *value, s;
    ngx_uint_t   i;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_inbox_redis_test_is(&value[i], "timeout=", &s)) {
            mcf->conf.timeout = ngx_atoi(s.data, s.len);

        } else if (ngx_inbox_redis_test_is(&value[i], "user=", &s)) {
            mcf->conf.user = s;

        } else if (ngx_inbox_redis_test_is(&value[i], "password=", &s)) {
            mcf->conf.password = s;

        } else if (ngx_inbox_redis_test_is(&value[i], "db=", &s)) {
            mcf->conf.db = s;

        } else if (ngx_inbox_redis_test_is(&value[i], "up=", &s)) {
            mcf->up = s;

        } else if (ngx_inbox_redis_test_is(&value[i], "push", &s)) {
            mcf->push = 1;

        } else if (ngx_inbox_redis_test_address(cf, mcf, &value[i])
                   != NGX_CONF_OK)
        {
            return "has an invalid address";
        }
    }

    return NGX_CONF_OK;
}
