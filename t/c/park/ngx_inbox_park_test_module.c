
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Drives ngx_inbox_park.c without a store.  The store is a timer: a poll asks,
 * and ask milliseconds later the answer is there.
 *
 *   park_poll     ?topic=T&wait=MS&ask=MS   parks, asks, sleeps; its answer
 *                 tells why it was woken and how often.  ?at_once=1: it sleeps
 *                 within the content handler
 *   park_notify   ?topic=T&why=notice|again|revoked, no topic: all.  A poll
 *                 that is woken with notice or revoked asks and answers; with
 *                 again it asks and sleeps again
 *   park_hold     ?ask=MS   waits for one call without parking
 *   park_stat     what there is: polls, asks, calls of gone(), memory in KB
 */


#include "ngx_inbox_park.h"


#define NGX_INBOX_PARK_TEST_TOPIC  64


typedef struct {
    ngx_inbox_main_conf_t   limits;
    ngx_inbox_park_t       *park;
    ngx_uint_t              gone;
    ngx_uint_t              asks;      /* now */
} ngx_inbox_park_test_t;

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


static ngx_int_t ngx_inbox_park_test_poll(ngx_http_request_t *r);
static ngx_int_t ngx_inbox_park_test_busy(ngx_http_request_t *r,
    ngx_uint_t busy);
static ngx_inbox_park_test_ask_t *ngx_inbox_park_test_ask(
    ngx_inbox_park_test_t *t, ngx_msec_t delay);
static void ngx_inbox_park_test_on_answer(ngx_event_t *ev);
static void ngx_inbox_park_test_forget(ngx_inbox_park_test_ask_t *ask);
static void ngx_inbox_park_test_wake(ngx_inbox_parked_t *p,
    ngx_inbox_wake_e why);
static void ngx_inbox_park_test_gone(ngx_inbox_parked_t *p);
static void ngx_inbox_park_test_end(ngx_inbox_parked_t *p,
    ngx_inbox_wake_e why);
static void ngx_inbox_park_test_value(ngx_http_request_t *r, char *name,
    ngx_str_t *value);

static ngx_int_t ngx_inbox_park_test_notify(ngx_http_request_t *r);
static ngx_int_t ngx_inbox_park_test_hold(ngx_http_request_t *r);
static void ngx_inbox_park_test_hold_gone(void *data);
static ngx_int_t ngx_inbox_park_test_stat(ngx_http_request_t *r);
static ngx_uint_t ngx_inbox_park_test_memory(void);

static ngx_msec_t ngx_inbox_park_test_arg(ngx_http_request_t *r, char *name,
    ngx_msec_t value);
static ngx_int_t ngx_inbox_park_test_send(ngx_http_request_t *r,
    ngx_uint_t status, ngx_str_t *body);
static ngx_inbox_park_test_t *ngx_inbox_park_test_of(ngx_http_request_t *r);

static char *ngx_inbox_park_test_set(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static void *ngx_inbox_park_test_create_conf(ngx_conf_t *cf);
static ngx_int_t ngx_inbox_park_test_init(ngx_cycle_t *cycle);
static void ngx_inbox_park_test_exit(ngx_cycle_t *cycle);


static const ngx_inbox_park_owner_t  ngx_inbox_park_test_owner = {
    ngx_inbox_park_test_wake,
    ngx_inbox_park_test_gone,
    NULL,
    NULL
};


static ngx_command_t  ngx_inbox_park_test_commands[] = {

    { ngx_string("park_poll"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_inbox_park_test_set,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      ngx_inbox_park_test_poll },

    { ngx_string("park_notify"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_inbox_park_test_set,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      ngx_inbox_park_test_notify },

    { ngx_string("park_hold"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_inbox_park_test_set,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      ngx_inbox_park_test_hold },

    { ngx_string("park_stat"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_inbox_park_test_set,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      ngx_inbox_park_test_stat },

    { ngx_string("park_max"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_inbox_park_test_t, limits.max_parked),
      NULL },

    { ngx_string("park_max_addr"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_inbox_park_test_t, limits.max_parked_addr),
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_inbox_park_test_module_ctx = {
    NULL,                                  /* preconfiguration */
    NULL,                                  /* postconfiguration */

    ngx_inbox_park_test_create_conf,       /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_inbox_park_test_module = {
    NGX_MODULE_V1,
    &ngx_inbox_park_test_module_ctx,       /* module context */
    ngx_inbox_park_test_commands,          /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_inbox_park_test_init,              /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_inbox_park_test_exit,              /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_inbox_park_test_poll(ngx_http_request_t *r)
{
    ngx_int_t                    rc;
    ngx_str_t                    topic;
    ngx_uint_t                   busy;
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
    poll.delay = ngx_inbox_park_test_arg(r, "ask", 5);
    poll.len = topic.len;
    ngx_memcpy(poll.topic, topic.data, topic.len);

    terms.topic = &topic;
    terms.wait = ngx_inbox_park_test_arg(r, "wait", 10000);
    terms.owner = &ngx_inbox_park_test_owner;
    terms.record = &poll;
    terms.size = sizeof(poll);

    p = ngx_inbox_park_add(poll.test->park, r, &terms, &busy);
    if (p == NULL) {
        return ngx_inbox_park_test_busy(r, busy);
    }

    if (ngx_inbox_park_test_arg(r, "at_once", 0)) {
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
ngx_inbox_park_test_busy(ngx_http_request_t *r, ngx_uint_t busy)
{
    ngx_str_t  body = ngx_string("busy");

    return busy ? ngx_inbox_park_test_send(r, 503, &body)
                : NGX_HTTP_INTERNAL_SERVER_ERROR;
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
        ngx_inbox_park_finish(r, ngx_inbox_park_test_send(r, 200, &body));
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

    rc = ngx_inbox_park_test_send(r, 200, &body);

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


static ngx_int_t
ngx_inbox_park_test_notify(ngx_http_request_t *r)
{
    ngx_str_t         topic, why;
    ngx_str_t         body = ngx_string("notified\n");
    ngx_inbox_wake_e  code;

    if (ngx_http_arg(r, (u_char *) "topic", 5, &topic) != NGX_OK) {
        ngx_str_null(&topic);
    }

    code = NGX_INBOX_WAKE_NOTICE;

    if (ngx_http_arg(r, (u_char *) "why", 3, &why) == NGX_OK) {
        code = (why.data[0] == 'a') ? NGX_INBOX_WAKE_AGAIN
             : (why.data[0] == 'r') ? NGX_INBOX_WAKE_REVOKED
             : NGX_INBOX_WAKE_NOTICE;
    }

    if (topic.len) {
        ngx_inbox_park_notify(ngx_inbox_park_test_of(r)->park, &topic, code);

    } else {
        ngx_inbox_park_notify_under(ngx_inbox_park_test_of(r)->park, &topic,
                                    code);
    }

    return ngx_inbox_park_test_send(r, 200, &body);
}


static ngx_int_t
ngx_inbox_park_test_hold(ngx_http_request_t *r)
{
    ngx_int_t                   rc;
    ngx_inbox_park_test_ask_t  *ask;

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    ask = ngx_inbox_park_test_ask(ngx_inbox_park_test_of(r),
                                  ngx_inbox_park_test_arg(r, "ask", 5));
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


static ngx_int_t
ngx_inbox_park_test_stat(ngx_http_request_t *r)
{
    ngx_str_t               body;
    u_char                  text[256];
    ngx_inbox_park_test_t  *t;

    t = ngx_inbox_park_test_of(r);

    body.data = text;
    body.len = ngx_slprintf(text, text + sizeof(text),
                            "parked=%ui asks=%ui gone=%ui rss=%ui pid=%P\n",
                            ngx_inbox_park_count(t->park), t->asks, t->gone,
                            ngx_inbox_park_test_memory(), ngx_pid)
               - text;

    return ngx_inbox_park_test_send(r, 200, &body);
}


/* what the worker has of its own, KB */

static ngx_uint_t
ngx_inbox_park_test_memory(void)
{
    FILE        *file;
    char         line[128];
    ngx_uint_t   kb;

    kb = 0;
    file = fopen("/proc/self/status", "r");

    if (file == NULL) {
        return 0;
    }

    while (fgets(line, sizeof(line), file)) {
        if (ngx_strncmp(line, "RssAnon:", 8) == 0) {
            kb = strtoul(line + 8, NULL, 10);
        }
    }

    fclose(file);

    return kb;
}


static ngx_msec_t
ngx_inbox_park_test_arg(ngx_http_request_t *r, char *name, ngx_msec_t value)
{
    ngx_int_t  n;
    ngx_str_t  arg;

    if (ngx_http_arg(r, (u_char *) name, ngx_strlen(name), &arg) != NGX_OK) {
        return value;
    }

    n = ngx_atoi(arg.data, arg.len);

    return (n == NGX_ERROR) ? value : (ngx_msec_t) n;
}


static ngx_int_t
ngx_inbox_park_test_send(ngx_http_request_t *r, ngx_uint_t status,
    ngx_str_t *body)
{
    ngx_int_t     rc;
    ngx_buf_t    *b;
    ngx_chain_t   out;

    r->headers_out.status = status;
    r->headers_out.content_length_n = body->len;
    ngx_str_set(&r->headers_out.content_type, "text/plain");
    r->headers_out.content_type_len = r->headers_out.content_type.len;

    r->headers_out.etag = ngx_list_push(&r->headers_out.headers);
    b = ngx_create_temp_buf(r->pool, body->len);

    if (b == NULL || r->headers_out.etag == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(r->headers_out.etag, sizeof(ngx_table_elt_t));
    r->headers_out.etag->hash = 1;
    ngx_str_set(&r->headers_out.etag->key, "ETag");
    ngx_str_set(&r->headers_out.etag->value, "\"v1\"");

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    b->last = ngx_cpymem(b->last, body->data, body->len);
    b->last_buf = (r == r->main);
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


static ngx_inbox_park_test_t *
ngx_inbox_park_test_of(ngx_http_request_t *r)
{
    return ngx_http_get_module_main_conf(r, ngx_inbox_park_test_module);
}


static char *
ngx_inbox_park_test_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = (ngx_http_handler_pt) cmd->post;

    return NGX_CONF_OK;
}


static void *
ngx_inbox_park_test_create_conf(ngx_conf_t *cf)
{
    ngx_inbox_park_test_t  *t;

    t = ngx_pcalloc(cf->pool, sizeof(ngx_inbox_park_test_t));
    if (t == NULL) {
        return NULL;
    }

    t->limits.max_parked = NGX_CONF_UNSET_UINT;
    t->limits.max_parked_addr = NGX_CONF_UNSET_UINT;

    return t;
}


static ngx_int_t
ngx_inbox_park_test_init(ngx_cycle_t *cycle)
{
    ngx_inbox_park_test_t  *t;

    t = ngx_http_cycle_get_module_main_conf(cycle, ngx_inbox_park_test_module);

    if (t == NULL) {
        return NGX_OK;
    }

    ngx_conf_init_uint_value(t->limits.max_parked, 100000);
    ngx_conf_init_uint_value(t->limits.max_parked_addr, 0);

    t->park = ngx_inbox_park_create(cycle->pool, &t->limits, cycle->log);

    return t->park ? NGX_OK : NGX_ERROR;
}


static void
ngx_inbox_park_test_exit(ngx_cycle_t *cycle)
{
    ngx_inbox_park_test_t  *t;

    t = ngx_http_cycle_get_module_main_conf(cycle, ngx_inbox_park_test_module);

    if (t && t->park) {
        ngx_inbox_park_destroy(t->park);
    }
}
