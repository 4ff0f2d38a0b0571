import CCurl
import HTTPCore

/// Makes connections to Luna-Streams: libcurl resolves, connects and agrees on TLS.
final class Connector {
    private let loop: EventLoop
    private let multi: CurlMulti
    private let url: String
    /// Nil for a plain origin.
    private let tls: ServiceTLS?
    /// Of the answers' heads.
    private let limits: MessageLimits
    /// The path of a Unix socket; nil where the URL says where to go.
    private let socket: String?
    /// Nil where nothing has to be resolved.
    private let host: NamedHost?

    init(loop: EventLoop, multi: CurlMulti, address: UpstreamAddress, limits: MessageLimits) {
        self.loop = loop
        self.multi = multi
        url = "\(address.origin)/"
        tls = address.isSecure ? address.tls : nil
        self.limits = limits
        socket = nil
        host = NamedHost(url: url)
    }

    /// To whoever listens on a Unix socket: the plugin host.
    init(loop: EventLoop, multi: CurlMulti, socket: String, limits: MessageLimits) {
        self.loop = loop
        self.multi = multi
        url = "http://luna-plugins/"
        tls = nil
        self.limits = limits
        self.socket = socket
        host = nil
    }

    /// Starts to connect; `client` hears of it by `connected` or `connectFailed`, never from within this call.
    func connect(for client: UpstreamClient, timeout: Interval) -> ConnectAttempt? {
        guard let easy = curl_easy_init() else { return nil }
        let attempt = ConnectAttempt(easy: easy, client: client)
        guard attempt.configure(url: url, tls: tls, socket: socket, connectTimeout: timeout) else {
            curl_easy_cleanup(easy)
            return nil
        }
        let isStarted = multi.addKeeping(easy, to: host, within: timeout) { [unowned self] result in
            completed(attempt, result.code)
            return true
        }
        return isStarted ? attempt : nil
    }

    /// Nobody waits any more.
    func cancel(_ attempt: ConnectAttempt) {
        attempt.client = nil
        attempt.dispose(from: multi)
    }

    private func completed(_ attempt: ConnectAttempt, _ code: CURLcode) {
        let client = attempt.client
        attempt.client = nil
        guard code == CURLE_OK, let client else {
            attempt.dispose(from: multi)
            client?.connectFailed(Self.failure(code))
            return
        }
        if tls != nil {
            guard let socket = attempt.activeSocket else {
                attempt.dispose(from: multi)
                client.connectFailed(.unreachable)
                return
            }
            let transport = UpstreamTransport.secure(attempt, multi: multi)
            client.connected(
                UpstreamConnection(descriptor: socket, transport: transport, loop: loop, limits: limits))
            return
        }
        let socket = attempt.adoptSocket()
        attempt.dispose(from: multi)
        if let socket {
            client.connected(UpstreamConnection(descriptor: socket, transport: .plain, loop: loop, limits: limits))
        } else {
            client.connectFailed(.unreachable)
        }
    }

    private static func failure(_ code: CURLcode) -> UpstreamFailure {
        switch code {
        case CURLE_OPERATION_TIMEDOUT: .connectTimeout
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_ISSUER_ERROR: .certificate
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE: .tls
        default: .unreachable
        }
    }
}
