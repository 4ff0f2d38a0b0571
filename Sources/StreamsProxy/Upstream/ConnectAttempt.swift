import CCurl
import CLinux
import Glibc
import HTTPCore

/// One connection to Luna-Streams in the making: a libcurl handle that resolves, connects and, for https, agrees on
/// TLS, and then stops (`CURLOPT_CONNECT_ONLY`). It lives as long as the handle has a say in the connection.
final class ConnectAttempt {
    /// The handle; nil once it has been given back to libcurl.
    private(set) var easy: UnsafeMutableRawPointer?
    /// Who waits for it; nil once nobody does.
    var client: UpstreamClient?
    /// The sockets that libcurl has opened: two race where a name has addresses of both families.
    private var sockets: [Int32] = []
    /// The socket that has become ours: libcurl's closing of it is passed over.
    private var adopted: Int32 = -1

    init(easy: UnsafeMutableRawPointer, client: UpstreamClient) {
        self.easy = easy
        self.client = client
    }

    /// Sets every option, each with its reason. False where libcurl has no memory for what TLS needs. `tls` is nil for a
    /// plain origin.
    func configure(url: String, tls: ServiceTLS?, socket: String?, connectTimeout: Interval) -> Bool {
        guard let easy else { return false }
        // SAFETY: the handle's callbacks get this object unretained; the connector or the transport retains it until
        // the handle is removed, and removing it closes the connection that could call back.
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = ccurl_set_pointer(easy, CURLOPT_PRIVATE, context)
        _ = ccurl_set_opensocket(easy, openSocket, context)
        _ = ccurl_set_closesocket(easy, closeSocket, context)
        _ = ccurl_set_string(easy, CURLOPT_URL, url)
        // Nothing is resolved then.
        if let socket { _ = ccurl_set_string(easy, CURLOPT_UNIX_SOCKET_PATH, socket) }
        // The exchange frames messages itself: libcurl connects and moves bytes.
        _ = ccurl_set_long(easy, CURLOPT_CONNECT_ONLY, 1)
        // Pooled connections are ours to choose, not libcurl's.
        _ = ccurl_set_long(easy, CURLOPT_FRESH_CONNECT, 1)
        // No http_proxy of the environment: it would see every credential-free but private request.
        _ = ccurl_set_string(easy, CURLOPT_PROXY, "")
        // ALPN must not offer h2, which nobody here speaks.
        _ = ccurl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        // Signals belong to the process; a resolver's alarm would end it.
        _ = ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        _ = ccurl_set_long(easy, CURLOPT_TCP_NODELAY, 1)
        // A backstop: the exchange's own deadline comes first.
        _ = ccurl_set_long(
            easy, CURLOPT_CONNECTTIMEOUT_MS, Int(min(connectTimeout.nanoseconds / 1_000_000 + 1000, 86_400_000)))
        // With TLS `curl_easy_recv` gives no more than this at once: a whole record. Else it is never used, and the
        // smallest that libcurl allows will do.
        _ = ccurl_set_long(easy, CURLOPT_BUFFERSIZE, tls != nil ? 16384 : 1024)
        return tls?.apply(to: easy) ?? true
    }

    fileprivate func opened(_ socket: Int32) {
        sockets.append(socket)
    }

    fileprivate func closed(_ socket: Int32) {
        sockets.removeAll { $0 == socket }
        if socket != adopted { close(socket) }
    }

    /// Whether TCP stands: then only TLS is still to come.
    var hasReachedPeer: Bool {
        sockets.contains { socket in
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            return withUnsafeMutablePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(socket, $0, &length) } == 0
            }
        }
    }

    /// Keeps the connected socket for us when libcurl lets go of it.
    func adoptSocket() -> Int32? {
        guard let easy else { return nil }
        var socket: curl_socket_t = -1
        guard ccurl_get_socket(easy, &socket) == CURLE_OK, socket >= 0 else { return nil }
        adopted = socket
        return socket
    }

    /// The socket that libcurl goes on using: TLS.
    var activeSocket: Int32? {
        guard let easy else { return nil }
        var socket: curl_socket_t = -1
        return ccurl_get_socket(easy, &socket) == CURLE_OK && socket >= 0 ? socket : nil
    }

    /// Gives the handle back to libcurl, which closes what was not adopted.
    func dispose(from multi: CurlMulti) {
        guard let easy else { return }
        self.easy = nil
        multi.remove(easy)
    }
}

private let openSocket: curl_opensocket_callback = { context, _, address in
    guard let context, let address else { return -1 }
    let socket = linux_stream_socket(address.pointee.family)
    if socket >= 0 { Unmanaged<ConnectAttempt>.fromOpaque(context).takeUnretainedValue().opened(socket) }
    return socket >= 0 ? socket : -1
}

private let closeSocket: curl_closesocket_callback = { context, socket in
    guard let context else { return close(socket) }
    Unmanaged<ConnectAttempt>.fromOpaque(context).takeUnretainedValue().closed(socket)
    return 0
}
