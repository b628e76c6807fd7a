
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 3, channels; private to the VK channel: what its files have in common.
 */

#ifndef _NGX_INBOX_VK_H_INCLUDED_
#define _NGX_INBOX_VK_H_INCLUDED_


#include "ngx_inbox_reader_event.h"


/* from here on an id of a talk is a group chat's */
#define NGX_INBOX_VK_GROUPS  2000000000LL


/* ngx_inbox_vk_event.c */

/* see ngx_inbox_channel_t */
ngx_int_t ngx_inbox_vk_parse(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_hook_t *hook, ngx_array_t *events, ngx_uint_t *odd);


/* ngx_inbox_vk_content.c */

/* text and attachments of a message into e; 1 when there is anything */
ngx_uint_t ngx_inbox_vk_content(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *message, ngx_inbox_event_t *e);


#endif /* _NGX_INBOX_VK_H_INCLUDED_ */
