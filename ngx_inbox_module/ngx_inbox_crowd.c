
/*
 * Copyright (C) the ngx_inbox authors
 *
 * An address has a place in each of two rows, by a hash that nobody outside
 * can foresee, and shares it with others now and then; the smaller of the two
 * numbers counts.  So what is told is never too little, and too much by some
 * ten when a million waits.
 *
 * The rows are those of nginx's own table of processes, as in
 * ngx_inbox_meter.c.  Pages that nobody has used take no memory.
 */

#include "ngx_inbox_crowd.h"


/* workers at once, those that are leaving too; more count alone */
#define NGX_INBOX_CROWD_SLOTS   128

#define NGX_INBOX_CROWD_PLACES  65536
#define NGX_INBOX_CROWD_MOST    65535

/* nginx's allocator keeps a descriptor for each page, and rounds */
#define NGX_INBOX_CROWD_SPARE   (sizeof(ngx_inbox_crowds_t) / 64 + 65536)


typedef struct ngx_inbox_crowds_s  ngx_inbox_crowds_t;

struct ngx_inbox_crowd_s {
    ngx_inbox_crowds_t  *all;       /* NULL: nobody has used it */
    ngx_uint_t           n;         /* of the slot */
    uint16_t             row[2][NGX_INBOX_CROWD_PLACES];
};

struct ngx_inbox_crowds_s {
    uint32_t             seed;
    /* 0: nobody, or has left; together, so that one look finds all who live */
    ngx_pid_t            pid[NGX_INBOX_CROWD_SLOTS];
    ngx_inbox_crowd_t    slot[NGX_INBOX_CROWD_SLOTS];
};

typedef struct {
    ngx_uint_t           at[2];
} ngx_inbox_crowd_place_t;


static ngx_int_t ngx_inbox_crowd_init_zone(ngx_shm_zone_t *zone, void *data);
static ngx_inbox_crowd_place_t ngx_inbox_crowd_place(ngx_inbox_crowds_t *all,
    const ngx_str_t *addr);
static ngx_uint_t ngx_inbox_crowd_count(ngx_inbox_crowds_t *all,
    const ngx_inbox_crowd_place_t *place, ngx_uint_t living);


ngx_shm_zone_t *
ngx_inbox_crowd_add_zone(ngx_conf_t *cf, void *tag)
{
    ngx_str_t        name;
    ngx_shm_zone_t  *zone;

    ngx_str_set(&name, "inbox_crowd");

    zone = ngx_shared_memory_add(cf, &name, sizeof(ngx_inbox_crowds_t)
                                            + NGX_INBOX_CROWD_SPARE, tag);
    if (zone != NULL) {
        zone->init = ngx_inbox_crowd_init_zone;
    }

    return zone;
}


/* data: what the cycle before this one has, if it has the same */

static ngx_int_t
ngx_inbox_crowd_init_zone(ngx_shm_zone_t *zone, void *data)
{
    ngx_slab_pool_t     *pool;
    ngx_inbox_crowds_t  *all;

    if (data != NULL) {
        zone->data = data;
        return NGX_OK;
    }

    pool = (ngx_slab_pool_t *) zone->shm.addr;

    /* fresh pages of the system are zero: clearing would take them all */

    all = ngx_slab_alloc(pool, sizeof(ngx_inbox_crowds_t));
    if (all == NULL) {
        return NGX_ERROR;
    }

    all->seed = (uint32_t) ngx_random();
    zone->data = all;

    return NGX_OK;
}


ngx_inbox_crowd_t *
ngx_inbox_crowd_enter(ngx_shm_zone_t *zone)
{
    ngx_uint_t           n;
    ngx_inbox_crowd_t   *crowd;
    ngx_inbox_crowds_t  *all;

    n = (ngx_process == NGX_PROCESS_SINGLE) ? 0 : (ngx_uint_t) ngx_process_slot;

    if (zone == NULL || zone->data == NULL || n >= NGX_INBOX_CROWD_SLOTS) {
        return NULL;
    }

    all = zone->data;
    crowd = &all->slot[n];

    if (crowd->all != NULL) {
        ngx_memzero(crowd->row, sizeof(crowd->row));
    }

    crowd->all = all;
    crowd->n = n;
    all->pid[n] = ngx_pid;

    return crowd;
}


void
ngx_inbox_crowd_leave(ngx_inbox_crowd_t *crowd)
{
    if (crowd != NULL) {
        crowd->all->pid[crowd->n] = 0;
    }
}


void
ngx_inbox_crowd_add(ngx_inbox_crowd_t *crowd, const ngx_str_t *addr)
{
    ngx_uint_t               i;
    ngx_inbox_crowd_place_t  place;

    if (crowd == NULL) {
        return;
    }

    place = ngx_inbox_crowd_place(crowd->all, addr);

    for (i = 0; i < 2; i++) {
        if (crowd->row[i][place.at[i]] < NGX_INBOX_CROWD_MOST) {
            crowd->row[i][place.at[i]]++;
        }
    }
}


void
ngx_inbox_crowd_drop(ngx_inbox_crowd_t *crowd, const ngx_str_t *addr)
{
    ngx_uint_t               i;
    ngx_inbox_crowd_place_t  place;

    if (crowd == NULL) {
        return;
    }

    place = ngx_inbox_crowd_place(crowd->all, addr);

    for (i = 0; i < 2; i++) {
        if (crowd->row[i][place.at[i]] > 0) {
            crowd->row[i][place.at[i]]--;
        }
    }
}


ngx_uint_t
ngx_inbox_crowd_is_full(ngx_inbox_crowd_t *crowd, const ngx_str_t *addr,
    ngx_uint_t most)
{
    ngx_inbox_crowd_place_t  place;

    if (crowd == NULL) {
        return 0;
    }

    place = ngx_inbox_crowd_place(crowd->all, addr);

    /* the system is asked who lives only when somebody is to be refused */

    return ngx_inbox_crowd_count(crowd->all, &place, 0) >= most
           && ngx_inbox_crowd_count(crowd->all, &place, 1) >= most;
}


static ngx_inbox_crowd_place_t
ngx_inbox_crowd_place(ngx_inbox_crowds_t *all, const ngx_str_t *addr)
{
    size_t                   len;
    u_char                   key[sizeof(uint32_t) + NGX_INBOX_CROWD_ADDR];
    uint32_t                 hash;
    ngx_inbox_crowd_place_t  place;

    len = ngx_min(addr->len, NGX_INBOX_CROWD_ADDR);

    ngx_memcpy(key, &all->seed, sizeof(uint32_t));
    ngx_memcpy(key + sizeof(uint32_t), addr->data, len);

    hash = ngx_murmur_hash2(key, sizeof(uint32_t) + len);

    place.at[0] = hash % NGX_INBOX_CROWD_PLACES;
    place.at[1] = hash / NGX_INBOX_CROWD_PLACES;

    return place;
}


/* living: one that was killed has not left, and is not counted */

static ngx_uint_t
ngx_inbox_crowd_count(ngx_inbox_crowds_t *all,
    const ngx_inbox_crowd_place_t *place, ngx_uint_t living)
{
    ngx_pid_t           pid;
    ngx_uint_t          i, n[2];
    ngx_inbox_crowd_t  *crowd;

    n[0] = 0;
    n[1] = 0;

    for (i = 0; i < NGX_INBOX_CROWD_SLOTS; i++) {
        pid = all->pid[i];

        if (pid == 0
            || (living && kill(pid, 0) != 0 && ngx_errno != NGX_EPERM))
        {
            continue;
        }

        crowd = &all->slot[i];
        n[0] += crowd->row[0][place->at[0]];
        n[1] += crowd->row[1][place->at[1]];
    }

    return ngx_min(n[0], n[1]);
}
