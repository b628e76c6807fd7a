
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A request's body as multipart/form-data.  curl makes the boundary and reads
 * the files, a buffer at a time, while the request leaves.
 *
 * Unlike our own bodies such a one could be rewound, and curl would send it
 * again by itself when a kept connection turns out to be dead; so each has a
 * connection of its own.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <curl/curl.h>

#include "ngx_inbox_http_easy.h"


static ngx_int_t ngx_inbox_http_parts_copy_one(ngx_pool_t *pool,
    ngx_inbox_http_part_t *to, const ngx_inbox_http_part_t *from);
static ngx_int_t ngx_inbox_http_parts_str(ngx_pool_t *pool, ngx_str_t *to,
    const ngx_str_t *from);
static ngx_int_t ngx_inbox_http_parts_add(curl_mime *mime,
    const ngx_inbox_http_part_t *part);


ngx_int_t
ngx_inbox_http_parts_copy(ngx_inbox_http_easy_t *e, const ngx_array_t *parts)
{
    ngx_int_t               rc;
    ngx_uint_t              i;
    ngx_inbox_http_part_t  *from, *to;

    e->parts = ngx_array_create(e->pool, ngx_max(parts->nelts, 1),
                                sizeof(ngx_inbox_http_part_t));
    if (e->parts == NULL) {
        return NGX_ERROR;
    }

    from = parts->elts;

    for (i = 0; i < parts->nelts; i++) {

        to = ngx_array_push(e->parts);
        if (to == NULL) {
            return NGX_ERROR;
        }

        rc = ngx_inbox_http_parts_copy_one(e->pool, to, &from[i]);
        if (rc != NGX_OK) {
            return rc;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_http_parts_copy_one(ngx_pool_t *pool, ngx_inbox_http_part_t *to,
    const ngx_inbox_http_part_t *from)
{
    if (!ngx_inbox_http_request_is_clean(&from->name)
        || !ngx_inbox_http_request_is_clean(&from->filename)
        || !ngx_inbox_http_request_is_clean(&from->type)
        || !ngx_inbox_http_request_is_clean(&from->path))
    {
        return NGX_DECLINED;
    }

    if (ngx_inbox_http_parts_str(pool, &to->name, &from->name) != NGX_OK
        || ngx_inbox_http_parts_str(pool, &to->value, &from->value) != NGX_OK
        || ngx_inbox_http_parts_str(pool, &to->path, &from->path) != NGX_OK
        || ngx_inbox_http_parts_str(pool, &to->filename, &from->filename)
           != NGX_OK
        || ngx_inbox_http_parts_str(pool, &to->type, &from->type) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_http_parts_str(ngx_pool_t *pool, ngx_str_t *to,
    const ngx_str_t *from)
{
    u_char  *p;

    p = ngx_pnalloc(pool, from->len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    to->data = p;
    to->len = from->len;

    if (from->len) {
        p = ngx_cpymem(p, from->data, from->len);
    }

    *p = '\0';

    return NGX_OK;
}


ngx_int_t
ngx_inbox_http_parts_open(ngx_inbox_http_easy_t *e)
{
    ngx_uint_t              i;
    ngx_inbox_http_part_t  *part;

    e->mime = curl_mime_init(e->curl);
    if (e->mime == NULL) {
        return NGX_ERROR;
    }

    part = e->parts->elts;

    for (i = 0; i < e->parts->nelts; i++) {
        if (ngx_inbox_http_parts_add(e->mime, &part[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    if (curl_easy_setopt(e->curl, CURLOPT_MIMEPOST, e->mime) != CURLE_OK
        || curl_easy_setopt(e->curl, CURLOPT_FRESH_CONNECT, 1L) != CURLE_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_http_parts_add(curl_mime *mime, const ngx_inbox_http_part_t *part)
{
    CURLcode        code;
    curl_mimepart  *p;

    p = curl_mime_addpart(mime);
    if (p == NULL) {
        return NGX_ERROR;
    }

    code = curl_mime_name(p, (char *) part->name.data);

    if (code == CURLE_OK && part->path.len) {
        code = curl_mime_filedata(p, (char *) part->path.data);

    } else if (code == CURLE_OK) {
        code = curl_mime_data(p, (char *) part->value.data, part->value.len);
    }

    if (code == CURLE_OK && part->filename.len) {
        code = curl_mime_filename(p, (char *) part->filename.data);
    }

    if (code == CURLE_OK && part->type.len) {
        code = curl_mime_type(p, (char *) part->type.data);
    }

    return (code == CURLE_OK) ? NGX_OK : NGX_ERROR;
}
