
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Takes a line's secrets out of what a platform sent, so that it can be shown
 * to who manages the line.  Which credentials are secret their names say: ids
 * and codes are not, tokens and secrets are.  A credential may be several
 * secrets, one a line.
 *
 * A body is looked through as JSON, for there is more than one way to write the
 * same letters.  One that is no JSON is shown only if no secret is in it.
 */


#include "ngx_inbox_channel.h"
#include "../ngx_inbox_json.h"
#include "../ngx_inbox_text.h"


/* bytes of a secret that is not somebody's word by chance */
#define NGX_INBOX_SCRUB_WORD  8


static ngx_int_t ngx_inbox_scrub_words(const ngx_inbox_line_t *line,
    ngx_array_t *words);
static ngx_uint_t ngx_inbox_scrub_is_secret(const ngx_str_t *name);
static ngx_int_t ngx_inbox_scrub_split(ngx_array_t *words,
    const ngx_str_t *value);
static ngx_uint_t ngx_inbox_scrub_is_clean(const ngx_array_t *words,
    const ngx_str_t *text, size_t least);


ngx_int_t
ngx_inbox_channel_scrub(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_str_t *body, ngx_str_t *out)
{
    ngx_str_t          err;
    ngx_array_t       *words;
    ngx_inbox_json_t  *v;

    words = ngx_array_create(pool, 8, sizeof(ngx_str_t));

    if (words == NULL || ngx_inbox_scrub_words(line, words) != NGX_OK
        || ngx_inbox_text_mend(pool, body, out) != NGX_OK)
    {
        return NGX_ERROR;
    }

    v = ngx_inbox_json_parse(pool, body, &err);

    if (v != NULL && ngx_inbox_json_blank(pool, v, words)
        && ngx_inbox_json_dump(pool, v, out) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_inbox_scrub_is_clean(words, out,
                                    (v != NULL) ? NGX_INBOX_SCRUB_WORD : 1)
           ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_inbox_scrub_words(const ngx_inbox_line_t *line, ngx_array_t *words)
{
    ngx_uint_t     i;
    ngx_keyval_t  *credential;

    if (line->credentials == NULL) {
        return NGX_OK;
    }

    credential = line->credentials->elts;

    for (i = 0; i < line->credentials->nelts; i++) {

        if (ngx_inbox_scrub_is_secret(&credential[i].key)
            && ngx_inbox_scrub_split(words, &credential[i].value) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_inbox_scrub_is_secret(const ngx_str_t *name)
{
    return (name->len >= 5
            && ngx_strncmp(name->data + name->len - 5, "token", 5) == 0)
           || (name->len >= 6
               && ngx_strncmp(name->data + name->len - 6, "secret", 6) == 0);
}


static ngx_int_t
ngx_inbox_scrub_split(ngx_array_t *words, const ngx_str_t *value)
{
    u_char     *p, *end, *last;
    ngx_str_t  *word;

    last = value->data + value->len;

    for (p = value->data; p < last; p = end + 1) {

        end = ngx_strlchr(p, last, '\n');

        if (end == NULL) {
            end = last;
        }

        word = ngx_array_push(words);
        if (word == NULL) {
            return NGX_ERROR;
        }

        word->data = p;
        word->len = end - p;
    }

    return NGX_OK;
}


/* names of members, and what is no JSON, were not looked at yet; least: bytes
   of a secret that is looked for */

static ngx_uint_t
ngx_inbox_scrub_is_clean(const ngx_array_t *words, const ngx_str_t *text,
    size_t least)
{
    ngx_str_t   *word;
    ngx_uint_t   i;

    word = words->elts;

    for (i = 0; i < words->nelts; i++) {

        if (word[i].len >= least && text->len
            && memmem(text->data, text->len, word[i].data, word[i].len) != NULL)
        {
            return 0;
        }
    }

    return 1;
}
