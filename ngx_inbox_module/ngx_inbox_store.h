
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 4, service.  The only file that knows the names of Redis functions and
 * the words of their errors.  One call is one FCALL on one space; docs/redis.md
 * says what each takes and answers.
 *
 * The store loads the function library itself when it is missing or older, and
 * tells each space once per connection the run id of the Redis process, so
 * that a store which has lost its last writes is noticed.
 *
 * Redis lost:   calls in flight end with 503; new ones are refused at once
 *               until it is back; at the very start they wait for it.
 * Client left:  ngx_inbox_store_forget(); the command may still take effect.
 */

#ifndef _NGX_INBOX_STORE_H_INCLUDED_
#define _NGX_INBOX_STORE_H_INCLUDED_


#include "ngx_inbox.h"
#include "ngx_inbox_conf.h"
#include "ngx_inbox_redis.h"


typedef enum {
    NGX_INBOX_FN_INGEST = 0,
    NGX_INBOX_FN_JOURNAL,
    NGX_INBOX_FN_INBOX,
    NGX_INBOX_FN_CHAT,
    NGX_INBOX_FN_TRANSCRIPT,
    NGX_INBOX_FN_VISITOR,
    NGX_INBOX_FN_REPLY,
    NGX_INBOX_FN_TAKE,
    NGX_INBOX_FN_JOIN,
    NGX_INBOX_FN_LEAVE,
    NGX_INBOX_FN_CLOSE,
    NGX_INBOX_FN_REOPEN,
    NGX_INBOX_FN_TRANSFER,
    NGX_INBOX_FN_READ,
    NGX_INBOX_FN_RECEIPT,
    NGX_INBOX_FN_VISITOR_READ,
    NGX_INBOX_FN_TYPING,
    NGX_INBOX_FN_ME,
    NGX_INBOX_FN_SEEN,
    NGX_INBOX_FN_AWAY,
    NGX_INBOX_FN_ATTENDED,
    NGX_INBOX_FN_CLAIM,
    NGX_INBOX_FN_SETTLE,
    NGX_INBOX_FN_LOOK,
    NGX_INBOX_FN_LOOKED,
    NGX_INBOX_FN_PICTURE_LOST,
    NGX_INBOX_FN_SPACE_PUT,
    NGX_INBOX_FN_SPACE,
    NGX_INBOX_FN_CHANNEL_PUT,
    NGX_INBOX_FN_CHANNEL,
    NGX_INBOX_FN_CHANNEL_GET,
    NGX_INBOX_FN_CHANNEL_DELETE,
    NGX_INBOX_FN_CHANNELS,
    NGX_INBOX_FN_GROUP_PUT,
    NGX_INBOX_FN_GROUP_GET,
    NGX_INBOX_FN_GROUP_DELETE,
    NGX_INBOX_FN_GROUPS,
    NGX_INBOX_FN_AGENT_PUT,
    NGX_INBOX_FN_AGENT_GET,
    NGX_INBOX_FN_AGENT_DELETE,
    NGX_INBOX_FN_AGENTS,
    NGX_INBOX_FN_TOKEN_ADD,
    NGX_INBOX_FN_TOKENS,
    NGX_INBOX_FN_TOKEN_DELETE,
    NGX_INBOX_FN_CANNED,
    NGX_INBOX_FN_CANNED_GET,
    NGX_INBOX_FN_CANNED_PUT,
    NGX_INBOX_FN_CANNED_DELETE,
    NGX_INBOX_FN_LABEL,
    NGX_INBOX_FN_CONTACT,
    NGX_INBOX_FN_BLOCK,
    NGX_INBOX_FN_CHAT_DELETE,
    NGX_INBOX_FN_CONTACT_DELETE,
    NGX_INBOX_FN_AUDIT,
    NGX_INBOX_FN_LIMIT,
    NGX_INBOX_FN_STATS,
    NGX_INBOX_FN_PURGE,
    NGX_INBOX_FN_TENANT,
    NGX_INBOX_FN_TENANT_RULE,
    NGX_INBOX_FN_TENANT_WIPE,
    NGX_INBOX_FN_PARKED,
    NGX_INBOX_FN_EXPORT_BEGIN,
    NGX_INBOX_FN_EXPORT,
    NGX_INBOX_FN_TALLY,
    NGX_INBOX_FN_HEALTH,
    NGX_INBOX_FN_EVENTS,
    NGX_INBOX_FN_EVENT,
    NGX_INBOX_FN_CHANNEL_KEEP,
    NGX_INBOX_FN_CONNECTED,
    NGX_INBOX_FN_UPLOAD,
    NGX_INBOX_FN_UPLOAD_VISITOR,
    NGX_INBOX_FN_FILE,
    NGX_INBOX_FN_FILE_SIGNED,
    NGX_INBOX_FN_FILE_SWEEP,
    NGX_INBOX_FN_LAST
} ngx_inbox_fn_e;


/* what came of a call; gone when the callback returns */
typedef struct {
    ngx_uint_t                status;   /* 200: value is there; else the HTTP
                                           status that says what is wrong */
    ngx_str_t                 code;     /* a problem document's code */
    ngx_str_t                 detail;   /* its words */
    ngx_str_t                 more;     /* further JSON members, or len 0 */
    ngx_inbox_redis_value_t  *value;

    unsigned                  stale:1;  /* the settings told were old */
    unsigned                  later:1;  /* detail begins with seconds to wait */
    unsigned                  fault:1;  /* what was asked cannot be done; other
                                           calls may be */
    unsigned                  unknown:1;/* sent, no answer: it may have
                                           happened all the same */
} ngx_inbox_answer_t;


/* one question: a function, on a space, with these arguments; all borrowed
   until the call has started */
typedef struct {
    ngx_inbox_fn_e            fn;
    const ngx_str_t          *space;
    const ngx_str_t          *args;
    ngx_uint_t                n;
} ngx_inbox_fcall_t;


typedef struct ngx_inbox_store_call_s  ngx_inbox_store_call_t;

/* exactly once, never before the start returned */
typedef void (*ngx_inbox_store_done_pt)(void *data, ngx_inbox_answer_t *answer);


/* pool: of the cycle; NULL: memory */
ngx_inbox_store_t *ngx_inbox_store_create(ngx_pool_t *pool,
    ngx_inbox_main_conf_t *conf, ngx_log_t *log);

/* each time the store can be asked, for the first time or again: what was
   refused meanwhile may be asked now */
void ngx_inbox_store_hear(ngx_inbox_store_t *store,
    void (*on_ready)(void *data), void *data);

/* waiting calls end with 503 */
void ngx_inbox_store_destroy(ngx_inbox_store_t *store);

/*
 * Starts a function; `now` is put in front of the arguments.  NULL: the store
 * is away or memory is out; done will not come.
 */
ngx_inbox_store_call_t *ngx_inbox_store_call(ngx_inbox_store_t *store,
    const ngx_inbox_fcall_t *fcall, ngx_inbox_store_done_pt done, void *data);

void ngx_inbox_store_forget(ngx_inbox_store_call_t *call);

/* answer, zeroed, becomes that of a store that cannot be asked */
void ngx_inbox_store_away(ngx_inbox_answer_t *answer);

/* the registry of spaces: value is an array of ids */
ngx_inbox_store_call_t *ngx_inbox_store_spaces(ngx_inbox_store_t *store,
    ngx_inbox_store_done_pt done, void *data);

/* writes a space into the registry, before its first key */
ngx_inbox_store_call_t *ngx_inbox_store_register(ngx_inbox_store_t *store,
    const ngx_str_t *space, ngx_inbox_store_done_pt done, void *data);

/* takes it out again, after its last key */
ngx_inbox_store_call_t *ngx_inbox_store_unregister(ngx_inbox_store_t *store,
    const ngx_str_t *space, ngx_inbox_store_done_pt done, void *data);

/* PING, for health */
ngx_inbox_store_call_t *ngx_inbox_store_ping(ngx_inbox_store_t *store,
    ngx_inbox_store_done_pt done, void *data);

/* of a function, for metrics; of NGX_INBOX_FN_LAST: of all other commands */
const char *ngx_inbox_store_name(ngx_uint_t fn);


#endif /* _NGX_INBOX_STORE_H_INCLUDED_ */
