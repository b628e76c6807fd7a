
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Files are read while nginx reads its configuration, as root: the workers
 * never need the right to.  What is secret in them is never part of an error.
 */

#include "ngx_inbox_directive.h"
#include "ngx_inbox_crypt.h"


/* longest file of a token or of keys */
#define NGX_INBOX_DIRECTIVE_FILE  4096


static char *ngx_inbox_directive_redis_option(ngx_conf_t *cf,
    ngx_inbox_redis_conf_t *redis, ngx_str_t *value);
static ngx_int_t ngx_inbox_directive_key(ngx_conf_t *cf, ngx_str_t *hex,
    ngx_str_t *key);
static ngx_int_t ngx_inbox_directive_read_file(ngx_conf_t *cf, ngx_str_t *name,
    ngx_str_t *text);
static ngx_uint_t ngx_inbox_directive_is_url(const ngx_str_t *url);


char *
ngx_inbox_directive_redis(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_inbox_main_conf_t *mcf = conf;

    char        *rv;
    ngx_str_t   *value;
    ngx_url_t    u;
    ngx_uint_t   i;

    if (mcf->redis.name.len) {
        return "is duplicate";
    }

    value = cf->args->elts;

    ngx_memzero(&u, sizeof(ngx_url_t));
    u.url = value[1];
    u.default_port = 6379;

    if (ngx_parse_url(cf->pool, &u) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s in inbox_redis \"%V\"",
                           u.err ? u.err : "invalid address", &value[1]);
        return NGX_CONF_ERROR;
    }

    mcf->redis.name = value[1];
    mcf->redis.addrs = u.addrs;
    mcf->redis.naddrs = u.naddrs;

    for (i = 2; i < cf->args->nelts; i++) {
        rv = ngx_inbox_directive_redis_option(cf, &mcf->redis, &value[i]);

        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    return NGX_CONF_OK;
}


/* user=, password_file=, db= */

static char *
ngx_inbox_directive_redis_option(ngx_conf_t *cf, ngx_inbox_redis_conf_t *redis,
    ngx_str_t *value)
{
    ngx_str_t  file;

    if (value->len > 5 && ngx_strncmp(value->data, "user=", 5) == 0) {
        redis->user.data = value->data + 5;
        redis->user.len = value->len - 5;
        return NGX_CONF_OK;
    }

    if (value->len > 3 && ngx_strncmp(value->data, "db=", 3) == 0) {
        redis->db.data = value->data + 3;
        redis->db.len = value->len - 3;

        if (ngx_atoi(redis->db.data, redis->db.len) == NGX_ERROR) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid number of a database \"%V\"", value);
            return NGX_CONF_ERROR;
        }

        return NGX_CONF_OK;
    }

    if (value->len > 14
        && ngx_strncmp(value->data, "password_file=", 14) == 0)
    {
        file.data = value->data + 14;
        file.len = value->len - 14;

        return (ngx_inbox_directive_read_file(cf, &file, &redis->password)
                == NGX_OK) ? NGX_CONF_OK : NGX_CONF_ERROR;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\" of inbox_redis", value);

    return NGX_CONF_ERROR;
}


char *
ngx_inbox_directive_root_token(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_inbox_main_conf_t *mcf = conf;

    ngx_str_t  *value, token;

    if (mcf->root_digest.len) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_inbox_directive_read_file(cf, &value[1], &token) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (token.len < 32) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the token in \"%V\" is too short, it needs 32 "
                           "characters at least", &value[1]);
        return NGX_CONF_ERROR;
    }

    mcf->root_digest.data = ngx_pnalloc(cf->pool, NGX_INBOX_SHA256_HEX);
    if (mcf->root_digest.data == NULL) {
        return NGX_CONF_ERROR;
    }

    mcf->root_digest.len = NGX_INBOX_SHA256_HEX;

    return (ngx_inbox_crypt_sha256_hex(&token, mcf->root_digest.data)
            == NGX_OK) ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/* the first line is the key; a second one the key before it */

char *
ngx_inbox_directive_secret(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_inbox_main_conf_t *mcf = conf;

    u_char     *p;
    ngx_str_t  *value, text, old;

    if (mcf->secret.len) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_inbox_directive_read_file(cf, &value[1], &text) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    p = ngx_strlchr(text.data, text.data + text.len, '\n');

    if (p != NULL) {
        old.data = p + 1;
        old.len = text.len - (p + 1 - text.data);
        text.len = p - text.data;

        if (ngx_inbox_directive_key(cf, &old, &mcf->secret_old) != NGX_OK) {
            return "has a second line that is not 64 hexadecimal digits";
        }
    }

    if (ngx_inbox_directive_key(cf, &text, &mcf->secret) != NGX_OK) {
        return "needs a file with 64 hexadecimal digits";
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_inbox_directive_key(ngx_conf_t *cf, ngx_str_t *hex, ngx_str_t *key)
{
    ngx_int_t   n;
    ngx_uint_t  i;

    if (hex->len != NGX_INBOX_KEY_LEN * 2) {
        return NGX_ERROR;
    }

    key->data = ngx_pnalloc(cf->pool, NGX_INBOX_KEY_LEN);
    if (key->data == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_INBOX_KEY_LEN; i++) {
        n = ngx_hextoi(hex->data + i * 2, 2);

        if (n == NGX_ERROR) {
            return NGX_ERROR;
        }

        key->data[i] = (u_char) n;
    }

    key->len = NGX_INBOX_KEY_LEN;

    return NGX_OK;
}


char *
ngx_inbox_directive_channel_api(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_inbox_main_conf_t *mcf = conf;

    ngx_str_t             *value;
    ngx_inbox_api_conf_t  *api;

    value = cf->args->elts;

    if (!ngx_inbox_directive_is_url(&value[2])
        || value[2].data[value[2].len - 1] == '/')
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid origin \"%V\", it begins with http:// or "
                           "https:// and has no slash at its end", &value[2]);
        return NGX_CONF_ERROR;
    }

    if (mcf->apis == NULL) {
        mcf->apis = ngx_array_create(cf->pool, 4,
                                     sizeof(ngx_inbox_api_conf_t));
        if (mcf->apis == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    api = ngx_array_push(mcf->apis);
    if (api == NULL) {
        return NGX_CONF_ERROR;
    }

    api->kind = value[1];
    api->origin = value[2];

    return NGX_CONF_OK;
}


char *
ngx_inbox_directive_public_url(ngx_conf_t *cf, void *post, void *data)
{
    ngx_str_t *url = data;

    if (!ngx_inbox_directive_is_url(url)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid URL \"%V\"", url);
        return NGX_CONF_ERROR;
    }

    if (url->data[url->len - 1] == '/') {
        url->len--;
    }

    return NGX_CONF_OK;
}


static ngx_uint_t
ngx_inbox_directive_is_url(const ngx_str_t *url)
{
    return (url->len > 8
            && ngx_strncmp(url->data, "https://", 8) == 0)
           || (url->len > 7 && ngx_strncmp(url->data, "http://", 7) == 0);
}


/* a small file without the white space at its end */

static ngx_int_t
ngx_inbox_directive_read_file(ngx_conf_t *cf, ngx_str_t *name, ngx_str_t *text)
{
    ssize_t    n;
    ngx_fd_t   fd;

    if (ngx_conf_full_name(cf->cycle, name, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    text->data = ngx_pnalloc(cf->pool, NGX_INBOX_DIRECTIVE_FILE);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    fd = ngx_open_file(name->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_file_n " \"%V\" failed", name);
        return NGX_ERROR;
    }

    n = ngx_read_fd(fd, text->data, NGX_INBOX_DIRECTIVE_FILE);

    if (ngx_close_file(fd) == NGX_FILE_ERROR || n <= 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, (n < 0) ? ngx_errno : 0,
                           "\"%V\" could not be read or is empty", name);
        return NGX_ERROR;
    }

    while (n > 0 && (text->data[n - 1] == '\n' || text->data[n - 1] == '\r'
                     || text->data[n - 1] == ' '))
    {
        n--;
    }

    text->len = n;

    return NGX_OK;
}


ngx_int_t
ngx_inbox_directive_prefix(ngx_conf_t *cf, ngx_inbox_loc_conf_t *prev,
    ngx_inbox_loc_conf_t *conf)
{
    ngx_str_t                 *name;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    name = &clcf->name;

    if (prev->enable == 1
        && name->len > prev->prefix.len
        && ngx_strncmp(name->data, prev->prefix.data, prev->prefix.len) == 0
        && name->data[prev->prefix.len] == '/')
    {
        conf->prefix = prev->prefix;
        return NGX_OK;
    }

    if (clcf->named || name->len < 2 || name->data[0] != '/'
        || name->data[name->len - 1] != '/')
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"inbox\" needs a prefix location that ends with "
                           "a slash, such as \"/inbox/\", not \"%V\"", name);
        return NGX_ERROR;
    }

    conf->prefix.data = name->data;
    conf->prefix.len = name->len - 1;

    return NGX_OK;
}
