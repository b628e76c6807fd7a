
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


ngx_str_t
ngx_inbox_channel_credential(const ngx_inbox_line_t *line, const char *name)
{
    size_t         len;
    ngx_str_t      none = ngx_null_string;
    ngx_uint_t     i;
    ngx_keyval_t  *credential;

    if (line->credentials == NULL) {
        return none;
    }

    len = ngx_strlen(name);
    credential = line->credentials->elts;

    for (i = 0; i < line->credentials->nelts; i++) {

        if (credential[i].key.len == len
            && ngx_memcmp(credential[i].key.data, name, len) == 0)
        {
            return credential[i].value;
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
