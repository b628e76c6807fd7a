
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The kind `webhook`: any line that can POST JSON and sign it: a mail gateway,
 * a CRM, a messenger that we do not know.  (The file is not called by its kind,
 * for ngx_inbox_webhook.c is the endpoint of them all.)
 *
 * In comes {"id","from":{"id","name","username"},"text","attachments":[{"type",
 * "url","name"}],"at"}, and beyond that what such lines often know: phone,
 * email and avatar_url of `from`, reply_to.  Out goes the like to send_url,
 * with the same signature, the time as a part of what is signed, and our
 * message's id, which is the same in every try, so that the receiver can tell
 * copies.
 *
 * send_url is an admin's word, not the operator's: the client that calls it
 * refuses addresses that are not public.  Whatever the receiver says with a
 * 2xx is a yes, and an `id` in it is the message's there.
 */


#include "ngx_inbox_reader_event.h"
#include "../ngx_inbox_crypt.h"
#include "../ngx_inbox_text.h"


#define NGX_INBOX_GENERIC_SIGNATURE  (sizeof("sha256=") - 1                   \
                                      + NGX_INBOX_SHA256_HEX)


static ngx_int_t ngx_inbox_generic_verify(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_hook_t *hook);
static ngx_int_t ngx_inbox_generic_sign(const ngx_inbox_line_t *line,
    const ngx_str_t *body, u_char *out);

static ngx_int_t ngx_inbox_generic_parse(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_hook_t *hook,
    ngx_array_t *events, ngx_uint_t *odd);
static void ngx_inbox_generic_message(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v);
static void ngx_inbox_generic_person(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static uint64_t ngx_inbox_generic_time(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v);
static void ngx_inbox_generic_attachments(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *list, ngx_inbox_event_t *e);
static const char *ngx_inbox_generic_type(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v);

static ngx_int_t ngx_inbox_generic_build(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
static ngx_int_t ngx_inbox_generic_body(ngx_pool_t *pool,
    const ngx_inbox_job_t *job, ngx_str_t *body);

static void ngx_inbox_generic_files(ngx_inbox_json_writer_t *w,
    const ngx_array_t *files);
static void ngx_inbox_generic_judge(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, ngx_inbox_job_t *job,
    const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict);


static const char  *ngx_inbox_generic_credentials[] = {
    "secret",
    "send_url",
    NULL
};


static const ngx_inbox_talk_t  ngx_inbox_generic_talks[] = {
    { NGX_INBOX_JOB_SEND, ngx_inbox_generic_build, ngx_inbox_generic_judge },
    { NGX_INBOX_JOB_MEDIA, ngx_inbox_channel_fetch,
      ngx_inbox_channel_fetched },
    { 0, NULL, NULL }
};


const ngx_inbox_channel_t  ngx_inbox_generic = {
    ngx_string("webhook"),                 /* kind */
    ngx_null_string,                       /* origin */
    ngx_inbox_generic_credentials,         /* credentials */
    "secret",                              /* generated */
    NGX_INBOX_MAX_TEXT,                    /* text limit */
    "bytes",                               /* of that unit */
    0,                                     /* window */
    NULL,                                  /* wide */
    0,                                     /* wide window */
    NULL,                                  /* events */
    1,                                     /* links */
    ngx_inbox_generic_verify,              /* verify */
    ngx_inbox_generic_parse,               /* parse */
    ngx_inbox_generic_talks,               /* talks */
    ngx_null_string,                       /* thanks */
    NULL,                                  /* thank */
    NULL                                   /* greet */
};


static ngx_int_t
ngx_inbox_generic_verify(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_hook_t *hook)
{
    u_char     signature[NGX_INBOX_GENERIC_SIGNATURE];
    ngx_str_t  ours, given;

    if (ngx_inbox_generic_sign(line, &hook->body, signature) != NGX_OK) {
        return NGX_DECLINED;
    }

    ours.data = signature;
    ours.len = sizeof(signature);

    given = hook->header(hook->data, "X-Inbox-Signature");

    return ngx_inbox_crypt_equal(&ours, &given) ? NGX_OK : NGX_DECLINED;
}


/* out: NGX_INBOX_GENERIC_SIGNATURE bytes; NGX_OK | NGX_DECLINED: no secret */
static ngx_int_t
ngx_inbox_generic_sign(const ngx_inbox_line_t *line, const ngx_str_t *body,
    u_char *out)
{
    ngx_str_t  secret;

    secret = ngx_inbox_channel_credential(line, "secret");

    if (secret.len == 0) {
        return NGX_DECLINED;
    }

    out = ngx_cpymem(out, "sha256=", sizeof("sha256=") - 1);

    return (ngx_inbox_crypt_hmac_hex(&secret, body, out) == NGX_OK)
           ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_inbox_generic_parse(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_hook_t *hook, ngx_array_t *events, ngx_uint_t *odd)
{
    ngx_int_t            rc;
    ngx_inbox_json_t    *v;
    ngx_inbox_reader_t   t;

    *odd = 0;

    rc = ngx_inbox_reader_open(&t, pool, &hook->body, events, &v);

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_inbox_generic_message(&t, v);

    return ngx_inbox_reader_close(&t, odd);
}


static void
ngx_inbox_generic_message(ngx_inbox_reader_t *t, ngx_inbox_json_t *v)
{
    ngx_inbox_json_t   *from;
    ngx_inbox_event_t   e;

    ngx_memzero(&e, sizeof(ngx_inbox_event_t));

    from = ngx_inbox_json_get(v, "from");

    if (!ngx_inbox_reader_id(t, v, "id", &e.message)
        || !ngx_inbox_reader_id(t, from, "id", &e.user))
    {
        return;
    }

    ngx_inbox_generic_person(t, from, &e);

    e.text = ngx_inbox_reader_words(t, v, "text", NGX_INBOX_MAX_TEXT);
    e.at = ngx_inbox_generic_time(t, v);

    (void) ngx_inbox_reader_id(t, v, "reply_to", &e.reply_to);

    ngx_inbox_generic_attachments(t, ngx_inbox_json_get(v, "attachments"), &e);

    if (e.text.len || e.attachments != NULL) {
        t->known = 1;
        ngx_inbox_reader_push(t, &e);
    }
}


static void
ngx_inbox_generic_person(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    ngx_str_t  name, nick;

    name = ngx_inbox_reader_words(t, v, "name", NGX_INBOX_MAX_NAME);
    nick = ngx_inbox_reader_words(t, v, "username", NGX_INBOX_MAX_NAME);

    e->name = ngx_inbox_text_trim(&name);
    e->username = ngx_inbox_text_trim(&nick);

    if (e->name.len == 0) {
        e->name = e->username;
    }

    e->phone = ngx_inbox_reader_words(t, v, "phone", NGX_INBOX_MAX_NAME);
    e->email = ngx_inbox_reader_words(t, v, "email", NGX_INBOX_MAX_NAME);
    e->avatar = ngx_inbox_reader_url(t, v, "avatar_url");
}


/* as all our times are written; or a number, as platforms have it */
static uint64_t
ngx_inbox_generic_time(ngx_inbox_reader_t *t, ngx_inbox_json_t *v)
{
    uint64_t   ms;
    ngx_str_t  s;

    if (ngx_inbox_json_str(v, "at", &s) != NGX_OK) {
        return ngx_inbox_reader_time(t, v, "at");
    }

    if (ngx_inbox_text_read_time(&s, &ms) != NGX_OK) {
        t->odd = 1;
        return 0;
    }

    return ms;
}


static void
ngx_inbox_generic_attachments(ngx_inbox_reader_t *t, ngx_inbox_json_t *list,
    ngx_inbox_event_t *e)
{
    size_t                   i, n;
    ngx_inbox_json_t        *v;
    ngx_inbox_attachment_t   a;

    if (!ngx_inbox_json_is_null(list) && !ngx_inbox_json_is_array(list)) {
        t->odd = 1;
        return;
    }

    n = ngx_inbox_json_size(list);

    for (i = 0; i < n; i++) {
        v = ngx_inbox_json_at(list, i);

        if (!ngx_inbox_json_is_object(v)) {
            t->odd = 1;
            continue;
        }

        ngx_inbox_reader_blank(&a, ngx_inbox_generic_type(t, v));

        a.name = ngx_inbox_reader_words(t, v, "name", NGX_INBOX_MAX_NAME);
        a.mime = ngx_inbox_reader_words(t, v, "mime", NGX_INBOX_MAX_NAME);
        a.ref = ngx_inbox_reader_url(t, v, "url");
        ngx_inbox_reader_size(t, v, "size", &a);

        if (a.ref.len == 0
            && !ngx_inbox_json_is_null(ngx_inbox_json_get(v, "url")))
        {
            t->odd = 1;
        }

        ngx_inbox_reader_attach(t, e, &a);
    }
}


/* one of our words for it; what is another is some file */
static const char *
ngx_inbox_generic_type(ngx_inbox_reader_t *t, ngx_inbox_json_t *v)
{
    ngx_str_t   type;
    ngx_uint_t  i;

    static const char *const  types[] = {
        "file", "image", "video", "audio", "voice", "sticker", "location",
        "contact", "link", "story_mention", NULL
    };

    type = ngx_inbox_reader_words(t, v, "type", NGX_INBOX_MAX_NAME);

    for (i = 0; types[i]; i++) {
        if (ngx_inbox_reader_is(&type, types[i])) {
            return types[i];
        }
    }

    t->odd = 1;

    return types[0];
}


static ngx_int_t
ngx_inbox_generic_build(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    u_char     signature[NGX_INBOX_GENERIC_SIGNATURE];
    ngx_str_t  value, time;

    ngx_memzero(request, sizeof(ngx_inbox_http_request_t));

    ngx_str_set(&request->method, "POST");
    ngx_str_set(&request->type, "application/json");

    request->url = ngx_inbox_channel_credential(line, "send_url");

    if (request->url.len == 0
        || ngx_inbox_generic_body(pool, job, &request->body) != NGX_OK
        || ngx_inbox_generic_sign(line, &request->body, signature) != NGX_OK)
    {
        return NGX_ERROR;
    }

    value.data = signature;
    value.len = sizeof(signature);

    time = ngx_inbox_text_number(pool, (int64_t) (job->now / 1000));

    if (time.data == NULL
        || ngx_inbox_channel_header(pool, request, "X-Inbox-Signature", &value)
           != NGX_OK
        || ngx_inbox_channel_header(pool, request, "X-Inbox-Timestamp", &time)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_inbox_channel_header(pool, request, "X-Inbox-Delivery",
                                    &job->id);
}


static ngx_int_t
ngx_inbox_generic_body(ngx_pool_t *pool, const ngx_inbox_job_t *job,
    ngx_str_t *body)
{
    ngx_str_t                at;
    ngx_inbox_json_writer_t  w;

    if (ngx_inbox_text_time_str(pool, job->now, &at) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_inbox_json_begin(&w, pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "id");
    ngx_inbox_json_put(&w, &job->id);
    ngx_inbox_json_key(&w, "to");
    ngx_inbox_json_put(&w, &job->user);
    ngx_inbox_json_key(&w, "author");
    ngx_inbox_json_put_or_null(&w, &job->author);
    ngx_inbox_json_key(&w, "text");
    ngx_inbox_json_put(&w, &job->text);
    ngx_inbox_json_key(&w, "attachments");
    ngx_inbox_generic_files(&w, job->files);
    ngx_inbox_json_key(&w, "reply_to");
    ngx_inbox_json_put_or_null(&w, &job->reply_to);
    ngx_inbox_json_key(&w, "at");
    ngx_inbox_json_put(&w, &at);
    ngx_inbox_json_close(&w, '}');

    return ngx_inbox_json_end(&w, body);
}


/* by links, as they come in */

static void
ngx_inbox_generic_files(ngx_inbox_json_writer_t *w, const ngx_array_t *files)
{
    ngx_uint_t         i;
    ngx_inbox_file_t  *file;

    ngx_inbox_json_open(w, '[');

    file = files ? files->elts : NULL;

    for (i = 0; files && i < files->nelts; i++) {
        ngx_inbox_json_open(w, '{');
        ngx_inbox_json_key(w, "type");
        ngx_inbox_json_put(w, &file[i].type);
        ngx_inbox_json_key(w, "name");
        ngx_inbox_json_put(w, &file[i].name);
        ngx_inbox_json_key(w, "mime");
        ngx_inbox_json_put(w, &file[i].mime);
        ngx_inbox_json_key(w, "size");
        ngx_inbox_json_put_int(w, file[i].size);
        ngx_inbox_json_key(w, "url");
        ngx_inbox_json_put_or_null(w, &file[i].url);
        ngx_inbox_json_close(w, '}');
    }

    ngx_inbox_json_close(w, ']');
}


static void
ngx_inbox_generic_judge(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    ngx_str_t          words;
    ngx_inbox_json_t  *v;

    ngx_memzero(verdict, sizeof(ngx_inbox_verdict_t));
    verdict->retry_after = -1;

    v = answer->json;

    if (answer->status >= 200 && answer->status < 300) {

        if (ngx_inbox_json_id(pool, v, "id", &verdict->message) != NGX_OK
            || verdict->message.len > NGX_INBOX_MAX_EXTERNAL_ID)
        {
            ngx_str_null(&verdict->message);
        }

        return;
    }

    verdict->outcome = ngx_inbox_channel_by_status(answer->status);

    if (ngx_inbox_json_str(v, "error", &words) != NGX_OK) {
        (void) ngx_inbox_json_str(v, "detail", &words);
    }

    verdict->error = ngx_inbox_channel_reason(pool, &words, answer);

    if (verdict->outcome == NGX_INBOX_LATER) {
        verdict->retry_after = ngx_inbox_channel_wait(answer);
    }
}
