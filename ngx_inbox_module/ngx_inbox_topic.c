
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The space, a space, and what it is within it: ids have no space in them, so
 * no two things have one name, and all of a space begin alike.
 */

#include "ngx_inbox_topic.h"


void
ngx_inbox_topic_head(u_char *out, const ngx_str_t *space,
    ngx_str_t *head)
{
    head->data = out;
    head->len = ngx_snprintf(out, NGX_INBOX_TOPIC_SIZE, "%V ", space) - out;
}


void
ngx_inbox_topic_space(u_char *out, const ngx_str_t *space,
    ngx_str_t *topic)
{
    topic->data = out;
    topic->len = ngx_snprintf(out, NGX_INBOX_TOPIC_SIZE, "%V *", space) - out;
}


void
ngx_inbox_topic_lists(u_char *out, const ngx_str_t *space,
    ngx_str_t *topic)
{
    topic->data = out;
    topic->len = ngx_snprintf(out, NGX_INBOX_TOPIC_SIZE, "%V .", space) - out;
}


/* a word begins with its kind, which no number of a chat and no id does */

void
ngx_inbox_topic_audience(u_char *out, const ngx_str_t *space,
    const ngx_str_t *word, ngx_str_t *topic)
{
    topic->data = out;
    topic->len = ngx_snprintf(out, NGX_INBOX_TOPIC_SIZE, "%V %V", space, word)
                 - out;
}


void
ngx_inbox_topic_chat(u_char *out, const ngx_str_t *space,
    const ngx_str_t *chat, ngx_str_t *topic)
{
    topic->data = out;
    topic->len = ngx_snprintf(out, NGX_INBOX_TOPIC_SIZE, "%V %V", space, chat)
                 - out;
}


void
ngx_inbox_topic_visitor(u_char *out, const ngx_str_t *space,
    const ngx_str_t *channel, const ngx_str_t *user, ngx_str_t *topic)
{
    topic->data = out;
    topic->len = ngx_snprintf(out, NGX_INBOX_TOPIC_SIZE, "%V %V/%V", space,
                              channel, user)
                 - out;
}
