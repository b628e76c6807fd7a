
/*
 * Copyright (C) the ngx_inbox authors
 *
 * VK's files.  Each goes in three steps before the message that shows it: where
 * to upload, the bytes, and saving what the upload server has told of them.
 * The text of a message goes with its first file; each other is a message.
 *
 * Which step it is the memo says, for one may be repeated: an address to upload
 * to is good for a time that VK does not tell, and the upload server refuses by
 * an empty answer as often as by words.  So what was not taken is tried once
 * more from a new address, in the same talk; then it is a no.
 */


#include "ngx_inbox_vk.h"
#include "../ngx_inbox_text.h"


/* bytes of a picture; what is larger goes as a document */
#define NGX_INBOX_VK_PHOTO         (50 * 1024 * 1024)
/* one long address, one list of a picture's sizes */
#define NGX_INBOX_VK_MEMO          8192

/* what is not good (any more): the upload, its server, its hash */
#define NGX_INBOX_VK_BAD_UPLOAD    22
#define NGX_INBOX_VK_BAD_SERVER    118
#define NGX_INBOX_VK_BAD_HASH      121


static const ngx_inbox_file_t *ngx_inbox_vk_part(const ngx_inbox_job_t *job);
static ngx_uint_t ngx_inbox_vk_is_photo(const ngx_inbox_file_t *file);
static ngx_int_t ngx_inbox_vk_ask(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
static ngx_int_t ngx_inbox_vk_bytes(ngx_pool_t *pool,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request);
static ngx_int_t ngx_inbox_vk_save(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);

static void ngx_inbox_vk_asked(ngx_pool_t *pool, ngx_inbox_job_t *job,
    ngx_inbox_json_t *v, ngx_inbox_verdict_t *verdict);
static void ngx_inbox_vk_took(ngx_pool_t *pool, ngx_inbox_job_t *job,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_json_t *v,
    ngx_inbox_verdict_t *verdict);
static ngx_uint_t ngx_inbox_vk_keep(ngx_pool_t *pool, ngx_inbox_job_t *job,
    ngx_inbox_json_t *v, const char *name);
static void ngx_inbox_vk_saved(ngx_pool_t *pool, ngx_inbox_job_t *job,
    ngx_inbox_json_t *v, ngx_inbox_verdict_t *verdict);
static void ngx_inbox_vk_again(ngx_pool_t *pool, ngx_inbox_job_t *job,
    ngx_inbox_verdict_t *verdict);
static ngx_uint_t ngx_inbox_vk_has(const ngx_inbox_job_t *job,
    const char *name);


/* the text goes with the first */

static const ngx_inbox_file_t *
ngx_inbox_vk_part(const ngx_inbox_job_t *job)
{
    ngx_inbox_job_t  parts;

    parts = ngx_inbox_channel_carry(job, 1);

    return ngx_inbox_channel_part(&parts);
}


ngx_inbox_outcome_e
ngx_inbox_vk_arrived(const ngx_inbox_job_t *job)
{
    ngx_inbox_job_t  parts;

    parts = ngx_inbox_channel_carry(job, 1);

    return ngx_inbox_channel_arrived(&parts);
}


/* the kinds that VK keeps as they are; a GIF as a photo would stand still */

static ngx_uint_t
ngx_inbox_vk_is_photo(const ngx_inbox_file_t *file)
{
    return file->size <= NGX_INBOX_VK_PHOTO
           && (ngx_inbox_reader_is(&file->mime, "image/jpeg")
               || ngx_inbox_reader_is(&file->mime, "image/png"));
}


ngx_int_t
ngx_inbox_vk_upload(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    if (!ngx_inbox_vk_uploading(job)) {
        return NGX_DECLINED;
    }

    if (!ngx_inbox_vk_has(job, "url")) {
        return ngx_inbox_vk_ask(pool, line, job, request);
    }

    if (!ngx_inbox_vk_has(job, "photo") && !ngx_inbox_vk_has(job, "file")) {
        return ngx_inbox_vk_bytes(pool, job, request);
    }

    return ngx_inbox_vk_save(pool, line, job, request);
}


ngx_uint_t
ngx_inbox_vk_uploading(const ngx_inbox_job_t *job)
{
    return ngx_inbox_vk_part(job) != NULL
           && !ngx_inbox_vk_has(job, NGX_INBOX_VK_ATTACHMENT);
}


static ngx_int_t
ngx_inbox_vk_ask(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    u_char      *p;
    ngx_uint_t   photo;

    photo = ngx_inbox_vk_is_photo(ngx_inbox_vk_part(job));

    if (ngx_inbox_vk_address(pool, line,
                             photo ? "photos.getMessagesUploadServer"
                                   : "docs.getMessagesUploadServer",
                             request)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    request->safe = 1;

    p = ngx_pnalloc(pool, sizeof("v=&type=doc&peer_id=" NGX_INBOX_VK_VERSION)
                          + 3 * job->user.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    request->body.data = p;
    p = ngx_sprintf(p, "v=" NGX_INBOX_VK_VERSION "%s",
                    photo ? "" : "&type=doc");
    p = ngx_inbox_vk_field(p, "&peer_id=", &job->user);
    request->body.len = p - request->body.data;

    return NGX_OK;
}


/* the address is a right of its own: no token goes there */

static ngx_int_t
ngx_inbox_vk_bytes(ngx_pool_t *pool, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request)
{
    const ngx_inbox_file_t  *file;

    file = ngx_inbox_vk_part(job);

    ngx_str_set(&request->method, "POST");
    request->url = ngx_inbox_channel_memo(job, "url");
    request->safe = 1;

    return ngx_inbox_channel_upload(pool, request,
                                    ngx_inbox_vk_is_photo(file) ? "photo"
                                                                : "file",
                                    file);
}


static ngx_int_t
ngx_inbox_vk_save(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_job_t *job, ngx_inbox_http_request_t *request)
{
    u_char                  *p;
    ngx_str_t                server, photo, hash, upload;
    const ngx_inbox_file_t  *file;

    file = ngx_inbox_vk_part(job);
    server = ngx_inbox_channel_memo(job, "server");
    photo = ngx_inbox_channel_memo(job, "photo");
    hash = ngx_inbox_channel_memo(job, "hash");
    upload = ngx_inbox_channel_memo(job, "file");

    if (ngx_inbox_vk_address(pool, line, upload.len ? "docs.save"
                                               : "photos.saveMessagesPhoto",
                             request)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    request->safe = 1;

    p = ngx_pnalloc(pool, sizeof("v=&server=&photo=&hash=&file=&title="
                                 NGX_INBOX_VK_VERSION)
                          + 3 * (server.len + photo.len + hash.len
                                 + upload.len + file->name.len));
    if (p == NULL) {
        return NGX_ERROR;
    }

    request->body.data = p;
    p = ngx_sprintf(p, "v=" NGX_INBOX_VK_VERSION);

    if (upload.len) {
        p = ngx_inbox_vk_field(p, "&file=", &upload);
        p = ngx_inbox_vk_field(p, "&title=", &file->name);

    } else {
        p = ngx_inbox_vk_field(p, "&server=", &server);
        p = ngx_inbox_vk_field(p, "&photo=", &photo);
        p = ngx_inbox_vk_field(p, "&hash=", &hash);
    }

    request->body.len = p - request->body.data;

    return NGX_OK;
}


void
ngx_inbox_vk_uploaded(ngx_pool_t *pool, ngx_inbox_job_t *job,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_json_t *v,
    ngx_inbox_verdict_t *verdict)
{
    int64_t     code;
    ngx_uint_t  bytes;

    bytes = ngx_inbox_vk_has(job, "url") && !ngx_inbox_vk_has(job, "photo")
            && !ngx_inbox_vk_has(job, "file");

    if (bytes) {
        ngx_inbox_vk_took(pool, job, answer, v, verdict);
        return;
    }

    ngx_inbox_vk_verdict(pool, answer, v, &code, verdict);

    if (verdict->outcome == NGX_INBOX_SENT) {

        if (ngx_inbox_vk_has(job, "url")) {
            ngx_inbox_vk_saved(pool, job, ngx_inbox_json_get(v, "response"),
                               verdict);
            return;
        }

        ngx_inbox_vk_asked(pool, job, ngx_inbox_json_get(v, "response"),
                           verdict);
        return;
    }

    switch (code) {

    case NGX_INBOX_VK_BAD_UPLOAD:
    case NGX_INBOX_VK_BAD_SERVER:
    case NGX_INBOX_VK_BAD_HASH:
        ngx_inbox_vk_again(pool, job, verdict);
        return;

    case NGX_INBOX_VK_NO_RIGHT:
    case NGX_INBOX_VK_DENIED:
        ngx_inbox_channel_advise(pool, verdict, "the token needs the rights "
                                 "photos and documents to send files");
        return;

    default:
        return;
    }
}


static void
ngx_inbox_vk_asked(ngx_pool_t *pool, ngx_inbox_job_t *job,
    ngx_inbox_json_t *v, ngx_inbox_verdict_t *verdict)
{
    ngx_str_t  url;

    verdict->outcome = NGX_INBOX_MORE;

    if (ngx_inbox_json_str(v, "upload_url", &url) != NGX_OK
        || url.len == 0 || url.len > NGX_INBOX_VK_MEMO
        || ngx_inbox_channel_note(pool, job, "url", &url) != NGX_OK)
    {
        verdict->outcome = NGX_INBOX_LATER;
        ngx_str_set(&verdict->error, "VK names no address to upload to");
    }
}


/* the upload server: no API, its words are its own */

static void
ngx_inbox_vk_took(ngx_pool_t *pool, ngx_inbox_job_t *job,
    const ngx_inbox_http_answer_t *answer, ngx_inbox_json_t *v,
    ngx_inbox_verdict_t *verdict)
{
    ngx_str_t  words;

    ngx_inbox_channel_fetched(pool, NULL, job, answer, verdict);

    if (verdict->outcome == NGX_INBOX_LATER) {
        return;
    }

    if (verdict->outcome == NGX_INBOX_SENT
        && (ngx_inbox_vk_keep(pool, job, v, "file")
            || (ngx_inbox_vk_keep(pool, job, v, "server")
                && ngx_inbox_vk_keep(pool, job, v, "hash")
                && ngx_inbox_vk_keep(pool, job, v, "photo"))))
    {
        verdict->outcome = NGX_INBOX_MORE;
        return;
    }

    if (ngx_inbox_json_str(v, "error_descr", &words) != NGX_OK
        && ngx_inbox_json_str(v, "error", &words) != NGX_OK)
    {
        ngx_str_set(&words, "VK's upload server did not take the file");
    }

    verdict->outcome = NGX_INBOX_NEVER;
    verdict->error = ngx_inbox_channel_reason(pool, &words, answer);

    ngx_inbox_vk_again(pool, job, verdict);
}


/* a member as a note; an empty list of photos is none.  1: it was there */

static ngx_uint_t
ngx_inbox_vk_keep(ngx_pool_t *pool, ngx_inbox_job_t *job, ngx_inbox_json_t *v,
    const char *name)
{
    ngx_str_t  value;

    if (ngx_inbox_json_id(pool, v, name, &value) != NGX_OK
        || value.len == 0 || value.len > NGX_INBOX_VK_MEMO
        || ngx_inbox_reader_is(&value, "[]"))
    {
        return 0;
    }

    return ngx_inbox_channel_note(pool, job, name, &value) == NGX_OK;
}


/* photo-1_2_key or doc3_4: a list of one photo, or {"type":"doc","doc":{…}} */

static void
ngx_inbox_vk_saved(ngx_pool_t *pool, ngx_inbox_job_t *job,
    ngx_inbox_json_t *v, ngx_inbox_verdict_t *verdict)
{
    u_char            *p;
    ngx_str_t          owner, id, key, name;
    ngx_uint_t         doc;
    ngx_inbox_json_t  *one;

    doc = ngx_inbox_vk_has(job, "file");
    one = ngx_inbox_json_is_array(v) ? ngx_inbox_json_at(v, 0)
                                     : ngx_inbox_json_get(v, "doc");

    (void) ngx_inbox_json_str(one, "access_key", &key);

    if (ngx_inbox_json_id(pool, one, "owner_id", &owner) != NGX_OK
        || ngx_inbox_json_id(pool, one, "id", &id) != NGX_OK
        || key.len > NGX_INBOX_MAX_NAME)
    {
        verdict->outcome = NGX_INBOX_NEVER;
        ngx_str_set(&verdict->error, "VK did not save the file");
        return;
    }

    p = ngx_pnalloc(pool, sizeof("photo__") + owner.len + id.len + key.len);

    if (p == NULL) {
        verdict->outcome = NGX_INBOX_LATER;
        return;
    }

    name.data = p;
    p = ngx_sprintf(p, "%s%V_%V", doc ? "doc" : "photo", &owner, &id);

    if (key.len) {
        p = ngx_sprintf(p, "_%V", &key);
    }

    name.len = p - name.data;

    verdict->outcome = (ngx_inbox_channel_note(pool, job,
                                               NGX_INBOX_VK_ATTACHMENT, &name)
                        == NGX_OK) ? NGX_INBOX_MORE : NGX_INBOX_LATER;
}


/* from a new address, once in a talk; then the no stands */

static void
ngx_inbox_vk_again(ngx_pool_t *pool, ngx_inbox_job_t *job,
    ngx_inbox_verdict_t *verdict)
{
    ngx_uint_t  i;

    static const ngx_str_t  nothing = ngx_null_string, once = ngx_string("1");

    static const char *const  forget[] = {
        "url", "server", "hash", "photo", "file", NULL
    };

    if (ngx_inbox_vk_has(job, "again")
        || ngx_inbox_channel_note(pool, job, "again", &once) != NGX_OK)
    {
        return;
    }

    for (i = 0; forget[i]; i++) {
        if (ngx_inbox_channel_note(pool, job, forget[i], &nothing) != NGX_OK) {
            return;
        }
    }

    verdict->outcome = NGX_INBOX_MORE;
    ngx_str_null(&verdict->error);
}


static ngx_uint_t
ngx_inbox_vk_has(const ngx_inbox_job_t *job, const char *name)
{
    return ngx_inbox_channel_memo(job, name).len != 0;
}
