
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 4, service; used by ngx_inbox_park.c alone.  Takes a connection away
 * from nginx while its request waits, so that the request and its buffers can
 * be freed, and gives it back with a request made anew.
 *
 * The life of a detached connection: prepare while the request still runs;
 * then release, and from there nginx knows the connection no more; then
 * exactly one of restore (to answer) and close.  The struct is embedded in
 * the owner's record.
 */

#ifndef _NGX_INBOX_DETACH_H_INCLUDED_
#define _NGX_INBOX_DETACH_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_saved.h"


typedef struct ngx_inbox_detached_s  ngx_inbox_detached_t;

typedef struct {
    /* the client has sent bytes: they are kept, and are nginx's to read once
       the answer is out.  At most once */
    void   (*on_bytes)(ngx_inbox_detached_t *d);

    /* the client left (rc is 499) or nginx wants the connection closed (rc is
       NGX_ERROR): the owner restores and finalizes with rc, or closes */
    void   (*on_left)(ngx_inbox_detached_t *d, ngx_int_t rc);
} ngx_inbox_detach_events_t;


struct ngx_inbox_detached_s {
    ngx_connection_t                 *connection;
    ngx_http_connection_t            *hc;
    ngx_event_handler_pt              handler;   /* nginx's, of a request */
    const ngx_inbox_detach_events_t  *events;
    ngx_inbox_saved_t                 saved;
    ngx_uint_t                        bytes;     /* on_bytes was called */
};


/* while r runs; data: as many bytes as ngx_inbox_saved_measure() says */
void ngx_inbox_detach_prepare(ngx_inbox_detached_t *d, ngx_http_request_t *r,
    const ngx_inbox_detach_events_t *events, u_char *data);

/* whether r, which was prepared, can be detached now */
ngx_uint_t ngx_inbox_detach_ready(ngx_http_request_t *r);

/*
 * Frees r, which must be ready; r's cleanups run.  NGX_OK: the connection is
 * ours, call _look() next.  NGX_ERROR: nginx has closed it.
 */
ngx_int_t ngx_inbox_detach_release(ngx_inbox_detached_t *d,
    ngx_http_request_t *r);

/* looks what has come on the connection; may call an event, d is the event's
   owner's then */
void ngx_inbox_detach_look(ngx_inbox_detached_t *d);

/* gives the connection back.  NULL: memory is out, and it is closed */
ngx_http_request_t *ngx_inbox_detach_restore(ngx_inbox_detached_t *d);

void ngx_inbox_detach_close(ngx_inbox_detached_t *d);


#endif /* _NGX_INBOX_DETACH_H_INCLUDED_ */
