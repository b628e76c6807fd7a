
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Health is the store's PING: a worker that cannot reach it can do nothing.
 *
 * The metrics are read from the memory that all workers share, so one answer is
 * that of the node; what only one worker can tell of itself (how many wait, is
 * the subscription alive) has its number as a label.  The labels are words of
 * our own tables: no space, no channel's id, no agent is named here, so their
 * number is bounded and nobody's business is told to who may scrape.
 */

#include "ngx_inbox_metrics.h"
#include "ngx_inbox_ask.h"
#include "ngx_inbox_bus.h"
#include "ngx_inbox_library.h"
#include "ngx_inbox_metrics_page.h"
#include "ngx_inbox_reply.h"


/* workers that are told apart; nginx can have no more */
#define NGX_INBOX_METRICS_WORKERS  NGX_INBOX_METER_SLOTS


/* of the live processes of one worker: two, while one of them leaves */
typedef struct {
    ngx_uint_t  processes;
    ngx_uint_t  live;
    uint64_t    gauge[NGX_INBOX_GAUGE_LAST];
} ngx_inbox_metrics_worker_t;


typedef struct {
    const char  *name;
    const char  *type;
    const char  *help;
    ngx_uint_t   which;
} ngx_inbox_metrics_row_t;


static ngx_int_t ngx_inbox_metrics_on_ping(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static void ngx_inbox_metrics_workers(ngx_inbox_metrics_page_t *page,
    const ngx_inbox_meters_t *all, ngx_inbox_metrics_worker_t *worker);
static void ngx_inbox_metrics_add(ngx_inbox_metrics_worker_t *worker,
    const ngx_inbox_meter_t *meter);
static void ngx_inbox_metrics_outbox(ngx_inbox_metrics_page_t *page,
    const ngx_inbox_metrics_worker_t *worker);
static void ngx_inbox_metrics_counters(ngx_inbox_metrics_page_t *page,
    const ngx_inbox_meter_t *sum);
static void ngx_inbox_metrics_requests(ngx_inbox_metrics_page_t *page,
    const ngx_inbox_meter_t *sum, const ngx_inbox_metrics_route_t *routes,
    ngx_uint_t n);
static void ngx_inbox_metrics_calls(ngx_inbox_metrics_page_t *page,
    const ngx_inbox_meter_t *sum);
static void ngx_inbox_metrics_channels(ngx_inbox_metrics_page_t *page,
    const ngx_inbox_meter_t *sum);


static const ngx_inbox_metrics_row_t  ngx_inbox_metrics_gauges[] = {

    { "inbox_parked_polls", "gauge", "Long-polls that wait.",
      NGX_INBOX_GAUGE_PARKED },

    { "inbox_store_calls_in_flight", "gauge",
      "Calls to Redis without an answer.", NGX_INBOX_GAUGE_CALLS },

    { "inbox_sends_in_flight", "gauge",
      "Calls to platforms without an answer.", NGX_INBOX_GAUGE_SENDS },

    { "inbox_connections_free", "gauge",
      "Connections that nginx has left, as of the last seconds.",
      NGX_INBOX_GAUGE_FREE }
};


static const ngx_inbox_metrics_row_t  ngx_inbox_metrics_counts[] = {

    { "inbox_store_connects_total", "counter", "Connections made to Redis.",
      NGX_INBOX_COUNT_CONNECTS },

    { "inbox_store_calls_refused_total", "counter",
      "Calls not made, because Redis was away or too much was in flight.",
      NGX_INBOX_COUNT_REFUSED },

    { "inbox_notices_total", "counter", "Notices heard.",
      NGX_INBOX_COUNT_NOTICES },

    { "inbox_wakes_total", "counter",
      "Polls that a notice has brought an answer.", NGX_INBOX_COUNT_WAKES },

    { "inbox_polls_refused_total", "counter",
      "Polls refused, because too many wait.", NGX_INBOX_COUNT_BUSY },

    { "inbox_hints_failed_total", "counter",
      "Typing and read marks that a platform did not take.",
      NGX_INBOX_COUNT_HINTS },

    { "inbox_lookups_failed_total", "counter",
      "Look-ups of clients and messages that a platform did not answer.",
      NGX_INBOX_COUNT_LOOKUPS }
};


#define NGX_INBOX_METRICS_N(rows)  (sizeof(rows) / sizeof(rows[0]))


ngx_int_t
ngx_inbox_metrics_health(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_ask_store(ctx, ngx_inbox_store_ping,
                               ngx_inbox_metrics_on_ping);
}


static ngx_int_t
ngx_inbox_metrics_on_ping(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    static const ngx_str_t  body = ngx_string("{\"status\":\"ok\"}");

    return ngx_inbox_reply_json(ctx->r, NGX_HTTP_OK, &body, 0);
}


ngx_int_t
ngx_inbox_metrics(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_metrics_route_t *routes, ngx_uint_t n)
{
    ngx_str_t                    body;
    ngx_inbox_meter_t           *sum;
    ngx_inbox_meters_t         *all;
    ngx_inbox_metrics_page_t     page;
    ngx_inbox_metrics_worker_t  *workers;

    all = ctx->worker->conf->meters->data;

    sum = ngx_palloc(ctx->r->pool, sizeof(ngx_inbox_meter_t));
    workers = ngx_pcalloc(ctx->r->pool, NGX_INBOX_METRICS_WORKERS
                                        * sizeof(ngx_inbox_metrics_worker_t));
    if (sum == NULL || workers == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_inbox_meter_sum(all, sum);

    ngx_inbox_metrics_page_begin(&page, ctx->r->pool);
    ngx_inbox_metrics_page_head(&page, "inbox_build_info", "gauge",
                                "Versions of the module and its library.");
    ngx_inbox_metrics_page_line(&page, "inbox_build_info{version=\"%s\","
                                "library=\"%s\",nginx=\"%s\"} 1",
                                NGX_INBOX_VERSION, NGX_INBOX_LIBRARY,
                                NGINX_VERSION);

    ngx_inbox_metrics_workers(&page, all, workers);
    ngx_inbox_metrics_outbox(&page, workers);
    ngx_inbox_metrics_counters(&page, sum);
    ngx_inbox_metrics_requests(&page, sum, routes, n);
    ngx_inbox_metrics_calls(&page, sum);
    ngx_inbox_metrics_channels(&page, sum);

    if (ngx_inbox_metrics_page_end(&page, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_inbox_reply_text(ctx->r, NGX_HTTP_OK,
                                "text/plain; version=0.0.4", &body);
}


static void
ngx_inbox_metrics_workers(ngx_inbox_metrics_page_t *page,
    const ngx_inbox_meters_t *all, ngx_inbox_metrics_worker_t *worker)
{
    ngx_uint_t                      i, k;
    const ngx_inbox_metrics_row_t  *row;

    for (i = 0; i < NGX_INBOX_METER_SLOTS; i++) {
        k = all->owner[i].worker;

        if (all->owner[i].used && k < NGX_INBOX_METRICS_WORKERS
            && ngx_inbox_meter_lives(&all->owner[i]))
        {
            ngx_inbox_metrics_add(&worker[k], &all->slot[i]);
        }
    }

    for (i = 0; i < NGX_INBOX_METRICS_N(ngx_inbox_metrics_gauges); i++) {
        row = &ngx_inbox_metrics_gauges[i];
        ngx_inbox_metrics_page_head(page, row->name, row->type, row->help);

        for (k = 0; k < NGX_INBOX_METRICS_WORKERS; k++) {
            if (worker[k].processes) {
                ngx_inbox_metrics_page_line(page, "%s{worker=\"%ui\"} %uL",
                                            row->name, k,
                                            worker[k].gauge[row->which]);
            }
        }
    }

    ngx_inbox_metrics_page_head(page, "inbox_notices_live", "gauge",
                                "1 when the subscription was heard within a "
                                "second.");

    for (k = 0; k < NGX_INBOX_METRICS_WORKERS; k++) {
        if (worker[k].processes) {
            ngx_inbox_metrics_page_line(page,
                               "inbox_notices_live{worker=\"%ui\"} %ui",
                               k, worker[k].live == worker[k].processes);
        }
    }
}


static void
ngx_inbox_metrics_add(ngx_inbox_metrics_worker_t *worker,
    const ngx_inbox_meter_t *meter)
{
    uint64_t    heard;
    ngx_uint_t  i;

    worker->processes++;

    for (i = 0; i < NGX_INBOX_GAUGE_LAST; i++) {
        worker->gauge[i] += meter->gauge[i];
    }

    heard = meter->gauge[NGX_INBOX_GAUGE_HEARD];

    if (heard && ngx_current_msec - heard < NGX_INBOX_BUS_PROVEN) {
        worker->live++;
    }
}


/* each space belongs to one worker, which tells of it */

static void
ngx_inbox_metrics_outbox(ngx_inbox_metrics_page_t *page,
    const ngx_inbox_metrics_worker_t *worker)
{
    uint64_t     queued, oldest, at, now;
    ngx_uint_t   k;
    ngx_time_t  *tp;

    queued = 0;
    oldest = 0;

    for (k = 0; k < NGX_INBOX_METRICS_WORKERS; k++) {
        queued += worker[k].gauge[NGX_INBOX_GAUGE_QUEUED];
        at = worker[k].gauge[NGX_INBOX_GAUGE_OLDEST];

        if (at && (oldest == 0 || at < oldest)) {
            oldest = at;
        }
    }

    tp = ngx_timeofday();
    now = (uint64_t) tp->sec * 1000000 + tp->msec * 1000;

    ngx_inbox_metrics_page_head(page, "inbox_outbox_chats", "gauge",
                                "Chats with something to be sent.");
    ngx_inbox_metrics_page_line(page, "inbox_outbox_chats %uL", queued);

    ngx_inbox_metrics_page_head(page, "inbox_outbox_oldest_seconds", "gauge",
                                "Age of the oldest message to be sent.");
    ngx_inbox_metrics_page_line(page, "inbox_outbox_oldest_seconds %uL",
                                (oldest && oldest < now)
                                ? (now - oldest) / 1000000 : 0);
}


static void
ngx_inbox_metrics_counters(ngx_inbox_metrics_page_t *page,
    const ngx_inbox_meter_t *sum)
{
    ngx_uint_t                      i;
    const ngx_inbox_metrics_row_t  *row;

    for (i = 0; i < NGX_INBOX_METRICS_N(ngx_inbox_metrics_counts); i++) {
        row = &ngx_inbox_metrics_counts[i];
        ngx_inbox_metrics_page_head(page, row->name, row->type, row->help);
        ngx_inbox_metrics_page_line(page, "%s %uL", row->name,
                                    sum->count[row->which]);
    }

    ngx_inbox_metrics_page_times(page, "inbox_ingest_seconds",
                                 "From a client's request to what he wrote "
                                 "being stored.",
                                 &sum->time[NGX_INBOX_TIME_INGEST]);
    ngx_inbox_metrics_page_times(page, "inbox_wake_seconds",
                                 "From a notice to the answer of a poll that "
                                 "it woke.",
                                 &sum->time[NGX_INBOX_TIME_WAKE]);
    ngx_inbox_metrics_page_times(page, "inbox_store_call_seconds",
                                 "Of calls to Redis.",
                                 &sum->time[NGX_INBOX_TIME_CALL]);
}


static void
ngx_inbox_metrics_requests(ngx_inbox_metrics_page_t *page,
    const ngx_inbox_meter_t *sum, const ngx_inbox_metrics_route_t *routes,
    ngx_uint_t n)
{
    ngx_uint_t                        i, k;
    const ngx_inbox_metrics_route_t  *route;

    static const ngx_inbox_metrics_route_t  file = {
        "GET", ngx_string("file")
    };
    static const ngx_inbox_metrics_route_t  none = {
        "", ngx_string("none")
    };

    ngx_inbox_metrics_page_head(page, "inbox_requests_total", "counter",
                                "Requests by route and status; status 0: any "
                                "that is rare.");

    for (i = 0; i < NGX_INBOX_METER_ROUTES; i++) {

        route = (i < n) ? &routes[i]
                        : (i == NGX_INBOX_METER_ROUTES - 2) ? &file : &none;

        for (k = 0; k < NGX_INBOX_METER_STATUSES; k++) {
            if (sum->request[i][k]) {
                ngx_inbox_metrics_page_line(page,
                        "inbox_requests_total{method=\"%s\",route=\"%V\","
                        "status=\"%ui\"} %uL", route->method, &route->route,
                        ngx_inbox_meter_statuses[k], sum->request[i][k]);
            }
        }
    }
}


static void
ngx_inbox_metrics_calls(ngx_inbox_metrics_page_t *page,
    const ngx_inbox_meter_t *sum)
{
    ngx_uint_t  i, k;

    static const char *const  how[] = { "ok", "refused", "failed" };

    ngx_inbox_metrics_page_head(page, "inbox_store_calls_total", "counter",
                                "Calls to Redis by function.");

    for (i = 0; i <= NGX_INBOX_FN_LAST; i++) {
        for (k = 0; k < NGX_INBOX_CALL_LAST; k++) {
            if (sum->call[i][k]) {
                ngx_inbox_metrics_page_line(page,
                        "inbox_store_calls_total{function=\"%s\","
                        "result=\"%s\"} %uL", ngx_inbox_store_name(i), how[k],
                        sum->call[i][k]);
            }
        }
    }
}


static void
ngx_inbox_metrics_channels(ngx_inbox_metrics_page_t *page,
    const ngx_inbox_meter_t *sum)
{
    ngx_uint_t        i, k;
    const char       *name;
    const ngx_str_t  *kind;

    static const char *const  how[] = {
        "received", "odd", "rejected", "malformed", "refused", "failed",
        "sent", "later", "never"
    };

    ngx_inbox_metrics_page_head(page, "inbox_webhooks_total", "counter",
                                "Webhooks by kind of channel; odd are received "
                                "too, and not understood.");

    for (k = 0; k < NGX_INBOX_HOOK_LAST; k++) {

        if (k == NGX_INBOX_HOOK_SENT) {
            ngx_inbox_metrics_page_head(page, "inbox_sends_total", "counter",
                                        "Sends to platforms by kind of "
                                        "channel and what came of them.");
        }

        name = (k < NGX_INBOX_HOOK_SENT) ? "inbox_webhooks_total"
                                         : "inbox_sends_total";

        for (i = 0; ngx_inbox_channels[i]; i++) {
            kind = &ngx_inbox_channels[i]->kind;

            ngx_inbox_metrics_page_line(page,
                                        "%s{kind=\"%V\",result=\"%s\"} %uL",
                                        name, kind, how[k], sum->hook[i][k]);
        }
    }
}
