
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Every day is read, whatever day it is, so that what is wrong is found when it
 * is set and not on a Sunday.
 */

#include "ngx_inbox_hours.h"


#define NGX_INBOX_HOURS_DAY     1440    /* minutes */
/* breaks of one day */
#define NGX_INBOX_HOURS_RANGES  10


static ngx_int_t ngx_inbox_hours_offset(const ngx_inbox_json_t *hours,
    ngx_int_t *minutes);
static ngx_int_t ngx_inbox_hours_day(const ngx_inbox_json_t *day,
    ngx_int_t minute, ngx_uint_t *open);
static ngx_int_t ngx_inbox_hours_minutes(const u_char *p);


ngx_int_t
ngx_inbox_hours_read(const ngx_inbox_json_t *hours, time_t now,
    ngx_uint_t *open)
{
    time_t             local;
    ngx_int_t          offset, minute;
    ngx_uint_t         i, today, in;
    ngx_inbox_json_t  *day;

    /* 1970-01-01 was a Thursday */
    static const char  *names[] = {
        "thu", "fri", "sat", "sun", "mon", "tue", "wed"
    };

    *open = 1;

    if (ngx_inbox_json_is_null(hours)) {
        return NGX_OK;
    }

    if (!ngx_inbox_json_is_object(hours)
        || ngx_inbox_hours_offset(hours, &offset) != NGX_OK)
    {
        return NGX_ERROR;
    }

    local = now / 60 + offset;
    today = (local / NGX_INBOX_HOURS_DAY) % 7;
    minute = local % NGX_INBOX_HOURS_DAY;
    *open = 0;

    for (i = 0; i < 7; i++) {
        day = ngx_inbox_json_get(hours, names[i]);
        in = 0;

        if (ngx_inbox_hours_day(day, minute, &in) != NGX_OK) {
            return NGX_ERROR;
        }

        if (i == today) {
            *open = in;
        }
    }

    return NGX_OK;
}


/* "+02:00", "-05:30"; not given: 0 */

static ngx_int_t
ngx_inbox_hours_offset(const ngx_inbox_json_t *hours, ngx_int_t *minutes)
{
    ngx_int_t  rc;
    ngx_str_t  s;

    *minutes = 0;
    rc = ngx_inbox_json_str(hours, "utc_offset", &s);

    if (rc == NGX_DECLINED) {
        return NGX_OK;
    }

    if (rc != NGX_OK || s.len != 6 || (s.data[0] != '+' && s.data[0] != '-')) {
        return NGX_ERROR;
    }

    *minutes = ngx_inbox_hours_minutes(s.data + 1);

    if (*minutes == NGX_ERROR || *minutes > 14 * 60) {
        return NGX_ERROR;
    }

    if (s.data[0] == '-') {
        *minutes = -*minutes;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_hours_day(const ngx_inbox_json_t *day, ngx_int_t minute,
    ngx_uint_t *open)
{
    size_t      i, n;
    ngx_int_t   from, to;
    ngx_str_t   s;

    if (ngx_inbox_json_is_null(day)) {
        return NGX_OK;
    }

    n = ngx_inbox_json_size(day);

    if (!ngx_inbox_json_is_array(day) || n > NGX_INBOX_HOURS_RANGES) {
        return NGX_ERROR;
    }

    for (i = 0; i < n; i++) {

        if (ngx_inbox_json_string(ngx_inbox_json_at(day, i), &s) != NGX_OK
            || s.len != 11 || s.data[5] != '-')
        {
            return NGX_ERROR;
        }

        from = ngx_inbox_hours_minutes(s.data);
        to = ngx_inbox_hours_minutes(s.data + 6);

        if (from == NGX_ERROR || to == NGX_ERROR || from >= to) {
            return NGX_ERROR;
        }

        if (minute >= from && minute < to) {
            *open = 1;
        }
    }

    return NGX_OK;
}


/* "00:00" to "24:00"; NGX_ERROR: it is no time */

static ngx_int_t
ngx_inbox_hours_minutes(const u_char *p)
{
    ngx_int_t  hours, minutes;

    hours = ngx_atoi((u_char *) p, 2);
    minutes = ngx_atoi((u_char *) p + 3, 2);

    if (hours == NGX_ERROR || minutes == NGX_ERROR || p[2] != ':'
        || minutes > 59 || hours * 60 + minutes > NGX_INBOX_HOURS_DAY)
    {
        return NGX_ERROR;
    }

    return hours * 60 + minutes;
}
