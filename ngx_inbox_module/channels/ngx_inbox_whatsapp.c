
/*
 * Copyright (C) the ngx_inbox authors
 *
 * WhatsApp Cloud API: the descriptor, and sending.  Its signature, handshake
 * and errors are Meta's, see ngx_inbox_meta.h; its webhooks are read in
 * ngx_inbox_whatsapp_update.c.
 *
 * A client is known by his phone number, or, since people can be written to
 * without showing it, by an id of this business ("US.1349…"); the two are
 * addressed by different members.
 */


#include "ngx_inbox_whatsapp.h"
#include "../ngx_inbox_text.h"


/* digits of a phone number: E.164 has 15 */
#define NGX_INBOX_WHATSAPP_PHONE  20


static ngx_int_t ngx_inbox_whatsapp_build(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);


static const char  *ngx_inbox_whatsapp_credentials[] = {
    "app_secret",
    "verify_token",
    "access_token",
    "phone_number_id",
    NULL
};


/* fields of the account's subscription */
const char  *ngx_inbox_whatsapp_events[] = {
    "messages",
    "smb_message_echoes",
    NULL
};


static const ngx_inbox_talk_t  ngx_inbox_whatsapp_talks[] = {
    { NGX_INBOX_JOB_SEND, ngx_inbox_whatsapp_build, ngx_inbox_whatsapp_judge },
    { NGX_INBOX_JOB_MEDIA, ngx_inbox_whatsapp_find, ngx_inbox_whatsapp_found },
    { NGX_INBOX_JOB_CHECK, ngx_inbox_whatsapp_check, ngx_inbox_meta_checked },
    { NGX_INBOX_JOB_CONNECT, ngx_inbox_whatsapp_connect,
      ngx_inbox_whatsapp_connected },
    { NGX_INBOX_JOB_TYPING, ngx_inbox_whatsapp_typing, ngx_inbox_meta_done },
    { NGX_INBOX_JOB_READ, ngx_inbox_whatsapp_read, ngx_inbox_meta_done },
    { 0, NULL, NULL }
};


const ngx_inbox_channel_t  ngx_inbox_whatsapp = {
    ngx_string("whatsapp"),                /* kind */
    ngx_string("https://graph.facebook.com"),
    ngx_inbox_whatsapp_credentials,        /* credentials */
    NULL,                                  /* generated */
    4096,                                  /* text limit */
    "chars",                               /* of that unit */
    86400,                                 /* window */
    NULL,                                  /* wide */
    0,                                     /* wide window */
    ngx_inbox_whatsapp_events,             /* events */
    0,                                     /* links */
    ngx_inbox_meta_verify,                 /* verify */
    ngx_inbox_whatsapp_parse,              /* parse */
    ngx_inbox_whatsapp_talks,              /* talks */
    ngx_null_string,                       /* thanks */
    NULL,                                  /* thank */
    ngx_inbox_meta_greet                   /* greet */
};


static ngx_int_t
ngx_inbox_whatsapp_build(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    ngx_str_t                whose, product = ngx_string("whatsapp"),
                             individual = ngx_string("individual");
    ngx_inbox_job_t          parts;
    const ngx_inbox_file_t  *file;
    ngx_inbox_json_writer_t  w;

    whose = ngx_inbox_channel_credential(line, "phone_number_id");

    if (ngx_inbox_meta_request(pool, line, &line->origin, &whose, request)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    parts = ngx_inbox_whatsapp_parts(job);
    file = ngx_inbox_channel_part(&parts);

    if (file != NULL && job->step == 0) {
        return ngx_inbox_whatsapp_upload(pool, file, request);
    }

    ngx_inbox_json_begin(&w, pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "messaging_product");
    ngx_inbox_json_put(&w, &product);
    ngx_inbox_json_key(&w, "recipient_type");
    ngx_inbox_json_put(&w, &individual);

    if (ngx_inbox_text_is_digits(&job->user, NGX_INBOX_WHATSAPP_PHONE)) {
        ngx_inbox_json_key(&w, "to");

    } else {
        ngx_inbox_json_key(&w, "recipient");
    }

    ngx_inbox_json_put(&w, &job->user);
    ngx_inbox_json_key(&w, "type");

    if (file != NULL) {
        ngx_inbox_whatsapp_file(&w, job, file);

    } else {
        ngx_inbox_json_raw(&w, "\"text\"", sizeof("\"text\"") - 1);
        ngx_inbox_json_key(&w, "text");
        ngx_inbox_json_open(&w, '{');
        ngx_inbox_json_key(&w, "body");
        ngx_inbox_json_put(&w, &job->text);
        ngx_inbox_json_key(&w, "preview_url");
        ngx_inbox_json_put_bool(&w, 0);
        ngx_inbox_json_close(&w, '}');
    }

    if (job->reply_to.len && job->part == 0) {
        ngx_inbox_json_key(&w, "context");
        ngx_inbox_json_open(&w, '{');
        ngx_inbox_json_key(&w, "message_id");
        ngx_inbox_json_put(&w, &job->reply_to);
        ngx_inbox_json_close(&w, '}');
    }

    ngx_inbox_json_close(&w, '}');

    return ngx_inbox_json_end(&w, &request->body);
}
