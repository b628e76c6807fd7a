
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 7, service.  What became of one webhook, for its channel's health and
 * ring: noted step by step while it is worked on, told when its request ends,
 * whatever ended it.
 */

#ifndef _NGX_INBOX_RECORD_H_INCLUDED_
#define _NGX_INBOX_RECORD_H_INCLUDED_


#include "ngx_inbox_ctx.h"
#include "ngx_inbox_json.h"
#include "ngx_inbox_store.h"
#include "ngx_inbox_tally.h"


typedef struct ngx_inbox_record_s  ngx_inbox_record_t;


/* begins one of the channel param[0]; NULL: memory, nothing will be told.  All
   that follows takes NULL for a record, too */
ngx_inbox_record_t *ngx_inbox_record_start(ngx_inbox_ctx_t *ctx);

/* it was theirs: its body may be kept, without the line's secrets */
void ngx_inbox_record_verified(ngx_inbox_record_t *record,
    const ngx_inbox_line_t *line, ngx_uint_t odd);

/* how it ends unless it ends badly: a word for the ring; words: of a refusal,
   for people, or NULL */
void ngx_inbox_record_outcome(ngx_inbox_record_t *record,
    ngx_inbox_tally_what_e what, const char *outcome, const char *words);

/* the store's answer to `ingest` with these arguments of events */
void ngx_inbox_record_stored(ngx_inbox_record_t *record,
    const ngx_str_t *events, const ngx_inbox_answer_t *answer);

/* the same, an object for each event, into an array that is open; a long list
   is cut */
void ngx_inbox_record_write(ngx_inbox_json_writer_t *w,
    const ngx_str_t *events, const ngx_inbox_redis_value_t *results);


/* the word for all of it: stored (something is new), known (all of it had come
   before), nothing */
const char *ngx_inbox_record_word(const ngx_inbox_redis_value_t *results);


#endif /* _NGX_INBOX_RECORD_H_INCLUDED_ */
