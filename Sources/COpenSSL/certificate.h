// Certificates and private keys in PEM, and what is to be known of them before they are used.
#ifndef COPENSSL_CERTIFICATE_H
#define COPENSSL_CERTIFICATE_H

#include <arpa/inet.h>
#include <limits.h>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

static inline BIO *openssl_text(const uint8_t *text, size_t length) {
    return length <= INT_MAX ? BIO_new_mem_buf(text, (int)length) : NULL;
}

// The number of certificates in the text; -1 where one of them can't be read. It wants no passphrase for anything.
static inline int openssl_certificate_count(const uint8_t *text, size_t length) {
    BIO *bio = openssl_text(text, length);
    int count = 0;
    X509 *certificate;
    ERR_clear_error();
    char nothing[] = "";
    while (bio != NULL && (certificate = PEM_read_bio_X509(bio, NULL, NULL, nothing)) != NULL) {
        X509_free(certificate);
        count++;
    }
    int is_over = bio != NULL && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    BIO_free(bio);
    return is_over ? count : -1;
}

// Gives the rules the text's certificates: the first is the server's own, the others lead from it towards a root.
// 1: done; 0: one of them is too weak (a key too short, SHA-1); -1: they can't be used.
static inline int openssl_tls_use_certificates(SSL_CTX *rules, const uint8_t *text, size_t length) {
    BIO *bio = openssl_text(text, length);
    int result = bio != NULL ? 1 : -1;
    char nothing[] = "";
    ERR_clear_error();
    for (int number = 0; result == 1; number++) {
        X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, nothing);
        if (certificate == NULL) {
            if (number == 0) result = -1;
            break;
        }
        int is_taken = number == 0 ? SSL_CTX_use_certificate(rules, certificate)
                                   : (int)SSL_CTX_add1_chain_cert(rules, certificate);
        X509_free(certificate);
        if (is_taken != 1) {
            switch (ERR_GET_REASON(ERR_peek_last_error())) {
            case SSL_R_EE_KEY_TOO_SMALL:
            case SSL_R_CA_KEY_TOO_SMALL:
            case SSL_R_CA_MD_TOO_WEAK: result = 0; break;
            default: result = -1;
            }
        }
    }
    ERR_clear_error();
    BIO_free(bio);
    return result;
}

// What is known of the server's own certificate.
struct openssl_certificate_facts {
    // Unix seconds.
    int64_t begins, ends;
    // Whether it may be a server's, by its extended key usage.
    int is_for_servers;
    // Whether each certificate was issued by the one after it.
    int is_chain_in_order;
    // The subject (RFC 4514), cut where it is longer.
    char subject[256];
    // Names and addresses (RFC 5280 §4.2.1.6), with ", " between them, as many as there is room for.
    char names[512];
};

// Writes the names of a certificate and says how many bytes.
static inline void openssl_certificate_names(X509 *certificate, char *text, size_t room) {
    GENERAL_NAMES *names = (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    size_t used = 0;
    for (int index = 0; index < sk_GENERAL_NAME_num(names); index++) {
        int kind = 0;
        ASN1_STRING *value = (ASN1_STRING *)GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, index), &kind);
        const unsigned char *bytes = ASN1_STRING_get0_data(value);
        size_t length = (size_t)ASN1_STRING_length(value);
        char address[INET6_ADDRSTRLEN];
        if (kind == GEN_IPADD && (length == 4 || length == 16)) {
            if (inet_ntop(length == 4 ? AF_INET : AF_INET6, bytes, address, sizeof address) == NULL) continue;
            bytes = (const unsigned char *)address;
            length = strlen(address);
        } else if (kind != GEN_DNS) {
            continue;
        }
        if (used + length + 3 > room) break;
        if (used > 0) {
            memcpy(text + used, ", ", 2);
            used += 2;
        }
        memcpy(text + used, bytes, length);
        used += length;
    }
    text[used] = 0;
    GENERAL_NAMES_free(names);
}

static inline int64_t openssl_unix_seconds(const ASN1_TIME *time) {
    struct tm parts;
    memset(&parts, 0, sizeof parts);
    return ASN1_TIME_to_tm(time, &parts) == 1 ? (int64_t)timegm(&parts) : 0;
}

static inline void openssl_tls_certificate_facts(SSL_CTX *rules, struct openssl_certificate_facts *facts) {
    memset(facts, 0, sizeof *facts);
    X509 *certificate = SSL_CTX_get0_certificate(rules);
    if (certificate == NULL) return;
    facts->begins = openssl_unix_seconds(X509_get0_notBefore(certificate));
    facts->ends = openssl_unix_seconds(X509_get0_notAfter(certificate));
    facts->is_for_servers = X509_check_purpose(certificate, X509_PURPOSE_SSL_SERVER, 0) == 1;
    facts->is_chain_in_order = 1;
    STACK_OF(X509) *chain = NULL;
    SSL_CTX_get0_chain_certs(rules, &chain);
    X509 *below = certificate;
    for (int index = 0; index < sk_X509_num(chain); index++) {
        X509 *issuer = sk_X509_value(chain, index);
        if (X509_check_issued(issuer, below) != X509_V_OK) facts->is_chain_in_order = 0;
        below = issuer;
    }
    BIO *bio = BIO_new(BIO_s_mem());
    if (bio != NULL && X509_NAME_print_ex(bio, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253) >= 0) {
        int length = BIO_read(bio, facts->subject, sizeof facts->subject - 1);
        facts->subject[length > 0 ? length : 0] = 0;
    }
    BIO_free(bio);
    openssl_certificate_names(certificate, facts->names, sizeof facts->names);
    ERR_clear_error();
}

// A passphrase and whether it was wanted. `bytes` is NULL where there is none.
struct openssl_passphrase {
    const uint8_t *bytes;
    size_t length;
    int is_wanted;
};

static int openssl_tell_passphrase(char *buffer, int size, int is_writing, void *argument) {
    (void)is_writing;
    struct openssl_passphrase *passphrase = (struct openssl_passphrase *)argument;
    passphrase->is_wanted = 1;
    if (passphrase->bytes == NULL || passphrase->length > (size_t)size) return -1;
    memcpy(buffer, passphrase->bytes, passphrase->length);
    return (int)passphrase->length;
}

// The first private key in the text, for `EVP_PKEY_free`; NULL where there is none, or none that can be read.
static inline EVP_PKEY *openssl_private_key(const uint8_t *text, size_t length,
                                            struct openssl_passphrase *passphrase) {
    BIO *bio = openssl_text(text, length);
    ERR_clear_error();
    EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, openssl_tell_passphrase, passphrase);
    ERR_clear_error();
    BIO_free(bio);
    return key;
}

// Gives the rules the key of their certificate; 0 where it is another's.
static inline int openssl_tls_use_key(SSL_CTX *rules, EVP_PKEY *key) {
    int is_taken = SSL_CTX_use_PrivateKey(rules, key) == 1 && SSL_CTX_check_private_key(rules) == 1;
    ERR_clear_error();
    return is_taken;
}

// The key as PEM without a passphrase, in memory of the result, for `BIO_free`; NULL without memory.
static inline BIO *openssl_private_key_text(EVP_PKEY *key, const char **text, long *length) {
    BIO *bio = BIO_new(BIO_s_secmem());
    char *bytes = NULL;
    if (bio != NULL && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1) {
        *length = BIO_get_mem_data(bio, &bytes);
        *text = bytes;
    } else {
        BIO_free(bio);
        bio = NULL;
    }
    ERR_clear_error();
    return bio;
}

#endif
