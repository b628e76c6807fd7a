
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 8: inside of the upload: multipart/form-data in a file.
 */

#ifndef _NGX_INBOX_UPLOAD_FORM_H_INCLUDED_
#define _NGX_INBOX_UPLOAD_FORM_H_INCLUDED_


#include "ngx_inbox.h"


typedef struct {
    off_t        from;          /* the field's bytes within the body */
    off_t        to;
    ngx_str_t    name;          /* as the form says, or len 0 */
} ngx_inbox_upload_field_t;


/* 1: the body is a form */
ngx_uint_t ngx_inbox_upload_form_is(const ngx_str_t *type);

/*
 * Finds the first field that is a file.  type: the Content-Type.  NGX_OK;
 * NGX_DECLINED: it is no form, or there is no file in it; NGX_ERROR: disk or
 * memory.
 */
ngx_int_t ngx_inbox_upload_form_find(ngx_pool_t *pool, ngx_file_t *body,
    off_t size, const ngx_str_t *type, ngx_inbox_upload_field_t *field);

/* the field's bytes into a file of their own, which goes with the pool unless
   somebody takes it away; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_upload_form_copy(ngx_pool_t *pool, ngx_file_t *body,
    const ngx_inbox_upload_field_t *field, ngx_file_t *out);


#endif /* _NGX_INBOX_UPLOAD_FORM_H_INCLUDED_ */
