
/*
 * Copyright (C) the ngx_inbox authors
 *
 * libFuzzer target: every channel that has a webhook.  The first byte of the
 * input chooses one, the rest is a body; it is signed as the platform would,
 * verified, parsed, what came of it is answered, and the same bytes are judged
 * as the platform's answer, and asked as the query of its handshake.
 *
 * Beyond not crashing: everything in an event is valid UTF-8 and within its
 * limit, ids fit the store, every request built can be sent, and nothing but
 * plain words is given back to whoever asks.
 */


#include "ngx_inbox_channel.h"
#include "ngx_inbox_crypt.h"
#include "ngx_inbox_json.h"
#include "ngx_inbox_text.h"


#define FUZZ_SECRET  "fuzz-secret"
/* characters of a media type */
#define FUZZ_MIME    255
/* steps of a talk that are tried */
#define FUZZ_STEPS   4


/* what a header is made of */
typedef struct {
    ngx_pool_t  *pool;
    ngx_str_t    body;
    ngx_uint_t   asked;
} fuzz_hook_t;


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const ngx_inbox_channel_t *fuzz_channel(uint8_t choice);
static void fuzz_line(ngx_inbox_line_t *line, ngx_array_t *credentials,
    const ngx_inbox_channel_t *channel);
static ngx_str_t fuzz_header(void *data, const char *name);

static void fuzz_parse(ngx_pool_t *pool, const ngx_inbox_channel_t *channel,
    const ngx_inbox_line_t *line, ngx_inbox_hook_t *hook);
static void fuzz_event(ngx_pool_t *pool, const ngx_inbox_event_t *e);
static void fuzz_attachments(ngx_pool_t *pool, const ngx_inbox_event_t *e);
static void fuzz_answer(ngx_pool_t *pool, const ngx_inbox_channel_t *channel,
    const ngx_inbox_line_t *line, const ngx_inbox_event_t *e);
static void fuzz_request(ngx_pool_t *pool,
    const ngx_inbox_http_request_t *request);
static void fuzz_greet(ngx_pool_t *pool, const ngx_inbox_channel_t *channel,
    const ngx_inbox_line_t *line, const ngx_inbox_hook_t *hook);
static void fuzz_judge(ngx_pool_t *pool, const ngx_inbox_channel_t *channel,
    const ngx_inbox_line_t *line, const ngx_str_t *body);
static void fuzz_verdict(ngx_pool_t *pool, const ngx_inbox_talk_t *talk,
    const ngx_inbox_line_t *line, ngx_inbox_job_t *job,
    const ngx_inbox_http_answer_t *answer);
static void fuzz_whole(ngx_pool_t *pool, const ngx_inbox_job_t *job,
    ngx_inbox_outcome_e outcome);
static void fuzz_text(ngx_pool_t *pool, const ngx_str_t *s, size_t max);
static void fuzz_clean(const ngx_str_t *s);
static void fuzz_demand(ngx_uint_t truth);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ngx_log_t                   log;
    ngx_pool_t                 *pool;
    fuzz_hook_t                 made;
    ngx_array_t                 credentials;
    ngx_inbox_line_t            line;
    ngx_inbox_hook_t            hook;
    const ngx_inbox_channel_t  *channel;

    if (size == 0) {
        return 0;
    }

    ngx_pagesize = 4096;
    ngx_memzero(&log, sizeof(ngx_log_t));
    ngx_memzero(&hook, sizeof(ngx_inbox_hook_t));

    pool = ngx_create_pool(4096, &log);
    fuzz_demand(pool != NULL);

    channel = fuzz_channel(data[0]);
    fuzz_line(&line, &credentials, channel);

    hook.body.data = (u_char *) data + 1;
    hook.body.len = size - 1;
    ngx_str_set(&hook.method, "POST");
    hook.data = &made;
    hook.header = fuzz_header;

    made.pool = pool;
    made.body = hook.body;
    made.asked = 0;

    fuzz_parse(pool, channel, &line, &hook);
    fuzz_judge(pool, channel, &line, &hook.body);
    fuzz_greet(pool, channel, &line, &hook);

    ngx_destroy_pool(pool);

    return 0;
}


static const ngx_inbox_channel_t *
fuzz_channel(uint8_t choice)
{
    ngx_uint_t                  i, n;
    const ngx_inbox_channel_t  *list[64];

    n = 0;

    for (i = 0; ngx_inbox_channels[i]; i++) {
        if (ngx_inbox_channels[i]->verify != NULL) {
            list[n++] = ngx_inbox_channels[i];
        }
    }

    return list[choice % n];
}


/* every credential is the secret; no account is named, so that all may pass */
static void
fuzz_line(ngx_inbox_line_t *line, ngx_array_t *credentials,
    const ngx_inbox_channel_t *channel)
{
    static ngx_keyval_t  all[] = {
        { ngx_string("token"), ngx_string(FUZZ_SECRET) },
        { ngx_string("secret"), ngx_string(FUZZ_SECRET) },
        { ngx_string("app_secret"), ngx_string("other\n" FUZZ_SECRET) },
        { ngx_string("verify_token"), ngx_string("w") },
        { ngx_string("access_token"), ngx_string("1:A b/%") },
        { ngx_string("confirmation"), ngx_string("82eade71") },
        { ngx_string("send_url"), ngx_string("https://crm.example/in") }
    };

    ngx_memzero(line, sizeof(ngx_inbox_line_t));
    ngx_memzero(credentials, sizeof(ngx_array_t));

    credentials->elts = all;
    credentials->nelts = sizeof(all) / sizeof(all[0]);

    line->credentials = credentials;
    line->kind = channel->kind;
    ngx_str_set(&line->id, "line");
    ngx_str_set(&line->settings, "{}");
    ngx_str_set(&line->origin, "http://127.0.0.1:9999");
}


/* what any platform would send: its secret, or its signature of the body */
static ngx_str_t
fuzz_header(void *data, const char *name)
{
    fuzz_hook_t *hook = data;

    u_char     *p;
    ngx_str_t   secret = ngx_string(FUZZ_SECRET), value = ngx_null_string;

    hook->asked = 1;

    if (strcmp(name, "X-Telegram-Bot-Api-Secret-Token") == 0) {
        return secret;
    }

    p = ngx_pnalloc(hook->pool, sizeof("sha256=") + NGX_INBOX_SHA256_HEX);
    fuzz_demand(p != NULL);

    value.data = p;

    if (strcmp(name, "X-Viber-Content-Signature") != 0) {
        p = ngx_cpymem(p, "sha256=", sizeof("sha256=") - 1);
    }

    fuzz_demand(ngx_inbox_crypt_hmac_hex(&secret, &hook->body, p) == NGX_OK);
    value.len = p + NGX_INBOX_SHA256_HEX - value.data;

    return value;
}


static void
fuzz_parse(ngx_pool_t *pool, const ngx_inbox_channel_t *channel,
    const ngx_inbox_line_t *line, ngx_inbox_hook_t *hook)
{
    ngx_int_t           rc;
    ngx_uint_t          i, odd;
    ngx_array_t        *events;
    ngx_inbox_event_t  *e;

    /* who has his secret in the body cannot be signed for from here */
    rc = channel->verify(pool, line, hook);
    fuzz_demand(rc == NGX_OK
                || (rc == NGX_DECLINED
                    && !((fuzz_hook_t *) hook->data)->asked));

    events = ngx_array_create(pool, 1, sizeof(ngx_inbox_event_t));
    fuzz_demand(events != NULL);

    rc = channel->parse(pool, line, hook, events, &odd);
    fuzz_demand(rc == NGX_OK || rc == NGX_DECLINED);
    fuzz_demand(rc == NGX_OK || events->nelts == 0);
    fuzz_demand(events->nelts <= NGX_INBOX_MAX_EVENTS);

    e = events->elts;

    for (i = 0; i < events->nelts; i++) {
        fuzz_event(pool, &e[i]);

        if (i < 8) {
            fuzz_answer(pool, channel, line, &e[i]);
        }
    }
}


static void
fuzz_event(ngx_pool_t *pool, const ngx_inbox_event_t *e)
{
    fuzz_text(pool, &e->user, NGX_INBOX_MAX_EXTERNAL_ID);
    fuzz_text(pool, &e->message, NGX_INBOX_MAX_EXTERNAL_ID);
    fuzz_text(pool, &e->name, NGX_INBOX_MAX_NAME);
    fuzz_text(pool, &e->username, NGX_INBOX_MAX_NAME);
    fuzz_text(pool, &e->phone, NGX_INBOX_MAX_NAME);
    fuzz_text(pool, &e->email, NGX_INBOX_MAX_NAME);
    fuzz_text(pool, &e->text, NGX_INBOX_MAX_TEXT);
    fuzz_text(pool, &e->reply_to, NGX_INBOX_MAX_EXTERNAL_ID);
    fuzz_text(pool, &e->extra, NGX_INBOX_MAX_TEXT);

    /* the store counts bytes, and would refuse the whole call */
    fuzz_demand(e->user.len > 0 && e->user.len <= NGX_INBOX_MAX_EXTERNAL_ID);
    fuzz_demand(e->message.len <= NGX_INBOX_MAX_EXTERNAL_ID);
    fuzz_demand(e->reply_to.len <= NGX_INBOX_MAX_EXTERNAL_ID);
    fuzz_demand(e->at <= 253402300799999ULL);

    switch (e->type) {

    case NGX_INBOX_EVENT_REACTION:
        fuzz_demand(e->message.len && e->extra.len >= 2
                    && e->extra.data[0] == '[');
        break;

    case NGX_INBOX_EVENT_STATE:
        fuzz_demand(e->extra.len > 0);
        break;

    case NGX_INBOX_EVENT_RECEIPT:
        fuzz_demand(e->extra.len > 0 && (e->message.len || e->at));
        break;

    default:
        fuzz_demand(e->message.len > 0);
    }

    if (e->attachments != NULL) {
        fuzz_attachments(pool, e);
    }
}


static void
fuzz_attachments(ngx_pool_t *pool, const ngx_inbox_event_t *e)
{
    ngx_uint_t               i;
    ngx_inbox_attachment_t  *a;

    a = e->attachments->elts;
    fuzz_demand(e->attachments->nelts <= NGX_INBOX_MAX_ATTACHMENTS);

    for (i = 0; i < e->attachments->nelts; i++) {
        fuzz_demand(a[i].type.len != 0 && a[i].size >= -1);
        fuzz_text(pool, &a[i].name, NGX_INBOX_MAX_NAME);
        fuzz_text(pool, &a[i].mime, FUZZ_MIME);
        fuzz_text(pool, &a[i].ref, NGX_INBOX_MAX_REF);
        fuzz_clean(&a[i].ref);
    }
}


static void
fuzz_answer(ngx_pool_t *pool, const ngx_inbox_channel_t *channel,
    const ngx_inbox_line_t *line, const ngx_inbox_event_t *e)
{
    ngx_inbox_job_t            out;
    const ngx_inbox_talk_t    *talk;
    ngx_inbox_http_request_t   request;

    ngx_memzero(&out, sizeof(ngx_inbox_job_t));

    /* anything may stand where an id is wanted */
    out.user = e->text.len % 2 ? e->text : e->user;
    out.text = e->text;
    out.reply_to = e->message;
    out.message = e->message;
    out.author = e->name;
    out.now = e->at;
    ngx_str_set(&out.id, "1795283590000000-3");

    for (talk = channel->talks; talk->build; talk++) {
        out.kind = talk->kind;
        ngx_memzero(&request, sizeof(ngx_inbox_http_request_t));

        if (talk->build(pool, line, &out, &request) == NGX_OK) {
            fuzz_request(pool, &request);

        } else {
            fuzz_demand(talk->kind != NGX_INBOX_JOB_SEND);
        }
    }
}


/* what the client of HTTP would not refuse, in the form it says it has */
static void
fuzz_request(ngx_pool_t *pool, const ngx_inbox_http_request_t *request)
{
    size_t      i;
    ngx_str_t   err, *header;

    fuzz_clean(&request->url);
    fuzz_clean(&request->method);
    fuzz_clean(&request->type);

    if (request->headers != NULL) {
        header = request->headers->elts;

        for (i = 0; i < request->headers->nelts; i++) {
            fuzz_clean(&header[i]);
        }
    }

    if (request->type.len >= 16
        && ngx_memcmp(request->type.data, "application/json", 16) == 0)
    {
        fuzz_demand(ngx_inbox_json_parse(pool, &request->body, &err) != NULL);
        return;
    }

    for (i = 0; i < request->body.len; i++) {
        fuzz_demand(request->body.data[i] > ' '
                    && request->body.data[i] < 0x7f);
    }
}


static void
fuzz_greet(ngx_pool_t *pool, const ngx_inbox_channel_t *channel,
    const ngx_inbox_line_t *line, const ngx_inbox_hook_t *hook)
{
    u_char            *p;
    size_t             i;
    ngx_str_t          body;
    ngx_inbox_hook_t   asked;

    if (channel->greet == NULL) {
        return;
    }

    asked = *hook;
    ngx_str_set(&asked.method, "GET");

    /* also from whoever has come past the word */
    asked.args.len = hook->body.len + sizeof("hub.mode=subscribe&") - 1;
    asked.args.data = ngx_pnalloc(pool, asked.args.len);
    fuzz_demand(asked.args.data != NULL);

    p = ngx_cpymem(asked.args.data, "hub.mode=subscribe&",
                   sizeof("hub.mode=subscribe&") - 1);
    ngx_memcpy(p, hook->body.data, hook->body.len);

    for (i = 0; i < 2; i++) {
        ngx_str_null(&body);

        if (channel->greet(pool, line, i ? hook : &asked, &body) == NGX_OK) {
            fuzz_demand(body.len > 0 && body.len <= 128);
            fuzz_clean(&body);
        }
    }
}


static void
fuzz_judge(ngx_pool_t *pool, const ngx_inbox_channel_t *channel,
    const ngx_inbox_line_t *line, const ngx_str_t *body)
{
    size_t                   i;
    ngx_str_t                err;
    ngx_inbox_job_t          job;
    const ngx_inbox_talk_t  *talk;
    ngx_inbox_http_answer_t  answer;

    static const ngx_uint_t  status[] = { 200, 302, 400, 429, 500 };

    if (channel->talks == NULL) {
        return;
    }

    ngx_memzero(&answer, sizeof(ngx_inbox_http_answer_t));

    answer.body = *body;
    answer.retry_after = -1;
    answer.json = ngx_inbox_json_parse(pool, body, &err);

    for (i = 0; i < sizeof(status) / sizeof(status[0]); i++) {
        answer.status = status[i];

        for (talk = channel->talks; talk->build; talk++) {
            ngx_memzero(&job, sizeof(ngx_inbox_job_t));
            job.kind = talk->kind;
            ngx_str_set(&job.message, "57");

            for (job.step = 0; job.step < FUZZ_STEPS; job.step++) {
                fuzz_verdict(pool, talk, line, &job, &answer);
            }
        }
    }
}


/* whatever the answer is, and in whichever step it comes */
static void
fuzz_verdict(ngx_pool_t *pool, const ngx_inbox_talk_t *talk,
    const ngx_inbox_line_t *line, ngx_inbox_job_t *job,
    const ngx_inbox_http_answer_t *answer)
{
    ngx_uint_t           good;
    ngx_inbox_verdict_t  verdict;

    ngx_memzero(&verdict, sizeof(ngx_inbox_verdict_t));

    talk->judge(pool, line, job, answer, &verdict);

    good = verdict.outcome == NGX_INBOX_SENT
           || verdict.outcome == NGX_INBOX_MORE
           || verdict.outcome == NGX_INBOX_PART;

    /* a channel may be connected although it cannot tell its name */
    fuzz_demand(answer->status == 200 || !good
                || talk->kind != NGX_INBOX_JOB_SEND);
    fuzz_demand(good || verdict.error.len);
    fuzz_demand(verdict.retry_after >= -1);
    fuzz_whole(pool, job, verdict.outcome);
    fuzz_text(pool, &verdict.message, NGX_INBOX_MAX_EXTERNAL_ID);
    fuzz_text(pool, &verdict.error, NGX_INBOX_MAX_PREVIEW);
}


/* what was asked for is there when it was found, and only then; of no other
   job */
static void
fuzz_whole(ngx_pool_t *pool, const ngx_inbox_job_t *job,
    ngx_inbox_outcome_e outcome)
{
    ngx_inbox_event_t *e = job->whole;

    fuzz_demand((e != NULL) == (job->kind == NGX_INBOX_JOB_WHOLE
                                && outcome == NGX_INBOX_SENT));

    if (e == NULL) {
        return;
    }

    fuzz_demand(e->text.len || e->attachments != NULL);
    fuzz_text(pool, &e->text, NGX_INBOX_MAX_TEXT);

    if (e->attachments != NULL) {
        fuzz_attachments(pool, e);
    }
}


static void
fuzz_text(ngx_pool_t *pool, const ngx_str_t *s, size_t max)
{
    ngx_str_t  mended;

    fuzz_demand(ngx_inbox_text_mend(pool, s, &mended) == NGX_OK);
    fuzz_demand(mended.data == s->data && mended.len == s->len);
    fuzz_demand(ngx_inbox_text_chars(s, NULL) <= max);
}


/* no byte that could end a line early */
static void
fuzz_clean(const ngx_str_t *s)
{
    size_t  i;

    for (i = 0; i < s->len; i++) {
        fuzz_demand(s->data[i] >= 0x20 && s->data[i] != 0x7f);
    }
}


static void
fuzz_demand(ngx_uint_t truth)
{
    if (!truth) {
        __builtin_trap();
    }
}
