
/*
 * Copyright (C) the ngx_inbox authors
 *
 * What the store has answered, as the text of an answer or as a problem
 * document.
 */

#include "ngx_inbox_ask.h"
#include "ngx_inbox_reply.h"


static ngx_int_t ngx_inbox_ask_later(ngx_http_request_t *r,
    const ngx_inbox_answer_t *answer);


ngx_str_t
ngx_inbox_ask_text(const ngx_inbox_answer_t *answer)
{
    ngx_inbox_redis_value_t  *v;

    static const ngx_str_t  null = ngx_string("null");

    v = answer->value;

    if (v->type == NGX_INBOX_REDIS_ARRAY && v->n) {
        v = v->item[0];
    }

    return (v->type == NGX_INBOX_REDIS_STRING) ? v->str : null;
}


ngx_int_t
ngx_inbox_ask_refuse(ngx_http_request_t *r, const ngx_inbox_answer_t *answer)
{
    u_char     *p;
    ngx_str_t   field, words, more;

    if (answer->later) {
        return ngx_inbox_ask_later(r, answer);
    }

    if (answer->status != 422 || answer->more.len) {
        return ngx_inbox_reply_problem_str(r, answer->status, &answer->code,
                                           &answer->detail, &answer->more);
    }

    /* INVALID field words: text of ours, free of quotes */

    field = answer->detail;
    words = answer->detail;
    p = ngx_strlchr(field.data, field.data + field.len, ' ');

    if (p != NULL) {
        field.len = p - field.data;
        words.data = p + 1;
        words.len -= field.len + 1;
    }

    more.data = ngx_pnalloc(r->pool, answer->detail.len + 64);
    if (more.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    more.len = ngx_sprintf(more.data,
                           "\"errors\":[{\"field\":\"%V\",\"detail\":\"%V\"}]",
                           &field, &words)
               - more.data;

    return ngx_inbox_reply_problem_str(r, answer->status, &answer->code,
                                       &answer->detail, &more);
}


/* seconds words */

static ngx_int_t
ngx_inbox_ask_later(ngx_http_request_t *r, const ngx_inbox_answer_t *answer)
{
    u_char     *p, *last;
    ngx_int_t   seconds;
    ngx_str_t   words;

    p = answer->detail.data;
    last = p + answer->detail.len;

    while (p < last && *p != ' ') {
        p++;
    }

    seconds = ngx_atoi(answer->detail.data, p - answer->detail.data);

    words.data = ngx_min(p + 1, last);
    words.len = last - words.data;

    return ngx_inbox_reply_later(r, answer->status, &answer->code,
                                 ngx_max(seconds, 1), &words);
}
