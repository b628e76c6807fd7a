
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 5, service.  What is handed to a visitor is delivered: tells the store
 * so.
 */

#ifndef _NGX_INBOX_RECEIPT_H_INCLUDED_
#define _NGX_INBOX_RECEIPT_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_store.h"


/*
 * answer: of `visitor`, on its way to him; its fourth element is the id of the
 * last message that is delivered by it, or empty.  An empty channel: nobody's.
 */
void ngx_inbox_receipt(ngx_inbox_worker_t *worker, const ngx_str_t *space,
    const ngx_str_t *channel, const ngx_str_t *user,
    const ngx_inbox_answer_t *answer);


#endif /* _NGX_INBOX_RECEIPT_H_INCLUDED_ */
