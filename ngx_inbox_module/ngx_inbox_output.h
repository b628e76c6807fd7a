
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 1, bytes that wait to be sent: one growing buffer, appended to at its
 * end and sent from its beginning.  Knows no socket and has no limit of its
 * own.
 */

#ifndef _NGX_INBOX_OUTPUT_H_INCLUDED_
#define _NGX_INBOX_OUTPUT_H_INCLUDED_


#include "ngx_inbox.h"


/* all zero: empty; the owner looks at [pos, last) and changes nothing */
typedef struct {
    u_char  *start;
    u_char  *pos;
    u_char  *last;
    u_char  *end;
} ngx_inbox_output_t;


#define ngx_inbox_output_size(out)  ((size_t) ((out)->last - (out)->pos))


/* NGX_OK | NGX_ERROR (memory; nothing was appended) */
ngx_int_t ngx_inbox_output_append(ngx_inbox_output_t *out, const u_char *p,
    size_t n, ngx_log_t *log);

/* the first n bytes are gone; an empty buffer that had grown is given back */
void ngx_inbox_output_sent(ngx_inbox_output_t *out, size_t n);

/* forgets everything; idempotent */
void ngx_inbox_output_free(ngx_inbox_output_t *out);


#endif /* _NGX_INBOX_OUTPUT_H_INCLUDED_ */
