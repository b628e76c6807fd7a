
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Each send has a pool of its own, destroyed when it is done.  Its steps are
 * functions, each naming its successor:
 *
 *     start -> settings -> on_line -> http -> on_sent -> settle -> on_settled
 *
 * An outcome that the store cannot be told is told again every half second: the
 * platform has the message, and forgetting that would send it twice.
 */

#include "ngx_inbox_send.h"
#include "ngx_inbox_http.h"
#include "ngx_inbox_json.h"
#include "ngx_inbox_settings.h"
#include "ngx_inbox_store.h"
#include "ngx_inbox_text.h"


/* pauses between tries: factor 2, jitter up to a quarter */
#define NGX_INBOX_SEND_PAUSE      1000       /* ms, the first */
#define NGX_INBOX_SEND_PAUSE_MAX  300000
/* about two hours of tries at the longest pause, then it is failed */
#define NGX_INBOX_SEND_TRIES      30
/* a channel that is switched off is looked at again after this */
#define NGX_INBOX_SEND_OFF        60000
/* longest pause that a platform may ask for, s */
#define NGX_INBOX_SEND_ASKED_MAX  86400

#define NGX_INBOX_SEND_TELL       500        /* ms, tell the store again */
/* tells of a worker that is leaving; then the lease runs out */
#define NGX_INBOX_SEND_TELLS_EXIT 20
#define NGX_INBOX_SEND_TELLS      1200

#define NGX_INBOX_SEND_ARGS       8
#define NGX_INBOX_SEND_JOB        12


struct ngx_inbox_send_s {
    ngx_queue_t                 queue;
    ngx_pool_t                 *pool;
    ngx_inbox_worker_t         *worker;
    ngx_inbox_send_done_pt      done;
    void                       *data;

    ngx_inbox_settings_load_t  *load;     /* in flight, or NULL: one of three */
    ngx_inbox_http_send_t      *http;
    ngx_inbox_store_call_t     *call;

    ngx_event_t                 tell;     /* settle again */
    ngx_uint_t                  tells;

    const ngx_inbox_channel_t  *channel;
    ngx_str_t                   space;
    ngx_str_t                   item[NGX_INBOX_SEND_JOB];
    ngx_str_t                   args[NGX_INBOX_SEND_ARGS];
};


/* places in a job */
enum {
    NGX_INBOX_SEND_CHAT = 0,
    NGX_INBOX_SEND_MESSAGE,
    NGX_INBOX_SEND_LEASE,
    NGX_INBOX_SEND_TRY,
    NGX_INBOX_SEND_DOUBT,
    NGX_INBOX_SEND_CHANNEL,
    NGX_INBOX_SEND_REV,
    NGX_INBOX_SEND_KIND,
    NGX_INBOX_SEND_USER,
    NGX_INBOX_SEND_TEXT,
    NGX_INBOX_SEND_REPLY_TO,
    NGX_INBOX_SEND_AUTHOR
};


static ngx_int_t ngx_inbox_send_copy(ngx_inbox_send_t *send,
    const ngx_str_t *space, ngx_inbox_redis_value_t *job);
static ngx_int_t ngx_inbox_send_settings(ngx_inbox_send_t *send);
static void ngx_inbox_send_on_settings(void *data,
    const ngx_inbox_line_t *line, ngx_inbox_answer_t *answer);
static void ngx_inbox_send_on_line(ngx_inbox_send_t *send,
    const ngx_inbox_line_t *line);
static ngx_int_t ngx_inbox_send_build(ngx_inbox_send_t *send,
    const ngx_inbox_line_t *line, ngx_inbox_http_request_t *request);
static void ngx_inbox_send_on_sent(void *data,
    ngx_inbox_http_answer_t *answer);
static void ngx_inbox_send_judge(ngx_inbox_send_t *send,
    ngx_inbox_http_answer_t *answer);

static void ngx_inbox_send_later(ngx_inbox_send_t *send, time_t asked,
    ngx_uint_t doubt, ngx_str_t *words);
static void ngx_inbox_send_pause(ngx_inbox_send_t *send, ngx_msec_t ms,
    ngx_uint_t doubt, ngx_str_t *words);
static ngx_msec_t ngx_inbox_send_backoff(ngx_inbox_send_t *send);
static void ngx_inbox_send_never(ngx_inbox_send_t *send, ngx_str_t *words);
static void ngx_inbox_send_settle(ngx_inbox_send_t *send, const char *outcome,
    const ngx_str_t *message, const ngx_str_t *words);
static void ngx_inbox_send_tell(ngx_inbox_send_t *send);
static void ngx_inbox_send_on_tell(ngx_event_t *ev);
static void ngx_inbox_send_on_settled(void *data, ngx_inbox_answer_t *answer);
static void ngx_inbox_send_end(ngx_inbox_send_t *send);


ngx_inbox_send_t *
ngx_inbox_send_start(ngx_inbox_worker_t *worker, const ngx_str_t *space,
    ngx_inbox_redis_value_t *job, ngx_queue_t *list,
    ngx_inbox_send_done_pt done, void *data)
{
    ngx_pool_t        *pool;
    ngx_inbox_send_t  *send;

    pool = ngx_create_pool(4096, worker->log);
    if (pool == NULL) {
        return NULL;
    }

    send = ngx_pcalloc(pool, sizeof(ngx_inbox_send_t));
    if (send == NULL) {
        goto failed;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     send->load = NULL;
     *     send->http = NULL;
     *     send->call = NULL;
     */

    send->pool = pool;
    send->worker = worker;
    send->done = done;
    send->data = data;

    send->tell.handler = ngx_inbox_send_on_tell;
    send->tell.data = send;
    send->tell.log = worker->log;

    if (ngx_inbox_send_copy(send, space, job) != NGX_OK
        || ngx_inbox_send_settings(send) != NGX_OK)
    {
        goto failed;
    }

    ngx_queue_insert_tail(list, &send->queue);

    return send;

failed:

    ngx_destroy_pool(pool);

    return NULL;
}


void
ngx_inbox_send_forget(ngx_inbox_send_t *send)
{
    if (send->load != NULL) {
        ngx_inbox_settings_forget(send->load);
    }

    if (send->http != NULL) {
        ngx_inbox_http_forget(send->http);
    }

    if (send->call != NULL) {
        ngx_inbox_store_forget(send->call);
    }

    if (send->tell.timer_set) {
        ngx_del_timer(&send->tell);
    }

    ngx_queue_remove(&send->queue);
    ngx_destroy_pool(send->pool);
}


ngx_inbox_send_t *
ngx_inbox_send_of(ngx_queue_t *q)
{
    return ngx_queue_data(q, ngx_inbox_send_t, queue);
}


static ngx_int_t
ngx_inbox_send_copy(ngx_inbox_send_t *send, const ngx_str_t *space,
    ngx_inbox_redis_value_t *job)
{
    ngx_str_t   name;
    ngx_uint_t  i;

    name = *space;
    send->space.len = name.len;
    send->space.data = ngx_pstrdup(send->pool, &name);

    if (send->space.data == NULL
        || job->type != NGX_INBOX_REDIS_ARRAY || job->n < NGX_INBOX_SEND_JOB)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_INBOX_SEND_JOB; i++) {
        send->item[i].len = job->item[i]->str.len;
        send->item[i].data = ngx_pstrdup(send->pool, &job->item[i]->str);

        if (send->item[i].data == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* always from the store: what a worker remembers may be older than the queue */

static ngx_int_t
ngx_inbox_send_settings(ngx_inbox_send_t *send)
{
    send->load = ngx_inbox_settings_load(send->worker->settings, &send->space,
                                         &send->item[NGX_INBOX_SEND_CHANNEL],
                                         ngx_inbox_send_on_settings, send);

    return (send->load != NULL) ? NGX_OK : NGX_ERROR;
}


static void
ngx_inbox_send_on_settings(void *data, const ngx_inbox_line_t *line,
    ngx_inbox_answer_t *answer)
{
    ngx_inbox_send_t *send = data;

    ngx_str_t  words;

    send->load = NULL;

    if (line != NULL) {
        ngx_inbox_send_on_line(send, line);
        return;
    }

    if (answer->status == NGX_HTTP_NOT_FOUND) {
        ngx_str_set(&words, "the channel does not exist any more");
        ngx_inbox_send_never(send, &words);
        return;
    }

    ngx_str_null(&words);
    ngx_inbox_send_pause(send, NGX_INBOX_SEND_PAUSE, 0, &words);
}


static void
ngx_inbox_send_on_line(ngx_inbox_send_t *send, const ngx_inbox_line_t *line)
{
    ngx_str_t                 words;
    ngx_inbox_http_request_t  request;

    send->channel = ngx_inbox_channel_find(&line->kind);

    if (send->channel == NULL || send->channel->build == NULL) {
        ngx_str_set(&words, "this kind of channel cannot be written to");
        ngx_inbox_send_never(send, &words);
        return;
    }

    if (!line->enabled) {
        ngx_str_set(&words, "the channel is switched off");
        ngx_inbox_send_pause(send, NGX_INBOX_SEND_OFF, 0, &words);
        return;
    }

    ngx_memzero(&request, sizeof(ngx_inbox_http_request_t));

    if (ngx_inbox_send_build(send, line, &request) != NGX_OK) {
        ngx_str_set(&words, "the message could not be built");
        ngx_inbox_send_never(send, &words);
        return;
    }

    send->http = ngx_inbox_http_send(send->worker->http, &request,
                                     send->worker->conf->send_timeout,
                                     ngx_inbox_send_on_sent, send);

    if (send->http == NULL) {
        ngx_str_null(&words);
        ngx_inbox_send_later(send, -1, 0, &words);
    }
}


static ngx_int_t
ngx_inbox_send_build(ngx_inbox_send_t *send, const ngx_inbox_line_t *line,
    ngx_inbox_http_request_t *request)
{
    u_char                *p;
    ngx_str_t              doc, err;
    ngx_time_t            *tp;
    ngx_inbox_json_t      *v;
    ngx_inbox_outgoing_t   out;

    ngx_memzero(&out, sizeof(ngx_inbox_outgoing_t));

    /* the stored text is a JSON literal */

    doc.data = ngx_pnalloc(send->pool,
                           send->item[NGX_INBOX_SEND_TEXT].len + 16);
    if (doc.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_sprintf(doc.data, "{\"text\":%V}",
                    &send->item[NGX_INBOX_SEND_TEXT]);
    doc.len = p - doc.data;

    v = ngx_inbox_json_parse(send->pool, &doc, &err);

    if (ngx_inbox_json_str(v, "text", &out.text) != NGX_OK) {
        return NGX_ERROR;
    }

    out.user = send->item[NGX_INBOX_SEND_USER];
    out.id = send->item[NGX_INBOX_SEND_MESSAGE];
    out.reply_to = send->item[NGX_INBOX_SEND_REPLY_TO];
    out.author = send->item[NGX_INBOX_SEND_AUTHOR];

    tp = ngx_timeofday();
    out.now = (uint64_t) tp->sec * 1000 + tp->msec;

    return send->channel->build(send->pool, line, &out, request);
}


static void
ngx_inbox_send_on_sent(void *data, ngx_inbox_http_answer_t *answer)
{
    ngx_inbox_send_t *send = data;

    send->http = NULL;

    if (answer->rc == NGX_OK) {
        ngx_inbox_send_judge(send, answer);
        return;
    }

    ngx_log_error(NGX_LOG_WARN, send->worker->log, 0,
                  "inbox outbox: channel \"%V\" chat \"%V\" try %V: %V",
                  &send->item[NGX_INBOX_SEND_CHANNEL],
                  &send->item[NGX_INBOX_SEND_CHAT],
                  &send->item[NGX_INBOX_SEND_TRY], &answer->error);

    ngx_inbox_send_later(send, -1, answer->rc == NGX_ERROR, &answer->error);
}


static void
ngx_inbox_send_judge(ngx_inbox_send_t *send, ngx_inbox_http_answer_t *answer)
{
    ngx_inbox_verdict_t  verdict;

    static const ngx_str_t  nothing = ngx_null_string;

    ngx_memzero(&verdict, sizeof(ngx_inbox_verdict_t));
    verdict.retry_after = -1;

    send->channel->judge(send->pool, answer, &verdict);

    switch (verdict.outcome) {

    case NGX_INBOX_SENT:
        ngx_inbox_send_settle(send, "sent", &verdict.message, &nothing);
        return;

    case NGX_INBOX_LATER:
        ngx_inbox_send_later(send, verdict.retry_after, 0, &verdict.error);
        return;

    default: /* NGX_INBOX_NEVER */
        ngx_inbox_send_never(send, &verdict.error);
    }
}


/* asked: seconds the platform wants us to wait, or -1; doubt: it may have
   arrived */

static void
ngx_inbox_send_later(ngx_inbox_send_t *send, time_t asked, ngx_uint_t doubt,
    ngx_str_t *words)
{
    ngx_int_t  tries;

    tries = ngx_atoi(send->item[NGX_INBOX_SEND_TRY].data,
                     send->item[NGX_INBOX_SEND_TRY].len);

    if (tries >= NGX_INBOX_SEND_TRIES) {
        ngx_inbox_send_never(send, words);
        return;
    }

    if (asked >= 0) {
        asked = ngx_min(asked, NGX_INBOX_SEND_ASKED_MAX);
        ngx_inbox_send_pause(send, (ngx_msec_t) asked * 1000, doubt, words);
        return;
    }

    ngx_inbox_send_pause(send, ngx_inbox_send_backoff(send), doubt, words);
}


static ngx_msec_t
ngx_inbox_send_backoff(ngx_inbox_send_t *send)
{
    ngx_int_t   tries;
    ngx_msec_t  ms;

    tries = ngx_atoi(send->item[NGX_INBOX_SEND_TRY].data,
                     send->item[NGX_INBOX_SEND_TRY].len);

    ms = NGX_INBOX_SEND_PAUSE;

    while (tries-- > 1 && ms < NGX_INBOX_SEND_PAUSE_MAX) {
        ms *= 2;
    }

    ms = ngx_min(ms, NGX_INBOX_SEND_PAUSE_MAX);

    return ms + ngx_random() % (ms / 4);
}


static void
ngx_inbox_send_pause(ngx_inbox_send_t *send, ngx_msec_t ms, ngx_uint_t doubt,
    ngx_str_t *words)
{
    ngx_time_t  *tp;

    static const ngx_str_t  nothing = ngx_null_string;

    tp = ngx_timeofday();

    send->args[6] = ngx_inbox_text_number(send->pool,
                                          ((int64_t) tp->sec * 1000 + tp->msec
                                           + (int64_t) ms) * 1000);

    if (doubt) {
        ngx_str_set(&send->args[7], "1");
    }

    ngx_inbox_send_settle(send, "later", &nothing, words);
}


static void
ngx_inbox_send_never(ngx_inbox_send_t *send, ngx_str_t *words)
{
    static const ngx_str_t  nothing = ngx_null_string;
    static const ngx_str_t  given_up = ngx_string("the platform did not take "
                                                  "the message");

    ngx_inbox_send_settle(send, "never", &nothing,
                          words->len ? words : &given_up);
}


static void
ngx_inbox_send_settle(ngx_inbox_send_t *send, const char *outcome,
    const ngx_str_t *message, const ngx_str_t *words)
{
    ngx_str_t  text, copy;

    if (ngx_inbox_text_mend(send->pool, words, &text) != NGX_OK) {
        ngx_str_null(&text);
    }

    text = ngx_inbox_text_cut(&text, NGX_INBOX_MAX_PREVIEW);

    /* they may lie in an answer that is gone when this turn ends */

    copy = *message;

    send->args[0] = send->item[NGX_INBOX_SEND_CHAT];
    send->args[1] = send->item[NGX_INBOX_SEND_MESSAGE];
    send->args[2] = send->item[NGX_INBOX_SEND_LEASE];
    send->args[3].data = (u_char *) outcome;
    send->args[3].len = ngx_strlen(outcome);
    send->args[4].data = ngx_pstrdup(send->pool, &copy);
    send->args[4].len = (send->args[4].data != NULL) ? copy.len : 0;
    send->args[5].data = ngx_pstrdup(send->pool, &text);
    send->args[5].len = (send->args[5].data != NULL) ? text.len : 0;

    if (send->args[7].len == 0) {
        ngx_str_set(&send->args[7], "0");
    }

    ngx_inbox_send_tell(send);
}


static void
ngx_inbox_send_tell(ngx_inbox_send_t *send)
{
    ngx_inbox_fcall_t  fcall;

    fcall.fn = NGX_INBOX_FN_SETTLE;
    fcall.space = &send->space;
    fcall.args = send->args;
    fcall.n = NGX_INBOX_SEND_ARGS;

    send->call = ngx_inbox_store_call(send->worker->store, &fcall,
                                      ngx_inbox_send_on_settled, send);

    if (send->call == NULL) {
        ngx_add_timer(&send->tell, NGX_INBOX_SEND_TELL);
    }
}


static void
ngx_inbox_send_on_tell(ngx_event_t *ev)
{
    ngx_uint_t         most;
    ngx_inbox_send_t  *send;

    send = ev->data;

    most = (ngx_exiting || ngx_terminate) ? NGX_INBOX_SEND_TELLS_EXIT
                                          : NGX_INBOX_SEND_TELLS;

    if (send->tells++ >= most) {
        ngx_log_error(NGX_LOG_ERR, send->worker->log, 0,
                      "inbox outbox: the outcome \"%V\" of message \"%V\" "
                      "could not be stored",
                      &send->args[3], &send->args[1]);
        ngx_inbox_send_end(send);
        return;
    }

    ngx_inbox_send_tell(send);
}


static void
ngx_inbox_send_on_settled(void *data, ngx_inbox_answer_t *answer)
{
    ngx_inbox_send_t *send = data;

    send->call = NULL;

    if (answer->status == NGX_HTTP_SERVICE_UNAVAILABLE) {
        ngx_add_timer(&send->tell, NGX_INBOX_SEND_TELL);
        return;
    }

    ngx_inbox_send_end(send);
}


static void
ngx_inbox_send_end(ngx_inbox_send_t *send)
{
    void                    *data;
    ngx_inbox_send_done_pt   done;

    done = send->done;
    data = send->data;

    ngx_queue_remove(&send->queue);
    ngx_destroy_pool(send->pool);

    done(data);
}
