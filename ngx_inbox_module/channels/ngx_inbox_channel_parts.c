
/*
 * Copyright (C) the ngx_inbox authors
 *
 * What channels share about files: a message's parts, forms, and fetching what
 * lies at a plain URL.
 */


#include "ngx_inbox_channel.h"


static ngx_uint_t ngx_inbox_channel_texts(const ngx_inbox_job_t *job);
static ngx_inbox_http_part_t *ngx_inbox_channel_next(ngx_pool_t *pool,
    ngx_inbox_http_request_t *request, const char *name);


const ngx_inbox_file_t *
ngx_inbox_channel_part(const ngx_inbox_job_t *job)
{
    ngx_uint_t         texts;
    ngx_inbox_file_t  *file;

    texts = ngx_inbox_channel_texts(job);

    if (job->files == NULL || job->part < texts
        || job->part - texts >= job->files->nelts)
    {
        return NULL;
    }

    file = job->files->elts;

    return &file[job->part - texts];
}


ngx_inbox_job_t
ngx_inbox_channel_carry(const ngx_inbox_job_t *job, ngx_uint_t fits)
{
    ngx_inbox_job_t  parts;

    parts = *job;

    if (fits && job->files != NULL && job->files->nelts > 0) {
        ngx_str_null(&parts.text);
    }

    return parts;
}


ngx_inbox_outcome_e
ngx_inbox_channel_arrived(const ngx_inbox_job_t *job)
{
    ngx_uint_t  n;

    n = ngx_inbox_channel_texts(job) + (job->files ? job->files->nelts : 0);

    return (job->part + 1 < n) ? NGX_INBOX_PART : NGX_INBOX_SENT;
}


/* a message without files is its text, even an empty one */

static ngx_uint_t
ngx_inbox_channel_texts(const ngx_inbox_job_t *job)
{
    return job->text.len || job->files == NULL || job->files->nelts == 0;
}


ngx_int_t
ngx_inbox_channel_fetch(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    if (job->ref.len < 8
        || (ngx_strncasecmp(job->ref.data, (u_char *) "http://", 7) != 0
            && ngx_strncasecmp(job->ref.data, (u_char *) "https://", 8) != 0))
    {
        return NGX_DECLINED;
    }

    ngx_str_set(&request->method, "GET");
    request->url = job->ref;
    request->safe = 1;
    request->bytes = 1;

    return NGX_OK;
}


void
ngx_inbox_channel_fetched(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict)
{
    static const ngx_str_t  nothing = ngx_null_string;

    ngx_memzero(verdict, sizeof(ngx_inbox_verdict_t));
    verdict->retry_after = -1;

    if (answer->status >= 200 && answer->status < 300) {
        return;
    }

    verdict->outcome = ngx_inbox_channel_by_status(answer->status);

    verdict->error = ngx_inbox_channel_reason(pool, &nothing, answer);
}


ngx_int_t
ngx_inbox_channel_field(ngx_pool_t *pool, ngx_inbox_http_request_t *request,
    const char *name, const ngx_str_t *value)
{
    ngx_inbox_http_part_t  *part;

    part = ngx_inbox_channel_next(pool, request, name);
    if (part == NULL) {
        return NGX_ERROR;
    }

    part->value = *value;

    return NGX_OK;
}


ngx_int_t
ngx_inbox_channel_upload(ngx_pool_t *pool, ngx_inbox_http_request_t *request,
    const char *name, const ngx_inbox_file_t *file)
{
    ngx_inbox_http_part_t  *part;

    part = ngx_inbox_channel_next(pool, request, name);
    if (part == NULL) {
        return NGX_ERROR;
    }

    part->path = file->path;
    part->filename = file->name;
    part->type = file->mime;

    return NGX_OK;
}


static ngx_inbox_http_part_t *
ngx_inbox_channel_next(ngx_pool_t *pool, ngx_inbox_http_request_t *request,
    const char *name)
{
    ngx_inbox_http_part_t  *part;

    if (request->parts == NULL) {
        request->parts = ngx_array_create(pool, 6,
                                          sizeof(ngx_inbox_http_part_t));
        if (request->parts == NULL) {
            return NULL;
        }
    }

    part = ngx_array_push(request->parts);

    if (part != NULL) {
        ngx_memzero(part, sizeof(ngx_inbox_http_part_t));
        part->name.data = (u_char *) name;
        part->name.len = ngx_strlen(name);
    }

    return part;
}
