
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 11: nginx's side of the product.  The table of directives, the content
 * handler, the beginning and the end of a worker; nothing of what the product
 * does.
 *
 * A location with `inbox on` serves two things: a path whose last part contains
 * a dot is a static file, and so is the location itself (its index); every
 * other path is a route.  nginx's own errors in it become problem documents.
 */

#include "ngx_inbox.h"
#include "ngx_inbox_conf.h"
#include "ngx_inbox_directive.h"
#include "ngx_inbox_error_page.h"
#include "ngx_inbox_http.h"
#include "ngx_inbox_log.h"
#include "ngx_inbox_reply.h"
#include "ngx_inbox_route.h"
#include "ngx_inbox_crowd.h"
#include "ngx_inbox_meter.h"
#include "ngx_inbox_worker.h"


static ngx_int_t ngx_http_inbox_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_inbox_path(ngx_http_request_t *r,
    ngx_inbox_loc_conf_t *lcf, ngx_str_t *path);

static ngx_int_t ngx_http_inbox_init_process(ngx_cycle_t *cycle);
static void ngx_http_inbox_exit_process(ngx_cycle_t *cycle);

static void *ngx_http_inbox_create_main_conf(ngx_conf_t *cf);
static char *ngx_http_inbox_init_main_conf(ngx_conf_t *cf, void *conf);
static void *ngx_http_inbox_create_loc_conf(ngx_conf_t *cf);
static char *ngx_http_inbox_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static ngx_int_t ngx_http_inbox_init(ngx_conf_t *cf);


static ngx_conf_post_t  ngx_http_inbox_public_url_post = {
    ngx_inbox_directive_public_url
};


/* what one page of a list can show */
static ngx_conf_num_bounds_t  ngx_http_inbox_events = {
    ngx_conf_check_num_bounds, 0, NGX_INBOX_LIMIT_MAX
};


static ngx_command_t  ngx_http_inbox_commands[] = {

    { ngx_string("inbox"),
      NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_inbox_loc_conf_t, enable),
      NULL },

    { ngx_string("inbox_space"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_inbox_loc_conf_t, space),
      NULL },

    { ngx_string("inbox_agent"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_inbox_loc_conf_t, agent),
      NULL },

    { ngx_string("inbox_public_url"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_inbox_loc_conf_t, public_url),
      &ngx_http_inbox_public_url_post },

    { ngx_string("inbox_poll_timeout"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_inbox_loc_conf_t, poll_timeout),
      NULL },

    { ngx_string("inbox_max_body"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_inbox_loc_conf_t, max_body),
      NULL },

    { ngx_string("inbox_redis"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_inbox_directive_redis,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("inbox_redis_timeout"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_inbox_main_conf_t, redis.timeout),
      NULL },

    { ngx_string("inbox_root_token_file"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_inbox_directive_root_token,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("inbox_secret_file"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_inbox_directive_secret,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("inbox_channel_api"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE2,
      ngx_inbox_directive_channel_api,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("inbox_send_timeout"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_inbox_main_conf_t, send_timeout),
      NULL },

    { ngx_string("inbox_max_sends"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_inbox_main_conf_t, max_sends),
      NULL },

    { ngx_string("inbox_max_lookups"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_inbox_main_conf_t, max_lookups),
      NULL },

    { ngx_string("inbox_max_parked"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_inbox_main_conf_t, max_parked),
      NULL },

    { ngx_string("inbox_max_parked_per_address"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_inbox_main_conf_t, max_parked_addr),
      NULL },

    { ngx_string("inbox_events"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_inbox_main_conf_t, events),
      &ngx_http_inbox_events },

    { ngx_string("inbox_limits"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_inbox_main_conf_t, limits),
      NULL },

    { ngx_string("inbox_limit_messages"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_inbox_main_conf_t, limit_messages),
      NULL },

    { ngx_string("inbox_limit_sessions"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_inbox_main_conf_t, limit_sessions),
      NULL },

    { ngx_string("inbox_limit_chats"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_inbox_main_conf_t, limit_chats),
      NULL },

    { ngx_string("inbox_limit_files"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_inbox_main_conf_t, limit_files),
      NULL },

    { ngx_string("inbox_files_path"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_path_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_inbox_main_conf_t, files),
      NULL },

    { ngx_string("inbox_max_file"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_inbox_main_conf_t, max_file),
      NULL },

    { ngx_string("inbox_max_media"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_inbox_main_conf_t, max_media),
      NULL },

    { ngx_string("inbox_media_cache"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_off_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_inbox_main_conf_t, media_cache),
      NULL },

    { ngx_string("inbox_limit_logins"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_inbox_main_conf_t, limit_logins),
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_inbox_module_ctx = {
    ngx_inbox_log_add_variables,           /* preconfiguration */
    ngx_http_inbox_init,                   /* postconfiguration */

    ngx_http_inbox_create_main_conf,       /* create main configuration */
    ngx_http_inbox_init_main_conf,         /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_http_inbox_create_loc_conf,        /* create location configuration */
    ngx_http_inbox_merge_loc_conf          /* merge location configuration */
};


ngx_module_t  ngx_http_inbox_module = {
    NGX_MODULE_V1,
    &ngx_http_inbox_module_ctx,            /* module context */
    ngx_http_inbox_commands,               /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_http_inbox_init_process,           /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_http_inbox_exit_process,           /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_http_inbox_handler(ngx_http_request_t *r)
{
    ngx_str_t               path;
    ngx_inbox_loc_conf_t   *lcf;
    ngx_inbox_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_inbox_module);
    lcf = ngx_http_get_module_loc_conf(r, ngx_http_inbox_module);

    /* nginx would look at these when it is done, and refuse what was done */

    r->headers_in.if_match = NULL;
    r->headers_in.if_unmodified_since = NULL;

    if (ngx_http_inbox_path(r, lcf, &path) != NGX_OK) {
        return NGX_DECLINED;
    }

    if (mcf->worker == NULL) {
        return ngx_inbox_reply_problem(r, NGX_HTTP_SERVICE_UNAVAILABLE,
                                       "store_unavailable",
                                       "this worker could not start");
    }

    return ngx_inbox_route(r, mcf->worker, lcf, &path);
}


/* NGX_DECLINED: a static file */

static ngx_int_t
ngx_http_inbox_path(ngx_http_request_t *r, ngx_inbox_loc_conf_t *lcf,
    ngx_str_t *path)
{
    u_char  *p;

    if (r->uri.len <= lcf->prefix.len + 1) {
        return NGX_DECLINED;
    }

    path->data = r->uri.data + lcf->prefix.len + 1;
    path->len = r->uri.len - lcf->prefix.len - 1;

    for (p = path->data + path->len - 1; p >= path->data && *p != '/'; p--) {
        if (*p == '.') {
            return NGX_DECLINED;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_inbox_init_process(ngx_cycle_t *cycle)
{
    ngx_inbox_main_conf_t  *mcf;

    if (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE)
    {
        return NGX_OK;
    }

    mcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_inbox_module);

    if (mcf == NULL || !mcf->enabled) {
        return NGX_OK;
    }

    mcf->meter = ngx_inbox_meter_enter(mcf->meters);
    mcf->crowd = ngx_inbox_crowd_enter(mcf->crowds);

    if (ngx_inbox_worker_create(cycle, mcf) != NGX_OK) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "inbox worker: could not start");
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_http_inbox_exit_process(ngx_cycle_t *cycle)
{
    ngx_inbox_main_conf_t  *mcf;

    mcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_inbox_module);

    if (mcf != NULL && mcf->enabled) {
        ngx_inbox_worker_destroy(mcf);
        ngx_inbox_crowd_leave(mcf->crowd);
        ngx_inbox_meter_leave(mcf->meters, mcf->meter);
    }
}


static void *
ngx_http_inbox_create_main_conf(ngx_conf_t *cf)
{
    ngx_inbox_main_conf_t  *mcf;

    mcf = ngx_pcalloc(cf->pool, sizeof(ngx_inbox_main_conf_t));
    if (mcf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     mcf->redis.name = { 0, NULL };
     *     mcf->root_digest = { 0, NULL };
     *     mcf->secret = { 0, NULL };
     *     mcf->apis = NULL;
     *     mcf->enabled = 0;
     *     mcf->meters = NULL;
     *     mcf->meter = NULL;
     *     mcf->crowds = NULL;
     *     mcf->crowd = NULL;
     *     mcf->worker = NULL;
     */

    mcf->redis.timeout = NGX_CONF_UNSET_MSEC;
    mcf->max_parked = NGX_CONF_UNSET_UINT;
    mcf->max_parked_addr = NGX_CONF_UNSET_UINT;
    mcf->max_sends = NGX_CONF_UNSET_UINT;
    mcf->max_lookups = NGX_CONF_UNSET_UINT;
    mcf->send_timeout = NGX_CONF_UNSET_MSEC;
    mcf->events = NGX_CONF_UNSET_UINT;
    mcf->limits = NGX_CONF_UNSET;
    mcf->limit_messages = NGX_CONF_UNSET_UINT;
    mcf->limit_sessions = NGX_CONF_UNSET_UINT;
    mcf->limit_chats = NGX_CONF_UNSET_UINT;
    mcf->limit_logins = NGX_CONF_UNSET_UINT;
    mcf->limit_files = NGX_CONF_UNSET_UINT;
    mcf->max_file = NGX_CONF_UNSET_SIZE;
    mcf->max_media = NGX_CONF_UNSET_SIZE;
    mcf->media_cache = NGX_CONF_UNSET;

    return mcf;
}


static char *
ngx_http_inbox_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_inbox_main_conf_t *mcf = conf;

    ngx_conf_init_msec_value(mcf->redis.timeout, 2000);
    ngx_conf_init_uint_value(mcf->max_parked, 1000000);
    ngx_conf_init_value(mcf->limits, 1);
    ngx_conf_init_uint_value(mcf->max_parked_addr, 200);
    ngx_conf_init_uint_value(mcf->max_sends, 256);
    ngx_conf_init_uint_value(mcf->max_lookups, 4);
    ngx_conf_init_msec_value(mcf->send_timeout, 15000);
    ngx_conf_init_uint_value(mcf->events, 50);

    ngx_conf_init_uint_value(mcf->limit_messages, 30);
    ngx_conf_init_uint_value(mcf->limit_sessions, 20);
    ngx_conf_init_uint_value(mcf->limit_chats, 10);
    ngx_conf_init_uint_value(mcf->limit_logins, 20);
    ngx_conf_init_uint_value(mcf->limit_files, 10);
    ngx_conf_init_size_value(mcf->max_file, 20 * 1024 * 1024);
    ngx_conf_init_size_value(mcf->max_media, 64 * 1024 * 1024);
    ngx_conf_init_value(mcf->media_cache, 1024 * 1024 * 1024);

    if (!mcf->limits) {
        mcf->max_parked_addr = 0;
        mcf->limit_messages = 0;
        mcf->limit_sessions = 0;
        mcf->limit_chats = 0;
        mcf->limit_logins = 0;
        mcf->limit_files = 0;
    }

    return NGX_CONF_OK;
}


static void *
ngx_http_inbox_create_loc_conf(ngx_conf_t *cf)
{
    ngx_inbox_loc_conf_t  *lcf;

    lcf = ngx_pcalloc(cf->pool, sizeof(ngx_inbox_loc_conf_t));
    if (lcf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     lcf->space = NULL;
     *     lcf->agent = NULL;
     *     lcf->public_url = { 0, NULL };
     *     lcf->prefix = { 0, NULL };
     */

    lcf->enable = NGX_CONF_UNSET;
    lcf->poll_timeout = NGX_CONF_UNSET_MSEC;
    lcf->max_body = NGX_CONF_UNSET_SIZE;

    return lcf;
}


static char *
ngx_http_inbox_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_inbox_loc_conf_t *prev = parent;
    ngx_inbox_loc_conf_t *conf = child;

    ngx_inbox_main_conf_t      *mcf;
    ngx_http_core_loc_conf_t   *clcf;

    if (conf->space == NULL) {
        conf->space = prev->space;
    }

    if (conf->agent == NULL) {
        conf->agent = prev->agent;
    }

    ngx_conf_merge_str_value(conf->public_url, prev->public_url, "");
    ngx_conf_merge_msec_value(conf->poll_timeout, prev->poll_timeout, 60000);
    ngx_conf_merge_size_value(conf->max_body, prev->max_body, 4 * 1024 * 1024);

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    /* not inherited: a location inside serves what it says itself; but "if" and
       "limit_except" are the same location under a condition */

    if (conf->enable == NGX_CONF_UNSET) {
        conf->enable = (clcf->noname || clcf->lmt_excpt) && prev->enable == 1;
    }

    if (!conf->enable) {
        return NGX_CONF_OK;
    }

    if (ngx_inbox_directive_prefix(cf, prev, conf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    clcf->handler = ngx_http_inbox_handler;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_inbox_module);
    mcf->enabled = 1;

    mcf->public_url = conf->public_url.len ? conf->public_url : mcf->public_url;

    return (ngx_inbox_error_page_add(cf, &conf->prefix) == NGX_OK)
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static ngx_int_t
ngx_http_inbox_init(ngx_conf_t *cf)
{
    ngx_inbox_main_conf_t     *mcf;
    ngx_http_core_loc_conf_t  *clcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_inbox_module);

    if (!mcf->enabled) {
        return NGX_OK;
    }

    if (mcf->redis.naddrs == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"inbox on\" needs \"inbox_redis\"");
        return NGX_ERROR;
    }

    if (mcf->secret.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"inbox on\" needs \"inbox_secret_file\"");
        return NGX_ERROR;
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    /* nginx makes an empty one when there is no `resolver` */

    if (clcf->resolver != NULL && clcf->resolver->connections.nelts) {
        mcf->resolver = clcf->resolver;
    }

    mcf->resolver_timeout = (clcf->resolver_timeout == NGX_CONF_UNSET_MSEC)
                            ? 10000 : clcf->resolver_timeout;

    if (ngx_inbox_http_resolver(cf, mcf) != NGX_OK) {
        return NGX_ERROR;
    }

    mcf->meters = ngx_inbox_meter_add_zone(cf, &ngx_http_inbox_module);
    mcf->crowds = ngx_inbox_crowd_add_zone(cf, &ngx_http_inbox_module);

    if (mcf->meters == NULL || mcf->crowds == NULL) {
        return NGX_ERROR;
    }

    return ngx_inbox_log_add_handler(cf);
}
