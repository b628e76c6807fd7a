
/*
 * Copyright (C) the ngx_inbox authors
 *
 * What we say to Telegram besides messages: is the token right, send updates
 * here, who is that, somebody is typing.
 *
 * Names come with every message, so a profile is only a picture: its handle is
 * kept like that of any file of Telegram's.
 */


#include "ngx_inbox_telegram.h"
#include "../ngx_inbox_text.h"


/* width of a picture that is large enough for an avatar */
#define NGX_INBOX_TELEGRAM_AVATAR  160


static ngx_int_t ngx_inbox_telegram_method(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const char *method,
    ngx_inbox_http_request_t *request);
static ngx_int_t ngx_inbox_telegram_webhook(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_str_t *body);
static void ngx_inbox_telegram_explain(ngx_pool_t *pool,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_verdict_t *verdict);
static ngx_str_t ngx_inbox_telegram_photo(ngx_inbox_json_t *sizes);


/* a call that may be repeated; body is left to the caller */
static ngx_int_t
ngx_inbox_telegram_method(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const char *method, ngx_inbox_http_request_t *request)
{
    ngx_str_set(&request->method, "POST");
    ngx_str_set(&request->type, "application/json");
    ngx_str_set(&request->body, "{}");
    request->safe = 1;

    return ngx_inbox_telegram_url(pool, line, method, &request->url);
}


ngx_int_t
ngx_inbox_telegram_check(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    return ngx_inbox_telegram_method(pool, line, "getMe", request);
}


void
ngx_inbox_telegram_checked(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    u_char            *p;
    ngx_str_t          name, at;
    ngx_inbox_json_t  *v;

    ngx_inbox_telegram_judge(pool, line, job, answer, verdict);
    ngx_str_null(&verdict->message);

    if (verdict->outcome != NGX_INBOX_SENT) {
        ngx_inbox_telegram_explain(pool, answer, verdict);
        return;
    }

    v = ngx_inbox_json_get(answer->json, "result");
    (void) ngx_inbox_json_str(v, "username", &name);

    p = ngx_pnalloc(pool, name.len + 1);

    if (name.len && p != NULL) {
        at.data = p;
        at.len = ngx_sprintf(p, "@%V", &name) - p;
        (void) ngx_inbox_channel_note(pool, job, "account", &at);
    }
}


/* two steps: the webhook, and what Telegram thinks of it */
ngx_int_t
ngx_inbox_telegram_connect(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    if (job->step > 0) {
        return ngx_inbox_telegram_method(pool, line, "getWebhookInfo", request);
    }

    if (ngx_inbox_telegram_method(pool, line, "setWebhook", request)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_inbox_telegram_webhook(pool, line, job, &request->body);
}


static ngx_int_t
ngx_inbox_telegram_webhook(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_str_t *body)
{
    ngx_str_t                secret;
    ngx_inbox_json_writer_t  w;

    secret = ngx_inbox_channel_credential(line, "secret");

    ngx_inbox_json_begin(&w, pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "url");
    ngx_inbox_json_put(&w, &job->url);
    ngx_inbox_json_key(&w, "secret_token");
    ngx_inbox_json_put(&w, &secret);
    ngx_inbox_json_key(&w, "allowed_updates");
    ngx_inbox_channel_list(&w, ngx_inbox_telegram_events);
    ngx_inbox_json_close(&w, '}');

    return ngx_inbox_json_end(&w, body);
}


void
ngx_inbox_telegram_connected(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    ngx_str_t          words;
    ngx_inbox_json_t  *v;

    ngx_inbox_telegram_judge(pool, line, job, answer, verdict);
    ngx_str_null(&verdict->message);

    if (job->step == 0) {

        if (verdict->outcome == NGX_INBOX_SENT) {
            verdict->outcome = NGX_INBOX_MORE;
            return;
        }

        ngx_inbox_telegram_explain(pool, answer, verdict);
        return;
    }

    /* the webhook is set, whatever came of the question */

    verdict->outcome = NGX_INBOX_SENT;

    v = ngx_inbox_json_get(answer->json, "result");

    if (ngx_inbox_json_str(v, "last_error_message", &words) == NGX_OK) {
        words = ngx_inbox_text_cut(&words, NGX_INBOX_MAX_PREVIEW);
        (void) ngx_inbox_channel_note(pool, job, "note", &words);
    }
}


static void
ngx_inbox_telegram_explain(ngx_pool_t *pool,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_verdict_t *verdict)
{
    switch (answer->status) {

    case NGX_HTTP_UNAUTHORIZED:
    case NGX_HTTP_NOT_FOUND:
        ngx_inbox_channel_advise(pool, verdict, "the token is not one of a "
                                 "bot; @BotFather tells it (/token)");
        return;

    case NGX_HTTP_BAD_REQUEST:
        ngx_inbox_channel_advise(pool, verdict, "Telegram needs an https "
                                 "address, port 443, 80, 88 or 8443, that the "
                                 "internet can reach: see inbox_public_url");
        return;

    default:
        return;
    }
}


ngx_int_t
ngx_inbox_telegram_profile(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    ngx_inbox_json_writer_t  w;

    if (ngx_inbox_telegram_method(pool, line, "getUserProfilePhotos", request)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_inbox_json_begin(&w, pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "user_id");
    ngx_inbox_telegram_put_id(&w, &job->user);
    ngx_inbox_json_key(&w, "limit");
    ngx_inbox_json_put_int(&w, 1);
    ngx_inbox_json_close(&w, '}');

    return ngx_inbox_json_end(&w, &request->body);
}


void
ngx_inbox_telegram_profiled(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    ngx_str_t          id;
    ngx_inbox_json_t  *v;

    ngx_inbox_telegram_judge(pool, line, job, answer, verdict);
    ngx_str_null(&verdict->message);

    if (verdict->outcome != NGX_INBOX_SENT) {
        verdict->channel = (answer->status == NGX_HTTP_UNAUTHORIZED
                            || answer->status == NGX_HTTP_NOT_FOUND);
        return;
    }

    v = ngx_inbox_json_get(answer->json, "result");

    id = ngx_inbox_telegram_photo(ngx_inbox_json_at(
                                         ngx_inbox_json_get(v, "photos"), 0));

    if (id.len && id.len <= NGX_INBOX_MAX_REF) {
        (void) ngx_inbox_channel_note(pool, job, "avatar", &id);
    }
}


/* the smallest size that is large enough; they come in order */
static ngx_str_t
ngx_inbox_telegram_photo(ngx_inbox_json_t *sizes)
{
    size_t     i, n;
    int64_t    width;
    ngx_str_t  id;

    ngx_str_null(&id);
    n = ngx_inbox_json_size(sizes);

    for (i = 0; i < n; i++) {
        (void) ngx_inbox_json_str(ngx_inbox_json_at(sizes, i), "file_id", &id);

        if (ngx_inbox_json_int(ngx_inbox_json_at(sizes, i), "width", &width)
            == NGX_OK
            && width >= NGX_INBOX_TELEGRAM_AVATAR)
        {
            break;
        }
    }

    return id;
}


ngx_int_t
ngx_inbox_telegram_typing(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    ngx_inbox_json_writer_t  w;

    if (ngx_inbox_telegram_method(pool, line, "sendChatAction", request)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_inbox_json_begin(&w, pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_telegram_put_chat(&w, &job->user);
    ngx_inbox_json_key(&w, "action");
    ngx_inbox_json_raw(&w, "\"typing\"", sizeof("\"typing\"") - 1);
    ngx_inbox_json_close(&w, '}');

    return ngx_inbox_json_end(&w, &request->body);
}


/* a bot has no read marks of its own, an account does */
ngx_int_t
ngx_inbox_telegram_read(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    ngx_str_t                connection;
    ngx_inbox_json_writer_t  w;

    (void) ngx_inbox_telegram_chat(&job->user, &connection);

    if (connection.len == 0
        || !ngx_inbox_telegram_is_number(&job->message,
                                         NGX_INBOX_TELEGRAM_MESSAGE))
    {
        return NGX_DECLINED;
    }

    if (ngx_inbox_telegram_method(pool, line, "readBusinessMessage", request)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_inbox_json_begin(&w, pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_telegram_put_chat(&w, &job->user);
    ngx_inbox_json_key(&w, "message_id");
    ngx_inbox_json_raw(&w, (char *) job->message.data, job->message.len);
    ngx_inbox_json_close(&w, '}');

    return ngx_inbox_json_end(&w, &request->body);
}
