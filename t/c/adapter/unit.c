
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The layer of bytes on the command line, one function a mode.  Keys and
 * digests are hexadecimal; everything else is taken from stdin and written to
 * stdout as it is.
 */


#include "adapter.h"
#include "ngx_inbox_crypt.h"
#include "ngx_inbox_text.h"


#define ADAPTER_KEY_MAX  256


static ngx_int_t adapter_mend(adapter_t *a);
static ngx_int_t adapter_chars(adapter_t *a);
static ngx_int_t adapter_cut(adapter_t *a);
static ngx_int_t adapter_trim(adapter_t *a);
static ngx_int_t adapter_time(adapter_t *a);
static ngx_int_t adapter_read_time(adapter_t *a);
static ngx_int_t adapter_number(adapter_t *a);
static ngx_int_t adapter_is_id(adapter_t *a);
static ngx_int_t adapter_is_digits(adapter_t *a);

static ngx_int_t adapter_parse(adapter_t *a);
static ngx_int_t adapter_members(adapter_t *a);
static ngx_int_t adapter_member(void *data, ngx_str_t *key,
    ngx_inbox_json_t *v);
static ngx_int_t adapter_quote(adapter_t *a);
static ngx_int_t adapter_write(adapter_t *a);

static ngx_int_t adapter_sha256(adapter_t *a);
static ngx_int_t adapter_hmac(adapter_t *a);
static ngx_int_t adapter_equal(adapter_t *a);
static ngx_int_t adapter_random(adapter_t *a);
static ngx_int_t adapter_seal(adapter_t *a);
static ngx_int_t adapter_open(adapter_t *a);
static ngx_int_t adapter_tamper(adapter_t *a);
static ngx_int_t adapter_key(adapter_t *a, ngx_str_t *key);
static ngx_int_t adapter_word(const char *word);


const adapter_mode_t  adapter_unit_modes[] = {
    { "mend", 0, adapter_mend },
    { "chars", 0, adapter_chars },
    { "cut", 1, adapter_cut },
    { "trim", 0, adapter_trim },
    { "time", 1, adapter_time },
    { "read_time", 0, adapter_read_time },
    { "number", 1, adapter_number },
    { "is_id", 0, adapter_is_id },
    { "is_digits", 1, adapter_is_digits },
    { "parse", 0, adapter_parse },
    { "members", 0, adapter_members },
    { "quote", 0, adapter_quote },
    { "write", 0, adapter_write },
    { "sha256", 0, adapter_sha256 },
    { "hmac", 1, adapter_hmac },
    { "equal", 2, adapter_equal },
    { "random", 1, adapter_random },
    { "seal", 2, adapter_seal },
    { "open", 2, adapter_open },
    { "tamper", 2, adapter_tamper },
    { NULL, 0, NULL }
};


/* the text; "borrowed " before it when nothing had to change */
static ngx_int_t
adapter_mend(adapter_t *a)
{
    ngx_str_t  s;

    if (ngx_inbox_text_mend(a->pool, &a->input, &s) != NGX_OK) {
        return NGX_ERROR;
    }

    if (s.data == a->input.data && adapter_word("borrowed ") != NGX_OK) {
        return NGX_ERROR;
    }

    return adapter_print(&s);
}


static ngx_int_t
adapter_chars(adapter_t *a)
{
    size_t  n, utf16;

    n = ngx_inbox_text_chars(&a->input, &utf16);

    return (printf("%zu %zu", n, utf16) < 0) ? NGX_ERROR : NGX_OK;
}


static ngx_int_t
adapter_cut(adapter_t *a)
{
    ngx_str_t  s;

    s = ngx_inbox_text_cut(&a->input, strtoul(a->argv[0], NULL, 10));

    return adapter_print(&s);
}


static ngx_int_t
adapter_trim(adapter_t *a)
{
    ngx_str_t  s;

    s = ngx_inbox_text_trim(&a->input);

    return adapter_print(&s);
}


static ngx_int_t
adapter_time(adapter_t *a)
{
    ngx_str_t  s;

    if (ngx_inbox_text_time_str(a->pool, strtoull(a->argv[0], NULL, 10), &s)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return adapter_print(&s);
}


static ngx_int_t
adapter_read_time(adapter_t *a)
{
    uint64_t  ms;

    if (ngx_inbox_text_read_time(&a->input, &ms) != NGX_OK) {
        return adapter_word("error");
    }

    return (printf("%" PRIu64, ms) < 0) ? NGX_ERROR : NGX_OK;
}


static ngx_int_t
adapter_number(adapter_t *a)
{
    ngx_str_t  s;

    s = ngx_inbox_text_number(a->pool, strtoll(a->argv[0], NULL, 10));

    return adapter_print(&s);
}


static ngx_int_t
adapter_is_id(adapter_t *a)
{
    return adapter_word(ngx_inbox_text_is_id(&a->input) ? "1" : "0");
}


static ngx_int_t
adapter_is_digits(adapter_t *a)
{
    size_t  max;

    max = strtoul(a->argv[0], NULL, 10);

    return adapter_word(ngx_inbox_text_is_digits(&a->input, max) ? "1" : "0");
}


/* the document written again, or "error: why" */
static ngx_int_t
adapter_parse(adapter_t *a)
{
    ngx_str_t          err, s;
    ngx_inbox_json_t  *v;

    v = ngx_inbox_json_parse(a->pool, &a->input, &err);

    if (v == NULL) {
        return adapter_word("error: ") == NGX_OK ? adapter_print(&err)
                                                 : NGX_ERROR;
    }

    if (ngx_inbox_json_dump(a->pool, v, &s) != NGX_OK) {
        return NGX_ERROR;
    }

    return adapter_print(&s);
}


typedef struct {
    ngx_pool_t                *pool;
    ngx_inbox_json_t          *object;
    ngx_inbox_json_writer_t    w;
} adapter_members_t;


/* what each reader says of each member: 0 fine, -5 missing, -1 another type */
static ngx_int_t
adapter_members(adapter_t *a)
{
    ngx_str_t          err;
    adapter_members_t  m;

    m.pool = a->pool;

    m.object = ngx_inbox_json_parse(a->pool, &a->input, &err);
    if (m.object == NULL) {
        return NGX_DECLINED;
    }

    ngx_inbox_json_begin(&m.w, a->pool);
    ngx_inbox_json_open(&m.w, '{');

    if (ngx_inbox_json_each(m.object, adapter_member, &m) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_inbox_json_close(&m.w, '}');

    return adapter_finish(&m.w);
}


static ngx_int_t
adapter_member(void *data, ngx_str_t *key, ngx_inbox_json_t *v)
{
    adapter_members_t *m = data;

    double       real;
    int64_t      n;
    ngx_str_t    s;
    ngx_uint_t   yes;
    const char  *name;

    name = (const char *) key->data;

    if (ngx_inbox_json_get(m->object, name) != v) {
        return NGX_ERROR;
    }

    ngx_inbox_json_name(&m->w, key);
    ngx_inbox_json_open(&m->w, '[');
    ngx_inbox_json_put_int(&m->w, ngx_inbox_json_str(m->object, name, &s));
    ngx_inbox_json_put_int(&m->w, ngx_inbox_json_int(m->object, name, &n));
    ngx_inbox_json_put_int(&m->w,
                           ngx_inbox_json_number(m->object, name, &real));
    ngx_inbox_json_put_int(&m->w,
                           ngx_inbox_json_bool(m->object, name, &yes));
    ngx_inbox_json_put_int(&m->w,
                           ngx_inbox_json_id(m->pool, m->object, name, &s));
    ngx_inbox_json_put_or_null(&m->w, &s);
    ngx_inbox_json_put_int(&m->w, (int64_t) ngx_inbox_json_size(v));
    ngx_inbox_json_close(&m->w, ']');

    return NGX_OK;
}


static ngx_int_t
adapter_quote(adapter_t *a)
{
    ngx_str_t  s;

    if (ngx_inbox_json_quote(a->pool, &a->input, &s) != NGX_OK) {
        return NGX_ERROR;
    }

    return adapter_print(&s);
}


/* every call of the writer once, stdin as the strings in it */
static ngx_int_t
adapter_write(adapter_t *a)
{
    ngx_str_t                none = ngx_null_string;
    ngx_inbox_json_writer_t  w;

    ngx_inbox_json_begin(&w, a->pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "list");
    ngx_inbox_json_open(&w, '[');
    ngx_inbox_json_open(&w, '[');
    ngx_inbox_json_close(&w, ']');
    ngx_inbox_json_put_int(&w, INT64_MAX);
    ngx_inbox_json_put_int(&w, INT64_MIN);
    ngx_inbox_json_raw(&w, "true", 4);
    ngx_inbox_json_close(&w, ']');
    ngx_inbox_json_key(&w, "none");
    ngx_inbox_json_put_or_null(&w, &none);
    ngx_inbox_json_key(&w, "empty");
    ngx_inbox_json_put(&w, &none);
    ngx_inbox_json_name(&w, &a->input);
    ngx_inbox_json_put_or_null(&w, &a->input);
    ngx_inbox_json_close(&w, '}');

    return adapter_finish(&w);
}


static ngx_int_t
adapter_sha256(adapter_t *a)
{
    u_char     hex[NGX_INBOX_SHA256_HEX];
    ngx_str_t  s;

    if (ngx_inbox_crypt_sha256_hex(&a->input, hex) != NGX_OK) {
        return NGX_ERROR;
    }

    s.data = hex;
    s.len = NGX_INBOX_SHA256_HEX;

    return adapter_print(&s);
}


static ngx_int_t
adapter_hmac(adapter_t *a)
{
    u_char     hex[NGX_INBOX_SHA256_HEX];
    ngx_str_t  key, s;

    if (adapter_key(a, &key) != NGX_OK) {
        return NGX_DECLINED;
    }

    if (ngx_inbox_crypt_hmac_hex(&key, &a->input, hex) != NGX_OK) {
        return NGX_ERROR;
    }

    s.data = hex;
    s.len = NGX_INBOX_SHA256_HEX;

    return adapter_print(&s);
}


static ngx_int_t
adapter_equal(adapter_t *a)
{
    ngx_str_t  left, right;

    left = adapter_arg(a, 0);
    right = adapter_arg(a, 1);

    return adapter_word(ngx_inbox_crypt_equal(&left, &right) ? "1" : "0");
}


static ngx_int_t
adapter_random(adapter_t *a)
{
    ngx_str_t  s;

    if (ngx_inbox_crypt_random(a->pool, strtoul(a->argv[0], NULL, 10), &s)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return adapter_print(&s);
}


static ngx_int_t
adapter_seal(adapter_t *a)
{
    ngx_str_t  key, aad, s;

    if (adapter_key(a, &key) != NGX_OK) {
        return NGX_DECLINED;
    }

    aad = adapter_arg(a, 1);

    if (ngx_inbox_crypt_seal(a->pool, &key, &aad, &a->input, &s) != NGX_OK) {
        return adapter_word("error");
    }

    return adapter_print(&s);
}


/* "open: " and the text, or "declined", or "error" */
static ngx_int_t
adapter_open(adapter_t *a)
{
    ngx_int_t  rc;
    ngx_str_t  key, aad, s;

    if (adapter_key(a, &key) != NGX_OK) {
        return NGX_DECLINED;
    }

    aad = adapter_arg(a, 1);
    rc = ngx_inbox_crypt_open(a->pool, &key, &aad, &a->input, &s);

    if (rc != NGX_OK) {
        return adapter_word(rc == NGX_DECLINED ? "declined" : "error");
    }

    return adapter_word("open: ") == NGX_OK ? adapter_print(&s) : NGX_ERROR;
}


/* opens every copy of stdin in which one bit is turned, or that is shorter,
   and says how many opened */
static ngx_int_t
adapter_tamper(adapter_t *a)
{
    size_t      i, bit, tried, opened;
    ngx_str_t   key, aad, s, part;

    if (adapter_key(a, &key) != NGX_OK) {
        return NGX_DECLINED;
    }

    aad = adapter_arg(a, 1);
    tried = 0;
    opened = 0;

    for (i = 0; i < a->input.len; i++) {
        part = a->input;
        part.len = i;
        tried++;
        opened += ngx_inbox_crypt_open(a->pool, &key, &aad, &part, &s)
                  == NGX_OK;

        for (bit = 1; bit < 256; bit <<= 1) {
            a->input.data[i] ^= (u_char) bit;
            tried++;
            opened += ngx_inbox_crypt_open(a->pool, &key, &aad, &a->input, &s)
                      == NGX_OK;
            a->input.data[i] ^= (u_char) bit;
        }
    }

    return (printf("%zu of %zu", opened, tried) < 0) ? NGX_ERROR : NGX_OK;
}


/* the first argument, hexadecimal */
static ngx_int_t
adapter_key(adapter_t *a, ngx_str_t *key)
{
    size_t     i;
    ngx_int_t  byte;
    ngx_str_t  hex;

    hex = adapter_arg(a, 0);

    if (hex.len > 2 * ADAPTER_KEY_MAX || hex.len % 2) {
        return NGX_ERROR;
    }

    key->len = hex.len / 2;

    key->data = ngx_pnalloc(a->pool, ADAPTER_KEY_MAX);
    if (key->data == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < key->len; i++) {
        byte = ngx_hextoi(hex.data + 2 * i, 2);

        if (byte == NGX_ERROR) {
            return NGX_ERROR;
        }

        key->data[i] = (u_char) byte;
    }

    return NGX_OK;
}


static ngx_int_t
adapter_word(const char *word)
{
    return (fputs(word, stdout) == EOF) ? NGX_ERROR : NGX_OK;
}
