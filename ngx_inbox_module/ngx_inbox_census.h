
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 5, service.  How many polls of each space wait in this worker, told to
 * the store now and then, for who hosts many spaces.
 */

#ifndef _NGX_INBOX_CENSUS_H_INCLUDED_
#define _NGX_INBOX_CENSUS_H_INCLUDED_


#include "ngx_inbox.h"


/* pool: of the cycle; NULL: memory */
ngx_inbox_census_t *ngx_inbox_census_create(ngx_pool_t *pool,
    ngx_inbox_worker_t *worker);

void ngx_inbox_census_destroy(ngx_inbox_census_t *census);

/* one poll more; one less, of a space that has one */
void ngx_inbox_census_add(ngx_inbox_census_t *census, const ngx_str_t *space);
void ngx_inbox_census_remove(ngx_inbox_census_t *census,
    const ngx_str_t *space);


#endif /* _NGX_INBOX_CENSUS_H_INCLUDED_ */
