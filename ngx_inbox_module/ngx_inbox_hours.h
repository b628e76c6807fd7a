
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 7, service.  Business hours, as the settings of a site have them:
 *
 *     {"utc_offset":"+02:00",
 *      "mon":["09:00-13:00","14:00-18:00"], … "sat":["10:00-15:00"]}
 *
 * A day that is not there is a day off; no hours at all are all hours.
 */

#ifndef _NGX_INBOX_HOURS_H_INCLUDED_
#define _NGX_INBOX_HOURS_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_json.h"


/* open: is `now` within them?  NGX_OK | NGX_ERROR: they make no sense */
ngx_int_t ngx_inbox_hours_read(const ngx_inbox_json_t *hours, time_t now,
    ngx_uint_t *open);


#endif /* _NGX_INBOX_HOURS_H_INCLUDED_ */
