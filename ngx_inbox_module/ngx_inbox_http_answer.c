
/*
 * Copyright (C) the ngx_inbox authors
 *
 * What comes back from a platform, and what the end of a transfer means.
 *
 * The outcome answers one question: may the request be repeated?  Not a byte of
 * it was written: NGX_DECLINED, it may.  Some were, and no whole answer came:
 * NGX_ERROR, nobody knows.  Bytes decide, not curl's codes, because the same
 * code (a timeout, a reset) comes before and after the request has left.
 *
 * The words are for people: made from the kind of failure alone.  curl's own
 * messages, which quote URLs (and Telegram's contain the bot's token), are
 * never asked for.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <curl/curl.h>

#include "ngx_inbox_http_easy.h"


/* headers of one answer, interim ones and trailers too; browsers' proxies stop
   at 8k to 32k */
#define NGX_INBOX_HTTP_MAX_HEAD   32768
/* most answers are a few hundred bytes */
#define NGX_INBOX_HTTP_ROOM       2048
/* who asks us to wait longer than a day means "never" */
#define NGX_INBOX_HTTP_MAX_RETRY  86400


typedef struct {
    int          code;
    ngx_str_t    words;
} ngx_inbox_http_words_t;


static void ngx_inbox_http_answer_retry(ngx_inbox_http_easy_t *e, u_char *p,
    u_char *last);
static ngx_int_t ngx_inbox_http_answer_grow(ngx_inbox_http_easy_t *e,
    size_t n);
static ngx_uint_t ngx_inbox_http_answer_status(ngx_inbox_http_easy_t *e);
static void ngx_inbox_http_answer_location(ngx_inbox_http_easy_t *e,
    ngx_str_t *location);
static ngx_uint_t ngx_inbox_http_answer_left(ngx_inbox_http_easy_t *e);
static ngx_str_t ngx_inbox_http_answer_words(ngx_inbox_http_easy_t *e,
    CURLcode code);
static ngx_str_t ngx_inbox_http_answer_find(
    const ngx_inbox_http_words_t *table, int code);


static const ngx_inbox_http_words_t  ngx_inbox_http_codes[] = {
    { CURLE_COULDNT_RESOLVE_HOST,     ngx_string("name not found") },
    { CURLE_COULDNT_CONNECT,          ngx_string("could not connect") },
    { CURLE_OPERATION_TIMEDOUT,       ngx_string("timed out") },
    { CURLE_SSL_CONNECT_ERROR,        ngx_string("TLS handshake failed") },
    { CURLE_PEER_FAILED_VERIFICATION, ngx_string("certificate not accepted") },
    { CURLE_SSL_CACERT_BADFILE,       ngx_string("no certificates to trust") },
    { CURLE_SEND_ERROR,               ngx_string("connection lost") },
    { CURLE_SEND_FAIL_REWIND,         ngx_string("connection lost") },
    { CURLE_RECV_ERROR,               ngx_string("connection lost") },
    { CURLE_GOT_NOTHING,              ngx_string("closed without an answer") },
    { CURLE_PARTIAL_FILE,             ngx_string("answer was cut off") },
    { CURLE_UNSUPPORTED_PROTOCOL,     ngx_string("answer is not HTTP") },
    { CURLE_WEIRD_SERVER_REPLY,       ngx_string("answer is not HTTP") },
    { CURLE_BAD_CONTENT_ENCODING,     ngx_string("answer is not HTTP") },
    { CURLE_OUT_OF_MEMORY,            ngx_string("out of memory") },
    { CURLE_ABORTED_BY_CALLBACK,      ngx_string("worker is leaving") },
    { 0,                              ngx_string("transfer failed") }
};

static const ngx_inbox_http_words_t  ngx_inbox_http_errnos[] = {
    { ECONNREFUSED,  ngx_string("connection refused") },
    { ECONNRESET,    ngx_string("connection reset") },
    { ENETUNREACH,   ngx_string("network is not reachable") },
    { EHOSTUNREACH,  ngx_string("host is not reachable") },
    { ETIMEDOUT,     ngx_string("timed out") },
    { EMFILE,        ngx_string("too many open files") },
    { 0,             ngx_string("could not connect") }
};


size_t
ngx_inbox_http_answer_on_head(char *p, size_t size, size_t n, void *data)
{
    u_char                 *line, *last;
    ngx_inbox_http_easy_t  *e = data;

    n *= size;
    e->head += n;

    if (e->head > NGX_INBOX_HTTP_MAX_HEAD) {
        e->flooded = 1;
        return 0;
    }

    line = (u_char *) p;
    last = line + n;

    /* a status line: what an interim answer said is over */
    if (n > 5 && ngx_strncasecmp(line, (u_char *) "http/", 5) == 0) {
        e->retry_after = -1;
        return n;
    }

    if (n > 12 && ngx_strncasecmp(line, (u_char *) "retry-after:", 12) == 0) {
        ngx_inbox_http_answer_retry(e, line + 12, last);
    }

    return n;
}


/* seconds or a date */
static void
ngx_inbox_http_answer_retry(ngx_inbox_http_easy_t *e, u_char *p, u_char *last)
{
    time_t  t;

    while (p < last && (*p == ' ' || *p == '\t')) {
        p++;
    }

    while (p < last && last[-1] <= ' ') {
        last--;
    }

    if (p == last) {
        return;
    }

    if (*p >= '0' && *p <= '9') {
        t = ngx_atotm(p, last - p);

        if (t != (time_t) NGX_ERROR) {
            e->retry_after = ngx_min(t, NGX_INBOX_HTTP_MAX_RETRY);
        }

        return;
    }

    t = ngx_parse_http_time(p, last - p);
    if (t == (time_t) NGX_ERROR) {
        return;
    }

    t -= ngx_time();
    t = ngx_max(t, 0);

    e->retry_after = ngx_min(t, NGX_INBOX_HTTP_MAX_RETRY);
}


size_t
ngx_inbox_http_answer_on_body(char *p, size_t size, size_t n, void *data)
{
    size_t                  want;
    ngx_inbox_http_easy_t  *e = data;

    n *= size;

    if (e->sink != NULL && ngx_inbox_http_answer_status(e) / 100 == 2) {

        if (e->sink(e->sink_data, (u_char *) p, n) != NGX_OK) {
            e->refused = 1;
            return 0;
        }

        return n;
    }

    want = ngx_min(n, NGX_INBOX_HTTP_MAX_BODY - e->answer.len);

    if (want) {

        if (ngx_inbox_http_answer_grow(e, want) != NGX_OK) {
            return 0;
        }

        ngx_memcpy(e->answer.data + e->answer.len, p, want);
        e->answer.len += want;
    }

    if (want < n) {
        /* enough; the connection is given up with what is still to come */
        e->full = 1;
        return 0;
    }

    return n;
}


static ngx_int_t
ngx_inbox_http_answer_grow(ngx_inbox_http_easy_t *e, size_t n)
{
    size_t   room;
    u_char  *p;

    if (e->answer.len + n <= e->room) {
        return NGX_OK;
    }

    room = ngx_max(e->room, NGX_INBOX_HTTP_ROOM);

    while (room < e->answer.len + n) {
        room *= 2;
    }

    p = ngx_palloc(e->pool, room);
    if (p == NULL) {
        return NGX_ERROR;
    }

    if (e->answer.len) {
        ngx_memcpy(p, e->answer.data, e->answer.len);
        (void) ngx_pfree(e->pool, e->answer.data);
    }

    e->answer.data = p;
    e->room = room;

    return NGX_OK;
}


void
ngx_inbox_http_answer_judge(ngx_inbox_http_easy_t *e, CURLcode code,
    ngx_inbox_http_answer_t *answer)
{
    ngx_memzero(answer, sizeof(ngx_inbox_http_answer_t));

    answer->retry_after = -1;

    if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && e->full)) {
        answer->rc = NGX_OK;
        answer->status = ngx_inbox_http_answer_status(e);
        answer->body = e->answer;
        answer->retry_after = e->retry_after;
        ngx_inbox_http_answer_location(e, &answer->location);
        return;
    }

    answer->rc = ngx_inbox_http_answer_left(e) ? NGX_ERROR : NGX_DECLINED;
    answer->error = ngx_inbox_http_answer_words(e, code);
}


static ngx_uint_t
ngx_inbox_http_answer_status(ngx_inbox_http_easy_t *e)
{
    long  status;

    status = 0;
    (void) curl_easy_getinfo(e->curl, CURLINFO_RESPONSE_CODE, &status);

    return (ngx_uint_t) status;
}


/* curl joins it to the URL that was asked */
static void
ngx_inbox_http_answer_location(ngx_inbox_http_easy_t *e, ngx_str_t *location)
{
    char       *url;
    ngx_str_t   s;

    url = NULL;

    if (curl_easy_getinfo(e->curl, CURLINFO_REDIRECT_URL, &url) != CURLE_OK
        || url == NULL)
    {
        return;
    }

    s.data = (u_char *) url;
    s.len = ngx_strlen(url);

    location->data = ngx_pstrdup(e->pool, &s);
    location->len = (location->data != NULL) ? s.len : 0;
}


/* 1: at least a byte of the request was written to somebody */
static ngx_uint_t
ngx_inbox_http_answer_left(ngx_inbox_http_easy_t *e)
{
    long  size;

    if (e->curl == NULL) {
        return 0;
    }

    size = 0;

    if (curl_easy_getinfo(e->curl, CURLINFO_REQUEST_SIZE, &size) != CURLE_OK) {
        return 1;
    }

    return size > 0;
}


static ngx_str_t
ngx_inbox_http_answer_words(ngx_inbox_http_easy_t *e, CURLcode code)
{
    long  err;

    static const ngx_str_t  closed = ngx_string("address is not allowed");
    static const ngx_str_t  starved = ngx_string("too few free connections");
    static const ngx_str_t  flooded = ngx_string("answer has too many headers");
    static const ngx_str_t  refused = ngx_string("answer is too large");

    if (code == CURLE_WRITE_ERROR && e->flooded) {
        return flooded;
    }

    if (code == CURLE_WRITE_ERROR && e->refused) {
        return refused;
    }

    if (code == CURLE_COULDNT_CONNECT && e->closed) {
        return closed;
    }

    if (code == CURLE_COULDNT_CONNECT && e->starved) {
        return starved;
    }

    if (code == CURLE_COULDNT_CONNECT) {
        err = 0;
        (void) curl_easy_getinfo(e->curl, CURLINFO_OS_ERRNO, &err);
        return ngx_inbox_http_answer_find(ngx_inbox_http_errnos, (int) err);
    }

    return ngx_inbox_http_answer_find(ngx_inbox_http_codes, (int) code);
}


/* the last line of a table, code 0, fits all */
static ngx_str_t
ngx_inbox_http_answer_find(const ngx_inbox_http_words_t *table, int code)
{
    while (table->code && table->code != code) {
        table++;
    }

    return table->words;
}
