import CCurl
import Glibc
import HTTPCore

/// Makes connections to Luna-Streams with libcurl's multi interface, on the worker's own loop.
final class Connector {
    private let loop: EventLoop
    private let multi: UnsafeMutableRawPointer
    private var url: String
    private var isSecure: Bool
    /// Attempts that libcurl works on, by handle.
    private var attempts: [UnsafeMutableRawPointer: ConnectAttempt] = [:]
    private var sockets: [Int32: CurlSocket] = [:]
    private var timer: CurlTimer?

    init(loop: EventLoop, address: UpstreamAddress) throws(SystemError) {
        self.loop = loop
        url = "\(address.isSecure ? "https" : "http")://\(address.authority)/"
        isSecure = address.isSecure
        guard let multi = curl_multi_init() else { throw SystemError(call: "curl_multi_init", code: ENOMEM) }
        self.multi = multi
        let timer = CurlTimer(loop: loop)
        self.timer = timer
        timer.connector = self
        timer.open([])
        // SAFETY: the multi handle calls back only from within calls of ours, and goes before this object does.
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = ccurl_multi_set_socket(multi, watchSocket, context)
        _ = ccurl_multi_set_timer(multi, watchTimer, context)
    }

    /// Closes everything; the loop must still be there.
    func shutDown() {
        for attempt in attempts.values { attempt.dispose(from: multi) }
        attempts = [:]
        for socket in sockets.values { _ = socket.relinquish() }
        sockets = [:]
        timer?.closeDescriptor()
        timer = nil
        curl_multi_cleanup(multi)
    }

    /// Starts to connect; `client` hears of it by `connected` or `connectFailed`, never from within this call.
    func connect(for client: ProxyConnection, timeout: Interval) -> ConnectAttempt? {
        guard let easy = curl_easy_init() else { return nil }
        let attempt = ConnectAttempt(easy: easy, client: client)
        attempt.configure(url: url, connectTimeout: timeout)
        attempts[easy] = attempt
        if curl_multi_add_handle(multi, easy) != CURLM_OK {
            attempts[easy] = nil
            curl_easy_cleanup(easy)
            return nil
        }
        return attempt
    }

    /// Nobody waits any more.
    func cancel(_ attempt: ConnectAttempt) {
        attempt.client = nil
        if let easy = attempt.easy { attempts[easy] = nil }
        attempt.dispose(from: multi)
    }

    // MARK: libcurl's events

    fileprivate func socketReady(_ socket: Int32, _ events: Events) {
        var mask: Int32 = 0
        if events.contains(.readable) { mask |= CURL_CSELECT_IN }
        if events.contains(.writable) { mask |= CURL_CSELECT_OUT }
        if events.contains(.failed) || events.contains(.hungUp) { mask |= CURL_CSELECT_ERR }
        perform(socket, mask)
    }

    fileprivate func timerFired() {
        perform(CURL_SOCKET_TIMEOUT, 0)
    }

    private func perform(_ socket: Int32, _ mask: Int32) {
        var running: Int32 = 0
        curl_multi_socket_action(multi, socket, mask, &running)
        var queued: Int32 = 0
        while let message = curl_multi_info_read(multi, &queued) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            completed(easy, ccurl_message_result(message))
        }
    }

    private func completed(_ easy: UnsafeMutableRawPointer, _ result: CURLcode) {
        guard let attempt = attempts.removeValue(forKey: easy) else { return }
        let client = attempt.client
        attempt.client = nil
        guard result == CURLE_OK, let client else {
            attempt.dispose(from: multi)
            client?.connectFailed(Self.failure(result))
            return
        }
        if isSecure {
            guard let socket = attempt.activeSocket else {
                attempt.dispose(from: multi)
                client.connectFailed(.unreachable)
                return
            }
            let transport = UpstreamTransport.secure(attempt, multi: multi)
            client.connected(UpstreamConnection(descriptor: socket, transport: transport, loop: loop))
            return
        }
        let socket = attempt.adoptSocket()
        attempt.dispose(from: multi)
        if let socket {
            client.connected(UpstreamConnection(descriptor: socket, transport: .plain, loop: loop))
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

    fileprivate func watch(_ socket: Int32, _ what: Int32) {
        if what == CURL_POLL_REMOVE {
            // libcurl closes the socket itself, or it has become ours.
            if let source = sockets.removeValue(forKey: socket) { _ = source.relinquish() }
            return
        }
        var interest: Events = []
        if what != CURL_POLL_OUT { interest.insert(.readable) }
        if what != CURL_POLL_IN { interest.insert(.writable) }
        if let source = sockets[socket] {
            source.wait(for: interest)
        } else {
            let source = CurlSocket(descriptor: socket, loop: loop)
            source.connector = self
            sockets[socket] = source
            source.open(interest)
        }
    }

    fileprivate func setTimer(milliseconds: Int) {
        timer?.setDeadline(
            milliseconds < 0
                ? .never : loop.now.advanced(by: Interval(nanoseconds: Int64(milliseconds) * 1_000_000)))
    }
}

/// A socket that libcurl watches while it connects.
private final class CurlSocket: EventSource {
    weak var connector: Connector?

    override func ready(_ events: Events) {
        connector?.socketReady(descriptor, events)
    }
}

/// libcurl's one timer.
private final class CurlTimer: EventSource {
    weak var connector: Connector?

    init(loop: EventLoop) {
        super.init(descriptor: -1, loop: loop)
    }

    override func deadlinePassed() {
        connector?.timerFired()
    }
}

private let watchSocket: curl_socket_callback = { _, socket, what, context, _ in
    if let context { Unmanaged<Connector>.fromOpaque(context).takeUnretainedValue().watch(socket, what) }
    return 0
}

private let watchTimer: curl_multi_timer_callback = { _, milliseconds, context in
    if let context {
        Unmanaged<Connector>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds: milliseconds)
    }
    return 0
}
