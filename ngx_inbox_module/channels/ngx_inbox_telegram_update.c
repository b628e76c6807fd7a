
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Telegram's updates -> our events.
 *
 * One update per request, an update has one kind, and a kind is a line of
 * ngx_inbox_telegram_kinds: what to do with it, or that we know it and leave
 * it alone.  Only private chats concern us.  There chat.id is the client, and
 * (chat.id, message_id) is a message's identity.  In the chats of a business
 * account its own messages come too: those are echoes, told by from.id.  The
 * client of such a chat is told with its business connection, because answers
 * need it and because its message ids are another row of numbers.
 *
 * A press on a button is answered in the 200 to its webhook: until then the
 * client's button spins.
 *
 * A part of a wrong type is left out, marks the update as odd and never costs
 * the rest of it; without chat, type and id there is no event.  An update that
 * is not understood is still taken: Telegram would hold back that client's
 * later ones.  Only text that is no JSON object is refused.
 *
 * To follow a new kind of update: a line in the table and its function.
 */


#include "ngx_inbox_telegram.h"
#include "../ngx_inbox_text.h"


/* seconds since 1970 with four digits of the year */
#define NGX_INBOX_TELEGRAM_DATE   253402300799LL
/* reactions on one message: a client has 1, with premium 3 */
#define NGX_INBOX_TELEGRAM_EMOJI  16
/* characters of one emoji: families are joined of 7, flags of 7 */
#define NGX_INBOX_TELEGRAM_GLYPH  16


typedef void (*ngx_inbox_telegram_take_pt)(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);


typedef struct {
    ngx_str_t                    name;
    ngx_inbox_event_type_e       type;

    /* e: zeroed, with its type; NULL: known, not for us */
    ngx_inbox_telegram_take_pt   take;
} ngx_inbox_telegram_kind_t;


static ngx_int_t ngx_inbox_telegram_take(void *data, ngx_str_t *key,
    ngx_inbox_json_t *v);

static void ngx_inbox_telegram_message(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static void ngx_inbox_telegram_business(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static void ngx_inbox_telegram_finish(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static void ngx_inbox_telegram_via(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static void ngx_inbox_telegram_deleted(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static void ngx_inbox_telegram_callback(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static void ngx_inbox_telegram_state(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static void ngx_inbox_telegram_reaction(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static ngx_uint_t ngx_inbox_telegram_emoji(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_str_t *out);

static ngx_uint_t ngx_inbox_telegram_private(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static void ngx_inbox_telegram_person(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static uint64_t ngx_inbox_telegram_date(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v);


static const ngx_inbox_telegram_kind_t  ngx_inbox_telegram_kinds[] = {

    { ngx_string("message"), NGX_INBOX_EVENT_MESSAGE,
      ngx_inbox_telegram_message },
    { ngx_string("edited_message"), NGX_INBOX_EVENT_EDIT,
      ngx_inbox_telegram_message },
    { ngx_string("business_message"), NGX_INBOX_EVENT_MESSAGE,
      ngx_inbox_telegram_business },
    { ngx_string("edited_business_message"), NGX_INBOX_EVENT_EDIT,
      ngx_inbox_telegram_business },
    { ngx_string("deleted_business_messages"), NGX_INBOX_EVENT_DELETE,
      ngx_inbox_telegram_deleted },
    { ngx_string("callback_query"), NGX_INBOX_EVENT_MESSAGE,
      ngx_inbox_telegram_callback },
    { ngx_string("my_chat_member"), NGX_INBOX_EVENT_STATE,
      ngx_inbox_telegram_state },
    { ngx_string("message_reaction"), NGX_INBOX_EVENT_REACTION,
      ngx_inbox_telegram_reaction },

    { ngx_string("channel_post"), 0, NULL },
    { ngx_string("edited_channel_post"), 0, NULL },
    { ngx_string("business_connection"), 0, NULL },
    { ngx_string("guest_message"), 0, NULL },
    { ngx_string("message_reaction_count"), 0, NULL },
    { ngx_string("inline_query"), 0, NULL },
    { ngx_string("chosen_inline_result"), 0, NULL },
    { ngx_string("shipping_query"), 0, NULL },
    { ngx_string("pre_checkout_query"), 0, NULL },
    { ngx_string("purchased_paid_media"), 0, NULL },
    { ngx_string("poll"), 0, NULL },
    { ngx_string("poll_answer"), 0, NULL },
    { ngx_string("chat_member"), 0, NULL },
    { ngx_string("chat_join_request"), 0, NULL },
    { ngx_string("chat_boost"), 0, NULL },
    { ngx_string("removed_chat_boost"), 0, NULL },
    { ngx_string("managed_bot"), 0, NULL },

    { ngx_null_string, 0, NULL }
};


ngx_int_t
ngx_inbox_telegram_parse(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    const ngx_inbox_hook_t *hook, ngx_array_t *events, ngx_uint_t *odd)
{
    ngx_int_t            rc;
    ngx_str_t            id;
    ngx_inbox_json_t    *update;
    ngx_inbox_reader_t   t;

    *odd = 0;

    rc = ngx_inbox_reader_open(&t, pool, &hook->body, events, &update);

    if (rc != NGX_OK) {
        return rc;
    }

    (void) ngx_inbox_reader_member(&t, update, "update_id", &id);
    (void) ngx_inbox_json_each(update, ngx_inbox_telegram_take, &t);

    return ngx_inbox_reader_close(&t, odd);
}


/*
 * A button's press is answered so, with nothing to show.  Most updates are none
 * and are not read again.
 */
ngx_int_t
ngx_inbox_telegram_thank(ngx_pool_t *pool, const ngx_inbox_hook_t *hook,
    ngx_str_t *body)
{
    ngx_str_t                err, id;
    ngx_inbox_json_t        *v;
    ngx_inbox_json_writer_t  w;

    static u_char  name[] = "\"callback_query\"";

    if (ngx_strlcasestrn(hook->body.data, hook->body.data + hook->body.len,
                         name, sizeof(name) - 2)
        == NULL)
    {
        return NGX_DECLINED;
    }

    v = ngx_inbox_json_parse(pool, &hook->body, &err);

    if (ngx_inbox_json_str(ngx_inbox_json_get(v, "callback_query"), "id", &id)
        != NGX_OK
        || id.len == 0 || id.len > NGX_INBOX_MAX_EXTERNAL_ID)
    {
        return NGX_DECLINED;
    }

    ngx_inbox_json_begin(&w, pool);
    ngx_inbox_json_open(&w, '{');
    ngx_inbox_json_key(&w, "method");
    ngx_inbox_json_raw(&w, "\"answerCallbackQuery\"",
                       sizeof("\"answerCallbackQuery\"") - 1);
    ngx_inbox_json_key(&w, "callback_query_id");
    ngx_inbox_json_put(&w, &id);
    ngx_inbox_json_close(&w, '}');

    return ngx_inbox_json_end(&w, body);
}


/* one member of the update */
static ngx_int_t
ngx_inbox_telegram_take(void *data, ngx_str_t *key, ngx_inbox_json_t *v)
{
    ngx_inbox_reader_t *t = data;

    ngx_inbox_event_t                 e;
    const ngx_inbox_telegram_kind_t  *kind;

    if (ngx_inbox_reader_is(key, "update_id")) {
        return NGX_OK;
    }

    for (kind = ngx_inbox_telegram_kinds; kind->name.len; kind++) {
        if (ngx_inbox_reader_is(key, (const char *) kind->name.data)) {
            break;
        }
    }

    if (kind->name.len == 0 || !ngx_inbox_json_is_object(v)) {
        t->odd = 1;
        return NGX_OK;
    }

    t->known = 1;

    if (kind->take) {
        ngx_memzero(&e, sizeof(ngx_inbox_event_t));
        e.type = kind->type;

        kind->take(t, v, &e);
    }

    return NGX_OK;
}


static void
ngx_inbox_telegram_message(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e)
{
    ngx_inbox_json_t  *from;

    if (!ngx_inbox_telegram_private(t, v, e)) {
        return;
    }

    from = ngx_inbox_json_get(v, "from");

    if (!ngx_inbox_json_is_object(from)) {
        t->odd = 1;
        from = ngx_inbox_json_get(v, "chat");
    }

    ngx_inbox_telegram_person(t, from, e);
    ngx_inbox_telegram_finish(t, v, e);
}


/* as above, where the account's owner and his bots write as well */
static void
ngx_inbox_telegram_business(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e)
{
    ngx_str_t          writer;
    ngx_inbox_json_t  *from, *bot;

    if (!ngx_inbox_telegram_private(t, v, e)) {
        return;
    }

    from = ngx_inbox_json_get(v, "from");

    /* who wrote it is all that tells a client's words from our own */
    if (!ngx_inbox_reader_member(t, from, "id", &writer)) {
        return;
    }

    bot = ngx_inbox_json_get(v, "sender_business_bot");

    e->echo = !ngx_inbox_json_is_null(bot)
              || !ngx_inbox_reader_same(&writer, &e->user);

    if (e->echo) {
        from = ngx_inbox_json_get(v, "chat");
    }

    ngx_inbox_telegram_person(t, from, e);
    ngx_inbox_telegram_finish(t, v, e);
}


/* id, content, reply and date of a Message whose sender is known */
static void
ngx_inbox_telegram_finish(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e)
{
    ngx_inbox_json_t  *reply;

    if (!ngx_inbox_reader_member(t, v, "message_id", &e->message)) {
        return;
    }

    if (!ngx_inbox_telegram_content(t, v, e)) {
        return;
    }

    reply = ngx_inbox_json_get(v, "reply_to_message");

    if (!ngx_inbox_json_is_null(reply)) {
        (void) ngx_inbox_reader_member(t, reply, "message_id", &e->reply_to);
    }

    e->extra = ngx_inbox_reader_token(t, v, "media_group_id",
                                      NGX_INBOX_MAX_EXTERNAL_ID);
    e->at = ngx_inbox_telegram_date(t, v);

    ngx_inbox_telegram_via(t, v, e);
    ngx_inbox_reader_push(t, e);
}


/* the client of a business chat, when it is one; an account's connection is
   digits and letters, some tens of them */
static void
ngx_inbox_telegram_via(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    u_char     *p;
    ngx_str_t   connection;

    connection = ngx_inbox_reader_token(t, v, "business_connection_id",
                                        NGX_INBOX_MAX_NAME);
    if (connection.len == 0) {
        return;
    }

    p = ngx_pnalloc(t->pool, e->user.len + 1 + connection.len);
    if (p == NULL) {
        t->failed = 1;
        return;
    }

    e->user.len = ngx_sprintf(p, "%V%c%V", &e->user, NGX_INBOX_TELEGRAM_VIA,
                              &connection)
                  - p;
    e->user.data = p;
}


static void
ngx_inbox_telegram_deleted(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e)
{
    size_t             i, n;
    ngx_inbox_json_t  *ids;

    if (!ngx_inbox_telegram_private(t, v, e)) {
        return;
    }

    ngx_inbox_telegram_via(t, v, e);

    ids = ngx_inbox_json_get(v, "message_ids");
    n = ngx_inbox_json_size(ids);

    if (n == 0 || n > NGX_INBOX_MAX_EVENTS) {
        t->odd = 1;
        n = ngx_min(n, NGX_INBOX_MAX_EVENTS);
    }

    for (i = 0; i < n; i++) {
        if (ngx_inbox_reader_number(t, ngx_inbox_json_at(ids, i),
                                    &e->message))
        {
            ngx_inbox_reader_push(t, e);
        }
    }
}


/* a person pressed a button: what the button says to us is the message */
static void
ngx_inbox_telegram_callback(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e)
{
    ngx_inbox_json_t  *from, *message;

    from = ngx_inbox_json_get(v, "from");
    message = ngx_inbox_json_get(v, "message");

    if (!ngx_inbox_json_is_null(message)
        && !ngx_inbox_telegram_private(t, message, e))
    {
        return;
    }

    if (!ngx_inbox_reader_member(t, from, "id", &e->user)) {
        return;
    }

    e->message = ngx_inbox_reader_token(t, v, "id",
                                        NGX_INBOX_MAX_EXTERNAL_ID);
    if (e->message.len == 0) {
        t->odd = 1;
        return;
    }

    /* without data it is a game's button */
    e->text = ngx_inbox_reader_words(t, v, "data", NGX_INBOX_MAX_TEXT);
    if (e->text.len == 0) {
        return;
    }

    ngx_inbox_telegram_person(t, from, e);
    ngx_inbox_telegram_via(t, message, e);
    ngx_inbox_reader_push(t, e);
}


static void
ngx_inbox_telegram_state(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e)
{
    ngx_str_t          status;
    ngx_inbox_json_t  *member;

    if (!ngx_inbox_telegram_private(t, v, e)) {
        return;
    }

    member = ngx_inbox_json_get(v, "new_chat_member");

    if (ngx_inbox_json_str(member, "status", &status) != NGX_OK) {
        t->odd = 1;
        return;
    }

    if (ngx_inbox_reader_is(&status, "kicked")) {
        ngx_str_set(&e->extra, "blocked");

    } else if (ngx_inbox_reader_is(&status, "member")) {
        ngx_str_set(&e->extra, "unblocked");

    } else {
        return;
    }

    e->at = ngx_inbox_telegram_date(t, v);

    ngx_inbox_telegram_person(t, ngx_inbox_json_get(v, "from"), e);
    ngx_inbox_reader_push(t, e);
}


static void
ngx_inbox_telegram_reaction(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e)
{
    size_t                   i, n;
    ngx_str_t                emoji;
    ngx_inbox_json_t        *list;
    ngx_inbox_json_writer_t  w;

    if (!ngx_inbox_telegram_private(t, v, e)
        || !ngx_inbox_reader_member(t, v, "message_id", &e->message))
    {
        return;
    }

    list = ngx_inbox_json_get(v, "new_reaction");

    if (!ngx_inbox_json_is_array(list)) {
        t->odd = 1;
        return;
    }

    ngx_inbox_json_begin(&w, t->pool);
    ngx_inbox_json_open(&w, '[');

    n = ngx_min(ngx_inbox_json_size(list), NGX_INBOX_TELEGRAM_EMOJI);

    for (i = 0; i < n; i++) {
        if (ngx_inbox_telegram_emoji(t, ngx_inbox_json_at(list, i), &emoji)) {
            ngx_inbox_json_put(&w, &emoji);
        }
    }

    ngx_inbox_json_close(&w, ']');

    if (ngx_inbox_json_end(&w, &e->extra) != NGX_OK) {
        t->failed = 1;
        return;
    }

    e->at = ngx_inbox_telegram_date(t, v);

    ngx_inbox_reader_push(t, e);
}


/* 1: it has an emoji; a bot cannot see what a custom one looks like */
static ngx_uint_t
ngx_inbox_telegram_emoji(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_str_t *out)
{
    ngx_str_t  type;

    type = ngx_inbox_reader_words(t, v, "type", NGX_INBOX_MAX_NAME);

    if (ngx_inbox_reader_is(&type, "paid")) {
        ngx_str_set(out, "\xe2\xad\x90");
        return 1;
    }

    if (!ngx_inbox_reader_is(&type, "emoji")) {
        t->odd |= (type.len == 0);
        return 0;
    }

    *out = ngx_inbox_reader_words(t, v, "emoji", NGX_INBOX_TELEGRAM_GLYPH);

    return out->len != 0;
}


/* 1: v happened in a private chat; its id is the client's */
static ngx_uint_t
ngx_inbox_telegram_private(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e)
{
    ngx_str_t          type;
    ngx_inbox_json_t  *chat;

    chat = ngx_inbox_json_get(v, "chat");

    if (ngx_inbox_json_str(chat, "type", &type) != NGX_OK) {
        t->odd = 1;
        return 0;
    }

    if (!ngx_inbox_reader_is(&type, "private")) {
        return 0;
    }

    return ngx_inbox_reader_member(t, chat, "id", &e->user);
}


static void
ngx_inbox_telegram_person(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e)
{
    ngx_str_t  first, last, nick;

    first = ngx_inbox_reader_words(t, v, "first_name", NGX_INBOX_MAX_NAME);
    last = ngx_inbox_reader_words(t, v, "last_name", NGX_INBOX_MAX_NAME);
    nick = ngx_inbox_reader_words(t, v, "username", NGX_INBOX_MAX_NAME);

    e->username = ngx_inbox_text_trim(&nick);
    e->name = ngx_inbox_reader_join(t, &first, " ", &last);

    if (e->name.len == 0) {
        e->name = e->username;
    }
}


/* ms since 1970, or 0 */
static uint64_t
ngx_inbox_telegram_date(ngx_inbox_reader_t *t, ngx_inbox_json_t *v)
{
    int64_t  date;

    if (ngx_inbox_json_int(v, "date", &date) != NGX_OK
        || date < 0
        || date > NGX_INBOX_TELEGRAM_DATE)
    {
        t->odd = 1;
        return 0;
    }

    return (uint64_t) date * 1000;
}
