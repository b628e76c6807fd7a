
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 0, words.  What every other file may know: the version, the limits
 * with the reason for each number, and the worker object that layer 7 wires
 * once and everybody else only reads.
 *
 * The types of the worker's parts are declared here and defined in the files
 * that own them; nothing in this header has behaviour.
 */

#ifndef _NGX_INBOX_H_INCLUDED_
#define _NGX_INBOX_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_http.h>


#define NGX_INBOX_VERSION         "0.1.0"

/* the function library's version: part of its name and its functions' names */
#define NGX_INBOX_LIBRARY         "inbox_1"

/* longest text of one message: no platform takes more than 9,000 characters */
#define NGX_INBOX_MAX_TEXT        16384
/* a row of the journal shows one line; 240 characters fill any screen */
#define NGX_INBOX_MAX_PREVIEW     240
/* names, nicks, titles: longer ones are cut, no name is this long */
#define NGX_INBOX_MAX_NAME        200
/* files in one message: Telegram's and WhatsApp's albums end at 10 and 30 */
#define NGX_INBOX_MAX_ATTACHMENTS 30
/* an id chosen by an admin: [a-z0-9][a-z0-9_-]{0,31} */
#define NGX_INBOX_MAX_ID          32
/* ids that platforms make; Instagram's mids are long base64 */
#define NGX_INBOX_MAX_EXTERNAL_ID 512
/* handles of bytes; links to files carry signatures of a kilobyte or two */
#define NGX_INBOX_MAX_REF         4096
/* events of one webhook; Meta batches up to 1,000 updates */
#define NGX_INBOX_MAX_EVENTS      1000
/* Idempotency-Key, see api.md */
#define NGX_INBOX_MAX_IDEM        64
/* a bearer token in a header or a cookie */
#define NGX_INBOX_MAX_TOKEN       4096
/* a JSON body of ours; a parsed document takes forty times its size */
#define NGX_INBOX_MAX_JSON        (256 * 1024)
/* JSON nesting that a platform could mean; deeper is an attack */
#define NGX_INBOX_MAX_DEPTH       64

/* lists */
#define NGX_INBOX_LIMIT_DEFAULT   50
#define NGX_INBOX_LIMIT_MAX       200
/* longest ?wait=, seconds; further capped by inbox_poll_timeout */
#define NGX_INBOX_WAIT_MAX        60


typedef struct ngx_inbox_main_conf_s  ngx_inbox_main_conf_t;
typedef struct ngx_inbox_loc_conf_s   ngx_inbox_loc_conf_t;

typedef struct ngx_inbox_meter_s      ngx_inbox_meter_t;
typedef struct ngx_inbox_crowd_s      ngx_inbox_crowd_t;
typedef struct ngx_inbox_redis_s      ngx_inbox_redis_t;
typedef struct ngx_inbox_http_s       ngx_inbox_http_t;
typedef struct ngx_inbox_store_s      ngx_inbox_store_t;
typedef struct ngx_inbox_bus_s        ngx_inbox_bus_t;
typedef struct ngx_inbox_park_s       ngx_inbox_park_t;
typedef struct ngx_inbox_settings_s   ngx_inbox_settings_t;
typedef struct ngx_inbox_outbox_s     ngx_inbox_outbox_t;
typedef struct ngx_inbox_presence_s   ngx_inbox_presence_t;
typedef struct ngx_inbox_typing_s     ngx_inbox_typing_t;
typedef struct ngx_inbox_census_s     ngx_inbox_census_t;
typedef struct ngx_inbox_purge_s      ngx_inbox_purge_t;
typedef struct ngx_inbox_share_s      ngx_inbox_share_t;
typedef struct ngx_inbox_intake_s     ngx_inbox_intake_t;
typedef struct ngx_inbox_tally_s      ngx_inbox_tally_t;
typedef struct ngx_inbox_media_s      ngx_inbox_media_t;
typedef struct ngx_inbox_receipts_s   ngx_inbox_receipts_t;
typedef struct ngx_inbox_hint_s       ngx_inbox_hint_t;
typedef struct ngx_inbox_lookup_s     ngx_inbox_lookup_t;


/*
 * One per worker process and configuration cycle; lives in the cycle's pool.
 * Made and unmade by ngx_inbox_worker.c alone.
 */
typedef struct {
    ngx_inbox_main_conf_t  *conf;
    ngx_log_t              *log;

    ngx_inbox_http_t       *http;
    ngx_inbox_store_t      *store;
    ngx_inbox_bus_t        *bus;
    ngx_inbox_park_t       *park;
    ngx_inbox_settings_t   *settings;
    ngx_inbox_presence_t   *presence;
    ngx_inbox_typing_t     *typing;
    ngx_inbox_census_t     *census;
    ngx_inbox_purge_t      *purge;
    ngx_inbox_share_t      *share;
    ngx_inbox_intake_t     *intake;
    ngx_inbox_tally_t      *tally;
    ngx_inbox_media_t      *media;
    ngx_inbox_hint_t       *hint;
    ngx_inbox_lookup_t     *lookup;
    ngx_inbox_outbox_t     *outbox;
    ngx_inbox_receipts_t   *receipts;
} ngx_inbox_worker_t;


#endif /* _NGX_INBOX_H_INCLUDED_ */
