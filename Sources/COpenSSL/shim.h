// libcrypto: hashes, scrypt, random bytes, comparison in constant time, signatures. libssl: TLS.
#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H

// The SHA256_* functions are deprecated in favour of EVP, which allocates for each digest (OpenSSL 3.0).
#define OPENSSL_SUPPRESS_DEPRECATED 1

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "certificate.h"
#include "signature.h"
#include "tls.h"

// HMAC-SHA256 (RFC 2104) with the two key blocks hashed beforehand: a digest then neither allocates nor looks up an
// algorithm, and a key used often costs two compressions less.
struct openssl_hmac_sha256 {
    SHA256_CTX inner, outer;
};

// A key is at most 64 bytes, one block; the caller has checked that.
static inline void openssl_hmac_sha256_init(struct openssl_hmac_sha256 *mac, const uint8_t *key, size_t length) {
    uint8_t block[SHA256_CBLOCK];
    for (size_t i = 0; i < sizeof block; i++) block[i] = 0x36 ^ (i < length ? key[i] : 0);
    SHA256_Init(&mac->inner);
    SHA256_Update(&mac->inner, block, sizeof block);
    for (size_t i = 0; i < sizeof block; i++) block[i] ^= 0x36 ^ 0x5C;
    SHA256_Init(&mac->outer);
    SHA256_Update(&mac->outer, block, sizeof block);
    OPENSSL_cleanse(block, sizeof block);
}

// The digest of `prefix` followed by `bytes`.
static inline void openssl_hmac_sha256_digest(const struct openssl_hmac_sha256 *mac, const uint8_t *prefix,
                                              size_t prefix_length, const uint8_t *bytes, size_t length,
                                              uint8_t digest[SHA256_DIGEST_LENGTH]) {
    SHA256_CTX state = mac->inner;
    SHA256_Update(&state, prefix, prefix_length);
    SHA256_Update(&state, bytes, length);
    SHA256_Final(digest, &state);
    state = mac->outer;
    SHA256_Update(&state, digest, SHA256_DIGEST_LENGTH);
    SHA256_Final(digest, &state);
}

#endif
