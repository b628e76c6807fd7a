
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Calls of Meta's Graph API, and its answers.  A Messenger message carries our
 * id as metadata, which comes back with its echo.  When the client wrote more
 * than a day ago it needs a tag, which people may use, and programs may not;
 * Meta gives the right to it with a review, so it is a setting of the channel.
 *
 * What an error means stands in its code, not in the HTTP status: the codes
 * after which it is worth trying again are a table, is_transient counts too,
 * and everything else is final; of a code that we do not know the status tells.
 * A status of success with a body that is no JSON is some proxy's, and the
 * message is sent again.
 */


#include "ngx_inbox_meta.h"


/* the version in use when the settings name none */
#define NGX_INBOX_META_VERSION   "v25.0"
/* a version is "v25.0" */
#define NGX_INBOX_META_WORD      16


/* ms after a client's message in which an answer needs no tag */
#define NGX_INBOX_META_DAY       86400000


typedef struct {
    int64_t     code;
    time_t      wait;      /* s, when the answer names no time; -1: backoff */
    ngx_uint_t  tries;     /* of a verdict */
} ngx_inbox_meta_code_t;

typedef struct {
    int64_t  from;
    int64_t  to;
} ngx_inbox_meta_final_t;


static void ngx_inbox_meta_version(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, ngx_str_t *version);
static ngx_uint_t ngx_inbox_meta_is_late(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job);
static void ngx_inbox_meta_kind(ngx_inbox_json_writer_t *w, ngx_uint_t late,
    ngx_uint_t messenger);
static void ngx_inbox_meta_attachment(ngx_inbox_json_writer_t *w,
    const ngx_inbox_file_t *file);
static ngx_uint_t ngx_inbox_meta_later(const ngx_inbox_http_answer_t *answer,
    ngx_inbox_json_t *error, ngx_inbox_verdict_t *verdict);
static ngx_uint_t ngx_inbox_meta_is_final(int64_t code);
static ngx_str_t ngx_inbox_meta_reason(ngx_pool_t *pool,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_json_t *error);
static void ngx_inbox_meta_named(ngx_inbox_json_t *v, ngx_str_t *message);


/* what passes: rates, then faults of theirs, then what only WhatsApp says */
static const ngx_inbox_meta_code_t  ngx_inbox_meta_codes[] = {
    { 4, 60, 0 },
    { 17, 60, 0 },
    { 32, 60, 0 },
    { 613, 60, 0 },
    { 80006, 60, 0 },
    { 80007, 60, 0 },

    /* 2 may also mean that the client has blocked the page */
    { 1, -1, NGX_INBOX_CHANNEL_FEW },
    { 2, -1, NGX_INBOX_CHANNEL_FEW },
    { 1200, -1, NGX_INBOX_CHANNEL_FEW },

    { 130429, 5, 0 },
    { 131056, 6, 0 },
    { 133016, 60, 0 },
    { 131000, -1, 0 },
    { 131016, -1, 0 },
    { 131053, -1, 3 },
    { 131057, -1, 0 },

    { 0, 0, 0 }
};


/* what does not pass, whatever the status says: token, permission, parameter,
   policy, a person who cannot be reached, and all else that is WhatsApp's */
static const ngx_inbox_meta_final_t  ngx_inbox_meta_finals[] = {
    { 0, 0 }, { 3, 3 }, { 10, 10 }, { 100, 100 }, { 190, 190 }, { 200, 299 },
    { 368, 368 }, { 551, 551 }, { 130472, 130497 }, { 131000, 132999 },
    { -1, -1 }
};


ngx_int_t
ngx_inbox_meta_request(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_str_t *origin, const ngx_str_t *whose,
    ngx_inbox_http_request_t *request)
{
    ngx_memzero(request, sizeof(ngx_inbox_http_request_t));

    ngx_str_set(&request->method, "POST");
    ngx_str_set(&request->type, "application/json");

    return ngx_inbox_meta_node(pool, line, origin, whose, "/messages", request);
}


ngx_int_t
ngx_inbox_meta_node(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_str_t *origin, const ngx_str_t *whose, const char *tail,
    ngx_inbox_http_request_t *request)
{
    u_char     *p;
    size_t      escapes;
    ngx_str_t   version, token;

    ngx_inbox_meta_version(pool, line, &version);

    /* an admin may have pasted anything */
    escapes = ngx_escape_uri(NULL, whose->data, whose->len,
                             NGX_ESCAPE_URI_COMPONENT);

    p = ngx_pnalloc(pool, origin->len + version.len + whose->len + 2 * escapes
                          + sizeof("//") + ngx_strlen(tail));
    if (p == NULL) {
        return NGX_ERROR;
    }

    request->url.data = p;
    p = ngx_sprintf(p, "%V/%V/", origin, &version);
    p = (u_char *) ngx_escape_uri(p, whose->data, whose->len,
                                  NGX_ESCAPE_URI_COMPONENT);
    p = ngx_cpymem(p, tail, ngx_strlen(tail));
    request->url.len = p - request->url.data;

    token = ngx_inbox_channel_credential(line, "access_token");

    return ngx_inbox_channel_bearer(pool, request, &token);
}


/* settings.api_version when it looks like one, else ours */
static void
ngx_inbox_meta_version(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_str_t *version)
{
    size_t  i;

    *version = ngx_inbox_meta_setting(pool, line, "api_version");

    for (i = 1; i < version->len; i++) {
        if ((version->data[i] < '0' || version->data[i] > '9')
            && version->data[i] != '.')
        {
            break;
        }
    }

    if (version->len < 2 || version->len > NGX_INBOX_META_WORD
        || version->data[0] != 'v' || i < version->len)
    {
        ngx_str_set(version, NGX_INBOX_META_VERSION);
    }
}


ngx_int_t
ngx_inbox_meta_build(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_uint_t messenger, ngx_str_t *body)
{
    ngx_str_t                mark, id;
    const ngx_inbox_file_t  *file;
    ngx_inbox_json_writer_t  w;

    file = ngx_inbox_channel_part(job);

    if (file != NULL && file->url.len == 0) {
        return NGX_DECLINED;
    }

    id = job->id;

    if (id.len == 0) {
        ngx_str_set(&id, "");
    }

    mark.data = ngx_pnalloc(pool, sizeof(NGX_INBOX_META_MARK) + id.len);
    if (mark.data == NULL) {
        return NGX_ERROR;
    }

    mark.len = ngx_sprintf(mark.data, NGX_INBOX_META_MARK "%V", &id)
               - mark.data;

    ngx_inbox_json_begin(&w, pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "recipient");
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "id");
    ngx_inbox_json_put(&w, &job->user);
    ngx_inbox_json_close(&w, '}');

    ngx_inbox_meta_kind(&w, ngx_inbox_meta_is_late(pool, line, job),
                        messenger);

    ngx_inbox_json_key(&w, "message");
    ngx_inbox_json_open(&w, '{');

    if (file == NULL) {
        ngx_inbox_json_key(&w, "text");
        ngx_inbox_json_put(&w, &job->text);

    } else {
        ngx_inbox_meta_attachment(&w, file);
    }

    if (messenger) {
        ngx_inbox_json_key(&w, "metadata");
        ngx_inbox_json_put(&w, &mark);
    }

    ngx_inbox_json_close(&w, '}');
    ngx_inbox_json_close(&w, '}');

    return ngx_inbox_json_end(&w, body);
}


/* 1: it needs the tag, and the channel has it */

static ngx_uint_t
ngx_inbox_meta_is_late(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job)
{
    ngx_str_t   err;
    ngx_uint_t  on;

    if (job->heard == 0 || job->now < job->heard + NGX_INBOX_META_DAY) {
        return 0;
    }

    return ngx_inbox_json_bool(ngx_inbox_json_parse(pool, &line->settings,
                                                    &err),
                               NGX_INBOX_META_HUMAN, &on)
           == NGX_OK
           && on;
}


static void
ngx_inbox_meta_kind(ngx_inbox_json_writer_t *w, ngx_uint_t late,
    ngx_uint_t messenger)
{
    if (late) {
        ngx_inbox_json_key(w, "messaging_type");
        ngx_inbox_json_raw(w, "\"MESSAGE_TAG\"",
                           sizeof("\"MESSAGE_TAG\"") - 1);
        ngx_inbox_json_key(w, "tag");
        ngx_inbox_json_raw(w, "\"HUMAN_AGENT\"",
                           sizeof("\"HUMAN_AGENT\"") - 1);

    } else if (messenger) {
        ngx_inbox_json_key(w, "messaging_type");
        ngx_inbox_json_raw(w, "\"RESPONSE\"", sizeof("\"RESPONSE\"") - 1);
    }
}


/* Meta fetches it; text and file never go in one message */

static void
ngx_inbox_meta_attachment(ngx_inbox_json_writer_t *w,
    const ngx_inbox_file_t *file)
{
    ngx_inbox_json_key(w, "attachment");
    ngx_inbox_json_open(w, '{');
    ngx_inbox_json_key(w, "type");
    ngx_inbox_json_put(w, &file->type);
    ngx_inbox_json_key(w, "payload");
    ngx_inbox_json_open(w, '{');
    ngx_inbox_json_key(w, "url");
    ngx_inbox_json_put(w, &file->url);
    ngx_inbox_json_close(w, '}');
    ngx_inbox_json_close(w, '}');
}


void
ngx_inbox_meta_judge(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    ngx_inbox_json_t  *v, *error;

    ngx_memzero(verdict, sizeof(ngx_inbox_verdict_t));
    verdict->retry_after = -1;

    v = answer->json;
    error = ngx_inbox_json_get(v, "error");

    if (answer->status >= 200 && answer->status < 300
        && ngx_inbox_json_is_object(v) && ngx_inbox_json_is_null(error))
    {
        ngx_inbox_meta_named(v, &verdict->message);
        verdict->outcome = ngx_inbox_channel_arrived(job);
        return;
    }

    verdict->outcome = NGX_INBOX_NEVER;
    verdict->error = ngx_inbox_meta_reason(pool, answer, error);

    if (ngx_inbox_meta_later(answer, error, verdict)) {
        verdict->outcome = NGX_INBOX_LATER;
    }
}


/* 1: it is worth trying again, as the verdict says */
static ngx_uint_t
ngx_inbox_meta_later(const ngx_inbox_http_answer_t *answer,
    ngx_inbox_json_t *error, ngx_inbox_verdict_t *verdict)
{
    int64_t                       code;
    ngx_uint_t                    later, transient;
    const ngx_inbox_meta_code_t  *known;

    later = ngx_inbox_channel_by_status(answer->status) == NGX_INBOX_LATER;

    if (ngx_inbox_json_int(error, "code", &code) == NGX_OK) {
        later = answer->status >= 500 && !ngx_inbox_meta_is_final(code);

        for (known = ngx_inbox_meta_codes; known->code; known++) {
            if (known->code == code) {
                later = 1;
                verdict->retry_after = known->wait;
                verdict->tries = known->tries;
                break;
            }
        }
    }

    if (ngx_inbox_json_bool(error, "is_transient", &transient) == NGX_OK
        && transient)
    {
        later = 1;
    }

    if (later && answer->retry_after >= 0) {
        verdict->retry_after = ngx_inbox_channel_wait(answer);
    }

    return later;
}


static ngx_uint_t
ngx_inbox_meta_is_final(int64_t code)
{
    const ngx_inbox_meta_final_t  *f;

    for (f = ngx_inbox_meta_finals; f->from >= 0; f++) {
        if (code >= f->from && code <= f->to) {
            return 1;
        }
    }

    return 0;
}


/* the words for people among Meta's; or the status */
static ngx_str_t
ngx_inbox_meta_reason(ngx_pool_t *pool, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_json_t *error)
{
    ngx_str_t  words;

    (void) ngx_inbox_json_str(ngx_inbox_json_get(error, "error_data"),
                              "details", &words);

    if (words.len == 0) {
        (void) ngx_inbox_json_str(error, "message", &words);
    }

    return ngx_inbox_channel_reason(pool, &words, answer);
}


/* message_id of Messenger and Instagram, messages[0].id of WhatsApp */
static void
ngx_inbox_meta_named(ngx_inbox_json_t *v, ngx_str_t *message)
{
    ngx_inbox_json_t  *first;

    if (ngx_inbox_json_str(v, "message_id", message) != NGX_OK) {
        first = ngx_inbox_json_at(ngx_inbox_json_get(v, "messages"), 0);
        (void) ngx_inbox_json_str(first, "id", message);
    }

    if (message->len > NGX_INBOX_MAX_EXTERNAL_ID) {
        ngx_str_null(message);
    }
}
