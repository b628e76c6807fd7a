
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A word is `@` and a group (alone: everybody), or `=` and an agent; each is a
 * topic.  A list of everything stays on the space's topic and hears its agent
 * besides, for what he reads changes it; an inbox hears only its words.
 */

#include "ngx_inbox_audience.h"
#include "ngx_inbox_topic.h"


/* whoever belongs to more groups hears everything */
#define NGX_INBOX_AUDIENCE_MOST  64


static ngx_uint_t ngx_inbox_audience_next(ngx_str_t *rest, ngx_str_t *word);


void
ngx_inbox_audience_learn(ngx_inbox_parked_t *p, const ngx_str_t *space,
    const ngx_inbox_answer_t *answer)
{
    ngx_inbox_redis_value_t  *v;

    v = answer->value;

    if (v->n > 3 && v->item[3]->type == NGX_INBOX_REDIS_STRING) {
        ngx_inbox_audience_hear(p, space, &v->item[3]->str);
    }
}


void
ngx_inbox_audience_hear(ngx_inbox_parked_t *p, const ngx_str_t *space,
    const ngx_str_t *words)
{
    u_char      out[NGX_INBOX_AUDIENCE_MOST][NGX_INBOX_MAX_ID * 2 + 2];
    u_char      home[NGX_INBOX_TOPIC_SIZE];
    ngx_str_t   topic[NGX_INBOX_AUDIENCE_MOST];
    ngx_str_t   rest, word, at;
    ngx_uint_t  n;

    if (ngx_inbox_park_hears(p)) {
        return;
    }

    rest = *words;

    if (rest.len && rest.data[0] == '*') {
        rest.data++;
        rest.len--;
        ngx_inbox_topic_space(home, space, &at);

    } else {
        ngx_inbox_topic_lists(home, space, &at);
    }

    for (n = 0; ngx_inbox_audience_next(&rest, &word); n++) {

        if (n == NGX_INBOX_AUDIENCE_MOST || word.len > NGX_INBOX_MAX_ID + 1) {
            return;
        }

        ngx_inbox_topic_audience(out[n], space, &word, &topic[n]);
    }

    if (n) {
        (void) ngx_inbox_park_hear(p, &at, topic, n);
    }
}


/* takes the first word off the rest; 0: there is none */

static ngx_uint_t
ngx_inbox_audience_next(ngx_str_t *rest, ngx_str_t *word)
{
    size_t  len;

    if (rest->len == 0 || (rest->data[0] != '@' && rest->data[0] != '=')) {
        return 0;
    }

    for (len = 1; len < rest->len; len++) {
        if (rest->data[len] == '@' || rest->data[len] == '=') {
            break;
        }
    }

    word->data = rest->data;
    word->len = len;
    rest->data += len;
    rest->len -= len;

    return 1;
}


void
ngx_inbox_audience_forget(ngx_inbox_parked_t *p, const ngx_str_t *space)
{
    u_char     out[NGX_INBOX_TOPIC_SIZE];
    ngx_str_t  topic;

    if (ngx_inbox_park_hears(p)) {
        ngx_inbox_topic_space(out, space, &topic);
        (void) ngx_inbox_park_hear(p, &topic, NULL, 0);
    }
}


void
ngx_inbox_audience_notify(ngx_inbox_park_t *park, const ngx_str_t *space,
    const ngx_str_t *words)
{
    u_char     out[NGX_INBOX_TOPIC_SIZE];
    ngx_str_t  rest, word, topic;

    rest = *words;

    while (ngx_inbox_audience_next(&rest, &word)) {

        if (word.len > NGX_INBOX_MAX_ID + 1) {
            continue;
        }

        ngx_inbox_topic_audience(out, space, &word, &topic);
        ngx_inbox_park_notify(park, &topic, NGX_INBOX_WAKE_NOTICE);
    }
}


void
ngx_inbox_audience_notify_all(ngx_inbox_park_t *park, const ngx_str_t *space)
{
    u_char     out[NGX_INBOX_TOPIC_SIZE];
    ngx_str_t  topic;

    ngx_inbox_topic_space(out, space, &topic);
    ngx_inbox_park_notify(park, &topic, NGX_INBOX_WAKE_NOTICE);

    ngx_inbox_topic_lists(out, space, &topic);
    ngx_inbox_park_notify(park, &topic, NGX_INBOX_WAKE_NOTICE);
}
