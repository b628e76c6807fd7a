
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 1, bytes.  One bounded pass over JSON text before jansson reads it:
 * what is legal JSON, or nearly, and would make jansson refuse the whole
 * document is put right.  Only ngx_inbox_json.c includes this.
 */

#ifndef _NGX_INBOX_JSON_MEND_H_INCLUDED_
#define _NGX_INBOX_JSON_MEND_H_INCLUDED_


#include "ngx_inbox.h"


/*
 * *out borrows s when nothing had to change, and is from the pool otherwise.
 * NGX_OK | NGX_DECLINED (nested too deeply) | NGX_ERROR (memory)
 */
ngx_int_t ngx_inbox_json_mend(ngx_pool_t *pool, const ngx_str_t *s,
    ngx_str_t *out);


#endif /* _NGX_INBOX_JSON_MEND_H_INCLUDED_ */
