
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Instagram messaging.  There are two logins, and each has a host of its own:
 * with a Page's token Instagram is spoken to through the Page, with a token of
 * an Instagram login directly.  The tokens of the latter begin with "IG";
 * settings.login ("instagram" or "facebook") overrules that.
 *
 * The rest is Meta's, see ngx_inbox_meta.h.  account_id is the professional
 * account's, by which webhooks are told apart; it is not who sends: through a
 * Page that would be the Page's, so the sender is "me" there.
 */


#include "ngx_inbox_meta.h"


#define NGX_INBOX_INSTAGRAM_HOST  "https://graph.instagram.com"


static ngx_int_t ngx_inbox_instagram_parse(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_hook_t *hook,
    ngx_array_t *events, ngx_uint_t *odd);
static ngx_int_t ngx_inbox_instagram_build(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
static ngx_int_t ngx_inbox_instagram_check(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
static ngx_int_t ngx_inbox_instagram_connect(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
static ngx_int_t ngx_inbox_instagram_profile(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
static ngx_str_t ngx_inbox_instagram_origin(ngx_pool_t *pool,
    const ngx_inbox_line_t *line);
static ngx_uint_t ngx_inbox_instagram_through_page(ngx_pool_t *pool,
    const ngx_inbox_line_t *line);


static const char  *ngx_inbox_instagram_credentials[] = {
    "app_secret",
    "verify_token",
    "access_token",
    "account_id",
    NULL
};


/* fields of the webhook's subscription */
static const char  *ngx_inbox_instagram_events[] = {
    "messages",
    "message_reactions",
    "messaging_seen",
    "messaging_postbacks",
    NULL
};


/* the same through a Page, which knows no messaging_seen */
static const char  *ngx_inbox_instagram_page_events[] = {
    "messages",
    "message_reactions",
    "messaging_postbacks",
    NULL
};


static const ngx_inbox_talk_t  ngx_inbox_instagram_talks[] = {
    { NGX_INBOX_JOB_SEND, ngx_inbox_instagram_build, ngx_inbox_meta_judge },
    { NGX_INBOX_JOB_CHECK, ngx_inbox_instagram_check, ngx_inbox_meta_checked },
    { NGX_INBOX_JOB_CONNECT, ngx_inbox_instagram_connect,
      ngx_inbox_meta_subscribed },
    { NGX_INBOX_JOB_PROFILE, ngx_inbox_instagram_profile,
      ngx_inbox_meta_profiled },
    { NGX_INBOX_JOB_MEDIA, ngx_inbox_channel_fetch,
      ngx_inbox_channel_fetched },
    { 0, NULL, NULL }
};


const ngx_inbox_channel_t  ngx_inbox_instagram = {
    ngx_string("instagram"),               /* kind */
    ngx_string("https://graph.facebook.com"),
    ngx_inbox_instagram_credentials,       /* credentials */
    NULL,                                  /* generated */
    1000,                                  /* text limit */
    "bytes",                               /* of that unit */
    86400,                                 /* window */
    NGX_INBOX_META_HUMAN,                  /* wide */
    NGX_INBOX_META_WEEK,                   /* wide window */
    ngx_inbox_instagram_events,            /* events */
    1,                                     /* links */
    ngx_inbox_meta_verify,                 /* verify */
    ngx_inbox_instagram_parse,             /* parse */
    ngx_inbox_instagram_talks,             /* talks */
    ngx_null_string,                       /* thanks */
    NULL,                                  /* thank */
    ngx_inbox_meta_greet                   /* greet */
};


static ngx_int_t
ngx_inbox_instagram_parse(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_hook_t *hook, ngx_array_t *events, ngx_uint_t *odd)
{
    return ngx_inbox_meta_parse(pool, line, hook, events, odd, "instagram");
}


static ngx_int_t
ngx_inbox_instagram_build(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    ngx_str_t  origin, whose = ngx_string("me");

    origin = ngx_inbox_instagram_origin(pool, line);

    if (ngx_inbox_meta_request(pool, line, &origin, &whose, request)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_inbox_meta_build(pool, line, job, 0, &request->body);
}


static ngx_str_t
ngx_inbox_instagram_origin(ngx_pool_t *pool, const ngx_inbox_line_t *line)
{
    ngx_str_t  origin;

    origin = line->origin;

    /* an operator's own origin is for both */
    if (!ngx_inbox_instagram_through_page(pool, line)
        && ngx_inbox_reader_same(&origin, &ngx_inbox_instagram.origin))
    {
        ngx_str_set(&origin, NGX_INBOX_INSTAGRAM_HOST);
    }

    return origin;
}


static ngx_uint_t
ngx_inbox_instagram_through_page(ngx_pool_t *pool,
    const ngx_inbox_line_t *line)
{
    ngx_str_t  login, token;

    login = ngx_inbox_meta_setting(pool, line, "login");

    if (login.len) {
        return !ngx_inbox_reader_is(&login, "instagram");
    }

    token = ngx_inbox_channel_credential(line, "access_token");

    return token.len < 2 || ngx_memcmp(token.data, "IG", 2) != 0;
}


static ngx_int_t
ngx_inbox_instagram_check(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    ngx_str_t    origin, me = ngx_string("me");
    const char  *fields;

    origin = ngx_inbox_instagram_origin(pool, line);
    fields = ngx_inbox_instagram_through_page(pool, line)
             ? "?fields=id,name" : "?fields=id,username";

    ngx_str_set(&request->method, "GET");
    request->safe = 1;

    return ngx_inbox_meta_node(pool, line, &origin, &me, fields, request);
}


static ngx_int_t
ngx_inbox_instagram_connect(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    ngx_uint_t                     page;
    ngx_inbox_meta_subscription_t  what;

    page = ngx_inbox_instagram_through_page(pool, line);

    what.object = page ? "instagram" : NULL;
    what.fields = (page && job->step > 0) ? ngx_inbox_instagram_page_events
                                          : ngx_inbox_instagram_events;
    what.origin = ngx_inbox_instagram_origin(pool, line);
    ngx_str_set(&what.account, "me");

    if (page && ngx_inbox_meta_setting(pool, line, "app_id").len == 0) {
        what.fields = ngx_inbox_instagram_page_events;
    }

    return ngx_inbox_meta_subscribe(pool, line, job, &what, request);
}


static ngx_int_t
ngx_inbox_instagram_profile(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    ngx_str_t  origin;

    origin = ngx_inbox_instagram_origin(pool, line);

    return ngx_inbox_meta_profile(pool, line, &origin, job,
                                  "?fields=name,username,profile_pic",
                                  request);
}
