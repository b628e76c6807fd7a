
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The load generator: one program, three ways of loading a server on this
 * machine.  Every process of it is one loop around epoll.
 *
 *     rush   as many requests as it takes, for some seconds (HTTP or Redis)
 *     once   each request of a file once; keeps the answers
 *     park   thousands of long-polls that wait, and what wakes them
 *
 * It prints one line of JSON per result.  Whatever goes wrong ends it with a
 * sentence and status 1: a benchmark with errors is no benchmark.
 */

#ifndef _LOAD_H_INCLUDED_
#define _LOAD_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>
#include <stdatomic.h>
#include <sys/socket.h>


#define LOAD_EVENTS   256
#define LOAD_CHUNK    65536
#define LOAD_HEAD     2048


/* times are µs of the monotonic clock, which all processes share */
uint64_t load_now(void);

void load_die(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), noreturn));

/* never NULL; the memory is zeroed and lives as long as the process */
void *load_alloc(size_t size);

/* the whole file; ends with a zero byte that size does not count */
char *load_file(const char *name, size_t *size);


/* peer.c: where to connect: "127.0.0.1:8080" or "unix:/path" */

typedef struct {
    struct sockaddr_storage   addr;
    socklen_t                 len;
} load_peer_t;

void load_peer_parse(load_peer_t *peer, const char *text);

/* a socket that does not block; from: last byte of a 127.0.0.x to come from,
 * so that the ports of one address are not used up; 0: any */
int load_peer_connect(const load_peer_t *peer, unsigned from);


/*
 * template.c: a request with places.  Each place becomes 12 digits:
 * {user} one random number below the range, the same in the whole request;
 * {rand} a random number below the range, each for itself; {each} 0, 1, 2 ...
 */

typedef struct load_template_s  load_template_t;

load_template_t *load_template_read(const char *name, uint64_t range);
size_t load_template_len(load_template_t *t);
void load_template_fill(load_template_t *t, char *to);


/* answer.c: reads the answer to one HTTP request, byte by byte if need be */

typedef struct {
    char       head[LOAD_HEAD];
    size_t     nhead;
    size_t     rest;      /* bytes of the body that are still to come */
    int        status;    /* 0: the head is not complete */
    char      *body;      /* NULL: thrown away; else room for size bytes */
    size_t     size;
    size_t     nbody;
} load_answer_t;

void load_answer_reset(load_answer_t *a);

/* takes bytes, says how many; *done: the answer is complete */
size_t load_answer_eat(load_answer_t *a, const char *p, size_t len, int *done);


/* reply.c: counts the replies in a stream from Redis */

typedef struct {
    char       line[64];
    size_t     nline;
    size_t     skip;      /* bytes of a string that are still to come */
    size_t     within;    /* elements of arrays that are still to come */
} load_reply_t;

/* the number of replies that end in these bytes; an error reply is fatal */
size_t load_reply_eat(load_reply_t *r, const char *p, size_t len);


/* tally.c: durations */

typedef struct {
    uint32_t  *us;
    size_t     n;
    size_t     size;
} load_tally_t;

void load_tally_add(load_tally_t *t, uint64_t us);

/* sorts; part: 0.5 is the median; µs */
uint32_t load_tally_part(load_tally_t *t, double part);


/* rush.c */

typedef struct {
    load_peer_t        peer;
    load_template_t   *request;
    size_t             connections;
    size_t             pipeline;   /* requests that one connection sends */
    size_t             replies;    /* of Redis, to one request; 0: HTTP */
    double             seconds;    /* 0: until there were count requests */
    uint64_t           count;
    int                status;     /* expected of each HTTP answer */
} load_rush_t;

void load_rush(load_rush_t *rush);


/* once.c: requests are separated by lines of four dashes */

typedef struct {
    char             **request;
    size_t            *len;
    size_t             n;
} load_list_t;

void load_list_read(load_list_t *list, const char *name);
void load_once(const load_peer_t *peer, load_list_t *list, size_t connections,
    const char *out);


/* park.c: holders are processes; what they have in common is shared memory */

typedef struct {
    atomic_size_t      allowed;    /* polls that may be opened by now */
    atomic_size_t      asked;      /* polls whose request has been sent */
    atomic_uint_least64_t  got[];  /* when the answer of each poll came */
} load_shared_t;

typedef struct {
    load_peer_t        peer;
    load_list_t        list;
    size_t             holders;
    int                tls;
    int                gentle;     /* polls are opened when they are allowed */
    load_shared_t     *shared;
} load_park_t;

/* starts the holders, then obeys lines of stdin until it ends */
void load_park(load_park_t *park);


/* wake.c: publishes requests; the i-th wakes poll first + i */

typedef struct {
    load_peer_t        peer;
    load_list_t        list;
    size_t             connections;
    size_t             first;
    double             rate;       /* per second; 0: as fast as it goes */
    load_shared_t     *shared;
} load_wake_t;

void load_wake(load_wake_t *wake);


#endif /* _LOAD_H_INCLUDED_ */
