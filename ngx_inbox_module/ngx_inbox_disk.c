
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The cache is cut down bucket by bucket, only the one that has grown, so that
 * nobody ever looks at all of it; a bucket holds some hundreds of files.  When
 * a file was last asked for is its time of modification.
 */


#include "ngx_inbox_disk.h"


#define NGX_INBOX_DISK_BUCKETS  16
/* files of a bucket that one look takes in */
#define NGX_INBOX_DISK_FILES    4096
/* s: what is younger may belong to somebody whom we do not know yet */
#define NGX_INBOX_DISK_ORPHAN   3600
#define NGX_INBOX_DISK_ORPHANS  500


typedef struct {
    time_t      at;
    off_t       size;
    ngx_str_t   name;
} ngx_inbox_disk_file_t;


static ngx_uint_t ngx_inbox_disk_bucket(const ngx_str_t *id);
static off_t ngx_inbox_disk_list(ngx_array_t *files, ngx_str_t *dir);
static ngx_int_t ngx_inbox_disk_note(ngx_array_t *files, ngx_str_t *dir,
    ngx_dir_t *d, off_t *size);
static int ngx_libc_cdecl ngx_inbox_disk_older(const void *one,
    const void *two);

static ngx_uint_t ngx_inbox_disk_clear(ngx_str_t *dir, ngx_uint_t depth,
    ngx_uint_t most);


ngx_uint_t
ngx_inbox_disk_is_id(const ngx_str_t *id)
{
    u_char  c;
    size_t  i;

    for (i = 0; i < id->len; i++) {
        c = id->data[i];

        if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
            && (c < '0' || c > '9') && c != '_' && c != '-')
        {
            return 0;
        }
    }

    return id->len > 2 && id->len <= NGX_INBOX_DISK_ID;
}


ngx_int_t
ngx_inbox_disk_upload(ngx_pool_t *pool, const ngx_inbox_main_conf_t *conf,
    const ngx_str_t *space, const ngx_str_t *id, ngx_str_t *path)
{
    path->len = conf->files->name.len + 1 + space->len + 4 + id->len;
    path->data = ngx_pnalloc(pool, path->len + 1);

    if (path->data == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(path->data, "%V/%V/%*s/%V%Z", &conf->files->name, space,
                (size_t) 2, id->data, id);

    return NGX_OK;
}


ngx_int_t
ngx_inbox_disk_cached(ngx_pool_t *pool, const ngx_inbox_main_conf_t *conf,
    const ngx_str_t *id, ngx_str_t *path)
{
    path->len = conf->files->name.len + sizeof("/cache/x/") - 1 + id->len;
    path->data = ngx_pnalloc(pool, path->len + 1);

    if (path->data == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(path->data, "%V/cache/%xi/%V%Z", &conf->files->name,
                (ngx_int_t) ngx_inbox_disk_bucket(id), id);

    return NGX_OK;
}


static ngx_uint_t
ngx_inbox_disk_bucket(const ngx_str_t *id)
{
    return ngx_murmur_hash2(id->data, id->len) % NGX_INBOX_DISK_BUCKETS;
}


ngx_int_t
ngx_inbox_disk_place(ngx_str_t *temp, ngx_str_t *path, ngx_log_t *log)
{
    ngx_ext_rename_file_t  ext;

    ngx_memzero(&ext, sizeof(ngx_ext_rename_file_t));

    ext.access = 0600;
    ext.path_access = 0700;
    ext.time = -1;
    ext.create_path = 1;
    ext.delete_file = 1;
    ext.log = log;

    return ngx_ext_rename_file(temp, path, &ext);
}


ngx_int_t
ngx_inbox_disk_remove(const ngx_inbox_main_conf_t *conf,
    const ngx_str_t *space, const ngx_str_t *id, ngx_log_t *log)
{
    u_char      path[NGX_MAX_PATH + 1], *last;
    ngx_str_t   dir;
    ngx_uint_t  i;

    dir = conf->files->name;
    last = path + NGX_MAX_PATH;

    for (i = 0; i < 2; i++) {

        if (i == 0) {
            ngx_slprintf(path, last, "%V/%V/%*s/%V%Z", &dir, space, (size_t) 2,
                         id->data, id);

        } else {
            ngx_slprintf(path, last, "%V/cache/%xi/%V%Z", &dir,
                         (ngx_int_t) ngx_inbox_disk_bucket(id), id);
        }

        if (ngx_delete_file(path) == NGX_FILE_ERROR && ngx_errno != NGX_ENOENT
            && ngx_errno != NGX_ENOTDIR)
        {
            ngx_log_error(NGX_LOG_ERR, log, ngx_errno,
                          "inbox disk: could not remove \"%s\"", path);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


void
ngx_inbox_disk_trim(const ngx_inbox_main_conf_t *conf, const ngx_str_t *id,
    ngx_log_t *log)
{
    off_t                   size, most;
    u_char                  text[NGX_MAX_PATH + 1];
    ngx_str_t               dir;
    ngx_uint_t              i;
    ngx_pool_t             *pool;
    ngx_array_t             files;
    ngx_inbox_disk_file_t  *file;

    pool = ngx_create_pool(16384, log);
    if (pool == NULL) {
        return;
    }

    dir.data = text;
    dir.len = ngx_slprintf(text, text + NGX_MAX_PATH, "%V/cache/%xi",
                           &conf->files->name,
                           (ngx_int_t) ngx_inbox_disk_bucket(id))
              - text;
    text[dir.len] = '\0';

    if (ngx_array_init(&files, pool, 64, sizeof(ngx_inbox_disk_file_t))
        != NGX_OK)
    {
        ngx_destroy_pool(pool);
        return;
    }

    size = ngx_inbox_disk_list(&files, &dir);
    most = conf->media_cache / NGX_INBOX_DISK_BUCKETS;
    file = files.elts;

    if (size > most) {
        ngx_qsort(file, files.nelts, sizeof(ngx_inbox_disk_file_t),
                  ngx_inbox_disk_older);
    }

    /* the last one came just now, and somebody is waiting for it */

    for (i = 0; size > most && i + 1 < files.nelts; i++) {
        if (ngx_delete_file(file[i].name.data) != NGX_FILE_ERROR) {
            size -= file[i].size;
        }
    }

    ngx_destroy_pool(pool);
}


/* gives the size of all */

static off_t
ngx_inbox_disk_list(ngx_array_t *files, ngx_str_t *dir)
{
    off_t      size;
    ngx_dir_t  d;

    size = 0;

    if (ngx_open_dir(dir, &d) == NGX_ERROR) {
        return 0;
    }

    while (files->nelts < NGX_INBOX_DISK_FILES
           && ngx_read_dir(&d) == NGX_OK)
    {
        if (ngx_inbox_disk_note(files, dir, &d, &size) != NGX_OK) {
            break;
        }
    }

    (void) ngx_close_dir(&d);

    return size;
}


static ngx_int_t
ngx_inbox_disk_note(ngx_array_t *files, ngx_str_t *dir, ngx_dir_t *d,
    off_t *size)
{
    u_char                 *name;
    size_t                  len;
    ngx_file_info_t         fi;
    ngx_inbox_disk_file_t  *file;

    len = ngx_de_namelen(d);

    name = ngx_pnalloc(files->pool, dir->len + 1 + len + 1);
    if (name == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(name, "%V/%*s%Z", dir, len, ngx_de_name(d));

    if (ngx_file_info(name, &fi) == NGX_FILE_ERROR || !ngx_is_file(&fi)) {
        return NGX_OK;
    }

    file = ngx_array_push(files);
    if (file == NULL) {
        return NGX_ERROR;
    }

    file->at = ngx_file_mtime(&fi);
    file->size = ngx_file_size(&fi);
    file->name.data = name;
    file->name.len = dir->len + 1 + len;
    *size += file->size;

    return NGX_OK;
}


static int ngx_libc_cdecl
ngx_inbox_disk_older(const void *one, const void *two)
{
    const ngx_inbox_disk_file_t  *a, *b;

    a = one;
    b = two;

    return (a->at > b->at) - (a->at < b->at);
}


void
ngx_inbox_disk_orphans(const ngx_inbox_main_conf_t *conf,
    ngx_inbox_disk_known_pt known, void *data, ngx_log_t *log)
{
    u_char           path[NGX_MAX_PATH + 1];
    ngx_dir_t        d;
    ngx_str_t        root, name, entry;
    ngx_uint_t       most;
    ngx_file_info_t  fi;

    root = conf->files->name;
    most = NGX_INBOX_DISK_ORPHANS;

    if (ngx_open_dir(&root, &d) == NGX_ERROR) {
        return;
    }

    while (most && ngx_read_dir(&d) == NGX_OK) {

        name.data = ngx_de_name(&d);
        name.len = ngx_de_namelen(&d);

        entry.data = path;
        entry.len = ngx_slprintf(path, path + NGX_MAX_PATH, "%V/%V", &root,
                                 &name)
                    - path;
        path[entry.len] = '\0';

        if (name.data[0] == '.'
            || (name.len == 5 && ngx_memcmp(name.data, "cache", 5) == 0)
            || ngx_file_info(path, &fi) == NGX_FILE_ERROR)
        {
            continue;
        }

        if (ngx_is_dir(&fi)) {
            if (!known(data, &name)) {
                most = ngx_inbox_disk_clear(&entry, 0, most);
            }

            continue;
        }

        if (ngx_file_mtime(&fi) < ngx_time() - NGX_INBOX_DISK_ORPHAN) {
            (void) ngx_delete_file(path);
            most--;
        }
    }

    (void) ngx_close_dir(&d);
}


/* SPACE and SPACE/xx; gives what is left of most */

static ngx_uint_t
ngx_inbox_disk_clear(ngx_str_t *dir, ngx_uint_t depth, ngx_uint_t most)
{
    u_char           path[NGX_MAX_PATH + 1];
    ngx_dir_t        d;
    ngx_str_t        entry;
    ngx_file_info_t  fi;

    if (ngx_open_dir(dir, &d) == NGX_ERROR) {
        return most;
    }

    while (most && ngx_read_dir(&d) == NGX_OK) {

        if (ngx_de_name(&d)[0] == '.') {
            continue;
        }

        entry.data = path;
        entry.len = ngx_slprintf(path, path + NGX_MAX_PATH, "%V/%s", dir,
                                 ngx_de_name(&d))
                    - path;
        path[entry.len] = '\0';

        if (ngx_file_info(path, &fi) == NGX_FILE_ERROR) {
            continue;
        }

        if (ngx_is_dir(&fi) && depth == 0) {
            most = ngx_inbox_disk_clear(&entry, 1, most);

        } else if (ngx_file_mtime(&fi) < ngx_time() - NGX_INBOX_DISK_ORPHAN) {
            (void) ngx_delete_file(path);
            most--;
        }
    }

    (void) ngx_close_dir(&d);

    /* only what is empty goes */
    (void) ngx_delete_dir(dir->data);

    return most;
}
