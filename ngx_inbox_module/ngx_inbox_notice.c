
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Words are separated by one space, lines by one LF; nothing is copied.  One
 * word may have spaces: the last of a visitor's line, a piece of JSON.
 */

#include "ngx_inbox_notice.h"


/* words of one line: a chat's group of three repeats */
#define NGX_INBOX_NOTICE_WORDS  128

/* the word of a visitor's line that is the rest of it, spaces and all */
#define NGX_INBOX_NOTICE_ENTRY  7


typedef struct {
    ngx_inbox_notice_pt   handler;
    void                 *data;
} ngx_inbox_notice_listener_t;


static void ngx_inbox_notice_line(ngx_inbox_notice_listener_t *listener,
    const ngx_str_t *space, ngx_str_t *word, ngx_uint_t n);
static ngx_uint_t ngx_inbox_notice_is(ngx_str_t *word, ngx_uint_t n,
    const char *kind, ngx_uint_t least);
static void ngx_inbox_notice_visitor(ngx_inbox_notice_t *notice,
    ngx_str_t *word, ngx_uint_t n);
static void ngx_inbox_notice_chats(ngx_inbox_notice_listener_t *listener,
    ngx_inbox_notice_t *notice, ngx_str_t *word, ngx_uint_t n);


void
ngx_inbox_notice_read(const ngx_str_t *space, const ngx_str_t *payload,
    ngx_inbox_notice_pt handler, void *data)
{
    u_char                      *p, *last;
    ngx_str_t                    word[NGX_INBOX_NOTICE_WORDS];
    ngx_uint_t                   n, rest;
    ngx_inbox_notice_listener_t  listener;

    listener.handler = handler;
    listener.data = data;

    p = payload->data;
    last = p + payload->len;
    n = 0;

    while (p < last && n < NGX_INBOX_NOTICE_WORDS) {
        word[n].data = p;
        rest = (n == NGX_INBOX_NOTICE_ENTRY
                && ngx_inbox_notice_is(word, n, "visitor", n));

        while (p < last && (*p != ' ' || rest) && *p != '\n') {
            p++;
        }

        word[n].len = p - word[n].data;
        n++;

        if (p == last || *p == '\n') {
            ngx_inbox_notice_line(&listener, space, word, n);
            n = 0;
        }

        p++;
    }
}


static void
ngx_inbox_notice_line(ngx_inbox_notice_listener_t *listener,
    const ngx_str_t *space, ngx_str_t *word, ngx_uint_t n)
{
    ngx_inbox_notice_t  notice;

    ngx_memzero(&notice, sizeof(ngx_inbox_notice_t));
    notice.space = *space;

    if (ngx_inbox_notice_is(word, n, "chat", 4)) {
        ngx_inbox_notice_chats(listener, &notice, &word[1], n - 1);
        return;
    }

    if (ngx_inbox_notice_is(word, n, "visitor", 3)) {
        ngx_inbox_notice_visitor(&notice, word, n);

    } else if (ngx_inbox_notice_is(word, n, "read", 2)) {
        notice.type = NGX_INBOX_NOTICE_READ;
        notice.audience = word[1];

    } else if (ngx_inbox_notice_is(word, n, "typing", 7)) {
        notice.type = NGX_INBOX_NOTICE_TYPING;
        notice.chat = word[1];
        notice.from = word[2];
        notice.id = word[3];
        notice.channel = word[4];
        notice.user = word[5];
        notice.name = word[6];

    } else if (ngx_inbox_notice_is(word, n, "channel", 2)) {
        notice.type = NGX_INBOX_NOTICE_CHANNEL;
        notice.channel = word[1];

    } else if (ngx_inbox_notice_is(word, n, "agent", 2)) {
        notice.type = NGX_INBOX_NOTICE_AGENT;
        notice.id = word[1];

    } else if (ngx_inbox_notice_is(word, n, "names", 1)) {
        notice.type = NGX_INBOX_NOTICE_NAMES;

    } else {
        /* of a newer version: nothing that we could miss */
        return;
    }

    listener->handler(listener->data, &notice);
}


/* a line of this kind with at least so many words */

static ngx_uint_t
ngx_inbox_notice_is(ngx_str_t *word, ngx_uint_t n, const char *kind,
    ngx_uint_t least)
{
    return n >= least
           && word[0].len == ngx_strlen(kind)
           && ngx_strncmp(word[0].data, kind, word[0].len) == 0;
}


/* channel, id; low, rev, chat, fresh or `-`, entry */

static void
ngx_inbox_notice_visitor(ngx_inbox_notice_t *notice, ngx_str_t *word,
    ngx_uint_t n)
{
    notice->type = NGX_INBOX_NOTICE_VISITOR;
    notice->channel = word[1];
    notice->id = word[2];

    if (n <= NGX_INBOX_NOTICE_ENTRY) {
        return;
    }

    notice->low = word[3];
    notice->rev = word[4];
    notice->chat = word[5];
    notice->entry = word[NGX_INBOX_NOTICE_ENTRY];

    if (word[6].len > 1) {
        notice->fresh = word[6];
    }
}


static void
ngx_inbox_notice_chats(ngx_inbox_notice_listener_t *listener,
    ngx_inbox_notice_t *notice, ngx_str_t *word, ngx_uint_t n)
{
    size_t      k;
    ngx_uint_t  i;

    notice->type = NGX_INBOX_NOTICE_CHAT;

    for (i = 0; i + 2 < n; i += 3) {
        notice->rev = word[i];
        notice->chat = word[i + 1];
        notice->changed = 0;
        notice->transcript = 0;
        notice->queued = 0;

        ngx_str_null(&notice->audience);

        for (k = 0; k < word[i + 2].len; k++) {
            switch (word[i + 2].data[k]) {

            case '@':
            case '=':
                notice->audience.data = word[i + 2].data + k;
                notice->audience.len = word[i + 2].len - k;
                k = word[i + 2].len;
                break;

            case 'c':
                notice->changed = 1;
                break;

            case 'm':
                notice->transcript = 1;
                break;

            case 'q':
                notice->queued = 1;
                break;
            }
        }

        listener->handler(listener->data, notice);
    }
}
