
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Each exchange has a pool of its own, destroyed when it is done.  Its steps
 * are functions, each naming its successor:
 *
 *     start -> on_settings -> step -> on_answer -> step ... -> end
 *                                 \-> hop ----/
 *
 * The settings are always read from the store: what a worker remembers may be
 * older than the job.  They are copied, for the talk outlives the callback that
 * brings them, and the copies of secrets are wiped.
 *
 * Where a file is fetched, the platform may send us elsewhere.  Each hop is a
 * request of its own, judged like any other, without the headers of the first:
 * they have the token in them.  A URL that does not lead to the platform's API
 * may lead to public addresses only.
 */

#include "ngx_inbox_exchange.h"
#include "ngx_inbox_json.h"
#include "ngx_inbox_settings.h"
#include "ngx_inbox_text.h"


/* steps of one talk; the longest has five */
#define NGX_INBOX_EXCHANGE_STEPS  12
/* hops of one fetch, as browsers' own limit of 20 is far beyond any use */
#define NGX_INBOX_EXCHANGE_HOPS   5
/* s, a channel that is switched off is looked at again after this */
#define NGX_INBOX_EXCHANGE_OFF    60
/* s, when the store is away */
#define NGX_INBOX_EXCHANGE_AWAY   1


struct ngx_inbox_exchange_s {
    ngx_pool_t                 *pool;
    ngx_inbox_worker_t         *worker;
    ngx_inbox_exchange_ask_t    ask;
    ngx_str_t                   channel;

    ngx_inbox_settings_load_t  *load;     /* in flight, or NULL: one of two */
    ngx_inbox_http_send_t      *http;

    ngx_inbox_line_t            line;
    const ngx_inbox_talk_t     *talk;
    ngx_uint_t                  hops;
    unsigned                    safe:1;   /* of the request under way */
    unsigned                    bytes:1;
};


static void ngx_inbox_exchange_on_settings(void *data,
    const ngx_inbox_line_t *line, ngx_inbox_answer_t *answer);
static void ngx_inbox_exchange_on_line(ngx_inbox_exchange_t *x);
static void ngx_inbox_exchange_step(ngx_inbox_exchange_t *x);
static const char *ngx_inbox_exchange_why(ngx_inbox_exchange_t *x,
    ngx_int_t rc);
static void ngx_inbox_exchange_send(ngx_inbox_exchange_t *x,
    ngx_inbox_http_request_t *request);
static ngx_uint_t ngx_inbox_exchange_is_theirs(ngx_inbox_exchange_t *x,
    const ngx_str_t *url);
static void ngx_inbox_exchange_on_answer(void *data,
    ngx_inbox_http_answer_t *answer);
static void ngx_inbox_exchange_lost(ngx_inbox_exchange_t *x,
    ngx_inbox_http_answer_t *answer);
static void ngx_inbox_exchange_hop(ngx_inbox_exchange_t *x,
    const ngx_str_t *location);

static void ngx_inbox_exchange_fail(ngx_inbox_exchange_t *x,
    ngx_inbox_exchanged_t *how, ngx_inbox_outcome_e outcome,
    const char *words);
static void ngx_inbox_exchange_end(ngx_inbox_exchange_t *x,
    ngx_inbox_exchanged_t *how);
static void ngx_inbox_exchange_free(ngx_inbox_exchange_t *x);

static ngx_int_t ngx_inbox_exchange_copy_line(ngx_pool_t *pool,
    ngx_inbox_line_t *to, const ngx_inbox_line_t *from);
static ngx_int_t ngx_inbox_exchange_copy_credentials(ngx_pool_t *pool,
    ngx_inbox_line_t *to, const ngx_inbox_line_t *from);


ngx_inbox_exchange_t *
ngx_inbox_exchange_start(ngx_inbox_worker_t *worker,
    const ngx_inbox_exchange_ask_t *ask)
{
    ngx_pool_t            *pool;
    ngx_inbox_exchange_t  *x;

    pool = ngx_create_pool(4096, worker->log);
    if (pool == NULL) {
        return NULL;
    }

    x = ngx_pcalloc(pool, sizeof(ngx_inbox_exchange_t));
    if (x == NULL) {
        goto failed;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     x->http = NULL;
     *     x->line.credentials = NULL;
     *     x->hops = 0;
     */

    x->pool = pool;
    x->worker = worker;
    x->ask = *ask;

    ask->job->step = 0;
    ask->job->memo = NULL;
    ask->job->whole = NULL;

    if (ngx_inbox_text_copy(pool, &x->channel, ask->channel) != NGX_OK) {
        goto failed;
    }

    x->load = ngx_inbox_settings_load(worker->settings, ask->space,
                                      &x->channel,
                                      ngx_inbox_exchange_on_settings, x);
    if (x->load == NULL) {
        goto failed;
    }

    return x;

failed:

    ngx_destroy_pool(pool);

    return NULL;
}


void
ngx_inbox_exchange_forget(ngx_inbox_exchange_t *x)
{
    if (x->load != NULL) {
        ngx_inbox_settings_forget(x->load);
    }

    if (x->http != NULL) {
        ngx_inbox_http_forget(x->http);
    }

    ngx_inbox_exchange_free(x);
}


static void
ngx_inbox_exchange_on_settings(void *data, const ngx_inbox_line_t *line,
    ngx_inbox_answer_t *answer)
{
    ngx_inbox_exchange_t *x = data;

    ngx_inbox_exchanged_t  how;

    x->load = NULL;

    ngx_memzero(&how, sizeof(ngx_inbox_exchanged_t));

    if (line != NULL
        && ngx_inbox_exchange_copy_line(x->pool, &x->line, line) == NGX_OK)
    {
        ngx_inbox_exchange_on_line(x);
        return;
    }

    if (line == NULL && answer->status == NGX_HTTP_NOT_FOUND) {
        how.missing = 1;
        ngx_inbox_exchange_fail(x, &how, NGX_INBOX_NEVER,
                                "the channel does not exist any more");
        return;
    }

    how.untried = 1;
    how.verdict.retry_after = NGX_INBOX_EXCHANGE_AWAY;
    ngx_inbox_exchange_fail(x, &how, NGX_INBOX_LATER, NULL);
}


static void
ngx_inbox_exchange_on_line(ngx_inbox_exchange_t *x)
{
    ngx_inbox_exchanged_t       how;
    const ngx_inbox_channel_t  *channel;

    ngx_memzero(&how, sizeof(ngx_inbox_exchanged_t));

    channel = ngx_inbox_channel_find(&x->line.kind);

    if (channel != NULL) {
        x->talk = ngx_inbox_channel_talk(channel, x->ask.job->kind);
    }

    if (x->talk == NULL) {
        how.missing = 1;
        ngx_inbox_exchange_fail(x, &how, NGX_INBOX_NEVER,
                                "this kind of channel cannot do that");
        return;
    }

    if (!x->line.enabled && !x->ask.off) {
        how.untried = 1;
        how.verdict.retry_after = NGX_INBOX_EXCHANGE_OFF;
        ngx_inbox_exchange_fail(x, &how, NGX_INBOX_LATER,
                                "the channel is switched off");
        return;
    }

    ngx_inbox_exchange_step(x);
}


static void
ngx_inbox_exchange_step(ngx_inbox_exchange_t *x)
{
    ngx_int_t                 rc;
    ngx_inbox_exchanged_t     how;
    ngx_inbox_http_request_t  request;

    ngx_memzero(&how, sizeof(ngx_inbox_exchanged_t));
    ngx_memzero(&request, sizeof(ngx_inbox_http_request_t));

    if (x->ask.job->step >= NGX_INBOX_EXCHANGE_STEPS) {
        rc = NGX_ERROR;

    } else {
        rc = x->talk->build(x->pool, &x->line, x->ask.job, &request);
    }

    if (rc != NGX_OK) {
        how.missing = (rc == NGX_DECLINED);
        ngx_inbox_exchange_fail(x, &how, NGX_INBOX_NEVER,
                                ngx_inbox_exchange_why(x, rc));
        return;
    }

    ngx_inbox_exchange_send(x, &request);
}


/* why a channel has nothing to ask for */

static const char *
ngx_inbox_exchange_why(ngx_inbox_exchange_t *x, ngx_int_t rc)
{
    ngx_uint_t         i;
    ngx_array_t       *files;
    ngx_inbox_file_t  *file;

    files = x->ask.job->files;

    if (rc == NGX_DECLINED && files != NULL) {
        file = files->elts;

        for (i = 0; i < files->nelts; i++) {
            if (file[i].url.len == 0) {
                return "this platform fetches files by a link, and the server "
                       "does not know its public address: the directive "
                       "inbox_public_url is not set";
            }
        }
    }

    return "the message could not be built";
}


static void
ngx_inbox_exchange_send(ngx_inbox_exchange_t *x,
    ngx_inbox_http_request_t *request)
{
    ngx_msec_t             timeout;
    ngx_inbox_exchanged_t  how;

    x->safe = request->safe;
    x->bytes = request->bytes;

    if (request->bytes) {
        request->sink = x->ask.sink;
        request->sink_data = x->ask.sink_data;

        if (!ngx_inbox_exchange_is_theirs(x, &request->url)) {
            request->foreign = 1;
        }
    }

    timeout = x->ask.timeout ? x->ask.timeout : x->worker->conf->send_timeout;

    x->http = ngx_inbox_http_send(x->worker->http, request, timeout,
                                  ngx_inbox_exchange_on_answer, x);

    if (x->http == NULL) {
        ngx_memzero(&how, sizeof(ngx_inbox_exchanged_t));
        how.verdict.retry_after = -1;
        ngx_inbox_exchange_fail(x, &how, NGX_INBOX_LATER, NULL);
    }
}


/* 1: it leads to the platform's API, which the operator may have moved */

static ngx_uint_t
ngx_inbox_exchange_is_theirs(ngx_inbox_exchange_t *x, const ngx_str_t *url)
{
    ngx_str_t  *origin;

    origin = &x->line.origin;

    return origin->len && url->len > origin->len
           && ngx_memcmp(url->data, origin->data, origin->len) == 0
           && url->data[origin->len] == '/';
}


static void
ngx_inbox_exchange_on_answer(void *data, ngx_inbox_http_answer_t *answer)
{
    ngx_inbox_exchange_t *x = data;

    ngx_str_t               err;
    ngx_inbox_exchanged_t   how;

    x->http = NULL;

    if (answer->rc != NGX_OK) {
        ngx_inbox_exchange_lost(x, answer);
        return;
    }

    if (x->bytes && answer->location.len) {
        ngx_inbox_exchange_hop(x, &answer->location);
        return;
    }

    if (!x->bytes) {
        answer->json = ngx_inbox_json_parse(x->pool, &answer->body, &err);

        if (answer->json == NULL && err.len == 0) {
            answer->rc = NGX_ERROR;
            ngx_str_set(&answer->error, "out of memory");
            ngx_inbox_exchange_lost(x, answer);
            return;
        }
    }

    ngx_memzero(&how, sizeof(ngx_inbox_exchanged_t));
    how.verdict.retry_after = -1;

    x->talk->judge(x->pool, &x->line, x->ask.job, answer, &how.verdict);

    if (how.verdict.outcome == NGX_INBOX_MORE) {
        x->ask.job->step++;
        ngx_inbox_exchange_step(x);
        return;
    }

    /* accepted, but in words that nobody understands: it may have been done */
    how.doubt = (how.verdict.outcome == NGX_INBOX_LATER
                 && answer->status / 100 == 2 && !x->safe && !x->bytes
                 && answer->json == NULL);

    ngx_inbox_exchange_end(x, &how);
}


static void
ngx_inbox_exchange_lost(ngx_inbox_exchange_t *x,
    ngx_inbox_http_answer_t *answer)
{
    ngx_inbox_exchanged_t  how;

    ngx_memzero(&how, sizeof(ngx_inbox_exchanged_t));

    how.verdict.outcome = NGX_INBOX_LATER;
    how.verdict.retry_after = -1;
    how.verdict.error = answer->error;
    how.lost = 1;
    how.doubt = (answer->rc == NGX_ERROR && !x->safe && !x->bytes);

    ngx_inbox_exchange_end(x, &how);
}


static void
ngx_inbox_exchange_hop(ngx_inbox_exchange_t *x, const ngx_str_t *location)
{
    ngx_inbox_exchanged_t     how;
    ngx_inbox_http_request_t  request;

    if (x->hops++ == NGX_INBOX_EXCHANGE_HOPS) {
        ngx_memzero(&how, sizeof(ngx_inbox_exchanged_t));
        ngx_inbox_exchange_fail(x, &how, NGX_INBOX_NEVER,
                                "the file is behind too many redirects");
        return;
    }

    ngx_memzero(&request, sizeof(ngx_inbox_http_request_t));

    ngx_str_set(&request.method, "GET");
    request.url = *location;
    request.safe = 1;
    request.bytes = 1;

    ngx_inbox_exchange_send(x, &request);
}


/* words: constant, or NULL */

static void
ngx_inbox_exchange_fail(ngx_inbox_exchange_t *x, ngx_inbox_exchanged_t *how,
    ngx_inbox_outcome_e outcome, const char *words)
{
    how->verdict.outcome = outcome;

    if (words != NULL) {
        how->verdict.error.data = (u_char *) words;
        how->verdict.error.len = ngx_strlen(words);
    }

    ngx_inbox_exchange_end(x, how);
}


static void
ngx_inbox_exchange_end(ngx_inbox_exchange_t *x, ngx_inbox_exchanged_t *how)
{
    ngx_str_t  words;

    words = how->verdict.error;

    if (words.len
        && ngx_inbox_channel_scrub(x->pool, &x->line, &words,
                                   &how->verdict.error)
           != NGX_OK)
    {
        ngx_str_set(&how->verdict.error, "the platform's words are not shown, "
                    "for they have a secret of the channel in them");
    }

    /* the job is theirs again, and may be gone when this returns */
    x->ask.done(x->ask.data, how);

    ngx_inbox_exchange_free(x);
}


static void
ngx_inbox_exchange_free(ngx_inbox_exchange_t *x)
{
    ngx_uint_t     i;
    ngx_keyval_t  *kv;

    if (x->line.credentials != NULL) {
        kv = x->line.credentials->elts;

        for (i = 0; i < x->line.credentials->nelts; i++) {
            if (kv[i].value.len) {
                ngx_explicit_memzero(kv[i].value.data, kv[i].value.len);
            }
        }
    }

    ngx_destroy_pool(x->pool);
}


static ngx_int_t
ngx_inbox_exchange_copy_line(ngx_pool_t *pool, ngx_inbox_line_t *to,
    const ngx_inbox_line_t *from)
{
    if (ngx_inbox_text_copy(pool, &to->id, &from->id) != NGX_OK
        || ngx_inbox_text_copy(pool, &to->kind, &from->kind) != NGX_OK
        || ngx_inbox_text_copy(pool, &to->title, &from->title) != NGX_OK
        || ngx_inbox_text_copy(pool, &to->rev, &from->rev) != NGX_OK
        || ngx_inbox_text_copy(pool, &to->settings, &from->settings)
           != NGX_OK
        || ngx_inbox_text_copy(pool, &to->origin, &from->origin) != NGX_OK)
    {
        return NGX_ERROR;
    }

    to->enabled = from->enabled;

    return ngx_inbox_exchange_copy_credentials(pool, to, from);
}


static ngx_int_t
ngx_inbox_exchange_copy_credentials(ngx_pool_t *pool, ngx_inbox_line_t *to,
    const ngx_inbox_line_t *from)
{
    ngx_uint_t     i;
    ngx_keyval_t  *kv, *copy;

    if (from->credentials == NULL || from->credentials->nelts == 0) {
        return NGX_OK;
    }

    to->credentials = ngx_array_create(pool, from->credentials->nelts,
                                       sizeof(ngx_keyval_t));
    if (to->credentials == NULL) {
        return NGX_ERROR;
    }

    kv = from->credentials->elts;

    for (i = 0; i < from->credentials->nelts; i++) {

        copy = ngx_array_push(to->credentials);
        if (copy == NULL) {
            return NGX_ERROR;
        }

        ngx_memzero(copy, sizeof(ngx_keyval_t));

        if (ngx_inbox_text_copy(pool, &copy->key, &kv[i].key) != NGX_OK
            || ngx_inbox_text_copy(pool, &copy->value, &kv[i].value)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
