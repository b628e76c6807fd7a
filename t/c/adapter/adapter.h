
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A command that runs the module's pure code for the tests: one mode per
 * process or, in a batch, many; input on stdin, result on stdout.  Not part of
 * the module.
 */

#ifndef _ADAPTER_H_INCLUDED_
#define _ADAPTER_H_INCLUDED_


#include "ngx_inbox_channel.h"
#include "ngx_inbox_json.h"


/* what a mode is given; lives until its run ends */
typedef struct {
    ngx_pool_t   *pool;
    ngx_str_t     input;        /* all of it */
    int           argc;         /* behind the mode's name */
    char        **argv;
} adapter_t;

/* NGX_OK: ran; NGX_DECLINED: wrong arguments; NGX_ERROR: memory */
typedef ngx_int_t (*adapter_run_pt)(adapter_t *a);

typedef struct {
    const char       *name;
    int               argc;
    adapter_run_pt    run;
} adapter_mode_t;

/* tables that end with a NULL name */
extern const adapter_mode_t  adapter_channel_modes[];
extern const adapter_mode_t  adapter_unit_modes[];


/* argument n as a string */
ngx_str_t adapter_arg(adapter_t *a, int n);

/* bytes to stdout as they are */
ngx_int_t adapter_print(const ngx_str_t *s);

/* a whole file; NGX_OK | NGX_ERROR */
ngx_int_t adapter_read(ngx_pool_t *pool, FILE *in, ngx_str_t *out);

/* job.c: build and judge */
ngx_int_t adapter_build(adapter_t *a);
ngx_int_t adapter_judge(adapter_t *a);

/* the line of the first two arguments: a kind, and a file of its settings */
ngx_int_t adapter_line(adapter_t *a, ngx_inbox_line_t *line);

/* a member, unless the string is empty */
void adapter_field(ngx_inbox_json_writer_t *w, const char *key,
    const ngx_str_t *s);

/* an event's member `attachments`; it has some */
void adapter_attachments(ngx_inbox_json_writer_t *w, ngx_inbox_event_t *e);

/* what the writer has, and a line end */
ngx_int_t adapter_finish(ngx_inbox_json_writer_t *w);


#endif /* _ADAPTER_H_INCLUDED_ */
