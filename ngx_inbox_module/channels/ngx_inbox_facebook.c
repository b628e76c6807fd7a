
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Facebook Messenger: conversations of a Page.  Its webhooks, its signature
 * and its errors are Meta's, see ngx_inbox_meta.h; here is what it is called.
 *
 * Sent to the Page by its id when the admin gave it, else to whom the token
 * belongs.
 */


#include "ngx_inbox_meta.h"


static ngx_int_t ngx_inbox_facebook_parse(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_hook_t *hook,
    ngx_array_t *events, ngx_uint_t *odd);
static ngx_int_t ngx_inbox_facebook_build(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
static ngx_int_t ngx_inbox_facebook_check(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
static ngx_int_t ngx_inbox_facebook_connect(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
static ngx_int_t ngx_inbox_facebook_profile(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
static ngx_int_t ngx_inbox_facebook_typing(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
static ngx_int_t ngx_inbox_facebook_read(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
static ngx_int_t ngx_inbox_facebook_action(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    const char *action, ngx_inbox_http_request_t *request);
static ngx_str_t ngx_inbox_facebook_page(const ngx_inbox_line_t *line);


static const char  *ngx_inbox_facebook_credentials[] = {
    "app_secret",
    "verify_token",
    "access_token",
    "account_id",
    NULL
};


/* fields of the Page's subscription */
static const char  *ngx_inbox_facebook_events[] = {
    "messages",
    "message_echoes",
    "message_edits",
    "message_reactions",
    "message_deliveries",
    "message_reads",
    "messaging_postbacks",
    NULL
};


static const ngx_inbox_talk_t  ngx_inbox_facebook_talks[] = {
    { NGX_INBOX_JOB_SEND, ngx_inbox_facebook_build, ngx_inbox_meta_judge },
    { NGX_INBOX_JOB_CHECK, ngx_inbox_facebook_check, ngx_inbox_meta_checked },
    { NGX_INBOX_JOB_CONNECT, ngx_inbox_facebook_connect,
      ngx_inbox_meta_subscribed },
    { NGX_INBOX_JOB_PROFILE, ngx_inbox_facebook_profile,
      ngx_inbox_meta_profiled },
    { NGX_INBOX_JOB_TYPING, ngx_inbox_facebook_typing, ngx_inbox_meta_done },
    { NGX_INBOX_JOB_READ, ngx_inbox_facebook_read, ngx_inbox_meta_done },
    { NGX_INBOX_JOB_MEDIA, ngx_inbox_channel_fetch,
      ngx_inbox_channel_fetched },
    { 0, NULL, NULL }
};


const ngx_inbox_channel_t  ngx_inbox_facebook = {
    ngx_string("facebook"),                /* kind */
    ngx_string("https://graph.facebook.com"),
    ngx_inbox_facebook_credentials,        /* credentials */
    NULL,                                  /* generated */
    2000,                                  /* text limit */
    "chars",                               /* of that unit */
    86400,                                 /* window */
    NGX_INBOX_META_HUMAN,                  /* wide */
    NGX_INBOX_META_WEEK,                   /* wide window */
    ngx_inbox_facebook_events,             /* events */
    1,                                     /* links */
    ngx_inbox_meta_verify,                 /* verify */
    ngx_inbox_facebook_parse,              /* parse */
    ngx_inbox_facebook_talks,              /* talks */
    ngx_null_string,                       /* thanks */
    NULL,                                  /* thank */
    ngx_inbox_meta_greet                   /* greet */
};


static ngx_int_t
ngx_inbox_facebook_parse(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_hook_t *hook, ngx_array_t *events, ngx_uint_t *odd)
{
    return ngx_inbox_meta_parse(pool, line, hook, events, odd, "page");
}


static ngx_int_t
ngx_inbox_facebook_build(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    ngx_str_t  whose;

    whose = ngx_inbox_facebook_page(line);

    if (ngx_inbox_meta_request(pool, line, &line->origin, &whose, request)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_inbox_meta_build(pool, line, job, 1, &request->body);
}


static ngx_str_t
ngx_inbox_facebook_page(const ngx_inbox_line_t *line)
{
    ngx_str_t  page;

    page = ngx_inbox_channel_credential(line, "account_id");

    if (page.len == 0) {
        ngx_str_set(&page, "me");
    }

    return page;
}


static ngx_int_t
ngx_inbox_facebook_check(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    ngx_str_t  page;

    page = ngx_inbox_facebook_page(line);
    ngx_str_set(&request->method, "GET");
    request->safe = 1;

    return ngx_inbox_meta_node(pool, line, &line->origin, &page,
                               "?fields=id,name", request);
}


static ngx_int_t
ngx_inbox_facebook_connect(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    ngx_inbox_meta_subscription_t  what;

    what.object = "page";
    what.fields = ngx_inbox_facebook_events;
    what.origin = line->origin;
    what.account = ngx_inbox_facebook_page(line);

    return ngx_inbox_meta_subscribe(pool, line, job, &what, request);
}


static ngx_int_t
ngx_inbox_facebook_profile(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    return ngx_inbox_meta_profile(pool, line, &line->origin, job,
                                  "?fields=name,first_name,last_name,"
                                  "profile_pic", request);
}


static ngx_int_t
ngx_inbox_facebook_typing(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    return ngx_inbox_facebook_action(pool, line, job, "typing_on", request);
}


static ngx_int_t
ngx_inbox_facebook_read(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    return ngx_inbox_facebook_action(pool, line, job, "mark_seen", request);
}


static ngx_int_t
ngx_inbox_facebook_action(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, const char *action,
    ngx_inbox_http_request_t *request)
{
    ngx_str_t  page;

    page = ngx_inbox_facebook_page(line);

    if (ngx_inbox_meta_request(pool, line, &line->origin, &page, request)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    request->safe = 1;

    return ngx_inbox_meta_action(pool, job, action, &request->body);
}
