
/*
 * Copyright (C) the ngx_inbox authors
 *
 * An IPv4 address is one client, of an IPv6 address its network of 64 bits is:
 * whoever has one has all of it.
 */

#include "ngx_inbox_limit.h"
#include "ngx_inbox_ask.h"
#include "ngx_inbox_text.h"


static ngx_int_t ngx_inbox_limit_on_counted(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);
static void ngx_inbox_limit_address(ngx_http_request_t *r, u_char *text,
    ngx_str_t *address);


ngx_int_t
ngx_inbox_limit(ngx_inbox_ctx_t *ctx, ngx_inbox_limit_e what,
    ngx_inbox_endpoint_pt next)
{
    u_char                  text[NGX_SOCKADDR_STRLEN];
    ngx_str_t               args[3];
    ngx_uint_t              most;
    ngx_inbox_main_conf_t  *mcf;

    mcf = ctx->worker->conf;

    if (what == NGX_INBOX_LIMIT_SESSIONS) {
        ngx_str_set(&args[0], "sessions");
        most = mcf->limit_sessions;

    } else {
        ngx_str_set(&args[0], "logins");
        most = mcf->limit_logins;
    }

    if (most == 0) {
        return next(ctx);
    }

    ngx_inbox_limit_address(ctx->r, text, &args[1]);
    args[2] = ngx_inbox_text_number(ctx->r->pool, most);

    if (args[2].data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->next = next;

    return ngx_inbox_ask(ctx, NGX_INBOX_FN_LIMIT, args, 3,
                         ngx_inbox_limit_on_counted);
}


static ngx_int_t
ngx_inbox_limit_on_counted(ngx_inbox_ctx_t *ctx, ngx_inbox_answer_t *answer)
{
    return ctx->next(ctx);
}


static void
ngx_inbox_limit_address(ngx_http_request_t *r, u_char *text,
    ngx_str_t *address)
{
    struct sockaddr      *sa;
#if (NGX_HAVE_INET6)
    struct sockaddr_in6  *sin6;
#endif

    sa = r->connection->sockaddr;
    address->data = text;

#if (NGX_HAVE_INET6)
    sin6 = (struct sockaddr_in6 *) sa;

    if (sa->sa_family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED(&sin6->sin6_addr)) {
        address->len = ngx_hex_dump(text, sin6->sin6_addr.s6_addr, 8) - text;
        return;
    }
#endif

    if (sa->sa_family == AF_UNIX) {
        /* whoever is on this machine */
        address->len = ngx_sprintf(text, "::") - text;
        return;
    }

    address->len = ngx_sock_ntop(sa, r->connection->socklen, text,
                                 NGX_SOCKADDR_STRLEN, 0);
}


ngx_int_t
ngx_inbox_limit_visitor(ngx_inbox_ctx_t *ctx, ngx_str_t *arg)
{
    u_char                  text[NGX_SOCKADDR_STRLEN];
    ngx_str_t               address, *page;
    ngx_inbox_main_conf_t  *mcf;

    mcf = ctx->worker->conf;
    page = &ctx->visitor_page;

    if (mcf->limit_messages == 0 && mcf->limit_chats == 0 && page->len == 0) {
        ngx_str_set(arg, "1");
        return NGX_OK;
    }

    ngx_inbox_limit_address(ctx->r, text, &address);

    arg->data = ngx_pnalloc(ctx->r->pool,
                            2 * NGX_INT_T_LEN + address.len + 5 + page->len);
    if (arg->data == NULL) {
        return NGX_ERROR;
    }

    arg->len = ngx_sprintf(arg->data, "1 %ui %ui %V %V", mcf->limit_messages,
                           mcf->limit_chats, &address, page)
               - arg->data;

    return NGX_OK;
}
