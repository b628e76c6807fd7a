
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 4, service; used by ngx_inbox_park.c alone.  A request that waits with
 * all its memory: the reference to it, and the client who leaves meanwhile.
 */

#ifndef _NGX_INBOX_HOLD_H_INCLUDED_
#define _NGX_INBOX_HOLD_H_INCLUDED_


#include "ngx_inbox.h"


/* takes a reference to r, unless a hold was there: then the hold's, and that
   hold is over.  When the client leaves, r's cleanups run */
void ngx_inbox_hold_watch(ngx_http_request_t *r);

/* the same, and gone(data) comes when the client leaves before _end().
   NGX_OK or NGX_ERROR (memory; r is untouched) */
ngx_int_t ngx_inbox_hold_start(ngx_http_request_t *r,
    void (*gone)(void *data), void *data);

/* NGX_OK: there was a hold, gone() will not come any more.  NGX_DECLINED:
   there was none.  The reference stays */
ngx_int_t ngx_inbox_hold_end(ngx_http_request_t *r);


#endif /* _NGX_INBOX_HOLD_H_INCLUDED_ */
