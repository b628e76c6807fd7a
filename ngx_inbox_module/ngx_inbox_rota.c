
/*
 * Copyright (C) the ngx_inbox authors
 *
 * An entry is in one of three states:
 *
 *   awake     the owner has it; reasons to wake it are collected in pending
 *   sleeping  nothing is pending
 *   due       its turn comes in the next turn of nginx's loop
 *
 * Every entry's link is in exactly one queue: in the wheel until its deadline,
 * whether awake or sleeping; in due; in over, when it was awake at its
 * deadline; or in leaving, when the worker leaves and it is not told yet.
 *
 * Nothing is called from where a reason comes up.  One posted event takes the
 * turns, at most NGX_INBOX_ROTA_BATCH in one turn of the loop, so that ten
 * thousand wakes neither recurse nor keep other connections waiting.
 *
 * One timer that is not cancelable runs while there are entries: it moves the
 * wheel, keeps a leaving worker alive, and sees that the worker leaves, which
 * nginx tells nobody.  Then it hands out EXIT evenly over NGX_INBOX_ROTA_LEAVE,
 * so that a reload is not a storm of reconnects.
 */


#include "ngx_inbox_rota.h"


/* turns in one turn of the loop: at some 10 us each, others wait 5 ms */
#define NGX_INBOX_ROTA_BATCH    512

/* all are told within this time: with a tick of the wheel before and an answer
   behind it below a second, a usual worker_shutdown_timeout */
#define NGX_INBOX_ROTA_LEAVE    750     /* ms */
#define NGX_INBOX_ROTA_STEP     50      /* ms */
#define NGX_INBOX_ROTA_JITTER   16      /* ms, taken off a step */

/* reasons after which the owner may sleep again */
#define NGX_INBOX_ROTA_ASK      (ngx_inbox_rota_bit(NGX_INBOX_WAKE_NOTICE)    \
                                 | ngx_inbox_rota_bit(NGX_INBOX_WAKE_AGAIN)   \
                                 | ngx_inbox_rota_bit(NGX_INBOX_WAKE_REVOKED))

#define ngx_inbox_rota_bit(why)  (1 << (why))


typedef enum {
    NGX_INBOX_ROTA_AWAKE = 0,
    NGX_INBOX_ROTA_SLEEPING,
    NGX_INBOX_ROTA_DUE
} ngx_inbox_rota_state_e;


static void ngx_inbox_rota_set_event(ngx_inbox_rota_t *rota, ngx_event_t *ev,
    ngx_event_handler_pt handler);

static void ngx_inbox_rota_lie_down(ngx_inbox_rota_t *rota,
    ngx_inbox_rota_entry_t *e);
static void ngx_inbox_rota_queue(ngx_inbox_rota_t *rota,
    ngx_inbox_rota_entry_t *e);

static void ngx_inbox_rota_on_event(ngx_event_t *ev);
static void ngx_inbox_rota_take_turn(ngx_inbox_rota_t *rota,
    ngx_inbox_rota_entry_t *e);
static ngx_inbox_wake_e ngx_inbox_rota_strongest(ngx_uint_t pending);

static void ngx_inbox_rota_on_timer(ngx_event_t *ev);
static void ngx_inbox_rota_expire(ngx_inbox_rota_t *rota);
static void ngx_inbox_rota_exit(ngx_inbox_rota_t *rota);
static void ngx_inbox_rota_tell(ngx_inbox_rota_t *rota, ngx_queue_t *q,
    ngx_inbox_wake_e why);


/* reasons to ask come before reasons to end, so that the last answer has what
   there is; of one sort the strongest stands for all */
static const ngx_inbox_wake_e  ngx_inbox_rota_order[] = {
    NGX_INBOX_WAKE_REVOKED,
    NGX_INBOX_WAKE_NOTICE,
    NGX_INBOX_WAKE_AGAIN,
    NGX_INBOX_WAKE_EXIT,
    NGX_INBOX_WAKE_TIMEOUT
};


void
ngx_inbox_rota_create(ngx_inbox_rota_t *rota,
    const ngx_inbox_rota_events_t *events, ngx_log_t *log)
{
    ngx_memzero(rota, sizeof(ngx_inbox_rota_t));

    rota->events = events;
    rota->log = log;

    ngx_inbox_wheel_init(&rota->wheel, ngx_current_msec);
    ngx_queue_init(&rota->due);
    ngx_queue_init(&rota->over);
    ngx_queue_init(&rota->leaving);

    rota->dummy.fd = (ngx_socket_t) -1;
    rota->dummy.data = rota;

    ngx_inbox_rota_set_event(rota, &rota->timer, ngx_inbox_rota_on_timer);
    ngx_inbox_rota_set_event(rota, &rota->event, ngx_inbox_rota_on_event);
}


static void
ngx_inbox_rota_set_event(ngx_inbox_rota_t *rota, ngx_event_t *ev,
    ngx_event_handler_pt handler)
{
    ev->handler = handler;
    ev->log = rota->log;
    ev->data = &rota->dummy;
}


void
ngx_inbox_rota_destroy(ngx_inbox_rota_t *rota)
{
    if (rota->timer.timer_set) {
        ngx_del_timer(&rota->timer);
    }

    if (rota->event.posted) {
        ngx_delete_posted_event(&rota->event);
    }
}


void
ngx_inbox_rota_enter(ngx_inbox_rota_t *rota, ngx_inbox_rota_entry_t *e,
    ngx_msec_t wait)
{
    e->state = NGX_INBOX_ROTA_AWAKE;
    e->pending = 0;

    e->turn.deadline = ngx_current_msec + wait;
    ngx_inbox_wheel_insert(&rota->wheel, &e->turn);

    rota->count++;

    if (!rota->timer.timer_set) {
        ngx_add_timer(&rota->timer, NGX_INBOX_WHEEL_TICK);
    }
}


void
ngx_inbox_rota_leave(ngx_inbox_rota_t *rota, ngx_inbox_rota_entry_t *e)
{
    ngx_queue_remove(&e->turn.queue);

    rota->count--;
}


void
ngx_inbox_rota_sleep(ngx_inbox_rota_t *rota, ngx_inbox_rota_entry_t *e,
    ngx_uint_t visit)
{
    ngx_inbox_rota_lie_down(rota, e);

    if (e->pending || visit) {
        ngx_inbox_rota_queue(rota, e);
    }
}


/* back to the wheel, wherever it was */

static void
ngx_inbox_rota_lie_down(ngx_inbox_rota_t *rota, ngx_inbox_rota_entry_t *e)
{
    e->state = NGX_INBOX_ROTA_SLEEPING;

    ngx_queue_remove(&e->turn.queue);
    ngx_inbox_wheel_insert(&rota->wheel, &e->turn);
}


void
ngx_inbox_rota_mark(ngx_inbox_rota_t *rota, ngx_inbox_rota_entry_t *e,
    ngx_inbox_wake_e why)
{
    e->pending |= ngx_inbox_rota_bit(why);

    if (e->state == NGX_INBOX_ROTA_SLEEPING) {
        ngx_inbox_rota_queue(rota, e);
    }
}


/* always for the next turn of the loop: a turn that queues another one, even
   itself, must let nginx look at its sockets between them */

static void
ngx_inbox_rota_queue(ngx_inbox_rota_t *rota, ngx_inbox_rota_entry_t *e)
{
    e->state = NGX_INBOX_ROTA_DUE;

    ngx_queue_remove(&e->turn.queue);
    ngx_queue_insert_tail(&rota->due, &e->turn.queue);

    ngx_post_event(&rota->event, &ngx_posted_next_events);
}


static void
ngx_inbox_rota_on_event(ngx_event_t *ev)
{
    ngx_uint_t         n;
    ngx_queue_t       *q;
    ngx_connection_t  *dummy;
    ngx_inbox_rota_t  *rota;

    dummy = ev->data;
    rota = dummy->data;

    for (n = 0; n < NGX_INBOX_ROTA_BATCH; n++) {

        if (ngx_queue_empty(&rota->due)) {
            return;
        }

        q = ngx_queue_head(&rota->due);

        ngx_inbox_rota_take_turn(rota,
                  ngx_queue_data(q, ngx_inbox_rota_entry_t, turn.queue));
    }

    ngx_post_event(ev, &ngx_posted_next_events);
}


static void
ngx_inbox_rota_take_turn(ngx_inbox_rota_t *rota, ngx_inbox_rota_entry_t *e)
{
    ngx_inbox_wake_e  why;

    ngx_inbox_rota_lie_down(rota, e);

    if (e->pending == 0) {
        rota->events->on_visit(e);
        return;
    }

    why = ngx_inbox_rota_strongest(e->pending);

    if (ngx_inbox_rota_bit(why) & NGX_INBOX_ROTA_ASK) {
        e->pending &= ~NGX_INBOX_ROTA_ASK;

    } else {
        e->pending = 0;
    }

    e->state = NGX_INBOX_ROTA_AWAKE;

    rota->events->on_wake(e, why);
}


static ngx_inbox_wake_e
ngx_inbox_rota_strongest(ngx_uint_t pending)
{
    ngx_uint_t  i;

    i = 0;

    while (!(pending & ngx_inbox_rota_bit(ngx_inbox_rota_order[i]))) {
        i++;
    }

    return ngx_inbox_rota_order[i];
}


static void
ngx_inbox_rota_on_timer(ngx_event_t *ev)
{
    ngx_connection_t  *dummy;
    ngx_inbox_rota_t  *rota;

    dummy = ev->data;
    rota = dummy->data;

    if (rota->count == 0) {
        return;
    }

    if (ngx_exiting) {
        ngx_inbox_rota_exit(rota);
        ngx_add_timer(ev, NGX_INBOX_ROTA_STEP
                          - ngx_random() % NGX_INBOX_ROTA_JITTER);
        return;
    }

    ngx_inbox_rota_expire(rota);
    ngx_add_timer(ev, NGX_INBOX_WHEEL_TICK);
}


static void
ngx_inbox_rota_expire(ngx_inbox_rota_t *rota)
{
    ngx_queue_t  due;

    ngx_queue_init(&due);
    ngx_inbox_wheel_expire(&rota->wheel, ngx_current_msec, &due);

    while (!ngx_queue_empty(&due)) {
        ngx_inbox_rota_tell(rota, ngx_queue_head(&due),
                            NGX_INBOX_WAKE_TIMEOUT);
    }
}


/* one step: as many as it takes to be through in time */

static void
ngx_inbox_rota_exit(ngx_inbox_rota_t *rota)
{
    ngx_uint_t  n, steps;

    if (rota->leave == 0) {
        rota->leave = ngx_current_msec + NGX_INBOX_ROTA_LEAVE;

        ngx_log_error(NGX_LOG_NOTICE, rota->log, 0,
                      "inbox park: worker leaves, %ui polls to end",
                      rota->count);
    }

    steps = 1;

    if (ngx_current_msec < rota->leave) {
        steps += (rota->leave - ngx_current_msec) / NGX_INBOX_ROTA_STEP;
    }

    ngx_inbox_wheel_drain(&rota->wheel, &rota->leaving);

    for (n = (rota->count + steps - 1) / steps; n; n--) {

        if (ngx_queue_empty(&rota->leaving)) {
            return;
        }

        ngx_inbox_rota_tell(rota, ngx_queue_head(&rota->leaving),
                            NGX_INBOX_WAKE_EXIT);
    }
}


/* one that is awake waits in over; _sleep() will see what is pending */

static void
ngx_inbox_rota_tell(ngx_inbox_rota_t *rota, ngx_queue_t *q,
    ngx_inbox_wake_e why)
{
    ngx_queue_remove(q);
    ngx_queue_insert_tail(&rota->over, q);

    ngx_inbox_rota_mark(rota,
              ngx_queue_data(q, ngx_inbox_rota_entry_t, turn.queue), why);
}
