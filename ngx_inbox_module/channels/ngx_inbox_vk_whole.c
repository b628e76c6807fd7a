
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The rest of a message that was too much for a callback: of what was attached
 * or forwarded only the first came (is_cropped).  All of it is asked for by its
 * number within the talk, and read as any message; should it be cropped even
 * so, it says so again.
 */


#include "ngx_inbox_vk.h"
#include "../ngx_inbox_text.h"


static ngx_int_t ngx_inbox_vk_read_whole(ngx_pool_t *pool, ngx_inbox_job_t *job,
    ngx_inbox_json_t *message);
static void ngx_inbox_vk_refuse(ngx_inbox_verdict_t *verdict,
    ngx_inbox_outcome_e outcome, const char *words);


ngx_int_t
ngx_inbox_vk_complete(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    u_char  *p;

    /* very old versions have another number: nothing was cropped then */
    if (!ngx_inbox_text_is_digits(&job->message, NGX_INT64_LEN)) {
        return NGX_DECLINED;
    }

    if (ngx_inbox_vk_address(pool, line, "messages.getByConversationMessageId",
                             request)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    request->safe = 1;

    p = ngx_pnalloc(pool, sizeof("v=" NGX_INBOX_VK_VERSION "&peer_id="
                                 "&conversation_message_ids=")
                          + 3 * (job->user.len + job->message.len));
    if (p == NULL) {
        return NGX_ERROR;
    }

    request->body.data = p;

    p = ngx_sprintf(p, "v=" NGX_INBOX_VK_VERSION);
    p = ngx_inbox_vk_field(p, "&peer_id=", &job->user);
    p = ngx_inbox_vk_field(p, "&conversation_message_ids=", &job->message);

    request->body.len = p - request->body.data;

    return NGX_OK;
}


void
ngx_inbox_vk_completed(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    ngx_int_t          rc;
    ngx_str_t          number;
    ngx_inbox_json_t  *message;

    ngx_inbox_vk_told(pool, answer, verdict);

    if (verdict->outcome != NGX_INBOX_SENT) {
        return;
    }

    message = ngx_inbox_json_at(ngx_inbox_json_get(
                                ngx_inbox_json_get(answer->json, "response"),
                                "items"), 0);

    if (ngx_inbox_json_id(pool, message, "conversation_message_id", &number)
        != NGX_OK
        || !ngx_inbox_reader_same(&number, &job->message))
    {
        ngx_inbox_vk_refuse(verdict, NGX_INBOX_NEVER,
                            "VK does not have this message");
        return;
    }

    rc = ngx_inbox_vk_read_whole(pool, job, message);

    if (rc == NGX_DECLINED) {
        ngx_inbox_vk_refuse(verdict, NGX_INBOX_NEVER,
                            "there is nothing in this message");
        return;
    }

    if (rc != NGX_OK) {
        ngx_inbox_vk_refuse(verdict, NGX_INBOX_LATER, "out of memory");
    }
}


/* NGX_OK | NGX_DECLINED: it is empty | NGX_ERROR: memory */
static ngx_int_t
ngx_inbox_vk_read_whole(ngx_pool_t *pool, ngx_inbox_job_t *job,
    ngx_inbox_json_t *message)
{
    ngx_uint_t           some;
    ngx_inbox_event_t   *e;
    ngx_inbox_reader_t   t;

    ngx_memzero(&t, sizeof(ngx_inbox_reader_t));
    t.pool = pool;

    e = ngx_pcalloc(pool, sizeof(ngx_inbox_event_t));
    if (e == NULL) {
        return NGX_ERROR;
    }

    some = ngx_inbox_vk_content(&t, message, e);

    if (t.failed) {
        return NGX_ERROR;
    }

    if (!some) {
        return NGX_DECLINED;
    }

    job->whole = e;

    return NGX_OK;
}


static void
ngx_inbox_vk_refuse(ngx_inbox_verdict_t *verdict, ngx_inbox_outcome_e outcome,
    const char *words)
{
    verdict->outcome = outcome;
    verdict->error.data = (u_char *) words;
    verdict->error.len = ngx_strlen(words);
}
