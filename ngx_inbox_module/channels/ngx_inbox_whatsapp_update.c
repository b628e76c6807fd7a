
/*
 * Copyright (C) the ngx_inbox authors
 *
 * WhatsApp's webhooks -> our events.
 *
 * Every level is a list: entries, changes, and in the value of a change its
 * messages, statuses and errors.  Each is read for itself; what is wrong with
 * one costs its neighbours nothing.  Names stand beside the messages, in
 * contacts, and are found by whose they are, not by their place.
 *
 * A client is `from`, his number, or where that is not shown `from_user_id`.
 * Echoes come from a number that is used in the Business app as well: there
 * the client is `to`, and everything else is the same.
 *
 * To follow a new kind of message: see ngx_inbox_whatsapp_content.c.
 */


#include "ngx_inbox_whatsapp.h"
#include "../ngx_inbox_text.h"


/* digits of a phone number: E.164 has 15 */
#define NGX_INBOX_WHATSAPP_PHONE  20
/* characters of one emoji: families are joined of 7, flags of 7 */
#define NGX_INBOX_WHATSAPP_GLYPH  16


static void ngx_inbox_whatsapp_change(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *change, const ngx_str_t *ours);
static void ngx_inbox_whatsapp_value(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *value, const char *list, ngx_uint_t echo);

static void ngx_inbox_whatsapp_message(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_json_t *contacts, ngx_uint_t echo);
static ngx_uint_t ngx_inbox_whatsapp_who(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, const char *number, const char *id,
    ngx_inbox_event_t *e);
static void ngx_inbox_whatsapp_name(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *contacts, ngx_inbox_event_t *e);
static void ngx_inbox_whatsapp_plain(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, const ngx_str_t *type, ngx_inbox_event_t *e);
static void ngx_inbox_whatsapp_reaction(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static void ngx_inbox_whatsapp_edit(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);

static void ngx_inbox_whatsapp_status(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v);
static ngx_str_t ngx_inbox_whatsapp_reason(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *errors);


ngx_int_t
ngx_inbox_whatsapp_parse(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_hook_t *hook, ngx_array_t *events, ngx_uint_t *odd)
{
    size_t               i, k, n, m;
    ngx_int_t            rc;
    ngx_str_t            about, ours;
    ngx_inbox_json_t    *v, *entries, *changes;
    ngx_inbox_reader_t   t;

    *odd = 0;

    rc = ngx_inbox_reader_open(&t, pool, &hook->body, events, &v);

    if (rc != NGX_OK) {
        return rc;
    }

    ours = ngx_inbox_channel_credential(line, "phone_number_id");

    (void) ngx_inbox_json_str(v, "object", &about);

    if (!ngx_inbox_reader_is(&about, "whatsapp_business_account")) {
        t.odd = 1;
        return ngx_inbox_reader_close(&t, odd);
    }

    entries = ngx_inbox_json_get(v, "entry");
    n = ngx_inbox_json_size(entries);

    for (i = 0; i < n; i++) {
        changes = ngx_inbox_json_get(ngx_inbox_json_at(entries, i), "changes");
        m = ngx_inbox_json_size(changes);

        if (m == 0) {
            t.odd = 1;
        }

        for (k = 0; k < m; k++) {
            ngx_inbox_whatsapp_change(&t, ngx_inbox_json_at(changes, k),
                                      &ours);
        }
    }

    return ngx_inbox_reader_close(&t, odd);
}


/* ours: the number that is this line's, or len 0 */
static void
ngx_inbox_whatsapp_change(ngx_inbox_reader_t *t, ngx_inbox_json_t *change,
    const ngx_str_t *ours)
{
    ngx_str_t          field, number;
    ngx_inbox_json_t  *value;

    (void) ngx_inbox_json_str(change, "field", &field);
    value = ngx_inbox_json_get(change, "value");

    if (field.len == 0 || !ngx_inbox_json_is_object(value)) {
        t->odd = 1;
        return;
    }

    /* whatever else a business subscribes to concerns somebody else */
    t->known = 1;

    if (!ngx_inbox_reader_is(&field, "messages")
        && !ngx_inbox_reader_is(&field, "smb_message_echoes"))
    {
        return;
    }

    (void) ngx_inbox_reader_id(t, ngx_inbox_json_get(value, "metadata"),
                               "phone_number_id", &number);

    /* a business has one webhook for all its numbers */
    if (ours->len && !ngx_inbox_reader_same(ours, &number)) {
        t->odd = 1;
        return;
    }

    ngx_inbox_whatsapp_value(t, value, "messages", 0);
    ngx_inbox_whatsapp_value(t, value, "message_echoes", 1);
    ngx_inbox_whatsapp_value(t, value, "statuses", 0);
}


static void
ngx_inbox_whatsapp_value(ngx_inbox_reader_t *t, ngx_inbox_json_t *value,
    const char *list, ngx_uint_t echo)
{
    size_t             i, n;
    ngx_inbox_json_t  *items, *contacts, *v;

    items = ngx_inbox_json_get(value, list);
    contacts = ngx_inbox_json_get(value, "contacts");

    if (!ngx_inbox_json_is_null(items) && !ngx_inbox_json_is_array(items)) {
        t->odd = 1;
        return;
    }

    n = ngx_inbox_json_size(items);

    for (i = 0; i < n; i++) {
        v = ngx_inbox_json_at(items, i);

        if (ngx_strcmp(list, "statuses") == 0) {
            ngx_inbox_whatsapp_status(t, v);

        } else {
            ngx_inbox_whatsapp_message(t, v, contacts, echo);
        }
    }
}


static void
ngx_inbox_whatsapp_message(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_json_t *contacts, ngx_uint_t echo)
{
    ngx_str_t          type;
    ngx_inbox_event_t  e;

    ngx_memzero(&e, sizeof(ngx_inbox_event_t));

    if (!ngx_inbox_json_is_null(ngx_inbox_json_get(v, "group_id"))) {
        return;
    }

    e.echo = echo;
    e.at = ngx_inbox_reader_time(t, v, "timestamp");

    type = ngx_inbox_reader_words(t, v, "type", NGX_INBOX_MAX_NAME);

    if (!ngx_inbox_whatsapp_who(t, v, echo ? "to" : "from",
                                echo ? "to_user_id" : "from_user_id", &e)
        || !ngx_inbox_reader_id(t, v, "id", &e.message))
    {
        t->odd = 1;
        return;
    }

    if (!echo) {
        ngx_inbox_whatsapp_name(t, contacts, &e);
    }

    /* "a number has changed" and the like: no words of the client */
    if (ngx_inbox_reader_is(&type, "system")
        || ngx_inbox_reader_is(&type, "request_welcome"))
    {
        return;
    }

    if (ngx_inbox_reader_is(&type, "reaction")) {
        ngx_inbox_whatsapp_reaction(t, ngx_inbox_json_get(v, "reaction"), &e);

    } else if (ngx_inbox_reader_is(&type, "edit")) {
        ngx_inbox_whatsapp_edit(t, ngx_inbox_json_get(v, "edit"), &e);

    } else if (ngx_inbox_reader_is(&type, "revoke")) {
        e.type = NGX_INBOX_EVENT_DELETE;

        if (ngx_inbox_reader_id(t, ngx_inbox_json_get(v, "revoke"),
                                "original_message_id", &e.message))
        {
            ngx_inbox_reader_push(t, &e);

        } else {
            t->odd = 1;
        }

    } else {
        ngx_inbox_whatsapp_plain(t, v, &type, &e);
    }
}


/* the client's number, else his id; 1 when there is one */
static ngx_uint_t
ngx_inbox_whatsapp_who(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const char *number, const char *id, ngx_inbox_event_t *e)
{
    u_char  *p;

    if (!ngx_inbox_reader_id(t, v, number, &e->user)) {
        return ngx_inbox_reader_id(t, v, id, &e->user);
    }

    if (!ngx_inbox_text_is_digits(&e->user, NGX_INBOX_WHATSAPP_PHONE)) {
        return 1;
    }

    p = ngx_pnalloc(t->pool, e->user.len + 1);
    if (p == NULL) {
        t->failed = 1;
        return 0;
    }

    e->phone.data = p;
    e->phone.len = e->user.len + 1;

    *p++ = '+';
    ngx_memcpy(p, e->user.data, e->user.len);

    return 1;
}


static void
ngx_inbox_whatsapp_name(ngx_inbox_reader_t *t, ngx_inbox_json_t *contacts,
    ngx_inbox_event_t *e)
{
    size_t             i, n;
    ngx_str_t          number, id;
    ngx_inbox_json_t  *v, *profile;

    n = ngx_inbox_json_size(contacts);

    for (i = 0; i < n; i++) {
        v = ngx_inbox_json_at(contacts, i);

        (void) ngx_inbox_reader_id(t, v, "wa_id", &number);
        (void) ngx_inbox_reader_id(t, v, "user_id", &id);

        if (ngx_inbox_reader_same(&number, &e->user)
            || ngx_inbox_reader_same(&id, &e->user))
        {
            profile = ngx_inbox_json_get(v, "profile");
            e->name = ngx_inbox_reader_words(t, profile, "name",
                                             NGX_INBOX_MAX_NAME);
            e->username = ngx_inbox_reader_words(t, profile, "username",
                                                 NGX_INBOX_MAX_NAME);
            return;
        }
    }
}


static void
ngx_inbox_whatsapp_plain(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    const ngx_str_t *type, ngx_inbox_event_t *e)
{
    (void) ngx_inbox_reader_id(t, ngx_inbox_json_get(v, "context"), "id",
                               &e->reply_to);

    if (ngx_inbox_whatsapp_content(t, v, type, e)) {
        ngx_inbox_reader_push(t, e);
    }
}


static void
ngx_inbox_whatsapp_reaction(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    ngx_str_t  emoji;

    /* what an agent adds in the app would take the client's away */
    if (e->echo) {
        return;
    }

    if (!ngx_inbox_reader_id(t, v, "message_id", &e->message)) {
        t->odd = 1;
        return;
    }

    e->type = NGX_INBOX_EVENT_REACTION;
    emoji = ngx_inbox_reader_words(t, v, "emoji", NGX_INBOX_WHATSAPP_GLYPH);

    ngx_inbox_reader_emoji(t, e, &emoji);
    ngx_inbox_reader_push(t, e);
}


static void
ngx_inbox_whatsapp_edit(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    ngx_str_t          type;
    ngx_inbox_json_t  *message;

    if (!ngx_inbox_reader_id(t, v, "original_message_id", &e->message)) {
        t->odd = 1;
        return;
    }

    e->type = NGX_INBOX_EVENT_EDIT;

    message = ngx_inbox_json_get(v, "message");
    type = ngx_inbox_reader_words(t, message, "type", NGX_INBOX_MAX_NAME);

    ngx_inbox_whatsapp_plain(t, message, &type, e);
}


static void
ngx_inbox_whatsapp_status(ngx_inbox_reader_t *t, ngx_inbox_json_t *v)
{
    ngx_str_t          status;
    ngx_inbox_event_t  e;

    ngx_memzero(&e, sizeof(ngx_inbox_event_t));

    e.type = NGX_INBOX_EVENT_RECEIPT;
    e.at = ngx_inbox_reader_time(t, v, "timestamp");

    status = ngx_inbox_reader_words(t, v, "status", NGX_INBOX_MAX_NAME);

    if (ngx_inbox_reader_is(&status, "delivered")) {
        ngx_str_set(&e.extra, "delivered");

    } else if (ngx_inbox_reader_is(&status, "read")
               || ngx_inbox_reader_is(&status, "played"))
    {
        ngx_str_set(&e.extra, "read");

    } else if (ngx_inbox_reader_is(&status, "failed")) {
        ngx_str_set(&e.extra, "failed");
        e.text = ngx_inbox_whatsapp_reason(t, ngx_inbox_json_get(v, "errors"));

    } else {
        t->odd |= !ngx_inbox_reader_is(&status, "sent")
                  && !ngx_inbox_reader_is(&status, "deleted")
                  && !ngx_inbox_reader_is(&status, "warning");
        return;
    }

    if (!ngx_inbox_reader_id(t, v, "id", &e.message)
        || (!ngx_inbox_reader_id(t, v, "recipient_id", &e.user)
            && !ngx_inbox_reader_id(t, v, "recipient_user_id", &e.user)))
    {
        t->odd = 1;
        return;
    }

    ngx_inbox_reader_push(t, &e);
}


/* the words for people of the first error that has any */
static ngx_str_t
ngx_inbox_whatsapp_reason(ngx_inbox_reader_t *t, ngx_inbox_json_t *errors)
{
    ngx_str_t          words;
    ngx_inbox_json_t  *v;

    v = ngx_inbox_json_at(errors, 0);

    words = ngx_inbox_reader_words(t, ngx_inbox_json_get(v, "error_data"),
                                   "details", NGX_INBOX_MAX_PREVIEW);

    if (words.len == 0) {
        words = ngx_inbox_reader_words(t, v, "title", NGX_INBOX_MAX_PREVIEW);
    }

    if (words.len == 0) {
        words = ngx_inbox_reader_words(t, v, "message", NGX_INBOX_MAX_PREVIEW);
    }

    return words;
}
