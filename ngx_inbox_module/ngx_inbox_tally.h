
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 6, service.  Counts what webhooks of a channel come to, and collects
 * some of them for its ring; tells the store of many at once.  A quiet
 * channel's news are told in the turn in which they happen, a busy one's once
 * a second, so that the way of a message does not become longer.
 */

#ifndef _NGX_INBOX_TALLY_H_INCLUDED_
#define _NGX_INBOX_TALLY_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_conf.h"


/* bytes of a body that are kept; what is longer is not kept at all */
#define NGX_INBOX_TALLY_BODY  16384


typedef enum {
    NGX_INBOX_TALLY_GOOD = 0,
    NGX_INBOX_TALLY_ODD,          /* verified, and not understood */
    NGX_INBOX_TALLY_REJECTED,     /* the signature */
    NGX_INBOX_TALLY_FAILED        /* anything else that is no 2xx */
} ngx_inbox_tally_what_e;


typedef struct {
    ngx_str_t                space;
    ngx_str_t                channel;
    ngx_inbox_tally_what_e   what;
    ngx_str_t                words;   /* of a refusal, for people; or len 0 */
    ngx_str_t                chats;   /* ",4,2," or len 0 */
    ngx_str_t                piece;   /* for the ring, JSON object; or len 0 */
} ngx_inbox_tally_news_t;


/* pool: of the cycle; NULL: memory */
ngx_inbox_tally_t *ngx_inbox_tally_create(ngx_pool_t *pool,
    ngx_inbox_worker_t *worker);

/* what is not told yet is lost: at most the news of a second.  What is added
   later is dropped */
void ngx_inbox_tally_destroy(ngx_inbox_tally_t *tally);

/* is there room for one more in the ring?  Ask before its piece is made */
ngx_uint_t ngx_inbox_tally_wants(ngx_inbox_tally_t *tally,
    const ngx_inbox_tally_news_t *news);

/* one webhook has been answered; everything is copied.  Never fails: what
   memory or the store does not take is not counted */
void ngx_inbox_tally_add(ngx_inbox_tally_t *tally,
    const ngx_inbox_tally_news_t *news);


#endif /* _NGX_INBOX_TALLY_H_INCLUDED_ */
