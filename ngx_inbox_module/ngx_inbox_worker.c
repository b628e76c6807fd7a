
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Made in the order of the layers, unmade in the reverse.  The only place where
 * a notice is given its meaning: whom it wakes, what it makes forgotten.
 */

#include "ngx_inbox_worker.h"
#include "ngx_inbox_audience.h"
#include "ngx_inbox_bus.h"
#include "ngx_inbox_census.h"
#include "ngx_inbox_hint.h"
#include "ngx_inbox_http.h"
#include "ngx_inbox_intake.h"
#include "ngx_inbox_lookup.h"
#include "ngx_inbox_outbox.h"
#include "ngx_inbox_park.h"
#include "ngx_inbox_poll.h"
#include "ngx_inbox_presence.h"
#include "ngx_inbox_media.h"
#include "ngx_inbox_purge.h"
#include "ngx_inbox_receipt.h"
#include "ngx_inbox_settings.h"
#include "ngx_inbox_share.h"
#include "ngx_inbox_store.h"
#include "ngx_inbox_tally.h"
#include "ngx_inbox_topic.h"
#include "ngx_inbox_typing.h"


static ngx_int_t ngx_inbox_worker_chores(ngx_cycle_t *cycle,
    ngx_inbox_worker_t *w);
static ngx_uint_t ngx_inbox_worker_share(ngx_cycle_t *cycle);
static void ngx_inbox_worker_end_jobs(ngx_inbox_worker_t *w);
static void ngx_inbox_worker_on_notice(void *data, ngx_inbox_notice_t *notice);
static void ngx_inbox_worker_on_chat(ngx_inbox_worker_t *w,
    ngx_inbox_notice_t *notice);
static void ngx_inbox_worker_on_typing(ngx_inbox_worker_t *w,
    ngx_inbox_notice_t *notice);
static void ngx_inbox_worker_wake_all(ngx_inbox_worker_t *w,
    ngx_str_t *space, ngx_inbox_wake_e why);
static void ngx_inbox_worker_on_live(void *data, ngx_str_t *space);
static void ngx_inbox_worker_on_ready(void *data);


ngx_int_t
ngx_inbox_worker_create(ngx_cycle_t *cycle, ngx_inbox_main_conf_t *conf)
{
    ngx_inbox_worker_t     *w;
    ngx_inbox_bus_hooks_t   hooks;

    w = ngx_pcalloc(cycle->pool, sizeof(ngx_inbox_worker_t));
    if (w == NULL) {
        return NGX_ERROR;
    }

    w->conf = conf;
    w->log = cycle->log;
    conf->worker = w;

    hooks.on_notice = ngx_inbox_worker_on_notice;
    hooks.on_live = ngx_inbox_worker_on_live;
    hooks.data = w;

    w->http = ngx_inbox_http_create(cycle->pool, conf, cycle->log);
    if (w->http == NULL) {
        return NGX_ERROR;
    }

    w->store = ngx_inbox_store_create(cycle->pool, conf, cycle->log);
    if (w->store == NULL) {
        return NGX_ERROR;
    }

    w->bus = ngx_inbox_bus_create(cycle->pool, conf, cycle->log, &hooks);
    if (w->bus == NULL) {
        return NGX_ERROR;
    }

    w->park = ngx_inbox_park_create(cycle->pool, conf, cycle->log);
    if (w->park == NULL) {
        return NGX_ERROR;
    }

    ngx_inbox_store_hear(w->store, ngx_inbox_worker_on_ready, w);

    w->settings = ngx_inbox_settings_create(cycle->pool, w);
    if (w->settings == NULL) {
        return NGX_ERROR;
    }

    w->presence = ngx_inbox_presence_create(cycle->pool);
    if (w->presence == NULL) {
        return NGX_ERROR;
    }

    w->share = ngx_inbox_share_create(cycle->pool, w);
    if (w->share == NULL) {
        return NGX_ERROR;
    }

    w->intake = ngx_inbox_intake_create(cycle->pool, w);
    if (w->intake == NULL) {
        return NGX_ERROR;
    }

    w->typing = ngx_inbox_typing_create(cycle->pool);
    if (w->typing == NULL) {
        return NGX_ERROR;
    }

    w->receipts = ngx_inbox_receipt_create(cycle->pool, w);
    if (w->receipts == NULL) {
        return NGX_ERROR;
    }

    return ngx_inbox_worker_chores(cycle, w);
}


/* what is done without anybody asking for it */

static ngx_int_t
ngx_inbox_worker_chores(ngx_cycle_t *cycle, ngx_inbox_worker_t *w)
{
    w->tally = ngx_inbox_tally_create(cycle->pool, w);
    if (w->tally == NULL) {
        return NGX_ERROR;
    }

    w->census = ngx_inbox_census_create(cycle->pool, w);
    if (w->census == NULL) {
        return NGX_ERROR;
    }

    w->purge = ngx_inbox_purge_create(cycle->pool, w,
                                      ngx_inbox_worker_share(cycle));
    if (w->purge == NULL) {
        return NGX_ERROR;
    }

    w->media = ngx_inbox_media_create(cycle->pool, w);
    if (w->media == NULL) {
        return NGX_ERROR;
    }

    w->hint = ngx_inbox_hint_create(cycle->pool, w);
    if (w->hint == NULL) {
        return NGX_ERROR;
    }

    w->lookup = ngx_inbox_lookup_create(cycle->pool, w);
    if (w->lookup == NULL) {
        return NGX_ERROR;
    }

    w->outbox = ngx_inbox_outbox_create(cycle->pool, w,
                                        ngx_inbox_worker_share(cycle));
    if (w->outbox == NULL) {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_inbox_worker_share(ngx_cycle_t *cycle)
{
    ngx_core_conf_t  *ccf;

    if (ngx_process == NGX_PROCESS_SINGLE) {
        return 1;
    }

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    return (ngx_uint_t) ccf->worker_processes;
}


void
ngx_inbox_worker_destroy(ngx_inbox_main_conf_t *conf)
{
    ngx_inbox_worker_t  *w;

    w = conf->worker;

    if (w == NULL) {
        return;
    }

    ngx_inbox_worker_end_jobs(w);

    if (w->park != NULL) {
        ngx_inbox_park_destroy(w->park);
    }

    if (w->receipts != NULL) {
        ngx_inbox_receipt_destroy(w->receipts);
    }

    /* those who wait for a proof ask the store instead, by what they share */

    if (w->bus != NULL) {
        ngx_inbox_bus_destroy(w->bus);
    }

    if (w->share != NULL) {
        ngx_inbox_share_destroy(w->share);
    }

    if (w->store != NULL) {
        ngx_inbox_store_destroy(w->store);
    }

    if (w->intake != NULL) {
        ngx_inbox_intake_destroy(w->intake);
    }

    if (w->settings != NULL) {
        ngx_inbox_settings_destroy(w->settings);
    }

    if (w->http != NULL) {
        ngx_inbox_http_destroy(w->http);
    }

    conf->worker = NULL;
}


/* what works by itself, for nobody who waits */

static void
ngx_inbox_worker_end_jobs(ngx_inbox_worker_t *w)
{
    if (w->outbox != NULL) {
        ngx_inbox_outbox_destroy(w->outbox);
    }

    if (w->lookup != NULL) {
        ngx_inbox_lookup_destroy(w->lookup);
    }

    if (w->hint != NULL) {
        ngx_inbox_hint_destroy(w->hint);
    }

    if (w->media != NULL) {
        ngx_inbox_media_destroy(w->media);
    }

    if (w->purge != NULL) {
        ngx_inbox_purge_destroy(w->purge);
    }

    if (w->census != NULL) {
        ngx_inbox_census_destroy(w->census);
    }

    if (w->tally != NULL) {
        ngx_inbox_tally_destroy(w->tally);
    }
}


static void
ngx_inbox_worker_on_notice(void *data, ngx_inbox_notice_t *notice)
{
    ngx_inbox_worker_t *w = data;

    u_char     topic[NGX_INBOX_TOPIC_SIZE];
    ngx_str_t  name;

    switch (notice->type) {

    case NGX_INBOX_NOTICE_CHAT:
        ngx_inbox_worker_on_chat(w, notice);
        break;

    case NGX_INBOX_NOTICE_VISITOR:
        ngx_inbox_topic_visitor(topic, &notice->space, &notice->channel,
                                     &notice->id, &name);
        ngx_inbox_park_say(w->park, &name, notice);
        break;

    case NGX_INBOX_NOTICE_CHANNEL:
        ngx_inbox_settings_drop(w->settings, &notice->space, &notice->channel);

        /* what has waited for it may be due */

        ngx_inbox_outbox_kick(w->outbox, &notice->space);
        break;

    case NGX_INBOX_NOTICE_AGENT:

        /* who is waiting, and as whom, only the store can tell: everybody asks
           again, and those who may not any more are refused */

        ngx_inbox_worker_wake_all(w, &notice->space, NGX_INBOX_WAKE_REVOKED);
        break;

    case NGX_INBOX_NOTICE_READ:
        ngx_inbox_audience_notify(w->park, &notice->space, &notice->audience);
        break;

    case NGX_INBOX_NOTICE_NAMES:
        ngx_inbox_audience_notify_all(w->park, &notice->space);
        break;

    case NGX_INBOX_NOTICE_TYPING:
        ngx_inbox_worker_on_typing(w, notice);
        break;
    }
}


static void
ngx_inbox_worker_on_chat(ngx_inbox_worker_t *w, ngx_inbox_notice_t *notice)
{
    u_char     topic[NGX_INBOX_TOPIC_SIZE];
    ngx_str_t  name;

    if (notice->changed) {
        ngx_inbox_topic_space(topic, &notice->space, &name);
        ngx_inbox_park_notify(w->park, &name, NGX_INBOX_WAKE_NOTICE);
        ngx_inbox_audience_notify(w->park, &notice->space, &notice->audience);
    }

    if (notice->transcript) {
        ngx_inbox_topic_chat(topic, &notice->space, &notice->chat, &name);
        ngx_inbox_park_notify(w->park, &name, NGX_INBOX_WAKE_NOTICE);
    }

    if (notice->queued) {
        ngx_inbox_outbox_kick(w->outbox, &notice->space);
    }
}


/* agents hear of everybody, a visitor of the agents */

static void
ngx_inbox_worker_on_typing(ngx_inbox_worker_t *w, ngx_inbox_notice_t *notice)
{
    u_char     topic[NGX_INBOX_TOPIC_SIZE];
    ngx_str_t  name;

    ngx_inbox_topic_chat(topic, &notice->space, &notice->chat, &name);
    ngx_inbox_typing_note(w->typing, &name, notice);
    ngx_inbox_park_notify(w->park, &name, NGX_INBOX_WAKE_NOTICE);

    if (notice->from.len == 6 || notice->user.len > NGX_INBOX_MAX_EXTERNAL_ID) {
        return;
    }

    ngx_inbox_topic_visitor(topic, &notice->space, &notice->channel,
                                 &notice->user, &name);
    ngx_inbox_typing_note(w->typing, &name, notice);
    ngx_inbox_park_notify(w->park, &name, NGX_INBOX_WAKE_NOTICE);
}


/* every poll of a space: lists, transcripts, visitors */

static void
ngx_inbox_worker_wake_all(ngx_inbox_worker_t *w, ngx_str_t *space,
    ngx_inbox_wake_e why)
{
    u_char     topic[NGX_INBOX_TOPIC_SIZE];
    ngx_str_t  head;

    ngx_inbox_topic_head(topic, space, &head);
    ngx_inbox_park_notify_under(w->park, &head, why);
}


/* there may have been notices that nobody heard */

static void
ngx_inbox_worker_on_live(void *data, ngx_str_t *space)
{
    ngx_inbox_worker_t *w = data;

    ngx_inbox_worker_wake_all(w, space, NGX_INBOX_WAKE_AGAIN);
    ngx_inbox_settings_drop(w->settings, NULL, NULL);
    ngx_inbox_outbox_kick(w->outbox, space);
}


/* the notices may be heard before the store can be asked: polls that were woken
   then have gone back to sleep */

static void
ngx_inbox_worker_on_ready(void *data)
{
    ngx_inbox_worker_t *w = data;

    static const ngx_str_t  all = ngx_null_string;

    ngx_inbox_park_notify_under(w->park, &all, NGX_INBOX_WAKE_AGAIN);
}
