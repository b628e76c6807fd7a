
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 2, transport; the only files that know libcurl.  Calls to platforms
 * without ever blocking the loop: curl_multi_socket_action on sockets watched
 * through ngx_inbox_fd, names resolved by nginx's resolver and pinned.
 */

#ifndef _NGX_INBOX_HTTP_H_INCLUDED_
#define _NGX_INBOX_HTTP_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_conf.h"


/* one field of multipart/form-data */
typedef struct {
    ngx_str_t     name;
    ngx_str_t     value;        /* when path is empty */
    ngx_str_t     path;         /* of the file whose bytes it is; read as they
                                   leave, never whole in memory */
    ngx_str_t     filename;
    ngx_str_t     type;         /* len 0: none */
} ngx_inbox_http_part_t;


/*
 * Takes the body of an answer of success (2xx) as it comes, in place of the
 * answer's own.  NGX_OK: go on; NGX_ERROR: no more of it, the answer's rc is
 * NGX_ERROR.  May not forget the send.
 */
typedef ngx_int_t (*ngx_inbox_http_sink_pt)(void *data, const u_char *p,
    size_t n);


/* made by a channel's build(); strings from the pool given to it */
typedef struct {
    ngx_str_t     method;       /* "POST" */
    ngx_str_t     url;          /* http:// or https:// */
    ngx_str_t     type;         /* Content-Type, len 0: none */
    ngx_array_t  *headers;      /* of ngx_str_t "Name: value", or NULL */
    ngx_str_t     body;
    ngx_array_t  *parts;        /* of ngx_inbox_http_part_t, in place of type
                                   and body; or NULL */

    unsigned      safe:1;       /* repeating it does no harm: no answer leaves
                                   no doubt */
    unsigned      bytes:1;      /* its answer is the file that was wanted: it
                                   goes to the job's sink, and redirects are
                                   followed, each hop checked */
    unsigned      foreign:1;    /* the URL came from outside: only public
                                   addresses, whatever conf->apis says */

    ngx_inbox_http_sink_pt   sink;       /* or NULL: the body is kept */
    void                    *sink_data;
} ngx_inbox_http_request_t;


typedef struct {
    ngx_int_t     rc;           /* NGX_OK: status and body are there;
                                   NGX_DECLINED: the request did not leave
                                   (name, connect, TLS, refused): safe to
                                   repeat; NGX_ERROR: it left, no answer came:
                                   the outcome is unknown */
    ngx_uint_t    status;
    ngx_str_t     body;         /* at most NGX_INBOX_HTTP_MAX_BODY bytes */
    struct json_t  *json;       /* of whoever has read the body as such: the
                                   client leaves NULL */
    ngx_str_t     location;     /* of a redirect: an absolute URL; or len 0 */
    time_t        retry_after;  /* seconds, of the header; -1: none */
    ngx_str_t     error;        /* words for people when rc is not NGX_OK;
                                   never with a token or a URL in it */
} ngx_inbox_http_answer_t;

#define NGX_INBOX_HTTP_MAX_BODY  65536


typedef struct ngx_inbox_http_send_s  ngx_inbox_http_send_t;

/* exactly once, never before the start returned; the answer is gone when the
   callback returns */
typedef void (*ngx_inbox_http_done_pt)(void *data,
    ngx_inbox_http_answer_t *answer);


/*
 * While the configuration is read: sets conf->resolver to the name servers of
 * the machine unless nginx's own `resolver` has set it.  NGX_OK | NGX_ERROR
 */
ngx_int_t ngx_inbox_http_resolver(ngx_conf_t *cf,
    ngx_inbox_main_conf_t *conf);

/* NULL: memory, or curl would not start */
ngx_inbox_http_t *ngx_inbox_http_create(ngx_pool_t *pool,
    ngx_inbox_main_conf_t *conf, ngx_log_t *log);

/* breaks off what is in flight without callbacks; not from a callback */
void ngx_inbox_http_destroy(ngx_inbox_http_t *http);

/*
 * Starts one request; everything in it is copied, files are opened when their
 * turn comes.  timeout in ms for the whole of it.  NULL: not started (too many
 * at once, too few free connections, memory, not http or https, control
 * characters in a header).
 *
 * Hosts that resolve to addresses which are not public end with NGX_DECLINED,
 * "address is not allowed", unless their origin is one of conf->apis.
 * Redirects are answers.  Reload: the old worker stays until its sends have
 * ended; worker_shutdown_timeout ends them with a reason.
 */
ngx_inbox_http_send_t *ngx_inbox_http_send(ngx_inbox_http_t *http,
    ngx_inbox_http_request_t *request, ngx_msec_t timeout,
    ngx_inbox_http_done_pt done, void *data);

/* breaks it off, silently; also while its name is being resolved, and from
   within its own callback, where there is nothing left to do */
void ngx_inbox_http_forget(ngx_inbox_http_send_t *send);

ngx_uint_t ngx_inbox_http_in_flight(const ngx_inbox_http_t *http);


#endif /* _NGX_INBOX_HTTP_H_INCLUDED_ */
