
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 5, service.  What is handed to a visitor is delivered: tells the store
 * so, of many visitors in one call.
 *
 * store lost, worker killed   what is not told yet is forgotten: the receipt of
 *                             the visitor's next message stands for it too
 * worker leaves               told before it ends
 */

#ifndef _NGX_INBOX_RECEIPT_H_INCLUDED_
#define _NGX_INBOX_RECEIPT_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_store.h"


/* NULL: memory */
ngx_inbox_receipts_t *ngx_inbox_receipt_create(ngx_pool_t *pool,
    ngx_inbox_worker_t *worker);

void ngx_inbox_receipt_destroy(ngx_inbox_receipts_t *receipts);

/*
 * answer: of `visitor`, on its way to him; its fourth element is the id of the
 * last message that is delivered by it, or empty, its fifth his chat.  All is
 * copied.
 */
void ngx_inbox_receipt_note(ngx_inbox_receipts_t *receipts,
    const ngx_str_t *space, const ngx_inbox_answer_t *answer);


#endif /* _NGX_INBOX_RECEIPT_H_INCLUDED_ */
