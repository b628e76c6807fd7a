
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 10.  Wires the per-worker object: makes its parts, connects the notices
 * to those who care, and unmakes it all.
 */

#ifndef _NGX_INBOX_WORKER_H_INCLUDED_
#define _NGX_INBOX_WORKER_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_conf.h"


/* in init process: conf->worker is set.  NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_worker_create(ngx_cycle_t *cycle,
    ngx_inbox_main_conf_t *conf);

/* in exit process; harmless when create has failed */
void ngx_inbox_worker_destroy(ngx_inbox_main_conf_t *conf);


#endif /* _NGX_INBOX_WORKER_H_INCLUDED_ */
