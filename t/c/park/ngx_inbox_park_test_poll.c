
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The endpoints that wait: a poll that parks, and a request that is held while
 * a call is under way.  A call to the store is a timer.
 */

#include "ngx_inbox_park_test.h"


#define NGX_INBOX_PARK_TEST_TOPIC  64


/* a call to the store: of a poll, or of a held request */
typedef struct {
    ngx_event_t             timer;
    ngx_connection_t        dummy;
    ngx_inbox_park_test_t  *test;
    ngx_inbox_parked_t     *poll;
    ngx_http_request_t     *request;
    ngx_inbox_wake_e        why;
} ngx_inbox_park_test_ask_t;

/* the record of a poll */
typedef struct {
    ngx_inbox_park_test_t      *test;
    ngx_inbox_park_test_ask_t  *ask;   /* in flight, or NULL */
    ngx_uint_t                  wakes;
    ngx_msec_t                  delay;
    ngx_uint_t                  first; /* the first answer has come */
    size_t                      len;
    u_char                      topic[NGX_INBOX_PARK_TEST_TOPIC];
} ngx_inbox_park_test_poll_t;


static ngx_int_t ngx_inbox_park_test_busy(ngx_http_request_t *r,
    ngx_inbox_park_busy_e busy);
static void ngx_inbox_park_test_wake(ngx_inbox_parked_t *p,
    ngx_inbox_wake_e why);
static void ngx_inbox_park_test_gone(ngx_inbox_parked_t *p);
static void ngx_inbox_park_test_end(ngx_inbox_parked_t *p,
    ngx_inbox_wake_e why);
static void ngx_inbox_park_test_value(ngx_http_request_t *r, char *name,
    ngx_str_t *value);

static void ngx_inbox_park_test_hold_gone(void *data);

static ngx_inbox_park_test_ask_t *ngx_inbox_park_test_ask(
    ngx_inbox_park_test_t *t, ngx_msec_t delay);
static void ngx_inbox_park_test_on_answer(ngx_event_t *ev);
static void ngx_inbox_park_test_forget(ngx_inbox_park_test_ask_t *ask);


static const ngx_inbox_park_owner_t  ngx_inbox_park_test_owner = {
    ngx_inbox_park_test_wake,
    ngx_inbox_park_test_gone,
    NULL,
    NULL
};


ngx_int_t
ngx_inbox_park_test_poll(ngx_http_request_t *r)
{
    ngx_int_t                    rc;
    ngx_str_t                    topic;
    ngx_inbox_park_busy_e        busy;
    ngx_inbox_parked_t          *p;
    ngx_inbox_park_terms_t       terms;
    ngx_inbox_park_test_poll_t   poll, *record;

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_http_arg(r, (u_char *) "topic", 5, &topic) != NGX_OK
        || topic.len > NGX_INBOX_PARK_TEST_TOPIC)
    {
        return NGX_HTTP_BAD_REQUEST;
    }

    ngx_memzero(&poll, sizeof(ngx_inbox_park_test_poll_t));

    poll.test = ngx_inbox_park_test_of(r);
    poll.delay = ngx_inbox_endpoint_number(r, "ask", 5);
    poll.len = topic.len;
    ngx_memcpy(poll.topic, topic.data, topic.len);

    terms.topic = &topic;
    terms.wait = ngx_inbox_endpoint_number(r, "wait", 10000);
    terms.owner = &ngx_inbox_park_test_owner;
    terms.record = &poll;
    terms.size = sizeof(poll);
    terms.stranger = 0;

    p = ngx_inbox_park_add(poll.test->park, r, &terms, &busy);
    if (p == NULL) {
        return ngx_inbox_park_test_busy(r, busy);
    }

    if (ngx_inbox_endpoint_number(r, "at_once", 0)) {
        ngx_inbox_park_sleep(p);
        return NGX_DONE;
    }

    record = ngx_inbox_park_record(p);
    record->ask = ngx_inbox_park_test_ask(poll.test, poll.delay);

    if (record->ask == NULL) {
        ngx_inbox_park_finish(ngx_inbox_park_rise(p), NGX_ERROR);
        return NGX_DONE;
    }

    record->ask->poll = p;

    return NGX_DONE;
}


static ngx_int_t
ngx_inbox_park_test_busy(ngx_http_request_t *r, ngx_inbox_park_busy_e busy)
{
    ngx_str_t  body = ngx_string("busy");

    return busy ? ngx_inbox_park_test_say(r, 503, &body)
                : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


static void
ngx_inbox_park_test_wake(ngx_inbox_parked_t *p, ngx_inbox_wake_e why)
{
    ngx_inbox_park_test_poll_t  *poll;

    poll = ngx_inbox_park_record(p);
    poll->first = 1;
    poll->wakes++;

    if (why == NGX_INBOX_WAKE_TIMEOUT || why == NGX_INBOX_WAKE_EXIT) {
        ngx_inbox_park_test_end(p, why);
        return;
    }

    poll->ask = ngx_inbox_park_test_ask(poll->test, poll->delay);

    if (poll->ask == NULL) {
        ngx_inbox_park_test_end(p, why);
        return;
    }

    poll->ask->poll = p;
    poll->ask->why = why;
}


static void
ngx_inbox_park_test_gone(ngx_inbox_parked_t *p)
{
    ngx_inbox_park_test_poll_t  *poll;

    poll = ngx_inbox_park_record(p);
    poll->test->gone++;

    if (poll->ask) {
        ngx_inbox_park_test_forget(poll->ask);
    }
}


static void
ngx_inbox_park_test_end(ngx_inbox_parked_t *p, ngx_inbox_wake_e why)
{
    u_char                      *last;
    ngx_int_t                    rc;
    ngx_str_t                    body, origin, encoding;
    ngx_http_request_t          *r;
    ngx_inbox_park_test_poll_t   poll;

    static char  *words[] = { "notice", "again", "revoked", "timeout", "exit" };

    poll = *(ngx_inbox_park_test_poll_t *) ngx_inbox_park_record(p);

    r = ngx_inbox_park_rise(p);
    if (r == NULL) {
        return;
    }

    ngx_inbox_park_test_value(r, "origin", &origin);
    ngx_inbox_park_test_value(r, "accept-encoding", &encoding);

    body.len = sizeof("why=revoked wakes= topic= origin= encoding=\n")
               + NGX_INT_T_LEN + poll.len + origin.len + encoding.len;
    body.data = ngx_pnalloc(r->pool, body.len);
    if (body.data == NULL) {
        ngx_inbox_park_finish(r, NGX_ERROR);
        return;
    }

    last = ngx_slprintf(body.data, body.data + body.len,
                        "why=%s wakes=%ui topic=%*s origin=%V encoding=%V\n",
                        words[why], poll.wakes, poll.len, poll.topic,
                        &origin, &encoding);
    body.len = last - body.data;

    rc = ngx_inbox_park_test_say(r, 200, &body);

    ngx_inbox_park_finish(r, rc);
}


static void
ngx_inbox_park_test_value(ngx_http_request_t *r, char *name, ngx_str_t *value)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    ngx_str_set(value, "-");

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (ngx_strcmp(h[i].lowcase_key, name) == 0) {
                *value = h[i].value;
            }
        }
    }
}


ngx_int_t
ngx_inbox_park_test_hold(ngx_http_request_t *r)
{
    ngx_int_t                   rc;
    ngx_inbox_park_test_ask_t  *ask;

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    ask = ngx_inbox_park_test_ask(ngx_inbox_park_test_of(r),
                                  ngx_inbox_endpoint_number(r, "ask", 5));
    if (ask == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ask->request = r;

    /* twice, as an endpoint does that calls the store twice */

    if (ngx_inbox_park_hold(r, ngx_inbox_park_test_hold_gone, ask) != NGX_OK
        || ngx_inbox_park_hold(r, ngx_inbox_park_test_hold_gone, ask)
           != NGX_OK)
    {
        ngx_inbox_park_test_forget(ask);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return NGX_DONE;
}


static void
ngx_inbox_park_test_hold_gone(void *data)
{
    ngx_inbox_park_test_ask_t *ask = data;

    ask->test->gone++;
    ngx_inbox_park_test_forget(ask);
}


static ngx_inbox_park_test_ask_t *
ngx_inbox_park_test_ask(ngx_inbox_park_test_t *t, ngx_msec_t delay)
{
    ngx_inbox_park_test_ask_t  *ask;

    ask = ngx_calloc(sizeof(ngx_inbox_park_test_ask_t), ngx_cycle->log);
    if (ask == NULL) {
        return NULL;
    }

    ask->test = t;
    ask->dummy.fd = (ngx_socket_t) -1;
    ask->dummy.data = ask;
    ask->timer.data = &ask->dummy;
    ask->timer.log = ngx_cycle->log;
    ask->timer.handler = ngx_inbox_park_test_on_answer;

    ngx_add_timer(&ask->timer, delay);
    t->asks++;

    return ask;
}


static void
ngx_inbox_park_test_on_answer(ngx_event_t *ev)
{
    ngx_str_t                    body = ngx_string("held");
    ngx_connection_t            *dummy;
    ngx_http_request_t          *r;
    ngx_inbox_wake_e             why;
    ngx_inbox_parked_t          *p;
    ngx_inbox_park_test_ask_t   *ask;
    ngx_inbox_park_test_poll_t  *poll;

    dummy = ev->data;
    ask = dummy->data;

    p = ask->poll;
    r = ask->request;
    why = ask->why;

    ngx_inbox_park_test_forget(ask);

    if (r) {
        ngx_inbox_park_finish(r, ngx_inbox_park_test_say(r, 200, &body));
        return;
    }

    poll = ngx_inbox_park_record(p);
    poll->ask = NULL;

    if (poll->first && why != NGX_INBOX_WAKE_AGAIN) {
        ngx_inbox_park_test_end(p, why);
        return;
    }

    poll->first = 1;
    ngx_inbox_park_sleep(p);
}


static void
ngx_inbox_park_test_forget(ngx_inbox_park_test_ask_t *ask)
{
    if (ask->timer.timer_set) {
        ngx_del_timer(&ask->timer);
    }

    ask->test->asks--;
    ngx_free(ask);
}
