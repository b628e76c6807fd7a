
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 3, channels; private to the Viber channel: what its files have in
 * common.
 */

#ifndef _NGX_INBOX_VIBER_H_INCLUDED_
#define _NGX_INBOX_VIBER_H_INCLUDED_


#include "ngx_inbox_reader_event.h"


/* ngx_inbox_viber_event.c */

/* see ngx_inbox_channel_t */
ngx_int_t ngx_inbox_viber_parse(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_hook_t *hook,
    ngx_array_t *events, ngx_uint_t *odd);


/* ngx_inbox_viber.c */

extern const char  *ngx_inbox_viber_events[];

/* POST {origin}/pa/{method} with the bot's token; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_viber_address(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const char *method,
    ngx_inbox_http_request_t *request);

/* see ngx_inbox_talk_t */
void ngx_inbox_viber_judge(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict);


/* ngx_inbox_viber_talks.c: see ngx_inbox_talk_t */

ngx_int_t ngx_inbox_viber_check(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
void ngx_inbox_viber_checked(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, ngx_inbox_job_t *job,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_verdict_t *verdict);
ngx_int_t ngx_inbox_viber_connect(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
void ngx_inbox_viber_connected(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, ngx_inbox_job_t *job,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_verdict_t *verdict);
ngx_int_t ngx_inbox_viber_profile(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
void ngx_inbox_viber_profiled(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, ngx_inbox_job_t *job,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_verdict_t *verdict);


#endif /* _NGX_INBOX_VIBER_H_INCLUDED_ */
