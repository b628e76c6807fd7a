
/*
 * Copyright (C) the ngx_inbox authors
 *
 * JSON in; its way out is ngx_inbox_json_write.c.
 *
 * Reading is jansson's work, behind a pass that mends what jansson would
 * refuse (ngx_inbox_json_mend.c).  The document lies in the pool, piece by
 * piece, and goes with it: nothing of it is ever given back, so nothing here
 * counts references.  What jansson says of an error quotes the text around
 * it, which may be somebody's message, so only the place is passed on.
 *
 * Reading members is strict: a wrong type is told from a missing one, so that
 * an adapter can count a body as odd instead of guessing.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <jansson.h>

#include "ngx_inbox_json.h"
#include "ngx_inbox_json_mend.h"
#include "ngx_inbox_text.h"


/* bytes of a word that is looked for inside of strings, too */
#define NGX_INBOX_JSON_WORD   8

/* members keep the order they came in; any value may be the document */
#define NGX_INBOX_JSON_DUMP   (JSON_COMPACT|JSON_ENCODE_ANY)


/* jansson's own ways to memory, while it has ours */
typedef struct {
    json_malloc_t  alloc;
    json_free_t    release;
} ngx_inbox_json_own_t;


static json_t *ngx_inbox_json_load(ngx_pool_t *pool, const ngx_str_t *s,
    ngx_str_t *err);
static void ngx_inbox_json_enter(ngx_pool_t *pool, ngx_inbox_json_own_t *own);
static void ngx_inbox_json_leave(const ngx_inbox_json_own_t *own);
static void *ngx_inbox_json_alloc(size_t size);
static void ngx_inbox_json_release(void *p);
static ngx_uint_t ngx_inbox_json_blank_in(json_t *v, const ngx_array_t *words);
static ngx_uint_t ngx_inbox_json_has(json_t *v, const ngx_array_t *words);
static void ngx_inbox_json_explain(ngx_pool_t *pool, size_t position,
    ngx_str_t *err);


/* while jansson makes something: where it lies; whether there was no room */
static ngx_pool_t  *ngx_inbox_json_pool;
static ngx_uint_t   ngx_inbox_json_starved;


ngx_inbox_json_t *
ngx_inbox_json_parse(ngx_pool_t *pool, const ngx_str_t *s, ngx_str_t *err)
{
    ngx_int_t   rc;
    ngx_str_t   mended;

    ngx_str_null(err);

    rc = ngx_inbox_json_mend(pool, s, &mended);

    if (rc == NGX_ERROR) {
        return NULL;
    }

    if (rc == NGX_DECLINED) {
        ngx_str_set(err, "nested too deeply");
        return NULL;
    }

    return ngx_inbox_json_load(pool, &mended, err);
}


static json_t *
ngx_inbox_json_load(ngx_pool_t *pool, const ngx_str_t *s, ngx_str_t *err)
{
    json_t                *v;
    const char            *text, *nul;
    json_error_t           error;
    ngx_inbox_json_own_t   own;

    text = s->len ? (const char *) s->data : "";

    /* jansson's reader loses a NUL that it has read behind a number */
    nul = memchr(text, '\0', s->len);
    if (nul) {
        ngx_inbox_json_explain(pool, nul - text, err);
        return NULL;
    }

    ngx_inbox_json_enter(pool, &own);
    v = json_loadb(text, s->len, JSON_ALLOW_NUL|JSON_DECODE_ANY, &error);
    ngx_inbox_json_leave(&own);

    /* a string that finds no memory is an invalid token to jansson: whose
       fault it was is seen where the memory is asked for */

    if (v == NULL && !ngx_inbox_json_starved) {
        ngx_inbox_json_explain(pool, error.position, err);
    }

    return v;
}


/* from here to leave() all that jansson makes lies in the pool */

static void
ngx_inbox_json_enter(ngx_pool_t *pool, ngx_inbox_json_own_t *own)
{
    json_get_alloc_funcs(&own->alloc, &own->release);
    json_set_alloc_funcs(ngx_inbox_json_alloc, ngx_inbox_json_release);

    ngx_inbox_json_pool = pool;
    ngx_inbox_json_starved = 0;
}


static void
ngx_inbox_json_leave(const ngx_inbox_json_own_t *own)
{
    json_set_alloc_funcs(own->alloc, own->release);
}


static void *
ngx_inbox_json_alloc(size_t size)
{
    void  *p;

    p = ngx_palloc(ngx_inbox_json_pool, size);

    if (p == NULL) {
        ngx_inbox_json_starved = 1;
    }

    return p;
}


/* it goes with the pool */

static void
ngx_inbox_json_release(void *p)
{
}


/* err: len 0 when this is called */
static void
ngx_inbox_json_explain(ngx_pool_t *pool, size_t position, ngx_str_t *err)
{
    u_char  *p;

    p = ngx_pnalloc(pool, sizeof("no JSON at byte ") - 1 + NGX_INT_T_LEN);
    if (p == NULL) {
        return;
    }

    err->data = p;
    err->len = ngx_sprintf(p, "no JSON at byte %uz", position) - p;
}


ngx_uint_t
ngx_inbox_json_is_object(const ngx_inbox_json_t *v)
{
    return json_is_object(v);
}


ngx_uint_t
ngx_inbox_json_is_array(const ngx_inbox_json_t *v)
{
    return json_is_array(v);
}


ngx_uint_t
ngx_inbox_json_is_string(const ngx_inbox_json_t *v)
{
    return json_is_string(v);
}


ngx_uint_t
ngx_inbox_json_is_null(const ngx_inbox_json_t *v)
{
    return v == NULL || json_is_null(v);
}


ngx_uint_t
ngx_inbox_json_is_bool(const ngx_inbox_json_t *v)
{
    return json_is_boolean(v);
}


ngx_inbox_json_t *
ngx_inbox_json_get(const ngx_inbox_json_t *v, const char *key)
{
    return json_object_get(v, key);
}


size_t
ngx_inbox_json_size(const ngx_inbox_json_t *v)
{
    return json_array_size(v);
}


ngx_inbox_json_t *
ngx_inbox_json_at(const ngx_inbox_json_t *v, size_t i)
{
    return json_array_get(v, i);
}


ngx_int_t
ngx_inbox_json_str(const ngx_inbox_json_t *v, const char *key, ngx_str_t *out)
{
    return ngx_inbox_json_string(json_object_get(v, key), out);
}


ngx_int_t
ngx_inbox_json_string(const ngx_inbox_json_t *v, ngx_str_t *out)
{
    ngx_str_null(out);

    if (ngx_inbox_json_is_null(v)) {
        return NGX_DECLINED;
    }

    if (!json_is_string(v)) {
        return NGX_ERROR;
    }

    out->data = (u_char *) json_string_value(v);
    out->len = json_string_length(v);

    return NGX_OK;
}


ngx_int_t
ngx_inbox_json_id(ngx_pool_t *pool, const ngx_inbox_json_t *v,
    const char *key, ngx_str_t *out)
{
    json_t  *member;

    member = json_object_get(v, key);

    if (!json_is_integer(member)) {
        return ngx_inbox_json_string(member, out);
    }

    *out = ngx_inbox_text_number(pool, json_integer_value(member));

    return out->data ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_inbox_json_int(const ngx_inbox_json_t *v, const char *key, int64_t *out)
{
    return ngx_inbox_json_integer(json_object_get(v, key), out);
}


ngx_int_t
ngx_inbox_json_integer(const ngx_inbox_json_t *v, int64_t *out)
{
    *out = 0;

    if (ngx_inbox_json_is_null(v)) {
        return NGX_DECLINED;
    }

    if (!json_is_integer(v)) {
        return NGX_ERROR;
    }

    *out = json_integer_value(v);

    return NGX_OK;
}


ngx_int_t
ngx_inbox_json_number(const ngx_inbox_json_t *v, const char *key, double *out)
{
    json_t  *member;

    *out = 0;
    member = json_object_get(v, key);

    if (ngx_inbox_json_is_null(member)) {
        return NGX_DECLINED;
    }

    if (!json_is_number(member)) {
        return NGX_ERROR;
    }

    *out = json_number_value(member);

    return NGX_OK;
}


ngx_int_t
ngx_inbox_json_bool(const ngx_inbox_json_t *v, const char *key,
    ngx_uint_t *out)
{
    json_t  *member;

    *out = 0;
    member = json_object_get(v, key);

    if (ngx_inbox_json_is_null(member)) {
        return NGX_DECLINED;
    }

    if (!json_is_boolean(member)) {
        return NGX_ERROR;
    }

    *out = json_is_true(member);

    return NGX_OK;
}


ngx_int_t
ngx_inbox_json_bool_or(const ngx_inbox_json_t *v, const char *key,
    ngx_uint_t otherwise, ngx_uint_t *out)
{
    ngx_int_t  rc;

    rc = ngx_inbox_json_bool(v, key, out);

    if (rc == NGX_DECLINED) {
        *out = otherwise;
        return NGX_OK;
    }

    return rc;
}


ngx_int_t
ngx_inbox_json_each(const ngx_inbox_json_t *v,
    ngx_int_t (*each)(void *data, ngx_str_t *key, ngx_inbox_json_t *value),
    void *data)
{
    void       *iter;
    json_t     *object;
    ngx_int_t   rc;
    ngx_str_t   key;

    /* jansson's iterators want no const; they change nothing */
    object = (json_t *) v;

    for (iter = json_object_iter(object);
         iter;
         iter = json_object_iter_next(object, iter))
    {
        key.data = (u_char *) json_object_iter_key(iter);
        key.len = ngx_strlen(key.data);

        rc = each(data, &key, json_object_iter_value(iter));
        if (rc != NGX_OK) {
            return rc;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_inbox_json_dump(ngx_pool_t *pool, const ngx_inbox_json_t *v,
    ngx_str_t *out)
{
    size_t  len;

    ngx_str_null(out);

    len = json_dumpb(v, NULL, 0, NGX_INBOX_JSON_DUMP);
    if (len == 0) {
        return NGX_ERROR;
    }

    out->data = ngx_pnalloc(pool, len);
    if (out->data == NULL) {
        return NGX_ERROR;
    }

    out->len = json_dumpb(v, (char *) out->data, len, NGX_INBOX_JSON_DUMP);

    return (out->len == len) ? NGX_OK : NGX_ERROR;
}


ngx_uint_t
ngx_inbox_json_blank(ngx_pool_t *pool, ngx_inbox_json_t *v,
    const ngx_array_t *words)
{
    ngx_uint_t            n;
    ngx_inbox_json_own_t  own;

    ngx_inbox_json_enter(pool, &own);
    n = ngx_inbox_json_blank_in(v, words);
    ngx_inbox_json_leave(&own);

    return n;
}


static ngx_uint_t
ngx_inbox_json_blank_in(json_t *v, const ngx_array_t *words)
{
    size_t       i;
    json_t      *one;
    ngx_uint_t   n;
    const char  *key;

    n = 0;

    if (json_is_string(v) && ngx_inbox_json_has(v, words)) {
        return (json_string_set(v, "***") == 0);
    }

    /* documents are not deeper than NGX_INBOX_MAX_DEPTH */

    json_array_foreach(v, i, one) {
        n += ngx_inbox_json_blank_in(one, words);
    }

    json_object_foreach(v, key, one) {
        n += ngx_inbox_json_blank_in(one, words);
    }

    return n;
}


static ngx_uint_t
ngx_inbox_json_has(json_t *v, const ngx_array_t *words)
{
    size_t       len;
    ngx_str_t   *word;
    ngx_uint_t   i;
    const char  *text;

    text = json_string_value(v);
    len = json_string_length(v);
    word = words->elts;

    for (i = 0; i < words->nelts; i++) {

        if (word[i].len == 0 || word[i].len > len) {
            continue;
        }

        if ((word[i].len == len || word[i].len >= NGX_INBOX_JSON_WORD)
            && memmem(text, len, word[i].data, word[i].len) != NULL)
        {
            return 1;
        }
    }

    return 0;
}
