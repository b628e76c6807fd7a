
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The endpoints call and forget: as many calls at once as the query says.
 * Every call ever started is counted: a callback that comes twice, or before
 * its start has returned, shows in the status.
 */

#include "ngx_inbox_redis_test.h"


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


static ngx_inbox_redis_test_ctx_t *ngx_inbox_redis_test_ctx(
    ngx_http_request_t *r, ngx_inbox_redis_test_conf_t *mcf, ngx_int_t n);
static ngx_int_t ngx_inbox_redis_test_long(ngx_http_request_t *r,
    ngx_str_t *word, size_t size);
static ngx_int_t ngx_inbox_redis_test_start_all(
    ngx_inbox_redis_test_ctx_t *ctx, ngx_int_t n, ngx_str_t *argv,
    ngx_uint_t argc, ngx_uint_t numbered);
static void ngx_inbox_redis_test_start(ngx_inbox_redis_test_ctx_t *ctx,
    ngx_str_t *argv, ngx_uint_t argc);
static void ngx_inbox_redis_test_on_done(void *data, ngx_int_t rc,
    ngx_inbox_redis_value_t *v);
static void ngx_inbox_redis_test_act(ngx_inbox_redis_test_ctx_t *ctx);
static void ngx_inbox_redis_test_forget_all(void *data);


ngx_int_t
ngx_inbox_redis_test_calls(ngx_http_request_t *r,
    ngx_inbox_redis_test_conf_t *mcf, ngx_str_t *argv, ngx_uint_t argc)
{
    ngx_int_t                    n, size;
    ngx_str_t                    text;
    ngx_uint_t                   numbered;
    ngx_http_cleanup_t          *cln;
    ngx_inbox_redis_test_ctx_t  *ctx;

    n = ngx_inbox_endpoint_number(r, "n", 1);
    size = ngx_inbox_endpoint_number(r, "size", -1);

    ctx = ngx_inbox_redis_test_ctx(r, mcf, n);
    cln = ngx_http_cleanup_add(r, 0);

    if (ctx == NULL || cln == NULL) {
        return NGX_ERROR;
    }

    numbered = (argc == 2 && size < 0
                && ngx_strncmp(argv[0].data, "ECHO", 4) == 0);

    if (size >= 0
        && ngx_inbox_redis_test_long(r, &argv[argc++], (size_t) size) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_inbox_redis_test_start_all(ctx, n, argv, argc, numbered)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (r->uri.data[r->uri.len - 1] == 't') {
        /* forget */
        ngx_inbox_redis_test_forget_all(ctx);
    }

    if (ctx->left == 0) {
        text.data = ctx->out->elts;
        text.len = ctx->out->nelts;
        return ngx_inbox_endpoint_say(r, NGX_HTTP_OK, &text);
    }

    cln->handler = ngx_inbox_redis_test_forget_all;
    cln->data = ctx;

    r->read_event_handler = ngx_http_test_reading;
    r->main->count++;

    return NGX_DONE;
}


static ngx_inbox_redis_test_ctx_t *
ngx_inbox_redis_test_ctx(ngx_http_request_t *r,
    ngx_inbox_redis_test_conf_t *mcf, ngx_int_t n)
{
    ngx_inbox_redis_test_ctx_t  *ctx;

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_inbox_redis_test_ctx_t));
    if (ctx == NULL) {
        return NULL;
    }

    ctx->request = r;
    ctx->mcf = mcf;
    ctx->at = ngx_inbox_endpoint_number(r, "at", -1);
    ctx->out = ngx_array_create(r->pool, 256, 1);
    ctx->jobs = ngx_pcalloc(r->pool, (n + 1) * sizeof(void *));

    if (ctx->out == NULL || ctx->jobs == NULL
        || ngx_inbox_endpoint_arg(r, "act", &ctx->act) != NGX_OK)
    {
        return NULL;
    }

    return ctx;
}


static ngx_int_t
ngx_inbox_redis_test_long(ngx_http_request_t *r, ngx_str_t *word, size_t size)
{
    word->len = size;
    word->data = ngx_pnalloc(r->pool, size + 1);
    if (word->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memset(word->data, 'x', size);

    return NGX_OK;
}


/* numbered: each call's number is behind its last word */

static ngx_int_t
ngx_inbox_redis_test_start_all(ngx_inbox_redis_test_ctx_t *ctx, ngx_int_t n,
    ngx_str_t *argv, ngx_uint_t argc, ngx_uint_t numbered)
{
    ngx_int_t   i;
    ngx_str_t  *word, s;

    word = &argv[argc - 1];
    s = *word;

    for (i = 0; i < n; i++) {

        if (numbered) {
            word->data = ngx_pnalloc(ctx->request->pool,
                                     s.len + NGX_INT_T_LEN);
            if (word->data == NULL) {
                return NGX_ERROR;
            }

            word->len = ngx_sprintf(word->data, "%V%i", &s, i) - word->data;
        }

        ngx_inbox_redis_test_start(ctx, argv, argc);
    }

    return NGX_OK;
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

    ngx_http_finalize_request(r, ngx_inbox_endpoint_say(r, NGX_HTTP_OK, &s));
    ngx_http_run_posted_requests(c);
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
ngx_inbox_redis_test_forget_all(void *data)
{
    ngx_inbox_redis_test_ctx_t *ctx = data;

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
