
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 3, channels; private to the Telegram channel: what its files have in
 * common.
 */

#ifndef _NGX_INBOX_TELEGRAM_H_INCLUDED_
#define _NGX_INBOX_TELEGRAM_H_INCLUDED_


#include "ngx_inbox_reader_event.h"


/* ngx_inbox_telegram_update.c */

/* see ngx_inbox_channel_t */
ngx_int_t ngx_inbox_telegram_parse(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_hook_t *hook,
    ngx_array_t *events, ngx_uint_t *odd);


/* ngx_inbox_telegram_content.c */

/*
 * Text, attachments and phone of a Message into e, whose user and echo are
 * set.  1 when there is anything to show, 0 for a service message.
 */
ngx_uint_t ngx_inbox_telegram_content(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *message, ngx_inbox_event_t *e);


#endif /* _NGX_INBOX_TELEGRAM_H_INCLUDED_ */
