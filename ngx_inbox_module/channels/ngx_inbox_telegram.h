
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 3, channels; private to the Telegram channel: what its files have in
 * common.  Reading never fails: what cannot be read is left out and noted in
 * the reader, at which parse() looks once, at the end.
 */

#ifndef _NGX_INBOX_TELEGRAM_H_INCLUDED_
#define _NGX_INBOX_TELEGRAM_H_INCLUDED_


#include "ngx_inbox_channel.h"
#include "../ngx_inbox_json.h"


/* one update while it is read; lives on the stack of parse() */
typedef struct {
    ngx_pool_t   *pool;
    ngx_array_t  *events;
    unsigned      known:1;      /* the update has a kind we know */
    unsigned      odd:1;        /* something had a wrong type */
    unsigned      failed:1;     /* memory */
} ngx_inbox_telegram_reader_t;


/* ngx_inbox_telegram_update.c */

/* see ngx_inbox_channel_t */
ngx_int_t ngx_inbox_telegram_parse(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_hook_t *hook,
    ngx_array_t *events, ngx_uint_t *odd);


/* ngx_inbox_telegram_content.c */

/*
 * Text, attachments and phone of a Message into e, whose user and echo are
 * set.  1 when there is anything to show, 0 for a service message.
 */
ngx_uint_t ngx_inbox_telegram_content(ngx_inbox_telegram_reader_t *t,
    ngx_inbox_json_t *message, ngx_inbox_event_t *e);


/* ngx_inbox_telegram_value.c */

/* a positive integer as its digits; 0 when it is missing or anything else */
ngx_uint_t ngx_inbox_telegram_id(ngx_inbox_telegram_reader_t *t,
    ngx_inbox_json_t *v, ngx_str_t *out);

/* the same for member key of v */
ngx_uint_t ngx_inbox_telegram_member(ngx_inbox_telegram_reader_t *t,
    ngx_inbox_json_t *v, const char *key, ngx_str_t *out);

/* a string of at most max characters; len 0 when there is none */
ngx_str_t ngx_inbox_telegram_words(ngx_inbox_telegram_reader_t *t,
    ngx_inbox_json_t *v, const char *key, size_t max);

/* a string of visible ASCII, as handles and media types are; or len 0 */
ngx_str_t ngx_inbox_telegram_token(ngx_inbox_telegram_reader_t *t,
    ngx_inbox_json_t *v, const char *key, size_t max);

/* a and b with something between if both have letters; a name's length */
ngx_str_t ngx_inbox_telegram_join(ngx_inbox_telegram_reader_t *t,
    const ngx_str_t *a, const char *between, const ngx_str_t *b);

ngx_uint_t ngx_inbox_telegram_same(const ngx_str_t *a, const ngx_str_t *b);

ngx_uint_t ngx_inbox_telegram_is(const ngx_str_t *s, const char *word);


#endif /* _NGX_INBOX_TELEGRAM_H_INCLUDED_ */
