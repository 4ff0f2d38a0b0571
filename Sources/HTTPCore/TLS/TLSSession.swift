import COpenSSL
import Glibc

/// One client's TLS connection over its socket, used by its loop's thread alone. It does no waiting: where it needs the
/// socket it says so, and is called again.
final class TLSSession {
    /// A record's content at most (RFC 8446 §5.1).
    static let recordSize = 16384

    /// Nil where libssl had no memory for it: then it fails.
    private let tls: OpaquePointer?
    private(set) var isEstablished = false
    /// What it has to send by itself waits for the socket: a handshake's part, the end.
    private(set) var wantsToWrite = false
    /// Bytes that have come are still inside, or the end is: epoll says nothing of them.
    private(set) var holdsMore = false
    private var hasFailed = false
    /// What has come first was no TLS but a request of HTTP.
    private(set) var hasMetPlainHTTP = false

    init(_ tls: OpaquePointer?) {
        self.tls = tls
    }

    deinit {
        SSL_free(tls)
    }

    /// Reads what there is into `buffer`, as much as it takes, and shakes hands first.
    ///
    /// An end without the client's close_notify is a failure: anybody on the way could have made it.
    func receive(into buffer: inout [UInt8]) -> IOResult {
        guard let tls else { return .failed(ENOMEM) }
        wantsToWrite = false
        holdsMore = false
        // What is read from the socket in one turn is bounded whether or not it holds anything for us: OpenSSL works on all
        // that it has got before it returns.
        openssl_tls_grant(tls, Self.firstGrant)
        let (count, end) = buffer.withUnsafeMutableBytes { fill(tls, $0) }
        isEstablished = isEstablished || SSL_is_init_finished(tls) == 1
        // The bytes first; what has ended or failed does so again when it is asked again.
        if count > 0 {
            if case .wouldBlock = end { return .bytes(count) }
            holdsMore = true
            return .bytes(count)
        }
        return end
    }

    /// So much is read before there is content: most requests, and some 75 of the shortest records.
    private static let firstGrant = 2048
    private static let furtherGrant = 4096
    /// So many records are opened in a turn: of the shortest, as many take less than a millisecond.
    private static let recordsPerTurn = 256

    private func fill(_ tls: OpaquePointer, _ buffer: UnsafeMutableRawBufferPointer) -> (count: Int, end: IOResult) {
        var count = 0
        var records = 0
        // SAFETY: limited to the buffer's own bytes.
        while count < buffer.count, records < Self.recordsPerTurn, let base = buffer.baseAddress {
            let result = openssl_tls_read(tls, base + count, buffer.count - count)
            guard result <= 0 else {
                if records == 0 { openssl_tls_grant(tls, buffer.count) }
                count += result
                records += 1
                // Half a record may be held, too: then the next call says that it wants to read.
                if SSL_has_pending(tls) == 0 { return (count, .wouldBlock) }
                continue
            }
            switch result {
            case Int(OPENSSL_TLS_WANTS_READ):
                // The rest of a long record; little of what may stand behind it.
                if records == 0, openssl_tls_is_within_record(tls) == 1 {
                    openssl_tls_grant(tls, Self.furtherGrant)
                    continue
                }
                return (count, .wouldBlock)
            case Int(OPENSSL_TLS_WANTS_WRITE):
                wantsToWrite = true
                return (count, .wouldBlock)
            case Int(OPENSSL_TLS_ENDED): return (count, .end)
            case Int(OPENSSL_TLS_PLAIN_HTTP):
                hasMetPlainHTTP = true
                hasFailed = true
                return (count, .failed(EPROTO))
            default:
                hasFailed = true
                return (count, .failed(ECONNRESET))
            }
        }
        return (count, .bytes(count))
    }

    /// Sends what it can of `bytes`, at most a record of them. After `wouldBlock` the next call must begin with the same
    /// bytes: their record is sealed already.
    func send(_ bytes: Span<UInt8>) -> IOResult {
        guard let tls else { return .failed(ENOMEM) }
        let result = bytes.withUnsafeBufferPointer { openssl_tls_write(tls, $0.baseAddress, $0.count) }
        if result > 0 { return .bytes(result) }
        switch result {
        // That it wants to read can't be: a handshake within a session is refused.
        case Int(OPENSSL_TLS_WANTS_WRITE): return .wouldBlock
        default:
            hasFailed = true
            return .failed(ECONNRESET)
        }
    }

    /// Tells the client that nothing more will come. False: the socket does not take it now; to be called again.
    func finish() -> Bool {
        guard let tls, !hasFailed else { return true }
        wantsToWrite = openssl_tls_finish(tls) == 0
        return !wantsToWrite
    }
}
