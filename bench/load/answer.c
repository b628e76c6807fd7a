
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Knows answers with Content-Length and those that have no body.  Chunked ones
 * are refused: nothing that is measured here sends any.
 */

#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "load.h"


static size_t answer_head(load_answer_t *a, const char *p, size_t len);
static void answer_read_head(load_answer_t *a);


void
load_answer_reset(load_answer_t *a)
{
    a->nhead = 0;
    a->rest = 0;
    a->status = 0;
    a->nbody = 0;
}


size_t
load_answer_eat(load_answer_t *a, const char *p, size_t len, int *done)
{
    size_t  n, m;

    n = 0;
    *done = 0;

    if (a->status == 0) {
        n = answer_head(a, p, len);

        if (a->status == 0) {
            return n;
        }
    }

    m = (len - n < a->rest) ? len - n : a->rest;

    if (a->body && a->nbody + m <= a->size) {
        memcpy(a->body + a->nbody, p + n, m);
        a->nbody += m;
    }

    a->rest -= m;
    *done = (a->rest == 0);

    return n + m;
}


static size_t
answer_head(load_answer_t *a, const char *p, size_t len)
{
    size_t  n;

    for (n = 0; n < len; n++) {

        if (a->nhead == LOAD_HEAD - 1) {
            load_die("the head of an answer is too long");
        }

        a->head[a->nhead++] = p[n];

        if (p[n] == '\n' && a->nhead > 4
            && memcmp(a->head + a->nhead - 4, "\r\n\r\n", 4) == 0)
        {
            a->head[a->nhead] = '\0';
            answer_read_head(a);
            return n + 1;
        }
    }

    return n;
}


static void
answer_read_head(load_answer_t *a)
{
    const char  *p;

    if (strncmp(a->head, "HTTP/1.1 ", 9) != 0) {
        load_die("no HTTP answer: %.40s", a->head);
    }

    a->status = atoi(a->head + 9);
    p = strcasestr(a->head, "\r\nContent-Length:");

    if (p != NULL) {
        a->rest = (a->status == 304) ? 0 : strtoul(p + 17, NULL, 10);
        return;
    }

    if (a->status != 204 && a->status != 304) {
        load_die("an answer without a length: %.80s", a->head);
    }
}
