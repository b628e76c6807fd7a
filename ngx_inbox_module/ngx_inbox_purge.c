
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A round: the registry is read into a pool of its own, then each space of our
 * share is asked for one step, and again while it says where to go on.  After
 * so many steps we pause, so that a great deletion takes no more than its share
 * of the store; after a round we rest.
 *
 * After its last step a space is asked for files whose bytes may go, and told
 * which are gone; at the end of a round the disk is looked through for what
 * belongs to no space.
 */

#include "ngx_inbox_purge.h"
#include "ngx_inbox_disk.h"
#include "ngx_inbox_store.h"
#include "ngx_inbox_text.h"


#define NGX_INBOX_PURGE_FIRST   1000    /* ms after start */
#define NGX_INBOX_PURGE_REST    10000   /* between rounds */
#define NGX_INBOX_PURGE_PAUSE   100     /* between so many steps: */
#define NGX_INBOX_PURGE_STEPS   10

#define NGX_INBOX_PURGE_CURSOR  20
/* files of one sweep, as the store gives them */
#define NGX_INBOX_PURGE_FILES   100


struct ngx_inbox_purge_s {
    ngx_inbox_worker_t      *worker;
    ngx_uint_t               workers;

    ngx_pool_t              *pool;      /* of the round, or NULL */
    ngx_str_t               *spaces;
    ngx_uint_t               n;
    ngx_uint_t               next;
    ngx_uint_t               steps;     /* since the last pause */

    size_t                   cursor_len;
    u_char                   cursor[NGX_INBOX_PURGE_CURSOR];

    ngx_inbox_store_call_t  *call;      /* under way, or NULL */
    ngx_event_t              timer;     /* cancelable */
};


static void ngx_inbox_purge_on_timer(ngx_event_t *ev);
static void ngx_inbox_purge_on_spaces(void *data, ngx_inbox_answer_t *answer);
static ngx_int_t ngx_inbox_purge_keep(ngx_inbox_purge_t *purge,
    ngx_inbox_redis_value_t *v);
static void ngx_inbox_purge_step(ngx_inbox_purge_t *purge);
static void ngx_inbox_purge_on_step(void *data, ngx_inbox_answer_t *answer);
static void ngx_inbox_purge_sweep(ngx_inbox_purge_t *purge,
    const ngx_str_t *gone, ngx_uint_t n);
static void ngx_inbox_purge_on_swept(void *data, ngx_inbox_answer_t *answer);
static ngx_uint_t ngx_inbox_purge_knows(void *data, const ngx_str_t *space);
static void ngx_inbox_purge_rest(ngx_inbox_purge_t *purge);


ngx_inbox_purge_t *
ngx_inbox_purge_create(ngx_pool_t *pool, ngx_inbox_worker_t *worker,
    ngx_uint_t workers)
{
    ngx_inbox_purge_t  *purge;

    purge = ngx_pcalloc(pool, sizeof(ngx_inbox_purge_t));
    if (purge == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     purge->pool = NULL;
     *     purge->call = NULL;
     */

    purge->worker = worker;
    purge->workers = ngx_max(workers, 1);

    purge->timer.handler = ngx_inbox_purge_on_timer;
    purge->timer.data = purge;
    purge->timer.log = worker->log;
    purge->timer.cancelable = 1;

    ngx_add_timer(&purge->timer, NGX_INBOX_PURGE_FIRST);

    return purge;
}


void
ngx_inbox_purge_destroy(ngx_inbox_purge_t *purge)
{
    if (purge->timer.timer_set) {
        ngx_del_timer(&purge->timer);
    }

    if (purge->call != NULL) {
        ngx_inbox_store_forget(purge->call);
        purge->call = NULL;
    }

    if (purge->pool != NULL) {
        ngx_destroy_pool(purge->pool);
        purge->pool = NULL;
    }
}


/* a pause is over, or a rest */

static void
ngx_inbox_purge_on_timer(ngx_event_t *ev)
{
    ngx_inbox_purge_t *purge = ev->data;

    if (ngx_exiting || ngx_terminate) {
        return;
    }

    purge->steps = 0;

    if (purge->pool != NULL) {
        ngx_inbox_purge_step(purge);
        return;
    }

    purge->call = ngx_inbox_store_spaces(purge->worker->store,
                                         ngx_inbox_purge_on_spaces, purge);

    if (purge->call == NULL) {
        ngx_inbox_purge_rest(purge);
    }
}


static void
ngx_inbox_purge_on_spaces(void *data, ngx_inbox_answer_t *answer)
{
    ngx_inbox_purge_t *purge = data;

    purge->call = NULL;

    if (answer->status != NGX_HTTP_OK
        || ngx_inbox_purge_keep(purge, answer->value) != NGX_OK)
    {
        ngx_inbox_purge_rest(purge);
        return;
    }

    ngx_inbox_purge_step(purge);
}


/* the spaces of our share, as the outbox shares them out */

static ngx_int_t
ngx_inbox_purge_keep(ngx_inbox_purge_t *purge, ngx_inbox_redis_value_t *v)
{
    ngx_str_t   *id;
    ngx_uint_t   i;

    purge->n = 0;
    purge->next = 0;
    purge->cursor_len = 0;

    if (v->type != NGX_INBOX_REDIS_ARRAY || v->n == 0) {
        return NGX_DECLINED;
    }

    purge->pool = ngx_create_pool(4096, purge->worker->log);
    if (purge->pool == NULL) {
        return NGX_ERROR;
    }

    purge->spaces = ngx_palloc(purge->pool, v->n * sizeof(ngx_str_t));
    if (purge->spaces == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < v->n; i++) {
        id = &v->item[i]->str;

        if (!ngx_inbox_text_is_id(id)
            || ngx_murmur_hash2(id->data, id->len) % purge->workers
               != ngx_worker % purge->workers)
        {
            continue;
        }

        if (ngx_inbox_text_copy(purge->pool, &purge->spaces[purge->n], id)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        purge->n++;
    }

    return NGX_OK;
}


static void
ngx_inbox_purge_step(ngx_inbox_purge_t *purge)
{
    ngx_str_t          cursor;
    ngx_inbox_fcall_t  fcall;

    if (purge->next == purge->n && purge->worker->conf->files != NULL) {
        ngx_inbox_disk_orphans(purge->worker->conf, ngx_inbox_purge_knows,
                               purge, purge->worker->log);
    }

    if (purge->next == purge->n || ngx_exiting || ngx_terminate) {
        ngx_inbox_purge_rest(purge);
        return;
    }

    if (purge->steps++ == NGX_INBOX_PURGE_STEPS) {
        ngx_add_timer(&purge->timer, NGX_INBOX_PURGE_PAUSE);
        return;
    }

    cursor.data = purge->cursor;
    cursor.len = purge->cursor_len;

    fcall.fn = NGX_INBOX_FN_PURGE;
    fcall.space = &purge->spaces[purge->next];
    fcall.args = &cursor;
    fcall.n = 1;

    purge->call = ngx_inbox_store_call(purge->worker->store, &fcall,
                                       ngx_inbox_purge_on_step, purge);

    if (purge->call == NULL) {
        ngx_inbox_purge_rest(purge);
    }
}


/* chats erased, chats returned, where to go on or nothing */

static void
ngx_inbox_purge_on_step(void *data, ngx_inbox_answer_t *answer)
{
    ngx_inbox_purge_t *purge = data;

    ngx_inbox_redis_value_t  *v;

    purge->call = NULL;
    v = answer->value;

    if (answer->status != NGX_HTTP_OK
        || v->type != NGX_INBOX_REDIS_ARRAY || v->n < 3
        || v->item[2]->str.len > NGX_INBOX_PURGE_CURSOR)
    {
        /* suspended, deleted, or the store is away */
        purge->cursor_len = 0;

    } else {
        purge->cursor_len = v->item[2]->str.len;
        ngx_memcpy(purge->cursor, v->item[2]->str.data, purge->cursor_len);
    }

    if (purge->cursor_len == 0 && purge->worker->conf->files != NULL) {
        ngx_inbox_purge_sweep(purge, NULL, 0);
        return;
    }

    if (purge->cursor_len == 0) {
        purge->next++;
    }

    ngx_inbox_purge_step(purge);
}


/* gone: ids whose bytes have been removed */

static void
ngx_inbox_purge_sweep(ngx_inbox_purge_t *purge, const ngx_str_t *gone,
    ngx_uint_t n)
{
    ngx_inbox_fcall_t  fcall;

    fcall.fn = NGX_INBOX_FN_FILE_SWEEP;
    fcall.space = &purge->spaces[purge->next];
    fcall.args = gone;
    fcall.n = n;

    purge->call = ngx_inbox_store_call(purge->worker->store, &fcall,
                                       ngx_inbox_purge_on_swept, purge);

    if (purge->call == NULL) {
        ngx_inbox_purge_rest(purge);
    }
}


/* ids whose bytes nobody can reach any more */

static void
ngx_inbox_purge_on_swept(void *data, ngx_inbox_answer_t *answer)
{
    ngx_inbox_purge_t *purge = data;

    ngx_str_t                 gone[NGX_INBOX_PURGE_FILES];
    ngx_uint_t                i, n;
    ngx_inbox_redis_value_t  *v;

    purge->call = NULL;
    v = answer->value;
    n = 0;

    if (answer->status == NGX_HTTP_OK && v->type == NGX_INBOX_REDIS_ARRAY) {

        for (i = 0; i < v->n && n < NGX_INBOX_PURGE_FILES; i++) {
            gone[n] = v->item[i]->str;

            if (ngx_inbox_disk_remove(purge->worker->conf,
                                      &purge->spaces[purge->next], &gone[n],
                                      purge->worker->log)
                == NGX_OK)
            {
                n++;
            }
        }
    }

    if (n > 0) {
        ngx_inbox_purge_sweep(purge, gone, n);
        return;
    }

    purge->next++;
    ngx_inbox_purge_step(purge);
}


/* by the share that they would be of */

static ngx_uint_t
ngx_inbox_purge_knows(void *data, const ngx_str_t *space)
{
    ngx_inbox_purge_t *purge = data;

    ngx_uint_t  i;

    if (ngx_murmur_hash2(space->data, space->len) % purge->workers
        != ngx_worker % purge->workers)
    {
        return 1;
    }

    for (i = 0; i < purge->n; i++) {
        if (purge->spaces[i].len == space->len
            && ngx_memcmp(purge->spaces[i].data, space->data, space->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static void
ngx_inbox_purge_rest(ngx_inbox_purge_t *purge)
{
    if (purge->pool != NULL) {
        ngx_destroy_pool(purge->pool);
        purge->pool = NULL;
    }

    if (ngx_exiting || ngx_terminate) {
        return;
    }

    ngx_add_timer(&purge->timer, NGX_INBOX_PURGE_REST + ngx_random() % 1000);
}
