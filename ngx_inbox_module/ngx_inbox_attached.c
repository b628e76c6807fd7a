
/*
 * Copyright (C) the ngx_inbox authors
 *
 * What the store says of a message's attachments, with the path and the link
 * that it cannot know.
 */

#include "ngx_inbox_attached.h"
#include "ngx_inbox_disk.h"
#include "ngx_inbox_json.h"
#include "ngx_inbox_text.h"
#include "ngx_inbox_ticket.h"
#include "channels/ngx_inbox_channel.h"


static ngx_int_t ngx_inbox_attached_one(ngx_pool_t *pool,
    const ngx_inbox_main_conf_t *conf, const ngx_str_t *space,
    ngx_inbox_json_t *v, ngx_inbox_file_t *file);


ngx_int_t
ngx_inbox_attached(ngx_pool_t *pool, const ngx_inbox_main_conf_t *conf,
    const ngx_str_t *space, const ngx_str_t *list, ngx_array_t **files)
{
    size_t             i, n;
    ngx_str_t          err;
    ngx_inbox_file_t  *file;
    ngx_inbox_json_t  *v;

    *files = NULL;

    if (list->len <= 2 || conf->files == NULL) {
        return NGX_OK;
    }

    v = ngx_inbox_json_parse(pool, list, &err);
    n = ngx_inbox_json_size(v);

    if (n == 0) {
        return NGX_OK;
    }

    *files = ngx_array_create(pool, n, sizeof(ngx_inbox_file_t));
    if (*files == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < n; i++) {

        file = ngx_array_push(*files);
        if (file == NULL) {
            return NGX_ERROR;
        }

        if (ngx_inbox_attached_one(pool, conf, space, ngx_inbox_json_at(v, i),
                                   file)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_attached_one(ngx_pool_t *pool, const ngx_inbox_main_conf_t *conf,
    const ngx_str_t *space, ngx_inbox_json_t *v, ngx_inbox_file_t *file)
{
    int64_t    size;
    ngx_str_t  id;

    ngx_memzero(file, sizeof(ngx_inbox_file_t));

    (void) ngx_inbox_json_str(v, "type", &file->type);
    (void) ngx_inbox_json_str(v, "name", &file->name);
    (void) ngx_inbox_json_str(v, "mime", &file->mime);
    (void) ngx_inbox_json_int(v, "size", &size);
    file->size = size;

    if (ngx_inbox_json_str(v, "id", &id) != NGX_OK
        || !ngx_inbox_disk_is_id(&id)
        || ngx_inbox_disk_upload(pool, conf, space, &id, &file->path)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (conf->public_url.len == 0) {
        return NGX_OK;
    }

    return ngx_inbox_ticket_link(pool, conf, &conf->public_url, space, &id,
                                 &file->url);
}


ngx_int_t
ngx_inbox_attached_text(ngx_pool_t *pool, const ngx_str_t *literal,
    ngx_str_t *text)
{
    ngx_str_t          doc, err;
    ngx_inbox_json_t  *v;

    doc.data = ngx_pnalloc(pool, literal->len + 16);
    if (doc.data == NULL) {
        return NGX_ERROR;
    }

    doc.len = ngx_sprintf(doc.data, "{\"text\":%V}", literal) - doc.data;

    v = ngx_inbox_json_parse(pool, &doc, &err);

    return (ngx_inbox_json_str(v, "text", text) == NGX_OK) ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_inbox_attached_job(ngx_pool_t *pool, const ngx_inbox_redis_value_t *job,
    ngx_str_t *item, ngx_uint_t n)
{
    ngx_uint_t  i;

    if (job->type != NGX_INBOX_REDIS_ARRAY || job->n < n) {
        return NGX_ERROR;
    }

    for (i = 0; i < n; i++) {
        if (ngx_inbox_text_copy(pool, &item[i], &job->item[i]->str) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
