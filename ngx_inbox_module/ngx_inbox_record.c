
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A record is a cleanup of its request, and so it is told once, with the status
 * that the platform got, also when the store was away or the platform has hung
 * up.  The piece for the ring is made only when there is room for it.
 */

#include "ngx_inbox_record.h"
#include "ngx_inbox_message.h"
#include "ngx_inbox_text.h"


/* events of one webhook that are listed */
#define NGX_INBOX_RECORD_EVENTS  20
/* "a webhook was answered with 503" */
#define NGX_INBOX_RECORD_WORDS   64


struct ngx_inbox_record_s {
    ngx_inbox_ctx_t                *ctx;
    ngx_inbox_tally_news_t          news;
    const char                     *outcome;
    uint64_t                        at;        /* ms */
    ngx_str_t                       body;      /* without secrets, or len 0 */
    const ngx_str_t                *events;    /* 16 arguments of each */
    const ngx_inbox_redis_value_t  *results;
    ngx_str_t                       list;      /* what was stored, as JSON */
    u_char                          words[NGX_INBOX_RECORD_WORDS];
    unsigned                        odd:1;
};


static ngx_int_t ngx_inbox_record_chats(ngx_inbox_record_t *record);
static void ngx_inbox_record_on_end(void *data);
static void ngx_inbox_record_failed(ngx_inbox_record_t *record,
    ngx_uint_t status);
static ngx_int_t ngx_inbox_record_piece(ngx_inbox_record_t *record);


ngx_inbox_record_t *
ngx_inbox_record_start(ngx_inbox_ctx_t *ctx)
{
    ngx_time_t          *tp;
    ngx_http_cleanup_t  *cln;
    ngx_inbox_record_t  *record;

    cln = ngx_http_cleanup_add(ctx->r, sizeof(ngx_inbox_record_t));
    if (cln == NULL) {
        return NULL;
    }

    record = cln->data;
    ngx_memzero(record, sizeof(ngx_inbox_record_t));

    tp = ngx_timeofday();

    record->ctx = ctx;
    record->at = (uint64_t) tp->sec * 1000 + tp->msec;
    record->news.space = ctx->space;
    record->news.channel = ctx->param[0];
    record->outcome = "nothing";

    cln->handler = ngx_inbox_record_on_end;

    return record;
}


void
ngx_inbox_record_verified(ngx_inbox_record_t *record,
    const ngx_inbox_line_t *line, ngx_uint_t odd)
{
    if (record == NULL) {
        return;
    }

    if (odd) {
        record->odd = 1;
        record->news.what = NGX_INBOX_TALLY_ODD;
    }

    if (record->ctx->body.len > NGX_INBOX_TALLY_BODY
        || !ngx_inbox_tally_wants(record->ctx->worker->tally, &record->news)
        || ngx_inbox_channel_scrub(record->ctx->r->pool, line,
                                   &record->ctx->body, &record->body)
           != NGX_OK)
    {
        ngx_str_null(&record->body);
    }
}


void
ngx_inbox_record_outcome(ngx_inbox_record_t *record,
    ngx_inbox_tally_what_e what, const char *outcome, const char *words)
{
    if (record == NULL) {
        return;
    }

    record->news.what = what;
    record->outcome = outcome;

    if (words != NULL) {
        record->news.words.data = (u_char *) words;
        record->news.words.len = ngx_strlen(words);
    }
}


/* written down now: the answer will be gone */

void
ngx_inbox_record_stored(ngx_inbox_record_t *record, const ngx_str_t *events,
    const ngx_inbox_answer_t *answer)
{
    ngx_inbox_json_writer_t  w;

    if (record == NULL) {
        return;
    }

    record->events = events;
    record->results = answer->value;
    record->outcome = ngx_inbox_record_word(answer->value);

    if (!ngx_inbox_tally_wants(record->ctx->worker->tally, &record->news)) {
        return;
    }

    ngx_inbox_json_begin(&w, record->ctx->r->pool);
    ngx_inbox_json_open(&w, '[');
    ngx_inbox_record_write(&w, events, answer->value);
    ngx_inbox_json_close(&w, ']');

    if (ngx_inbox_json_end(&w, &record->list) != NGX_OK
        || ngx_inbox_record_chats(record) != NGX_OK)
    {
        ngx_str_null(&record->list);
        ngx_str_null(&record->body);
    }
}


const char *
ngx_inbox_record_word(const ngx_inbox_redis_value_t *results)
{
    ngx_str_t   *word;
    ngx_uint_t   i;
    const char  *outcome;

    outcome = "nothing";

    for (i = 0; i + 2 < results->n; i += 3) {
        word = &results->item[i]->str;

        if (word->len == 3 || word->len == 7) {
            return "stored";     /* new, changed */
        }

        if (word->data[0] == 's') {
            outcome = "known";   /* same */
        }
    }

    return outcome;
}


static ngx_int_t
ngx_inbox_record_chats(ngx_inbox_record_t *record)
{
    u_char      *p;
    size_t       size;
    ngx_str_t   *chat, *last;
    ngx_uint_t   i;

    size = 1;

    for (i = 1; i < record->results->n; i += 3) {
        size += record->results->item[i]->str.len + 1;
    }

    p = ngx_pnalloc(record->ctx->r->pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    record->news.chats.data = p;
    last = NULL;

    for (i = 1; i < record->results->n; i += 3) {
        chat = &record->results->item[i]->str;

        if (chat->len == 0
            || (last != NULL && last->len == chat->len
                && ngx_memcmp(last->data, chat->data, chat->len) == 0))
        {
            continue;
        }

        p = ngx_sprintf(p, ",%V", chat);
        last = chat;
    }

    if (last != NULL) {
        *p++ = ',';
    }

    record->news.chats.len = p - record->news.chats.data;

    return NGX_OK;
}


void
ngx_inbox_record_write(ngx_inbox_json_writer_t *w, const ngx_str_t *events,
    const ngx_inbox_redis_value_t *results)
{
    ngx_uint_t   i, n;
    ngx_str_t   *chat;

    n = ngx_min(results->n / 3, NGX_INBOX_RECORD_EVENTS);

    for (i = 0; i < n; i++) {
        chat = &results->item[3 * i + 1]->str;

        ngx_inbox_json_open(w, '{');
        ngx_inbox_json_key(w, "type");
        ngx_inbox_json_put(w, &events[i * NGX_INBOX_INTAKE_EVENT]);
        ngx_inbox_json_key(w, "result");
        ngx_inbox_json_put(w, &results->item[3 * i]->str);
        ngx_inbox_json_key(w, "chat");

        if (chat->len) {
            ngx_inbox_json_raw(w, (char *) chat->data, chat->len);

        } else {
            ngx_inbox_json_raw(w, "null", 4);
        }

        ngx_inbox_json_close(w, '}');
    }
}


static void
ngx_inbox_record_on_end(void *data)
{
    ngx_inbox_record_t *record = data;

    ngx_uint_t          status;
    ngx_inbox_tally_t  *tally;

    tally = record->ctx->worker->tally;
    status = record->ctx->r->headers_out.status;

    if ((status < 200 || status >= 300)
        && record->news.what <= NGX_INBOX_TALLY_ODD)
    {
        ngx_inbox_record_failed(record, status);
    }

    if (!ngx_inbox_tally_wants(tally, &record->news)
        || ngx_inbox_record_piece(record) != NGX_OK)
    {
        ngx_str_null(&record->news.piece);
    }

    ngx_inbox_tally_add(tally, &record->news);
}


static void
ngx_inbox_record_failed(ngx_inbox_record_t *record, ngx_uint_t status)
{
    record->outcome = "failed";
    record->news.what = NGX_INBOX_TALLY_FAILED;
    record->news.words.data = record->words;

    if (status == 0 || status == NGX_HTTP_CLIENT_CLOSED_REQUEST) {
        ngx_str_set(&record->news.words, "a webhook's sender hung up");
        return;
    }

    record->news.words.len = ngx_snprintf(record->words,
                                          NGX_INBOX_RECORD_WORDS,
                                          "a webhook was answered with %ui",
                                          status)
                             - record->words;
}


static ngx_int_t
ngx_inbox_record_piece(ngx_inbox_record_t *record)
{
    u_char                    at[NGX_INBOX_TIME_LEN];
    ngx_str_t                 text;
    ngx_inbox_ctx_t          *ctx;
    ngx_inbox_json_writer_t   w;

    ctx = record->ctx;

    ngx_inbox_json_begin(&w, ctx->r->pool);
    ngx_inbox_json_open(&w, '{');

    text.data = at;
    text.len = ngx_inbox_text_time(at, record->at) - at;
    ngx_inbox_json_key(&w, "at");
    ngx_inbox_json_put(&w, &text);

    ngx_inbox_json_key(&w, "method");
    ngx_inbox_json_put(&w, &ctx->r->method_name);
    ngx_inbox_json_key(&w, "status");
    ngx_inbox_json_put_int(&w, ctx->r->headers_out.status);

    text.data = (u_char *) record->outcome;
    text.len = ngx_strlen(record->outcome);
    ngx_inbox_json_key(&w, "outcome");
    ngx_inbox_json_put(&w, &text);

    ngx_inbox_json_key(&w, "odd");
    ngx_inbox_json_put_bool(&w, record->odd);
    ngx_inbox_json_key(&w, "size");
    ngx_inbox_json_put_int(&w, ctx->body.len);
    ngx_inbox_json_key(&w, "events");

    if (record->list.len) {
        ngx_inbox_json_raw(&w, (char *) record->list.data, record->list.len);

    } else {
        ngx_inbox_json_raw(&w, "[]", 2);
    }

    ngx_inbox_json_key(&w, "body");
    ngx_inbox_json_put_or_null(&w, &record->body);
    ngx_inbox_json_close(&w, '}');

    return ngx_inbox_json_end(&w, &record->news.piece);
}
