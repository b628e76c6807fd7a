
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Telegram's Bot API: the descriptor, the webhook's secret, and sending.
 * Files are ngx_inbox_telegram_file.c, reading an update is
 * ngx_inbox_telegram_update.c, and what its Message
 * contains is ngx_inbox_telegram_content.c.
 *
 * Out goes sendMessage without parse_mode, so that nothing needs escaping.
 * The bot's token is part of the URL: no URL may be logged or shown.
 *
 * An answer is judged by its error_code, else by the HTTP status.  A status of
 * success with a body that is no JSON is some proxy's, and the message is sent
 * again; one that says ok:false is Telegram's no, and final.
 */


#include "ngx_inbox_telegram.h"
#include "../ngx_inbox_crypt.h"
#include "../ngx_inbox_text.h"


/* longest wait believed, seconds: floods cost hours, a day at most */
#define NGX_INBOX_TELEGRAM_WAIT     86400


static ngx_int_t ngx_inbox_telegram_verify(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_hook_t *hook);

static ngx_int_t ngx_inbox_telegram_build(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);

static ngx_inbox_outcome_e ngx_inbox_telegram_outcome(
    const ngx_inbox_http_answer_t *answer, ngx_inbox_json_t *v);
static time_t ngx_inbox_telegram_wait(const ngx_inbox_http_answer_t *answer,
    ngx_inbox_json_t *v);


static const char  *ngx_inbox_telegram_credentials[] = {
    "token",
    "secret",
    NULL
};


/* what setWebhook asks for */
const char  *ngx_inbox_telegram_events[] = {
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    NULL
};


static const ngx_inbox_talk_t  ngx_inbox_telegram_talks[] = {
    { NGX_INBOX_JOB_SEND, ngx_inbox_telegram_build, ngx_inbox_telegram_judge },
    { NGX_INBOX_JOB_CHECK, ngx_inbox_telegram_check,
      ngx_inbox_telegram_checked },
    { NGX_INBOX_JOB_CONNECT, ngx_inbox_telegram_connect,
      ngx_inbox_telegram_connected },
    { NGX_INBOX_JOB_PROFILE, ngx_inbox_telegram_profile,
      ngx_inbox_telegram_profiled },
    { NGX_INBOX_JOB_TYPING, ngx_inbox_telegram_typing,
      ngx_inbox_telegram_judge },
    { NGX_INBOX_JOB_READ, ngx_inbox_telegram_read,
      ngx_inbox_telegram_judge },
    { NGX_INBOX_JOB_MEDIA, ngx_inbox_telegram_find,
      ngx_inbox_telegram_found },
    { 0, NULL, NULL }
};


const ngx_inbox_channel_t  ngx_inbox_telegram = {
    ngx_string("telegram"),                /* kind */
    ngx_string("https://api.telegram.org"),
    ngx_inbox_telegram_credentials,        /* credentials */
    "secret",                              /* generated */
    4096,                                  /* text limit */
    "utf16",                               /* of that unit */
    0,                                     /* window */
    NULL,                                  /* wide */
    0,                                     /* wide window */
    ngx_inbox_telegram_events,             /* events */
    0,                                     /* links */
    ngx_inbox_telegram_verify,             /* verify */
    ngx_inbox_telegram_parse,              /* parse */
    ngx_inbox_telegram_talks,              /* talks */
    ngx_null_string,                       /* thanks */
    ngx_inbox_telegram_thank,              /* thank */
    NULL                                   /* greet */
};


static ngx_int_t
ngx_inbox_telegram_verify(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_hook_t *hook)
{
    ngx_str_t  secret, given;

    secret = ngx_inbox_channel_credential(line, "secret");
    if (secret.len == 0) {
        return NGX_DECLINED;
    }

    given = hook->header(hook->data, "X-Telegram-Bot-Api-Secret-Token");

    return ngx_inbox_crypt_equal(&secret, &given) ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_inbox_telegram_build(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    ngx_inbox_json_writer_t  w;

    if (ngx_inbox_telegram_part(job) != NULL) {
        return ngx_inbox_telegram_attach(pool, line, job, request);
    }

    ngx_str_set(&request->method, "POST");
    ngx_str_set(&request->type, "application/json");

    if (ngx_inbox_telegram_url(pool, line, "sendMessage", &request->url)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_inbox_json_begin(&w, pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_telegram_put_chat(&w, &job->user);

    ngx_inbox_json_key(&w, "text");
    ngx_inbox_json_put(&w, &job->text);

    if (ngx_inbox_telegram_is_number(&job->reply_to,
                                     NGX_INBOX_TELEGRAM_MESSAGE))
    {
        ngx_inbox_json_key(&w, "reply_parameters");
        ngx_inbox_json_open(&w, '{');
        ngx_inbox_json_key(&w, "message_id");
        ngx_inbox_json_raw(&w, (char *) job->reply_to.data,
                           job->reply_to.len);
        ngx_inbox_json_key(&w, "allow_sending_without_reply");
        ngx_inbox_json_raw(&w, "true", 4);
        ngx_inbox_json_close(&w, '}');
    }

    ngx_inbox_json_close(&w, '}');

    return ngx_inbox_json_end(&w, &request->body);
}


void
ngx_inbox_telegram_put_id(ngx_inbox_json_writer_t *w, const ngx_str_t *user)
{
    ngx_str_t  id, connection;

    id = ngx_inbox_telegram_chat(user, &connection);

    if (ngx_inbox_telegram_is_number(&id, NGX_INBOX_TELEGRAM_USER)) {
        ngx_inbox_json_raw(w, (char *) id.data, id.len);
        return;
    }

    ngx_inbox_json_put(w, &id);
}


void
ngx_inbox_telegram_put_chat(ngx_inbox_json_writer_t *w, const ngx_str_t *user)
{
    ngx_str_t  connection;

    (void) ngx_inbox_telegram_chat(user, &connection);

    if (connection.len) {
        ngx_inbox_json_key(w, "business_connection_id");
        ngx_inbox_json_put(w, &connection);
    }

    ngx_inbox_json_key(w, "chat_id");
    ngx_inbox_telegram_put_id(w, user);
}


ngx_str_t
ngx_inbox_telegram_chat(const ngx_str_t *user, ngx_str_t *connection)
{
    u_char     *at;
    ngx_str_t   id;

    id = *user;
    ngx_str_null(connection);

    at = ngx_strlchr(user->data, user->data + user->len,
                     NGX_INBOX_TELEGRAM_VIA);

    if (at != NULL) {
        id.len = at - user->data;
    }

    if (at != NULL
        && ngx_inbox_telegram_is_number(&id, NGX_INBOX_TELEGRAM_USER))
    {
        connection->data = at + 1;
        connection->len = user->len - id.len - 1;
        return id;
    }

    return *user;
}


ngx_int_t
ngx_inbox_telegram_url(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const char *method, ngx_str_t *url)
{
    u_char     *p;
    size_t      escapes;
    ngx_str_t   token;

    token = ngx_inbox_channel_credential(line, "token");

    /* an admin may have pasted anything */
    escapes = ngx_escape_uri(NULL, token.data, token.len, NGX_ESCAPE_URI);

    url->len = line->origin.len + sizeof("/bot/") - 1 + token.len + 2 * escapes
               + ngx_strlen(method);

    p = ngx_pnalloc(pool, url->len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    url->data = p;

    p = ngx_cpymem(p, line->origin.data, line->origin.len);
    p = ngx_cpymem(p, "/bot", sizeof("/bot") - 1);
    p = (u_char *) ngx_escape_uri(p, token.data, token.len, NGX_ESCAPE_URI);
    *p++ = '/';
    ngx_memcpy(p, method, ngx_strlen(method));

    return NGX_OK;
}


/* digits that stand for themselves in JSON */
ngx_uint_t
ngx_inbox_telegram_is_number(const ngx_str_t *s, size_t max)
{
    return ngx_inbox_text_is_digits(s, max) && s->data[0] != '0';
}


void
ngx_inbox_telegram_judge(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    ngx_str_t          words;
    ngx_inbox_json_t  *v;

    ngx_memzero(verdict, sizeof(ngx_inbox_verdict_t));

    v = answer->json;

    verdict->outcome = ngx_inbox_telegram_outcome(answer, v);
    verdict->retry_after = -1;

    if (verdict->outcome != NGX_INBOX_SENT) {
        (void) ngx_inbox_json_str(v, "description", &words);
        verdict->error = ngx_inbox_channel_reason(pool, &words, answer);
    }

    if (verdict->outcome == NGX_INBOX_LATER) {
        verdict->retry_after = ngx_inbox_telegram_wait(answer, v);
        return;
    }

    if (verdict->outcome == NGX_INBOX_SENT) {
        verdict->outcome = ngx_inbox_telegram_arrived(job);
    }

    (void) ngx_inbox_json_id(pool, ngx_inbox_json_get(v, "result"),
                             "message_id", &verdict->message);

    if (!ngx_inbox_telegram_is_number(&verdict->message,
                                      NGX_INBOX_TELEGRAM_MESSAGE))
    {
        ngx_str_null(&verdict->message);
    }
}


static ngx_inbox_outcome_e
ngx_inbox_telegram_outcome(const ngx_inbox_http_answer_t *answer,
    ngx_inbox_json_t *v)
{
    int64_t     code;
    ngx_int_t   told;
    ngx_uint_t  ok;

    told = ngx_inbox_json_bool(v, "ok", &ok);
    code = answer->status;

    if (code >= 200 && code < 300) {

        if (told != NGX_OK) {
            return NGX_INBOX_LATER;
        }

        if (ok) {
            return NGX_INBOX_SENT;
        }

        if (ngx_inbox_json_int(v, "error_code", &code) != NGX_OK) {
            return NGX_INBOX_NEVER;
        }
    }

    return ngx_inbox_channel_by_status(code);
}


static time_t
ngx_inbox_telegram_wait(const ngx_inbox_http_answer_t *answer,
    ngx_inbox_json_t *v)
{
    int64_t  wait;

    if (ngx_inbox_json_int(ngx_inbox_json_get(v, "parameters"), "retry_after",
                           &wait)
        != NGX_OK)
    {
        wait = answer->retry_after;
    }

    if (wait < 0) {
        return -1;
    }

    return (time_t) ngx_min(ngx_max(wait, 1), NGX_INBOX_TELEGRAM_WAIT);
}
