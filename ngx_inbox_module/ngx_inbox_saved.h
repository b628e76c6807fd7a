
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 4, service; used by ngx_inbox_detach.c and ngx_inbox_park.c.  What
 * remains of a request while its connection is detached: enough to answer it
 * and to log it.  The struct is embedded in the owner's record, and what it
 * points to lies in memory of the owner's too.
 */

#ifndef _NGX_INBOX_SAVED_H_INCLUDED_
#define _NGX_INBOX_SAVED_H_INCLUDED_


#include "ngx_inbox.h"


typedef struct {
    void                            **srv_conf;
    void                            **loc_conf;
    u_char                           *data;      /* see _saved_store() */
    time_t                            start_sec;
    uint32_t                          request_length;
    uint16_t                          start_msec;
    uint16_t                          path;      /* lengths in data */
    uint16_t                          uri;
    uint16_t                          headers;
    uint16_t                          server;    /* of Host's first bytes */
    uint8_t                           sockaddr;
    uint8_t                           head;      /* HEAD, or GET */
} ngx_inbox_saved_t;


/* how many bytes _store() will take; 0: such a request cannot be made anew */
size_t ngx_inbox_saved_measure(ngx_http_request_t *r);

/* data: as many bytes as measured, kept by the owner until _restore() */
void ngx_inbox_saved_store(ngx_inbox_saved_t *s, ngx_http_request_t *r,
    u_char *data);

/*
 * Fills r, new from ngx_http_create_request().  Copies everything into r's
 * pool.  NGX_OK; NGX_ERROR: memory; NGX_DONE: memory, and nginx has closed r
 * and its connection.
 */
ngx_int_t ngx_inbox_saved_restore(const ngx_inbox_saved_t *s,
    ngx_http_request_t *r);


#endif /* _NGX_INBOX_SAVED_H_INCLUDED_ */
