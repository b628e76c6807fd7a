
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Finds the mode, reads stdin, runs the mode once and frees everything, so
 * that the leak checker has the last word.  Exit status: 0 ran, 1 failed,
 * 2 wrong usage.
 */


#include "adapter.h"


#define ADAPTER_CHUNK  65536


static const adapter_mode_t *adapter_find(const adapter_mode_t *modes,
    const char *name);


int
main(int argc, char **argv)
{
    ngx_int_t              rc;
    ngx_log_t              log;
    adapter_t              a;
    const adapter_mode_t  *mode;

    ngx_memzero(&log, sizeof(ngx_log_t));

    /* set by the system in nginx; nginx's pools need it above 1 */
    ngx_pagesize = (ngx_uint_t) getpagesize();

    mode = NULL;

    if (argc > 1) {
        mode = adapter_find(adapter_channel_modes, argv[1]);
    }

    if (argc > 1 && mode == NULL) {
        mode = adapter_find(adapter_unit_modes, argv[1]);
    }

    if (mode == NULL || argc - 2 != mode->argc) {
        fprintf(stderr, "adapter: unknown mode, or wrong arguments\n");
        return 2;
    }

    a.argc = argc - 2;
    a.argv = argv + 2;

    a.pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, &log);
    if (a.pool == NULL) {
        return 1;
    }

    rc = adapter_read(a.pool, stdin, &a.input);

    if (rc == NGX_OK) {
        rc = mode->run(&a);
    }

    ngx_destroy_pool(a.pool);

    return (rc == NGX_OK) ? 0 : (rc == NGX_DECLINED) ? 2 : 1;
}


static const adapter_mode_t *
adapter_find(const adapter_mode_t *modes, const char *name)
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

    /* exactly as long as it is: reading on is seen by the sanitizer */
    p = ngx_pnalloc(pool, out->len ? out->len : 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, out->data, out->len);
    out->data = p;

    return ferror(in) ? NGX_ERROR : NGX_OK;
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
