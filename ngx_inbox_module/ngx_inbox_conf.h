
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 0, words.  The configuration as the directives leave it.  Written by
 * ngx_http_inbox_module.c while nginx reads its configuration, read-only ever
 * after: nothing that comes from the network changes it.
 */

#ifndef _NGX_INBOX_CONF_H_INCLUDED_
#define _NGX_INBOX_CONF_H_INCLUDED_


#include "ngx_inbox.h"


/* inbox_redis: where the store is and how to enter it */
typedef struct {
    ngx_str_t          name;       /* as written, for the log */
    ngx_addr_t        *addrs;      /* resolved once, at start */
    ngx_uint_t         naddrs;
    ngx_str_t          user;       /* len 0: none */
    ngx_str_t          password;   /* len 0: no AUTH; never logged */
    ngx_str_t          db;         /* decimal; len 0: no SELECT */
    ngx_msec_t         timeout;    /* of one call, and of connecting */
} ngx_inbox_redis_conf_t;


/* inbox_channel_api: another origin for one kind of channel */
typedef struct {
    ngx_str_t          kind;
    ngx_str_t          origin;     /* "http://127.0.0.1:9999", no last slash */
} ngx_inbox_api_conf_t;


/* http{} level: what all inboxes of one nginx share */
struct ngx_inbox_main_conf_s {
    ngx_inbox_redis_conf_t    redis;
    ngx_array_t              *apis;            /* ngx_inbox_api_conf_t */
    ngx_str_t                 root_digest;     /* sha256 of the root token,
                                                  hex; len 0: no root */
    ngx_str_t                 secret;          /* 32 bytes, of
                                                  inbox_secret_file */
    ngx_str_t                 secret_old;      /* the key before it, or len 0 */
    ngx_uint_t                max_parked;      /* polls in one worker */
    ngx_uint_t                max_parked_addr; /* of one address, 0: any */
    ngx_uint_t                max_sends;       /* sends at once, one worker */
    ngx_uint_t                max_lookups;     /* of clients, 0: none */
    ngx_msec_t                send_timeout;    /* of one call to a platform */
    ngx_uint_t                events;          /* webhooks kept of a channel */
    ngx_flag_t                limits;          /* off: the next four are 0 */
    ngx_uint_t                limit_messages;  /* of a visitor, a minute */
    ngx_uint_t                limit_sessions;  /* of an address, a minute */
    ngx_uint_t                limit_chats;     /* of an address, an hour */
    ngx_uint_t                limit_logins;    /* of an address, a minute */
    ngx_uint_t                limit_files;     /* of a visitor, an hour */

    ngx_path_t               *files;           /* inbox_files_path, or NULL:
                                                  there are no files */
    size_t                    max_file;        /* of an upload */
    size_t                    max_media;       /* of what is fetched */
    off_t                     media_cache;     /* of all that was fetched */
    ngx_str_t                 public_url;      /* of some location, for links
                                                  that platforms follow */

    ngx_resolver_t           *resolver;        /* for calls to platforms */
    ngx_msec_t                resolver_timeout;

    ngx_uint_t                enabled;         /* some location has inbox on */
    ngx_shm_zone_t           *meters;
    ngx_inbox_meter_t        *meter;           /* of this process, or NULL */
    ngx_shm_zone_t           *crowds;
    ngx_inbox_crowd_t        *crowd;           /* of this process, or NULL */
    ngx_inbox_worker_t       *worker;          /* of this process, or NULL */
};


/* location level */
struct ngx_inbox_loc_conf_s {
    ngx_flag_t                enable;
    ngx_http_complex_value_t *space;           /* inbox_space */
    ngx_http_complex_value_t *agent;           /* inbox_agent, or NULL */
    ngx_str_t                 public_url;      /* "https://x/inbox", no slash */
    ngx_msec_t                poll_timeout;    /* cap of ?wait= */
    size_t                    max_body;        /* of JSON bodies and webhooks */
    ngx_str_t                 prefix;          /* of the location: "/inbox" */
};


#endif /* _NGX_INBOX_CONF_H_INCLUDED_ */
