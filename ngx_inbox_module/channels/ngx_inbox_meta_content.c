
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Attachments and reactions of Messenger and Instagram.
 *
 * A type of the table is shown as ours; one that Meta invents tomorrow is
 * shown as "unsupported", by its name.  For some time a sticker comes twice,
 * as an image and as a sticker with one sticker_id: it is counted once.
 */


#include "ngx_inbox_meta.h"
#include "../ngx_inbox_text.h"


/* digits of a sticker's id */
#define NGX_INBOX_META_STICKER  20
/* characters of one emoji: families are joined of 7, flags of 7 */
#define NGX_INBOX_META_GLYPH    16


typedef struct {
    const char  *type;
    const char  *ours;
    unsigned     bytes:1;       /* payload.url is the file itself */
} ngx_inbox_meta_type_t;

typedef struct {
    const char  *name;
    ngx_str_t    emoji;
} ngx_inbox_meta_emoji_t;


static void ngx_inbox_meta_attachment(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e, ngx_str_t *stickers);
static void ngx_inbox_meta_name(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const ngx_str_t *type, ngx_inbox_attachment_t *a);
static void ngx_inbox_meta_place(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e);
static void ngx_inbox_meta_sticker(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *payload, ngx_str_t *id, ngx_inbox_attachment_t *a);


static const ngx_inbox_meta_type_t  ngx_inbox_meta_types[] = {
    { "image", "image", 1 },
    { "video", "video", 1 },
    { "audio", "audio", 1 },
    { "file", "file", 1 },
    { "sticker", "sticker", 1 },
    { "like_heart", "sticker", 0 },
    { "story_mention", "story_mention", 1 },
    { "fallback", "link", 0 },
    { "share", "link", 0 },
    { "reel", "link", 0 },
    { "ig_reel", "link", 0 },
    { "post", "link", 0 },
    { "ig_post", "link", 0 },
    { "template", "link", 0 },
    { NULL, NULL, 0 }
};


static const ngx_inbox_meta_emoji_t  ngx_inbox_meta_emojis[] = {
    { "smile", ngx_string("\xf0\x9f\x98\x86") },
    { "angry", ngx_string("\xf0\x9f\x98\xa0") },
    { "sad", ngx_string("\xf0\x9f\x98\xa2") },
    { "wow", ngx_string("\xf0\x9f\x98\xae") },
    { "love", ngx_string("\xe2\x9d\xa4") },
    { "like", ngx_string("\xf0\x9f\x91\x8d") },
    { "dislike", ngx_string("\xf0\x9f\x91\x8e") },
    { NULL, ngx_null_string }
};


void
ngx_inbox_meta_attachments(ngx_inbox_reader_t *t, ngx_inbox_json_t *message,
    ngx_inbox_event_t *e)
{
    size_t             i, n;
    ngx_str_t          stickers[NGX_INBOX_MAX_ATTACHMENTS];
    ngx_inbox_json_t  *list;

    list = ngx_inbox_json_get(message, "attachments");

    if (ngx_inbox_json_is_null(list)) {
        return;
    }

    n = ngx_inbox_json_size(list);

    if (!ngx_inbox_json_is_array(list) || n > NGX_INBOX_MAX_ATTACHMENTS) {
        t->odd = 1;
        n = ngx_min(n, NGX_INBOX_MAX_ATTACHMENTS);
    }

    ngx_memzero(stickers, sizeof(stickers));

    for (i = 0; i < n; i++) {
        ngx_inbox_meta_attachment(t, ngx_inbox_json_at(list, i), e, stickers);
    }
}


/* stickers: ids of those that e has, in the order of its attachments */
static void
ngx_inbox_meta_attachment(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e, ngx_str_t *stickers)
{
    ngx_str_t                     type, sticker;
    ngx_uint_t                    i, n;
    ngx_inbox_json_t             *payload;
    ngx_inbox_attachment_t        a;
    const ngx_inbox_meta_type_t  *known;

    type = ngx_inbox_reader_words(t, v, "type", NGX_INBOX_MAX_NAME);
    payload = ngx_inbox_json_get(v, "payload");

    if (ngx_inbox_reader_is(&type, "location")) {
        ngx_inbox_meta_place(t, v, e);
        return;
    }

    for (known = ngx_inbox_meta_types; known->type; known++) {
        if (ngx_inbox_reader_is(&type, known->type)) {
            break;
        }
    }

    if (known->type == NULL) {
        t->odd = 1;
        ngx_inbox_reader_unsupported(t, e, &type);
        return;
    }

    ngx_inbox_reader_blank(&a, known->ours);
    a.ref = ngx_inbox_reader_url(t, payload, "url");

    if (a.ref.len == 0) {
        a.ref = ngx_inbox_reader_url(t, v, "url");
    }

    if (known->bytes && a.ref.len == 0) {
        t->odd = 1;
    }

    ngx_inbox_meta_sticker(t, payload, &sticker, &a);

    n = (e->attachments != NULL) ? e->attachments->nelts : 0;

    for (i = 0; sticker.len && i < n; i++) {
        if (ngx_inbox_reader_same(&stickers[i], &sticker)) {
            return;
        }
    }

    if (n < NGX_INBOX_MAX_ATTACHMENTS) {
        stickers[n] = sticker;
    }

    if (a.name.len == 0 && !known->bytes) {
        ngx_inbox_meta_name(t, v, &type, &a);
    }

    ngx_inbox_reader_attach(t, e, &a);
}


/* words for what is no file: its title, or where it is, or what it is */
static void
ngx_inbox_meta_name(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const ngx_str_t *type, ngx_inbox_attachment_t *a)
{
    ngx_uint_t         i;
    ngx_inbox_json_t  *payload;

    static const char *const  keys[] = { "title", "text", "name", NULL };

    if (ngx_inbox_reader_is(type, "like_heart")) {
        ngx_str_set(&a->name, "\xe2\x9d\xa4");
        return;
    }

    payload = ngx_inbox_json_get(v, "payload");

    for (i = 0; keys[i] && a->name.len == 0; i++) {
        a->name = ngx_inbox_reader_words(t, payload, keys[i],
                                         NGX_INBOX_MAX_NAME);
    }

    if (a->name.len == 0) {
        a->name = ngx_inbox_reader_words(t, v, "title", NGX_INBOX_MAX_NAME);
    }

    if (a->name.len == 0) {
        a->name = ngx_inbox_text_cut(a->ref.len ? &a->ref : type,
                                     NGX_INBOX_MAX_NAME);
    }
}


static void
ngx_inbox_meta_place(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    ngx_str_t                title;
    ngx_inbox_json_t        *point;
    ngx_inbox_attachment_t   a;

    point = ngx_inbox_json_get(ngx_inbox_json_get(v, "payload"),
                               "coordinates");

    ngx_inbox_reader_blank(&a, "location");

    if (ngx_inbox_reader_place(t, point, "lat", "long", &a) != NGX_OK) {
        t->odd = 1;
        ngx_inbox_reader_unsupported(t, e, &a.type);
        return;
    }

    title = ngx_inbox_reader_words(t, v, "title", NGX_INBOX_MAX_NAME);
    a.name = ngx_inbox_reader_join(t, &a.name, " ", &title);

    ngx_inbox_reader_attach(t, e, &a);
}


/* what is a sticker, though it may be called an image; id: or len 0 */
static void
ngx_inbox_meta_sticker(ngx_inbox_reader_t *t, ngx_inbox_json_t *payload,
    ngx_str_t *id, ngx_inbox_attachment_t *a)
{
    ngx_uint_t  i;

    static const char *const  thumbs[] = {
        "369239263222822", "369239343222814", "369239383222810", NULL
    };

    if (ngx_inbox_json_id(t->pool, payload, "sticker_id", id) != NGX_OK
        || !ngx_inbox_text_is_digits(id, NGX_INBOX_META_STICKER))
    {
        ngx_str_null(id);
        return;
    }

    ngx_str_set(&a->type, "sticker");

    for (i = 0; thumbs[i]; i++) {
        if (ngx_inbox_reader_is(id, thumbs[i])) {
            ngx_str_set(&a->name, "\xf0\x9f\x91\x8d");
        }
    }
}


ngx_str_t
ngx_inbox_meta_emoji(ngx_inbox_reader_t *t, ngx_inbox_json_t *v)
{
    ngx_str_t                      emoji, name;
    const ngx_inbox_meta_emoji_t  *known;

    emoji = ngx_inbox_reader_words(t, v, "emoji", NGX_INBOX_META_GLYPH);

    if (emoji.len) {
        return emoji;
    }

    name = ngx_inbox_reader_words(t, v, "reaction", NGX_INBOX_MAX_NAME);

    for (known = ngx_inbox_meta_emojis; known->name; known++) {
        if (ngx_inbox_reader_is(&name, known->name)) {
            return known->emoji;
        }
    }

    ngx_str_set(&emoji, "\xe2\x9d\x94");

    return emoji;
}
