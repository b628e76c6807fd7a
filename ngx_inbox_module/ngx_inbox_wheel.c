
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A node lies in the slot of the first tick that begins at or after its
 * deadline, so that whatever is found in a slot whose tick has begun is due:
 * nothing is compared, and insert, remove and expire cost the same however
 * many wait.  A deadline farther away than one turn lies in the last slot
 * and is put back when that comes round.
 */


#include "ngx_inbox_wheel.h"


static void ngx_inbox_wheel_empty_slot(ngx_queue_t *slot, ngx_queue_t *out);


void
ngx_inbox_wheel_init(ngx_inbox_wheel_t *w, ngx_msec_t now)
{
    ngx_uint_t  i;

    w->tick = now / NGX_INBOX_WHEEL_TICK;

    for (i = 0; i < NGX_INBOX_WHEEL_SLOTS; i++) {
        ngx_queue_init(&w->slots[i]);
    }
}


void
ngx_inbox_wheel_insert(ngx_inbox_wheel_t *w, ngx_inbox_wheel_node_t *node)
{
    ngx_uint_t  tick;

    tick = node->deadline / NGX_INBOX_WHEEL_TICK + 1;

    tick = ngx_max(tick, w->tick + 1);
    tick = ngx_min(tick, w->tick + NGX_INBOX_WHEEL_SLOTS - 1);

    ngx_queue_insert_tail(&w->slots[tick % NGX_INBOX_WHEEL_SLOTS],
                          &node->queue);
}


void
ngx_inbox_wheel_expire(ngx_inbox_wheel_t *w, ngx_msec_t now, ngx_queue_t *out)
{
    ngx_uint_t               tick, n;
    ngx_queue_t              due, *q;
    ngx_inbox_wheel_node_t  *node;

    ngx_queue_init(&due);

    tick = now / NGX_INBOX_WHEEL_TICK;

    for (n = 0; w->tick < tick && n < NGX_INBOX_WHEEL_SLOTS; n++) {
        w->tick++;
        ngx_inbox_wheel_empty_slot(&w->slots[w->tick % NGX_INBOX_WHEEL_SLOTS],
                                   &due);
    }

    w->tick = ngx_max(w->tick, tick);

    while (!ngx_queue_empty(&due)) {
        q = ngx_queue_head(&due);
        ngx_queue_remove(q);

        node = ngx_queue_data(q, ngx_inbox_wheel_node_t, queue);

        if (node->deadline > now) {
            ngx_inbox_wheel_insert(w, node);
            continue;
        }

        ngx_queue_insert_tail(out, q);
    }
}


void
ngx_inbox_wheel_drain(ngx_inbox_wheel_t *w, ngx_queue_t *out)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_INBOX_WHEEL_SLOTS; i++) {
        ngx_inbox_wheel_empty_slot(&w->slots[i], out);
    }
}


static void
ngx_inbox_wheel_empty_slot(ngx_queue_t *slot, ngx_queue_t *out)
{
    if (ngx_queue_empty(slot)) {
        return;
    }

    ngx_queue_add(out, slot);
    ngx_queue_init(slot);
}
