
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
 *
 * Every call ever started is counted: a callback that comes twice, or before
 * its start has returned, shows in the status.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_inbox_redis.h"


#define NGX_INBOX_REDIS_TEST_WORDS  16


typedef struct {
    ngx_inbox_redis_conf_t   conf;
    ngx_array_t             *addrs;
    ngx_flag_t               push;
    ngx_str_t                up;

    ngx_inbox_redis_t       *redis;
    ngx_pool_t              *pool;
    ngx_array_t             *pushed;     /* bytes */

    ngx_uint_t               starting;
    ngx_uint_t               ups;
    ngx_uint_t               downs;
    ngx_uint_t               started;
    ngx_uint_t               refused;
    ngx_uint_t               done;
    ngx_uint_t               forgotten;
    ngx_uint_t               wrong;      /* twice, too early, after forget */
} ngx_inbox_redis_test_conf_t;


typedef struct ngx_inbox_redis_test_ctx_s  ngx_inbox_redis_test_ctx_t;

/* never freed, so that a late callback is counted and not a crash */
typedef struct {
    ngx_inbox_redis_test_ctx_t   *ctx;
    ngx_inbox_redis_test_conf_t  *mcf;
    ngx_inbox_redis_call_t       *call;
    ngx_uint_t                    i;
    ngx_uint_t                    over;
} ngx_inbox_redis_test_job_t;


struct ngx_inbox_redis_test_ctx_s {
    ngx_http_request_t            *request;
    ngx_inbox_redis_test_conf_t   *mcf;
    ngx_inbox_redis_test_job_t   **jobs;
    ngx_uint_t                     n;
    ngx_uint_t                     left;
    ngx_uint_t                     at;
    ngx_str_t                      act;
    ngx_array_t                   *out;
};


static char *ngx_inbox_redis_test(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_inbox_redis_test_run(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
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
      ngx_inbox_redis_test_run,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

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


static void
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


static void
ngx_inbox_redis_test_add_number(ngx_array_t *out, const char *after,
    int64_t n)
{
    u_char     buf[NGX_INT64_LEN + 16];
    ngx_str_t  s;

    s.data = buf;
    s.len = ngx_sprintf(buf, "%L%s", n, after) - buf;

    ngx_inbox_redis_test_add(out, "%V", &s);
}


static void
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
ngx_inbox_redis_test_send(ngx_http_request_t *r, ngx_str_t *text)
{
    ngx_int_t     rc;
    ngx_buf_t    *b;
    ngx_chain_t   out;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = text->len;
    ngx_str_set(&r->headers_out.content_type, "text/plain");
    r->headers_out.content_type_len = r->headers_out.content_type.len;

    rc = ngx_http_send_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || text->len == 0) {
        return rc == NGX_OK ? ngx_http_send_special(r, NGX_HTTP_LAST) : rc;
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = text->data;
    b->last = text->data + text->len;
    b->memory = 1;
    b->last_buf = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


static void ngx_inbox_redis_test_start(ngx_inbox_redis_test_ctx_t *ctx,
    ngx_str_t *argv, ngx_uint_t argc);


static void
ngx_inbox_redis_test_forget_all(ngx_inbox_redis_test_ctx_t *ctx)
{
    ngx_uint_t                   i;
    ngx_inbox_redis_test_job_t  *job;

    for (i = 0; i < ctx->n; i++) {
        job = ctx->jobs[i];

        if (job->over) {
            continue;
        }

        job->over = 1;
        job->ctx = NULL;
        ctx->left--;
        ctx->mcf->forgotten++;

        ngx_inbox_redis_forget(job->call);
    }
}


static void
ngx_inbox_redis_test_act(ngx_inbox_redis_test_ctx_t *ctx)
{
    ngx_str_t           argv[2];
    ngx_inbox_redis_t  *redis;

    redis = ctx->mcf->redis;

    if (ngx_strncmp(ctx->act.data, "drop", 4) == 0) {
        ngx_inbox_redis_drop(redis, "the test wants it");

    } else if (ngx_strncmp(ctx->act.data, "destroy", 7) == 0) {
        ngx_inbox_redis_destroy(redis);

    } else if (ngx_strncmp(ctx->act.data, "forget", 6) == 0) {
        ngx_inbox_redis_test_forget_all(ctx);

    } else if (ngx_strncmp(ctx->act.data, "call", 4) == 0) {
        ngx_str_set(&argv[0], "ECHO");
        ngx_str_set(&argv[1], "more");
        ngx_inbox_redis_test_start(ctx, argv, 2);
    }
}


static void
ngx_inbox_redis_test_on_done(void *data, ngx_int_t rc,
    ngx_inbox_redis_value_t *v)
{
    ngx_inbox_redis_test_job_t  *job = data;

    ngx_str_t                    s;
    ngx_connection_t            *c;
    ngx_http_request_t          *r;
    ngx_inbox_redis_test_ctx_t  *ctx;

    job->mcf->done++;

    if (job->over || job->mcf->starting) {
        job->mcf->wrong++;
        return;
    }

    job->over = 1;
    ctx = job->ctx;

    if (ctx->act.len && job->i == ctx->at) {
        ngx_inbox_redis_test_act(ctx);
    }

    ctx->left--;

    ngx_inbox_redis_test_add_number(ctx->out, " ", job->i);
    ngx_inbox_redis_test_add_number(ctx->out, " ", rc);

    if (v) {
        ngx_inbox_redis_test_add_value(ctx->out, v);
    }

    ngx_str_set(&s, "\n");
    ngx_inbox_redis_test_add(ctx->out, "%V", &s);

    if (ctx->left) {
        return;
    }

    r = ctx->request;
    c = r->connection;
    s.data = ctx->out->elts;
    s.len = ctx->out->nelts;

    ngx_http_finalize_request(r, ngx_inbox_redis_test_send(r, &s));
    ngx_http_run_posted_requests(c);
}


static void
ngx_inbox_redis_test_start(ngx_inbox_redis_test_ctx_t *ctx, ngx_str_t *argv,
    ngx_uint_t argc)
{
    ngx_inbox_redis_test_job_t   *job;
    ngx_inbox_redis_test_conf_t  *mcf;

    mcf = ctx->mcf;

    job = ngx_pcalloc(mcf->pool, sizeof(ngx_inbox_redis_test_job_t));
    if (job == NULL) {
        return;
    }

    job->ctx = ctx;
    job->mcf = mcf;
    job->i = ctx->n;
    ctx->jobs[ctx->n++] = job;

    mcf->starting = 1;
    job->call = ngx_inbox_redis_call(mcf->redis, argv, argc,
                                     ngx_inbox_redis_test_on_done, job);
    mcf->starting = 0;

    if (job->call) {
        mcf->started++;
        ctx->left++;
        return;
    }

    job->over = 1;
    mcf->refused++;
    ngx_inbox_redis_test_add_number(ctx->out, " refused\n", job->i);
}


static void
ngx_inbox_redis_test_cleanup(void *data)
{
    ngx_inbox_redis_test_forget_all(data);
}


static ngx_int_t
ngx_inbox_redis_test_number(ngx_http_request_t *r, char *name)
{
    ngx_str_t  s;

    if (ngx_http_arg(r, (u_char *) name, ngx_strlen(name), &s) != NGX_OK) {
        return -1;
    }

    return ngx_atoi(s.data, s.len);
}


static ngx_int_t
ngx_inbox_redis_test_calls(ngx_http_request_t *r,
    ngx_inbox_redis_test_conf_t *mcf, ngx_str_t *argv, ngx_uint_t argc)
{
    ngx_int_t                    i, n, size;
    ngx_str_t                    s, *word;
    ngx_http_cleanup_t          *cln;
    ngx_inbox_redis_test_ctx_t  *ctx;

    n = ngx_inbox_redis_test_number(r, "n");
    n = (n < 0) ? 1 : n;

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_inbox_redis_test_ctx_t));
    cln = ngx_http_cleanup_add(r, 0);
    if (ctx == NULL || cln == NULL) {
        return NGX_ERROR;
    }

    ctx->request = r;
    ctx->mcf = mcf;
    ctx->at = ngx_inbox_redis_test_number(r, "at");
    (void) ngx_http_arg(r, (u_char *) "act", 3, &ctx->act);
    ctx->out = ngx_array_create(r->pool, 256, 1);
    ctx->jobs = ngx_pcalloc(r->pool, (n + 1) * sizeof(void *));
    if (ctx->out == NULL || ctx->jobs == NULL) {
        return NGX_ERROR;
    }

    size = ngx_inbox_redis_test_number(r, "size");

    if (size >= 0) {
        argv[argc].len = size;
        argv[argc].data = ngx_pnalloc(r->pool, size + 1);
        if (argv[argc].data == NULL) {
            return NGX_ERROR;
        }

        ngx_memset(argv[argc].data, 'x', size);
        argc++;
    }

    word = &argv[argc - 1];
    s = *word;

    for (i = 0; i < n; i++) {

        if (argc == 2 && size < 0 && ngx_strncmp(argv[0].data, "ECHO", 4) == 0)
        {
            word->data = ngx_pnalloc(r->pool, s.len + NGX_INT_T_LEN);
            if (word->data == NULL) {
                return NGX_ERROR;
            }

            word->len = ngx_sprintf(word->data, "%V%i", &s, i) - word->data;
        }

        ngx_inbox_redis_test_start(ctx, argv, argc);
    }

    if (r->uri.data[r->uri.len - 1] == 't') {
        /* forget */
        ngx_inbox_redis_test_forget_all(ctx);
    }

    if (ctx->left == 0) {
        s.data = ctx->out->elts;
        s.len = ctx->out->nelts;
        return ngx_inbox_redis_test_send(r, &s);
    }

    cln->handler = ngx_inbox_redis_test_cleanup;
    cln->data = ctx;

    r->read_event_handler = ngx_http_test_reading;
    r->main->count++;

    return NGX_DONE;
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

    return ngx_inbox_redis_test_send(r, &s);
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
        return ngx_inbox_redis_test_send(r, &text);

    case 'p':  /* push */
        text.data = mcf->pushed->elts;
        text.len = mcf->pushed->nelts;
        rc = ngx_inbox_redis_test_send(r, &text);
        mcf->pushed = ngx_array_create(mcf->pool, 4096, 1);
        return mcf->pushed ? rc : NGX_ERROR;

    case 's':
        if (what.len > 1 && what.data[1] == 't') {
            return ngx_inbox_redis_test_status(r, mcf);
        }

        if (ngx_inbox_redis_send(mcf->redis, argv, argc) != NGX_OK) {
            ngx_str_set(&text, "refused\n");
        }

        return ngx_inbox_redis_test_send(r, &text);

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


static char *
ngx_inbox_redis_test_run(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_inbox_redis_test_handler;

    return NGX_CONF_OK;
}
