
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The form is checked here; who may do what, and whether the group is there, is
 * the store's to say.
 */

#include "ngx_inbox_canned.h"
#include "ngx_inbox_ask.h"
#include "ngx_inbox_body.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_text.h"


/* what an agent types to find it */
#define NGX_INBOX_CANNED_SHORTCUT  40
/* it must fit the shorter platforms, and all of them are listed at once */
#define NGX_INBOX_CANNED_TEXT      4000


ngx_int_t
ngx_inbox_canned_list(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_ask_body(ctx, NGX_INBOX_FN_CANNED, &ctx->who, 1);
}


ngx_int_t
ngx_inbox_canned_get(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  args[2];

    args[0] = ctx->who;
    args[1] = ctx->param[0];

    return ngx_inbox_ask_body(ctx, NGX_INBOX_FN_CANNED_GET, args, 2);
}


ngx_int_t
ngx_inbox_canned_put(ngx_inbox_ctx_t *ctx)
{
    ngx_int_t  rc;
    ngx_str_t  args[5], text;

    args[0] = ctx->who;
    args[1] = ctx->param[0];

    if (ngx_inbox_body_string(ctx, "shortcut", NGX_INBOX_CANNED_SHORTCUT,
                              &args[2], &rc)
        != NGX_OK
        || ngx_inbox_body_string(ctx, "text", NGX_INBOX_CANNED_TEXT, &text, &rc)
           != NGX_OK
        || ngx_inbox_body_string(ctx, "group", NGX_INBOX_MAX_ID, &args[4], &rc)
           != NGX_OK)
    {
        return rc;
    }

    if (args[4].len && !ngx_inbox_text_is_id(&args[4])) {
        return ngx_inbox_reply_invalid(ctx->r, "group",
                                       "must be null or a group's id");
    }

    if (ngx_inbox_json_quote(ctx->r->pool, &text, &args[3]) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_inbox_ask_changed(ctx, NGX_INBOX_FN_CANNED_PUT, args, 5,
                                 NGX_HTTP_OK);
}


ngx_int_t
ngx_inbox_canned_delete(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  args[2];

    args[0] = ctx->who;
    args[1] = ctx->param[0];

    return ngx_inbox_ask_empty(ctx, NGX_INBOX_FN_CANNED_DELETE, args, 2);
}
