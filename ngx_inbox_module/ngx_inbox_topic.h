
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 1, bytes.  The names of what polls wait for: a poll is parked under
 * one, a notice wakes one.
 */

#ifndef _NGX_INBOX_TOPIC_H_INCLUDED_
#define _NGX_INBOX_TOPIC_H_INCLUDED_


#include "ngx_inbox.h"


/* room for any of them */
#define NGX_INBOX_TOPIC_SIZE  (NGX_INBOX_MAX_ID * 2 + NGX_INBOX_MAX_EXTERNAL_ID)

/* lists of the space; a transcript as agents see it; as its visitor does, who
   is known by channel and user: out needs NGX_INBOX_TOPIC_SIZE bytes */
/* and what all topics of a space begin with */
void ngx_inbox_topic_head(u_char *out, const ngx_str_t *space,
    ngx_str_t *head);
void ngx_inbox_topic_space(u_char *out, const ngx_str_t *space,
    ngx_str_t *topic);
/* lists that are woken by their audiences alone; and one of these, its word:
   `@group` or `=agent` */
void ngx_inbox_topic_lists(u_char *out, const ngx_str_t *space,
    ngx_str_t *topic);
void ngx_inbox_topic_audience(u_char *out, const ngx_str_t *space,
    const ngx_str_t *word, ngx_str_t *topic);
void ngx_inbox_topic_chat(u_char *out, const ngx_str_t *space,
    const ngx_str_t *chat, ngx_str_t *topic);
void ngx_inbox_topic_visitor(u_char *out, const ngx_str_t *space,
    const ngx_str_t *channel, const ngx_str_t *user, ngx_str_t *topic);


#endif /* _NGX_INBOX_TOPIC_H_INCLUDED_ */
