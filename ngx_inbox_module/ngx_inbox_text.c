
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Text and time.  Everything that measures or cuts text counts Unicode
 * characters, so that no answer ever ends in half a letter; everything that
 * takes bytes from outside mends them first, so that all the rest of the
 * module may rely on valid UTF-8.
 *
 * What is valid is said once, in ngx_inbox_text_step(), after table 3-7 of
 * the Unicode standard: no overlong forms, no surrogates, nothing above
 * U+10FFFF.  A maximal bad part is what a decoder has read when it learns
 * that no character can begin so; it never swallows an ASCII byte, and
 * therefore never a quote or a bracket.
 *
 * Words, languages, upper and lower case are no business of this file.
 */


#include "ngx_inbox_text.h"


/* "2026-11-21T17:53:10": what a time has before its fraction */
#define NGX_INBOX_TEXT_SECONDS  19

/* 9999-12-31T23:59:59.999Z: RFC 3339 has four digits for the year */
#define NGX_INBOX_TEXT_LAST_MS  253402300799999ULL

#define NGX_INBOX_TEXT_NON_ASCII  0x8080808080808080ULL


static u_char *ngx_inbox_text_skip_ascii(u_char *p, u_char *last);
static size_t ngx_inbox_text_step(u_char *p, u_char *last, ngx_uint_t *good);
static size_t ngx_inbox_text_shape(u_char lead, u_char *low, u_char *high);
static size_t ngx_inbox_text_mended_len(const ngx_str_t *s);
static size_t ngx_inbox_text_space_at(u_char *p, u_char *last);
static size_t ngx_inbox_text_space_before(u_char *start, u_char *p);

static ngx_int_t ngx_inbox_text_days(ngx_int_t year, ngx_int_t month,
    ngx_int_t day);


size_t
ngx_inbox_text_chars(const ngx_str_t *s, size_t *utf16)
{
    size_t   i, n, wide;
    u_char  *p;

    n = 0;
    wide = 0;
    p = s->data;

    for (i = 0; i < s->len; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            n++;
        }

        /* beyond U+FFFF: a pair of surrogates */
        if (p[i] >= 0xf0) {
            wide++;
        }
    }

    if (utf16) {
        *utf16 = n + wide;
    }

    return n;
}


ngx_str_t
ngx_inbox_text_cut(const ngx_str_t *s, size_t n)
{
    u_char     *p, *last;
    ngx_str_t   cut;

    cut = *s;

    if (s->len <= n) {
        return cut;
    }

    last = s->data + s->len;

    for (p = s->data; p < last; p++) {
        if ((*p & 0xc0) == 0x80) {
            continue;
        }

        if (n == 0) {
            break;
        }

        n--;
    }

    cut.len = p - s->data;

    return cut;
}


ngx_int_t
ngx_inbox_text_mend(ngx_pool_t *pool, const ngx_str_t *s, ngx_str_t *out)
{
    size_t       len, n;
    u_char      *p, *last, *dst;
    ngx_uint_t   good;

    *out = *s;

    if (s->len == 0) {
        return NGX_OK;
    }

    len = ngx_inbox_text_mended_len(s);
    if (len == 0) {
        return NGX_OK;
    }

    dst = ngx_pnalloc(pool, len);
    if (dst == NULL) {
        return NGX_ERROR;
    }

    out->data = dst;
    out->len = len;

    last = s->data + s->len;

    for (p = s->data; p < last; p += n) {
        n = ngx_inbox_text_step(p, last, &good);
        dst = good ? ngx_cpymem(dst, p, n)
                   : ngx_cpymem(dst, "\xef\xbf\xbd", 3);
    }

    return NGX_OK;
}


/* length of s when mended, 0 when nothing is wrong with it */
static size_t
ngx_inbox_text_mended_len(const ngx_str_t *s)
{
    size_t       len, n, bad;
    u_char      *p, *last;
    ngx_uint_t   good;

    len = 0;
    bad = 0;
    p = s->data;
    last = s->data + s->len;

    while (p < last) {
        n = ngx_inbox_text_skip_ascii(p, last) - p;

        if (n == 0) {
            n = ngx_inbox_text_step(p, last, &good);
            bad += !good;
            len += good ? n : 3;

        } else {
            len += n;
        }

        p += n;
    }

    return bad ? len : 0;
}


static u_char *
ngx_inbox_text_skip_ascii(u_char *p, u_char *last)
{
    uint64_t  word;

    while (last - p >= (ssize_t) sizeof(word)) {
        ngx_memcpy(&word, p, sizeof(word));

        if (word & NGX_INBOX_TEXT_NON_ASCII) {
            break;
        }

        p += sizeof(word);
    }

    while (p < last && *p < 0x80) {
        p++;
    }

    return p;
}


/* bytes of the character at p, or of the maximal bad part there */
static size_t
ngx_inbox_text_step(u_char *p, u_char *last, ngx_uint_t *good)
{
    u_char  low, high;
    size_t  i, n;

    n = ngx_inbox_text_shape(*p, &low, &high);
    *good = 0;

    if (n == 0) {
        return 1;
    }

    for (i = 1; i < n; i++) {
        if (p + i == last || p[i] < low || p[i] > high) {
            return i;
        }

        /* only the second byte has bounds of its own */
        low = 0x80;
        high = 0xbf;
    }

    *good = 1;

    return n;
}


/* length that a lead byte promises (0: it is none), bounds of the next byte */
static size_t
ngx_inbox_text_shape(u_char lead, u_char *low, u_char *high)
{
    *low = (lead == 0xe0) ? 0xa0 : (lead == 0xf0) ? 0x90 : 0x80;
    *high = (lead == 0xed) ? 0x9f : (lead == 0xf4) ? 0x8f : 0xbf;

    if (lead < 0x80) {
        return 1;
    }

    if (lead < 0xc2 || lead > 0xf4) {
        return 0;
    }

    return (lead < 0xe0) ? 2 : (lead < 0xf0) ? 3 : 4;
}


ngx_int_t
ngx_inbox_text_copy(ngx_pool_t *pool, ngx_str_t *to, const ngx_str_t *from)
{
    u_char  *p;

    p = ngx_pnalloc(pool, from->len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    if (from->len) {
        ngx_memcpy(p, from->data, from->len);
    }

    to->data = p;
    to->len = from->len;

    return NGX_OK;
}


ngx_str_t
ngx_inbox_text_trim(const ngx_str_t *s)
{
    size_t      n;
    u_char     *p, *last;
    ngx_str_t   trimmed;

    if (s->len == 0) {
        return *s;
    }

    p = s->data;
    last = s->data + s->len;

    for ( ;; ) {
        n = ngx_inbox_text_space_at(p, last);
        if (n == 0) {
            break;
        }

        p += n;
    }

    for ( ;; ) {
        n = ngx_inbox_text_space_before(p, last);
        if (n == 0) {
            break;
        }

        last -= n;
    }

    trimmed.data = p;
    trimmed.len = last - p;

    return trimmed;
}


/* bytes of the white space that begins at p, or 0 */
static size_t
ngx_inbox_text_space_at(u_char *p, u_char *last)
{
    if (p == last) {
        return 0;
    }

    if (*p == ' ' || (*p >= '\t' && *p <= '\r')) {
        return 1;
    }

    return (last - p >= 2 && p[0] == 0xc2 && p[1] == 0xa0) ? 2 : 0;
}


/* the same for white space that ends before p */
static size_t
ngx_inbox_text_space_before(u_char *start, u_char *p)
{
    if (p - start >= 2 && ngx_inbox_text_space_at(p - 2, p) == 2) {
        return 2;
    }

    if (p > start && ngx_inbox_text_space_at(p - 1, p) == 1) {
        return 1;
    }

    return 0;
}


ngx_uint_t
ngx_inbox_text_is_id(const ngx_str_t *s)
{
    u_char  ch;
    size_t  i;

    if (s->len == 0 || s->len > NGX_INBOX_MAX_ID) {
        return 0;
    }

    for (i = 0; i < s->len; i++) {
        ch = s->data[i];

        if ((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9')) {
            continue;
        }

        if (i > 0 && (ch == '_' || ch == '-')) {
            continue;
        }

        return 0;
    }

    return 1;
}


ngx_uint_t
ngx_inbox_text_is_digits(const ngx_str_t *s, size_t max)
{
    size_t  i;

    if (s->len == 0 || s->len > max) {
        return 0;
    }

    for (i = 0; i < s->len; i++) {
        if (s->data[i] < '0' || s->data[i] > '9') {
            return 0;
        }
    }

    return 1;
}


u_char *
ngx_inbox_text_time(u_char *p, uint64_t ms)
{
    ngx_tm_t  tm;

    if (ms > NGX_INBOX_TEXT_LAST_MS) {
        ms = NGX_INBOX_TEXT_LAST_MS;
    }

    ngx_gmtime((time_t) (ms / 1000), &tm);

    return ngx_sprintf(p, "%4d-%02d-%02dT%02d:%02d:%02d.%03uiZ",
                       tm.ngx_tm_year, tm.ngx_tm_mon, tm.ngx_tm_mday,
                       tm.ngx_tm_hour, tm.ngx_tm_min, tm.ngx_tm_sec,
                       (ngx_uint_t) (ms % 1000));
}


ngx_int_t
ngx_inbox_text_time_str(ngx_pool_t *pool, uint64_t ms, ngx_str_t *out)
{
    out->len = 0;

    out->data = ngx_pnalloc(pool, NGX_INBOX_TIME_LEN);
    if (out->data == NULL) {
        return NGX_ERROR;
    }

    out->len = ngx_inbox_text_time(out->data, ms) - out->data;

    return NGX_OK;
}


ngx_int_t
ngx_inbox_text_read_time(const ngx_str_t *s, uint64_t *ms)
{
    u_char     *p, again[NGX_INBOX_TIME_LEN];
    ngx_int_t   days, seconds, fraction;

    *ms = 0;
    p = s->data;

    if ((s->len != NGX_INBOX_TEXT_SECONDS + 1 && s->len != NGX_INBOX_TIME_LEN)
        || p[s->len - 1] != 'Z')
    {
        return NGX_ERROR;
    }

    fraction = 0;

    if (s->len == NGX_INBOX_TIME_LEN) {
        fraction = ngx_atoi(p + NGX_INBOX_TEXT_SECONDS + 1, 3);

        if (p[NGX_INBOX_TEXT_SECONDS] != '.' || fraction == NGX_ERROR) {
            return NGX_ERROR;
        }
    }

    days = ngx_inbox_text_days(ngx_atoi(p, 4), ngx_atoi(p + 5, 2),
                               ngx_atoi(p + 8, 2));
    seconds = days * 86400 + ngx_atoi(p + 11, 2) * 3600
              + ngx_atoi(p + 14, 2) * 60 + ngx_atoi(p + 17, 2);

    if (seconds < 0) {
        return NGX_ERROR;
    }

    /* a letter, the 30th of February, hour 24: all are written otherwise */
    ngx_inbox_text_time(again, (uint64_t) seconds * 1000);

    if (ngx_memcmp(again, p, NGX_INBOX_TEXT_SECONDS) != 0) {
        return NGX_ERROR;
    }

    *ms = (uint64_t) seconds * 1000 + fraction;

    return NGX_OK;
}


/* from 1970-01-01 to a day of the Gregorian calendar; years begin in March */
static ngx_int_t
ngx_inbox_text_days(ngx_int_t year, ngx_int_t month, ngx_int_t day)
{
    if (month <= 2) {
        year--;
        month += 12;
    }

    return 365 * year + year / 4 - year / 100 + year / 400
           + (153 * (month - 3) + 2) / 5 + day - 1 - 719468;
}


ngx_str_t
ngx_inbox_text_number(ngx_pool_t *pool, int64_t n)
{
    u_char     *p;
    uint64_t    size;
    ngx_str_t   s;

    s.len = 0;

    s.data = ngx_pnalloc(pool, NGX_INT64_LEN);
    if (s.data == NULL) {
        return s;
    }

    p = s.data;
    size = (uint64_t) n;

    /* "%L" negates, and the smallest number has no counterpart */
    if (n < 0) {
        *p++ = '-';
        size = 0 - size;
    }

    s.len = ngx_sprintf(p, "%uL", size) - s.data;

    return s;
}
