
/*
 * Copyright (C) the ngx_inbox authors
 *
 * What we say to Viber besides messages: is the token right, send events here,
 * who is that.  While the webhook is being set Viber calls it and waits for its
 * 200; that call is worked on by whichever worker gets it, ours too, because
 * nothing here waits.
 */


#include "ngx_inbox_viber.h"
#include "../ngx_inbox_text.h"


#define NGX_INBOX_VIBER_BAD_URL    1
#define NGX_INBOX_VIBER_BAD_TOKEN  2
#define NGX_INBOX_VIBER_BLOCKED    7
#define NGX_INBOX_VIBER_NO_WEBHOOK 10
#define NGX_INBOX_VIBER_NOT_ALLOWED 15


static ngx_inbox_json_t *ngx_inbox_viber_answer(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, ngx_inbox_job_t *job,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_verdict_t *verdict);


ngx_int_t
ngx_inbox_viber_check(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    if (ngx_inbox_viber_address(pool, line, "get_account_info", request)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_str_set(&request->body, "{}");
    request->safe = 1;

    return NGX_OK;
}


void
ngx_inbox_viber_checked(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    ngx_str_t          name;
    ngx_inbox_json_t  *v;

    v = ngx_inbox_viber_answer(pool, line, job, answer, verdict);

    if (verdict->outcome == NGX_INBOX_SENT
        && ngx_inbox_json_str(v, "name", &name) == NGX_OK)
    {
        name = ngx_inbox_text_cut(&name, NGX_INBOX_MAX_NAME);
        (void) ngx_inbox_channel_note(pool, job, "account", &name);
    }
}


/* the parsed answer, and what it means for who manages the channel */
static ngx_inbox_json_t *
ngx_inbox_viber_answer(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    int64_t            status;
    ngx_inbox_json_t  *v;

    ngx_inbox_viber_judge(pool, line, job, answer, verdict);
    ngx_str_null(&verdict->message);

    v = answer->json;

    if (verdict->outcome == NGX_INBOX_SENT
        || ngx_inbox_json_int(v, "status", &status) != NGX_OK)
    {
        return v;
    }

    if (status == NGX_INBOX_VIBER_BAD_TOKEN) {
        ngx_inbox_channel_advise(pool, verdict, "the token is not the bot's; "
                                 "Viber's admin panel shows it");

    } else if (status == NGX_INBOX_VIBER_BAD_URL) {
        ngx_inbox_channel_advise(pool, verdict, "Viber needs an https address "
                                 "with a certificate of a known authority, and "
                                 "a 200 from it: see inbox_public_url");
    }

    return v;
}


ngx_int_t
ngx_inbox_viber_connect(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    ngx_inbox_json_writer_t  w;

    if (ngx_inbox_viber_address(pool, line, "set_webhook", request) != NGX_OK)
    {
        return NGX_ERROR;
    }

    request->safe = 1;

    ngx_inbox_json_begin(&w, pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "url");
    ngx_inbox_json_put(&w, &job->url);
    ngx_inbox_json_key(&w, "event_types");
    ngx_inbox_channel_list(&w, ngx_inbox_viber_events);
    ngx_inbox_json_key(&w, "send_name");
    ngx_inbox_json_put_bool(&w, 1);
    ngx_inbox_json_key(&w, "send_photo");
    ngx_inbox_json_put_bool(&w, 1);
    ngx_inbox_json_close(&w, '}');

    return ngx_inbox_json_end(&w, &request->body);
}


void
ngx_inbox_viber_connected(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    (void) ngx_inbox_viber_answer(pool, line, job, answer, verdict);
}


ngx_int_t
ngx_inbox_viber_profile(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    ngx_inbox_json_writer_t  w;

    if (ngx_inbox_viber_address(pool, line, "get_user_details", request)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    request->safe = 1;

    ngx_inbox_json_begin(&w, pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "id");
    ngx_inbox_json_put(&w, &job->user);
    ngx_inbox_json_close(&w, '}');

    return ngx_inbox_json_end(&w, &request->body);
}


void
ngx_inbox_viber_profiled(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    int64_t            status;
    ngx_inbox_json_t  *v, *user;

    v = ngx_inbox_viber_answer(pool, line, job, answer, verdict);

    if (verdict->outcome == NGX_INBOX_SENT) {
        user = ngx_inbox_json_get(v, "user");
        ngx_inbox_channel_known(pool, job, user, "name", "name");
        ngx_inbox_channel_known(pool, job, user, "avatar", "avatar");
        return;
    }

    /* the token, and the account in one way or another */
    (void) ngx_inbox_json_int(v, "status", &status);
    verdict->channel = (status == NGX_INBOX_VIBER_BAD_TOKEN
                        || (status >= NGX_INBOX_VIBER_BLOCKED
                            && status <= NGX_INBOX_VIBER_NO_WEBHOOK)
                        || status == NGX_INBOX_VIBER_NOT_ALLOWED);
}
