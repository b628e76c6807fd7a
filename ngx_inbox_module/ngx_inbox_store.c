
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A call is a small block of memory with a copy of its arguments, so that it
 * can be sent once more: that happens when the library was missing (loaded,
 * then repeated: the order of a pipeline guarantees that the repetition finds
 * it) and never for any other reason, because only the caller knows whether a
 * repetition is harmless.
 *
 * Entering, after each connect:
 *
 *     INFO server          the run id
 *     FCALL …_version      missing or older: FUNCTION LOAD REPLACE
 *     ready                calls that waited go out
 *
 * Then, before a space's first call on this connection: FCALL …_boot.
 */

#include "ngx_inbox_store.h"
#include "ngx_inbox_library.h"


/* spaces remembered as booted; when there are more, they boot again */
#define NGX_INBOX_STORE_SPACES    4096
/* longest time that calls wait for the first connection */
#define NGX_INBOX_STORE_START     3000

#define NGX_INBOX_RUN_ID_LEN      40


struct ngx_inbox_store_call_s {
    ngx_queue_t                queue;    /* in store->waiting, or alone */
    ngx_inbox_store_t         *store;
    ngx_inbox_redis_call_t    *call;     /* NULL: waits */
    ngx_inbox_store_done_pt    done;
    void                      *data;
    ngx_uint_t                 argc;
    ngx_str_t                 *argv;     /* in the same allocation */
    unsigned                   repeated:1;
    unsigned                   waiting:1;
};


struct ngx_inbox_store_s {
    ngx_inbox_redis_t         *redis;
    ngx_pool_t                *pool;
    ngx_log_t                 *log;

    ngx_queue_t                waiting;  /* calls, until ready */
    ngx_event_t                start;    /* ends that wait; cancelable */

    ngx_pool_t                *booted;   /* nodes of the tree; NULL: empty */
    ngx_rbtree_t               spaces;   /* booted on this connection */
    ngx_rbtree_node_t          sentinel;
    ngx_uint_t                 nspaces;

    u_char                     run[NGX_INBOX_RUN_ID_LEN];
    ngx_uint_t                 connects;
    ngx_uint_t                 in_flight;

    unsigned                   ready:1;
    unsigned                   starting:1;
    unsigned                   loading:1;
};


typedef struct {
    const char                *word;
    ngx_uint_t                 status;
    const char                *code;
} ngx_inbox_store_word_t;


static ngx_inbox_store_call_t *ngx_inbox_store_make(ngx_inbox_store_t *store,
    const ngx_str_t *argv, ngx_uint_t argc, ngx_inbox_store_done_pt done,
    void *data);
static ngx_int_t ngx_inbox_store_start(ngx_inbox_store_call_t *call);
static ngx_int_t ngx_inbox_store_send(ngx_inbox_store_call_t *call);
static void ngx_inbox_store_on_answer(void *data, ngx_int_t rc,
    ngx_inbox_redis_value_t *v);
static ngx_uint_t ngx_inbox_store_repeat(ngx_inbox_store_call_t *call,
    ngx_inbox_redis_value_t *v);
static void ngx_inbox_store_finish(ngx_inbox_store_call_t *call,
    ngx_inbox_answer_t *answer);
static void ngx_inbox_store_judge(ngx_inbox_store_t *store,
    ngx_inbox_redis_value_t *v, ngx_inbox_answer_t *answer);
static void ngx_inbox_store_away(ngx_inbox_answer_t *answer);

static void ngx_inbox_store_on_up(void *data);
static void ngx_inbox_store_on_info(void *data, ngx_int_t rc,
    ngx_inbox_redis_value_t *v);
static void ngx_inbox_store_on_version(void *data, ngx_int_t rc,
    ngx_inbox_redis_value_t *v);
static ngx_int_t ngx_inbox_store_load(ngx_inbox_store_t *store);
static void ngx_inbox_store_on_load(void *data, ngx_int_t rc,
    ngx_inbox_redis_value_t *v);
static void ngx_inbox_store_ready(ngx_inbox_store_t *store);
static void ngx_inbox_store_on_down(void *data);
static void ngx_inbox_store_start_over(ngx_event_t *ev);
static void ngx_inbox_store_refuse_waiting(ngx_inbox_store_t *store);

static void ngx_inbox_store_boot(ngx_inbox_store_t *store,
    const ngx_str_t *space);
static void ngx_inbox_store_on_boot(void *data, ngx_int_t rc,
    ngx_inbox_redis_value_t *v);
static void ngx_inbox_store_forget_spaces(ngx_inbox_store_t *store);


static const char *ngx_inbox_store_functions[] = {
    "ingest", "journal", "inbox", "chat", "transcript", "visitor", "reply",
    "take", "join", "leave", "close", "reopen", "transfer", "read", "receipt",
    "typing", "me", "seen", "away", "attended", "claim", "settle", "space_put", "space", "channel_put",
    "channel", "channel_get", "channel_delete", "channels", "group_put",
    "group_get", "group_delete", "groups", "agent_put", "agent_get",
    "agent_delete", "agents", "token_add", "tokens", "token_delete"
};


static const ngx_inbox_store_word_t  ngx_inbox_store_words[] = {
    { "NOTFOUND",     404, "not_found" },
    { "NOSPACE",      404, "not_found" },
    { "UNAUTHORIZED", 401, "unauthorized" },
    { "FORBIDDEN",    403, "forbidden" },
    { "PLAN",         403, "plan_required" },
    { "INVALID",      422, "invalid" },
    { "TAKEN",        409, "chat_taken" },
    { "NOTTAKEN",     409, "not_taken" },
    { "NOTPART",      409, "not_participant" },
    { "CLOSED",       409, "chat_closed" },
    { "WINDOW",       409, "window_closed" },
    { "INUSE",        409, "in_use" },
    { "MISMATCH",     409, "idempotency_mismatch" },
    { "TOOLONG",      422, "text_too_long" },
    { "LIMIT",        429, "too_many_requests" },
    { "GONE",         404, "not_found" },
    { NULL, 0, NULL }
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
ngx_inbox_store_call(ngx_inbox_store_t *store, ngx_inbox_fn_e fn,
    const ngx_str_t *space, const ngx_str_t *args, ngx_uint_t n,
    ngx_inbox_store_done_pt done, void *data)
{
    u_char                   name[64], key[64], now[NGX_INT64_LEN];
    ngx_str_t               *argv;
    ngx_time_t              *tp;
    ngx_inbox_store_call_t  *call;

    if (store->ready) {
        ngx_inbox_store_boot(store, space);
    }

    argv = ngx_alloc((n + 5) * sizeof(ngx_str_t), store->log);
    if (argv == NULL) {
        return NULL;
    }

    tp = ngx_timeofday();

    ngx_str_set(&argv[0], "FCALL");
    argv[1].data = name;
    argv[1].len = ngx_sprintf(name, NGX_INBOX_LIBRARY "_%s",
                              ngx_inbox_store_functions[fn]) - name;
    ngx_str_set(&argv[2], "1");
    argv[3].data = key;
    argv[3].len = ngx_snprintf(key, sizeof(key), "inbox:{%V}", space) - key;
    argv[4].data = now;
    argv[4].len = ngx_sprintf(now, "%L", (int64_t) tp->sec * 1000000
                                         + tp->msec * 1000) - now;
    ngx_memcpy(&argv[5], args, n * sizeof(ngx_str_t));

    call = ngx_inbox_store_make(store, argv, n + 5, done, data);

    ngx_free(argv);

    return call;
}


ngx_inbox_store_call_t *
ngx_inbox_store_spaces(ngx_inbox_store_t *store, ngx_inbox_store_done_pt done,
    void *data)
{
    static const ngx_str_t  argv[] = {
        ngx_string("SMEMBERS"), ngx_string("inbox:spaces")
    };

    return ngx_inbox_store_make(store, argv, 2, done, data);
}


ngx_inbox_store_call_t *
ngx_inbox_store_register(ngx_inbox_store_t *store, const ngx_str_t *space,
    ngx_inbox_store_done_pt done, void *data)
{
    ngx_str_t  argv[3];

    ngx_str_set(&argv[0], "SADD");
    ngx_str_set(&argv[1], "inbox:spaces");
    argv[2] = *space;

    return ngx_inbox_store_make(store, argv, 3, done, data);
}


ngx_inbox_store_call_t *
ngx_inbox_store_ping(ngx_inbox_store_t *store, ngx_inbox_store_done_pt done,
    void *data)
{
    static const ngx_str_t  argv[] = { ngx_string("PING") };

    return ngx_inbox_store_make(store, argv, 1, done, data);
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
    call->argc = argc;
    call->argv = (ngx_str_t *) (call + 1);

    p = (u_char *) (call->argv + argc);

    for (i = 0; i < argc; i++) {
        call->argv[i].data = p;
        call->argv[i].len = argv[i].len;
        p = ngx_cpymem(p, argv[i].data, argv[i].len);
    }

    if (ngx_inbox_store_start(call) != NGX_OK) {
        ngx_free(call);
        return NULL;
    }

    store->in_flight++;

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


static ngx_int_t
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

    call->store->in_flight--;
    ngx_free(call);
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

    ngx_memzero(&answer, sizeof(ngx_inbox_answer_t));

    if (rc == NGX_OK) {
        ngx_inbox_store_judge(call->store, v, &answer);

    } else {
        ngx_inbox_store_away(&answer);
        answer.unknown = (rc == NGX_ERROR);
    }

    ngx_inbox_store_finish(call, &answer);
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


static void
ngx_inbox_store_finish(ngx_inbox_store_call_t *call, ngx_inbox_answer_t *answer)
{
    call->store->in_flight--;
    call->done(call->data, answer);
    ngx_free(call);
}


static void
ngx_inbox_store_judge(ngx_inbox_store_t *store, ngx_inbox_redis_value_t *v,
    ngx_inbox_answer_t *answer)
{
    size_t                         len;
    u_char                        *p, *tab, *last;
    const ngx_inbox_store_word_t  *w;

    if (v->type != NGX_INBOX_REDIS_ERROR) {
        answer->status = NGX_HTTP_OK;
        answer->value = v;
        return;
    }

    last = v->str.data + v->str.len;
    p = ngx_strlchr(v->str.data, last, ' ');
    len = (p == NULL) ? v->str.len : (size_t) (p - v->str.data);

    if (len == 5 && ngx_strncmp(v->str.data, "STALE", 5) == 0) {
        ngx_inbox_store_away(answer);
        answer->stale = 1;
        return;
    }

    for (w = ngx_inbox_store_words; w->word; w++) {
        if (ngx_strlen(w->word) == len
            && ngx_strncmp(v->str.data, w->word, len) == 0)
        {
            break;
        }
    }

    if (w->word == NULL) {
        ngx_log_error(NGX_LOG_ERR, store->log, 0,
                      "inbox store: Redis answered \"%V\"", &v->str);
        ngx_inbox_store_away(answer);

        if (len == 8 && ngx_strncmp(v->str.data, "READONLY", 8) == 0) {
            ngx_inbox_redis_drop(store->redis, "this Redis is a replica");
        }

        return;
    }

    answer->status = w->status;
    answer->code.data = (u_char *) w->code;
    answer->code.len = ngx_strlen(w->code);

    p = (p == NULL) ? last : p + 1;
    tab = ngx_strlchr(p, last, '\t');

    answer->detail.data = p;
    answer->detail.len = ((tab == NULL) ? last : tab) - p;

    if (tab != NULL) {
        answer->more.data = tab + 1;
        answer->more.len = last - tab - 1;
    }
}


static void
ngx_inbox_store_away(ngx_inbox_answer_t *answer)
{
    answer->status = NGX_HTTP_SERVICE_UNAVAILABLE;
    ngx_str_set(&answer->code, "store_unavailable");
    ngx_str_set(&answer->detail, "the store does not answer, try again");
}


static void
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

    store->connects++;
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


static ngx_int_t
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
}


static void
ngx_inbox_store_on_down(void *data)
{
    ngx_inbox_store_t *store = data;

    store->ready = 0;
    store->starting = 0;

    ngx_inbox_store_refuse_waiting(store);
}


static void
ngx_inbox_store_start_over(ngx_event_t *ev)
{
    ngx_inbox_store_t  *store;

    store = ev->data;

    if (!store->ready) {
        ngx_inbox_store_on_down(store);
    }
}


static void
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


static void
ngx_inbox_store_boot(ngx_inbox_store_t *store, const ngx_str_t *space)
{
    uint32_t         hash;
    u_char           key[64], now[NGX_INT64_LEN];
    ngx_str_t        argv[6], name;
    ngx_time_t      *tp;
    ngx_str_node_t  *node;

    name = *space;
    hash = ngx_murmur_hash2(name.data, name.len);

    if (ngx_str_rbtree_lookup(&store->spaces, &name, hash) != NULL) {
        return;
    }

    if (store->nspaces == NGX_INBOX_STORE_SPACES) {
        ngx_inbox_store_forget_spaces(store);
    }

    if (store->booted == NULL) {
        store->booted = ngx_create_pool(1024, store->log);
        if (store->booted == NULL) {
            return;
        }
    }

    node = ngx_palloc(store->booted, sizeof(ngx_str_node_t) + space->len);
    if (node == NULL) {
        return;
    }

    node->node.key = hash;
    node->str.len = space->len;
    node->str.data = (u_char *) (node + 1);
    ngx_memcpy(node->str.data, space->data, space->len);

    tp = ngx_timeofday();

    ngx_str_set(&argv[0], "FCALL");
    ngx_str_set(&argv[1], NGX_INBOX_LIBRARY "_boot");
    ngx_str_set(&argv[2], "1");
    argv[3].data = key;
    argv[3].len = ngx_snprintf(key, sizeof(key), "inbox:{%V}", space) - key;
    argv[4].data = now;
    argv[4].len = ngx_sprintf(now, "%L", (int64_t) tp->sec * 1000000
                                         + tp->msec * 1000) - now;
    argv[5].data = store->run;
    argv[5].len = NGX_INBOX_RUN_ID_LEN;

    if (ngx_inbox_redis_call(store->redis, argv, 6, ngx_inbox_store_on_boot,
                             store)
        == NULL)
    {
        return;
    }

    ngx_rbtree_insert(&store->spaces, &node->node);
    store->nspaces++;
}


static void
ngx_inbox_store_on_boot(void *data, ngx_int_t rc, ngx_inbox_redis_value_t *v)
{
    ngx_inbox_store_t *store = data;

    /* a space that does not exist (yet), or a library that is missing: ask
       again with the next call */

    if (rc == NGX_OK && v->type == NGX_INBOX_REDIS_ERROR) {
        ngx_inbox_store_forget_spaces(store);
    }
}


static void
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


ngx_uint_t
ngx_inbox_store_in_flight(const ngx_inbox_store_t *store)
{
    return store->in_flight;
}


ngx_uint_t
ngx_inbox_store_connects(const ngx_inbox_store_t *store)
{
    return store->connects;
}
