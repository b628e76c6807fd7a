
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 5, service.  The settings of channels, with their secrets open, as
 * this worker remembers them: needed before the one call of a webhook or a
 * visitor can be made.  Remembered under their rev until a notice drops them;
 * who is told STALE by the store loads them anew.
 */

#ifndef _NGX_INBOX_SETTINGS_H_INCLUDED_
#define _NGX_INBOX_SETTINGS_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_conf.h"
#include "ngx_inbox_store.h"
#include "channels/ngx_inbox_channel.h"


typedef struct ngx_inbox_settings_load_s  ngx_inbox_settings_load_t;

/*
 * line: NULL when answer says why not (answer->status 404: no such channel or
 * space).  The line is borrowed: it is valid until the callback returns.
 */
typedef void (*ngx_inbox_settings_done_pt)(void *data,
    const ngx_inbox_line_t *line, ngx_inbox_answer_t *answer);


ngx_inbox_settings_t *ngx_inbox_settings_create(ngx_pool_t *pool,
    ngx_inbox_worker_t *worker);

void ngx_inbox_settings_destroy(ngx_inbox_settings_t *settings);

/* what is remembered, or NULL; valid until the caller returns to the loop */
const ngx_inbox_line_t *ngx_inbox_settings_find(ngx_inbox_settings_t *settings,
    const ngx_str_t *space, const ngx_str_t *channel);

/*
 * Reads the settings from the store and remembers them.  done comes exactly
 * once, never before this returns.  NULL: the store is away; it will not come.
 */
ngx_inbox_settings_load_t *ngx_inbox_settings_load(
    ngx_inbox_settings_t *settings, const ngx_str_t *space,
    const ngx_str_t *channel, ngx_inbox_settings_done_pt done, void *data);

void ngx_inbox_settings_forget(ngx_inbox_settings_load_t *load);

/* a notice: what is remembered of this channel is old; NULL: of all */
void ngx_inbox_settings_drop(ngx_inbox_settings_t *settings,
    const ngx_str_t *space, const ngx_str_t *channel);

/* what a credential is bound to when it is sealed: "space channel name" */
ngx_int_t ngx_inbox_settings_aad(ngx_pool_t *pool, const ngx_str_t *space,
    const ngx_str_t *channel, const ngx_str_t *name, ngx_str_t *aad);


#endif /* _NGX_INBOX_SETTINGS_H_INCLUDED_ */
