
/*
 * Copyright (C) the ngx_inbox authors
 *
 * One non-blocking connect() to one address, unix or TCP.  The socket is
 * nginx's: it counts in worker_connections, it is watched by whatever method
 * nginx uses, and ngx_close_connection() ends it.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_inbox_dial.h"


static ngx_int_t ngx_inbox_dial_open(ngx_inbox_dial_t *d);
static ngx_int_t ngx_inbox_dial_set_socket(ngx_socket_t s, int family);
static ngx_int_t ngx_inbox_dial_watch(ngx_connection_t *c);


ngx_int_t
ngx_inbox_dial(ngx_inbox_dial_t *d)
{
    int                rc;
    ngx_connection_t  *c;

    d->err = 0;
    d->connection = NULL;

    if (ngx_inbox_dial_open(d) != NGX_OK) {
        return NGX_ERROR;
    }

    c = d->connection;

    rc = connect(c->fd, d->addr->sockaddr, d->addr->socklen);

    if (rc == -1 && ngx_socket_errno != NGX_EINPROGRESS) {
        d->err = ngx_socket_errno;
        goto failed;
    }

    if (ngx_inbox_dial_watch(c) != NGX_OK) {
        goto failed;
    }

    if (rc == -1) {
        return NGX_AGAIN;
    }

    c->write->ready = 1;

    return NGX_OK;

failed:

    ngx_close_connection(c);
    d->connection = NULL;

    return NGX_ERROR;
}


static ngx_int_t
ngx_inbox_dial_open(ngx_inbox_dial_t *d)
{
    ngx_socket_t       s;
    ngx_connection_t  *c;

    s = ngx_socket(d->addr->sockaddr->sa_family, SOCK_STREAM, 0);

    if (s == (ngx_socket_t) -1) {
        d->err = ngx_socket_errno;
        return NGX_ERROR;
    }

    if (ngx_inbox_dial_set_socket(s, d->addr->sockaddr->sa_family) != NGX_OK) {
        d->err = ngx_socket_errno;
        (void) ngx_close_socket(s);
        return NGX_ERROR;
    }

    c = ngx_get_connection(s, d->log);

    if (c == NULL) {
        (void) ngx_close_socket(s);
        return NGX_ERROR;
    }

    c->type = SOCK_STREAM;
    c->recv = ngx_recv;
    c->send = ngx_send;
    c->recv_chain = ngx_recv_chain;
    c->send_chain = ngx_send_chain;
    c->log_error = NGX_ERROR_INFO;
    c->number = ngx_atomic_fetch_add(ngx_connection_counter, 1);
    c->start_time = ngx_current_msec;
    c->data = d->data;

    c->read->log = d->log;
    c->read->handler = d->read;
    c->write->log = d->log;
    c->write->handler = d->write;

    d->connection = c;

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_dial_set_socket(ngx_socket_t s, int family)
{
    int  on;

    if (ngx_nonblocking(s) == -1) {
        return NGX_ERROR;
    }

    if (fcntl(s, F_SETFD, FD_CLOEXEC) == -1) {
        return NGX_ERROR;
    }

    if (family == AF_UNIX) {
        return NGX_OK;
    }

    on = 1;

    if (setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(int)) == -1) {
        return NGX_ERROR;
    }

    if (setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(int)) == -1) {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_dial_watch(ngx_connection_t *c)
{
    if (ngx_add_conn) {
        return ngx_add_conn(c);
    }

    if (ngx_handle_read_event(c->read, 0) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_handle_write_event(c->write, 0);
}


ngx_err_t
ngx_inbox_dial_error(ngx_connection_t *c)
{
    int        err;
    socklen_t  len;

    err = 0;
    len = sizeof(int);

    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &len) == -1) {
        return ngx_socket_errno;
    }

    return err;
}
