
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Only this machine: an address that is not of 127.0.0.0/8 is refused, so that
 * a mistyped one loads nobody.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "load.h"


void
load_peer_parse(load_peer_t *peer, const char *text)
{
    char                 host[64];
    const char          *colon;
    struct sockaddr_in  *in;
    struct sockaddr_un  *un;

    memset(peer, 0, sizeof(load_peer_t));

    if (strncmp(text, "unix:", 5) == 0) {
        un = (struct sockaddr_un *) &peer->addr;
        un->sun_family = AF_UNIX;

        if (strlen(text + 5) >= sizeof(un->sun_path)) {
            load_die("the path is too long: %s", text);
        }

        strcpy(un->sun_path, text + 5);
        peer->len = sizeof(struct sockaddr_un);
        return;
    }

    colon = strchr(text, ':');

    if (colon == NULL || colon - text >= (ptrdiff_t) sizeof(host)) {
        load_die("no address: %s", text);
    }

    memcpy(host, text, colon - text);
    host[colon - text] = '\0';

    in = (struct sockaddr_in *) &peer->addr;
    in->sin_family = AF_INET;
    in->sin_port = htons((uint16_t) atoi(colon + 1));
    peer->len = sizeof(struct sockaddr_in);

    if (inet_pton(AF_INET, host, &in->sin_addr) != 1
        || (ntohl(in->sin_addr.s_addr) >> 24) != 127)
    {
        load_die("not an address of this machine: %s", text);
    }
}


int
load_peer_connect(const load_peer_t *peer, unsigned from)
{
    int                 fd, one = 1;
    struct sockaddr_in  in;

    fd = socket(peer->addr.ss_family, SOCK_STREAM|SOCK_NONBLOCK|SOCK_CLOEXEC,
                0);
    if (fd == -1) {
        load_die("socket: %s", strerror(errno));
    }

    if (peer->addr.ss_family == AF_INET) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));

        if (from) {
            memset(&in, 0, sizeof(in));
            in.sin_family = AF_INET;
            in.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + from);

            setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one,
                       sizeof(one));

            if (bind(fd, (struct sockaddr *) &in, sizeof(in)) == -1) {
                load_die("bind: %s", strerror(errno));
            }
        }
    }

    if (connect(fd, (const struct sockaddr *) &peer->addr, peer->len) == -1
        && errno != EINPROGRESS)
    {
        load_die("connect: %s", strerror(errno));
    }

    return fd;
}
