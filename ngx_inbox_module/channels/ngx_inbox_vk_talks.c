
/*
 * Copyright (C) the ngx_inbox authors
 *
 * What we say to VK besides messages: is the token right, who is that, somebody
 * is typing, it has been read.  Where events shall go: ngx_inbox_vk_connect.c;
 * the rest of a message: ngx_inbox_vk_whole.c.
 *
 * The code that VK wants to hear when it is told our address is another one
 * than its settings page shows, so a check asks for it, and it is kept among
 * the channel's credentials before VK comes.
 */


#include "ngx_inbox_vk.h"
#include "../ngx_inbox_text.h"


#define NGX_INBOX_VK_BAD_TOKEN  5
#define NGX_INBOX_VK_BAD_GROUP  27
#define NGX_INBOX_VK_BAD_APP    28


static ngx_str_t ngx_inbox_vk_group(const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job);
static ngx_int_t ngx_inbox_vk_call(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const char *method, const char *field,
    const ngx_str_t *value, ngx_inbox_http_request_t *request);
static void ngx_inbox_vk_named(ngx_pool_t *pool, ngx_inbox_job_t *job,
    ngx_inbox_json_t *response);
static ngx_uint_t ngx_inbox_vk_has_photo(ngx_inbox_json_t *v);


/* two steps: whose token it is, and the code */
ngx_int_t
ngx_inbox_vk_check(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    ngx_str_t  group, none = ngx_null_string;

    if (job->step == 0) {
        return ngx_inbox_vk_call(pool, line, "groups.getById", "", &none,
                                 request);
    }

    group = ngx_inbox_vk_group(line, job);

    return ngx_inbox_vk_call(pool, line, "groups.getCallbackConfirmationCode",
                             "&group_id=", &group, request);
}


static ngx_str_t
ngx_inbox_vk_group(const ngx_inbox_line_t *line, const ngx_inbox_job_t *job)
{
    ngx_str_t  group;

    group = ngx_inbox_channel_credential(line, "community_id");

    return group.len ? group : ngx_inbox_channel_memo(job, "community_id");
}


/* a call with one field, or none, that may be repeated */
static ngx_int_t
ngx_inbox_vk_call(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const char *method, const char *field, const ngx_str_t *value,
    ngx_inbox_http_request_t *request)
{
    u_char  *p;

    if (ngx_inbox_vk_address(pool, line, method, request) != NGX_OK) {
        return NGX_ERROR;
    }

    request->safe = 1;

    p = ngx_pnalloc(pool, sizeof("v=" NGX_INBOX_VK_VERSION)
                          + ngx_strlen(field) + 3 * value->len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    request->body.data = p;
    p = ngx_sprintf(p, "v=" NGX_INBOX_VK_VERSION);

    if (value->len) {
        p = ngx_inbox_vk_field(p, field, value);
    }

    request->body.len = p - request->body.data;

    return NGX_OK;
}


void
ngx_inbox_vk_checked(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    ngx_str_t          code;
    ngx_inbox_json_t  *v;

    v = answer->json;

    ngx_inbox_vk_explained(pool, answer, v, verdict);

    if (verdict->outcome != NGX_INBOX_SENT) {
        return;
    }

    v = ngx_inbox_json_get(v, "response");

    if (job->step == 0) {
        ngx_inbox_vk_named(pool, job, v);
        verdict->outcome = NGX_INBOX_MORE;
        return;
    }

    if (ngx_inbox_json_str(v, "code", &code) == NGX_OK) {
        (void) ngx_inbox_channel_note(pool, job, "confirmation", &code);
    }
}


/* the verdict, with what an admin can do about it */
void
ngx_inbox_vk_explained(ngx_pool_t *pool, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_json_t *v, ngx_inbox_verdict_t *verdict)
{
    int64_t  code;

    ngx_inbox_vk_verdict(pool, answer, v, &code, verdict);

    if (verdict->outcome == NGX_INBOX_SENT) {
        return;
    }

    switch (code) {

    case NGX_INBOX_VK_BAD_TOKEN:
    case NGX_INBOX_VK_BAD_GROUP:
        ngx_inbox_channel_advise(pool, verdict, "the access token is not one "
                                 "of a community; make one in its settings, "
                                 "API usage");
        return;

    case NGX_INBOX_VK_NO_RIGHT:
    case NGX_INBOX_VK_DENIED:
        ngx_inbox_channel_advise(pool, verdict, "the token needs the rights "
                                 "to manage the community and its messages, "
                                 "and community_id must be that community's");
        return;

    default:
        return;
    }
}


/* {"groups":[{…}]}, in older versions the list alone */
static void
ngx_inbox_vk_named(ngx_pool_t *pool, ngx_inbox_job_t *job,
    ngx_inbox_json_t *response)
{
    ngx_str_t          id;
    ngx_inbox_json_t  *list;

    list = ngx_inbox_json_get(response, "groups");

    if (list == NULL) {
        list = response;
    }

    list = ngx_inbox_json_at(list, 0);

    ngx_inbox_channel_known(pool, job, list, "name", "account");

    if (ngx_inbox_json_id(pool, list, "id", &id) == NGX_OK) {
        (void) ngx_inbox_channel_note(pool, job, "community_id", &id);
    }
}


ngx_int_t
ngx_inbox_vk_profile(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    return ngx_inbox_vk_call(pool, line, "users.get",
                             "&fields=photo_200,has_photo,screen_name"
                             "&user_ids=", &job->user, request);
}


void
ngx_inbox_vk_profiled(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    ngx_inbox_json_t  *v;

    ngx_inbox_vk_told(pool, answer, verdict);

    if (verdict->outcome != NGX_INBOX_SENT) {
        return;
    }

    v = ngx_inbox_json_at(ngx_inbox_json_get(answer->json, "response"), 0);

    ngx_inbox_channel_fullname(pool, job, v);
    ngx_inbox_channel_known(pool, job, v, "screen_name", "username");

    if (ngx_inbox_vk_has_photo(v)) {
        ngx_inbox_channel_known(pool, job, v, "photo_200", "avatar");
    }
}


void
ngx_inbox_vk_told(ngx_pool_t *pool, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    int64_t  code;

    ngx_inbox_vk_explained(pool, answer, answer->json, verdict);

    if (verdict->outcome == NGX_INBOX_SENT) {
        return;
    }

    (void) ngx_inbox_json_int(ngx_inbox_json_get(answer->json, "error"),
                              "error_code", &code);

    verdict->channel = (code == NGX_INBOX_VK_BAD_TOKEN
                        || code == NGX_INBOX_VK_BAD_GROUP
                        || code == NGX_INBOX_VK_BAD_APP);
}


/* whoever has none, or is not there any more, is shown as a camera or a dog:
   that is no picture of his */
static ngx_uint_t
ngx_inbox_vk_has_photo(ngx_inbox_json_t *v)
{
    int64_t  has;

    if (ngx_inbox_json_int(v, "has_photo", &has) == NGX_OK && has == 0) {
        return 0;
    }

    return ngx_inbox_json_is_null(ngx_inbox_json_get(v, "deactivated"));
}


ngx_int_t
ngx_inbox_vk_typing(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    return ngx_inbox_vk_call(pool, line, "messages.setActivity",
                             "&type=typing&peer_id=", &job->user, request);
}


ngx_int_t
ngx_inbox_vk_seen(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    return ngx_inbox_vk_call(pool, line, "messages.markAsRead", "&peer_id=",
                             &job->user, request);
}


void
ngx_inbox_vk_done(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    int64_t    code;

    ngx_inbox_vk_verdict(pool, answer, answer->json, &code, verdict);
}
