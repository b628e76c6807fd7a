
/*
 * Copyright (C) the ngx_inbox authors
 *
 * What we say to Meta besides messages, as far as its three kinds share it: is
 * the token right, tell us of these things, who is that, somebody is typing.
 *
 * An app has one callback, and that is set either in its dashboard or, with the
 * app's id in settings.app_id, by us.  Meta asks the new address for the verify
 * token while it is set.  An account tells an app nothing until it is
 * subscribed: that is the second step, and the only one without an id.
 */


#include "ngx_inbox_meta.h"
#include "../ngx_inbox_text.h"


#define NGX_INBOX_META_NO_FEATURE   3
#define NGX_INBOX_META_NO_RIGHT     10
#define NGX_INBOX_META_BAD_SESSION  102
#define NGX_INBOX_META_BAD_TOKEN    190
#define NGX_INBOX_META_RIGHTS       200      /* each of them has a code */
#define NGX_INBOX_META_RIGHTS_LAST  299
#define NGX_INBOX_META_NO_CONSENT   230      /* but that is the client's */
#define NGX_INBOX_META_POLICY       368

/* what is noted when the app's callback is not ours to set */
#define NGX_INBOX_META_DASHBOARD                                              \
    "the callback URL and the verify token are set in the app's dashboard"


static ngx_int_t ngx_inbox_meta_app(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    const ngx_inbox_meta_subscription_t *what,
    ngx_inbox_http_request_t *request);
static ngx_uint_t ngx_inbox_meta_is_channels(ngx_inbox_json_t *v);
static ngx_int_t ngx_inbox_meta_app_body(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    const ngx_inbox_meta_subscription_t *what, ngx_str_t *body);


void
ngx_inbox_meta_checked(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    int64_t            code;
    ngx_inbox_json_t  *v;

    ngx_inbox_meta_judge(pool, line, job, answer, verdict);

    v = answer->json;

    if (verdict->outcome == NGX_INBOX_SENT) {
        ngx_inbox_channel_known(pool, job, v, "display_phone_number",
                                "account");
        ngx_inbox_channel_known(pool, job, v, "name", "account");
        ngx_inbox_channel_known(pool, job, v, "verified_name", "account");
        ngx_inbox_channel_known(pool, job, v, "username", "account");
        return;
    }

    if (ngx_inbox_json_int(ngx_inbox_json_get(v, "error"), "code", &code)
        != NGX_OK)
    {
        return;
    }

    if (code == NGX_INBOX_META_BAD_TOKEN) {
        ngx_inbox_channel_advise(pool, verdict, "the access token is not valid "
                                 "any more; make a lasting one for this "
                                 "account");

    } else if (code == 10 || (code >= 200 && code < 300)) {
        ngx_inbox_channel_advise(pool, verdict, "the app lacks a permission "
                                 "for this account");

    } else if (code == 100) {
        ngx_inbox_channel_advise(pool, verdict, "look at the ids of this "
                                 "channel and at its address, which must be "
                                 "https: see inbox_public_url");
    }
}


ngx_int_t
ngx_inbox_meta_subscribe(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, const ngx_inbox_meta_subscription_t *what,
    ngx_inbox_http_request_t *request)
{
    u_char     *p;
    ngx_str_t   fields, app;

    app = ngx_inbox_meta_setting(pool, line, "app_id");

    ngx_str_set(&request->method, "POST");
    request->safe = 1;

    if (job->step == 0 && app.len && what->object != NULL) {
        return ngx_inbox_meta_app(pool, line, job, what, request);
    }

    fields = ngx_inbox_channel_join(pool, what->fields);

    p = ngx_pnalloc(pool, fields.len
                          + sizeof("/subscribed_apps?subscribed_fields="));

    if (p == NULL || fields.data == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(p, "/subscribed_apps?subscribed_fields=%V%Z", &fields);

    return ngx_inbox_meta_node(pool, line, &what->origin, &what->account,
                               (char *) p, request);
}


/* the app speaks for itself: its id and its secret are its token */
static ngx_int_t
ngx_inbox_meta_app(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, const ngx_inbox_meta_subscription_t *what,
    ngx_inbox_http_request_t *request)
{
    u_char     *p;
    ngx_str_t   app, secret, token;

    app = ngx_inbox_meta_setting(pool, line, "app_id");

    if (ngx_inbox_meta_node(pool, line, &what->origin, &app, "/subscriptions",
                            request)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* the first of several secrets */
    secret = ngx_inbox_channel_credential(line, "app_secret");
    p = ngx_strlchr(secret.data, secret.data + secret.len, '\n');

    if (p != NULL) {
        secret.len = p - secret.data;
    }

    p = ngx_pnalloc(pool, app.len + secret.len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    token.data = p;
    token.len = ngx_sprintf(p, "%V|%V", &app, &secret) - p;

    request->headers = NULL;
    ngx_str_set(&request->type, "application/json");

    if (ngx_inbox_channel_bearer(pool, request, &token) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_inbox_meta_app_body(pool, line, job, what, &request->body);
}


static ngx_int_t
ngx_inbox_meta_app_body(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, const ngx_inbox_meta_subscription_t *what,
    ngx_str_t *body)
{
    ngx_str_t                object, word;
    ngx_inbox_json_writer_t  w;

    object.data = (u_char *) what->object;
    object.len = ngx_strlen(what->object);
    word = ngx_inbox_channel_credential(line, "verify_token");

    ngx_inbox_json_begin(&w, pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "object");
    ngx_inbox_json_put(&w, &object);
    ngx_inbox_json_key(&w, "callback_url");
    ngx_inbox_json_put(&w, &job->url);
    ngx_inbox_json_key(&w, "verify_token");
    ngx_inbox_json_put(&w, &word);
    ngx_inbox_json_key(&w, "fields");
    ngx_inbox_channel_list(&w, what->fields);
    ngx_inbox_json_close(&w, '}');

    return ngx_inbox_json_end(&w, body);
}


void
ngx_inbox_meta_subscribed(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    ngx_str_t  app, note = ngx_string(NGX_INBOX_META_DASHBOARD);

    ngx_inbox_meta_checked(pool, line, job, answer, verdict);

    if (verdict->outcome != NGX_INBOX_SENT) {
        return;
    }

    app = ngx_inbox_meta_setting(pool, line, "app_id");

    if (app.len == 0) {
        (void) ngx_inbox_channel_note(pool, job, "note", &note);

    } else if (job->step == 0) {
        verdict->outcome = NGX_INBOX_MORE;
    }
}


ngx_int_t
ngx_inbox_meta_profile(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_str_t *origin, const ngx_inbox_job_t *job, const char *fields,
    ngx_inbox_http_request_t *request)
{
    ngx_str_set(&request->method, "GET");
    request->safe = 1;

    return ngx_inbox_meta_node(pool, line, origin, &job->user, fields, request);
}


/* a no is for good: there is nothing to see of this user, or not for us */
void
ngx_inbox_meta_profiled(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    ngx_inbox_json_t  *v;

    ngx_inbox_meta_judge(pool, line, job, answer, verdict);

    v = answer->json;

    if (verdict->outcome != NGX_INBOX_SENT) {
        verdict->channel = ngx_inbox_meta_is_channels(v);
        return;
    }

    ngx_inbox_channel_fullname(pool, job, v);
    ngx_inbox_channel_known(pool, job, v, "name", "name");
    ngx_inbox_channel_known(pool, job, v, "username", "username");
    ngx_inbox_channel_known(pool, job, v, "profile_pic", "avatar");
}


/* 1: it is the token, or a permission of the app, which an admin can mend */
static ngx_uint_t
ngx_inbox_meta_is_channels(ngx_inbox_json_t *v)
{
    int64_t  code;

    if (ngx_inbox_json_int(ngx_inbox_json_get(v, "error"), "code", &code)
        != NGX_OK)
    {
        return 0;
    }

    switch (code) {

    case NGX_INBOX_META_NO_FEATURE:
    case NGX_INBOX_META_NO_RIGHT:
    case NGX_INBOX_META_BAD_SESSION:
    case NGX_INBOX_META_BAD_TOKEN:
    case NGX_INBOX_META_POLICY:
        return 1;

    case NGX_INBOX_META_NO_CONSENT:
        return 0;

    default:
        return code >= NGX_INBOX_META_RIGHTS
               && code <= NGX_INBOX_META_RIGHTS_LAST;
    }
}


ngx_int_t
ngx_inbox_meta_action(ngx_pool_t *pool, const ngx_inbox_job_t *job,
    const char *action, ngx_str_t *body)
{
    ngx_str_t                word;
    ngx_inbox_json_writer_t  w;

    word.data = (u_char *) action;
    word.len = ngx_strlen(action);

    ngx_inbox_json_begin(&w, pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "recipient");
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "id");
    ngx_inbox_json_put(&w, &job->user);
    ngx_inbox_json_close(&w, '}');
    ngx_inbox_json_key(&w, "sender_action");
    ngx_inbox_json_put(&w, &word);
    ngx_inbox_json_close(&w, '}');

    return ngx_inbox_json_end(&w, body);
}


void
ngx_inbox_meta_done(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    ngx_inbox_meta_judge(pool, line, job, answer, verdict);
    ngx_str_null(&verdict->message);
}
