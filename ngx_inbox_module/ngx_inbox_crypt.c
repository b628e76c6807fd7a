
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Digests, signatures, random bytes, and the sealing of credentials: the only
 * file that knows OpenSSL.
 *
 * A sealed text is base64url of nonce (12 bytes), ciphertext, tag (16 bytes),
 * AES-256-GCM.  The nonce is random: a key seals credentials, some thousands
 * in its life, and random nonces are good for 2^32.  What the text is and
 * whose (aad) is authenticated with it, so that a sealed credential moved to
 * another channel does not open.  Only the one canonical spelling opens:
 * base64 with other idle bits, or with padding, counts as damaged.
 *
 * There is no key derivation and no choice of algorithm here.  Errors of the
 * library leave its queue at once; nginx would otherwise report them later as
 * those of some TLS connection.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "ngx_inbox_crypt.h"


#define NGX_INBOX_CRYPT_NONCE   12
#define NGX_INBOX_CRYPT_TAG     16
#define NGX_INBOX_CRYPT_FRAME   (NGX_INBOX_CRYPT_NONCE + NGX_INBOX_CRYPT_TAG)

/* far above any credential, far below what an int of OpenSSL can count */
#define NGX_INBOX_CRYPT_MAX     (16 * 1024 * 1024)


static ngx_int_t ngx_inbox_crypt_base64url(ngx_pool_t *pool, ngx_str_t *raw,
    ngx_str_t *out);
static ngx_int_t ngx_inbox_crypt_encrypt(const ngx_str_t *key,
    const ngx_str_t *aad, const ngx_str_t *plain, u_char *raw);
static ngx_int_t ngx_inbox_crypt_unframe(ngx_pool_t *pool,
    const ngx_str_t *sealed, ngx_str_t *raw);
static ngx_int_t ngx_inbox_crypt_decrypt(const ngx_str_t *key,
    const ngx_str_t *aad, ngx_str_t *raw, u_char *plain);
static ngx_uint_t ngx_inbox_crypt_fits(const ngx_str_t *key,
    const ngx_str_t *aad, const ngx_str_t *s);
static u_char *ngx_inbox_crypt_bytes(const ngx_str_t *s);


ngx_int_t
ngx_inbox_crypt_sha256_hex(const ngx_str_t *s, u_char *out)
{
    u_char        digest[NGX_INBOX_SHA256_LEN];
    unsigned int  len;

    if (EVP_Digest(ngx_inbox_crypt_bytes(s), s->len, digest, &len,
                   EVP_sha256(), NULL)
        != 1)
    {
        ERR_clear_error();
        return NGX_ERROR;
    }

    ngx_hex_dump(out, digest, NGX_INBOX_SHA256_LEN);

    return NGX_OK;
}


ngx_int_t
ngx_inbox_crypt_hmac(const ngx_str_t *key, const ngx_str_t *s, u_char *out)
{
    unsigned int  len;

    if (key->len > NGX_INBOX_CRYPT_MAX) {
        return NGX_ERROR;
    }

    if (HMAC(EVP_sha256(), ngx_inbox_crypt_bytes(key), (int) key->len,
             ngx_inbox_crypt_bytes(s), s->len, out, &len)
        == NULL)
    {
        ERR_clear_error();
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_inbox_crypt_hmac_hex(const ngx_str_t *key, const ngx_str_t *s, u_char *out)
{
    u_char  mac[NGX_INBOX_SHA256_LEN];

    if (ngx_inbox_crypt_hmac(key, s, mac) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_hex_dump(out, mac, NGX_INBOX_SHA256_LEN);

    return NGX_OK;
}


ngx_uint_t
ngx_inbox_crypt_equal(const ngx_str_t *a, const ngx_str_t *b)
{
    if (a->len != b->len) {
        return 0;
    }

    if (a->len == 0) {
        return 1;
    }

    return CRYPTO_memcmp(a->data, b->data, a->len) == 0;
}


ngx_int_t
ngx_inbox_crypt_random(ngx_pool_t *pool, size_t n, ngx_str_t *out)
{
    ngx_str_t  raw;

    ngx_str_null(out);

    if (n > NGX_INBOX_CRYPT_MAX) {
        return NGX_ERROR;
    }

    raw.len = n;

    raw.data = ngx_pnalloc(pool, n + 1);
    if (raw.data == NULL) {
        return NGX_ERROR;
    }

    if (RAND_bytes(raw.data, (int) n) != 1) {
        ERR_clear_error();
        return NGX_ERROR;
    }

    return ngx_inbox_crypt_base64url(pool, &raw, out);
}


static ngx_int_t
ngx_inbox_crypt_base64url(ngx_pool_t *pool, ngx_str_t *raw, ngx_str_t *out)
{
    out->data = ngx_pnalloc(pool, ngx_base64_encoded_length(raw->len) + 1);
    if (out->data == NULL) {
        return NGX_ERROR;
    }

    ngx_encode_base64url(out, raw);

    return NGX_OK;
}


ngx_int_t
ngx_inbox_crypt_seal(ngx_pool_t *pool, const ngx_str_t *key,
    const ngx_str_t *aad, const ngx_str_t *plain, ngx_str_t *out)
{
    ngx_str_t  raw;

    ngx_str_null(out);

    if (!ngx_inbox_crypt_fits(key, aad, plain)) {
        return NGX_ERROR;
    }

    raw.len = NGX_INBOX_CRYPT_FRAME + plain->len;

    raw.data = ngx_pnalloc(pool, raw.len);
    if (raw.data == NULL) {
        return NGX_ERROR;
    }

    if (ngx_inbox_crypt_encrypt(key, aad, plain, raw.data) != NGX_OK) {
        ERR_clear_error();
        return NGX_ERROR;
    }

    return ngx_inbox_crypt_base64url(pool, &raw, out);
}


/* raw: room for nonce, ciphertext and tag */
static ngx_int_t
ngx_inbox_crypt_encrypt(const ngx_str_t *key, const ngx_str_t *aad,
    const ngx_str_t *plain, u_char *raw)
{
    int              n;
    u_char          *text;
    ngx_int_t        rc;
    EVP_CIPHER_CTX  *ctx;

    ctx = EVP_CIPHER_CTX_new();
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    rc = NGX_ERROR;
    text = raw + NGX_INBOX_CRYPT_NONCE;

    if (RAND_bytes(raw, NGX_INBOX_CRYPT_NONCE) == 1
        && EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key->data, raw)
        && EVP_EncryptUpdate(ctx, NULL, &n, ngx_inbox_crypt_bytes(aad),
                             (int) aad->len)
        && EVP_EncryptUpdate(ctx, text, &n, ngx_inbox_crypt_bytes(plain),
                             (int) plain->len)
        && EVP_EncryptFinal_ex(ctx, text + plain->len, &n)
        && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, NGX_INBOX_CRYPT_TAG,
                               text + plain->len))
    {
        rc = NGX_OK;
    }

    EVP_CIPHER_CTX_free(ctx);

    return rc;
}


ngx_int_t
ngx_inbox_crypt_open(ngx_pool_t *pool, const ngx_str_t *key,
    const ngx_str_t *aad, const ngx_str_t *sealed, ngx_str_t *out)
{
    u_char     *plain;
    ngx_int_t   rc;
    ngx_str_t   raw;

    ngx_str_null(out);

    if (!ngx_inbox_crypt_fits(key, aad, sealed)) {
        return NGX_ERROR;
    }

    rc = ngx_inbox_crypt_unframe(pool, sealed, &raw);
    if (rc != NGX_OK) {
        return rc;
    }

    plain = ngx_pnalloc(pool, raw.len);
    if (plain == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_inbox_crypt_decrypt(key, aad, &raw, plain);
    if (rc != NGX_OK) {
        ERR_clear_error();
        return rc;
    }

    out->data = plain;
    out->len = raw.len - NGX_INBOX_CRYPT_FRAME;

    return NGX_OK;
}


static ngx_int_t
ngx_inbox_crypt_unframe(ngx_pool_t *pool, const ngx_str_t *sealed,
    ngx_str_t *raw)
{
    ngx_str_t  s, again;

    s = *sealed;

    raw->data = ngx_pnalloc(pool, ngx_base64_decoded_length(s.len) + 1);
    if (raw->data == NULL) {
        return NGX_ERROR;
    }

    if (ngx_decode_base64url(raw, &s) != NGX_OK
        || raw->len < NGX_INBOX_CRYPT_FRAME)
    {
        return NGX_DECLINED;
    }

    if (ngx_inbox_crypt_base64url(pool, raw, &again) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_inbox_crypt_equal(&again, sealed) ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_inbox_crypt_decrypt(const ngx_str_t *key, const ngx_str_t *aad,
    ngx_str_t *raw, u_char *plain)
{
    int              n, len;
    u_char          *text;
    ngx_int_t        rc;
    EVP_CIPHER_CTX  *ctx;

    ctx = EVP_CIPHER_CTX_new();
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    rc = NGX_ERROR;
    text = raw->data + NGX_INBOX_CRYPT_NONCE;
    len = (int) (raw->len - NGX_INBOX_CRYPT_FRAME);

    if (EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key->data, raw->data)
        && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, NGX_INBOX_CRYPT_TAG,
                               text + len)
        && EVP_DecryptUpdate(ctx, NULL, &n, ngx_inbox_crypt_bytes(aad),
                             (int) aad->len)
        && EVP_DecryptUpdate(ctx, plain, &n, text, len))
    {
        rc = EVP_DecryptFinal_ex(ctx, plain + len, &n) ? NGX_OK : NGX_DECLINED;
    }

    EVP_CIPHER_CTX_free(ctx);

    return rc;
}


static ngx_uint_t
ngx_inbox_crypt_fits(const ngx_str_t *key, const ngx_str_t *aad,
    const ngx_str_t *s)
{
    if (key->len != NGX_INBOX_KEY_LEN) {
        return 0;
    }

    return aad->len <= NGX_INBOX_CRYPT_MAX && s->len <= NGX_INBOX_CRYPT_MAX;
}


/* OpenSSL reads NULL as "leave this step out": an empty string is no NULL */
static u_char *
ngx_inbox_crypt_bytes(const ngx_str_t *s)
{
    return s->len ? s->data : (u_char *) "";
}
