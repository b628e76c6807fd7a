
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 0, words.  The function library for Redis, joined from redis/<noun>.lua
 * when nginx is configured; the C file with the bytes is made by tools/library
 * and lies among the objects.
 *
 * Its first line names it NGX_INBOX_LIBRARY, and its function `version`
 * answers its build number, which grows with every change of redis/.
 */

#ifndef _NGX_INBOX_LIBRARY_H_INCLUDED_
#define _NGX_INBOX_LIBRARY_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* ends with a zero byte that the length does not count */
extern const u_char  ngx_inbox_library[];
extern const size_t  ngx_inbox_library_len;

/* what its `version` answers; a smaller one in Redis is replaced */
extern const ngx_uint_t  ngx_inbox_library_build;


#endif /* _NGX_INBOX_LIBRARY_H_INCLUDED_ */
