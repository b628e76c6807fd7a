
/*
 * Copyright (C) the ngx_inbox authors
 *
 * One transfer on its way out.  What binds every one of them stands in the
 * table of options below and in these rules:
 *
 * - curl never asks for a name.  The addresses we found are put into its cache
 *   under the name; whatever it does not find there it may not look up.
 * - Addresses are judged once more when the socket is opened.
 * - HTTP/1.1: each request has its connection for itself, so that a lost one
 *   says something about one request only.
 * - A request is sent once.  curl repeats it by itself when a kept connection
 *   turns out to be dead; it has to rewind the body for that, and our body
 *   does not rewind once it has been given away.  Where there is no body to
 *   refuse with, a kept connection is not used.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <curl/curl.h>

#include "ngx_inbox_http_easy.h"
#include "ngx_inbox_address.h"


/* ms, all addresses and the TLS handshake; a platform that works takes a tenth
   of it */
#define NGX_INBOX_HTTP_CONNECT   10000L
/* longer than any send: a pinned name may not fall out while one waits */
#define NGX_INBOX_HTTP_NAME_AGE  600L
/* shorter than servers keep idle connections (60 s and more), so that we
   seldom write into one that is being closed */
#define NGX_INBOX_HTTP_IDLE_AGE  30L
/* a platform that has moved is followed after this */
#define NGX_INBOX_HTTP_CONN_AGE  300L
/* smallest that curl takes; our bodies are small, its default is 64k */
#define NGX_INBOX_HTTP_BUFFER    16384L


typedef struct {
    CURLoption   option;
    long         value;
} ngx_inbox_http_option_t;


static ngx_int_t ngx_inbox_http_easy_pin(ngx_inbox_http_easy_t *e,
    ngx_inbox_resolved_t *to);
static ngx_int_t ngx_inbox_http_easy_shape(ngx_inbox_http_easy_t *e);
static void ngx_inbox_http_easy_hooks(ngx_inbox_http_easy_t *e);

static int ngx_inbox_http_easy_on_resolve(void *resolver, void *reserved,
    void *data);
static curl_socket_t ngx_inbox_http_easy_on_open(void *data,
    curlsocktype purpose, struct curl_sockaddr *addr);
static int ngx_inbox_http_easy_on_close(void *data, curl_socket_t fd);
static size_t ngx_inbox_http_easy_on_read(char *p, size_t size, size_t n,
    void *data);
static int ngx_inbox_http_easy_on_rewind(void *data, curl_off_t offset,
    int origin);

static const ngx_inbox_http_option_t  ngx_inbox_http_options[] = {
    { CURLOPT_NOSIGNAL,          1L },
    { CURLOPT_NETRC,             (long) CURL_NETRC_IGNORED },
    { CURLOPT_FOLLOWLOCATION,    0L },
    { CURLOPT_HTTP09_ALLOWED,    0L },
    { CURLOPT_HTTP_VERSION,      (long) CURL_HTTP_VERSION_1_1 },
    { CURLOPT_SSL_VERIFYPEER,    1L },
    { CURLOPT_SSL_VERIFYHOST,    2L },
    { CURLOPT_SSLVERSION,        (long) CURL_SSLVERSION_TLSv1_2 },
    { CURLOPT_CA_CACHE_TIMEOUT,  -1L },
    { CURLOPT_DNS_CACHE_TIMEOUT, NGX_INBOX_HTTP_NAME_AGE },
    { CURLOPT_MAXAGE_CONN,       NGX_INBOX_HTTP_IDLE_AGE },
    { CURLOPT_MAXLIFETIME_CONN,  NGX_INBOX_HTTP_CONN_AGE },
    { CURLOPT_BUFFERSIZE,        NGX_INBOX_HTTP_BUFFER },
    { CURLOPT_UPLOAD_BUFFERSIZE, NGX_INBOX_HTTP_BUFFER }
};


ngx_int_t
ngx_inbox_http_easy_open(ngx_inbox_http_easy_t *e, ngx_inbox_resolved_t *to,
    void *what)
{
    e->curl = curl_easy_init();
    if (e->curl == NULL) {
        return NGX_ERROR;
    }

    if (ngx_inbox_http_easy_rules(e->curl) != NGX_OK
        || ngx_inbox_http_easy_shape(e) != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* a literal address is in no cache, and needs none */
    if (!e->literal && ngx_inbox_http_easy_pin(e, to) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_inbox_http_easy_hooks(e);

    (void) curl_easy_setopt(e->curl, CURLOPT_PRIVATE, what);
    (void) curl_easy_setopt(e->curl, CURLOPT_SHARE, e->share);

    /* the whole has its deadline elsewhere; half of this one is what curl gives
       an address before it goes on to the next */
    (void) curl_easy_setopt(e->curl, CURLOPT_CONNECTTIMEOUT_MS,
                            ngx_min((long) e->timeout,
                                    NGX_INBOX_HTTP_CONNECT));

    return NGX_OK;
}


ngx_int_t
ngx_inbox_http_easy_rules(CURL *curl)
{
    ngx_uint_t                      i, n;
    const ngx_inbox_http_option_t  *o;

    o = ngx_inbox_http_options;
    n = sizeof(ngx_inbox_http_options) / sizeof(ngx_inbox_http_option_t);

    for (i = 0; i < n; i++) {
        if (curl_easy_setopt(curl, o[i].option, o[i].value) != CURLE_OK) {
            return NGX_ERROR;
        }
    }

    if (curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https")
        != CURLE_OK)
    {
        return NGX_ERROR;
    }

    /* otherwise http_proxy of the environment would be used */
    if (curl_easy_setopt(curl, CURLOPT_PROXY, "") != CURLE_OK) {
        return NGX_ERROR;
    }

    /* a directory besides the bundle would switch the cache of it off */
    if (curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) != CURLE_OK) {
        return NGX_ERROR;
    }

    if (curl_easy_setopt(curl, CURLOPT_USERAGENT,
                         "ngx_inbox/" NGX_INBOX_VERSION)
        != CURLE_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* "+name:port:address,address"; the plus lets it grow old */
static ngx_int_t
ngx_inbox_http_easy_pin(ngx_inbox_http_easy_t *e, ngx_inbox_resolved_t *to)
{
    u_char      *p, *last, *pin, *comma;
    size_t       size;
    ngx_uint_t   i;

    size = e->host.len + e->port.len
           + to->n * (NGX_SOCKADDR_STRLEN + 3) + 4;

    pin = ngx_pnalloc(e->pool, size);
    if (pin == NULL) {
        return NGX_ERROR;
    }

    last = pin + size;
    p = ngx_slprintf(pin, last, "+%V:%V:", &e->host, &e->port);
    comma = NULL;

    for (i = 0; i < to->n; i++) {
        p += ngx_sock_ntop(&to->addrs[i].sockaddr, sizeof(ngx_sockaddr_t), p,
                           last - p, 0);
        comma = p;
        *p++ = ',';
    }

    if (comma) {
        *comma = '\0';
    }

    e->pins = curl_slist_append(NULL, (char *) pin);
    if (e->pins == NULL) {
        return NGX_ERROR;
    }

    return (curl_easy_setopt(e->curl, CURLOPT_RESOLVE, e->pins) == CURLE_OK)
           ? NGX_OK : NGX_ERROR;
}


/* method, URL, headers and body */
static ngx_int_t
ngx_inbox_http_easy_shape(ngx_inbox_http_easy_t *e)
{
    CURL        *curl;
    ngx_uint_t   safe;

    curl = e->curl;
    safe = (ngx_strcmp(e->method, "GET") == 0
            || ngx_strcmp(e->method, "HEAD") == 0);

    if (curl_easy_setopt(curl, CURLOPT_CURLU, e->url) != CURLE_OK
        || curl_easy_setopt(curl, CURLOPT_HTTPHEADER, e->headers) != CURLE_OK)
    {
        return NGX_ERROR;
    }

    if (e->parts != NULL) {
        return ngx_inbox_http_parts_open(e);
    }

    if (ngx_strcmp(e->method, "HEAD") == 0) {
        return (curl_easy_setopt(curl, CURLOPT_NOBODY, 1L) == CURLE_OK)
               ? NGX_OK : NGX_ERROR;
    }

    if (e->body.len || !safe) {
        (void) curl_easy_setopt(curl, CURLOPT_POST, 1L);
        (void) curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                                (curl_off_t) e->body.len);
    }

    if (e->body.len == 0 && !safe) {
        (void) curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
    }

    return (curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, e->method)
            == CURLE_OK)
           ? NGX_OK : NGX_ERROR;
}


static void
ngx_inbox_http_easy_hooks(ngx_inbox_http_easy_t *e)
{
    CURL  *curl;

    curl = e->curl;

    (void) curl_easy_setopt(curl, CURLOPT_RESOLVER_START_FUNCTION,
                            ngx_inbox_http_easy_on_resolve);
    (void) curl_easy_setopt(curl, CURLOPT_RESOLVER_START_DATA, e);

    (void) curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION,
                            ngx_inbox_http_easy_on_open);
    (void) curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, e);

    /* a connection outlives the transfer that opened it: no e here */
    (void) curl_easy_setopt(curl, CURLOPT_CLOSESOCKETFUNCTION,
                            ngx_inbox_http_easy_on_close);
    (void) curl_easy_setopt(curl, CURLOPT_CLOSESOCKETDATA, e->fds);

    (void) curl_easy_setopt(curl, CURLOPT_READFUNCTION,
                            ngx_inbox_http_easy_on_read);
    (void) curl_easy_setopt(curl, CURLOPT_READDATA, e);
    (void) curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION,
                            ngx_inbox_http_easy_on_rewind);
    (void) curl_easy_setopt(curl, CURLOPT_SEEKDATA, e);

    (void) curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION,
                            ngx_inbox_http_answer_on_head);
    (void) curl_easy_setopt(curl, CURLOPT_HEADERDATA, e);
    (void) curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION,
                            ngx_inbox_http_answer_on_body);
    (void) curl_easy_setopt(curl, CURLOPT_WRITEDATA, e);
}


/* curl is about to find out an address itself */
static int
ngx_inbox_http_easy_on_resolve(void *resolver, void *reserved, void *data)
{
    ngx_inbox_http_easy_t  *e = data;

    return e->literal ? 0 : 1;
}


static curl_socket_t
ngx_inbox_http_easy_on_open(void *data, curlsocktype purpose,
    struct curl_sockaddr *addr)
{
    ngx_socket_t            fd;
    ngx_inbox_http_easy_t  *e = data;

    if (!e->any && !ngx_inbox_address_is_public(&addr->addr)) {
        e->closed = 1;
        return CURL_SOCKET_BAD;
    }

    if (!ngx_inbox_fd_available()) {
        e->starved = 1;
        return CURL_SOCKET_BAD;
    }

    fd = socket(addr->family, addr->socktype | SOCK_CLOEXEC, addr->protocol);

    if (fd != (ngx_socket_t) -1) {
        /* curl closes a socket that did not connect without telling, and the
           next address often gets its number */
        ngx_inbox_fd_opened(e->fds, fd);
    }

    return fd;
}


static int
ngx_inbox_http_easy_on_close(void *data, curl_socket_t fd)
{
    ngx_inbox_fds_t  *fds = data;

    /* before closing: the number may belong to somebody else right after */
    ngx_inbox_fd_remove(fds, fd);

    return close(fd);
}


static size_t
ngx_inbox_http_easy_on_read(char *p, size_t size, size_t n, void *data)
{
    ngx_inbox_http_easy_t  *e = data;

    n = ngx_min(size * n, e->body.len - e->sent);

    ngx_memcpy(p, e->body.data + e->sent, n);
    e->sent += n;

    return n;
}


static int
ngx_inbox_http_easy_on_rewind(void *data, curl_off_t offset, int origin)
{
    ngx_inbox_http_easy_t  *e = data;

    return (e->sent == 0) ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}


void
ngx_inbox_http_easy_close(ngx_inbox_http_easy_t *e)
{
    if (e->curl) {
        curl_easy_cleanup(e->curl);
        e->curl = NULL;
    }

    if (e->url) {
        curl_url_cleanup(e->url);
        e->url = NULL;
    }

    curl_mime_free(e->mime);
    e->mime = NULL;

    curl_slist_free_all(e->headers);
    e->headers = NULL;

    curl_slist_free_all(e->pins);
    e->pins = NULL;
}
