
/*
 * Copyright (C) the ngx_inbox authors
 *
 * VK's events -> ours.  A webhook has one event, and its type is a line of
 * ngx_inbox_vk_kinds.
 *
 * A talk's peer_id is the client, and a message is known by its number within
 * the talk, conversation_message_id: reactions and receipts know no other.
 * From 2,000,000,000 on a peer is a group chat and not for us, and so are
 * communities that write to ours (ids below zero).
 *
 * message_reply is what the community has written, in VK itself or through the
 * API: an echo.
 *
 * To follow a new type of event: a line in the table and its function.
 */


#include "ngx_inbox_vk.h"
#include "../ngx_inbox_text.h"


/* digits of an id */
#define NGX_INBOX_VK_DIGITS  15


typedef struct {
    const char                *name;
    ngx_inbox_event_type_e     type;
    const char                *extra;

    /* v: the object; NULL: known, not for us */
    void                     (*take)(ngx_inbox_reader_t *t,
                                     ngx_inbox_json_t *v,
                                     ngx_inbox_event_t *e);
} ngx_inbox_vk_kind_t;


static void ngx_inbox_vk_take(ngx_inbox_reader_t *t,
    const ngx_inbox_vk_kind_t *kind, ngx_inbox_json_t *document);

static void ngx_inbox_vk_new(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e);
static void ngx_inbox_vk_reply(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e);
static void ngx_inbox_vk_edit(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e);
static void ngx_inbox_vk_message(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e);
static void ngx_inbox_vk_state(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e);
static void ngx_inbox_vk_read(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e);
static void ngx_inbox_vk_reaction(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e);
static void ngx_inbox_vk_button(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e);

static ngx_int_t ngx_inbox_vk_peer(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, const char *key, ngx_str_t *out);
static ngx_uint_t ngx_inbox_vk_number(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_str_t *out);


static const ngx_inbox_vk_kind_t  ngx_inbox_vk_kinds[] = {
    { "message_new", NGX_INBOX_EVENT_MESSAGE, "", ngx_inbox_vk_new },
    { "message_reply", NGX_INBOX_EVENT_MESSAGE, "", ngx_inbox_vk_reply },
    { "message_edit", NGX_INBOX_EVENT_EDIT, "", ngx_inbox_vk_edit },
    { "message_allow", NGX_INBOX_EVENT_STATE, "unblocked",
      ngx_inbox_vk_state },
    { "message_deny", NGX_INBOX_EVENT_STATE, "blocked", ngx_inbox_vk_state },
    { "message_read", NGX_INBOX_EVENT_RECEIPT, "read", ngx_inbox_vk_read },
    { "message_reaction_event", NGX_INBOX_EVENT_REACTION, "",
      ngx_inbox_vk_reaction },
    { "message_event", NGX_INBOX_EVENT_MESSAGE, "", ngx_inbox_vk_button },

    { "message_typing_state", 0, NULL, NULL },
    { "confirmation", 0, NULL, NULL },
    { "group_join", 0, NULL, NULL },
    { "group_leave", 0, NULL, NULL },
    { "user_block", 0, NULL, NULL },
    { "user_unblock", 0, NULL, NULL },

    { NULL, 0, NULL, NULL }
};


/* by the number of a reaction, from 1, as VK's own apps show them */
static const char *const  ngx_inbox_vk_emojis[] = {
    "\xe2\x9d\xa4", "\xf0\x9f\x94\xa5", "\xf0\x9f\x98\x82",
    "\xf0\x9f\x91\x8d", "\xf0\x9f\x92\xa9", "\xe2\x9d\x93",
    "\xf0\x9f\x98\xad", "\xf0\x9f\x98\xa1", "\xf0\x9f\x91\x8e",
    "\xf0\x9f\x91\x8c", "\xf0\x9f\x98\x83", "\xf0\x9f\xa4\x94",
    "\xf0\x9f\x99\x8f", "\xf0\x9f\x98\x98", "\xf0\x9f\x98\x8d",
    "\xf0\x9f\x8e\x89"
};


ngx_int_t
ngx_inbox_vk_parse(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_hook_t *hook, ngx_array_t *events, ngx_uint_t *odd)
{
    ngx_int_t                   rc;
    ngx_str_t                   type, ours, group;
    ngx_inbox_json_t           *v;
    ngx_inbox_reader_t          t;
    const ngx_inbox_vk_kind_t  *kind;

    *odd = 0;

    rc = ngx_inbox_reader_open(&t, pool, &hook->body, events, &v);

    if (rc != NGX_OK) {
        return rc;
    }

    ours = ngx_inbox_channel_credential(line, "community_id");
    (void) ngx_inbox_reader_id(&t, v, "group_id", &group);

    if (ours.len && !ngx_inbox_reader_same(&ours, &group)) {
        t.odd = 1;
        return ngx_inbox_reader_close(&t, odd);
    }

    type = ngx_inbox_reader_words(&t, v, "type", NGX_INBOX_MAX_NAME);

    for (kind = ngx_inbox_vk_kinds; kind->name; kind++) {
        if (ngx_inbox_reader_is(&type, kind->name)) {
            t.known = 1;
            break;
        }
    }

    if (kind->take != NULL) {
        ngx_inbox_vk_take(&t, kind, v);
    }

    return ngx_inbox_reader_close(&t, odd);
}


static void
ngx_inbox_vk_take(ngx_inbox_reader_t *t, const ngx_inbox_vk_kind_t *kind,
    ngx_inbox_json_t *document)
{
    ngx_inbox_json_t   *v;
    ngx_inbox_event_t   e;

    v = ngx_inbox_json_get(document, "object");

    if (!ngx_inbox_json_is_object(v)) {
        t->odd = 1;
        return;
    }

    ngx_memzero(&e, sizeof(ngx_inbox_event_t));

    e.type = kind->type;
    e.extra.data = (u_char *) kind->extra;
    e.extra.len = ngx_strlen(kind->extra);

    kind->take(t, v, &e);
}


/* since 5.103 the message stands beside what the client's app can show */
static void
ngx_inbox_vk_new(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    int64_t            out;
    ngx_inbox_json_t  *message;

    message = ngx_inbox_json_get(v, "message");

    if (ngx_inbox_json_is_null(message)) {
        message = v;
    }

    e->at = ngx_inbox_reader_time(t, message, "date");
    e->echo = ngx_inbox_json_int(message, "out", &out) == NGX_OK && out == 1;

    ngx_inbox_vk_message(t, message, e);
}


static void
ngx_inbox_vk_reply(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    e->echo = 1;
    e->at = ngx_inbox_reader_time(t, v, "date");

    ngx_inbox_vk_message(t, v, e);
}


static void
ngx_inbox_vk_edit(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    int64_t  from;

    e->echo = ngx_inbox_json_int(v, "from_id", &from) == NGX_OK && from < 0;
    e->at = ngx_inbox_reader_time(t, v, "update_time");

    ngx_inbox_vk_message(t, v, e);
}


static void
ngx_inbox_vk_message(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    ngx_int_t          rc;
    ngx_inbox_json_t  *reply;

    rc = ngx_inbox_vk_peer(t, v, "peer_id", &e->user);

    if (rc == NGX_DECLINED) {
        return;
    }

    if (rc != NGX_OK || !ngx_inbox_vk_number(t, v, &e->message)) {
        t->odd = 1;
        return;
    }

    /* somebody was invited, a picture was changed: no words of the client */
    if (!ngx_inbox_json_is_null(ngx_inbox_json_get(v, "action"))) {
        return;
    }

    reply = ngx_inbox_json_get(v, "reply_message");

    if (!ngx_inbox_json_is_null(reply)) {
        (void) ngx_inbox_vk_number(t, reply, &e->reply_to);
    }

    if (!ngx_inbox_vk_content(t, v, e)) {
        t->odd = 1;
        return;
    }

    ngx_inbox_reader_push(t, e);
}


static void
ngx_inbox_vk_state(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    if (ngx_inbox_vk_peer(t, v, "user_id", &e->user) != NGX_OK) {
        t->odd = 1;
        return;
    }

    ngx_inbox_reader_push(t, e);
}


/* until which message of the talk */
static void
ngx_inbox_vk_read(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    ngx_int_t  rc;

    rc = ngx_inbox_vk_peer(t, v, "peer_id", &e->user);

    if (rc == NGX_DECLINED) {
        return;
    }

    if (rc != NGX_OK || !ngx_inbox_vk_number(t, v, &e->message)) {
        t->odd = 1;
        return;
    }

    ngx_inbox_reader_push(t, e);
}


static void
ngx_inbox_vk_reaction(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    int64_t    n, who;
    ngx_int_t  rc;
    ngx_str_t  emoji = ngx_null_string;

    rc = ngx_inbox_vk_peer(t, v, "peer_id", &e->user);

    if (rc == NGX_DECLINED) {
        return;
    }

    if (rc != NGX_OK || !ngx_inbox_reader_id(t, v, "cmid", &e->message)) {
        t->odd = 1;
        return;
    }

    /* the community's own would take the client's away */
    if (ngx_inbox_json_int(v, "reacted_id", &who) == NGX_OK && who < 0) {
        return;
    }

    if (ngx_inbox_json_int(v, "reaction_id", &n) == NGX_OK && n > 0) {

        if ((size_t) n <= sizeof(ngx_inbox_vk_emojis) / sizeof(char *)) {
            emoji.data = (u_char *) ngx_inbox_vk_emojis[n - 1];

        } else {
            emoji.data = (u_char *) "\xe2\x9d\x94";
        }

        emoji.len = ngx_strlen(emoji.data);
    }

    ngx_inbox_reader_emoji(t, e, &emoji);
    ngx_inbox_reader_push(t, e);
}


/* a person pressed a button: what it says to us is the message */
static void
ngx_inbox_vk_button(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    ngx_str_t          text;
    ngx_inbox_json_t  *payload;

    if (ngx_inbox_vk_peer(t, v, "peer_id", &e->user) == NGX_DECLINED) {
        return;
    }

    payload = ngx_inbox_json_get(v, "payload");

    if (e->user.len == 0
        || ngx_inbox_json_is_null(payload)
        || !ngx_inbox_reader_id(t, v, "event_id", &e->message))
    {
        t->odd = 1;
        return;
    }

    if (ngx_inbox_json_string(payload, &text) != NGX_OK
        && ngx_inbox_json_dump(t->pool, payload, &text) != NGX_OK)
    {
        t->failed = 1;
        return;
    }

    e->text = ngx_inbox_text_cut(&text, NGX_INBOX_MAX_TEXT);

    if (e->text.len == 0) {
        t->odd = 1;
        return;
    }

    ngx_inbox_reader_push(t, e);
}


/* NGX_OK | NGX_DECLINED: not a person | NGX_ERROR: unreadable */
static ngx_int_t
ngx_inbox_vk_peer(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const char *key, ngx_str_t *out)
{
    int64_t  peer;

    ngx_str_null(out);

    if (ngx_inbox_json_int(v, key, &peer) != NGX_OK || peer == 0) {
        return NGX_ERROR;
    }

    if (peer < 0 || peer >= NGX_INBOX_VK_GROUPS) {
        return NGX_DECLINED;
    }

    return ngx_inbox_reader_member(t, v, key, out) ? NGX_OK : NGX_ERROR;
}


/* the number within the talk; very old versions have only the one of the
   community, which is kept apart by its mark */
static ngx_uint_t
ngx_inbox_vk_number(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_str_t *out)
{
    int64_t    n;
    u_char    *p;
    ngx_str_t  id;

    if (ngx_inbox_json_int(v, "conversation_message_id", &n) == NGX_OK
        && n > 0)
    {
        return ngx_inbox_reader_member(t, v, "conversation_message_id", out);
    }

    ngx_str_null(out);

    if (ngx_inbox_json_id(t->pool, v, "id", &id) != NGX_OK
        || !ngx_inbox_text_is_digits(&id, NGX_INBOX_VK_DIGITS)
        || id.data[0] == '0')
    {
        return 0;
    }

    p = ngx_pnalloc(t->pool, sizeof("id") + id.len);
    if (p == NULL) {
        t->failed = 1;
        return 0;
    }

    out->data = p;
    out->len = ngx_sprintf(p, "id%V", &id) - p;

    return 1;
}
