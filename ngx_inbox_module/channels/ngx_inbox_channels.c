
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The channels there are: the table of contents of this folder.  A new one is
 * a declaration and a line of the table; the order is the one in which the
 * documentation and the health page name them.
 */


#include "ngx_inbox_channel.h"


extern const ngx_inbox_channel_t  ngx_inbox_telegram;
extern const ngx_inbox_channel_t  ngx_inbox_facebook;
extern const ngx_inbox_channel_t  ngx_inbox_instagram;
extern const ngx_inbox_channel_t  ngx_inbox_whatsapp;
extern const ngx_inbox_channel_t  ngx_inbox_site;


const ngx_inbox_channel_t *const  ngx_inbox_channels[] = {
    &ngx_inbox_telegram,
    &ngx_inbox_facebook,
    &ngx_inbox_instagram,
    &ngx_inbox_whatsapp,
    &ngx_inbox_site,
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
