
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 3, channels.  What a channel is: one constant descriptor and one file.
 * Its four functions are pure: bytes, a channel's settings and a pool in;
 * events, one HTTP request or a verdict out.  No request object, no socket, no
 * store, no log, no clock.
 *
 * To add a channel: its file, one line in ngx_inbox_channels.c, one in config,
 * a folder of fixtures, a page in docs/channels.  Nothing else may change.
 */

#ifndef _NGX_INBOX_CHANNEL_H_INCLUDED_
#define _NGX_INBOX_CHANNEL_H_INCLUDED_


#include "../ngx_inbox.h"
#include "../ngx_inbox_http.h"


/* one connected line, as its admin has set it; secrets are open here */
typedef struct {
    ngx_str_t     id;
    ngx_str_t     kind;
    ngx_str_t     title;
    ngx_str_t     rev;            /* of the settings, for STALE */
    ngx_str_t     settings;       /* JSON object text */
    ngx_str_t     origin;         /* of the platform's API, without last / */
    ngx_array_t  *credentials;    /* of ngx_keyval_t */
    unsigned      enabled:1;
} ngx_inbox_line_t;


/* one delivery of a webhook */
typedef struct {
    ngx_str_t     body;           /* the raw bytes received */
    ngx_str_t     args;           /* the query */
    ngx_str_t     method;
    void         *data;           /* of header() */
    /* value of a request header, len 0 when absent; exact name, any case */
    ngx_str_t   (*header)(void *data, const char *name);
} ngx_inbox_hook_t;


typedef enum {
    NGX_INBOX_EVENT_MESSAGE = 0,
    NGX_INBOX_EVENT_EDIT,         /* an edit of what we never had is stored as
                                     the message, in its edited form */
    NGX_INBOX_EVENT_DELETE,
    NGX_INBOX_EVENT_REACTION,     /* extra: JSON array of emoji now there */
    NGX_INBOX_EVENT_STATE,        /* extra: "blocked" | "unblocked": whether the
                                     contact can be written to */
    NGX_INBOX_EVENT_RECEIPT       /* extra: "delivered" | "read" | "failed" */
} ngx_inbox_event_type_e;


typedef struct {
    ngx_str_t     type;           /* image video audio voice file sticker
                                     location contact story_mention link
                                     unsupported */
    ngx_str_t     name;           /* file name or words, or len 0 */
    ngx_str_t     mime;           /* or len 0 */
    off_t         size;           /* -1: not known */
    ngx_str_t     ref;            /* the platform's handle of the bytes, for
                                     fetching them later; or len 0 */
} ngx_inbox_attachment_t;


/* strings: valid UTF-8, len 0 where there is nothing, within ngx_inbox.h's
   limits; from the pool given to parse() */
typedef struct {
    ngx_inbox_event_type_e    type;
    ngx_str_t                 user;        /* the client's id on the platform */
    ngx_str_t                 message;     /* the message's id there, unique
                                              within the chat */
    unsigned                  echo:1;      /* written by us on the platform */
    ngx_str_t                 name;
    ngx_str_t                 username;
    ngx_str_t                 phone;
    ngx_str_t                 email;
    ngx_str_t                 text;
    ngx_str_t                 reply_to;    /* a message id of the platform */
    ngx_array_t              *attachments; /* ngx_inbox_attachment_t, or NULL */
    uint64_t                  at;          /* ms, the platform's; 0: none */
    ngx_str_t                 extra;       /* see the types above */
} ngx_inbox_event_t;


/* our message on its way out */
typedef struct {
    ngx_str_t     user;           /* to whom: the client's id there */
    ngx_str_t     id;             /* our message's id: key of idempotency */
    ngx_str_t     text;
    ngx_str_t     reply_to;       /* the platform's id of a message, or len 0 */
    ngx_str_t     author;         /* the agent's name */
    uint64_t      now;            /* ms: when it is being sent */
} ngx_inbox_outgoing_t;


typedef enum {
    NGX_INBOX_SENT = 0,           /* message: the id it got there, or len 0 */
    NGX_INBOX_LATER,              /* try again; retry_after in s, -1: backoff */
    NGX_INBOX_NEVER               /* permanent; error: the platform's words */
} ngx_inbox_outcome_e;

typedef struct {
    ngx_inbox_outcome_e   outcome;
    ngx_str_t             message;
    time_t                retry_after;
    ngx_str_t             error;
} ngx_inbox_verdict_t;


typedef struct {
    ngx_str_t            kind;           /* "telegram" */
    ngx_str_t            origin;         /* its API, or len 0: it has none */
    const char         **credentials;    /* names, NULL at the end */
    const char          *generated;      /* the one that is made when left out
                                            at creation, or NULL */
    ngx_uint_t           text_limit;     /* of one message, in text_unit */
    const char          *text_unit;      /* "chars" | "utf16" | "bytes" */
    ngx_uint_t           window;         /* s after a client's message in which
                                            he may be written to; 0: always */
    const char         **events;         /* for docs and health; or NULL */

    /* are these bytes theirs?  NGX_OK | NGX_DECLINED; constant time; NULL: the
       kind has no webhook */
    ngx_int_t          (*verify)(ngx_pool_t *pool,
                                 const ngx_inbox_line_t *line,
                                 const ngx_inbox_hook_t *hook);

    /*
     * verified bytes -> events (array of ngx_inbox_event_t, created by the
     * caller, appended to).  NGX_OK: also when nothing concerned us.
     * NGX_DECLINED: no JSON object (400).  NGX_ERROR: memory.
     * *odd is set to 1 when there was something we do not understand.
     */
    ngx_int_t          (*parse)(ngx_pool_t *pool,
                                const ngx_inbox_line_t *line,
                                const ngx_inbox_hook_t *hook,
                                ngx_array_t *events, ngx_uint_t *odd);

    /* our message -> one HTTP request; NGX_OK | NGX_ERROR.  NULL: the client
       takes his messages from us, by polls */
    ngx_int_t          (*build)(ngx_pool_t *pool,
                                const ngx_inbox_line_t *line,
                                const ngx_inbox_outgoing_t *message,
                                ngx_inbox_http_request_t *request);

    /* what the platform answered: only called when an answer came */
    void               (*judge)(ngx_pool_t *pool,
                                const ngx_inbox_http_answer_t *answer,
                                ngx_inbox_verdict_t *verdict);

    /* body of the 200 to a webhook; len 0: empty */
    ngx_str_t            thanks;

    /*
     * A question that is no event: a GET that proves the webhook ours, or a
     * verified POST that wants a code.  NGX_OK: *body is the answer, text;
     * NGX_DECLINED: it is none; NGX_ABORT: whoever asks may not know.  NULL:
     * the platform asks nothing.
     */
    ngx_int_t          (*greet)(ngx_pool_t *pool,
                                const ngx_inbox_line_t *line,
                                const ngx_inbox_hook_t *hook,
                                ngx_str_t *body);
} ngx_inbox_channel_t;


/* by kind; NULL: there is no such kind */
const ngx_inbox_channel_t *ngx_inbox_channel_find(const ngx_str_t *kind);

/* all of them; NULL at the end */
extern const ngx_inbox_channel_t *const ngx_inbox_channels[];

/* a credential of a line; len 0 when it is not set */
ngx_str_t ngx_inbox_channel_credential(const ngx_inbox_line_t *line,
    const char *name);

/* one more header of a request, "name: value"; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_channel_header(ngx_pool_t *pool,
    ngx_inbox_http_request_t *request, const char *name,
    const ngx_str_t *value);

/* why a message was not sent: the platform's words, cut; or, where it had
   none, the status.  len 0 when memory is out */
ngx_str_t ngx_inbox_channel_reason(ngx_pool_t *pool, const ngx_str_t *words,
    const ngx_inbox_http_answer_t *answer);

/* seconds to wait by the answer's header, 1 to a day; -1: it names none */
time_t ngx_inbox_channel_wait(const ngx_inbox_http_answer_t *answer);


#endif /* _NGX_INBOX_CHANNEL_H_INCLUDED_ */
