
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 3, channels; private to the Telegram channel: what its files have in
 * common.
 */

#ifndef _NGX_INBOX_TELEGRAM_H_INCLUDED_
#define _NGX_INBOX_TELEGRAM_H_INCLUDED_


#include "ngx_inbox_reader_event.h"


/* digits of a user's id; more do not fit int64 */
#define NGX_INBOX_TELEGRAM_USER     19
/* between a client's id and the business connection in whose name he is written
   to: such a chat is another than the one with the bot itself, and so are the
   ids of its messages */
#define NGX_INBOX_TELEGRAM_VIA      '@'
/* digits of a message's id, an int32: what is longer is a button's */
#define NGX_INBOX_TELEGRAM_MESSAGE  10


/* ngx_inbox_telegram.c */

/* digits that stand for themselves in JSON */
ngx_uint_t ngx_inbox_telegram_is_number(const ngx_str_t *s, size_t max);


/* ngx_inbox_telegram_file.c */

/* the file of the present part, or NULL: it is the text */
const ngx_inbox_file_t *ngx_inbox_telegram_part(const ngx_inbox_job_t *job);
ngx_inbox_outcome_e ngx_inbox_telegram_arrived(const ngx_inbox_job_t *job);

/* sendPhoto or sendDocument, with the bytes; see ngx_inbox_talk_t */
ngx_int_t ngx_inbox_telegram_attach(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);

/* MEDIA: getFile, then the file; see ngx_inbox_talk_t */
ngx_int_t ngx_inbox_telegram_find(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
void ngx_inbox_telegram_found(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict);


/* ngx_inbox_telegram_update.c */

/* see ngx_inbox_channel_t */
ngx_int_t ngx_inbox_telegram_parse(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_hook_t *hook,
    ngx_array_t *events, ngx_uint_t *odd);
ngx_int_t ngx_inbox_telegram_thank(ngx_pool_t *pool,
    const ngx_inbox_hook_t *hook, ngx_str_t *body);


/* ngx_inbox_telegram_content.c */

/*
 * Text, attachments and phone of a Message into e, whose user and echo are
 * set.  1 when there is anything to show, 0 for a service message.
 */
ngx_uint_t ngx_inbox_telegram_content(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *message, ngx_inbox_event_t *e);


/* ngx_inbox_telegram.c */

extern const char  *ngx_inbox_telegram_events[];

/* {origin}/bot{token}/{method}; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_telegram_url(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const char *method, ngx_str_t *url);

/* "user_id" and the like: digits as a number, anything else as a string */
void ngx_inbox_telegram_put_id(ngx_inbox_json_writer_t *w,
    const ngx_str_t *user);

/* "chat_id", and in whose name */
void ngx_inbox_telegram_put_chat(ngx_inbox_json_writer_t *w,
    const ngx_str_t *user);

/* a client's id, and the business connection or len 0 */
ngx_str_t ngx_inbox_telegram_chat(const ngx_str_t *user,
    ngx_str_t *connection);

/* see ngx_inbox_talk_t */
void ngx_inbox_telegram_judge(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict);


/* ngx_inbox_telegram_talks.c: see ngx_inbox_talk_t */

ngx_int_t ngx_inbox_telegram_check(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
void ngx_inbox_telegram_checked(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, ngx_inbox_job_t *job,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_verdict_t *verdict);

ngx_int_t ngx_inbox_telegram_connect(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
void ngx_inbox_telegram_connected(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, ngx_inbox_job_t *job,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_verdict_t *verdict);

ngx_int_t ngx_inbox_telegram_profile(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
void ngx_inbox_telegram_profiled(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, ngx_inbox_job_t *job,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_verdict_t *verdict);

ngx_int_t ngx_inbox_telegram_typing(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
ngx_int_t ngx_inbox_telegram_read(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);


#endif /* _NGX_INBOX_TELEGRAM_H_INCLUDED_ */
