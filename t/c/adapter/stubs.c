
/*
 * Copyright (C) the ngx_inbox authors
 *
 * What nginx's pools, strings and times ask of the rest of nginx.  The pure
 * code logs nothing, so a line in the log means that memory is out or that
 * somebody broke the rule: it goes to stderr, and the tests see it.
 */


#include <ngx_config.h>
#include <ngx_core.h>


volatile ngx_cycle_t  *ngx_cycle;
ngx_pid_t              ngx_pid;


void
ngx_log_error_core(ngx_uint_t level, ngx_log_t *log, ngx_err_t err,
    const char *fmt, ...)
{
    u_char   line[NGX_MAX_ERROR_STR], *p;
    va_list  args;

    va_start(args, fmt);
    p = ngx_vslprintf(line, line + sizeof(line) - 1, fmt, args);
    va_end(args);

    *p++ = '\n';

    (void) !write(STDERR_FILENO, line, p - line);
}
