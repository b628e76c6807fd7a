
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A list of what is let in: pictures, films, sound, and the documents people
 * send each other.  To let in one more is a line of a table.  What is shown in
 * the page is a part of it that runs nothing: no SVG, no PDF, no HTML.
 */


#include "ngx_inbox_sniff.h"


/* characters of a name; more do not fit a line, and file systems end at 255
   bytes */
#define NGX_INBOX_SNIFF_NAME  120


typedef struct {
    size_t                at;
    size_t                len;
    const char           *magic;
    ngx_inbox_sniffed_t   what;
} ngx_inbox_sniff_magic_t;


static const ngx_inbox_sniffed_t *ngx_inbox_sniff_named(
    const ngx_inbox_sniffed_t *table, const ngx_str_t *name);
static ngx_uint_t ngx_inbox_sniff_is_text(const u_char *p, size_t n);
static u_char *ngx_inbox_sniff_char(u_char *d, const u_char *p, size_t len);


static const ngx_inbox_sniff_magic_t  ngx_inbox_sniff_table[] = {
    { 0, 3, "\xff\xd8\xff",        { "image", "image/jpeg", "jpg", 1 } },
    { 0, 8, "\x89PNG\r\n\x1a\n",   { "image", "image/png", "png", 1 } },
    { 0, 6, "GIF87a",              { "image", "image/gif", "gif", 1 } },
    { 0, 6, "GIF89a",              { "image", "image/gif", "gif", 1 } },
    { 8, 4, "WEBP",                { "image", "image/webp", "webp", 1 } },
    { 4, 8, "ftypheic",            { "file", "image/heic", "heic", 0 } },
    { 4, 8, "ftypmif1",            { "file", "image/heic", "heic", 0 } },
    { 4, 8, "ftypavif",            { "image", "image/avif", "avif", 1 } },
    { 4, 8, "ftypM4A ",            { "audio", "audio/mp4", "m4a", 1 } },
    { 4, 8, "ftypqt  ",            { "video", "video/quicktime", "mov", 1 } },
    { 4, 7, "ftyp3gp",             { "video", "video/3gpp", "3gp", 1 } },
    { 4, 4, "ftyp",                { "video", "video/mp4", "mp4", 1 } },
    { 0, 4, "\x1a\x45\xdf\xa3",    { "video", "video/webm", "webm", 1 } },
    { 0, 3, "ID3",                 { "audio", "audio/mpeg", "mp3", 1 } },
    { 0, 2, "\xff\xfb",            { "audio", "audio/mpeg", "mp3", 1 } },
    { 0, 2, "\xff\xf3",            { "audio", "audio/mpeg", "mp3", 1 } },
    { 0, 2, "\xff\xf1",            { "audio", "audio/aac", "aac", 1 } },
    { 0, 4, "OggS",                { "audio", "audio/ogg", "ogg", 1 } },
    { 0, 5, "#!AMR",               { "audio", "audio/amr", "amr", 0 } },
    { 8, 4, "WAVE",                { "audio", "audio/wav", "wav", 1 } },
    { 0, 4, "fLaC",                { "audio", "audio/flac", "flac", 1 } },
    { 0, 5, "%PDF-",               { "file", "application/pdf", "pdf", 0 } },
    { 0, 5, "{\\rtf",              { "file", "application/rtf", "rtf", 0 } },
    { 0, 6, "Rar!\x1a\x07",        { "file", "application/vnd.rar", "rar",
                                     0 } },
    { 0, 6, "7z\xbc\xaf\x27\x1c",  { "file", "application/x-7z-compressed",
                                     "7z", 0 } },
    { 0, 2, "\x1f\x8b",            { "file", "application/gzip", "gz", 0 } },
    { 0, 0, NULL,                  { NULL, NULL, NULL, 0 } }
};


/* archives and old documents, the first is for any other name */
static const ngx_inbox_sniffed_t  ngx_inbox_sniff_zip[] = {
    { "file", "application/zip", "zip", 0 },
    { "file", "application/vnd.openxmlformats-officedocument."
              "wordprocessingml.document", "docx", 0 },
    { "file", "application/vnd.openxmlformats-officedocument."
              "spreadsheetml.sheet", "xlsx", 0 },
    { "file", "application/vnd.openxmlformats-officedocument."
              "presentationml.presentation", "pptx", 0 },
    { "file", "application/vnd.oasis.opendocument.text", "odt", 0 },
    { "file", "application/vnd.oasis.opendocument.spreadsheet", "ods", 0 },
    { "file", "application/epub+zip", "epub", 0 },
    { NULL, NULL, NULL, 0 }
};

static const ngx_inbox_sniffed_t  ngx_inbox_sniff_ole[] = {
    { "file", "application/msword", "doc", 0 },
    { "file", "application/vnd.ms-excel", "xls", 0 },
    { "file", "application/vnd.ms-powerpoint", "ppt", 0 },
    { NULL, NULL, NULL, 0 }
};

/* whatever a text says it is: to us it is words, and never shown */
static const ngx_inbox_sniffed_t  ngx_inbox_sniff_text[] = {
    { "file", "text/plain", "txt", 0 },
    { "file", "text/csv", "csv", 0 },
    { NULL, NULL, NULL, 0 }
};


const ngx_inbox_sniffed_t *
ngx_inbox_sniff(const u_char *p, size_t n, const ngx_str_t *name)
{
    const ngx_inbox_sniff_magic_t  *m;

    for (m = ngx_inbox_sniff_table; m->magic != NULL; m++) {

        if (m->at + m->len <= n
            && ngx_memcmp(p + m->at, m->magic, m->len) == 0
            && (m->at != 8 || ngx_memcmp(p, "RIFF", 4) == 0))
        {
            return &m->what;
        }
    }

    if (n >= 4 && ngx_memcmp(p, "PK\x03\x04", 4) == 0) {
        return ngx_inbox_sniff_named(ngx_inbox_sniff_zip, name);
    }

    if (n >= 8 && ngx_memcmp(p, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) == 0) {
        return ngx_inbox_sniff_named(ngx_inbox_sniff_ole, name);
    }

    if (ngx_inbox_sniff_is_text(p, n)) {
        return ngx_inbox_sniff_named(ngx_inbox_sniff_text, name);
    }

    return NULL;
}


static const ngx_inbox_sniffed_t *
ngx_inbox_sniff_named(const ngx_inbox_sniffed_t *table, const ngx_str_t *name)
{
    size_t                      len;
    u_char                     *end;
    const ngx_inbox_sniffed_t  *what;

    for (what = table; what->type != NULL; what++) {
        len = ngx_strlen(what->extension);

        if (name->len <= len) {
            continue;
        }

        end = name->data + name->len - len;

        if (end[-1] == '.'
            && ngx_strncasecmp(end, (u_char *) what->extension, len) == 0)
        {
            return what;
        }
    }

    return table;
}


/* no control characters; a script is a program */

static ngx_uint_t
ngx_inbox_sniff_is_text(const u_char *p, size_t n)
{
    size_t  i;

    if (n == 0 || (n > 1 && p[0] == '#' && p[1] == '!')) {
        return 0;
    }

    for (i = 0; i < n; i++) {
        if ((p[i] < 0x20 && p[i] != '\t' && p[i] != '\n' && p[i] != '\r'
             && p[i] != '\f')
            || p[i] == 0x7f)
        {
            return 0;
        }
    }

    return 1;
}


ngx_int_t
ngx_inbox_sniff_name(ngx_pool_t *pool, const ngx_str_t *given,
    const ngx_inbox_sniffed_t *what, ngx_str_t *name)
{
    size_t   n, left;
    u_char  *p, *last, *d;

    p = given->data;
    last = p + given->len;

    for (d = last; d > given->data; d--) {
        if (d[-1] == '/' || d[-1] == '\\') {
            p = d;
            break;
        }
    }

    name->data = ngx_pnalloc(pool, (last - p) + sizeof("file.") + 8);
    if (name->data == NULL) {
        return NGX_ERROR;
    }

    d = name->data;

    for (n = 0; p < last && n < NGX_INBOX_SNIFF_NAME; n++) {
        left = 1;

        while (p + left < last && (p[left] & 0xc0) == 0x80) {
            left++;
        }

        /* no hidden files, and nothing that is only dots */
        if (d > name->data || (*p != '.' && *p != ' ')) {
            d = ngx_inbox_sniff_char(d, p, left);
        }

        p += left;
    }

    while (d > name->data && (d[-1] == ' ' || d[-1] == '.')) {
        d--;
    }

    if (d == name->data) {
        d = ngx_sprintf(d, "file.%s", what ? what->extension : "bin");
    }

    name->len = d - name->data;

    return NGX_OK;
}


/* one character; what means something to a header, a shell or Windows is a
   low line, what turns the direction of letters is nothing */

static u_char *
ngx_inbox_sniff_char(u_char *d, const u_char *p, size_t len)
{
    if (len == 1) {
        *d++ = (*p < 0x20 || *p == 0x7f || ngx_strchr("\"<>:|?*;%", *p))
               ? '_' : *p;
        return d;
    }

    if (len == 3 && p[0] == 0xe2
        && ((p[1] == 0x80 && ((p[2] >= 0xaa && p[2] <= 0xae)
                              || (p[2] >= 0x8b && p[2] <= 0x8f)))
            || (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9)))
    {
        return d;
    }

    return ngx_cpymem(d, p, len);
}
