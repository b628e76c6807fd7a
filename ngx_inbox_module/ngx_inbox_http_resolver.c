
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Which name servers to ask when the configuration has no `resolver`: those of
 * the machine, as the C library would.  Only "nameserver" lines are read;
 * search lists, options and the hosts file are not ours, because platforms are
 * called by full public names.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_inbox_http.h"


#define NGX_INBOX_HTTP_RESOLV_CONF   "/etc/resolv.conf"

/* the C library heeds this many, and assumes one on this machine if none */
#define NGX_INBOX_HTTP_SERVERS       3
#define NGX_INBOX_HTTP_SERVER_HERE   "127.0.0.1"

/* a file of name servers is a few lines; what lies beyond is not read */
#define NGX_INBOX_HTTP_RESOLV_SIZE   16384


static ngx_int_t ngx_inbox_http_resolver_read(ngx_conf_t *cf, ngx_str_t *text);
static ngx_uint_t ngx_inbox_http_resolver_parse(ngx_conf_t *cf,
    ngx_str_t *text, ngx_str_t *servers);
static ngx_uint_t ngx_inbox_http_resolver_server(ngx_conf_t *cf, u_char *p,
    u_char *last, ngx_str_t *server);


ngx_int_t
ngx_inbox_http_resolver(ngx_conf_t *cf, ngx_inbox_main_conf_t *conf)
{
    ngx_str_t   text, servers[NGX_INBOX_HTTP_SERVERS];
    ngx_uint_t  n;

    if (conf->resolver && conf->resolver->connections.nelts) {
        return NGX_OK;
    }

    n = 0;

    if (ngx_inbox_http_resolver_read(cf, &text) == NGX_OK) {
        n = ngx_inbox_http_resolver_parse(cf, &text, servers);
    }

    if (n == 0) {
        ngx_str_set(&servers[0], NGX_INBOX_HTTP_SERVER_HERE);
        n = 1;
    }

    conf->resolver = ngx_resolver_create(cf, servers, n);

    return conf->resolver ? NGX_OK : NGX_ERROR;
}


/* no such file is nothing unusual: NGX_DECLINED */
static ngx_int_t
ngx_inbox_http_resolver_read(ngx_conf_t *cf, ngx_str_t *text)
{
    ssize_t   n;
    ngx_fd_t  fd;

    fd = ngx_open_file((u_char *) NGX_INBOX_HTTP_RESOLV_CONF,
                       NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);
    if (fd == NGX_INVALID_FILE) {
        return NGX_DECLINED;
    }

    n = -1;
    text->data = ngx_pnalloc(cf->temp_pool, NGX_INBOX_HTTP_RESOLV_SIZE);

    if (text->data) {
        n = ngx_read_fd(fd, text->data, NGX_INBOX_HTTP_RESOLV_SIZE);
    }

    if (ngx_close_file(fd) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_ALERT, cf, ngx_errno,
                           ngx_close_file_n " \"%s\" failed",
                           NGX_INBOX_HTTP_RESOLV_CONF);
    }

    if (n <= 0) {
        return NGX_DECLINED;
    }

    text->len = (size_t) n;

    return NGX_OK;
}


static ngx_uint_t
ngx_inbox_http_resolver_parse(ngx_conf_t *cf, ngx_str_t *text,
    ngx_str_t *servers)
{
    u_char      *p, *last, *end;
    ngx_uint_t   n;

    n = 0;
    last = text->data + text->len;

    for (p = text->data; p < last && n < NGX_INBOX_HTTP_SERVERS; p = end + 1) {

        end = ngx_strlchr(p, last, '\n');
        if (end == NULL) {
            end = last;
        }

        if (end - p > 11 && ngx_strncmp(p, "nameserver", 10) == 0) {
            n += ngx_inbox_http_resolver_server(cf, p + 10, end, &servers[n]);
        }
    }

    return n;
}


/* one address; 1, or 0: not an address, or one with a zone */
static ngx_uint_t
ngx_inbox_http_resolver_server(ngx_conf_t *cf, u_char *p, u_char *last,
    ngx_str_t *server)
{
    u_char  *start;
#if (NGX_HAVE_INET6)
    u_char   addr6[16];
#endif

    while (p < last && (*p == ' ' || *p == '\t')) {
        p++;
    }

    start = p;

    while (p < last && *p > ' ') {
        p++;
    }

    server->data = ngx_pnalloc(cf->pool, p - start + 2);
    if (server->data == NULL) {
        return 0;
    }

    if (ngx_inet_addr(start, p - start) != INADDR_NONE) {
        server->len = ngx_cpymem(server->data, start, p - start)
                      - server->data;
        return 1;
    }

#if (NGX_HAVE_INET6)
    if (ngx_inet6_addr(start, p - start, addr6) == NGX_OK) {
        server->len = ngx_sprintf(server->data, "[%*s]", p - start, start)
                      - server->data;
        return 1;
    }
#endif

    return 0;
}
