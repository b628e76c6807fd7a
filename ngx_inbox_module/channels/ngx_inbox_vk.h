
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 3, channels; private to the VK channel: what its files have in common.
 */

#ifndef _NGX_INBOX_VK_H_INCLUDED_
#define _NGX_INBOX_VK_H_INCLUDED_


#include "ngx_inbox_reader_event.h"


/* the token may not do that, or not there */
#define NGX_INBOX_VK_NO_RIGHT  7
#define NGX_INBOX_VK_DENIED    15

/* from here on an id of a talk is a group chat's */
#define NGX_INBOX_VK_GROUPS  2000000000LL


/* ngx_inbox_vk_event.c */

/* see ngx_inbox_channel_t */
ngx_int_t ngx_inbox_vk_parse(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_hook_t *hook, ngx_array_t *events, ngx_uint_t *odd);


/* ngx_inbox_vk_content.c */

/* text and attachments of a message into e; 1 when there is anything */
ngx_uint_t ngx_inbox_vk_content(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *message, ngx_inbox_event_t *e);


/* ngx_inbox_vk.c */

#define NGX_INBOX_VK_VERSION  "5.199"

extern const char  *ngx_inbox_vk_events[];

/* POST {origin}/method/{method} with the community's token; the form is left to
   the caller.  NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_vk_address(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const char *method, ngx_inbox_http_request_t *request);

/* "name" and the value, escaped; three characters for each byte, at most */
u_char *ngx_inbox_vk_field(u_char *p, const char *name,
    const ngx_str_t *value);

/* see ngx_inbox_talk_t; v: the answer's JSON, or NULL */
void ngx_inbox_vk_verdict(ngx_pool_t *pool,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_json_t *v,
    int64_t *code, ngx_inbox_verdict_t *verdict);


/* ngx_inbox_vk_file.c */

/* the memo's name of what was uploaded, as messages.send names it */
#define NGX_INBOX_VK_ATTACHMENT  "attachment"

/* the next request of the present part's file; NGX_DECLINED: it has none, or it
   is uploaded, and the message's turn; NGX_ERROR: memory */
ngx_int_t ngx_inbox_vk_upload(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request);

/* was the last request of upload()? */
ngx_uint_t ngx_inbox_vk_uploading(const ngx_inbox_job_t *job);

/* what came of it; v: the answer's JSON, or NULL */
void ngx_inbox_vk_uploaded(ngx_pool_t *pool, ngx_inbox_job_t *job,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_json_t *v,
    ngx_inbox_verdict_t *verdict);

ngx_inbox_outcome_e ngx_inbox_vk_arrived(const ngx_inbox_job_t *job);


/* ngx_inbox_vk_talks.c: see ngx_inbox_talk_t */

/* the verdict, with what an admin can do about it */
void ngx_inbox_vk_explained(ngx_pool_t *pool,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_json_t *v,
    ngx_inbox_verdict_t *verdict);

/* the same, and whether it is a no to all of the channel */
void ngx_inbox_vk_told(ngx_pool_t *pool,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_verdict_t *verdict);

ngx_int_t ngx_inbox_vk_check(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
void ngx_inbox_vk_checked(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, ngx_inbox_job_t *job,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_verdict_t *verdict);
ngx_int_t ngx_inbox_vk_profile(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
void ngx_inbox_vk_profiled(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, ngx_inbox_job_t *job,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_verdict_t *verdict);
ngx_int_t ngx_inbox_vk_typing(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
ngx_int_t ngx_inbox_vk_seen(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
void ngx_inbox_vk_done(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, ngx_inbox_job_t *job,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_verdict_t *verdict);


/* ngx_inbox_vk_whole.c: see ngx_inbox_talk_t */

ngx_int_t ngx_inbox_vk_complete(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
void ngx_inbox_vk_completed(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, ngx_inbox_job_t *job,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_verdict_t *verdict);


/* ngx_inbox_vk_connect.c: see ngx_inbox_talk_t */

ngx_int_t ngx_inbox_vk_connect(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
void ngx_inbox_vk_connected(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, ngx_inbox_job_t *job,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_verdict_t *verdict);


#endif /* _NGX_INBOX_VK_H_INCLUDED_ */
