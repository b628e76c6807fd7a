
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 2, transport; the private half of ngx_inbox_http.c: one transfer.
 * What goes out, which rules bind it, what came back and what that means.
 * Knows nothing of queues, deadlines and callbacks.
 */

#ifndef _NGX_INBOX_HTTP_EASY_H_INCLUDED_
#define _NGX_INBOX_HTTP_EASY_H_INCLUDED_


#include <curl/curl.h>

#include "ngx_inbox_http.h"
#include "ngx_inbox_fd.h"
#include "ngx_inbox_resolve.h"


/* set by ngx_pcalloc(): nothing is open, nothing has come */
typedef struct {
    ngx_pool_t          *pool;          /* of the send; owns all that is here */
    ngx_log_t           *log;
    ngx_inbox_fds_t     *fds;           /* where curl's sockets are watched */
    CURLSH              *share;         /* TLS sessions of all transfers */
    ngx_msec_t           timeout;

    /* made by ngx_inbox_http_request_read() */
    CURLU               *url;
    ngx_str_t            origin;        /* "https://host:443", lower case */
    ngx_str_t            host;          /* lower case, no brackets */
    ngx_str_t            port;
    char                *method;
    ngx_str_t            body;
    struct curl_slist   *headers;
    ngx_array_t         *parts;         /* ngx_inbox_http_part_t, all strings
                                           with a NUL behind; or NULL */
    ngx_inbox_http_sink_pt   sink;
    void                    *sink_data;

    /* made by ngx_inbox_http_easy_open() */
    CURL                *curl;          /* NULL: not opened */
    struct curl_slist   *pins;
    curl_mime           *mime;
    size_t               sent;          /* of body, given to curl */

    /* what has come */
    ngx_str_t            answer;
    size_t               room;          /* allocated at answer.data */
    size_t               head;          /* bytes of headers */
    time_t               retry_after;

    unsigned             any:1;         /* set by the owner: the operator named
                                           this origin, any address will do */
    unsigned             literal:1;     /* the host is an address */
    unsigned             full:1;        /* as much body as we want: an end */
    unsigned             flooded:1;     /* more headers than we take */
    unsigned             closed:1;      /* an address that is not allowed */
    unsigned             starved:1;     /* no free connection */
    unsigned             refused:1;     /* the sink wants no more */
} ngx_inbox_http_easy_t;


/* ngx_inbox_http_request.c: what goes out */

/*
 * Copies the request.  NGX_OK; NGX_DECLINED: not http or https, a user in the
 * URL, control characters in a header; NGX_ERROR: memory
 */
ngx_int_t ngx_inbox_http_request_read(ngx_inbox_http_easy_t *e,
    const ngx_inbox_http_request_t *request);

/* 1: no control character in it */
ngx_uint_t ngx_inbox_http_request_is_clean(const ngx_str_t *s);

/* "HTTP://A" -> "http://a:80"; NGX_OK | NGX_DECLINED | NGX_ERROR (memory) */
ngx_int_t ngx_inbox_http_request_origin(ngx_pool_t *pool, const ngx_str_t *url,
    ngx_str_t *origin);


/* ngx_inbox_http_parts.c: multipart/form-data */

/* copies the fields; NGX_OK | NGX_DECLINED (control characters) | NGX_ERROR */
ngx_int_t ngx_inbox_http_parts_copy(ngx_inbox_http_easy_t *e,
    const ngx_array_t *parts);

/* gives them to curl; NGX_OK | NGX_ERROR: memory, or a file is not there */
ngx_int_t ngx_inbox_http_parts_open(ngx_inbox_http_easy_t *e);


/* ngx_inbox_http_easy.c: curl's handle */

/* makes the handle, pinned to the addresses; what: its CURLOPT_PRIVATE.
   NGX_OK | NGX_ERROR (memory) */
ngx_int_t ngx_inbox_http_easy_open(ngx_inbox_http_easy_t *e,
    ngx_inbox_resolved_t *to, void *what);

/* the handle must have left its multi; also when nothing was opened */
void ngx_inbox_http_easy_close(ngx_inbox_http_easy_t *e);

/* sets what binds every transfer; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_http_easy_rules(CURL *curl);


/* ngx_inbox_http_answer.c: what comes back */

/* curl's callbacks; data is the easy */
size_t ngx_inbox_http_answer_on_head(char *p, size_t size, size_t n,
    void *data);
size_t ngx_inbox_http_answer_on_body(char *p, size_t size, size_t n,
    void *data);

/* how it ended; the strings are of e's pool or constant */
void ngx_inbox_http_answer_judge(ngx_inbox_http_easy_t *e, CURLcode code,
    ngx_inbox_http_answer_t *answer);


#endif /* _NGX_INBOX_HTTP_EASY_H_INCLUDED_ */
