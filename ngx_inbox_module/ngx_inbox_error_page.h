
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 10, nginx's configuration.  What nginx itself refuses in a location of
 * the inbox goes to the route "problem", which makes a problem document of it.
 */

#ifndef _NGX_INBOX_ERROR_PAGE_H_INCLUDED_
#define _NGX_INBOX_ERROR_PAGE_H_INCLUDED_


#include "ngx_inbox.h"


/* while the location that begins with prefix ("/inbox") is merged: a page for
   each status that the admin has no error_page for; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_error_page_add(ngx_conf_t *cf, const ngx_str_t *prefix);


#endif /* _NGX_INBOX_ERROR_PAGE_H_INCLUDED_ */
