
/*
 * Copyright (C) the ngx_inbox authors
 *
 * nginx's own ngx_http_test_reading() notices that the client has left and
 * finalizes the request, which runs its cleanups; a hold is such a cleanup.
 * It is found by its handler, so nobody has to carry a handle about.
 */


#include "ngx_inbox_hold.h"


typedef struct {
    ngx_http_request_t  *request;
    void               (*gone)(void *data);
    void                *data;
} ngx_inbox_hold_t;


static void ngx_inbox_hold_read(ngx_http_request_t *r);
static void ngx_inbox_hold_on_cleanup(void *data);


ngx_int_t
ngx_inbox_hold_start(ngx_http_request_t *r, void (*gone)(void *data),
    void *data)
{
    ngx_inbox_hold_t    *hold;
    ngx_http_cleanup_t  *cln;

    cln = ngx_http_cleanup_add(r, sizeof(ngx_inbox_hold_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    ngx_inbox_hold_watch(r);

    hold = cln->data;
    hold->request = r;
    hold->gone = gone;
    hold->data = data;

    cln->handler = ngx_inbox_hold_on_cleanup;

    return NGX_OK;
}


void
ngx_inbox_hold_watch(ngx_http_request_t *r)
{
    if (ngx_inbox_hold_end(r) == NGX_DECLINED) {
        r->main->count++;
    }

    r->write_event_handler = ngx_http_request_empty_handler;

    if (r->discard_body) {
        r->read_event_handler = ngx_http_discarded_request_body_handler;
        return;
    }

    r->read_event_handler = ngx_http_test_reading;

#if (NGX_HTTP_V2)
    if (r->stream) {
        return;
    }
#endif

    ngx_inbox_hold_read(r);
}


static void
ngx_inbox_hold_read(ngx_http_request_t *r)
{
    ngx_event_t  *rev;

    rev = r->connection->read;

    /* what came together with the request is not told a second time */

    if (rev->ready || rev->pending_eof) {
        ngx_post_event(rev, &ngx_posted_events);
        return;
    }

    /* where this fails, which is logged, the poll's own time ends the wait */

    (void) ngx_handle_read_event(rev, 0);
}


ngx_int_t
ngx_inbox_hold_end(ngx_http_request_t *r)
{
    ngx_inbox_hold_t    *hold;
    ngx_http_cleanup_t  *cln;

    for (cln = r->main->cleanup; cln; cln = cln->next) {

        if (cln->handler != ngx_inbox_hold_on_cleanup) {
            continue;
        }

        hold = cln->data;

        if (hold->request == r) {
            cln->handler = NULL;
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


static void
ngx_inbox_hold_on_cleanup(void *data)
{
    ngx_inbox_hold_t *hold = data;

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, hold->request->connection->log, 0,
                   "inbox park hold gone");

    hold->gone(hold->data);
}
