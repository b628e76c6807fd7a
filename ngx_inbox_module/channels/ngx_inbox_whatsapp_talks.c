
/*
 * Copyright (C) the ngx_inbox authors
 *
 * What we say to WhatsApp besides messages: is the token right, send events of
 * this number here, it has been read, somebody is typing.
 *
 * A number has a callback of its own, which goes before the account's and the
 * app's; so its id is enough to connect it.  The account must have subscribed
 * the app: with its id in settings.business_account_id that is done, too.
 * Typing is shown with the message that it answers, which is read by that.
 */


#include "ngx_inbox_whatsapp.h"


static ngx_int_t ngx_inbox_whatsapp_override(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_str_t *body);
static ngx_int_t ngx_inbox_whatsapp_mark(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_uint_t typing, ngx_inbox_http_request_t *request);


ngx_int_t
ngx_inbox_whatsapp_check(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    ngx_str_t  number;

    number = ngx_inbox_channel_credential(line, "phone_number_id");
    ngx_str_set(&request->method, "GET");
    request->safe = 1;

    return ngx_inbox_meta_node(pool, line, &line->origin, &number,
                               "?fields=display_phone_number,verified_name",
                               request);
}


ngx_int_t
ngx_inbox_whatsapp_connect(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    ngx_str_t    whose;
    const char  *tail;

    tail = "";
    whose = ngx_inbox_channel_credential(line, "phone_number_id");

    if (job->step > 0) {
        tail = "/subscribed_apps";
        whose = ngx_inbox_meta_setting(pool, line, "business_account_id");
    }

    ngx_str_set(&request->method, "POST");
    ngx_str_set(&request->type, "application/json");
    ngx_str_set(&request->body, "{}");
    request->safe = 1;

    if (ngx_inbox_meta_node(pool, line, &line->origin, &whose, tail, request)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return (job->step > 0) ? NGX_OK
                           : ngx_inbox_whatsapp_override(pool, line, job,
                                                         &request->body);
}


static ngx_int_t
ngx_inbox_whatsapp_override(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_str_t *body)
{
    ngx_str_t                word;
    ngx_inbox_json_writer_t  w;

    word = ngx_inbox_channel_credential(line, "verify_token");

    ngx_inbox_json_begin(&w, pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "webhook_configuration");
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "override_callback_uri");
    ngx_inbox_json_put(&w, &job->url);
    ngx_inbox_json_key(&w, "verify_token");
    ngx_inbox_json_put(&w, &word);
    ngx_inbox_json_close(&w, '}');
    ngx_inbox_json_close(&w, '}');

    return ngx_inbox_json_end(&w, body);
}


void
ngx_inbox_whatsapp_connected(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    ngx_str_t  account, note = ngx_string("the app must be subscribed to the "
                                          "account: set business_account_id "
                                          "among the settings, or do it in "
                                          "the app's dashboard");

    ngx_inbox_meta_checked(pool, line, job, answer, verdict);

    if (verdict->outcome != NGX_INBOX_SENT || job->step > 0) {
        return;
    }

    account = ngx_inbox_meta_setting(pool, line, "business_account_id");

    if (account.len) {
        verdict->outcome = NGX_INBOX_MORE;
        return;
    }

    (void) ngx_inbox_channel_note(pool, job, "note", &note);
}


ngx_int_t
ngx_inbox_whatsapp_typing(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    return ngx_inbox_whatsapp_mark(pool, line, job, 1, request);
}


ngx_int_t
ngx_inbox_whatsapp_read(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    return ngx_inbox_whatsapp_mark(pool, line, job, 0, request);
}


static ngx_int_t
ngx_inbox_whatsapp_mark(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_uint_t typing,
    ngx_inbox_http_request_t *request)
{
    ngx_str_t                number, product = ngx_string("whatsapp"),
                             read = ngx_string("read"),
                             text = ngx_string("text");
    ngx_inbox_json_writer_t  w;

    if (job->message.len == 0) {
        return NGX_DECLINED;
    }

    number = ngx_inbox_channel_credential(line, "phone_number_id");

    if (ngx_inbox_meta_request(pool, line, &line->origin, &number, request)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    request->safe = 1;

    ngx_inbox_json_begin(&w, pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "messaging_product");
    ngx_inbox_json_put(&w, &product);
    ngx_inbox_json_key(&w, "status");
    ngx_inbox_json_put(&w, &read);
    ngx_inbox_json_key(&w, "message_id");
    ngx_inbox_json_put(&w, &job->message);

    if (typing) {
        ngx_inbox_json_key(&w, "typing_indicator");
        ngx_inbox_json_open(&w, '{');
        ngx_inbox_json_key(&w, "type");
        ngx_inbox_json_put(&w, &text);
        ngx_inbox_json_close(&w, '}');
    }

    ngx_inbox_json_close(&w, '}');

    return ngx_inbox_json_end(&w, &request->body);
}
