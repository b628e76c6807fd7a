
/*
 * Copyright (C) the ngx_inbox authors
 *
 * What sleeps must be able to ask again without its request: the record is the
 * function, the space and the arguments, in one block that the park keeps
 * behind its own record.  Lengths are 16 bits: no argument is longer than a
 * path's parameter or a token's digest.
 *
 *     record | space | argument … argument | channel | user
 */

#include "ngx_inbox_poll_own.h"
#include "ngx_inbox_typing.h"


ngx_inbox_poll_record_t *
ngx_inbox_poll_record(ngx_inbox_ctx_t *ctx, const ngx_inbox_poll_t *poll,
    size_t *size)
{
    u_char                   *p;
    ngx_uint_t                i;
    ngx_inbox_poll_record_t  *rec;

    /* room for the lengths that there are, not for all there may be */
    *size = offsetof(ngx_inbox_poll_record_t, arg) + ctx->space.len
            + poll->channel.len + poll->user.len;

    for (i = 0; i < poll->n; i++) {
        *size += sizeof(uint16_t) + poll->args[i].len;
    }

    if (poll->n > NGX_INBOX_POLL_ARGS || *size > 65535) {
        return NULL;
    }

    rec = ngx_pcalloc(ctx->r->pool, *size);
    if (rec == NULL) {
        return NULL;
    }

    rec->worker = ctx->worker;
    rec->typing = ngx_inbox_typing_mark(ctx->worker->typing);
    rec->first = 1;
    rec->cors = ctx->cors;
    rec->fn = (u_char) poll->fn;
    rec->n = (u_char) poll->n;
    rec->space = (uint16_t) ctx->space.len;
    rec->channel = (uint16_t) poll->channel.len;
    rec->user = (uint16_t) poll->user.len;
    rec->route = (uint16_t) ctx->trace.route;

    p = ngx_cpymem(&rec->arg[rec->n], ctx->space.data, ctx->space.len);

    for (i = 0; i < poll->n; i++) {
        rec->arg[i] = (uint16_t) poll->args[i].len;
        p = ngx_cpymem(p, poll->args[i].data, poll->args[i].len);
    }

    p = ngx_cpymem(p, poll->channel.data, poll->channel.len);
    ngx_memcpy(p, poll->user.data, poll->user.len);

    return rec;
}


void
ngx_inbox_poll_strings(ngx_inbox_poll_record_t *rec,
    ngx_inbox_poll_strings_t *s)
{
    u_char      *p;
    ngx_uint_t   i;

    p = (u_char *) &rec->arg[rec->n];

    s->space.data = p;
    s->space.len = rec->space;
    p += rec->space;

    for (i = 0; i < rec->n; i++) {
        s->arg[i].data = p;
        s->arg[i].len = rec->arg[i];
        p += rec->arg[i];
    }

    s->channel.data = p;
    s->channel.len = rec->channel;
    p += rec->channel;

    s->user.data = p;
    s->user.len = rec->user;
}


void
ngx_inbox_poll_dress(ngx_inbox_parked_t *p, ngx_http_request_t *r)
{
    ngx_inbox_trace_t          trace;
    ngx_inbox_poll_record_t   *rec;
    ngx_inbox_poll_strings_t   s;

    rec = ngx_inbox_park_record(p);
    ngx_inbox_poll_strings(rec, &s);
    ngx_memzero(&trace, sizeof(ngx_inbox_trace_t));

    trace.meter = rec->worker->conf->meter;
    trace.route = rec->route;
    trace.space = s.space;
    trace.channel = s.channel;

    if (rec->fn != NGX_INBOX_FN_VISITOR) {
        trace.agent = s.arg[0];
    }

    if (rec->fn == NGX_INBOX_FN_TRANSCRIPT) {
        trace.chat = s.arg[1];
    }

    ngx_inbox_trace_again(r, &trace);
}
