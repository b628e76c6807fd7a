
/*
 * Copyright (C) the ngx_inbox authors
 *
 * curl says which sockets and which moment it waits for; nginx waits, and calls
 * curl back.  Three rules make that safe:
 *
 * - curl may not be called from within curl.  Its callbacks only note: a timer
 *   of zero becomes an event posted for the next turn (curl asks for that again
 *   and again; on the same turn it would keep the worker to itself).
 * - A callback that returns -1 aborts all transfers for the trouble of one.  So
 *   none does; the one whose socket cannot be watched is given to its owner.
 * - curl and nginx share OpenSSL's queue of errors, and nginx raises an alert
 *   for what it finds there unexpectedly.  So it is emptied behind curl.
 *
 * A multi handle that had no memory half way is not used again: what curl 7.88
 * notes of a socket is then half taken down, and it divides by zero at the next
 * event.  All transfers end, as when the worker leaves, and a new one is made.
 *
 * The events are cancelable: whether a leaving worker has to wait is decided by
 * the deadlines of the sends.
 *
 * The certificates are loaded when the worker starts and kept: reading them
 * takes twenty milliseconds, in which nobody else would be served.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <curl/curl.h>

#include "ngx_inbox_http_loop.h"
#include "ngx_inbox_http_easy.h"


/* one hanging platform shall not take all of the worker's sockets; who waits
   for a turn here has not left yet and may be repeated */
#define NGX_INBOX_HTTP_HOST_CONNECTIONS  64L
/* idle connections kept, to all platforms together */
#define NGX_INBOX_HTTP_KEPT              64L

/* steps of a connection to itself until the ClientHello is out */
#define NGX_INBOX_HTTP_PRIME             5


static ngx_int_t ngx_inbox_http_loop_make(ngx_inbox_http_loop_t *loop);
static void ngx_inbox_http_loop_unmake(ngx_inbox_http_loop_t *loop);
static void ngx_inbox_http_loop_event(ngx_inbox_http_loop_t *loop,
    ngx_event_t *ev);
static void ngx_inbox_http_loop_prime(ngx_inbox_http_loop_t *loop);
static ngx_socket_t ngx_inbox_http_loop_listen(struct sockaddr_in *sin);

static int ngx_inbox_http_loop_on_socket(CURL *curl, curl_socket_t fd,
    int what, void *data, void *unused);
static int ngx_inbox_http_loop_on_timer(CURLM *multi, long ms, void *data);
static void ngx_inbox_http_loop_on_event(ngx_event_t *ev);
static void ngx_inbox_http_loop_on_fd(void *data, ngx_socket_t fd,
    ngx_uint_t what);
static void ngx_inbox_http_loop_drive(ngx_inbox_http_loop_t *loop,
    curl_socket_t fd, int mask);
static void *ngx_inbox_http_loop_what(CURL *curl);
static void ngx_inbox_http_loop_sweep(void);


ngx_int_t
ngx_inbox_http_loop_open(ngx_inbox_http_loop_t *loop)
{
    ngx_inbox_fd_init(&loop->fds, ngx_inbox_http_loop_on_fd, loop, loop->log);

    loop->ident.data = loop;
    loop->ident.fd = (ngx_socket_t) -1;

    ngx_inbox_http_loop_event(loop, &loop->timer);
    ngx_inbox_http_loop_event(loop, &loop->turn);

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        ngx_log_error(NGX_LOG_ERR, loop->log, 0,
                      "inbox http: curl did not start");
        return NGX_ERROR;
    }

    loop->share = curl_share_init();

    if (loop->share == NULL || ngx_inbox_http_loop_make(loop) != NGX_OK) {
        ngx_log_error(NGX_LOG_ERR, loop->log, 0,
                      "inbox http: curl did not start");
        ngx_inbox_http_loop_close(loop);
        return NGX_ERROR;
    }

    (void) curl_share_setopt(loop->share, CURLSHOPT_SHARE,
                             CURL_LOCK_DATA_SSL_SESSION);

    return NGX_OK;
}


static void
ngx_inbox_http_loop_event(ngx_inbox_http_loop_t *loop, ngx_event_t *ev)
{
    ev->handler = ngx_inbox_http_loop_on_event;
    ev->data = &loop->ident;
    ev->log = loop->log;
    ev->cancelable = 1;
}


static ngx_int_t
ngx_inbox_http_loop_make(ngx_inbox_http_loop_t *loop)
{
    CURLM  *multi;

    multi = curl_multi_init();
    if (multi == NULL) {
        return NGX_ERROR;
    }

    loop->multi = multi;

    /* before the callbacks are set: nothing of it is for nginx's loop */
    ngx_inbox_http_loop_prime(loop);

    (void) curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION,
                             ngx_inbox_http_loop_on_socket);
    (void) curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, loop);
    (void) curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION,
                             ngx_inbox_http_loop_on_timer);
    (void) curl_multi_setopt(multi, CURLMOPT_TIMERDATA, loop);
    (void) curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS,
                             NGX_INBOX_HTTP_KEPT);
    (void) curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                             NGX_INBOX_HTTP_HOST_CONNECTIONS);

    return NGX_OK;
}


static void
ngx_inbox_http_loop_prime(ngx_inbox_http_loop_t *loop)
{
    int                  running;
    char                 url[sizeof("https://127.0.0.1:65535/")];
    CURL                *curl;
    ngx_uint_t           i;
    ngx_socket_t         fd;
    struct sockaddr_in   sin;

    /* curl reads the certificates after its ClientHello has left, so it needs
       somebody to say hello to; a listening socket that never answers is enough
       and nothing leaves the machine */
    fd = ngx_inbox_http_loop_listen(&sin);
    if (fd == (ngx_socket_t) -1) {
        return;
    }

    *ngx_sprintf((u_char *) url, "https://127.0.0.1:%d/",
                 (int) ntohs(sin.sin_port)) = '\0';

    curl = curl_easy_init();

    if (curl && ngx_inbox_http_easy_rules(curl) == NGX_OK
        && curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK
        && curl_multi_add_handle(loop->multi, curl) == CURLM_OK)
    {
        for (i = 0; i < NGX_INBOX_HTTP_PRIME; i++) {
            (void) curl_multi_perform(loop->multi, &running);
        }

        (void) curl_multi_remove_handle(loop->multi, curl);
    }

    curl_easy_cleanup(curl);
    ngx_inbox_http_loop_sweep();

    if (ngx_close_socket(fd) == -1) {
        ngx_log_error(NGX_LOG_ALERT, loop->log, ngx_socket_errno,
                      "inbox http: closing a socket failed");
    }
}


static ngx_socket_t
ngx_inbox_http_loop_listen(struct sockaddr_in *sin)
{
    socklen_t     len;
    ngx_socket_t  fd;

    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd == (ngx_socket_t) -1) {
        return fd;
    }

    ngx_memzero(sin, sizeof(struct sockaddr_in));
    sin->sin_family = AF_INET;
    sin->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    len = sizeof(struct sockaddr_in);

    if (bind(fd, (struct sockaddr *) sin, len) == -1
        || listen(fd, 1) == -1
        || getsockname(fd, (struct sockaddr *) sin, &len) == -1)
    {
        (void) ngx_close_socket(fd);
        return (ngx_socket_t) -1;
    }

    return fd;
}


void
ngx_inbox_http_loop_close(ngx_inbox_http_loop_t *loop)
{
    ngx_inbox_http_loop_unmake(loop);

    (void) curl_share_cleanup(loop->share);
    loop->share = NULL;

    curl_global_cleanup();
}


static void
ngx_inbox_http_loop_unmake(ngx_inbox_http_loop_t *loop)
{
    /* closes the kept connections, which may still call on_socket */
    (void) curl_multi_cleanup(loop->multi);
    ngx_inbox_http_loop_sweep();
    loop->multi = NULL;

    ngx_inbox_fd_clear(&loop->fds);

    if (loop->timer.timer_set) {
        ngx_del_timer(&loop->timer);
    }

    if (loop->turn.posted) {
        ngx_delete_posted_event(&loop->turn);
    }
}


ngx_int_t
ngx_inbox_http_loop_add(ngx_inbox_http_loop_t *loop, CURL *curl)
{
    if (loop->multi == NULL && ngx_inbox_http_loop_make(loop) != NGX_OK) {
        return NGX_ERROR;
    }

    return (curl_multi_add_handle(loop->multi, curl) == CURLM_OK) ? NGX_OK
                                                                  : NGX_ERROR;
}


void
ngx_inbox_http_loop_remove(ngx_inbox_http_loop_t *loop, CURL *curl)
{
    CURLMcode  code;

    code = curl_multi_remove_handle(loop->multi, curl);
    ngx_inbox_http_loop_sweep();

    if (code != CURLM_OK) {
        ngx_log_error(NGX_LOG_ALERT, loop->log, 0,
                      "inbox http: transfer not removed, code %d", (int) code);
    }
}


/* curl's callback: note and return */
static int
ngx_inbox_http_loop_on_socket(CURL *curl, curl_socket_t fd, int what,
    void *data, void *unused)
{
    void                   *transfer;
    ngx_uint_t              events;
    ngx_inbox_http_loop_t  *loop = data;

    events = 0;

    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) {
        events |= NGX_INBOX_FD_READ;
    }

    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) {
        events |= NGX_INBOX_FD_WRITE;
    }

    if (ngx_inbox_fd_watch(&loop->fds, fd, events) == NGX_OK) {
        return 0;
    }

    transfer = ngx_inbox_http_loop_what(curl);

    if (transfer) {
        loop->on_starved(transfer);
    }

    return 0;
}


/* curl's callback: note and return */
static int
ngx_inbox_http_loop_on_timer(CURLM *multi, long ms, void *data)
{
    ngx_inbox_http_loop_t  *loop = data;

    /* nginx leaves a timer that is moved by little where it was, and curl means
       what it says */
    if (loop->timer.timer_set) {
        ngx_del_timer(&loop->timer);
    }

    if (ms > 0) {
        ngx_add_timer(&loop->timer, (ngx_msec_t) ms);
        return 0;
    }

    if (ms == 0) {
        ngx_post_event(&loop->turn, &ngx_posted_next_events);
    }

    return 0;
}


static void
ngx_inbox_http_loop_on_event(ngx_event_t *ev)
{
    ngx_connection_t  *ident;

    ident = ev->data;

    ngx_inbox_http_loop_drive(ident->data, CURL_SOCKET_TIMEOUT, 0);
}


static void
ngx_inbox_http_loop_on_fd(void *data, ngx_socket_t fd, ngx_uint_t what)
{
    ngx_inbox_http_loop_t  *loop = data;

    switch (what) {

    case NGX_INBOX_FD_READ:
        ngx_inbox_http_loop_drive(loop, fd, CURL_CSELECT_IN);
        break;

    case NGX_INBOX_FD_WRITE:
        ngx_inbox_http_loop_drive(loop, fd, CURL_CSELECT_OUT);
        break;

    default: /* NGX_INBOX_FD_CLOSE */
        loop->on_leave(loop->data);
    }
}


/* lets curl work, then hands over what is through */
static void
ngx_inbox_http_loop_drive(ngx_inbox_http_loop_t *loop, curl_socket_t fd,
    int mask)
{
    int         n;
    void       *what;
    CURLMsg    *msg;
    CURLcode    result;
    CURLMcode   code;

    code = curl_multi_socket_action(loop->multi, fd, mask, &n);
    ngx_inbox_http_loop_sweep();

    for ( ;; ) {
        msg = curl_multi_info_read(loop->multi, &n);

        if (msg == NULL) {
            break;
        }

        if (msg->msg != CURLMSG_DONE) {
            continue;
        }

        /* the message is gone when its transfer is removed */
        result = msg->data.result;
        what = ngx_inbox_http_loop_what(msg->easy_handle);

        if (what) {
            loop->on_done(what, result);
        }
    }

    if (code != CURLM_OK) {
        ngx_log_error(NGX_LOG_ERR, loop->log, 0,
                      "inbox http: curl failed with code %d, "
                      "what was under way ends", (int) code);
        loop->on_leave(loop->data);
        ngx_inbox_http_loop_unmake(loop);
    }
}


/* what the owner left with a transfer; NULL: it is one of curl's own */
static void *
ngx_inbox_http_loop_what(CURL *curl)
{
    char  *what;

    what = NULL;

    if (curl_easy_getinfo(curl, CURLINFO_PRIVATE, &what) != CURLE_OK) {
        return NULL;
    }

    return what;
}


/* behind curl: see above */
static void
ngx_inbox_http_loop_sweep(void)
{
#if (NGX_OPENSSL)
    ERR_clear_error();
#endif
}
