
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Small steps that the talks of all channels are made of: a request's URL, who
 * sends it, and what an admin is told when the platform says no.
 */


#include "ngx_inbox_channel.h"
#include "../ngx_inbox_text.h"


ngx_inbox_outcome_e
ngx_inbox_channel_by_status(int64_t status)
{
    if (status == NGX_HTTP_TOO_MANY_REQUESTS
        || status == NGX_HTTP_REQUEST_TIME_OUT)
    {
        return NGX_INBOX_LATER;
    }

    return (status >= 400 && status < 500) ? NGX_INBOX_NEVER : NGX_INBOX_LATER;
}


ngx_int_t
ngx_inbox_channel_bearer(ngx_pool_t *pool, ngx_inbox_http_request_t *request,
    const ngx_str_t *token)
{
    u_char     *p;
    ngx_str_t   value;

    value.len = sizeof("Bearer ") - 1 + token->len;

    p = ngx_pnalloc(pool, value.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value.data = p;
    p = ngx_cpymem(p, "Bearer ", sizeof("Bearer ") - 1);

    if (token->len) {
        ngx_memcpy(p, token->data, token->len);
    }

    return ngx_inbox_channel_header(pool, request, "Authorization", &value);
}


void
ngx_inbox_channel_list(ngx_inbox_json_writer_t *w, const char **words)
{
    ngx_str_t  word;

    ngx_inbox_json_open(w, '[');

    for ( /* void */ ; *words; words++) {
        word.data = (u_char *) *words;
        word.len = ngx_strlen(*words);
        ngx_inbox_json_put(w, &word);
    }

    ngx_inbox_json_close(w, ']');
}


ngx_str_t
ngx_inbox_channel_join(ngx_pool_t *pool, const char **words)
{
    u_char      *p;
    size_t       size;
    ngx_str_t    joined = ngx_null_string;
    const char **word;

    size = 0;

    for (word = words; *word; word++) {
        size += ngx_strlen(*word) + 1;
    }

    p = ngx_pnalloc(pool, size + 1);

    if (p == NULL) {
        return joined;
    }

    joined.data = p;

    for (word = words; *word; word++) {
        p = ngx_sprintf(p, "%s%s", (word == words) ? "" : ",", *word);
    }

    joined.len = p - joined.data;

    return joined;
}


void
ngx_inbox_channel_known(ngx_pool_t *pool, ngx_inbox_job_t *job,
    ngx_inbox_json_t *v, const char *member, const char *name)
{
    ngx_str_t  value;

    if (ngx_inbox_json_str(v, member, &value) != NGX_OK || value.len == 0) {
        return;
    }

    if (ngx_strcmp(name, "avatar") != 0) {
        value = ngx_inbox_text_cut(&value, NGX_INBOX_MAX_NAME);

    } else if (value.len > NGX_INBOX_MAX_REF) {
        return;
    }

    (void) ngx_inbox_channel_note(pool, job, name, &value);
}


void
ngx_inbox_channel_fullname(ngx_pool_t *pool, ngx_inbox_job_t *job,
    ngx_inbox_json_t *v)
{
    u_char     *p;
    ngx_str_t   first, last, name;

    (void) ngx_inbox_json_str(v, "first_name", &first);
    (void) ngx_inbox_json_str(v, "last_name", &last);

    p = ngx_pnalloc(pool, first.len + last.len + 1);

    if (p == NULL || first.len == 0) {
        return;
    }

    name.data = p;
    name.len = (last.len ? ngx_sprintf(p, "%V %V", &first, &last)
                         : ngx_sprintf(p, "%V", &first))
               - p;
    name = ngx_inbox_text_trim(&name);
    name = ngx_inbox_text_cut(&name, NGX_INBOX_MAX_NAME);

    (void) ngx_inbox_channel_note(pool, job, "name", &name);
}


void
ngx_inbox_channel_advise(ngx_pool_t *pool, ngx_inbox_verdict_t *verdict,
    const char *advice)
{
    u_char  *p;

    p = ngx_pnalloc(pool, verdict->error.len + ngx_strlen(advice)
                          + sizeof(": "));

    if (p == NULL) {
        return;
    }

    verdict->error.len = ngx_sprintf(p, "%V: %s", &verdict->error, advice) - p;
    verdict->error.data = p;
}
