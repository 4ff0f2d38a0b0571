internal import COpenSSL

/// OpenSSL as a library of the whole process.
package enum OpenSSLLibrary {
    /// Keeps what OpenSSL holds until the process is gone; to be called before anything else of it is.
    ///
    /// By itself it frees all of that when `exit` is called. Threads may then still be at work with it: a password takes
    /// some 40 ms, and nobody waits for one at the end.
    package static func keepUntilProcessEnds() {
        OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil)
    }
}
