
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 1, bytes.  Text and time: UTF-8 measured, mended and cut on whole
 * characters; RFC 3339 written; ids checked.  Pure: bytes and a pool, no
 * request, no log, no clock of its own.  Whatever is returned is either part
 * of the input or allocated from the pool given.
 */

#ifndef _NGX_INBOX_TEXT_H_INCLUDED_
#define _NGX_INBOX_TEXT_H_INCLUDED_


#include "ngx_inbox.h"


/* "2026-11-21T17:53:10.807Z" */
#define NGX_INBOX_TIME_LEN  24


/* Unicode characters in valid UTF-8; *utf16 (may be NULL): its UTF-16 units */
size_t ngx_inbox_text_chars(const ngx_str_t *s, size_t *utf16);

/* the longest beginning of s with at most n characters; borrows s */
ngx_str_t ngx_inbox_text_cut(const ngx_str_t *s, size_t n);

/*
 * Makes any bytes valid UTF-8: what is not becomes U+FFFD, one for each
 * maximal bad part.  *out borrows s when nothing had to change.
 * NGX_OK | NGX_ERROR (memory)
 */
ngx_int_t ngx_inbox_text_mend(ngx_pool_t *pool, const ngx_str_t *s,
    ngx_str_t *out);

/* the same bytes in the pool; from may be empty; NGX_OK | NGX_ERROR (memory) */
ngx_int_t ngx_inbox_text_copy(ngx_pool_t *pool, ngx_str_t *to,
    const ngx_str_t *from);

/* white space (ASCII and U+00A0) off both ends; borrows s */
ngx_str_t ngx_inbox_text_trim(const ngx_str_t *s);

/* [a-z0-9][a-z0-9_-]{0,31}: an id that an admin may choose; 1 or 0 */
ngx_uint_t ngx_inbox_text_is_id(const ngx_str_t *s);

/* ^[0-9]+$, at most max digits; 1 or 0 */
ngx_uint_t ngx_inbox_text_is_digits(const ngx_str_t *s, size_t max);

/* ms since 1970 as RFC 3339 into p (NGX_INBOX_TIME_LEN bytes); the end of it */
u_char *ngx_inbox_text_time(u_char *p, uint64_t ms);

/* as above, allocated; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_text_time_str(ngx_pool_t *pool, uint64_t ms,
    ngx_str_t *out);

/* the reverse: "2026-11-21T17:53:10Z", with or without .807; ms since 1970.
   NGX_OK | NGX_ERROR (no such time) */
ngx_int_t ngx_inbox_text_read_time(const ngx_str_t *s, uint64_t *ms);

/* a number as a string from the pool; data is NULL when memory is out */
ngx_str_t ngx_inbox_text_number(ngx_pool_t *pool, int64_t n);


#endif /* _NGX_INBOX_TEXT_H_INCLUDED_ */
