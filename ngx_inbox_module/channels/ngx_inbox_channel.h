
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 3, channels.  What a channel is: one constant descriptor and one file.
 * Its functions are pure: bytes, a channel's settings and a pool in;
 * events, an HTTP request or a verdict out.  No request object, no socket, no
 * store, no log, no clock.
 *
 * To add a channel: its file, one line in ngx_inbox_channels.c, one in config,
 * a folder of fixtures, a page in docs/channels.  Nothing else may change.
 */

#ifndef _NGX_INBOX_CHANNEL_H_INCLUDED_
#define _NGX_INBOX_CHANNEL_H_INCLUDED_


#include "../ngx_inbox.h"
#include "../ngx_inbox_http.h"
#include "../ngx_inbox_json.h"


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
    NGX_INBOX_EVENT_MESSAGE = 0,  /* extra: the album that it is a part of, or
                                     len 0 */
    NGX_INBOX_EVENT_EDIT,         /* an edit of what we never had is stored as
                                     the message, in its edited form; extra: as
                                     of a message */
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
    unsigned                  cropped:1;   /* of a message or an edit: there is
                                              more of it; WHOLE asks for it */
    ngx_str_t                 name;
    ngx_str_t                 username;
    ngx_str_t                 phone;
    ngx_str_t                 email;
    ngx_str_t                 avatar;      /* the platform's handle of his
                                              picture, as `ref` of MEDIA;
                                              visible ASCII */
    ngx_str_t                 text;
    ngx_str_t                 reply_to;    /* a message id of the platform */
    ngx_array_t              *attachments; /* ngx_inbox_attachment_t, or NULL */
    uint64_t                  at;          /* ms, the platform's; 0: none */
    ngx_str_t                 extra;       /* see the types above */
} ngx_inbox_event_t;


/*
 * A job is one thing we want of a platform.  It may take several requests: the
 * talk.  build() makes the request of the present step, judge() reads its
 * answer and either ends the talk or says MORE: the next step's turn.  What a
 * step learned and a later one needs (where to upload, the id of what was
 * uploaded) is noted in the job's memo; so is what whoever asked wants to know.
 *
 * A talk that breaks off begins anew with step 0 and an empty memo.  Only a
 * step that delivers something may leave a doubt; build() marks the requests
 * that may be repeated as `safe`.
 *
 * kind      wanted                            in the memo when done
 * SEND      one part of a message             (verdict.message: its id there)
 * MEDIA     the bytes behind `ref`            (they went to the sink)
 * CHECK     does the token work               account, what it is called there;
 *                                             credentials to keep, by name
 * CONNECT   webhooks shall come to `url`      note, what an admin should know
 * PROFILE   who is `user`                     name username phone avatar
 * TYPING    `user` sees that we write         -
 * READ      `user` sees that we have read     -
 * WHOLE     all of the client's `message`     -  (job.whole: its text and
 *                                             attachments, from judge()'s pool)
 *
 * A message is sent in parts when the platform takes it only so: its text, then
 * each file.  `part` says whose turn it is; when there are more, judge() says
 * PART in place of SENT, and a talk for the next part begins.  Parts that have
 * arrived are kept in the store, so no later try sends them again.
 */
typedef enum {
    NGX_INBOX_JOB_SEND = 0,
    NGX_INBOX_JOB_MEDIA,
    NGX_INBOX_JOB_CONNECT,
    NGX_INBOX_JOB_CHECK,
    NGX_INBOX_JOB_PROFILE,
    NGX_INBOX_JOB_TYPING,
    NGX_INBOX_JOB_READ,
    NGX_INBOX_JOB_WHOLE
} ngx_inbox_job_kind_e;


/* a file of our message */
typedef struct {
    ngx_str_t     type;           /* image video audio voice file */
    ngx_str_t     name;           /* safe, never empty */
    ngx_str_t     mime;
    off_t         size;
    ngx_str_t     path;           /* where its bytes lie, NUL behind it */
    ngx_str_t     url;            /* a signed link that expires; len 0: the
                                     server does not know its public address */
} ngx_inbox_file_t;


typedef struct {
    ngx_inbox_job_kind_e  kind;
    ngx_uint_t    part;           /* of the message, 0 is the first */
    ngx_uint_t    step;           /* of the talk, 0 is the first */
    ngx_array_t  *memo;           /* of ngx_keyval_t, or NULL: nothing noted */

    ngx_str_t     user;           /* the client's id there */
    ngx_str_t     id;             /* our message's id: key of idempotency */
    ngx_str_t     text;
    ngx_str_t     reply_to;       /* the platform's id of a message, or len 0 */
    ngx_str_t     author;         /* the agent's name */
    ngx_array_t  *files;          /* of ngx_inbox_file_t, or NULL */
    uint64_t      now;            /* ms: when it is being sent */
    uint64_t      heard;          /* ms: when the client wrote last; 0: never */

    ngx_str_t     ref;            /* MEDIA: the platform's handle */
    ngx_str_t     url;            /* CONNECT: where webhooks shall come */
    ngx_str_t     message;        /* READ: the platform's id, up to there;
                                     WHOLE: which one */
    ngx_inbox_event_t  *whole;    /* WHOLE: what it is; NULL until then */
} ngx_inbox_job_t;


typedef enum {
    NGX_INBOX_SENT = 0,           /* done; message: the id it got, or len 0 */
    NGX_INBOX_LATER,              /* try again; retry_after in s, -1: backoff */
    NGX_INBOX_NEVER,              /* permanent; error: the platform's words */
    NGX_INBOX_MORE,               /* this step is done, the next is to come */
    NGX_INBOX_PART                /* this part has arrived (message: its id),
                                     the next one is to come */
} ngx_inbox_outcome_e;

typedef struct {
    ngx_inbox_outcome_e   outcome;
    ngx_str_t             message;
    time_t                retry_after;
    ngx_uint_t            tries;      /* LATER: so many in all, then it is a
                                         no; 0: as many as usual */
    ngx_str_t             error;
    unsigned              channel:1;  /* a no, to any job of this channel: its
                                         token or its rights (of PROFILE and
                                         WHOLE) */
} ngx_inbox_verdict_t;

/* tries of what may be a no as well as a fault: a minute of them */
#define NGX_INBOX_CHANNEL_FEW  6


/* how one kind of job is done; both are pure */
typedef struct {
    ngx_inbox_job_kind_e   kind;

    /* the request of job->step; zeroed before.  NGX_OK; NGX_DECLINED: there is
       nothing to ask for, never; NGX_ERROR: memory */
    ngx_int_t            (*build)(ngx_pool_t *pool,
                                  const ngx_inbox_line_t *line,
                                  const ngx_inbox_job_t *job,
                                  ngx_inbox_http_request_t *request);

    /* what the platform answered: only called when an answer came; its json
       is the body, or NULL when that is none */
    void                 (*judge)(ngx_pool_t *pool,
                                  const ngx_inbox_line_t *line,
                                  ngx_inbox_job_t *job,
                                  const ngx_inbox_http_answer_t *answer,
                                  ngx_inbox_verdict_t *verdict);
} ngx_inbox_talk_t;


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
    const char          *wide;           /* the setting which, when it is true,
                                            makes it so long: */
    ngx_uint_t           wide_window;    /* s; NULL and 0: there is none */
    const char         **events;         /* for docs and health; or NULL */
    unsigned             links:1;        /* it fetches our files by a link, so
                                            it needs our public address */

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

    /* the jobs it can do, build NULL at the end.  NULL: the client takes his
       messages from us, by polls */
    const ngx_inbox_talk_t  *talks;

    /* body of the 200 to a webhook; len 0: empty */
    ngx_str_t            thanks;

    /* the same where it depends on what came: *body is JSON, a call that the
       platform makes of our answer; NGX_DECLINED: `thanks` will do;
       NGX_ERROR: memory.  NULL: it always does */
    ngx_int_t          (*thank)(ngx_pool_t *pool,
                                const ngx_inbox_hook_t *hook,
                                ngx_str_t *body);

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

/* its place in the table */
ngx_uint_t ngx_inbox_channel_place(const ngx_inbox_channel_t *channel);

/* all of them; NULL at the end */
extern const ngx_inbox_channel_t *const ngx_inbox_channels[];

/* how that kind of job is done; NULL: it has no such job */
const ngx_inbox_talk_t *ngx_inbox_channel_talk(
    const ngx_inbox_channel_t *channel, ngx_inbox_job_kind_e kind);

/*
 * A message in parts: its text, when it has one, then its files, one after the
 * other.  The file of job->part, or NULL: that part is the text.
 */
const ngx_inbox_file_t *ngx_inbox_channel_part(const ngx_inbox_job_t *job);

/* the job as its parts are counted where the text goes with the first file;
   fits: it is not too long for that, else it is a part of its own, before it */
ngx_inbox_job_t ngx_inbox_channel_carry(const ngx_inbox_job_t *job,
    ngx_uint_t fits);

/* after a part has arrived: PART when another is to come, else SENT */
ngx_inbox_outcome_e ngx_inbox_channel_arrived(const ngx_inbox_job_t *job);

/* MEDIA where `ref` is a URL that needs no token: build and judge */
ngx_int_t ngx_inbox_channel_fetch(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_inbox_job_t *job,
    ngx_inbox_http_request_t *request);
void ngx_inbox_channel_fetched(ngx_pool_t *pool, const ngx_inbox_line_t *line,
    ngx_inbox_job_t *job, const ngx_inbox_http_answer_t *answer,
    ngx_inbox_verdict_t *verdict);

/* one field of a form; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_channel_field(ngx_pool_t *pool,
    ngx_inbox_http_request_t *request, const char *name,
    const ngx_str_t *value);
ngx_int_t ngx_inbox_channel_upload(ngx_pool_t *pool,
    ngx_inbox_http_request_t *request, const char *name,
    const ngx_inbox_file_t *file);

/* notes a value in a job's memo, over an older one of that name; the name is
   constant, the value copied.  NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_channel_note(ngx_pool_t *pool, ngx_inbox_job_t *job,
    const char *name, const ngx_str_t *value);

/* what was noted; len 0 when nothing was */
ngx_str_t ngx_inbox_channel_memo(const ngx_inbox_job_t *job, const char *name);

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

/*
 * A webhook's body without any of the line's secrets, valid UTF-8: as it came,
 * or written anew where there was one in it.  NGX_OK | NGX_DECLINED: one could
 * not be taken out, nobody may see it | NGX_ERROR
 */
ngx_int_t ngx_inbox_channel_scrub(ngx_pool_t *pool,
    const ngx_inbox_line_t *line, const ngx_str_t *body, ngx_str_t *out);

/* ngx_inbox_channel_call.c */

/* what an HTTP status says of a job, where the platform itself says nothing:
   NEVER for a fault of ours, else LATER */
ngx_inbox_outcome_e ngx_inbox_channel_by_status(int64_t status);

/* "Authorization: Bearer token"; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_channel_bearer(ngx_pool_t *pool,
    ngx_inbox_http_request_t *request, const ngx_str_t *token);

/* words, NULL at the end: as a JSON array; joined by commas (len 0: memory) */
void ngx_inbox_channel_list(ngx_inbox_json_writer_t *w, const char **words);
ngx_str_t ngx_inbox_channel_join(ngx_pool_t *pool, const char **words);

/* a member of v that is a string of some length becomes a note of the job, cut
   like a name; links only as far as a handle may be long */
void ngx_inbox_channel_known(ngx_pool_t *pool, ngx_inbox_job_t *job,
    ngx_inbox_json_t *v, const char *member, const char *name);

/* first_name and last_name of v become the note `name` */
void ngx_inbox_channel_fullname(ngx_pool_t *pool, ngx_inbox_job_t *job,
    ngx_inbox_json_t *v);

/* what an admin can do about it, behind the platform's words */
void ngx_inbox_channel_advise(ngx_pool_t *pool, ngx_inbox_verdict_t *verdict,
    const char *advice);


/* seconds to wait by the answer's header, 1 to a day; -1: it names none */
time_t ngx_inbox_channel_wait(const ngx_inbox_http_answer_t *answer);


#endif /* _NGX_INBOX_CHANNEL_H_INCLUDED_ */
