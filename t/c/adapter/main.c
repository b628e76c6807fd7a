
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Finds the mode, reads stdin, runs the mode once and frees everything, so
 * that the leak checker has the last word.  Exit status: 0 ran, 1 failed,
 * 2 wrong usage.
 *
 * The mode "batch" reads many runs from stdin, each a line "MODE ARGS... LEN"
 * and LEN bytes of input, and ends each answer with a null byte.
 */


#include "adapter.h"


#define ADAPTER_CHUNK  65536


#define ADAPTER_WORDS  8


static ngx_int_t adapter_run(int argc, char **argv, FILE *in, ngx_str_t *input);
static ngx_int_t adapter_batch(void);
static u_char *adapter_batch_line(u_char *p, u_char *last, int *argc,
    char **argv, size_t *len);
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

    if (argc == 2 && strcmp(argv[1], "batch") == 0) {
        rc = adapter_batch();

    } else {
        rc = adapter_run(argc - 1, argv + 1, stdin, NULL);
    }

    return (rc == NGX_OK) ? 0 : (rc == NGX_DECLINED) ? 2 : 1;
}


/* argv: the mode and its arguments; input: what is read of in, unless given */
static ngx_int_t
adapter_run(int argc, char **argv, FILE *in, ngx_str_t *input)
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

    rc = input ? adapter_exact(a.pool, input, &a.input)
               : adapter_read(a.pool, in, &a.input);

    if (rc == NGX_OK) {
        rc = mode->run(&a);
    }

    ngx_destroy_pool(a.pool);

    return rc;
}


static ngx_int_t
adapter_batch(void)
{
    int         argc;
    char       *argv[ADAPTER_WORDS];
    u_char     *p, *last;
    ngx_int_t   rc;
    ngx_str_t   all, input;
    ngx_pool_t *pool;

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, &adapter_log);
    if (pool == NULL) {
        return NGX_ERROR;
    }

    rc = adapter_read(pool, stdin, &all);
    p = all.data;
    last = p + all.len;

    while (rc == NGX_OK && p < last) {
        p = adapter_batch_line(p, last, &argc, argv, &input.len);

        if (p == NULL || input.len > (size_t) (last - p)) {
            rc = NGX_DECLINED;
            break;
        }

        input.data = p;
        p += input.len;

        rc = adapter_run(argc, argv, NULL, &input);

        if (rc == NGX_OK && putchar('\0') == EOF) {
            rc = NGX_ERROR;
        }
    }

    ngx_destroy_pool(pool);

    return rc;
}


/* splits the line at its spaces, in place; where the input begins, or NULL */
static u_char *
adapter_batch_line(u_char *p, u_char *last, int *argc, char **argv,
    size_t *len)
{
    char    *word, *rest;
    u_char  *end;

    end = ngx_strlchr(p, last, '\n');
    if (end == NULL) {
        return NULL;
    }

    *end = '\0';
    *argc = 0;

    for (word = strtok_r((char *) p, " ", &rest);
         word != NULL && *argc < ADAPTER_WORDS;
         word = strtok_r(NULL, " ", &rest))
    {
        argv[(*argc)++] = word;
    }

    if (*argc < 2) {
        return NULL;
    }

    *len = strtoul(argv[--(*argc)], NULL, 10);

    return end + 1;
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
