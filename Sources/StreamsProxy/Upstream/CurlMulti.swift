import CCurl
import Glibc
import HTTPCore

/// What became of a libcurl handle.
struct CurlResult {
    let easy: UnsafeMutableRawPointer
    let code: CURLcode

    /// The HTTP status, 0 where there was none.
    var status: Int {
        var status = 0
        _ = ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        return status
    }

    /// Whether the connection stood and the request was about to go.
    var isConnected: Bool {
        var microseconds: curl_off_t = 0
        _ = ccurl_get_time(easy, CURLINFO_PRETRANSFER_TIME_T, &microseconds)
        return microseconds > 0
    }
}

/// libcurl's multi interface on a worker's loop: it watches the sockets and the one timer that libcurl asks for, and
/// tells when a handle is done.
final class CurlMulti {
    private let loop: EventLoop
    let handle: UnsafeMutableRawPointer
    private var completions: [UnsafeMutableRawPointer: (CurlResult) -> Bool] = [:]
    private var sockets: [Int32: CurlSocket] = [:]
    private var timer: CurlTimer?

    init(loop: EventLoop) throws(SystemError) {
        self.loop = loop
        guard let handle = curl_multi_init() else { throw SystemError(call: "curl_multi_init", code: ENOMEM) }
        self.handle = handle
        let timer = CurlTimer(loop: loop)
        self.timer = timer
        timer.multi = self
        timer.open([])
        // SAFETY: the handle calls back only from within calls of ours, and goes before this object does.
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = ccurl_multi_set_socket(handle, watchSocket, context)
        _ = ccurl_multi_set_timer(handle, watchTimer, context)
    }

    /// Closes everything; the loop must still be there.
    func shutDown() {
        for easy in completions.keys { remove(easy) }
        for socket in sockets.values { _ = socket.relinquish() }
        sockets = [:]
        timer?.closeDescriptor()
        timer = nil
        curl_multi_cleanup(handle)
    }

    /// Starts the handle. `completion` is called once, never from within this call; then the handle is removed and
    /// freed.
    ///
    /// False where libcurl has no memory for it: then it is freed at once, and `completion` is not called.
    func add(_ easy: UnsafeMutableRawPointer, completion: @escaping (CurlResult) -> Void) -> Bool {
        addKeeping(easy) { result in
            completion(result)
            return false
        }
    }

    /// As `add`, but where `completion` returns true the handle stays with the multi handle, to be removed later.
    func addKeeping(_ easy: UnsafeMutableRawPointer, completion: @escaping (CurlResult) -> Bool) -> Bool {
        completions[easy] = completion
        if curl_multi_add_handle(handle, easy) == CURLM_OK { return true }
        completions[easy] = nil
        curl_easy_cleanup(easy)
        return false
    }

    /// Stops the handle and frees it; its completion is not called any more.
    func remove(_ easy: UnsafeMutableRawPointer) {
        let completion = completions.removeValue(forKey: easy)
        curl_multi_remove_handle(handle, easy)
        curl_easy_cleanup(easy)
        // What libcurl's callbacks refer to may live by the completion alone.
        withExtendedLifetime(completion) {}
    }

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
        curl_multi_socket_action(handle, socket, mask, &running)
        var queued: Int32 = 0
        while let message = curl_multi_info_read(handle, &queued) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            // The message is gone once its handle is removed.
            let result = CurlResult(easy: easy, code: ccurl_message_result(message))
            guard let completion = completions.removeValue(forKey: easy) else { continue }
            if !completion(result) { remove(easy) }
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
            source.multi = self
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

/// A socket that libcurl watches.
private final class CurlSocket: EventSource {
    weak var multi: CurlMulti?

    override func ready(_ events: Events) {
        multi?.socketReady(descriptor, events)
    }
}

/// libcurl's one timer.
private final class CurlTimer: EventSource {
    weak var multi: CurlMulti?

    init(loop: EventLoop) {
        super.init(descriptor: -1, loop: loop)
    }

    override func deadlinePassed() {
        multi?.timerFired()
    }
}

private let watchSocket: curl_socket_callback = { _, socket, what, context, _ in
    if let context { Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().watch(socket, what) }
    return 0
}

private let watchTimer: curl_multi_timer_callback = { _, milliseconds, context in
    if let context {
        Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds: milliseconds)
    }
    return 0
}
