
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 1, bytes.  Where files lie under `inbox_files_path`:
 *
 *     SPACE/xx/ID     uploads; xx are the id's first two characters
 *     cache/x/ID      what was fetched of platforms; x tells 16 buckets apart
 *
 * Nothing in there is of one node: several may share it.  A file appears by
 * rename, whole or not at all.
 */

#ifndef _NGX_INBOX_DISK_H_INCLUDED_
#define _NGX_INBOX_DISK_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_conf.h"


/* characters of an id: ours have 16 or 32 */
#define NGX_INBOX_DISK_ID  64


/* 1: [A-Za-z0-9_-]+, so that it names one file and no other */
ngx_uint_t ngx_inbox_disk_is_id(const ngx_str_t *id);

/* paths, with a NUL behind; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_disk_upload(ngx_pool_t *pool,
    const ngx_inbox_main_conf_t *conf, const ngx_str_t *space,
    const ngx_str_t *id, ngx_str_t *path);
ngx_int_t ngx_inbox_disk_cached(ngx_pool_t *pool,
    const ngx_inbox_main_conf_t *conf, const ngx_str_t *id, ngx_str_t *path);

/* a temporary file takes its place; across file systems it is copied first.
   NGX_OK | NGX_ERROR (logged) */
ngx_int_t ngx_inbox_disk_place(ngx_str_t *temp, ngx_str_t *path,
    ngx_log_t *log);

/* an upload, or what was cached, is there no more; NGX_OK: also when it was
   not there before; NGX_ERROR (logged) */
ngx_int_t ngx_inbox_disk_remove(const ngx_inbox_main_conf_t *conf,
    const ngx_str_t *space, const ngx_str_t *id, ngx_log_t *log);

/* after a file came into the cache: the bucket of it is cut down to its share
   of conf->media_cache, what was longest not asked for goes first */
void ngx_inbox_disk_trim(const ngx_inbox_main_conf_t *conf,
    const ngx_str_t *id, ngx_log_t *log);

/* 1: there is such a space, or it is another worker's to know */
typedef ngx_uint_t (*ngx_inbox_disk_known_pt)(void *data,
    const ngx_str_t *space);

/* what is left of spaces that are no more, and of fetches that a killed worker
   did not end: files of an hour ago and older, some hundreds in one call */
void ngx_inbox_disk_orphans(const ngx_inbox_main_conf_t *conf,
    ngx_inbox_disk_known_pt known, void *data, ngx_log_t *log);


#endif /* _NGX_INBOX_DISK_H_INCLUDED_ */
