
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Each remembered line lives in a pool of its own, so that dropping it is one
 * call; a tree finds it by "space/channel".  Secrets are overwritten before
 * their pool is given back.  A channel that does not exist is not remembered:
 * a refusal is always the store's.
 */

#include "ngx_inbox_settings.h"
#include "ngx_inbox_crypt.h"
#include "ngx_inbox_text.h"


/* lines remembered by one worker, a few KB each; beyond it all are dropped */
#define NGX_INBOX_SETTINGS_MAX  4096

#define NGX_INBOX_SETTINGS_KEY  (2 * NGX_INBOX_MAX_ID + 2)


typedef struct {
    ngx_str_node_t             node;     /* str: "space/channel" */
    ngx_queue_t                queue;
    ngx_pool_t                *pool;     /* its own; the node is in it */
    ngx_inbox_line_t           line;
} ngx_inbox_settings_item_t;


struct ngx_inbox_settings_s {
    ngx_inbox_worker_t        *worker;
    ngx_rbtree_t               tree;
    ngx_rbtree_node_t          sentinel;
    ngx_queue_t                items;
    ngx_uint_t                 n;
};


struct ngx_inbox_settings_load_s {
    ngx_inbox_settings_t        *settings;
    ngx_inbox_store_call_t      *call;
    ngx_inbox_settings_done_pt   done;
    void                        *data;
    ngx_str_t                    space;     /* the rest in one allocation */
    ngx_str_t                    channel;
};


static size_t ngx_inbox_settings_key(u_char *key, const ngx_str_t *space,
    const ngx_str_t *channel);
static ngx_inbox_settings_item_t *ngx_inbox_settings_item(
    ngx_inbox_settings_t *settings, const ngx_str_t *space,
    const ngx_str_t *channel);
static void ngx_inbox_settings_on_answer(void *data,
    ngx_inbox_answer_t *answer);
static ngx_inbox_settings_item_t *ngx_inbox_settings_remember(
    ngx_inbox_settings_load_t *load, ngx_inbox_redis_value_t *v);
static ngx_int_t ngx_inbox_settings_read(ngx_inbox_settings_load_t *load,
    ngx_inbox_settings_item_t *item, ngx_inbox_redis_value_t *v);
static ngx_int_t ngx_inbox_settings_credential(
    ngx_inbox_settings_load_t *load, ngx_inbox_settings_item_t *item,
    ngx_str_t *name, ngx_str_t *sealed);
static void ngx_inbox_settings_origin(ngx_inbox_settings_t *settings,
    ngx_inbox_line_t *line);
static void ngx_inbox_settings_remove(ngx_inbox_settings_t *settings,
    ngx_inbox_settings_item_t *item);


ngx_inbox_settings_t *
ngx_inbox_settings_create(ngx_pool_t *pool, ngx_inbox_worker_t *worker)
{
    ngx_inbox_settings_t  *settings;

    settings = ngx_pcalloc(pool, sizeof(ngx_inbox_settings_t));
    if (settings == NULL) {
        return NULL;
    }

    settings->worker = worker;
    ngx_queue_init(&settings->items);
    ngx_rbtree_init(&settings->tree, &settings->sentinel,
                    ngx_str_rbtree_insert_value);

    return settings;
}


void
ngx_inbox_settings_destroy(ngx_inbox_settings_t *settings)
{
    ngx_inbox_settings_drop(settings, NULL, NULL);
}


const ngx_inbox_line_t *
ngx_inbox_settings_find(ngx_inbox_settings_t *settings, const ngx_str_t *space,
    const ngx_str_t *channel)
{
    ngx_inbox_settings_item_t  *item;

    item = ngx_inbox_settings_item(settings, space, channel);

    return (item == NULL) ? NULL : &item->line;
}


ngx_inbox_settings_load_t *
ngx_inbox_settings_load(ngx_inbox_settings_t *settings, const ngx_str_t *space,
    const ngx_str_t *channel, ngx_inbox_settings_done_pt done, void *data)
{
    u_char                     *p;
    ngx_inbox_fcall_t           fcall;
    ngx_inbox_settings_load_t  *load;

    load = ngx_alloc(sizeof(ngx_inbox_settings_load_t) + space->len
                     + channel->len, settings->worker->log);
    if (load == NULL) {
        return NULL;
    }

    load->settings = settings;
    load->done = done;
    load->data = data;

    p = (u_char *) (load + 1);
    load->space.data = p;
    load->space.len = space->len;
    p = ngx_cpymem(p, space->data, space->len);
    load->channel.data = p;
    load->channel.len = channel->len;
    ngx_memcpy(p, channel->data, channel->len);

    fcall.fn = NGX_INBOX_FN_CHANNEL;
    fcall.space = space;
    fcall.args = channel;
    fcall.n = 1;

    load->call = ngx_inbox_store_call(settings->worker->store, &fcall,
                                      ngx_inbox_settings_on_answer, load);

    if (load->call == NULL) {
        ngx_free(load);
        return NULL;
    }

    return load;
}


void
ngx_inbox_settings_forget(ngx_inbox_settings_load_t *load)
{
    ngx_inbox_store_forget(load->call);
    ngx_free(load);
}


static void
ngx_inbox_settings_on_answer(void *data, ngx_inbox_answer_t *answer)
{
    ngx_inbox_settings_load_t *load = data;

    ngx_inbox_settings_item_t  *item;

    item = NULL;

    if (answer->status == NGX_HTTP_OK) {

        if (answer->value->type != NGX_INBOX_REDIS_ARRAY
            || answer->value->n == 0)
        {
            answer->status = NGX_HTTP_NOT_FOUND;
            ngx_str_set(&answer->code, "not_found");
            ngx_str_set(&answer->detail, "no such channel");

        } else {
            item = ngx_inbox_settings_remember(load, answer->value);

            if (item == NULL) {
                answer->status = NGX_HTTP_INTERNAL_SERVER_ERROR;
                ngx_str_set(&answer->code, "internal");
                ngx_str_set(&answer->detail, "the channel cannot be read");
            }
        }
    }

    load->done(load->data, (item == NULL) ? NULL : &item->line, answer);

    ngx_free(load);
}


static ngx_inbox_settings_item_t *
ngx_inbox_settings_remember(ngx_inbox_settings_load_t *load,
    ngx_inbox_redis_value_t *v)
{
    u_char                      key[NGX_INBOX_SETTINGS_KEY];
    ngx_str_t                   name;
    ngx_pool_t                 *pool;
    ngx_inbox_settings_t       *settings;
    ngx_inbox_settings_item_t  *item;

    settings = load->settings;

    ngx_inbox_settings_drop(settings, &load->space, &load->channel);

    if (settings->n == NGX_INBOX_SETTINGS_MAX) {
        ngx_inbox_settings_drop(settings, NULL, NULL);
    }

    pool = ngx_create_pool(1024, settings->worker->log);
    if (pool == NULL) {
        return NULL;
    }

    item = ngx_pcalloc(pool, sizeof(ngx_inbox_settings_item_t));
    if (item == NULL) {
        goto failed;
    }

    item->pool = pool;

    name.data = key;
    name.len = ngx_inbox_settings_key(key, &load->space, &load->channel);

    if (ngx_inbox_text_copy(pool, &item->node.str, &name) != NGX_OK
        || ngx_inbox_text_copy(pool, &item->line.id, &load->channel)
           != NGX_OK
        || ngx_inbox_settings_read(load, item, v) != NGX_OK)
    {
        goto failed;
    }

    ngx_inbox_settings_origin(settings, &item->line);

    item->node.node.key = ngx_murmur_hash2(name.data, name.len);
    ngx_rbtree_insert(&settings->tree, &item->node.node);
    ngx_queue_insert_tail(&settings->items, &item->queue);
    settings->n++;

    return item;

failed:

    ngx_destroy_pool(pool);

    return NULL;
}


/* v: field, value, field, value … of the channel's hash */

static ngx_int_t
ngx_inbox_settings_read(ngx_inbox_settings_load_t *load,
    ngx_inbox_settings_item_t *item, ngx_inbox_redis_value_t *v)
{
    ngx_str_t          name, *key, *value, *dst;
    ngx_uint_t         i;
    ngx_inbox_line_t  *line;

    line = &item->line;

    line->credentials = ngx_array_create(item->pool, 4, sizeof(ngx_keyval_t));
    if (line->credentials == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i + 1 < v->n; i += 2) {

        if (v->item[i]->type != NGX_INBOX_REDIS_STRING
            || v->item[i + 1]->type != NGX_INBOX_REDIS_STRING)
        {
            return NGX_ERROR;
        }

        key = &v->item[i]->str;
        value = &v->item[i + 1]->str;
        dst = NULL;

        if (key->len > 5 && ngx_strncmp(key->data, "cred:", 5) == 0) {
            name.data = key->data + 5;
            name.len = key->len - 5;

            if (ngx_inbox_settings_credential(load, item, &name, value)
                == NGX_ERROR)
            {
                return NGX_ERROR;
            }

        } else if (key->len == 4 && ngx_strncmp(key->data, "kind", 4) == 0) {
            dst = &line->kind;

        } else if (key->len == 5 && ngx_strncmp(key->data, "title", 5) == 0) {
            dst = &line->title;

        } else if (key->len == 3 && ngx_strncmp(key->data, "rev", 3) == 0) {
            dst = &line->rev;

        } else if (key->len == 8
                   && ngx_strncmp(key->data, "settings", 8) == 0)
        {
            dst = &line->settings;

        } else if (key->len == 7 && ngx_strncmp(key->data, "enabled", 7) == 0) {
            line->enabled = (value->len == 1 && value->data[0] == '1');
        }

        if (dst != NULL
            && ngx_inbox_text_copy(item->pool, dst, value) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_settings_credential(ngx_inbox_settings_load_t *load,
    ngx_inbox_settings_item_t *item, ngx_str_t *name, ngx_str_t *sealed)
{
    ngx_int_t               rc;
    ngx_str_t               aad, plain;
    ngx_keyval_t           *kv;
    ngx_inbox_main_conf_t  *conf;

    conf = load->settings->worker->conf;

    if (ngx_inbox_settings_aad(item->pool, &load->space, &load->channel, name,
                               &aad)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    rc = ngx_inbox_crypt_open(item->pool, &conf->secret, &aad, sealed, &plain);

    if (rc == NGX_DECLINED && conf->secret_old.len) {
        rc = ngx_inbox_crypt_open(item->pool, &conf->secret_old, &aad, sealed,
                                  &plain);
    }

    if (rc == NGX_DECLINED) {
        ngx_log_error(NGX_LOG_ERR, load->settings->worker->log, 0,
                      "inbox settings: credential \"%V\" of channel \"%V\" "
                      "was sealed with another inbox_secret_file, set it anew",
                      name, &load->channel);
    }

    if (rc != NGX_OK) {
        return rc;
    }

    kv = ngx_array_push(item->line.credentials);
    if (kv == NULL) {
        return NGX_ERROR;
    }

    kv->value = plain;

    return ngx_inbox_text_copy(item->pool, &kv->key, name);
}


static void
ngx_inbox_settings_origin(ngx_inbox_settings_t *settings,
    ngx_inbox_line_t *line)
{
    ngx_uint_t                  i;
    ngx_array_t                *apis;
    ngx_inbox_api_conf_t       *api;
    const ngx_inbox_channel_t  *channel;

    channel = ngx_inbox_channel_find(&line->kind);

    if (channel != NULL) {
        line->origin = channel->origin;
    }

    apis = settings->worker->conf->apis;
    if (apis == NULL) {
        return;
    }

    api = apis->elts;

    for (i = 0; i < apis->nelts; i++) {
        if (api[i].kind.len == line->kind.len
            && ngx_strncmp(api[i].kind.data, line->kind.data, line->kind.len)
               == 0)
        {
            line->origin = api[i].origin;
            return;
        }
    }
}


void
ngx_inbox_settings_drop(ngx_inbox_settings_t *settings, const ngx_str_t *space,
    const ngx_str_t *channel)
{
    ngx_queue_t                *q;
    ngx_inbox_settings_item_t  *item;

    if (channel != NULL) {
        item = ngx_inbox_settings_item(settings, space, channel);

        if (item != NULL) {
            ngx_inbox_settings_remove(settings, item);
        }

        return;
    }

    while (!ngx_queue_empty(&settings->items)) {
        q = ngx_queue_head(&settings->items);
        item = ngx_queue_data(q, ngx_inbox_settings_item_t, queue);
        ngx_inbox_settings_remove(settings, item);
    }
}


static void
ngx_inbox_settings_remove(ngx_inbox_settings_t *settings,
    ngx_inbox_settings_item_t *item)
{
    ngx_uint_t     i;
    ngx_keyval_t  *kv;

    ngx_rbtree_delete(&settings->tree, &item->node.node);
    ngx_queue_remove(&item->queue);
    settings->n--;

    kv = item->line.credentials->elts;

    for (i = 0; i < item->line.credentials->nelts; i++) {
        ngx_explicit_memzero(kv[i].value.data, kv[i].value.len);
    }

    ngx_destroy_pool(item->pool);
}


static ngx_inbox_settings_item_t *
ngx_inbox_settings_item(ngx_inbox_settings_t *settings, const ngx_str_t *space,
    const ngx_str_t *channel)
{
    u_char     key[NGX_INBOX_SETTINGS_KEY];
    ngx_str_t  name;

    name.data = key;
    name.len = ngx_inbox_settings_key(key, space, channel);

    return (ngx_inbox_settings_item_t *)
               ngx_str_rbtree_lookup(&settings->tree, &name,
                                     ngx_murmur_hash2(name.data, name.len));
}


static size_t
ngx_inbox_settings_key(u_char *key, const ngx_str_t *space,
    const ngx_str_t *channel)
{
    return ngx_snprintf(key, NGX_INBOX_SETTINGS_KEY, "%V/%V", space, channel)
           - key;
}


ngx_int_t
ngx_inbox_settings_aad(ngx_pool_t *pool, const ngx_str_t *space,
    const ngx_str_t *channel, const ngx_str_t *name, ngx_str_t *aad)
{
    aad->len = space->len + 1 + channel->len + 1 + name->len;
    aad->data = ngx_pnalloc(pool, aad->len);

    if (aad->data == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(aad->data, "%V %V %V", space, channel, name);

    return NGX_OK;
}
