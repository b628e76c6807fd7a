
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The life of the connection to Redis, in the order of this file:
 *
 *     1. connect   the addresses in turn, each within the timeout
 *     2. enter     what ngx_inbox_entry.c has to say
 *     3. up        values go to on_value
 *     4. lost      tell, wait 0.1 s .. 1.5 s (growing, with jitter), again
 *
 * The delay and the warning in the log are reset by the first answer after
 * the entry, not by the entry: a server that accepts and closes is away.  So
 * an outage is logged once aloud and its attempts at the level of info.
 *
 * A new attempt is only ever made by the timer, so nothing here calls itself.
 * Nothing here holds a leaving worker either: the timer is cancelable.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_inbox_entry.h"
#include "ngx_inbox_link.h"
#include "ngx_inbox_resp.h"
#include "ngx_inbox_wire.h"


/* ms until the next attempt: first, last, growth in tenths */
#define NGX_INBOX_LINK_DELAY_MIN   100
#define NGX_INBOX_LINK_DELAY_MAX   1500
#define NGX_INBOX_LINK_DELAY_GROW  17

/* ms until the next address; as good as at once, but from the loop */
#define NGX_INBOX_LINK_NEXT        1

/* bytes of AUTH or SELECT */
#define NGX_INBOX_LINK_ENTRY       65536


typedef void (*ngx_inbox_link_step_pt)(ngx_inbox_link_t *link,
    ngx_inbox_redis_value_t *v);


struct ngx_inbox_link_s {
    /* three pointers and a descriptor: nginx's debug log takes the data of
       any event for a connection */
    ngx_inbox_link_options_t  *options;
    ngx_inbox_redis_conf_t    *conf;
    ngx_inbox_link_step_pt     step;       /* takes the next answer */
    ngx_socket_t               fd;         /* -1 for ever */

    ngx_inbox_wire_t           wire;
    ngx_inbox_entry_t          entry;
    ngx_event_t                timer;      /* the next attempt, or the end of
                                              patience with this one */

    ngx_uint_t                 addr;       /* in use */
    ngx_uint_t                 failed;     /* addresses, in a row */
    ngx_msec_t                 delay;      /* before the next attempt */

    unsigned                   up:1;
    unsigned                   away:1;
    unsigned                   told:1;     /* the log knows it is away */
};


static void ngx_inbox_link_connect(ngx_event_t *ev);
static void ngx_inbox_link_on_slow(ngx_event_t *ev);

static void ngx_inbox_link_on_open(void *data);
static void ngx_inbox_link_say(ngx_inbox_link_t *link);
static void ngx_inbox_link_on_entry(ngx_inbox_link_t *link,
    ngx_inbox_redis_value_t *v);
static void ngx_inbox_link_up(ngx_inbox_link_t *link);
static void ngx_inbox_link_on_first(ngx_inbox_link_t *link,
    ngx_inbox_redis_value_t *v);
static void ngx_inbox_link_on_next(ngx_inbox_link_t *link,
    ngx_inbox_redis_value_t *v);
static void ngx_inbox_link_on_value(void *data, ngx_inbox_redis_value_t *v);

static void ngx_inbox_link_on_lost(void *data, ngx_err_t err,
    const char *why);
static ngx_msec_t ngx_inbox_link_retry(ngx_inbox_link_t *link);
static void ngx_inbox_link_set_timer(ngx_inbox_link_t *link, ngx_msec_t ms,
    ngx_event_handler_pt handler);
static void ngx_inbox_link_stop_timer(ngx_inbox_link_t *link);


static const ngx_inbox_wire_handlers_t  ngx_inbox_link_handlers = {
    ngx_inbox_link_on_open,
    ngx_inbox_link_on_value,
    ngx_inbox_link_on_lost
};


ngx_inbox_link_t *
ngx_inbox_link_create(ngx_pool_t *pool, ngx_inbox_link_options_t *options)
{
    ngx_inbox_link_t  *link;

    link = ngx_pcalloc(pool, sizeof(ngx_inbox_link_t));
    if (link == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     link->addr = 0;
     *     link->failed = 0;
     *     link->up = link->away = link->told = 0;
     */

    link->options = ngx_palloc(pool, sizeof(ngx_inbox_link_options_t));
    if (link->options == NULL) {
        return NULL;
    }

    *link->options = *options;

    link->conf = options->conf;
    link->fd = (ngx_socket_t) -1;
    link->delay = NGX_INBOX_LINK_DELAY_MIN;

    link->timer.data = link;
    link->timer.log = options->log;
    link->timer.cancelable = 1;

    ngx_inbox_wire_init(&link->wire, &ngx_inbox_link_handlers, link,
                        options->log);

    ngx_inbox_link_set_timer(link, NGX_INBOX_LINK_NEXT,
                             ngx_inbox_link_connect);

    return link;
}


/* one attempt at one address */

static void
ngx_inbox_link_connect(ngx_event_t *ev)
{
    ngx_err_t          err;
    ngx_addr_t        *addr;
    ngx_inbox_link_t  *link;

    link = ev->data;
    addr = &link->conf->addrs[link->addr];

    ngx_log_debug1(NGX_LOG_DEBUG_EVENT, ev->log, 0,
                   "inbox link connect \"%V\"", &addr->name);

    if (ngx_inbox_wire_open(&link->wire, addr, &err) != NGX_OK) {
        ngx_inbox_link_on_lost(link, err, "connect() failed");
        return;
    }

    ngx_inbox_link_set_timer(link, link->conf->timeout,
                             ngx_inbox_link_on_slow);
}


static void
ngx_inbox_link_on_slow(ngx_event_t *ev)
{
    ngx_inbox_link_drop(ev->data, "too slow to enter");
}


static void
ngx_inbox_link_on_open(void *data)
{
    ngx_inbox_link_t  *link = data;

    if (ngx_inbox_entry_start(&link->entry, link->conf) == NGX_OK) {
        ngx_inbox_link_up(link);
        return;
    }

    link->step = ngx_inbox_link_on_entry;
    ngx_inbox_link_say(link);
}


static void
ngx_inbox_link_say(ngx_inbox_link_t *link)
{
    ngx_int_t  rc;
    ngx_str_t  command;

    rc = ngx_inbox_resp_format(link->entry.argv, link->entry.argc,
                               NGX_INBOX_LINK_ENTRY, &command);

    if (rc == NGX_OK) {
        rc = ngx_inbox_link_write(link, command.data, command.len);
        ngx_inbox_resp_free(&command);
    }

    if (rc != NGX_OK) {
        ngx_inbox_link_drop(link, "no memory");
    }
}


static void
ngx_inbox_link_on_entry(ngx_inbox_link_t *link, ngx_inbox_redis_value_t *v)
{
    ngx_int_t   rc;
    ngx_str_t   word;
    ngx_uint_t  level;

    rc = ngx_inbox_entry_answer(&link->entry, v, &word);

    if (rc == NGX_AGAIN) {
        ngx_inbox_link_say(link);
        return;
    }

    if (rc == NGX_OK) {
        ngx_inbox_link_up(link);
        return;
    }

    /* trying again does not help against this: more than a warning */
    level = link->told ? NGX_LOG_INFO : NGX_LOG_ERR;

    ngx_log_error(level, link->options->log, 0,
                  "inbox redis: \"%V\" answers \"%V\" to %V",
                  &link->conf->name, &word, &link->entry.argv[0]);

    ngx_inbox_link_drop(link, "entry refused");
}


static void
ngx_inbox_link_up(ngx_inbox_link_t *link)
{
    ngx_log_debug1(NGX_LOG_DEBUG_EVENT, link->options->log, 0,
                   "inbox link up \"%V\"", &link->conf->name);

    ngx_inbox_link_stop_timer(link);

    link->up = 1;
    link->away = 0;
    link->failed = 0;
    link->step = ngx_inbox_link_on_first;

    link->options->on_up(link->options->data);
}


/* only one that answers as expected is back */

static void
ngx_inbox_link_on_first(ngx_inbox_link_t *link, ngx_inbox_redis_value_t *v)
{
    link->step = ngx_inbox_link_on_next;

    ngx_inbox_link_on_next(link, v);

    if (!link->up) {
        return;
    }

    if (link->told) {
        ngx_log_error(NGX_LOG_NOTICE, link->options->log, 0,
                      "inbox redis: \"%V\" is back", &link->conf->name);
    }

    link->told = 0;
    link->delay = NGX_INBOX_LINK_DELAY_MIN;
}


static void
ngx_inbox_link_on_next(ngx_inbox_link_t *link, ngx_inbox_redis_value_t *v)
{
    link->options->on_value(link->options->data, v);
}


static void
ngx_inbox_link_on_value(void *data, ngx_inbox_redis_value_t *v)
{
    ngx_inbox_link_t  *link = data;

    link->step(link, v);
}


ngx_int_t
ngx_inbox_link_write(ngx_inbox_link_t *link, const u_char *p, size_t n)
{
    return ngx_inbox_wire_write(&link->wire, p, n);
}


void
ngx_inbox_link_drop(ngx_inbox_link_t *link, const char *why)
{
    if (link->wire.connection) {
        ngx_inbox_wire_close(&link->wire);
        ngx_inbox_link_on_lost(link, 0, why);
    }
}


/* every end of an attempt or a connection, but destroy, comes through here */

static void
ngx_inbox_link_on_lost(void *data, ngx_err_t err, const char *why)
{
    ngx_inbox_link_t  *link = data;

    ngx_msec_t   wait;
    ngx_addr_t  *addr;
    ngx_uint_t   level, was_up;

    was_up = link->up;
    addr = &link->conf->addrs[link->addr];

    link->up = 0;

    if (!was_up) {
        link->addr = (link->addr + 1) % link->conf->naddrs;
        link->failed++;
    }

    wait = ngx_inbox_link_retry(link);
    level = (link->told || ngx_exiting) ? NGX_LOG_INFO : NGX_LOG_WARN;

    ngx_log_error(level, link->options->log, err,
                  "inbox redis: %s \"%V\" at %V: %s, retry in %M ms",
                  was_up ? "lost" : "cannot enter",
                  &link->conf->name, &addr->name, why, wait);

    if (!link->away) {
        return;
    }

    link->told = 1;
    link->options->on_down(link->options->data, was_up);
}


/* sets the timer for the next attempt and says how long that is */

static ngx_msec_t
ngx_inbox_link_retry(ngx_inbox_link_t *link)
{
    ngx_msec_t  wait;

    ngx_inbox_link_stop_timer(link);

    if (link->wire.expired) {
        link->away = 1;
        return 0;
    }

    if (link->failed && link->failed < link->conf->naddrs) {
        ngx_inbox_link_set_timer(link, NGX_INBOX_LINK_NEXT,
                                 ngx_inbox_link_connect);
        return NGX_INBOX_LINK_NEXT;
    }

    link->failed = 0;
    link->away = 1;

    /* up to a quarter less, or all workers would come at once */
    wait = link->delay - ngx_random() % (link->delay / 4);

    link->delay = link->delay * NGX_INBOX_LINK_DELAY_GROW / 10;
    link->delay = ngx_min(link->delay, NGX_INBOX_LINK_DELAY_MAX);

    ngx_inbox_link_set_timer(link, wait, ngx_inbox_link_connect);

    return wait;
}


void
ngx_inbox_link_destroy(ngx_inbox_link_t *link)
{
    ngx_inbox_wire_close(&link->wire);
    ngx_inbox_link_stop_timer(link);

    link->up = 0;
    link->away = 1;
}


/* ngx_add_timer() ignores small changes: always anew */

static void
ngx_inbox_link_set_timer(ngx_inbox_link_t *link, ngx_msec_t ms,
    ngx_event_handler_pt handler)
{
    ngx_inbox_link_stop_timer(link);

    link->timer.handler = handler;
    ngx_add_timer(&link->timer, ms);
}


static void
ngx_inbox_link_stop_timer(ngx_inbox_link_t *link)
{
    if (link->timer.timer_set) {
        ngx_del_timer(&link->timer);
    }
}


ngx_uint_t
ngx_inbox_link_is_up(const ngx_inbox_link_t *link)
{
    return link->up;
}


ngx_uint_t
ngx_inbox_link_is_away(const ngx_inbox_link_t *link)
{
    return link->away;
}


uint64_t
ngx_inbox_link_written(const ngx_inbox_link_t *link)
{
    return link->wire.written;
}


uint64_t
ngx_inbox_link_sent(const ngx_inbox_link_t *link)
{
    return link->wire.sent;
}
