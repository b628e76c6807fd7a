
/*
 * Copyright (C) the ngx_inbox authors
 *
 * libFuzzer target: the whole Telegram channel.  The input is a body; it is
 * verified, parsed, what came of it is answered, and the same bytes are judged
 * as the platform's answer.  Beyond not crashing: everything in an event is
 * valid UTF-8 and within its limit, and every request built is JSON.
 */


#include "ngx_inbox_channel.h"
#include "ngx_inbox_json.h"
#include "ngx_inbox_text.h"


#define FUZZ_SECRET  "fuzz-secret"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ngx_str_t fuzz_header(void *data, const char *name);
static void fuzz_events(ngx_pool_t *pool, const ngx_inbox_channel_t *channel,
    const ngx_inbox_line_t *line, ngx_array_t *events);
static void fuzz_answer(ngx_pool_t *pool, const ngx_inbox_channel_t *channel,
    const ngx_inbox_line_t *line, const ngx_inbox_event_t *e);
static void fuzz_judge(ngx_pool_t *pool, const ngx_inbox_channel_t *channel,
    const ngx_str_t *body);
static void fuzz_text(ngx_pool_t *pool, const ngx_str_t *s, size_t max);
static void fuzz_demand(ngx_uint_t truth);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ngx_int_t                   rc;
    ngx_log_t                   log;
    ngx_str_t                   kind = ngx_string("telegram");
    ngx_pool_t                 *pool;
    ngx_uint_t                  odd;
    ngx_array_t                 credentials, *events;
    ngx_inbox_line_t            line;
    ngx_inbox_hook_t            hook;
    const ngx_inbox_channel_t  *channel;

    static ngx_keyval_t  secrets[] = {
        { ngx_string("token"), ngx_string("1:A b/%") },
        { ngx_string("secret"), ngx_string(FUZZ_SECRET) }
    };

    ngx_pagesize = 4096;
    ngx_memzero(&log, sizeof(ngx_log_t));
    ngx_memzero(&line, sizeof(ngx_inbox_line_t));
    ngx_memzero(&hook, sizeof(ngx_inbox_hook_t));
    ngx_memzero(&credentials, sizeof(ngx_array_t));

    pool = ngx_create_pool(4096, &log);
    fuzz_demand(pool != NULL);

    credentials.elts = secrets;
    credentials.nelts = 2;
    line.credentials = &credentials;
    ngx_str_set(&line.origin, "http://127.0.0.1:9999");

    hook.body.data = (u_char *) data;
    hook.body.len = size;
    hook.header = fuzz_header;

    channel = ngx_inbox_channel_find(&kind);
    fuzz_demand(channel->verify(pool, &line, &hook) == NGX_OK);

    events = ngx_array_create(pool, 1, sizeof(ngx_inbox_event_t));
    fuzz_demand(events != NULL);

    rc = channel->parse(pool, &line, &hook, events, &odd);
    fuzz_demand(rc == NGX_OK || rc == NGX_DECLINED);
    fuzz_demand(rc == NGX_OK || events->nelts == 0);
    fuzz_demand(events->nelts <= NGX_INBOX_MAX_EVENTS);

    fuzz_events(pool, channel, &line, events);
    fuzz_judge(pool, channel, &hook.body);

    ngx_destroy_pool(pool);

    return 0;
}


static ngx_str_t
fuzz_header(void *data, const char *name)
{
    ngx_str_t  secret = ngx_string(FUZZ_SECRET);

    return secret;
}


static void
fuzz_events(ngx_pool_t *pool, const ngx_inbox_channel_t *channel,
    const ngx_inbox_line_t *line, ngx_array_t *events)
{
    ngx_uint_t               i, k;
    ngx_inbox_event_t       *e;
    ngx_inbox_attachment_t  *a;

    e = events->elts;

    for (i = 0; i < events->nelts; i++) {
        fuzz_demand(ngx_inbox_text_is_digits(&e[i].user, 19));
        fuzz_text(pool, &e[i].message, NGX_INBOX_MAX_EXTERNAL_ID);
        fuzz_text(pool, &e[i].name, NGX_INBOX_MAX_NAME);
        fuzz_text(pool, &e[i].username, NGX_INBOX_MAX_NAME);
        fuzz_text(pool, &e[i].phone, NGX_INBOX_MAX_NAME);
        fuzz_text(pool, &e[i].text, NGX_INBOX_MAX_TEXT);
        fuzz_text(pool, &e[i].reply_to, NGX_INBOX_MAX_EXTERNAL_ID);
        fuzz_text(pool, &e[i].extra, NGX_INBOX_MAX_TEXT);

        if (e[i].attachments) {
            a = e[i].attachments->elts;
            fuzz_demand(e[i].attachments->nelts <= NGX_INBOX_MAX_ATTACHMENTS);

            for (k = 0; k < e[i].attachments->nelts; k++) {
                fuzz_demand(a[k].type.len != 0 && a[k].size >= -1);
                fuzz_text(pool, &a[k].name, NGX_INBOX_MAX_NAME);
                fuzz_text(pool, &a[k].mime, 255);
                fuzz_text(pool, &a[k].ref, NGX_INBOX_MAX_EXTERNAL_ID);
            }
        }

        if (i < 8) {
            fuzz_answer(pool, channel, line, &e[i]);
        }
    }
}


static void
fuzz_answer(ngx_pool_t *pool, const ngx_inbox_channel_t *channel,
    const ngx_inbox_line_t *line, const ngx_inbox_event_t *e)
{
    ngx_str_t                  err, text;
    ngx_inbox_json_t          *v;
    ngx_inbox_outgoing_t       out;
    ngx_inbox_http_request_t   request;

    ngx_memzero(&out, sizeof(ngx_inbox_outgoing_t));

    /* anything may stand where an id is wanted */
    out.user = e->text.len % 2 ? e->text : e->user;
    out.text = e->text;
    out.reply_to = e->message;

    fuzz_demand(channel->build(pool, line, &out, &request) == NGX_OK);

    v = ngx_inbox_json_parse(pool, &request.body, &err);
    fuzz_demand(v != NULL);
    fuzz_demand(ngx_inbox_json_str(v, "text", &text) == NGX_OK);
    fuzz_demand(text.len == e->text.len);
    fuzz_demand(text.len == 0
                || ngx_memcmp(text.data, e->text.data, text.len) == 0);
}


static void
fuzz_judge(ngx_pool_t *pool, const ngx_inbox_channel_t *channel,
    const ngx_str_t *body)
{
    size_t                   i;
    ngx_inbox_verdict_t      verdict;
    ngx_inbox_http_answer_t  answer;

    static const ngx_uint_t  status[] = { 200, 302, 400, 429, 500 };

    ngx_memzero(&answer, sizeof(ngx_inbox_http_answer_t));

    answer.body = *body;
    answer.retry_after = -1;

    for (i = 0; i < sizeof(status) / sizeof(status[0]); i++) {
        answer.status = status[i];
        channel->judge(pool, &answer, &verdict);

        fuzz_demand(status[i] == 200 || verdict.outcome != NGX_INBOX_SENT);
        fuzz_demand(verdict.outcome == NGX_INBOX_SENT || verdict.error.len);
        fuzz_demand(verdict.retry_after >= -1);
        fuzz_text(pool, &verdict.message, NGX_INBOX_MAX_EXTERNAL_ID);
        fuzz_text(pool, &verdict.error, NGX_INBOX_MAX_PREVIEW);
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


static void
fuzz_demand(ngx_uint_t truth)
{
    if (!truth) {
        __builtin_trap();
    }
}
