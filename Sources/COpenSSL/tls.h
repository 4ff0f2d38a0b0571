// TLS for accepted sockets by libssl (RFC 8446, RFC 5246): what it offers, bytes in and out, its tickets. Each call
// begins and ends with an empty error queue of its thread, since libcurl uses the same queue there.
#ifndef COPENSSL_TLS_H
#define COPENSSL_TLS_H

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

// MARK: The socket below

// Stands behind a session's BIO.
struct openssl_tls_socket {
    int descriptor;
    // How many bytes may still be read before OpenSSL is told that there are none. It reads on by itself while what
    // comes holds nothing for us (key updates, tickets), so a client that sends such for ever would keep it for ever.
    size_t budget;
    // Records that have come since there was content in one. Key updates, tickets, alerts and empty records are nothing that
    // a client has to send many of, and each costs as much as a small request (22 us for a key update; OpenSSL 3.0, 2026-11).
    unsigned idle;
};

// So many records without content may follow each other, and one more whose content is still to come. BoringSSL allows 32 key
// updates, OpenSSL any number. A handshake takes up to a dozen.
enum { OPENSSL_TLS_IDLE_RECORDS = 33 };

// For each record whose beginning has been read, before it is opened, and for each message of a handshake.
static void openssl_tls_count_record(int is_write, int version, int type, const void *bytes, size_t length, SSL *tls,
                                     void *argument) {
    (void)version, (void)tls;
    struct openssl_tls_socket *socket = (struct openssl_tls_socket *)argument;
    if (is_write) return;
    if (type == SSL3_RT_HEADER) socket->idle++;
    // The handshake is over: what it took counts no more.
    if (type == SSL3_RT_HANDSHAKE && length > 0 && *(const uint8_t *)bytes == SSL3_MT_FINISHED) socket->idle = 0;
}

static int openssl_tls_socket_read(BIO *bio, char *bytes, int count) {
    struct openssl_tls_socket *socket = (struct openssl_tls_socket *)BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (socket->idle > OPENSSL_TLS_IDLE_RECORDS) {
        errno = EPROTO;
        return -1;
    }
    if (count <= 0 || socket->budget == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    size_t most = (size_t)count < socket->budget ? (size_t)count : socket->budget;
    ssize_t result;
    do result = recv(socket->descriptor, bytes, most, 0);
    while (result < 0 && errno == EINTR);
    if (result > 0) socket->budget -= (size_t)result;
    if (result < 0 && errno == EAGAIN) BIO_set_retry_read(bio);
    return (int)result;
}

static int openssl_tls_socket_write(BIO *bio, const char *bytes, int count) {
    struct openssl_tls_socket *socket = (struct openssl_tls_socket *)BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (count <= 0) return 0;
    ssize_t result;
    do result = send(socket->descriptor, bytes, (size_t)count, MSG_NOSIGNAL);
    while (result < 0 && errno == EINTR);
    if (result < 0 && errno == EAGAIN) BIO_set_retry_write(bio);
    return (int)result;
}

static long openssl_tls_socket_control(BIO *bio, int command, long number, void *pointer) {
    (void)bio, (void)number, (void)pointer;
    // There is no buffer of ours to empty.
    return command == BIO_CTRL_FLUSH;
}

static int openssl_tls_socket_free(BIO *bio) {
    OPENSSL_free(BIO_get_data(bio));
    return 1;
}

// Made once for the process and never freed; NULL without memory. OpenSSL's own socket BIO would raise SIGPIPE.
static inline BIO_METHOD *openssl_tls_socket_method(void) {
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "accepted socket");
    if (method == NULL) return NULL;
    BIO_meth_set_read(method, openssl_tls_socket_read);
    BIO_meth_set_write(method, openssl_tls_socket_write);
    BIO_meth_set_ctrl(method, openssl_tls_socket_control);
    BIO_meth_set_destroy(method, openssl_tls_socket_free);
    return method;
}

// MARK: What is offered

// RFC 7301: of what the client offers by ALPN, HTTP/1.1 or else 1.0; anything else is a fatal no_application_protocol.
static int openssl_tls_choose_protocol(SSL *tls, const unsigned char **chosen, unsigned char *length,
                                       const unsigned char *offered, unsigned int offered_length, void *argument) {
    (void)tls, (void)argument;
    static const unsigned char known[] = "\x08http/1.1\x08http/1.0";
    unsigned char *found = NULL;
    int result = SSL_select_next_proto(&found, length, known, sizeof known - 1, offered, offered_length);
    *chosen = found;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// A server's rules without certificate and key; NULL without memory. Tickets are good for `ticket_lifetime` seconds.
static inline SSL_CTX *openssl_tls_rules(long ticket_lifetime) {
    SSL_CTX *rules = SSL_CTX_new(TLS_server_method());
    if (rules == NULL) return NULL;
    // Level 2: keys of 2048 bits (RSA) or 224 (EC) and more, no SHA-1. Set here, since the system's own may differ.
    SSL_CTX_set_security_level(rules, 2);
    // Forward secrecy and authenticated encryption only. The suites of TLS 1.3 are all of that kind.
    int is_ready = SSL_CTX_set_min_proto_version(rules, TLS1_2_VERSION) == 1
                   && SSL_CTX_set_max_proto_version(rules, TLS1_3_VERSION) == 1
                   && SSL_CTX_set_cipher_list(rules, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1
                   && SSL_CTX_set1_groups_list(rules, "X25519:P-256:P-384") == 1;
    // Renegotiation lets a client have a handshake computed for each of its small messages; compression tells lengths.
    // Who has no AES in hardware and so puts ChaCha20 first gets it.
    SSL_CTX_set_options(rules, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE
                                   | SSL_OP_PRIORITIZE_CHACHA);
    // What the socket didn't take is sent again from where it lies then. Buffers of 32 KiB go while a session is idle.
    SSL_CTX_set_mode(rules, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                                | SSL_MODE_RELEASE_BUFFERS);
    // As much as has come at once: one call to the system for a request, instead of two for each record of it.
    SSL_CTX_set_read_ahead(rules, 1);
    // Sessions live in tickets alone: any worker takes up any of them, and none costs memory here.
    SSL_CTX_set_session_cache_mode(rules, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_timeout(rules, ticket_lifetime);
    SSL_CTX_set_alpn_select_cb(rules, openssl_tls_choose_protocol, NULL);
    ERR_clear_error();
    if (is_ready) return rules;
    SSL_CTX_free(rules);
    return NULL;
}

// MARK: A session

// For `SSL_free`; NULL without memory. The descriptor stays the caller's.
static inline SSL *openssl_tls_session(SSL_CTX *rules, const BIO_METHOD *method, int descriptor) {
    SSL *tls = SSL_new(rules);
    BIO *bio = BIO_new(method);
    struct openssl_tls_socket *socket = (struct openssl_tls_socket *)OPENSSL_malloc(sizeof *socket);
    ERR_clear_error();
    if (tls == NULL || bio == NULL || socket == NULL) {
        OPENSSL_free(socket);
        BIO_free(bio);
        SSL_free(tls);
        return NULL;
    }
    *socket = (struct openssl_tls_socket){descriptor, 0, 0};
    BIO_set_data(bio, socket);
    BIO_set_init(bio, 1);
    SSL_set_bio(tls, bio, bio);
    SSL_set_accept_state(tls);
    SSL_set_msg_callback(tls, openssl_tls_count_record);
    SSL_set_msg_callback_arg(tls, socket);
    return tls;
}

// What a call that moved no bytes says instead. All are below 0, but for the first.
enum {
    // The client has sent its close_notify.
    OPENSSL_TLS_ENDED = 0,
    OPENSSL_TLS_WANTS_READ = -1,
    OPENSSL_TLS_WANTS_WRITE = -2,
    // The first bytes were not TLS but an HTTP request.
    OPENSSL_TLS_PLAIN_HTTP = -3,
    // Broken rules, a socket that failed, or its end without a close_notify. What alert there is has been sent.
    OPENSSL_TLS_FAILED = -4,
};

static inline long openssl_tls_outcome(const SSL *tls, int result) {
    long outcome = OPENSSL_TLS_FAILED;
    switch (SSL_get_error(tls, result)) {
    case SSL_ERROR_WANT_READ: outcome = OPENSSL_TLS_WANTS_READ; break;
    case SSL_ERROR_WANT_WRITE: outcome = OPENSSL_TLS_WANTS_WRITE; break;
    case SSL_ERROR_ZERO_RETURN: outcome = OPENSSL_TLS_ENDED; break;
    case SSL_ERROR_SSL:
        if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST) outcome = OPENSSL_TLS_PLAIN_HTTP;
        break;
    default: break;
    }
    ERR_clear_error();
    return outcome;
}

static inline struct openssl_tls_socket *openssl_tls_socket_of(const SSL *tls) {
    return (struct openssl_tls_socket *)BIO_get_data(SSL_get_rbio(tls));
}

// From now on so many bytes may be read from the socket.
static inline void openssl_tls_grant(SSL *tls, size_t budget) { openssl_tls_socket_of(tls)->budget = budget; }

// Whether all that was granted has been read, and it is the beginning of one record.
static inline int openssl_tls_is_within_record(const SSL *tls) {
    struct openssl_tls_socket *socket = openssl_tls_socket_of(tls);
    return socket->budget == 0 && socket->idle <= 1;
}

// At most one record's bytes; shakes hands first where that is still to do. Above 0 their count.
static inline long openssl_tls_read(SSL *tls, void *bytes, size_t count) {
    size_t length = 0;
    ERR_clear_error();
    int result = SSL_read_ex(tls, bytes, count, &length);
    struct openssl_tls_socket *socket = openssl_tls_socket_of(tls);
    long outcome = result == 1 ? (long)length : openssl_tls_outcome(tls, result);
    if (socket->idle > OPENSSL_TLS_IDLE_RECORDS) return OPENSSL_TLS_FAILED;
    if (result == 1) socket->idle = 0;
    return outcome;
}

// At most one record's bytes. Above 0 their count. Where it wants to write, the next call must begin with the same bytes.
static inline long openssl_tls_write(SSL *tls, const void *bytes, size_t count) {
    size_t length = 0;
    ERR_clear_error();
    int result = SSL_write_ex(tls, bytes, count, &length);
    return result == 1 ? (long)length : openssl_tls_outcome(tls, result);
}

// Sends our close_notify. 1: done, or there is nobody to tell; 0: the socket doesn't take it now.
static inline int openssl_tls_finish(SSL *tls) {
    if (SSL_in_init(tls)) return 1;
    ERR_clear_error();
    int result = SSL_shutdown(tls);
    return result >= 0 || openssl_tls_outcome(tls, result) != OPENSSL_TLS_WANTS_WRITE;
}

// MARK: Tickets

// Seals tickets (RFC 5077 §4, as OpenSSL has it): a name to find it by, AES-256-CBC, then HMAC-SHA256.
struct openssl_ticket_key {
    uint8_t name[16], cipher[32], mac[32];
};

static inline int openssl_ticket_key_init(struct openssl_ticket_key *key) {
    int is_done = RAND_bytes(key->name, sizeof key->name) == 1
                  && RAND_priv_bytes(key->cipher, sizeof key->cipher) == 1
                  && RAND_priv_bytes(key->mac, sizeof key->mac) == 1;
    ERR_clear_error();
    return is_done;
}

// Readies `cipher` and `mac` for sealing a ticket, whose name and vector it writes, or for opening one that has them.
static inline int openssl_ticket_prepare(struct openssl_ticket_key *key, unsigned char *name, unsigned char *vector,
                                         EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int seals) {
    char digest[] = "SHA256";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key->mac, sizeof key->mac),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
    if (seals) {
        if (RAND_bytes(vector, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return 0;
        memcpy(name, key->name, sizeof key->name);
    }
    return EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key->cipher, vector, seals) == 1
           && EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

#endif
