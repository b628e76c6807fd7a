
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The slot is that of nginx's own table of processes: a process that is
 * spawned in the place of another goes on with its counters.  Pages of slots
 * that nobody has used are never touched, and so take no memory.
 */

#include "ngx_inbox_meter.h"


#define NGX_INBOX_METER_WORDS  (sizeof(ngx_inbox_meter_t) / sizeof(uint64_t))

/* nginx's allocator keeps a descriptor for each page, and rounds */
#define NGX_INBOX_METER_SPARE  (sizeof(ngx_inbox_meters_t) / 64 + 65536)


static ngx_int_t ngx_inbox_meter_init_zone(ngx_shm_zone_t *zone, void *data);


const ngx_uint_t  ngx_inbox_meter_bounds[NGX_INBOX_METER_BOUNDS - 1] = {
    100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000,
    500000, 1000000, 2500000, 5000000
};

const ngx_uint_t  ngx_inbox_meter_statuses[NGX_INBOX_METER_STATUSES] = {
    200, 201, 202, 204, 206, 301, 302, 304, 400, 401, 403, 404, 405, 408, 409,
    413, 415, 422, 429, 499, 500, 502, 503, 0
};


ngx_shm_zone_t *
ngx_inbox_meter_add_zone(ngx_conf_t *cf, void *tag)
{
    ngx_str_t        name;
    ngx_shm_zone_t  *zone;

    ngx_str_set(&name, "inbox_meter");

    zone = ngx_shared_memory_add(cf, &name, sizeof(ngx_inbox_meters_t)
                                            + NGX_INBOX_METER_SPARE, tag);
    if (zone != NULL) {
        zone->init = ngx_inbox_meter_init_zone;
    }

    return zone;
}


/* data: what the cycle before this one has, if it has the same */

static ngx_int_t
ngx_inbox_meter_init_zone(ngx_shm_zone_t *zone, void *data)
{
    ngx_slab_pool_t      *pool;
    ngx_inbox_meters_t  *all;

    if (data != NULL) {
        zone->data = data;
        return NGX_OK;
    }

    pool = (ngx_slab_pool_t *) zone->shm.addr;

    /* fresh pages of the system are zero: clearing would take them all */

    all = ngx_slab_alloc(pool, sizeof(ngx_inbox_meters_t));
    if (all == NULL) {
        return NGX_ERROR;
    }

    zone->data = all;

    return NGX_OK;
}


ngx_inbox_meter_t *
ngx_inbox_meter_enter(ngx_shm_zone_t *zone)
{
    ngx_uint_t                n;
    ngx_inbox_meters_t      *all;
    ngx_inbox_meter_owner_t  *owner;

    n = (ngx_process == NGX_PROCESS_SINGLE) ? 0 : (ngx_uint_t) ngx_process_slot;

    if (zone == NULL || zone->data == NULL || n >= NGX_INBOX_METER_SLOTS) {
        return NULL;
    }

    all = zone->data;

    ngx_memzero(all->slot[n].gauge, sizeof(all->slot[n].gauge));

    owner = &all->owner[n];
    owner->worker = ngx_worker;
    owner->pid = ngx_pid;
    owner->used = 1;

    return &all->slot[n];
}


void
ngx_inbox_meter_leave(ngx_shm_zone_t *zone, ngx_inbox_meter_t *meter)
{
    ngx_inbox_meters_t  *all;

    all = zone->data;

    if (meter != NULL) {
        all->owner[meter - all->slot].pid = 0;
    }
}


/* one that was killed has not left */

ngx_uint_t
ngx_inbox_meter_lives(const ngx_inbox_meter_owner_t *owner)
{
    return owner->pid != 0
           && (kill(owner->pid, 0) == 0 || ngx_errno == NGX_EPERM);
}


void
ngx_inbox_meter_sum(const ngx_inbox_meters_t *all, ngx_inbox_meter_t *sum)
{
    uint64_t        *to;
    ngx_uint_t       i, k;
    const uint64_t  *from;

    ngx_memzero(sum, sizeof(ngx_inbox_meter_t));

    to = (uint64_t *) sum;

    for (i = 0; i < NGX_INBOX_METER_SLOTS; i++) {

        if (!all->owner[i].used) {
            continue;
        }

        from = (const uint64_t *) &all->slot[i];

        for (k = NGX_INBOX_GAUGE_LAST; k < NGX_INBOX_METER_WORDS; k++) {
            to[k] += from[k];
        }
    }
}


uint64_t
ngx_inbox_meter_clock(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}


void
ngx_inbox_meter_time(ngx_inbox_meter_t *meter, ngx_inbox_time_e what,
    uint64_t us)
{
    ngx_uint_t  i;

    if (meter == NULL) {
        return;
    }

    for (i = 0; i < NGX_INBOX_METER_BOUNDS - 1; i++) {
        if (us <= ngx_inbox_meter_bounds[i]) {
            break;
        }
    }

    meter->time[what].n[i]++;
    meter->time[what].sum += us;
}


void
ngx_inbox_meter_request(ngx_inbox_meter_t *meter, ngx_uint_t route,
    ngx_uint_t status)
{
    ngx_uint_t  i;

    if (meter == NULL) {
        return;
    }

    for (i = 0; i < NGX_INBOX_METER_STATUSES - 1; i++) {
        if (ngx_inbox_meter_statuses[i] == status) {
            break;
        }
    }

    meter->request[ngx_min(route, NGX_INBOX_METER_ROUTES - 1)][i]++;
}
