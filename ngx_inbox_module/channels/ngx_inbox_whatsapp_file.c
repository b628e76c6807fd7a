
/*
 * Copyright (C) the ngx_inbox authors
 *
 * WhatsApp's files, by an id both ways: what goes out is uploaded first, what
 * came in is asked for by its id, which tells a link of five minutes that wants
 * the token as well.  The token goes nowhere but to Meta's hosts.
 */


#include "ngx_inbox_whatsapp.h"
#include "../ngx_inbox_text.h"


/* characters of a caption */
#define NGX_INBOX_WHATSAPP_CAPTION  1024
/* bytes of what it shows; what is larger goes as a document */
#define NGX_INBOX_WHATSAPP_IMAGE    (5 * 1024 * 1024)
#define NGX_INBOX_WHATSAPP_FILM     (16 * 1024 * 1024)


static const char *ngx_inbox_whatsapp_type(const ngx_inbox_file_t *file);
static ngx_uint_t ngx_inbox_whatsapp_is_theirs(const ngx_inbox_line_t *line,
    const ngx_str_t *url);


/* a text that is not too long is the caption of the first, if that has one */

ngx_inbox_job_t
ngx_inbox_whatsapp_parts(const ngx_inbox_job_t *job)
{
    ngx_uint_t  fits;

    fits = job->files != NULL && job->files->nelts > 0
           && ngx_strcmp(ngx_inbox_whatsapp_type(job->files->elts), "audio")
              != 0
           && ngx_inbox_text_chars(&job->text, NULL)
              <= NGX_INBOX_WHATSAPP_CAPTION;

    return ngx_inbox_channel_carry(job, fits);
}


/* of pictures it takes two kinds, of films one */

static const char *
ngx_inbox_whatsapp_type(const ngx_inbox_file_t *file)
{
    if (file->size <= NGX_INBOX_WHATSAPP_IMAGE
        && (ngx_inbox_reader_is(&file->mime, "image/jpeg")
            || ngx_inbox_reader_is(&file->mime, "image/png")))
    {
        return "image";
    }

    if (file->size > NGX_INBOX_WHATSAPP_FILM) {
        return "document";
    }

    if (ngx_inbox_reader_is(&file->mime, "video/mp4")) {
        return "video";
    }

    if (ngx_inbox_reader_is(&file->mime, "audio/mpeg")
        || ngx_inbox_reader_is(&file->mime, "audio/mp4")
        || ngx_inbox_reader_is(&file->mime, "audio/ogg"))
    {
        return "audio";
    }

    return "document";
}


ngx_int_t
ngx_inbox_whatsapp_upload(ngx_pool_t *pool, const ngx_inbox_file_t *file,
    ngx_inbox_http_request_t *request)
{
    ngx_str_t  product = ngx_string("whatsapp");

    /* …/messages becomes …/media */
    ngx_memcpy(request->url.data + request->url.len - 8, "media", 5);
    request->url.len -= 3;

    ngx_str_null(&request->type);
    request->safe = 1;

    if (ngx_inbox_channel_field(pool, request, "messaging_product", &product)
        != NGX_OK
        || ngx_inbox_channel_field(pool, request, "type", &file->mime)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_inbox_channel_upload(pool, request, "file", file);
}


void
ngx_inbox_whatsapp_file(ngx_inbox_json_writer_t *w, const ngx_inbox_job_t *job,
    const ngx_inbox_file_t *file)
{
    ngx_str_t        id, type;
    ngx_inbox_job_t  parts;

    id = ngx_inbox_channel_memo(job, "id");
    parts = ngx_inbox_whatsapp_parts(job);

    type.data = (u_char *) ngx_inbox_whatsapp_type(file);
    type.len = ngx_strlen(type.data);

    ngx_inbox_json_put(w, &type);
    ngx_inbox_json_name(w, &type);
    ngx_inbox_json_open(w, '{');
    ngx_inbox_json_key(w, "id");
    ngx_inbox_json_put(w, &id);

    if (job->part == 0 && job->text.len && parts.text.len == 0) {
        ngx_inbox_json_key(w, "caption");
        ngx_inbox_json_put(w, &job->text);
    }

    if (type.len == sizeof("document") - 1) {
        ngx_inbox_json_key(w, "filename");
        ngx_inbox_json_put(w, &file->name);
    }

    ngx_inbox_json_close(w, '}');
}


void
ngx_inbox_whatsapp_judge(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    ngx_str_t          id;
    ngx_inbox_job_t    parts;
    ngx_inbox_json_t  *v;

    parts = ngx_inbox_whatsapp_parts(job);
    ngx_inbox_meta_judge(pool, line, &parts, answer, verdict);

    if (ngx_inbox_channel_part(&parts) == NULL || job->step > 0
        || verdict->outcome == NGX_INBOX_LATER
        || verdict->outcome == NGX_INBOX_NEVER)
    {
        return;
    }

    v = answer->json;
    ngx_str_null(&verdict->message);

    if (ngx_inbox_json_id(pool, v, "id", &id) == NGX_OK
        && ngx_inbox_channel_note(pool, job, "id", &id) == NGX_OK)
    {
        verdict->outcome = NGX_INBOX_MORE;
        return;
    }

    verdict->outcome = NGX_INBOX_NEVER;
    ngx_str_set(&verdict->error, "WhatsApp did not take the file");
}


ngx_int_t
ngx_inbox_whatsapp_find(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    ngx_str_t  url;

    /* the headers are those of any call */

    if (ngx_inbox_meta_request(pool, line, &line->origin, &job->ref, request)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_str_set(&request->method, "GET");
    ngx_str_null(&request->type);
    request->safe = 1;

    if (job->step == 0) {
        request->url.len -= sizeof("/messages") - 1;
        return NGX_OK;
    }

    url = ngx_inbox_channel_memo(job, "url");

    request->url = url;
    request->bytes = 1;

    if (!ngx_inbox_whatsapp_is_theirs(line, &url)) {
        request->headers = NULL;
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_inbox_whatsapp_is_theirs(const ngx_inbox_line_t *line,
    const ngx_str_t *url)
{
    u_char      *p, *last;
    size_t       len;
    ngx_uint_t   i;

    static const char *const  hosts[] = {
        ".facebook.com/", ".fbsbx.com/", ".whatsapp.net/", NULL
    };

    len = line->origin.len;

    if (url->len > len && ngx_memcmp(url->data, line->origin.data, len) == 0
        && url->data[len] == '/')
    {
        return 1;
    }

    if (url->len < 8 || ngx_memcmp(url->data, "https://", 8) != 0) {
        return 0;
    }

    last = ngx_strlchr(url->data + 8, url->data + url->len, '/');
    if (last == NULL) {
        return 0;
    }

    for (p = url->data + 8; p < last; p++) {
        if ((*p < 'a' || *p > 'z') && (*p < '0' || *p > '9') && *p != '.'
            && *p != '-')
        {
            return 0;
        }
    }

    for (i = 0; hosts[i]; i++) {
        len = ngx_strlen(hosts[i]);

        if ((size_t) (last + 1 - url->data) > len
            && ngx_memcmp(last + 1 - len, hosts[i], len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


void
ngx_inbox_whatsapp_found(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    ngx_str_t          url;
    ngx_inbox_json_t  *v;

    ngx_inbox_channel_fetched(pool, line, job, answer, verdict);

    if (job->step > 0 || verdict->outcome != NGX_INBOX_SENT) {
        return;
    }

    v = answer->json;

    if (ngx_inbox_json_str(v, "url", &url) == NGX_OK && url.len > 0
        && ngx_inbox_channel_note(pool, job, "url", &url) == NGX_OK)
    {
        verdict->outcome = NGX_INBOX_MORE;
        return;
    }

    verdict->outcome = NGX_INBOX_NEVER;
    ngx_str_set(&verdict->error, "WhatsApp does not give this file");
}
