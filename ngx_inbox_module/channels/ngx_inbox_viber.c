
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Viber's REST bot API: the descriptor, the webhook's signature, and sending.
 * Reading an event is ngx_inbox_viber_event.c.
 *
 * The bot's one token signs what comes and opens what goes.  While we set the
 * webhook Viber calls it, and wants a 200 before it answers us: that call is
 * an event like any other, and needs no answer of its own.
 *
 * A message needs a sender of at most 28 characters: settings.sender_name,
 * else the channel's title.  An answer is judged by its `status`, for a no of
 * Viber's is a yes of HTTP's.
 */


#include "ngx_inbox_viber.h"
#include "../ngx_inbox_crypt.h"
#include "../ngx_inbox_text.h"


/* characters of a sender's name */
#define NGX_INBOX_VIBER_SENDER  28

/* statuses of an answer that mean something to us */
#define NGX_INBOX_VIBER_OK      0
#define NGX_INBOX_VIBER_NO_HOOK 10
#define NGX_INBOX_VIBER_BUSY    12
#define NGX_INBOX_VIBER_LAST    24


/* the larger pictures do not arrive on older phones */
#define NGX_INBOX_VIBER_PICTURE  (1024 * 1024)
/* characters below a picture */
#define NGX_INBOX_VIBER_CAPTION  768


static ngx_int_t ngx_inbox_viber_verify(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_hook_t *hook);

static ngx_int_t ngx_inbox_viber_build(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
static ngx_inbox_job_t ngx_inbox_viber_parts(const ngx_inbox_job_t *job);
static ngx_uint_t ngx_inbox_viber_is_picture(const ngx_inbox_file_t *file);
static void ngx_inbox_viber_file(ngx_inbox_json_writer_t *w,
    const ngx_inbox_file_t *file, const ngx_str_t *caption);
static void ngx_inbox_viber_sender(ngx_inbox_json_writer_t *w,
    ngx_pool_t *pool, const ngx_inbox_line_t *line);

static ngx_inbox_outcome_e ngx_inbox_viber_outcome(
    const ngx_inbox_http_answer_t *answer, ngx_inbox_json_t *v);


static const char  *ngx_inbox_viber_credentials[] = {
    "token",
    NULL
};


/* what set_webhook asks for; messages and subscriptions come anyway */
const char  *ngx_inbox_viber_events[] = {
    "delivered",
    "seen",
    "failed",
    "conversation_started",
    NULL
};


static const ngx_inbox_talk_t  ngx_inbox_viber_talks[] = {
    { NGX_INBOX_JOB_SEND, ngx_inbox_viber_build, ngx_inbox_viber_judge },
    { NGX_INBOX_JOB_CHECK, ngx_inbox_viber_check, ngx_inbox_viber_checked },
    { NGX_INBOX_JOB_CONNECT, ngx_inbox_viber_connect,
      ngx_inbox_viber_connected },
    { NGX_INBOX_JOB_PROFILE, ngx_inbox_viber_profile,
      ngx_inbox_viber_profiled },
    { NGX_INBOX_JOB_MEDIA, ngx_inbox_channel_fetch,
      ngx_inbox_channel_fetched },
    { 0, NULL, NULL }
};


const ngx_inbox_channel_t  ngx_inbox_viber = {
    ngx_string("viber"),                   /* kind */
    ngx_string("https://chatapi.viber.com"),
    ngx_inbox_viber_credentials,           /* credentials */
    NULL,                                  /* generated */
    7000,                                  /* text limit */
    "chars",                               /* of that unit */
    0,                                     /* window */
    NULL,                                  /* wide */
    0,                                     /* wide window */
    ngx_inbox_viber_events,                /* events */
    1,                                     /* links */
    ngx_inbox_viber_verify,                /* verify */
    ngx_inbox_viber_parse,                 /* parse */
    ngx_inbox_viber_talks,                 /* talks */
    ngx_null_string,                       /* thanks */
    NULL,                                  /* thank */
    NULL                                   /* greet */
};


static ngx_int_t
ngx_inbox_viber_verify(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_hook_t *hook)
{
    u_char     signature[NGX_INBOX_SHA256_HEX];
    ngx_str_t  token, ours, given;

    token = ngx_inbox_channel_credential(line, "token");

    if (token.len == 0
        || ngx_inbox_crypt_hmac_hex(&token, &hook->body, signature) != NGX_OK)
    {
        return NGX_DECLINED;
    }

    ours.data = signature;
    ours.len = NGX_INBOX_SHA256_HEX;

    given = hook->header(hook->data, "X-Viber-Content-Signature");

    return ngx_inbox_crypt_equal(&ours, &given) ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_inbox_viber_build(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    ngx_str_t                caption;
    ngx_inbox_job_t          parts;
    const ngx_inbox_file_t  *file;
    ngx_inbox_json_writer_t  w;

    parts = ngx_inbox_viber_parts(job);
    file = ngx_inbox_channel_part(&parts);
    ngx_str_set(&caption, "");

    if (job->part == 0 && job->text.len) {
        caption = job->text;
    }

    if (file != NULL && file->url.len == 0) {
        return NGX_DECLINED;
    }

    if (ngx_inbox_viber_address(pool, line, "send_message", request)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_inbox_json_begin(&w, pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "receiver");
    ngx_inbox_json_put(&w, &job->user);
    ngx_inbox_json_key(&w, "min_api_version");
    ngx_inbox_json_put_int(&w, 1);
    ngx_inbox_json_key(&w, "sender");
    ngx_inbox_viber_sender(&w, pool, line);
    ngx_inbox_json_key(&w, "type");

    if (file == NULL) {
        ngx_inbox_json_raw(&w, "\"text\"", sizeof("\"text\"") - 1);
        ngx_inbox_json_key(&w, "text");
        ngx_inbox_json_put(&w, &job->text);

    } else {
        ngx_inbox_viber_file(&w, file, &caption);
    }

    ngx_inbox_json_close(&w, '}');

    return ngx_inbox_json_end(&w, &request->body);
}


/* a text of some length stands below a picture; files have none */

static ngx_inbox_job_t
ngx_inbox_viber_parts(const ngx_inbox_job_t *job)
{
    ngx_uint_t  fits;

    fits = job->files != NULL && job->files->nelts > 0
           && ngx_inbox_viber_is_picture(job->files->elts)
           && ngx_inbox_text_chars(&job->text, NULL)
              <= NGX_INBOX_VIBER_CAPTION;

    return ngx_inbox_channel_carry(job, fits);
}


static ngx_uint_t
ngx_inbox_viber_is_picture(const ngx_inbox_file_t *file)
{
    return file->size <= NGX_INBOX_VIBER_PICTURE
           && (ngx_inbox_reader_is(&file->mime, "image/jpeg")
               || ngx_inbox_reader_is(&file->mime, "image/png")
               || ngx_inbox_reader_is(&file->mime, "image/gif"));
}


ngx_int_t
ngx_inbox_viber_address(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const char *method, ngx_inbox_http_request_t *request)
{
    ngx_str_t  token;

    ngx_memzero(request, sizeof(ngx_inbox_http_request_t));

    ngx_str_set(&request->method, "POST");
    ngx_str_set(&request->type, "application/json");

    token = ngx_inbox_channel_credential(line, "token");

    request->url.data = ngx_pnalloc(pool, line->origin.len + sizeof("/pa/")
                                          + ngx_strlen(method));
    if (request->url.data == NULL) {
        return NGX_ERROR;
    }

    request->url.len = ngx_sprintf(request->url.data, "%V/pa/%s", &line->origin,
                                   method)
                       - request->url.data;

    return ngx_inbox_channel_header(pool, request, "X-Viber-Auth-Token",
                                    &token);
}


/* Viber fetches it: a picture of the kinds it shows, else a file with its size;
   behind "type": */

static void
ngx_inbox_viber_file(ngx_inbox_json_writer_t *w, const ngx_inbox_file_t *file,
    const ngx_str_t *caption)
{
    if (ngx_inbox_viber_is_picture(file)) {
        ngx_inbox_json_raw(w, "\"picture\"", sizeof("\"picture\"") - 1);
        ngx_inbox_json_key(w, "text");
        ngx_inbox_json_put(w, caption);

    } else {
        ngx_inbox_json_raw(w, "\"file\"", sizeof("\"file\"") - 1);
        ngx_inbox_json_key(w, "size");
        ngx_inbox_json_put_int(w, file->size);
        ngx_inbox_json_key(w, "file_name");
        ngx_inbox_json_put(w, &file->name);
    }

    ngx_inbox_json_key(w, "media");
    ngx_inbox_json_put(w, &file->url);
}


static void
ngx_inbox_viber_sender(ngx_inbox_json_writer_t *w, ngx_pool_t *pool,
    const ngx_inbox_line_t *line)
{
    ngx_str_t          name, avatar, err;
    ngx_inbox_json_t  *settings;

    settings = ngx_inbox_json_parse(pool, &line->settings, &err);

    (void) ngx_inbox_json_str(settings, "sender_name", &name);
    (void) ngx_inbox_json_str(settings, "sender_avatar", &avatar);

    if (name.len == 0) {
        name = line->title.len ? line->title : line->id;
    }

    name = ngx_inbox_text_cut(&name, NGX_INBOX_VIBER_SENDER);

    ngx_inbox_json_open(w, '{');
    ngx_inbox_json_key(w, "name");
    ngx_inbox_json_put(w, &name);

    if (avatar.len) {
        ngx_inbox_json_key(w, "avatar");
        ngx_inbox_json_put(w, &avatar);
    }

    ngx_inbox_json_close(w, '}');
}


void
ngx_inbox_viber_judge(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    int64_t            status;
    ngx_str_t          words;
    ngx_inbox_job_t    parts;
    ngx_inbox_json_t  *v;

    ngx_memzero(verdict, sizeof(ngx_inbox_verdict_t));
    verdict->retry_after = -1;

    v = answer->json;

    verdict->outcome = ngx_inbox_viber_outcome(answer, v);

    if (verdict->outcome == NGX_INBOX_SENT) {
        parts = ngx_inbox_viber_parts(job);
        verdict->outcome = ngx_inbox_channel_arrived(&parts);

        if (ngx_inbox_json_id(pool, v, "message_token", &verdict->message)
            != NGX_OK
            || verdict->message.len > NGX_INBOX_MAX_EXTERNAL_ID)
        {
            ngx_str_null(&verdict->message);
        }

        return;
    }

    (void) ngx_inbox_json_str(v, "status_message", &words);
    verdict->error = ngx_inbox_channel_reason(pool, &words, answer);

    if (verdict->outcome == NGX_INBOX_NEVER) {
        return;
    }

    verdict->retry_after = ngx_inbox_channel_wait(answer);

    /* a general error is no outage */
    if (ngx_inbox_json_int(v, "status", &status) == NGX_OK
        && status != NGX_INBOX_VIBER_OK && status != NGX_INBOX_VIBER_BUSY
        && status != NGX_INBOX_VIBER_NO_HOOK)
    {
        verdict->tries = NGX_INBOX_CHANNEL_FEW;
    }
}


static ngx_inbox_outcome_e
ngx_inbox_viber_outcome(const ngx_inbox_http_answer_t *answer,
    ngx_inbox_json_t *v)
{
    int64_t  status;

    if (ngx_inbox_json_int(v, "status", &status) != NGX_OK) {

        /* no answer of Viber's own */
        return ngx_inbox_channel_by_status(answer->status);
    }

    if (status == NGX_INBOX_VIBER_OK) {
        return (answer->status >= 200 && answer->status < 300)
               ? NGX_INBOX_SENT : NGX_INBOX_LATER;
    }

    /* an admin who has not set the webhook yet may still do so */
    if (status == NGX_INBOX_VIBER_BUSY || status == NGX_INBOX_VIBER_NO_HOOK) {
        return NGX_INBOX_LATER;
    }

    return (status > 0 && status <= NGX_INBOX_VIBER_LAST) ? NGX_INBOX_NEVER
                                                          : NGX_INBOX_LATER;
}
