
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 5, service.  Who is told of what: a list is woken by the audiences that
 * it belongs to, and by no other.
 *
 * Only the store knows the audiences of a caller, and says them with each
 * answer.  Until then, and whenever rights have changed, his poll hears of
 * every change in its space.
 */

#ifndef _NGX_INBOX_AUDIENCE_H_INCLUDED_
#define _NGX_INBOX_AUDIENCE_H_INCLUDED_


#include "ngx_inbox_park.h"
#include "ngx_inbox_store.h"


/* words: of the store, `=petro@@sales` for an inbox, `*=petro` for a list of
   everything; what is no such words changes nothing */
void ngx_inbox_audience_hear(ngx_inbox_parked_t *p, const ngx_str_t *space,
    const ngx_str_t *words);

/* the same of the store's answer */
void ngx_inbox_audience_learn(ngx_inbox_parked_t *p, const ngx_str_t *space,
    const ngx_inbox_answer_t *answer);

/* what it may see is not known any more */
void ngx_inbox_audience_forget(ngx_inbox_parked_t *p, const ngx_str_t *space);

/* wakes each of these audiences; or every list of the space */
void ngx_inbox_audience_notify(ngx_inbox_park_t *park, const ngx_str_t *space,
    const ngx_str_t *words);
void ngx_inbox_audience_notify_all(ngx_inbox_park_t *park,
    const ngx_str_t *space);


#endif /* _NGX_INBOX_AUDIENCE_H_INCLUDED_ */
