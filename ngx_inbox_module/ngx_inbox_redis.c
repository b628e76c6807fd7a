
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The Redis client: calls over a connection that heals itself.
 *
 *     ngx_inbox_calls.c   who waits for which answer
 *     ngx_inbox_link.c    addresses, entry, reconnection
 *     ngx_inbox_entry.c   AUTH and SELECT
 *     ngx_inbox_wire.c    bytes out, values in
 *     ngx_inbox_resp.c    hiredis
 *
 * Here they are put together, and here are the rules about time: all calls
 * have the same timeout, hence one timer for all deadlines.  It looks at the
 * first deadline, and at the time since Redis has answered anything: when
 * that is the whole timeout, the connection is dropped.  Answers do not touch
 * it.  It holds a leaving worker just as long as callbacks are owed.
 *
 * Callbacks come from three frames only: an answer, the deadline timer, and a
 * posted event after a loss; never from within a call of the owner's, except
 * destroy.  A loss is only taken note of where it happens, because that may
 * be deep within an owner's own callback.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_inbox_calls.h"
#include "ngx_inbox_link.h"
#include "ngx_inbox_redis.h"
#include "ngx_inbox_resp.h"
#include "ngx_inbox_wire.h"


/* commands whose answers are to come: a second's work at full speed */
#define NGX_INBOX_REDIS_MAX_CALLS   16384
/* bytes that Redis has not taken yet: beyond this it is stalled, not busy */
#define NGX_INBOX_REDIS_MAX_UNSENT  (32 * 1024 * 1024)


struct ngx_inbox_redis_s {
    /* three pointers and a descriptor: nginx's debug log takes the data of
       any event for a connection */
    ngx_inbox_link_t           *link;
    ngx_inbox_redis_conf_t     *conf;
    ngx_log_t                  *log;
    ngx_socket_t                fd;         /* -1 for ever */

    ngx_inbox_redis_options_t   options;
    ngx_inbox_calls_t           calls;
    ngx_msec_t                  heard;      /* the last answer, or the first
                                               command after a pause */

    ngx_event_t                 deadline;
    ngx_event_t                 loss;       /* posted: somebody is to be told */

    unsigned                    down:1;     /* on_down is owed */
    unsigned                    full:1;     /* the log knows it */
    unsigned                    destroyed:1;
};


static void ngx_inbox_redis_init_events(ngx_inbox_redis_t *redis);

static ngx_int_t ngx_inbox_redis_format(ngx_inbox_redis_t *redis,
    const ngx_str_t *argv, ngx_uint_t argc, ngx_str_t *command);
static void ngx_inbox_redis_warn_full(ngx_inbox_redis_t *redis);
static ngx_int_t ngx_inbox_redis_ask(ngx_inbox_redis_t *redis,
    ngx_inbox_redis_call_t *call, ngx_str_t *command);

static void ngx_inbox_redis_on_up(void *data);
static void ngx_inbox_redis_on_value(void *data, ngx_inbox_redis_value_t *v);

static void ngx_inbox_redis_on_deadline(ngx_event_t *ev);
static void ngx_inbox_redis_set_deadline(ngx_inbox_redis_t *redis);

static void ngx_inbox_redis_on_down(void *data, ngx_uint_t was_up);
static void ngx_inbox_redis_on_loss(ngx_event_t *ev);


ngx_inbox_redis_t *
ngx_inbox_redis_create(ngx_pool_t *pool, ngx_inbox_redis_options_t *options)
{
    ngx_inbox_redis_t         *redis;
    ngx_inbox_link_options_t   lo;

    redis = ngx_pcalloc(pool, sizeof(ngx_inbox_redis_t));
    if (redis == NULL) {
        return NULL;
    }

    /* set by ngx_pcalloc(): redis->down = redis->full = redis->destroyed = 0 */

    redis->options = *options;
    redis->conf = options->conf;
    redis->log = options->log;
    redis->fd = (ngx_socket_t) -1;

    ngx_inbox_redis_init_events(redis);
    ngx_inbox_calls_init(&redis->calls, &redis->deadline, redis->log);

    lo.conf = options->conf;
    lo.log = options->log;
    lo.on_up = ngx_inbox_redis_on_up;
    lo.on_value = ngx_inbox_redis_on_value;
    lo.on_down = ngx_inbox_redis_on_down;
    lo.data = redis;

    redis->link = ngx_inbox_link_create(pool, &lo);
    if (redis->link == NULL) {
        return NULL;
    }

    return redis;
}


static void
ngx_inbox_redis_init_events(ngx_inbox_redis_t *redis)
{
    redis->deadline.handler = ngx_inbox_redis_on_deadline;
    redis->deadline.data = redis;
    redis->deadline.log = redis->log;

    redis->loss.handler = ngx_inbox_redis_on_loss;
    redis->loss.data = redis;
    redis->loss.log = redis->log;
}


ngx_inbox_redis_call_t *
ngx_inbox_redis_call(ngx_inbox_redis_t *redis, const ngx_str_t *argv,
    ngx_uint_t argc, ngx_inbox_redis_done_pt done, void *data)
{
    ngx_str_t                command;
    ngx_inbox_redis_call_t  *call;

    if (redis->destroyed || redis->options.push) {
        return NULL;
    }

    if (ngx_inbox_link_is_away(redis->link)) {
        return NULL;
    }

    if (redis->calls.n >= NGX_INBOX_REDIS_MAX_CALLS) {
        ngx_inbox_redis_warn_full(redis);
        return NULL;
    }

    if (ngx_inbox_redis_format(redis, argv, argc, &command) != NGX_OK) {
        return NULL;
    }

    call = ngx_inbox_calls_add(&redis->calls, done, data,
                               ngx_current_msec + redis->conf->timeout);
    if (call == NULL) {
        ngx_inbox_resp_free(&command);
        return NULL;
    }

    if (ngx_inbox_redis_ask(redis, call, &command) != NGX_OK) {
        ngx_inbox_calls_forget(call);
        return NULL;
    }

    if (!redis->deadline.timer_set) {
        ngx_add_timer(&redis->deadline, redis->conf->timeout);
    }

    return call;
}


static ngx_int_t
ngx_inbox_redis_format(ngx_inbox_redis_t *redis, const ngx_str_t *argv,
    ngx_uint_t argc, ngx_str_t *command)
{
    size_t     room, unsent;
    ngx_int_t  rc;

    unsent = ngx_inbox_link_written(redis->link)
             - ngx_inbox_link_sent(redis->link) + redis->calls.kept;

    room = (unsent < NGX_INBOX_REDIS_MAX_UNSENT)
           ? NGX_INBOX_REDIS_MAX_UNSENT - unsent : 0;

    rc = ngx_inbox_resp_format(argv, argc, room, command);

    if (rc == NGX_DECLINED) {
        ngx_inbox_redis_warn_full(redis);
    }

    return rc;
}


static void
ngx_inbox_redis_warn_full(ngx_inbox_redis_t *redis)
{
    if (redis->full) {
        return;
    }

    redis->full = 1;

    ngx_log_error(NGX_LOG_ERR, redis->log, 0,
                  "inbox redis: too much for \"%V\", %ui calls in flight",
                  &redis->conf->name, redis->calls.n);
}


/* takes the command whatever it returns; NGX_OK | NGX_ERROR (memory) */

static ngx_int_t
ngx_inbox_redis_ask(ngx_inbox_redis_t *redis, ngx_inbox_redis_call_t *call,
    ngx_str_t *command)
{
    ngx_int_t  rc;

    if (!ngx_inbox_link_is_up(redis->link)) {
        ngx_inbox_calls_keep(call, command);
        return NGX_OK;
    }

    rc = ngx_inbox_link_write(redis->link, command->data, command->len);

    ngx_inbox_resp_free(command);

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_queue_empty(&redis->calls.asked)) {
        redis->heard = ngx_current_msec;
    }

    ngx_inbox_calls_ask(call, ngx_inbox_link_written(redis->link));

    return NGX_OK;
}


static void
ngx_inbox_redis_on_up(void *data)
{
    ngx_inbox_redis_t  *redis = data;

    ngx_str_t                command;
    ngx_inbox_redis_call_t  *call;

    if (redis->options.on_up) {
        redis->options.on_up(redis->options.data);
    }

    while (ngx_inbox_link_is_up(redis->link)) {

        call = ngx_inbox_calls_early(&redis->calls, &command);
        if (call == NULL) {
            return;
        }

        if (ngx_inbox_redis_ask(redis, call, &command) != NGX_OK) {
            ngx_inbox_calls_end(call, NGX_DECLINED);
            ngx_inbox_wire_post(&redis->loss);
        }
    }
}


static void
ngx_inbox_redis_on_value(void *data, ngx_inbox_redis_value_t *v)
{
    ngx_inbox_redis_t  *redis = data;

    redis->heard = ngx_current_msec;
    redis->full = 0;

    if (redis->options.push) {

        if (redis->options.on_push) {
            redis->options.on_push(redis->options.data, v);
        }

        return;
    }

    if (ngx_inbox_calls_answer(&redis->calls, v) != NGX_OK) {
        ngx_inbox_link_drop(redis->link, "an answer that nobody asked for");
    }
}


static void
ngx_inbox_redis_on_deadline(ngx_event_t *ev)
{
    ngx_msec_t          silence;
    ngx_inbox_redis_t  *redis;

    redis = ev->data;

    ngx_inbox_calls_expire(&redis->calls);

    if (!ngx_queue_empty(&redis->calls.asked)) {
        silence = ngx_current_msec - redis->heard;

        if (silence >= redis->conf->timeout) {
            ngx_inbox_link_drop(redis->link, "no answer in time");
        }
    }

    ngx_inbox_redis_set_deadline(redis);
    ngx_inbox_redis_on_loss(&redis->loss);
}


/* the first deadline, or the end of patience, whichever comes first */

static void
ngx_inbox_redis_set_deadline(ngx_inbox_redis_t *redis)
{
    ngx_msec_int_t  ms, due;

    if (redis->deadline.timer_set) {
        ngx_del_timer(&redis->deadline);
    }

    if (redis->calls.n == 0) {
        return;
    }

    ms = redis->conf->timeout;

    if (!ngx_queue_empty(&redis->calls.asked)) {
        ms -= ngx_current_msec - redis->heard;
    }

    due = ngx_inbox_calls_due(&redis->calls);

    if (due != -1) {
        ms = ngx_min(ms, due);
    }

    ngx_add_timer(&redis->deadline, (ngx_msec_t) ngx_max(ms, 1));
}


static void
ngx_inbox_redis_on_down(void *data, ngx_uint_t was_up)
{
    ngx_inbox_redis_t  *redis = data;

    if (was_up) {
        redis->down = 1;
    }

    ngx_inbox_calls_end_all(&redis->calls, ngx_inbox_link_sent(redis->link));

    ngx_inbox_wire_post(&redis->loss);
}


static void
ngx_inbox_redis_on_loss(ngx_event_t *ev)
{
    ngx_inbox_redis_t  *redis;

    redis = ev->data;

    if (redis->down) {
        redis->down = 0;

        if (redis->options.on_down) {
            redis->options.on_down(redis->options.data);
        }
    }

    ngx_inbox_calls_tell(&redis->calls);
}


void
ngx_inbox_redis_forget(ngx_inbox_redis_call_t *call)
{
    ngx_inbox_calls_forget(call);
}


ngx_int_t
ngx_inbox_redis_send(ngx_inbox_redis_t *redis, const ngx_str_t *argv,
    ngx_uint_t argc)
{
    ngx_int_t  rc;
    ngx_str_t  command;

    if (!redis->options.push || !ngx_inbox_link_is_up(redis->link)) {
        return NGX_ERROR;
    }

    if (ngx_inbox_redis_format(redis, argv, argc, &command) != NGX_OK) {
        return NGX_ERROR;
    }

    rc = ngx_inbox_link_write(redis->link, command.data, command.len);

    ngx_inbox_resp_free(&command);

    return rc;
}


void
ngx_inbox_redis_drop(ngx_inbox_redis_t *redis, const char *why)
{
    ngx_inbox_link_drop(redis->link, why);
}


void
ngx_inbox_redis_destroy(ngx_inbox_redis_t *redis)
{
    redis->destroyed = 1;
    redis->down = 0;

    ngx_inbox_link_destroy(redis->link);

    if (redis->deadline.timer_set) {
        ngx_del_timer(&redis->deadline);
    }

    if (redis->loss.posted) {
        ngx_delete_posted_event(&redis->loss);
    }

    ngx_inbox_calls_end_all(&redis->calls, ngx_inbox_link_sent(redis->link));
    ngx_inbox_calls_tell(&redis->calls);
}


ngx_uint_t
ngx_inbox_redis_is_up(const ngx_inbox_redis_t *redis)
{
    return ngx_inbox_link_is_up(redis->link);
}


ngx_uint_t
ngx_inbox_redis_in_flight(const ngx_inbox_redis_t *redis)
{
    return redis->calls.owed;
}
