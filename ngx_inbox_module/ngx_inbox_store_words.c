
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The words of docs/redis.md, "Errors", and the HTTP status and code of each.
 * Whatever else Redis says (OOM, READONLY, LOADING, a fault of ours) is logged,
 * and is 503 for the caller: he may try again, nothing was done.
 */

#include "ngx_inbox_store_own.h"


typedef struct {
    const char                *word;
    ngx_uint_t                 status;
    const char                *code;
    ngx_uint_t                 later;      /* its words begin with seconds */
} ngx_inbox_store_word_t;


static const ngx_inbox_store_word_t  ngx_inbox_store_words[] = {
    { "NOTFOUND",     404, "not_found", 0 },
    { "NOSPACE",      404, "not_found", 0 },
    { "UNAUTHORIZED", 401, "unauthorized", 0 },
    { "FORBIDDEN",    403, "forbidden", 0 },
    { "PLAN",         403, "plan_required", 0 },
    { "INVALID",      422, "invalid", 0 },
    { "TAKEN",        409, "chat_taken", 0 },
    { "NOTTAKEN",     409, "not_taken", 0 },
    { "NOTPART",      409, "not_participant", 0 },
    { "CLOSED",       409, "chat_closed", 0 },
    { "WINDOW",       409, "window_closed", 0 },
    { "INUSE",        409, "in_use", 0 },
    { "MISMATCH",     409, "idempotency_mismatch", 0 },
    { "TOOLONG",      422, "text_too_long", 0 },
    { "LIMIT",        429, "too_many_requests", 1 },
    { "SUSPENDED",    503, "suspended", 1 },
    { NULL, 0, NULL, 0 }
};


void
ngx_inbox_store_judge(ngx_inbox_store_t *store, ngx_inbox_redis_value_t *v,
    ngx_inbox_answer_t *answer)
{
    size_t                         len;
    u_char                        *p, *tab, *last;
    const ngx_inbox_store_word_t  *w;

    if (v->type != NGX_INBOX_REDIS_ERROR) {
        answer->status = NGX_HTTP_OK;
        answer->value = v;
        return;
    }

    last = v->str.data + v->str.len;
    p = ngx_strlchr(v->str.data, last, ' ');
    len = (p == NULL) ? v->str.len : (size_t) (p - v->str.data);

    if (len == 5 && ngx_strncmp(v->str.data, "STALE", 5) == 0) {
        ngx_inbox_store_away(answer);
        answer->stale = 1;
        return;
    }

    for (w = ngx_inbox_store_words; w->word; w++) {
        if (ngx_strlen(w->word) == len
            && ngx_strncmp(v->str.data, w->word, len) == 0)
        {
            break;
        }
    }

    if (w->word == NULL) {
        ngx_log_error(NGX_LOG_ERR, store->log, 0,
                      "inbox store: Redis answered \"%V\"", &v->str);
        ngx_inbox_store_away(answer);
        answer->fault = 1;

        if (len == 8 && ngx_strncmp(v->str.data, "READONLY", 8) == 0) {
            ngx_inbox_redis_drop(store->redis, "this Redis is a replica");
        }

        return;
    }

    answer->status = w->status;
    answer->later = w->later;
    answer->code.data = (u_char *) w->code;
    answer->code.len = ngx_strlen(w->code);

    p = (p == NULL) ? last : p + 1;
    tab = ngx_strlchr(p, last, '\t');

    answer->detail.data = p;
    answer->detail.len = ((tab == NULL) ? last : tab) - p;

    if (tab != NULL) {
        answer->more.data = tab + 1;
        answer->more.len = last - tab - 1;
    }
}


void
ngx_inbox_store_away(ngx_inbox_answer_t *answer)
{
    answer->status = NGX_HTTP_SERVICE_UNAVAILABLE;
    ngx_str_set(&answer->code, "store_unavailable");
    ngx_str_set(&answer->detail, "the store does not answer, try again");
}
