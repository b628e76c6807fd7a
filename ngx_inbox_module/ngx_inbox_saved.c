
/*
 * Copyright (C) the ngx_inbox authors
 *
 * What is saved is what an answer of ours and a usual access log want: when
 * the request came, its path without the query string, the client's address
 * after realip, and the headers named below.  Restoring gives headers to the
 * same functions that nginx gives a client's to, so that $http_..., gzip and
 * the not-modified filter find them where they look.
 *
 * What is lost: variables that were set while the phases ran, captures, the
 * query string, cookies and Authorization; $realip_remote_addr is the same as
 * $remote_addr.  A header that an answer or a log wants is added to
 * ngx_inbox_saved_names[], and nothing else is touched.
 */


#include "ngx_inbox_saved.h"


/* longer paths are not ours; such a request just keeps its memory */
#define NGX_INBOX_SAVED_MAX_PATH     1024
/* no browser's header of those below is as long; longer ones are dropped */
#define NGX_INBOX_SAVED_MAX_VALUE    512
/* of all headers together, because one name may come many times */
#define NGX_INBOX_SAVED_MAX_HEADERS  2048

/* index of the name, length of the value */
#define NGX_INBOX_SAVED_PREFIX       (1 + sizeof(uint16_t))
#define NGX_INBOX_SAVED_HOST         0


/* the peer's own address, while another is in its place */
typedef struct {
    ngx_connection_t         *connection;
    struct sockaddr          *sockaddr;
    socklen_t                 socklen;
    ngx_str_t                 addr_text;
} ngx_inbox_saved_peer_t;


static ngx_str_t ngx_inbox_saved_path(ngx_http_request_t *r);
static ngx_uint_t ngx_inbox_saved_same_uri(ngx_http_request_t *r);
static socklen_t ngx_inbox_saved_socklen(ngx_connection_t *c);
static size_t ngx_inbox_saved_pack(ngx_http_request_t *r, u_char *p);
static ngx_int_t ngx_inbox_saved_name(const ngx_table_elt_t *h);

static ngx_int_t ngx_inbox_saved_line(const ngx_inbox_saved_t *s,
    ngx_http_request_t *r);
static ngx_int_t ngx_inbox_saved_addr(const ngx_inbox_saved_t *s,
    ngx_http_request_t *r);
static void ngx_inbox_saved_put_addr_back(void *data);
static ngx_int_t ngx_inbox_saved_headers(const ngx_inbox_saved_t *s,
    ngx_http_request_t *r);
static ngx_table_elt_t *ngx_inbox_saved_push(ngx_http_request_t *r,
    const ngx_str_t *name, const u_char *value, size_t len);
static ngx_int_t ngx_inbox_saved_set_host(const ngx_inbox_saved_t *s,
    ngx_http_request_t *r, ngx_table_elt_t *h);
static ngx_int_t ngx_inbox_saved_set_header(ngx_http_request_t *r,
    ngx_table_elt_t *h);


/* in lower case; Via is what gzip_proxied looks for */
static const ngx_str_t  ngx_inbox_saved_names[] = {
    ngx_string("host"),
    ngx_string("user-agent"),
    ngx_string("accept-encoding"),
    ngx_string("if-none-match"),
    ngx_string("origin"),
    ngx_string("referer"),
    ngx_string("via"),
    ngx_string("x-forwarded-for"),
    ngx_null_string
};


size_t
ngx_inbox_saved_measure(ngx_http_request_t *r)
{
    size_t  size;

#if (NGX_HTTP_V2)
    if (r->stream) {
        return 0;
    }
#endif

    if (r != r->main || r->http_version != NGX_HTTP_VERSION_11) {
        return 0;
    }

    if (!r->keepalive || !(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return 0;
    }

    if (r->uri.len > NGX_INBOX_SAVED_MAX_PATH
        || ngx_inbox_saved_path(r).len > NGX_INBOX_SAVED_MAX_PATH)
    {
        return 0;
    }

    size = ngx_inbox_saved_path(r).len;

    if (!ngx_inbox_saved_same_uri(r)) {
        size += r->uri.len;
    }

    return size + ngx_inbox_saved_socklen(r->connection)
           + ngx_inbox_saved_pack(r, NULL);
}


/*
 * data: the path as the client sent it; the URI, if that differs; the socket
 * address; the headers, each with its prefix and a terminating zero.
 */

void
ngx_inbox_saved_store(ngx_inbox_saved_t *s, ngx_http_request_t *r,
    u_char *data)
{
    u_char            *p;
    ngx_str_t          path, *server, *host;
    ngx_connection_t  *c;

    c = r->connection;
    path = ngx_inbox_saved_path(r);

    s->srv_conf = r->srv_conf;
    s->loc_conf = r->loc_conf;
    s->data = data;
    s->start_sec = r->start_sec;
    s->start_msec = (uint16_t) r->start_msec;
    s->request_length = (uint32_t) r->request_length;
    s->path = (uint16_t) path.len;
    s->uri = ngx_inbox_saved_same_uri(r) ? 0 : (uint16_t) r->uri.len;
    s->sockaddr = (uint8_t) ngx_inbox_saved_socklen(c);
    s->head = (r->method == NGX_HTTP_HEAD);
    s->server = 0;

    p = ngx_cpymem(data, path.data, s->path);
    p = ngx_cpymem(p, r->uri.data, s->uri);
    p = ngx_cpymem(p, c->sockaddr, s->sockaddr);
    s->headers = (uint16_t) ngx_inbox_saved_pack(r, p);

    if (r->headers_in.host == NULL) {
        return;
    }

    /* $host is the beginning of Host, unless the request line named another */

    host = &r->headers_in.host->value;
    server = &r->headers_in.server;

    if (server->len <= host->len
        && ngx_strncasecmp(server->data, host->data, server->len) == 0)
    {
        s->server = (uint16_t) server->len;
    }
}


static ngx_str_t
ngx_inbox_saved_path(ngx_http_request_t *r)
{
    u_char     *p;
    ngx_str_t   path;

    path = r->unparsed_uri;
    p = ngx_strlchr(path.data, path.data + path.len, '?');

    if (p) {
        path.len = p - path.data;
    }

    return path;
}


static ngx_uint_t
ngx_inbox_saved_same_uri(ngx_http_request_t *r)
{
    ngx_str_t  path;

    path = ngx_inbox_saved_path(r);

    return path.len == r->uri.len
           && ngx_memcmp(path.data, r->uri.data, path.len) == 0;
}


/* a Unix socket's peer has no address worth to remember */

static socklen_t
ngx_inbox_saved_socklen(ngx_connection_t *c)
{
    return (c->sockaddr->sa_family == AF_UNIX) ? 0 : c->socklen;
}


/* returns the length; p may be NULL */

static size_t
ngx_inbox_saved_pack(ngx_http_request_t *r, u_char *p)
{
    size_t            size, add;
    uint16_t          len;
    ngx_int_t         name;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    size = 0;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            name = ngx_inbox_saved_name(&h[i]);
            add = NGX_INBOX_SAVED_PREFIX + h[i].value.len + 1;

            if (name == NGX_DECLINED
                || size + add > NGX_INBOX_SAVED_MAX_HEADERS)
            {
                continue;
            }

            size += add;

            if (p) {
                len = (uint16_t) h[i].value.len;
                *p++ = (u_char) name;
                p = ngx_cpymem(p, &len, sizeof(len));
                p = ngx_cpymem(p, h[i].value.data, len);
                *p++ = '\0';
            }
        }
    }

    return size;
}


/* its index in ngx_inbox_saved_names[], or NGX_DECLINED: not kept */

static ngx_int_t
ngx_inbox_saved_name(const ngx_table_elt_t *h)
{
    ngx_int_t         i;
    const ngx_str_t  *name;

    if (h->hash == 0 || h->value.len > NGX_INBOX_SAVED_MAX_VALUE) {
        return NGX_DECLINED;
    }

    name = ngx_inbox_saved_names;

    for (i = 0; name[i].len; i++) {

        if (name[i].len == h->key.len
            && ngx_memcmp(name[i].data, h->lowcase_key, h->key.len) == 0)
        {
            return i;
        }
    }

    return NGX_DECLINED;
}


ngx_int_t
ngx_inbox_saved_restore(const ngx_inbox_saved_t *s, ngx_http_request_t *r)
{
    ngx_int_t  rc;

    rc = ngx_inbox_saved_line(s, r);
    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_inbox_saved_addr(s, r);
    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_inbox_saved_headers(s, r);
    if (rc != NGX_OK) {
        return rc;
    }

    /* the log's level, sendfile, and whether keep-alive has been enough */
    ngx_http_update_location_config(r);

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_saved_line(const ngx_inbox_saved_t *s,
    ngx_http_request_t *r)
{
    u_char  *p;
    size_t   len;

    len = sizeof("HEAD  HTTP/1.1") - 1 + s->path + s->uri;

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    r->srv_conf = s->srv_conf;
    r->loc_conf = s->loc_conf;
    r->start_sec = s->start_sec;
    r->start_msec = s->start_msec;
    r->request_length = s->request_length;

    r->method = s->head ? NGX_HTTP_HEAD : NGX_HTTP_GET;
    r->http_version = NGX_HTTP_VERSION_11;
    r->http_major = 1;
    r->http_minor = 1;
    r->valid_location = 1;
    r->keepalive = !(ngx_exiting || ngx_terminate || ngx_quit);
    r->http_state = NGX_HTTP_PROCESS_REQUEST_STATE;
    r->write_event_handler = ngx_http_request_empty_handler;

    r->method_name.data = p;
    r->method_name.len = s->head ? 4 : 3;
    p = ngx_cpymem(p, s->head ? "HEAD " : "GET ", r->method_name.len + 1);

    r->unparsed_uri.data = p;
    r->unparsed_uri.len = s->path;
    p = ngx_cpymem(p, s->data, s->path);

    *p++ = ' ';
    ngx_str_set(&r->http_protocol, "HTTP/1.1");
    p = ngx_cpymem(p, "HTTP/1.1", sizeof("HTTP/1.1") - 1);

    r->request_line.data = r->method_name.data;
    r->request_line.len = p - r->method_name.data;

    r->uri = r->unparsed_uri;

    if (s->uri) {
        r->uri.data = p;
        r->uri.len = s->uri;
        ngx_memcpy(p, s->data + s->path, s->uri);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_saved_addr(const ngx_inbox_saved_t *s,
    ngx_http_request_t *r)
{
    u_char                   *saved, *p;
    ngx_connection_t         *c;
    ngx_pool_cleanup_t       *cln;
    ngx_inbox_saved_peer_t  *addr;

    c = r->connection;
    saved = s->data + s->path + s->uri;

    if (s->sockaddr == 0
        || (s->sockaddr == c->socklen
            && ngx_memcmp(saved, c->sockaddr, c->socklen) == 0))
    {
        return NGX_OK;
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_inbox_saved_peer_t));
    p = ngx_palloc(r->pool, s->sockaddr + NGX_SOCKADDR_STRLEN);

    if (cln == NULL || p == NULL) {
        return NGX_ERROR;
    }

    addr = cln->data;
    addr->connection = c;
    addr->sockaddr = c->sockaddr;
    addr->socklen = c->socklen;
    addr->addr_text = c->addr_text;

    cln->handler = ngx_inbox_saved_put_addr_back;

    ngx_memcpy(p, saved, s->sockaddr);
    c->sockaddr = (struct sockaddr *) p;
    c->socklen = s->sockaddr;

    c->addr_text.data = p + s->sockaddr;
    c->addr_text.len = ngx_sock_ntop(c->sockaddr, c->socklen,
                                     c->addr_text.data, NGX_SOCKADDR_STRLEN,
                                     0);
    return NGX_OK;
}


static void
ngx_inbox_saved_put_addr_back(void *data)
{
    ngx_inbox_saved_peer_t *addr = data;

    addr->connection->sockaddr = addr->sockaddr;
    addr->connection->socklen = addr->socklen;
    addr->connection->addr_text = addr->addr_text;
}


/* NGX_OK, NGX_ERROR, or NGX_DONE: nginx has closed r and its connection */

static ngx_int_t
ngx_inbox_saved_headers(const ngx_inbox_saved_t *s,
    ngx_http_request_t *r)
{
    u_char           *p, *last, name;
    uint16_t          len;
    ngx_int_t         rc;
    ngx_table_elt_t  *h;

    if (ngx_list_init(&r->headers_in.headers, r->pool, 8,
                      sizeof(ngx_table_elt_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    p = s->data + s->path + s->uri + s->sockaddr;
    last = p + s->headers;

    while (p < last) {
        name = *p++;
        ngx_memcpy(&len, p, sizeof(len));
        p += sizeof(len);

        h = ngx_inbox_saved_push(r, &ngx_inbox_saved_names[name], p, len);
        if (h == NULL) {
            return NGX_ERROR;
        }

        p += len + 1;

        rc = (name == NGX_INBOX_SAVED_HOST)
                 ? ngx_inbox_saved_set_host(s, r, h)
                 : ngx_inbox_saved_set_header(r, h);

        if (rc != NGX_OK) {
            return rc;
        }
    }

    return NGX_OK;
}


static ngx_table_elt_t *
ngx_inbox_saved_push(ngx_http_request_t *r, const ngx_str_t *name,
    const u_char *value, size_t len)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_in.headers);
    if (h == NULL) {
        return NULL;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->hash = ngx_hash_key(name->data, name->len);
    h->key = *name;
    h->lowcase_key = name->data;

    h->value.len = len;
    h->value.data = ngx_pnalloc(r->pool, len + 1);
    if (h->value.data == NULL) {
        return NULL;
    }

    /* nginx's own readers of values rely on the zero */
    ngx_memcpy(h->value.data, value, len + 1);

    return h;
}


/* nginx's handler would look for the virtual server again */

static ngx_int_t
ngx_inbox_saved_set_host(const ngx_inbox_saved_t *s,
    ngx_http_request_t *r,
    ngx_table_elt_t *h)
{
    r->headers_in.host = h;
    r->headers_in.server.len = s->server;
    r->headers_in.server.data = ngx_pnalloc(r->pool, s->server + 1);

    if (r->headers_in.server.data == NULL) {
        return NGX_ERROR;
    }

    ngx_strlow(r->headers_in.server.data, h->value.data, s->server);

    return NGX_OK;
}


/* what nginx does with this name: the shortcut in r->headers_in, and more */

static ngx_int_t
ngx_inbox_saved_set_header(ngx_http_request_t *r, ngx_table_elt_t *h)
{
    ngx_http_header_t          *hh;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_core_module);

    hh = ngx_hash_find(&cmcf->headers_in_hash, h->hash, h->lowcase_key,
                       h->key.len);

    if (hh && hh->handler && hh->handler(r, h, hh->offset) != NGX_OK) {
        return NGX_DONE;
    }

    return NGX_OK;
}
