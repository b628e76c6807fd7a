
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 10.  Directives that need more than a standard slot: they check what
 * the admin wrote, in his own words, and fill the main configuration.  All
 * return NGX_CONF_OK or the error as nginx wants it.
 */

#ifndef _NGX_INBOX_DIRECTIVE_H_INCLUDED_
#define _NGX_INBOX_DIRECTIVE_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_conf.h"


/* inbox_redis address [user=name] [password_file=path] [db=number] */
char *ngx_inbox_directive_redis(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* inbox_root_token_file path */
char *ngx_inbox_directive_root_token(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* inbox_secret_file path */
char *ngx_inbox_directive_secret(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* inbox_channel_api kind origin */
char *ngx_inbox_directive_channel_api(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* inbox_public_url url: the post handler of a string slot */
char *ngx_inbox_directive_public_url(ngx_conf_t *cf, void *post, void *data);

/* `inbox on`: conf->prefix is the location's name; or that of the inbox around
   it, of which it then serves a part with rules of its own, such as
   "= /inbox/metrics".  NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_directive_prefix(ngx_conf_t *cf,
    ngx_inbox_loc_conf_t *prev, ngx_inbox_loc_conf_t *conf);


#endif /* _NGX_INBOX_DIRECTIVE_H_INCLUDED_ */
