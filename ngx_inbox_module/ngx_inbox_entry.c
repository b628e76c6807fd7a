
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Entering a Redis.  Each step puts one command together and names its
 * successor; a step that has nothing to say goes on to the next one.  A new
 * step (a name for the connection, another protocol) is one more function.
 */

#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_inbox_entry.h"


/* of a refusal only the first word is shown: the rest may quote us */
#define NGX_INBOX_ENTRY_WORD  32


static ngx_int_t ngx_inbox_entry_auth(ngx_inbox_entry_t *entry);
static ngx_int_t ngx_inbox_entry_select(ngx_inbox_entry_t *entry);
static ngx_int_t ngx_inbox_entry_done(ngx_inbox_entry_t *entry);


ngx_int_t
ngx_inbox_entry_start(ngx_inbox_entry_t *entry, ngx_inbox_redis_conf_t *conf)
{
    entry->conf = conf;

    return ngx_inbox_entry_auth(entry);
}


static ngx_int_t
ngx_inbox_entry_auth(ngx_inbox_entry_t *entry)
{
    ngx_inbox_redis_conf_t  *conf;

    conf = entry->conf;

    if (conf->password.len == 0) {
        return ngx_inbox_entry_select(entry);
    }

    entry->argc = 0;

    ngx_str_set(&entry->argv[0], "AUTH");
    entry->argc++;

    if (conf->user.len) {
        entry->argv[entry->argc++] = conf->user;
    }

    entry->argv[entry->argc++] = conf->password;
    entry->next = ngx_inbox_entry_select;

    return NGX_AGAIN;
}


static ngx_int_t
ngx_inbox_entry_select(ngx_inbox_entry_t *entry)
{
    if (entry->conf->db.len == 0) {
        return ngx_inbox_entry_done(entry);
    }

    ngx_str_set(&entry->argv[0], "SELECT");
    entry->argv[1] = entry->conf->db;
    entry->argc = 2;
    entry->next = ngx_inbox_entry_done;

    return NGX_AGAIN;
}


static ngx_int_t
ngx_inbox_entry_done(ngx_inbox_entry_t *entry)
{
    entry->next = NULL;

    return NGX_OK;
}


ngx_int_t
ngx_inbox_entry_answer(ngx_inbox_entry_t *entry, ngx_inbox_redis_value_t *v,
    ngx_str_t *word)
{
    size_t  n;

    if (v->type == NGX_INBOX_REDIS_STRING
        && v->str.len == 2 && ngx_memcmp(v->str.data, "OK", 2) == 0)
    {
        return entry->next(entry);
    }

    if (v->type != NGX_INBOX_REDIS_ERROR) {
        ngx_str_set(word, "neither OK nor an error");
        return NGX_DECLINED;
    }

    for (n = 0; n < v->str.len && n < NGX_INBOX_ENTRY_WORD; n++) {
        if (v->str.data[n] < 'A' || v->str.data[n] > 'Z') {
            break;
        }
    }

    word->data = v->str.data;
    word->len = n;

    return NGX_DECLINED;
}
