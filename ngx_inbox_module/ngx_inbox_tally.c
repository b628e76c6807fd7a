
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A channel has a book from its first webhook on: counts, and a few pieces for
 * the ring, as many good ones and as many others, so that neither crowds the
 * other out.  At most one call for a book is under way.  How long the next one
 * waits depends on how much came since the last:
 *
 *     little   it goes at once, up to some calls in a row, then 50 ms apart
 *     much     a second; what the ring has no room for is only counted
 *
 * Books are kept in the order of their last use; when there are too many the
 * oldest one that has nothing to tell is taken for another channel.
 */

#include "ngx_inbox_tally.h"
#include "ngx_inbox_store.h"


/* books of one worker */
#define NGX_INBOX_TALLY_BOOKS   4096
/* pieces of one call, of each sort */
#define NGX_INBOX_TALLY_PIECES  8
/* calls that go at once before they are paced */
#define NGX_INBOX_TALLY_BURST   16
/* webhooks since the last call from which on a channel is busy */
#define NGX_INBOX_TALLY_BUSY    64
#define NGX_INBOX_TALLY_SOON    50      /* ms */
#define NGX_INBOX_TALLY_LATE    1000
/* "space/channel" */
#define NGX_INBOX_TALLY_NAME    (2 * NGX_INBOX_MAX_ID + 1)
#define NGX_INBOX_TALLY_WORDS   128
#define NGX_INBOX_TALLY_NODE    64

#define NGX_INBOX_TALLY_FIXED   7


typedef struct {
    ngx_queue_t              queue;
    ngx_str_t                chats;
    ngx_str_t                piece;
} ngx_inbox_tally_piece_t;


typedef struct {
    ngx_uint_t               updates;
    ngx_uint_t               odd;
    ngx_uint_t               rejected;
} ngx_inbox_tally_counts_t;


typedef struct {
    ngx_str_node_t           node;      /* str: "space/channel" */
    ngx_queue_t              queue;     /* of all books, by last use */
    ngx_inbox_tally_t       *tally;
    ngx_str_t                space;
    ngx_str_t                channel;
    u_char                   name[NGX_INBOX_TALLY_NAME];

    ngx_inbox_tally_counts_t   now;     /* to be told */
    ngx_inbox_tally_counts_t   told;    /* under way */
    ngx_str_t                words;
    u_char                   text[NGX_INBOX_TALLY_WORDS];
    ngx_queue_t              pieces;
    ngx_uint_t               good;      /* pieces of the two sorts */
    ngx_uint_t               bad;

    ngx_inbox_store_call_t  *call;      /* under way, or NULL */
    ngx_event_t              timer;     /* cancelable */
    ngx_msec_t               at;        /* of the last call */
    ngx_uint_t               credit;    /* calls that may go at once */
    unsigned                 dirty:1;
} ngx_inbox_tally_book_t;


struct ngx_inbox_tally_s {
    ngx_inbox_worker_t      *worker;
    ngx_pool_t              *pool;
    ngx_str_t                node;      /* this machine's name */
    u_char                   name[NGX_INBOX_TALLY_NODE];
    ngx_rbtree_t             tree;
    ngx_rbtree_node_t        sentinel;
    ngx_queue_t              books;
    ngx_uint_t               nbooks;
    unsigned                 ended:1;
};


static void ngx_inbox_tally_name(ngx_inbox_tally_t *tally);
static ngx_inbox_tally_book_t *ngx_inbox_tally_find(ngx_inbox_tally_t *tally,
    const ngx_inbox_tally_news_t *news);
static ngx_inbox_tally_book_t *ngx_inbox_tally_book(ngx_inbox_tally_t *tally,
    const ngx_inbox_tally_news_t *news);
static ngx_inbox_tally_book_t *ngx_inbox_tally_blank(
    ngx_inbox_tally_t *tally);
static ngx_uint_t *ngx_inbox_tally_room(ngx_inbox_tally_book_t *book,
    ngx_inbox_tally_what_e what);
static void ngx_inbox_tally_count(ngx_inbox_tally_book_t *book,
    const ngx_inbox_tally_news_t *news);
static void ngx_inbox_tally_keep(ngx_inbox_tally_book_t *book,
    const ngx_inbox_tally_news_t *news);

static void ngx_inbox_tally_due(ngx_inbox_tally_book_t *book);
static void ngx_inbox_tally_on_due(ngx_event_t *ev);
static void ngx_inbox_tally_tell(ngx_inbox_tally_book_t *book);
static ngx_uint_t ngx_inbox_tally_args(ngx_inbox_tally_book_t *book,
    u_char *p, ngx_str_t *args);
static ngx_str_t ngx_inbox_tally_number(u_char **p, ngx_uint_t n);
static void ngx_inbox_tally_on_told(void *data, ngx_inbox_answer_t *answer);
static void ngx_inbox_tally_drop(ngx_inbox_tally_book_t *book);


ngx_inbox_tally_t *
ngx_inbox_tally_create(ngx_pool_t *pool, ngx_inbox_worker_t *worker)
{
    ngx_inbox_tally_t  *tally;

    tally = ngx_pcalloc(pool, sizeof(ngx_inbox_tally_t));
    if (tally == NULL) {
        return NULL;
    }

    tally->worker = worker;
    tally->pool = pool;

    ngx_queue_init(&tally->books);
    ngx_rbtree_init(&tally->tree, &tally->sentinel,
                    ngx_str_rbtree_insert_value);
    ngx_inbox_tally_name(tally);

    return tally;
}


/* the machine's name in the letters that the store takes */

static void
ngx_inbox_tally_name(ngx_inbox_tally_t *tally)
{
    u_char      c;
    size_t      i, n;

    n = ngx_min(ngx_cycle->hostname.len, NGX_INBOX_TALLY_NODE);

    for (i = 0; i < n; i++) {
        c = ngx_cycle->hostname.data[i];

        tally->name[i] = ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                          || (c >= '0' && c <= '9') || c == '.' || c == '-')
                         ? c : '_';
    }

    if (n == 0) {
        tally->name[n++] = '_';
    }

    tally->node.data = tally->name;
    tally->node.len = n;
}


void
ngx_inbox_tally_destroy(ngx_inbox_tally_t *tally)
{
    ngx_queue_t             *q;
    ngx_inbox_tally_book_t  *book;

    tally->ended = 1;

    for (q = ngx_queue_head(&tally->books);
         q != ngx_queue_sentinel(&tally->books);
         q = ngx_queue_next(q))
    {
        book = ngx_queue_data(q, ngx_inbox_tally_book_t, queue);

        if (book->call != NULL) {
            ngx_inbox_store_forget(book->call);
            book->call = NULL;
        }

        if (book->timer.timer_set) {
            ngx_del_timer(&book->timer);
        }

        ngx_inbox_tally_drop(book);
    }
}


ngx_uint_t
ngx_inbox_tally_wants(ngx_inbox_tally_t *tally,
    const ngx_inbox_tally_news_t *news)
{
    ngx_inbox_tally_book_t  *book;

    if (tally->ended || tally->worker->conf->events == 0) {
        return 0;
    }

    book = ngx_inbox_tally_find(tally, news);

    return book == NULL
           || *ngx_inbox_tally_room(book, news->what) < NGX_INBOX_TALLY_PIECES;
}


void
ngx_inbox_tally_add(ngx_inbox_tally_t *tally,
    const ngx_inbox_tally_news_t *news)
{
    ngx_inbox_tally_book_t  *book;

    book = tally->ended ? NULL : ngx_inbox_tally_book(tally, news);

    if (book == NULL) {
        return;
    }

    ngx_inbox_tally_count(book, news);

    if (news->piece.len) {
        ngx_inbox_tally_keep(book, news);
    }

    if (!book->dirty) {
        book->dirty = 1;
        ngx_inbox_tally_due(book);
    }
}


static ngx_inbox_tally_book_t *
ngx_inbox_tally_find(ngx_inbox_tally_t *tally,
    const ngx_inbox_tally_news_t *news)
{
    u_char     name[NGX_INBOX_TALLY_NAME];
    ngx_str_t  key;

    key.data = name;
    key.len = ngx_snprintf(name, sizeof(name), "%V/%V", &news->space,
                           &news->channel)
              - name;

    return (ngx_inbox_tally_book_t *)
               ngx_str_rbtree_lookup(&tally->tree, &key,
                                     ngx_murmur_hash2(key.data, key.len));
}


static ngx_inbox_tally_book_t *
ngx_inbox_tally_book(ngx_inbox_tally_t *tally,
    const ngx_inbox_tally_news_t *news)
{
    ngx_inbox_tally_book_t  *book;

    book = ngx_inbox_tally_find(tally, news);

    if (book != NULL) {
        ngx_queue_remove(&book->queue);
        ngx_queue_insert_tail(&tally->books, &book->queue);
        return book;
    }

    book = ngx_inbox_tally_blank(tally);

    if (book == NULL) {
        return NULL;
    }

    book->node.str.data = book->name;
    book->node.str.len = ngx_snprintf(book->name, sizeof(book->name), "%V/%V",
                                      &news->space, &news->channel)
                         - book->name;
    book->node.node.key = ngx_murmur_hash2(book->node.str.data,
                                           book->node.str.len);
    book->space.data = book->name;
    book->space.len = news->space.len;
    book->channel.data = book->name + news->space.len + 1;
    book->channel.len = news->channel.len;
    book->credit = NGX_INBOX_TALLY_BURST;
    book->at = ngx_current_msec;

    ngx_rbtree_insert(&tally->tree, &book->node.node);
    ngx_queue_insert_tail(&tally->books, &book->queue);

    return book;
}


/* a new book, or the one that has rested longest */

static ngx_inbox_tally_book_t *
ngx_inbox_tally_blank(ngx_inbox_tally_t *tally)
{
    ngx_inbox_tally_book_t  *book;

    if (tally->nbooks < NGX_INBOX_TALLY_BOOKS) {

        book = ngx_pcalloc(tally->pool, sizeof(ngx_inbox_tally_book_t));
        if (book == NULL) {
            return NULL;
        }

        book->tally = tally;
        book->timer.handler = ngx_inbox_tally_on_due;
        book->timer.data = book;
        book->timer.log = tally->worker->log;
        book->timer.cancelable = 1;
        ngx_queue_init(&book->pieces);
        tally->nbooks++;

        return book;
    }

    book = ngx_queue_data(ngx_queue_head(&tally->books),
                          ngx_inbox_tally_book_t, queue);

    if (book->dirty || book->call != NULL) {
        return NULL;
    }

    ngx_rbtree_delete(&tally->tree, &book->node.node);
    ngx_queue_remove(&book->queue);

    return book;
}


static ngx_uint_t *
ngx_inbox_tally_room(ngx_inbox_tally_book_t *book,
    ngx_inbox_tally_what_e what)
{
    return (what == NGX_INBOX_TALLY_GOOD) ? &book->good : &book->bad;
}


static void
ngx_inbox_tally_count(ngx_inbox_tally_book_t *book,
    const ngx_inbox_tally_news_t *news)
{
    switch (news->what) {

    case NGX_INBOX_TALLY_REJECTED:
        book->now.rejected++;
        break;

    case NGX_INBOX_TALLY_ODD:
        book->now.odd++;
        book->now.updates++;
        break;

    case NGX_INBOX_TALLY_GOOD:
        book->now.updates++;
        break;

    default: /* NGX_INBOX_TALLY_FAILED */
        break;
    }

    if (news->words.len) {
        book->words.data = book->text;
        book->words.len = ngx_min(news->words.len, NGX_INBOX_TALLY_WORDS);
        ngx_memcpy(book->text, news->words.data, book->words.len);
    }
}


static void
ngx_inbox_tally_keep(ngx_inbox_tally_book_t *book,
    const ngx_inbox_tally_news_t *news)
{
    u_char                   *p;
    ngx_uint_t               *room;
    ngx_inbox_tally_piece_t  *piece;

    room = ngx_inbox_tally_room(book, news->what);

    if (*room >= NGX_INBOX_TALLY_PIECES) {
        return;
    }

    piece = ngx_alloc(sizeof(ngx_inbox_tally_piece_t) + news->chats.len
                      + news->piece.len, book->tally->worker->log);
    if (piece == NULL) {
        return;
    }

    p = (u_char *) (piece + 1);

    piece->piece.data = p;
    piece->piece.len = news->piece.len;
    p = ngx_cpymem(p, news->piece.data, news->piece.len);

    piece->chats.data = p;
    piece->chats.len = news->chats.len;

    if (news->chats.len) {
        ngx_memcpy(p, news->chats.data, news->chats.len);
    }

    ngx_queue_insert_tail(&book->pieces, &piece->queue);
    (*room)++;
}


/* tells now, or says when */

static void
ngx_inbox_tally_due(ngx_inbox_tally_book_t *book)
{
    ngx_msec_t  passed;

    if (book->call != NULL || book->timer.timer_set) {
        return;
    }

    passed = ngx_current_msec - book->at;
    book->credit = ngx_min(book->credit + passed / NGX_INBOX_TALLY_SOON,
                           NGX_INBOX_TALLY_BURST);

    if (book->credit) {
        book->credit--;
        ngx_inbox_tally_tell(book);
        return;
    }

    ngx_add_timer(&book->timer, NGX_INBOX_TALLY_SOON);
}


static void
ngx_inbox_tally_on_due(ngx_event_t *ev)
{
    ngx_inbox_tally_tell(ev->data);
}


static void
ngx_inbox_tally_tell(ngx_inbox_tally_book_t *book)
{
    u_char              numbers[4 * NGX_INT_T_LEN];
    ngx_str_t           args[NGX_INBOX_TALLY_FIXED
                             + 4 * NGX_INBOX_TALLY_PIECES];
    ngx_inbox_fcall_t   fcall;

    if (!book->dirty || book->call != NULL) {
        return;
    }

    fcall.fn = NGX_INBOX_FN_TALLY;
    fcall.space = &book->space;
    fcall.args = args;
    fcall.n = ngx_inbox_tally_args(book, numbers, args);

    book->at = ngx_current_msec;
    book->call = ngx_inbox_store_call(book->tally->worker->store, &fcall,
                                      ngx_inbox_tally_on_told, book);

    if (book->call == NULL) {

        /* the counts wait until the store is back, the pieces do not */

        ngx_inbox_tally_drop(book);
        ngx_add_timer(&book->timer, NGX_INBOX_TALLY_LATE);
        return;
    }

    ngx_inbox_tally_drop(book);
    book->told = book->now;
    ngx_memzero(&book->now, sizeof(ngx_inbox_tally_counts_t));
    book->words.len = 0;
    book->dirty = 0;
}


static ngx_uint_t
ngx_inbox_tally_args(ngx_inbox_tally_book_t *book, u_char *p, ngx_str_t *args)
{
    ngx_uint_t                n;
    ngx_queue_t              *q;
    ngx_inbox_tally_piece_t  *piece;

    args[0] = book->channel;
    args[1] = book->tally->node;
    args[2] = ngx_inbox_tally_number(&p,
                               ngx_max(book->tally->worker->conf->events, 1));
    args[3] = ngx_inbox_tally_number(&p, book->now.updates);
    args[4] = ngx_inbox_tally_number(&p, book->now.odd);
    args[5] = ngx_inbox_tally_number(&p, book->now.rejected);
    args[6] = book->words;
    n = NGX_INBOX_TALLY_FIXED;

    for (q = ngx_queue_head(&book->pieces);
         q != ngx_queue_sentinel(&book->pieces);
         q = ngx_queue_next(q))
    {
        piece = ngx_queue_data(q, ngx_inbox_tally_piece_t, queue);
        args[n++] = piece->chats;
        args[n++] = piece->piece;
    }

    return n;
}


static ngx_str_t
ngx_inbox_tally_number(u_char **p, ngx_uint_t n)
{
    ngx_str_t  s;

    s.data = *p;
    *p = ngx_sprintf(*p, "%ui", n);
    s.len = *p - s.data;

    return s;
}


static void
ngx_inbox_tally_on_told(void *data, ngx_inbox_answer_t *answer)
{
    ngx_inbox_tally_book_t *book = data;

    ngx_uint_t  busy;

    book->call = NULL;

    if (answer->status == NGX_HTTP_SERVICE_UNAVAILABLE && !answer->unknown) {
        book->now.updates += book->told.updates;
        book->now.odd += book->told.odd;
        book->now.rejected += book->told.rejected;
        book->dirty = 1;
        ngx_add_timer(&book->timer, NGX_INBOX_TALLY_LATE);
        return;
    }

    if (!book->dirty) {
        return;
    }

    busy = book->told.updates >= NGX_INBOX_TALLY_BUSY
           || book->told.rejected >= NGX_INBOX_TALLY_BUSY
           || book->now.updates >= NGX_INBOX_TALLY_BUSY
           || book->now.rejected >= NGX_INBOX_TALLY_BUSY;

    if (busy) {
        ngx_add_timer(&book->timer, NGX_INBOX_TALLY_LATE);
        return;
    }

    ngx_inbox_tally_due(book);
}


static void
ngx_inbox_tally_drop(ngx_inbox_tally_book_t *book)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&book->pieces)) {
        q = ngx_queue_head(&book->pieces);
        ngx_queue_remove(q);
        ngx_free(ngx_queue_data(q, ngx_inbox_tally_piece_t, queue));
    }

    book->good = 0;
    book->bad = 0;
}
