
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A call is a small block of memory with a copy of its arguments, so that it
 * can be sent once more: that happens when the library was missing (loaded,
 * then repeated: the order of a pipeline guarantees that the repetition finds
 * it) and never for any other reason, because only the caller knows whether a
 * repetition is harmless.
 */

#include "ngx_inbox_store_own.h"


/* calls in flight at which those are heard again who were refused */
#define NGX_INBOX_STORE_ROOM  1024


static ngx_inbox_store_call_t *ngx_inbox_store_make(ngx_inbox_store_t *store,
    const ngx_str_t *argv, ngx_uint_t argc, ngx_inbox_store_done_pt done,
    void *data);
static ngx_inbox_store_call_t *ngx_inbox_store_command(ngx_inbox_store_t *store,
    const ngx_str_t *argv, ngx_uint_t argc, ngx_inbox_redis_type_e type,
    ngx_inbox_store_done_pt done, void *data);
static ngx_int_t ngx_inbox_store_start(ngx_inbox_store_call_t *call);
static void ngx_inbox_store_less(ngx_inbox_store_t *store);
static void ngx_inbox_store_on_answer(void *data, ngx_int_t rc,
    ngx_inbox_redis_value_t *v);
static ngx_inbox_redis_value_t *ngx_inbox_store_own_answer(
    ngx_inbox_store_call_t *call, ngx_inbox_redis_value_t *v);
static ngx_uint_t ngx_inbox_store_repeat(ngx_inbox_store_call_t *call,
    ngx_inbox_redis_value_t *v);
static void ngx_inbox_store_meter(ngx_inbox_store_call_t *call,
    ngx_inbox_answer_t *answer);


/* in the order of ngx_inbox_fn_e: t/docs.t sees to it */
static const char *ngx_inbox_store_functions[] = {
    "ingest", "journal", "inbox", "chat", "transcript", "visitor", "reply",
    "take", "join", "leave", "close", "reopen", "transfer", "read", "receipt",
    "visitor_read",
    "typing", "me", "seen", "away", "attended", "claim", "settle",
    "look", "looked", "picture_lost",
    "space_put", "space", "channel_put", "channel", "channel_get",
    "channel_delete", "channels", "group_put", "group_get", "group_delete",
    "groups", "agent_put", "agent_get", "agent_delete", "agents", "token_add",
    "tokens", "token_delete",
    "canned", "canned_get", "canned_put", "canned_delete",
    "label", "contact", "block", "chat_delete", "contact_delete", "audit",
    "limit", "stats", "purge", "tenant", "tenant_rule", "tenant_wipe", "parked",
    "export_begin", "export", "tally", "health", "events", "event",
    "channel_keep", "connected", "upload", "upload_visitor", "file",
    "file_signed", "file_sweep"
};


ngx_inbox_store_t *
ngx_inbox_store_create(ngx_pool_t *pool, ngx_inbox_main_conf_t *conf,
    ngx_log_t *log)
{
    ngx_inbox_store_t          *store;
    ngx_inbox_redis_options_t   options;

    store = ngx_pcalloc(pool, sizeof(ngx_inbox_store_t));
    if (store == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     store->ready = 0;
     *     store->booted = NULL;
     */

    store->pool = pool;
    store->log = log;
    store->meter = conf->meter;
    store->starting = 1;
    ngx_queue_init(&store->waiting);
    ngx_rbtree_init(&store->spaces, &store->sentinel,
                    ngx_str_rbtree_insert_value);

    store->start.handler = ngx_inbox_store_start_over;
    store->start.data = store;
    store->start.log = log;
    store->start.cancelable = 1;

    ngx_memzero(&options, sizeof(ngx_inbox_redis_options_t));
    options.conf = &conf->redis;
    options.log = log;
    options.on_up = ngx_inbox_store_on_up;
    options.on_down = ngx_inbox_store_on_down;
    options.data = store;

    store->redis = ngx_inbox_redis_create(pool, &options);
    if (store->redis == NULL) {
        return NULL;
    }

    ngx_add_timer(&store->start, NGX_INBOX_STORE_START);

    return store;
}


void
ngx_inbox_store_destroy(ngx_inbox_store_t *store)
{
    store->ready = 0;
    store->starting = 0;

    if (store->start.timer_set) {
        ngx_del_timer(&store->start);
    }

    ngx_inbox_store_refuse_waiting(store);
    ngx_inbox_redis_destroy(store->redis);
    ngx_inbox_store_forget_spaces(store);
}


ngx_inbox_store_call_t *
ngx_inbox_store_call(ngx_inbox_store_t *store, const ngx_inbox_fcall_t *fcall,
    ngx_inbox_store_done_pt done, void *data)
{
    u_char                   name[NGX_INBOX_STORE_NAME],
                             root[NGX_INBOX_STORE_NAME],
                             now[NGX_INBOX_STORE_NAME];
    ngx_str_t               *argv;
    ngx_inbox_store_call_t  *call;

    if (store->ready) {
        ngx_inbox_store_boot(store, fcall->space);
    }

    argv = ngx_alloc((NGX_INBOX_STORE_ARGS + fcall->n) * sizeof(ngx_str_t),
                     store->log);
    if (argv == NULL) {
        return NULL;
    }

    ngx_str_set(&argv[0], "FCALL");
    argv[1].data = name;
    argv[1].len = ngx_sprintf(name, NGX_INBOX_LIBRARY "_%s",
                              ngx_inbox_store_functions[fcall->fn]) - name;
    ngx_str_set(&argv[2], "1");
    ngx_inbox_store_root(root, fcall->space, &argv[3]);
    ngx_inbox_store_now(store, now, &argv[NGX_INBOX_STORE_ARG_NOW]);
    ngx_memcpy(&argv[NGX_INBOX_STORE_ARGS], fcall->args,
               fcall->n * sizeof(ngx_str_t));

    call = ngx_inbox_store_make(store, argv, NGX_INBOX_STORE_ARGS + fcall->n,
                                done, data);

    if (call != NULL) {
        call->fn = fcall->fn;
    }

    ngx_free(argv);

    return call;
}


void
ngx_inbox_store_root(u_char *out, const ngx_str_t *space, ngx_str_t *root)
{
    root->data = out;
    root->len = ngx_snprintf(out, NGX_INBOX_STORE_NAME, "inbox:{%V}", space)
                - out;
}


void
ngx_inbox_store_now(ngx_inbox_store_t *store, u_char *out, ngx_str_t *now)
{
    int64_t      us;
    ngx_time_t  *tp;

    tp = ngx_timeofday();
    us = (int64_t) tp->sec * 1000000 + tp->msec * 1000;

    /* the clock stands for a turn of the event loop: a few microseconds more
       tell its calls apart.  Never beyond this millisecond: it may have been
       set back */

    if (us / 1000 == store->now / 1000 && us <= store->now) {
        us = store->now + 1;
    }

    store->now = us;

    now->data = out;
    now->len = ngx_sprintf(out, "%L", us) - out;
}


ngx_inbox_store_call_t *
ngx_inbox_store_spaces(ngx_inbox_store_t *store, ngx_inbox_store_done_pt done,
    void *data)
{
    static const ngx_str_t  argv[] = {
        ngx_string("SMEMBERS"), ngx_string("inbox:spaces")
    };

    return ngx_inbox_store_command(store, argv, 2, NGX_INBOX_REDIS_ARRAY,
                                   done, data);
}


ngx_inbox_store_call_t *
ngx_inbox_store_register(ngx_inbox_store_t *store, const ngx_str_t *space,
    ngx_inbox_store_done_pt done, void *data)
{
    ngx_str_t  argv[3];

    ngx_str_set(&argv[0], "SADD");
    ngx_str_set(&argv[1], "inbox:spaces");
    argv[2] = *space;

    return ngx_inbox_store_command(store, argv, 3, NGX_INBOX_REDIS_INTEGER,
                                   done, data);
}


ngx_inbox_store_call_t *
ngx_inbox_store_unregister(ngx_inbox_store_t *store, const ngx_str_t *space,
    ngx_inbox_store_done_pt done, void *data)
{
    ngx_str_t  argv[3];

    ngx_str_set(&argv[0], "SREM");
    ngx_str_set(&argv[1], "inbox:spaces");
    argv[2] = *space;

    return ngx_inbox_store_command(store, argv, 3, NGX_INBOX_REDIS_INTEGER,
                                   done, data);
}


ngx_inbox_store_call_t *
ngx_inbox_store_ping(ngx_inbox_store_t *store, ngx_inbox_store_done_pt done,
    void *data)
{
    static const ngx_str_t  argv[] = { ngx_string("PING") };

    return ngx_inbox_store_command(store, argv, 1, NGX_INBOX_REDIS_STRING,
                                   done, data);
}


static ngx_inbox_store_call_t *
ngx_inbox_store_command(ngx_inbox_store_t *store, const ngx_str_t *argv,
    ngx_uint_t argc, ngx_inbox_redis_type_e type, ngx_inbox_store_done_pt done,
    void *data)
{
    ngx_inbox_store_call_t  *call;

    call = ngx_inbox_store_make(store, argv, argc, done, data);

    if (call != NULL) {
        call->type = type;
    }

    return call;
}


static ngx_inbox_store_call_t *
ngx_inbox_store_make(ngx_inbox_store_t *store, const ngx_str_t *argv,
    ngx_uint_t argc, ngx_inbox_store_done_pt done, void *data)
{
    size_t                   size;
    u_char                  *p;
    ngx_uint_t               i;
    ngx_inbox_store_call_t  *call;

    size = sizeof(ngx_inbox_store_call_t) + argc * sizeof(ngx_str_t);

    for (i = 0; i < argc; i++) {
        size += argv[i].len;
    }

    call = ngx_alloc(size, store->log);
    if (call == NULL) {
        return NULL;
    }

    ngx_memzero(call, sizeof(ngx_inbox_store_call_t));

    call->store = store;
    call->done = done;
    call->data = data;
    call->fn = NGX_INBOX_FN_LAST;
    call->started = ngx_inbox_meter_clock();
    call->argc = argc;
    call->argv = (ngx_str_t *) (call + 1);

    p = (u_char *) (call->argv + argc);

    for (i = 0; i < argc; i++) {
        call->argv[i].data = p;
        call->argv[i].len = argv[i].len;
        p = ngx_cpymem(p, argv[i].data, argv[i].len);
    }

    if (ngx_inbox_store_start(call) != NGX_OK) {
        ngx_inbox_meter_count(store->meter, NGX_INBOX_COUNT_REFUSED);
        store->full = store->ready;
        ngx_free(call);
        return NULL;
    }

    store->in_flight++;
    ngx_inbox_meter_gauge(store->meter, NGX_INBOX_GAUGE_CALLS,
                          store->in_flight);

    return call;
}


static ngx_int_t
ngx_inbox_store_start(ngx_inbox_store_call_t *call)
{
    ngx_inbox_store_t  *store;

    store = call->store;

    if (store->ready) {
        return ngx_inbox_store_send(call);
    }

    /* entering: the answer to INFO or LOAD is on its way; starting: the first
       connection is; otherwise the store is away, and nobody should wait */

    if (!store->starting && !ngx_inbox_redis_is_up(store->redis)) {
        return NGX_ERROR;
    }

    call->waiting = 1;
    ngx_queue_insert_tail(&store->waiting, &call->queue);

    return NGX_OK;
}


ngx_int_t
ngx_inbox_store_send(ngx_inbox_store_call_t *call)
{
    call->call = ngx_inbox_redis_call(call->store->redis, call->argv,
                                      call->argc, ngx_inbox_store_on_answer,
                                      call);

    return (call->call != NULL) ? NGX_OK : NGX_ERROR;
}


void
ngx_inbox_store_forget(ngx_inbox_store_call_t *call)
{
    if (call->waiting) {
        ngx_queue_remove(&call->queue);

    } else {
        ngx_inbox_redis_forget(call->call);
    }

    ngx_inbox_store_less(call->store);
    ngx_free(call);
}


/* too much was in flight for somebody: he may ask again now */

static void
ngx_inbox_store_less(ngx_inbox_store_t *store)
{
    store->in_flight--;
    ngx_inbox_meter_gauge(store->meter, NGX_INBOX_GAUGE_CALLS,
                          store->in_flight);

    if (store->full && store->in_flight < NGX_INBOX_STORE_ROOM) {
        store->full = 0;

        if (store->ready && store->on_ready) {
            store->on_ready(store->data);
        }
    }
}


static void
ngx_inbox_store_on_answer(void *data, ngx_int_t rc, ngx_inbox_redis_value_t *v)
{
    ngx_inbox_answer_t       answer;
    ngx_inbox_store_call_t  *call;

    call = data;
    call->call = NULL;

    if (rc == NGX_OK && ngx_inbox_store_repeat(call, v)) {
        return;
    }

    if (rc == NGX_OK && v->type != NGX_INBOX_REDIS_ERROR) {
        v = ngx_inbox_store_own_answer(call, v);

        if (v == NULL) {
            ngx_inbox_redis_drop(call->store->redis,
                                 "an answer to another question");
            rc = NGX_ERROR;
        }
    }

    ngx_memzero(&answer, sizeof(ngx_inbox_answer_t));

    if (rc == NGX_OK) {
        ngx_inbox_store_judge(call->store, v, &answer);

    } else {
        ngx_inbox_store_away(&answer);
        answer.unknown = (rc == NGX_ERROR);
    }

    ngx_inbox_store_finish(call, &answer);
}


/*
 * A function answers behind the `now` that it was given, see redis/head.lua.
 * Whoever stands between us and Redis may get out of step; a message that
 * was never stored must not be taken for stored because of it.  NULL: not ours.
 */

static ngx_inbox_redis_value_t *
ngx_inbox_store_own_answer(ngx_inbox_store_call_t *call,
    ngx_inbox_redis_value_t *v)
{
    ngx_str_t   *now, *said;
    ngx_uint_t   i;

    if (call->fn == NGX_INBOX_FN_LAST) {
        if (v->type != call->type) {
            return NULL;
        }

        for (i = 0; i < v->n; i++) {
            if (v->item[i]->type != NGX_INBOX_REDIS_STRING) {
                return NULL;
            }
        }

        return v;
    }

    if (v->type != NGX_INBOX_REDIS_ARRAY || v->n != 2) {
        return NULL;
    }

    now = &call->argv[NGX_INBOX_STORE_ARG_NOW];
    said = &v->item[0]->str;

    if (v->item[0]->type != NGX_INBOX_REDIS_STRING
        || said->len != now->len
        || ngx_memcmp(said->data, now->data, now->len) != 0)
    {
        return NULL;
    }

    return v->item[1];
}


/* the library is not there (a new Redis, FUNCTION FLUSH): load it and send the
   call behind it, once */

static ngx_uint_t
ngx_inbox_store_repeat(ngx_inbox_store_call_t *call, ngx_inbox_redis_value_t *v)
{
    static const char  missing[] = "ERR Function not found";

    if (call->repeated
        || v->type != NGX_INBOX_REDIS_ERROR
        || v->str.len < sizeof(missing) - 1
        || ngx_strncmp(v->str.data, missing, sizeof(missing) - 1) != 0)
    {
        return 0;
    }

    call->repeated = 1;

    if (ngx_inbox_store_load(call->store) != NGX_OK) {
        return 0;
    }

    return ngx_inbox_store_send(call) == NGX_OK;
}


void
ngx_inbox_store_finish(ngx_inbox_store_call_t *call, ngx_inbox_answer_t *answer)
{
    ngx_inbox_store_less(call->store);
    ngx_inbox_store_meter(call, answer);
    call->done(call->data, answer);
    ngx_free(call);
}


static void
ngx_inbox_store_meter(ngx_inbox_store_call_t *call, ngx_inbox_answer_t *answer)
{
    ngx_inbox_call_e  how;

    how = (answer->status < 400) ? NGX_INBOX_CALL_OK
          : (answer->status < 500) ? NGX_INBOX_CALL_REFUSED
                                   : NGX_INBOX_CALL_FAILED;

    ngx_inbox_meter_call(call->store->meter, call->fn, how);
    ngx_inbox_meter_time(call->store->meter, NGX_INBOX_TIME_CALL,
                         ngx_inbox_meter_clock() - call->started);
}


const char *
ngx_inbox_store_name(ngx_uint_t fn)
{
    return (fn < NGX_INBOX_FN_LAST) ? ngx_inbox_store_functions[fn] : "other";
}
