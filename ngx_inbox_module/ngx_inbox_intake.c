
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A door is one channel's: its calls under way, and those who wait behind them.
 * It is made by the first who comes and goes with the last.  A call leaves at
 * the end of the loop's turn, with all whom the turn has brought.  Two may be
 * under way: Redis works on one while those in the other are answered; the
 * second waits until it is worth its price, so that calls do not leave with one
 * and with thirty by turns.
 *
 * A fault (a webhook that the function cannot take) ends the call of all who
 * are in it; then each of them is asked alone, so that one harms nobody else.
 * Those whose events were stored before it are told that they are known.
 */

#include "ngx_inbox_intake.h"
#include "ngx_inbox_table.h"


/* events and bytes in one call, if there are several webhooks in it: some
   milliseconds of Redis */
#define NGX_INBOX_INTAKE_EVENTS   32
#define NGX_INBOX_INTAKE_BYTES    262144
/* of one channel, under way; webhooks that are worth another call */
#define NGX_INBOX_INTAKE_CALLS    2
#define NGX_INBOX_INTAKE_WORTH    16
/* webhooks of one channel that wait in one worker */
#define NGX_INBOX_INTAKE_WAITING  1024


typedef struct {
    ngx_inbox_table_node_t     node;       /* first; the key follows */
    ngx_inbox_intake_t        *intake;
    ngx_event_t                turn;       /* posted: something may leave */
    ngx_str_t                  space;      /* in the key */
    ngx_uint_t                 calls;      /* under way */
    ngx_queue_t                waiting;
    ngx_uint_t                 n;          /* of those who wait */
} ngx_inbox_intake_door_t;


typedef struct {
    ngx_inbox_intake_door_t   *door;
    ngx_queue_t                in;         /* in the order of the call */
    ngx_uint_t                 events;
} ngx_inbox_intake_call_t;


struct ngx_inbox_brought_s {
    ngx_queue_t                queue;
    ngx_inbox_intake_door_t   *door;
    const ngx_str_t           *args;       /* head and events */
    ngx_uint_t                 n;          /* of args */
    ngx_uint_t                 at;         /* of his first event in the call */
    ngx_inbox_store_done_pt    done;
    void                      *data;
    unsigned                   sent:1;
    unsigned                   alone:1;    /* nobody else in his call */
};


struct ngx_inbox_intake_s {
    ngx_inbox_worker_t        *worker;
    ngx_inbox_table_t          doors;
};


static ngx_inbox_intake_door_t *ngx_inbox_intake_door(
    ngx_inbox_intake_t *intake, const ngx_str_t *space,
    const ngx_str_t *channel);
static ngx_uint_t ngx_inbox_intake_may_send(
    const ngx_inbox_intake_door_t *door);
static void ngx_inbox_intake_on_turn(ngx_event_t *ev);
static void ngx_inbox_intake_go_on(ngx_inbox_intake_door_t *door);
static ngx_int_t ngx_inbox_intake_send(ngx_inbox_intake_door_t *door);
static void ngx_inbox_intake_gather(ngx_inbox_intake_call_t *call);
static ngx_uint_t ngx_inbox_intake_goes_with(const ngx_inbox_brought_t *first,
    const ngx_inbox_brought_t *brought);
static ngx_uint_t ngx_inbox_intake_events(const ngx_inbox_brought_t *brought);
static size_t ngx_inbox_intake_size(const ngx_inbox_brought_t *brought);
static ngx_int_t ngx_inbox_intake_start(ngx_inbox_intake_call_t *call);
static void ngx_inbox_intake_back(ngx_inbox_intake_door_t *door,
    ngx_queue_t *from, ngx_uint_t alone);
static void ngx_inbox_intake_on_answer(void *data, ngx_inbox_answer_t *answer);
static void ngx_inbox_intake_move(ngx_queue_t *from, ngx_queue_t *to);
static void ngx_inbox_intake_refuse(ngx_queue_t *refused);
static void ngx_inbox_intake_tell(ngx_queue_t *told,
    const ngx_inbox_answer_t *answer);
static void ngx_inbox_intake_part(const ngx_inbox_brought_t *brought,
    const ngx_inbox_redis_value_t *whole, ngx_inbox_redis_value_t *part);


ngx_inbox_intake_t *
ngx_inbox_intake_create(ngx_pool_t *pool, ngx_inbox_worker_t *worker)
{
    ngx_inbox_intake_t  *intake;

    intake = ngx_pcalloc(pool, sizeof(ngx_inbox_intake_t));
    if (intake == NULL) {
        return NULL;
    }

    intake->worker = worker;

    if (ngx_inbox_table_create(&intake->doors, worker->log) != NGX_OK) {
        return NULL;
    }

    return intake;
}


/* doors go with their calls, which the store has ended */

void
ngx_inbox_intake_destroy(ngx_inbox_intake_t *intake)
{
    ngx_inbox_table_destroy(&intake->doors);
}


ngx_inbox_brought_t *
ngx_inbox_intake_bring(ngx_inbox_intake_t *intake, const ngx_str_t *space,
    const ngx_str_t *args, ngx_uint_t n, ngx_inbox_store_done_pt done,
    void *data)
{
    ngx_inbox_brought_t      *brought;
    ngx_inbox_intake_door_t  *door;

    brought = ngx_calloc(sizeof(ngx_inbox_brought_t), intake->worker->log);
    if (brought == NULL) {
        return NULL;
    }

    door = ngx_inbox_intake_door(intake, space, &args[0]);

    if (door == NULL || door->n >= NGX_INBOX_INTAKE_WAITING) {
        ngx_free(brought);
        return NULL;
    }

    brought->door = door;
    brought->args = args;
    brought->n = n;
    brought->done = done;
    brought->data = data;

    ngx_queue_insert_tail(&door->waiting, &brought->queue);
    door->n++;
    ngx_inbox_intake_go_on(door);

    return brought;
}


void
ngx_inbox_intake_forget(ngx_inbox_brought_t *brought)
{
    /* the call goes on without him; a door without anybody goes at its turn */

    if (!brought->sent) {
        brought->door->n--;
    }

    ngx_queue_remove(&brought->queue);
    ngx_free(brought);
}


/* found, or made */

static ngx_inbox_intake_door_t *
ngx_inbox_intake_door(ngx_inbox_intake_t *intake, const ngx_str_t *space,
    const ngx_str_t *channel)
{
    u_char                    key[2 * NGX_INBOX_MAX_ID + 1];
    ngx_str_t                 name;
    ngx_inbox_intake_door_t  *door;

    if (space->len > NGX_INBOX_MAX_ID || channel->len > NGX_INBOX_MAX_ID) {
        return NULL;
    }

    name.data = key;
    name.len = ngx_snprintf(key, sizeof(key), "%V/%V", space, channel) - key;

    door = (ngx_inbox_intake_door_t *)
               ngx_inbox_table_find(&intake->doors, &name);
    if (door != NULL) {
        return door;
    }

    door = ngx_calloc(sizeof(ngx_inbox_intake_door_t) + name.len,
                      intake->worker->log);
    if (door == NULL) {
        return NULL;
    }

    door->node.data = (u_char *) (door + 1);
    door->node.len = (uint32_t) name.len;
    ngx_memcpy(door->node.data, key, name.len);

    door->intake = intake;
    door->space.data = door->node.data;
    door->space.len = space->len;
    ngx_queue_init(&door->waiting);

    door->turn.handler = ngx_inbox_intake_on_turn;
    door->turn.data = door;
    door->turn.log = intake->worker->log;

    ngx_inbox_table_insert(&intake->doors, &door->node);

    return door;
}


/* may those who wait leave now? */

static ngx_uint_t
ngx_inbox_intake_may_send(const ngx_inbox_intake_door_t *door)
{
    if (door->calls == 0) {
        return door->n > 0;
    }

    return door->calls < NGX_INBOX_INTAKE_CALLS
           && door->n >= NGX_INBOX_INTAKE_WORTH;
}


/* all that the turn has brought is here */

static void
ngx_inbox_intake_on_turn(ngx_event_t *ev)
{
    ngx_queue_t               refused;
    ngx_inbox_intake_door_t  *door;

    door = ev->data;
    ngx_queue_init(&refused);

    while (ngx_inbox_intake_may_send(door)) {
        if (ngx_inbox_intake_send(door) != NGX_OK) {
            ngx_inbox_intake_move(&door->waiting, &refused);
            door->n = 0;
        }
    }

    ngx_inbox_intake_go_on(door);
    ngx_inbox_intake_refuse(&refused);
}


/* at the end of this turn, if something may leave then; a door with nobody goes
   at once */

static void
ngx_inbox_intake_go_on(ngx_inbox_intake_door_t *door)
{
    if (ngx_inbox_intake_may_send(door)) {
        ngx_post_event(&door->turn, &ngx_posted_events);
        return;
    }

    if (door->calls > 0) {
        return;
    }

    if (door->turn.posted) {
        ngx_delete_posted_event(&door->turn);
    }

    ngx_inbox_table_remove(&door->intake->doors, &door->node);
    ngx_free(door);
}


/* the next call; NGX_ERROR: the store is away or memory is out */

static ngx_int_t
ngx_inbox_intake_send(ngx_inbox_intake_door_t *door)
{
    ngx_inbox_intake_call_t  *call;

    call = ngx_alloc(sizeof(ngx_inbox_intake_call_t),
                     door->intake->worker->log);
    if (call == NULL) {
        return NGX_ERROR;
    }

    call->door = door;
    ngx_queue_init(&call->in);
    ngx_inbox_intake_gather(call);

    if (ngx_inbox_intake_start(call) != NGX_OK) {
        ngx_inbox_intake_back(door, &call->in, 0);
        ngx_free(call);
        return NGX_ERROR;
    }

    door->calls++;

    return NGX_OK;
}


/* those at the head of who waits, as far as they may go together */

static void
ngx_inbox_intake_gather(ngx_inbox_intake_call_t *call)
{
    size_t                    bytes;
    ngx_uint_t                events, n;
    ngx_queue_t              *q;
    ngx_inbox_brought_t      *first, *brought;
    ngx_inbox_intake_door_t  *door;

    door = call->door;
    bytes = 0;
    events = 0;
    first = NULL;

    while (!ngx_queue_empty(&door->waiting)) {
        q = ngx_queue_head(&door->waiting);
        brought = ngx_queue_data(q, ngx_inbox_brought_t, queue);
        n = ngx_inbox_intake_events(brought);
        bytes += ngx_inbox_intake_size(brought);

        if (first != NULL
            && (events + n > NGX_INBOX_INTAKE_EVENTS
                || bytes > NGX_INBOX_INTAKE_BYTES
                || !ngx_inbox_intake_goes_with(first, brought)))
        {
            break;
        }

        if (first == NULL) {
            first = brought;
        }

        ngx_queue_remove(q);
        ngx_queue_insert_tail(&call->in, q);

        door->n--;
        brought->sent = 1;
        brought->at = events;
        events += n;
    }

    call->events = events;
}


/* what is checked for all of a call must be the same: the channel's rev */

static ngx_uint_t
ngx_inbox_intake_goes_with(const ngx_inbox_brought_t *first,
    const ngx_inbox_brought_t *brought)
{
    const ngx_str_t  *a, *b;

    a = &first->args[1];
    b = &brought->args[1];

    return !first->alone && !brought->alone && a->len == b->len
           && ngx_memcmp(a->data, b->data, a->len) == 0;
}


static ngx_uint_t
ngx_inbox_intake_events(const ngx_inbox_brought_t *brought)
{
    return (brought->n - NGX_INBOX_INTAKE_HEAD) / NGX_INBOX_INTAKE_EVENT;
}


static size_t
ngx_inbox_intake_size(const ngx_inbox_brought_t *brought)
{
    size_t      size;
    ngx_uint_t  i;

    size = 0;

    for (i = NGX_INBOX_INTAKE_HEAD; i < brought->n; i++) {
        size += brought->args[i].len;
    }

    return size;
}


/* the head of the first, the events of all */

static ngx_int_t
ngx_inbox_intake_start(ngx_inbox_intake_call_t *call)
{
    ngx_str_t               *args, *p;
    ngx_queue_t             *q;
    ngx_uint_t               n;
    ngx_inbox_fcall_t        fcall;
    ngx_inbox_worker_t      *worker;
    ngx_inbox_brought_t     *brought;
    ngx_inbox_store_call_t  *started;

    worker = call->door->intake->worker;
    n = NGX_INBOX_INTAKE_HEAD + call->events * NGX_INBOX_INTAKE_EVENT;

    args = ngx_alloc(n * sizeof(ngx_str_t), worker->log);
    if (args == NULL) {
        return NGX_ERROR;
    }

    q = ngx_queue_head(&call->in);
    brought = ngx_queue_data(q, ngx_inbox_brought_t, queue);
    ngx_memcpy(args, brought->args, NGX_INBOX_INTAKE_HEAD * sizeof(ngx_str_t));

    for (p = args + NGX_INBOX_INTAKE_HEAD;
         q != ngx_queue_sentinel(&call->in);
         q = ngx_queue_next(q))
    {
        brought = ngx_queue_data(q, ngx_inbox_brought_t, queue);
        n = brought->n - NGX_INBOX_INTAKE_HEAD;

        ngx_memcpy(p, brought->args + NGX_INBOX_INTAKE_HEAD,
                   n * sizeof(ngx_str_t));
        p += n;
    }

    fcall.fn = NGX_INBOX_FN_INGEST;
    fcall.space = &call->door->space;
    fcall.args = args;
    fcall.n = p - args;

    started = ngx_inbox_store_call(worker->store, &fcall,
                                   ngx_inbox_intake_on_answer, call);
    ngx_free(args);

    return (started != NULL) ? NGX_OK : NGX_ERROR;
}


/* to the head of those who wait, in their order */

static void
ngx_inbox_intake_back(ngx_inbox_intake_door_t *door, ngx_queue_t *from,
    ngx_uint_t alone)
{
    ngx_queue_t          *q;
    ngx_inbox_brought_t  *brought;

    while (!ngx_queue_empty(from)) {
        q = ngx_queue_last(from);
        ngx_queue_remove(q);
        ngx_queue_insert_head(&door->waiting, q);

        brought = ngx_queue_data(q, ngx_inbox_brought_t, queue);
        brought->sent = 0;
        brought->alone |= alone;
        door->n++;
    }
}


static void
ngx_inbox_intake_on_answer(void *data, ngx_inbox_answer_t *answer)
{
    ngx_inbox_intake_call_t *call = data;

    ngx_queue_t               told, refused;
    ngx_inbox_intake_door_t  *door;

    door = call->door;
    door->calls--;
    ngx_inbox_intake_move(&call->in, &told);
    ngx_free(call);

    /* nobody, or one alone: head and last are the same */

    if (answer->fault && ngx_queue_head(&told) != ngx_queue_last(&told)) {
        ngx_inbox_intake_back(door, &told, 1);
    }

    ngx_queue_init(&refused);

    if (answer->status == NGX_HTTP_SERVICE_UNAVAILABLE && !answer->fault
        && !answer->stale && !answer->later)
    {
        ngx_inbox_intake_move(&door->waiting, &refused);
        door->n = 0;
    }

    ngx_inbox_intake_go_on(door);
    ngx_inbox_intake_tell(&told, answer);
    ngx_inbox_intake_refuse(&refused);
}


/* they have left the door, which may go */

static void
ngx_inbox_intake_move(ngx_queue_t *from, ngx_queue_t *to)
{
    ngx_queue_t          *q;
    ngx_inbox_brought_t  *brought;

    ngx_queue_init(to);

    while (!ngx_queue_empty(from)) {
        q = ngx_queue_head(from);
        ngx_queue_remove(q);
        ngx_queue_insert_tail(to, q);

        brought = ngx_queue_data(q, ngx_inbox_brought_t, queue);
        brought->sent = 1;
    }
}


/* the store is away */

static void
ngx_inbox_intake_refuse(ngx_queue_t *refused)
{
    ngx_inbox_answer_t  none;

    ngx_memzero(&none, sizeof(ngx_inbox_answer_t));
    ngx_inbox_store_away(&none);
    ngx_inbox_intake_tell(refused, &none);
}


/* each his part; who is told may let others go: always the head */

static void
ngx_inbox_intake_tell(ngx_queue_t *told, const ngx_inbox_answer_t *answer)
{
    void                     *data;
    ngx_queue_t              *q;
    ngx_inbox_answer_t        his;
    ngx_inbox_brought_t      *brought;
    ngx_inbox_redis_value_t   part;
    ngx_inbox_store_done_pt   done;

    while (!ngx_queue_empty(told)) {
        q = ngx_queue_head(told);
        brought = ngx_queue_data(q, ngx_inbox_brought_t, queue);

        his = *answer;

        if (his.value != NULL) {
            ngx_inbox_intake_part(brought, his.value, &part);
            his.value = &part;
        }

        done = brought->done;
        data = brought->data;

        ngx_queue_remove(q);
        ngx_free(brought);

        done(data, &his);
    }
}


/* of an answer that is too short for it, nothing */

static void
ngx_inbox_intake_part(const ngx_inbox_brought_t *brought,
    const ngx_inbox_redis_value_t *whole, ngx_inbox_redis_value_t *part)
{
    ngx_uint_t  from, n;

    from = brought->at * NGX_INBOX_INTAKE_WORDS;
    n = ngx_inbox_intake_events(brought) * NGX_INBOX_INTAKE_WORDS;

    ngx_memzero(part, sizeof(ngx_inbox_redis_value_t));
    part->type = NGX_INBOX_REDIS_ARRAY;

    if (whole->type == NGX_INBOX_REDIS_ARRAY && whole->n >= from + n) {
        part->item = whole->item + from;
        part->n = n;
    }
}
