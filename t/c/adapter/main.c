
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Finds the mode, reads stdin, runs the mode once and frees everything, so
 * that the leak checker has the last word.  Exit status: 0 ran, 1 failed,
 * 2 wrong usage.
 *
 * The mode "serve" answers many runs from stdin, each a line of its mode, its
 * arguments and the length of its input with tabs between them, and the input
 * behind it.  Each answer ends with ADAPTER_END; the first that fails is the
 * last.
 */


#include "adapter.h"


#define ADAPTER_CHUNK  65536

#define ADAPTER_WORDS  8
/* no answer of a test has it */
#define ADAPTER_END    "\0.\0"


static ngx_int_t adapter_serve(void);
static ssize_t adapter_split(char *line, int *argc, char **argv);
static ngx_int_t adapter_run(int argc, char **argv, ssize_t len);
static ngx_int_t adapter_take(ngx_pool_t *pool, size_t len, ngx_str_t *input);
static const adapter_mode_t *adapter_find(const char *name);
static const adapter_mode_t *adapter_find_in(const adapter_mode_t *modes,
    const char *name);
static ngx_int_t adapter_exact(ngx_pool_t *pool, const ngx_str_t *from,
    ngx_str_t *to);


static ngx_log_t  adapter_log;


int
main(int argc, char **argv)
{
    ngx_int_t  rc;

    /* set by the system in nginx; nginx's pools need it above 1 */
    ngx_pagesize = (ngx_uint_t) getpagesize();

    if (argc == 2 && strcmp(argv[1], "serve") == 0) {
        rc = adapter_serve();

    } else {
        rc = adapter_run(argc - 1, argv + 1, -1);
    }

    return (rc == NGX_OK) ? 0 : (rc == NGX_DECLINED) ? 2 : 1;
}


/* answers runs until there are no more */
static ngx_int_t
adapter_serve(void)
{
    int        argc;
    char      *line, *argv[ADAPTER_WORDS];
    size_t     size;
    ssize_t    len;
    ngx_int_t  rc;

    rc = NGX_OK;
    line = NULL;
    size = 0;

    while (rc == NGX_OK && getline(&line, &size, stdin) > 0) {
        len = adapter_split(line, &argc, argv);
        rc = (len < 0) ? NGX_DECLINED : adapter_run(argc, argv, len);

        if (rc == NGX_OK
            && (fwrite(ADAPTER_END, 1, sizeof(ADAPTER_END) - 1, stdout) == 0
                || fflush(stdout) != 0))
        {
            rc = NGX_ERROR;
        }
    }

    free(line);

    return rc;
}


/* the words of a line, in place; gives the last of them, a length, or -1 */
static ssize_t
adapter_split(char *line, int *argc, char **argv)
{
    char  *word;

    line[strcspn(line, "\n")] = '\0';
    *argc = 0;

    while ((word = strsep(&line, "\t")) != NULL && *argc < ADAPTER_WORDS) {
        argv[(*argc)++] = word;
    }

    return (*argc < 2) ? -1 : (ssize_t) strtoul(argv[--(*argc)], NULL, 10);
}


/* argv: the mode and its arguments; len: of its input, -1: all there is */
static ngx_int_t
adapter_run(int argc, char **argv, ssize_t len)
{
    ngx_int_t              rc;
    adapter_t              a;
    const adapter_mode_t  *mode;

    mode = (argc > 0) ? adapter_find(argv[0]) : NULL;

    if (mode == NULL || argc - 1 != mode->argc) {
        fprintf(stderr, "adapter: unknown mode, or wrong arguments\n");
        return NGX_DECLINED;
    }

    a.argc = argc - 1;
    a.argv = argv + 1;

    a.pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, &adapter_log);
    if (a.pool == NULL) {
        return NGX_ERROR;
    }

    rc = (len < 0) ? adapter_read(a.pool, stdin, &a.input)
                   : adapter_take(a.pool, (size_t) len, &a.input);

    if (rc == NGX_OK) {
        rc = mode->run(&a);
    }

    ngx_destroy_pool(a.pool);

    return rc;
}


/* so many bytes of stdin */
static ngx_int_t
adapter_take(ngx_pool_t *pool, size_t len, ngx_str_t *input)
{
    input->len = len;
    input->data = ngx_pnalloc(pool, len ? len : 1);

    if (input->data == NULL) {
        return NGX_ERROR;
    }

    return (fread(input->data, 1, len, stdin) == len) ? NGX_OK : NGX_ERROR;
}


static const adapter_mode_t *
adapter_find(const char *name)
{
    const adapter_mode_t  *mode;

    mode = adapter_find_in(adapter_channel_modes, name);

    return mode ? mode : adapter_find_in(adapter_unit_modes, name);
}


static const adapter_mode_t *
adapter_find_in(const adapter_mode_t *modes, const char *name)
{
    for ( /* void */ ; modes->name; modes++) {
        if (strcmp(modes->name, name) == 0) {
            return modes;
        }
    }

    return NULL;
}


ngx_int_t
adapter_read(ngx_pool_t *pool, FILE *in, ngx_str_t *out)
{
    size_t   n, size;
    u_char  *p;

    out->len = 0;
    size = 0;
    out->data = NULL;

    for ( ;; ) {
        if (size - out->len < ADAPTER_CHUNK) {
            size = 2 * size + 2 * ADAPTER_CHUNK;

            p = ngx_pnalloc(pool, size);
            if (p == NULL) {
                return NGX_ERROR;
            }

            if (out->len) {
                ngx_memcpy(p, out->data, out->len);
            }

            out->data = p;
        }

        n = fread(out->data + out->len, 1, ADAPTER_CHUNK - 1, in);
        out->len += n;

        if (n == 0) {
            break;
        }
    }

    if (ferror(in)) {
        return NGX_ERROR;
    }

    return adapter_exact(pool, out, out);
}


/* a copy that is exactly as long: reading on is seen by the sanitizer */
static ngx_int_t
adapter_exact(ngx_pool_t *pool, const ngx_str_t *from, ngx_str_t *to)
{
    u_char  *p;

    p = ngx_pnalloc(pool, from->len ? from->len : 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, from->data, from->len);
    to->data = p;
    to->len = from->len;

    return NGX_OK;
}


ngx_str_t
adapter_arg(adapter_t *a, int n)
{
    ngx_str_t  s;

    s.data = (u_char *) a->argv[n];
    s.len = strlen(a->argv[n]);

    return s;
}


ngx_int_t
adapter_print(const ngx_str_t *s)
{
    if (s->len && fwrite(s->data, 1, s->len, stdout) != s->len) {
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
adapter_finish(ngx_inbox_json_writer_t *w)
{
    ngx_str_t  s;

    if (ngx_inbox_json_end(w, &s) != NGX_OK
        || adapter_print(&s) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return (putchar('\n') == EOF) ? NGX_ERROR : NGX_OK;
}
