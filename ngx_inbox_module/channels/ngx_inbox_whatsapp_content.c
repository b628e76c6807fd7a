
/*
 * Copyright (C) the ngx_inbox authors
 *
 * What a message of WhatsApp contains.  A message has one type, and the type
 * is the name of the member that holds it: a line of the table.  Types that
 * nobody can show here, and types of tomorrow, are shown as "unsupported", by
 * their name, so that an agent sees that there is something.
 *
 * ref is the media's id: the bytes are asked for by it.
 */


#include "ngx_inbox_whatsapp.h"
#include "../ngx_inbox_text.h"


/* longest media type: RFC 6838 allows 127 characters on each side */
#define NGX_INBOX_WHATSAPP_MIME   255


typedef ngx_uint_t (*ngx_inbox_whatsapp_read_pt)(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, const ngx_str_t *type, ngx_inbox_event_t *e);

typedef struct {
    const char                  *type;

    /* v: the member of that name; 1 when there is anything to show */
    ngx_inbox_whatsapp_read_pt   read;
} ngx_inbox_whatsapp_type_t;


static ngx_uint_t ngx_inbox_whatsapp_text(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, const ngx_str_t *type, ngx_inbox_event_t *e);
static ngx_uint_t ngx_inbox_whatsapp_media(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, const ngx_str_t *type, ngx_inbox_event_t *e);
static ngx_uint_t ngx_inbox_whatsapp_location(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, const ngx_str_t *type, ngx_inbox_event_t *e);
static ngx_uint_t ngx_inbox_whatsapp_contacts(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, const ngx_str_t *type, ngx_inbox_event_t *e);
static ngx_uint_t ngx_inbox_whatsapp_interactive(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, const ngx_str_t *type, ngx_inbox_event_t *e);
static ngx_uint_t ngx_inbox_whatsapp_button(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, const ngx_str_t *type, ngx_inbox_event_t *e);


static const ngx_inbox_whatsapp_type_t  ngx_inbox_whatsapp_types[] = {
    { "text", ngx_inbox_whatsapp_text },
    { "image", ngx_inbox_whatsapp_media },
    { "video", ngx_inbox_whatsapp_media },
    { "audio", ngx_inbox_whatsapp_media },
    { "document", ngx_inbox_whatsapp_media },
    { "sticker", ngx_inbox_whatsapp_media },
    { "location", ngx_inbox_whatsapp_location },
    { "contacts", ngx_inbox_whatsapp_contacts },
    { "interactive", ngx_inbox_whatsapp_interactive },
    { "button", ngx_inbox_whatsapp_button },

    /* known, and nothing to be done about them */
    { "order", NULL },
    { "unsupported", NULL },

    { NULL, NULL }
};


ngx_uint_t
ngx_inbox_whatsapp_content(ngx_inbox_reader_t *t, ngx_inbox_json_t *message,
    const ngx_str_t *type, ngx_inbox_event_t *e)
{
    ngx_inbox_json_t                 *v;
    const ngx_inbox_whatsapp_type_t  *known;

    for (known = ngx_inbox_whatsapp_types; known->type; known++) {
        if (ngx_inbox_reader_is(type, known->type)) {
            break;
        }
    }

    if (known->read != NULL) {
        v = ngx_inbox_json_get(message, known->type);

        if (known->read(t, v, type, e)) {
            return 1;
        }
    }

    if (known->type == NULL || known->read != NULL) {
        t->odd = 1;
    }

    if (type->len == 0) {
        return 0;
    }

    ngx_inbox_reader_unsupported(t, e, type);

    return 1;
}


static ngx_uint_t
ngx_inbox_whatsapp_text(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const ngx_str_t *type, ngx_inbox_event_t *e)
{
    e->text = ngx_inbox_reader_words(t, v, "body", NGX_INBOX_MAX_TEXT);

    return e->text.len != 0;
}


static ngx_uint_t
ngx_inbox_whatsapp_media(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const ngx_str_t *type, ngx_inbox_event_t *e)
{
    ngx_uint_t               voice;
    ngx_inbox_attachment_t   a;

    ngx_inbox_reader_blank(&a, "file");

    if (!ngx_inbox_reader_is(type, "document")) {
        a.type = *type;
    }

    if (ngx_inbox_json_bool(v, "voice", &voice) == NGX_OK && voice) {
        ngx_str_set(&a.type, "voice");
    }

    a.ref = ngx_inbox_reader_token(t, v, "id", NGX_INBOX_MAX_EXTERNAL_ID);
    if (a.ref.len == 0) {
        return 0;
    }

    /* "audio/ogg; codecs=opus" is no token */
    a.mime = ngx_inbox_reader_words(t, v, "mime_type",
                                    NGX_INBOX_WHATSAPP_MIME);
    a.name = ngx_inbox_reader_words(t, v, "filename", NGX_INBOX_MAX_NAME);
    ngx_inbox_reader_size(t, v, "file_size", &a);

    e->text = ngx_inbox_reader_words(t, v, "caption", NGX_INBOX_MAX_TEXT);

    ngx_inbox_reader_attach(t, e, &a);

    return 1;
}


static ngx_uint_t
ngx_inbox_whatsapp_location(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const ngx_str_t *type, ngx_inbox_event_t *e)
{
    ngx_str_t               name, address, words;
    ngx_inbox_attachment_t  a;

    ngx_inbox_reader_blank(&a, "location");

    if (ngx_inbox_reader_place(t, v, "latitude", "longitude", &a) != NGX_OK) {
        return 0;
    }

    name = ngx_inbox_reader_words(t, v, "name", NGX_INBOX_MAX_NAME);
    address = ngx_inbox_reader_words(t, v, "address", NGX_INBOX_MAX_NAME);

    words = ngx_inbox_reader_join(t, &name, ", ", &address);
    a.name = ngx_inbox_reader_join(t, &a.name, " ", &words);

    ngx_inbox_reader_attach(t, e, &a);

    return 1;
}


static ngx_uint_t
ngx_inbox_whatsapp_contacts(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const ngx_str_t *type, ngx_inbox_event_t *e)
{
    size_t                   i, n;
    ngx_str_t                name, phone;
    ngx_inbox_json_t        *card, *first;
    ngx_inbox_attachment_t   a;

    n = ngx_min(ngx_inbox_json_size(v), NGX_INBOX_MAX_ATTACHMENTS);

    for (i = 0; i < n; i++) {
        card = ngx_inbox_json_at(v, i);
        first = ngx_inbox_json_at(ngx_inbox_json_get(card, "phones"), 0);

        name = ngx_inbox_reader_words(t, ngx_inbox_json_get(card, "name"),
                                      "formatted_name", NGX_INBOX_MAX_NAME);
        phone = ngx_inbox_reader_words(t, first, "phone", NGX_INBOX_MAX_NAME);

        ngx_inbox_reader_blank(&a, "contact");
        a.name = ngx_inbox_reader_join(t, &name, ", ", &phone);

        if (a.name.len == 0) {
            t->odd = 1;
            continue;
        }

        ngx_inbox_reader_attach(t, e, &a);
    }

    return e->attachments != NULL;
}


/* what was chosen of a list, a row of buttons or a form */
static ngx_uint_t
ngx_inbox_whatsapp_interactive(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const ngx_str_t *type, ngx_inbox_event_t *e)
{
    ngx_uint_t         i;
    ngx_inbox_json_t  *choice;

    static const char *const  keys[][2] = {
        { "button_reply", "title" },
        { "list_reply", "title" },
        { "nfm_reply", "response_json" },
        { NULL, NULL }
    };

    for (i = 0; keys[i][0] && e->text.len == 0; i++) {
        choice = ngx_inbox_json_get(v, keys[i][0]);
        e->text = ngx_inbox_reader_words(t, choice, keys[i][1],
                                         NGX_INBOX_MAX_TEXT);
    }

    return e->text.len != 0;
}


static ngx_uint_t
ngx_inbox_whatsapp_button(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const ngx_str_t *type, ngx_inbox_event_t *e)
{
    e->text = ngx_inbox_reader_words(t, v, "text", NGX_INBOX_MAX_TEXT);

    return e->text.len != 0;
}
