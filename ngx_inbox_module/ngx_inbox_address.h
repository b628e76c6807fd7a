
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 1, bytes.  Where a request of ours may go.  Pure: an address in, a
 * verdict out.
 */

#ifndef _NGX_INBOX_ADDRESS_H_INCLUDED_
#define _NGX_INBOX_ADDRESS_H_INCLUDED_


#include "ngx_inbox.h"


/* 1: an address of the public internet; 0: private, loopback, link-local,
   shared, multicast, reserved, a cloud's metadata service, an IPv6 wrapping of
   such an IPv4 address, or not an IP address at all */
ngx_uint_t ngx_inbox_address_is_public(const struct sockaddr *sa);


#endif /* _NGX_INBOX_ADDRESS_H_INCLUDED_ */
