
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A table of fixed size remembers when whom was told of: a slot is found by the
 * hash of space and caller, and holds the last one who fell into it.  Two who
 * share a slot are told of more often than need be, and that is all.
 */

#include "ngx_inbox_presence.h"
#include "ngx_inbox_store.h"


#define NGX_INBOX_PRESENCE_SLOTS  4096
/* ms; the store holds a presence for 90 s, a poll lasts 60 s at most */
#define NGX_INBOX_PRESENCE_EVERY  15000


typedef struct {
    uint32_t     who;      /* hash */
    uint32_t     space;    /* hash; both 0: empty */
    ngx_msec_t   at;
} ngx_inbox_presence_slot_t;


struct ngx_inbox_presence_s {
    ngx_inbox_presence_slot_t  slots[NGX_INBOX_PRESENCE_SLOTS];
};


static void ngx_inbox_presence_on_told(void *data, ngx_inbox_answer_t *answer);


ngx_inbox_presence_t *
ngx_inbox_presence_create(ngx_pool_t *pool)
{
    return ngx_pcalloc(pool, sizeof(ngx_inbox_presence_t));
}


void
ngx_inbox_presence_seen(ngx_inbox_ctx_t *ctx)
{
    uint32_t                    who, space;
    ngx_inbox_fcall_t           fcall;
    ngx_inbox_presence_slot_t  *slot;

    who = ngx_murmur_hash2(ctx->who.data, ctx->who.len);
    space = ngx_murmur_hash2(ctx->space.data, ctx->space.len);

    slot = &ctx->worker->presence->slots[(who ^ space)
                                         % NGX_INBOX_PRESENCE_SLOTS];

    if (slot->who == who && slot->space == space
        && ngx_current_msec - slot->at < NGX_INBOX_PRESENCE_EVERY)
    {
        return;
    }

    fcall.fn = NGX_INBOX_FN_SEEN;
    fcall.space = &ctx->space;
    fcall.args = &ctx->who;
    fcall.n = 1;

    if (ngx_inbox_store_call(ctx->worker->store, &fcall,
                             ngx_inbox_presence_on_told, NULL)
        == NULL)
    {
        return;
    }

    slot->who = who;
    slot->space = space;
    slot->at = ngx_current_msec;
}


static void
ngx_inbox_presence_on_told(void *data, ngx_inbox_answer_t *answer)
{
    /* nobody waits for it; a refusal is the poll's to tell */
}
