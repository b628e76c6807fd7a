
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 4, service; used by ngx_inbox_park.c alone.  The rota of polls: who is
 * awake, who sleeps until when, and whose turn it is.  It knows neither
 * requests nor connections; entries are embedded in the caller's records.
 */

#ifndef _NGX_INBOX_ROTA_H_INCLUDED_
#define _NGX_INBOX_ROTA_H_INCLUDED_


#include "ngx_inbox_park.h"
#include "ngx_inbox_wheel.h"


typedef struct {
    ngx_inbox_wheel_node_t          turn;
    unsigned                        state:2;
    unsigned                        pending:5;   /* a bit for each _wake_e */
    uint32_t                        woken;       /* the park's: us, or 0 */
} ngx_inbox_rota_entry_t;

/* both are called from nginx's loop, never from within a function below, and
   may enter, leave and mark anybody */
typedef struct {
    /* the entry is awake now; why: the strongest of what was marked */
    void                          (*on_wake)(ngx_inbox_rota_entry_t *e,
                                        ngx_inbox_wake_e why);

    /* the entry sleeps, and _sleep() was asked for a visit */
    void                          (*on_visit)(ngx_inbox_rota_entry_t *e);
} ngx_inbox_rota_events_t;

typedef struct {
    const ngx_inbox_rota_events_t  *events;
    ngx_log_t                      *log;
    ngx_uint_t                      count;

    ngx_inbox_wheel_t               wheel;
    ngx_queue_t                     due;
    ngx_queue_t                     over;
    ngx_queue_t                     leaving;
    ngx_msec_t                      leave;       /* all told by; 0: we stay */

    ngx_event_t                     timer;
    ngx_event_t                     event;
    ngx_connection_t                dummy;       /* nginx logs its fd */
} ngx_inbox_rota_t;


void ngx_inbox_rota_create(ngx_inbox_rota_t *rota,
    const ngx_inbox_rota_events_t *events, ngx_log_t *log);

/* nobody is on it any more */
void ngx_inbox_rota_destroy(ngx_inbox_rota_t *rota);

/* awake; marked with TIMEOUT after wait ms */
void ngx_inbox_rota_enter(ngx_inbox_rota_t *rota, ngx_inbox_rota_entry_t *e,
    ngx_msec_t wait);

void ngx_inbox_rota_leave(ngx_inbox_rota_t *rota, ngx_inbox_rota_entry_t *e);

/* visit: on_visit() is to come, unless on_wake() comes before it */
void ngx_inbox_rota_sleep(ngx_inbox_rota_t *rota, ngx_inbox_rota_entry_t *e,
    ngx_uint_t visit);

/* there is a reason to wake it: soon, or as soon as it sleeps */
void ngx_inbox_rota_mark(ngx_inbox_rota_t *rota, ngx_inbox_rota_entry_t *e,
    ngx_inbox_wake_e why);


#endif /* _NGX_INBOX_ROTA_H_INCLUDED_ */
