
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 1, bytes.  What a file is, by its first bytes and by nothing that
 * anybody says of it; and a name that does no harm.  Pure.
 */

#ifndef _NGX_INBOX_SNIFF_H_INCLUDED_
#define _NGX_INBOX_SNIFF_H_INCLUDED_


#include "ngx_inbox.h"


/* bytes that are looked at */
#define NGX_INBOX_SNIFF_BYTES  1024

typedef struct {
    const char   *type;        /* "image" "video" "audio" "file" */
    const char   *mime;
    const char   *extension;   /* "jpg" */
    unsigned      shown:1;     /* a browser may show it in its place */
} ngx_inbox_sniffed_t;


/*
 * name tells apart what is the same in its first bytes (a document of words
 * from an archive).  NULL: none of those that are let in; programs and what
 * nobody knows.
 */
const ngx_inbox_sniffed_t *ngx_inbox_sniff(const u_char *p, size_t n,
    const ngx_str_t *name);

/* the last part of a path, valid UTF-8 without what could steer a terminal, a
   header or a file system; never empty.  NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_sniff_name(ngx_pool_t *pool, const ngx_str_t *given,
    const ngx_inbox_sniffed_t *what, ngx_str_t *name);


#endif /* _NGX_INBOX_SNIFF_H_INCLUDED_ */
