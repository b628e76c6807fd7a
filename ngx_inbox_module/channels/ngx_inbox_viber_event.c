
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Viber's events -> ours.  A webhook has one event, and its name is a line of
 * ngx_inbox_viber_kinds.
 *
 * A message_token is an integer beyond what a double can hold; it is carried
 * as its digits.  Receipts name the token of our message, and `delivered`
 * comes for each device, and for the client's own messages too: whoever keeps
 * the messages knows which are ours.  An event with a chat_id comes from a
 * group and is not for us.
 *
 * To show a new type of message: a line in ngx_inbox_viber_types and, when it
 * is no file, its function.
 */


#include "ngx_inbox_viber.h"
#include "../ngx_inbox_text.h"


typedef void (*ngx_inbox_viber_take_pt)(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);

typedef struct {
    const char                *name;
    ngx_inbox_event_type_e     type;
    const char                *extra;

    /* v: the whole event; NULL: known, not for us */
    ngx_inbox_viber_take_pt    take;
} ngx_inbox_viber_kind_t;

typedef struct {
    const char                *type;

    /* v: the message; 1 when there is anything to show */
    ngx_uint_t               (*read)(ngx_inbox_reader_t *t,
                                     ngx_inbox_json_t *v,
                                     ngx_inbox_event_t *e);
} ngx_inbox_viber_type_t;


static void ngx_inbox_viber_message(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static void ngx_inbox_viber_state(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e);
static void ngx_inbox_viber_receipt(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static void ngx_inbox_viber_name(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e);

static void ngx_inbox_viber_content(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static ngx_uint_t ngx_inbox_viber_text(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static ngx_uint_t ngx_inbox_viber_url(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static ngx_uint_t ngx_inbox_viber_picture(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static ngx_uint_t ngx_inbox_viber_video(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static ngx_uint_t ngx_inbox_viber_file(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static ngx_uint_t ngx_inbox_viber_media(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e, const char *type);
static ngx_uint_t ngx_inbox_viber_sticker(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static ngx_uint_t ngx_inbox_viber_contact(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static ngx_uint_t ngx_inbox_viber_location(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);


static const ngx_inbox_viber_kind_t  ngx_inbox_viber_kinds[] = {
    { "message", NGX_INBOX_EVENT_MESSAGE, "", ngx_inbox_viber_message },
    { "subscribed", NGX_INBOX_EVENT_STATE, "unblocked",
      ngx_inbox_viber_state },
    { "conversation_started", NGX_INBOX_EVENT_STATE, "unblocked",
      ngx_inbox_viber_state },
    { "unsubscribed", NGX_INBOX_EVENT_STATE, "blocked",
      ngx_inbox_viber_state },
    { "delivered", NGX_INBOX_EVENT_RECEIPT, "delivered",
      ngx_inbox_viber_receipt },
    { "seen", NGX_INBOX_EVENT_RECEIPT, "read", ngx_inbox_viber_receipt },
    { "failed", NGX_INBOX_EVENT_RECEIPT, "failed", ngx_inbox_viber_receipt },

    { "webhook", 0, NULL, NULL },
    { "client_status", 0, NULL, NULL },
    { "action", 0, NULL, NULL },

    { NULL, 0, NULL, NULL }
};


static const ngx_inbox_viber_type_t  ngx_inbox_viber_types[] = {
    { "text", ngx_inbox_viber_text },
    { "url", ngx_inbox_viber_url },
    { "picture", ngx_inbox_viber_picture },
    { "video", ngx_inbox_viber_video },
    { "file", ngx_inbox_viber_file },
    { "sticker", ngx_inbox_viber_sticker },
    { "contact", ngx_inbox_viber_contact },
    { "location", ngx_inbox_viber_location },
    { NULL, NULL }
};


ngx_int_t
ngx_inbox_viber_parse(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_hook_t *hook, ngx_array_t *events, ngx_uint_t *odd)
{
    ngx_int_t                      rc;
    ngx_str_t                      name;
    ngx_inbox_json_t              *v;
    ngx_inbox_event_t              e;
    ngx_inbox_reader_t             t;
    const ngx_inbox_viber_kind_t  *kind;

    *odd = 0;

    rc = ngx_inbox_reader_open(&t, pool, &hook->body, events, &v);

    if (rc != NGX_OK) {
        return rc;
    }

    name = ngx_inbox_reader_words(&t, v, "event", NGX_INBOX_MAX_NAME);

    for (kind = ngx_inbox_viber_kinds; kind->name; kind++) {
        if (ngx_inbox_reader_is(&name, kind->name)) {
            t.known = 1;
            break;
        }
    }

    if (kind->take != NULL
        && ngx_inbox_json_is_null(ngx_inbox_json_get(v, "chat_id")))
    {
        ngx_memzero(&e, sizeof(ngx_inbox_event_t));

        e.type = kind->type;
        e.extra.data = (u_char *) kind->extra;
        e.extra.len = ngx_strlen(kind->extra);
        e.at = ngx_inbox_reader_time(&t, v, "timestamp");

        kind->take(&t, v, &e);
    }

    return ngx_inbox_reader_close(&t, odd);
}


static void
ngx_inbox_viber_message(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    ngx_inbox_json_t  *sender, *message;

    sender = ngx_inbox_json_get(v, "sender");
    message = ngx_inbox_json_get(v, "message");

    if (!ngx_inbox_reader_id(t, sender, "id", &e->user)
        || !ngx_inbox_reader_id(t, v, "message_token", &e->message)
        || !ngx_inbox_json_is_object(message))
    {
        t->odd = 1;
        return;
    }

    ngx_inbox_viber_name(t, sender, e);
    ngx_inbox_viber_content(t, message, e);
    ngx_inbox_reader_push(t, e);
}


/* who can be written to: told of a user, or, when he leaves, of his id */
static void
ngx_inbox_viber_state(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    ngx_inbox_json_t  *user;

    user = ngx_inbox_json_get(v, "user");

    if (!ngx_inbox_reader_id(t, user, "id", &e->user)
        && !ngx_inbox_reader_id(t, v, "user_id", &e->user))
    {
        t->odd = 1;
        return;
    }

    ngx_inbox_viber_name(t, user, e);
    ngx_inbox_reader_push(t, e);
}


static void
ngx_inbox_viber_receipt(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    if (!ngx_inbox_reader_id(t, v, "user_id", &e->user)
        || !ngx_inbox_reader_id(t, v, "message_token", &e->message))
    {
        t->odd = 1;
        return;
    }

    if (ngx_inbox_reader_is(&e->extra, "failed")) {
        e->text = ngx_inbox_reader_words(t, v, "desc", NGX_INBOX_MAX_PREVIEW);
    }

    ngx_inbox_reader_push(t, e);
}


static void
ngx_inbox_viber_name(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    ngx_str_t  name;

    name = ngx_inbox_reader_words(t, v, "name", NGX_INBOX_MAX_NAME);
    e->name = ngx_inbox_text_trim(&name);
    e->avatar = ngx_inbox_reader_url(t, v, "avatar");
}


static void
ngx_inbox_viber_content(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    ngx_str_t                      type;
    const ngx_inbox_viber_type_t  *known;

    type = ngx_inbox_reader_words(t, v, "type", NGX_INBOX_MAX_NAME);

    for (known = ngx_inbox_viber_types; known->type; known++) {
        if (ngx_inbox_reader_is(&type, known->type)) {
            break;
        }
    }

    if (known->type != NULL && known->read(t, v, e)) {
        return;
    }

    if (type.len == 0) {
        ngx_str_set(&type, "message");
    }

    t->odd |= !ngx_inbox_reader_is(&type, "rich_media");
    ngx_inbox_reader_unsupported(t, e, &type);
}


static ngx_uint_t
ngx_inbox_viber_text(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    e->text = ngx_inbox_reader_words(t, v, "text", NGX_INBOX_MAX_TEXT);

    return e->text.len != 0;
}


/* a link that was sent alone is what the client has written */
static ngx_uint_t
ngx_inbox_viber_url(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    e->text = ngx_inbox_reader_words(t, v, "media", NGX_INBOX_MAX_TEXT);

    return e->text.len != 0;
}


static ngx_uint_t
ngx_inbox_viber_picture(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    return ngx_inbox_viber_media(t, v, e, "image");
}


static ngx_uint_t
ngx_inbox_viber_video(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    return ngx_inbox_viber_media(t, v, e, "video");
}


static ngx_uint_t
ngx_inbox_viber_file(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    return ngx_inbox_viber_media(t, v, e, "file");
}


static ngx_uint_t
ngx_inbox_viber_media(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e, const char *type)
{
    ngx_inbox_attachment_t  a;

    ngx_inbox_reader_blank(&a, type);

    e->text = ngx_inbox_reader_words(t, v, "text", NGX_INBOX_MAX_TEXT);

    a.ref = ngx_inbox_reader_url(t, v, "media");
    if (a.ref.len == 0) {
        return 0;
    }

    a.name = ngx_inbox_reader_words(t, v, "file_name", NGX_INBOX_MAX_NAME);
    ngx_inbox_reader_size(t, v, "size", &a);

    ngx_inbox_reader_attach(t, e, &a);

    return 1;
}


/* it has a number and no picture that could be fetched */
static ngx_uint_t
ngx_inbox_viber_sticker(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    ngx_inbox_attachment_t  a;

    ngx_inbox_reader_blank(&a, "sticker");

    if (!ngx_inbox_reader_id(t, v, "sticker_id", &a.ref)) {
        return 0;
    }

    ngx_inbox_reader_attach(t, e, &a);

    return 1;
}


static ngx_uint_t
ngx_inbox_viber_contact(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    ngx_str_t                name, phone;
    ngx_inbox_json_t        *card;
    ngx_inbox_attachment_t   a;

    ngx_inbox_reader_blank(&a, "contact");
    card = ngx_inbox_json_get(v, "contact");

    name = ngx_inbox_reader_words(t, card, "name", NGX_INBOX_MAX_NAME);
    phone = ngx_inbox_reader_words(t, card, "phone_number",
                                   NGX_INBOX_MAX_NAME);

    a.name = ngx_inbox_reader_join(t, &name, ", ", &phone);
    if (a.name.len == 0) {
        return 0;
    }

    ngx_inbox_reader_attach(t, e, &a);

    return 1;
}


static ngx_uint_t
ngx_inbox_viber_location(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    ngx_inbox_attachment_t  a;

    ngx_inbox_reader_blank(&a, "location");

    if (ngx_inbox_reader_place(t, ngx_inbox_json_get(v, "location"), "lat",
                               "lon", &a)
        != NGX_OK)
    {
        return 0;
    }

    ngx_inbox_reader_attach(t, e, &a);

    return 1;
}
