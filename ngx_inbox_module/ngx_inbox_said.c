
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Why the answer is the store's own, byte by byte: the piece is what the store
 * would show to this visitor, made by the same function in the same call that
 * stored it; a cursor that is not older than the message before it (`low`), and
 * older than this one, has this one alone behind it.  What a notice cannot say
 * (an edit, two things at once, a reset) is left to the store: see
 * ngx_inbox_poll_hear().
 *
 * One allocation: the answer, its five values, their bytes.
 */

#include "ngx_inbox_said.h"


/* body, rev, number of messages, id of what is not delivered yet, chat */
#define NGX_INBOX_SAID_VALUES  5


struct ngx_inbox_said_s {
    ngx_inbox_answer_t        answer;
    ngx_inbox_redis_value_t   array;
    ngx_inbox_redis_value_t  *item[NGX_INBOX_SAID_VALUES];
    ngx_inbox_redis_value_t   value[NGX_INBOX_SAID_VALUES];
};


static ngx_uint_t ngx_inbox_said_fits(const ngx_inbox_notice_t *notice,
    const ngx_str_t *since);
static u_char *ngx_inbox_said_put(ngx_inbox_redis_value_t *v, u_char *p,
    const ngx_str_t *s);


ngx_inbox_said_t *
ngx_inbox_said_make(const ngx_inbox_notice_t *notice, const ngx_str_t *since,
    ngx_log_t *log)
{
    u_char            *p;
    size_t             size;
    ngx_uint_t         i;
    ngx_inbox_said_t  *said;

    static const char  form[] =
        "{\"messages\":[],\"rev\":,\"next\":null,\"chat\":}";

    if (!ngx_inbox_said_fits(notice, since)) {
        return NULL;
    }

    size = sizeof(form) + notice->entry.len
           + 2 * (notice->rev.len + notice->chat.len) + notice->fresh.len;

    said = ngx_alloc(sizeof(ngx_inbox_said_t) + size, log);
    if (said == NULL) {
        return NULL;
    }

    ngx_memzero(said, sizeof(ngx_inbox_said_t));

    said->answer.status = NGX_HTTP_OK;
    said->answer.value = &said->array;
    said->array.type = NGX_INBOX_REDIS_ARRAY;
    said->array.n = NGX_INBOX_SAID_VALUES;
    said->array.item = said->item;

    for (i = 0; i < NGX_INBOX_SAID_VALUES; i++) {
        said->item[i] = &said->value[i];
        said->value[i].type = NGX_INBOX_REDIS_STRING;
    }

    p = (u_char *) (said + 1);

    said->value[0].str.data = p;
    p = ngx_sprintf(p, "{\"messages\":[%V],\"rev\":%V,\"next\":null,"
                    "\"chat\":%V}", &notice->entry, &notice->rev,
                    &notice->chat);
    said->value[0].str.len = p - said->value[0].str.data;

    said->value[2].type = NGX_INBOX_REDIS_INTEGER;
    said->value[2].integer = 1;

    p = ngx_inbox_said_put(&said->value[1], p, &notice->rev);
    p = ngx_inbox_said_put(&said->value[3], p, &notice->fresh);
    (void) ngx_inbox_said_put(&said->value[4], p, &notice->chat);

    return said;
}


/* revs have 16 digits: what is no number, or greater, is the store's matter */

static ngx_uint_t
ngx_inbox_said_fits(const ngx_inbox_notice_t *notice, const ngx_str_t *since)
{
    off_t  low, rev, from;

    if (notice->entry.len == 0) {
        return 0;
    }

    low = ngx_atoof(notice->low.data, notice->low.len);
    rev = ngx_atoof(notice->rev.data, notice->rev.len);
    from = ngx_atoof(since->data, since->len);

    return low != NGX_ERROR && from != NGX_ERROR && low <= from && from < rev;
}


static u_char *
ngx_inbox_said_put(ngx_inbox_redis_value_t *v, u_char *p, const ngx_str_t *s)
{
    v->str.data = p;
    v->str.len = s->len;

    return ngx_cpymem(p, s->data, s->len);
}


ngx_inbox_answer_t *
ngx_inbox_said_answer(ngx_inbox_said_t *said)
{
    return &said->answer;
}


void
ngx_inbox_said_free(ngx_inbox_said_t *said)
{
    if (said != NULL) {
        ngx_free(said);
    }
}
