
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 3, channels; private to the WhatsApp channel: what its files have in
 * common.
 */

#ifndef _NGX_INBOX_WHATSAPP_H_INCLUDED_
#define _NGX_INBOX_WHATSAPP_H_INCLUDED_


#include "ngx_inbox_meta.h"


/* ngx_inbox_whatsapp_update.c */

/* see ngx_inbox_channel_t */
ngx_int_t ngx_inbox_whatsapp_parse(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_hook_t *hook,
    ngx_array_t *events, ngx_uint_t *odd);


/* ngx_inbox_whatsapp_content.c */

/* text and attachments of a message into e; type: what the message calls
   itself.  1 when there is anything to show */
ngx_uint_t ngx_inbox_whatsapp_content(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *message, const ngx_str_t *type, ngx_inbox_event_t *e);


#endif /* _NGX_INBOX_WHATSAPP_H_INCLUDED_ */
