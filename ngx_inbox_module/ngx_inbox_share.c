
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A question is one call to the store and a queue of those who share it.  Its
 * key is what is asked: the function, then each string behind its length.  It
 * can be found, and joined, until the posted event of its turn closes the
 * table; then only its call knows it, and the answer frees it.
 */

#include "ngx_inbox_share.h"
#include "ngx_inbox_bus.h"
#include "ngx_inbox_table.h"


typedef struct {
    ngx_inbox_table_node_t    node;      /* first; the key follows the struct */
    ngx_inbox_share_t        *share;
    ngx_inbox_store_call_t   *call;      /* under way, or NULL */
    ngx_queue_t               sharers;
    ngx_str_t                 space;     /* in the key */
    ngx_uint_t                generation;
    unsigned                  open:1;    /* in the table */
    unsigned                  kept:1;    /* its kind is worth remembering */
    unsigned                  dated:1;   /* generation is known */
} ngx_inbox_share_read_t;


struct ngx_inbox_sharer_s {
    ngx_queue_t               queue;
    ngx_inbox_share_read_t     *question;
    ngx_inbox_store_done_pt   done;
    void                     *data;
};


struct ngx_inbox_share_s {
    ngx_inbox_worker_t       *worker;
    ngx_inbox_recall_t       *recall;
    ngx_inbox_table_t         open;
    ngx_event_t               close;     /* at the end of the turn */
};


static ngx_uint_t ngx_inbox_share_is_kept(const ngx_inbox_fcall_t *fcall);
static ngx_inbox_share_read_t *ngx_inbox_share_question(
    ngx_inbox_share_t *share, const ngx_inbox_fcall_t *fcall);
static ngx_inbox_share_read_t *ngx_inbox_share_make(ngx_inbox_share_t *share,
    const ngx_inbox_fcall_t *fcall);
static u_char *ngx_inbox_share_put(u_char *p, const ngx_str_t *s);
static ngx_int_t ngx_inbox_share_start(ngx_inbox_share_read_t *question,
    const ngx_inbox_fcall_t *fcall);
static void ngx_inbox_share_on_turn(ngx_event_t *ev);
static void ngx_inbox_share_close(ngx_inbox_share_read_t *question);
static void ngx_inbox_share_on_answer(void *data, ngx_inbox_answer_t *answer);
static void ngx_inbox_share_keep(ngx_inbox_share_read_t *question,
    ngx_inbox_answer_t *answer);


ngx_inbox_share_t *
ngx_inbox_share_create(ngx_pool_t *pool, ngx_inbox_worker_t *worker)
{
    ngx_inbox_share_t  *share;

    share = ngx_pcalloc(pool, sizeof(ngx_inbox_share_t));
    if (share == NULL) {
        return NULL;
    }

    share->worker = worker;
    share->close.handler = ngx_inbox_share_on_turn;
    share->close.data = share;
    share->close.log = worker->log;

    share->recall = ngx_inbox_recall_create(pool, worker->log);

    if (share->recall == NULL
        || ngx_inbox_table_create(&share->open, worker->log) != NGX_OK)
    {
        return NULL;
    }

    return share;
}


void
ngx_inbox_share_destroy(ngx_inbox_share_t *share)
{
    ngx_inbox_share_on_turn(&share->close);

    if (share->close.posted) {
        ngx_delete_posted_event(&share->close);
    }

    ngx_inbox_table_destroy(&share->open);
    ngx_inbox_recall_destroy(share->recall);
}


const ngx_inbox_recalled_t *
ngx_inbox_share_recall(ngx_inbox_share_t *share, const ngx_inbox_fcall_t *fcall)
{
    ngx_str_t                    key;
    ngx_uint_t                   generation;
    ngx_inbox_share_read_t      *question;
    const ngx_inbox_recalled_t  *what;

    if (!ngx_inbox_share_is_kept(fcall)
        || ngx_inbox_bus_generation(share->worker->bus, fcall->space,
                                    &generation)
           != NGX_OK)
    {
        return NULL;
    }

    question = ngx_inbox_share_make(share, fcall);
    if (question == NULL) {
        return NULL;
    }

    key.data = question->node.data;
    key.len = question->node.len;
    what = ngx_inbox_recall_find(share->recall, &key, generation);

    ngx_free(question);

    return what;
}


/* who is asked for by many pages again and again; visitors each ask for their
   own */

static ngx_uint_t
ngx_inbox_share_is_kept(const ngx_inbox_fcall_t *fcall)
{
    return fcall->fn == NGX_INBOX_FN_JOURNAL
           || fcall->fn == NGX_INBOX_FN_INBOX
           || fcall->fn == NGX_INBOX_FN_TRANSCRIPT;
}


ngx_inbox_sharer_t *
ngx_inbox_share_ask(ngx_inbox_share_t *share, const ngx_inbox_fcall_t *fcall,
    ngx_inbox_store_done_pt done, void *data)
{
    ngx_inbox_sharer_t    *sharer;
    ngx_inbox_share_read_t  *question;

    sharer = ngx_alloc(sizeof(ngx_inbox_sharer_t), share->worker->log);
    if (sharer == NULL) {
        return NULL;
    }

    question = ngx_inbox_share_question(share, fcall);
    if (question == NULL) {
        ngx_free(sharer);
        return NULL;
    }

    sharer->question = question;
    sharer->done = done;
    sharer->data = data;
    ngx_queue_insert_tail(&question->sharers, &sharer->queue);

    return sharer;
}


static ngx_inbox_share_read_t *
ngx_inbox_share_question(ngx_inbox_share_t *share,
    const ngx_inbox_fcall_t *fcall)
{
    ngx_str_t              key;
    ngx_inbox_share_read_t  *question, *open;

    question = ngx_inbox_share_make(share, fcall);
    if (question == NULL) {
        return NULL;
    }

    key.data = question->node.data;
    key.len = question->node.len;

    open = (ngx_inbox_share_read_t *) ngx_inbox_table_find(&share->open, &key);

    if (open != NULL) {
        ngx_free(question);
        return open;
    }

    if (ngx_inbox_share_start(question, fcall) != NGX_OK) {
        ngx_free(question);
        return NULL;
    }

    return question;
}


static ngx_inbox_share_read_t *
ngx_inbox_share_make(ngx_inbox_share_t *share, const ngx_inbox_fcall_t *fcall)
{
    size_t                 len;
    u_char                *p;
    ngx_uint_t             i;
    ngx_inbox_share_read_t  *question;

    len = 1 + sizeof(uint32_t) + fcall->space->len;

    for (i = 0; i < fcall->n; i++) {
        len += sizeof(uint32_t) + fcall->args[i].len;
    }

    question = ngx_alloc(sizeof(ngx_inbox_share_read_t) + len,
                         share->worker->log);
    if (question == NULL) {
        return NULL;
    }

    ngx_memzero(question, sizeof(ngx_inbox_share_read_t));

    question->share = share;
    ngx_queue_init(&question->sharers);

    p = (u_char *) (question + 1);
    question->node.data = p;
    question->node.len = (uint32_t) len;

    *p++ = (u_char) fcall->fn;

    question->space.data = p + sizeof(uint32_t);
    question->space.len = fcall->space->len;
    p = ngx_inbox_share_put(p, fcall->space);

    for (i = 0; i < fcall->n; i++) {
        p = ngx_inbox_share_put(p, &fcall->args[i]);
    }

    return question;
}


static u_char *
ngx_inbox_share_put(u_char *p, const ngx_str_t *s)
{
    uint32_t  len;

    len = (uint32_t) s->len;
    p = ngx_cpymem(p, &len, sizeof(uint32_t));

    return ngx_cpymem(p, s->data, s->len);
}


static ngx_int_t
ngx_inbox_share_start(ngx_inbox_share_read_t *question,
    const ngx_inbox_fcall_t *fcall)
{
    ngx_inbox_share_t  *share;

    share = question->share;

    question->kept = ngx_inbox_share_is_kept(fcall);
    question->dated = (ngx_inbox_bus_generation(share->worker->bus,
                                                fcall->space,
                                                &question->generation)
                       == NGX_OK);

    question->call = ngx_inbox_store_call(share->worker->store, fcall,
                                          ngx_inbox_share_on_answer, question);
    if (question->call == NULL) {
        return NGX_ERROR;
    }

    question->open = 1;
    ngx_inbox_table_insert(&share->open, &question->node);

    if (!share->close.posted) {
        ngx_post_event(&share->close, &ngx_posted_events);
    }

    return NGX_OK;
}


/* what has been sent can be joined no more: a notice may come now that it does
   not know of */

static void
ngx_inbox_share_on_turn(ngx_event_t *ev)
{
    ngx_inbox_share_t       *share;
    ngx_inbox_table_node_t  *node;

    share = ev->data;

    for ( ;; ) {
        node = ngx_inbox_table_next(&share->open, NULL);

        if (node == NULL) {
            return;
        }

        ngx_inbox_share_close((ngx_inbox_share_read_t *) node);
    }
}


static void
ngx_inbox_share_close(ngx_inbox_share_read_t *question)
{
    if (question->open) {
        question->open = 0;
        ngx_inbox_table_remove(&question->share->open, &question->node);
    }
}


static void
ngx_inbox_share_on_answer(void *data, ngx_inbox_answer_t *answer)
{
    ngx_inbox_share_read_t *question = data;

    void                     *to;
    ngx_queue_t              *q;
    ngx_inbox_sharer_t       *sharer;
    ngx_inbox_store_done_pt   done;

    /* those who are told may let others go: always the head */

    while (!ngx_queue_empty(&question->sharers)) {
        q = ngx_queue_head(&question->sharers);
        sharer = ngx_queue_data(q, ngx_inbox_sharer_t, queue);

        done = sharer->done;
        to = sharer->data;

        ngx_queue_remove(q);
        ngx_free(sharer);

        done(to, answer);
    }

    if (question->kept) {
        ngx_inbox_share_keep(question, answer);
    }

    ngx_inbox_share_close(question);
    ngx_free(question);
}


/* value: body, rev, number of things in it.  What was asked before its space
   was followed cannot be dated, but from now on it is */

static void
ngx_inbox_share_keep(ngx_inbox_share_read_t *question,
    ngx_inbox_answer_t *answer)
{
    ngx_str_t                 key;
    ngx_inbox_recalled_t      what;
    ngx_inbox_redis_value_t  *v;

    v = answer->value;

    if (answer->status != NGX_HTTP_OK
        || v->type != NGX_INBOX_REDIS_ARRAY || v->n < 3
        || v->item[0]->type != NGX_INBOX_REDIS_STRING
        || v->item[2]->type != NGX_INBOX_REDIS_INTEGER)
    {
        return;
    }

    if (!question->dated) {
        ngx_inbox_bus_keep(question->share->worker->bus, &question->space);
        return;
    }

    key.data = question->node.data;
    key.len = question->node.len;

    ngx_memzero(&what, sizeof(ngx_inbox_recalled_t));
    what.body = v->item[0]->str;
    what.empty = (v->item[2]->integer == 0);

    if (v->n > 3 && v->item[3]->type == NGX_INBOX_REDIS_STRING) {
        what.rest = v->item[3]->str;
    }

    ngx_inbox_recall_keep(question->share->recall, &key, question->generation,
                          &what);
}


void
ngx_inbox_share_forget(ngx_inbox_sharer_t *sharer)
{
    /* the question goes on without him: its answer frees it */

    ngx_queue_remove(&sharer->queue);
    ngx_free(sharer);
}
