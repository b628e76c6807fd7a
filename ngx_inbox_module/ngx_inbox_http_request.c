
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A request as a channel describes it, copied and checked, in the form curl
 * wants it.  There is one parser of URLs, curl's own, for us and for curl: the
 * host that is judged is the host that is called, however it was written
 * (0x7f.1, %31, 2130706433).
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <curl/curl.h>

#include "ngx_inbox_http_easy.h"


/* file URLs of platforms carry signatures of a kilobyte or two */
#define NGX_INBOX_HTTP_MAX_URL  8192


static ngx_int_t ngx_inbox_http_request_copy(ngx_inbox_http_easy_t *e,
    const ngx_inbox_http_request_t *request);
static ngx_int_t ngx_inbox_http_request_parse(ngx_pool_t *pool,
    const ngx_str_t *text, CURLU **url);
static ngx_int_t ngx_inbox_http_request_place(ngx_inbox_http_easy_t *e);
static ngx_int_t ngx_inbox_http_request_part(ngx_pool_t *pool, CURLU *url,
    CURLUPart what, ngx_str_t *part);
static ngx_int_t ngx_inbox_http_request_headers(ngx_inbox_http_easy_t *e,
    const ngx_inbox_http_request_t *request);
static ngx_int_t ngx_inbox_http_request_header(ngx_inbox_http_easy_t *e,
    const char *name, const ngx_str_t *value);


ngx_int_t
ngx_inbox_http_request_read(ngx_inbox_http_easy_t *e,
    const ngx_inbox_http_request_t *request)
{
    ngx_int_t  rc;

    e->retry_after = -1;

    rc = ngx_inbox_http_request_copy(e, request);
    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_inbox_http_request_parse(e->pool, &request->url, &e->url);
    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_inbox_http_request_place(e);
    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_inbox_http_request_headers(e, request);
}


static ngx_int_t
ngx_inbox_http_request_copy(ngx_inbox_http_easy_t *e,
    const ngx_inbox_http_request_t *request)
{
    if (request->method.len == 0
        || !ngx_inbox_http_request_is_clean(&request->method)
        || !ngx_inbox_http_request_is_clean(&request->type))
    {
        return NGX_DECLINED;
    }

    e->method = (char *) ngx_pnalloc(e->pool, request->method.len + 1);
    if (e->method == NULL) {
        return NGX_ERROR;
    }

    ngx_cpystrn((u_char *) e->method, request->method.data,
                request->method.len + 1);

    e->body.len = request->body.len;
    e->body.data = ngx_pnalloc(e->pool, request->body.len + 1);
    if (e->body.data == NULL) {
        return NGX_ERROR;
    }

    if (request->body.len) {
        ngx_memcpy(e->body.data, request->body.data, request->body.len);
    }

    e->sink = request->sink;
    e->sink_data = request->sink_data;

    if (request->parts != NULL) {
        return ngx_inbox_http_parts_copy(e, request->parts);
    }

    return NGX_OK;
}


/* no byte that could end a line early */
ngx_uint_t
ngx_inbox_http_request_is_clean(const ngx_str_t *s)
{
    size_t  i;

    for (i = 0; i < s->len; i++) {
        if (s->data[i] < 0x20 || s->data[i] == 0x7f) {
            return 0;
        }
    }

    return 1;
}


static ngx_int_t
ngx_inbox_http_request_parse(ngx_pool_t *pool, const ngx_str_t *text,
    CURLU **url)
{
    u_char     *p;
    CURLUcode   code;

    if (text->len > NGX_INBOX_HTTP_MAX_URL
        || !ngx_inbox_http_request_is_clean(text))
    {
        return NGX_DECLINED;
    }

    p = ngx_pnalloc(pool, text->len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_cpystrn(p, text->data, text->len + 1);

    *url = curl_url();
    if (*url == NULL) {
        return NGX_ERROR;
    }

    code = curl_url_set(*url, CURLUPART_URL, (char *) p, CURLU_DISALLOW_USER);

    if (code == CURLUE_OUT_OF_MEMORY) {
        return NGX_ERROR;
    }

    return (code == CURLUE_OK) ? NGX_OK : NGX_DECLINED;
}


/* where it goes: host, port and origin of the parsed URL */
static ngx_int_t
ngx_inbox_http_request_place(ngx_inbox_http_easy_t *e)
{
    ngx_pool_t      *pool;
    ngx_str_t        scheme, *host, *port;
    ngx_sockaddr_t   sa;

    pool = e->pool;
    host = &e->host;
    port = &e->port;

    if (ngx_inbox_http_request_part(pool, e->url, CURLUPART_SCHEME, &scheme)
        != NGX_OK
        || ngx_inbox_http_request_part(pool, e->url, CURLUPART_HOST, host)
           != NGX_OK
        || ngx_inbox_http_request_part(pool, e->url, CURLUPART_PORT, port)
           != NGX_OK)
    {
        return NGX_DECLINED;
    }

    if (ngx_strcmp(scheme.data, "http") != 0
        && ngx_strcmp(scheme.data, "https") != 0)
    {
        return NGX_DECLINED;
    }

    e->origin.len = scheme.len + 3 + host->len + 1 + port->len;
    e->origin.data = ngx_pnalloc(pool, e->origin.len);
    if (e->origin.data == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(e->origin.data, "%V://%V:%V", &scheme, host, port);

    if (host->data[0] == '[') {
        host->data++;
        host->len -= 2;
    }

    e->literal = ngx_inbox_resolve_literal(host, &sa);

    return NGX_OK;
}


/* a part in lower case; NGX_OK | NGX_DECLINED: absent, or not plain ASCII */
static ngx_int_t
ngx_inbox_http_request_part(ngx_pool_t *pool, CURLU *url, CURLUPart what,
    ngx_str_t *part)
{
    char    *p;
    size_t   i;

    if (curl_url_get(url, what, &p, CURLU_DEFAULT_PORT) != CURLUE_OK) {
        return NGX_DECLINED;
    }

    part->len = ngx_strlen(p);
    part->data = ngx_pnalloc(pool, part->len + 1);

    if (part->data) {
        ngx_strlow(part->data, (u_char *) p, part->len);
        part->data[part->len] = '\0';
    }

    curl_free(p);

    if (part->data == NULL || part->len == 0) {
        return NGX_DECLINED;
    }

    for (i = 0; i < part->len; i++) {

        /* curl would turn such a name into another one, which is not pinned */
        if (part->data[i] <= 0x20 || part->data[i] >= 0x7f) {
            return NGX_DECLINED;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_http_request_headers(ngx_inbox_http_easy_t *e,
    const ngx_inbox_http_request_t *request)
{
    ngx_int_t    rc;
    ngx_str_t   *header;
    ngx_uint_t   i;

    static const ngx_str_t  none = ngx_null_string;

    /* no waiting for "100 Continue" */
    if (ngx_inbox_http_request_header(e, "Expect:", &none) != NGX_OK) {
        return NGX_ERROR;
    }

    /* no type that curl would make up, but the one with its boundary */
    if (request->parts == NULL
        && ngx_inbox_http_request_header(e, "Content-Type: ", &request->type)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (request->headers == NULL) {
        return NGX_OK;
    }

    header = request->headers->elts;

    for (i = 0; i < request->headers->nelts; i++) {

        if (!ngx_inbox_http_request_is_clean(&header[i])) {
            return NGX_DECLINED;
        }

        rc = ngx_inbox_http_request_header(e, "", &header[i]);
        if (rc != NGX_OK) {
            return rc;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_http_request_header(ngx_inbox_http_easy_t *e, const char *name,
    const ngx_str_t *value)
{
    size_t              len;
    u_char             *p;
    struct curl_slist  *list;

    len = ngx_strlen(name);

    p = ngx_pnalloc(e->pool, len + value->len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_cpystrn(ngx_cpymem(p, name, len), value->data, value->len + 1);

    list = curl_slist_append(e->headers, (char *) p);
    if (list == NULL) {
        return NGX_ERROR;
    }

    e->headers = list;

    return NGX_OK;
}


ngx_int_t
ngx_inbox_http_request_origin(ngx_pool_t *pool, const ngx_str_t *url,
    ngx_str_t *origin)
{
    ngx_int_t              rc;
    ngx_inbox_http_easy_t  e;

    ngx_memzero(&e, sizeof(ngx_inbox_http_easy_t));

    e.pool = pool;

    rc = ngx_inbox_http_request_parse(pool, url, &e.url);

    if (rc == NGX_OK) {
        rc = ngx_inbox_http_request_place(&e);
    }

    *origin = e.origin;

    ngx_inbox_http_easy_close(&e);

    return rc;
}
