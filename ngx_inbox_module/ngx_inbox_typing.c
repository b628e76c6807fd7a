
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A table of fixed size, found by the hash of the topic: a slot holds the last
 * agent and the client who wrote in one transcript, with the number of their
 * notice.  A poll remembers the number at which it began to wait, so it hears
 * of each writing once, and of none that is older than itself.  Two transcripts
 * that share a slot push each other out: then somebody is not told that
 * somebody writes, and that is all.
 */

#include "ngx_inbox_typing.h"


#define NGX_INBOX_TYPING_SLOTS  256
/* space, channel and visitor; a longer topic is not kept */
#define NGX_INBOX_TYPING_TOPIC  160
/* a name as a JSON literal; a longer one is not told */
#define NGX_INBOX_TYPING_NAME   256
/* [{"from":"client","name":…},{"from":"agent","name":…}] */
#define NGX_INBOX_TYPING_JSON   (2 * NGX_INBOX_TYPING_NAME + 64)


typedef struct {
    uint32_t   number;                /* of its notice; 0: nobody */
    uint16_t   id_len;
    uint16_t   name_len;
    u_char     id[NGX_INBOX_MAX_ID];
    u_char     name[NGX_INBOX_TYPING_NAME];
} ngx_inbox_typing_one_t;

typedef struct {
    size_t                  len;
    u_char                  topic[NGX_INBOX_TYPING_TOPIC];
    ngx_inbox_typing_one_t  agent;
    ngx_inbox_typing_one_t  client;
} ngx_inbox_typing_slot_t;

struct ngx_inbox_typing_s {
    uint32_t                 number;
    u_char                   json[NGX_INBOX_TYPING_JSON];
    ngx_inbox_typing_slot_t  slots[NGX_INBOX_TYPING_SLOTS];
};


static ngx_inbox_typing_slot_t *ngx_inbox_typing_slot(
    ngx_inbox_typing_t *typing, const ngx_str_t *topic);
static ngx_uint_t ngx_inbox_typing_is_of(const ngx_inbox_typing_slot_t *slot,
    const ngx_str_t *topic);
static u_char *ngx_inbox_typing_write(u_char *p, const char *from,
    const ngx_inbox_typing_one_t *one);


ngx_inbox_typing_t *
ngx_inbox_typing_create(ngx_pool_t *pool)
{
    return ngx_pcalloc(pool, sizeof(ngx_inbox_typing_t));
}


void
ngx_inbox_typing_note(ngx_inbox_typing_t *typing, const ngx_str_t *topic,
    const ngx_inbox_notice_t *notice)
{
    ngx_inbox_typing_one_t   *one;
    ngx_inbox_typing_slot_t  *slot;

    if (topic->len > NGX_INBOX_TYPING_TOPIC
        || notice->name.len > NGX_INBOX_TYPING_NAME
        || notice->id.len > NGX_INBOX_MAX_ID)
    {
        return;
    }

    slot = ngx_inbox_typing_slot(typing, topic);

    if (!ngx_inbox_typing_is_of(slot, topic)) {
        ngx_memzero(slot, sizeof(ngx_inbox_typing_slot_t));
        slot->len = topic->len;
        ngx_memcpy(slot->topic, topic->data, topic->len);
    }

    one = (notice->from.len == 5) ? &slot->agent : &slot->client;

    one->number = ++typing->number;
    one->id_len = (uint16_t) notice->id.len;
    one->name_len = (uint16_t) notice->name.len;
    ngx_memcpy(one->id, notice->id.data, notice->id.len);
    ngx_memcpy(one->name, notice->name.data, notice->name.len);
}


static ngx_inbox_typing_slot_t *
ngx_inbox_typing_slot(ngx_inbox_typing_t *typing, const ngx_str_t *topic)
{
    return &typing->slots[ngx_murmur_hash2(topic->data, topic->len)
                          % NGX_INBOX_TYPING_SLOTS];
}


static ngx_uint_t
ngx_inbox_typing_is_of(const ngx_inbox_typing_slot_t *slot,
    const ngx_str_t *topic)
{
    return slot->len == topic->len
           && ngx_memcmp(slot->topic, topic->data, topic->len) == 0;
}


uint32_t
ngx_inbox_typing_mark(const ngx_inbox_typing_t *typing)
{
    return typing->number;
}


ngx_int_t
ngx_inbox_typing_since(ngx_inbox_typing_t *typing, const ngx_str_t *topic,
    uint32_t mark, const ngx_str_t *reader, ngx_str_t *json)
{
    u_char                         *p;
    const ngx_inbox_typing_one_t   *agent;
    const ngx_inbox_typing_slot_t  *slot;

    slot = ngx_inbox_typing_slot(typing, topic);

    if (!ngx_inbox_typing_is_of(slot, topic)) {
        return NGX_DECLINED;
    }

    agent = &slot->agent;
    p = typing->json;
    *p++ = '[';

    if (reader != NULL && slot->client.number > mark) {
        p = ngx_inbox_typing_write(p, "client", &slot->client);
    }

    if (agent->number > mark
        && (reader == NULL
            || agent->id_len != reader->len
            || ngx_memcmp(agent->id, reader->data, reader->len) != 0))
    {
        p = ngx_inbox_typing_write(p, "agent", agent);
    }

    if (p == typing->json + 1) {
        return NGX_DECLINED;
    }

    *p++ = ']';

    json->data = typing->json;
    json->len = p - typing->json;

    return NGX_OK;
}


static u_char *
ngx_inbox_typing_write(u_char *p, const char *from,
    const ngx_inbox_typing_one_t *one)
{
    p = ngx_sprintf(p, "%s{\"from\":\"%s\",\"name\":",
                    (p[-1] == '[') ? "" : ",", from);
    p = ngx_cpymem(p, one->name, one->name_len);
    *p++ = '}';

    return p;
}
