
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The store finds everything that belongs to a client and takes it away in the
 * one call.
 */

#include "ngx_inbox_contacts.h"
#include "ngx_inbox_ask.h"


static ngx_int_t ngx_inbox_contacts_bar(ngx_inbox_ctx_t *ctx, const char *flag);
static ngx_int_t ngx_inbox_contacts_erase(ngx_inbox_ctx_t *ctx,
    ngx_inbox_fn_e fn);


ngx_int_t
ngx_inbox_contacts_get(ngx_inbox_ctx_t *ctx)
{
    ngx_str_t  args[2];

    args[0] = ctx->who;
    args[1] = ctx->param[0];

    return ngx_inbox_ask_body(ctx, NGX_INBOX_FN_CONTACT, args, 2);
}


ngx_int_t
ngx_inbox_contacts_block(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_contacts_bar(ctx, "1");
}


ngx_int_t
ngx_inbox_contacts_unblock(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_contacts_bar(ctx, "0");
}


static ngx_int_t
ngx_inbox_contacts_bar(ngx_inbox_ctx_t *ctx, const char *flag)
{
    ngx_str_t  args[3];

    args[0] = ctx->who;
    args[1] = ctx->param[0];
    args[2].data = (u_char *) flag;
    args[2].len = 1;

    return ngx_inbox_ask_empty(ctx, NGX_INBOX_FN_BLOCK, args, 3);
}


ngx_int_t
ngx_inbox_contacts_delete(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_contacts_erase(ctx, NGX_INBOX_FN_CONTACT_DELETE);
}


ngx_int_t
ngx_inbox_contacts_chat_delete(ngx_inbox_ctx_t *ctx)
{
    return ngx_inbox_contacts_erase(ctx, NGX_INBOX_FN_CHAT_DELETE);
}


static ngx_int_t
ngx_inbox_contacts_erase(ngx_inbox_ctx_t *ctx, ngx_inbox_fn_e fn)
{
    ngx_str_t  args[2];

    args[0] = ctx->who;
    args[1] = ctx->param[0];

    return ngx_inbox_ask_empty(ctx, fn, args, 2);
}
