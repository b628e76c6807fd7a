
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 5, service.  A notice may say what was said: then it carries the
 * answer to the poll of a visitor who knows all that was before, and the store
 * need not be asked.  Made from a notice, kept by the poll that it answers,
 * until it does.
 */

#ifndef _NGX_INBOX_SAID_H_INCLUDED_
#define _NGX_INBOX_SAID_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_notice.h"
#include "ngx_inbox_store.h"


typedef struct ngx_inbox_said_s  ngx_inbox_said_t;


/*
 * What the function `visitor` would answer to a poll with this since, to be
 * given back with _free().  NULL: the notice does not say it, or memory; then
 * the store has to be asked.
 */
ngx_inbox_said_t *ngx_inbox_said_make(const ngx_inbox_notice_t *notice,
    const ngx_str_t *since, ngx_log_t *log);

/* as of the store: borrowed, nobody may change it */
ngx_inbox_answer_t *ngx_inbox_said_answer(ngx_inbox_said_t *said);

/* said may be NULL */
void ngx_inbox_said_free(ngx_inbox_said_t *said);


#endif /* _NGX_INBOX_SAID_H_INCLUDED_ */
