
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Counts, and does not build: the generator must cost less than the server.
 */

#include <stdlib.h>
#include <string.h>

#include "load.h"


static size_t reply_line(load_reply_t *r);


size_t
load_reply_eat(load_reply_t *r, const char *p, size_t len)
{
    size_t       n, m;
    const char  *last;

    n = 0;
    last = p + len;

    while (p < last) {

        if (r->skip) {
            m = ((size_t) (last - p) < r->skip) ? (size_t) (last - p) : r->skip;
            r->skip -= m;
            p += m;

            if (r->skip == 0) {
                n += (r->within == 0);
            }

            continue;
        }

        if (r->nline < sizeof(r->line) - 1) {
            r->line[r->nline++] = *p;
        }

        if (*p++ == '\n') {
            r->line[r->nline] = '\0';
            n += reply_line(r);
            r->nline = 0;
        }
    }

    return n;
}


/* 1: the line ends a reply */

static size_t
reply_line(load_reply_t *r)
{
    long  n;

    if (r->line[0] == '-') {
        load_die("redis: %s", r->line);
    }

    n = strtol(r->line + 1, NULL, 10);

    if (r->within) {
        r->within--;
    }

    if (r->line[0] == '$' && n >= 0) {
        r->skip = n + 2;
        return 0;
    }

    if (r->line[0] == '*' && n > 0) {
        r->within += n;
        return 0;
    }

    return r->within == 0;
}
