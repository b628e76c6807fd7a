
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


#include "ngx_inbox_park_test.h"


static ngx_int_t ngx_inbox_park_test_notify(ngx_http_request_t *r);
static ngx_int_t ngx_inbox_park_test_stat(ngx_http_request_t *r);
static ngx_uint_t ngx_inbox_park_test_memory(void);

static void *ngx_inbox_park_test_create_conf(ngx_conf_t *cf);
static ngx_int_t ngx_inbox_park_test_init(ngx_cycle_t *cycle);
static void ngx_inbox_park_test_exit(ngx_cycle_t *cycle);


static ngx_command_t  ngx_inbox_park_test_commands[] = {

    { ngx_string("park_poll"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_inbox_endpoint_set,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      ngx_inbox_park_test_poll },

    { ngx_string("park_notify"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_inbox_endpoint_set,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      ngx_inbox_park_test_notify },

    { ngx_string("park_hold"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_inbox_endpoint_set,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      ngx_inbox_park_test_hold },

    { ngx_string("park_stat"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_inbox_endpoint_set,
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

    return ngx_inbox_park_test_say(r, 200, &body);
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

    return ngx_inbox_park_test_say(r, 200, &body);
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


ngx_inbox_park_test_t *
ngx_inbox_park_test_of(ngx_http_request_t *r)
{
    return ngx_http_get_module_main_conf(r, ngx_inbox_park_test_module);
}


ngx_int_t
ngx_inbox_park_test_say(ngx_http_request_t *r, ngx_uint_t status,
    ngx_str_t *body)
{
    ngx_table_elt_t  *etag;

    etag = ngx_list_push(&r->headers_out.headers);
    if (etag == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(etag, sizeof(ngx_table_elt_t));
    etag->hash = 1;
    ngx_str_set(&etag->key, "ETag");
    ngx_str_set(&etag->value, "\"v1\"");
    r->headers_out.etag = etag;

    return ngx_inbox_endpoint_say(r, status, body);
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
