import CCurl
import Glibc
import HTTPCore

/// How bytes move on a connection to Luna-Streams that stands.
enum UpstreamTransport {
    /// The socket alone: libcurl has made the connection and let go of it. Its handle would cost 20 KiB of memory a
    /// connection, and a search through all connections at each send and receive (libcurl 7.88).
    case plain
    /// TLS inside libcurl, which keeps the socket.
    case secure(ConnectAttempt, multi: CurlMulti)

    /// Reads into `buffer`; from a plain socket at most `limit` bytes, from TLS at most a record.
    func receive(_ descriptor: Int32, into buffer: inout [UInt8], limit: Int) -> IOResult {
        switch self {
        case .plain: SystemCall.receive(descriptor, into: &buffer, limit: limit)
        case .secure(let attempt, _): Self.receive(attempt, into: &buffer)
        }
    }

    private static func receive(_ attempt: ConnectAttempt, into buffer: inout [UInt8]) -> IOResult {
        guard let easy = attempt.easy else { return .failed(ENOTCONN) }
        var count = 0
        let code = buffer.withUnsafeMutableBytes { curl_easy_recv(easy, $0.baseAddress, $0.count, &count) }
        switch code {
        case CURLE_OK: return count > 0 ? .bytes(count) : .end
        case CURLE_AGAIN: return .wouldBlock
        default: return .failed(ECONNRESET)
        }
    }

    /// Sends what it can of `bytes` over TLS.
    static func send(_ attempt: ConnectAttempt, _ bytes: Span<UInt8>) -> IOResult {
        guard let easy = attempt.easy else { return .failed(ENOTCONN) }
        var count = 0
        let code = bytes.withUnsafeBytes { curl_easy_send(easy, $0.baseAddress, $0.count, &count) }
        switch code {
        case CURLE_OK: return .bytes(count)
        case CURLE_AGAIN: return .wouldBlock
        default: return .failed(ECONNRESET)
        }
    }
}
