import CCurl
import HTTPCore

/// Sends control requests with libcurl's own HTTP engine, on the worker's multi handle: they are few and small, and
/// libcurl pools their connections.
final class ControlClient {
    private let multi: CurlMulti

    init(multi: CurlMulti) {
        self.multi = multi
    }

    /// `completion` is called once, on the worker's loop; where libcurl has no memory, from within this call.
    func send(_ request: ControlRequest, _ completion: @escaping (ControlAnswer) -> Void) {
        guard let easy = curl_easy_init() else {
            completion(.failed(.unreachable))
            return
        }
        guard let transfer = ControlTransfer(easy: easy, request) else {
            curl_easy_cleanup(easy)
            completion(.failed(.unreachable))
            return
        }
        let isStarted = multi.add(
            easy, to: NamedHost(url: request.url), within: min(request.connectTimeout, request.timeout)
        ) { result in
            completion(transfer.answer(result))
        }
        if !isStarted { completion(.failed(.unreachable)) }
    }
}

extension ControlRequest {
    /// Sends it and waits for what comes of it: for commands, which have no loop.
    func answer() -> ControlAnswer {
        guard let easy = curl_easy_init() else { return .failed(.unreachable) }
        defer { curl_easy_cleanup(easy) }
        guard let transfer = ControlTransfer(easy: easy, self) else { return .failed(.unreachable) }
        return withExtendedLifetime(transfer) {
            transfer.answer(CurlResult(easy: easy, code: curl_easy_perform(easy)))
        }
    }
}

/// One request under way: libcurl writes the answer into it.
final class ControlTransfer {
    let easy: UnsafeMutableRawPointer
    private var fields: UnsafeMutablePointer<curl_slist>?
    private let content: [UInt8]
    private let maximum: Int
    /// What it is that has passed where time ran out without a connection.
    private let timeoutBeforeConnection: UpstreamFailure
    private var answer: [UInt8] = []
    /// Where it is read as it comes, and not kept.
    private var scanner: OwnerScanner?
    private var length = 0
    private var isTooLong = false

    /// Nil where libcurl has no memory for what TLS needs.
    init?(easy: UnsafeMutableRawPointer, _ request: ControlRequest) {
        self.easy = easy
        content = request.content ?? []
        maximum = request.maximumAnswer
        scanner = request.seeksOwner ? OwnerScanner() : nil
        timeoutBeforeConnection = request.connectTimeout < request.timeout ? .connectTimeout : .requestTimeout
        for field in request.fields {
            // A NUL would end the C string early: such a field is left out, and what it proves stays unproven.
            guard !field.value.contains(0) else { continue }
            let line = "\(field.name): \(String(decoding: field.value, as: UTF8.self))"
            fields = curl_slist_append(fields, line)
        }
        if let host = NamedHost(url: request.url), host.name.hasSuffix(".") {
            fields = curl_slist_append(fields, "Host: \(host.name.dropLast()):\(host.port)")
        }
        // libcurl would wait for 100 before it sends content.
        fields = curl_slist_append(fields, "Expect:")
        guard request.tls.apply(to: easy) else { return nil }
        configure(request)
    }

    private func configure(_ request: ControlRequest) {
        _ = ccurl_set_string(easy, CURLOPT_URL, request.url)
        _ = ccurl_set_string(easy, CURLOPT_CUSTOMREQUEST, request.method)
        _ = ccurl_set_pointer(easy, CURLOPT_HTTPHEADER, fields)
        _ = ccurl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        _ = ccurl_set_string(easy, CURLOPT_PROXY, "")
        _ = ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        _ = ccurl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
        // HTTP/0.9 would take any bytes for an answer.
        _ = ccurl_set_long(easy, CURLOPT_HTTP09_ALLOWED, 0)
        _ = ccurl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(request.connectTimeout))
        _ = ccurl_set_long(easy, CURLOPT_TIMEOUT_MS, Self.milliseconds(request.timeout))
        if request.content != nil {
            _ = ccurl_set_long(easy, CURLOPT_POSTFIELDSIZE, content.count)
            // Copied by libcurl: the array may move.
            content.withUnsafeBytes { bytes in
                _ = ccurl_set_copied_content(easy, bytes.baseAddress)
            }
        }
        // SAFETY: the completion in the multi handle's table retains this object until the handle is removed.
        _ = ccurl_set_write(easy, receive, Unmanaged.passUnretained(self).toOpaque())
    }

    private static func milliseconds(_ interval: Interval) -> Int {
        max(1, Int(min(interval.nanoseconds / 1_000_000, 86_400_000)))
    }

    fileprivate func received(_ bytes: UnsafeRawBufferPointer) -> Int {
        length += bytes.count
        guard length <= maximum else {
            isTooLong = true
            return 0
        }
        if scanner == nil {
            answer.append(contentsOf: bytes)
        } else {
            scanner?.read(bytes.bindMemory(to: UInt8.self).span)
        }
        return bytes.count
    }

    deinit {
        curl_slist_free_all(fields)
    }

    func answer(_ result: CurlResult) -> ControlAnswer {
        if isTooLong { return .failed(.unreadable(.contentTooLong)) }
        guard result.code == CURLE_OK else {
            switch result.code {
            case CURLE_OPERATION_TIMEDOUT:
                return .failed(result.isConnected ? .requestTimeout : timeoutBeforeConnection)
            case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST: return .failed(.unreachable)
            case CURLE_PEER_FAILED_VERIFICATION: return .failed(.certificate)
            case CURLE_SSL_CONNECT_ERROR: return .failed(.tls)
            case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE:
                return .failed(.disconnected)
            default: return .failed(.unreadable(.malformedStatusLine))
            }
        }
        return .answered(status: result.status, content: scanner?.summary ?? answer)
    }
}

private let receive: curl_write_callback = { bytes, size, count, context in
    guard let bytes, let context else { return 0 }
    return Unmanaged<ControlTransfer>.fromOpaque(context).takeUnretainedValue()
        .received(UnsafeRawBufferPointer(start: bytes, count: size * count))
}
