
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 3, channels; private to the WhatsApp channel: what its files have in
 * common.
 */

#ifndef _NGX_INBOX_WHATSAPP_H_INCLUDED_
#define _NGX_INBOX_WHATSAPP_H_INCLUDED_


#include "ngx_inbox_meta.h"


/* ngx_inbox_whatsapp_update.c */

/* see ngx_inbox_channel_t */
ngx_int_t ngx_inbox_whatsapp_parse(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_hook_t *hook,
    ngx_array_t *events, ngx_uint_t *odd);


/* ngx_inbox_whatsapp_content.c */

/* text and attachments of a message into e; type: what the message calls
   itself.  1 when there is anything to show */
ngx_uint_t ngx_inbox_whatsapp_content(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *message, const ngx_str_t *type, ngx_inbox_event_t *e);


/* ngx_inbox_whatsapp.c */

extern const char  *ngx_inbox_whatsapp_events[];


/* ngx_inbox_whatsapp_talks.c: see ngx_inbox_talk_t */

ngx_int_t ngx_inbox_whatsapp_check(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
ngx_int_t ngx_inbox_whatsapp_connect(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
void ngx_inbox_whatsapp_connected(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, ngx_inbox_job_t *job,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_verdict_t *verdict);
ngx_int_t ngx_inbox_whatsapp_typing(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
ngx_int_t ngx_inbox_whatsapp_read(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);


/* ngx_inbox_whatsapp_file.c */

/* the job as its parts are counted, see ngx_inbox_channel_carry() */
ngx_inbox_job_t ngx_inbox_whatsapp_parts(const ngx_inbox_job_t *job);

/* step 0 of a part that is a file: its bytes; request is a message's */
ngx_int_t ngx_inbox_whatsapp_upload(ngx_pool_t *pool,
    const ngx_inbox_file_t *file, ngx_inbox_http_request_t *request);

/* step 1: the value of "type", and what belongs to it */
void ngx_inbox_whatsapp_file(ngx_inbox_json_writer_t *w,
    const ngx_inbox_job_t *job, const ngx_inbox_file_t *file);

/* see ngx_inbox_talk_t */
void ngx_inbox_whatsapp_judge(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict);

/* MEDIA: where the bytes are, then the bytes; see ngx_inbox_talk_t */
ngx_int_t ngx_inbox_whatsapp_find(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
void ngx_inbox_whatsapp_found(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict);


#endif /* _NGX_INBOX_WHATSAPP_H_INCLUDED_ */
