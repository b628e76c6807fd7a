
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The bridge to hiredis 0.14.  Of that library two things are used: the
 * formatter of commands, and the reader, which calls us for every value that
 * it meets.  We build our own values in a pool that is made with an answer's
 * first value and handed over with its last, so that an answer costs one
 * allocation when it is small and never outlives its callback.
 *
 * The reader has no limits but the depth of nesting (8 arrays), so they are
 * put here, before it is fed: bytes of one answer, values of one answer (an
 * array is allocated when it is announced, whatever follows), and the length
 * of a line, which the reader would search anew with every piece that comes.
 *
 * Nothing here logs: the connection knows its name and does.
 */

#include <ngx_config.h>
#include <ngx_core.h>

#include <hiredis/hiredis.h>

#include "ngx_inbox_resp.h"


/* most answers are a word or two; larger strings get their own memory */
#define NGX_INBOX_RESP_POOL  1024
/* arguments that need no allocation while a command is formatted */
#define NGX_INBOX_RESP_ARGS  32
/* "$", the length and two line ends around an argument, at most */
#define NGX_INBOX_RESP_HEAD  32
/* what is kept between answers, in bytes */
#define NGX_INBOX_RESP_BUFFER  (16 * 1024)


struct ngx_inbox_resp_s {
    redisReader  *reader;
    ngx_pool_t   *pool;       /* of the answer being read, or NULL */
    ngx_log_t    *log;
    size_t        pending;    /* bytes fed since the last whole answer */
    ngx_uint_t    values;     /* announced in the answer being read */
    const char   *error;      /* NULL: none yet */
};


static redisReader *ngx_inbox_resp_reader(ngx_inbox_resp_t *resp);
static void ngx_inbox_resp_shrink(ngx_inbox_resp_t *resp);
static ngx_int_t ngx_inbox_resp_fail(ngx_inbox_resp_t *resp,
    const char *fallback);
static ngx_uint_t ngx_inbox_resp_line_is_long(redisReader *reader);

static void *ngx_inbox_resp_on_string(const redisReadTask *task, char *s,
    size_t len);
static void *ngx_inbox_resp_on_array(const redisReadTask *task, int n);
static void *ngx_inbox_resp_on_integer(const redisReadTask *task,
    long long n);
static void *ngx_inbox_resp_on_nil(const redisReadTask *task);
static void ngx_inbox_resp_on_free(void *object);
static ngx_inbox_redis_value_t *ngx_inbox_resp_value(
    const redisReadTask *task, ngx_inbox_redis_type_e type);

static ngx_int_t ngx_inbox_resp_format_arrays(const ngx_str_t *argv,
    ngx_uint_t argc, const char **args, size_t *lens, ngx_str_t *out);


static redisReplyObjectFunctions  ngx_inbox_resp_functions = {
    ngx_inbox_resp_on_string,
    ngx_inbox_resp_on_array,
    ngx_inbox_resp_on_integer,
    ngx_inbox_resp_on_nil,
    ngx_inbox_resp_on_free
};


ngx_inbox_resp_t *
ngx_inbox_resp_create(ngx_log_t *log)
{
    ngx_inbox_resp_t  *resp;

    resp = ngx_calloc(sizeof(ngx_inbox_resp_t), log);
    if (resp == NULL) {
        return NULL;
    }

    /*
     * set by ngx_calloc():
     *
     *     resp->pool = NULL;
     *     resp->pending = 0;
     *     resp->values = 0;
     *     resp->error = NULL;
     */

    resp->log = log;

    resp->reader = ngx_inbox_resp_reader(resp);
    if (resp->reader == NULL) {
        ngx_free(resp);
        return NULL;
    }

    return resp;
}


static redisReader *
ngx_inbox_resp_reader(ngx_inbox_resp_t *resp)
{
    redisReader  *reader;

    reader = redisReaderCreateWithFunctions(&ngx_inbox_resp_functions);
    if (reader == NULL) {
        return NULL;
    }

    /* hiredis aborts when it has let a buffer go and gets no new one */
    reader->maxbuf = 0;
    reader->privdata = resp;

    return reader;
}


void
ngx_inbox_resp_destroy(ngx_inbox_resp_t *resp)
{
    redisReaderFree(resp->reader);

    if (resp->pool) {
        ngx_destroy_pool(resp->pool);
    }

    ngx_free(resp);
}


ngx_int_t
ngx_inbox_resp_feed(ngx_inbox_resp_t *resp, const u_char *p, size_t n)
{
    if (n > NGX_INBOX_RESP_MAX_ANSWER - resp->pending) {
        return ngx_inbox_resp_fail(resp, "answer too large");
    }

    if (redisReaderFeed(resp->reader, (const char *) p, n) != REDIS_OK) {
        return ngx_inbox_resp_fail(resp, "no memory for an answer");
    }

    resp->pending += n;

    return NGX_OK;
}


ngx_int_t
ngx_inbox_resp_next(ngx_inbox_resp_t *resp, ngx_inbox_redis_value_t **v,
    ngx_pool_t **pool)
{
    void  *reply;

    reply = NULL;

    if (redisReaderGetReply(resp->reader, &reply) != REDIS_OK) {
        return ngx_inbox_resp_fail(resp, "malformed answer");
    }

    if (reply == NULL) {
        if (ngx_inbox_resp_line_is_long(resp->reader)) {
            return ngx_inbox_resp_fail(resp, "endless line in an answer");
        }

        return NGX_AGAIN;
    }

    *v = reply;
    *pool = resp->pool;

    resp->pool = NULL;
    resp->values = 0;
    resp->pending = resp->reader->len - resp->reader->pos;

    if (resp->pending == 0) {
        ngx_inbox_resp_shrink(resp);
    }

    return NGX_OK;
}


/* between answers: a buffer that has grown large is given back */

static void
ngx_inbox_resp_shrink(ngx_inbox_resp_t *resp)
{
    redisReader  *reader;

    if (sdsalloc(resp->reader->buf) <= NGX_INBOX_RESP_BUFFER) {
        return;
    }

    reader = ngx_inbox_resp_reader(resp);

    if (reader != NULL) {
        redisReaderFree(resp->reader);
        resp->reader = reader;
    }
}


/* the limits say why themselves; everything else gets the caller's words */

static ngx_int_t
ngx_inbox_resp_fail(ngx_inbox_resp_t *resp, const char *fallback)
{
    if (resp->error == NULL) {
        resp->error = fallback;
    }

    return NGX_ERROR;
}


/* what the reader has not taken yet begins with a line: does that end? */

static ngx_uint_t
ngx_inbox_resp_line_is_long(redisReader *reader)
{
    size_t  i;
    char   *p;

    if (reader->len - reader->pos <= NGX_INBOX_RESP_MAX_LINE) {
        return 0;
    }

    p = reader->buf + reader->pos;

    for (i = 0; i < NGX_INBOX_RESP_MAX_LINE; i++) {
        if (p[i] == CR && p[i + 1] == LF) {
            return 0;
        }
    }

    return 1;
}


const char *
ngx_inbox_resp_error(const ngx_inbox_resp_t *resp)
{
    return resp->error ? resp->error : "no error";
}


static void *
ngx_inbox_resp_on_string(const redisReadTask *task, char *s, size_t len)
{
    ngx_inbox_resp_t         *resp;
    ngx_inbox_redis_value_t  *v;

    resp = task->privdata;

    v = ngx_inbox_resp_value(task, (task->type == REDIS_REPLY_ERROR)
                                   ? NGX_INBOX_REDIS_ERROR
                                   : NGX_INBOX_REDIS_STRING);
    if (v == NULL) {
        return NULL;
    }

    /* the terminating zero is not counted; it serves foreign libraries */
    v->str.data = ngx_pnalloc(resp->pool, len + 1);
    if (v->str.data == NULL) {
        return NULL;
    }

    ngx_memcpy(v->str.data, s, len);
    v->str.data[len] = '\0';
    v->str.len = len;

    return v;
}


static void *
ngx_inbox_resp_on_array(const redisReadTask *task, int n)
{
    ngx_inbox_resp_t         *resp;
    ngx_inbox_redis_value_t  *v;

    resp = task->privdata;

    if (n < 0 || (ngx_uint_t) n > NGX_INBOX_RESP_MAX_VALUES - resp->values) {
        resp->error = "too many values in an answer";
        return NULL;
    }

    resp->values += n;

    v = ngx_inbox_resp_value(task, NGX_INBOX_REDIS_ARRAY);
    if (v == NULL) {
        return NULL;
    }

    v->n = n;
    v->item = ngx_pcalloc(resp->pool,
                          (n + 1) * sizeof(ngx_inbox_redis_value_t *));
    if (v->item == NULL) {
        return NULL;
    }

    return v;
}


static void *
ngx_inbox_resp_on_integer(const redisReadTask *task, long long n)
{
    ngx_inbox_redis_value_t  *v;

    v = ngx_inbox_resp_value(task, NGX_INBOX_REDIS_INTEGER);
    if (v == NULL) {
        return NULL;
    }

    v->integer = n;

    return v;
}


static void *
ngx_inbox_resp_on_nil(const redisReadTask *task)
{
    return ngx_inbox_resp_value(task, NGX_INBOX_REDIS_NIL);
}


/* values lie in the answer's pool and go with it */

static void
ngx_inbox_resp_on_free(void *object)
{
    (void) object;
}


static ngx_inbox_redis_value_t *
ngx_inbox_resp_value(const redisReadTask *task, ngx_inbox_redis_type_e type)
{
    ngx_inbox_resp_t         *resp;
    ngx_inbox_redis_value_t  *v, *parent;

    resp = task->privdata;

    if (resp->pool == NULL) {
        resp->pool = ngx_create_pool(NGX_INBOX_RESP_POOL, resp->log);
        if (resp->pool == NULL) {
            return NULL;
        }
    }

    v = ngx_pcalloc(resp->pool, sizeof(ngx_inbox_redis_value_t));
    if (v == NULL) {
        return NULL;
    }

    v->type = type;

    if (task->parent) {
        parent = task->parent->obj;
        parent->item[task->idx] = v;
    }

    return v;
}


ngx_int_t
ngx_inbox_resp_format(const ngx_str_t *argv, ngx_uint_t argc, size_t max,
    ngx_str_t *out)
{
    size_t       len, *lens, few_lens[NGX_INBOX_RESP_ARGS];
    ngx_int_t    rc;
    ngx_uint_t   i;
    const char  **args, *few[NGX_INBOX_RESP_ARGS];

    ngx_str_null(out);

    for (len = 0, i = 0; i < argc; i++) {
        /* hiredis sums in an int: never let it come near */
        if (argv[i].len + NGX_INBOX_RESP_HEAD > max - len) {
            return NGX_DECLINED;
        }

        len += argv[i].len + NGX_INBOX_RESP_HEAD;
    }

    if (argc <= NGX_INBOX_RESP_ARGS) {
        return ngx_inbox_resp_format_arrays(argv, argc, few, few_lens, out);
    }

    args = ngx_alloc(argc * (sizeof(char *) + sizeof(size_t)),
                     ngx_cycle->log);
    if (args == NULL) {
        return NGX_ERROR;
    }

    lens = (size_t *) (args + argc);
    rc = ngx_inbox_resp_format_arrays(argv, argc, args, lens, out);
    ngx_free(args);

    return rc;
}


static ngx_int_t
ngx_inbox_resp_format_arrays(const ngx_str_t *argv, ngx_uint_t argc,
    const char **args, size_t *lens, ngx_str_t *out)
{
    int          len;
    char        *command;
    ngx_uint_t   i;

    for (i = 0; i < argc; i++) {
        args[i] = (argv[i].len) ? (const char *) argv[i].data : "";
        lens[i] = argv[i].len;
    }

    len = redisFormatCommandArgv(&command, argc, args, lens);
    if (len < 0) {
        return NGX_ERROR;
    }

    out->data = (u_char *) command;
    out->len = len;

    return NGX_OK;
}


void
ngx_inbox_resp_free(ngx_str_t *command)
{
    if (command->data) {
        redisFreeCommand((char *) command->data);
        ngx_str_null(command);
    }
}
