
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Health is the store's PING: a worker that cannot reach it can do nothing.
 */

#include "ngx_inbox_metrics.h"
#include "ngx_inbox_ask.h"
#include "ngx_inbox_bus.h"
#include "ngx_inbox_http.h"
#include "ngx_inbox_park.h"
#include "ngx_inbox_reply.h"


/* all lines of the text together */
#define NGX_INBOX_METRICS_SIZE  2048


static ngx_int_t ngx_inbox_metrics_on_ping(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);


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
ngx_inbox_metrics(ngx_inbox_ctx_t *ctx)
{
    u_char              *p, *last;
    ngx_str_t            body;
    ngx_uint_t           i;
    ngx_inbox_worker_t  *w;

    struct {
        const char      *name;
        const char      *type;
        const char      *help;
        ngx_uint_t       value;
    } line[6];

    w = ctx->worker;

    line[0].name = "inbox_parked_polls";
    line[0].type = "gauge";
    line[0].help = "Long-polls waiting in this worker.";
    line[0].value = ngx_inbox_park_count(w->park);

    line[1].name = "inbox_store_calls_in_flight";
    line[1].type = "gauge";
    line[1].help = "Calls to Redis without an answer.";
    line[1].value = ngx_inbox_store_in_flight(w->store);

    line[2].name = "inbox_store_connects_total";
    line[2].type = "counter";
    line[2].help = "Connections made to Redis.";
    line[2].value = ngx_inbox_store_connects(w->store);

    line[3].name = "inbox_notices_total";
    line[3].type = "counter";
    line[3].help = "Notices heard.";
    line[3].value = ngx_inbox_bus_heard(w->bus);

    line[4].name = "inbox_notices_live";
    line[4].type = "gauge";
    line[4].help = "1 when the subscription was heard within a second.";
    line[4].value = ngx_inbox_bus_is_proven(w->bus);

    line[5].name = "inbox_sends_in_flight";
    line[5].type = "gauge";
    line[5].help = "Calls to platforms without an answer.";
    line[5].value = ngx_inbox_http_in_flight(w->http);

    body.data = ngx_pnalloc(ctx->r->pool, NGX_INBOX_METRICS_SIZE);
    if (body.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    p = body.data;
    last = p + NGX_INBOX_METRICS_SIZE;

    for (i = 0; i < 6; i++) {
        p = ngx_slprintf(p, last, "# HELP %s %s\n# TYPE %s %s\n"
                         "%s{worker=\"%ui\"} %ui\n",
                         line[i].name, line[i].help, line[i].name,
                         line[i].type, line[i].name, ngx_worker,
                         line[i].value);
    }

    body.len = p - body.data;

    return ngx_inbox_reply_text(ctx->r, NGX_HTTP_OK,
                                "text/plain; version=0.0.4", &body);
}
