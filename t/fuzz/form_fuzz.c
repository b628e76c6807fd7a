
/*
 * Copyright (C) the ngx_inbox authors
 *
 * libFuzzer target: uploads as forms.  The first line is the Content-Type, the
 * rest is the body, read as from a file.  What is found lies in the body, ends
 * at the first mark behind it, and has a name that the body says.
 */


#include "ngx_inbox_upload_form.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_field(const ngx_inbox_upload_field_t *field);
static void fuzz_demand(ngx_uint_t truth);


static ngx_str_t  fuzz_body;


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char                    *line;
    ngx_int_t                  rc;
    ngx_log_t                  log;
    ngx_str_t                  type;
    ngx_file_t                 file;
    ngx_pool_t                *pool;
    ngx_inbox_upload_field_t   field;

    line = memchr(data, '\n', size);

    if (line == NULL) {
        return 0;
    }

    type.data = (u_char *) data;
    type.len = line - type.data;

    fuzz_body.data = line + 1;
    fuzz_body.len = size - type.len - 1;

    ngx_pagesize = 4096;
    ngx_memzero(&log, sizeof(ngx_log_t));
    ngx_memzero(&file, sizeof(ngx_file_t));
    ngx_memzero(&field, sizeof(ngx_inbox_upload_field_t));

    pool = ngx_create_pool(4096, &log);
    fuzz_demand(pool != NULL);

    rc = ngx_inbox_upload_form_find(pool, &file, (off_t) fuzz_body.len, &type,
                                    &field);

    fuzz_demand(rc == NGX_OK || rc == NGX_DECLINED);

    if (rc == NGX_OK) {
        fuzz_field(&field);
    }

    ngx_destroy_pool(pool);

    return 0;
}


static void
fuzz_field(const ngx_inbox_upload_field_t *field)
{
    size_t  i;

    fuzz_demand(field->from > 0 && field->from <= field->to);
    fuzz_demand(field->to + 5 <= (off_t) fuzz_body.len);
    fuzz_demand(ngx_memcmp(fuzz_body.data + field->to, "\r\n--", 4) == 0);
    fuzz_demand(field->name.len < fuzz_body.len);

    /* the name is there, but for the backslashes */

    for (i = 0; i < field->name.len; i++) {
        fuzz_demand(memchr(fuzz_body.data, field->name.data[i], field->from)
                    != NULL);
    }
}


/* nginx's own, on a file that lies in memory */

ssize_t
ngx_read_file(ngx_file_t *file, u_char *buf, size_t size, off_t offset)
{
    fuzz_demand(offset >= 0 && offset <= (off_t) fuzz_body.len);

    size = ngx_min(size, fuzz_body.len - (size_t) offset);
    ngx_memcpy(buf, fuzz_body.data + offset, size);

    return (ssize_t) size;
}


ssize_t
ngx_write_file(ngx_file_t *file, u_char *buf, size_t size, off_t offset)
{
    return NGX_ERROR;
}


static void
fuzz_demand(ngx_uint_t truth)
{
    if (!truth) {
        abort();
    }
}
