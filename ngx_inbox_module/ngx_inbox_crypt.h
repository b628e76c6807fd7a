
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Layer 1, bytes.  The only file that knows OpenSSL: digests, signatures,
 * random bytes, constant-time comparison and the sealing of credentials
 * (AES-256-GCM).  Pure; results come from the pool given.  Secrets are
 * arguments and never logged.
 */

#ifndef _NGX_INBOX_CRYPT_H_INCLUDED_
#define _NGX_INBOX_CRYPT_H_INCLUDED_


#include "ngx_inbox.h"


#define NGX_INBOX_SHA256_LEN   32
#define NGX_INBOX_SHA256_HEX   64
#define NGX_INBOX_KEY_LEN      32


/* out: 64 bytes, lower-case hex; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_crypt_sha256_hex(const ngx_str_t *s, u_char *out);

/* HMAC-SHA256, raw 32 bytes into out; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_crypt_hmac(const ngx_str_t *key, const ngx_str_t *s,
    u_char *out);

/* as above, 64 bytes of lower-case hex */
ngx_int_t ngx_inbox_crypt_hmac_hex(const ngx_str_t *key, const ngx_str_t *s,
    u_char *out);

/* 1 when equal; the time depends on the lengths alone */
ngx_uint_t ngx_inbox_crypt_equal(const ngx_str_t *a, const ngx_str_t *b);

/* n random bytes as unpadded base64url from the pool; NGX_OK | NGX_ERROR */
ngx_int_t ngx_inbox_crypt_random(ngx_pool_t *pool, size_t n, ngx_str_t *out);

/*
 * plain -> base64url(nonce, ciphertext, tag) under a 32-byte key, bound to
 * aad (what it is and whose).  NGX_OK | NGX_ERROR
 */
ngx_int_t ngx_inbox_crypt_seal(ngx_pool_t *pool, const ngx_str_t *key,
    const ngx_str_t *aad, const ngx_str_t *plain, ngx_str_t *out);

/* NGX_OK | NGX_DECLINED (wrong key, wrong aad or damaged) | NGX_ERROR */
ngx_int_t ngx_inbox_crypt_open(ngx_pool_t *pool, const ngx_str_t *key,
    const ngx_str_t *aad, const ngx_str_t *sealed, ngx_str_t *out);


#endif /* _NGX_INBOX_CRYPT_H_INCLUDED_ */
