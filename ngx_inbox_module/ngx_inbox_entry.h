
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 2, what is said to Redis before anything else: AUTH and SELECT, as
 * far as the configuration asks for them.  Words in, words out; no socket.
 */

#ifndef _NGX_INBOX_ENTRY_H_INCLUDED_
#define _NGX_INBOX_ENTRY_H_INCLUDED_


#include "ngx_inbox_redis.h"


typedef struct ngx_inbox_entry_s  ngx_inbox_entry_t;

typedef ngx_int_t (*ngx_inbox_entry_step_pt)(ngx_inbox_entry_t *entry);

struct ngx_inbox_entry_s {
    ngx_inbox_redis_conf_t   *conf;
    ngx_inbox_entry_step_pt   next;      /* after this command is accepted */

    ngx_str_t                 argv[3];   /* the command to send; borrows conf's
                                            strings: never log it */
    ngx_uint_t                argc;
};


/* NGX_AGAIN: send argv and bring the answer; NGX_OK: there is nothing to say */
ngx_int_t ngx_inbox_entry_start(ngx_inbox_entry_t *entry,
    ngx_inbox_redis_conf_t *conf);

/* NGX_AGAIN: as above; NGX_OK: entered; NGX_DECLINED: refused, word (borrowed
   from v, or constant) says how and may be logged */
ngx_int_t ngx_inbox_entry_answer(ngx_inbox_entry_t *entry,
    ngx_inbox_redis_value_t *v, ngx_str_t *word);


#endif /* _NGX_INBOX_ENTRY_H_INCLUDED_ */
