
/*
 * Copyright (C) the ngx_inbox authors
 *
 * One step of a job on the command line:
 *
 *     adapter build KIND LINE < job       {"job":"send","part","step",
 *                                         "memo":{},"user","id","text",
 *                                         "reply_to","author","now","heard",
 *                                         "files":
 *                                         [{"type","name","mime","size",
 *                                         "path","url"}],"ref","url","message"}
 *     adapter judge KIND LINE < answer    {"status","retry_after","body",
 *                                         "job":{as above}}
 *
 * The job is "send" unless it is named.  Only what is set is printed; of a
 * judged job its memo, and what was found of a message.
 */


#include "adapter.h"


static ngx_int_t adapter_job(adapter_t *a, ngx_inbox_json_t *v,
    ngx_inbox_job_t *job);
static ngx_int_t adapter_job_kind(ngx_inbox_json_t *v,
    ngx_inbox_job_kind_e *kind);
static ngx_int_t adapter_job_memo(void *data, ngx_str_t *key,
    ngx_inbox_json_t *v);
static ngx_int_t adapter_job_files(adapter_t *a, ngx_inbox_json_t *list,
    ngx_inbox_job_t *job);
static const ngx_inbox_talk_t *adapter_talk(adapter_t *a,
    ngx_inbox_job_t *job);
static void adapter_request(ngx_inbox_json_writer_t *w,
    ngx_inbox_http_request_t *request);
static void adapter_parts(ngx_inbox_json_writer_t *w, ngx_array_t *parts);
static void adapter_memo(ngx_inbox_json_writer_t *w, ngx_array_t *memo);
static void adapter_whole(ngx_inbox_json_writer_t *w, ngx_inbox_event_t *e);


static const char *const  adapter_jobs[] = {
    "send", "media", "connect", "check", "profile", "typing", "read", "whole",
    NULL
};

static const char *const  adapter_outcomes[] = {
    "\"sent\"", "\"later\"", "\"never\"", "\"more\"", "\"part\""
};


ngx_int_t
adapter_build(adapter_t *a)
{
    ngx_int_t                  rc;
    ngx_str_t                  err;
    ngx_inbox_job_t            job;
    ngx_inbox_json_t          *v;
    ngx_inbox_line_t           line;
    ngx_inbox_json_writer_t    w;
    const ngx_inbox_talk_t    *talk;
    ngx_inbox_http_request_t   request;

    v = ngx_inbox_json_parse(a->pool, &a->input, &err);

    if (v == NULL || adapter_line(a, &line) != NGX_OK
        || adapter_job(a, v, &job) != NGX_OK)
    {
        return NGX_DECLINED;
    }

    talk = adapter_talk(a, &job);
    if (talk == NULL) {
        return NGX_DECLINED;
    }

    ngx_memzero(&request, sizeof(ngx_inbox_http_request_t));

    rc = talk->build(a->pool, &line, &job, &request);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    ngx_inbox_json_begin(&w, a->pool);
    ngx_inbox_json_open(&w, '{');

    if (rc == NGX_DECLINED) {
        ngx_inbox_json_key(&w, "declined");
        ngx_inbox_json_put_bool(&w, 1);

    } else {
        adapter_request(&w, &request);
    }

    ngx_inbox_json_close(&w, '}');

    return adapter_finish(&w);
}


ngx_int_t
adapter_judge(adapter_t *a)
{
    int64_t                    n;
    ngx_str_t                  err;
    const char                *outcome;
    ngx_inbox_job_t            job;
    ngx_inbox_json_t          *v;
    ngx_inbox_line_t           line;
    ngx_inbox_verdict_t        verdict;
    const ngx_inbox_talk_t    *talk;
    ngx_inbox_http_answer_t    answer;
    ngx_inbox_json_writer_t    w;

    v = ngx_inbox_json_parse(a->pool, &a->input, &err);

    if (v == NULL || adapter_line(a, &line) != NGX_OK
        || adapter_job(a, ngx_inbox_json_get(v, "job"), &job) != NGX_OK)
    {
        return NGX_DECLINED;
    }

    talk = adapter_talk(a, &job);
    if (talk == NULL) {
        return NGX_DECLINED;
    }

    ngx_memzero(&answer, sizeof(ngx_inbox_http_answer_t));
    ngx_memzero(&verdict, sizeof(ngx_inbox_verdict_t));

    answer.rc = NGX_OK;
    (void) ngx_inbox_json_str(v, "body", &answer.body);
    (void) ngx_inbox_json_int(v, "status", &n);
    answer.status = (ngx_uint_t) n;
    answer.retry_after = -1;

    if (ngx_inbox_json_int(v, "retry_after", &n) == NGX_OK) {
        answer.retry_after = (time_t) n;
    }

    answer.json = ngx_inbox_json_parse(a->pool, &answer.body, &err);

    talk->judge(a->pool, &line, &job, &answer, &verdict);

    outcome = adapter_outcomes[verdict.outcome];

    ngx_inbox_json_begin(&w, a->pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "outcome");
    ngx_inbox_json_raw(&w, outcome, strlen(outcome));
    adapter_field(&w, "message", &verdict.message);

    if (verdict.tries) {
        ngx_inbox_json_key(&w, "tries");
        ngx_inbox_json_put_int(&w, (int64_t) verdict.tries);
    }

    if (verdict.retry_after != -1) {
        ngx_inbox_json_key(&w, "retry_after");
        ngx_inbox_json_put_int(&w, verdict.retry_after);
    }

    adapter_field(&w, "error", &verdict.error);

    if (verdict.channel) {
        ngx_inbox_json_key(&w, "channel");
        ngx_inbox_json_put_bool(&w, 1);
    }

    adapter_memo(&w, job.memo);
    adapter_whole(&w, job.whole);
    ngx_inbox_json_close(&w, '}');

    return adapter_finish(&w);
}


static ngx_int_t
adapter_job(adapter_t *a, ngx_inbox_json_t *v, ngx_inbox_job_t *job)
{
    int64_t  n;

    ngx_memzero(job, sizeof(ngx_inbox_job_t));

    (void) ngx_inbox_json_int(v, "now", &n);
    job->now = (uint64_t) n;
    (void) ngx_inbox_json_int(v, "heard", &n);
    job->heard = (uint64_t) n;
    (void) ngx_inbox_json_int(v, "part", &n);
    job->part = (ngx_uint_t) n;
    (void) ngx_inbox_json_int(v, "step", &n);
    job->step = (ngx_uint_t) n;

    (void) ngx_inbox_json_str(v, "user", &job->user);
    (void) ngx_inbox_json_str(v, "id", &job->id);
    (void) ngx_inbox_json_str(v, "text", &job->text);
    (void) ngx_inbox_json_str(v, "reply_to", &job->reply_to);
    (void) ngx_inbox_json_str(v, "author", &job->author);
    (void) ngx_inbox_json_str(v, "ref", &job->ref);
    (void) ngx_inbox_json_str(v, "url", &job->url);
    (void) ngx_inbox_json_str(v, "message", &job->message);

    if (adapter_job_kind(v, &job->kind) != NGX_OK) {
        return NGX_DECLINED;
    }

    if (ngx_inbox_json_is_object(ngx_inbox_json_get(v, "memo"))) {

        job->memo = ngx_array_create(a->pool, 4, sizeof(ngx_keyval_t));
        if (job->memo == NULL
            || ngx_inbox_json_each(ngx_inbox_json_get(v, "memo"),
                                   adapter_job_memo, job->memo)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return adapter_job_files(a, ngx_inbox_json_get(v, "files"), job);
}


static ngx_int_t
adapter_job_kind(ngx_inbox_json_t *v, ngx_inbox_job_kind_e *kind)
{
    ngx_str_t   name;
    ngx_uint_t  i;

    *kind = NGX_INBOX_JOB_SEND;

    if (ngx_inbox_json_str(v, "job", &name) != NGX_OK) {
        return NGX_OK;
    }

    for (i = 0; adapter_jobs[i]; i++) {

        if (strlen(adapter_jobs[i]) == name.len
            && ngx_memcmp(adapter_jobs[i], name.data, name.len) == 0)
        {
            *kind = (ngx_inbox_job_kind_e) i;
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


static ngx_int_t
adapter_job_memo(void *data, ngx_str_t *key, ngx_inbox_json_t *v)
{
    ngx_keyval_t  *kv;

    kv = ngx_array_push(data);
    if (kv == NULL) {
        return NGX_ERROR;
    }

    kv->key = *key;

    return ngx_inbox_json_string(v, &kv->value);
}


static ngx_int_t
adapter_job_files(adapter_t *a, ngx_inbox_json_t *list, ngx_inbox_job_t *job)
{
    size_t             i, n;
    int64_t            size;
    ngx_inbox_file_t  *file;
    ngx_inbox_json_t  *v;

    n = ngx_inbox_json_size(list);
    if (n == 0) {
        return NGX_OK;
    }

    job->files = ngx_array_create(a->pool, n, sizeof(ngx_inbox_file_t));
    if (job->files == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < n; i++) {
        v = ngx_inbox_json_at(list, i);

        file = ngx_array_push(job->files);
        if (file == NULL) {
            return NGX_ERROR;
        }

        (void) ngx_inbox_json_int(v, "size", &size);
        file->size = size;
        (void) ngx_inbox_json_str(v, "type", &file->type);
        (void) ngx_inbox_json_str(v, "name", &file->name);
        (void) ngx_inbox_json_str(v, "mime", &file->mime);
        (void) ngx_inbox_json_str(v, "path", &file->path);
        (void) ngx_inbox_json_str(v, "url", &file->url);
    }

    return NGX_OK;
}


static const ngx_inbox_talk_t *
adapter_talk(adapter_t *a, ngx_inbox_job_t *job)
{
    ngx_str_t                   kind;
    const ngx_inbox_channel_t  *channel;

    kind = adapter_arg(a, 0);
    channel = ngx_inbox_channel_find(&kind);

    return channel ? ngx_inbox_channel_talk(channel, job->kind) : NULL;
}


static void
adapter_request(ngx_inbox_json_writer_t *w, ngx_inbox_http_request_t *request)
{
    ngx_str_t   *header;
    ngx_uint_t   i;

    adapter_field(w, "method", &request->method);
    adapter_field(w, "url", &request->url);
    adapter_field(w, "type", &request->type);
    adapter_field(w, "body", &request->body);

    if (request->headers) {
        ngx_inbox_json_key(w, "headers");
        ngx_inbox_json_open(w, '[');

        header = request->headers->elts;

        for (i = 0; i < request->headers->nelts; i++) {
            ngx_inbox_json_put(w, &header[i]);
        }

        ngx_inbox_json_close(w, ']');
    }

    if (request->parts) {
        adapter_parts(w, request->parts);
    }

    if (request->safe) {
        ngx_inbox_json_key(w, "safe");
        ngx_inbox_json_put_bool(w, 1);
    }

    if (request->bytes) {
        ngx_inbox_json_key(w, "bytes");
        ngx_inbox_json_put_bool(w, 1);
    }
}


static void
adapter_parts(ngx_inbox_json_writer_t *w, ngx_array_t *parts)
{
    ngx_uint_t              i;
    ngx_inbox_http_part_t  *part;

    ngx_inbox_json_key(w, "parts");
    ngx_inbox_json_open(w, '[');

    part = parts->elts;

    for (i = 0; i < parts->nelts; i++) {
        ngx_inbox_json_open(w, '{');
        adapter_field(w, "name", &part[i].name);
        adapter_field(w, "value", &part[i].value);
        adapter_field(w, "path", &part[i].path);
        adapter_field(w, "filename", &part[i].filename);
        adapter_field(w, "type", &part[i].type);
        ngx_inbox_json_close(w, '}');
    }

    ngx_inbox_json_close(w, ']');
}


static void
adapter_memo(ngx_inbox_json_writer_t *w, ngx_array_t *memo)
{
    ngx_uint_t     i;
    ngx_keyval_t  *kv;

    if (memo == NULL) {
        return;
    }

    ngx_inbox_json_key(w, "memo");
    ngx_inbox_json_open(w, '{');

    kv = memo->elts;

    for (i = 0; i < memo->nelts; i++) {
        ngx_inbox_json_name(w, &kv[i].key);
        ngx_inbox_json_put(w, &kv[i].value);
    }

    ngx_inbox_json_close(w, '}');
}


static void
adapter_whole(ngx_inbox_json_writer_t *w, ngx_inbox_event_t *e)
{
    if (e == NULL) {
        return;
    }

    ngx_inbox_json_key(w, "whole");
    ngx_inbox_json_open(w, '{');
    adapter_field(w, "text", &e->text);

    if (e->attachments) {
        adapter_attachments(w, e);
    }

    ngx_inbox_json_close(w, '}');
}
