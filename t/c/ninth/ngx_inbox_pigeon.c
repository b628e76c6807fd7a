
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A ninth channel, for t/ninth_channel.t: what somebody writes who adds one.
 * Pigeons carry {"ring","from","name","says"}; the loft's word is a header, and
 * an answer is a form of its own.
 */


#include "ngx_inbox_reader_event.h"
#include "ngx_inbox_crypt.h"


static ngx_int_t ngx_inbox_pigeon_verify(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_hook_t *hook);
static ngx_int_t ngx_inbox_pigeon_parse(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_hook_t *hook,
    ngx_array_t *events, ngx_uint_t *odd);
static ngx_int_t ngx_inbox_pigeon_build(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
static void ngx_inbox_pigeon_judge(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, ngx_inbox_job_t *job,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_verdict_t *verdict);


static const char  *ngx_inbox_pigeon_credentials[] = { "word", NULL };

static const ngx_inbox_talk_t  ngx_inbox_pigeon_talks[] = {
    { NGX_INBOX_JOB_SEND, ngx_inbox_pigeon_build, ngx_inbox_pigeon_judge },
    { NGX_INBOX_JOB_SEND, NULL, NULL }
};


const ngx_inbox_channel_t  ngx_inbox_pigeon = {
    .kind = ngx_string("pigeon"),
    .origin = ngx_string("https://loft.example"),
    .credentials = ngx_inbox_pigeon_credentials,
    .text_limit = 100,
    .text_unit = "bytes",
    .verify = ngx_inbox_pigeon_verify,
    .parse = ngx_inbox_pigeon_parse,
    .talks = ngx_inbox_pigeon_talks,
    .thanks = ngx_string("coo")
};


static ngx_int_t
ngx_inbox_pigeon_verify(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_hook_t *hook)
{
    ngx_str_t  word, given;

    word = ngx_inbox_channel_credential(line, "word");
    given = hook->header(hook->data, "X-Pigeon-Word");

    return (word.len && ngx_inbox_crypt_equal(&word, &given)) ? NGX_OK
                                                              : NGX_DECLINED;
}


static ngx_int_t
ngx_inbox_pigeon_parse(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_hook_t *hook, ngx_array_t *events, ngx_uint_t *odd)
{
    ngx_int_t           rc;
    ngx_inbox_json_t   *v;
    ngx_inbox_event_t   e;
    ngx_inbox_reader_t  t;

    rc = ngx_inbox_reader_open(&t, pool, &hook->body, events, &v);
    if (rc != NGX_OK) {
        return rc;
    }

    ngx_memzero(&e, sizeof(ngx_inbox_event_t));

    if (ngx_inbox_reader_id(&t, v, "from", &e.user)
        && ngx_inbox_reader_id(&t, v, "ring", &e.message))
    {
        t.known = 1;
        e.name = ngx_inbox_reader_words(&t, v, "name", NGX_INBOX_MAX_NAME);
        e.text = ngx_inbox_reader_words(&t, v, "says", NGX_INBOX_MAX_TEXT);
        ngx_inbox_reader_push(&t, &e);
    }

    return ngx_inbox_reader_close(&t, odd);
}


static ngx_int_t
ngx_inbox_pigeon_build(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    ngx_inbox_json_writer_t  w;

    ngx_str_set(&request->method, "POST");
    ngx_str_set(&request->url, "https://loft.example/fly");
    ngx_str_set(&request->type, "application/json");

    ngx_inbox_json_begin(&w, pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "to");
    ngx_inbox_json_put(&w, &job->user);
    ngx_inbox_json_key(&w, "says");
    ngx_inbox_json_put(&w, &job->text);
    ngx_inbox_json_close(&w, '}');

    return ngx_inbox_json_end(&w, &request->body);
}


static void
ngx_inbox_pigeon_judge(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    ngx_memzero(verdict, sizeof(ngx_inbox_verdict_t));
    verdict->retry_after = -1;
    verdict->outcome = (answer->status == 200)
                       ? ngx_inbox_channel_arrived(job) : NGX_INBOX_LATER;
}
