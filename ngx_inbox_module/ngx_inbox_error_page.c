
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The pages of a location may be those of its server: nginx's own merge has
 * shared them before ours runs.  So they are copied, never added to.
 */

#include "ngx_inbox_error_page.h"


static ngx_uint_t ngx_inbox_error_page_has(ngx_array_t *pages,
    ngx_int_t status);


ngx_int_t
ngx_inbox_error_page_add(ngx_conf_t *cf, const ngx_str_t *prefix)
{
    u_char                    *p;
    ngx_str_t                  uri;
    ngx_uint_t                 i;
    ngx_array_t               *old, *pages;
    ngx_http_err_page_t       *page;
    ngx_http_core_loc_conf_t  *clcf;

    static const ngx_int_t  statuses[] = {
        400, 401, 403, 404, 405, 408, 411, 413, 414, 415, 416, 429, 431, 494,
        495, 496, 497, 500, 501, 502, 503, 504
    };
    static const char  tail[] = "/problem";

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    old = clcf->error_pages;
    uri.len = prefix->len + sizeof(tail) - 1;
    uri.data = ngx_pnalloc(cf->pool, uri.len + 1);
    pages = ngx_array_create(cf->pool, sizeof(statuses) / sizeof(statuses[0]),
                             sizeof(ngx_http_err_page_t));

    if (uri.data == NULL || pages == NULL) {
        return NGX_ERROR;
    }

    p = ngx_sprintf(uri.data, "%V%s", prefix, tail);
    *p = '\0';

    for (i = 0; old != NULL && i < old->nelts; i++) {
        page = ngx_array_push(pages);
        if (page == NULL) {
            return NGX_ERROR;
        }

        *page = ((ngx_http_err_page_t *) old->elts)[i];
    }

    for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {

        if (ngx_inbox_error_page_has(old, statuses[i])) {
            continue;
        }

        page = ngx_array_push(pages);
        if (page == NULL) {
            return NGX_ERROR;
        }

        ngx_memzero(page, sizeof(ngx_http_err_page_t));
        page->status = statuses[i];
        page->overwrite = -1;
        page->value.value = uri;
    }

    clcf->error_pages = pages;

    return NGX_OK;
}


static ngx_uint_t
ngx_inbox_error_page_has(ngx_array_t *pages, ngx_int_t status)
{
    ngx_uint_t            i;
    ngx_http_err_page_t  *page;

    if (pages == NULL) {
        return 0;
    }

    page = pages->elts;

    for (i = 0; i < pages->nelts; i++) {
        if (page[i].status == status) {
            return 1;
        }
    }

    return 0;
}
