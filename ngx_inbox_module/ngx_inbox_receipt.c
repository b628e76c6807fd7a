
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Nobody waits for the store's answer, and a receipt that is lost comes again
 * with the visitor's next message.
 */

#include "ngx_inbox_receipt.h"


static void ngx_inbox_receipt_on_told(void *data, ngx_inbox_answer_t *answer);


void
ngx_inbox_receipt(ngx_inbox_worker_t *worker, const ngx_str_t *space,
    const ngx_str_t *channel, const ngx_str_t *user,
    const ngx_inbox_answer_t *answer)
{
    ngx_str_t                 args[4];
    ngx_inbox_fcall_t         fcall;
    ngx_inbox_redis_value_t  *v;

    v = answer->value;

    if (channel->len == 0
        || answer->status != NGX_HTTP_OK
        || v->type != NGX_INBOX_REDIS_ARRAY
        || v->n < 4
        || v->item[3]->type != NGX_INBOX_REDIS_STRING
        || v->item[3]->str.len == 0)
    {
        return;
    }

    args[0] = *channel;
    args[1] = *user;
    ngx_str_set(&args[2], "delivered");
    args[3] = v->item[3]->str;

    fcall.fn = NGX_INBOX_FN_RECEIPT;
    fcall.space = space;
    fcall.args = args;
    fcall.n = 4;

    (void) ngx_inbox_store_call(worker->store, &fcall,
                                ngx_inbox_receipt_on_told, NULL);
}


static void
ngx_inbox_receipt_on_told(void *data, ngx_inbox_answer_t *answer)
{
    /* a refusal has been logged by the store, there is nobody to tell */
}
