
/*
 * Copyright (C) the ngx_inbox authors
 *
 * In a body the links are found by their key: `"url":"` cannot stand inside of
 * a JSON string, where each quote has a backslash before it.
 */


#include "ngx_inbox_ticket.h"
#include "ngx_inbox_crypt.h"


#define NGX_INBOX_TICKET_DAY  86400
/* of the HMAC's 64 digits: 128 bits */
#define NGX_INBOX_TICKET_HEX  32


static ngx_int_t ngx_inbox_ticket_mac(ngx_pool_t *pool, const ngx_str_t *key,
    const ngx_str_t *space, const ngx_str_t *id, const ngx_str_t *expires,
    u_char *hex);
static u_char *ngx_inbox_ticket_find(u_char *p, u_char *last, ngx_str_t *url,
    ngx_str_t *prefix, ngx_str_t *id);


ngx_int_t
ngx_inbox_ticket_link(ngx_pool_t *pool, const ngx_inbox_main_conf_t *conf,
    const ngx_str_t *prefix, const ngx_str_t *space, const ngx_str_t *id,
    ngx_str_t *link)
{
    u_char      hex[NGX_INBOX_SHA256_HEX], text[NGX_TIME_T_LEN];
    ngx_str_t   expires;

    expires.data = text;
    expires.len = ngx_sprintf(text, "%T", (ngx_time() / NGX_INBOX_TICKET_DAY
                                           + 2) * NGX_INBOX_TICKET_DAY)
                  - text;

    if (ngx_inbox_ticket_mac(pool, &conf->secret, space, id, &expires, hex)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    link->len = prefix->len + sizeof("/file///") - 1 + id->len + expires.len
                + NGX_INBOX_TICKET_HEX;
    link->data = ngx_pnalloc(pool, link->len);

    if (link->data == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(link->data, "%V/file/%V/%V/%*s", prefix, id, &expires,
                (size_t) NGX_INBOX_TICKET_HEX, hex);

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_ticket_mac(ngx_pool_t *pool, const ngx_str_t *key,
    const ngx_str_t *space, const ngx_str_t *id, const ngx_str_t *expires,
    u_char *hex)
{
    ngx_str_t  text;

    text.len = sizeof("file   ") - 1 + space->len + id->len + expires->len;
    text.data = ngx_pnalloc(pool, text.len);

    if (text.data == NULL) {
        return NGX_ERROR;
    }

    text.len = ngx_sprintf(text.data, "file %V %V %V", space, id, expires)
               - text.data;

    return ngx_inbox_crypt_hmac_hex(key, &text, hex);
}


ngx_int_t
ngx_inbox_ticket_check(ngx_pool_t *pool, const ngx_inbox_main_conf_t *conf,
    const ngx_str_t *space, const ngx_str_t *id, const ngx_str_t *expires,
    const ngx_str_t *signature)
{
    time_t            ends;
    u_char            hex[NGX_INBOX_SHA256_HEX];
    ngx_str_t         ours;
    ngx_uint_t        i;
    const ngx_str_t  *key[2];

    key[0] = &conf->secret;
    key[1] = &conf->secret_old;

    ours.data = hex;
    ours.len = NGX_INBOX_TICKET_HEX;

    ends = ngx_atotm(expires->data, expires->len);

    for (i = 0; i < 2 && key[i]->len; i++) {

        if (ngx_inbox_ticket_mac(pool, key[i], space, id, expires, hex)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (ngx_inbox_crypt_equal(&ours, signature)) {
            return (ends != NGX_ERROR && ends > ngx_time()) ? NGX_OK
                                                            : NGX_DECLINED;
        }
    }

    return NGX_DECLINED;
}


ngx_int_t
ngx_inbox_ticket_sign(ngx_pool_t *pool, const ngx_inbox_main_conf_t *conf,
    const ngx_str_t *space, const ngx_str_t *body, ngx_str_t *out)
{
    size_t      n;
    u_char     *p, *next, *last, *d;
    ngx_str_t   url, prefix, id, link;

    *out = *body;
    p = body->data;
    last = p + body->len;

    for (n = 0; p != NULL; n++) {
        p = ngx_inbox_ticket_find(p, last, &url, &prefix, &id);
    }

    if (n < 2) {
        return NGX_OK;
    }

    /* a signed link is shorter than that more than the other */
    d = ngx_pnalloc(pool, body->len + n * (NGX_INBOX_TICKET_HEX
                                           + NGX_TIME_T_LEN));
    if (d == NULL) {
        return NGX_ERROR;
    }

    out->data = d;

    for (p = body->data; /* void */ ; p = next) {
        next = ngx_inbox_ticket_find(p, last, &url, &prefix, &id);

        if (next == NULL) {
            d = ngx_cpymem(d, p, last - p);
            break;
        }

        if (ngx_inbox_ticket_link(pool, conf, &prefix, space, &id, &link)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        d = ngx_cpymem(d, p, url.data - p);
        d = ngx_cpymem(d, link.data, link.len);
    }

    out->len = d - out->data;

    return NGX_OK;
}


/* the next PREFIX/api/v1/chats/N/files/ID; what is behind it, or NULL */

static u_char *
ngx_inbox_ticket_find(u_char *p, u_char *last, ngx_str_t *url,
    ngx_str_t *prefix, ngx_str_t *id)
{
    u_char  *end, *api;

    static u_char  key[] = "\"url\":\"";
    static u_char  path[] = "/api/v1/chats/";

    for ( ;; ) {
        p = ngx_strlcasestrn(p, last, key, sizeof(key) - 2);
        if (p == NULL) {
            return NULL;
        }

        p += sizeof(key) - 1;

        end = ngx_strlchr(p, last, '"');
        if (end == NULL) {
            return NULL;
        }

        api = ngx_strlcasestrn(p, end, path, sizeof(path) - 2);
        if (api == NULL) {
            p = end;
            continue;
        }

        url->data = p;
        url->len = end - p;
        prefix->data = p;
        prefix->len = api - p;

        id->data = end;

        while (id->data[-1] != '/') {
            id->data--;
        }

        id->len = end - id->data;

        return end;
    }
}
