
/*
 * Copyright (C) the ngx_inbox authors
 *
 * All places are equally long, so a filled request always has the same length:
 * the Content-Length in it, or the lengths before Redis' strings, are written
 * once by who made the template.
 */

#include <stdlib.h>
#include <string.h>

#include "load.h"


#define TEMPLATE_PLACES  128
#define TEMPLATE_DIGITS  12


typedef enum {
    TEMPLATE_USER = 0,
    TEMPLATE_RAND,
    TEMPLATE_EACH
} template_kind_e;


struct load_template_s {
    char             *bytes;
    size_t            len;
    uint64_t          range;
    uint64_t          each;
    uint64_t          seed;
    size_t            nplaces;
    size_t            place[TEMPLATE_PLACES];
    template_kind_e   kind[TEMPLATE_PLACES];
};


static int template_place(const char *p, template_kind_e *kind);
static uint64_t template_random(load_template_t *t);
static void template_digits(char *to, uint64_t n);


load_template_t *
load_template_read(const char *name, uint64_t range)
{
    char             *p, *to, *end;
    size_t            size;
    load_template_t  *t;

    t = load_alloc(sizeof(load_template_t));
    p = load_file(name, &size);

    t->range = range ? range : 1;
    t->seed = load_now() | 1;

    /* a place may be shorter than its digits */
    t->bytes = load_alloc(size + TEMPLATE_PLACES * TEMPLATE_DIGITS);
    to = t->bytes;
    end = p + size;

    while (p < end) {

        if (!template_place(p, &t->kind[t->nplaces])) {
            *to++ = *p++;
            continue;
        }

        t->place[t->nplaces++] = to - t->bytes;
        to += TEMPLATE_DIGITS;
        p += sizeof("{user}") - 1;

        if (t->nplaces == TEMPLATE_PLACES) {
            load_die("too many places in %s", name);
        }
    }

    t->len = to - t->bytes;

    return t;
}


static int
template_place(const char *p, template_kind_e *kind)
{
    if (strncmp(p, "{user}", 6) == 0) {
        *kind = TEMPLATE_USER;
        return 1;
    }

    if (strncmp(p, "{rand}", 6) == 0) {
        *kind = TEMPLATE_RAND;
        return 1;
    }

    if (strncmp(p, "{each}", 6) == 0) {
        *kind = TEMPLATE_EACH;
        return 1;
    }

    return 0;
}


size_t
load_template_len(load_template_t *t)
{
    return t->len;
}


void
load_template_fill(load_template_t *t, char *to)
{
    size_t    i;
    uint64_t  n, user;

    memcpy(to, t->bytes, t->len);
    user = template_random(t) % t->range;

    for (i = 0; i < t->nplaces; i++) {

        switch (t->kind[i]) {

        case TEMPLATE_USER:
            n = user;
            break;

        case TEMPLATE_RAND:
            n = template_random(t) % t->range;
            break;

        default:
            n = t->each;
            break;
        }

        template_digits(to + t->place[i], n);
    }

    t->each++;
}


/* xorshift */

static uint64_t
template_random(load_template_t *t)
{
    t->seed ^= t->seed << 13;
    t->seed ^= t->seed >> 7;
    t->seed ^= t->seed << 17;

    return t->seed >> 11;
}


static void
template_digits(char *to, uint64_t n)
{
    int  i;

    for (i = TEMPLATE_DIGITS - 1; i >= 0; i--) {
        to[i] = (char) ('0' + n % 10);
        n /= 10;
    }
}
