
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Sends and their life:
 *
 *   send         copied and checked; its host is asked for; a deadline runs
 *   on_address   the transfer is made, pinned to the addresses, given to curl
 *   on_done      curl is through with it, well or badly; it is judged
 *   on_deadline  or its time is over; it is taken from curl and judged
 *   on_end       judged sends are called back, one after the other, and freed
 *
 * Each send has its own deadline, a timer of nginx that a leaving worker waits
 * for; everything else is cancelable.  So a worker leaves as soon as its sends
 * have ended, and each ends within its timeout, whatever curl, a name server or
 * a platform does.  worker_shutdown_timeout ends them all at once, with a
 * reason.
 *
 * A send is in exactly one list: going, starved or ended.  Callbacks come only
 * from the ended list and from a posted event, with nothing of ours left to do
 * after them, so that they may start and forget whatever they like.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <curl/curl.h>

#include "ngx_inbox_http.h"
#include "ngx_inbox_http_easy.h"
#include "ngx_inbox_http_loop.h"
#include "ngx_inbox_meter.h"


/* of a send's memory: its own structures and a small request */
#define NGX_INBOX_HTTP_POOL  4096


struct ngx_inbox_http_s {
    /* the debug log takes an event's data for a connection: three pointers,
       then a descriptor */
    void                   *ident[3];
    ngx_socket_t            fd;

    ngx_inbox_http_loop_t   loop;
    ngx_inbox_main_conf_t  *conf;
    ngx_array_t             origins;     /* of ngx_str_t: the operator's own */
    ngx_log_t              *log;

    ngx_event_t             end;         /* posted: starved or ended sends */

    ngx_queue_t             going;
    ngx_queue_t             starved;
    ngx_queue_t             ended;
    ngx_uint_t              in_flight;
};


struct ngx_inbox_http_send_s {
    void                     *ident[3];
    ngx_socket_t              fd;

    ngx_queue_t               queue;
    ngx_inbox_http_t         *http;
    ngx_pool_t               *pool;
    ngx_inbox_resolve_t      *resolve;   /* NULL: not asking */
    ngx_inbox_http_easy_t     easy;
    ngx_event_t               deadline;
    ngx_inbox_http_answer_t   answer;    /* when in the ended list */

    ngx_inbox_http_done_pt    done;
    void                     *data;

    unsigned                  added:1;   /* to the multi */
    unsigned                  called:1;  /* done() is running */
};


static ngx_int_t ngx_inbox_http_origins(ngx_inbox_http_t *http,
    ngx_pool_t *pool);

static ngx_inbox_http_send_t *ngx_inbox_http_send_create(
    ngx_inbox_http_t *http, ngx_msec_t timeout);
static ngx_uint_t ngx_inbox_http_is_own(ngx_inbox_http_t *http,
    const ngx_str_t *origin);
static ngx_inbox_resolve_t *ngx_inbox_http_ask(ngx_inbox_http_send_t *send);
static void ngx_inbox_http_on_address(void *data,
    ngx_inbox_resolved_t *resolved);
static CURLcode ngx_inbox_http_begin(ngx_inbox_http_send_t *send,
    ngx_inbox_resolved_t *resolved);

static void ngx_inbox_http_on_done(void *what, CURLcode code);
static void ngx_inbox_http_on_starved(void *what);
static void ngx_inbox_http_on_leave(void *data);
static void ngx_inbox_http_on_deadline(ngx_event_t *ev);
static void ngx_inbox_http_settle(ngx_inbox_http_send_t *send,
    CURLcode code);
static void ngx_inbox_http_on_end(ngx_event_t *ev);
static void ngx_inbox_http_send_free(ngx_inbox_http_send_t *send);
static void ngx_inbox_http_count(ngx_inbox_http_t *http, ngx_uint_t n);


ngx_inbox_http_t *
ngx_inbox_http_create(ngx_pool_t *pool, ngx_inbox_main_conf_t *conf,
    ngx_log_t *log)
{
    ngx_inbox_http_t  *http;

    http = ngx_pcalloc(pool, sizeof(ngx_inbox_http_t));
    if (http == NULL) {
        return NULL;
    }

    http->fd = (ngx_socket_t) -1;
    http->conf = conf;
    http->log = log;

    ngx_queue_init(&http->going);
    ngx_queue_init(&http->starved);
    ngx_queue_init(&http->ended);

    http->end.handler = ngx_inbox_http_on_end;
    http->end.data = http;
    http->end.log = log;

    if (ngx_inbox_http_origins(http, pool) != NGX_OK) {
        return NULL;
    }

    http->loop.log = log;
    http->loop.on_done = ngx_inbox_http_on_done;
    http->loop.on_starved = ngx_inbox_http_on_starved;
    http->loop.on_leave = ngx_inbox_http_on_leave;
    http->loop.data = http;

    if (ngx_inbox_http_loop_open(&http->loop) != NGX_OK) {
        return NULL;
    }

    return http;
}


/* the operator's own origins, as they would be written by us */
static ngx_int_t
ngx_inbox_http_origins(ngx_inbox_http_t *http, ngx_pool_t *pool)
{
    ngx_str_t             *origin;
    ngx_uint_t             i;
    ngx_inbox_api_conf_t  *api;

    if (ngx_array_init(&http->origins, pool, 4, sizeof(ngx_str_t)) != NGX_OK) {
        return NGX_ERROR;
    }

    if (http->conf->apis == NULL) {
        return NGX_OK;
    }

    api = http->conf->apis->elts;

    for (i = 0; i < http->conf->apis->nelts; i++) {

        origin = ngx_array_push(&http->origins);
        if (origin == NULL) {
            return NGX_ERROR;
        }

        if (ngx_inbox_http_request_origin(pool, &api[i].origin, origin)
            != NGX_OK)
        {
            ngx_log_error(NGX_LOG_ERR, http->log, 0,
                          "inbox http: origin \"%V\" is not a URL",
                          &api[i].origin);
            ngx_str_null(origin);
        }
    }

    return NGX_OK;
}


void
ngx_inbox_http_destroy(ngx_inbox_http_t *http)
{
    ngx_uint_t    i;
    ngx_queue_t  *q, *lists[3];

    lists[0] = &http->going;
    lists[1] = &http->starved;
    lists[2] = &http->ended;

    for (i = 0; i < 3; i++) {

        while (!ngx_queue_empty(lists[i])) {
            q = ngx_queue_head(lists[i]);
            ngx_inbox_http_send_free(ngx_queue_data(q, ngx_inbox_http_send_t,
                                                    queue));
        }
    }

    ngx_inbox_http_loop_close(&http->loop);

    if (http->end.posted) {
        ngx_delete_posted_event(&http->end);
    }
}


ngx_inbox_http_send_t *
ngx_inbox_http_send(ngx_inbox_http_t *http, ngx_inbox_http_request_t *request,
    ngx_msec_t timeout, ngx_inbox_http_done_pt done, void *data)
{
    ngx_inbox_http_send_t  *send;

    if (http->in_flight >= http->conf->max_sends
        || !ngx_inbox_fd_available())
    {
        return NULL;
    }

    send = ngx_inbox_http_send_create(http, timeout);
    if (send == NULL) {
        return NULL;
    }

    send->done = done;
    send->data = data;

    if (ngx_inbox_http_request_read(&send->easy, request) != NGX_OK) {
        ngx_inbox_http_send_free(send);
        return NULL;
    }

    send->easy.any = !request->foreign
                     && ngx_inbox_http_is_own(http, &send->easy.origin);

    send->resolve = ngx_inbox_http_ask(send);
    if (send->resolve == NULL) {
        ngx_inbox_http_send_free(send);
        return NULL;
    }

    ngx_add_timer(&send->deadline, timeout);

    return send;
}


static ngx_inbox_http_send_t *
ngx_inbox_http_send_create(ngx_inbox_http_t *http, ngx_msec_t timeout)
{
    ngx_pool_t             *pool;
    ngx_inbox_http_send_t  *send;

    pool = ngx_create_pool(NGX_INBOX_HTTP_POOL, http->log);
    if (pool == NULL) {
        return NULL;
    }

    send = ngx_pcalloc(pool, sizeof(ngx_inbox_http_send_t));
    if (send == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    send->fd = (ngx_socket_t) -1;
    send->http = http;
    send->pool = pool;

    /* not cancelable: a leaving worker waits for it */
    send->deadline.handler = ngx_inbox_http_on_deadline;
    send->deadline.data = send;
    send->deadline.log = http->log;

    send->easy.pool = pool;
    send->easy.log = http->log;
    send->easy.fds = &http->loop.fds;
    send->easy.share = http->loop.share;
    send->easy.timeout = timeout;

    ngx_queue_insert_tail(&http->going, &send->queue);
    ngx_inbox_http_count(http, http->in_flight + 1);

    return send;
}


static ngx_uint_t
ngx_inbox_http_is_own(ngx_inbox_http_t *http, const ngx_str_t *origin)
{
    ngx_str_t   *own;
    ngx_uint_t   i;

    own = http->origins.elts;

    for (i = 0; i < http->origins.nelts; i++) {
        if (own[i].len == origin->len
            && ngx_memcmp(own[i].data, origin->data, origin->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static ngx_inbox_resolve_t *
ngx_inbox_http_ask(ngx_inbox_http_send_t *send)
{
    ngx_inbox_question_t   question;
    ngx_inbox_main_conf_t  *conf;

    conf = send->http->conf;

    question.resolver = conf->resolver;
    question.timeout = ngx_min(conf->resolver_timeout, send->easy.timeout);
    question.host = send->easy.host;
    question.any = send->easy.any;
    question.log = send->http->log;
    question.done = ngx_inbox_http_on_address;
    question.data = send;

    return ngx_inbox_resolve_start(send->pool, &question);
}


static void
ngx_inbox_http_on_address(void *data, ngx_inbox_resolved_t *resolved)
{
    CURLcode                code;
    ngx_inbox_http_send_t  *send = data;

    send->resolve = NULL;

    if (resolved->rc != NGX_OK) {
        ngx_inbox_http_settle(send, CURLE_COULDNT_RESOLVE_HOST);
        send->answer.error = resolved->error;
        return;
    }

    code = ngx_inbox_http_begin(send, resolved);

    if (code != CURLE_OK) {
        ngx_inbox_http_settle(send, code);
    }
}


static CURLcode
ngx_inbox_http_begin(ngx_inbox_http_send_t *send,
    ngx_inbox_resolved_t *resolved)
{
    if (ngx_inbox_http_easy_open(&send->easy, resolved, send) != NGX_OK) {
        return CURLE_OUT_OF_MEMORY;
    }

    if (ngx_inbox_http_loop_add(&send->http->loop, send->easy.curl) != NGX_OK) {
        return CURLE_OUT_OF_MEMORY;
    }

    send->added = 1;

    return CURLE_OK;
}


static void
ngx_inbox_http_on_done(void *what, CURLcode code)
{
    ngx_inbox_http_settle(what, code);
}


/* within curl: note it and return */
static void
ngx_inbox_http_on_starved(void *what)
{
    ngx_inbox_http_send_t  *send = what;

    send->easy.starved = 1;

    ngx_queue_remove(&send->queue);
    ngx_queue_insert_tail(&send->http->starved, &send->queue);

    ngx_post_event(&send->http->end, &ngx_posted_events);
}


/* nginx wants its connections closed: whatever goes on ends */
static void
ngx_inbox_http_on_leave(void *data)
{
    ngx_queue_t       *q;
    ngx_inbox_http_t  *http = data;

    while (!ngx_queue_empty(&http->going)) {
        q = ngx_queue_head(&http->going);

        ngx_inbox_http_settle(ngx_queue_data(q, ngx_inbox_http_send_t, queue),
                              CURLE_ABORTED_BY_CALLBACK);
    }
}


static void
ngx_inbox_http_on_deadline(ngx_event_t *ev)
{
    ngx_inbox_http_settle(ev->data, CURLE_OPERATION_TIMEDOUT);
}


/* the outcome is known: off curl, into the ended list */
static void
ngx_inbox_http_settle(ngx_inbox_http_send_t *send, CURLcode code)
{
    ngx_inbox_http_t  *http;

    http = send->http;

    if (send->deadline.timer_set) {
        ngx_del_timer(&send->deadline);
    }

    if (send->resolve) {
        ngx_inbox_resolve_forget(send->resolve);
        send->resolve = NULL;
    }

    if (send->added) {
        ngx_inbox_http_loop_remove(&http->loop, send->easy.curl);
        send->added = 0;
    }

    ngx_inbox_http_answer_judge(&send->easy, code, &send->answer);

    ngx_queue_remove(&send->queue);
    ngx_queue_insert_tail(&http->ended, &send->queue);

    ngx_post_event(&http->end, &ngx_posted_events);
}


static void
ngx_inbox_http_on_end(ngx_event_t *ev)
{
    ngx_queue_t            *q;
    ngx_inbox_http_t       *http;
    ngx_inbox_http_send_t  *send;

    http = ev->data;

    while (!ngx_queue_empty(&http->starved)) {
        q = ngx_queue_head(&http->starved);
        send = ngx_queue_data(q, ngx_inbox_http_send_t, queue);

        ngx_inbox_http_settle(send, CURLE_COULDNT_CONNECT);
    }

    while (!ngx_queue_empty(&http->ended)) {
        q = ngx_queue_head(&http->ended);
        send = ngx_queue_data(q, ngx_inbox_http_send_t, queue);

        /* the slot is free: the callback may start the next */
        ngx_queue_remove(q);
        ngx_queue_init(q);
        ngx_inbox_http_count(http, http->in_flight - 1);

        send->called = 1;
        send->done(send->data, &send->answer);

        ngx_inbox_http_send_free(send);
    }
}


void
ngx_inbox_http_forget(ngx_inbox_http_send_t *send)
{
    /* within its own callback: the frame above frees it */
    if (send->called) {
        return;
    }

    ngx_inbox_http_send_free(send);
}


static void
ngx_inbox_http_send_free(ngx_inbox_http_send_t *send)
{
    ngx_inbox_http_t  *http;

    http = send->http;

    if (send->resolve) {
        ngx_inbox_resolve_forget(send->resolve);
    }

    if (send->deadline.timer_set) {
        ngx_del_timer(&send->deadline);
    }

    if (send->added) {
        ngx_inbox_http_loop_remove(&http->loop, send->easy.curl);
    }

    ngx_inbox_http_easy_close(&send->easy);

    if (!send->called) {
        ngx_queue_remove(&send->queue);
        ngx_inbox_http_count(http, http->in_flight - 1);
    }

    ngx_destroy_pool(send->pool);
}


static void
ngx_inbox_http_count(ngx_inbox_http_t *http, ngx_uint_t n)
{
    http->in_flight = n;
    ngx_inbox_meter_gauge(http->conf->meter, NGX_INBOX_GAUGE_SENDS, n);
}


ngx_uint_t
ngx_inbox_http_in_flight(const ngx_inbox_http_t *http)
{
    return http->in_flight;
}
