
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A verdict becomes one of the store's words: found, later, never, release.
 * When later is, is decided here: pauses grow from try to try, and a no that
 * is meant for all of a channel lets the whole channel rest.
 */

#include "ngx_inbox_lookup_job.h"
#include "ngx_inbox_message.h"
#include "ngx_inbox_text.h"


/* pauses between tries: factor 4, jitter up to a quarter */
#define NGX_INBOX_LOOKUP_PAUSE      30000     /* ms, the first */
#define NGX_INBOX_LOOKUP_PAUSE_MAX  3600000
/* longest pause that a platform may ask for, s */
#define NGX_INBOX_LOOKUP_ASKED_MAX  86400
/* ms that a channel rests after a no that is its own */
#define NGX_INBOX_LOOKUP_REST       900000

/* strings in an answer of `look`, and arguments of `looked` */
#define NGX_INBOX_LOOKUP_ITEMS      7
#define NGX_INBOX_LOOKUP_ARGS       11
/* the first that says what was found */
#define NGX_INBOX_LOOKUP_FOUND      6


static const char *ngx_inbox_lookup_job_judge(ngx_inbox_lookup_job_t *l,
    ngx_inbox_exchanged_t *how, ngx_msec_t *pause, ngx_uint_t *all);
static ngx_msec_t ngx_inbox_lookup_job_backoff(ngx_inbox_lookup_job_t *l);
static ngx_int_t ngx_inbox_lookup_job_found(ngx_inbox_lookup_job_t *l,
    ngx_str_t *args);
static void ngx_inbox_lookup_job_client(ngx_inbox_lookup_job_t *l,
    ngx_str_t *args);
static void ngx_inbox_lookup_job_on_told(void *data,
    ngx_inbox_answer_t *answer);


ngx_int_t
ngx_inbox_lookup_job_read(ngx_inbox_lookup_job_t *l, const ngx_str_t *space,
    ngx_inbox_redis_value_t *v)
{
    size_t      i;
    ngx_str_t  *item[NGX_INBOX_LOOKUP_ITEMS] = {
        &l->entry, &l->lease, &l->tries, &l->channel, &l->job.user,
        &l->job.message, &l->prefix
    };

    if (v->type != NGX_INBOX_REDIS_ARRAY || v->n < NGX_INBOX_LOOKUP_ITEMS) {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_INBOX_LOOKUP_ITEMS; i++) {
        if (ngx_inbox_text_copy(l->pool, item[i], &v->item[i]->str) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    l->job.kind = l->job.message.len ? NGX_INBOX_JOB_WHOLE
                                     : NGX_INBOX_JOB_PROFILE;

    return ngx_inbox_text_copy(l->pool, &l->space, space);
}


void
ngx_inbox_lookup_job_tell(ngx_inbox_store_t *store, ngx_inbox_lookup_job_t *l,
    ngx_inbox_exchanged_t *how)
{
    ngx_str_t           args[NGX_INBOX_LOOKUP_ARGS];
    ngx_time_t         *tp;
    ngx_uint_t          all;
    ngx_msec_t          pause;
    const char         *outcome;
    ngx_inbox_fcall_t   fcall;

    ngx_memzero(args, sizeof(args));

    outcome = ngx_inbox_lookup_job_judge(l, how, &pause, &all);

    args[0] = l->entry;
    args[1] = l->lease;
    args[2].data = (u_char *) outcome;
    args[2].len = ngx_strlen(outcome);
    ngx_str_set(&args[4], "0");

    tp = ngx_timeofday();
    args[3] = ngx_inbox_text_number(l->pool,
                                    ((int64_t) tp->sec * 1000 + tp->msec
                                     + (int64_t) pause) * 1000);

    if (all) {
        ngx_str_set(&args[4], "1");

        if (ngx_inbox_text_mend(l->pool, &how->verdict.error, &args[5])
            != NGX_OK)
        {
            ngx_str_null(&args[5]);
        }

        args[5] = ngx_inbox_text_cut(&args[5], NGX_INBOX_MAX_PREVIEW);
    }

    /* what cannot be told is asked for again, when the lease has run out */
    if (how->verdict.outcome == NGX_INBOX_SENT
        && ngx_inbox_lookup_job_found(l, &args[NGX_INBOX_LOOKUP_FOUND])
           != NGX_OK)
    {
        return;
    }

    fcall.fn = NGX_INBOX_FN_LOOKED;
    fcall.space = &l->space;
    fcall.args = args;
    fcall.n = NGX_INBOX_LOOKUP_ARGS;

    (void) ngx_inbox_store_call(store, &fcall, ngx_inbox_lookup_job_on_told,
                                NULL);
}


/* the store's word for it; all: the whole channel has to wait */

static const char *
ngx_inbox_lookup_job_judge(ngx_inbox_lookup_job_t *l,
    ngx_inbox_exchanged_t *how, ngx_msec_t *pause, ngx_uint_t *all)
{
    time_t  asked;

    *all = 0;
    *pause = 0;
    asked = how->verdict.retry_after;

    if (how->verdict.outcome == NGX_INBOX_SENT) {
        return "found";
    }

    if (how->untried) {
        *pause = (ngx_msec_t) asked * 1000;
        return "release";
    }

    if (how->verdict.channel) {
        *all = 1;
        *pause = NGX_INBOX_LOOKUP_REST;
        return "later";
    }

    if (how->verdict.outcome == NGX_INBOX_NEVER) {
        return "never";
    }

    /* one that says when was asked too often, not by this job alone */

    if (asked >= 0) {
        *all = 1;
        *pause = (ngx_msec_t) ngx_min(asked, NGX_INBOX_LOOKUP_ASKED_MAX) * 1000;

    } else {
        *pause = ngx_inbox_lookup_job_backoff(l);
    }

    return "later";
}


static ngx_msec_t
ngx_inbox_lookup_job_backoff(ngx_inbox_lookup_job_t *l)
{
    ngx_int_t   tries;
    ngx_msec_t  ms;

    tries = ngx_atoi(l->tries.data, l->tries.len);

    ms = NGX_INBOX_LOOKUP_PAUSE;

    while (tries-- > 1 && ms < NGX_INBOX_LOOKUP_PAUSE_MAX) {
        ms *= 4;
    }

    ms = ngx_min(ms, NGX_INBOX_LOOKUP_PAUSE_MAX);

    return ms + ngx_random() % (ms / 4);
}


/* NGX_OK | NGX_ERROR: memory */

static ngx_int_t
ngx_inbox_lookup_job_found(ngx_inbox_lookup_job_t *l, ngx_str_t *args)
{
    ngx_str_t  all[NGX_INBOX_INTAKE_EVENT];

    if (l->job.kind == NGX_INBOX_JOB_PROFILE) {
        ngx_inbox_lookup_job_client(l, args);
        return NGX_OK;
    }

    if (l->job.whole == NULL
        || ngx_inbox_message_event(l->pool, &l->prefix, l->job.whole, all)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_memcpy(args, &all[NGX_INBOX_MESSAGE_TEXT], 5 * sizeof(ngx_str_t));

    return NGX_OK;
}


/* what the talk has noted; a handle is visible ASCII, as those of webhooks */

static void
ngx_inbox_lookup_job_client(ngx_inbox_lookup_job_t *l, ngx_str_t *args)
{
    size_t      i;
    ngx_str_t  *avatar;

    args[0] = ngx_inbox_channel_memo(&l->job, "name");
    args[1] = ngx_inbox_channel_memo(&l->job, "username");
    args[2] = ngx_inbox_channel_memo(&l->job, "phone");

    avatar = &args[4];
    *avatar = ngx_inbox_channel_memo(&l->job, "avatar");

    for (i = 0; i < avatar->len; i++) {

        if (avatar->data[i] <= ' ' || avatar->data[i] > '~') {
            ngx_str_null(avatar);
            return;
        }
    }
}


static void
ngx_inbox_lookup_job_on_told(void *data, ngx_inbox_answer_t *answer)
{
    /* a refusal has been logged by the store, there is nobody to tell */
}
