
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A call has two sides, and is freed when it is on neither any more:
 *
 *     the wire's    `early` (the first connection is being made, the command
 *                   is kept), then `asked` (written, in the order in which
 *                   answers will come)
 *     the owner's   `waiting` (in the order of deadlines: all calls have the
 *                   same timeout), then `ended` (to be called back without an
 *                   answer)
 *
 * So a call that has timed out or was forgotten stays in `asked` as a place
 * holder, and its answer is skipped when it comes.
 *
 * Before a callback its call is off the owner's lists, so that the
 * callback may do anything to any call, to the connection and to the client.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_inbox_calls.h"
#include "ngx_inbox_resp.h"


static void ngx_inbox_calls_leave_wire(ngx_inbox_redis_call_t *call);
static void ngx_inbox_calls_leave_owner(ngx_inbox_redis_call_t *call);
static void ngx_inbox_calls_release(ngx_inbox_redis_call_t *call);


void
ngx_inbox_calls_init(ngx_inbox_calls_t *calls, ngx_event_t *timer,
    ngx_log_t *log)
{
    ngx_queue_init(&calls->early);
    ngx_queue_init(&calls->asked);
    ngx_queue_init(&calls->waiting);
    ngx_queue_init(&calls->ended);

    calls->n = 0;
    calls->owed = 0;
    calls->kept = 0;
    calls->timer = timer;
    calls->log = log;

    timer->cancelable = 1;
}


ngx_inbox_redis_call_t *
ngx_inbox_calls_add(ngx_inbox_calls_t *calls, ngx_inbox_redis_done_pt done,
    void *data, ngx_msec_t deadline)
{
    ngx_inbox_redis_call_t  *call;

    call = ngx_calloc(sizeof(ngx_inbox_redis_call_t), calls->log);
    if (call == NULL) {
        return NULL;
    }

    /* set by ngx_calloc(): no command, on neither side */

    call->calls = calls;
    call->done = done;
    call->data = data;
    call->deadline = deadline;
    call->rc = NGX_AGAIN;

    if (done) {
        call->owed = 1;
        calls->owed++;
        calls->timer->cancelable = 0;
        ngx_queue_insert_tail(&calls->waiting, &call->owner);
    }

    return call;
}


void
ngx_inbox_calls_keep(ngx_inbox_redis_call_t *call, ngx_str_t *command)
{
    call->early = 1;
    call->command = *command;

    call->calls->kept += command->len;
    call->calls->n++;

    ngx_queue_insert_tail(&call->calls->early, &call->wire);
}


void
ngx_inbox_calls_ask(ngx_inbox_redis_call_t *call, uint64_t end)
{
    call->asked = 1;
    call->end = end;

    call->calls->n++;

    ngx_queue_insert_tail(&call->calls->asked, &call->wire);
}


ngx_inbox_redis_call_t *
ngx_inbox_calls_early(ngx_inbox_calls_t *calls, ngx_str_t *command)
{
    ngx_queue_t             *q;
    ngx_inbox_redis_call_t  *call;

    if (ngx_queue_empty(&calls->early)) {
        return NULL;
    }

    q = ngx_queue_head(&calls->early);
    call = ngx_queue_data(q, ngx_inbox_redis_call_t, wire);

    *command = call->command;

    calls->kept -= call->command.len;
    ngx_str_null(&call->command);

    ngx_inbox_calls_leave_wire(call);

    return call;
}


ngx_int_t
ngx_inbox_calls_answer(ngx_inbox_calls_t *calls, ngx_inbox_redis_value_t *v)
{
    void                     *data;
    ngx_queue_t              *q;
    ngx_inbox_redis_call_t   *call;
    ngx_inbox_redis_done_pt   done;

    if (ngx_queue_empty(&calls->asked)) {
        return NGX_DECLINED;
    }

    q = ngx_queue_head(&calls->asked);
    call = ngx_queue_data(q, ngx_inbox_redis_call_t, wire);

    ngx_inbox_calls_leave_wire(call);

    if (!call->owed || call->rc != NGX_AGAIN) {
        /* forgotten or too late; who has ended is told so elsewhere */
        ngx_inbox_calls_release(call);
        return NGX_OK;
    }

    done = call->done;
    data = call->data;

    ngx_inbox_calls_leave_owner(call);
    ngx_inbox_calls_release(call);

    done(data, NGX_OK, v);

    return NGX_OK;
}


void
ngx_inbox_calls_end(ngx_inbox_redis_call_t *call, ngx_int_t rc)
{
    ngx_inbox_calls_t  *calls;

    if (call->early) {
        ngx_inbox_calls_leave_wire(call);
    }

    if (call->owed && call->rc == NGX_AGAIN) {
        calls = call->calls;
        call->rc = rc;
        ngx_queue_remove(&call->owner);
        ngx_queue_insert_tail(&calls->ended, &call->owner);
    }

    ngx_inbox_calls_release(call);
}


void
ngx_inbox_calls_expire(ngx_inbox_calls_t *calls)
{
    ngx_queue_t             *q;
    ngx_inbox_redis_call_t  *call;

    while (!ngx_queue_empty(&calls->waiting)) {

        q = ngx_queue_head(&calls->waiting);
        call = ngx_queue_data(q, ngx_inbox_redis_call_t, owner);

        if ((ngx_msec_int_t) (call->deadline - ngx_current_msec) > 0) {
            return;
        }

        ngx_inbox_calls_end(call, call->early ? NGX_DECLINED : NGX_ERROR);
    }
}


void
ngx_inbox_calls_end_all(ngx_inbox_calls_t *calls, uint64_t sent)
{
    ngx_int_t                rc;
    ngx_str_t                command;
    ngx_queue_t             *q;
    ngx_inbox_redis_call_t  *call;

    while (!ngx_queue_empty(&calls->asked)) {

        q = ngx_queue_head(&calls->asked);
        call = ngx_queue_data(q, ngx_inbox_redis_call_t, wire);

        /* of a command whose last byte is still here nothing is done */
        rc = (call->end > sent) ? NGX_DECLINED : NGX_ERROR;

        ngx_inbox_calls_leave_wire(call);
        ngx_inbox_calls_end(call, rc);
    }

    for ( ;; ) {
        call = ngx_inbox_calls_early(calls, &command);
        if (call == NULL) {
            return;
        }

        ngx_inbox_resp_free(&command);
        ngx_inbox_calls_end(call, NGX_DECLINED);
    }
}


void
ngx_inbox_calls_tell(ngx_inbox_calls_t *calls)
{
    void                     *data;
    ngx_int_t                 rc;
    ngx_queue_t              *q;
    ngx_inbox_redis_call_t   *call;
    ngx_inbox_redis_done_pt   done;

    while (!ngx_queue_empty(&calls->ended)) {

        q = ngx_queue_head(&calls->ended);
        call = ngx_queue_data(q, ngx_inbox_redis_call_t, owner);

        done = call->done;
        data = call->data;
        rc = call->rc;

        ngx_inbox_calls_leave_owner(call);
        ngx_inbox_calls_release(call);

        done(data, rc, NULL);
    }
}


ngx_msec_int_t
ngx_inbox_calls_due(const ngx_inbox_calls_t *calls)
{
    ngx_queue_t             *q;
    ngx_msec_int_t           ms;
    ngx_inbox_redis_call_t  *call;

    if (ngx_queue_empty(&calls->waiting)) {
        return -1;
    }

    q = ngx_queue_head(&calls->waiting);
    call = ngx_queue_data(q, ngx_inbox_redis_call_t, owner);

    ms = call->deadline - ngx_current_msec;

    return ngx_max(ms, 0);
}


void
ngx_inbox_calls_forget(ngx_inbox_redis_call_t *call)
{
    if (call->early) {
        ngx_inbox_calls_leave_wire(call);
    }

    ngx_inbox_calls_leave_owner(call);
    ngx_inbox_calls_release(call);
}


static void
ngx_inbox_calls_leave_wire(ngx_inbox_redis_call_t *call)
{
    if (call->command.data) {
        call->calls->kept -= call->command.len;
        ngx_inbox_resp_free(&call->command);
    }

    ngx_queue_remove(&call->wire);
    call->calls->n--;

    call->early = 0;
    call->asked = 0;
}


static void
ngx_inbox_calls_leave_owner(ngx_inbox_redis_call_t *call)
{
    ngx_inbox_calls_t  *calls;

    if (!call->owed) {
        return;
    }

    calls = call->calls;

    ngx_queue_remove(&call->owner);
    call->owed = 0;

    calls->owed--;
    calls->timer->cancelable = (calls->owed == 0);
}


/* frees the call when it is on neither side */

static void
ngx_inbox_calls_release(ngx_inbox_redis_call_t *call)
{
    if (!call->early && !call->asked && !call->owed) {
        ngx_free(call);
    }
}
