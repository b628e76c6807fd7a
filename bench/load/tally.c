
/*
 * Copyright (C) the ngx_inbox authors
 */

#include <stdlib.h>
#include <string.h>

#include "load.h"


static int tally_cmp(const void *a, const void *b);


void
load_tally_add(load_tally_t *t, uint64_t us)
{
    uint32_t  *wider;

    if (t->n == t->size) {
        wider = load_alloc((t->size * 2 + 4096) * sizeof(uint32_t));

        if (t->n) {
            memcpy(wider, t->us, t->n * sizeof(uint32_t));
            free(t->us);
        }

        t->us = wider;
        t->size = t->size * 2 + 4096;
    }

    t->us[t->n++] = (us > UINT32_MAX) ? UINT32_MAX : (uint32_t) us;
}


uint32_t
load_tally_part(load_tally_t *t, double part)
{
    size_t  i;

    if (t->n == 0) {
        return 0;
    }

    qsort(t->us, t->n, sizeof(uint32_t), tally_cmp);

    i = (size_t) ((double) t->n * part);

    return t->us[(i < t->n) ? i : t->n - 1];
}


static int
tally_cmp(const void *a, const void *b)
{
    uint32_t  x = *(const uint32_t *) a, y = *(const uint32_t *) b;

    return (x > y) - (x < y);
}
