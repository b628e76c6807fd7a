
/*
 * Copyright (C) the ngx_inbox authors
 *
 * An ETag is the digest of the body: two answers with the same bytes are the
 * same state, whichever worker or node made them.
 */

#include "ngx_inbox_reply.h"
#include "ngx_inbox_compat.h"
#include "ngx_inbox_json.h"
#include "ngx_inbox_trace.h"

#include <ngx_md5.h>


/* seconds; how long a client should wait that was refused */
#define NGX_INBOX_REPLY_RETRY  "1"


static ngx_int_t ngx_inbox_reply_send(ngx_http_request_t *r, ngx_uint_t status,
    const char *type, const ngx_str_t *body);
static ngx_int_t ngx_inbox_reply_refusal(ngx_http_request_t *r,
    ngx_uint_t status, const ngx_str_t *code, const ngx_str_t *detail,
    const ngx_str_t *more, const ngx_str_t *retry);
static ngx_int_t ngx_inbox_reply_nosniff(ngx_http_request_t *r);
static void ngx_inbox_reply_note(ngx_http_request_t *r,
    const ngx_str_t *code);
static const char *ngx_inbox_reply_title(ngx_uint_t status);


ngx_int_t
ngx_inbox_reply_json(ngx_http_request_t *r, ngx_uint_t status,
    const ngx_str_t *body, ngx_uint_t flags)
{
    u_char     data[NGX_INBOX_REPLY_TAG];
    ngx_str_t  tag;

    static ngx_str_t  fresh = ngx_string("no-store");

    if (flags & NGX_INBOX_REPLY_ETAG) {
        ngx_inbox_reply_tag(body, data);
        tag.data = data;
        tag.len = NGX_INBOX_REPLY_TAG;

        return ngx_inbox_reply_tagged(r, body, &tag);
    }

    if (ngx_inbox_reply_header(r, "Cache-Control", &fresh) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_inbox_reply_send(r, status, "application/json", body);
}


ngx_int_t
ngx_inbox_reply_tagged(ngx_http_request_t *r, const ngx_str_t *body,
    const ngx_str_t *tag)
{
    ngx_str_t  value;

    static ngx_str_t  cached = ngx_string("private, no-cache");

    value = *tag;
    value.data = ngx_pstrdup(r->pool, &value);

    if (value.data == NULL
        || ngx_inbox_reply_header(r, "Cache-Control", &cached) != NGX_OK
        || ngx_inbox_reply_header(r, "ETag", &value) != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* the element just pushed: the not-modified and gzip filters look here */

    r->headers_out.etag = (ngx_table_elt_t *) r->headers_out.headers.last->elts
                          + (r->headers_out.headers.last->nelts - 1);

    return ngx_inbox_reply_send(r, NGX_HTTP_OK, "application/json", body);
}


ngx_int_t
ngx_inbox_reply_text(ngx_http_request_t *r, ngx_uint_t status,
    const char *type, const ngx_str_t *body)
{
    static ngx_str_t  fresh = ngx_string("no-store");

    if (ngx_inbox_reply_header(r, "Cache-Control", &fresh) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_inbox_reply_send(r, status, type, body);
}


ngx_int_t
ngx_inbox_reply_empty(ngx_http_request_t *r)
{
    static ngx_str_t  fresh = ngx_string("no-store");

    if (ngx_inbox_reply_header(r, "Cache-Control", &fresh) != NGX_OK
        || ngx_inbox_reply_nosniff(r) != NGX_OK)
    {
        return NGX_ERROR;
    }

    r->headers_out.status = NGX_HTTP_NO_CONTENT;
    r->header_only = 1;

    return ngx_http_send_header(r);
}


static ngx_int_t
ngx_inbox_reply_send(ngx_http_request_t *r, ngx_uint_t status,
    const char *type, const ngx_str_t *body)
{
    ngx_int_t    rc;
    ngx_buf_t   *b;
    ngx_chain_t  out;

    if (ngx_inbox_reply_nosniff(r) != NGX_OK) {
        return NGX_ERROR;
    }

    r->headers_out.status = status;
    r->headers_out.content_length_n = body->len;
    r->headers_out.content_type.data = (u_char *) type;
    r->headers_out.content_type.len = ngx_strlen(type);
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;

    if (body->len == 0) {
        r->header_only = 1;
        return ngx_http_send_header(r);
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    b = ngx_create_temp_buf(r->pool, body->len);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->last = ngx_cpymem(b->pos, body->data, body->len);
    b->last_buf = (r == r->main) ? 1 : 0;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


static ngx_int_t
ngx_inbox_reply_nosniff(ngx_http_request_t *r)
{
    static const ngx_str_t  nosniff = ngx_string("nosniff");

    return ngx_inbox_reply_header(r, "X-Content-Type-Options", &nosniff);
}


ngx_int_t
ngx_inbox_reply_header(ngx_http_request_t *r, const char *name,
    const ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->hash = 1;
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value = *value;
    ngx_inbox_compat_header_end(h);

    return NGX_OK;
}


void
ngx_inbox_reply_tag(const ngx_str_t *body, u_char *tag)
{
    u_char     digest[16];
    ngx_md5_t  md5;

    ngx_md5_init(&md5);
    ngx_md5_update(&md5, body->data, body->len);
    ngx_md5_final(digest, &md5);

    tag[0] = '"';
    ngx_hex_dump(tag + 1, digest, 16);
    tag[NGX_INBOX_REPLY_TAG - 1] = '"';
}


ngx_int_t
ngx_inbox_reply_problem(ngx_http_request_t *r, ngx_uint_t status,
    const char *code, const char *detail)
{
    ngx_str_t  c, d;

    c.data = (u_char *) code;
    c.len = ngx_strlen(code);
    d.data = (u_char *) detail;
    d.len = ngx_strlen(detail);

    return ngx_inbox_reply_problem_str(r, status, &c, &d, NULL);
}


ngx_int_t
ngx_inbox_reply_problem_str(ngx_http_request_t *r, ngx_uint_t status,
    const ngx_str_t *code, const ngx_str_t *detail, const ngx_str_t *more)
{
    static const ngx_str_t  retry = ngx_string(NGX_INBOX_REPLY_RETRY);

    return ngx_inbox_reply_refusal(r, status, code, detail, more,
                                   (status == NGX_HTTP_SERVICE_UNAVAILABLE)
                                   ? &retry : NULL);
}


/* retry: the seconds of Retry-After, or NULL */

static ngx_int_t
ngx_inbox_reply_refusal(ngx_http_request_t *r, ngx_uint_t status,
    const ngx_str_t *code, const ngx_str_t *detail, const ngx_str_t *more,
    const ngx_str_t *retry)
{
    ngx_str_t                 body, title;
    ngx_inbox_json_writer_t   w;

    static ngx_str_t  fresh = ngx_string("no-store");

    title.data = (u_char *) ngx_inbox_reply_title(status);
    title.len = ngx_strlen(title.data);

    ngx_inbox_json_begin(&w, r->pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "type");
    ngx_inbox_json_raw(&w, "\"about:blank\"", 13);
    ngx_inbox_json_key(&w, "title");
    ngx_inbox_json_put(&w, &title);
    ngx_inbox_json_key(&w, "status");
    ngx_inbox_json_put_int(&w, status);
    ngx_inbox_json_key(&w, "code");
    ngx_inbox_json_put(&w, code);
    ngx_inbox_json_key(&w, "detail");
    ngx_inbox_json_put(&w, detail);

    if (more != NULL && more->len) {
        ngx_inbox_json_raw(&w, (char *) more->data, more->len);
    }

    ngx_inbox_json_close(&w, '}');

    if (ngx_inbox_json_end(&w, &body) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_inbox_reply_note(r, code);

    if (retry != NULL
        && ngx_inbox_reply_header(r, "Retry-After", retry) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_inbox_reply_header(r, "Cache-Control", &fresh) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_inbox_reply_send(r, status, "application/problem+json", &body);
}


/* the log names the reason: a copy, the store's words go with its answer */

static void
ngx_inbox_reply_note(ngx_http_request_t *r, const ngx_str_t *code)
{
    ngx_str_t           copy;
    ngx_inbox_trace_t  *trace;

    trace = ngx_inbox_trace(r);
    copy = *code;

    if (trace == NULL) {
        return;
    }

    copy.data = ngx_pstrdup(r->pool, &copy);

    if (copy.data != NULL) {
        trace->code = copy;
    }
}


ngx_int_t
ngx_inbox_reply_limited(ngx_http_request_t *r, ngx_uint_t seconds,
    const ngx_str_t *detail)
{
    static const ngx_str_t  code = ngx_string("too_many_requests");

    return ngx_inbox_reply_later(r, NGX_HTTP_TOO_MANY_REQUESTS, &code, seconds,
                                 detail);
}


ngx_int_t
ngx_inbox_reply_later(ngx_http_request_t *r, ngx_uint_t status,
    const ngx_str_t *code, ngx_uint_t seconds, const ngx_str_t *detail)
{
    ngx_str_t  retry;

    retry.data = ngx_pnalloc(r->pool, NGX_INT_T_LEN);
    if (retry.data == NULL) {
        return NGX_ERROR;
    }

    retry.len = ngx_sprintf(retry.data, "%ui", seconds) - retry.data;

    return ngx_inbox_reply_refusal(r, status, code, detail, NULL, &retry);
}


ngx_int_t
ngx_inbox_reply_invalid(ngx_http_request_t *r, const char *field,
    const char *detail)
{
    ngx_str_t                f, d, code, words, more;
    ngx_inbox_json_writer_t  w;

    f.data = (u_char *) field;
    f.len = ngx_strlen(field);
    d.data = (u_char *) detail;
    d.len = ngx_strlen(detail);

    ngx_inbox_json_begin(&w, r->pool);
    ngx_inbox_json_key(&w, "errors");
    ngx_inbox_json_open(&w, '[');
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "field");
    ngx_inbox_json_put(&w, &f);
    ngx_inbox_json_key(&w, "detail");
    ngx_inbox_json_put(&w, &d);
    ngx_inbox_json_close(&w, '}');
    ngx_inbox_json_close(&w, ']');

    if (ngx_inbox_json_end(&w, &more) != NGX_OK) {
        return NGX_ERROR;
    }

    words.len = f.len + 1 + d.len;
    words.data = ngx_pnalloc(r->pool, words.len);
    if (words.data == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(words.data, "%V %V", &f, &d);
    ngx_str_set(&code, "invalid");

    return ngx_inbox_reply_problem_str(r, NGX_HTTP_UNPROCESSABLE_ENTITY, &code,
                                       &words, &more);
}


static const char *
ngx_inbox_reply_title(ngx_uint_t status)
{
    switch (status) {

    case NGX_HTTP_BAD_REQUEST:
        return "Bad Request";

    case NGX_HTTP_UNAUTHORIZED:
        return "Unauthorized";

    case NGX_HTTP_FORBIDDEN:
        return "Forbidden";

    case NGX_HTTP_NOT_FOUND:
        return "Not Found";

    case NGX_HTTP_NOT_ALLOWED:
        return "Method Not Allowed";

    case NGX_HTTP_REQUEST_TIME_OUT:
        return "Request Timeout";

    case NGX_HTTP_CONFLICT:
        return "Conflict";

    case NGX_HTTP_LENGTH_REQUIRED:
        return "Length Required";

    case NGX_HTTP_REQUEST_ENTITY_TOO_LARGE:
        return "Content Too Large";

    case NGX_HTTP_REQUEST_URI_TOO_LARGE:
        return "URI Too Long";

    case NGX_HTTP_UNSUPPORTED_MEDIA_TYPE:
        return "Unsupported Media Type";

    case NGX_HTTP_RANGE_NOT_SATISFIABLE:
        return "Range Not Satisfiable";

    case NGX_HTTP_UNPROCESSABLE_ENTITY:
        return "Unprocessable Content";

    case NGX_HTTP_TOO_MANY_REQUESTS:
        return "Too Many Requests";

    case NGX_HTTP_INTERNAL_SERVER_ERROR:
        return "Internal Server Error";

    case NGX_HTTP_NOT_IMPLEMENTED:
        return "Not Implemented";

    case NGX_HTTP_BAD_GATEWAY:
        return "Bad Gateway";

    case NGX_HTTP_SERVICE_UNAVAILABLE:
        return "Service Unavailable";

    case NGX_HTTP_GATEWAY_TIME_OUT:
        return "Gateway Timeout";

    case NGX_HTTP_VERSION_NOT_SUPPORTED:
        return "HTTP Version Not Supported";

    default:
        return "Error";
    }
}
