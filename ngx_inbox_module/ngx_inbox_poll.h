
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 5, service.  A question that is asked again and again until its answer
 * is not empty or its time is over: park, ask, sleep; wake, ask, answer.
 *
 *   client leaves         forgotten
 *   store lost, asking    the first question: 503; later: sleeps on, and is
 *                         asked again when the notices are heard again
 *   time over, reload     asked once more, and answered with what there is
 *                         (503 when the store is away)
 */

#ifndef _NGX_INBOX_POLL_H_INCLUDED_
#define _NGX_INBOX_POLL_H_INCLUDED_


#include "ngx_inbox_ctx.h"
#include "ngx_inbox_store.h"


/*
 * Answers with the body that fn gives: an array of the body, the rev, how
 * many things are in it and, for a visitor, the id of the last message that is
 * delivered by being handed out, or nothing.
 */
typedef struct {
    ngx_inbox_fn_e       fn;
    const ngx_str_t     *args;
    ngx_uint_t           n;

    ngx_msec_t           wait;      /* 0: answered at once, with an ETag */

    ngx_str_t            topic;     /* what wakes it, see below */

    /* handed out is delivered: channel and user for `receipt`, or len 0 */
    ngx_str_t            channel;
    ngx_str_t            user;
} ngx_inbox_poll_t;


/* for the content handler; poll and what is in it are copied */
ngx_int_t ngx_inbox_poll(ngx_inbox_ctx_t *ctx, const ngx_inbox_poll_t *poll);


#endif /* _NGX_INBOX_POLL_H_INCLUDED_ */
