// Public keys and the signatures of JWTs by them (RFC 7515, RFC 7518). Each call leaves the thread's error queue empty:
// a TLS connection on the same thread would take what is left there for its own.
#ifndef COPENSSL_SIGNATURE_H
#define COPENSSL_SIGNATURE_H

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// The key of a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) in DER that fills the bytes exactly; NULL where it doesn't.
static inline EVP_PKEY *openssl_public_key(const uint8_t *der, size_t length) {
    const unsigned char *position = der;
    EVP_PKEY *key = length <= LONG_MAX ? d2i_PUBKEY(NULL, &position, (long)length) : NULL;
    if (key != NULL && position != der + length) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    ERR_clear_error();
    return key;
}

// The key of an X.509 certificate in DER that fills the bytes exactly; NULL where it doesn't. Neither dates nor
// signature of the certificate are looked at.
static inline EVP_PKEY *openssl_certificate_key(const uint8_t *der, size_t length) {
    const unsigned char *position = der;
    X509 *certificate = length <= LONG_MAX ? d2i_X509(NULL, &position, (long)length) : NULL;
    EVP_PKEY *key = certificate != NULL && position == der + length ? X509_get_pubkey(certificate) : NULL;
    X509_free(certificate);
    ERR_clear_error();
    return key;
}

static inline EVP_PKEY *openssl_key_from(const char *type, OSSL_PARAM_BLD *builder) {
    EVP_PKEY *key = NULL;
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (parameters == NULL || context == NULL || EVP_PKEY_fromdata_init(context) != 1
        || EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    return key;
}

// The RSA key of a modulus and an exponent, big-endian; NULL where there is none.
static inline EVP_PKEY *openssl_rsa_key(const uint8_t *n, size_t n_length, const uint8_t *e, size_t e_length) {
    EVP_PKEY *key = NULL;
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    BIGNUM *modulus = n_length <= INT_MAX ? BN_bin2bn(n, (int)n_length, NULL) : NULL;
    BIGNUM *exponent = e_length <= INT_MAX ? BN_bin2bn(e, (int)e_length, NULL) : NULL;
    if (builder != NULL && modulus != NULL && exponent != NULL
        && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) == 1
        && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent) == 1)
        key = openssl_key_from("RSA", builder);
    OSSL_PARAM_BLD_free(builder);
    BN_free(modulus);
    BN_free(exponent);
    ERR_clear_error();
    return key;
}

// The key whose point on P-256 that is, uncompressed (0x04, x, y); NULL where the point isn't on the curve.
static inline EVP_PKEY *openssl_p256_key(const uint8_t point[65]) {
    EVP_PKEY *key = NULL;
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    if (builder != NULL
        && OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, SN_X9_62_prime256v1, 0) == 1
        && OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, 65) == 1)
        key = openssl_key_from("EC", builder);
    OSSL_PARAM_BLD_free(builder);
    ERR_clear_error();
    return key;
}

// Whether the key is one for RSASSA-PKCS1-v1_5; a key bound to PSS is not.
static inline int openssl_key_is_rsa(const EVP_PKEY *key) { return EVP_PKEY_is_a(key, "RSA"); }

static inline int openssl_key_is_p256(const EVP_PKEY *key) {
    char group[32];
    size_t length = 0;
    int is = EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1
             && strcmp(group, SN_X9_62_prime256v1) == 0;
    ERR_clear_error();
    return is;
}

// Whether the key's numbers can be a key at all: an odd exponent above 1 and a modulus without small factors, a point
// on the curve that is not at infinity.
static inline int openssl_key_is_sound(EVP_PKEY *key) {
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    int is = context != NULL && EVP_PKEY_public_check(context) == 1;
    EVP_PKEY_CTX_free(context);
    ERR_clear_error();
    return is;
}

// The SubjectPublicKeyInfo, for `OPENSSL_free`; its length, or -1.
static inline int openssl_key_der(const EVP_PKEY *key, uint8_t **der) {
    *der = NULL;
    int length = i2d_PUBKEY(key, der);
    ERR_clear_error();
    return length > 0 ? length : -1;
}

// Whether `signature` is the key's own over SHA-256 of the text: PKCS #1 v1.5 for RSA, DER for ECDSA.
static inline int openssl_verify_sha256(EVP_PKEY *key, const uint8_t *signature, size_t signature_length,
                                        const uint8_t *text, size_t length) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *key_context = NULL;  // The other one's.
    int is = context != NULL && EVP_DigestVerifyInit(context, &key_context, EVP_sha256(), NULL, key) == 1
             && (!EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PADDING) == 1)
             && EVP_DigestVerify(context, signature, signature_length, text, length) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return is;
}

// The same for ECDSA on P-256 with the signature as JWS has it: r and s, 32 bytes each (RFC 7518 §3.4).
static inline int openssl_verify_p256_sha256(EVP_PKEY *key, const uint8_t signature[64], const uint8_t *text,
                                             size_t length) {
    uint8_t der[80];
    uint8_t *end = der;
    int is = 0;
    BIGNUM *r = BN_bin2bn(signature, 32, NULL), *s = BN_bin2bn(signature + 32, 32, NULL);
    ECDSA_SIG *pair = ECDSA_SIG_new();
    if (r != NULL && s != NULL && pair != NULL && ECDSA_SIG_set0(pair, r, s) == 1) {
        r = s = NULL;  // The pair's now.
        int der_length = i2d_ECDSA_SIG(pair, NULL);
        if (der_length > 0 && (size_t)der_length <= sizeof der && i2d_ECDSA_SIG(pair, &end) == der_length)
            is = openssl_verify_sha256(key, der, (size_t)der_length, text, length);
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(pair);
    ERR_clear_error();
    return is;
}

#endif
