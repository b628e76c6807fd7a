
/*
 * Copyright (C) the ngx_inbox authors
 *
 * jansson refuses a whole document for one odd character in it, and a
 * platform would then send the same update again for a day.  So, in order:
 *
 *   1. a byte-order mark is skipped
 *   2. bytes that are no UTF-8 become U+FFFD (ngx_inbox_text_mend)
 *   3. an escape that is half a pair of surrogates becomes \ufffd
 *   4. \u0000 in a key becomes \ufffd (in values jansson takes it)
 *   5. a number beyond int64 or double becomes a string of its characters
 *   6. more than NGX_INBOX_MAX_DEPTH levels are refused
 *
 * The scanner knows just enough of JSON for that: where strings begin and
 * end, and whether the next string is a key.  It does not judge: text that is
 * no JSON passes through and is refused by jansson.  A change never makes bad
 * text good, because an escape stays an escape, and a number becomes a string
 * only where a value may stand.
 *
 * Output starts with the first change; until then nothing is allocated.
 */


#include <math.h>

#include "ngx_inbox_json_mend.h"
#include "ngx_inbox_text.h"


/* digits of INT64_MAX, and of the numbers that need no closer look */
#define NGX_INBOX_MEND_INT64      19
/* numbers up to this length are looked at on the stack */
#define NGX_INBOX_MEND_SHORT      64


typedef struct {
    ngx_pool_t  *pool;
    u_char      *pos;
    u_char      *last;
    u_char      *copied;        /* the input before it is in the output */
    u_char      *start;         /* of the output; NULL: nothing changed yet */
    u_char      *out;
    uint64_t     objects;       /* bit n: level n is an object, else array */
    ngx_uint_t   depth;
    unsigned     key:1;         /* the next string is a key */
    unsigned     deep:1;
    unsigned     failed:1;      /* memory */
} ngx_inbox_mend_t;


static void ngx_inbox_mend_scan(ngx_inbox_mend_t *m);
static void ngx_inbox_mend_open(ngx_inbox_mend_t *m, u_char bracket);
static void ngx_inbox_mend_close(ngx_inbox_mend_t *m);

static void ngx_inbox_mend_string(ngx_inbox_mend_t *m);
static void ngx_inbox_mend_escape(ngx_inbox_mend_t *m);
static void ngx_inbox_mend_code(ngx_inbox_mend_t *m);
static ngx_int_t ngx_inbox_mend_hex(u_char *p, u_char *last);

static void ngx_inbox_mend_number(ngx_inbox_mend_t *m);
static u_char *ngx_inbox_mend_number_end(u_char *p, u_char *last,
    ngx_uint_t *real);
static u_char *ngx_inbox_mend_digits(u_char *p, u_char *last);
static ngx_uint_t ngx_inbox_mend_int_fits(u_char *p, u_char *end);
static ngx_uint_t ngx_inbox_mend_real_fits(ngx_inbox_mend_t *m, u_char *p,
    u_char *end);

static void ngx_inbox_mend_put(ngx_inbox_mend_t *m, u_char *upto, size_t cut,
    const char *text);


ngx_int_t
ngx_inbox_json_mend(ngx_pool_t *pool, const ngx_str_t *s, ngx_str_t *out)
{
    ngx_inbox_mend_t  m;

    if (ngx_inbox_text_mend(pool, s, out) != NGX_OK) {
        return NGX_ERROR;
    }

    if (out->len == 0) {
        return NGX_OK;
    }

    if (out->len >= 3 && ngx_memcmp(out->data, "\xef\xbb\xbf", 3) == 0) {
        out->data += 3;
        out->len -= 3;
    }

    ngx_memzero(&m, sizeof(ngx_inbox_mend_t));

    m.pool = pool;
    m.pos = out->data;
    m.copied = out->data;
    m.last = out->data + out->len;

    ngx_inbox_mend_scan(&m);

    if (m.failed) {
        return NGX_ERROR;
    }

    if (m.deep) {
        return NGX_DECLINED;
    }

    if (m.start) {
        ngx_inbox_mend_put(&m, m.last, 0, "");

        out->data = m.start;
        out->len = m.out - m.start;
    }

    return NGX_OK;
}


static void
ngx_inbox_mend_scan(ngx_inbox_mend_t *m)
{
    while (m->pos < m->last && !m->failed && !m->deep) {

        switch (*m->pos) {

        case '"':
            ngx_inbox_mend_string(m);
            break;

        case '{':
        case '[':
            ngx_inbox_mend_open(m, *m->pos++);
            break;

        case '}':
        case ']':
            ngx_inbox_mend_close(m);
            m->pos++;
            break;

        case ',':
            m->key = m->depth && (m->objects >> (m->depth - 1)) & 1;
            m->pos++;
            break;

        case ':':
            m->key = 0;
            m->pos++;
            break;

        case '-':
        case '0': case '1': case '2': case '3': case '4':
        case '5': case '6': case '7': case '8': case '9':
            ngx_inbox_mend_number(m);
            break;

        default:
            m->pos++;
        }
    }
}


static void
ngx_inbox_mend_open(ngx_inbox_mend_t *m, u_char bracket)
{
    uint64_t  bit;

    if (m->depth == NGX_INBOX_MAX_DEPTH) {
        m->deep = 1;
        return;
    }

    bit = (uint64_t) 1 << m->depth++;

    if (bracket == '{') {
        m->objects |= bit;
        m->key = 1;

    } else {
        m->objects &= ~bit;
        m->key = 0;
    }
}


static void
ngx_inbox_mend_close(ngx_inbox_mend_t *m)
{
    if (m->depth) {
        m->depth--;
    }

    m->key = 0;
}


static void
ngx_inbox_mend_string(ngx_inbox_mend_t *m)
{
    m->pos++;

    while (m->pos < m->last) {

        if (*m->pos == '"') {
            m->pos++;
            return;
        }

        if (*m->pos == '\\') {
            ngx_inbox_mend_escape(m);
            continue;
        }

        m->pos++;
    }
}


static void
ngx_inbox_mend_escape(ngx_inbox_mend_t *m)
{
    if (m->last - m->pos < 2) {
        m->pos = m->last;
        return;
    }

    if (m->pos[1] == 'u') {
        ngx_inbox_mend_code(m);
        return;
    }

    m->pos += 2;
}


/* at \u: steps over it, or over a whole pair of surrogates */
static void
ngx_inbox_mend_code(ngx_inbox_mend_t *m)
{
    u_char     *p;
    ngx_int_t   code, low;

    p = m->pos;
    code = ngx_inbox_mend_hex(p + 2, m->last);

    if (code == NGX_ERROR) {
        m->pos = p + 2;
        return;
    }

    m->pos = p + 6;

    if (code >= 0xd800 && code <= 0xdbff && m->last - p >= 12
        && p[6] == '\\' && p[7] == 'u')
    {
        low = ngx_inbox_mend_hex(p + 8, m->last);

        if (low >= 0xdc00 && low <= 0xdfff) {
            m->pos = p + 12;
            return;
        }
    }

    if ((code >= 0xd800 && code <= 0xdfff) || (code == 0 && m->key)) {
        ngx_inbox_mend_put(m, p, 6, "\\ufffd");
    }
}


/* value of four hexadecimal digits, or NGX_ERROR */
static ngx_int_t
ngx_inbox_mend_hex(u_char *p, u_char *last)
{
    if (last - p < 4) {
        return NGX_ERROR;
    }

    return ngx_hextoi(p, 4);
}


static void
ngx_inbox_mend_number(ngx_inbox_mend_t *m)
{
    u_char      *p, *end;
    ngx_uint_t   real, fits;

    p = m->pos;
    end = ngx_inbox_mend_number_end(p, m->last, &real);

    if (end == NULL) {
        m->pos = p + 1;
        return;
    }

    m->pos = end;

    if (m->key) {
        return;
    }

    fits = real ? ngx_inbox_mend_real_fits(m, p, end)
                : ngx_inbox_mend_int_fits(p, end);

    if (!fits) {
        ngx_inbox_mend_put(m, p, 0, "\"");
        ngx_inbox_mend_put(m, end, 0, "\"");
    }
}


/* end of the number at p by JSON's grammar, or NULL when it is none */
static u_char *
ngx_inbox_mend_number_end(u_char *p, u_char *last, ngx_uint_t *real)
{
    u_char  *digits;

    *real = 0;

    if (*p == '-') {
        p++;
    }

    digits = p;
    p = ngx_inbox_mend_digits(p, last);

    if (p == digits || (*digits == '0' && p - digits > 1)) {
        return NULL;
    }

    if (p < last && *p == '.') {
        *real = 1;
        digits = p + 1;
        p = ngx_inbox_mend_digits(digits, last);

        if (p == digits) {
            return NULL;
        }
    }

    if (p < last && (*p == 'e' || *p == 'E')) {
        *real = 1;
        digits = p + 1;

        if (digits < last && (*digits == '+' || *digits == '-')) {
            digits++;
        }

        p = ngx_inbox_mend_digits(digits, last);

        if (p == digits) {
            return NULL;
        }
    }

    return p;
}


static u_char *
ngx_inbox_mend_digits(u_char *p, u_char *last)
{
    while (p < last && *p >= '0' && *p <= '9') {
        p++;
    }

    return p;
}


static ngx_uint_t
ngx_inbox_mend_int_fits(u_char *p, u_char *end)
{
    const char  *limit;

    limit = "9223372036854775807";

    if (*p == '-') {
        limit = "9223372036854775808";
        p++;
    }

    if (end - p != NGX_INBOX_MEND_INT64) {
        return end - p < NGX_INBOX_MEND_INT64;
    }

    return ngx_memcmp(p, limit, NGX_INBOX_MEND_INT64) <= 0;
}


static ngx_uint_t
ngx_inbox_mend_real_fits(ngx_inbox_mend_t *m, u_char *p, u_char *end)
{
    char    *s, text[NGX_INBOX_MEND_SHORT];
    size_t   len;

    len = end - p;
    s = text;

    if (len >= NGX_INBOX_MEND_SHORT) {
        s = ngx_pnalloc(m->pool, len + 1);
        if (s == NULL) {
            m->failed = 1;
            return 1;
        }
    }

    ngx_memcpy(s, p, len);
    s[len] = '\0';

    return isfinite(strtod(s, NULL)) != 0;
}


/* writes the input up to upto, leaves out cut bytes of it, writes text */
static void
ngx_inbox_mend_put(ngx_inbox_mend_t *m, u_char *upto, size_t cut,
    const char *text)
{
    size_t  len;

    if (m->start == NULL) {

        /* only numbers grow: by 2, and "9e999," is the shortest that does */
        len = m->last - m->copied;

        m->start = ngx_pnalloc(m->pool, len + len / 3 + 8);
        if (m->start == NULL) {
            m->failed = 1;
            return;
        }

        m->out = m->start;
    }

    if (m->failed) {
        return;
    }

    m->out = ngx_cpymem(m->out, m->copied, upto - m->copied);
    m->out = ngx_cpymem(m->out, text, ngx_strlen(text));
    m->copied = upto + cut;
}
