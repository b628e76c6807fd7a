
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Messenger's and Instagram's webhooks -> our events.
 *
 * A webhook has entries, an entry has items, and an item one kind: a line of
 * ngx_inbox_meta_kinds.  Every item is read for itself; what is wrong with one
 * costs its neighbours nothing.  Items of `standby` are the same, told while
 * another app has the word.  Of `changes` only Instagram's test button sends
 * messages.
 *
 * What the account itself has written is an echo.  Our own carry our mark in
 * `metadata`, or are told by the app's id (settings.app_id), and are dropped:
 * we have them.
 *
 * To follow a new kind of item: a line in the table and its function.
 */


#include "ngx_inbox_meta.h"
#include "../ngx_inbox_text.h"


typedef struct {
    ngx_inbox_reader_t   reader;
    ngx_str_t            wanted;     /* the account that is ours, or len 0 */
    ngx_str_t            app;        /* the app that is ours, or len 0 */
    ngx_str_t            account;    /* of this entry */
    ngx_str_t            user;       /* of this item */
    uint64_t             at;
    unsigned             ours:1;     /* the account wrote this item */
} ngx_inbox_meta_page_t;


typedef struct {
    const char          *name;

    /* v: the item's member of that name; NULL: known, not for us */
    void               (*take)(ngx_inbox_meta_page_t *page,
                               ngx_inbox_json_t *v, ngx_inbox_event_t *e);
} ngx_inbox_meta_kind_t;


static void ngx_inbox_meta_entry(ngx_inbox_meta_page_t *page,
    ngx_inbox_json_t *entry);
static void ngx_inbox_meta_items(ngx_inbox_meta_page_t *page,
    ngx_inbox_json_t *list);
static void ngx_inbox_meta_changes(ngx_inbox_meta_page_t *page,
    ngx_inbox_json_t *list);
static void ngx_inbox_meta_item(ngx_inbox_meta_page_t *page,
    ngx_inbox_json_t *item);
static void ngx_inbox_meta_people(ngx_inbox_meta_page_t *page,
    ngx_inbox_json_t *item, ngx_inbox_event_t *e);

static void ngx_inbox_meta_message(ngx_inbox_meta_page_t *page,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static ngx_uint_t ngx_inbox_meta_is_ours(ngx_inbox_meta_page_t *page,
    ngx_inbox_json_t *message);
static void ngx_inbox_meta_reply(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e);
static void ngx_inbox_meta_edit(ngx_inbox_meta_page_t *page,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static void ngx_inbox_meta_reaction(ngx_inbox_meta_page_t *page,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static void ngx_inbox_meta_delivery(ngx_inbox_meta_page_t *page,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static void ngx_inbox_meta_read(ngx_inbox_meta_page_t *page,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static void ngx_inbox_meta_postback(ngx_inbox_meta_page_t *page,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static ngx_uint_t ngx_inbox_meta_flag(ngx_inbox_json_t *v, const char *key);


static const ngx_inbox_meta_kind_t  ngx_inbox_meta_kinds[] = {
    { "message", ngx_inbox_meta_message },
    { "message_edit", ngx_inbox_meta_edit },
    { "reaction", ngx_inbox_meta_reaction },
    { "delivery", ngx_inbox_meta_delivery },
    { "read", ngx_inbox_meta_read },
    { "postback", ngx_inbox_meta_postback },

    { "referral", NULL },
    { "optin", NULL },
    { "pass_thread_control", NULL },
    { "take_thread_control", NULL },
    { "request_thread_control", NULL },
    { "app_roles", NULL },
    { "policy_enforcement", NULL },
    { "policy-enforcement", NULL },
    { "account_linking", NULL },

    { NULL, NULL }
};


ngx_int_t
ngx_inbox_meta_parse(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_hook_t *hook, ngx_array_t *events, ngx_uint_t *odd,
    const char *object)
{
    size_t                  i, n;
    ngx_int_t               rc;
    ngx_str_t               about;
    ngx_inbox_json_t       *v, *entries;
    ngx_inbox_meta_page_t   page;

    *odd = 0;
    ngx_memzero(&page, sizeof(ngx_inbox_meta_page_t));

    rc = ngx_inbox_reader_open(&page.reader, pool, &hook->body, events, &v);

    if (rc != NGX_OK) {
        return rc;
    }

    page.wanted = ngx_inbox_channel_credential(line, "account_id");
    page.app = ngx_inbox_meta_setting(pool, line, "app_id");

    (void) ngx_inbox_json_str(v, "object", &about);

    if (ngx_inbox_reader_is(&about, object)) {
        entries = ngx_inbox_json_get(v, "entry");
        n = ngx_inbox_json_size(entries);

        for (i = 0; i < n; i++) {
            ngx_inbox_meta_entry(&page, ngx_inbox_json_at(entries, i));
        }
    }

    return ngx_inbox_reader_close(&page.reader, odd);
}


static void
ngx_inbox_meta_entry(ngx_inbox_meta_page_t *page, ngx_inbox_json_t *entry)
{
    ngx_inbox_reader_t  *t;

    t = &page->reader;

    if (!ngx_inbox_reader_id(t, entry, "id", &page->account)) {
        t->odd = 1;
        return;
    }

    /* an app has one webhook for all its accounts */
    if (page->wanted.len
        && !ngx_inbox_reader_same(&page->wanted, &page->account)
        && !ngx_inbox_reader_is(&page->account, "0"))
    {
        t->odd = 1;
        return;
    }

    ngx_inbox_meta_items(page, ngx_inbox_json_get(entry, "messaging"));
    ngx_inbox_meta_items(page, ngx_inbox_json_get(entry, "standby"));
    ngx_inbox_meta_changes(page, ngx_inbox_json_get(entry, "changes"));
}


static void
ngx_inbox_meta_items(ngx_inbox_meta_page_t *page, ngx_inbox_json_t *list)
{
    size_t  i, n;

    if (ngx_inbox_json_is_null(list)) {
        return;
    }

    if (!ngx_inbox_json_is_array(list)) {
        page->reader.odd = 1;
        return;
    }

    n = ngx_inbox_json_size(list);

    for (i = 0; i < n; i++) {
        ngx_inbox_meta_item(page, ngx_inbox_json_at(list, i));
    }
}


/* changes of a page or an account: its feed, its comments, and one test */
static void
ngx_inbox_meta_changes(ngx_inbox_meta_page_t *page, ngx_inbox_json_t *list)
{
    size_t             i, n;
    ngx_str_t          field;
    ngx_inbox_json_t  *change;

    n = ngx_inbox_json_size(list);

    for (i = 0; i < n; i++) {
        change = ngx_inbox_json_at(list, i);
        (void) ngx_inbox_json_str(change, "field", &field);

        if (ngx_inbox_reader_is(&field, "messages")) {
            ngx_inbox_meta_item(page, ngx_inbox_json_get(change, "value"));

        } else if (field.len) {
            page->reader.known = 1;

        } else {
            page->reader.odd = 1;
        }
    }
}


static void
ngx_inbox_meta_item(ngx_inbox_meta_page_t *page, ngx_inbox_json_t *item)
{
    ngx_inbox_json_t             *v;
    ngx_inbox_event_t             e;
    ngx_inbox_reader_t           *t;
    const ngx_inbox_meta_kind_t  *kind;

    t = &page->reader;

    for (kind = ngx_inbox_meta_kinds; kind->name; kind++) {
        v = ngx_inbox_json_get(item, kind->name);

        if (!ngx_inbox_json_is_null(v)) {
            break;
        }
    }

    if (kind->name == NULL || !ngx_inbox_json_is_object(v)) {
        t->odd = 1;
        return;
    }

    t->known = 1;

    if (kind->take == NULL) {
        return;
    }

    ngx_memzero(&e, sizeof(ngx_inbox_event_t));

    ngx_inbox_meta_people(page, item, &e);
    kind->take(page, v, &e);
}


/* who, and when; the client is who is not the account */
static void
ngx_inbox_meta_people(ngx_inbox_meta_page_t *page, ngx_inbox_json_t *item,
    ngx_inbox_event_t *e)
{
    ngx_str_t            sender, recipient;
    ngx_inbox_json_t    *v;
    ngx_inbox_reader_t  *t;

    t = &page->reader;

    (void) ngx_inbox_reader_id(t, ngx_inbox_json_get(item, "sender"), "id",
                               &sender);
    (void) ngx_inbox_reader_id(t, ngx_inbox_json_get(item, "recipient"), "id",
                               &recipient);

    v = ngx_inbox_json_get(item, "message");

    page->ours = ngx_inbox_meta_flag(v, "is_echo")
                 || (sender.len
                     && ngx_inbox_reader_same(&sender, &page->account));

    e->echo = page->ours;
    e->user = page->ours ? recipient : sender;
    e->at = ngx_inbox_reader_time(t, item, "timestamp");
}


static void
ngx_inbox_meta_message(ngx_inbox_meta_page_t *page, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    ngx_str_t            name;
    ngx_inbox_reader_t  *t;

    t = &page->reader;

    if (ngx_inbox_meta_flag(v, "is_self")) {
        return;
    }

    if (e->user.len == 0 || !ngx_inbox_reader_id(t, v, "mid", &e->message)) {
        t->odd = 1;
        return;
    }

    if (ngx_inbox_meta_flag(v, "is_deleted")) {
        e->type = NGX_INBOX_EVENT_DELETE;
        ngx_inbox_reader_push(t, e);
        return;
    }

    if (page->ours && ngx_inbox_meta_is_ours(page, v)) {
        return;
    }

    e->text = ngx_inbox_reader_words(t, v, "text", NGX_INBOX_MAX_TEXT);

    ngx_inbox_meta_attachments(t, v, e);
    ngx_inbox_meta_reply(t, ngx_inbox_json_get(v, "reply_to"), e);

    if (ngx_inbox_meta_flag(v, "is_unsupported")
        || (e->text.len == 0 && e->attachments == NULL))
    {
        ngx_str_set(&name, "message");
        ngx_inbox_reader_unsupported(t, e, &name);
    }

    ngx_inbox_reader_push(t, e);
}


/* 1: we have sent it */
static ngx_uint_t
ngx_inbox_meta_is_ours(ngx_inbox_meta_page_t *page, ngx_inbox_json_t *message)
{
    ngx_str_t  app, mark;

    (void) ngx_inbox_json_str(message, "metadata", &mark);

    if (mark.len >= sizeof(NGX_INBOX_META_MARK) - 1
        && ngx_memcmp(mark.data, NGX_INBOX_META_MARK,
                      sizeof(NGX_INBOX_META_MARK) - 1)
           == 0)
    {
        return 1;
    }

    if (ngx_inbox_json_id(page->reader.pool, message, "app_id", &app)
        != NGX_OK)
    {
        return 0;
    }

    return page->app.len && ngx_inbox_reader_same(&app, &page->app);
}


/* to a message, or to a story of the account */
static void
ngx_inbox_meta_reply(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    ngx_inbox_json_t        *story;
    ngx_inbox_attachment_t   a;

    if (ngx_inbox_json_is_null(v)) {
        return;
    }

    (void) ngx_inbox_reader_id(t, v, "mid", &e->reply_to);

    story = ngx_inbox_json_get(v, "story");

    if (ngx_inbox_json_is_object(story)) {
        ngx_inbox_reader_blank(&a, "story_mention");
        a.ref = ngx_inbox_reader_url(t, story, "url");
        ngx_inbox_reader_attach(t, e, &a);
    }
}


/* Instagram tells of edits that are none, without text or people */
static void
ngx_inbox_meta_edit(ngx_inbox_meta_page_t *page, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    ngx_inbox_reader_t  *t;

    t = &page->reader;

    e->type = NGX_INBOX_EVENT_EDIT;
    e->text = ngx_inbox_reader_words(t, v, "text", NGX_INBOX_MAX_TEXT);

    if (e->text.len == 0 || e->user.len == 0) {
        return;
    }

    if (ngx_inbox_reader_id(t, v, "mid", &e->message)) {
        ngx_inbox_reader_push(t, e);
    }
}


static void
ngx_inbox_meta_reaction(ngx_inbox_meta_page_t *page, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    ngx_str_t            action, emoji = ngx_null_string;
    ngx_inbox_reader_t  *t;

    t = &page->reader;

    if (page->ours) {
        return;
    }

    if (e->user.len == 0 || !ngx_inbox_reader_id(t, v, "mid", &e->message)) {
        t->odd = 1;
        return;
    }

    e->type = NGX_INBOX_EVENT_REACTION;
    (void) ngx_inbox_json_str(v, "action", &action);

    if (ngx_inbox_reader_is(&action, "react")) {
        emoji = ngx_inbox_meta_emoji(t, v);

    } else if (!ngx_inbox_reader_is(&action, "unreact")) {
        t->odd = 1;
        return;
    }

    ngx_inbox_reader_emoji(t, e, &emoji);
    ngx_inbox_reader_push(t, e);
}


/* some by their ids, and all until a moment */
static void
ngx_inbox_meta_delivery(ngx_inbox_meta_page_t *page, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    size_t               i, n;
    ngx_inbox_json_t    *mids;
    ngx_inbox_reader_t  *t;

    t = &page->reader;

    if (e->user.len == 0) {
        t->odd = 1;
        return;
    }

    e->type = NGX_INBOX_EVENT_RECEIPT;
    ngx_str_set(&e->extra, "delivered");
    e->echo = 0;

    mids = ngx_inbox_json_get(v, "mids");
    n = ngx_inbox_json_size(mids);

    for (i = 0; i < n; i++) {

        if (ngx_inbox_json_string(ngx_inbox_json_at(mids, i), &e->message)
            != NGX_OK
            || e->message.len == 0
            || e->message.len > NGX_INBOX_MAX_EXTERNAL_ID)
        {
            t->odd = 1;
            continue;
        }

        ngx_inbox_reader_push(t, e);
    }

    ngx_str_null(&e->message);
    e->at = ngx_inbox_reader_time(t, v, "watermark");

    if (e->at) {
        ngx_inbox_reader_push(t, e);
    }
}


/* Messenger: all until a moment; Instagram: until a message */
static void
ngx_inbox_meta_read(ngx_inbox_meta_page_t *page, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    uint64_t             until;
    ngx_inbox_reader_t  *t;

    t = &page->reader;

    if (page->ours) {
        return;
    }

    e->type = NGX_INBOX_EVENT_RECEIPT;
    ngx_str_set(&e->extra, "read");

    until = ngx_inbox_reader_time(t, v, "watermark");

    if (until) {
        e->at = until;

    } else if (!ngx_inbox_reader_id(t, v, "mid", &e->message)) {
        t->odd = 1;
        return;
    }

    if (e->user.len == 0) {
        t->odd = 1;
        return;
    }

    ngx_inbox_reader_push(t, e);
}


/* a person pressed a button: what it says is the message */
static void
ngx_inbox_meta_postback(ngx_inbox_meta_page_t *page, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    u_char              *p;
    ngx_inbox_reader_t  *t;

    t = &page->reader;

    e->text = ngx_inbox_reader_words(t, v, "title", NGX_INBOX_MAX_TEXT);

    if (e->text.len == 0) {
        e->text = ngx_inbox_reader_words(t, v, "payload", NGX_INBOX_MAX_TEXT);
    }

    if (e->user.len == 0 || e->text.len == 0) {
        t->odd = 1;
        return;
    }

    if (!ngx_inbox_reader_id(t, v, "mid", &e->message)) {

        /* older ones have no id: one button is pressed once a moment */
        p = ngx_pnalloc(t->pool, sizeof("postback:") + NGX_INT64_LEN);
        if (p == NULL) {
            t->failed = 1;
            return;
        }

        e->message.data = p;
        e->message.len = ngx_sprintf(p, "postback:%uL", e->at) - p;
    }

    ngx_inbox_reader_push(t, e);
}


static ngx_uint_t
ngx_inbox_meta_flag(ngx_inbox_json_t *v, const char *key)
{
    ngx_uint_t  yes;

    return ngx_inbox_json_bool(v, key, &yes) == NGX_OK && yes;
}
