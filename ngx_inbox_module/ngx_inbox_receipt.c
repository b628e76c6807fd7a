
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Receipts wait a moment for others: the first starts a timer, which is not
 * cancelable, so that a worker that leaves tells them first; what comes when
 * the list is full sends it at once.  Then each space gets one call.  Nobody
 * waits for the answer.
 */

#include "ngx_inbox_receipt.h"


#define NGX_INBOX_RECEIPT_MOST   64
#define NGX_INBOX_RECEIPT_WAIT   50     /* ms */
/* digits of a chat; and of both parts of a message's id */
#define NGX_INBOX_RECEIPT_CHAT   15
#define NGX_INBOX_RECEIPT_ID     40


typedef struct {
    ngx_str_t                space;
    ngx_str_t                chat;
    ngx_str_t                up_to;
    u_char                   data[NGX_INBOX_MAX_ID + NGX_INBOX_RECEIPT_CHAT
                                  + NGX_INBOX_RECEIPT_ID];
} ngx_inbox_receipt_one_t;


struct ngx_inbox_receipts_s {
    ngx_inbox_worker_t      *worker;
    ngx_event_t              timer;
    ngx_uint_t               n;
    ngx_inbox_receipt_one_t  list[NGX_INBOX_RECEIPT_MOST];
};


static ngx_str_t ngx_inbox_receipt_string(ngx_inbox_redis_value_t *v,
    ngx_uint_t i);
static void ngx_inbox_receipt_add(ngx_inbox_receipts_t *receipts,
    const ngx_str_t *space, const ngx_str_t *chat, const ngx_str_t *up_to);
static void ngx_inbox_receipt_on_timer(ngx_event_t *ev);
static void ngx_inbox_receipt_flush(ngx_inbox_receipts_t *receipts);
static void ngx_inbox_receipt_tell(ngx_inbox_receipts_t *receipts,
    ngx_uint_t first);
static void ngx_inbox_receipt_on_told(void *data, ngx_inbox_answer_t *answer);


ngx_inbox_receipts_t *
ngx_inbox_receipt_create(ngx_pool_t *pool, ngx_inbox_worker_t *worker)
{
    ngx_inbox_receipts_t  *receipts;

    receipts = ngx_pcalloc(pool, sizeof(ngx_inbox_receipts_t));
    if (receipts == NULL) {
        return NULL;
    }

    receipts->worker = worker;
    receipts->timer.handler = ngx_inbox_receipt_on_timer;
    receipts->timer.data = receipts;
    receipts->timer.log = worker->log;

    return receipts;
}


void
ngx_inbox_receipt_destroy(ngx_inbox_receipts_t *receipts)
{
    if (receipts->timer.timer_set) {
        ngx_del_timer(&receipts->timer);
    }
}


void
ngx_inbox_receipt_note(ngx_inbox_receipts_t *receipts, const ngx_str_t *space,
    const ngx_inbox_answer_t *answer)
{
    ngx_str_t  chat, up_to;

    if (answer->status != NGX_HTTP_OK
        || answer->value->type != NGX_INBOX_REDIS_ARRAY)
    {
        return;
    }

    up_to = ngx_inbox_receipt_string(answer->value, 3);
    chat = ngx_inbox_receipt_string(answer->value, 4);

    if (up_to.len == 0 || chat.len == 0
        || up_to.len > NGX_INBOX_RECEIPT_ID
        || chat.len > NGX_INBOX_RECEIPT_CHAT
        || space->len > NGX_INBOX_MAX_ID)
    {
        return;
    }

    ngx_inbox_receipt_add(receipts, space, &chat, &up_to);
}


static ngx_str_t
ngx_inbox_receipt_string(ngx_inbox_redis_value_t *v, ngx_uint_t i)
{
    static const ngx_str_t  none = ngx_null_string;

    if (i >= v->n || v->item[i]->type != NGX_INBOX_REDIS_STRING) {
        return none;
    }

    return v->item[i]->str;
}


static void
ngx_inbox_receipt_add(ngx_inbox_receipts_t *receipts, const ngx_str_t *space,
    const ngx_str_t *chat, const ngx_str_t *up_to)
{
    u_char                   *p;
    ngx_inbox_receipt_one_t  *one;

    one = &receipts->list[receipts->n++];
    p = one->data;

    one->space.data = p;
    one->space.len = space->len;
    p = ngx_cpymem(p, space->data, space->len);

    one->chat.data = p;
    one->chat.len = chat->len;
    p = ngx_cpymem(p, chat->data, chat->len);

    one->up_to.data = p;
    one->up_to.len = up_to->len;
    ngx_memcpy(p, up_to->data, up_to->len);

    if (receipts->n == NGX_INBOX_RECEIPT_MOST) {
        ngx_inbox_receipt_flush(receipts);
        return;
    }

    if (!receipts->timer.timer_set) {
        ngx_add_timer(&receipts->timer, NGX_INBOX_RECEIPT_WAIT);
    }
}


static void
ngx_inbox_receipt_on_timer(ngx_event_t *ev)
{
    ngx_inbox_receipt_flush(ev->data);
}


static void
ngx_inbox_receipt_flush(ngx_inbox_receipts_t *receipts)
{
    ngx_uint_t  i;

    if (receipts->timer.timer_set) {
        ngx_del_timer(&receipts->timer);
    }

    for (i = 0; i < receipts->n; i++) {

        if (receipts->list[i].space.len) {
            ngx_inbox_receipt_tell(receipts, i);
        }
    }

    receipts->n = 0;
}


/* one call for the space of the first; those that it tells have no space any
   more */

static void
ngx_inbox_receipt_tell(ngx_inbox_receipts_t *receipts, ngx_uint_t first)
{
    ngx_str_t                 space, args[1 + 2 * NGX_INBOX_RECEIPT_MOST];
    ngx_uint_t                i;
    ngx_inbox_fcall_t         fcall;
    ngx_inbox_receipt_one_t  *one;

    space = receipts->list[first].space;

    fcall.fn = NGX_INBOX_FN_RECEIPT;
    fcall.space = &space;
    fcall.args = args;
    fcall.n = 1;

    ngx_str_set(&args[0], "delivered");

    for (i = first; i < receipts->n; i++) {
        one = &receipts->list[i];

        if (one->space.len != space.len
            || ngx_memcmp(one->space.data, space.data, space.len) != 0)
        {
            continue;
        }

        args[fcall.n++] = one->chat;
        args[fcall.n++] = one->up_to;
        one->space.len = 0;
    }

    (void) ngx_inbox_store_call(receipts->worker->store, &fcall,
                                ngx_inbox_receipt_on_told, NULL);
}


static void
ngx_inbox_receipt_on_told(void *data, ngx_inbox_answer_t *answer)
{
    /* a refusal has been logged by the store, there is nobody to tell */
}
