
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The words of docs/redis.md, "Errors", and the HTTP status and code of each.
 * Whatever else Redis says is logged, and is 503 for the caller: he may try
 * again, nothing was done.  Either it is Redis' own state (OOM, READONLY), the
 * same for everybody, or a fault: this call cannot be done.
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


static const char  *ngx_inbox_store_states[] = {
    "OOM", "MISCONF", "BUSY", "LOADING", "READONLY", "MASTERDOWN",
    "NOREPLICAS", "CLUSTERDOWN", NULL
};


static ngx_uint_t ngx_inbox_store_is(const ngx_str_t *said, const char *word);
static ngx_uint_t ngx_inbox_store_is_state(const ngx_str_t *said);


void
ngx_inbox_store_judge(ngx_inbox_store_t *store, ngx_inbox_redis_value_t *v,
    ngx_inbox_answer_t *answer)
{
    u_char                        *p, *tab, *last;
    ngx_str_t                      said;
    const ngx_inbox_store_word_t  *w;

    if (v->type != NGX_INBOX_REDIS_ERROR) {
        answer->status = NGX_HTTP_OK;
        answer->value = v;
        return;
    }

    last = v->str.data + v->str.len;
    p = ngx_strlchr(v->str.data, last, ' ');
    said.data = v->str.data;
    said.len = (p == NULL) ? v->str.len : (size_t) (p - v->str.data);

    if (ngx_inbox_store_is(&said, "STALE")) {
        ngx_inbox_store_away(answer);
        answer->stale = 1;
        return;
    }

    for (w = ngx_inbox_store_words; w->word; w++) {
        if (ngx_inbox_store_is(&said, w->word)) {
            break;
        }
    }

    if (w->word == NULL) {
        ngx_log_error(NGX_LOG_ERR, store->log, 0,
                      "inbox store: Redis answered \"%V\"", &v->str);
        ngx_inbox_store_away(answer);
        answer->fault = !ngx_inbox_store_is_state(&said);

        if (ngx_inbox_store_is(&said, "READONLY")) {
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


static ngx_uint_t
ngx_inbox_store_is(const ngx_str_t *said, const char *word)
{
    return ngx_strlen(word) == said->len
           && ngx_strncmp(said->data, word, said->len) == 0;
}


static ngx_uint_t
ngx_inbox_store_is_state(const ngx_str_t *said)
{
    const char  **state;

    for (state = ngx_inbox_store_states; *state; state++) {
        if (ngx_inbox_store_is(said, *state)) {
            return 1;
        }
    }

    return 0;
}


void
ngx_inbox_store_away(ngx_inbox_answer_t *answer)
{
    answer->status = NGX_HTTP_SERVICE_UNAVAILABLE;
    ngx_str_set(&answer->code, "store_unavailable");
    ngx_str_set(&answer->detail, "the store does not answer, try again");
}
