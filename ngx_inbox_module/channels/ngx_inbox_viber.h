
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 3, channels; private to the Viber channel: what its files have in
 * common.
 */

#ifndef _NGX_INBOX_VIBER_H_INCLUDED_
#define _NGX_INBOX_VIBER_H_INCLUDED_


#include "ngx_inbox_reader_event.h"


/* ngx_inbox_viber_event.c */

/* see ngx_inbox_channel_t */
ngx_int_t ngx_inbox_viber_parse(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_hook_t *hook,
    ngx_array_t *events, ngx_uint_t *odd);


#endif /* _NGX_INBOX_VIBER_H_INCLUDED_ */
