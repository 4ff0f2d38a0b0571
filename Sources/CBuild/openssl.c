#include <openssl/crypto.h>

// Keeps what OpenSSL holds until the process is gone: before anything else of it is called.
//
// By itself it frees all of that when exit is called. Threads may then still be at work with it: a password takes some 40 ms,
// and nobody waits for one at the end. What it has made for each thread it then only forgets, which LeakSanitizer tells.
__attribute__((constructor)) static void keep_openssl_until_the_process_ends(void) {
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
}
