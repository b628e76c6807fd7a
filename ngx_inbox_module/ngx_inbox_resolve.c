
/*
 * Copyright (C) the ngx_inbox authors
 *
 * One question, one answer.  The addresses that are found are also judged: what
 * is not public is left out, unless the operator named the host himself.  Who
 * asks must connect to these addresses and to no others, or a name that answers
 * differently the second time (rebinding) gets around the judgement.
 *
 * nginx's resolver may answer while it is being asked, when it has the name in
 * its cache.  Every answer of ours leaves from a posted event, so that start
 * never calls back.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_inbox_resolve.h"
#include "ngx_inbox_address.h"


struct ngx_inbox_resolve_s {
    /* the debug log takes an event's data for a connection: three pointers,
       then a descriptor */
    void                   *ident[3];
    ngx_socket_t            fd;

    ngx_inbox_question_t    question;
    ngx_resolver_ctx_t     *ctx;         /* NULL: the resolver is not busy */
    ngx_event_t             answer;      /* posted when the outcome is known */
    ngx_inbox_resolved_t    resolved;
    ngx_sockaddr_t          addrs[NGX_INBOX_RESOLVE_MAX];
};


static void ngx_inbox_resolve_host(ngx_inbox_resolve_t *resolve);
static void ngx_inbox_resolve_local(ngx_inbox_resolve_t *resolve);
static void ngx_inbox_resolve_name(ngx_inbox_resolve_t *resolve);
static void ngx_inbox_resolve_on_name(ngx_resolver_ctx_t *ctx);
static void ngx_inbox_resolve_take(ngx_inbox_resolve_t *resolve,
    const struct sockaddr *sa, socklen_t socklen);
static void ngx_inbox_resolve_fail(ngx_inbox_resolve_t *resolve,
    const char *error);
static void ngx_inbox_resolve_on_answer(ngx_event_t *ev);


ngx_inbox_resolve_t *
ngx_inbox_resolve_start(ngx_pool_t *pool, ngx_inbox_question_t *question)
{
    ngx_inbox_resolve_t  *resolve;

    resolve = ngx_pcalloc(pool, sizeof(ngx_inbox_resolve_t));
    if (resolve == NULL) {
        return NULL;
    }

    resolve->fd = (ngx_socket_t) -1;
    resolve->question = *question;

    resolve->answer.handler = ngx_inbox_resolve_on_answer;
    resolve->answer.data = resolve;
    resolve->answer.log = question->log;

    resolve->resolved.rc = NGX_DECLINED;
    resolve->resolved.addrs = resolve->addrs;

    ngx_inbox_resolve_host(resolve);

    return resolve;
}


static void
ngx_inbox_resolve_host(ngx_inbox_resolve_t *resolve)
{
    ngx_str_t       *host;
    ngx_sockaddr_t   sa;

    host = &resolve->question.host;

    if (ngx_inbox_resolve_literal(host, &sa)) {
        ngx_inbox_resolve_take(resolve, &sa.sockaddr, sizeof(sa));
        ngx_post_event(&resolve->answer, &ngx_posted_events);
        return;
    }

    if (host->len == 9
        && ngx_strncasecmp(host->data, (u_char *) "localhost", 9) == 0)
    {
        ngx_inbox_resolve_local(resolve);
        ngx_post_event(&resolve->answer, &ngx_posted_events);
        return;
    }

    ngx_inbox_resolve_name(resolve);
}


ngx_uint_t
ngx_inbox_resolve_literal(const ngx_str_t *host, ngx_sockaddr_t *sa)
{
    in_addr_t  addr;

    ngx_memzero(sa, sizeof(ngx_sockaddr_t));

    addr = ngx_inet_addr(host->data, host->len);

    if (addr != INADDR_NONE) {
        sa->sockaddr_in.sin_family = AF_INET;
        sa->sockaddr_in.sin_addr.s_addr = addr;
        return 1;
    }

#if (NGX_HAVE_INET6)
    if (ngx_inet6_addr(host->data, host->len,
                       sa->sockaddr_in6.sin6_addr.s6_addr)
        == NGX_OK)
    {
        sa->sockaddr_in6.sin6_family = AF_INET6;
        return 1;
    }
#endif

    return 0;
}


static void
ngx_inbox_resolve_local(ngx_inbox_resolve_t *resolve)
{
    struct sockaddr_in   sin;
#if (NGX_HAVE_INET6)
    struct sockaddr_in6  sin6;
#endif

    ngx_memzero(&sin, sizeof(struct sockaddr_in));
    sin.sin_family = AF_INET;
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    ngx_inbox_resolve_take(resolve, (struct sockaddr *) &sin, sizeof(sin));

#if (NGX_HAVE_INET6)
    ngx_memzero(&sin6, sizeof(struct sockaddr_in6));
    sin6.sin6_family = AF_INET6;
    sin6.sin6_addr.s6_addr[15] = 1;

    ngx_inbox_resolve_take(resolve, (struct sockaddr *) &sin6, sizeof(sin6));
#endif
}


static void
ngx_inbox_resolve_name(ngx_inbox_resolve_t *resolve)
{
    ngx_resolver_ctx_t    *ctx;
    ngx_inbox_question_t  *question;

    question = &resolve->question;

    if (question->resolver == NULL) {
        ngx_inbox_resolve_fail(resolve, "no resolver is configured");
        return;
    }

    ctx = ngx_resolve_start(question->resolver, NULL);

    if (ctx == NGX_NO_RESOLVER) {
        ngx_inbox_resolve_fail(resolve, "no resolver is configured");
        return;
    }

    if (ctx == NULL) {
        ngx_inbox_resolve_fail(resolve, "out of memory");
        return;
    }

    ctx->name = question->host;
    ctx->handler = ngx_inbox_resolve_on_name;
    ctx->data = resolve;
    ctx->timeout = question->timeout;

    /* set before asking: the handler may run within, and clears it */
    resolve->ctx = ctx;

    if (ngx_resolve_name(ctx) != NGX_OK) {
        resolve->ctx = NULL;
        ngx_inbox_resolve_fail(resolve, "name server is not reachable");
    }
}


static void
ngx_inbox_resolve_on_name(ngx_resolver_ctx_t *ctx)
{
    ngx_uint_t            i;
    ngx_inbox_resolve_t  *resolve;

    resolve = ctx->data;

    if (ctx->state == NGX_RESOLVE_TIMEDOUT) {
        ngx_inbox_resolve_fail(resolve, "name server did not answer");

    } else if (ctx->state == NGX_RESOLVE_NXDOMAIN) {
        ngx_inbox_resolve_fail(resolve, "name not found");

    } else if (ctx->state) {
        ngx_inbox_resolve_fail(resolve, "name server refused the question");

    } else {

        for (i = 0; i < ctx->naddrs; i++) {
            ngx_inbox_resolve_take(resolve, ctx->addrs[i].sockaddr,
                                   ctx->addrs[i].socklen);
        }

        ngx_post_event(&resolve->answer, &ngx_posted_events);
    }

    resolve->ctx = NULL;
    ngx_resolve_name_done(ctx);
}


/* adds one address that was found, if it may be called */
static void
ngx_inbox_resolve_take(ngx_inbox_resolve_t *resolve, const struct sockaddr *sa,
    socklen_t socklen)
{
    ngx_inbox_resolved_t  *resolved;

    resolved = &resolve->resolved;

    if (resolved->n == NGX_INBOX_RESOLVE_MAX
        || socklen > (socklen_t) sizeof(ngx_sockaddr_t))
    {
        return;
    }

    if (!resolve->question.any && !ngx_inbox_address_is_public(sa)) {
        return;
    }

    ngx_memcpy(&resolved->addrs[resolved->n], sa, socklen);
    resolved->n++;
    resolved->rc = NGX_OK;
}


static void
ngx_inbox_resolve_fail(ngx_inbox_resolve_t *resolve, const char *error)
{
    resolve->resolved.error.data = (u_char *) error;
    resolve->resolved.error.len = ngx_strlen(error);

    ngx_post_event(&resolve->answer, &ngx_posted_events);
}


static void
ngx_inbox_resolve_on_answer(ngx_event_t *ev)
{
    ngx_inbox_resolve_t  *resolve;

    resolve = ev->data;

    if (resolve->resolved.rc != NGX_OK && resolve->resolved.error.len == 0) {
        ngx_str_set(&resolve->resolved.error, "address is not allowed");
    }

    resolve->question.done(resolve->question.data, &resolve->resolved);
}


void
ngx_inbox_resolve_forget(ngx_inbox_resolve_t *resolve)
{
    if (resolve->ctx) {
        ngx_resolve_name_done(resolve->ctx);
        resolve->ctx = NULL;
    }

    if (resolve->answer.posted) {
        ngx_delete_posted_event(&resolve->answer);
    }
}
