
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A channel's address may be written by whoever administers one space, while
 * nginx sits in the host's own network.  So whatever the operator did not name
 * himself must be public, or our requests become his neighbours' (server-side
 * request forgery).
 *
 * IPv4 is a list of what is not public.  IPv6 is the other way round: only
 * 2000::/3 is public at all, less a few blocks; the forms that carry an IPv4
 * address (mapped, NAT64, 6to4) are judged by the address inside.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_inbox_address.h"


typedef struct {
    uint32_t     net;         /* host order */
    ngx_uint_t   bits;
} ngx_inbox_address_net_t;

typedef struct {
    u_char       net[8];      /* no block of interest is longer than a /64 */
    ngx_uint_t   bits;
} ngx_inbox_address_net6_t;


static ngx_uint_t ngx_inbox_address_is_public4(uint32_t addr);

#if (NGX_HAVE_INET6)
static ngx_uint_t ngx_inbox_address_is_public6(const u_char *p);
static uint32_t ngx_inbox_address_word(const u_char *p);
static ngx_uint_t ngx_inbox_address_in6(const u_char *p,
    const ngx_inbox_address_net6_t *net);
#endif


static const ngx_inbox_address_net_t  ngx_inbox_address_closed[] = {
    { 0x00000000,  8 },       /* 0.0.0.0/8        this network */
    { 0x0a000000,  8 },       /* 10.0.0.0/8       private */
    { 0x64400000, 10 },       /* 100.64.0.0/10    carriers' NAT */
    { 0x7f000000,  8 },       /* 127.0.0.0/8      loopback */
    { 0xa83f8110, 32 },       /* 168.63.129.16    a cloud's wire server */
    { 0xa9fe0000, 16 },       /* 169.254.0.0/16   link-local, metadata */
    { 0xac100000, 12 },       /* 172.16.0.0/12    private */
    { 0xc0000000, 24 },       /* 192.0.0.0/24     protocol assignments */
    { 0xc0000200, 24 },       /* 192.0.2.0/24     documentation */
    { 0xc0586300, 24 },       /* 192.88.99.0/24   6to4 relays */
    { 0xc0a80000, 16 },       /* 192.168.0.0/16   private */
    { 0xc6120000, 15 },       /* 198.18.0.0/15    benchmarks */
    { 0xc6336400, 24 },       /* 198.51.100.0/24  documentation */
    { 0xcb007100, 24 },       /* 203.0.113.0/24   documentation */
    { 0xe0000000,  4 },       /* 224.0.0.0/4      multicast */
    { 0xf0000000,  4 }        /* 240.0.0.0/4      reserved, broadcast */
};


#if (NGX_HAVE_INET6)

static const ngx_inbox_address_net6_t  ngx_inbox_address_global = {
    { 0x20 }, 3               /* 2000::/3         global unicast */
};

static const ngx_inbox_address_net6_t  ngx_inbox_address_6to4 = {
    { 0x20, 0x02 }, 16        /* 2002::/16        an IPv4 address follows */
};

static const ngx_inbox_address_net6_t  ngx_inbox_address_closed6[] = {
    { { 0x20, 0x01, 0x00 }, 23 },              /* 2001::/23  Teredo and such */
    { { 0x20, 0x01, 0x0d, 0xb8 }, 32 },        /* 2001:db8::/32  documents */
    { { 0x3f, 0xff, 0x00 }, 20 }               /* 3fff::/20  documentation */
};

/* the first 96 bits of the forms that end with an IPv4 address */
static const u_char  ngx_inbox_address_mapped[] =
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff";
static const u_char  ngx_inbox_address_nat64[] =
    "\x00\x64\xff\x9b\x00\x00\x00\x00\x00\x00\x00\x00";

#endif


ngx_uint_t
ngx_inbox_address_is_public(const struct sockaddr *sa)
{
    const struct sockaddr_in   *sin;
#if (NGX_HAVE_INET6)
    const struct sockaddr_in6  *sin6;

    if (sa->sa_family == AF_INET6) {
        sin6 = (const struct sockaddr_in6 *) sa;
        return ngx_inbox_address_is_public6(sin6->sin6_addr.s6_addr);
    }
#endif

    if (sa->sa_family == AF_INET) {
        sin = (const struct sockaddr_in *) sa;
        return ngx_inbox_address_is_public4(ntohl(sin->sin_addr.s_addr));
    }

    return 0;
}


static ngx_uint_t
ngx_inbox_address_is_public4(uint32_t addr)
{
    uint32_t    mask;
    ngx_uint_t  i, n;

    n = sizeof(ngx_inbox_address_closed) / sizeof(ngx_inbox_address_closed[0]);

    for (i = 0; i < n; i++) {
        mask = 0xffffffff << (32 - ngx_inbox_address_closed[i].bits);

        if ((addr & mask) == ngx_inbox_address_closed[i].net) {
            return 0;
        }
    }

    return 1;
}


#if (NGX_HAVE_INET6)

static ngx_uint_t
ngx_inbox_address_is_public6(const u_char *p)
{
    ngx_uint_t  i, n;

    if (ngx_memcmp(p, ngx_inbox_address_mapped, 12) == 0
        || ngx_memcmp(p, ngx_inbox_address_nat64, 12) == 0)
    {
        return ngx_inbox_address_is_public4(ngx_inbox_address_word(p + 12));
    }

    if (ngx_inbox_address_in6(p, &ngx_inbox_address_6to4)) {
        return ngx_inbox_address_is_public4(ngx_inbox_address_word(p + 2));
    }

    if (!ngx_inbox_address_in6(p, &ngx_inbox_address_global)) {
        return 0;
    }

    n = sizeof(ngx_inbox_address_closed6)
        / sizeof(ngx_inbox_address_closed6[0]);

    for (i = 0; i < n; i++) {
        if (ngx_inbox_address_in6(p, &ngx_inbox_address_closed6[i])) {
            return 0;
        }
    }

    return 1;
}


static uint32_t
ngx_inbox_address_word(const u_char *p)
{
    return (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16
           | (uint32_t) p[2] << 8 | (uint32_t) p[3];
}


static ngx_uint_t
ngx_inbox_address_in6(const u_char *p, const ngx_inbox_address_net6_t *net)
{
    u_char      mask;
    ngx_uint_t  bytes;

    bytes = net->bits / 8;

    if (ngx_memcmp(p, net->net, bytes) != 0) {
        return 0;
    }

    if (net->bits % 8 == 0) {
        return 1;
    }

    mask = (u_char) (0xff << (8 - net->bits % 8));

    return (p[bytes] & mask) == net->net[bytes];
}

#endif
