
/*
 * Copyright (C) the ngx_inbox authors
 *
 * VK's Callback API: the descriptor, the webhook's secret and its handshake,
 * and sending.  Reading an event is ngx_inbox_vk_event.c, files are
 * ngx_inbox_vk_file.c.
 *
 * Nothing is signed: the secret is a member of the body, and only the one at
 * its top counts, for people can write text that looks like it.  Whatever is
 * accepted is answered with "ok" and nothing else; a `confirmation` with the
 * community's code.
 *
 * Calls are forms.  random_id makes a send safe to repeat: it is derived from
 * our message's id, so that it is the same in every try.  With peer_ids the
 * answer has the number of the message within the talk, by which every event
 * names it.
 *
 * A no of VK's is a yes of HTTP's with an `error` in it, or, for one talk of
 * several, in its line of the response.
 */


#include "ngx_inbox_vk.h"
#include "../ngx_inbox_crypt.h"


/* characters of a confirmation: it has eight */
#define NGX_INBOX_VK_CODE     64
/* s, when VK names no time: floods are forgotten in minutes */
#define NGX_INBOX_VK_FLOOD    60

/* what passes: unknown, too many a second, internal, timed out; floods */
#define NGX_INBOX_VK_UNKNOWN  1
#define NGX_INBOX_VK_FAST     6
#define NGX_INBOX_VK_MANY     9
#define NGX_INBOX_VK_INTERNAL 10
#define NGX_INBOX_VK_LIMIT    29
#define NGX_INBOX_VK_TIMEOUT  36


static ngx_int_t ngx_inbox_vk_verify(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_hook_t *hook);
static ngx_int_t ngx_inbox_vk_greet(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_hook_t *hook,
    ngx_str_t *body);
static ngx_uint_t ngx_inbox_vk_is_code(const ngx_str_t *s);

static ngx_int_t ngx_inbox_vk_build(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
static ngx_int_t ngx_inbox_vk_random(ngx_pool_t *pool,
    const ngx_inbox_job_t *job, uint32_t *id);
static ngx_int_t ngx_inbox_vk_forward(ngx_pool_t *pool,
    const ngx_inbox_job_t *job, ngx_str_t *forward);

static void ngx_inbox_vk_judge(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, ngx_inbox_job_t *job,
    const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict);
static ngx_inbox_outcome_e ngx_inbox_vk_outcome(
    const ngx_inbox_http_answer_t *answer, ngx_inbox_json_t *v,
    int64_t *code);
static void ngx_inbox_vk_sent(ngx_pool_t *pool, ngx_inbox_json_t *response,
    ngx_str_t *message);


static const char  *ngx_inbox_vk_credentials[] = {
    "access_token",
    "secret",
    "confirmation",
    "community_id",
    NULL
};


/* what groups.setCallbackSettings asks for */
const char  *ngx_inbox_vk_events[] = {
    "message_new",
    "message_reply",
    "message_edit",
    "message_allow",
    "message_deny",
    "message_read",
    "message_event",
    "message_reaction_event",
    NULL
};


static const ngx_inbox_talk_t  ngx_inbox_vk_talks[] = {
    { NGX_INBOX_JOB_SEND, ngx_inbox_vk_build, ngx_inbox_vk_judge },
    { NGX_INBOX_JOB_CHECK, ngx_inbox_vk_check, ngx_inbox_vk_checked },
    { NGX_INBOX_JOB_CONNECT, ngx_inbox_vk_connect, ngx_inbox_vk_connected },
    { NGX_INBOX_JOB_PROFILE, ngx_inbox_vk_profile, ngx_inbox_vk_profiled },
    { NGX_INBOX_JOB_TYPING, ngx_inbox_vk_typing, ngx_inbox_vk_done },
    { NGX_INBOX_JOB_READ, ngx_inbox_vk_seen, ngx_inbox_vk_done },
    { NGX_INBOX_JOB_WHOLE, ngx_inbox_vk_complete, ngx_inbox_vk_completed },
    { NGX_INBOX_JOB_MEDIA, ngx_inbox_channel_fetch,
      ngx_inbox_channel_fetched },
    { 0, NULL, NULL }
};


const ngx_inbox_channel_t  ngx_inbox_vk = {
    ngx_string("vk"),                      /* kind */
    ngx_string("https://api.vk.ru"),
    ngx_inbox_vk_credentials,              /* credentials */
    "secret",                              /* generated */
    4096,                                  /* text limit */
    "chars",                               /* of that unit */
    0,                                     /* window */
    NULL,                                  /* wide */
    0,                                     /* wide window */
    ngx_inbox_vk_events,                   /* events */
    0,                                     /* links */
    ngx_inbox_vk_verify,                   /* verify */
    ngx_inbox_vk_parse,                    /* parse */
    ngx_inbox_vk_talks,                    /* talks */
    ngx_string("ok"),                      /* thanks */
    NULL,                                  /* thank */
    ngx_inbox_vk_greet                     /* greet */
};


static ngx_int_t
ngx_inbox_vk_verify(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_hook_t *hook)
{
    ngx_str_t          secret, given, err;
    ngx_inbox_json_t  *v;

    secret = ngx_inbox_channel_credential(line, "secret");

    if (secret.len == 0) {
        return NGX_DECLINED;
    }

    v = ngx_inbox_json_parse(pool, &hook->body, &err);

    (void) ngx_inbox_json_str(v, "secret", &given);

    return ngx_inbox_crypt_equal(&secret, &given) ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_inbox_vk_greet(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_hook_t *hook, ngx_str_t *body)
{
    ngx_str_t          type, err;
    ngx_inbox_json_t  *v;

    if (!ngx_inbox_reader_is(&hook->method, "POST")) {
        return NGX_DECLINED;
    }

    v = ngx_inbox_json_parse(pool, &hook->body, &err);

    (void) ngx_inbox_json_str(v, "type", &type);

    if (!ngx_inbox_reader_is(&type, "confirmation")) {
        return NGX_DECLINED;
    }

    *body = ngx_inbox_channel_credential(line, "confirmation");

    return ngx_inbox_vk_is_code(body) ? NGX_OK : NGX_DECLINED;
}


/* letters and digits; but "remove" would be an order to VK */
static ngx_uint_t
ngx_inbox_vk_is_code(const ngx_str_t *s)
{
    u_char  ch;
    size_t  i;

    for (i = 0; i < s->len; i++) {
        ch = s->data[i];

        if ((ch < '0' || ch > '9') && (ch < 'a' || ch > 'z')
            && (ch < 'A' || ch > 'Z'))
        {
            return 0;
        }
    }

    return s->len > 0 && s->len <= NGX_INBOX_VK_CODE
           && !ngx_inbox_reader_is(s, "remove");
}


static ngx_int_t
ngx_inbox_vk_build(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    u_char     *p;
    uint32_t    random;
    ngx_int_t   rc;
    ngx_str_t   forward, text, attachment;

    rc = ngx_inbox_vk_upload(pool, line, job, request);
    if (rc != NGX_DECLINED) {
        return rc;
    }

    if (ngx_inbox_vk_address(pool, line, "messages.send", request) != NGX_OK
        || ngx_inbox_vk_random(pool, job, &random) != NGX_OK
        || ngx_inbox_vk_forward(pool, job, &forward) != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* by its random_id VK knows a message that comes again */
    request->safe = 1;

    ngx_str_null(&text);
    attachment = ngx_inbox_channel_memo(job, NGX_INBOX_VK_ATTACHMENT);

    if (job->part == 0) {
        text = job->text;
    }

    /* three characters for each byte, at most */
    p = ngx_pnalloc(pool, 3 * (job->user.len + text.len
                               + forward.len + attachment.len)
                          + sizeof("v=&random_id=&peer_ids=&message=&forward="
                                   "&attachment=")
                          + sizeof(NGX_INBOX_VK_VERSION) + NGX_INT32_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    request->body.data = p;

    p = ngx_sprintf(p, "v=" NGX_INBOX_VK_VERSION "&random_id=%uD", random);
    p = ngx_inbox_vk_field(p, "&peer_ids=", &job->user);

    if (text.len || attachment.len == 0) {
        p = ngx_inbox_vk_field(p, "&message=", &text);
    }

    if (attachment.len) {
        p = ngx_inbox_vk_field(p, "&attachment=", &attachment);
    }

    if (forward.len && job->part == 0) {
        p = ngx_inbox_vk_field(p, "&forward=", &forward);
    }

    request->body.len = p - request->body.data;

    return NGX_OK;
}


ngx_int_t
ngx_inbox_vk_address(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const char *method, ngx_inbox_http_request_t *request)
{
    u_char     *p;
    ngx_str_t   token;

    ngx_memzero(request, sizeof(ngx_inbox_http_request_t));

    ngx_str_set(&request->method, "POST");
    ngx_str_set(&request->type, "application/x-www-form-urlencoded");

    token = ngx_inbox_channel_credential(line, "access_token");

    p = ngx_pnalloc(pool, line->origin.len + sizeof("/method/")
                          + ngx_strlen(method));
    if (p == NULL) {
        return NGX_ERROR;
    }

    request->url.data = p;
    request->url.len = ngx_sprintf(p, "%V/method/%s", &line->origin, method)
                       - p;

    /* in the form it would come back among the parameters of an error */
    return ngx_inbox_channel_bearer(pool, request, &token);
}


/* 31 bits, the same for each try of a part of a message, and never 0 */
static ngx_int_t
ngx_inbox_vk_random(ngx_pool_t *pool, const ngx_inbox_job_t *job,
    uint32_t *id)
{
    u_char     hex[NGX_INBOX_SHA256_HEX];
    ngx_int_t  n;

    if (ngx_inbox_crypt_sha256_hex(&job->id, hex) != NGX_OK) {
        return NGX_ERROR;
    }

    n = ngx_hextoi(hex, 8);
    *id = ((uint32_t) n + (uint32_t) job->part) & 0x7fffffff;

    if (*id == 0) {
        *id = 1;
    }

    return NGX_OK;
}


/* a reply is a forward of one message of the same talk */
static ngx_int_t
ngx_inbox_vk_forward(ngx_pool_t *pool, const ngx_inbox_job_t *job,
    ngx_str_t *forward)
{
    size_t                   i;
    ngx_inbox_json_writer_t  w;

    ngx_str_null(forward);

    for (i = 0; i < job->reply_to.len; i++) {
        if (job->reply_to.data[i] < '0' || job->reply_to.data[i] > '9')
        {
            return NGX_OK;
        }
    }

    if (i == 0 || i > NGX_INT32_LEN || job->reply_to.data[0] == '0') {
        return NGX_OK;
    }

    ngx_inbox_json_begin(&w, pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "peer_id");
    ngx_inbox_json_put(&w, &job->user);
    ngx_inbox_json_key(&w, "conversation_message_ids");
    ngx_inbox_json_open(&w, '[');
    ngx_inbox_json_raw(&w, (char *) job->reply_to.data,
                       job->reply_to.len);
    ngx_inbox_json_close(&w, ']');
    ngx_inbox_json_key(&w, "is_reply");
    ngx_inbox_json_put_bool(&w, 1);
    ngx_inbox_json_close(&w, '}');

    return ngx_inbox_json_end(&w, forward);
}


u_char *
ngx_inbox_vk_field(u_char *p, const char *name, const ngx_str_t *value)
{
    p = ngx_cpymem(p, name, ngx_strlen(name));

    return (u_char *) ngx_escape_uri(p, value->data, value->len,
                                     NGX_ESCAPE_URI_COMPONENT);
}


static void
ngx_inbox_vk_judge(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    int64_t            code;
    ngx_inbox_json_t  *v;

    v = answer->json;

    if (ngx_inbox_vk_uploading(job)) {
        ngx_inbox_vk_uploaded(pool, job, answer, v, verdict);
        return;
    }

    ngx_inbox_vk_verdict(pool, answer, v, &code, verdict);

    if (verdict->outcome == NGX_INBOX_SENT) {
        verdict->outcome = ngx_inbox_vk_arrived(job);
        ngx_inbox_vk_sent(pool, ngx_inbox_json_get(v, "response"),
                          &verdict->message);
    }
}


void
ngx_inbox_vk_verdict(ngx_pool_t *pool, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_json_t *v, int64_t *code, ngx_inbox_verdict_t *verdict)
{
    ngx_str_t          words;
    ngx_inbox_json_t  *error, *first;

    ngx_memzero(verdict, sizeof(ngx_inbox_verdict_t));
    verdict->retry_after = -1;
    *code = 0;

    verdict->outcome = ngx_inbox_vk_outcome(answer, v, code);

    if (verdict->outcome == NGX_INBOX_SENT) {
        return;
    }

    error = ngx_inbox_json_get(v, "error");
    first = ngx_inbox_json_at(ngx_inbox_json_get(v, "response"), 0);

    if (ngx_inbox_json_str(error, "error_msg", &words) != NGX_OK) {
        (void) ngx_inbox_json_str(ngx_inbox_json_get(first, "error"),
                                  "description", &words);
    }

    verdict->error = ngx_inbox_channel_reason(pool, &words, answer);

    if (verdict->outcome == NGX_INBOX_LATER) {
        verdict->retry_after = ngx_inbox_channel_wait(answer);

        if (verdict->retry_after < 0
            && (*code == NGX_INBOX_VK_MANY || *code == NGX_INBOX_VK_LIMIT))
        {
            verdict->retry_after = NGX_INBOX_VK_FLOOD;
        }
    }
}


/* code: VK's, or 0 */
static ngx_inbox_outcome_e
ngx_inbox_vk_outcome(const ngx_inbox_http_answer_t *answer,
    ngx_inbox_json_t *v, int64_t *code)
{
    ngx_inbox_json_t  *response, *error;

    response = ngx_inbox_json_get(v, "response");
    error = ngx_inbox_json_get(v, "error");

    if (ngx_inbox_json_is_null(error)) {
        error = ngx_inbox_json_get(ngx_inbox_json_at(response, 0), "error");
    }

    if (ngx_inbox_json_int(error, "error_code", code) != NGX_OK
        && ngx_inbox_json_int(error, "code", code) != NGX_OK)
    {
        if (!ngx_inbox_json_is_null(error)) {
            return NGX_INBOX_NEVER;
        }

        if (answer->status >= 200 && answer->status < 300) {
            return ngx_inbox_json_is_null(response) ? NGX_INBOX_LATER
                                                    : NGX_INBOX_SENT;
        }

        return ngx_inbox_channel_by_status(answer->status);
    }

    switch (*code) {

    case NGX_INBOX_VK_UNKNOWN:
    case NGX_INBOX_VK_FAST:
    case NGX_INBOX_VK_MANY:
    case NGX_INBOX_VK_INTERNAL:
    case NGX_INBOX_VK_LIMIT:
    case NGX_INBOX_VK_TIMEOUT:
        return NGX_INBOX_LATER;

    default:
        return NGX_INBOX_NEVER;
    }
}


/* the number within the talk; other numbers name other messages */
static void
ngx_inbox_vk_sent(ngx_pool_t *pool, ngx_inbox_json_t *response,
    ngx_str_t *message)
{
    int64_t  n;

    if (ngx_inbox_json_int(ngx_inbox_json_at(response, 0),
                           "conversation_message_id", &n)
        == NGX_OK
        && n > 0)
    {
        (void) ngx_inbox_json_id(pool, ngx_inbox_json_at(response, 0),
                                 "conversation_message_id", message);
    }
}
