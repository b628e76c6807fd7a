
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 3, channels; what the three kinds of Meta share: who signed, the
 * handshake, calls of the Graph API and what it answers, and, for Messenger
 * and Instagram, the shape of a webhook.  WhatsApp has a shape of its own.
 */

#ifndef _NGX_INBOX_META_H_INCLUDED_
#define _NGX_INBOX_META_H_INCLUDED_


#include "ngx_inbox_reader_event.h"


/* begins the metadata of what we send */
#define NGX_INBOX_META_MARK  "ngx_inbox:"
/* the setting of a channel whose app may use the tag HUMAN_AGENT, and for how
   long after a client's message it is good, s */
#define NGX_INBOX_META_HUMAN  "human_agent"
#define NGX_INBOX_META_WEEK   604800


/* whom Meta shall tell us about, see ngx_inbox_meta_subscribe() */
typedef struct {
    const char   *object;
    const char  **fields;
    ngx_str_t     origin;
    ngx_str_t     account;
} ngx_inbox_meta_subscription_t;


/* ngx_inbox_meta.c */

/* see ngx_inbox_channel_t; credential app_secret holds one secret a line */
ngx_int_t ngx_inbox_meta_verify(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_hook_t *hook);

/* see ngx_inbox_channel_t; hub.challenge for whoever knows verify_token */
ngx_int_t ngx_inbox_meta_greet(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_hook_t *hook, ngx_str_t *body);

/* a member of the line's settings that is a string; or len 0 */
ngx_str_t ngx_inbox_meta_setting(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const char *name);


/* ngx_inbox_meta_graph.c */

/*
 * POST {origin}/{version}/{whose}/messages with the line's access_token; body
 * is left to the caller.  NGX_OK | NGX_ERROR
 */
ngx_int_t ngx_inbox_meta_request(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_str_t *origin,
    const ngx_str_t *whose, ngx_inbox_http_request_t *request);

/*
 * Anything else of the Graph: {origin}/{version}/{whose}{tail} with the line's
 * access_token; method, type and body are left to the caller.
 */
ngx_int_t ngx_inbox_meta_node(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_str_t *origin, const ngx_str_t *whose, const char *tail,
    ngx_inbox_http_request_t *request);

/*
 * The JSON body of a message's part.  messenger: with the kind of message, and
 * a mark by which parse() knows its echo.  NGX_OK | NGX_ERROR | NGX_DECLINED: a
 * file that has no link
 */
ngx_int_t ngx_inbox_meta_build(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_uint_t messenger, ngx_str_t *body);

/* see ngx_inbox_channel_t */
void ngx_inbox_meta_judge(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict);


/* ngx_inbox_meta_talks.c */

/* the account of a line by what a check answers: name or username into the
   memo; and what an admin can do about a no */
void ngx_inbox_meta_checked(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict);

/*
 * The fields that an app, or an account, is told of.  With settings.app_id the
 * app's callback is set first, so there are two steps; object: what the app
 * subscribes to, or NULL: it cannot be set by API.
 */
ngx_int_t ngx_inbox_meta_subscribe(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    const ngx_inbox_meta_subscription_t *what,
    ngx_inbox_http_request_t *request);
void ngx_inbox_meta_subscribed(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict);

/* who is a user: GET {whose user}?fields=… */
ngx_int_t ngx_inbox_meta_profile(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_str_t *origin,
    const ngx_inbox_job_t *job, const char *fields,
    ngx_inbox_http_request_t *request);
void ngx_inbox_meta_profiled(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict);

/* typing_on, mark_seen; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_meta_action(ngx_pool_t *pool, const ngx_inbox_job_t *job,
    const char *action, ngx_str_t *body);

/* done, or not: of what nobody waits for */
void ngx_inbox_meta_done(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict);


/* ngx_inbox_meta_messaging.c */

/* see ngx_inbox_channel_t; object: what the webhook says it is about */
ngx_int_t ngx_inbox_meta_parse(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_hook_t *hook, ngx_array_t *events, ngx_uint_t *odd,
    const char *object);


/* ngx_inbox_meta_content.c */

/* attachments of a message into e; sticker and image of one sticker are one */
void ngx_inbox_meta_attachments(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *message, ngx_inbox_event_t *e);

/* the emoji of a reaction, by its name when there is none */
ngx_str_t ngx_inbox_meta_emoji(ngx_inbox_reader_t *t, ngx_inbox_json_t *v);


#endif /* _NGX_INBOX_META_H_INCLUDED_ */
