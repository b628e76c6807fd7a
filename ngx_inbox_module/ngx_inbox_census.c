
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A space has a node for the worker's life once one of its polls has waited
 * here.  Every few seconds those are told whose number is another than was
 * told, and the others before the store forgets what they have said.
 */

#include "ngx_inbox_census.h"
#include "ngx_inbox_conf.h"
#include "ngx_inbox_store.h"
#include "ngx_inbox_meter.h"


#define NGX_INBOX_CENSUS_EVERY  2000    /* ms */
/* the store believes a worker for 90 s */
#define NGX_INBOX_CENSUS_AGAIN  30000
/* told in one turn: the rest waits for the next */
#define NGX_INBOX_CENSUS_TURN   200


typedef struct {
    ngx_str_node_t           node;      /* str: the space */
    ngx_queue_t              queue;
    ngx_uint_t               count;
    ngx_uint_t               told;
    ngx_msec_t               at;        /* when it was */
} ngx_inbox_census_space_t;


struct ngx_inbox_census_s {
    ngx_inbox_worker_t      *worker;
    ngx_pool_t              *pool;
    size_t                   name_len;
    u_char                   name[32];  /* of this worker */
    ngx_rbtree_t             tree;
    ngx_rbtree_node_t        sentinel;
    ngx_queue_t              spaces;
    ngx_event_t              timer;     /* cancelable */
};


static ngx_inbox_census_space_t *ngx_inbox_census_find(
    ngx_inbox_census_t *census, const ngx_str_t *space);
static void ngx_inbox_census_on_timer(ngx_event_t *ev);
static void ngx_inbox_census_tell(ngx_inbox_census_t *census,
    ngx_inbox_census_space_t *space);
static void ngx_inbox_census_on_told(void *data, ngx_inbox_answer_t *answer);


ngx_inbox_census_t *
ngx_inbox_census_create(ngx_pool_t *pool, ngx_inbox_worker_t *worker)
{
    ngx_inbox_census_t  *census;

    census = ngx_pcalloc(pool, sizeof(ngx_inbox_census_t));
    if (census == NULL) {
        return NULL;
    }

    census->worker = worker;
    ngx_inbox_meter_gauge(worker->conf->meter, NGX_INBOX_GAUGE_FREE,
                          ngx_cycle->free_connection_n);
    census->pool = pool;
    census->name_len = ngx_sprintf(census->name, "%P-%xD", ngx_pid,
                                   (uint32_t) ngx_random())
                       - census->name;

    ngx_queue_init(&census->spaces);
    ngx_rbtree_init(&census->tree, &census->sentinel,
                    ngx_str_rbtree_insert_value);

    census->timer.handler = ngx_inbox_census_on_timer;
    census->timer.data = census;
    census->timer.log = worker->log;
    census->timer.cancelable = 1;

    ngx_add_timer(&census->timer, NGX_INBOX_CENSUS_EVERY);

    return census;
}


void
ngx_inbox_census_destroy(ngx_inbox_census_t *census)
{
    if (census->timer.timer_set) {
        ngx_del_timer(&census->timer);
    }
}


void
ngx_inbox_census_add(ngx_inbox_census_t *census, const ngx_str_t *space)
{
    ngx_inbox_census_space_t  *s;

    s = ngx_inbox_census_find(census, space);

    if (s == NULL) {
        s = ngx_pcalloc(census->pool, sizeof(ngx_inbox_census_space_t)
                                      + space->len);
        if (s == NULL) {
            return;
        }

        s->node.node.key = ngx_murmur_hash2(space->data, space->len);
        s->node.str.len = space->len;
        s->node.str.data = (u_char *) (s + 1);
        ngx_memcpy(s->node.str.data, space->data, space->len);

        ngx_rbtree_insert(&census->tree, &s->node.node);
        ngx_queue_insert_tail(&census->spaces, &s->queue);
    }

    s->count++;
}


void
ngx_inbox_census_remove(ngx_inbox_census_t *census, const ngx_str_t *space)
{
    ngx_inbox_census_space_t  *s;

    s = ngx_inbox_census_find(census, space);

    if (s != NULL && s->count) {
        s->count--;
    }
}


static ngx_inbox_census_space_t *
ngx_inbox_census_find(ngx_inbox_census_t *census, const ngx_str_t *space)
{
    ngx_str_t  name;

    name = *space;

    return (ngx_inbox_census_space_t *)
               ngx_str_rbtree_lookup(&census->tree, &name,
                                     ngx_murmur_hash2(name.data, name.len));
}


/* who was told goes to the end, so that everybody has his turn */

static void
ngx_inbox_census_on_timer(ngx_event_t *ev)
{
    ngx_inbox_census_t *census = ev->data;

    ngx_uint_t                 told;
    ngx_queue_t               *q, *next, *last;
    ngx_inbox_census_space_t  *s;

    if (ngx_exiting || ngx_terminate) {
        return;
    }

    ngx_inbox_meter_gauge(census->worker->conf->meter, NGX_INBOX_GAUGE_FREE,
                          ngx_cycle->free_connection_n);

    told = 0;
    last = ngx_queue_last(&census->spaces);

    for (q = ngx_queue_head(&census->spaces);
         q != ngx_queue_sentinel(&census->spaces)
             && told < NGX_INBOX_CENSUS_TURN;
         q = next)
    {
        next = (q == last) ? &census->spaces : ngx_queue_next(q);
        s = ngx_queue_data(q, ngx_inbox_census_space_t, queue);

        if (s->count == s->told
            && (s->count == 0
                || ngx_current_msec - s->at < NGX_INBOX_CENSUS_AGAIN))
        {
            continue;
        }

        ngx_inbox_census_tell(census, s);
        ngx_queue_remove(q);
        ngx_queue_insert_tail(&census->spaces, q);
        told++;
    }

    ngx_add_timer(&census->timer, NGX_INBOX_CENSUS_EVERY);
}


static void
ngx_inbox_census_tell(ngx_inbox_census_t *census,
    ngx_inbox_census_space_t *space)
{
    u_char             count[NGX_INT_T_LEN];
    ngx_str_t          args[2];
    ngx_inbox_fcall_t  fcall;

    args[0].data = census->name;
    args[0].len = census->name_len;
    args[1].data = count;
    args[1].len = ngx_sprintf(count, "%ui", space->count) - count;

    fcall.fn = NGX_INBOX_FN_PARKED;
    fcall.space = &space->node.str;
    fcall.args = args;
    fcall.n = 2;

    if (ngx_inbox_store_call(census->worker->store, &fcall,
                             ngx_inbox_census_on_told, NULL)
        != NULL)
    {
        space->told = space->count;
        space->at = ngx_current_msec;
    }
}


static void
ngx_inbox_census_on_told(void *data, ngx_inbox_answer_t *answer)
{
    /* what is lost is told again */
}
