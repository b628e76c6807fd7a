
/*
 * Copyright (C) the ngx_inbox authors
 *
 * To add a call to the API: a line in the table, its endpoint, its page in
 * docs/api.md and openapi.yaml.  Patterns are words joined by slashes; what
 * stands for one word becomes the next parameter: "#" the number of a chat, "@"
 * an id that an admin has chosen, "*" any other.  The order of steps is the
 * order of the functions: path, method, space, body, who, endpoint.
 */

#include "ngx_inbox_route_own.h"
#include "ngx_inbox_admin.h"
#include "ngx_inbox_canned.h"
#include "ngx_inbox_chat.h"
#include "ngx_inbox_contacts.h"
#include "ngx_inbox_connect.h"
#include "ngx_inbox_cors.h"
#include "ngx_inbox_events.h"
#include "ngx_inbox_export.h"
#include "ngx_inbox_files.h"
#include "ngx_inbox_lines.h"
#include "ngx_inbox_lists.h"
#include "ngx_inbox_metrics.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_session.h"
#include "ngx_inbox_text.h"
#include "ngx_inbox_visitor.h"
#include "ngx_inbox_upload.h"
#include "ngx_inbox_webhook.h"
#include "ngx_inbox_widget.h"


#define NGX_INBOX_ROUTE_GET     (NGX_HTTP_GET|NGX_HTTP_HEAD)

/* digits of a chat's number: what a double holds exactly */
#define NGX_INBOX_ROUTE_DIGITS  15


static void ngx_inbox_route_trace(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_route_t *route);
static ngx_int_t ngx_inbox_route_find(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_route_t **found, ngx_uint_t *methods);
static ngx_uint_t ngx_inbox_route_match(const char *pattern, ngx_str_t *path,
    ngx_str_t *param);
static ngx_uint_t ngx_inbox_route_is_chat(const ngx_str_t *s);
static ngx_uint_t ngx_inbox_route_has_id(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_route_t *route);
static ngx_int_t ngx_inbox_route_space(ngx_inbox_ctx_t *ctx);


const ngx_inbox_route_t  ngx_inbox_routes[] = {

    { NGX_INBOX_ROUTE_GET, "hook/@", NGX_INBOX_ROUTE_ANYBODY,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_webhook_hello },
    { NGX_HTTP_POST, "hook/@", NGX_INBOX_ROUTE_ANYBODY,
      NGX_INBOX_ROUTE_RAW, ngx_inbox_webhook },

    { NGX_INBOX_ROUTE_GET, "widget/@", NGX_INBOX_ROUTE_ANYBODY,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_widget_info },
    { NGX_INBOX_ROUTE_GET, "widget/@/frame", NGX_INBOX_ROUTE_ANYBODY,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_widget_frame },
    { NGX_HTTP_POST, "widget/@/session", NGX_INBOX_ROUTE_ANYBODY,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_visitor_session },
    { NGX_INBOX_ROUTE_GET, "widget/@/messages", NGX_INBOX_ROUTE_VISITOR,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_widget_transcript },
    { NGX_HTTP_POST, "widget/@/messages", NGX_INBOX_ROUTE_VISITOR,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_widget_write },
    { NGX_HTTP_POST, "widget/@/read", NGX_INBOX_ROUTE_VISITOR,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_widget_read },
    { NGX_HTTP_POST, "widget/@/typing", NGX_INBOX_ROUTE_VISITOR,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_widget_typing },
    { NGX_HTTP_POST, "widget/@/files", NGX_INBOX_ROUTE_VISITOR,
      NGX_INBOX_ROUTE_FILE, ngx_inbox_upload_visitor },

    { NGX_HTTP_POST, "api/v1/session", NGX_INBOX_ROUTE_ANYBODY,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_session_open },
    { NGX_HTTP_DELETE, "api/v1/session", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_session_close },
    { NGX_INBOX_ROUTE_GET, "api/v1/me", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_lists_me },
    { NGX_HTTP_PUT, "api/v1/me/presence", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_lists_presence },
    { NGX_INBOX_ROUTE_GET, "api/v1/inbox", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_lists_inbox },
    { NGX_INBOX_ROUTE_GET, "api/v1/journal", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_lists_journal },

    { NGX_INBOX_ROUTE_GET, "api/v1/chats/#", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_chat_get },
    { NGX_HTTP_PATCH, "api/v1/chats/#", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_chat_label },
    { NGX_INBOX_ROUTE_GET, "api/v1/chats/#/messages", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_chat_transcript },
    { NGX_HTTP_POST, "api/v1/chats/#/messages", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_chat_reply },
    { NGX_HTTP_POST, "api/v1/chats/#/take", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_chat_take },
    { NGX_HTTP_POST, "api/v1/chats/#/join", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_chat_join },
    { NGX_HTTP_POST, "api/v1/chats/#/leave", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_chat_leave },
    { NGX_HTTP_POST, "api/v1/chats/#/close", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_chat_close },
    { NGX_HTTP_POST, "api/v1/chats/#/reopen", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_chat_reopen },
    { NGX_HTTP_POST, "api/v1/chats/#/transfer", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_chat_transfer },
    { NGX_HTTP_POST, "api/v1/chats/#/read", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_chat_read },
    { NGX_HTTP_POST, "api/v1/chats/#/typing", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_chat_typing },

    { NGX_HTTP_POST, "api/v1/files", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_FILE, ngx_inbox_upload },
    { NGX_INBOX_ROUTE_GET, "api/v1/chats/#/files/*", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_files_get },
    { NGX_INBOX_ROUTE_GET, "file/*/*/*", NGX_INBOX_ROUTE_ANYBODY,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_files_signed },

    { NGX_HTTP_DELETE, "api/v1/chats/#", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_contacts_chat_delete },
    { NGX_INBOX_ROUTE_GET, "api/v1/contacts/#", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_contacts_get },
    { NGX_HTTP_DELETE, "api/v1/contacts/#", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_contacts_delete },
    { NGX_HTTP_POST, "api/v1/contacts/#/block", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_contacts_block },
    { NGX_HTTP_POST, "api/v1/contacts/#/unblock", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_contacts_unblock },

    { NGX_INBOX_ROUTE_GET, "api/v1/agents", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_lists_agents },
    { NGX_INBOX_ROUTE_GET, "api/v1/agents/@", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_admin_agent_get },
    { NGX_HTTP_PUT, "api/v1/agents/@", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_admin_agent_put },
    { NGX_HTTP_DELETE, "api/v1/agents/@", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_admin_agent_delete },
    { NGX_INBOX_ROUTE_GET, "api/v1/agents/@/tokens", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_admin_tokens_get },
    { NGX_HTTP_POST, "api/v1/agents/@/tokens", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_admin_tokens_post },
    { NGX_HTTP_DELETE, "api/v1/agents/@/tokens/*", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_admin_token_delete },

    { NGX_INBOX_ROUTE_GET, "api/v1/groups", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_lists_groups },
    { NGX_INBOX_ROUTE_GET, "api/v1/groups/@", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_admin_group_get },
    { NGX_HTTP_PUT, "api/v1/groups/@", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_admin_group_put },
    { NGX_HTTP_DELETE, "api/v1/groups/@", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_admin_group_delete },

    { NGX_INBOX_ROUTE_GET, "api/v1/channels", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_lists_channels },
    { NGX_INBOX_ROUTE_GET, "api/v1/channels/@", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_lines_get },
    { NGX_HTTP_PUT, "api/v1/channels/@", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_lines_put },
    { NGX_HTTP_DELETE, "api/v1/channels/@", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_lines_delete },
    { NGX_HTTP_POST, "api/v1/channels/@/connect", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_connect },
    { NGX_INBOX_ROUTE_GET, "api/v1/channels/@/health", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_events_health },
    { NGX_INBOX_ROUTE_GET, "api/v1/channels/@/events", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_events_list },
    { NGX_HTTP_POST, "api/v1/channels/@/events/*/replay",
      NGX_INBOX_ROUTE_AGENT, NGX_INBOX_ROUTE_JSON, ngx_inbox_events_replay },

    { NGX_INBOX_ROUTE_GET, "api/v1/canned", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_canned_list },
    { NGX_INBOX_ROUTE_GET, "api/v1/canned/@", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_canned_get },
    { NGX_HTTP_PUT, "api/v1/canned/@", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_canned_put },
    { NGX_HTTP_DELETE, "api/v1/canned/@", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_canned_delete },

    { NGX_INBOX_ROUTE_GET, "api/v1/stats", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_lists_stats },
    { NGX_INBOX_ROUTE_GET, "api/v1/export", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_export },
    { NGX_INBOX_ROUTE_GET, "api/v1/audit", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_lists_audit },

    { NGX_INBOX_ROUTE_GET, "api/v1/space", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_admin_space_get },
    { NGX_HTTP_PUT, "api/v1/space", NGX_INBOX_ROUTE_AGENT,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_admin_space_put },
    { NGX_INBOX_ROUTE_GET, "api/v1/spaces", NGX_INBOX_ROUTE_ROOT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_admin_spaces_list },
    { NGX_HTTP_DELETE, "api/v1/spaces/@", NGX_INBOX_ROUTE_ROOT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_admin_spaces_delete },
    { NGX_INBOX_ROUTE_GET, "api/v1/spaces/@", NGX_INBOX_ROUTE_ROOT,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_admin_spaces_get },
    { NGX_HTTP_PUT, "api/v1/spaces/@", NGX_INBOX_ROUTE_ROOT,
      NGX_INBOX_ROUTE_JSON, ngx_inbox_admin_spaces_put },

    { NGX_INBOX_ROUTE_GET, "health", NGX_INBOX_ROUTE_ANYBODY,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_metrics_health },
    { NGX_INBOX_ROUTE_GET, "metrics", NGX_INBOX_ROUTE_ANYBODY,
      NGX_INBOX_ROUTE_NONE, ngx_inbox_route_metrics },

    { NGX_INBOX_ROUTE_GET|NGX_HTTP_POST|NGX_HTTP_PUT, "problem",
      NGX_INBOX_ROUTE_INTERNAL, NGX_INBOX_ROUTE_NONE, ngx_inbox_route_problem },

    { 0, NULL, NGX_INBOX_ROUTE_ANYBODY, NGX_INBOX_ROUTE_NONE, NULL }
};


ngx_int_t
ngx_inbox_route(ngx_http_request_t *r, ngx_inbox_worker_t *worker,
    ngx_inbox_loc_conf_t *conf, ngx_str_t *path)
{
    ngx_int_t               rc;
    ngx_uint_t              methods;
    ngx_inbox_ctx_t        *ctx;
    ngx_inbox_route_ctx_t  *rctx;

    rctx = ngx_pcalloc(r->pool, sizeof(ngx_inbox_route_ctx_t));
    if (rctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx = &rctx->ctx;
    ctx->r = r;
    ctx->worker = worker;
    ctx->conf = conf;
    ctx->path = *path;

    ngx_inbox_route_trace(ctx, NULL);

    if (ngx_inbox_route_find(ctx, &rctx->route, &methods) != NGX_OK) {

        if (methods && ngx_inbox_route_space(ctx) == NGX_OK) {
            return ngx_inbox_route_no_method(ctx, methods);
        }

        (void) ngx_http_discard_request_body(r);

        return ngx_inbox_reply_problem(r, NGX_HTTP_NOT_FOUND, "not_found",
                                       "there is no such path");
    }

    ngx_inbox_route_trace(ctx, rctx->route);

    if (!ngx_inbox_route_has_id(ctx, rctx->route)) {
        (void) ngx_http_discard_request_body(r);

        return (r->method == NGX_HTTP_PUT)
               ? ngx_inbox_reply_invalid(r, "id", "must be 1 to 32 of a-z 0-9 "
                                         "_ -, and begin with a-z or 0-9")
               : ngx_inbox_reply_problem(r, NGX_HTTP_NOT_FOUND, "not_found",
                                         "no such id");
    }

    if (rctx->route->who != NGX_INBOX_ROUTE_INTERNAL
        && ngx_inbox_route_space(ctx) != NGX_OK)
    {
        return ngx_inbox_reply_problem(r, NGX_HTTP_NOT_FOUND, "not_found",
                                       "no such space");
    }

    if (rctx->route->body != NGX_INBOX_ROUTE_NONE) {
        return ngx_inbox_route_read(ctx);
    }

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_inbox_cors_is_asked(ctx)
           ? ngx_inbox_cors(ctx, ngx_inbox_route_enter)
           : ngx_inbox_route_enter(ctx);
}


/* route: NULL as long as it is not known */

static void
ngx_inbox_route_trace(ngx_inbox_ctx_t *ctx, const ngx_inbox_route_t *route)
{
    ngx_inbox_trace_t  *trace;

    trace = &ctx->trace;

    if (route == NULL) {
        trace->meter = ctx->worker->conf->meter;
        trace->start = ngx_inbox_meter_clock();
        trace->route = NGX_INBOX_METER_ROUTES - 1;
        ngx_inbox_trace_set(ctx->r, trace);
        return;
    }

    trace->route = route - ngx_inbox_routes;

    if (ngx_strncmp(route->pattern, "api/v1/chats/#", 14) == 0) {
        trace->chat = ctx->param[0];

    } else if (ngx_strncmp(route->pattern, "hook/@", 6) == 0
               || ngx_strncmp(route->pattern, "widget/@", 8) == 0
               || ngx_strncmp(route->pattern, "api/v1/channels/@", 17) == 0)
    {
        trace->channel = ctx->param[0];
    }
}


/* methods: those of the path, when it is another one that was used */

static ngx_int_t
ngx_inbox_route_find(ngx_inbox_ctx_t *ctx, const ngx_inbox_route_t **found,
    ngx_uint_t *methods)
{
    const ngx_inbox_route_t  *route;

    *methods = 0;

    for (route = ngx_inbox_routes; route->pattern; route++) {

        if ((route->who == NGX_INBOX_ROUTE_INTERNAL && !ctx->r->internal)
            || !ngx_inbox_route_match(route->pattern, &ctx->path, ctx->param))
        {
            continue;
        }

        if (route->methods & ctx->r->method) {
            *found = route;
            return NGX_OK;
        }

        *methods |= route->methods;
    }

    return NGX_DECLINED;
}


static ngx_uint_t
ngx_inbox_route_match(const char *pattern, ngx_str_t *path, ngx_str_t *param)
{
    u_char      *p, *last;
    ngx_uint_t   n;

    p = path->data;
    last = p + path->len;
    n = 0;

    for ( /* void */ ; *pattern; pattern++) {

        if (*pattern != '*' && *pattern != '@' && *pattern != '#') {
            if (p == last || *p != (u_char) *pattern) {
                return 0;
            }

            p++;
            continue;
        }

        param[n].data = p;

        while (p < last && *p != '/') {
            p++;
        }

        param[n].len = p - param[n].data;

        if (param[n].len == 0
            || (*pattern == '#' && !ngx_inbox_route_is_chat(&param[n])))
        {
            return 0;
        }

        n++;
    }

    return p == last;
}


/* chats are counted from 1 */

static ngx_uint_t
ngx_inbox_route_is_chat(const ngx_str_t *s)
{
    return ngx_inbox_text_is_digits(s, NGX_INBOX_ROUTE_DIGITS)
           && s->data[0] != '0';
}


/* "@" comes first in a pattern where it comes */

static ngx_uint_t
ngx_inbox_route_has_id(ngx_inbox_ctx_t *ctx, const ngx_inbox_route_t *route)
{
    return ngx_strchr(route->pattern, '@') == NULL
           || ngx_inbox_text_is_id(&ctx->param[0]);
}


static ngx_int_t
ngx_inbox_route_space(ngx_inbox_ctx_t *ctx)
{
    ngx_str_set(&ctx->space, "default");

    if (ctx->conf->space != NULL
        && ngx_http_complex_value(ctx->r, ctx->conf->space, &ctx->space)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (!ngx_inbox_text_is_id(&ctx->space)) {
        return NGX_DECLINED;
    }

    ctx->trace.space = ctx->space;

    return NGX_OK;
}
