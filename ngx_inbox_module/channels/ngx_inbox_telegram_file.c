
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Telegram's files.  Out they go as multipart/form-data, a picture that it
 * shows as a photo, the rest as documents; a short text is the caption of the
 * first, a longer one a message before it.
 *
 * In they come by a file_id: getFile tells a path, which is good for an hour,
 * and its URL has the bot's token in it.  So each fetch asks anew.
 */


#include "ngx_inbox_telegram.h"
#include "../ngx_inbox_text.h"


/* UTF-16 units of a caption */
#define NGX_INBOX_TELEGRAM_CAPTION  1024
/* what sendPhoto takes */
#define NGX_INBOX_TELEGRAM_PHOTO    (10 * 1024 * 1024)


static ngx_inbox_job_t ngx_inbox_telegram_parts(const ngx_inbox_job_t *job);
static ngx_uint_t ngx_inbox_telegram_is_photo(const ngx_inbox_file_t *file);
static ngx_int_t ngx_inbox_telegram_to(ngx_pool_t *pool,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request);
static ngx_int_t ngx_inbox_telegram_reply(ngx_pool_t *pool,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request);
static ngx_int_t ngx_inbox_telegram_bytes(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);


static ngx_inbox_job_t
ngx_inbox_telegram_parts(const ngx_inbox_job_t *job)
{
    size_t  utf16;

    (void) ngx_inbox_text_chars(&job->text, &utf16);

    return ngx_inbox_channel_carry(job, utf16 <= NGX_INBOX_TELEGRAM_CAPTION);
}


const ngx_inbox_file_t *
ngx_inbox_telegram_part(const ngx_inbox_job_t *job)
{
    ngx_inbox_job_t  parts;

    parts = ngx_inbox_telegram_parts(job);

    return ngx_inbox_channel_part(&parts);
}


ngx_inbox_outcome_e
ngx_inbox_telegram_arrived(const ngx_inbox_job_t *job)
{
    ngx_inbox_job_t  parts;

    parts = ngx_inbox_telegram_parts(job);

    return ngx_inbox_channel_arrived(&parts);
}


ngx_int_t
ngx_inbox_telegram_attach(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    ngx_uint_t               photo;
    ngx_inbox_job_t          parts;
    const ngx_inbox_file_t  *file;

    parts = ngx_inbox_telegram_parts(job);
    file = ngx_inbox_channel_part(&parts);
    photo = ngx_inbox_telegram_is_photo(file);

    ngx_str_set(&request->method, "POST");

    if (ngx_inbox_telegram_url(pool, line, photo ? "sendPhoto"
                                                 : "sendDocument",
                               &request->url)
        != NGX_OK
        || ngx_inbox_telegram_to(pool, job, request) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (job->part == 0 && ngx_inbox_telegram_reply(pool, job, request)
                          != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (job->text.len && parts.text.len == 0 && job->part == 0
        && ngx_inbox_channel_field(pool, request, "caption", &job->text)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_inbox_channel_upload(pool, request, photo ? "photo"
                                                         : "document",
                                    file);
}


static ngx_uint_t
ngx_inbox_telegram_is_photo(const ngx_inbox_file_t *file)
{
    return file->size <= NGX_INBOX_TELEGRAM_PHOTO
           && (ngx_inbox_reader_is(&file->mime, "image/jpeg")
               || ngx_inbox_reader_is(&file->mime, "image/png")
               || ngx_inbox_reader_is(&file->mime, "image/webp"));
}


static ngx_int_t
ngx_inbox_telegram_to(ngx_pool_t *pool, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request)
{
    ngx_str_t  id, connection;

    id = ngx_inbox_telegram_chat(&job->user, &connection);

    if (connection.len
        && ngx_inbox_channel_field(pool, request, "business_connection_id",
                                   &connection)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_inbox_channel_field(pool, request, "chat_id", &id);
}


static ngx_int_t
ngx_inbox_telegram_reply(ngx_pool_t *pool, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request)
{
    ngx_str_t                reply;
    ngx_inbox_json_writer_t  w;

    if (!ngx_inbox_telegram_is_number(&job->reply_to,
                                      NGX_INBOX_TELEGRAM_MESSAGE))
    {
        return NGX_OK;
    }

    ngx_inbox_json_begin(&w, pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "message_id");
    ngx_inbox_json_raw(&w, (char *) job->reply_to.data, job->reply_to.len);
    ngx_inbox_json_key(&w, "allow_sending_without_reply");
    ngx_inbox_json_put_bool(&w, 1);
    ngx_inbox_json_close(&w, '}');

    if (ngx_inbox_json_end(&w, &reply) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_inbox_channel_field(pool, request, "reply_parameters", &reply);
}


ngx_int_t
ngx_inbox_telegram_find(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    ngx_inbox_json_writer_t  w;

    if (job->step > 0) {
        return ngx_inbox_telegram_bytes(pool, line, job, request);
    }

    ngx_str_set(&request->method, "POST");
    ngx_str_set(&request->type, "application/json");
    request->safe = 1;

    ngx_inbox_json_begin(&w, pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "file_id");
    ngx_inbox_json_put(&w, &job->ref);
    ngx_inbox_json_close(&w, '}');

    if (ngx_inbox_json_end(&w, &request->body) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_inbox_telegram_url(pool, line, "getFile", &request->url);
}


static ngx_int_t
ngx_inbox_telegram_bytes(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    u_char          *p;
    size_t           escapes;
    ngx_str_t        path, url;
    ngx_inbox_line_t files;

    path = ngx_inbox_channel_memo(job, "path");

    files = *line;
    files.origin.len = line->origin.len + sizeof("/file") - 1;
    files.origin.data = ngx_pnalloc(pool, files.origin.len);

    if (files.origin.data == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(files.origin.data, "%V/file", &line->origin);

    if (ngx_inbox_telegram_url(pool, &files, "", &url) != NGX_OK) {
        return NGX_ERROR;
    }

    escapes = ngx_escape_uri(NULL, path.data, path.len, NGX_ESCAPE_URI);

    p = ngx_pnalloc(pool, url.len + path.len + 2 * escapes);
    if (p == NULL) {
        return NGX_ERROR;
    }

    request->url.data = p;
    p = ngx_cpymem(p, url.data, url.len);
    p = (u_char *) ngx_escape_uri(p, path.data, path.len, NGX_ESCAPE_URI);
    request->url.len = p - request->url.data;

    ngx_str_set(&request->method, "GET");
    request->safe = 1;
    request->bytes = 1;

    return NGX_OK;
}


void
ngx_inbox_telegram_found(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    ngx_str_t          path, words;
    ngx_inbox_json_t  *v;

    ngx_inbox_channel_fetched(pool, line, job, answer, verdict);

    if (job->step > 0) {
        return;
    }

    v = answer->json;

    if (verdict->outcome != NGX_INBOX_SENT) {
        (void) ngx_inbox_json_str(v, "description", &words);
        verdict->error = ngx_inbox_channel_reason(pool, &words, answer);
        return;
    }

    if (ngx_inbox_json_str(ngx_inbox_json_get(v, "result"), "file_path", &path)
        == NGX_OK
        && path.len > 0
        && ngx_inbox_channel_note(pool, job, "path", &path) == NGX_OK)
    {
        verdict->outcome = NGX_INBOX_MORE;
        return;
    }

    verdict->outcome = NGX_INBOX_NEVER;
    ngx_str_set(&verdict->error, "Telegram does not give this file");
}
