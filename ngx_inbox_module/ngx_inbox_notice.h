
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 1, bytes.  What a notice says: one or more lines of words, written by
 * the functions in Redis, see docs/redis.md.
 */

#ifndef _NGX_INBOX_NOTICE_H_INCLUDED_
#define _NGX_INBOX_NOTICE_H_INCLUDED_


#include "ngx_inbox.h"


typedef enum {
    NGX_INBOX_NOTICE_CHAT = 0,    /* rev, chat, flags */
    NGX_INBOX_NOTICE_VISITOR,     /* the transcript of channel's visitor id; and
                                     what is new in it: low, rev, chat, fresh,
                                     entry; or entry has no length */
    NGX_INBOX_NOTICE_READ,        /* audience: the agent */
    NGX_INBOX_NOTICE_TYPING,      /* chat, from, id (agent or "-"), channel and
                                     user (or "-"), name (JSON literal) */
    NGX_INBOX_NOTICE_CHANNEL,     /* channel: its settings changed */
    NGX_INBOX_NOTICE_AGENT,       /* id: his rights changed */
    NGX_INBOX_NOTICE_NAMES        /* what chats name is called otherwise */
} ngx_inbox_notice_type_e;


/* words point into the notice: copy what you keep */
typedef struct {
    ngx_inbox_notice_type_e  type;
    ngx_str_t                space;
    ngx_str_t                rev;
    ngx_str_t                chat;
    ngx_str_t                audience;      /* `@group=agent` and so on */
    ngx_str_t                channel;
    ngx_str_t                id;
    ngx_str_t                from;
    ngx_str_t                user;
    ngx_str_t                name;

    ngx_str_t                low;           /* rev of the message before it */
    ngx_str_t                fresh;         /* its id, when it is not delivered
                                               yet; or no length */
    ngx_str_t                entry;         /* the Message as he sees it */

    unsigned                 changed:1;     /* c: the Chat */
    unsigned                 transcript:1;  /* m: for agents */
    unsigned                 queued:1;      /* q: there is something to send */
} ngx_inbox_notice_t;


typedef void (*ngx_inbox_notice_pt)(void *data, ngx_inbox_notice_t *notice);


/* calls the handler for each thing that a notice of the space says; lines of an
   unknown kind (of a newer version) are passed over */
void ngx_inbox_notice_read(const ngx_str_t *space, const ngx_str_t *payload,
    ngx_inbox_notice_pt handler, void *data);


#endif /* _NGX_INBOX_NOTICE_H_INCLUDED_ */
