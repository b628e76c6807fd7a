
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 6, service.  The attachments of a message of ours as a channel sends
 * them: where their bytes lie, and links for platforms that fetch by URL.
 */

#ifndef _NGX_INBOX_ATTACHED_H_INCLUDED_
#define _NGX_INBOX_ATTACHED_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_conf.h"
#include "ngx_inbox_redis.h"


/* list: JSON of a Message's attachments; files: of ngx_inbox_file_t, or NULL
   when there are none.  NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_attached(ngx_pool_t *pool,
    const ngx_inbox_main_conf_t *conf, const ngx_str_t *space,
    const ngx_str_t *list, ngx_array_t **files);

/* the stored text, a JSON literal; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_attached_text(ngx_pool_t *pool, const ngx_str_t *literal,
    ngx_str_t *text);

/* the first n strings of a job of the store's; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_attached_job(ngx_pool_t *pool,
    const ngx_inbox_redis_value_t *job, ngx_str_t *item, ngx_uint_t n);


#endif /* _NGX_INBOX_ATTACHED_H_INCLUDED_ */
