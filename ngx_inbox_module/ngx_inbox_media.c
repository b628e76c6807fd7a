
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A fetch is an exchange (MEDIA) whose sink is a temporary file beside the
 * cache.  It gets its name there when it is whole.  Fetches live in a list of
 * the worker, each with the list of those who wait for it.
 */

#include "ngx_inbox_media.h"
#include "ngx_inbox_disk.h"
#include "ngx_inbox_exchange.h"
#include "ngx_inbox_text.h"


/* fetches of one worker at once */
#define NGX_INBOX_MEDIA_MOST     64
/* ms of each request: the largest files take their time */
#define NGX_INBOX_MEDIA_TIMEOUT  120000


struct ngx_inbox_media_s {
    ngx_inbox_worker_t     *worker;
    ngx_queue_t             fetches;
    ngx_uint_t              n;
};


typedef struct {
    ngx_queue_t             queue;
    ngx_pool_t             *pool;
    ngx_inbox_media_t      *media;
    ngx_str_t               id;
    ngx_queue_t             waits;

    ngx_inbox_exchange_t   *exchange;
    ngx_inbox_job_t         job;

    ngx_str_t               temp;       /* path, NUL behind */
    ngx_fd_t                fd;
    off_t                   size;
    off_t                   most;
    unsigned                large:1;    /* it was given up for its size */
} ngx_inbox_media_fetch_t;


struct ngx_inbox_media_wait_s {
    ngx_queue_t               queue;
    ngx_inbox_media_done_pt   done;     /* NULL: it came, or is forgotten */
    void                     *data;
};


static ngx_inbox_media_fetch_t *ngx_inbox_media_find(ngx_inbox_media_t *media,
    const ngx_str_t *id);
static ngx_inbox_media_fetch_t *ngx_inbox_media_begin(
    ngx_inbox_media_t *media, const ngx_inbox_media_what_t *what);
static ngx_int_t ngx_inbox_media_temp(ngx_inbox_media_fetch_t *fetch);
static ngx_int_t ngx_inbox_media_on_bytes(void *data, const u_char *p,
    size_t n);
static void ngx_inbox_media_on_done(void *data, ngx_inbox_exchanged_t *how);
static ngx_int_t ngx_inbox_media_keep(ngx_inbox_media_fetch_t *fetch);
static void ngx_inbox_media_tell(ngx_inbox_media_fetch_t *fetch, ngx_int_t rc,
    const ngx_str_t *words);
static void ngx_inbox_media_free(ngx_inbox_media_fetch_t *fetch);


ngx_inbox_media_t *
ngx_inbox_media_create(ngx_pool_t *pool, ngx_inbox_worker_t *worker)
{
    ngx_inbox_media_t  *media;

    media = ngx_pcalloc(pool, sizeof(ngx_inbox_media_t));
    if (media == NULL) {
        return NULL;
    }

    media->worker = worker;
    ngx_queue_init(&media->fetches);

    return media;
}


void
ngx_inbox_media_destroy(ngx_inbox_media_t *media)
{
    ngx_inbox_media_fetch_t  *fetch;

    while (!ngx_queue_empty(&media->fetches)) {
        fetch = ngx_queue_data(ngx_queue_head(&media->fetches),
                               ngx_inbox_media_fetch_t, queue);

        ngx_inbox_exchange_forget(fetch->exchange);
        ngx_inbox_media_free(fetch);
    }
}


ngx_inbox_media_wait_t *
ngx_inbox_media_start(ngx_inbox_media_t *media, ngx_pool_t *pool,
    const ngx_inbox_media_what_t *what, ngx_inbox_media_done_pt done,
    void *data)
{
    ngx_inbox_media_wait_t   *wait;
    ngx_inbox_media_fetch_t  *fetch;

    wait = ngx_palloc(pool, sizeof(ngx_inbox_media_wait_t));
    if (wait == NULL) {
        return NULL;
    }

    fetch = ngx_inbox_media_find(media, &what->id);

    if (fetch == NULL) {
        fetch = ngx_inbox_media_begin(media, what);
        if (fetch == NULL) {
            return NULL;
        }
    }

    wait->done = done;
    wait->data = data;
    ngx_queue_insert_tail(&fetch->waits, &wait->queue);

    return wait;
}


void
ngx_inbox_media_forget(ngx_inbox_media_wait_t *wait)
{
    if (wait->done != NULL) {
        wait->done = NULL;
        ngx_queue_remove(&wait->queue);
    }
}


static ngx_inbox_media_fetch_t *
ngx_inbox_media_find(ngx_inbox_media_t *media, const ngx_str_t *id)
{
    ngx_queue_t              *q;
    ngx_inbox_media_fetch_t  *fetch;

    for (q = ngx_queue_head(&media->fetches);
         q != ngx_queue_sentinel(&media->fetches);
         q = ngx_queue_next(q))
    {
        fetch = ngx_queue_data(q, ngx_inbox_media_fetch_t, queue);

        if (fetch->id.len == id->len
            && ngx_memcmp(fetch->id.data, id->data, id->len) == 0)
        {
            return fetch;
        }
    }

    return NULL;
}


static ngx_inbox_media_fetch_t *
ngx_inbox_media_begin(ngx_inbox_media_t *media,
    const ngx_inbox_media_what_t *what)
{
    ngx_pool_t                *pool;
    ngx_inbox_media_fetch_t   *fetch;
    ngx_inbox_exchange_ask_t   ask;

    if (media->n == NGX_INBOX_MEDIA_MOST) {
        return NULL;
    }

    pool = ngx_create_pool(2048, media->worker->log);
    if (pool == NULL) {
        return NULL;
    }

    fetch = ngx_pcalloc(pool, sizeof(ngx_inbox_media_fetch_t));

    if (fetch == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    fetch->pool = pool;
    fetch->media = media;
    fetch->fd = NGX_INVALID_FILE;
    fetch->job.kind = NGX_INBOX_JOB_MEDIA;
    fetch->most = (off_t) media->worker->conf->max_media;

    if (what->most) {
        fetch->most = ngx_min(fetch->most, (off_t) what->most);
    }

    ngx_queue_init(&fetch->waits);
    ngx_queue_insert_tail(&media->fetches, &fetch->queue);
    media->n++;

    ngx_memzero(&ask, sizeof(ngx_inbox_exchange_ask_t));

    ask.space = &what->space;
    ask.channel = &what->channel;
    ask.job = &fetch->job;
    ask.timeout = NGX_INBOX_MEDIA_TIMEOUT;
    ask.off = 1;
    ask.sink = ngx_inbox_media_on_bytes;
    ask.sink_data = fetch;
    ask.done = ngx_inbox_media_on_done;
    ask.data = fetch;

    if (ngx_inbox_text_copy(pool, &fetch->id, &what->id) == NGX_OK
        && ngx_inbox_text_copy(pool, &fetch->job.ref, &what->ref) == NGX_OK
        && ngx_inbox_media_temp(fetch) == NGX_OK)
    {
        fetch->exchange = ngx_inbox_exchange_start(media->worker, &ask);
    }

    if (fetch->exchange == NULL) {
        ngx_inbox_media_free(fetch);
        return NULL;
    }

    return fetch;
}


static ngx_int_t
ngx_inbox_media_temp(ngx_inbox_media_fetch_t *fetch)
{
    ngx_str_t  *dir;

    dir = &fetch->media->worker->conf->files->name;

    fetch->temp.len = dir->len + sizeof("/tmp.--") - 1 + NGX_INT64_LEN + 16;
    fetch->temp.data = ngx_pnalloc(fetch->pool, fetch->temp.len + 1);

    if (fetch->temp.data == NULL) {
        return NGX_ERROR;
    }

    fetch->temp.len = ngx_sprintf(fetch->temp.data, "%V/tmp.%P-%08xD%08xD%Z",
                                  dir, ngx_pid, (uint32_t) ngx_random(),
                                  (uint32_t) ngx_random())
                      - fetch->temp.data - 1;

    fetch->fd = ngx_open_file(fetch->temp.data, NGX_FILE_WRONLY,
                              NGX_FILE_CREATE_OR_OPEN|O_EXCL, 0600);

    if (fetch->fd == NGX_INVALID_FILE) {
        ngx_log_error(NGX_LOG_ERR, fetch->pool->log, ngx_errno,
                      "inbox media: could not create \"%V\"", &fetch->temp);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_media_on_bytes(void *data, const u_char *p, size_t n)
{
    ngx_inbox_media_fetch_t *fetch = data;

    if (fetch->size + (off_t) n > fetch->most) {
        fetch->large = 1;
        return NGX_ERROR;
    }

    if (ngx_write_fd(fetch->fd, (void *) p, n) != (ssize_t) n) {
        ngx_log_error(NGX_LOG_ERR, fetch->pool->log, ngx_errno,
                      "inbox media: could not write \"%V\"", &fetch->temp);
        return NGX_ERROR;
    }

    fetch->size += n;

    return NGX_OK;
}


static void
ngx_inbox_media_on_done(void *data, ngx_inbox_exchanged_t *how)
{
    ngx_inbox_media_fetch_t *fetch = data;

    ngx_int_t  rc;
    ngx_str_t  words;

    fetch->exchange = NULL;
    words = how->verdict.error;

    if (fetch->large) {
        ngx_str_set(&words, "the file is larger than is fetched");
        rc = NGX_DECLINED;

    } else if (how->verdict.outcome == NGX_INBOX_SENT) {
        rc = ngx_inbox_media_keep(fetch);

    } else {
        rc = (how->verdict.outcome == NGX_INBOX_NEVER) ? NGX_DECLINED
                                                       : NGX_ERROR;
    }

    if (rc != NGX_OK) {
        ngx_log_error(NGX_LOG_WARN, fetch->pool->log, 0,
                      "inbox media: file \"%V\" was not fetched: %V",
                      &fetch->id, &words);
    }

    /* off the list first: who is told may ask again */

    ngx_queue_remove(&fetch->queue);
    ngx_queue_init(&fetch->queue);

    ngx_inbox_media_tell(fetch, rc, &words);
    ngx_inbox_media_free(fetch);
}


static ngx_int_t
ngx_inbox_media_keep(ngx_inbox_media_fetch_t *fetch)
{
    ngx_str_t                     path;
    const ngx_inbox_main_conf_t  *conf;

    conf = fetch->media->worker->conf;

    if (ngx_inbox_disk_cached(fetch->pool, conf, &fetch->id, &path) != NGX_OK
        || ngx_inbox_disk_place(&fetch->temp, &path, fetch->pool->log)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_inbox_disk_trim(conf, &fetch->id, fetch->pool->log);

    return NGX_OK;
}


static void
ngx_inbox_media_tell(ngx_inbox_media_fetch_t *fetch, ngx_int_t rc,
    const ngx_str_t *words)
{
    ngx_inbox_media_wait_t   *wait;
    ngx_inbox_media_done_pt   done;

    while (!ngx_queue_empty(&fetch->waits)) {
        wait = ngx_queue_data(ngx_queue_head(&fetch->waits),
                              ngx_inbox_media_wait_t, queue);

        done = wait->done;
        wait->done = NULL;
        ngx_queue_remove(&wait->queue);

        done(wait->data, rc, words);
    }
}


static void
ngx_inbox_media_free(ngx_inbox_media_fetch_t *fetch)
{
    if (fetch->fd != NGX_INVALID_FILE) {
        (void) ngx_close_file(fetch->fd);

        /* it has another name now, unless it came to nothing */
        (void) ngx_delete_file(fetch->temp.data);
    }

    ngx_queue_remove(&fetch->queue);
    fetch->media->n--;
    ngx_destroy_pool(fetch->pool);
}
