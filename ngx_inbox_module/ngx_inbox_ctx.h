
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 4, service.  One API request on its way through the
 * product: made by route, filled step by step, read by the endpoints.  Lives in
 * r->pool; whatever must outlive the request is copied by who keeps it.
 */

#ifndef _NGX_INBOX_CTX_H_INCLUDED_
#define _NGX_INBOX_CTX_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_conf.h"
#include "ngx_inbox_json.h"
#include "ngx_inbox_trace.h"
#include "channels/ngx_inbox_channel.h"


#define NGX_INBOX_MAX_PARAMS  3


typedef struct ngx_inbox_ask_s  ngx_inbox_ask_t;
typedef struct ngx_inbox_ctx_s  ngx_inbox_ctx_t;

/*
 * An endpoint.  Answers through ngx_inbox_reply_*() and returns what these
 * return, or has started something that will answer and returns NGX_DONE.
 */
typedef ngx_int_t (*ngx_inbox_endpoint_pt)(ngx_inbox_ctx_t *ctx);


struct ngx_inbox_ctx_s {
    ngx_http_request_t    *r;
    ngx_inbox_worker_t    *worker;
    ngx_inbox_loc_conf_t  *conf;

    ngx_str_t              path;       /* below the prefix, decoded */
    ngx_str_t              space;
    ngx_str_t              param[NGX_INBOX_MAX_PARAMS];
                                       /* the {…} of the route's pattern */

    ngx_str_t              who;        /* agents: for the store */
    ngx_str_t              visitor;    /* visitors: external id, name … */
    ngx_str_t              visitor_name;
    ngx_str_t              visitor_email;
    ngx_str_t              visitor_phone;
    ngx_str_t              visitor_page;

    size_t                 max_body;   /* bytes that the route takes */
    ngx_str_t              body;       /* raw bytes of POST, PUT, PATCH */
    ngx_inbox_json_t      *json;       /* the same parsed: an object, or NULL
                                          when the route takes no JSON */
    ngx_str_t              idem;       /* Idempotency-Key, or len 0 */
    ngx_str_t              digest;     /* of the body, when idem is there */

    ngx_str_t              secret;     /* made by this request and shown once */

    const ngx_inbox_channel_t  *channel;  /* of a webhook */

    unsigned               repeated:1; /* asked the store instead of memory */
    ngx_int_t              refused;    /* what to return: it has been said */
    unsigned               cors:1;     /* of an origin that may read this */
    unsigned               to_file:1;  /* the body stays in its file */
    unsigned               answered:1; /* a problem has been sent: return it */

    ngx_inbox_endpoint_pt  next;       /* when the body is there; again */

    void                  *state;      /* the endpoint's own, between steps */

    ngx_inbox_ask_t       *ask;        /* of ngx_inbox_ask.c, or NULL */
    ngx_inbox_trace_t      trace;      /* for the log and the metrics */
};


/* a header of the request, any case; len 0: not there */
ngx_str_t ngx_inbox_ctx_header(ngx_http_request_t *r, const char *name);

/* the client speaks TLS, with us or with who stands before us */
ngx_uint_t ngx_inbox_ctx_is_https(ngx_inbox_ctx_t *ctx);

/* a query parameter, decoded, valid UTF-8; NGX_OK (len 0: not given, or
   given empty) | NGX_ERROR (memory) */
ngx_int_t ngx_inbox_ctx_arg(ngx_inbox_ctx_t *ctx, const char *name,
    ngx_str_t *value);

/* as above: a whole number of at most max; empty: value stays as it is.
   NGX_OK | NGX_DECLINED (no such number) | NGX_ERROR */
ngx_int_t ngx_inbox_ctx_arg_number(ngx_inbox_ctx_t *ctx, const char *name,
    uint64_t least, uint64_t most, uint64_t *value);


/* the URL of a channel's webhook: "https://host/inbox/hook/id"; with an empty
   id what all of them begin with.  Of inbox_public_url, else of the request;
   NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_ctx_hook_url(ngx_inbox_ctx_t *ctx, const ngx_str_t *id,
    ngx_str_t *url);


#endif /* _NGX_INBOX_CTX_H_INCLUDED_ */
