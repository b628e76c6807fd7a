
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The body lies in a file that was written a moment ago, so it is in the page
 * cache: going through it takes a millisecond for a megabyte.  One window of it
 * is in memory at a time.
 */

#include "ngx_inbox_upload_form.h"


/* of a field's headers; browsers write some hundred bytes */
#define NGX_INBOX_FORM_HEAD      4096
/* RFC 2046 allows 70 */
#define NGX_INBOX_FORM_BOUNDARY  70
#define NGX_INBOX_FORM_WINDOW    65536
/* fields before the file */
#define NGX_INBOX_FORM_FIELDS    20


typedef struct {
    ngx_file_t   *body;
    off_t         size;
    u_char       *window;       /* NGX_INBOX_FORM_WINDOW */
    u_char        mark[NGX_INBOX_FORM_BOUNDARY + 4];   /* CR LF -- boundary */
    size_t        len;          /* of the mark */
    off_t         pos;          /* of the field's mark, behind its CR LF */
} ngx_inbox_upload_scan_t;


static ngx_int_t ngx_inbox_upload_form_boundary(const ngx_str_t *type,
    ngx_inbox_upload_scan_t *s);
static ngx_int_t ngx_inbox_upload_form_field(ngx_pool_t *pool,
    ngx_inbox_upload_scan_t *s, ngx_inbox_upload_field_t *field,
    ngx_uint_t *is_file);
static ngx_int_t ngx_inbox_upload_form_end(ngx_inbox_upload_scan_t *s,
    ngx_inbox_upload_field_t *field);
static ngx_int_t ngx_inbox_upload_form_name(ngx_pool_t *pool, u_char *p,
    u_char *last, ngx_str_t *name);


ngx_uint_t
ngx_inbox_upload_form_is(const ngx_str_t *type)
{
    static const char  form[] = "multipart/form-data";
    const size_t       len = sizeof(form) - 1;

    /* also one without a boundary, which is a form that cannot be read */

    return type->len >= len
           && ngx_strncasecmp(type->data, (u_char *) form, len) == 0
           && (type->len == len || type->data[len] == ';'
               || type->data[len] == ' ');
}


ngx_int_t
ngx_inbox_upload_form_find(ngx_pool_t *pool, ngx_file_t *body, off_t size,
    const ngx_str_t *type, ngx_inbox_upload_field_t *field)
{
    ngx_int_t                rc;
    ngx_uint_t               i, is_file;
    ngx_inbox_upload_scan_t  s;

    ngx_memzero(&s, sizeof(ngx_inbox_upload_scan_t));

    s.body = body;
    s.size = size;
    s.window = ngx_palloc(pool, NGX_INBOX_FORM_WINDOW);

    if (s.window == NULL) {
        return NGX_ERROR;
    }

    if (ngx_inbox_upload_form_boundary(type, &s) != NGX_OK) {
        return NGX_DECLINED;
    }

    for (i = 0; i < NGX_INBOX_FORM_FIELDS; i++) {

        rc = ngx_inbox_upload_form_field(pool, &s, field, &is_file);

        if (rc != NGX_OK || is_file) {
            return rc;
        }

        s.pos = field->to + 2;
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_inbox_upload_form_boundary(const ngx_str_t *type,
    ngx_inbox_upload_scan_t *s)
{
    u_char  *p, *last, *end;

    static u_char  key[] = "boundary=";

    last = type->data + type->len;
    p = ngx_strlcasestrn(type->data, last, key, sizeof(key) - 2);

    if (p == NULL) {
        return NGX_DECLINED;
    }

    p += sizeof(key) - 1;

    if (p < last && *p == '"') {
        p++;
        end = ngx_strlchr(p, last, '"');

    } else {
        end = ngx_strlchr(p, last, ';');
        end = (end == NULL) ? last : end;
    }

    if (end == NULL || end == p || end - p > NGX_INBOX_FORM_BOUNDARY) {
        return NGX_DECLINED;
    }

    ngx_memcpy(s->mark, "\r\n--", 4);
    ngx_memcpy(s->mark + 4, p, end - p);
    s->len = 4 + (end - p);

    return NGX_OK;
}


/* the field whose mark is at s->pos */

static ngx_int_t
ngx_inbox_upload_form_field(ngx_pool_t *pool, ngx_inbox_upload_scan_t *s,
    ngx_inbox_upload_field_t *field, ngx_uint_t *is_file)
{
    u_char     *head, *end;
    ssize_t     n;
    ngx_int_t   rc;

    n = ngx_read_file(s->body, s->window,
                      (size_t) ngx_min(s->size - s->pos,
                                       (off_t) NGX_INBOX_FORM_HEAD),
                      s->pos);
    if (n < 0) {
        return NGX_ERROR;
    }

    if ((size_t) n < s->len + 2
        || ngx_memcmp(s->window, s->mark + 2, s->len - 2) != 0
        || ngx_memcmp(s->window + s->len - 2, "\r\n", 2) != 0)
    {
        return NGX_DECLINED;
    }

    /* with the line end before, for a field without headers */
    head = s->window + s->len - 2;
    end = memmem(head, n - (head - s->window), "\r\n\r\n", 4);

    if (end == NULL) {
        return NGX_DECLINED;
    }

    rc = ngx_inbox_upload_form_name(pool, head, end, &field->name);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    *is_file = (rc == NGX_OK);
    field->from = s->pos + (end + 4 - s->window);

    return ngx_inbox_upload_form_end(s, field);
}


static ngx_int_t
ngx_inbox_upload_form_end(ngx_inbox_upload_scan_t *s,
    ngx_inbox_upload_field_t *field)
{
    off_t     at;
    u_char   *p;
    ssize_t   n;

    for (at = field->from; at < s->size; at += n - (s->len - 1)) {

        n = ngx_read_file(s->body, s->window,
                          (size_t) ngx_min(s->size - at,
                                           (off_t) NGX_INBOX_FORM_WINDOW),
                          at);
        if (n < 0) {
            return NGX_ERROR;
        }

        p = memmem(s->window, n, s->mark, s->len);

        if (p != NULL) {
            field->to = at + (p - s->window);
            return NGX_OK;
        }

        if ((size_t) n < s->len) {
            break;
        }
    }

    return NGX_DECLINED;
}


/* NGX_OK: the field is a file; NGX_DECLINED: it is none */

static ngx_int_t
ngx_inbox_upload_form_name(ngx_pool_t *pool, u_char *p, u_char *last,
    ngx_str_t *name)
{
    u_char      *d;
    ngx_uint_t   quoted;

    static u_char  key[] = "filename=";

    p = ngx_strlcasestrn(p, last, key, sizeof(key) - 2);
    if (p == NULL) {
        return NGX_DECLINED;
    }

    p += sizeof(key) - 1;

    quoted = (p < last && *p == '"');
    p += quoted;

    d = ngx_pnalloc(pool, last - p + 1);
    if (d == NULL) {
        return NGX_ERROR;
    }

    name->data = d;

    /* browsers write a quote as %22, others with a backslash */

    for ( /* void */ ; p < last; p++) {

        if (quoted ? *p == '"' : (*p == ';' || *p == ' ' || *p == '\r')) {
            break;
        }

        if (*p == '\\' && p + 1 < last && p[1] == '"') {
            p++;
        }

        *d++ = *p;
    }

    name->len = d - name->data;

    return NGX_OK;
}


ngx_int_t
ngx_inbox_upload_form_copy(ngx_pool_t *pool, ngx_file_t *body,
    const ngx_inbox_upload_field_t *field, ngx_file_t *out)
{
    off_t                     at;
    u_char                   *window;
    ssize_t                   n;
    ngx_pool_cleanup_t       *cln;
    ngx_pool_cleanup_file_t  *clnf;

    window = ngx_palloc(pool, NGX_INBOX_FORM_WINDOW);
    cln = ngx_pool_cleanup_add(pool, sizeof(ngx_pool_cleanup_file_t));

    out->name.len = body->name.len + 1;
    out->name.data = ngx_pnalloc(pool, out->name.len + 1);

    if (window == NULL || cln == NULL || out->name.data == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(out->name.data, "%Vf%Z", &body->name);

    out->log = body->log;
    out->fd = ngx_open_file(out->name.data, NGX_FILE_RDWR,
                            NGX_FILE_TRUNCATE, 0600);

    if (out->fd == NGX_INVALID_FILE) {
        ngx_log_error(NGX_LOG_ERR, body->log, ngx_errno,
                      "inbox upload: could not create \"%V\"", &out->name);
        return NGX_ERROR;
    }

    cln->handler = ngx_pool_delete_file;
    clnf = cln->data;
    clnf->fd = out->fd;
    clnf->name = out->name.data;
    clnf->log = body->log;

    for (at = field->from; at < field->to; at += n) {

        n = ngx_read_file(body, window,
                          (size_t) ngx_min(field->to - at,
                                           (off_t) NGX_INBOX_FORM_WINDOW),
                          at);

        if (n <= 0 || ngx_write_file(out, window, (size_t) n, at - field->from)
                      != n)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
