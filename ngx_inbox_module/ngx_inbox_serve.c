
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The type is what the first bytes say, not what anybody has said.  Pictures,
 * films and sound are shown in their place, all else is a download; and even
 * what is shown may load, run and send nothing (sandbox, default-src 'none').
 */

#include "ngx_inbox_serve.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_sniff.h"
#include "ngx_inbox_ticket.h"


/* a browser may keep it so long, s: rights can be taken away */
#define NGX_INBOX_SERVE_CACHE  "private, max-age=3600"


static ngx_int_t ngx_inbox_serve_open(ngx_http_request_t *r,
    const ngx_str_t *path, ngx_file_t *file, ngx_file_info_t *fi);
static ngx_int_t ngx_inbox_serve_headers(ngx_http_request_t *r,
    ngx_file_t *file, off_t size, const ngx_str_t *given, const char *only);
static void ngx_inbox_serve_withdraw(ngx_http_request_t *r);
static ngx_int_t ngx_inbox_serve_disposition(ngx_pool_t *pool,
    ngx_uint_t shown, const ngx_str_t *name, ngx_str_t *value);


ngx_int_t
ngx_inbox_serve(ngx_inbox_ctx_t *ctx, const ngx_str_t *path,
    const ngx_str_t *name, const char *only)
{
    off_t                size;
    ngx_int_t            rc;
    ngx_buf_t           *b;
    ngx_file_t          *file;
    ngx_chain_t          out;
    ngx_file_info_t      fi;
    ngx_http_request_t  *r;

    r = ctx->r;

    b = ngx_calloc_buf(r->pool);
    file = ngx_pcalloc(r->pool, sizeof(ngx_file_t));

    if (b == NULL || file == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_inbox_serve_open(r, path, file, &fi);
    if (rc != NGX_OK) {
        return rc;
    }

    size = ngx_file_size(&fi);

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = size;
    r->headers_out.last_modified_time = ngx_file_mtime(&fi);
    r->allow_ranges = 1;

    rc = ngx_inbox_serve_headers(r, file, size, name, only);

    if (rc == NGX_ABORT) {
        ngx_http_clear_content_length(r);
        ngx_http_clear_last_modified(r);
        ngx_http_clear_accept_ranges(r);
        return rc;
    }

    if (rc != NGX_OK || ngx_http_set_etag(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_HTTP_RANGE_NOT_SATISFIABLE) {
        ngx_inbox_serve_withdraw(r);
    }

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    b->file = file;
    b->file_pos = 0;
    b->file_last = size;
    b->in_file = size ? 1 : 0;
    b->last_buf = 1;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


static ngx_int_t
ngx_inbox_serve_open(ngx_http_request_t *r, const ngx_str_t *path,
    ngx_file_t *file, ngx_file_info_t *fi)
{
    ngx_fd_t                  fd;
    ngx_pool_cleanup_t       *cln;
    ngx_pool_cleanup_file_t  *clnf;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_pool_cleanup_file_t));
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    fd = ngx_open_file(path->data, NGX_FILE_RDONLY|NGX_FILE_NONBLOCK,
                       NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {

        if (ngx_errno == NGX_ENOENT || ngx_errno == NGX_ENOTDIR) {
            return NGX_DECLINED;
        }

        ngx_log_error(NGX_LOG_ERR, r->connection->log, ngx_errno,
                      "inbox serve: could not open \"%V\"", path);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cln->handler = ngx_pool_cleanup_file;
    clnf = cln->data;
    clnf->fd = fd;
    clnf->name = path->data;
    clnf->log = r->pool->log;

    if (ngx_fd_info(fd, fi) == NGX_FILE_ERROR || !ngx_is_file(fi)) {
        return NGX_DECLINED;
    }

    file->fd = fd;
    file->name = *path;
    file->log = r->connection->log;

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_serve_headers(ngx_http_request_t *r, ngx_file_t *file, off_t size,
    const ngx_str_t *given, const char *only)
{
    u_char                      head[NGX_INBOX_SNIFF_BYTES];
    ssize_t                     n;
    ngx_str_t                   name, value;
    const ngx_inbox_sniffed_t  *what;

    static const ngx_str_t  cache = ngx_string(NGX_INBOX_SERVE_CACHE);
    static const ngx_str_t  nosniff = ngx_string("nosniff");
    static const ngx_str_t  policy = ngx_string("sandbox; "
                                                "default-src 'none'");

    n = 0;

    if (size > 0) {
        n = ngx_read_file(file, head, (size_t) ngx_min(size,
                                       (off_t) NGX_INBOX_SNIFF_BYTES), 0);
        if (n == NGX_ERROR) {
            return NGX_ERROR;
        }
    }

    what = ngx_inbox_sniff(head, (size_t) n, given);

    if (only != NULL && (what == NULL || ngx_strcmp(what->type, only) != 0)) {
        return NGX_ABORT;
    }

    if (ngx_inbox_sniff_name(r->pool, given, what, &name) != NGX_OK
        || ngx_inbox_serve_disposition(r->pool, what != NULL && what->shown,
                                       &name, &value)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (what == NULL) {
        ngx_str_set(&r->headers_out.content_type, "application/octet-stream");

    } else {
        r->headers_out.content_type.data = (u_char *) what->mime;
        r->headers_out.content_type.len = ngx_strlen(what->mime);
    }

    r->headers_out.content_type_len = r->headers_out.content_type.len;

    if (ngx_inbox_reply_header(r, "Content-Disposition", &value) != NGX_OK
        || ngx_inbox_reply_header(r, "X-Content-Type-Options", &nosniff)
           != NGX_OK
        || ngx_inbox_reply_header(r, "Content-Security-Policy", &policy)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_inbox_reply_header(r, "Cache-Control", &cache);
}


/* what was said of a file that will not be sent; not how long it is */

static void
ngx_inbox_serve_withdraw(ngx_http_request_t *r)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_out.headers.part; part != NULL; part = part->next)
    {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (&h[i] != r->headers_out.content_range) {
                h[i].hash = 0;
            }
        }
    }

    r->headers_out.etag = NULL;
}


/* RFC 6266: the name in ASCII for old ones, and as it is */

static ngx_int_t
ngx_inbox_serve_disposition(ngx_pool_t *pool, ngx_uint_t shown,
    const ngx_str_t *name, ngx_str_t *value)
{
    size_t   i, size;
    u_char  *p;

    size = sizeof("attachment; filename=\"\"; filename*=UTF-8''")
           + 4 * name->len;

    p = ngx_pnalloc(pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value->data = p;
    p = ngx_sprintf(p, "%s; filename=\"", shown ? "inline" : "attachment");

    for (i = 0; i < name->len; i++) {
        if ((name->data[i] & 0xc0) != 0x80) {
            *p++ = (name->data[i] < 0x80) ? name->data[i] : '_';
        }
    }

    p = ngx_sprintf(p, "\"; filename*=UTF-8''");
    p = (u_char *) ngx_escape_uri(p, name->data, name->len,
                                  NGX_ESCAPE_URI_COMPONENT);
    value->len = p - value->data;

    return NGX_OK;
}


ngx_int_t
ngx_inbox_serve_signed(ngx_http_request_t *r, const ngx_inbox_main_conf_t *conf,
    const ngx_str_t *space, const ngx_str_t *body)
{
    ngx_str_t  out;

    if (ngx_inbox_ticket_sign(r->pool, conf, space, body, &out) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_inbox_reply_json(r, NGX_HTTP_OK, &out, NGX_INBOX_REPLY_ETAG);
}


ngx_int_t
ngx_inbox_serve_again(ngx_inbox_ctx_t *ctx, const ngx_str_t *body,
    const ngx_str_t *tag)
{
    if (ctx->visitor.len == 0) {
        return ngx_inbox_reply_tagged(ctx->r, body, tag);
    }

    return ngx_inbox_serve_signed(ctx->r, ctx->worker->conf, &ctx->space, body);
}


/* the empty answer of the store, whose rev is the poll's own, and one member */

ngx_int_t
ngx_inbox_serve_typing(ngx_http_request_t *r, const ngx_str_t *empty,
    const ngx_str_t *json)
{
    u_char     *p;
    ngx_str_t   body;

    body.data = ngx_pnalloc(r->pool, empty->len + json->len + 16);
    if (body.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    p = ngx_cpymem(body.data, empty->data, empty->len - 1);
    p = ngx_sprintf(p, ",\"typing\":%V}", json);
    body.len = p - body.data;

    return ngx_inbox_reply_json(r, NGX_HTTP_OK, &body, 0);
}
