
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Entering, after each connect:
 *
 *     INFO server          the run id
 *     FCALL ..._version    missing or older: FUNCTION LOAD REPLACE
 *     ready                calls that waited go out
 *
 * Then, before a space's first call on this connection: FCALL ..._boot.
 */

#include "ngx_inbox_store_own.h"
#include "ngx_inbox_library.h"


/* spaces remembered as booted; when there are more, they boot again */
#define NGX_INBOX_STORE_SPACES  4096


typedef struct {
    ngx_inbox_store_t  *store;
    ngx_str_t           space;     /* behind the struct */
} ngx_inbox_store_boot_t;


static void ngx_inbox_store_on_info(void *data, ngx_int_t rc,
    ngx_inbox_redis_value_t *v);
static void ngx_inbox_store_on_version(void *data, ngx_int_t rc,
    ngx_inbox_redis_value_t *v);
static void ngx_inbox_store_on_load(void *data, ngx_int_t rc,
    ngx_inbox_redis_value_t *v);
static void ngx_inbox_store_ready(ngx_inbox_store_t *store);
static ngx_str_node_t *ngx_inbox_store_remember(ngx_inbox_store_t *store,
    const ngx_str_t *space, uint32_t hash);
static ngx_inbox_store_boot_t *ngx_inbox_store_boot_of(
    ngx_inbox_store_t *store, const ngx_str_t *space);
static void ngx_inbox_store_on_boot(void *data, ngx_int_t rc,
    ngx_inbox_redis_value_t *v);


void
ngx_inbox_store_on_up(void *data)
{
    ngx_inbox_store_t *store = data;

    static const ngx_str_t  info[] = {
        ngx_string("INFO"), ngx_string("server")
    };
    static const ngx_str_t  version[] = {
        ngx_string("FCALL"), ngx_string(NGX_INBOX_LIBRARY "_version"),
        ngx_string("0")
    };

    ngx_inbox_meter_count(store->meter, NGX_INBOX_COUNT_CONNECTS);
    store->ready = 0;
    store->loading = 0;
    ngx_inbox_store_forget_spaces(store);

    if (ngx_inbox_redis_call(store->redis, info, 2, ngx_inbox_store_on_info,
                             store)
        == NULL
        || ngx_inbox_redis_call(store->redis, version, 3,
                                ngx_inbox_store_on_version, store)
           == NULL)
    {
        ngx_inbox_redis_drop(store->redis, "no memory");
    }
}


static void
ngx_inbox_store_on_info(void *data, ngx_int_t rc, ngx_inbox_redis_value_t *v)
{
    ngx_inbox_store_t *store = data;

    u_char  *p;

    static char  name[] = "run_id:";

    ngx_memset(store->run, '0', NGX_INBOX_RUN_ID_LEN);

    if (rc != NGX_OK || v->type != NGX_INBOX_REDIS_STRING) {
        return;
    }

    p = ngx_strlcasestrn(v->str.data, v->str.data + v->str.len,
                         (u_char *) name, sizeof(name) - 2);

    if (p == NULL
        || p + sizeof(name) - 1 + NGX_INBOX_RUN_ID_LEN
           > v->str.data + v->str.len)
    {
        return;
    }

    ngx_memcpy(store->run, p + sizeof(name) - 1, NGX_INBOX_RUN_ID_LEN);
}


static void
ngx_inbox_store_on_version(void *data, ngx_int_t rc,
    ngx_inbox_redis_value_t *v)
{
    ngx_inbox_store_t *store = data;

    if (rc != NGX_OK) {
        return;
    }

    if (v->type == NGX_INBOX_REDIS_INTEGER
        && v->integer >= (int64_t) ngx_inbox_library_build)
    {
        ngx_inbox_store_ready(store);
        return;
    }

    if (v->type == NGX_INBOX_REDIS_ERROR
        && ngx_strncmp(v->str.data, "LOADING", ngx_min(v->str.len, 7)) == 0)
    {
        ngx_inbox_redis_drop(store->redis, "Redis is loading its data");
        return;
    }

    if (ngx_inbox_store_load(store) != NGX_OK) {
        ngx_inbox_redis_drop(store->redis, "no memory");
    }
}


ngx_int_t
ngx_inbox_store_load(ngx_inbox_store_t *store)
{
    ngx_str_t  argv[4];

    if (store->loading) {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_NOTICE, store->log, 0,
                  "inbox store: loading function library \"%s\" build %ui",
                  NGX_INBOX_LIBRARY, ngx_inbox_library_build);

    ngx_str_set(&argv[0], "FUNCTION");
    ngx_str_set(&argv[1], "LOAD");
    ngx_str_set(&argv[2], "REPLACE");
    argv[3].data = (u_char *) ngx_inbox_library;
    argv[3].len = ngx_inbox_library_len;

    if (ngx_inbox_redis_call(store->redis, argv, 4, ngx_inbox_store_on_load,
                             store)
        == NULL)
    {
        return NGX_ERROR;
    }

    store->loading = 1;

    return NGX_OK;
}


static void
ngx_inbox_store_on_load(void *data, ngx_int_t rc, ngx_inbox_redis_value_t *v)
{
    ngx_inbox_store_t *store = data;

    store->loading = 0;

    if (rc != NGX_OK) {
        return;
    }

    if (v->type == NGX_INBOX_REDIS_ERROR) {
        ngx_log_error(NGX_LOG_ERR, store->log, 0,
                      "inbox store: function library not loaded: \"%V\"",
                      &v->str);

        if (!store->ready) {
            ngx_inbox_redis_drop(store->redis, "no function library");
        }

        return;
    }

    if (!store->ready) {
        ngx_inbox_store_ready(store);
    }
}


static void
ngx_inbox_store_ready(ngx_inbox_store_t *store)
{
    ngx_queue_t             *q;
    ngx_inbox_answer_t       answer;
    ngx_inbox_store_call_t  *call;

    store->ready = 1;
    store->starting = 0;

    if (store->start.timer_set) {
        ngx_del_timer(&store->start);
    }

    while (store->ready && !ngx_queue_empty(&store->waiting)) {
        q = ngx_queue_head(&store->waiting);
        ngx_queue_remove(q);

        call = ngx_queue_data(q, ngx_inbox_store_call_t, queue);
        call->waiting = 0;

        if (ngx_inbox_store_send(call) != NGX_OK) {
            ngx_memzero(&answer, sizeof(ngx_inbox_answer_t));
            ngx_inbox_store_away(&answer);
            ngx_inbox_store_finish(call, &answer);
        }
    }

    if (store->ready && store->on_ready) {
        store->on_ready(store->data);
    }
}


void
ngx_inbox_store_hear(ngx_inbox_store_t *store, void (*on_ready)(void *data),
    void *data)
{
    store->on_ready = on_ready;
    store->data = data;
}


void
ngx_inbox_store_on_down(void *data)
{
    ngx_inbox_store_t *store = data;

    store->ready = 0;
    store->starting = 0;

    ngx_inbox_store_refuse_waiting(store);
}


void
ngx_inbox_store_start_over(ngx_event_t *ev)
{
    ngx_inbox_store_t  *store;

    store = ev->data;

    if (!store->ready) {
        ngx_inbox_store_on_down(store);
    }
}


void
ngx_inbox_store_refuse_waiting(ngx_inbox_store_t *store)
{
    ngx_queue_t             *q, due;
    ngx_inbox_answer_t       answer;
    ngx_inbox_store_call_t  *call;

    ngx_queue_init(&due);

    if (!ngx_queue_empty(&store->waiting)) {
        ngx_queue_add(&due, &store->waiting);
        ngx_queue_init(&store->waiting);
    }

    while (!ngx_queue_empty(&due)) {
        q = ngx_queue_head(&due);
        ngx_queue_remove(q);

        call = ngx_queue_data(q, ngx_inbox_store_call_t, queue);
        call->waiting = 0;

        ngx_memzero(&answer, sizeof(ngx_inbox_answer_t));
        ngx_inbox_store_away(&answer);
        ngx_inbox_store_finish(call, &answer);
    }
}


void
ngx_inbox_store_boot(ngx_inbox_store_t *store, const ngx_str_t *space)
{
    uint32_t                 hash;
    u_char                   root[NGX_INBOX_STORE_NAME],
                             now[NGX_INBOX_STORE_NAME];
    ngx_str_t                argv[6], name;
    ngx_str_node_t          *node;
    ngx_inbox_store_boot_t  *boot;

    name = *space;
    hash = ngx_murmur_hash2(name.data, name.len);

    if (ngx_str_rbtree_lookup(&store->spaces, &name, hash) != NULL) {
        return;
    }

    node = ngx_inbox_store_remember(store, space, hash);
    if (node == NULL) {
        return;
    }

    ngx_str_set(&argv[0], "FCALL");
    ngx_str_set(&argv[1], NGX_INBOX_LIBRARY "_boot");
    ngx_str_set(&argv[2], "1");
    ngx_inbox_store_root(root, space, &argv[3]);
    ngx_inbox_store_now(store, now, &argv[NGX_INBOX_STORE_ARG_NOW]);
    argv[5].data = store->run;
    argv[5].len = NGX_INBOX_RUN_ID_LEN;

    boot = ngx_inbox_store_boot_of(store, space);
    if (boot == NULL) {
        return;
    }

    if (ngx_inbox_redis_call(store->redis, argv, 6, ngx_inbox_store_on_boot,
                             boot)
        == NULL)
    {
        ngx_free(boot);
        return;
    }

    ngx_rbtree_insert(&store->spaces, &node->node);
    store->nspaces++;
}


static ngx_inbox_store_boot_t *
ngx_inbox_store_boot_of(ngx_inbox_store_t *store, const ngx_str_t *space)
{
    ngx_inbox_store_boot_t  *boot;

    boot = ngx_alloc(sizeof(ngx_inbox_store_boot_t) + space->len, store->log);
    if (boot == NULL) {
        return NULL;
    }

    boot->store = store;
    boot->space.len = space->len;
    boot->space.data = (u_char *) (boot + 1);
    ngx_memcpy(boot->space.data, space->data, space->len);

    return boot;
}


static ngx_str_node_t *
ngx_inbox_store_remember(ngx_inbox_store_t *store, const ngx_str_t *space,
    uint32_t hash)
{
    ngx_str_node_t  *node;

    if (store->nspaces == NGX_INBOX_STORE_SPACES) {
        ngx_inbox_store_forget_spaces(store);
    }

    if (store->booted == NULL) {
        store->booted = ngx_create_pool(1024, store->log);
        if (store->booted == NULL) {
            return NULL;
        }
    }

    node = ngx_palloc(store->booted, sizeof(ngx_str_node_t) + space->len);
    if (node == NULL) {
        return NULL;
    }

    node->node.key = hash;
    node->str.len = space->len;
    node->str.data = (u_char *) (node + 1);
    ngx_memcpy(node->str.data, space->data, space->len);

    return node;
}


static void
ngx_inbox_store_on_boot(void *data, ngx_int_t rc, ngx_inbox_redis_value_t *v)
{
    ngx_inbox_store_boot_t *boot = data;

    ngx_str_node_t     *node;
    ngx_inbox_store_t  *store;

    store = boot->store;

    /* a space that does not exist (yet), or a library that is missing: ask
       again with the next call; what the node took of the pool is little, and
       bounded by the number of spaces that are remembered */

    if (rc == NGX_OK && v->type == NGX_INBOX_REDIS_ERROR) {
        node = ngx_str_rbtree_lookup(&store->spaces, &boot->space,
                                     ngx_murmur_hash2(boot->space.data,
                                                      boot->space.len));
        if (node != NULL) {
            ngx_rbtree_delete(&store->spaces, &node->node);
        }
    }

    ngx_free(boot);
}


void
ngx_inbox_store_forget_spaces(ngx_inbox_store_t *store)
{
    if (store->booted != NULL) {
        ngx_destroy_pool(store->booted);
        store->booted = NULL;
    }

    store->nspaces = 0;
    ngx_rbtree_init(&store->spaces, &store->sentinel,
                    ngx_str_rbtree_insert_value);
}
