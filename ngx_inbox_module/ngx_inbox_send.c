
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Each send has a pool of its own, destroyed when it is done.  Its steps are
 * functions, each naming its successor:
 *
 *     start -> exchange -> on_exchanged -> settle -> tell -> on_settled
 *
 * Of a message in parts each is an exchange of its own, and the store is told
 * (`part`) before the next one goes: no later try sends again what has arrived.
 *
 * An outcome that the store cannot be told is told again every half second: the
 * platform has the message, and forgetting that would send it twice.
 */

#include "ngx_inbox_send.h"
#include "ngx_inbox_attached.h"
#include "ngx_inbox_exchange.h"
#include "ngx_inbox_store.h"
#include "ngx_inbox_meter.h"
#include "ngx_inbox_text.h"


/* pauses between tries: factor 2, jitter up to a quarter */
#define NGX_INBOX_SEND_PAUSE      1000       /* ms, the first */
#define NGX_INBOX_SEND_PAUSE_MAX  300000
#define NGX_INBOX_SEND_DOUBLED    9          /* then it is above the longest */
/* about two hours of tries at the longest pause, then it is failed */
#define NGX_INBOX_SEND_TRIES      30
/* longest pause that a platform may ask for, s */
#define NGX_INBOX_SEND_ASKED_MAX  86400

/* of each request of a message with files, and of all requests of one part */
#define NGX_INBOX_SEND_LONG       60000      /* ms */
#define NGX_INBOX_SEND_HOLD       300000

#define NGX_INBOX_SEND_TELL       500        /* ms, tell the store again */
/* tells of a worker that is leaving; then the lease runs out */
#define NGX_INBOX_SEND_TELLS_EXIT 20
#define NGX_INBOX_SEND_TELLS      1200

#define NGX_INBOX_SEND_ARGS       8
#define NGX_INBOX_SEND_JOB        15


struct ngx_inbox_send_s {
    ngx_queue_t                 queue;
    ngx_pool_t                 *pool;
    ngx_inbox_worker_t         *worker;
    ngx_inbox_send_done_pt      done;
    void                       *data;

    ngx_inbox_exchange_t       *exchange; /* under way, or NULL: one of two */
    ngx_inbox_store_call_t     *call;

    ngx_event_t                 tell;     /* settle again */
    ngx_uint_t                  tells;

    ngx_inbox_job_t             job;
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
    NGX_INBOX_SEND_AUTHOR,
    NGX_INBOX_SEND_FILES,
    NGX_INBOX_SEND_PART,
    NGX_INBOX_SEND_HEARD
};


static ngx_int_t ngx_inbox_send_copy(ngx_inbox_send_t *send,
    const ngx_str_t *space, ngx_inbox_redis_value_t *job);
static ngx_int_t ngx_inbox_send_job(ngx_inbox_send_t *send);
static ngx_int_t ngx_inbox_send_begin(ngx_inbox_send_t *send);
static ngx_int_t ngx_inbox_send_exchange(ngx_inbox_send_t *send);
static void ngx_inbox_send_part(ngx_inbox_send_t *send,
    const ngx_str_t *message);
static void ngx_inbox_send_on_exchanged(void *data,
    ngx_inbox_exchanged_t *how);
static void ngx_inbox_send_again(ngx_inbox_send_t *send,
    ngx_inbox_exchanged_t *how);

static ngx_uint_t ngx_inbox_send_number(ngx_inbox_send_t *send,
    ngx_uint_t place);
static void ngx_inbox_send_later(ngx_inbox_send_t *send, time_t asked,
    ngx_uint_t doubt, ngx_str_t *words);
static void ngx_inbox_send_pause(ngx_inbox_send_t *send, ngx_msec_t ms,
    ngx_uint_t doubt, ngx_str_t *words);
static ngx_msec_t ngx_inbox_send_backoff(ngx_inbox_send_t *send);
static ngx_str_t ngx_inbox_send_due(ngx_inbox_send_t *send, ngx_msec_t ms);
static void ngx_inbox_send_never(ngx_inbox_send_t *send, ngx_str_t *words);
static void ngx_inbox_send_settle(ngx_inbox_send_t *send, const char *outcome,
    const ngx_str_t *message, const ngx_str_t *words);
static void ngx_inbox_send_count(ngx_inbox_send_t *send,
    const char *outcome);
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
     *     send->exchange = NULL;
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
        || ngx_inbox_send_job(send) != NGX_OK
        || ngx_inbox_send_begin(send) != NGX_OK)
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
    if (send->exchange != NULL) {
        ngx_inbox_exchange_forget(send->exchange);
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
    if (ngx_inbox_text_copy(send->pool, &send->space, space) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_inbox_attached_job(send->pool, job, send->item,
                                  NGX_INBOX_SEND_JOB);
}


static ngx_int_t
ngx_inbox_send_job(ngx_inbox_send_t *send)
{
    ngx_time_t       *tp;
    ngx_inbox_job_t  *job;

    job = &send->job;

    if (ngx_inbox_attached_text(send->pool, &send->item[NGX_INBOX_SEND_TEXT],
                                &job->text)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    job->kind = NGX_INBOX_JOB_SEND;
    job->user = send->item[NGX_INBOX_SEND_USER];
    job->id = send->item[NGX_INBOX_SEND_MESSAGE];
    job->reply_to = send->item[NGX_INBOX_SEND_REPLY_TO];
    job->author = send->item[NGX_INBOX_SEND_AUTHOR];

    job->part = ngx_inbox_send_number(send, NGX_INBOX_SEND_PART);

    /* the store counts in µs */
    job->heard = ngx_inbox_send_number(send, NGX_INBOX_SEND_HEARD) / 1000;

    if (ngx_inbox_attached(send->pool, send->worker->conf, &send->space,
                           &send->item[NGX_INBOX_SEND_FILES], &job->files)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    tp = ngx_timeofday();
    job->now = (uint64_t) tp->sec * 1000 + tp->msec;

    return NGX_OK;
}


/* what may take longer than a lease says so first */

static ngx_int_t
ngx_inbox_send_begin(ngx_inbox_send_t *send)
{
    if (send->job.files == NULL) {
        return ngx_inbox_send_exchange(send);
    }

    ngx_inbox_send_part(send, NULL);

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_send_exchange(ngx_inbox_send_t *send)
{
    ngx_inbox_exchange_ask_t  ask;

    ngx_memzero(&ask, sizeof(ngx_inbox_exchange_ask_t));

    ask.space = &send->space;
    ask.channel = &send->item[NGX_INBOX_SEND_CHANNEL];
    ask.job = &send->job;
    ask.timeout = send->job.files ? NGX_INBOX_SEND_LONG : 0;
    ask.done = ngx_inbox_send_on_exchanged;
    ask.data = send;

    send->exchange = ngx_inbox_exchange_start(send->worker, &ask);

    return (send->exchange != NULL) ? NGX_OK : NGX_ERROR;
}


static void
ngx_inbox_send_on_exchanged(void *data, ngx_inbox_exchanged_t *how)
{
    ngx_inbox_send_t *send = data;

    send->exchange = NULL;

    switch (how->verdict.outcome) {

    case NGX_INBOX_SENT:
        ngx_inbox_send_settle(send, "sent", &how->verdict.message, NULL);
        return;

    case NGX_INBOX_PART:
        send->job.part++;
        ngx_inbox_send_part(send, &how->verdict.message);
        return;

    case NGX_INBOX_LATER:
        ngx_inbox_send_again(send, how);
        return;

    default: /* NGX_INBOX_NEVER */
        ngx_inbox_send_never(send, &how->verdict.error);
    }
}


/* the parts before this one have arrived, message: the id of the last of them;
   the store knows it before the next one goes, and holds the lease for it */

static void
ngx_inbox_send_part(ngx_inbox_send_t *send, const ngx_str_t *message)
{
    ngx_str_t  part;

    part = ngx_inbox_text_number(send->pool, (int64_t) send->job.part);
    send->args[6] = ngx_inbox_send_due(send, NGX_INBOX_SEND_HOLD);

    ngx_inbox_send_settle(send, "part", message, &part);
}


static void
ngx_inbox_send_again(ngx_inbox_send_t *send, ngx_inbox_exchanged_t *how)
{
    ngx_inbox_verdict_t  *verdict;

    verdict = &how->verdict;

    /* what never reached the platform is no try of it */

    if (how->untried) {
        ngx_inbox_send_pause(send, (ngx_msec_t) verdict->retry_after * 1000, 0,
                             &verdict->error);
        return;
    }

    if (how->lost) {
        ngx_log_error(NGX_LOG_WARN, send->worker->log, 0,
                      "inbox outbox: channel \"%V\" chat \"%V\" try %V: %V",
                      &send->item[NGX_INBOX_SEND_CHANNEL],
                      &send->item[NGX_INBOX_SEND_CHAT],
                      &send->item[NGX_INBOX_SEND_TRY], &verdict->error);
    }

    if (verdict->tries == 0) {
        verdict->tries = NGX_INBOX_SEND_TRIES;
    }

    if (ngx_inbox_send_number(send, NGX_INBOX_SEND_TRY) >= verdict->tries) {
        ngx_inbox_send_never(send, &verdict->error);
        return;
    }

    ngx_inbox_send_later(send, verdict->retry_after, how->doubt,
                         &verdict->error);
}


/* an item that is one; 0 when it is none */

static ngx_uint_t
ngx_inbox_send_number(ngx_inbox_send_t *send, ngx_uint_t place)
{
    ngx_int_t  n;

    n = ngx_atoi(send->item[place].data, send->item[place].len);

    return (n == NGX_ERROR) ? 0 : (ngx_uint_t) n;
}


/* asked: seconds the platform wants us to wait, or -1; doubt: it may have
   arrived */

static void
ngx_inbox_send_later(ngx_inbox_send_t *send, time_t asked, ngx_uint_t doubt,
    ngx_str_t *words)
{
    asked = ngx_min(asked, NGX_INBOX_SEND_ASKED_MAX);

    ngx_inbox_send_pause(send, (asked >= 0) ? (ngx_msec_t) asked * 1000
                                            : ngx_inbox_send_backoff(send),
                         doubt, words);
}


static ngx_msec_t
ngx_inbox_send_backoff(ngx_inbox_send_t *send)
{
    ngx_uint_t  tries;
    ngx_msec_t  ms;

    tries = ngx_max(ngx_inbox_send_number(send, NGX_INBOX_SEND_TRY), 1);
    ms = NGX_INBOX_SEND_PAUSE << ngx_min(tries - 1, NGX_INBOX_SEND_DOUBLED);
    ms = ngx_min(ms, NGX_INBOX_SEND_PAUSE_MAX);

    return ms + ngx_random() % (ms / 4);
}


static void
ngx_inbox_send_pause(ngx_inbox_send_t *send, ngx_msec_t ms, ngx_uint_t doubt,
    ngx_str_t *words)
{
    send->args[6] = ngx_inbox_send_due(send, ms);

    if (doubt) {
        ngx_str_set(&send->args[7], "1");
    }

    ngx_inbox_send_settle(send, "later", NULL, words);
}


/* in so many ms, as the store counts */

static ngx_str_t
ngx_inbox_send_due(ngx_inbox_send_t *send, ngx_msec_t ms)
{
    int64_t      now;
    ngx_time_t  *tp;

    tp = ngx_timeofday();
    now = (int64_t) tp->sec * 1000 + tp->msec;

    return ngx_inbox_text_number(send->pool, (now + (int64_t) ms) * 1000);
}


static void
ngx_inbox_send_never(ngx_inbox_send_t *send, ngx_str_t *words)
{
    static const ngx_str_t  given_up = ngx_string("the platform did not take "
                                                  "the message");

    ngx_inbox_send_settle(send, "never", NULL, words->len ? words : &given_up);
}


/* NULL: nothing */

static void
ngx_inbox_send_settle(ngx_inbox_send_t *send, const char *outcome,
    const ngx_str_t *message, const ngx_str_t *words)
{
    ngx_str_t  text, copy = ngx_null_string;

    if (words == NULL
        || ngx_inbox_text_mend(send->pool, words, &text) != NGX_OK)
    {
        ngx_str_null(&text);
    }

    text = ngx_inbox_text_cut(&text, NGX_INBOX_MAX_PREVIEW);

    /* they may lie in an answer that is gone when this turn ends */

    if (message != NULL) {
        copy = *message;
    }

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

    ngx_inbox_send_count(send, outcome);
    ngx_inbox_send_tell(send);
}


static void
ngx_inbox_send_count(ngx_inbox_send_t *send, const char *outcome)
{
    ngx_inbox_hook_e            how;
    const ngx_inbox_channel_t  *channel;

    channel = ngx_inbox_channel_find(&send->item[NGX_INBOX_SEND_KIND]);
    how = (*outcome == 's') ? NGX_INBOX_HOOK_SENT
          : (*outcome == 'l') ? NGX_INBOX_HOOK_LATER : NGX_INBOX_HOOK_NEVER;

    /* a part is none yet, nor is what was given back */

    if (channel != NULL && *outcome != 'r' && *outcome != 'p') {
        ngx_inbox_meter_hook(send->worker->conf->meter,
                             ngx_inbox_channel_place(channel), how);
    }
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

    /* the lease is ours still: on with the part that it is about */

    if (send->args[3].data[0] == 'p' && answer->status == NGX_HTTP_OK
        && answer->value->type == NGX_INBOX_REDIS_STRING
        && answer->value->str.len == 2)
    {
        send->tells = 0;

        if (ngx_inbox_send_exchange(send) == NGX_OK) {
            return;
        }
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
