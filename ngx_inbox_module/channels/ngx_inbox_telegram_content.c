
/*
 * Copyright (C) the ngx_inbox authors
 *
 * What a Telegram Message contains.
 *
 * The content is the first line of ngx_inbox_telegram_contents that the
 * message has.  The order matters: Telegram repeats new kinds as old ones for
 * old programs (a GIF is a document as well, a venue a location), and each is
 * to be counted once.  A line that cannot be read gives way to the next.
 *
 * A message with neither text nor a content of the table is shown as
 * "unsupported", named by its member, when it has a member that is not in
 * ngx_inbox_telegram_plain; otherwise it is a service message.  So a kind that
 * Telegram invents tomorrow is seen by an agent and not lost.  A message with
 * text is complete without that: new members beside a text are trimmings.
 *
 * A place is told in words, "50.450100,30.523400", with the venue behind it.
 *
 * To show a new kind: a line in the table, and a reader if it is no file.
 */


#include "ngx_inbox_telegram.h"
#include "../ngx_inbox_text.h"


/* longest media type: RFC 6838 allows 127 characters on each side */
#define NGX_INBOX_TELEGRAM_MIME   255
/* sizes of one picture: Telegram makes about 4, this is not to loop long */
#define NGX_INBOX_TELEGRAM_SIZES  32


typedef ngx_int_t (*ngx_inbox_telegram_read_pt)(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e, ngx_inbox_attachment_t *a);


typedef struct {
    const char                  *key;
    ngx_str_t                    type;
    ngx_str_t                    mime;   /* when the update does not tell */

    /* a: type, mime and size are preset; NGX_OK | NGX_DECLINED: unreadable */
    ngx_inbox_telegram_read_pt   read;
} ngx_inbox_telegram_content_t;


static ngx_uint_t ngx_inbox_telegram_attachment(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *message, ngx_inbox_event_t *e);
static ngx_int_t ngx_inbox_telegram_unknown(void *data, ngx_str_t *key,
    ngx_inbox_json_t *v);

static ngx_int_t ngx_inbox_telegram_file(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e, ngx_inbox_attachment_t *a);
static ngx_int_t ngx_inbox_telegram_photo(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e, ngx_inbox_attachment_t *a);
static double ngx_inbox_telegram_area(ngx_inbox_json_t *v);
static ngx_int_t ngx_inbox_telegram_audio(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e, ngx_inbox_attachment_t *a);
static ngx_int_t ngx_inbox_telegram_sticker(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e, ngx_inbox_attachment_t *a);
static ngx_int_t ngx_inbox_telegram_location(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e, ngx_inbox_attachment_t *a);
static ngx_int_t ngx_inbox_telegram_venue(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e, ngx_inbox_attachment_t *a);
static ngx_int_t ngx_inbox_telegram_contact(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e, ngx_inbox_attachment_t *a);

static const ngx_inbox_telegram_content_t  ngx_inbox_telegram_contents[] = {

    { "animation",  ngx_string("video"),    ngx_string("video/mp4"),
      ngx_inbox_telegram_file },
    { "live_photo", ngx_string("video"),    ngx_string("video/mp4"),
      ngx_inbox_telegram_file },
    { "photo",      ngx_string("image"),    ngx_string("image/jpeg"),
      ngx_inbox_telegram_photo },
    { "video",      ngx_string("video"),    ngx_string("video/mp4"),
      ngx_inbox_telegram_file },
    { "video_note", ngx_string("video"),    ngx_string("video/mp4"),
      ngx_inbox_telegram_file },
    { "voice",      ngx_string("voice"),    ngx_string("audio/ogg"),
      ngx_inbox_telegram_file },
    { "audio",      ngx_string("audio"),    ngx_string("audio/mpeg"),
      ngx_inbox_telegram_audio },
    { "document",   ngx_string("file"),     ngx_null_string,
      ngx_inbox_telegram_file },
    { "sticker",    ngx_string("sticker"),  ngx_string("image/webp"),
      ngx_inbox_telegram_sticker },
    { "venue",      ngx_string("location"), ngx_null_string,
      ngx_inbox_telegram_venue },
    { "location",   ngx_string("location"), ngx_null_string,
      ngx_inbox_telegram_location },
    { "contact",    ngx_string("contact"),  ngx_null_string,
      ngx_inbox_telegram_contact },

    { NULL, ngx_null_string, ngx_null_string, NULL }
};


/* members of a Message that are no content: trimmings, then service messages */
static const char *const  ngx_inbox_telegram_plain[] = {
    "message_id", "message_thread_id", "direct_messages_topic", "from",
    "sender_chat", "sender_boost_count", "sender_business_bot", "sender_tag",
    "date", "business_connection_id", "chat", "forward_origin",
    "forward_from", "forward_from_chat", "forward_from_message_id",
    "forward_signature", "forward_sender_name", "forward_date",
    "is_topic_message", "is_automatic_forward", "reply_to_message",
    "external_reply", "quote", "reply_to_story", "reply_to_checklist_task_id",
    "via_bot", "edit_date", "has_protected_content", "is_from_offline",
    "is_paid_post", "media_group_id", "author_signature", "paid_star_count",
    "text", "entities", "link_preview_options", "suggested_post_info",
    "effect_id", "caption", "caption_entities", "show_caption_above_media",
    "has_media_spoiler", "reply_markup",

    "new_chat_members", "new_chat_member", "new_chat_participant",
    "left_chat_member", "left_chat_participant", "chat_owner_left",
    "chat_owner_changed", "new_chat_title", "new_chat_photo",
    "delete_chat_photo", "group_chat_created", "supergroup_chat_created",
    "channel_chat_created", "message_auto_delete_timer_changed",
    "migrate_to_chat_id", "migrate_from_chat_id", "pinned_message",
    "successful_payment", "refunded_payment", "users_shared", "user_shared",
    "chat_shared", "connected_website", "write_access_allowed",
    "passport_data", "proximity_alert_triggered", "boost_added",
    "chat_background_set", "checklist_tasks_done", "checklist_tasks_added",
    "direct_message_price_changed", "forum_topic_created",
    "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened",
    "general_forum_topic_hidden", "general_forum_topic_unhidden",
    "giveaway_created", "giveaway_completed", "paid_message_price_changed",
    "suggested_post_approved", "suggested_post_approval_failed",
    "suggested_post_declined", "suggested_post_paid",
    "suggested_post_refunded", "video_chat_scheduled", "video_chat_started",
    "video_chat_ended", "video_chat_participants_invited",
    "gift_upgrade_sent", "managed_bot_created",
    NULL
};


ngx_uint_t
ngx_inbox_telegram_content(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *message, ngx_inbox_event_t *e)
{
    ngx_str_t  name;

    e->text = ngx_inbox_reader_words(t, message, "text", NGX_INBOX_MAX_TEXT);
    if (e->text.len) {
        return 1;
    }

    e->text = ngx_inbox_reader_words(t, message, "caption",
                                     NGX_INBOX_MAX_TEXT);

    if (ngx_inbox_telegram_attachment(t, message, e)) {
        return 1;
    }

    ngx_str_null(&name);

    (void) ngx_inbox_json_each(message, ngx_inbox_telegram_unknown, &name);

    if (name.len) {
        ngx_inbox_reader_unsupported(t, e, &name);
    }

    return e->text.len || name.len;
}


static ngx_uint_t
ngx_inbox_telegram_attachment(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *message, ngx_inbox_event_t *e)
{
    ngx_inbox_json_t                    *v;
    ngx_inbox_attachment_t               a;
    const ngx_inbox_telegram_content_t  *content;

    for (content = ngx_inbox_telegram_contents; content->key; content++) {

        v = ngx_inbox_json_get(message, content->key);

        if (ngx_inbox_json_is_null(v)) {
            continue;
        }

        ngx_memzero(&a, sizeof(ngx_inbox_attachment_t));

        a.type = content->type;
        a.mime = content->mime;
        a.size = -1;

        if (content->read(t, v, e, &a) == NGX_OK) {
            ngx_inbox_reader_attach(t, e, &a);
            return 1;
        }

        t->odd = 1;
    }

    return 0;
}


/* stops at the first member that must be a content, and names it */
static ngx_int_t
ngx_inbox_telegram_unknown(void *data, ngx_str_t *key, ngx_inbox_json_t *v)
{
    ngx_str_t   *name = data;
    ngx_uint_t   i;

    if (ngx_inbox_json_is_null(v)) {
        return NGX_OK;
    }

    for (i = 0; ngx_inbox_telegram_plain[i]; i++) {
        if (ngx_strcmp(key->data, ngx_inbox_telegram_plain[i]) == 0) {
            return NGX_OK;
        }
    }

    *name = *key;

    return NGX_DONE;
}


static ngx_int_t
ngx_inbox_telegram_file(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e, ngx_inbox_attachment_t *a)
{
    ngx_str_t  mime;

    a->ref = ngx_inbox_reader_token(t, v, "file_id",
                                    NGX_INBOX_MAX_EXTERNAL_ID);
    if (a->ref.len == 0) {
        return NGX_DECLINED;
    }

    a->name = ngx_inbox_reader_words(t, v, "file_name", NGX_INBOX_MAX_NAME);

    mime = ngx_inbox_reader_token(t, v, "mime_type",
                                  NGX_INBOX_TELEGRAM_MIME);
    if (mime.len) {
        a->mime = mime;
    }

    ngx_inbox_reader_size(t, v, "file_size", a);

    return NGX_OK;
}


/* the largest of a picture's sizes; as a rule the last */
static ngx_int_t
ngx_inbox_telegram_photo(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e, ngx_inbox_attachment_t *a)
{
    double                   area, largest;
    size_t                   i, n;
    ngx_inbox_json_t        *size;
    ngx_inbox_attachment_t   preset, one;

    largest = -1;
    preset = *a;
    n = ngx_min(ngx_inbox_json_size(v), NGX_INBOX_TELEGRAM_SIZES);

    for (i = 0; i < n; i++) {
        one = preset;
        size = ngx_inbox_json_at(v, i);

        if (ngx_inbox_telegram_file(t, size, e, &one) != NGX_OK) {
            t->odd = 1;
            continue;
        }

        area = ngx_inbox_telegram_area(size);

        if (area >= largest) {
            largest = area;
            *a = one;
        }
    }

    return (largest < 0) ? NGX_DECLINED : NGX_OK;
}


static double
ngx_inbox_telegram_area(ngx_inbox_json_t *v)
{
    double  width, height;

    if (ngx_inbox_json_number(v, "width", &width) != NGX_OK
        || ngx_inbox_json_number(v, "height", &height) != NGX_OK)
    {
        return 0;
    }

    return (width > 0 && height > 0) ? width * height : 0;
}


static ngx_int_t
ngx_inbox_telegram_audio(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e, ngx_inbox_attachment_t *a)
{
    ngx_str_t  performer, title;

    if (ngx_inbox_telegram_file(t, v, e, a) != NGX_OK) {
        return NGX_DECLINED;
    }

    if (a->name.len == 0) {
        performer = ngx_inbox_reader_words(t, v, "performer",
                                           NGX_INBOX_MAX_NAME);
        title = ngx_inbox_reader_words(t, v, "title", NGX_INBOX_MAX_NAME);

        a->name = ngx_inbox_reader_join(t, &performer, " - ", &title);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_telegram_sticker(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e, ngx_inbox_attachment_t *a)
{
    ngx_uint_t  yes;

    if (ngx_inbox_telegram_file(t, v, e, a) != NGX_OK) {
        return NGX_DECLINED;
    }

    a->name = ngx_inbox_reader_words(t, v, "emoji", NGX_INBOX_MAX_NAME);

    if (ngx_inbox_json_bool(v, "is_animated", &yes) == NGX_OK && yes) {
        ngx_str_set(&a->mime, "application/x-tgsticker");
    }

    if (ngx_inbox_json_bool(v, "is_video", &yes) == NGX_OK && yes) {
        ngx_str_set(&a->mime, "video/webm");
    }

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_telegram_location(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e, ngx_inbox_attachment_t *a)
{
    return ngx_inbox_reader_place(t, v, "latitude", "longitude", a);
}


static ngx_int_t
ngx_inbox_telegram_venue(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e, ngx_inbox_attachment_t *a)
{
    ngx_str_t  title, address, words;

    if (ngx_inbox_telegram_location(t, ngx_inbox_json_get(v, "location"), e, a)
        != NGX_OK)
    {
        return NGX_DECLINED;
    }

    title = ngx_inbox_reader_words(t, v, "title", NGX_INBOX_MAX_NAME);
    address = ngx_inbox_reader_words(t, v, "address", NGX_INBOX_MAX_NAME);

    words = ngx_inbox_reader_join(t, &title, ", ", &address);
    a->name = ngx_inbox_reader_join(t, &a->name, " ", &words);

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_telegram_contact(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e, ngx_inbox_attachment_t *a)
{
    ngx_str_t  first, last, name, phone, user;

    phone = ngx_inbox_reader_words(t, v, "phone_number", NGX_INBOX_MAX_NAME);
    first = ngx_inbox_reader_words(t, v, "first_name", NGX_INBOX_MAX_NAME);
    last = ngx_inbox_reader_words(t, v, "last_name", NGX_INBOX_MAX_NAME);

    name = ngx_inbox_reader_join(t, &first, " ", &last);
    a->name = ngx_inbox_reader_join(t, &name, ", ", &phone);

    if (a->name.len == 0) {
        return NGX_DECLINED;
    }

    if (ngx_inbox_json_is_null(ngx_inbox_json_get(v, "user_id"))) {
        return NGX_OK;
    }

    /* their own card: the number is the client's */
    if (ngx_inbox_reader_member(t, v, "user_id", &user)
        && !e->echo
        && ngx_inbox_reader_same(&user, &e->user))
    {
        e->phone = phone;
    }

    return NGX_OK;
}
