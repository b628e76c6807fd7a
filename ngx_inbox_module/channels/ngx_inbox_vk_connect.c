
/*
 * Copyright (C) the ngx_inbox authors
 *
 * VK is told where to send events, in three steps: which servers does the
 * community have, ours among them is changed or a new one is added, and what it
 * shall be told of.  VK asks the new address for the code while it is added.
 */


#include "ngx_inbox_vk.h"
#include "../ngx_inbox_text.h"


/* characters of a server's title */
#define NGX_INBOX_VK_TITLE     14
/* a community has ten servers */
#define NGX_INBOX_VK_TOO_MANY  2000


static ngx_int_t ngx_inbox_vk_server(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
static ngx_int_t ngx_inbox_vk_settings(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
static void ngx_inbox_vk_find(ngx_pool_t *pool, ngx_inbox_job_t *job,
    ngx_inbox_json_t *items);


ngx_int_t
ngx_inbox_vk_connect(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    u_char     *p;
    ngx_str_t   group;

    if (job->step == 1) {
        return ngx_inbox_vk_server(pool, line, job, request);
    }

    if (job->step == 2) {
        return ngx_inbox_vk_settings(pool, line, job, request);
    }

    if (ngx_inbox_vk_address(pool, line, "groups.getCallbackServers", request)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    request->safe = 1;
    group = ngx_inbox_channel_credential(line, "community_id");

    p = ngx_pnalloc(pool, sizeof("v=&group_id=" NGX_INBOX_VK_VERSION)
                          + 3 * group.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    request->body.data = p;
    p = ngx_sprintf(p, "v=" NGX_INBOX_VK_VERSION);
    p = ngx_inbox_vk_field(p, "&group_id=", &group);
    request->body.len = p - request->body.data;

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_vk_server(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    u_char     *p;
    ngx_str_t   group, secret, server, title;

    server = ngx_inbox_channel_memo(job, "server_id");

    if (ngx_inbox_vk_address(pool, line,
                             server.len ? "groups.editCallbackServer"
                                        : "groups.addCallbackServer",
                             request)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    group = ngx_inbox_channel_credential(line, "community_id");
    secret = ngx_inbox_channel_credential(line, "secret");
    title = ngx_inbox_text_cut(&line->id, NGX_INBOX_VK_TITLE);

    p = ngx_pnalloc(pool, sizeof("v=&group_id=&url=&title=&secret_key="
                                 "&server_id=" NGX_INBOX_VK_VERSION)
                          + 3 * (group.len + job->url.len + title.len
                                 + secret.len + server.len));
    if (p == NULL) {
        return NGX_ERROR;
    }

    request->body.data = p;
    p = ngx_sprintf(p, "v=" NGX_INBOX_VK_VERSION);
    p = ngx_inbox_vk_field(p, "&group_id=", &group);
    p = ngx_inbox_vk_field(p, "&url=", &job->url);
    p = ngx_inbox_vk_field(p, "&title=", &title);
    p = ngx_inbox_vk_field(p, "&secret_key=", &secret);

    if (server.len) {
        p = ngx_inbox_vk_field(p, "&server_id=", &server);
    }

    request->body.len = p - request->body.data;

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_vk_settings(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    size_t       size;
    u_char      *p;
    ngx_str_t    group, server;
    const char **event;

    if (ngx_inbox_vk_address(pool, line, "groups.setCallbackSettings", request)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    request->safe = 1;

    group = ngx_inbox_channel_credential(line, "community_id");
    server = ngx_inbox_channel_memo(job, "server_id");

    size = sizeof("v=&api_version=&group_id=&server_id=")
           + 2 * sizeof(NGX_INBOX_VK_VERSION)
           + 3 * (group.len + server.len);

    for (event = ngx_inbox_vk_events; *event; event++) {
        size += ngx_strlen(*event) + sizeof("&=1");
    }

    p = ngx_pnalloc(pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    request->body.data = p;
    p = ngx_sprintf(p, "v=" NGX_INBOX_VK_VERSION
                       "&api_version=" NGX_INBOX_VK_VERSION);
    p = ngx_inbox_vk_field(p, "&group_id=", &group);
    p = ngx_inbox_vk_field(p, "&server_id=", &server);

    for (event = ngx_inbox_vk_events; *event; event++) {
        p = ngx_sprintf(p, "&%s=1", *event);
    }

    request->body.len = p - request->body.data;

    return NGX_OK;
}


void
ngx_inbox_vk_connected(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    int64_t            code;
    ngx_str_t          id;
    ngx_inbox_json_t  *v, *response;

    v = answer->json;

    ngx_inbox_vk_explained(pool, answer, v, verdict);

    if (verdict->outcome != NGX_INBOX_SENT) {

        if (ngx_inbox_json_int(ngx_inbox_json_get(v, "error"), "error_code",
                               &code)
            == NGX_OK
            && code == NGX_INBOX_VK_TOO_MANY)
        {
            ngx_inbox_channel_advise(pool, verdict, "the community has ten "
                                     "servers; remove one in its settings, "
                                     "API usage, Callback API");
        }

        return;
    }

    response = ngx_inbox_json_get(v, "response");

    if (job->step == 0) {
        ngx_inbox_vk_find(pool, job, ngx_inbox_json_get(response, "items"));

    } else if (job->step == 1
               && ngx_inbox_json_id(pool, response, "server_id", &id)
                  == NGX_OK)
    {
        (void) ngx_inbox_channel_note(pool, job, "server_id", &id);
    }

    if (job->step < 2) {
        verdict->outcome = NGX_INBOX_MORE;
    }
}


/* a server with our address is ours */
static void
ngx_inbox_vk_find(ngx_pool_t *pool, ngx_inbox_job_t *job,
    ngx_inbox_json_t *items)
{
    size_t             i, n;
    ngx_str_t          url, id;
    ngx_inbox_json_t  *one;

    n = ngx_inbox_json_size(items);

    for (i = 0; i < n; i++) {
        one = ngx_inbox_json_at(items, i);

        if (ngx_inbox_json_str(one, "url", &url) == NGX_OK
            && ngx_inbox_reader_same(&url, &job->url)
            && ngx_inbox_json_id(pool, one, "id", &id) == NGX_OK)
        {
            (void) ngx_inbox_channel_note(pool, job, "server_id", &id);
            return;
        }
    }
}
