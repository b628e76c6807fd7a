
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The channels there are: the table of contents of this folder.  A new one is
 * a declaration and a line of the table; the order is the one in which the
 * documentation and the health page name them.  Below it is what every channel
 * needs on its way out.
 */


#include "ngx_inbox_channel.h"
#include "../ngx_inbox_text.h"


/* longest wait believed, s: floods cost hours, a day at most */
#define NGX_INBOX_CHANNEL_WAIT  86400


static ngx_str_t ngx_inbox_channel_named(const ngx_array_t *list,
    const char *name);

extern const ngx_inbox_channel_t  ngx_inbox_telegram;
extern const ngx_inbox_channel_t  ngx_inbox_viber;
extern const ngx_inbox_channel_t  ngx_inbox_facebook;
extern const ngx_inbox_channel_t  ngx_inbox_instagram;
extern const ngx_inbox_channel_t  ngx_inbox_whatsapp;
extern const ngx_inbox_channel_t  ngx_inbox_vk;
extern const ngx_inbox_channel_t  ngx_inbox_site;
extern const ngx_inbox_channel_t  ngx_inbox_generic;


const ngx_inbox_channel_t *const  ngx_inbox_channels[] = {
    &ngx_inbox_telegram,
    &ngx_inbox_viber,
    &ngx_inbox_facebook,
    &ngx_inbox_instagram,
    &ngx_inbox_whatsapp,
    &ngx_inbox_vk,
    &ngx_inbox_site,
    &ngx_inbox_generic,
    NULL
};


const ngx_inbox_channel_t *
ngx_inbox_channel_find(const ngx_str_t *kind)
{
    ngx_uint_t                  i;
    const ngx_inbox_channel_t  *channel;

    for (i = 0; ngx_inbox_channels[i]; i++) {
        channel = ngx_inbox_channels[i];

        if (channel->kind.len == kind->len
            && ngx_memcmp(channel->kind.data, kind->data, kind->len) == 0)
        {
            return channel;
        }
    }

    return NULL;
}


ngx_uint_t
ngx_inbox_channel_place(const ngx_inbox_channel_t *channel)
{
    ngx_uint_t  i;

    for (i = 0; ngx_inbox_channels[i]; i++) {
        if (ngx_inbox_channels[i] == channel) {
            break;
        }
    }

    return i;
}


const ngx_inbox_talk_t *
ngx_inbox_channel_talk(const ngx_inbox_channel_t *channel,
    ngx_inbox_job_kind_e kind)
{
    const ngx_inbox_talk_t  *talk;

    for (talk = channel->talks; talk != NULL && talk->build != NULL; talk++) {
        if (talk->kind == kind) {
            return talk;
        }
    }

    return NULL;
}


ngx_int_t
ngx_inbox_channel_note(ngx_pool_t *pool, ngx_inbox_job_t *job,
    const char *name, const ngx_str_t *value)
{
    u_char        *p;
    size_t         len;
    ngx_uint_t     i;
    ngx_keyval_t  *kv;

    if (job->memo == NULL) {
        job->memo = ngx_array_create(pool, 4, sizeof(ngx_keyval_t));
        if (job->memo == NULL) {
            return NGX_ERROR;
        }
    }

    p = ngx_pnalloc(pool, value->len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    if (value->len) {
        ngx_memcpy(p, value->data, value->len);
    }

    p[value->len] = '\0';

    len = ngx_strlen(name);
    kv = job->memo->elts;

    for (i = 0; i < job->memo->nelts; i++) {
        if (kv[i].key.len == len && ngx_memcmp(kv[i].key.data, name, len) == 0)
        {
            break;
        }
    }

    if (i < job->memo->nelts) {
        kv = &kv[i];

    } else {
        kv = ngx_array_push(job->memo);
        if (kv == NULL) {
            return NGX_ERROR;
        }
    }

    kv->key.data = (u_char *) name;
    kv->key.len = len;
    kv->value.data = p;
    kv->value.len = value->len;

    return NGX_OK;
}


ngx_str_t
ngx_inbox_channel_memo(const ngx_inbox_job_t *job, const char *name)
{
    return ngx_inbox_channel_named(job->memo, name);
}


ngx_str_t
ngx_inbox_channel_credential(const ngx_inbox_line_t *line, const char *name)
{
    return ngx_inbox_channel_named(line->credentials, name);
}


/* the value of that name, or len 0 */
static ngx_str_t
ngx_inbox_channel_named(const ngx_array_t *list, const char *name)
{
    size_t         len;
    ngx_str_t      none = ngx_null_string;
    ngx_uint_t     i;
    ngx_keyval_t  *kv;

    if (list == NULL) {
        return none;
    }

    len = ngx_strlen(name);
    kv = list->elts;

    for (i = 0; i < list->nelts; i++) {

        if (kv[i].key.len == len
            && ngx_memcmp(kv[i].key.data, name, len) == 0)
        {
            return kv[i].value;
        }
    }

    return none;
}


ngx_int_t
ngx_inbox_channel_header(ngx_pool_t *pool, ngx_inbox_http_request_t *request,
    const char *name, const ngx_str_t *value)
{
    u_char     *p;
    size_t      len;
    ngx_str_t  *header;

    if (request->headers == NULL) {
        request->headers = ngx_array_create(pool, 4, sizeof(ngx_str_t));
        if (request->headers == NULL) {
            return NGX_ERROR;
        }
    }

    header = ngx_array_push(request->headers);
    if (header == NULL) {
        return NGX_ERROR;
    }

    len = ngx_strlen(name);

    p = ngx_pnalloc(pool, len + sizeof(": ") - 1 + value->len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    header->data = p;

    p = ngx_cpymem(p, name, len);
    *p++ = ':';
    *p++ = ' ';

    if (value->len) {
        p = ngx_cpymem(p, value->data, value->len);
    }

    header->len = p - header->data;

    return NGX_OK;
}


ngx_str_t
ngx_inbox_channel_reason(ngx_pool_t *pool, const ngx_str_t *words,
    const ngx_inbox_http_answer_t *answer)
{
    ngx_str_t  reason = ngx_null_string;

    if (words->len) {
        return ngx_inbox_text_cut(words, NGX_INBOX_MAX_PREVIEW);
    }

    reason.data = ngx_pnalloc(pool, sizeof("HTTP ") - 1 + NGX_INT_T_LEN);

    if (reason.data != NULL) {
        reason.len = ngx_sprintf(reason.data, "HTTP %ui", answer->status)
                     - reason.data;
    }

    return reason;
}


time_t
ngx_inbox_channel_wait(const ngx_inbox_http_answer_t *answer)
{
    if (answer->retry_after < 0) {
        return -1;
    }

    return ngx_min(ngx_max(answer->retry_after, 1), NGX_INBOX_CHANNEL_WAIT);
}
