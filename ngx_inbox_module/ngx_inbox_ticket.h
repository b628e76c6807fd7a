
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 1, bridge.  Signed links to uploads, for those who have no token of
 * ours: visitors, and platforms that fetch what we send.
 *
 *     PREFIX/file/ID/EXPIRES/SIGNATURE
 *
 * The signature is an HMAC, by inbox_secret_file, of the space, the id and the
 * second in which the link ends.  Who has it may read that one file.
 */

#ifndef _NGX_INBOX_TICKET_H_INCLUDED_
#define _NGX_INBOX_TICKET_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_conf.h"


/* prefix: of the path or of the URL.  The link is good for one to two days, so
   that it stays the same, and in the browser's cache, for one.
   NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_ticket_link(ngx_pool_t *pool,
    const ngx_inbox_main_conf_t *conf, const ngx_str_t *prefix,
    const ngx_str_t *space, const ngx_str_t *id, ngx_str_t *link);

/* constant time.  NGX_OK | NGX_DECLINED: forged, damaged or over | NGX_ERROR */
ngx_int_t ngx_inbox_ticket_check(ngx_pool_t *pool,
    const ngx_inbox_main_conf_t *conf, const ngx_str_t *space,
    const ngx_str_t *id, const ngx_str_t *expires, const ngx_str_t *signature);

/* JSON of messages: the agents' links to files become signed ones.  out is body
   itself when there are none.  NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_ticket_sign(ngx_pool_t *pool,
    const ngx_inbox_main_conf_t *conf, const ngx_str_t *space,
    const ngx_str_t *body, ngx_str_t *out);


#endif /* _NGX_INBOX_TICKET_H_INCLUDED_ */
