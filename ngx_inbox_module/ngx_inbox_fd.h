
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 1, bridge.  Sockets that a foreign library opens, reads, writes and
 * closes, watched by nginx's event loop.  A set of them belongs to its owner
 * (one library in one worker); a watch is known by its descriptor.
 *
 * Every function is idempotent: an unknown descriptor is nothing to remove, a
 * watch that already asks for the same stays as it is.
 */

#ifndef _NGX_INBOX_FD_H_INCLUDED_
#define _NGX_INBOX_FD_H_INCLUDED_


#include "ngx_inbox.h"


#define NGX_INBOX_FD_READ     1
#define NGX_INBOX_FD_WRITE    2
/* nginx wants the connection gone (worker_shutdown_timeout): the owner ends
   what it does there; until it removes the watch nothing else happens */
#define NGX_INBOX_FD_CLOSE    4

#define NGX_INBOX_FD_BUCKETS  64


/* what: one of the three; may watch and remove anything, this one too */
typedef void (*ngx_inbox_fd_handler_pt)(void *data, ngx_socket_t fd,
    ngx_uint_t what);


/* lives inside its owner; at most one set watches a descriptor */
typedef struct {
    ngx_queue_t               buckets[NGX_INBOX_FD_BUCKETS];
    ngx_uint_t                watched;
    ngx_log_t                *log;
    ngx_inbox_fd_handler_pt   handler;
    void                     *data;
} ngx_inbox_fds_t;


void ngx_inbox_fd_init(ngx_inbox_fds_t *fds, ngx_inbox_fd_handler_pt handler,
    void *data, ngx_log_t *log);

/*
 * Adds or changes a watch; events: READ, WRITE or both, 0 removes.
 * NGX_OK | NGX_ERROR (no free connection, memory, the kernel refused): the
 * descriptor is then not watched at all
 */
ngx_int_t ngx_inbox_fd_watch(ngx_inbox_fds_t *fds, ngx_socket_t fd,
    ngx_uint_t events);

/*
 * The library has just opened fd.  Whatever is watched under this number was
 * closed without a word; the library, which has not noticed either, believes
 * that its new socket is watched like the old one, and so it is made.
 */
void ngx_inbox_fd_opened(ngx_inbox_fds_t *fds, ngx_socket_t fd);

/* also after the descriptor was closed, though before is better: until then its
   connection is lost to others */
void ngx_inbox_fd_remove(ngx_inbox_fds_t *fds, ngx_socket_t fd);

/* removes all */
void ngx_inbox_fd_clear(ngx_inbox_fds_t *fds);

/* 1: the worker has connections to spare for one more socket of this kind */
ngx_uint_t ngx_inbox_fd_available(void);


#endif /* _NGX_INBOX_FD_H_INCLUDED_ */
