
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 7, service.  What the settings of a site may be, see
 * docs/channels/site.md: they are checked when they are set, so that nobody has
 * to wonder later why a widget does not show them.  Other names pass.
 */

#ifndef _NGX_INBOX_SITE_H_INCLUDED_
#define _NGX_INBOX_SITE_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_json.h"


typedef struct {
    const char   *field;
    const char   *detail;
    ngx_uint_t  (*is_good)(const ngx_inbox_json_t *value);
} ngx_inbox_site_rule_t;


/* the first rule that they break, or NULL; settings: an object */
const ngx_inbox_site_rule_t *ngx_inbox_site_fault(
    const ngx_inbox_json_t *settings);


#endif /* _NGX_INBOX_SITE_H_INCLUDED_ */
