
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 5, service.  One request, one question to the store, one answer: holds
 * the request while the question is under way, turns refusals into problem
 * documents, and lets the client go away at any moment.
 *
 * Questions can follow one another (a channel's settings, then the store):
 * each step returns what the next one returned.  A step that was told STALE is
 * repeated once from its settings on.
 */

#ifndef _NGX_INBOX_ASK_H_INCLUDED_
#define _NGX_INBOX_ASK_H_INCLUDED_


#include "ngx_inbox_ctx.h"
#include "ngx_inbox_intake.h"
#include "ngx_inbox_settings.h"
#include "ngx_inbox_share.h"
#include "ngx_inbox_store.h"


/* the store said yes: answer through ngx_inbox_reply, ask on, or park;
   NGX_DONE: the request was taken over, ctx may be gone */
typedef ngx_int_t (*ngx_inbox_ask_pt)(ngx_inbox_ctx_t *ctx,
    ngx_inbox_answer_t *answer);

/* the channel's settings; borrowed until the function returns */
typedef ngx_int_t (*ngx_inbox_ask_line_pt)(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_line_t *line);


/* calls fn on the request's space; what it returns is for nginx */
ngx_int_t ngx_inbox_ask(ngx_inbox_ctx_t *ctx, ngx_inbox_fn_e fn,
    const ngx_str_t *args, ngx_uint_t n, ngx_inbox_ask_pt next);

/* calls `ingest` with the events of one webhook, together with what others
   bring to the same channel; args: head and events, the request's own */
ngx_int_t ngx_inbox_ask_intake(ngx_inbox_ctx_t *ctx, const ngx_str_t *args,
    ngx_uint_t n, ngx_inbox_ask_pt next);

/*
 * The same for what many ask: answered from memory, 200 with its ETag, when
 * that is proven to be true still; else asked, in a call shared with others.
 */
ngx_int_t ngx_inbox_ask_shared(ngx_inbox_ctx_t *ctx,
    const ngx_inbox_fcall_t *fcall, ngx_inbox_ask_pt next);

/* the same, and the answer is the body: JSON text, or an array whose first
   element is; 200 with an ETag */
ngx_int_t ngx_inbox_ask_body(ngx_inbox_ctx_t *ctx, ngx_inbox_fn_e fn,
    const ngx_str_t *args, ngx_uint_t n);

/* the same without an ETag, for what changes something; 200 or 201 */
ngx_int_t ngx_inbox_ask_changed(ngx_inbox_ctx_t *ctx, ngx_inbox_fn_e fn,
    const ngx_str_t *args, ngx_uint_t n, ngx_uint_t status);

/* 204 when the store said yes */
ngx_int_t ngx_inbox_ask_empty(ngx_inbox_ctx_t *ctx, ngx_inbox_fn_e fn,
    const ngx_str_t *args, ngx_uint_t n);

/*
 * The settings of a channel: from memory at once, or from the store.  fresh:
 * from the store in any case, because what memory says is a refusal.
 * An unknown channel is answered with 404.
 */
ngx_int_t ngx_inbox_ask_line(ngx_inbox_ctx_t *ctx, const ngx_str_t *channel,
    ngx_uint_t fresh, ngx_inbox_ask_line_pt next);

/* the last step: what is at another path of this server is the answer */
ngx_int_t ngx_inbox_ask_elsewhere(ngx_inbox_ctx_t *ctx, ngx_str_t *uri);

/* any of the store's other questions */
typedef ngx_inbox_store_call_t *(*ngx_inbox_ask_start_pt)(
    ngx_inbox_store_t *store, ngx_inbox_store_done_pt done, void *data);
ngx_int_t ngx_inbox_ask_store(ngx_inbox_ctx_t *ctx,
    ngx_inbox_ask_start_pt start, ngx_inbox_ask_pt next);
ngx_int_t ngx_inbox_ask_register(ngx_inbox_ctx_t *ctx, const ngx_str_t *space,
    ngx_inbox_ask_pt next);

ngx_int_t ngx_inbox_ask_unregister(ngx_inbox_ctx_t *ctx,
    const ngx_str_t *space, ngx_inbox_ask_pt next);

/* the body of an answer as above */
ngx_str_t ngx_inbox_ask_text(const ngx_inbox_answer_t *answer);

/* a refusal of the store as a problem document */
ngx_int_t ngx_inbox_ask_refuse(ngx_http_request_t *r,
    const ngx_inbox_answer_t *answer);


#endif /* _NGX_INBOX_ASK_H_INCLUDED_ */
