
/*
 * Copyright (C) the ngx_inbox authors
 *
 * What a message of VK contains: text, attachments, a place beside them, and
 * messages that were forwarded with it.
 *
 * Text may come with <, >, & and " written as HTML has them; they are put
 * back, & last.  An attachment's type is the name of the member that holds it:
 * a line of the table.  A type that is not there is shown as "unsupported", by
 * its name.
 */


#include "ngx_inbox_vk.h"
#include "../ngx_inbox_text.h"


/* sizes of one picture: VK makes about ten, this is not to loop long */
#define NGX_INBOX_VK_SIZES  32
/* a file's ending */
#define NGX_INBOX_VK_EXT    16


typedef struct {
    const char  *type;
    const char  *ours;

    /* v: the member of that name; NGX_OK | NGX_DECLINED: unreadable */
    ngx_int_t  (*read)(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
                       ngx_inbox_attachment_t *a);
} ngx_inbox_vk_type_t;


static ngx_str_t ngx_inbox_vk_text(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *message);
static void ngx_inbox_vk_attachment(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_event_t *e);
static void ngx_inbox_vk_place(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e);
static void ngx_inbox_vk_forwarded(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *list, ngx_inbox_event_t *e);
static void ngx_inbox_vk_cropped(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *message, ngx_inbox_event_t *e);

static ngx_int_t ngx_inbox_vk_photo(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_attachment_t *a);
static ngx_int_t ngx_inbox_vk_sticker(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_attachment_t *a);
static void ngx_inbox_vk_largest(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *list, ngx_str_t *url);
static double ngx_inbox_vk_rank(ngx_inbox_json_t *v);
static ngx_int_t ngx_inbox_vk_doc(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_attachment_t *a);
static ngx_int_t ngx_inbox_vk_voice(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_attachment_t *a);
static ngx_int_t ngx_inbox_vk_audio(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_attachment_t *a);
static ngx_int_t ngx_inbox_vk_graffiti(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_attachment_t *a);
static ngx_int_t ngx_inbox_vk_link(ngx_inbox_reader_t *t,
    ngx_inbox_json_t *v, ngx_inbox_attachment_t *a);


static const ngx_inbox_vk_type_t  ngx_inbox_vk_types[] = {
    { "photo", "image", ngx_inbox_vk_photo },
    { "doc", "file", ngx_inbox_vk_doc },
    { "audio_message", "voice", ngx_inbox_vk_voice },
    { "audio", "audio", ngx_inbox_vk_audio },
    { "sticker", "sticker", ngx_inbox_vk_sticker },
    { "graffiti", "image", ngx_inbox_vk_graffiti },
    { "link", "link", ngx_inbox_vk_link },
    { "video", "link", ngx_inbox_vk_link },
    { "article", "link", ngx_inbox_vk_link },
    { "market", "link", ngx_inbox_vk_link },
    { "podcast", "link", ngx_inbox_vk_link },
    { "wall", "link", ngx_inbox_vk_link },
    { "wall_reply", "link", ngx_inbox_vk_link },

    /* known, and nothing to be shown of them */
    { "gift", NULL, NULL },
    { "poll", NULL, NULL },
    { "story", NULL, NULL },
    { "call", NULL, NULL },

    { NULL, NULL, NULL }
};


ngx_uint_t
ngx_inbox_vk_content(ngx_inbox_reader_t *t, ngx_inbox_json_t *message,
    ngx_inbox_event_t *e)
{
    size_t             i, n;
    ngx_inbox_json_t  *list;

    e->text = ngx_inbox_vk_text(t, message);

    list = ngx_inbox_json_get(message, "attachments");
    n = ngx_inbox_json_size(list);

    if (!ngx_inbox_json_is_null(list) && !ngx_inbox_json_is_array(list)) {
        t->odd = 1;
    }

    for (i = 0; i < n; i++) {
        ngx_inbox_vk_attachment(t, ngx_inbox_json_at(list, i), e);
    }

    ngx_inbox_vk_place(t, ngx_inbox_json_get(message, "geo"), e);
    ngx_inbox_vk_forwarded(t, ngx_inbox_json_get(message, "fwd_messages"), e);
    ngx_inbox_vk_cropped(t, message, e);

    return e->text.len || e->attachments != NULL;
}


static ngx_str_t
ngx_inbox_vk_text(ngx_inbox_reader_t *t, ngx_inbox_json_t *message)
{
    u_char     *p, *last, *dst;
    size_t      i, len;
    ngx_str_t   s, text;

    static const struct {
        const char  *name;
        u_char       ch;
    } entities[] = {
        { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&amp;", '&' },
        { NULL, 0 }
    };

    s = ngx_inbox_reader_words(t, message, "text", NGX_INBOX_MAX_TEXT);

    if (s.len == 0 || ngx_strlchr(s.data, s.data + s.len, '&') == NULL) {
        return s;
    }

    text.data = ngx_pnalloc(t->pool, s.len);
    if (text.data == NULL) {
        t->failed = 1;
        return s;
    }

    dst = text.data;
    p = s.data;
    last = p + s.len;

    while (p < last) {

        for (i = 0; entities[i].name; i++) {
            len = ngx_strlen(entities[i].name);

            if ((size_t) (last - p) >= len
                && ngx_memcmp(p, entities[i].name, len) == 0)
            {
                break;
            }
        }

        if (entities[i].name) {
            *dst++ = entities[i].ch;
            p += len;

        } else {
            *dst++ = *p++;
        }
    }

    text.len = dst - text.data;

    return text;
}


static void
ngx_inbox_vk_attachment(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    ngx_str_t                   type;
    ngx_inbox_attachment_t      a;
    const ngx_inbox_vk_type_t  *known;

    type = ngx_inbox_reader_words(t, v, "type", NGX_INBOX_MAX_NAME);

    if (type.len == 0) {
        t->odd = 1;
        return;
    }

    for (known = ngx_inbox_vk_types; known->type; known++) {
        if (ngx_inbox_reader_is(&type, known->type)) {
            break;
        }
    }

    if (known->read != NULL) {
        ngx_inbox_reader_blank(&a, known->ours);

        if (known->read(t, ngx_inbox_json_get(v, known->type), &a) == NGX_OK) {
            ngx_inbox_reader_attach(t, e, &a);
            return;
        }
    }

    if (known->type == NULL || known->read != NULL) {
        t->odd = 1;
    }

    ngx_inbox_reader_unsupported(t, e, &type);
}


static void
ngx_inbox_vk_place(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_event_t *e)
{
    ngx_str_t               title;
    ngx_inbox_attachment_t  a;

    if (ngx_inbox_json_is_null(v)) {
        return;
    }

    ngx_inbox_reader_blank(&a, "location");

    if (ngx_inbox_reader_place(t, ngx_inbox_json_get(v, "coordinates"),
                               "latitude", "longitude", &a)
        != NGX_OK)
    {
        t->odd = 1;
        ngx_inbox_reader_unsupported(t, e, &a.type);
        return;
    }

    title = ngx_inbox_reader_words(t, ngx_inbox_json_get(v, "place"), "title",
                                   NGX_INBOX_MAX_NAME);
    a.name = ngx_inbox_reader_join(t, &a.name, " ", &title);

    ngx_inbox_reader_attach(t, e, &a);
}


/* each by its beginning: what they contain is not the client's own */
static void
ngx_inbox_vk_forwarded(ngx_inbox_reader_t *t, ngx_inbox_json_t *list,
    ngx_inbox_event_t *e)
{
    size_t     i, n;
    ngx_str_t  text, name = ngx_string("forwarded");

    n = ngx_min(ngx_inbox_json_size(list), NGX_INBOX_MAX_ATTACHMENTS);

    for (i = 0; i < n; i++) {
        text = ngx_inbox_vk_text(t, ngx_inbox_json_at(list, i));
        text = ngx_inbox_reader_join(t, &name, ": ", &text);

        ngx_inbox_reader_unsupported(t, e, &text);
    }
}


/* it was too much for a callback: until the rest has come, or when it will not
   come, an agent must know that there is more */
static void
ngx_inbox_vk_cropped(ngx_inbox_reader_t *t, ngx_inbox_json_t *message,
    ngx_inbox_event_t *e)
{
    ngx_str_t   words = ngx_string("there is more in VK");
    ngx_uint_t  cropped;

    if (ngx_inbox_json_bool(message, "is_cropped", &cropped) == NGX_OK
        && cropped)
    {
        e->cropped = 1;
        ngx_inbox_reader_unsupported(t, e, &words);
    }
}


static ngx_int_t
ngx_inbox_vk_photo(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_attachment_t *a)
{
    ngx_str_set(&a->mime, "image/jpeg");

    ngx_inbox_vk_largest(t, ngx_inbox_json_get(v, "sizes"), &a->ref);

    return a->ref.len ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_inbox_vk_sticker(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_attachment_t *a)
{
    ngx_inbox_vk_largest(t, ngx_inbox_json_get(v, "images"), &a->ref);

    return a->ref.len ? NGX_OK : NGX_DECLINED;
}


/* of pictures in any order, the one with the most pixels */
static void
ngx_inbox_vk_largest(ngx_inbox_reader_t *t, ngx_inbox_json_t *list,
    ngx_str_t *url)
{
    double             rank, best;
    size_t             i, n;
    ngx_str_t          one;
    ngx_inbox_json_t  *v;

    best = -1;
    n = ngx_min(ngx_inbox_json_size(list), NGX_INBOX_VK_SIZES);

    for (i = 0; i < n; i++) {
        v = ngx_inbox_json_at(list, i);
        one = ngx_inbox_reader_url(t, v, "url");
        rank = ngx_inbox_vk_rank(v);

        if (one.len && rank > best) {
            best = rank;
            *url = one;
        }
    }
}


/* pixels; where they are not told, below one by the letter of the size */
static double
ngx_inbox_vk_rank(ngx_inbox_json_t *v)
{
    double       width, height;
    size_t       i;
    ngx_str_t    type;

    static const char  order[] = "smoxpqryzw";

    if (ngx_inbox_json_number(v, "width", &width) == NGX_OK
        && ngx_inbox_json_number(v, "height", &height) == NGX_OK
        && width > 0 && height > 0)
    {
        return width * height;
    }

    (void) ngx_inbox_json_str(v, "type", &type);

    for (i = 0; type.len == 1 && order[i]; i++) {
        if (type.data[0] == (u_char) order[i]) {
            return (double) (i + 1) / 100;
        }
    }

    return 0;
}


static ngx_int_t
ngx_inbox_vk_doc(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_attachment_t *a)
{
    a->ref = ngx_inbox_reader_url(t, v, "url");
    if (a->ref.len == 0) {
        return NGX_DECLINED;
    }

    a->name = ngx_inbox_reader_words(t, v, "title", NGX_INBOX_MAX_NAME);
    ngx_inbox_reader_size(t, v, "size", a);

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_vk_voice(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_attachment_t *a)
{
    ngx_str_set(&a->mime, "audio/ogg");
    a->ref = ngx_inbox_reader_url(t, v, "link_ogg");

    if (a->ref.len == 0) {
        ngx_str_set(&a->mime, "audio/mpeg");
        a->ref = ngx_inbox_reader_url(t, v, "link_mp3");
    }

    return a->ref.len ? NGX_OK : NGX_DECLINED;
}


/* a song of VK's: as a rule without a link to its bytes */
static ngx_int_t
ngx_inbox_vk_audio(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_attachment_t *a)
{
    ngx_str_t  artist, title;

    artist = ngx_inbox_reader_words(t, v, "artist", NGX_INBOX_MAX_NAME);
    title = ngx_inbox_reader_words(t, v, "title", NGX_INBOX_MAX_NAME);

    a->name = ngx_inbox_reader_join(t, &artist, " - ", &title);
    a->ref = ngx_inbox_reader_url(t, v, "url");

    return (a->name.len || a->ref.len) ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_inbox_vk_graffiti(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_attachment_t *a)
{
    a->ref = ngx_inbox_reader_url(t, v, "url");

    return a->ref.len ? NGX_OK : NGX_DECLINED;
}


/* what is looked at in VK: by its address, or by owner and number */
static ngx_int_t
ngx_inbox_vk_link(ngx_inbox_reader_t *t, ngx_inbox_json_t *v,
    ngx_inbox_attachment_t *a)
{
    ngx_uint_t  i;

    static const char *const  addresses[] = {
        "url", "view_url", "player", "share_url", NULL
    };
    static const char *const  words[] = {
        "title", "text", "caption", NULL
    };

    if (!ngx_inbox_json_is_object(v)) {
        return NGX_DECLINED;
    }

    for (i = 0; addresses[i] && a->ref.len == 0; i++) {
        a->ref = ngx_inbox_reader_url(t, v, addresses[i]);
    }

    for (i = 0; words[i] && a->name.len == 0; i++) {
        a->name = ngx_inbox_reader_words(t, v, words[i], NGX_INBOX_MAX_NAME);
    }

    if (a->name.len == 0) {
        a->name = ngx_inbox_text_cut(&a->ref, NGX_INBOX_MAX_NAME);
    }

    return a->name.len ? NGX_OK : NGX_DECLINED;
}
